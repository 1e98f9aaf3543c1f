package workers

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hotline/intake"
	"hotline/intake/intakedb"
	"hotline/internal/embedded"
	"hotline/internal/outbox"
	"hotline/internal/pg"
	"hotline/internal/pgtest"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

// world is a desk with its own database and Redis. Its clock moves only when a
// test moves it.
type world struct {
	*pgtest.Env
	db    *ticketdb.DB
	desk  *intake.Desk
	redis string
	cfg   Config
}

func open(t *testing.T) *world {
	t.Helper()
	return newWorld(t, nil)
}

func newWorld(t testing.TB, bell *outbox.Bell) *world {
	t.Helper()
	w := &world{Env: pgtest.New(t)}
	if bell != nil {
		w.ringing(t, bell)
	}
	db, err := ticketdb.New(ticketdb.Config{PG: w.PG, Units: w.Units, Clocks: w.Clocks, Vault: w.Vault})
	if err != nil {
		t.Fatal(err)
	}
	w.db, w.desk = db, intake.NewDesk(db)
	background(t, db.Run)
	redis, err := embedded.StartRedis(ctx, embedded.RedisConfig{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := redis.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	w.redis = redis.URL()
	w.cfg = Config{PG: w.PG, Tickets: w.db, Orders: intakedb.New(w.PG, w.Vault), RedisURL: w.redis, Now: w.Clock.Now, Concurrency: 4, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	return w
}

// ringing opens the database anew, so that commits ring the bell.
func (w *world) ringing(t testing.TB, bell *outbox.Bell) {
	t.Helper()
	db, err := pg.Open(ctx, pg.Config{PeopleURL: w.AppURL, MachinesURL: w.WorkURL, MaxConns: 16, Now: w.Clock.Now, Nudge: bell.Ring})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w.PG = db
}

// background runs a part until the test ends.
func background(t testing.TB, run func(context.Context) error) {
	t.Helper()
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- run(running) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("a part ended with %v", err)
		}
	})
}

// workers makes workers with these jobs, or all of them; they do not run yet.
func (w *world) workers(t *testing.T, jobs ...Job) *Workers {
	t.Helper()
	w.cfg.jobs = jobs
	ws, err := New(w.cfg)
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// until waits for a condition that other goroutines bring about. It gives up late:
// with the race detector, on a machine that runs every other package's tests too,
// half a minute was not enough.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(3 * time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("gave up waiting until %s", what)
		}
	}
}

// count reads one number as the owner.
func (w *world) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	n := 0
	w.Row(t, sql, args, &n)
	return n
}

// flush wipes Redis.
func (w *world) flush(t *testing.T) {
	t.Helper()
	o, err := redis.ParseURL(w.redis)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	defer c.Close()
	if err := c.FlushAll(ctx).Err(); err != nil {
		t.Fatal(err)
	}
}

// ledger makes the table that the jobs of a test write their effects to.
func (w *world) ledger(t *testing.T) {
	t.Helper()
	w.Exec(t, `CREATE TABLE effects (row bigint NOT NULL)`)
	w.Exec(t, `GRANT SELECT, INSERT ON effects TO hotline_work`)
}

// add writes outbox rows of a kind, due now.
func (w *world) add(t *testing.T, kind string, ids ...int64) {
	t.Helper()
	w.Exec(t, `INSERT INTO outbox (id, kind, created_at, run_at) SELECT id, $2, $3, $3 FROM unnest($1::bigint[]) id`, ids, kind, w.Clock.Now())
}

// effect writes one line a row and marks the rows done, in one transaction.
func (w *world) effect(c context.Context, rows []outbox.Row) error {
	return w.PG.Do(c, pg.Machine("machine:test"), func(tx *pg.Tx) error {
		open, err := outbox.Done(c, tx, tx.Now, outbox.IDs(rows)...)
		if err != nil {
			return err
		}
		_, err = tx.Exec(c, `INSERT INTO effects SELECT unnest($1::bigint[])`, open)
		return err
	})
}

// job is a job of kind "work" around run.
func job(run func(context.Context, []outbox.Row) error) Job {
	return Job{Kind: "work", Queue: normal, MaxAttempts: 3, Timeout: 10 * time.Second, Lease: time.Minute,
		Run: func(c context.Context, _ *Deps, rows []outbox.Row) error { return run(c, rows) }}
}

func help(with ...func(*intake.Submission)) intake.Submission {
	s := intake.Submission{Channel: "call", Source: "test", Raw: []byte("raw"), Kind: tickets.Help, Region: "140428102", Place: "石哲镇",
		Statement:    "我妈的低保这个月十五号了还没到卡上，往月十号前准有，是不是停了？老人等着买药。",
		Complainants: []ticketdb.Complainant{{Role: "caller", Name: "王小明", Phone: "19900001234"}}}
	for _, w := range with {
		w(&s)
	}
	return s
}

// register files a submission as the city's operator, under a key of its own.
func (w *world) register(t *testing.T, s intake.Submission) ticketdb.Opened {
	t.Helper()
	if s.SourceID == "" {
		s.SourceID = fmt.Sprint(time.Now().UnixNano())
	}
	o, err := w.desk.Accept(ctx, w.Session(t, "operator"), s)
	if err != nil {
		t.Fatalf("register: %v", err)
	}
	return o
}

func (w *world) act(t *testing.T, login, number string, action tickets.Action, values tickets.Values) *ticketdb.View {
	t.Helper()
	w.Clock.Add(time.Minute)
	v, err := w.db.Act(ctx, w.Session(t, login), number, 0, action, values)
	if err != nil {
		t.Fatalf("%s: %v", action, err)
	}
	return v
}
