package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"hotline/internal/journal"
	"hotline/internal/vault"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/workers/workerdb"
)

// load fills the tables as the owner: indexes and triggers off, COPY on two
// connections, indexes built again.
func (m *million) load(b *testing.B) {
	b.Helper()
	ctx := context.Background()
	conn := m.d.owner(b)
	defer conn.Close(ctx)
	began := time.Now()
	m.people(b, conn)
	tables := []string{"tickets", "complainants", "ticket_text"}
	build := m.dropIndexes(b, conn, tables)
	g, ctx := errgroup.WithContext(ctx)
	// One in fifty tickets has its journal.
	build = append([]string{`UPDATE tickets t SET seq = j.seq, head = j.hash FROM journal j WHERE j.subject = t.id AND j.seq = 3 AND j.subject_kind = 'ticket' AND t.id >= 1000`}, build...)
	j := m.journals(b)
	g.Go(func() error { return m.fill(ctx, b, build[:len(build)-1], m.tickets, m.complainants, j.rows, j.bodies) })
	g.Go(func() error { return m.fill(ctx, b, build[len(build)-1:], m.texts) })
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
	ctx = context.Background()
	for _, sql := range []string{
		`SELECT setval('ticket_id', (SELECT max(id) + 100 FROM tickets)), setval('row_id', (SELECT max(id) + 1000 FROM complainants)), setval('journal_id', (SELECT max(id) + 1 FROM journal))`,
		`INSERT INTO ticket_sight (unit, ticket) SELECT DISTINCT unnest(sight), id FROM tickets WHERE sight IS NOT NULL ON CONFLICT DO NOTHING`,
		`INSERT INTO recusals (ticket, key, reason, at, actor) SELECT id, unnest(recused), 'interest', entered_at, 'machine:bench' FROM tickets WHERE recused IS NOT NULL ON CONFLICT DO NOTHING`,
		`INSERT INTO deadlines (id, subject_kind, subject, rule, rule_version, calendar, start_event, start_at, base_due_at, due_at)
			SELECT 100000000 + row_number() OVER (), 'ticket', t.id, d.rule, d.rule_version, d.calendar, d.start_event, t.received_at, t.next_due, t.next_due
			FROM tickets t, (SELECT DISTINCT ON (rule) * FROM deadlines) d WHERE t.closed_at IS NULL AND t.id >= 1000`,
		`VACUUM (ANALYZE) tickets, complainants, ticket_text, ticket_sight, deadlines, recusals, journal, journal_body`,
		`CHECKPOINT`,
	} {
		if _, err := conn.Exec(ctx, `SET session_replication_role = replica`); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Exec(ctx, sql); err != nil {
			b.Fatalf("%s: %v", sql, err)
		}
	}
	b.Logf("%d tickets made in %s", m.n, time.Since(began).Round(time.Second))
}

func (m *million) people(b *testing.B, conn *pgx.Conn) {
	b.Helper()
	rows, err := conn.Query(context.Background(), `SELECT login, person FROM accounts`)
	if err != nil {
		b.Fatal(err)
	}
	var login string
	var person int
	if _, err := pgx.ForEachRow(rows, []any{&login, &person}, func() error { m.persons[login] = person; return nil }); err != nil {
		b.Fatal(err)
	}
}

// dropIndexes drops what no constraint needs and gives the statements that
// build it again; the one over the texts comes last.
func (m *million) dropIndexes(b *testing.B, conn *pgx.Conn, tables []string) []string {
	b.Helper()
	ctx := context.Background()
	rows, err := conn.Query(ctx, `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY ($1) AND indexname NOT IN (SELECT conname FROM pg_constraint)
		ORDER BY tablename = 'ticket_text', tablename = 'tickets', indexname`, tables)
	if err != nil {
		b.Fatal(err)
	}
	var name, def string
	var names, defs []string
	if _, err := pgx.ForEachRow(rows, []any{&name, &def}, func() error {
		names, defs = append(names, name), append(defs, def)
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	if len(defs) < 3 || !strings.Contains(defs[len(defs)-1], "gin") {
		b.Fatalf("indexes to build again: %q", defs)
	}
	for _, name := range names {
		if _, err := conn.Exec(ctx, `DROP INDEX `+name); err != nil {
			b.Fatal(err)
		}
	}
	return defs
}

// fill copies tables on a connection of its own and builds their indexes.
func (m *million) fill(ctx context.Context, b *testing.B, build []string, copies ...func(w io.Writer) string) error {
	conn, err := pgx.Connect(ctx, m.d.s.ownerURL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'`); err != nil {
		return err
	}
	for _, rows := range copies {
		r, w := io.Pipe()
		go func() {
			buffered := bufio.NewWriterSize(w, 1<<18)
			rows(buffered)
			_ = w.CloseWithError(buffered.Flush())
		}()
		began := time.Now()
		if _, err := conn.PgConn().CopyFrom(ctx, r, `COPY `+rows(nil)+` FROM STDIN`); err != nil {
			return err
		}
		b.Logf("copied %.40s… in %s", rows(nil), time.Since(began).Round(time.Second))
	}
	for _, sql := range build {
		began := time.Now()
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
		b.Logf("%.60s… in %s", sql, time.Since(began).Round(time.Second))
	}
	return nil
}

// tickets writes their rows to w, or names the table and columns for a nil w.
func (m *million) tickets(w io.Writer) string {
	const columns = `tickets (id, number, status, kind, track, channel, naming, secrecy, urgency, outcome, category, region, statement, desk, unit, unit_path, investigator, recused, sight,
		next_due, due_at, received_at, entered_at, closed_at, receipt, seq, head)`
	day, serial := "", 0
	for i := 0; w != nil && i < m.n; i++ {
		x := m.row(i)
		if d := x.at.In(workday.Zone).Format(time.DateOnly); d != day {
			day, serial = d, 100_000 // clear of the serials the desk itself gives today
		}
		serial++
		null := func(v string, is bool) string {
			if is {
				return v
			}
			return `\N`
		}
		at := x.at.UTC().Format(time.RFC3339)
		sight := null(strings.ReplaceAll(strings.Trim(fmt.Sprint(x.sight), "[]"), " ", ","), x.sight != nil)
		if x.sight != nil {
			sight = "{" + sight + "}"
		}
		line := []string{strconv.FormatInt(x.id, 10), string(tickets.NewNumber(x.at, serial, m.perm)), x.status, []string{"help", "help", "inquiry", "complaint", "report", "suggestion"}[i%6], "own",
			[]string{"call", "mail", "city12345", "public"}[i%4], "named", map[bool]string{false: "open", true: "confidential"}[x.confidence], []string{"normal", "urgent"}[i%20/19],
			null("resolved", !x.open), []string{"pay.late", "apply.refused", "disabled", "pay.short"}[i%4], x.place.Region, x.statement,
			strconv.Itoa(x.desk), strconv.Itoa(x.place.ID), x.place.Path, null(strconv.Itoa(x.person), x.person != 0), x.recused, sight,
			x.due, null(x.due, x.open), at, at, null(at, !x.open), `\\x` + strconv.FormatInt(0x1000000000000000+x.id, 16), "1", `\\x` + strings.Repeat("00", 32)}
		_, _ = io.WriteString(w, strings.Join(line, "\t")+"\n")
	}
	return columns
}

func (m *million) complainants(w io.Writer) string {
	const columns = `complainants (id, ticket, role, sealed, shown, shown_phone, has_phone, phone_idx, name_idx)`
	for i := 0; w != nil && i < m.n; i++ {
		x := m.row(i)
		_, _ = fmt.Fprintf(w, "%d\t%d\tcaller\t\\\\x00\t王**\t%s****%s\tt\t\\\\x%x\t\\\\x%x\n", x.id, x.id, x.phone[:3], x.phone[7:], m.d.s.vault.Index(vault.Phone, x.phone), m.names[i%len(m.names)])
	}
	return columns
}

func (m *million) texts(w io.Writer) string {
	for i := 0; w != nil && i < m.n; i++ {
		x := m.row(i)
		text := workerdb.Indexed{ID: x.id, UnitPath: x.place.Path, Desk: x.desk, Sight: x.sight, Text: x.statement}
		if x.person != 0 {
			text.Persons = []int{x.person}
		}
		_, _ = fmt.Fprintf(w, "%d\t%s\n", x.id, text.TSVector())
	}
	return `ticket_text (ticket, tsv)`
}

// journals are the sealed rows of some tickets.
type journals []journal.Row

func (m *million) journals(b *testing.B) journals {
	b.Helper()
	var out journals
	for i := 0; i < m.n; i += 50 {
		x := m.row(i)
		prev := journal.Genesis
		for seq, action := range []string{"registered", "dispatch", "sign"} {
			r, err := journal.Seal(journal.Entry{Kind: "ticket", Subject: x.id, Seq: seq + 1, At: x.at, Recorded: x.at, Actor: "machine:bench", Unit: x.desk, Action: action, Provenance: journal.Machine,
				Fields: map[string]any{"unit": x.place.ID, "note": x.place.Name}}, prev)
			if err != nil {
				b.Fatal(err)
			}
			out, prev = append(out, r), r.Hash
		}
	}
	return out
}

// firstJournal is the id of the first of them.
const firstJournal = 10_000_000

func (j journals) rows(w io.Writer) string {
	if w != nil {
		for i, r := range j {
			at := r.At.Format(time.RFC3339)
			_, _ = fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%s\t%s\t%s\t%d\t%s\t%s\t\\\\x%x\t\\\\x%x\t\\\\x%x\n", firstJournal+i, r.Kind, r.Subject, r.Seq, at, at, r.Actor, r.Unit, r.Action, r.Provenance, r.Commitments, r.Prev, r.Hash)
		}
	}
	return `journal (id, subject_kind, subject, seq, at, recorded_at, actor, unit, action, provenance, commitments, prev, hash)`
}

func (j journals) bodies(w io.Writer) string {
	if w != nil {
		for i, r := range j {
			_, _ = fmt.Fprintf(w, "%d\t\\\\x%x\n", firstJournal+i, r.Body)
		}
	}
	return `journal_body (journal, body)`
}
