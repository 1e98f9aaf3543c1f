// Package pgtest gives each test a real Postgres database of its own: a private
// server per test process, a migrated template, a copy per test. In CI nothing
// is skipped: a machine without Postgres fails.
package pgtest

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/deadline/deadlinedb"
	"hotline/internal/embedded"
	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/units/unitdb"
	"hotline/internal/vault"
	"hotline/migrations"
)

// Password opens every account of the test city.
const Password = "Hotline-demo-1"

const loginPassword = "test-login"

// server is the process's private Postgres; the first test starts it, Main stops it.
var server struct {
	once     sync.Once
	err      error
	dir      string
	pg       *embedded.Postgres
	hash     string
	template string
	n        atomic.Int64
}

// Main runs a package's tests and stops the server afterwards; use it as
// TestMain of every package that calls New.
func Main(m *testing.M) {
	code := m.Run()
	if server.pg != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		if err := server.pg.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "stop test server:", err)
		}
		cancel()
		os.RemoveAll(server.pg.Folder())
	}
	if server.dir != "" {
		os.RemoveAll(server.dir)
	}
	os.Exit(code)
}

func start() error {
	dir, err := os.MkdirTemp("", "hotline-test-")
	if err != nil {
		return err
	}
	server.dir = dir
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	ctx := context.Background()
	server.pg, err = embedded.StartPostgres(ctx, embedded.PostgresConfig{Dir: filepath.Join(dir, "pg"), Password: "owner-test", Fast: true,
		Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("start Postgres for tests: %w", err)
	}
	if err := pg.EnsureLogins(ctx, server.pg.URL(), loginPassword, loginPassword); err != nil {
		return err
	}
	if server.hash, err = vault.NewHasher(1).Hash(ctx, Password); err != nil {
		return err
	}
	return template(ctx)
}

func template(ctx context.Context) error {
	server.template = "hotline_template"
	if err := exec(ctx, server.pg.URL(), `CREATE DATABASE `+server.template); err != nil {
		return err
	}
	owner := withDatabase(server.pg.URL(), server.template)
	if err := pg.Migrate(ctx, owner, migrations.Files); err != nil {
		return err
	}
	if err := deadlinedb.Seed(ctx, owner, time.Now()); err != nil {
		return err
	}
	return unitdb.Seed(ctx, owner, Units(), Accounts(server.hash), time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
}

func exec(ctx context.Context, url, sql string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// withDatabase names another database of the same server.
func withDatabase(raw, name string) string {
	u, err := url.Parse(raw)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + name
	return u.String()
}

// WithLogin is the URL with another login.
func WithLogin(raw, login, password string) string {
	u, err := url.Parse(raw)
	if err != nil {
		panic(err)
	}
	u.User = url.UserPassword(login, password)
	return u.String()
}

// Clock is a clock that tests set.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now reads it.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set puts it at t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// Add moves it on.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Env is one test's database with the test city in it.
type Env struct {
	PG       *pg.DB
	OwnerURL string
	AppURL   string
	WorkURL  string
	Vault    *vault.Vault
	Units    *unitdb.Cache
	Clocks   *deadlinedb.Cache
	Clock    *Clock
	Nudges   *atomic.Int64
}

// New gives the test its own database. The clock stands at Monday 2026-11-16,
// 09:00 in the city.
func New(t testing.TB) *Env {
	t.Helper()
	server.once.Do(func() { server.err = start() })
	if server.err != nil {
		t.Fatalf("test database: %v", server.err)
	}
	ctx := context.Background()
	name := fmt.Sprintf("t%d", server.n.Add(1))
	if err := exec(ctx, server.pg.URL(), `CREATE DATABASE `+name+` TEMPLATE `+server.template); err != nil {
		t.Fatalf("copy the template: %v", err)
	}
	owner := withDatabase(server.pg.URL(), name)
	e := &Env{OwnerURL: owner, AppURL: WithLogin(owner, pg.PeopleLogin, loginPassword), WorkURL: WithLogin(owner, pg.MachinesLogin, loginPassword),
		Clock: &Clock{at: time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC)}, Nudges: &atomic.Int64{}}
	e.open(t, ctx)
	t.Cleanup(func() {
		e.PG.Close()
		if err := exec(context.Background(), server.pg.URL(), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Logf("drop %s: %v", name, err)
		}
	})
	return e
}

func (e *Env) open(t testing.TB, ctx context.Context) {
	t.Helper()
	var err error
	e.PG, err = pg.Open(ctx, pg.Config{PeopleURL: e.AppURL, MachinesURL: e.WorkURL, MaxConns: 8, Now: e.Clock.Now, Nudge: func() { e.Nudges.Add(1) }})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	if e.Vault, err = vault.Create(filepath.Join(t.TempDir(), "vault.key")); err != nil {
		t.Fatalf("vault: %v", err)
	}
	if e.Units, err = unitdb.NewCache(ctx, e.PG); err != nil {
		t.Fatalf("units: %v", err)
	}
	if e.Clocks, err = deadlinedb.NewCache(ctx, e.PG); err != nil {
		t.Fatalf("clocks: %v", err)
	}
}

// Session signs an account of the test city in and returns its caller.
func (e *Env) Session(t testing.TB, login string) pg.Caller {
	t.Helper()
	return pg.Person(e.Token(t, login))
}

// Token is Session as the hash of a session's token.
func (e *Env) Token(t testing.TB, login string) []byte {
	t.Helper()
	hash := e.Vault.TokenHash([]byte(vault.NewToken()))
	now := e.Clock.Now()
	e.Exec(t, `INSERT INTO sessions (token_hash, account, created_at, seen_at, expires_at) SELECT $1, id, $2, $2::timestamptz + interval '10 years', $3 FROM accounts WHERE login = $4`,
		hash, now, now.AddDate(20, 0, 0), login)
	return hash
}

// Person is the person behind a login.
func (e *Env) Person(t testing.TB, login string) int {
	t.Helper()
	var p int
	e.Row(t, `SELECT person FROM accounts WHERE login = $1`, []any{login}, &p)
	return p
}

// Exec runs a statement as the owner, past all policies.
func (e *Env) Exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), e.OwnerURL)
	if err != nil {
		t.Fatalf("connect as owner: %v", err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// Row reads one row as the owner, past all policies.
func (e *Env) Row(t testing.TB, sql string, args []any, dst ...any) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), e.OwnerURL)
	if err != nil {
		t.Fatalf("connect as owner: %v", err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(context.Background(), sql, args...).Scan(dst...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// Units is the test city: three counties with a section, two townships each,
// one village each. Ids: city 1, counties 10, 20, 30; section +1, finance +2,
// townships +3 and +5, their villages +4 and +6.
func Units() []units.Unit {
	city := units.Unit{ID: 1, Path: "/1/", Kind: units.City, Name: "长治市民政局", Short: "市局", Region: "140400", RunsDesk: true, Phone: "0355-0000001", NightPhone: "0355-0000002", Active: true}
	list := []units.Unit{city}
	for _, c := range []struct {
		id           int
		name, region string
		towns, codes [2]string
		villages     [2]string
	}{
		{10, "长子县", "140428", [2]string{"石哲镇", "慈林镇"}, [2]string{"102", "104"}, [2]string{"青杨岭村", "榆树坪村"}},
		{20, "壶关县", "140427", [2]string{"店上镇", "龙泉镇"}, [2]string{"102", "100"}, [2]string{"柳沟村", "桥上庄村"}},
		{30, "潞城区", "140406", [2]string{"店上镇", "微子镇"}, [2]string{"100", "101"}, [2]string{"东坡村", "南岭头村"}},
	} {
		path := fmt.Sprintf("/1/%d/", c.id)
		list = append(list,
			units.Unit{ID: c.id, Path: path, Parent: 1, Kind: units.County, Name: c.name + "民政局", Short: c.name, Region: c.region, RunsDesk: true, Phone: "0355-0000100", Active: true},
			units.Unit{ID: c.id + 1, Path: fmt.Sprintf("%s%d/", path, c.id+1), Parent: c.id, Kind: units.Section, Name: c.name + "民政局社会救助股", Short: "社会救助股", Active: true},
			units.Unit{ID: c.id + 2, Path: fmt.Sprintf("%s%d/", path, c.id+2), Parent: c.id, Kind: units.CoHandler, Name: c.name + "财政局", Short: "财政局", Active: true})
		for i := range 2 {
			town, village := c.id+3+2*i, c.id+4+2*i
			list = append(list,
				units.Unit{ID: town, Path: fmt.Sprintf("%s%d/", path, town), Parent: c.id, Kind: units.Township, Name: c.name + c.towns[i], Short: c.towns[i], Region: c.region + c.codes[i], Active: true},
				units.Unit{ID: village, Path: fmt.Sprintf("%s%d/%d/", path, town, village), Parent: town, Kind: units.Village, Name: c.towns[i] + c.villages[i], Short: c.villages[i], Region: c.region + c.codes[i] + "201", Active: true})
		}
	}
	return list
}

// Accounts are those of the test city: operator, lead-city, system at the city;
// operator-, lead-, lead2-, handler-, handler2- and the county's code; lead- and
// handler- and the township's code; clerk- and the village's code.
func Accounts(hash string) []unitdb.Account {
	var out []unitdb.Account
	n := 0
	add := func(login string, unit int, roles ...string) {
		n++
		out = append(out, unitdb.Account{Login: login, Name: fmt.Sprintf("人员%d", n), Unit: unit, Roles: roles, PasswordHash: hash})
	}
	add("operator", 1, "operator")
	add("lead-city", 1, "lead")
	add("investigator-city", 1, "investigator")
	add("system", 1, "system")
	add("auditor", 1, "auditor")
	for _, u := range Units() {
		switch u.Kind {
		case units.County:
			add("operator-"+u.Region, u.ID, "operator")
			add("lead-"+u.Region, u.ID, "lead")
			add("lead2-"+u.Region, u.ID, "lead")
			add("handler-"+u.Region, u.ID, "investigator")
			add("handler2-"+u.Region, u.ID, "investigator")
		case units.Township:
			add("lead-"+u.Region, u.ID, "lead")
			add("handler-"+u.Region, u.ID, "investigator")
		case units.Village:
			add("clerk-"+u.Region, u.ID, "clerk")
		}
	}
	return out
}
