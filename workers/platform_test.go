package workers

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/errgroup"

	"hotline/intake/city12345"
	"hotline/intake/city12345/standin"
	"hotline/intake/intakedb"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

const citySecret = "hotline-demo-secret"

// twoSides is a desk and the stand-in platform, joined over HTTP both ways.
type twoSides struct {
	*world
	platform *standin.Platform
	endpoint *city12345.Endpoint
	orders   *intakedb.Store
	away     atomic.Bool // the platform cannot be reached, and its calls do not arrive
	county   pg.Caller
	lead     pg.Caller
	handler  pg.Caller
	person   string
}

func openBoth(t *testing.T, faults standin.Faults) *twoSides {
	t.Helper()
	c := &twoSides{world: open(t)}
	c.orders = intakedb.New(c.PG, c.Vault)
	c.lead, c.county, c.handler = c.Session(t, "lead-city"), c.Session(t, "lead-140428"), c.Session(t, "handler-140428")
	c.person = fmt.Sprint(c.Person(t, "handler-140428"))
	var err error
	c.endpoint, err = city12345.NewEndpoint(city12345.EndpointConfig{Desk: c.desk, Store: c.orders, Now: c.Clock.Now,
		Platforms: []city12345.Platform{{Name: "demo", Secret: []byte(citySecret)}}, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	c.platform, err = standin.New(standin.Config{Secret: citySecret, Target: c.serve(t), Auto: true, Faults: faults, Now: c.Clock.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	portal := httptest.NewServer(c.reachable(c.platform.Handler()))
	t.Cleanup(portal.Close)
	client, err := city12345.NewClient(city12345.ClientConfig{URL: portal.URL + "/events", Signer: city12345.Signer{Secret: []byte(citySecret)}, Timeout: 5 * time.Second, Now: c.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	c.cfg.Platforms = map[string]Platform{"demo": client}
	return c
}

// serve puts the push endpoint on a port of its own.
func (c *twoSides) serve(t *testing.T) string {
	t.Helper()
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Use(func(x *fiber.Ctx) error {
		if c.away.Load() {
			return x.SendStatus(http.StatusBadGateway)
		}
		return x.Next()
	})
	c.endpoint.Register(app)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(l) }()
	t.Cleanup(func() {
		if err := app.ShutdownWithTimeout(time.Second); err != nil {
			t.Log(err)
		}
		<-done
	})
	return "http://" + l.Addr().String()
}

func (c *twoSides) reachable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.away.Load() {
			panic(http.ErrAbortHandler) // net/http cuts the connection
		}
		next.ServeHTTP(w, r)
	})
}

// platformJobs leave routing and the people's notices out.
func platformJobs() []Job {
	return slices.DeleteFunc(Jobs(), func(j Job) bool { return j.Kind != tickets.JobReply && !strings.HasPrefix(j.Kind, "platform_") })
}

// dispatch has the platform send n orders, and gives their numbers.
func (c *twoSides) dispatch(t *testing.T, n int) []string {
	t.Helper()
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("CZ%06d", i+1)
		_, err := c.platform.Dispatch(city12345.Order{OrderNo: list[i], Kind: "求助", Content: fmt.Sprintf("低保金没有到账，第 %d 件。", i+1), CallerName: "王小明",
			ContactPhone: "19900001234", RegionCode: "140428", Unit: "长子县民政局"})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// round lets time pass, the platform work once, and our sweep try what was kept.
func (c *twoSides) round(t *testing.T) {
	t.Helper()
	c.Clock.Add(2 * time.Second)
	c.platform.RunOnce(ctx, c.Clock.Now())
	if err := c.endpoint.Sweep(ctx); err != nil {
		t.Error(err)
	}
}

// arrived waits until every order has its ticket.
func (c *twoSides) arrived(t *testing.T, orders []string) map[string]string {
	t.Helper()
	numbers := map[string]string{}
	until(t, "every order has its ticket", func() bool {
		c.round(t)
		for _, no := range orders {
			if o, err := c.orders.Order(ctx, "demo", no); err == nil {
				numbers[no] = o.Number
			}
		}
		return len(numbers) == len(orders)
	})
	return numbers
}

// approve walks a ticket to an approved reply with this text.
func (c *twoSides) approve(number, text string) error {
	for _, step := range []struct {
		who    pg.Caller
		action tickets.Action
		values tickets.Values
	}{
		{c.lead, tickets.ActDispatch, tickets.Values{"unit": "10"}},
		{c.county, tickets.ActSign, nil},
		{c.county, tickets.ActAssign, tickets.Values{"investigator": c.person}},
		{c.handler, tickets.ActContactMade, tickets.Values{"way": "call"}},
		{c.handler, tickets.ActRecord, tickets.Values{"allegation": "1", "outcome": "done", "method": "核对花名表，已补发"}},
		{c.handler, tickets.ActSubmit, tickets.Values{"public_text": text, "internal_text": "已入户核实", "resolved": "true"}},
		{c.county, tickets.ActApprove, nil},
	} {
		if _, err := c.db.Act(ctx, step.who, number, 0, step.action, step.values); err != nil {
			return fmt.Errorf("%s: %w", step.action, err)
		}
	}
	return nil
}

func (c *twoSides) see(t *testing.T, number string) *ticketdb.View {
	t.Helper()
	v, err := c.db.Find(ctx, pg.Machine("machine:test"), number)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// closed tells whether both sides believe that all orders are closed.
func (c *twoSides) closed(t *testing.T, orders []string) bool {
	t.Helper()
	for _, no := range orders {
		v, err := c.platform.Find(no)
		if err != nil {
			t.Fatal(err)
		}
		unsettled := func(d *standin.Delivery) bool { return !d.Done }
		if v.Status != standin.StatusClosed || slices.ContainsFunc(v.Sent, unsettled) {
			return false
		}
	}
	return c.count(t, `SELECT count(*) FROM orders o JOIN tickets t ON t.id = o.ticket WHERE o.state = 'closed' AND t.status = 'closed'`) == len(orders) &&
		c.count(t, `SELECT count(*) FROM order_events WHERE state NOT IN ('applied', 'accepted')`) == 0
}

// equal compares what both sides believe of an order.
func (c *twoSides) equal(t *testing.T, no, number, text string) {
	t.Helper()
	theirs, err := c.platform.Find(no)
	if err != nil {
		t.Fatal(err)
	}
	ours := c.see(t, number)
	if theirs.TicketNo != number || theirs.Reply == nil || theirs.Reply.PublicReply != text || ours.LastReply().PublicText != text || ours.Outcome != "resolved" ||
		ours.Satisfaction != "satisfied" && ours.Satisfaction != "" { // a 结案 that overtakes its 回访 closes the ticket without it
		t.Errorf("%s: they hold ticket %s, reply %+v; we hold %s, %s, %s", no, theirs.TicketNo, theirs.Reply, number, ours.Outcome, ours.Satisfaction)
	}
	var kinds []string
	for _, r := range theirs.Received {
		if !r.Accepted {
			t.Errorf("%s: they refused %s: %s", no, r.Event.Kind, r.Reason)
		}
		kinds = append(kinds, string(r.Event.Kind))
	}
	if got := strings.Join(kinds, " "); got != "signed contact_made replied" {
		t.Errorf("%s: they received %s", no, got)
	}
	for _, d := range theirs.Sent {
		if !d.Done || d.Failure != "" {
			t.Errorf("%s: %s is not settled: %s", no, d.EventID, d.Failure)
		}
	}
}

func TestAnOrderLivesFromDispatchToClose(t *testing.T) {
	t.Parallel()
	c := openBoth(t, standin.Faults{})
	orders := c.dispatch(t, 1)
	number := c.arrived(t, orders)[orders[0]]
	background(t, c.workers(t, platformJobs()...).Run)
	if err := c.approve(number, "已补发到账。"); err != nil {
		t.Fatal(err)
	}
	until(t, "both sides have closed it", func() bool { c.round(t); return c.closed(t, orders) })
	c.equal(t, orders[0], number, "已补发到账。")
	v := c.see(t, number)
	if len(v.Attempts) != 1 || v.Attempts[0].Way != "city12345" || v.Attempts[0].State != "delivered" || v.Attempts[0].Provenance != "machine" {
		t.Errorf("attempts %+v", v.Attempts)
	}
	for _, d := range v.Deadlines {
		if strings.HasPrefix(d.Rule, "resolve.order.") && (d.MetEvent == nil || *d.MetEvent != "platform_accepted") {
			t.Errorf("clock %s: %+v", d.Rule, d)
		}
	}
}

func TestAPlatformThatWasAwayGetsEverythingOnce(t *testing.T) {
	t.Parallel()
	c := openBoth(t, standin.Faults{})
	orders := c.dispatch(t, 3)
	c.away.Store(true)
	c.round(t)
	if n := c.count(t, `SELECT count(*) FROM orders`); n != 0 {
		t.Fatalf("%d orders came through", n)
	}
	c.away.Store(false)
	numbers := c.arrived(t, orders)
	c.away.Store(true)
	background(t, c.workers(t, platformJobs()...).Run)
	for no, number := range numbers {
		if err := c.approve(number, "答复 "+no); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "each has failed a few times", func() bool {
		c.Clock.Add(2 * time.Second)
		return c.count(t, `SELECT count(*) FROM order_events WHERE direction = 'out' AND state = 'sent' AND attempts >= 3`) == 3
	})
	c.away.Store(false)
	until(t, "both sides have closed them", func() bool { c.round(t); return c.closed(t, orders) })
	for no, number := range numbers {
		c.equal(t, no, number, "答复 "+no)
	}
}

func TestTwoHundredOrdersThroughFaultsEndEqual(t *testing.T) {
	t.Parallel()
	c := openBoth(t, standin.Faults{DropEvery: 7, BusyEvery: 11, LoseEvery: 5, Repeat: true, Reorder: true, Slow: 2 * time.Millisecond})
	orders := c.dispatch(t, 200)
	numbers := c.arrived(t, orders)
	background(t, c.workers(t, platformJobs()...).Run)
	g := errgroup.Group{}
	g.SetLimit(4)
	for no, number := range numbers {
		g.Go(func() error { return c.approve(number, "答复 "+no) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	until(t, "both sides have closed them", func() bool { c.round(t); return c.closed(t, orders) })
	if n := c.count(t, `SELECT count(*) FROM tickets`); n != len(orders) {
		t.Errorf("%d tickets", n)
	}
	for no, number := range numbers {
		c.equal(t, no, number, "答复 "+no)
	}
	if list, err := c.orders.Disagreements(ctx, "", 10); err != nil || len(list) != 0 {
		t.Errorf("disagreements %+v, %v", list, err)
	}
}
