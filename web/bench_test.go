package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/net/html"

	"hotline/intake"
	"hotline/internal/accounts/accountdb"
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
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

// bench is the website over a real database with the test city in it.
type bench struct {
	*pgtest.Env
	t    *testing.T
	db   *ticketdb.DB
	desk *intake.Desk
	app  *fiber.App
	ops  *fakeOperations
	logs *bytes.Buffer
}

func open(t *testing.T, with ...func(*Config)) *bench {
	t.Helper()
	b := &bench{Env: pgtest.New(t), t: t, ops: &fakeOperations{}, logs: &bytes.Buffer{}}
	var categories [][4]string
	for _, k := range tickets.Categories {
		categories = append(categories, [4]string{k.Code, k.Parent, k.ZH, k.GB})
	}
	if err := unitdb.SeedCategories(ctx, b.OwnerURL, categories); err != nil {
		t.Fatal(err)
	}
	matters, err := categorydb.NewCache(ctx, b.PG)
	if err != nil {
		t.Fatal(err)
	}
	db, err := ticketdb.New(ticketdb.Config{PG: b.PG, Units: b.Units, Clocks: b.Clocks, Categories: matters, Vault: b.Vault})
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- db.Run(running) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	log := slog.New(slog.NewTextHandler(b.logs, nil))
	b.db, b.desk = db, intake.NewDesk(db)
	c := Config{Tickets: db, Desk: b.desk, Operations: b.ops, Vault: b.Vault, Settings: settingdb.New(settingdb.Config{PG: b.PG, Categories: matters, Clocks: b.Clocks, Units: b.Units}), Duty: dutydb.New(b.PG, b.Units), Logger: log, Now: b.Clock.Now, Demo: true,
		Accounts: accountdb.New(accountdb.Config{PG: b.PG, Vault: b.Vault, Hasher: vault.NewHasher(2), Log: log})}
	for _, change := range with {
		change(&c)
	}
	if b.app, err = New(c); err != nil {
		t.Fatal(err)
	}
	return b
}

// register opens a ticket as an operator would and lets routing look at it.
func (b *bench) register(login string, change func(*intake.Submission)) string {
	b.t.Helper()
	s := intake.Submission{Channel: "call", Source: "test", SourceID: vault.NewToken(), Raw: []byte("{}"), Kind: tickets.Help, Region: "140428102201",
		Statement: "母亲的低保金这个月还没有到账，请帮忙查一下。", Complainants: []ticketdb.Complainant{{Role: "caller", Name: "张试验", Phone: "13800000001"}}}
	if change != nil {
		change(&s)
	}
	o, err := b.desk.Accept(ctx, b.Session(b.t, login), s)
	if err != nil {
		b.t.Fatal(err)
	}
	return o.Number
}

// route does the routing worker's job once.
func (b *bench) route() {
	b.t.Helper()
	rows, err := b.PG.Machines().Query(ctx, `SELECT id, kind, ticket FROM outbox WHERE kind = 'route' AND done_at IS NULL`)
	if err != nil {
		b.t.Fatal(err)
	}
	var batch []outbox.Row
	for rows.Next() {
		var r outbox.Row
		if err := rows.Scan(&r.ID, &r.Kind, &r.Ticket); err != nil {
			b.t.Fatal(err)
		}
		batch = append(batch, r)
	}
	world := tickets.RouteWorld{Tree: b.db.Tree(), Released: map[string]bool{}}
	if err := b.db.RouteBatch(ctx, batch, func(t *tickets.Ticket) tickets.Proposal { return tickets.Route(tickets.RouteInputOf(t), world) }); err != nil {
		b.t.Fatal(err)
	}
}

// act takes a step past the pages, as a login.
func (b *bench) act(login, number string, action tickets.Action, values tickets.Values) {
	b.t.Helper()
	if _, err := b.db.Act(ctx, b.Session(b.t, login), number, 0, action, values); err != nil {
		b.t.Fatalf("%s %s: %v", login, action, err)
	}
}

// browser keeps cookies and follows redirects of its own forms.
type browser struct {
	b       *bench
	cookies map[string]string
	page    *answer
}

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   string
	doc    *html.Node
	path   string
}

func (b *bench) browser() *browser { return &browser{b: b, cookies: map[string]string{}} }

// signedIn is a browser that has signed in through the page.
func (b *bench) signedIn(login string) *browser {
	b.t.Helper()
	w := b.browser()
	w.get("/sign-in")
	w.post("/sign-in", "login", login, "password", pgtest.Password)
	if w.page.status != http.StatusOK || w.page.path == "/sign-in" {
		b.t.Fatalf("sign in as %s: %d at %s: %s", login, w.page.status, w.page.path, w.page.text(".alarm"))
	}
	return w
}

func (w *browser) do(r *http.Request) *answer {
	w.b.t.Helper()
	for k, v := range w.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	resp, err := w.b.app.Test(r, 15000)
	if err != nil {
		w.b.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.b.t.Fatal(err)
	}
	for _, k := range resp.Cookies() {
		if k.Value == "" {
			delete(w.cookies, k.Name)
			continue
		}
		w.cookies[k.Name] = k.Value
	}
	if to := resp.Header.Get("Location"); to != "" {
		to, _, _ = strings.Cut(to, "#") // a browser keeps the fragment to itself
		return w.do(httptest.NewRequest(http.MethodGet, to, nil))
	}
	doc, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		w.b.t.Fatal(err)
	}
	w.page = &answer{t: w.b.t, status: resp.StatusCode, header: resp.Header, body: string(body), doc: doc, path: r.URL.RequestURI()}
	return w.page
}

func (w *browser) get(path string) *answer {
	w.b.t.Helper()
	return w.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form with the page's token and the fields name, value, ….
func (w *browser) post(path string, fields ...string) *answer {
	w.b.t.Helper()
	form := url.Values{"_form": {w.page.attr("input[name=_form]", "value")}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return w.send(path, form)
}

func (w *browser) send(path string, form url.Values) *answer {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(r)
}

// step sends an action's form as the ticket's page drew it, with the fields set.
func (w *browser) step(number string, action tickets.Action, fields ...string) *answer {
	w.b.t.Helper()
	p := w.get("/tickets/" + number)
	href := "/tickets/" + number + "/actions/" + string(action)
	form := p.find("form[action=" + href + "]")
	if form == nil {
		w.b.t.Fatalf("%s: the page offers no %s", number, action)
	}
	all := []string{}
	walk(form, func(n *html.Node) {
		if n.Data == "input" && attr(n, "type") == "hidden" {
			all = append(all, attr(n, "name"), attr(n, "value"))
		}
	})
	return w.post(href, append(all, fields...)...)
}

// find is the first element that fits tag, .class, #id or tag[name=value].
func (a *answer) find(selector string) *html.Node {
	all := a.all(selector)
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

func (a *answer) all(selector string) []*html.Node {
	var out []*html.Node
	walk(a.doc, func(n *html.Node) {
		if fits(n, selector) {
			out = append(out, n)
		}
	})
	return out
}

func (a *answer) attr(selector, name string) string {
	if n := a.find(selector); n != nil {
		return attr(n, name)
	}
	return ""
}

// text is the visible text of the first element that fits.
func (a *answer) text(selector string) string {
	n := a.find(selector)
	if n == nil {
		return ""
	}
	return visible(n)
}

func visible(n *html.Node) string {
	var s strings.Builder
	walk(n, func(n *html.Node) {
		if n.Type == html.TextNode {
			s.WriteString(n.Data + " ")
		}
	})
	return strings.Join(strings.Fields(s.String()), " ")
}

func walk(n *html.Node, visit func(*html.Node)) {
	visit(n)
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		walk(k, visit)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func fits(n *html.Node, selector string) bool {
	if n.Type != html.ElementNode {
		return false
	}
	switch selector[0] {
	case '.':
		return strings.Contains(" "+attr(n, "class")+" ", " "+selector[1:]+" ")
	case '#':
		return attr(n, "id") == selector[1:]
	}
	tag, rest, ok := strings.Cut(strings.TrimSuffix(selector, "]"), "[")
	if n.Data != tag {
		return false
	}
	name, value, _ := strings.Cut(rest, "=")
	return !ok || attr(n, name) == value
}

// fakeOperations stands for the machinery, which has its own tests.
type fakeOperations struct {
	stopped []StoppedJob
	retried []int64
}

func (f *fakeOperations) Outbox(context.Context) ([]OutboxCount, error) {
	return []OutboxCount{{Kind: "route", Waiting: 3, Stopped: len(f.stopped)}}, nil
}

func (f *fakeOperations) Stopped(context.Context, int) ([]StoppedJob, error) { return f.stopped, nil }

func (f *fakeOperations) Retry(_ context.Context, _ pg.Me, id int64) error {
	for _, j := range f.stopped {
		if j.ID == id {
			f.retried = append(f.retried, id)
			return nil
		}
	}
	return fmt.Errorf("job %d: %w", id, pg.ErrNotFound)
}

func (f *fakeOperations) Mailboxes(context.Context) ([]Mailbox, error) { return nil, nil }

func (f *fakeOperations) Events(context.Context, int) ([]OrderEvent, error) {
	return []OrderEvent{{Platform: "demo", OrderNo: "CZ1", Event: "answered", Direction: "out", State: "refused", UpdatedAt: time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC)}}, nil
}
