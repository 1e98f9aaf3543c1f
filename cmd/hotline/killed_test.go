package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/tickets/ticketdb"
)

// registrations are a thousand calls, each under an idempotency key of its own.
type registrations struct {
	mu       sync.Mutex
	server   client // the one that runs at present
	answered map[string]string
}

func (r *registrations) present() client {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.server
}

// run files calls from `next` on until `most` have been answered; a call without
// an answer is made again with its key, to whichever server runs then.
func (r *registrations) run(next *atomic.Int64, most int64, t *testing.T) {
	for {
		i := next.Add(1)
		if i > most {
			return
		}
		key := fmt.Sprintf("call-%d", i)
		var number string
		err := soon(func() bool {
			status, raw, err := r.present().send(http.MethodPost, "/api/v1/tickets", helpBody(int(i)), "Idempotency-Key", key)
			var out ticket
			if err != nil || status != http.StatusCreated || json.Unmarshal(raw, &out) != nil {
				if err == nil && status < 500 {
					t.Errorf("%s: %d %.300s", key, status, raw)
				}
				return false
			}
			number = out.Number
			return true
		})
		r.mu.Lock()
		if err == nil {
			r.answered[key] = number
		}
		r.mu.Unlock()
		if err != nil {
			t.Errorf("%s was never answered", key)
			return
		}
	}
}

func (r *registrations) done() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.answered)
}

func TestKillDuringRegistrationsLosesNothing(t *testing.T) {
	const calls, clients = 1000, 16
	dir := preparedFolder(t)
	server := startChild(t, dir)
	r := &registrations{server: server.as(t, "operator"), answered: map[string]string{}}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() { r.run(&next, calls, t) })
	}
	for kill := range 2 {
		// Somewhere in the first third, and in the second.
		at := calls/3*kill + 20 + rand.IntN(calls/3-40)
		server.until(t, "that far", func() bool { return r.done() >= at })
		server.signal(t, syscall.SIGKILL, 10*time.Second)
		server = startChild(t, dir)
		r.mu.Lock()
		r.server.base = server.base
		r.mu.Unlock()
	}
	wg.Wait()
	server.settled(t)
	server.signal(t, syscall.SIGINT, 15*time.Second)
	r.compare(t, opened(t, dir), calls)
}

// settled waits, beside a running server, until its outbox is empty.
func (c *child) settled(t *testing.T) {
	t.Helper()
	s, err := openStores(context.Background(), Config{Data: c.dir}, slog.New(slog.DiscardHandler), false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	conn, err := pgx.Connect(context.Background(), s.ownerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	hurry := hasten(t, conn, everySecond)
	c.until(t, "through with its outbox", func() bool {
		hurry()
		return number(t, conn, `SELECT count(*) FROM outbox WHERE done_at IS NULL`) == 0
	})
}

// hasten lets leases lapse and rests end whenever `every` has gone by, as if it
// had been minutes: what was lent to somebody who died comes due, and what is
// lent to somebody slow is lent twice.
func hasten(t testing.TB, conn *pgx.Conn, every func() time.Duration) func() {
	next := time.Now().Add(every())
	return func() {
		if time.Now().Before(next) {
			return
		}
		next = time.Now().Add(every())
		if _, err := conn.Exec(context.Background(), `UPDATE outbox SET run_at = now() WHERE done_at IS NULL AND stopped_at IS NULL AND run_at > now()`); err != nil {
			t.Fatal(err)
		}
	}
}

func everySecond() time.Duration { return time.Second }

// compare holds what the clients were told against what is stored.
func (r *registrations) compare(t *testing.T, s *stores, calls int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.ownerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), `SELECT k.source_id, t.number FROM submission_keys k JOIN tickets t ON t.id = k.ticket WHERE k.source LIKE 'api:%'`)
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]string{}
	var key, num string
	if _, err := pgx.ForEachRow(rows, []any{&key, &num}, func() error { stored[key] = num; return nil }); err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for key, told := range r.answered {
		if stored[key] != told {
			wrong++
			t.Logf("%s was answered with %s and is stored as %q", key, told, stored[key])
		}
	}
	if n := number(t, conn, `SELECT count(*) FROM tickets`); wrong > 0 || len(r.answered) != calls || len(stored) != calls || n != calls {
		t.Errorf("%d calls: %d answered, %d of them with a number that is not stored, %d keys, %d tickets", calls, len(r.answered), wrong, len(stored), n)
	}
	if n := number(t, conn, `SELECT count(*) FROM submissions`); n != calls {
		t.Errorf("%d submissions of %d calls", n, calls)
	}
	if n := number(t, conn, `SELECT count(*) FROM tickets WHERE proposal IS NULL`); n != 0 {
		t.Errorf("%d tickets were never routed", n)
	}
	if n := number(t, conn, `SELECT count(*) FROM outbox WHERE done_at IS NULL OR stopped_at IS NOT NULL`); n != 0 {
		t.Errorf("%d jobs are not done", n)
	}
	report, err := ticketdb.Verify(t.Context(), s.pg, 10)
	if err != nil || len(report.Faults) > 0 || report.Tickets != calls {
		t.Errorf("the journal says %+v, %v", report, err)
	}
}

// number reads one number.
func number(t testing.TB, conn *pgx.Conn, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := conn.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

func TestPrivatePostgresCrashRecovers(t *testing.T) {
	dir := preparedFolder(t)
	server := startChild(t, dir)
	desk := server.as(t, "operator")
	var numbers []string
	for i := range 20 {
		var k ticket
		desk.want(t, http.StatusCreated, http.MethodPost, "/api/v1/tickets", helpBody(i), &k)
		numbers = append(numbers, k.Number)
	}
	below := descendants(t, server.cmd.Process.Pid)
	if err := syscall.Kill(server.postmaster(t), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	server.waitEnd(t, 20*time.Second)
	if server.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(server.log(), "the private Postgres ended unexpectedly") {
		t.Errorf("it ended with %v and said:\n%s", server.cmd.ProcessState, server.log())
	}
	eventually(t, "nothing is left of it", func() bool { return len(stillRun(t, below)) == 0 })
	desk.base = startChild(t, dir).base
	for _, n := range numbers {
		if _, err := desk.ticket(n); err != nil {
			t.Errorf("after the crash: %v", err)
		}
	}
}

func TestSecondStartKeepsTheData(t *testing.T) {
	dir := preparedFolder(t)
	first := startChild(t, dir)
	desk := first.as(t, "operator")
	var k ticket
	desk.want(t, http.StatusCreated, http.MethodPost, "/api/v1/tickets", helpBody(1), &k, "Idempotency-Key", "once")
	first.signal(t, syscall.SIGINT, 15*time.Second)
	second := startChild(t, dir)
	desk.base = second.base // and the session still stands
	var again ticket
	desk.want(t, http.StatusCreated, http.MethodPost, "/api/v1/tickets", helpBody(1), &again, "Idempotency-Key", "once")
	if again.Number != k.Number {
		t.Errorf("the same key gave %s, then %s", k.Number, again.Number)
	}
}

// sayLoaded notes that the demo's tickets are there: its mail servers and its
// platform start all the same.
func sayLoaded(t *testing.T, dir string) {
	t.Helper()
	s, err := openStores(t.Context(), Config{Data: dir}, slog.New(slog.DiscardHandler), false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	conn, err := pgx.Connect(t.Context(), s.ownerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `INSERT INTO settings (key, value) VALUES ('demo', 'true')`); err != nil {
		t.Fatal(err)
	}
}

func TestCtrlCStopsEverythingCleanly(t *testing.T) {
	dir := preparedFolder(t)
	sayLoaded(t, dir)
	server := startChild(t, dir, "--demo")
	desk := server.as(t, "operator")
	stop := make(chan struct{})
	var busy sync.WaitGroup
	var accepted atomic.Int64
	for i := range 4 {
		busy.Go(func() {
			for n := i; ; n += 4 {
				select {
				case <-stop:
					return
				default:
				}
				if desk.try(http.StatusCreated, http.MethodPost, "/api/v1/tickets", helpBody(n), nil) == nil {
					accepted.Add(1)
				}
			}
		})
	}
	server.until(t, "busy", func() bool { return accepted.Load() >= 10 })
	below := descendants(t, server.cmd.Process.Pid)
	kinds := map[string]bool{}
	for _, name := range below {
		kinds[name] = true
	}
	if !kinds["postgres"] || !kinds["redis-server"] {
		t.Errorf("its children are %v: no Postgres or no Redis among them", below)
	}
	server.signal(t, syscall.SIGINT, 15*time.Second)
	close(stop)
	busy.Wait()
	if code := server.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it ended with %v:\n%s", server.cmd.ProcessState, server.log())
	}
	if still := stillRun(t, below); len(still) > 0 {
		t.Errorf("still running: %v", still)
	}
	s := opened(t, server.dir)
	conn, err := pgx.Connect(t.Context(), s.ownerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if n := number(t, conn, `SELECT count(*) FROM tickets WHERE statement LIKE '低保金第%'`); int64(n) < accepted.Load() {
		t.Errorf("%d stored of %d acknowledged", n, accepted.Load())
	}
}
