package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hotline/internal/pg"
	"hotline/internal/units/unitdb"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// rounds is how often each read is measured, after warming up.
const rounds = 200

// BenchmarkDeskMillion measures what people read all day, with 1,000,000 tickets
// (35,000 open) behind it: in the database through ticketdb, and as the page or
// API call. It fails where Postgres reads one of the big tables from end to end.
func BenchmarkDeskMillion(b *testing.B) {
	d := startDesk(b, options{web: true})
	m := newMillion(b, d)
	w := d.walk(b)
	m.load(b)
	m.loadFigures(b)
	plans := openPlans(b, d)
	for _, login := range []string{"lead-city", "lead-" + millionCounty, "lead-" + millionTownship, "operator", "handler-" + millionTownship} {
		r := &reader{d: d, login: login, token: d.token(b, login)}
		r.caller = pg.Person(d.s.vault.TokenHash([]byte(r.token)))
		for _, k := range m.reads(b, w) {
			if k.leads && !strings.HasPrefix(login, "lead-") {
				continue
			}
			b.Run(k.name+"/"+login, func(b *testing.B) {
				plans.check(b, r, k)
				db := measure(b, func() error { return k.read(b.Context(), d.tickets, r.caller) })
				page := measure(b, func() error { return r.get(k.address) })
				b.ReportMetric(db.p50, "db-p50-ms")
				b.ReportMetric(db.p95, "db-p95-ms")
				b.ReportMetric(page.p50, "page-p50-ms")
				b.ReportMetric(page.p95, "page-p95-ms")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
	b.Run("cards-of-200000-clocks", func(b *testing.B) { m.sweepCards(b) })
}

// read is one thing that is looked at, through ticketdb and at its address.
type read struct {
	name    string
	leads   bool // for leads only
	read    func(ctx context.Context, db *ticketdb.DB, c pg.Caller) error
	address string
}

// reads are the cases. number is a ticket that all three leads see.
func (m *million) reads(b *testing.B, number string) []read {
	b.Helper()
	typical := m.typical(b)
	list := func(f ticketdb.Filter) func(context.Context, *ticketdb.DB, pg.Caller) error {
		return func(ctx context.Context, db *ticketdb.DB, c pg.Caller) error {
			_, err := db.List(ctx, c, f)
			return err
		}
	}
	search := func(word string) (func(context.Context, *ticketdb.DB, pg.Caller) error, string) {
		return list(ticketdb.Filter{Query: word}), "/tickets?" + url.Values{"q": {word}}.Encode()
	}
	out := []read{
		{name: "open-by-due", read: list(ticketdb.Filter{Open: true, Sort: "due"}), address: "/tickets"},
		{name: "newest", read: list(ticketdb.Filter{Sort: "new"}), address: "/tickets?status=all"},
		{name: "counts", address: "/tickets", read: func(ctx context.Context, db *ticketdb.DB, c pg.Caller) error {
			_, err := db.Counts(ctx, c, "")
			return err
		}},
		{name: "ticket", leads: true, address: "/tickets/" + number, read: func(ctx context.Context, db *ticketdb.DB, c pg.Caller) error {
			if _, err := db.Find(ctx, c, number); err != nil {
				return err
			}
			_, err := db.Journal(ctx, c, number)
			return err
		}},
		{name: "likely", leads: true, address: "/tickets/" + typical + "/likely", read: func(ctx context.Context, db *ticketdb.DB, c pg.Caller) error {
			_, err := db.LikelyRelations(ctx, c, typical)
			return err
		}},
		{name: "had-once", leads: true, read: list(ticketdb.Filter{View: "past", Sort: "new"}), address: "/tickets?view=past&status=all"},
		{name: "board", leads: true, address: "/board", read: func(ctx context.Context, db *ticketdb.DB, c pg.Caller) error {
			_, err := db.Board(ctx, c, 0)
			return err
		}},
		{name: "indicators-of-a-year", leads: true, address: "/indicators?by=county&" + m.year().Encode(), read: func(ctx context.Context, db *ticketdb.DB, c pg.Caller) error {
			_, err := db.Indicators(ctx, c, ticketdb.Figures{From: m.now.AddDate(-1, 0, 0), To: m.now, By: "county"})
			return err
		}},
	}
	for _, w := range []struct{ name, word string }{{"word-40%", wordOften}, {"word-5%", wordCommon}, {"word-20-hits", wordRare}, {"word-of-the-past", wordPast}, {"word-single", "鹤"}} {
		read, address := search(w.word)
		out = append(out, read2(w.name, read, address))
	}
	phone := m.row(7).phone
	out = append(out, read2("phone", list(ticketdb.Filter{Query: phone}), "/api/v1/tickets?q="+phone),
		read2("word-filtered", list(ticketdb.Filter{Query: wordOften, Kind: tickets.Help, Open: true}), "/tickets?q="+url.QueryEscape(wordOften)+"&kind=help&status=handling"))
	return out
}

// typical is the number of the newest made ticket that all three leads see.
func (m *million) typical(b *testing.B) string {
	b.Helper()
	for i := m.n - 1; i >= 0; i-- {
		x := m.row(i)
		if x.place.ID != m.measured.ID || x.recused != `\N` || x.confidence {
			continue
		}
		conn := m.d.owner(b)
		defer conn.Close(context.Background())
		var number string
		if err := conn.QueryRow(b.Context(), `SELECT number FROM tickets WHERE id = $1`, x.id).Scan(&number); err != nil {
			b.Fatal(err)
		}
		return number
	}
	b.Fatal("no such ticket")
	return ""
}

func read2(name string, f func(context.Context, *ticketdb.DB, pg.Caller) error, address string) read {
	return read{name: name, leads: true, read: f, address: address}
}

// walk leads one ticket through the desk, down to the township, and gives its number.
func (d *desk) walk(b *testing.B) string {
	b.Helper()
	var o struct {
		Number string `json:"number"`
	}
	code := d.call(b, d.token(b, "operator"), http.MethodPost, "/api/v1/tickets", map[string]any{"kind": "help", "channel": "call", "region": millionTownship,
		"statement": "老人的补助两个月没有到账。", "complainants": []map[string]any{{"role": "caller", "name": "王小明", "phone": "19900001234"}}}, &o)
	if code != http.StatusCreated {
		b.Fatalf("register: %d", code)
	}
	id := func(code string) string { return fmt.Sprint(d.tickets.Tree().ByRegion(code).ID) }
	person := ""
	conn := d.owner(b)
	defer conn.Close(context.Background())
	if err := conn.QueryRow(b.Context(), `SELECT person::text FROM accounts WHERE login = $1`, "handler-"+millionTownship).Scan(&person); err != nil {
		b.Fatal(err)
	}
	for _, s := range []struct {
		by     string
		action tickets.Action
		values tickets.Values
	}{
		{"lead-city", tickets.ActDispatch, tickets.Values{"unit": id(millionCounty)}},
		{"lead-" + millionCounty, tickets.ActSign, nil},
		{"lead-" + millionCounty, tickets.ActHandDown, tickets.Values{"unit": id(millionTownship), "reason": "属地办理"}},
		{"lead-" + millionTownship, tickets.ActSign, nil},
		{"lead-" + millionTownship, tickets.ActAssign, tickets.Values{"investigator": person}},
		{"handler-" + millionTownship, tickets.ActContactMade, tickets.Values{"way": "call"}},
		{"handler-" + millionTownship, tickets.ActRecord, tickets.Values{"allegation": "1", "outcome": "done", "method": "核对花名表"}},
		{"handler-" + millionTownship, tickets.ActSubmit, tickets.Values{"public_text": "已补发。", "resolved": "true"}},
	} {
		caller := pg.Person(d.s.vault.TokenHash([]byte(d.token(b, s.by))))
		if _, err := d.tickets.Act(b.Context(), caller, o.Number, 0, s.action, s.values); err != nil {
			b.Fatalf("%s by %s: %v", s.action, s.by, err)
		}
	}
	return o.Number
}

// reader is one account, signed in.
type reader struct {
	d            *desk
	login, token string
	caller       pg.Caller
}

// get reads a page with the session's cookie, or an API call with its token.
func (r *reader) get(address string) error {
	req, err := http.NewRequest(http.MethodGet, r.d.base+address, nil)
	if err != nil {
		return err
	}
	if strings.HasPrefix(address, "/api/") {
		req.Header.Set("Authorization", "Bearer "+r.token)
	} else {
		req.AddCookie(&http.Cookie{Name: "hotline", Value: r.token})
	}
	client := &http.Client{Transport: http.DefaultTransport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s as %s: %d %.300s", address, r.login, res.StatusCode, body)
	}
	return err
}

type spread struct{ p50, p95 float64 } // milliseconds

func measure(b *testing.B, f func() error) spread {
	b.Helper()
	var took []float64
	for i := range rounds + rounds/10 {
		began := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		if i >= rounds/10 {
			took = append(took, float64(time.Since(began).Microseconds())/1000)
		}
	}
	slices.Sort(took)
	return spread{took[len(took)/2], took[len(took)*95/100]}
}

// plans reads what auto_explain writes of every statement, those inside the
// search function too, as the people's login runs them.
type plans struct {
	log string
	db  *ticketdb.DB
}

func openPlans(b *testing.B, d *desk) *plans {
	b.Helper()
	conn := d.owner(b)
	defer conn.Close(context.Background())
	set := func(to bool) {
		for name, value := range map[string]string{"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_nested_statements": "on"} {
			sql := `ALTER ROLE ` + pg.PeopleLogin + ` SET ` + name + ` = '` + value + `'`
			if !to {
				sql = `ALTER ROLE ` + pg.PeopleLogin + ` RESET ` + name
			}
			if _, err := conn.Exec(b.Context(), sql); err != nil {
				b.Fatal(err)
			}
		}
	}
	if _, err := conn.Exec(b.Context(), `LOAD 'auto_explain'`); err != nil {
		b.Fatal(err)
	}
	set(true)
	p, err := pg.Open(b.Context(), pg.Config{PeopleURL: d.s.peopleURL, MachinesURL: d.s.machinesURL, MaxConns: 1, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.Close)
	cache, err := unitdb.NewCache(b.Context(), p)
	if err != nil {
		b.Fatal(err)
	}
	db, err := ticketdb.New(ticketdb.Config{PG: p, Units: cache, Clocks: d.clocks, Vault: d.s.vault})
	if err != nil {
		b.Fatal(err)
	}
	if err := p.People().Ping(b.Context()); err != nil {
		b.Fatal(err)
	}
	set(false)
	return &plans{log: filepath.Join(d.s.private.Folder(), "server.log"), db: db}
}

var seqScan = regexp.MustCompile(`Seq Scan on (tickets|ticket_facts|ticket_text|complainants|deadlines|journal_p\d+|journal_body_p\d+)\b`)

// check runs a read often enough to meet the plan that Postgres keeps, too.
func (p *plans) check(b *testing.B, r *reader, k read) {
	b.Helper()
	before, err := os.Stat(p.log)
	if err != nil {
		b.Fatal(err)
	}
	for range 8 {
		if err := k.read(b.Context(), p.db, r.caller); err != nil {
			b.Fatal(err)
		}
	}
	f, err := os.Open(p.log)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	text := make([]byte, 32<<20)
	n, err := f.ReadAt(text, before.Size())
	if err != nil && err != io.EOF {
		b.Fatal(err)
	}
	text = text[:n]
	if !strings.Contains(string(text), "Query Text:") {
		b.Fatal("auto_explain wrote no plan")
	}
	if dir := os.Getenv("HOTLINE_BENCH_PLANS"); dir != "" {
		name := strings.ReplaceAll(b.Name(), "/", "_") + ".txt"
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	if at := seqScan.FindIndex(text); at != nil {
		b.Errorf("a sequential scan:\n…%s…", text[max(0, at[0]-1500):min(len(text), at[1]+500)])
	}
}
