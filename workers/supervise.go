package workers

import (
	"context"
	"errors"

	"hotline/internal/outbox"
	"hotline/internal/pg"
	"hotline/tickets"
)

const machineCards = "machine:cards"

// supervise puts a ticket whose clock has run out under the supervision of the
// level above (tickets.md: expiry, 红牌), as a step like everybody's. A ticket
// that was closed meanwhile needs none.
func supervise(ctx context.Context, d *Deps, rows []outbox.Row) error {
	for _, r := range rows {
		err := d.Tickets.ActOnce(ctx, r.ID, r.Ticket, machineCards, tickets.ActSupervise, tickets.Values{"note": "时限已过，红牌自动督办"})
		if errors.Is(err, tickets.ErrNotAllowed) || errors.Is(err, pg.ErrNotFound) {
			err = d.Tickets.Finish(ctx, r.ID, machineCards)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
