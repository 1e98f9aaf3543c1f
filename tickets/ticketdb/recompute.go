package ticketdb

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets"
)

// Recompute computes every open provisional clock again with the calendar in
// force, and writes a journal row for each ticket whose clocks it touched. It is
// called after a year was imported; run twice, the second run changes nothing.
// It returns how many due times moved.
func (d *DB) Recompute(ctx context.Context) (moved int, err error) {
	after := int64(0)
	for {
		ids, err := d.provisionalAfter(ctx, after, d.Engine().Calendar.Version())
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

// provisionalAfter lists tickets with open provisional clocks of another calendar.
func (d *DB) provisionalAfter(ctx context.Context, after int64, calendar string) ([]int64, error) {
	rows, err := d.pg.Machines().Query(ctx, `SELECT DISTINCT subject FROM deadlines WHERE provisional AND met_at IS NULL AND cancelled_at IS NULL
		AND subject_kind = 'ticket' AND subject > $1 AND calendar <> $2 ORDER BY subject LIMIT 200`, after, calendar)
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
		for _, c := range d.computeAgain(v, d.Engine().Calendar) {
			x, due := c.now, c.due
			told = append(told, map[string]any{"id": x.ID, "rule": x.Rule, "version": x.RuleVersion, "calendar": due.CalendarVersion, "start": x.StartAt, "due": due.At.UTC(), "before": c.before})
			if !due.At.Equal(c.before) {
				moved++
			}
			b.Queue(`UPDATE deadlines SET due_at = $3, base_due_at = $4, calendar = $5, provisional = $6 WHERE subject = $1 AND id = $2`, id, x.ID, due.At.UTC(), due.Base.UTC(), due.CalendarVersion, due.Provisional)
			d.queueNextCard(b, tx, v, *x, due)
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
		if rule, _, ok := d.rebuild(x); ok && !rule.Window && rule.Duty() != deadline.TaskDue && !(v.PausedAt != nil && deadline.Pausable(rule.Duty())) {
			out = append(out, x.Rule)
		}
	}
	return out
}

// recomputed is a clock with the due time it had before.
type recomputed struct {
	now    *Deadline
	due    deadline.Due
	before time.Time
}

// computeAgain gives the open provisional clocks of a ticket, and those that hang
// on one that moves, their due times under a calendar, in v itself; an outer one
// before those inside it. A clock whose rule is not known any more stays as it is.
func (d *DB) computeAgain(v *View, cal *workday.Calendar) (out []recomputed) {
	moved := false
	for _, x := range d.outerFirst(v) {
		if !x.Open() || !x.Provisional && (!moved || d.depth(*x) == 0) {
			continue
		}
		in, err := d.input(v, *x)
		if err != nil {
			continue
		}
		in.Calendar = cal
		due, err := deadline.Compute(in)
		if err != nil || !x.Provisional && due.At.Equal(x.DueAt) {
			continue
		}
		if x.GrantedDue != nil { // the printed time stays what the order says
			due.Base = x.BaseDueAt
		}
		moved = moved || !due.At.Equal(x.DueAt)
		out = append(out, recomputed{x, due, x.DueAt})
		x.DueAt, x.BaseDueAt, x.Calendar, x.Provisional = due.At.UTC(), due.Base.UTC(), due.CalendarVersion, due.Provisional
	}
	return out
}

// outerFirst are the ticket's clocks, each after the one it hangs on.
func (d *DB) outerFirst(v *View) []*Deadline {
	out := make([]*Deadline, len(v.Deadlines))
	for i := range v.Deadlines {
		out[i] = &v.Deadlines[i]
	}
	slices.SortStableFunc(out, func(a, b *Deadline) int { return d.depth(*a) - d.depth(*b) })
	return out
}

func (d *DB) queueNextCard(b *pgx.Batch, tx *pg.Tx, v *View, x Deadline, due deadline.Due) {
	rule, _, ok := d.rebuild(x)
	if !ok || v.PausedAt != nil && deadline.Pausable(rule.Duty()) { // it stands: no card falls
		return
	}
	at, level := firstCard(d.Engine(), deadline.Started{Rule: rule, Due: due}, v.Urgency != tickets.Normal, tx.Now)
	b.Queue(`UPDATE deadlines SET next_card_at = $3, next_card = $4 WHERE subject = $1 AND id = $2 AND NOT EXISTS (SELECT 1 FROM cards c WHERE c.ticket = $1 AND c.deadline = $2 AND c.level = $4)`, v.ID, x.ID, at, level)
}

// DueMoved is a due time that a calendar would move.
type DueMoved struct {
	Number, Rule  string
	Before, After time.Time
}

// Preview is what a calendar would move.
type Preview struct {
	Tickets int        // with provisional clocks that were looked at
	More    bool       // there are more than were looked at
	Moves   int        // due times that would move, of those looked at
	List    []DueMoved // the first of them
}

const previewList = 100

// PreviewCalendar computes what Recompute would move under a calendar that is
// not in force yet, looking at no more than `most` tickets. It changes nothing.
func (d *DB) PreviewCalendar(ctx context.Context, cal *workday.Calendar, most int) (p Preview, err error) {
	after := int64(0)
	for {
		ids, err := d.provisionalAfter(ctx, after, cal.Version())
		if err != nil || len(ids) == 0 {
			return p, err
		}
		for _, id := range ids {
			if p.Tickets == most {
				p.More = true
				return p, nil
			}
			after, p.Tickets = id, p.Tickets+1
			if err := d.previewTicket(ctx, id, cal, &p); err != nil {
				return p, fmt.Errorf("preview of ticket %d: %w", id, err)
			}
		}
	}
}

func (d *DB) previewTicket(ctx context.Context, id int64, cal *workday.Calendar, p *Preview) error {
	return d.pg.Do(ctx, pg.Machine("machine:calendar"), func(tx *pg.Tx) error {
		v, err := d.lockID(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, c := range d.computeAgain(v, cal) {
			if c.due.At.Equal(c.before) {
				continue
			}
			p.Moves++
			if len(p.List) < previewList {
				p.List = append(p.List, DueMoved{v.Number, c.now.Rule, c.before, c.due.At})
			}
		}
		return nil
	})
}

// Reload reads rules and calendars again at once, for a job that must not work
// with those of half a minute ago.
func (d *DB) Reload(ctx context.Context) error { return d.clocks.Reload(ctx) }
