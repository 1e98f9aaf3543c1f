package workers

import (
	"context"
	"time"
)

// cardsMost is how many cards go into one transaction.
const cardsMost = 2000

// cardsLoop raises the warning cards that have fallen due. The one who raises a
// card holds its clock's row, so no card is raised twice.
func (w *Workers) cardsLoop() loop {
	return loop{"cards", 15 * time.Second, func(ctx context.Context, now time.Time) (bool, error) {
		n, err := w.deps.Tickets.RaiseCards(ctx, now, cardsMost)
		w.meter.cards.Add(float64(n))
		return n == cardsMost, err
	}}
}
