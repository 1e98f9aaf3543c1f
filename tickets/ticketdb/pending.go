package ticketdb

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/tickets"
)

// PendingRequest is a request that waits, with its ticket as far as a list shows it.
type PendingRequest struct {
	tickets.Request
	Number  string
	Kind    string // of the ticket
	Secrecy string
	Handler int // the handling unit
	ByName  string
}

// pendingMost is how many requests one page has.
const pendingMost = 50

// PendingRequests lists the requests that wait for the caller: a lead's from the
// units below, a custodian's to see an identity on his line; the oldest first,
// after the request id `after`. next is 0 on the last page.
func (d *DB) PendingRequests(ctx context.Context, caller pg.Caller, after int64) (list []PendingRequest, next int64, err error) {
	err = d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		deciders := []string{}
		if slices.Contains(tx.Me.Roles, tickets.RoleLead) {
			deciders = append(deciders, tickets.DecideAbove, tickets.DecidePlatform, "head")
		}
		if slices.Contains(tx.Me.Roles, tickets.RoleCustodian) {
			deciders = append(deciders, tickets.DecideCustodian)
		}
		rows, err := tx.Query(ctx, `SELECT r.id, r.n, r.kind, r.reason, r.basis, r.unit, r.asked_by, r.asked_at, r.decider, coalesce(r.clock, 0), coalesce(r.amount, 0), r.wanted, r.until,
				t.number, t.kind, t.secrecy, t.unit, p.name
			FROM requests r JOIN tickets t ON t.id = r.ticket JOIN persons p ON p.id = r.asked_by
			WHERE r.state = 'pending' AND r.id > $1 AND r.decider = ANY ($2) AND r.asked_by <> $3 AND (r.unit <> $4 OR t.desk = $4)
			ORDER BY r.id LIMIT $5`, after, deciders, tx.Me.Person, tx.Me.Unit, pendingMost+1)
		if err != nil {
			return fmt.Errorf("pending requests: %w", err)
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (x PendingRequest, err error) {
			x.State = "pending"
			return x, row.Scan(&x.ID, &x.N, &x.Request.Kind, &x.Reason, &x.Basis, &x.Unit, &x.AskedBy, &x.AskedAt, &x.Decider, &x.Clock, &x.Amount, &x.Wanted, &x.Until,
				&x.Number, &x.Kind, &x.Secrecy, &x.Handler, &x.ByName)
		})
		if err != nil {
			return fmt.Errorf("pending requests: %w", err)
		}
		if len(list) > pendingMost {
			list = list[:pendingMost]
			next = list[pendingMost-1].ID
		}
		return nil
	})
	return list, next, err
}
