package city12345_test

import (
	"crypto/sha256"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hotline/intake/city12345"
	"hotline/tickets"
)

func TestAnOrderBecomesATicket(t *testing.T) {
	t.Parallel()
	w := open(t)
	body := w.order("e-1", "CZ1", func(o *city12345.Order) {
		o.Confidential = true
		o.Attachments = []city12345.Attachment{{Name: "照片.jpg", URL: "http://127.0.0.1:1/a.jpg"}}
	})
	a := w.push(body)
	if a.Status != http.StatusOK || a.EventID != "e-1" || a.TicketNo == "" || len(a.Receipt) != 6 || a.Duplicate {
		t.Fatalf("answer %+v", a)
	}
	v := w.view(a.TicketNo)
	if v.Track != tickets.TrackOrder || v.Channel != "city12345" || v.Kind != tickets.Help || v.Secrecy != tickets.Confidential || v.Region != "140428" || v.Category != "recognise" || v.Desk != 1 {
		t.Errorf("ticket %+v", v.Ticket)
	}
	if v.Order == nil || v.Order.OrderNo != "CZ1" || v.Order.CityNo != "SXCZ1" || v.Order.UnitText != "长子县民政局" || v.Order.HandleBy == nil {
		t.Fatalf("order %+v", v.Order)
	}
	if v.DueAt == nil || !v.DueAt.Equal(*v.Order.HandleBy) {
		t.Errorf("due %v, printed %v", v.DueAt, v.Order.HandleBy)
	}
	if len(v.Attachments) != 1 || v.Attachments[0].State != "waiting" || !v.HasPhone {
		t.Errorf("attachments %+v, phone %t", v.Attachments, v.HasPhone)
	}
	if got := w.line("e-1"); got != "applied" {
		t.Errorf("event %s", got)
	}
	var id int64
	var sum []byte
	w.Row(t, `SELECT id, sha256 FROM submissions WHERE disposition = 'event'`, nil, &id, &sum)
	want := sha256.Sum256([]byte(body))
	raw, err := w.store.Raw(t.Context(), id)
	if err != nil || string(raw) != body || string(sum) != string(want[:]) {
		t.Errorf("the body is not stored as it came: %v", err)
	}
}

func TestTheSameOrderAgainIsTheSameTicket(t *testing.T) {
	t.Parallel()
	w := open(t)
	first := w.push(w.order("e-1", "CZ1"))
	for name, body := range map[string]string{"the same event": w.order("e-1", "CZ1"), "another event id": w.order("e-2", "CZ1")} {
		a := w.push(body)
		if a.Status != 200 || !a.Duplicate || a.TicketNo != first.TicketNo || a.Receipt != first.Receipt {
			t.Errorf("%s: %+v, want the ticket %s", name, a, first.TicketNo)
		}
	}
	if n := w.count(`SELECT count(*) FROM tickets`); n != 1 {
		t.Errorf("%d tickets", n)
	}
}

func TestAConflictingRepeatIsKeptAndListed(t *testing.T) {
	t.Parallel()
	w := open(t)
	first := w.push(w.order("e-1", "CZ1"))
	other := func(o *city12345.Order) { o.Content = "别的内容" }
	for name, body := range map[string]string{"same event id": w.order("e-1", "CZ1", other), "same order number": w.order("e-2", "CZ1", other)} {
		for range 2 {
			a := w.push(body)
			if a.Status != http.StatusConflict || a.Submission == "" {
				t.Errorf("%s: %+v", name, a)
			}
		}
	}
	if n := w.count(`SELECT count(*) FROM submissions WHERE disposition = 'conflict'`); n != 2 {
		t.Errorf("%d conflicts kept, want 2", n)
	}
	if v := w.view(first.TicketNo); strings.Contains(v.Statement, "别的内容") {
		t.Error("the conflicting content was applied")
	}
	list, err := w.store.Disagreements(t.Context(), "demo", 10)
	if err != nil || len(list) != 3 { // two bodies, and the second's event
		t.Errorf("%d disagreements listed, %v: %+v", len(list), err, list)
	}
}

func TestTheDoorIsShutToWhatIsNotSigned(t *testing.T) {
	t.Parallel()
	w := open(t)
	body := w.order("e-1", "CZ1")
	stale := w.request(body)
	w.Clock.Add(6 * time.Minute)
	fresh := func(change func(*http.Request)) *http.Request {
		r := w.request(body)
		change(r)
		return r
	}
	for _, c := range []struct {
		name string
		r    *http.Request
		want int
	}{
		{"a stale request", stale, 401},
		{"no signature", fresh(func(r *http.Request) { r.Header.Del("X-Signature") }), 401},
		{"a wrong signature", fresh(func(r *http.Request) { r.Header.Set("X-Signature", strings.Repeat("0", 64)) }), 401},
		{"another platform's address", fresh(func(r *http.Request) { r.URL.Path = "/api/v1/city12345/other/events" }), 401},
		{"an unknown platform", fresh(func(r *http.Request) { r.URL.Path = "/api/v1/city12345/nobody/events" }), 404},
		{"a query beside the signature", fresh(func(r *http.Request) { r.URL.RawQuery = "a=1" }), 401},
		{"a body of 2 MB", w.request(strings.Repeat(" ", 2<<20)), 413},
	} {
		if a := w.send(c.r); a.Status != c.want {
			t.Errorf("%s: %d, want %d", c.name, a.Status, c.want)
		}
	}
	if n := w.count(`SELECT count(*) FROM submissions`); n != 0 {
		t.Errorf("%d bodies of strangers were stored", n)
	}
}

func TestANonceIsGoodOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	body := w.order("e-1", "CZ1")
	r := w.request(body)
	if a := w.send(r); a.Status != 200 {
		t.Fatalf("first: %+v", a)
	}
	again := w.request(body)
	again.Header = r.Header
	if a := w.send(again); a.Status != 409 || a.Submission != "" {
		t.Errorf("replayed: %+v", a)
	}
	w.Clock.Add(time.Hour)
	if err := w.endpoint.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT count(*) FROM nonces`); n != 0 {
		t.Errorf("%d nonces outlive their use", n)
	}
}

func TestAnUnusableBodyIsStoredAndQuoted(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, c := range []struct{ name, body, field string }{
		{"no JSON", "<xml/>", "body.body"},
		{"no order", `{"event_id":"e-1","event":"dispatched"}`, "body.order"},
		{"an event nobody knows", `{"event_id":"e-2","event":"burnt","order_no":"CZ1"}`, "body.event"},
		{"no content", `{"event_id":"e-3","event":"dispatched","order":{"order_no":"CZ1"}}`, "body.order.content"},
		{"content without end", w.order("e-4", "CZ1", func(o *city12345.Order) { o.Content = strings.Repeat("长", 20001) }), "body.order.content"},
		{"NUL", "{\"event_id\":\"e-5\",\"event\":\"urged\",\"order_no\":\"C\\u0000\"}", "body.order_no"},
	} {
		a, b := w.push(c.body), w.push(c.body)
		if a.Status != 422 || len(a.Errors) == 0 || a.Errors[0].Location != c.field || a.Submission != b.Submission {
			t.Errorf("%s: %+v then %s", c.name, a, b.Submission)
			continue
		}
		id, err := strconv.ParseInt(a.Submission, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := w.store.Raw(t.Context(), id)
		if err != nil || string(raw) != c.body {
			t.Errorf("%s: not stored as it came: %v", c.name, err)
		}
	}
	if n := w.count(`SELECT count(*) FROM submissions WHERE disposition = 'refused' AND reason <> ''`); n != 6 {
		t.Errorf("%d on the list, want 6", n)
	}
	if n := w.count(`SELECT count(*) FROM tickets`); n != 0 {
		t.Errorf("%d tickets", n)
	}
}

func TestUnknownCodesAreKeptAndLeftToAPerson(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.push(w.order("e-1", "CZ1", func(o *city12345.Order) {
		o.Kind, o.RegionCode, o.CategoryCode, o.CategoryName = "其它事", "高新区", "99", "水务"
	}))
	v := w.view(a.TicketNo)
	if v.Kind != tickets.Complaint || v.Region != "" || v.Category != "" {
		t.Errorf("guessed %s %s %s", v.Kind, v.Region, v.Category)
	}
	var codes string
	w.Row(t, `SELECT codes->'unknown' FROM orders`, nil, &codes)
	for _, text := range []string{"其它事", "高新区", "99 水务"} {
		if !strings.Contains(codes, text) {
			t.Errorf("%s is lost: %s", text, codes)
		}
	}
}

func TestManyCopiesAtOnceAreOneTicket(t *testing.T) {
	t.Parallel()
	w := open(t)
	var requests []*http.Request
	for i := range 24 {
		requests = append(requests, w.request(w.order("e-"+strconv.Itoa(i%3), "CZ1")))
	}
	var group sync.WaitGroup
	for _, r := range requests {
		group.Go(func() {
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			response.Body.Close()
			if response.StatusCode != 200 {
				t.Errorf("answered %d", response.StatusCode)
			}
		})
	}
	group.Wait()
	if n, m := w.count(`SELECT count(*) FROM tickets`), w.count(`SELECT count(*) FROM order_events WHERE state = 'applied'`); n != 1 || m != 3 {
		t.Errorf("%d tickets, %d events, want 1 and 3", n, m)
	}
}
