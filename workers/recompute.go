package workers

import (
	"context"

	"hotline/internal/outbox"
)

// recompute gives the open provisional clocks their due times under the calendar
// that was imported. A second run changes nothing.
func recompute(ctx context.Context, d *Deps, rows []outbox.Row) error {
	if err := d.Tickets.Reload(ctx); err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := d.Tickets.Recompute(ctx); err != nil {
			return err
		}
		if err := d.Tickets.Finish(ctx, r.ID, "machine:calendar"); err != nil {
			return err
		}
	}
	return nil
}
