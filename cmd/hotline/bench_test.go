package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/valyala/fasthttp"

	"hotline/cmd/hotline/demo"
)

// desk is the whole product in one process, with real Postgres (fsync on) and
// Redis, for the benchmarks and the end-to-end tests.
type desk struct {
	*app
	base string
	stop func()
}

// startDesk opens the product on a free port. It is stopped with the test.
func startDesk(t testing.TB, o options) *desk {
	t.Helper()
	dir, err := os.MkdirTemp("", "hotline-desk-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return startDeskIn(t, dir, o)
}

func startDeskIn(t testing.TB, dir string, o options) *desk {
	t.Helper()
	c, err := readConfig()
	if err != nil {
		t.Fatal(err)
	}
	c.DatabaseURL, c.PeopleURL, c.MachinesURL, c.RedisURL = "", "", "", ""
	c.Data, c.Listen = dir, freeAddress(t)
	c.DemoSMTP, c.DemoIMAP, c.DemoCity = freeAddress(t), freeAddress(t), freeAddress(t)
	log := slog.New(slog.NewJSONHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ctx, cancel := context.WithCancel(context.Background())
	s, err := openStores(ctx, c, log, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := seedDemoCity(ctx, s); err != nil {
		t.Fatal(err)
	}
	a := newApp(c, o, log, s)
	if err := a.build(ctx); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- a.run(ctx) }()
	d := &desk{app: a, base: "http://" + c.Listen}
	var once sync.Once
	d.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("the desk ended with: %v", err)
			}
			a.close()
			s.close()
		})
	}
	t.Cleanup(d.stop)
	d.waitReady(t)
	return d
}

// testLog keeps warnings for the test's output.
type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) { return len(p), nil }

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (d *desk) waitReady(t testing.TB) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for {
		res, err := http.Get(d.base + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the desk is not ready after 20 s")
		}
	}
}

// token signs an account in through the API.
func (d *desk) token(t testing.TB, login string) string {
	t.Helper()
	var out struct {
		Token string `json:"token"`
	}
	if code := d.call(t, "", http.MethodPost, "/api/v1/sessions", map[string]any{"login": login, "password": demo.Password}, &out); code/100 != 2 {
		t.Fatalf("sign in as %s: %d", login, code)
	}
	return out.Token
}

// call sends JSON and reads JSON.
func (d *desk) call(t testing.TB, token, method, path string, body, out any) int {
	t.Helper()
	var r io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, d.base+path, r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if out != nil && len(data) > 0 {
		if err := json.Unmarshal(data, out); err != nil {
			t.Fatalf("%s %s answered %d with %s", method, path, res.StatusCode, data)
		}
	}
	return res.StatusCode
}

const benchSlice = 5 * time.Second

// BenchmarkDeskIntake compares durable registrations through HTTP with pgbench
// doing four bare inserts a transaction on the same cluster, fsync on, in
// alternation. The web half runs alone: what the workers add is measured apart.
func BenchmarkDeskIntake(b *testing.B) {
	d := startDesk(b, options{web: true})
	ref := newReference(b, d)
	token := d.token(b, "operator")
	for _, clients := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			var ours, theirs []float64
			for range 3 {
				theirs = append(theirs, ref.pgbench(b, clients))
				n, _ := d.register(b, token, clients, benchSlice)
				ours = append(ours, float64(n)/benchSlice.Seconds())
			}
			b.ReportMetric(median(ours), "tickets/s")
			b.ReportMetric(median(theirs), "pgbench/s")
			b.ReportMetric(median(ours)/median(theirs), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkDeskRouted registers with 32 clients while the workers of the same
// process route, dispatch, notify and index: how many a second, how soon each is
// routed, and how long the index is behind when the load ends.
func BenchmarkDeskRouted(b *testing.B) {
	d := startDesk(b, options{web: true, workers: true})
	token := d.token(b, "operator")
	d.register(b, token, 32, time.Second)
	d.settle(b)
	began := time.Now()
	n, _ := d.register(b, token, 32, benchSlice)
	behind := d.indexedWithin(b)
	p50, p99 := d.routedWithin(b, began)
	b.ReportMetric(float64(n)/benchSlice.Seconds(), "tickets/s")
	b.ReportMetric(p50*1000, "routed-p50-ms")
	b.ReportMetric(p99*1000, "routed-p99-ms")
	b.ReportMetric(behind, "index-behind-s")
	b.ReportMetric(0, "ns/op")
}

func median(x []float64) float64 {
	x = slices.Clone(x)
	slices.Sort(x)
	return x[len(x)/2]
}

// register keeps `clients` connections busy for a time and counts 201s.
func (d *desk) register(b testing.TB, token string, clients int, span time.Duration) (int64, int64) {
	b.Helper()
	var done, failed atomic.Int64
	bodies := sampleBodies(4000)
	end := time.Now().Add(span)
	client := &fasthttp.Client{MaxConnsPerHost: clients, ReadTimeout: 30 * time.Second}
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(i), uint64(end.UnixNano())))
			req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
			for time.Now().Before(end) {
				req.Reset()
				req.SetRequestURI(d.base + "/api/v1/tickets")
				req.Header.SetMethod(http.MethodPost)
				req.Header.SetContentType("application/json")
				req.Header.Set("Authorization", "Bearer "+token)
				req.SetBody(bodies[rng.IntN(len(bodies))])
				if err := client.Do(req, res); err != nil || res.StatusCode() != http.StatusCreated {
					if failed.Add(1) == 1 {
						b.Logf("first failure: %v %d %s", err, res.StatusCode(), res.Body())
					}
					continue
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if failed.Load() > 0 {
		b.Errorf("%d of %d registrations failed", failed.Load(), done.Load()+failed.Load())
	}
	return done.Load(), failed.Load()
}

// clauses are the words people use: every clause of the demo's statements.
func clauses() []string {
	var out []string
	for _, s := range demo.Samples() {
		text := demo.Fill(s.Statement, 8, 0)
		out = append(out, strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("，。；！？、：\n", r) })...)
	}
	return out
}

var benchKinds = []string{"inquiry", "help", "suggestion", "complaint", "report"}

// sampleBodies are registrations of every kind, each with a contact and some 300
// characters put together anew from people's clauses; they are made before the
// clock runs.
func sampleBodies(n int) [][]byte {
	rng := rand.New(rand.NewPCG(7, 11))
	words := clauses()
	out := make([][]byte, n)
	for i := range out {
		var text strings.Builder
		for text.Len() < 900 {
			text.WriteString(words[rng.IntN(len(words))])
			text.WriteString("，")
		}
		fmt.Fprintf(&text, "编号%d。", rng.IntN(1_000_000))
		body, err := json.Marshal(map[string]any{
			"kind": benchKinds[i%len(benchKinds)], "channel": "call", "region": "140428102", "statement": text.String(),
			"complainants": []map[string]any{{"role": "caller", "name": "王" + string(rune(0x4e00+rng.IntN(3000))), "phone": fmt.Sprintf("1990000%04d", rng.IntN(10000))}},
		})
		if err != nil {
			panic(err)
		}
		out[i] = body
	}
	return out
}

// settle waits until the workers have nothing left of the last burst.
func (d *desk) settle(b testing.TB) {
	b.Helper()
	conn := d.owner(b)
	defer conn.Close(context.Background())
	for range 600 {
		var left int
		if err := conn.QueryRow(context.Background(), `SELECT (SELECT count(*) FROM outbox WHERE done_at IS NULL AND stopped_at IS NULL) + (SELECT count(*) FROM text_pending)`).Scan(&left); err != nil {
			b.Fatal(err)
		}
		if left == 0 {
			return
		}
		<-time.After(100 * time.Millisecond)
	}
	b.Error("the workers did not settle within a minute")
}

func (d *desk) owner(b testing.TB) *pgx.Conn {
	b.Helper()
	conn, err := pgx.Connect(context.Background(), d.s.ownerURL)
	if err != nil {
		b.Fatal(err)
	}
	return conn
}

// routedWithin reads how long after its registration each ticket's route row was done.
func (d *desk) routedWithin(b testing.TB, since time.Time) (p50, p99 float64) {
	b.Helper()
	d.settle(b)
	conn := d.owner(b)
	defer conn.Close(context.Background())
	err := conn.QueryRow(context.Background(), `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s), percentile_cont(0.99) WITHIN GROUP (ORDER BY s)
		FROM (SELECT extract(epoch FROM done_at - created_at) AS s FROM outbox WHERE kind = 'route' AND created_at >= $1) x`, since).Scan(&p50, &p99)
	if err != nil {
		b.Fatal(err)
	}
	return p50, p99
}

// indexedWithin is how long after the load the last text is in the index; a
// search finds what is not yet in it by reading the tail.
func (d *desk) indexedWithin(b testing.TB) float64 {
	b.Helper()
	began := time.Now()
	d.settle(b)
	return time.Since(began).Seconds()
}

// reference is pgbench with four bare inserts, in a database of its own on the
// same cluster.
type reference struct{ script, dsn, bin string }

func newReference(b *testing.B, d *desk) *reference {
	b.Helper()
	conn := d.owner(b)
	defer conn.Close(context.Background())
	for _, sql := range []string{
		`CREATE DATABASE reference`,
	} {
		if _, err := conn.Exec(context.Background(), sql); err != nil {
			b.Fatal(err)
		}
	}
	u, err := url.Parse(d.s.ownerURL)
	if err != nil {
		b.Fatal(err)
	}
	u.Path = "/reference"
	refConn, err := pgx.Connect(context.Background(), u.String())
	if err != nil {
		b.Fatal(err)
	}
	defer refConn.Close(context.Background())
	if _, err := refConn.Exec(context.Background(), `
		CREATE TABLE ticket (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text NOT NULL, status text NOT NULL, unit int NOT NULL, statement text NOT NULL, received_at timestamptz NOT NULL);
		CREATE TABLE journal (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ticket bigint NOT NULL, action text NOT NULL, body bytea NOT NULL, hash bytea NOT NULL, at timestamptz NOT NULL);
		CREATE TABLE deadline (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ticket bigint NOT NULL, rule text NOT NULL, due_at timestamptz NOT NULL);
		CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, ticket bigint NOT NULL, run_at timestamptz NOT NULL)`); err != nil {
		b.Fatal(err)
	}
	script := filepath.Join(b.TempDir(), "four.sql")
	text := strings.Repeat("低保金这个月没有到账", 30)
	sql := fmt.Sprintf(`\set n random(1, 1000000000)
BEGIN;
INSERT INTO ticket (number, status, unit, statement, received_at) VALUES (:n::text, 'registered', 1, '%s', now());
INSERT INTO journal (ticket, action, body, hash, at) VALUES (:n, 'registered', decode(repeat('ab', 300), 'hex'), sha256(int8send(:n)), now());
INSERT INTO deadline (ticket, rule, due_at) VALUES (:n, 'resolve', now());
INSERT INTO outbox (kind, ticket, run_at) VALUES ('route', :n, now());
COMMIT;
`, text)
	if err := os.WriteFile(script, []byte(sql), 0o644); err != nil {
		b.Fatal(err)
	}
	return &reference{script: script, dsn: u.String(), bin: pgbenchPath(b, d.s.private.BinDir())}
}

// pgbenchPath finds pgbench beside the server in use, which may be a link.
func pgbenchPath(b *testing.B, dir string) string {
	b.Helper()
	if path, err := exec.LookPath("pgbench"); err == nil {
		return path
	}
	server, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if err != nil {
		b.Fatal(err)
	}
	return filepath.Join(filepath.Dir(server), "pgbench")
}
