package workerdb

import (
	"context"
	"fmt"

	"hotline/internal/pg"
)

// Waiting is a file that is still to be fetched.
type Waiting struct {
	ID       int64
	URL      string
	SHA256   []byte // as promised; nil where nothing was
	Platform string // whose order the ticket is; "" for none
}

// WaitingFile finds an attachment that waits to be fetched. It returns
// pg.ErrNotFound when there is none, or it waits no longer.
func (d *DB) WaitingFile(ctx context.Context, id int64) (Waiting, error) {
	w := Waiting{ID: id}
	err := d.pg.Machines().QueryRow(ctx, `
		SELECT a.source_url, a.sha256, coalesce((SELECT o.platform FROM orders o WHERE o.ticket = a.ticket LIMIT 1), '')
		  FROM attachments a WHERE a.id = $1 AND a.state = 'waiting'`, id).Scan(&w.URL, &w.SHA256, &w.Platform)
	if err != nil {
		return Waiting{}, fmt.Errorf("waiting attachment %d: %w", id, pg.Translate(err))
	}
	return w, nil
}
