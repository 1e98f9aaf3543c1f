package ticketdb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/tickets"
)

// requests writes a new request and what was decided of others.
func (w *writing) requests(ctx context.Context) error {
	c := &w.c
	if r := c.Request; r != nil {
		if err := w.newRequest(ctx, r); err != nil {
			return err
		}
	}
	decided := c.Settled
	if c.Decision != nil {
		decided = append([]tickets.Decision{*c.Decision}, decided...)
	}
	var told []map[string]any
	for _, x := range decided {
		r := w.v.Request(x.N)
		if x.Forward {
			w.exec(`UPDATE requests SET decider = $2 WHERE id = $1 AND state = 'pending'`, x.Request, tickets.DecidePlatform)
			told = append(told, map[string]any{"id": x.Request, "n": x.N, "state": r.State, "decider": tickets.DecidePlatform})
			continue
		}
		w.exec(`UPDATE requests SET state = $2, decided_by = $3, decided_at = $4, decision_note = $5, until = coalesce($6, until) WHERE id = $1 AND state = 'pending'`,
			x.Request, x.State, w.tx.Me.Actor(), w.tx.Now, x.Note, x.Until)
		r.State, r.DecidedAt = x.State, &w.tx.Now // what is computed next counts it
		told = append(told, map[string]any{"id": x.Request, "n": x.N, "state": x.State})
	}
	if len(told) > 0 {
		w.log["decided"] = told
	}
	if c.Adjudicated {
		w.exec(`UPDATE orders SET state = 'adjudicated' WHERE ticket = $1`, w.v.ID)
	}
	return nil
}

func (w *writing) newRequest(ctx context.Context, r *tickets.Request) error {
	id, err := w.tx.ID(ctx)
	if err != nil {
		return err
	}
	if r.Kind == tickets.RequestExtension && r.Decider == tickets.DecidePlatform {
		if err := w.wanted(r); err != nil {
			return err
		}
	}
	w.exec(`INSERT INTO requests (id, ticket, n, kind, state, reason, basis, evidence, unit, asked_by, asked_at, decider, clock, amount, wanted, until)
		VALUES ($1, $2, $3, $4, 'pending', $5, $6, $7, $8, $9, $10, $11, nullif($12::bigint, 0), nullif($13::int, 0), $14, $15)`,
		id, w.v.ID, r.N, r.Kind, r.Reason, r.Basis, r.Evidence, r.Unit, r.AskedBy, r.AskedAt, r.Decider, r.Clock, r.Amount, r.Wanted, r.Until)
	w.log["request"] = map[string]any{"id": id, "n": r.N, "kind": r.Kind, "decider": r.Decider}
	return nil
}

// wanted is the new due time that an extension asks of the platform.
func (w *writing) wanted(r *tickets.Request) error {
	for _, x := range w.v.Deadlines {
		if x.ID != r.Clock {
			continue
		}
		in, err := w.d.input(w.v, x)
		if err != nil {
			return err
		}
		in.Extensions = append(in.Extensions, deadline.Extension{Amount: r.Amount, At: w.tx.Now})
		due, err := deadline.Compute(in)
		if err != nil {
			return fmt.Errorf("extension: %w", err)
		}
		at := due.At.UTC()
		r.Wanted = &at
	}
	return nil
}

// transfers writes the matter's way to another body and what came back, and
// names the unit whose decision is disputed.
func (w *writing) transfers(ctx context.Context) error {
	c := &w.c
	if x := c.Transfer; x != nil {
		id, err := w.tx.ID(ctx)
		if err != nil {
			return err
		}
		w.exec(`INSERT INTO transfers (id, ticket, body, sent_at, sent_no, actor) VALUES ($1, $2, $3, $4, $5, $6)`, id, w.v.ID, x.Body, x.SentAt, x.SentNo, w.tx.Me.Actor())
		w.log["transfer"] = map[string]any{"id": id, "body": x.Body, "sent_no": x.SentNo}
	}
	if x := c.TransferNews; x != nil {
		if x.AcceptedNo != "" {
			w.exec(`UPDATE transfers SET accepted_no = $2, accepted_at = $3 WHERE id = $1`, x.ID, x.AcceptedNo, x.AcceptedAt)
		}
		if x.Result != "" {
			w.exec(`UPDATE transfers SET result = $2, result_at = $3 WHERE id = $1`, x.ID, x.Result, w.tx.Now)
		}
	}
	if r := c.Respondent; r != nil {
		w.exec(`INSERT INTO respondents (ticket, unit, person) VALUES ($1, $2, nullif($3, 0)) ON CONFLICT (ticket, unit) DO UPDATE SET person = coalesce(excluded.person, respondents.person)`, w.v.ID, r.Unit, r.Person)
		w.see(r.Unit)
	}
	return nil
}

// openChild prepares a ticket that the step opens beside this one: a part split
// off, or an appeal. It is written by adopt, once this ticket's row is changed.
func (w *writing) openChild(ctx context.Context) error {
	k := w.c.Child
	if k == nil {
		return nil
	}
	t := &w.v.Ticket
	n := NewTicket{Kind: k.Kind, Track: t.Track, Channel: k.Channel, Naming: t.Naming, Secrecy: t.Secrecy, Urgency: tickets.Normal, Category: k.Category, Region: t.Region, Place: t.Place,
		Title: k.Title, Statement: k.Statement, People: t.People, Desk: t.Desk, Source: "child:" + t.Number, SourceID: fmt.Sprint(t.Seq + 1), Raw: []byte(k.Statement),
		Disposition: "ticketed", Provenance: "typed", Appeal: k.Appeal, Floor: k.Floor}
	if k.Relation == "split_from" {
		n.Urgency = t.Urgency
	}
	if t.Track == tickets.TrackOrder { // the platform knows one order: what is split off runs on our own line
		n.Track = tickets.TrackOwn
	}
	if k.WithAccused {
		n.Accused = slices.Clone(t.Accused)
	}
	_, child, err := w.d.prepare(ctx, w.tx.Me, &n)
	if err != nil {
		return err
	}
	w.child = child
	w.log["child"] = map[string]any{"number": string(child.number), "relation": k.Relation}
	return nil
}

// adopt writes the child: its registration, the complainants of both, the link,
// and those who must keep away from it.
func (w *writing) adopt(ctx context.Context) error {
	b := w.child
	if b == nil {
		return nil
	}
	k, t := w.c.Child, &w.v.Ticket
	rows := &openRows{}
	rows.add(&b.line)
	w.exec(openSQL, rows.args()...)
	watcher := []int{}
	if u := w.tx.Me.Unit; u != t.Desk && u != 0 && !w.d.Tree().Within(u, k.Floor) {
		watcher = append(watcher, u)
	}
	w.exec(`SELECT app.adopt($1, $2, $3, $4, $5)`, t.ID, b.id, k.Appeal, k.Floor, watcher)
	id, err := w.tx.ID(ctx)
	if err != nil {
		return err
	}
	w.exec(`INSERT INTO relations (id, ticket, other, kind, actor, at) VALUES ($1, $2, $3, $4, $5, $6)`, id, b.id, t.ID, k.Relation, w.tx.Me.Actor(), w.tx.Now)
	for _, s := range b.stmts {
		w.exec(s.SQL, s.Args...)
	}
	// Whoever must keep away from the one must from the other: it is the same matter.
	w.exec(`INSERT INTO recusals (ticket, key, reason, note, at, actor) SELECT $2, key, reason, note, $3, $4 FROM recusals WHERE ticket = $1 ON CONFLICT DO NOTHING`, t.ID, b.id, w.tx.Now, w.tx.Me.Actor())
	for _, p := range k.Recuse {
		w.exec(recusalSQL, b.id, -p, "first_handler", "", w.tx.Now, w.tx.Me.Actor())
	}
	return nil
}

const recusalSQL = `INSERT INTO recusals (ticket, key, reason, note, at, actor) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`

// recuse takes somebody off the ticket; it comes last, since it may be the
// actor himself.
func (w *writing) recuse(context.Context) error {
	if r := w.c.Recuse; r != nil {
		w.exec(recusalSQL, w.v.ID, r.Key, r.Reason, r.Note, w.act.Now, w.tx.Me.Actor())
	}
	return nil
}

// custodianOn answers whether somebody on the ticket's line keeps identities.
func (d *DB) custodianOn(ctx context.Context, tx *pg.Tx, v *View) (func(*tickets.Ticket, int) bool, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT a.person FROM accounts a JOIN account_roles r ON r.account = a.id JOIN units u ON u.id = a.unit
		WHERE r.role = 'custodian' AND a.active AND r.starts_at <= $2 AND (r.ends_at IS NULL OR r.ends_at > $2) AND starts_with($1, u.path)
		AND NOT (-a.person = ANY (coalesce($3::int[], '{}')))`, v.UnitPath, tx.Now, v.Recused)
	if err != nil {
		return nil, fmt.Errorf("custodians: %w", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return nil, fmt.Errorf("custodians: %w", err)
	}
	return func(t *tickets.Ticket, asker int) bool {
		return slices.ContainsFunc(people, func(p int) bool { return p != asker && p != t.Investigator && p != t.Second })
	}, nil
}

// finalOther checks that the ticket named with 终结 is one whose appeals are over.
func (w *writing) finalOther(ctx context.Context, other int64) error {
	if !w.c.FinalOther {
		return nil
	}
	var final bool
	err := w.tx.QueryRow(ctx, `SELECT appealed = 2 OR (appeal = 2 AND closed_at IS NOT NULL) FROM tickets WHERE id = $1`, other).Scan(&final)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("final ticket: %w", err)
	}
	if final {
		// Of the same person: somebody else's final opinion ends nothing of his.
		err = w.tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM complainants a JOIN complainants b ON a.phone_idx = b.phone_idx OR a.id_idx = b.id_idx OR a.name_idx = b.name_idx
			WHERE a.ticket = $1 AND b.ticket = $2)`, w.v.ID, other).Scan(&final)
		if err != nil {
			return fmt.Errorf("final ticket: %w", err)
		}
	}
	if !final {
		return tickets.Invalid{{Field: "other", ZH: "该工单不是同一诉求人已经复核终结的工单", EN: "that is no final ticket of the same person"}}
	}
	return nil
}
