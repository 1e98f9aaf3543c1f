package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/intake"
	"hotline/internal/accounts"
	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// noon is the clock of these tests: a Friday of 2026.
var noon = time.Date(2026, 9, 18, 4, 0, 0, 0, time.UTC)

const (
	goodToken = "TOKENTOKENTOKENTOKENTOKENX"
	// number has a right check digit.
	number = "2609180000016"
)

// fake stands for accounts, desk and tickets; a test sets only what it needs.
type fake struct {
	Asked    // no test with the fake asks for one
	Papers   // no test with the fake asks for one
	Figures  // nor for these
	mu       sync.Mutex
	me       pg.Me
	asked    int // how often Me was asked
	touched  int
	out      bool
	signErr  error
	accepted []intake.Submission
	accept   func(intake.Submission) (ticketdb.Opened, error)
	act      func(version int, action tickets.Action, v tickets.Values) (*ticketdb.View, error)
	list     func(ticketdb.Filter) (ticketdb.Page, error)
	find     func(number string) (*ticketdb.View, error)
	contact  func(motive string) ([]ticketdb.Complainant, error)
	file     func(version int, f ticketdb.File) (*ticketdb.View, error)
	public   func(number, code string) (ticketdb.Public, error)
	tree     *units.Tree
	engine   deadline.Engine
}

func newFake(t testing.TB) *fake {
	t.Helper()
	rules, err := deadline.NewTable(deadline.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	return &fake{
		me: pg.Me{Account: 7, Person: 3, Name: "试验员", Login: "operator", Unit: 1, Path: "/1/", UnitKind: units.City, UnitName: "试验市民政局",
			Roles: []string{tickets.RoleOperator}, Seen: noon},
		tree: units.NewTree([]units.Unit{
			{ID: 1, Path: "/1/", Kind: units.City, Name: "试验市民政局", Short: "市局", Region: "140400", RunsDesk: true, Active: true},
			{ID: 5, Path: "/1/5/", Parent: 1, Kind: units.County, Name: "长子县民政局", Short: "长子", Region: "140428", Active: true},
			{ID: 9, Path: "/1/5/9/", Parent: 5, Kind: units.Township, Name: "试验镇政府", Short: "试验镇", Region: "140428101", Active: true},
		}),
		engine: deadline.Engine{Rules: rules, Calendar: workday.Builtin()},
	}
}

func (f *fake) SignIn(_ context.Context, login, password, _, _, _ string) (string, pg.Me, error) {
	if f.signErr != nil {
		return "", pg.Me{}, f.signErr
	}
	if login != "operator" || password != "Hotline-demo-1" {
		return "", pg.Me{}, accounts.ErrCredentials
	}
	return goodToken, f.me, nil
}

func (f *fake) SignOut(context.Context, pg.Caller) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out = true
	return nil
}

func (f *fake) Me(_ context.Context, c pg.Caller) (pg.Me, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if string(c.Session()) != goodToken || f.out {
		return pg.Me{}, pg.ErrNoSession
	}
	return f.me, nil
}

func (f *fake) Touch(context.Context, pg.Caller, pg.Me) error { f.touched++; return nil }
func (f *fake) Caller(token string) pg.Caller                 { return pg.Person([]byte(token)) }

func (f *fake) Accept(_ context.Context, _ pg.Caller, s intake.Submission) (ticketdb.Opened, error) {
	f.mu.Lock()
	f.accepted = append(f.accepted, s)
	f.mu.Unlock()
	if f.accept != nil {
		return f.accept(s)
	}
	due := time.Date(2026, 9, 25, 16, 0, 0, 0, time.UTC)
	return ticketdb.Opened{ID: 1, Number: number, ReceiptCode: "123456", Status: tickets.Registered, Deadlines: []ticketdb.Deadline{
		{ID: 2, Rule: "resolve.help", RuleVersion: 1, StartAt: noon, BaseDueAt: due, DueAt: due}}}, nil
}

func (f *fake) Find(_ context.Context, _ pg.Caller, n string) (*ticketdb.View, error) {
	if f.find != nil {
		return f.find(n)
	}
	return nil, pg.ErrNotFound
}

func (f *fake) List(_ context.Context, _ pg.Caller, x ticketdb.Filter) (ticketdb.Page, error) {
	if f.list != nil {
		return f.list(x)
	}
	return ticketdb.Page{}, nil
}

func (f *fake) Act(_ context.Context, _ pg.Caller, _ string, version int, a tickets.Action, v tickets.Values) (*ticketdb.View, error) {
	return f.act(version, a, v)
}

func (f *fake) Journal(context.Context, pg.Caller, string) ([]ticketdb.JournalRow, error) {
	return []ticketdb.JournalRow{{ID: 1, Seq: 1, At: noon, RecordedAt: noon, Actor: "person:3", Action: "registered", Hash: []byte{0xab}}}, nil
}

func (f *fake) Contact(_ context.Context, _ pg.Caller, _, motive string) ([]ticketdb.Complainant, error) {
	return f.contact(motive)
}

func (f *fake) Public(_ context.Context, n, code string) (ticketdb.Public, error) {
	if f.public != nil {
		return f.public(n, code)
	}
	return ticketdb.Public{}, pg.ErrNotFound
}

func (f *fake) AddFile(_ context.Context, _ pg.Caller, _ string, version int, x ticketdb.File) (*ticketdb.View, error) {
	return f.file(version, x)
}

func (f *fake) Content(_ context.Context, _ pg.Caller, _ string, id int64) (ticketdb.Attachment, []byte, error) {
	if id != 4 {
		return ticketdb.Attachment{}, nil, pg.ErrNotFound
	}
	return ticketdb.Attachment{ID: 4, Name: "低保 证明.html", Type: "text/html"}, []byte("<script>"), nil
}

func (f *fake) Tree() *units.Tree       { return f.tree }
func (f *fake) Engine() deadline.Engine { return f.engine }

// viewOf is a ticket on which the fake's account may dispatch.
func (f *fake) viewOf(status tickets.Status, version int) *ticketdb.View {
	return &ticketdb.View{
		Ticket: tickets.Ticket{ID: 1, Number: number, Status: status, Kind: tickets.Help, Version: version, Desk: 1, Unit: 1, UnitPath: "/1/", ReceivedAt: noon, EnteredAt: noon,
			Allegations: []tickets.Allegation{{ID: 1, N: 1, Text: "低保停发", Finding: &tickets.Finding{Outcome: "done", Author: 3, Second: 4, At: noon, RecoveredCents: 12050}}},
			Proposal:    &tickets.Proposal{Unit: 5, Certain: true, Reasons: []tickets.Reason{{Code: "region", ZH: "按地区", EN: "by region"}}}},
		Me: f.me, Actor: tickets.Actor{Person: f.me.Person, Unit: f.me.Unit, Path: f.me.Path, Roles: f.me.Roles}, Names: map[int]string{3: "试验员", 4: "另一人"},
	}
}

// bench is the API over a fake.
type bench struct {
	t    testing.TB
	app  *fiber.App
	fake *fake
	logs *bytes.Buffer
}

func open(t testing.TB) *bench {
	t.Helper()
	b := &bench{t: t, fake: newFake(t), logs: &bytes.Buffer{}, app: fiber.New(fiber.Config{Immutable: true, BodyLimit: 30 << 20, ErrorHandler: ErrorHandler, DisableStartupMessage: true})}
	Register(b.app, Config{Tickets: b.fake, Desk: b.fake, Accounts: b.fake, Now: func() time.Time { return noon }, Logger: slog.New(slog.NewJSONHandler(b.logs, nil))})
	return b
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

// faults are location and message of each field of a problem.
func (a answer) faults() map[string]string {
	out := map[string]string{}
	list, _ := a.body["errors"].([]any)
	for _, x := range list {
		m := x.(map[string]any)
		out[m["location"].(string)] = m["message"].(string)
	}
	return out
}

// send sends a signed JSON request; headers "Name: value" change it.
func (b *bench) send(method, path, body string, headers ...string) answer {
	b.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+goodToken)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		k, v, _ := strings.Cut(h, ": ")
		r.Header.Del(k)
		if v != "" {
			r.Header.Set(k, v)
		}
	}
	resp, err := b.app.Test(r, -1)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	out := answer{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") && len(raw) > 0 {
		if err := json.Unmarshal(raw, &out.body); err != nil {
			b.t.Fatalf("%s %s: %v in %q", method, path, err, raw)
		}
	}
	return out
}

func (f *fake) LikelyRelations(context.Context, pg.Caller, string) ([]ticketdb.Likely, error) {
	return nil, nil
}

func (f *fake) PendingRequests(context.Context, pg.Caller, int64) ([]ticketdb.PendingRequest, int64, error) {
	return nil, 0, nil
}

func (f *fake) Earlier(context.Context, pg.Caller, string) ([]ticketdb.Line, error) { return nil, nil }
