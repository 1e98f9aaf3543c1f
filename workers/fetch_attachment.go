package workers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"hotline/internal/outbox"
	"hotline/internal/pg"
)

const machineFetch = "machine:fetch"

// fetchAttachment brings in a file that a platform only named. A second run finds
// that the file waits no longer.
func fetchAttachment(ctx context.Context, d *Deps, rows []outbox.Row) error {
	for _, r := range rows {
		if err := fetchOne(ctx, d, r); err != nil {
			return err
		}
	}
	return nil
}

func fetchOne(ctx context.Context, d *Deps, r outbox.Row) error {
	var args struct {
		Attachment int64 `json:"attachment"`
	}
	if err := json.Unmarshal(r.Args, &args); err != nil {
		return Permanent(fmt.Errorf("row of an attachment: %w", err))
	}
	w, err := d.Work.WaitingFile(ctx, args.Attachment)
	if errors.Is(err, pg.ErrNotFound) {
		return d.Tickets.Finish(ctx, r.ID, machineFetch)
	}
	if err != nil {
		return err
	}
	if d.Fetcher == nil {
		return Permanent(errors.New("no platform is set up to fetch files from"))
	}
	content, err := d.Fetcher.Get(ctx, w.Platform, w.URL, w.SHA256)
	var no errRefusedFile
	switch {
	case errors.As(err, &no):
		err = d.Tickets.StoreFetched(ctx, w.ID, nil, "refused", no.why)
	case err == nil:
		err = d.Tickets.StoreFetched(ctx, w.ID, content, "stored", "")
	}
	if err != nil {
		return err
	}
	return d.Tickets.Finish(ctx, r.ID, machineFetch)
}
