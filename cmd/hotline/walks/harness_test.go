package walks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/intake"
	"hotline/intake/city12345"
	"hotline/intake/intakedb"
	"hotline/internal/accounts/accountdb"
	"hotline/internal/embedded"
	"hotline/internal/outbox"
	"hotline/internal/pg"
	"hotline/internal/pgtest"
	"hotline/internal/units/unitdb"
	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/categorydb"
	"hotline/tickets/dutydb"
	"hotline/tickets/settingdb"
	"hotline/tickets/ticketdb"
	"hotline/web"
	"hotline/web/api"
	"hotline/workers"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

const platformSecret = "walks-platform-secret"

// story is one case being told: a desk with its own database, Redis, workers
// and clock, and the door by which its people come in.
type story struct {
	*testing.T
	env      *pgtest.Env
	db       *ticketdb.DB
	app      *fiber.App
	door     door
	sms      *recordingSMS
	platform *recordingPlatform
	events   int // sent by the platform so far
}

// door is how people act: the API or the pages.
type door interface {
	// register opens a ticket and gives number and receipt code.
	register(s *story, login string, c contact) (number, code string)
	// does takes a step and fails the test where it is refused.
	does(s *story, login, number string, action tickets.Action, fields tickets.Values)
	// refused takes a step that must be refused, at a field or "" for the step as a whole;
	// it gives the words.
	refused(s *story, login, number string, action tickets.Action, fields tickets.Values) string
	// sees tells whether the ticket is there for a login.
	sees(s *story, login, number string) bool
}

// tell runs a case through both doors.
func tell(t *testing.T, tale func(s *story)) {
	t.Helper()
	for name, d := range map[string]func() door{"through the API": newAPIDoor, "through the pages": newPageDoor} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, d())
			tale(s)
			s.settles()
			s.verifies()
		})
	}
}

func begin(t *testing.T, d door) *story {
	t.Helper()
	s := &story{T: t, env: pgtest.New(t), door: d, platform: &recordingPlatform{}, sms: &recordingSMS{}}
	s.it("begins on a Monday morning", "2026-09-14 09:00")
	bell := outbox.NewBell()
	db, err := pg.Open(ctx, pg.Config{PeopleURL: s.env.AppURL, MachinesURL: s.env.WorkURL, MaxConns: 12, Now: s.env.Clock.Now, Nudge: bell.Ring})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s.env.PG = db
	var kinds [][4]string
	for _, k := range tickets.Categories {
		kinds = append(kinds, [4]string{k.Code, k.Parent, k.ZH, k.GB})
	}
	if err := unitdb.SeedCategories(ctx, s.env.OwnerURL, kinds); err != nil {
		t.Fatal(err)
	}
	matters, err := categorydb.NewCache(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if s.db, err = ticketdb.New(ticketdb.Config{PG: db, Units: s.env.Units, Clocks: s.env.Clocks, Categories: matters, Vault: s.env.Vault, Log: log}); err != nil {
		t.Fatal(err)
	}
	s.background(s.db.Run)
	s.serve(matters, log)
	s.work(bell, log)
	return s
}

// serve wires pages, API and the platform's door as cmd does.
func (s *story) serve(matters *categorydb.Cache, log *slog.Logger) {
	desk := intake.NewDesk(s.db)
	orders := intakedb.New(s.env.PG, s.env.Vault)
	endpoint, err := city12345.NewEndpoint(city12345.EndpointConfig{Desk: desk, Store: orders, Now: s.env.Clock.Now, Logger: log,
		Platforms: []city12345.Platform{{Name: "demo", Secret: []byte(platformSecret)}}})
	if err != nil {
		s.Fatal(err)
	}
	people := accountdb.New(accountdb.Config{PG: s.env.PG, Vault: s.env.Vault, Hasher: vault.NewHasher(2), Log: log})
	s.app, err = web.New(web.Config{Tickets: s.db, Desk: desk, Accounts: people, Vault: s.env.Vault, Logger: log, Now: s.env.Clock.Now, Demo: true, APIErrors: api.ErrorHandler,
		Settings: settingdb.New(settingdb.Config{PG: s.env.PG, Categories: matters, Clocks: s.env.Clocks, Units: s.env.Units}), Duty: dutydb.New(s.env.PG, s.env.Units),
		API: func(r fiber.Router) {
			endpoint.Register(r)
			api.Register(r.(*fiber.App), api.Config{Tickets: s.db, Desk: desk, Accounts: people, Now: s.env.Clock.Now, Logger: log})
		}})
	if err != nil {
		s.Fatal(err)
	}
}

// work starts the real workers on a Redis of their own.
func (s *story) work(bell *outbox.Bell, log *slog.Logger) {
	redis, err := embedded.StartRedis(ctx, embedded.RedisConfig{Dir: s.TempDir()})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = redis.Stop(ctx) })
	ws, err := workers.New(workers.Config{PG: s.env.PG, Tickets: s.db, Orders: intakedb.New(s.env.PG, s.env.Vault), RedisURL: redis.URL(), Now: s.env.Clock.Now, Bell: bell, Log: log,
		Concurrency: 4, SMS: s.sms, Platforms: map[string]workers.Platform{"demo": s.platform}})
	if err != nil {
		s.Fatal(err)
	}
	s.background(ws.Run)
}

func (s *story) background(run func(context.Context) error) {
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- run(running) }()
	s.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			s.Errorf("a part ended with %v", err)
		}
	})
}

// it sets the clock of the story; why is for the reader.
func (s *story) it(_ string, at string) {
	s.Helper()
	when, err := tickets.ParseTime(at)
	if err != nil {
		s.Fatal(err)
	}
	s.env.Clock.Set(when)
}

// later lets time pass.
func (s *story) later(d time.Duration) { s.env.Clock.Add(d) }

// settles waits until the workers have nothing due nor in hand any more. A row
// given back for a moment needs the story's clock to go on; an event of the
// platform that is kept for a person does not count.
func (s *story) settles() {
	s.Helper()
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	late := time.After(2 * time.Minute)
	for round := 1; ; round++ {
		var due int
		s.env.Row(s.T, `SELECT count(*) FROM outbox WHERE done_at IS NULL AND stopped_at IS NULL AND kind <> $2 AND (run_at <= $1 OR kind <> 'resume')`, []any{s.env.Clock.Now(), intakedb.JobEvent}, &due)
		if due == 0 {
			return
		}
		if round%40 == 0 {
			s.later(2 * time.Second)
		}
		select {
		case <-tick.C:
		case <-late:
			var kinds string
			s.env.Row(s.T, `SELECT coalesce(string_agg(kind || ' ' || error, '; '), '') FROM outbox WHERE done_at IS NULL AND stopped_at IS NULL`, nil, &kinds)
			s.Fatalf("the workers do not come to rest: %s", kinds)
		}
	}
}

// verifies replays every journal against the tables.
func (s *story) verifies() {
	s.Helper()
	r, err := ticketdb.Verify(ctx, s.env.PG, 20)
	if err != nil {
		s.Fatal(err)
	}
	for _, f := range r.Faults {
		s.Errorf("journal: %+v", f)
	}
}

// contact is what somebody tells the desk.
type contact struct {
	Kind, Channel, Region, Place, Statement, Secrecy, Urgency, Category string
	Name, Phone                                                         string // none: anonymous
	Joint                                                               string // a joint letter: "name phone [代表]", one a line
	AccusedUnit                                                         int
	AccusedPerson, AccusedPost                                          string
	Respondent                                                          int
	Answer                                                              string
}

// somebody is a person nobody knows, who can be called.
func (c contact) by(name, phone string) contact { c.Name, c.Phone = name, phone; return c }

// registers opens a ticket through the door and lets routing look at it.
func (s *story) registers(login string, c contact) (number, code string) {
	s.Helper()
	if c.Channel == "" {
		c.Channel = "call"
	}
	if c.Region == "" {
		c.Region = "140428102"
	}
	number, code = s.door.register(s, login, c)
	s.settles()
	return number, code
}

// does takes a step through the door; fields are name, value, ….
func (s *story) does(login, number string, action tickets.Action, fields ...string) {
	s.Helper()
	s.later(time.Minute)
	s.door.does(s, login, number, action, values(fields))
	s.settles()
}

// refuses wants a step refused, with words that contain want.
func (s *story) refuses(login, number string, action tickets.Action, want string, fields ...string) {
	s.Helper()
	if got := s.door.refused(s, login, number, action, values(fields)); !strings.Contains(got, want) {
		s.Errorf("%s by %s is refused with %q, want %q in it", action, login, got, want)
	}
}

func values(fields []string) tickets.Values {
	v := tickets.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v[fields[i]] = fields[i+1]
	}
	return v
}

// view reads the ticket past all policies, as a machine.
func (s *story) view(number string) *ticketdb.View {
	s.Helper()
	v, err := s.db.Find(ctx, pg.Machine("machine:story"), number)
	if err != nil {
		s.Fatalf("%s: %v", number, err)
	}
	return v
}

// stands wants a status, and an outcome where one is given.
func (s *story) stands(number string, want tickets.Status, outcome ...string) {
	s.Helper()
	v := s.view(number)
	if v.Status != want {
		s.Fatalf("%s is %s, want %s", number, v.Status, want)
	}
	if len(outcome) > 0 && v.Outcome != outcome[0] {
		s.Errorf("%s ended as %q, want %q", number, v.Outcome, outcome[0])
	}
}

// due is the open clock of a duty, which must run; its due time in the city.
func (s *story) due(number, duty string) string {
	s.Helper()
	v := s.view(number)
	for _, x := range v.Clocks {
		if x.Duty == duty && x.Open {
			return local(x.Due)
		}
	}
	s.Fatalf("%s: no clock of %s runs", number, duty)
	return ""
}

// met tells whether the last clock of a duty was met in time.
func (s *story) met(number, duty string) (inTime bool) {
	s.Helper()
	v := s.view(number)
	for _, x := range slices.Backward(v.Deadlines) {
		if strings.HasPrefix(x.Rule, duty) && x.MetAt != nil {
			return x.MetAt.Before(x.DueAt)
		}
	}
	s.Fatalf("%s: the clock of %s was not met", number, duty)
	return false
}

func local(t time.Time) string { return t.In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04") }

// hidden wants the ticket not there for a login.
func (s *story) hidden(login, number string) {
	s.Helper()
	if s.door.sees(s, login, number) {
		s.Errorf("%s sees %s", login, number)
	}
}

// seen wants it there.
func (s *story) seen(login, number string) {
	s.Helper()
	if !s.door.sees(s, login, number) {
		s.Errorf("%s does not see %s", login, number)
	}
}

// person is a login's person, as fields take it.
func (s *story) person(login string) string { return fmt.Sprint(s.env.Person(s.T, login)) }

// related is the number of the ticket that hangs on this one by a relation.
func (s *story) related(number, kind string) string {
	s.Helper()
	for _, r := range s.view(number).Relations {
		if r.Kind == kind {
			return r.Number
		}
	}
	s.Fatalf("%s has no relation %s", number, kind)
	return ""
}

// told counts the notifications of a kind about a ticket.
func (s *story) told(number, kind string) (n int) {
	s.Helper()
	s.env.Row(s.T, `SELECT count(*) FROM notifications x JOIN tickets t ON t.id = x.ticket WHERE t.number = $1 AND x.kind = $2`, []any{number, kind}, &n)
	return n
}

// cards lets the warnings of the moment fall.
func (s *story) cards() {
	s.Helper()
	for {
		n, err := s.db.RaiseCards(ctx, s.env.Clock.Now(), 100)
		if err != nil {
			s.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	s.settles()
}

// sends has the platform push an event about an order.
func (s *story) sends(event map[string]any) {
	s.Helper()
	s.events++
	event["event_id"] = fmt.Sprintf("walk-%d", s.events)
	event["at"] = s.env.Clock.Now().Format(time.RFC3339)
	body, err := json.Marshal(event)
	if err != nil {
		s.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/api/v1/city12345/demo/events", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if err := (city12345.Signer{Secret: []byte(platformSecret)}).Sign(r, body, s.env.Clock.Now()); err != nil {
		s.Fatal(err)
	}
	resp, err := s.app.Test(r, 15000)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		s.Fatalf("the platform's event: %d", resp.StatusCode)
	}
	s.settles()
}

// order has the platform dispatch an order and gives the ticket's number.
func (s *story) order(no string, fields map[string]any) string {
	s.Helper()
	order := map[string]any{"order_no": no, "kind": "投诉", "content": "反映低保金发放问题。", "caller_name": "李试验", "contact_phone": "19900001234", "region_code": "140428"}
	for k, v := range fields {
		order[k] = v
	}
	s.sends(map[string]any{"event": "dispatched", "order_no": no, "order": order})
	var number string
	s.env.Row(s.T, `SELECT t.number FROM orders o JOIN tickets t ON t.id = o.ticket WHERE o.order_no = $1`, []any{no}, &number)
	return number
}

// recordingSMS takes messages, and does not know whether anybody reads them.
type recordingSMS struct {
	mu   sync.Mutex
	sent []string
}

func (r *recordingSMS) Send(_ context.Context, m workers.Message) (workers.Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, m.Text)
	return workers.Receipt{State: "accepted", ProviderID: m.Key}, nil
}

// texts are the messages that speak of a ticket.
func (r *recordingSMS) texts(number string) (out []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, text := range r.sent {
		if strings.Contains(text, number) {
			out = append(out, text)
		}
	}
	return out
}

// recordingPlatform takes whatever we tell it and remembers it.
type recordingPlatform struct {
	mu   sync.Mutex
	sent []city12345.Outbound
}

func (p *recordingPlatform) Send(_ context.Context, o city12345.Outbound) (city12345.Verdict, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, o)
	return city12345.Verdict{Accepted: true}, nil
}

// heard tells what the platform was told of an order, in order.
func (p *recordingPlatform) heard() []city12345.OutboundKind {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []city12345.OutboundKind
	for _, o := range p.sent {
		out = append(out, o.Kind)
	}
	return out
}

// last is the last event of a kind that the platform was told.
func (p *recordingPlatform) last(kind city12345.OutboundKind) *city12345.Outbound {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.sent) - 1; i >= 0; i-- {
		if p.sent[i].Kind == kind {
			return &p.sent[i]
		}
	}
	return nil
}

// hires adds an account of the test city.
func (s *story) hires(login string, unit int, roles ...string) {
	s.Helper()
	s.env.Exec(s.T, `WITH p AS (INSERT INTO persons (name) VALUES ($1) RETURNING id),
		a AS (INSERT INTO accounts (login, person, unit, password_hash, created_at) SELECT $1, p.id, $2, (SELECT password_hash FROM accounts WHERE login = 'operator'), $4 FROM p RETURNING id)
		INSERT INTO account_roles (account, role, starts_at) SELECT a.id, r, $4 FROM a, unnest($3::text[]) r`, login, unit, roles, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
}
