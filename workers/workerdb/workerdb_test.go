package workerdb_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hotline/internal/bigram"
	"hotline/internal/outbox"
	"hotline/internal/pgtest"
	"hotline/workers/workerdb"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

type world struct {
	*pgtest.Env
	db *workerdb.DB
}

func open(t *testing.T) *world {
	t.Helper()
	e := pgtest.New(t)
	return &world{e, workerdb.New(e.PG)}
}

// ticket writes a bare ticket of the township 13 in county 10, waiting for its text.
func (w *world) ticket(t *testing.T, id int64, statement string) {
	t.Helper()
	w.Exec(t, `INSERT INTO tickets (id, number, status, kind, track, channel, naming, secrecy, urgency, statement, desk, unit, unit_path, investigator, sight, received_at, entered_at, receipt, seq, head)
		VALUES ($1, $2, 'handling', 'help', 'own', 'call', 'named', 'open', 'normal', $3, 1, 13, '/1/10/13/', 1, '{10}', $4, $4, '', 1, '')`,
		id, fmt.Sprintf("%013d", id), statement, time.Date(2026, 10, 31, 17, 0, 0, 0, time.UTC))
	w.Exec(t, `INSERT INTO text_pending (ticket) VALUES ($1)`, id)
}

func (w *world) index(t *testing.T, want int) {
	t.Helper()
	n, err := w.db.IndexBatch(ctx, 100)
	if err != nil || n != want {
		t.Fatalf("indexed %d, %v, want %d", n, err, want)
	}
}

func TestIndexHoldsWordsAndScope(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ticket(t, 1, "我家低保停了, ATM 取不出")
	w.Exec(t, `INSERT INTO allegations (id, ticket, n, text) VALUES (1, 1, 1, '停发低保')`)
	w.Exec(t, `INSERT INTO replies (id, ticket, n, public_text, author, at) VALUES (1, 1, 1, '已经补发', 'person:1', now())`)
	w.index(t, 1)
	var text string
	w.Row(t, `SELECT array_to_string(tsvector_to_array(tsv), ' ') FROM ticket_text WHERE ticket = 1`, nil, &text)
	got := strings.Fields(text)
	for _, want := range []string{"低保", "停了", "停发", "补发", "watm", "u1", "u10", "u13", "d1", "p1", "s10", "a0", "b0", "c0", "e0", "f0"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s among %v", want, got)
		}
	}
	w.index(t, 0)
}

func TestIndexAgainFollowsTheTicket(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ticket(t, 1, "低保")
	w.index(t, 1)
	w.Exec(t, `UPDATE tickets SET unit = 20, unit_path = '/1/20/'`)
	w.Exec(t, `INSERT INTO text_pending (ticket) VALUES (1), (1)`)
	w.index(t, 2)
	if n := w.count(t, `SELECT count(*) FROM ticket_text WHERE tsv @@ 'u20' AND NOT tsv @@ 'u10'`); n != 1 {
		t.Error("the index still has the old unit")
	}
}

func (w *world) count(t *testing.T, sql string) int {
	t.Helper()
	n := 0
	w.Row(t, sql, nil, &n)
	return n
}

// TestPostgresReadsEveryWordAsWritten guards the seam between the words written
// by a cast and those asked for through to_tsquery.
func TestPostgresReadsEveryWordAsWritten(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i, text := range []string{"低保户", "3.5元", "1e5", "http://a.cn/b?c=d", "13800138000", "a_b-c", "Ａ１", "々〇", "𠀀𠀁", "x'y\\z", "2026年11月", "é", "0355-2023456", "-5", "户"} {
		query, ok := bigram.Query(text)
		if !ok {
			continue
		}
		w.ticket(t, int64(i+1), text)
		w.index(t, 1)
		n := 0
		w.Row(t, `SELECT count(*) FROM ticket_text WHERE ticket = $1 AND tsv @@ to_tsquery('simple', $2)`, []any{i + 1, query}, &n)
		if n != 1 {
			t.Errorf("%q was written and is not found by %s", text, query)
		}
	}
}

func TestTheNextPartitionIsThereBeforeItIsNeeded(t *testing.T) {
	t.Parallel()
	w := open(t)
	if err := w.db.EnsurePartitions(ctx); err != nil {
		t.Fatal(err)
	}
	if n := w.count(t, `SELECT count(*) FROM pg_class WHERE relname = 'outbox_p1'`); n != 0 {
		t.Error("a partition too early")
	}
	w.Exec(t, `SELECT setval('row_id', 30000000), setval('journal_id', 26000000)`)
	for range 2 {
		if err := w.db.EnsurePartitions(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM pg_class WHERE relname IN ('outbox_p1', 'submissions_p1', 'journal_p1', 'journal_body_p1', 'leaves_p1')`); n != 5 {
		t.Errorf("%d of 5 partitions", n)
	}
}

func TestForgetTakesWhatIsOver(t *testing.T) {
	t.Parallel()
	w := open(t)
	now := w.Clock.Now()
	w.Exec(t, `INSERT INTO nonces VALUES ('a', '1', $1::timestamptz - interval '1 s'), ('a', '2', $1::timestamptz + interval '1 s')`, now)
	w.Exec(t, `INSERT INTO sessions (token_hash, account, created_at, seen_at, expires_at) SELECT decode(repeat(x, 16), 'hex'), 1, $1, $1, $1::timestamptz - d
		FROM (VALUES ('01', interval '31 days'), ('02', interval '1 day')) v(x, d)`, now)
	n, err := w.db.Forget(ctx, 100)
	if err != nil || n != 2 {
		t.Fatalf("forgot %d, %v, want 2", n, err)
	}
	if got := w.count(t, `SELECT (SELECT count(*) FROM nonces) + (SELECT count(*) FROM sessions)`); got != 2 {
		t.Errorf("%d left, want 2", got)
	}
}

func TestNotifyTellsOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ticket(t, 1, "低保")
	w.Exec(t, `INSERT INTO outbox (id, kind, ticket, created_at, run_at) VALUES (1, 'notify', 1, now(), now())`)
	rows := []outbox.Row{{ID: 1, Kind: "notify", Ticket: 1}}
	for range 2 {
		err := w.db.Notify(ctx, rows, func(_ outbox.Row, p workerdb.Parties) []workerdb.Notice {
			if p.Unit != 13 || p.Head != 13 || p.Above != 10 || p.City != 1 || p.Desk != 1 {
				t.Errorf("parties %+v", p)
			}
			return []workerdb.Notice{{Unit: p.Unit, Role: "lead", Ticket: 1, Kind: "dispatched"}, {Unit: p.Unit, Person: 1, Ticket: 1, Kind: "assigned"}}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM notifications`); n != 2 {
		t.Errorf("%d notifications, want 2", n)
	}
}
