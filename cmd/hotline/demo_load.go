package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/cmd/hotline/demo"
	"hotline/intake"
	"hotline/internal/deadline/deadlinedb"
	"hotline/internal/pg"
	"hotline/internal/units/unitdb"
	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// loadDemo fills an empty database with the demo city: units, accounts and some
// three hundred tickets, each led through its life by the desk's own acts at the
// times they would have happened. A database that has the demo keeps it.
func loadDemo(ctx context.Context, s *stores, log *slog.Logger) error {
	conn, err := pgx.Connect(ctx, s.ownerURL)
	if err != nil {
		return fmt.Errorf("connect as owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var done bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM settings WHERE key = 'demo')`).Scan(&done)
	if err != nil {
		return fmt.Errorf("look for the demo: %w", err)
	}
	if done {
		return nil
	}
	if err := seedDemoCity(ctx, s); err != nil {
		return err
	}
	log.Info("loading the demo city: units, accounts and tickets of the last 90 days")
	l := &demoLoader{s: s, conn: conn, callers: map[string]pg.Caller{}, persons: map[string]int{}}
	if err := l.open(ctx); err != nil {
		return err
	}
	defer l.close(ctx)
	started := time.Now()
	items := demo.Plan(started, demo.DefaultItems)
	for _, it := range items {
		if err := l.item(ctx, it); err != nil {
			return fmt.Errorf("demo ticket %s: %w", it.Key, err)
		}
	}
	// What these acts would have sent is the past: nothing of it goes out now.
	if _, err := conn.Exec(ctx, `UPDATE outbox SET done_at = $1 WHERE done_at IS NULL AND kind <> 'route'`, started); err != nil {
		return fmt.Errorf("settle the demo's outbox: %w", err)
	}
	for _, it := range demo.Live(started) {
		if err := l.item(ctx, it); err != nil {
			return fmt.Errorf("demo ticket %s: %w", it.Key, err)
		}
	}
	if _, err := conn.Exec(ctx, `INSERT INTO settings (key, value) VALUES ('demo', 'true')`); err != nil {
		return fmt.Errorf("note the demo: %w", err)
	}
	log.Info("demo city loaded", "tickets", len(items), "seconds", time.Since(started).Seconds())
	return nil
}

func seedDemoCity(ctx context.Context, s *stores) error {
	hash, err := vault.NewHasher(1).Hash(ctx, demo.Password)
	if err != nil {
		return fmt.Errorf("demo password: %w", err)
	}
	var accounts []unitdb.Account
	for _, a := range demo.Accounts() {
		accounts = append(accounts, unitdb.Account{Login: a.Login, Name: a.Name, Unit: a.Unit, Roles: a.Roles, PasswordHash: hash})
	}
	return unitdb.Seed(ctx, s.ownerURL, demo.Units(), accounts, time.Now())
}

// demoLoader acts for the demo's people at the demo's times.
type demoLoader struct {
	s       *stores
	conn    *pgx.Conn
	pg      *pg.DB
	tickets *ticketdb.DB
	desk    *intake.Desk
	now     atomic.Int64
	callers map[string]pg.Caller
	persons map[string]int
	stop    context.CancelFunc
	stopped chan error
}

func (l *demoLoader) clock() time.Time { return time.UnixMicro(l.now.Load()).UTC() }

func (l *demoLoader) at(t time.Time) { l.now.Store(t.UnixMicro()) }

func (l *demoLoader) open(ctx context.Context) error {
	l.at(time.Now())
	var err error
	// Nobody was told that these are stored: the log need not be flushed for each.
	people, machines := withoutFlush(l.s.peopleURL), withoutFlush(l.s.machinesURL)
	if l.pg, err = pg.Open(ctx, pg.Config{PeopleURL: people, MachinesURL: machines, MaxConns: 4, Now: l.clock}); err != nil {
		return err
	}
	tree, err := unitdb.NewCache(ctx, l.pg)
	if err != nil {
		return err
	}
	clocks, err := deadlinedb.NewCache(ctx, l.pg)
	if err != nil {
		return err
	}
	if l.tickets, err = ticketdb.New(ticketdb.Config{PG: l.pg, Units: tree, Clocks: clocks, Vault: l.s.vault}); err != nil {
		return err
	}
	l.desk = intake.NewDesk(l.tickets)
	ctx, l.stop = context.WithCancel(ctx)
	l.stopped = make(chan error, 1)
	go func() { l.stopped <- l.tickets.Run(ctx) }()
	return l.sessions(ctx)
}

func withoutFlush(url string) string {
	sep := "?"
	if strings.Contains(url, "?") {
		sep = "&"
	}
	return url + sep + "synchronous_commit=off"
}

// sessions opens one for each account, for the loading alone.
func (l *demoLoader) sessions(ctx context.Context) error {
	rows, err := l.conn.Query(ctx, `SELECT id, login, person FROM accounts`)
	if err != nil {
		return fmt.Errorf("demo accounts: %w", err)
	}
	type account struct {
		ID     int
		Login  string
		Person int
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[account])
	if err != nil {
		return fmt.Errorf("demo accounts: %w", err)
	}
	b := &pgx.Batch{}
	for _, a := range list {
		hash := l.s.vault.TokenHash([]byte(vault.NewToken()))
		b.Queue(`INSERT INTO sessions (token_hash, account, created_at, seen_at, expires_at, agent) VALUES ($1, $2, $3, $3::timestamptz + interval '10 years', $3::timestamptz + interval '10 years', 'demo loader')`, hash, a.ID, time.Now().AddDate(-1, 0, 0))
		l.callers[a.Login], l.persons[a.Login] = pg.Person(hash), a.Person
	}
	return l.conn.SendBatch(ctx, b).Close()
}

func (l *demoLoader) close(ctx context.Context) {
	if l.stop != nil {
		l.stop()
		<-l.stopped
	}
	_, _ = l.conn.Exec(context.WithoutCancel(ctx), `DELETE FROM sessions WHERE agent = 'demo loader'`)
	if l.pg != nil {
		l.pg.Close()
	}
}

func (l *demoLoader) item(ctx context.Context, it demo.Item) error {
	l.at(it.ReceivedAt)
	caller, s := l.submission(it)
	o, err := l.desk.Accept(ctx, caller, s)
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	if o.Duplicate {
		return nil // an earlier, interrupted loading got this far
	}
	for i, step := range it.Steps {
		if err := l.courtesy(ctx, it, o.Number, i); err != nil {
			return err
		}
		l.at(it.At(step))
		if _, err := l.tickets.Act(ctx, l.by(step.By), o.Number, 0, tickets.Action(step.Action), l.values(it, step.Values)); err != nil {
			return fmt.Errorf("%s by %s: %w", step.Action, step.By, err)
		}
	}
	if len(it.Steps) == 0 {
		return nil
	}
	// It was routed by a person long ago.
	_, err = l.conn.Exec(ctx, `UPDATE outbox SET done_at = $2 WHERE ticket = $1 AND done_at IS NULL`, o.ID, l.clock())
	return err
}

// courtesy is what a desk does between the steps of the plan: it checks who a
// named complainant is before the first one, and calls him before the third.
func (l *demoLoader) courtesy(ctx context.Context, it demo.Item, number string, i int) error {
	action, values := tickets.ActIdentity, tickets.Values{"confirmed": "true"}
	switch {
	case it.Naming != tickets.Named:
		return nil
	case i == 0 && (it.Kind == tickets.Complaint || it.Kind == tickets.Report):
	case i == 2:
		action, values = tickets.ActContactMade, tickets.Values{"way": "call"}
	default:
		return nil
	}
	before := it.ReceivedAt
	if i > 0 {
		before = it.At(it.Steps[i-1])
	}
	l.at(before.Add(it.At(it.Steps[i]).Sub(before) / 2))
	_, err := l.tickets.Act(ctx, l.callers["operator"], number, 0, action, values)
	if errors.Is(err, tickets.ErrNotAllowed) || errors.Is(err, pg.ErrNotFound) {
		return nil // a county's own desk, or closed by then
	}
	return err
}

func (l *demoLoader) by(who string) pg.Caller {
	switch who {
	case demo.ByPlatform:
		return pg.Machine("platform:demo")
	case demo.ByMachine:
		return pg.Machine("machine:demo")
	}
	return l.callers[who]
}

func (l *demoLoader) values(it demo.Item, in map[string]string) tickets.Values {
	out := tickets.Values{}
	for k, v := range in {
		if login, ok := it.People[v]; ok && strings.HasPrefix(v, "@") {
			v = fmt.Sprint(l.persons[login])
		} else if unit, ok := it.Units[v]; ok && strings.HasPrefix(v, "@") {
			v = fmt.Sprint(unit)
		}
		out[k] = v
	}
	return out
}

func (l *demoLoader) submission(it demo.Item) (pg.Caller, intake.Submission) {
	s := intake.Submission{
		Channel: it.Channel, Source: "demo", SourceID: it.Key, Raw: []byte(it.Statement), Kind: it.Kind, Region: it.Region, Place: it.Place, Title: it.Title,
		Statement: it.Statement, Category: it.Category, Urgency: it.Urgency, Secrecy: it.Secrecy, Track: it.Track, Naming: it.Naming, Anonymous: it.Naming == tickets.Anonymous,
		Accused: it.Accused, Respondents: it.Respondents, People: it.NumPeople, Desk: it.Desk, ReceivedAt: it.ReceivedAt,
	}
	for _, c := range it.Complainants {
		s.Complainants = append(s.Complainants, ticketdb.Complainant{Role: c.Role, Name: c.Name, Phone: c.Phone, Mail: c.Mail, Address: c.Address})
	}
	caller := l.callers[it.Operator]
	switch {
	case it.Order != nil:
		caller = pg.Machine("platform:demo")
		s.Platform = "demo"
		s.Also = []ticketdb.Stmt{{SQL: `INSERT INTO orders (ticket, platform, order_no, city_no, unit_text) SELECT $1::bigint, 'demo', $3, $4, $5 WHERE $2::bigint IS NOT NULL`,
			Args: []any{it.Order.OrderNo, it.Order.CityNo, it.Order.UnitText}}}
	case it.Channel == "mail", it.Channel == "public":
		caller = pg.Machine("machine:" + it.Channel)
	}
	return caller, s
}

// errNoDemo: the demo is for the loopback only.
var errNoDemo = errors.New("--demo listens on loopback only: its passwords are public")
