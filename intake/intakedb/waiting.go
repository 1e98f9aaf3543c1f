package intakedb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/tickets"
)

// OrderKey names an order.
type OrderKey struct{ Platform, OrderNo string }

// DueOrders lists the orders with events that should be tried (again) now, of
// the given platforms, at most `most`.
func (s *Store) DueOrders(ctx context.Context, platforms []string, most int) ([]OrderKey, error) {
	rows, err := s.pg.Machines().Query(ctx, `SELECT DISTINCT e.platform, e.order_no FROM (
			SELECT args->>'platform' AS platform, args->>'event' AS event FROM outbox
			 WHERE kind = $1 AND done_at IS NULL AND stopped_at IS NULL AND run_at <= $2 AND args->>'platform' = ANY ($3) ORDER BY run_at LIMIT $4) o
		  JOIN order_events e ON e.platform = o.platform AND e.direction = 'in' AND e.event_id = o.event`, JobEvent, s.pg.Now(), platforms, most)
	if err != nil {
		return nil, fmt.Errorf("due orders: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[OrderKey])
	if err != nil {
		return nil, fmt.Errorf("due orders: %w", err)
	}
	return list, nil
}

// Waiting is an event that has not taken effect yet. Late is set when a newer
// 重办 of the order was applied before it.
type Waiting struct {
	Event
	Raw     []byte
	Created time.Time
	Late    bool
}

// Waiting lists the events of an order that have not taken effect, in the order
// in which the platform made them.
func (s *Store) Waiting(ctx context.Context, platform, orderNo string) ([]Waiting, error) {
	// A run that died after its step left the event's line behind: the outbox row knows.
	if _, err := s.pg.Machines().Exec(ctx, `UPDATE order_events e SET state = 'applied', reason = '', updated_at = o.done_at FROM outbox o
		WHERE e.platform = $1 AND e.order_no = $2 AND e.direction = 'in' AND e.state = 'kept' AND o.id = e.submission AND o.done_at IS NOT NULL`, platform, orderNo); err != nil {
		return nil, fmt.Errorf("waiting events: %w", err)
	}
	rows, err := s.pg.Machines().Query(ctx, `SELECT e.platform, e.event_id, e.order_no, e.event, e.at, e.sha256, e.submission, coalesce(e.ticket, 0), e.state, e.reason, e.attempts, e.updated_at,
			b.raw, o.created_at,
			EXISTS (SELECT 1 FROM order_events x WHERE x.platform = e.platform AND x.order_no = e.order_no AND x.direction = 'in' AND x.event = 'redone' AND x.state = 'applied' AND x.at > e.at)
		  FROM order_events e JOIN outbox o ON o.id = e.submission JOIN submissions b ON b.id = e.submission
		 WHERE e.platform = $1 AND e.order_no = $2 AND e.direction = 'in' AND e.state = 'kept' AND o.done_at IS NULL
		 ORDER BY e.at, o.created_at, e.event_id`, platform, orderNo)
	if err != nil {
		return nil, fmt.Errorf("waiting events: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Waiting, err error) {
		return w, row.Scan(&w.Platform, &w.EventID, &w.OrderNo, &w.Event.Event, &w.At, &w.SHA256, &w.Submission, &w.Ticket, &w.State, &w.Reason, &w.Attempts, &w.UpdatedAt, &w.Raw, &w.Created, &w.Late)
	})
	if err != nil {
		return nil, fmt.Errorf("waiting events: %w", err)
	}
	for i := range list {
		if list[i].Raw, err = s.vault.Open(aad(list[i].Submission), list[i].Raw); err != nil {
			return nil, fmt.Errorf("open submission %d: %w", list[i].Submission, err)
		}
	}
	return list, nil
}

// Applied notes that an event took effect, or has none left to take.
func (s *Store) Applied(ctx context.Context, e Event, reason string) error {
	_, err := s.pg.Machines().Exec(ctx, `UPDATE order_events SET state = 'applied', reason = $3, updated_at = $4 WHERE platform = $1 AND direction = 'in' AND event_id = $2 AND state = 'kept'`,
		e.Platform, e.EventID, reason, s.pg.Now())
	if err != nil {
		return fmt.Errorf("event applied: %w", err)
	}
	return nil
}

// Postpone keeps an event that does not fit now, with the reason. It is tried
// again in a minute, and stops after KeptFor.
func (s *Store) Postpone(ctx context.Context, w Waiting, reason string) error {
	return s.do(ctx, w.Platform, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE order_events SET reason = $3, updated_at = $4, attempts = attempts + 1 WHERE platform = $1 AND direction = 'in' AND event_id = $2 AND state = 'kept'`,
			w.Platform, w.EventID, reason, tx.Now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE outbox SET attempt = attempt + 1, run_at = $2, error = $3, stopped_at = CASE WHEN created_at < $4 THEN $5::timestamptz END WHERE id = $1 AND done_at IS NULL AND stopped_at IS NULL`,
			w.Submission, tx.Now.Add(time.Minute), reason, tx.Now.Add(-KeptFor), tx.Now)
		return err
	})
}

// Settlement is what an event changes beside the ticket's own life.
type Settlement struct {
	State    string // of the order; "" leaves it
	ClosedAt *time.Time
	SignBy   *time.Time
	HandleBy *time.Time
	Reopened bool // a closed order goes on
	Files    []File
}

// File is one that a platform holds and we must fetch.
type File struct {
	Name   string
	URL    string
	SHA256 []byte
}

// Settle binds an event to its order's ticket, once, and writes its settlement
// in the same transaction. A second call changes nothing.
func (s *Store) Settle(ctx context.Context, w Waiting, ticket int64, c Settlement) error {
	return s.do(ctx, w.Platform, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE order_events SET ticket = $3 WHERE platform = $1 AND direction = 'in' AND event_id = $2 AND ticket IS NULL`, w.Platform, w.EventID, ticket)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE outbox SET ticket = $2 WHERE id = $1`, w.Submission, ticket); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE submissions SET ticket = $2 WHERE id = $1`, w.Submission, ticket); err != nil {
			return err
		}
		if err := settleOrder(ctx, tx, w, c); err != nil {
			return err
		}
		return fetchLater(ctx, tx, ticket, c.Files)
	})
}

// settleOrder keeps the platform's own view of its order; an event that comes
// after a newer one has no say in it.
func settleOrder(ctx context.Context, tx *pg.Tx, w Waiting, c Settlement) error {
	if c.State == "" && c.HandleBy == nil && c.SignBy == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE orders o SET state = CASE WHEN o.state = 'adjudicated' AND $3 = 'returned' THEN o.state ELSE coalesce(nullif($3, ''), o.state) END, closed_at = CASE WHEN $4 THEN NULL ELSE coalesce($5, o.closed_at) END,
			sign_by = coalesce($6, o.sign_by), handle_by = coalesce($7, o.handle_by)
		WHERE o.platform = $1 AND o.order_no = $2 AND NOT EXISTS (SELECT 1 FROM order_events x WHERE x.platform = $1 AND x.order_no = $2 AND x.direction = 'in'
			AND x.ticket IS NOT NULL AND x.at > $8 AND x.event IN ('closed', 'recalled', 'visited', 'redone', 'return_decided', 'extension_decided'))`,
		w.Platform, w.OrderNo, c.State, c.Reopened, c.ClosedAt, c.SignBy, c.HandleBy, w.At)
	return err
}

// fetchLater notes files to fetch, each with its outbox row.
func fetchLater(ctx context.Context, tx *pg.Tx, ticket int64, files []File) error {
	for _, f := range files {
		id, err := tx.ID(ctx)
		if err != nil {
			return err
		}
		job, err := tx.ID(ctx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO attachments (id, ticket, name, sha256, purpose, source_url, state, actor, at) VALUES ($1, $2, $3, $4, 'statement', $5, 'waiting', $6, $7)`,
			id, ticket, f.Name, f.SHA256, f.URL, tx.Me.Actor(), tx.Now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO outbox (id, kind, ticket, args, created_at, run_at) VALUES ($1, $2, $3, jsonb_build_object('attachment', $4::bigint), $5, $5)`,
			job, tickets.JobFetch, ticket, id, tx.Now); err != nil {
			return err
		}
		tx.Nudge()
	}
	return nil
}
