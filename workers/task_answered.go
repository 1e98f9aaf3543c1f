package workers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hotline/internal/outbox"
	"hotline/tickets"
)

const machineTask = "machine:task"

// taskAnswered tells a ticket that a unit has answered its task. The unit may not
// know of the ticket: its answer left a row that names the task alone.
func taskAnswered(ctx context.Context, d *Deps, rows []outbox.Row) error {
	for _, r := range rows {
		var args struct {
			Task  int64     `json:"task"`
			Round int       `json:"round"`
			At    time.Time `json:"at"`
		}
		if err := json.Unmarshal(r.Args, &args); err != nil {
			return Permanent(fmt.Errorf("answer of a task: %w", err))
		}
		err := d.Tickets.TakeAnswer(ctx, r.ID, args.Task, args.Round, args.At, machineTask)
		var bad tickets.Invalid
		if errors.As(err, &bad) || errors.Is(err, tickets.ErrNotAllowed) {
			return Permanent(err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
