package ticketdb

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/tickets"
)

// Recompute computes every open provisional clock again with the calendar in
// force, and writes a journal row for each ticket whose clocks it touched. It is
// called after a year was imported; run twice, the second run changes nothing.
// It returns how many due times moved.
func (d *DB) Recompute(ctx context.Context) (moved int, err error) {
	after := int64(0)
	for {
		ids, err := d.provisionalAfter(ctx, after)
		if err != nil || len(ids) == 0 {
			return moved, err
		}
		for _, id := range ids {
			after = id
			n, err := d.recomputeTicket(ctx, id)
			if err != nil {
				return moved, fmt.Errorf("recompute ticket %d: %w", id, err)
			}
			moved += n
		}
	}
}

func (d *DB) provisionalAfter(ctx context.Context, after int64) ([]int64, error) {
	rows, err := d.pg.Machines().Query(ctx, `SELECT DISTINCT subject FROM deadlines WHERE provisional AND met_at IS NULL AND cancelled_at IS NULL
		AND subject_kind = 'ticket' AND subject > $1 AND calendar <> $2 ORDER BY subject LIMIT 200`, after, d.Engine().Calendar.Version())
	if err != nil {
		return nil, fmt.Errorf("provisional clocks: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func (d *DB) recomputeTicket(ctx context.Context, id int64) (moved int, err error) {
	err = d.pg.Do(ctx, pg.Machine("machine:calendar"), func(tx *pg.Tx) error {
		v, err := d.lockID(ctx, tx, id)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		var told []map[string]any
		for i := range v.Deadlines {
			x := &v.Deadlines[i]
			if !x.Open() || !x.Provisional {
				continue
			}
			due, ok, err := d.computeAgain(v, *x)
			if err != nil || !ok {
				return err
			}
			told = append(told, map[string]any{"id": x.ID, "rule": x.Rule, "version": x.RuleVersion, "calendar": due.CalendarVersion, "start": x.StartAt, "due": due.At.UTC(), "before": x.DueAt})
			if !due.At.Equal(x.DueAt) {
				moved++
			}
			b.Queue(`UPDATE deadlines SET due_at = $3, base_due_at = $4, calendar = $5, provisional = $6 WHERE subject = $1 AND id = $2`, id, x.ID, due.At.UTC(), due.Base.UTC(), due.CalendarVersion, due.Provisional)
			d.queueNextCard(b, tx, v, *x, due)
			x.DueAt, x.BaseDueAt, x.Calendar, x.Provisional = due.At.UTC(), due.Base.UTC(), due.CalendarVersion, due.Provisional
		}
		if len(told) == 0 {
			return nil
		}
		b.Queue(`UPDATE tickets SET next_due = coalesce((SELECT min(due_at) FROM deadlines WHERE subject = $1 AND met_at IS NULL AND cancelled_at IS NULL AND rule = ANY ($2)), 'infinity'),
			due_at = coalesce((SELECT max(due_at) FROM deadlines WHERE subject = $1 AND (rule LIKE 'resolve%' OR rule LIKE 'appeal_%')), due_at) WHERE id = $1`, id, d.duties(v))
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		_, err = d.append(ctx, tx, &v.Ticket, "recomputed", map[string]any{"clocks": told})
		return err
	})
	return moved, err
}

// duties are the rules of a ticket's clocks that somebody can be late with.
func (d *DB) duties(v *View) []string {
	out := []string{}
	for _, x := range v.Deadlines {
		if rule, _, ok := d.rebuild(x); ok && !rule.Window && !(v.PausedAt != nil && deadline.Pausable(rule.Duty())) {
			out = append(out, x.Rule)
		}
	}
	return out
}

// computeAgain is the due time of a stored clock under the calendar in force;
// ok is false where its rule is not known any more.
func (d *DB) computeAgain(v *View, x Deadline) (deadline.Due, bool, error) {
	in, err := d.input(v, x)
	if err != nil {
		return deadline.Due{}, false, nil
	}
	in.Calendar = d.Engine().Calendar
	due, err := deadline.Compute(in)
	return due, err == nil, err
}

func (d *DB) queueNextCard(b *pgx.Batch, tx *pg.Tx, v *View, x Deadline, due deadline.Due) {
	rule, _, ok := d.rebuild(x)
	if !ok {
		return
	}
	at, level := firstCard(d.Engine(), deadline.Started{Rule: rule, Due: due}, v.Urgency != tickets.Normal, tx.Now)
	b.Queue(`UPDATE deadlines SET next_card_at = $3, next_card = $4 WHERE subject = $1 AND id = $2 AND NOT EXISTS (SELECT 1 FROM cards c WHERE c.ticket = $1 AND c.deadline = $2 AND c.level = $4)`, v.ID, x.ID, at, level)
}
