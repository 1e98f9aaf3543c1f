package workers

import (
	"context"
	"time"
)

// figuresMost is how many tickets one transaction counts.
const figuresMost = 500

// figuresLoop keeps the facts behind indicators and board a few seconds behind
// the journal.
func (w *Workers) figuresLoop() loop {
	return loop{"figures", 2 * time.Second, func(ctx context.Context, _ time.Time) (bool, error) {
		n, err := w.deps.Tickets.SweepFacts(ctx, figuresMost)
		return n == figuresMost, err
	}}
}
