package ticketdb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/tickets"
)

// dueCard is a clock whose next card has fallen.
type dueCard struct {
	ID       int64
	Ticket   int64
	Rule     string
	Version  int
	Calendar string
	Start    time.Time
	Base     time.Time
	Due      time.Time
	Level    string
	Urgent   bool
	Task     *dueTask // where the clock is a task's
}

// RaiseCards writes the cards that have fallen by now, at most `most`, tells
// those each level speaks to (as outbox rows) and notes when the next one of
// the clock falls. Several nodes may run it at once.
func (d *DB) RaiseCards(ctx context.Context, now time.Time, most int) (int, error) {
	n := 0
	err := d.pg.Do(ctx, pg.Machine("machine:cards"), func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `SELECT l.id, l.subject, l.rule, l.rule_version, l.calendar, l.start_at, l.base_due_at, l.due_at, l.next_card,
				l.rule = 'task.urgent' OR l.rule NOT LIKE 'task%' AND (SELECT t.urgency <> 'normal' FROM tickets t WHERE t.id = l.subject), NULL
			FROM deadlines l WHERE l.next_card_at <= $1 AND l.met_at IS NULL AND l.cancelled_at IS NULL AND l.subject_kind = 'ticket'
			ORDER BY l.next_card_at LIMIT $2 FOR UPDATE OF l SKIP LOCKED`, now, most)
		if err != nil {
			return fmt.Errorf("cards due: %w", err)
		}
		due, err := pgx.CollectRows(rows, pgx.RowToStructByPos[dueCard])
		if err != nil {
			return fmt.Errorf("cards due: %w", err)
		}
		if n = len(due); n == 0 {
			return nil
		}
		if err := d.tasksOf(ctx, tx, due); err != nil {
			return err
		}
		tx.Nudge()
		return d.writeCards(ctx, tx, due)
	})
	return n, err
}

// cardRows are cards, their jobs and what follows on their clocks, as columns of
// unnest: a sweep after a holiday raises thousands.
type cardRows struct {
	id, ticket, clock []int64
	level             []string
	due               []time.Time
	next              []*time.Time
	nextLevel         []*string
	job, jobTicket    []int64
	jobKind           []string
	jobArgs           []string
}

// writeCards stores the cards in one round trip. A red card also calls the level
// above: a step of its own, since it locks the ticket and cards lock the clock
// first.
func (d *DB) writeCards(ctx context.Context, tx *pg.Tx, due []dueCard) error {
	var r cardRows
	for _, c := range due {
		id, err := tx.ID(ctx)
		if err != nil {
			return err
		}
		r.id, r.ticket, r.clock, r.level, r.due = append(r.id, id), append(r.ticket, c.Ticket), append(r.clock, c.ID), append(r.level, c.Level), append(r.due, c.Due)
		next, level := d.cardAfter(c)
		r.next, r.nextLevel = append(r.next, next), append(r.nextLevel, level)
		told := map[string]any{"action": "card", "level": c.Level, "deadline": c.ID}
		if c.Task != nil {
			c.Task.tell(told)
		}
		if err := r.addJob(ctx, tx, tickets.JobNotify, c.Ticket, told); err != nil {
			return err
		}
		if deadline.Level(c.Level) != deadline.Red || c.Task != nil {
			continue // who is late with a task is not who has the ticket
		}
		if err := r.addJob(ctx, tx, tickets.JobSupervise, c.Ticket, map[string]any{"deadline": c.ID}); err != nil {
			return err
		}
	}
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO cards (id, ticket, deadline, level, at, due_at) SELECT i, t, c, l, $6, d FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[]) u(i, t, c, l, d)
		ON CONFLICT DO NOTHING`, r.id, r.ticket, r.clock, r.level, r.due, tx.Now)
	b.Queue(`INSERT INTO outbox (id, kind, ticket, args, created_at, run_at) SELECT i, k, t, a::jsonb, $5, $5 FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) u(i, k, t, a)`,
		r.job, r.jobKind, r.jobTicket, r.jobArgs, tx.Now)
	b.Queue(`UPDATE deadlines l SET next_card_at = u.n, next_card = u.v FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[]) u(t, c, n, v) WHERE l.subject = u.t AND l.id = u.c`,
		r.ticket, r.clock, r.next, r.nextLevel)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("raise %d cards: %w", len(due), err)
	}
	return nil
}

func (r *cardRows) addJob(ctx context.Context, tx *pg.Tx, kind string, ticket int64, args map[string]any) error {
	id, err := tx.ID(ctx)
	if err != nil {
		return err
	}
	data, err := json.Marshal(args)
	if err != nil {
		return err
	}
	r.job, r.jobKind, r.jobTicket, r.jobArgs = append(r.job, id), append(r.jobKind, kind), append(r.jobTicket, ticket), append(r.jobArgs, string(data))
	return nil
}

// cardAfter is the card that follows c.Level on the same clock.
func (d *DB) cardAfter(c dueCard) (*time.Time, *string) {
	rule, ok := d.Engine().Rules.Find(c.Rule, c.Version)
	calendar := d.clocks.Calendar(c.Calendar)
	if !ok || calendar == nil {
		return nil, nil
	}
	due := deadline.Due{RuleCode: c.Rule, RuleVersion: c.Version, CalendarVersion: c.Calendar, StartAt: c.Start, At: c.Due, Base: c.Base}
	seen := false
	for _, k := range deadline.Cards(deadline.Clock{Rule: rule, Due: due, Calendar: calendar, Urgent: c.Urgent}) {
		if seen {
			at, level := k.Notify.UTC(), string(k.Level)
			return &at, &level
		}
		seen = string(k.Level) == c.Level
	}
	return nil, nil
}
