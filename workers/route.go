package workers

import (
	"context"
	"sync"

	"hotline/internal/outbox"
	"hotline/internal/units"
	"hotline/tickets"
)

// route proposes a unit for each new ticket, and dispatches where nobody needs
// to decide. One transaction for the batch.
func route(ctx context.Context, d *Deps, rows []outbox.Row) error {
	told, err := d.Work.Routing(ctx)
	if err != nil {
		return err
	}
	tree, engine := d.Tickets.Tree(), d.Tickets.Engine()
	world := told.World(tree, d.regions.of(tree), engine.Calendar.Office(d.Tickets.Now(), engine.Hours))
	return d.Tickets.RouteBatch(ctx, rows, func(t *tickets.Ticket) tickets.Proposal {
		in := tickets.RouteInputOf(t)
		in.OrderUnit = orderUnit(t, tree)
		return tickets.Route(in, world)
	})
}

// orderUnit is the unit that a platform addressed an order to, 0 where its words
// name none of ours or more than one.
func orderUnit(t *tickets.Ticket, tree *units.Tree) int {
	if t.Order == nil || t.Order.UnitText == "" {
		return 0
	}
	found := 0
	for _, u := range tree.All() {
		if u.Name != t.Order.UnitText && u.Short != t.Order.UnitText {
			continue
		}
		if found != 0 {
			return 0
		}
		found = u.ID
	}
	return found
}

// regions keeps the gazetteer of the newest tree: building it takes longer than
// routing a ticket.
type regions struct {
	mu   sync.Mutex
	tree *units.Tree
	made *tickets.Regions
}

func (r *regions) of(tree *units.Tree) *tickets.Regions {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.made == nil || r.tree != tree {
		r.tree, r.made = tree, tickets.NewRegions(tree)
	}
	return r.made
}
