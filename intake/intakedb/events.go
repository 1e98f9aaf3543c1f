package intakedb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/tickets/ticketdb"
)

// JobEvent is the outbox kind of an inbound event that has not yet taken effect.
// Its row carries the id of the event's submission, so that ticketdb.ActOnce
// takes the step and marks the event applied in one transaction. The relay leaves
// it alone: the platform's endpoint and its sweep carry it out.
const JobEvent = "platform_event"

// KeptFor is how long an event that does not fit yet is tried again; then it
// stops and waits for a person.
const KeptFor = 24 * time.Hour

// ErrConflict: the same event id came before with another content.
var ErrConflict = errors.New("the same event id came with another content")

// Event is a line of what passed between a platform and us. Inbound states:
// applied, kept (not yet, or never: Reason says why), conflict.
type Event struct {
	Platform   string
	EventID    string
	OrderNo    string
	Event      string
	At         time.Time // the sender's time
	SHA256     []byte
	Submission int64
	Ticket     int64
	State      string
	Reason     string
	Attempts   int
	UpdatedAt  time.Time
}

const eventColumns = `platform, event_id, order_no, event, at, sha256, coalesce(submission, 0), coalesce(ticket, 0), state, reason, attempts, updated_at`

// FindEvent finds an inbound event. It returns pg.ErrNotFound for one that never
// came, and ErrConflict with the first one when the digest is another.
func (s *Store) FindEvent(ctx context.Context, platform, id string, sum []byte) (Event, error) {
	rows, err := s.pg.Machines().Query(ctx, `SELECT `+eventColumns+` FROM order_events WHERE platform = $1 AND direction = 'in' AND event_id = $2`, platform, id)
	if err != nil {
		return Event{}, fmt.Errorf("find event: %w", err)
	}
	e, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Event])
	if err != nil {
		return Event{}, fmt.Errorf("find event: %w", pg.Translate(err))
	}
	if !bytes.Equal(e.SHA256, sum) {
		return e, ErrConflict
	}
	return e, nil
}

// EventStmts note a dispatched event in the transaction that opens its ticket.
func (s *Store) EventStmts(e Event) []ticketdb.Stmt {
	return []ticketdb.Stmt{
		{SQL: `INSERT INTO order_events (platform, event_id, order_no, direction, event, at, sha256, submission, ticket, state, updated_at)
			SELECT $3, $4, $5, 'in', $6, $7::timestamptz, $8::bytea, $9::bigint, $1, 'applied', $10::timestamptz WHERE $2::bigint IS NOT NULL`,
			Args: []any{e.Platform, e.EventID, e.OrderNo, e.Event, e.At, e.SHA256, e.Submission, s.pg.Now()}},
		{SQL: `UPDATE submissions SET disposition = 'event', ticket = $1 WHERE id = $3 AND disposition = 'stored' AND $2::bigint IS NOT NULL`, Args: []any{e.Submission}},
	}
}

// Note writes an event that has nothing left to do (State applied) or must not
// be applied (conflict), with its submission. The same event again changes nothing.
func (s *Store) Note(ctx context.Context, e Event) error {
	disposition := "event"
	if e.State == "conflict" {
		disposition = "conflict"
	}
	return s.do(ctx, e.Platform, func(tx *pg.Tx) error {
		if _, err := insertEvent(ctx, tx, e); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE submissions SET disposition = $2, reason = $3, ticket = nullif($4, 0) WHERE id = $1 AND disposition = 'stored'`, e.Submission, disposition, e.Reason, e.Ticket)
		return err
	})
}

// KeepEvent stores an event that is to be applied: durable when it returns, and
// carried out by whoever calls Waiting. The same event again changes nothing;
// with another content it returns ErrConflict.
func (s *Store) KeepEvent(ctx context.Context, e Event) (fresh bool, err error) {
	e.State = "kept"
	err = s.do(ctx, e.Platform, func(tx *pg.Tx) error {
		if fresh, err = insertEvent(ctx, tx, e); err != nil || !fresh {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO outbox (id, kind, args, created_at, run_at) VALUES ($1, $2, jsonb_build_object('platform', $3::text, 'event', $4::text), $5, $5)`,
			e.Submission, JobEvent, e.Platform, e.EventID, tx.Now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE submissions SET disposition = 'event' WHERE id = $1 AND disposition = 'stored'`, e.Submission)
		return err
	})
	if err != nil || fresh {
		return fresh, err
	}
	_, err = s.FindEvent(ctx, e.Platform, e.EventID, e.SHA256)
	return false, err
}

func insertEvent(ctx context.Context, tx *pg.Tx, e Event) (bool, error) {
	tag, err := tx.Exec(ctx, `INSERT INTO order_events (platform, event_id, order_no, direction, event, at, sha256, submission, ticket, state, reason, updated_at)
		VALUES ($1, $2, $3, 'in', $4, $5, $6, $7, nullif($8, 0), $9, $10, $11) ON CONFLICT DO NOTHING`,
		e.Platform, e.EventID, e.OrderNo, e.Event, e.At, e.SHA256, e.Submission, e.Ticket, e.State, e.Reason, tx.Now)
	return err == nil && tag.RowsAffected() == 1, err
}

// do runs fn as the platform's machine.
func (s *Store) do(ctx context.Context, platform string, fn func(tx *pg.Tx) error) error {
	if err := s.pg.Do(ctx, pg.Machine("platform:"+platform), fn); err != nil {
		return fmt.Errorf("events of %s: %w", platform, err)
	}
	return nil
}
