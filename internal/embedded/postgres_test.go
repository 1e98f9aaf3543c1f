package embedded

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// folder is a folder for data that other users can enter: t.TempDir of a
// test run by root is not.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hotline-embedded-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	err = os.Chmod(dir, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "pg")
}

// start runs a Postgres in dir until the test ends.
func start(t *testing.T, dir string, with ...func(*PostgresConfig)) *Postgres {
	t.Helper()
	cfg := PostgresConfig{Dir: dir, Fast: true, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
	for _, w := range with {
		w(&cfg)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p, err := StartPostgres(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, p) })
	return p
}

func stop(t *testing.T, p *Postgres) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := p.Stop(ctx)
	if err != nil {
		t.Error(err)
	}
}

// ask returns the one text value of a query.
func ask(t *testing.T, address, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var got string
	err = conn.QueryRow(t.Context(), sql).Scan(&got)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatalf("%s: %v", sql, err)
	}
	return got
}

func wantKept(t *testing.T, p *Postgres) {
	t.Helper()
	if got := ask(t, p.URL(), "SELECT word FROM kept"); got != "信访" {
		t.Errorf("after the restart the table holds %q, want 信访", got)
	}
}

// keep writes the row that wantKept looks for.
const keep = `CREATE TABLE kept AS SELECT '信访' AS word`

func TestPostgresKeepsDataOverARestart(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := start(t, dir, func(c *PostgresConfig) { c.Fast = false })
	ask(t, p.URL(), keep)
	before := p.URL()
	stop(t, p)
	if left, _ := servers(p.place.data); len(left) > 0 {
		t.Errorf("processes %v run after Stop", left)
	}
	again := start(t, dir)
	wantKept(t, again)
	if again.URL() != before {
		t.Errorf("the address changed from %s to %s", before, again.URL())
	}
	select {
	case <-p.Died():
		t.Error("a stopped server counts as died")
	default:
	}
}

func TestPostgresIsSetUpForTheDesk(t *testing.T) {
	t.Parallel()
	p := start(t, folder(t), func(c *PostgresConfig) {
		c.Password, c.Extra = "a b:c/d?", map[string]string{"work_mem": "3MB"}
	})
	cases := []struct{ name, sql, want string }{
		{"UTF-8", "SHOW server_encoding", "UTF8"},
		{"text sorted by bytes", "SELECT datcollate FROM pg_database WHERE datname = 'template1'", "C"},
		{"Chinese letters are letters", "SELECT ('民' ~ '^\\w$')::text", "true"},
		{"no TCP", "SHOW listen_addresses", ""},
		{"no JIT", "SHOW jit", "off"},
		{"the superuser", "SELECT current_user", Owner},
		{"an extra setting wins", "SHOW work_mem", "3MB"},
		{"no statement in the log", "SHOW log_min_error_statement", "panic"},
	}
	for _, c := range cases {
		if got := ask(t, p.URL(), c.sql); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.sql, got, c.want)
		}
	}
	u, err := url.Parse(p.URL())
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(Owner, "wrong")
	if err := ping(t.Context(), u.String()); !refused(err) {
		t.Errorf("a wrong password gets %v, want a refusal", err)
	}
}

func TestPostgresNeverRunsAsRoot(t *testing.T) {
	t.Parallel()
	p := start(t, folder(t))
	uid, _, err := ownerOf(filepath.Join("/proc", ask(t, p.URL(), "SELECT pg_backend_pid()::text")))
	if errors.Is(err, os.ErrNotExist) { // no /proc, or the backend has gone: the data tell it too
		uid, _, err = ownerOf(p.place.pidFile())
	}
	if err != nil {
		t.Fatal(err)
	}
	if uid == 0 || uid != p.place.who.uid {
		t.Errorf("the server runs as user %d, want %d", uid, p.place.who.uid)
	}
}

func TestPostgresRecoversAfterItsProcessWasKilled(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := start(t, dir)
	ask(t, p.URL(), keep)
	ask(t, p.URL(), "CHECKPOINT")
	p.child.signal(syscall.SIGKILL)
	select {
	case <-p.Died():
	case <-time.After(30 * time.Second):
		t.Fatal("nobody heard of the death")
	}
	stop(t, p)
	wantKept(t, start(t, dir))
}

func TestPostgresTakesNoRecycledProcessNumberForItsOwn(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := start(t, dir)
	ask(t, p.URL(), keep)
	stop(t, p)
	// After a restart of the container another program has the number.
	text := strings.Join([]string{"1", p.place.data, "1700000000", port, p.place.sockets, "", "  1234 5678", "ready"}, "\n")
	for _, path := range []string{p.place.pidFile(), p.place.socketLock()} {
		err := os.WriteFile(path, []byte(text), 0o600)
		if err != nil {
			t.Fatal(err)
		}
		err = p.place.who.give(path)
		if err != nil {
			t.Fatal(err)
		}
	}
	wantKept(t, start(t, dir))
}

func TestPostgresStartsAfterAStartKilledHalfWay(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	rest := filepath.Join(dir, "data.new")
	err := os.MkdirAll(rest, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	err = os.WriteFile(filepath.Join(rest, "PG_VERSION"), []byte("15\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, dir)
	if got := ask(t, p.URL(), "SELECT 'up'"); got != "up" {
		t.Error(got)
	}
}

func TestPostgresIsSharedAndTakenOver(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, dir)
	ask(t, first.URL(), keep)
	second := start(t, dir)
	wantKept(t, second)
	third := start(t, dir)
	stop(t, third) // a guest leaves: nothing happens to the others
	wantKept(t, second)
	stop(t, first)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for ping(ctx, second.URL()) != nil {
		err := pause(ctx, tick)
		if err != nil {
			t.Fatal("the second did not take over")
		}
	}
	wantKept(t, second)
}

func TestPostgresStopsEvenWhenTimeIsUp(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := start(t, dir, func(c *PostgresConfig) { c.Fast = false }) // durable: the commit must survive
	ask(t, p.URL(), keep)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := p.Stop(ctx)
	if err != nil {
		t.Fatal(err)
	}
	wantKept(t, start(t, dir))
}

func TestStartPostgresGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := StartPostgres(ctx, PostgresConfig{Dir: dir, Fast: true})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	start(t, dir)
}

func TestStartPostgresSaysWhyTheServerEnded(t *testing.T) {
	t.Parallel()
	_, err := StartPostgres(t.Context(), PostgresConfig{
		Dir: folder(t), Fast: true, Extra: map[string]string{"shared_buffers": "plenty"},
	})
	if err == nil || !strings.Contains(err.Error(), "shared_buffers") {
		t.Errorf("got %v, want the server's own words about shared_buffers", err)
	}
}
