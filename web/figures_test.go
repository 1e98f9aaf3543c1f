package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"

	"hotline/intake"
	"hotline/internal/journal"
	"hotline/tickets"
)

// sweep brings the figures up to date.
func (b *bench) sweep() {
	b.t.Helper()
	for {
		n, err := b.db.SweepFacts(context.Background(), 100)
		if err != nil {
			b.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// some registers tickets in several states and lets a month go by.
func (b *bench) some() {
	b.t.Helper()
	report := func(s *intake.Submission) { s.Kind, s.Category = tickets.Report, "recognise.dead" }
	first := b.register("operator", nil)
	b.act("operator", first, tickets.ActDispatch, tickets.Values{"unit": "10"})
	second := b.register("operator", report)
	b.act("operator", second, tickets.ActDispatch, tickets.Values{"unit": "10"})
	b.act("lead-140428", second, tickets.ActSign, nil)
	third := b.register("operator", report)
	b.act("operator", third, tickets.ActDispatch, tickets.Values{"unit": "20"})
	b.register("operator", nil)
	b.sweep()
}

// follow opens a list and counts its lines.
func (w *browser) follow(path string) int {
	p := w.get(path)
	if p.status != http.StatusOK {
		w.b.t.Errorf("%s: %d", path, p.status)
		return -1
	}
	return len(p.all(".line"))
}

// links are the anchors below a node.
func links(n *html.Node) (out []*html.Node) {
	walk(n, func(n *html.Node) {
		if n.Data == "a" {
			out = append(out, n)
		}
	})
	return out
}

func textOf(n *html.Node) string {
	var s strings.Builder
	walk(n, func(n *html.Node) {
		if n.Type == html.TextNode {
			s.WriteString(n.Data + " ")
		}
	})
	return s.String()
}

func TestEveryNumberOfTheBoardOpensAsManyTickets(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.some()
	b.Clock.Add(6 * 24 * time.Hour)
	b.sweep()
	for _, login := range []string{"lead-city", "lead-140428", "lead-140427"} {
		w := b.signedIn(login)
		p := w.get("/board")
		if p.status != http.StatusOK {
			t.Fatalf("%s: %d", login, p.status)
		}
		numbers := 0
		for _, a := range links(p.find("main")) {
			path, text := attr(a, "href"), strings.TrimSpace(textOf(a))
			if !strings.HasPrefix(path, "/tickets?") {
				continue
			}
			n := number(text)
			if n < 0 {
				continue
			}
			numbers++
			if got := w.follow(path); got != n {
				t.Errorf("%s: %s says %q and lists %d", login, path, text, got)
			}
		}
		if numbers < 15 {
			t.Errorf("%s: only %d numbers with a list", login, numbers)
		}
	}
	if p := b.signedIn("operator").get("/board"); p.status != http.StatusForbidden {
		t.Errorf("an operator's board: %d", p.status)
	}
	if p := b.signedIn("lead-140428").get("/board?unit=20"); p.status != http.StatusNotFound {
		t.Errorf("another county's board: %d", p.status)
	}
	if p := b.signedIn("lead-city").get("/board?unit=10"); p.status != http.StatusOK || !strings.Contains(p.text("h1"), "长子县") {
		t.Errorf("a county's board for the city: %d", p.status)
	}
}

// number is the first number in a link's text, after its words; -1: none.
func number(text string) int {
	for _, f := range strings.Fields(text) {
		if n, err := strconv.Atoi(f); err == nil {
			return n
		}
	}
	return -1
}

func TestEveryNumberOfTheSheetOpensAsManyTicketsOnItsPage(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.some()
	b.Clock.Add(25 * 24 * time.Hour)
	for _, login := range []string{"lead-city", "lead-140428", "operator"} {
		w := b.signedIn(login)
		for _, by := range []string{"", "county", "township", "kind", "channel", "provenance"} {
			p := w.get("/indicators?from=2026-11-01&to=2026-12-31&by=" + by)
			if p.status != http.StatusOK {
				t.Fatalf("%s by %s: %d", login, by, p.status)
			}
			numbers := 0
			for _, a := range links(p.find(".score")) {
				numbers++
				if got, want := w.follow(attr(a, "href")), number(textOf(a)); got != want {
					t.Errorf("%s by %q: %s says %d and lists %d", login, by, attr(a, "href"), want, got)
				}
			}
			if numbers < 4 {
				t.Errorf("%s by %q: %d numbers with a list", login, by, numbers)
			}
		}
	}
	if text := b.signedIn("lead-140406").get("/indicators").text(".score"); !strings.Contains(text, "n/a") || strings.Contains(text, "100") {
		t.Errorf("a county without tickets: %s", text)
	}
}

func TestHostileFiltersOfFiguresAreRefusedOrFindNothing(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.some()
	w := b.signedIn("lead-140428")
	for path, want := range map[string]int{
		"/indicators?from=2026-13-01":                          422,
		"/indicators?from=2026-11-20&to=2026-11-01":            422,
		"/indicators?by=unit_path);DROP":                       422,
		"/indicators?kind='--":                                 422,
		"/indicators?provenance=me":                            422,
		"/indicators?unit=999999":                              422,
		"/indicators?unit=20":                                  200, // another county's: nothing to count
		"/tickets?fact=on_time&part=;":                         422,
		"/tickets?fact=nothing":                                422,
		"/tickets?fact=on_time&from=0001-01-01":                422,
		"/tickets?card=gold":                                   422,
		"/tickets?from=yesterday":                              422,
		"/ledgers/named?after=x":                               422,
		"/ledgers/secrets":                                     404,
		"/ledgers/named?unit=1":                                200,
		"/tickets?fact=received&stage=99":                      200,
		"/tickets?fact=on_time&provenance=%00&from=2026-11-01": 200,
	} {
		if p := w.get(path); p.status != want {
			t.Errorf("%s: %d, want %d", path, p.status, want)
		}
	}
	for _, path := range []string{"/indicators?unit=20", "/ledgers/named?unit=20", "/ledgers/clues?unit=20"} {
		if text := w.get(path).text("main"); strings.Contains(text, "1 / 1") || len(w.get(path).all(".entry")) > 0 {
			t.Errorf("%s shows what is not in scope: %s", path, text)
		}
	}
	for _, login := range []string{"handler-140428", "auditor", "system"} {
		for _, path := range []string{"/board", "/indicators", "/ledgers/named"} {
			if p := b.signedIn(login).get(path); p.status != http.StatusForbidden {
				t.Errorf("%s opens %s: %d", login, path, p.status)
			}
		}
	}
}

func TestLedgersMaskAndExportsAreJournaled(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.some()
	secret := b.register("operator", func(s *intake.Submission) {
		s.Kind, s.Secrecy, s.Statement, s.Accused = tickets.Report, tickets.Confidential, "=HYPERLINK(\"x\") 我叫王小明，邻居冒领。", []tickets.Accused{{Unit: 13, Person: "赵试验", Post: "民政助理"}}
	})
	b.sweep()
	w := b.signedIn("lead-city")
	p := w.get("/ledgers/named")
	if got := len(p.all(".entry")); got != 3 || p.text(".total") != "3" {
		t.Errorf("%d lines, total %s, want 3", got, p.text(".total"))
	}
	clues := w.get("/ledgers/clues")
	for _, body := range []string{p.body, clues.body} {
		if strings.Contains(body, "13800000001") || strings.Contains(body, "赵试验") || !strings.Contains(body, secret) {
			t.Error("the page gives a number or an accused name away, or lacks a line")
		}
	}
	if text := clues.text("main"); !strings.Contains(text, "乡级 · 民政助理") || !strings.Contains(text, "核查中") {
		t.Errorf("clues: %s", text)
	}
	if p := w.post("/ledgers/named/export", "purpose", " "); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.text(".export"), "用途") {
		t.Errorf("without a purpose: %d", p.status)
	}
	for _, path := range []string{"/ledgers/named/export", "/ledgers/clues/export", "/indicators/export"} {
		w.get("/indicators")
		p := w.post(path, "purpose", "=季度通报", "from", "2026-01-01", "to", "2026-12-31", "by", "county")
		if p.status != http.StatusOK || !strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment") {
			t.Fatalf("%s: %d %s", path, p.status, p.text("main"))
		}
		f, err := excelize.OpenReader(bytes.NewReader([]byte(p.body)))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.GetRows(f.GetSheetName(0))
		if err != nil {
			t.Fatal(err)
		}
		all := fmt.Sprint(rows)
		if !strings.Contains(rows[1][0], "用途：=季度通报") || strings.Contains(all, "13800000001") || strings.Contains(all, "赵试验") {
			t.Errorf("%s: %s", path, all)
		}
		for _, r := range rows {
			for _, cell := range r {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
					t.Errorf("%s: a formula: %q", path, cell)
				}
			}
		}
	}
	var body []byte
	var n int
	b.Row(t, `SELECT count(*) FROM journal WHERE subject_kind = 'export'`, nil, &n)
	b.Row(t, `SELECT b.body FROM journal j JOIN journal_body b ON b.journal = j.id WHERE j.subject_kind = 'export' ORDER BY j.id LIMIT 1`, nil, &body)
	fields, err := journal.Values(body)
	if err != nil || n != 3 || string(fields["purpose"]) != `"=季度通报"` || string(fields["rows"]) != "3" || len(fields["digest"]) != 66 || len(fields["file"]) != 66 {
		t.Errorf("%d journaled, the first: %s, %v", n, fields, err)
	}
}
