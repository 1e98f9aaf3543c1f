package intakedb

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/tickets"
)

// Draft is an event of ours on its way to a platform. Body is fixed at the first
// attempt: every later one sends the same bytes. State: queued, sent (no answer
// yet), accepted, refused, failed (given up).
type Draft struct {
	Platform string
	EventID  string
	OrderNo  string
	Event    string
	At       time.Time
	Ticket   int64
	Body     []byte
	State    string
	Reason   string
	Attempts int
}

// Decided tells whether the platform has said its last word.
func (d Draft) Decided() bool { return d.State == "accepted" || d.State == "refused" }

// Drafted finds an event of ours as it was first written. It returns
// pg.ErrNotFound where there was no attempt yet.
func (s *Store) Drafted(ctx context.Context, platform, eventID string) (Draft, error) {
	d := Draft{Platform: platform, EventID: eventID}
	var submission int64
	var sealed []byte
	err := s.pg.Machines().QueryRow(ctx, `SELECT e.order_no, e.event, e.at, coalesce(e.ticket, 0), e.state, e.reason, e.attempts, b.id, b.raw
		FROM order_events e JOIN submissions b ON b.id = e.submission WHERE e.platform = $1 AND e.direction = 'out' AND e.event_id = $2`, platform, eventID).
		Scan(&d.OrderNo, &d.Event, &d.At, &d.Ticket, &d.State, &d.Reason, &d.Attempts, &submission, &sealed)
	if err != nil {
		return d, fmt.Errorf("find event of ours: %w", pg.Translate(err))
	}
	if d.Body, err = s.vault.Open(aad(submission), sealed); err != nil {
		return d, fmt.Errorf("open event of ours: %w", err)
	}
	return d, nil
}

// Draft writes an event of ours down before its first attempt, its body sealed.
// Where it was written before, that one is returned and d forgotten.
func (s *Store) Draft(ctx context.Context, d Draft) (Draft, error) {
	id, err := s.pg.RowID(ctx)
	if err != nil {
		return d, fmt.Errorf("draft event: %w", err)
	}
	sealed, err := s.vault.Seal(aad(id), d.Body)
	if err != nil {
		return d, fmt.Errorf("draft event: %w", err)
	}
	sum, fresh := sha256.Sum256(d.Body), false
	err = s.do(ctx, d.Platform, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO order_events (platform, event_id, order_no, direction, event, at, sha256, submission, ticket, state, updated_at)
			VALUES ($1, $2, $3, 'out', $4, $5, $6, $7, $8, 'queued', $9) ON CONFLICT DO NOTHING`, d.Platform, d.EventID, d.OrderNo, d.Event, d.At, sum[:], id, d.Ticket, tx.Now)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		fresh = true
		_, err = tx.Exec(ctx, `INSERT INTO submissions (id, channel, source, source_id, sha256, raw, received_at, entered_at, disposition, ticket)
			VALUES ($1, 'city12345', 'out:' || $2::text, $3, $4, $5, $6, $7, 'event', $8)`, id, d.Platform, d.EventID, sum[:], sealed, d.At, tx.Now, d.Ticket)
		return err
	})
	if err != nil {
		return d, err
	}
	if !fresh {
		return s.Drafted(ctx, d.Platform, d.EventID)
	}
	d.State = "queued"
	return d, nil
}

// Sent notes how an attempt ended: sent, accepted, refused or failed. A decision
// stays; accepted events move the platform's own state of the order on.
func (s *Store) Sent(ctx context.Context, d Draft, state, reason string) error {
	return s.do(ctx, d.Platform, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE order_events SET state = $3, reason = $4, attempts = attempts + 1, updated_at = $5
			WHERE platform = $1 AND direction = 'out' AND event_id = $2 AND state NOT IN ('accepted', 'refused')`, d.Platform, d.EventID, state, reason, tx.Now)
		if err != nil || tag.RowsAffected() == 0 || state != "accepted" {
			return err
		}
		switch d.Event {
		case "signed":
			_, err = tx.Exec(ctx, `UPDATE orders SET state = 'signed' WHERE platform = $1 AND order_no = $2 AND state = 'dispatched'`, d.Platform, d.OrderNo)
		case "replied":
			_, err = tx.Exec(ctx, `UPDATE orders SET state = 'replied' WHERE platform = $1 AND order_no = $2 AND state IN ('dispatched', 'signed')`, d.Platform, d.OrderNo)
		}
		return err
	})
}

// Portal leaves an event of ours to a person, who enters it on the platform's
// own pages; it stays on the list of disagreements.
func (s *Store) Portal(ctx context.Context, d Draft, reason string) error {
	_, err := s.pg.Machines().Exec(ctx, `UPDATE order_events SET reason = $3, updated_at = $4 WHERE platform = $1 AND direction = 'out' AND event_id = $2 AND state = 'queued'`,
		d.Platform, d.EventID, reason, s.pg.Now())
	if err != nil {
		return fmt.Errorf("leave event to a person: %w", err)
	}
	return nil
}

// Ahead tells whether an older event of the same ticket is still on its way: the
// events of an order leave in the order of their acts. One that has stopped
// holds nothing up.
func (s *Store) Ahead(ctx context.Context, outbox int64) (bool, error) {
	var ahead bool
	err := s.pg.Machines().QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM outbox o JOIN outbox me ON me.id = $1 AND o.ticket = me.ticket
		WHERE o.done_at IS NULL AND o.stopped_at IS NULL AND o.kind = ANY ($2) AND (o.created_at, o.id) < (me.created_at, me.id))`, outbox,
		[]string{tickets.JobPlatformSigned, tickets.JobPlatformReturn, tickets.JobPlatformContact, tickets.JobPlatformReply, tickets.JobPlatformAnswer, tickets.JobPlatformExtension}).Scan(&ahead)
	if err != nil {
		return false, fmt.Errorf("events ahead: %w", err)
	}
	return ahead, nil
}

// TellDesk asks, once for an event, that the people of the desk and the
// investigator be told that it must be done by hand.
func (s *Store) TellDesk(ctx context.Context, d Draft) error {
	return s.do(ctx, d.Platform, func(tx *pg.Tx) error {
		var told int64
		err := tx.QueryRow(ctx, `SELECT id FROM outbox WHERE ticket = $1 AND kind = $2 AND args->>'event' = $3 AND done_at IS NULL LIMIT 1`, d.Ticket, tickets.JobNotify, d.EventID).Scan(&told)
		if err == nil {
			return nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		id, err := tx.ID(ctx)
		if err != nil {
			return err
		}
		tx.Nudge()
		_, err = tx.Exec(ctx, `INSERT INTO outbox (id, kind, ticket, args, created_at, run_at) VALUES ($1, $2, $3, jsonb_build_object('action', 'deliver_by_hand', 'event', $4::text), $5, $5)`,
			id, tickets.JobNotify, d.Ticket, d.EventID, tx.Now)
		return err
	})
}
