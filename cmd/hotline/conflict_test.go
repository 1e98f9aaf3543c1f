package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"hotline/cmd/hotline/demo"
)

// race runs both at once.
func race(a, b func()) {
	start := make(chan struct{})
	var wg sync.WaitGroup
	for _, f := range []func(){a, b} {
		wg.Go(func() { <-start; f() })
	}
	close(start)
	wg.Wait()
}

func TestTwoPeoplePressTheSameButton(t *testing.T) {
	d := startDeskIn(t, preparedFolder(t), options{web: true})
	api := client{base: d.base}
	operator, first, second := api.as(t, "operator"), api.as(t, "lead-city"), api.as(t, "deputy-city")
	registered := func() ticket {
		var k ticket
		operator.want(t, http.StatusCreated, http.MethodPost, "/api/v1/tickets", helpBody(1), &k)
		k, err := first.ticket(k.Number)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	t.Run("through the API", func(t *testing.T) {
		for range 10 {
			raceByAPI(t, registered(), first, second)
		}
	})
	t.Run("through the page", func(t *testing.T) {
		one, two := browse(t, d.base, "lead-city"), browse(t, d.base, "deputy-city")
		for range 5 {
			raceByPage(t, registered(), one, two)
		}
	})
}

func raceByAPI(t *testing.T, k ticket, first, second client) {
	t.Helper()
	type answer struct {
		status int
		raw    []byte
		err    error
	}
	press := func(c client, unit string) (a answer) {
		a.status, a.raw, a.err = c.send(http.MethodPost, "/api/v1/tickets/"+k.Number+"/actions/dispatch", map[string]any{"version": k.Version, "unit": unit})
		return a
	}
	var a, b answer
	race(func() { a = press(first, "140428") }, func() { b = press(second, "140427") })
	won, lost, unit := a, b, "长子"
	if b.status == http.StatusOK {
		won, lost, unit = b, a, "壶关"
	}
	if won.status != http.StatusOK || lost.status != http.StatusConflict {
		t.Fatalf("got %d and %d, want 200 and 409: %s %s", a.status, b.status, a.raw, b.raw)
	}
	var p struct {
		Ticket ticket
		Errors []struct{ Location string }
	}
	if err := json.Unmarshal(lost.raw, &p); err != nil || len(p.Errors) != 1 || p.Errors[0].Location != "body.version" {
		t.Errorf("the other one reads %s", lost.raw)
	}
	if p.Ticket.Status != "dispatched" || !strings.Contains(p.Ticket.UnitName, unit) || p.Ticket.Version <= k.Version {
		t.Errorf("the other one is shown %+v", p.Ticket)
	}
	var journal struct {
		Items []struct{ Action string }
	}
	first.want(t, http.StatusOK, http.MethodGet, "/api/v1/tickets/"+k.Number+"/journal", nil, &journal)
	if n := len(journal.Items); n != 2 {
		t.Errorf("%d journal rows, want the registration and one dispatch", n)
	}
}

// tab is a person at the pages.
type tab struct {
	base string
	http *http.Client
}

func browse(t *testing.T, base, login string) tab {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := tab{base, &http.Client{Jar: jar}}
	form := b.get(t, "/sign-in")
	status, text := b.post("/sign-in", url.Values{"_form": {hidden(form, "_form")}, "login": {login}, "password": {demo.Password}})
	if status != http.StatusOK {
		t.Fatalf("%s signs in: %d %.500s", login, status, text)
	}
	return b
}

func (b tab) get(t *testing.T, path string) string {
	t.Helper()
	res, err := b.http.Get(b.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d %v", path, res.StatusCode, err)
	}
	return string(text)
}

// post follows to the page that a form leads to; status 0 is a lost connection.
func (b tab) post(path string, form url.Values) (int, string) {
	res, err := b.http.PostForm(b.base+path, form)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, string(text)
}

// hidden is the value of a page's first hidden field of that name.
func hidden(page, name string) string {
	m := regexp.MustCompile(fmt.Sprintf(`name="%s" value="([^"]*)"`, name)).FindStringSubmatch(page)
	if m == nil {
		return ""
	}
	return m[1]
}

func raceByPage(t *testing.T, k ticket, one, two tab) {
	t.Helper()
	path := "/tickets/" + k.Number
	pages := []string{one.get(t, path), two.get(t, path)}
	form := func(i int, unit int) url.Values {
		p := pages[i]
		return url.Values{"_form": {hidden(p, "_form")}, "version": {hidden(p, "version")}, "seq": {hidden(p, "seq")}, "unit": {fmt.Sprint(unit)}, "reason": {"按属地办理"}}
	}
	county, other := demo.Units()[3], demo.Units()[3]
	for _, u := range demo.Units() {
		switch u.Region {
		case "140428":
			county = u
		case "140427":
			other = u
		}
	}
	var a, b int
	var textA, textB string
	race(func() { a, textA = one.post(path+"/actions/dispatch", form(0, county.ID)) }, func() { b, textB = two.post(path+"/actions/dispatch", form(1, other.ID)) })
	lost, winner := textB, county.Name
	if b == http.StatusOK {
		lost, winner = textA, other.Name
	}
	if a+b != http.StatusOK+http.StatusConflict {
		t.Fatalf("got %d and %d, want 200 and 409\n%.800s", a, b, lost)
	}
	for _, want := range []string{"刚才的操作没有执行", winner, "按属地办理"} {
		if !strings.Contains(lost, want) {
			t.Errorf("the other one's page does not say %q", want)
		}
	}
}
