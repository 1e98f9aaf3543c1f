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
}

// RaiseCards writes the cards that have fallen by now, at most `most`, tells
// those each level speaks to (as outbox rows) and notes when the next one of
// the clock falls. Several nodes may run it at once.
func (d *DB) RaiseCards(ctx context.Context, now time.Time, most int) (int, error) {
	n := 0
	err := d.pg.Do(ctx, pg.Machine("machine:cards"), func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `SELECT l.id, l.subject, l.rule, l.rule_version, l.calendar, l.start_at, l.base_due_at, l.due_at, l.next_card,
				(SELECT t.urgency <> 'normal' FROM tickets t WHERE t.id = l.subject)
			FROM deadlines l WHERE l.next_card_at <= $1 AND l.met_at IS NULL AND l.cancelled_at IS NULL AND l.subject_kind = 'ticket'
			ORDER BY l.next_card_at LIMIT $2 FOR UPDATE OF l SKIP LOCKED`, now, most)
		if err != nil {
			return fmt.Errorf("cards due: %w", err)
		}
		due, err := pgx.CollectRows(rows, pgx.RowToStructByPos[dueCard])
		if err != nil {
			return fmt.Errorf("cards due: %w", err)
		}
		b := &pgx.Batch{}
		for _, c := range due {
			if err := d.queueCard(ctx, tx, b, c); err != nil {
				return err
			}
		}
		n = len(due)
		if n == 0 {
			return nil
		}
		tx.Nudge()
		return tx.SendBatch(ctx, b).Close()
	})
	return n, err
}

func (d *DB) queueCard(ctx context.Context, tx *pg.Tx, b *pgx.Batch, c dueCard) error {
	level := deadline.Level(c.Level)
	id, err := tx.ID(ctx)
	if err != nil {
		return err
	}
	job, err := tx.ID(ctx)
	if err != nil {
		return err
	}
	args, err := json.Marshal(map[string]any{"action": "card", "level": c.Level, "deadline": c.ID})
	if err != nil {
		return err
	}
	b.Queue(`INSERT INTO cards (id, ticket, deadline, level, at, due_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, id, c.Ticket, c.ID, c.Level, tx.Now, c.Due)
	b.Queue(`INSERT INTO outbox (id, kind, ticket, args, created_at, run_at) VALUES ($1, $2, $3, $4, $5, $5)`, job, tickets.JobNotify, c.Ticket, args, tx.Now)
	if level == deadline.Red {
		// A step of its own: it locks the ticket, and cards lock the clock first.
		s, err := outboxStmt(ctx, tx, tickets.JobSupervise, c.Ticket, map[string]any{"deadline": c.ID})
		if err != nil {
			return err
		}
		b.Queue(s.SQL, s.Args...)
	}
	at, next := d.cardAfter(c)
	b.Queue(`UPDATE deadlines SET next_card_at = $2, next_card = $3 WHERE id = $1 AND subject = $4`, c.ID, at, next, c.Ticket)
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
