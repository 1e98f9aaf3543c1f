package workers

import (
	"context"

	"hotline/internal/outbox"
)

// reply plans, after an approval, by which ways the answer goes out; each way is
// a row of its own.
func reply(ctx context.Context, d *Deps, rows []outbox.Row) error {
	for _, r := range rows {
		if err := d.Tickets.PlanReply(ctx, r.ID, r.Ticket); err != nil {
			return err
		}
	}
	return nil
}
