package main

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/cmd/hotline/demo"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// listed pages through a list to its end and returns its numbers; one that
// stands there twice ends the test.
func (c client) listed(t *testing.T, filter url.Values) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	q := url.Values{"limit": {"11"}}
	for k, v := range filter {
		q[k] = v
	}
	for {
		var page struct {
			Items []ticket
			Next  string
		}
		c.want(t, http.StatusOK, http.MethodGet, "/api/v1/tickets?"+q.Encode(), nil, &page)
		for _, k := range page.Items {
			if out[k.Number] {
				t.Fatalf("%s stands twice in %v", k.Number, filter)
			}
			out[k.Number] = true
		}
		if page.Next == "" {
			return out
		}
		q.Set("after", page.Next)
	}
}

// recused are the tickets that the account's person, unit or a unit above it is
// accused in or recused from.
func recused(t *testing.T, conn *pgx.Conn, login string) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), `SELECT DISTINCT k.number FROM recusals r JOIN tickets k ON k.id = r.ticket, accounts a JOIN units u ON u.id = a.unit
		WHERE a.login = $1 AND (r.key = -a.person OR r.key = ANY (string_to_array(trim(BOTH '/' FROM u.path), '/')::int[]))`, login)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// live leads tickets of the demo's plan through their lives.
func (d *desk) live(t *testing.T, conn *pgx.Conn, n int) {
	t.Helper()
	l := &demoLoader{s: d.s, conn: conn, callers: map[string]pg.Caller{}, persons: map[string]int{}}
	if err := l.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer l.close(context.Background())
	for _, it := range demo.Plan(time.Now(), n) {
		if err := l.item(t.Context(), it); err != nil {
			t.Fatalf("%s: %v", it.Key, err)
		}
	}
}

func TestCountsEqualRows(t *testing.T) {
	d := startDeskIn(t, preparedFolder(t), options{web: true})
	conn := d.owner(t)
	defer conn.Close(context.Background())
	d.live(t, conn, 120)
	kept, all := 0, 0
	for _, login := range []string{"operator", "lead-city", "operator-140428", "lead-140428", "handler-140428", "lead-140427", "lead-140428102", "handler-140428102", "investigator-city"} {
		me := client{base: d.base}.as(t, login)
		caller := pg.Person(d.s.vault.TokenHash([]byte(me.token)))
		for _, view := range []string{"", "unit", "desk", "mine", "past"} {
			counts, err := d.tickets.Counts(t.Context(), caller, view)
			if err != nil {
				t.Fatal(err)
			}
			all += compareCounts(t, login, me, view, counts)
		}
		rows := me.listed(t, nil)
		for _, n := range recused(t, conn, login) {
			kept++
			if rows[n] {
				t.Errorf("%s lists %s, from which it is recused", login, n)
			}
			if status, _, err := me.send(http.MethodGet, "/api/v1/tickets/"+n, nil); err != nil || status != http.StatusNotFound {
				t.Errorf("%s opens %s: %d %v", login, n, status, err)
			}
		}
	}
	if kept == 0 || all < 50 {
		t.Errorf("the test proves little: %d recusals, %d tickets counted", kept, all)
	}
}

// compareCounts holds a view's counts against its lists, and returns how many
// tickets those were.
func compareCounts(t *testing.T, login string, me client, view string, counts ticketdb.Counts) int {
	t.Helper()
	list := func(key, value string) int {
		q := url.Values{key: {value}}
		if view != "" {
			q.Set("view", view)
		}
		return len(me.listed(t, q))
	}
	sum := 0
	for _, s := range tickets.Statuses.Codes() {
		open := s != string(tickets.Closed) && s != string(tickets.Archived)
		if !open {
			continue
		}
		n := list("status", s)
		sum += n
		if counts.ByStatus[s] != n {
			t.Errorf("%s, view %q: %d %s counted, %d listed", login, view, counts.ByStatus[s], s, n)
		}
	}
	if n := list("status", "open"); n != sum {
		t.Errorf("%s, view %q: %d open ones listed, %d by status", login, view, n, sum)
	}
	if n := list("overdue", "true"); n != counts.Overdue {
		t.Errorf("%s, view %q: %d overdue counted, %d listed", login, view, counts.Overdue, n)
	}
	return sum
}
