package ticketdb

import (
	"context"
	"time"

	"hotline/tickets"
)

// accuse notes who is accused, and recuses the unit with all below it: from the
// next statement on they see nothing of the ticket. So it comes after everything
// else, or nobody could accuse his own unit.
func (w *writing) accuse(ctx context.Context) error {
	a := w.c.Accused
	if a == nil {
		return nil
	}
	id, err := w.tx.ID(ctx)
	if err != nil {
		return err
	}
	for _, s := range w.d.accusedStmts(id, w.v.ID, *a, w.act.Now, w.tx.Me.Actor()) {
		w.exec(s.SQL, s.Args...)
	}
	return nil
}

// accusedStmts are the rows of somebody accused. The bureau itself, at the root,
// is not recused: everybody is below it and the ticket would be lost to all. It
// cannot handle the ticket and cannot conclude it but by passing it on.
func (d *DB) accusedStmts(id, ticket int64, a tickets.Accused, now time.Time, actor string) []Stmt {
	out := []Stmt{{`INSERT INTO accused (id, ticket, unit, person, post) VALUES ($1, $2, nullif($3, 0), $4, $5)`, []any{id, ticket, a.Unit, a.Person, a.Post}}}
	if a.Unit != 0 && d.Tree().Parent(a.Unit) != nil {
		out = append(out, Stmt{`INSERT INTO recusals (ticket, key, reason, at, actor) VALUES ($1, $2, 'accused', $3, $4) ON CONFLICT DO NOTHING`, []any{ticket, a.Unit, now, actor}})
	}
	return out
}
