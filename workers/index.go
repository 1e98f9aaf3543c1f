package workers

import (
	"context"
	"time"
)

// indexMost is how many texts go into one transaction.
const indexMost = 500

// indexLoop writes the search text of new and changed tickets, within a second.
// Where more than one process runs, one of them is at it.
func (w *Workers) indexLoop() loop {
	return loop{"index", 400 * time.Millisecond, func(ctx context.Context, _ time.Time) (bool, error) {
		n, err := w.deps.Work.IndexBatch(ctx, indexMost)
		w.meter.indexed.Add(float64(n))
		return n >= indexMost, err
	}}
}
