package ticketdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"hotline/internal/deadline"
	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/tickets"
)

// Journal reads a ticket's rows, oldest first, with the names of their actors.
func (d *DB) Journal(ctx context.Context, caller pg.Caller, number string) ([]JournalRow, error) {
	n, err := tickets.ParseNumber(number)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", pg.ErrNotFound, err)
	}
	var out []JournalRow
	err = d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		var id int64
		if err := tx.QueryRow(ctx, `SELECT id FROM tickets WHERE number = $1`, string(n)).Scan(&id); err != nil {
			return fmt.Errorf("find ticket: %w", err)
		}
		rows, err := journal.Of(ctx, tx, "ticket", id)
		if err != nil {
			return err
		}
		if out, err = journalRows(ctx, tx, rows); err != nil {
			return err
		}
		return hideLinks(ctx, tx, out)
	})
	return out, err
}

// hideLinks empties the rows of links to tickets that the caller may not see:
// number, kind and note would tell a unit that it is accused elsewhere.
func hideLinks(ctx context.Context, tx *pg.Tx, rows []JournalRow) error {
	others := map[int]string{}
	var numbers []string
	for i, r := range rows {
		var typed struct {
			Other  string `json:"other"`
			Number string `json:"number"`
		}
		switch tickets.Action(r.Action) {
		case tickets.ActLink, tickets.ActUnlink:
			_ = json.Unmarshal(r.Fields["fields"], &typed) // unread, it is hidden
		case tickets.ActSplit, tickets.ActAppeal:
			_ = json.Unmarshal(r.Fields["child"], &typed)
			typed.Other = typed.Number
		default:
			continue
		}
		n, _ := tickets.ParseNumber(typed.Other)
		others[i], numbers = string(n), append(numbers, string(n))
	}
	if len(others) == 0 {
		return nil
	}
	found, err := tx.Query(ctx, `SELECT number FROM tickets WHERE number = ANY ($1)`, numbers)
	if err != nil {
		return fmt.Errorf("linked tickets: %w", err)
	}
	seen, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("linked tickets: %w", err)
	}
	for i, other := range others {
		if !slices.Contains(seen, other) {
			rows[i].Fields = nil
		}
	}
	return nil
}

func journalRows(ctx context.Context, tx *pg.Tx, rows []journal.Stored) ([]JournalRow, error) {
	ids := map[int]bool{}
	for _, r := range rows {
		if p := personOf(r.Actor); p != 0 {
			ids[p] = true
		}
	}
	names, err := personNames(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]JournalRow, len(rows))
	for i, r := range rows {
		fields, err := journal.Values(r.Body)
		if err != nil {
			return nil, err
		}
		out[i] = JournalRow{ID: r.ID, Seq: r.Seq, At: r.At, RecordedAt: r.Recorded, Actor: r.Actor, ActorName: names[personOf(r.Actor)], Unit: r.Unit,
			Action: r.Action, Provenance: string(r.Provenance), Fields: fields, Prev: r.Prev, Hash: r.Hash, Leaf: r.Leaf}
	}
	return out, nil
}

// Explain shows the working of one clock, day by day. pg.ErrNotFound: no such
// clock on that ticket, or not in sight.
func (d *DB) Explain(ctx context.Context, caller pg.Caller, number string, id int64) (deadline.Explanation, error) {
	v, err := d.Find(ctx, caller, number)
	if err != nil {
		return deadline.Explanation{}, err
	}
	for _, x := range v.Deadlines {
		if x.ID == id {
			return d.explain(v, x)
		}
	}
	return deadline.Explanation{}, pg.ErrNotFound
}

func (d *DB) explain(v *View, x Deadline) (deadline.Explanation, error) {
	in, err := d.input(v, x)
	if err != nil {
		return deadline.Explanation{}, err
	}
	return deadline.Explain(in)
}

// input is what a stored clock was computed from: its rule version, its calendar
// version, the printed time, and the clock it hangs on.
func (d *DB) input(v *View, x Deadline) (deadline.In, error) {
	rule, _, ok := d.rebuild(x)
	if !ok {
		return deadline.In{}, fmt.Errorf("rule %s version %d is not known", x.Rule, x.RuleVersion)
	}
	calendar := d.clocks.Calendar(x.Calendar)
	if calendar == nil {
		return deadline.In{}, fmt.Errorf("calendar %s is not known", x.Calendar)
	}
	in := deadline.In{Rule: rule, Start: x.StartAt, Calendar: calendar}
	if x.Printed {
		in.Printed = x.BaseDueAt
	}
	if x.GrantedDue != nil {
		in.Printed = *x.GrantedDue
	}
	in.Extensions, in.Pauses = extensionsOf(v, x), pausesOf(v, x)
	outer := ""
	switch {
	case rule.Back != nil:
		outer = rule.Back.From
	case rule.CappedBy != "":
		outer = rule.CappedBy
	}
	in.Outer = d.outer(v, x, outer)
	return in, nil
}

// outer is the due time that a clock hangs on: the clock it names, else the
// last one of the duty that had begun by then; nil where there is none.
func (d *DB) outer(v *View, x Deadline, duty string) *deadline.Due {
	var found *Deadline
	for i := range v.Deadlines {
		o := &v.Deadlines[i]
		switch {
		case x.OuterID != nil && o.ID == *x.OuterID:
			_, due, _ := d.rebuild(*o)
			return &due
		case duty != "" && deadline.DutyOf(o.Rule) == duty && !o.StartAt.After(x.StartAt) && (found == nil || o.StartAt.After(found.StartAt)):
			found = o
		}
	}
	if found == nil {
		return nil
	}
	_, due, _ := d.rebuild(*found)
	return &due
}

// extensionsOf are what the level above granted on a clock; the platform sets
// a new time instead.
func extensionsOf(v *View, x Deadline) []deadline.Extension {
	var out []deadline.Extension
	for _, r := range v.Requests {
		if r.Kind == tickets.RequestExtension && r.State == "granted" && r.Clock == x.ID && r.Decider != tickets.DecidePlatform && r.DecidedAt != nil {
			out = append(out, deadline.Extension{Amount: r.Amount, At: *r.DecidedAt, Reason: r.Reason})
		}
	}
	return out
}

// pausesOf are the pauses that stopped a clock.
func pausesOf(v *View, x Deadline) []deadline.Pause {
	if !deadline.Pausable(deadline.DutyOf(x.Rule)) {
		return nil
	}
	var out []deadline.Pause
	for _, p := range v.Pauses {
		if p.To != nil && !p.To.After(x.StartAt) || x.MetAt != nil && !p.From.Before(*x.MetAt) || x.CancelledAt != nil && !p.From.Before(*x.CancelledAt) {
			continue
		}
		one := deadline.Pause{From: p.From, Reason: tickets.PauseReasons.ZH(p.Reason)}
		if p.To != nil {
			one.To = *p.To
		}
		out = append(out, one)
	}
	return out
}

// Staff is somebody who can be given a ticket.
type Staff struct {
	Person int
	Name   string
	Unit   int
	Roles  []string
	Open   int // tickets in hand, as far as the caller sees them
}

// Staff lists the investigators and leads of a unit and its sections.
func (d *DB) Staff(ctx context.Context, caller pg.Caller, unit int) ([]Staff, error) {
	tree := d.Tree()
	ids := []int{unit}
	for _, u := range tree.Children(unit) {
		if u.Kind == units.Section {
			ids = append(ids, u.ID)
		}
	}
	var out []Staff
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `SELECT p.id, p.name, a.unit, array_agg(DISTINCT r.role ORDER BY r.role),
				(SELECT count(*) FROM tickets t WHERE t.investigator = p.id AND t.closed_at IS NULL)::int
			FROM accounts a JOIN persons p ON p.id = a.person JOIN account_roles r ON r.account = a.id
			WHERE a.unit = ANY ($1) AND a.active AND r.role IN ('investigator', 'lead') AND r.starts_at <= $2 AND (r.ends_at IS NULL OR r.ends_at > $2)
			GROUP BY p.id, p.name, a.unit ORDER BY p.name`, ids, tx.Now)
		if err != nil {
			return fmt.Errorf("staff: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Staff])
		return err
	})
	return out, err
}

// Public is the status that number and receipt code open, without an account.
// pg.ErrNotFound: no such ticket, or another code. accounts.Locked: too many wrong
// codes for this number.
func (d *DB) Public(ctx context.Context, number, code string) (Public, error) {
	n, err := tickets.ParseNumber(number)
	if err != nil {
		return Public{}, fmt.Errorf("%w: %w", pg.ErrNotFound, err)
	}
	c, err := tickets.ParseReceiptCode(code)
	if err != nil {
		return Public{}, fmt.Errorf("%w: %w", pg.ErrNotFound, err)
	}
	if err := d.mayGuess(ctx, n); err != nil {
		return Public{}, err
	}
	var p Public
	err = d.pg.People().QueryRow(ctx, `SELECT number, kind, status, coalesce(outcome, ''), received_at, closed_at, unit_name, due_at, coalesce(reply, ''), replied_at, coalesce(appeal_notice, '')
		FROM app.open_by_receipt($1, $2)`, string(n), tickets.ReceiptHash(d.vault.MAC, n, c)).Scan(&p.Number, &p.Kind, &p.Status, &p.Outcome, &p.ReceivedAt, &p.ClosedAt, &p.UnitName, &p.DueAt, &p.Reply, &p.RepliedAt, &p.AppealNotice)
	if errors.Is(err, pgx.ErrNoRows) {
		if err := d.missed(ctx, n); err != nil {
			return Public{}, err
		}
		return Public{}, pg.ErrNotFound
	}
	if err != nil {
		return Public{}, fmt.Errorf("public status: %w", err)
	}
	return p, d.readByComplainant(ctx, p)
}

// readByComplainant records, where a reply is on its way, that whoever holds
// number and receipt code has just read it: a delivery seen by a machine. An
// order is answered through its platform, an opinion is served in writing, and
// of a joint letter nobody knows who of them reads.
func (d *DB) readByComplainant(ctx context.Context, p Public) error {
	if p.Reply == "" || tickets.Status(p.Status) != tickets.Answering {
		return nil
	}
	v, err := d.Act(ctx, pg.Machine("machine:status"), p.Number, 0, tickets.ActRead, nil)
	var bad tickets.Invalid
	if errors.As(err, &bad) || errors.Is(err, tickets.ErrNotAllowed) || errors.Is(err, tickets.ErrMoved) || v != nil && err == nil {
		return nil
	}
	return err
}
