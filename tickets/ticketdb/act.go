package ticketdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/tickets"
)

// Act takes one step of the flow table on a ticket, as the caller: it moves the
// status, writes what the step adds, meets and opens clocks, appends the journal
// row and leaves the jobs that follow, in one transaction.
// It returns the ticket as it stands afterwards. Errors: pg.ErrNotFound,
// tickets.ErrUnknownAction, tickets.ErrNotAllowed, tickets.Invalid, and
// tickets.ErrMoved when the ticket is no longer at `version` (the present ticket
// is returned with it). Version 0 is not checked; machines use it.
func (d *DB) Act(ctx context.Context, caller pg.Caller, number string, version int, action tickets.Action, values tickets.Values) (*View, error) {
	n, err := tickets.ParseNumber(number)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", pg.ErrNotFound, err)
	}
	if _, ok := tickets.RowOf(action); !ok {
		return nil, tickets.ErrUnknownAction
	}
	var v *View
	err = d.pg.Do(ctx, caller, func(tx *pg.Tx) error {
		v, err = d.view(ctx, tx, string(n), "FOR UPDATE")
		if err != nil {
			return err
		}
		if version != 0 && v.Version != version {
			return tickets.ErrMoved
		}
		if err := d.step(ctx, tx, v, action, values); err != nil {
			return err
		}
		v, err = d.view(ctx, tx, string(n), "")
		if errors.Is(err, pg.ErrNotFound) {
			v, err = nil, nil // the step took it out of the caller's sight
		}
		return err
	})
	if err != nil && !errors.Is(err, tickets.ErrMoved) {
		return nil, err
	}
	return v, err
}

// step decides and writes one step on a locked ticket.
func (d *DB) step(ctx context.Context, tx *pg.Tx, v *View, action tickets.Action, values tickets.Values) error {
	staff, err := d.staffOf(ctx, tx, action, values)
	if err != nil {
		return err
	}
	act := tickets.Act{Action: action, Actor: v.Actor, Values: values, Now: tx.Now}
	world := tickets.World{Tree: d.Tree(), Staff: staff}
	if action == tickets.ActAskReveal {
		if world.Custodian, err = d.custodianOn(ctx, tx, v); err != nil {
			return err
		}
	}
	if action == tickets.ActTask || action == tickets.ActTaskReturn {
		world.Traces = func(text string) []string { return d.tracesIn(text, accusedNames(v)) }
	}
	c, err := tickets.Decide(&v.Ticket, act, world)
	if err != nil {
		return err
	}
	w := &writing{d: d, tx: tx, v: v, c: c, act: act, set: map[string]any{}, out: &pgx.Batch{}}
	if err := w.write(ctx); err != nil {
		return err
	}
	return w.send(ctx)
}

// staffOf answers, for the persons an action names, where they work.
func (d *DB) staffOf(ctx context.Context, tx *pg.Tx, action tickets.Action, values tickets.Values) (func(int) (int, []string, bool), error) {
	type line struct {
		unit  int
		roles []string
	}
	found := map[int]line{}
	row, _ := tickets.RowOf(action)
	for _, f := range row.Needs {
		p := values.Int(f.Name)
		if f.Type != tickets.TypePerson || p <= 0 || p > math.MaxInt32 {
			continue
		}
		rows, err := tx.Query(ctx, `SELECT a.unit, array_agg(DISTINCT r.role) FROM accounts a JOIN account_roles r ON r.account = a.id
			WHERE a.person = $1 AND a.active AND r.starts_at <= $2 AND (r.ends_at IS NULL OR r.ends_at > $2) GROUP BY a.unit LIMIT 1`, p, tx.Now)
		if err != nil {
			return nil, fmt.Errorf("staff: %w", err)
		}
		for rows.Next() {
			var l line
			if err := rows.Scan(&l.unit, &l.roles); err != nil {
				rows.Close()
				return nil, fmt.Errorf("staff: %w", err)
			}
			found[p] = l
		}
		rows.Close()
	}
	return func(p int) (int, []string, bool) {
		l, ok := found[p]
		return l.unit, l.roles, ok
	}, nil
}

// writing carries one step into the tables. It collects statements; send runs
// them in one round trip, and several steps may share a batch.
type writing struct {
	d       *DB
	tx      *pg.Tx
	v       *View
	c       tickets.Change
	act     tickets.Act
	set     map[string]any // changed columns of the ticket, for UPDATE and journal
	log     map[string]any // further journal fields
	plain   map[string]any // columns that are views of something else: UPDATE only
	text    bool           // the words or the scope changed: index again
	out     *pgx.Batch
	moved   bool     // the ticket was no longer where the step began
	fromHop int      // the turn the step began in, 0 before the first
	child   *opening // a ticket opened beside this one
	clock   int64    // the clock that a task began
	dueAt   time.Time
}

func (w *writing) exec(sql string, args ...any) { w.out.Queue(sql, args...) }

// send runs what write collected.
func (w *writing) send(ctx context.Context) error {
	err := w.tx.SendBatch(ctx, w.out).Close()
	switch {
	case pg.Violates(err, "one_task_number_once"): // a number drawn twice: the next press draws another
		return tickets.ErrMoved
	case pg.Violates(err, "allegations_category_fkey"), pg.Violates(err, "tickets_category_fkey"):
		return tickets.Invalid{{Field: "category", ZH: "没有这个类别", EN: "no such category"}}
	case err != nil:
		return fmt.Errorf("%s: %w", w.act.Action, err)
	case w.moved:
		return tickets.ErrMoved
	}
	return nil
}

func (w *writing) write(ctx context.Context) error {
	w.log = map[string]any{}
	if len(w.act.Values) > 0 {
		fields := map[string]string{}
		for k, x := range w.act.Values {
			if k != "version" && x != "" {
				fields[k] = w.shown(k, x)
			}
		}
		w.log["fields"] = fields
	}
	if h := w.v.Hop(); h != nil {
		w.fromHop = h.N
	}
	for _, part := range []func(context.Context) error{w.columns, w.hop, w.findings, w.reply, w.requests, w.transfers, w.links, w.openChild, w.clocks, w.task, w.jobs, w.ticket, w.adopt, w.accuse, w.recuse} {
		if err := part(ctx); err != nil {
			return fmt.Errorf("%s: %w", w.act.Action, err)
		}
	}
	return nil
}

// shown is what the journal keeps of a typed field. What somebody said in
// confidence, and becomes a ticket of its own, is there as its digest alone: the
// unit that has this ticket reads its journal.
func (w *writing) shown(name, value string) string {
	words := w.c.Child != nil && (name == "text" || name == "reason")
	if words && (w.v.Secrecy == tickets.Confidential || w.act.Action == tickets.ActSplit) {
		return "sha256:" + digest(value)
	}
	return value
}

// columns notes what changes on the ticket's own row.
func (w *writing) columns(ctx context.Context) error {
	t, c := &w.v.Ticket, &w.c
	put := func(name string, value any) { w.set[name] = value }
	if c.To != c.From {
		put("status", string(c.To))
	}
	switch {
	case c.ClearOutcome && (t.Outcome != "" || !c.From.Open()):
		put("outcome", nil)
	case c.Outcome != "" && c.Outcome != t.Outcome:
		put("outcome", c.Outcome)
	}
	if c.From.Open() != c.To.Open() {
		if c.To.Open() {
			put("closed_at", nil)
		} else {
			put("closed_at", w.tx.Now)
		}
	}
	if c.Investigator != nil {
		put("investigator", orNil(*c.Investigator))
		put("second_investigator", orNil(*c.Second))
		w.text = true
	}
	if c.Urgency != "" {
		put("urgency", c.Urgency)
	}
	if c.Brief != "" && t.Secrecy == tickets.Confidential {
		put("statement", c.Brief)
		put("brief_by", w.tx.Me.Person)
		w.text = true
	}
	if c.Satisfaction != "" {
		put("satisfaction", c.Satisfaction)
	}
	if c.Redo {
		put("redos", t.Redos+1)
	}
	if c.Redo || w.act.Action == tickets.ActRevive || w.act.Action == tickets.ActRecall && c.Unit != t.Unit {
		w.plain = map[string]any{"redone_at": w.tx.Now}
	}
	if c.Urge {
		put("urges", t.Urges+1)
	}
	if c.Supervise {
		put("supervised", true)
	}
	w.branchColumns(put)
	return nil
}

// branchColumns are those of the rarer branches of a ticket's life.
func (w *writing) branchColumns(put func(string, any)) {
	c := &w.c
	for name, value := range map[string]string{"withdrawal": c.Withdrawal, "petition_no": c.PetitionNo} {
		if value != "" {
			put(name, value)
		}
	}
	if c.PetitionNo != "" && w.v.Track == tickets.TrackOwn {
		put("track", tickets.TrackPetition)
	}
	for name, set := range map[string]bool{"mandate": c.Mandate, "reveal_asked": c.RevealAsked && !w.v.RevealAsked} {
		if set {
			put(name, true)
		}
	}
	if c.Appealed != 0 {
		put("appealed", c.Appealed)
	}
	switch {
	case c.Pause != nil:
		put("paused_at", w.tx.Now)
	case c.Resume:
		put("paused_at", nil)
	}
}

func orNil(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// ticket is the lock, the chain and the optimistic check at once; it comes
// last, when the journal row knows everything.
func (w *writing) ticket(ctx context.Context) error {
	t := &w.v.Ticket
	provenance := journal.Typed
	if w.tx.Me.Machine != "" || !w.c.Typed {
		provenance = journal.Machine
	}
	w.log["set"] = w.set
	row, err := journal.Seal(journal.Entry{Kind: "ticket", Subject: t.ID, Seq: t.Seq + 1, At: w.c.EventAt, Recorded: w.tx.Now, Actor: w.tx.Me.Actor(),
		Unit: w.tx.Me.Unit, Action: string(w.act.Action), Provenance: provenance, Fields: w.log}, t.Head)
	if err != nil {
		return err
	}
	w.exec(journal.AppendSQL, row.Args()...)
	if w.text {
		w.exec(`INSERT INTO text_pending (ticket) VALUES ($1)`, t.ID)
	}
	w.update(row)
	return nil
}

// update writes the changed columns. The names come from columns and hop above,
// never from outside.
func (w *writing) update(row journal.Row) {
	t := &w.v.Ticket
	sql := `UPDATE tickets SET version = version + 1, seq = $3, head = $4`
	args := []any{t.ID, t.Version, row.Seq, row.Hash}
	names := make([]string, 0, len(w.set))
	for name := range w.set {
		names = append(names, name)
	}
	slices.Sort(names)
	for name, value := range w.plain {
		args = append(args, value)
		sql += fmt.Sprintf(`, %s = $%d`, name, len(args))
	}
	for _, name := range names {
		if w.c.Recuse != nil && (name == "investigator" || name == "second_investigator") {
			continue // the recusal takes it from him
		}
		args = append(args, w.set[name])
		if name == "next_due" {
			// Without a running clock it is infinity, so that lists by due time page by one key.
			sql += fmt.Sprintf(`, next_due = coalesce($%d::timestamptz, 'infinity')`, len(args))
			continue
		}
		sql += fmt.Sprintf(`, %s = $%d`, name, len(args))
	}
	args = append(args, string(w.c.From))
	sql += fmt.Sprintf(` WHERE id = $1 AND version = $2 AND status = $%d`, len(args))
	w.out.Queue(sql, args...).Exec(func(tag pgconn.CommandTag) error {
		w.moved = w.moved || tag.RowsAffected() != 1
		return nil
	})
}

// jobs leaves the work that follows in the outbox.
func (w *writing) jobs(ctx context.Context) error {
	for _, kind := range w.c.Jobs {
		if w.v.Track != tickets.TrackOrder && isPlatformJob(kind) {
			continue
		}
		args, at := map[string]any{"action": string(w.act.Action)}, w.tx.Now
		switch kind {
		case tickets.JobResume:
			args["pause"], at = w.c.Pause.ID, *w.c.Pause.Until
		case tickets.JobNotify:
			w.taskNotice(args)
		case tickets.JobRelay:
			args["seq"] = w.v.Seq + 1 // the message stands in the journal, not here
		}
		s, err := outboxAt(ctx, w.tx, kind, w.v.ID, args, at)
		if err != nil {
			return err
		}
		w.exec(s.SQL, s.Args...)
	}
	return nil
}

func isPlatformJob(kind string) bool {
	switch kind {
	case tickets.JobPlatformSigned, tickets.JobPlatformReturn, tickets.JobPlatformContact, tickets.JobPlatformReply, tickets.JobPlatformAnswer, tickets.JobPlatformExtension:
		return true
	}
	return false
}

// outboxStmt adds an outbox row, due now, and asks for the relay to be woken.
func outboxStmt(ctx context.Context, tx *pg.Tx, kind string, ticket int64, args map[string]any) (Stmt, error) {
	return outboxAt(ctx, tx, kind, ticket, args, tx.Now)
}

// outboxAt is outboxStmt, due at a time.
func outboxAt(ctx context.Context, tx *pg.Tx, kind string, ticket int64, args map[string]any, at time.Time) (Stmt, error) {
	id, err := tx.ID(ctx)
	if err != nil {
		return Stmt{}, err
	}
	data, err := json.Marshal(args)
	if err != nil {
		return Stmt{}, err
	}
	tx.Nudge()
	return Stmt{`INSERT INTO outbox (id, kind, ticket, args, created_at, run_at) VALUES ($1, $2, $3, $4, $5, $6)`, []any{id, kind, ticket, data, tx.Now, at}}, nil
}

// enqueue is outboxStmt, run at once.
func (d *DB) enqueue(ctx context.Context, tx *pg.Tx, kind string, ticket int64, args map[string]any) error {
	s, err := outboxStmt(ctx, tx, kind, ticket, args)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, s.SQL, s.Args...); err != nil {
		return fmt.Errorf("outbox %s: %w", kind, err)
	}
	return nil
}
