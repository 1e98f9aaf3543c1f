package ticketdb

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"hotline/internal/deadline"
	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/internal/vault"
	"hotline/internal/workday"
	"hotline/tickets"
)

// ErrConflict: the same submission key came before with another content.
var ErrConflict = errors.New("the same key came with another content")

// Run commits registrations until ctx ends.
func (d *DB) Run(ctx context.Context) error {
	done := make(chan error, 2)
	go func() { done <- d.people.run(ctx) }()
	go func() { done <- d.works.run(ctx) }()
	return errors.Join(<-done, <-done)
}

// serials hands out daily serials from blocks; a number is never given twice,
// gaps are fine and the serial is scrambled before anybody sees it.
type serials struct {
	mu   sync.Mutex
	day  workday.Date
	next int
	last int
}

const serialBlock = 50

func (d *DB) number(ctx context.Context, now time.Time) (tickets.Number, error) {
	s := &d.serial
	s.mu.Lock()
	defer s.mu.Unlock()
	day := workday.DateOf(now)
	if s.day != day || s.next == s.last {
		var next int
		err := d.pg.Machines().QueryRow(ctx, `INSERT INTO number_days AS n (day, next) VALUES ($1, $2)
			ON CONFLICT (day) DO UPDATE SET next = n.next + $2 RETURNING next`, now.In(workday.Zone).Format(time.DateOnly), serialBlock).Scan(&next)
		if err != nil {
			return "", fmt.Errorf("reserve ticket numbers: %w", err)
		}
		s.day, s.next, s.last = day, next-serialBlock, next
	}
	n := s.next
	s.next++
	number := tickets.NewNumber(now.In(workday.Zone), n, d.perm)
	if number == "" {
		return "", fmt.Errorf("no ticket numbers left for the day")
	}
	return number, nil
}

// Open registers a ticket on the caller's behalf: submission, ticket, sealed
// complainants, clocks, journal row and outbox rows, in one transaction. The
// same source and source id with the same content give the ticket of the first
// time (Duplicate is set); with another content ErrConflict.
// It returns pg.ErrNoSession when the caller's session is over.
func (d *DB) Open(ctx context.Context, caller pg.Caller, n NewTicket) (Opened, error) {
	me, err := d.pg.Whoami(ctx, caller)
	if err != nil {
		return Opened{}, err
	}
	o, b, err := d.prepare(ctx, me, &n)
	if err != nil {
		return Opened{}, err
	}
	c := d.people
	if caller.IsMachine() {
		c = d.works
	}
	err = c.commit(ctx, caller, b)
	if pg.Violates(err, "submission_once") {
		return d.again(ctx, n)
	}
	if err != nil {
		return Opened{}, fmt.Errorf("register ticket: %w", err)
	}
	d.pg.Nudged()
	return o, nil
}

// again finds what an earlier copy of the submission became.
func (d *DB) again(ctx context.Context, n NewTicket) (Opened, error) {
	o := Opened{Duplicate: true}
	var sum []byte
	var issue int
	err := d.pg.Machines().QueryRow(ctx, `SELECT k.sha256, t.id, t.number, t.status, t.receipt_issue FROM submission_keys k JOIN tickets t ON t.id = k.ticket
		WHERE k.source = $1 AND k.source_id = $2`, n.Source, n.SourceID).Scan(&sum, &o.ID, &o.Number, &o.Status, &issue)
	if err != nil {
		return Opened{}, fmt.Errorf("find earlier submission: %w", pg.Translate(err))
	}
	want := sha256.Sum256(n.Raw)
	if string(sum) != string(want[:]) {
		return o, ErrConflict
	}
	o.ReceiptCode = tickets.ReceiptCode(d.vault.MAC, o.ID, issue)
	o.Deadlines, err = d.deadlines(ctx, d.pg.Machines(), o.ID)
	return o, err
}

// prepare computes everything that needs no database: number, code, seals,
// clocks, journal row.
func (d *DB) prepare(ctx context.Context, me pg.Me, n *NewTicket) (Opened, *opening, error) {
	now := d.pg.Now().Truncate(time.Microsecond)
	d.fill(n, me, now)
	id, err := d.pg.TicketID(ctx)
	if err != nil {
		return Opened{}, nil, err
	}
	number, err := d.number(ctx, now)
	if err != nil {
		return Opened{}, nil, err
	}
	desk := d.Tree().Find(n.Desk)
	if desk == nil {
		return Opened{}, nil, tickets.Invalid{{Field: "desk", ZH: "没有这个登记单位", EN: "no such desk"}}
	}
	o := Opened{ID: id, Number: string(number), Status: tickets.Registered, ReceiptCode: tickets.ReceiptCode(d.vault.MAC, id, 1)}
	b := &opening{d: d, n: n, me: me, id: id, now: now, number: number, deskPath: desk.Path}
	if err := b.build(ctx, o.ReceiptCode); err != nil {
		return Opened{}, nil, err
	}
	o.Deadlines = b.shown
	return o, b, nil
}

func (d *DB) fill(n *NewTicket, me pg.Me, now time.Time) {
	if n.Desk == 0 {
		n.Desk = me.Unit
	}
	if n.ReceivedAt.IsZero() {
		n.ReceivedAt = now
	}
	n.ReceivedAt = n.ReceivedAt.Truncate(time.Microsecond)
	if n.People == 0 {
		for _, c := range n.Complainants {
			if c.Role != "beneficiary" {
				n.People++
			}
		}
		n.People = max(1, n.People)
	}
	if n.Source == "" {
		n.Source, n.SourceID = "none", vault.NewToken()
	}
	if n.Provenance == "" {
		n.Provenance = string(journal.Machine)
	}
	if n.Disposition == "" {
		n.Disposition = "ticketed"
	}
}

// opening builds the statements of one registration.
type opening struct {
	d        *DB
	n        *NewTicket
	me       pg.Me
	id       int64
	now      time.Time
	number   tickets.Number
	deskPath string
	stmts    []Stmt
	shown    []Deadline
	people   peopleColumns
	line     openLine
}

func (b *opening) build(ctx context.Context, code string) error {
	statement, sealed, err := b.statement()
	if err != nil {
		return err
	}
	clocks, next, due, err := b.clocks(ctx)
	if err != nil {
		return err
	}
	if err := b.complainants(ctx); err != nil {
		return err
	}
	row, err := b.journal(clocks, statement)
	if err != nil {
		return err
	}
	if err := b.main(ctx, code, statement, next, due, clocks, row); err != nil {
		return err
	}
	if sealed != nil {
		b.add(`INSERT INTO sealed_statements (ticket, sealed) VALUES ($1, $2)`, b.id, sealed)
	}
	return b.rest(ctx)
}

func (b *opening) add(sql string, args ...any) { b.stmts = append(b.stmts, Stmt{sql, args}) }

// statement is what may be read in scope: as given, or, on a confidential
// ticket, the linter's brief until a person confirms a better one.
func (b *opening) statement() (string, []byte, error) {
	if b.n.Secrecy != tickets.Confidential {
		return b.n.Statement, nil, nil
	}
	brief := b.n.Brief
	if brief == "" {
		var known []string
		for _, c := range b.n.Complainants {
			known = append(known, c.Name, c.Phone, c.IDNo, c.Address)
		}
		brief = vault.Redact(b.n.Statement, vault.Lint(b.n.Statement, known...))
	}
	sealed, err := b.d.vault.Seal(aad("statement", b.id), []byte(b.n.Statement))
	return brief, sealed, err
}

func aad(what string, id int64) []byte { return fmt.Appendf(nil, "%s:%d", what, id) }

// facts are what the rules' conditions look at.
func facts(kind, urgency, channel, track, naming string) deadline.Facts {
	f := deadline.Facts{Kind: kind, Urgency: urgency, Channel: channel, Tracks: []string{track}, Named: naming == tickets.Named || naming == tickets.Joint}
	if track == tickets.TrackPetition {
		f.Tracks = append(f.Tracks, tickets.TrackOwn)
	}
	return f
}

func (b *opening) clocks(ctx context.Context) (c clockColumns, next, due *time.Time, err error) {
	n := b.n
	o := deadline.Opening{Event: deadline.EventRegistered, At: n.ReceivedAt, Printed: n.Printed, Facts: facts(clockKind(n.Kind, n.Appeal), n.Urgency, n.Channel, n.Track, n.Naming)}
	started, err := b.d.Engine().Open(o)
	if err == nil && n.Appeal > 0 {
		var statute []deadline.Started
		o.Event = []string{deadline.EventAppealFirst, deadline.EventAppealSecond}[min(n.Appeal, 2)-1]
		statute, err = b.d.Engine().Open(o)
		started = append(started, statute...)
	}
	if err == nil && len(started) == 0 { // older than every rule: it is owed an answer all the same, from its entry on
		o.At = b.now
		started, err = b.d.Engine().Open(o)
	}
	if err != nil {
		return c, nil, nil, fmt.Errorf("clocks: %w", err)
	}
	for _, s := range started {
		id, err := b.d.pg.RowID(ctx)
		if err != nil {
			return c, nil, nil, err
		}
		c.add(b.d.Engine(), id, s, deadline.EventRegistered, n.Urgency != tickets.Normal, b.now)
		at := s.Due.At.UTC()
		b.shown = append(b.shown, c.deadline(len(c.id)-1))
		if deadline.External(s.Rule.Duty()) {
			due = &at
		}
		if !s.Rule.Window && (next == nil || at.Before(*next)) {
			next = &at
		}
	}
	return c, next, due, nil
}

func (b *opening) complainants(ctx context.Context) error {
	for i, c := range b.n.Complainants {
		id, err := b.d.pg.RowID(ctx)
		if err != nil {
			return err
		}
		if err := b.people.add(b.d.vault, id, b.id, i, c, b.n.Secrecy == tickets.Confidential); err != nil {
			return err
		}
	}
	return nil
}

func (b *opening) journal(clocks clockColumns, statement string) (journal.Row, error) {
	n := b.n
	sum := sha256.Sum256(n.Raw)
	set := map[string]any{"status": "registered", "kind": n.Kind, "track": n.Track, "channel": n.Channel, "naming": n.Naming, "secrecy": n.Secrecy,
		"urgency": n.Urgency, "region": n.Region, "unit": n.Desk, "number": string(b.number)}
	if n.Appeal > 0 {
		set["appeal"], set["floor_unit"] = n.Appeal, n.Floor
	}
	return journal.Seal(journal.Entry{
		Kind: "ticket", Subject: b.id, Seq: 1, At: n.ReceivedAt, Recorded: b.now, Actor: b.me.Actor(), Unit: n.Desk,
		Action: string(tickets.ActRegister), Provenance: journal.Provenance(n.Provenance),
		Fields: map[string]any{
			"set":       set,
			"statement": digest(statement), "sha256": fmt.Sprintf("%x", sum), "source": n.Source,
			"clocks": clocks.journal(),
		},
	}, journal.Genesis)
}

// digest stands for a long text in the journal; the words themselves are sealed
// in the submission and readable on the ticket.
func digest(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// main fills the line that every registration has; Also follows it.
func (b *opening) main(ctx context.Context, code, statement string, next, due *time.Time, c clockColumns, row journal.Row) error {
	n, d := b.n, b.d
	submission, err := d.pg.RowID(ctx)
	if err != nil {
		return err
	}
	l := &b.line
	*l = openLine{submission: submission, ticket: b.id, number: string(b.number), statement: statement, deskPath: b.deskPath, next: next, due: due,
		now: b.now, clocks: c, people: b.people, journal: row, new: n}
	l.jobs = append([]string{tickets.JobRoute}, n.Jobs...)
	for range l.jobs {
		id, err := d.pg.RowID(ctx)
		if err != nil {
			return err
		}
		l.jobIDs = append(l.jobIDs, id)
	}
	if l.raw, err = d.vault.Seal(aad("submission", submission), n.Raw); err != nil {
		return err
	}
	sum := sha256.Sum256(n.Raw)
	l.sum = sum[:]
	l.receipt = tickets.ReceiptHash(d.vault.MAC, b.number, code)
	for _, s := range n.Also {
		s.Args = append([]any{b.id, submission}, s.Args...)
		b.stmts = append(b.stmts, s)
	}
	return nil
}

// rest adds the parts that most tickets lack.
func (b *opening) rest(ctx context.Context) error {
	for _, a := range b.n.Accused {
		id, err := b.d.pg.RowID(ctx)
		if err != nil {
			return err
		}
		b.stmts = append(b.stmts, b.d.accusedStmts(id, b.id, a, b.now, b.me.Actor())...)
	}
	for _, u := range b.n.Respondents {
		b.add(`INSERT INTO respondents (ticket, unit) VALUES ($1, $2)`, b.id, u)
	}
	for _, f := range b.n.Files {
		stmts, err := b.d.fileStmts(ctx, b.id, b.me.Actor(), b.now, f)
		if err != nil {
			return err
		}
		b.stmts = append(b.stmts, stmts...)
	}
	return nil
}
