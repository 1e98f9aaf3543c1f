package workers

import (
	"context"
	"errors"
	"time"
)

// sweepMost is how many rows of a kind one round removes.
const sweepMost = 5000

// sweepLoop keeps house: the next partition before the newest is full, nonces
// and sessions that are over, and outbox rows done a month ago.
func (w *Workers) sweepLoop() loop {
	return loop{"sweep", time.Minute, func(ctx context.Context, now time.Time) (bool, error) {
		partitions := w.deps.Work.EnsurePartitions(ctx)
		forgotten, err := w.deps.Work.Forget(ctx, sweepMost)
		if err != nil {
			return false, errors.Join(partitions, err)
		}
		pruned, err := w.deps.Outbox.Prune(ctx, now, sweepMost)
		return forgotten >= sweepMost || pruned == sweepMost, errors.Join(partitions, err)
	}}
}

// backlogLoop shows in the metrics what is open.
func (w *Workers) backlogLoop() loop {
	return loop{"backlog", 5 * time.Second, func(ctx context.Context, now time.Time) (bool, error) {
		list, err := w.deps.Outbox.Backlog(ctx)
		if err == nil {
			w.meter.backlog(w.kinds(), list, now)
		}
		return false, err
	}}
}
