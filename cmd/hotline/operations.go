package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/web"
)

// operations answers the operations page from the outbox, the mail ledger and
// the events of the 12345 platforms.
type operations struct{ a *app }

func newOperations(a *app) web.Operations { return operations{a} }

// Outbox implements web.Operations.
func (o operations) Outbox(ctx context.Context) ([]web.OutboxCount, error) {
	list, err := o.a.workers.Outbox().Backlog(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]web.OutboxCount, len(list))
	for i, b := range list {
		out[i] = web.OutboxCount{Kind: b.Kind, Waiting: b.Waiting, Stopped: b.Stopped}
		if !b.Oldest.IsZero() && b.Waiting > 0 {
			out[i].Oldest = &b.Oldest
		}
	}
	return out, nil
}

// Stopped implements web.Operations.
func (o operations) Stopped(ctx context.Context, limit int) ([]web.StoppedJob, error) {
	list, err := o.a.workers.Outbox().Stopped(ctx, limit)
	if err != nil {
		return nil, err
	}
	out := make([]web.StoppedJob, len(list))
	for i, f := range list {
		out[i] = web.StoppedJob{ID: f.ID, Kind: f.Kind, Number: f.Number, Attempt: f.Attempt, Error: f.Error}
		if f.StoppedAt != nil {
			out[i].StoppedAt = *f.StoppedAt
		}
	}
	return out, nil
}

// Retry implements web.Operations.
func (o operations) Retry(ctx context.Context, me pg.Me, id int64) error {
	if err := o.a.workers.Outbox().Retry(ctx, id, o.a.s.pg.Now()); err != nil {
		return err
	}
	o.a.log.Info("job retried", "outbox", id, "actor", me.Actor())
	o.a.s.bell.Ring()
	return nil
}

// Mailboxes implements web.Operations.
func (o operations) Mailboxes(ctx context.Context) ([]web.Mailbox, error) {
	rows, err := o.a.s.pg.Machines().Query(ctx, `SELECT m.name, m.uid, m.server_count, (SELECT count(*) FROM mail_ledger l WHERE l.mailbox = m.name AND l.uidvalidity = m.uidvalidity) AS ledger,
		m.polled_at, m.ok_at, m.error, (SELECT count(*) FROM mail_ledger l WHERE l.mailbox = m.name AND l.disposition IN ('quarantined', 'unreadable'))::int AS unread FROM mailboxes m ORDER BY m.name`)
	if err != nil {
		return nil, fmt.Errorf("mailboxes: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[web.Mailbox])
}

// Events implements web.Operations.
func (o operations) Events(ctx context.Context, limit int) ([]web.OrderEvent, error) {
	rows, err := o.a.s.pg.Machines().Query(ctx, `SELECT e.platform, e.event_id, e.order_no, coalesce(t.number, ''), e.direction, e.event, e.state, e.reason, e.attempts, e.updated_at
		FROM order_events e LEFT JOIN tickets t ON t.id = e.ticket WHERE e.state IN ('queued', 'sent', 'refused', 'failed', 'conflict', 'kept') ORDER BY e.updated_at DESC LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("12345 events: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[web.OrderEvent])
}
