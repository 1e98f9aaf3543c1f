package ticketdb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hotline/intake"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// guarded is a ticket about a township (unit 13 of county 10), dispatched to the
// county, with a row in every table that hangs on a ticket.
type guarded struct {
	*bench
	ticket ticketdb.Opened
	app    *pgx.Conn // the people's login, past all our code
}

func openGuarded(t *testing.T) *guarded {
	t.Helper()
	b := open(t)
	g := &guarded{bench: b}
	g.ticket = b.register(t, b.Session(t, "operator"), help(func(s *intake.Submission) {
		s.Kind, s.Statement = tickets.Report, "反映村干部亲属违规享受低保，核查时请注意翡翠二字。"
		s.Accused = []tickets.Accused{{Unit: 13, Person: "赵试验"}}
		s.Files = []ticketdb.File{{Name: "照片.txt", Content: []byte("一张照片")}}
	}))
	county := b.Session(t, "lead-140428")
	b.act(t, b.Session(t, "lead-city"), g.ticket.Number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	b.act(t, county, g.ticket.Number, tickets.ActSign, nil)
	b.act(t, county, g.ticket.Number, tickets.ActAssign, tickets.Values{"investigator": fmt.Sprint(b.Person(t, "handler-140428")), "second": fmt.Sprint(b.Person(t, "handler2-140428"))})
	b.act(t, b.Session(t, "handler-140428"), g.ticket.Number, tickets.ActRecord, tickets.Values{"allegation": "1", "outcome": "false", "method": "走访"})
	g.rows(t)
	var err error
	if g.app, err = pgx.Connect(t.Context(), b.AppURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.app.Close(context.Background()) })
	return g
}

// rows fills as the owner what no act of this ticket fills.
func (g *guarded) rows(t *testing.T) {
	t.Helper()
	id, now := g.ticket.ID, g.Clock.Now()
	other := g.register(t, g.Session(t, "operator"), help())
	for _, sql := range []string{
		`UPDATE tickets SET sight = '{10}' WHERE id = $1`,
		`INSERT INTO respondents (ticket, unit) VALUES ($1, 11)`,
		`INSERT INTO replies (id, ticket, n, public_text, author, at) VALUES (-1, $1, 1, '答复', 'person:1', $2)`,
		`INSERT INTO attempts (id, ticket, reply, way, state, at, actor, provenance) VALUES (-1, $1, -1, 'call', 'failed', $2, 'person:1', 'typed')`,
		`INSERT INTO requests (id, ticket, kind, state, reason, unit, asked_by, asked_at) VALUES (-1, $1, 'extension', 'pending', '路远', 10, 1, $2)`,
		`INSERT INTO pauses (id, ticket, request, reason, from_at) VALUES (-1, $1, -1, 'appraisal', $2)`,
		`INSERT INTO transfers (id, ticket, body, sent_at, actor) VALUES (-1, $1, '纪委监委', $2, 'person:1')`,
		`INSERT INTO co_handlers (ticket, unit, at, actor) VALUES ($1, 12, $2, 'person:1')`,
		`INSERT INTO documents (id, ticket, kind, unit, year, serial, number, token, content, sha256, issued_by, issued_at) VALUES (-1, $1, 'reply', 10, 2026, 1, '1号', 'abcdefghijklmnop', '{}', decode(repeat('00', 32), 'hex'), 1, $2)`,
		`INSERT INTO sealed_statements (ticket, sealed) VALUES ($1, '\x00')`,
		`INSERT INTO cards (id, ticket, deadline, level, at) SELECT -1, subject, id, 'yellow', $2 FROM deadlines WHERE subject = $1 LIMIT 1`,
		`INSERT INTO tasks (id, number, kind, unit, unit_path, from_unit, text, urgent, sent_at, due_at, state, seq, head) SELECT -1, 'R260918-0000001', 'inquiry', 20, '/1/20/', 10, '核对', false, $2, $2, 'sent', 1, decode(repeat('00', 32), 'hex') FROM tickets WHERE id = $1`,
		`INSERT INTO task_links (task, ticket, n, deadline, issued_by) SELECT -1, subject, 1, id, 1 FROM deadlines WHERE subject = $1 LIMIT 1`,
		`INSERT INTO notifications (id, unit, role, ticket, kind, at) VALUES (-1, 13, 'lead', $1, 'dispatched', $2), (-2, 10, 'lead', $1, 'dispatched', $2)`,
		`INSERT INTO orders (platform, order_no, ticket) VALUES ('demo', 'CZ1', $1)`,
		`INSERT INTO order_events (platform, event_id, order_no, direction, event, at, ticket, state, updated_at) VALUES ('demo', 'e1', 'CZ1', 'in', 'dispatched', $2, $1, 'applied', $2)`,
	} {
		g.mustAsOwner(t, sql, id, now)
	}
	g.Exec(t, `INSERT INTO relations (id, ticket, other, kind, actor, at) VALUES (-1, $1, $2, 'same_person', 'person:1', $3)`, id, other.ID, now)
}

// mustAsOwner gives a statement as many of the arguments as it has places for.
func (g *guarded) mustAsOwner(t *testing.T, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), g.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	d, err := conn.Prepare(t.Context(), "", sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if _, err := conn.Exec(t.Context(), sql, args[:len(d.ParamOIDs)]...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// policed are all tables about tickets with policies, from the catalogue: a new one is in at once.
func (g *guarded) policed(t *testing.T) []string {
	t.Helper()
	var list []string
	g.Row(t, `SELECT array_agg(relname::text ORDER BY relname) FROM pg_class c WHERE relrowsecurity AND relkind IN ('r', 'p')
		AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('ticket', 'recused', 'subject_kind', 'journal'))`, nil, &list)
	if len(list) < 15 {
		t.Fatalf("tables with policies: %v", list)
	}
	return list
}

// seen counts the rows of a table about the ticket that the people's login sees
// after entering with a token (nil: without any settings). A table it may not
// read at all shows none.
func (g *guarded) seen(t *testing.T, token []byte, table string) int {
	t.Helper()
	tx, err := g.app.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if token != nil {
		if _, err := tx.Exec(t.Context(), `SELECT * FROM app.enter($1, $2)`, token, g.Clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	err = tx.QueryRow(t.Context(), `SELECT count(*) FROM `+table+about(table), g.ticket.ID).Scan(&n)
	if refused(err) {
		return 0
	}
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	return n
}

// about is the condition that a row belongs to the ticket.
func about(table string) string {
	switch table {
	case "tickets":
		return ` WHERE id = $1`
	case "deadlines", "journal":
		return ` WHERE subject_kind = 'ticket' AND subject = $1`
	case "journal_body":
		return ` WHERE journal IN (SELECT id FROM journal WHERE subject = $1)`
	}
	return ` WHERE ticket = $1`
}

// refused tells whether the database says that this login may not.
func refused(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "42501"
}

func TestPoliciesShowATicketToItsOwnAndToNobodyElse(t *testing.T) {
	t.Parallel()
	g := openGuarded(t)
	county := g.Token(t, "lead-140428")
	closed, idle := g.Token(t, "lead-140428"), g.Token(t, "lead-140428")
	g.Exec(t, `UPDATE sessions SET ended_at = $2 WHERE token_hash = $1`, closed, g.Clock.Now())
	g.Exec(t, `UPDATE sessions SET seen_at = $2::timestamptz - interval '31 minutes' WHERE token_hash = $1`, idle, g.Clock.Now())
	nobody := map[string][]byte{
		"no settings": nil, "an unknown session": []byte("sixteen bytes and more"), "a closed session": closed, "an idle session": idle,
		"the accused township": g.Token(t, "lead-140428102"), "its investigator": g.Token(t, "handler-140428102"), "a village below it": g.Token(t, "clerk-140428102201"),
		"another county": g.Token(t, "lead-140427"), "another county's desk": g.Token(t, "operator-140427"), "an investigator without it": g.Token(t, "handler-140427"),
		"the system's administrator": g.Token(t, "system"), "the auditor": g.Token(t, "auditor"),
	}
	for _, table := range g.policed(t) {
		// What nobody but a machine reads has no rows for the county either.
		sealed := table == "sealed_statements"
		if n := g.seen(t, county, table); (n == 0) != sealed {
			t.Errorf("the handling county sees %d rows of %s", n, table)
		}
		for who, token := range nobody {
			if n := g.seen(t, token, table); n != 0 {
				t.Errorf("%s sees %d rows of %s", who, n, table)
			}
		}
	}
}

func TestTheAccusedFindNothingByAnyCall(t *testing.T) {
	t.Parallel()
	g := openGuarded(t)
	ctx := t.Context()
	v, err := g.db.Find(ctx, g.Session(t, "lead-140428"), g.ticket.Number)
	if err != nil || len(v.Attachments) != 1 {
		t.Fatalf("the county's view: %v", err)
	}
	for _, login := range []string{"lead-140428102", "handler-140428102", "clerk-140428102201", "lead-140427"} {
		me := g.Session(t, login)
		for what, err := range map[string]error{
			"find":       second(g.db.Find(ctx, me, g.ticket.Number)),
			"journal":    second(g.db.Journal(ctx, me, g.ticket.Number)),
			"attachment": third(g.db.Content(ctx, me, g.ticket.Number, v.Attachments[0].ID)),
			"contact":    second(g.db.Contact(ctx, me, g.ticket.Number, "想看")),
			"clock":      second(g.db.Explain(ctx, me, g.ticket.Number, v.Deadlines[0].ID)),
			"act":        second(g.db.Act(ctx, me, g.ticket.Number, 0, tickets.ActNote, tickets.Values{"note": "试"})),
		} {
			if !errors.Is(err, pg.ErrNotFound) {
				t.Errorf("%s, %s: got %v, want not found", login, what, err)
			}
		}
		for _, f := range []ticketdb.Filter{{}, {View: "unit"}, {View: "desk"}, {View: "mine"}, {View: "past"}, {Sort: "due"}, {Query: "翡翠"}, {Query: g.ticket.Number}, {Query: "19900001234"}, {Query: "王小明"}, {Query: "CZ1"}} {
			p, err := g.db.List(ctx, me, f)
			if err != nil || len(p.Items) != 0 {
				t.Errorf("%s lists %d with %+v: %v", login, len(p.Items), f, err)
			}
		}
		for _, view := range []string{"", "unit", "desk", "mine", "past"} {
			c, err := g.db.Counts(ctx, me, view)
			if err != nil || len(c.ByStatus) != 0 || c.Overdue+c.DueToday+c.Mine != 0 {
				t.Errorf("%s counts %+v: %v", login, c, err)
			}
		}
	}
}

func second[A any](_ A, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }

func TestTheSealedContactOpensOnlyAgainstAJournalRow(t *testing.T) {
	t.Parallel()
	g := openGuarded(t)
	handler := g.Session(t, "handler-140428")
	if list, err := g.db.Contact(t.Context(), handler, g.ticket.Number, "回拨核对"); err != nil || len(list) != 1 || list[0].Phone != "19900001234" {
		t.Fatalf("the investigator opens %+v, %v", list, err)
	}
	var old int64
	g.Row(t, `SELECT id FROM journal WHERE action = 'contact_viewed' AND subject = $1`, []any{g.ticket.ID}, &old)
	g.Exec(t, `INSERT INTO recusals (ticket, key, reason, at, actor) VALUES ($1, $2, 'interest', $3, 'test')`, g.ticket.ID, -g.Person(t, "handler2-140428"), g.Clock.Now())
	for _, c := range []struct {
		name, login string
		row         int64 // of the journal; 0: written in this transaction
	}{
		{"no such row", "handler-140428", -1},
		{"the row of an earlier view", "handler-140428", old},
		{"a recused person with a fresh row", "handler2-140428", 0},
		{"the accused with a fresh row", "lead-140428102", 0},
		{"another county with a fresh row", "lead-140427", 0},
		{"a lead who does not investigate", "lead-140428", 0},
	} {
		err := g.PG.Do(t.Context(), g.Session(t, c.login), func(tx *pg.Tx) error {
			row := c.row
			if row == 0 {
				var err error
				if row, err = freshView(t.Context(), tx, g.ticket.ID); err != nil {
					return fmt.Errorf("write the row: %w", err)
				}
			}
			_, err := tx.Exec(t.Context(), `SELECT * FROM app.vault_open($1, $2)`, g.ticket.ID, row)
			return err
		})
		if !refused(err) {
			t.Errorf("%s: got %v, want a refusal", c.name, err)
		}
	}
	if err := g.asCounty(t, `SELECT sealed FROM complainants`); !refused(err) {
		t.Errorf("the sealed column is read: %v", err)
	}
}

// freshView writes a journal row that says the contact was viewed, as anybody
// could who speaks SQL with the people's login.
func freshView(ctx context.Context, tx *pg.Tx, ticket int64) (id int64, err error) {
	if err := tx.QueryRow(ctx, `SELECT nextval('journal_id')`).Scan(&id); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO journal (id, subject_kind, subject, seq, at, recorded_at, actor, action, provenance, commitments, prev, hash)
		VALUES ($1, 'ticket', $2, 1000, $3, $3, $4, 'contact_viewed', 'machine', '{}', decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'))`, id, ticket, tx.Now, tx.Me.Actor())
	return id, err
}

// asCounty runs a statement as the people's login within the county lead's scope.
func (g *guarded) asCounty(t *testing.T, sql string) error {
	t.Helper()
	return g.PG.Do(t.Context(), g.Session(t, "lead-140428"), func(tx *pg.Tx) error {
		_, err := tx.Exec(t.Context(), sql)
		return err
	})
}

func TestThePeoplesLoginCannotReachPastThePolicies(t *testing.T) {
	t.Parallel()
	g := openGuarded(t)
	for _, sql := range []string{
		`UPDATE journal SET action = 'noted'`, `DELETE FROM journal`, `TRUNCATE journal`, `UPDATE journal_body SET body = ''`, `DELETE FROM journal_body`,
		`DELETE FROM tickets`, `DELETE FROM findings`, `DELETE FROM recusals`, `UPDATE recusals SET key = 1`, `DELETE FROM outbox`, `UPDATE outbox SET done_at = now()`,
		`UPDATE deadlines SET base_due_at = now()`, `UPDATE findings SET outcome = 'true'`, `SELECT sealed FROM complainants`, `SELECT sealed FROM sealed_statements`, `SELECT raw FROM submissions`,
		`SELECT sealed FROM blobs`, `SELECT password_hash FROM accounts`, `SELECT totp_secret FROM accounts`, `UPDATE accounts SET active = true`, `INSERT INTO account_roles SELECT 1, 'lead', now()`,
		`SELECT tsv FROM ticket_text`, `SET ROLE hotline_work`, `SET ROLE hotline_owner`, `SET SESSION AUTHORIZATION hotline_owner`, `ALTER ROLE hotline_app BYPASSRLS`, `ALTER TABLE tickets DISABLE ROW LEVEL SECURITY`,
		`DROP POLICY see ON tickets`, `CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'`, `CREATE TABLE public.copy AS TABLE tickets`, `SELECT app.ensure_partition('journal', 1)`,
		`UPDATE documents SET content = '{}'`, `UPDATE documents SET number = '2号'`, `DELETE FROM documents`, `SELECT last FROM document_serials`, `UPDATE document_serials SET last = 0`, `SELECT app.next_document(1, 2026)`,
		`SELECT kept_from FROM tasks`, `UPDATE tasks SET text = '别的'`, `UPDATE tasks SET unit = 1`, `UPDATE task_links SET ticket = 1`, `DELETE FROM tasks`, `UPDATE task_files SET name = 'x'`,
	} {
		if err := g.asCounty(t, sql); !refused(err) {
			t.Errorf("%s: got %v, want a refusal", sql, err)
		}
	}
	// row_security = off makes Postgres refuse what it would have to filter.
	err := g.PG.Do(t.Context(), g.Session(t, "lead-140427"), func(tx *pg.Tx) error {
		if _, err := tx.Exec(t.Context(), `SET LOCAL row_security = off`); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `SELECT * FROM tickets`)
		return err
	})
	if !refused(err) {
		t.Errorf("with row_security off: %v", err)
	}
	for _, login := range []string{pg.PeopleLogin, pg.MachinesLogin} {
		var bypasses, owns bool
		g.Row(t, `SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb, EXISTS (SELECT 1 FROM pg_class WHERE relowner = r.oid) FROM pg_roles r WHERE rolname = $1`, []any{login}, &bypasses, &owns)
		if bypasses || owns {
			t.Errorf("%s bypasses policies: %v; owns tables: %v", login, bypasses, owns)
		}
	}
}

func TestEvenTheMachinesCannotChangeTheJournal(t *testing.T) {
	t.Parallel()
	g := openGuarded(t)
	for _, sql := range []string{`UPDATE journal SET action = 'noted'`, `DELETE FROM journal`, `TRUNCATE journal`, `UPDATE journal_body SET body = ''`, `DELETE FROM journal_body`, `DELETE FROM leaves`} {
		err := g.PG.Do(t.Context(), pg.Machine("machine:test"), func(tx *pg.Tx) error {
			_, err := tx.Exec(t.Context(), sql)
			return err
		})
		if !refused(err) {
			t.Errorf("%s: got %v, want a refusal", sql, err)
		}
	}
}

// TestNobodyChangesBlindlyWhatHeDoesNotSee: an UPDATE that reads no column is not
// held back by the policy for SELECT.
func TestNobodyChangesBlindlyWhatHeDoesNotSee(t *testing.T) {
	t.Parallel()
	g := openGuarded(t)
	tx, err := g.app.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if _, err := tx.Exec(t.Context(), `SELECT * FROM app.enter($1, $2)`, g.Token(t, "lead-140427"), g.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	tag, err := tx.Exec(t.Context(), `UPDATE tickets SET secrecy = 'open', sight = '{20}', recused = NULL`)
	if err != nil || tag.RowsAffected() != 0 {
		t.Errorf("another county changed %d tickets blindly, %v", tag.RowsAffected(), err)
	}
}
