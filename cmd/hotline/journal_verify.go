package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"hotline/tickets/ticketdb"
)

// verifyCommand checks the journal.
type verifyCommand struct {
	Most int `help:"Stop after this many faults." default:"20"`
}

// Run prints every fault and fails when there is one.
func (v *verifyCommand) Run(ctx context.Context, c Config, log *slog.Logger, w io.Writer) error {
	s, err := openStores(ctx, c, log, false)
	if err != nil {
		return err
	}
	defer s.close()
	r, err := ticketdb.Verify(ctx, s.pg, v.Most)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	for _, f := range r.Faults {
		fmt.Fprintln(w, "✗", f.Error())
	}
	fmt.Fprintf(w, "%d tickets, %d tasks, %d journal rows, %d faults\n", r.Tickets, r.Tasks, r.Rows, len(r.Faults))
	if len(r.Faults) > 0 {
		return fmt.Errorf("the journal and the tables do not agree: %d faults", len(r.Faults))
	}
	return nil
}
