package workers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"hotline/internal/outbox"
	"hotline/internal/pg"
	"hotline/tickets"
)

const machinePause = "machine:pause"

// resume lets the clocks of a ticket run again when its pause ends as planned. A
// pause that ended before is nobody's business any more.
func resume(ctx context.Context, d *Deps, rows []outbox.Row) error {
	for _, r := range rows {
		if err := resumeOne(ctx, d, r); err != nil {
			return err
		}
	}
	return nil
}

func resumeOne(ctx context.Context, d *Deps, r outbox.Row) error {
	var args struct {
		Pause int64 `json:"pause"`
	}
	if err := json.Unmarshal(r.Args, &args); err != nil {
		return Permanent(fmt.Errorf("pause: %w", err))
	}
	v, err := d.Tickets.FindID(ctx, pg.Machine(machinePause), r.Ticket)
	if err != nil {
		return err
	}
	for _, p := range v.Pauses {
		if p.ID != args.Pause || p.To != nil {
			continue
		}
		err := d.Tickets.ActOnce(ctx, r.ID, r.Ticket, machinePause, tickets.ActResume, tickets.Values{"note": "中止期满，自动恢复计时"})
		if !errors.Is(err, tickets.ErrNotAllowed) {
			return err
		}
	}
	return d.Tickets.Finish(ctx, r.ID, machinePause)
}
