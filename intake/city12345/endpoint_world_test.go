package city12345_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/intake"
	"hotline/intake/city12345"
	"hotline/intake/city12345/standin"
	"hotline/intake/intakedb"
	"hotline/internal/pg"
	"hotline/internal/pgtest"
	"hotline/internal/units/unitdb"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var secret = []byte("hotline-demo-secret")

// world is our push endpoint over a real database, and the stand-in platform.
type world struct {
	*pgtest.Env
	t        testing.TB
	db       *ticketdb.DB
	store    *intakedb.Store
	endpoint *city12345.Endpoint
	url      string
	platform *standin.Platform
}

func open(t testing.TB, change ...func(*standin.Config)) *world {
	t.Helper()
	e := pgtest.New(t)
	if err := unitdb.SeedCategories(context.Background(), e.OwnerURL, categories()); err != nil {
		t.Fatal(err)
	}
	db, err := ticketdb.New(ticketdb.Config{PG: e.PG, Units: e.Units, Clocks: e.Clocks, Vault: e.Vault})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- db.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	w := &world{Env: e, t: t, db: db, store: intakedb.New(e.PG, e.Vault)}
	w.endpoint, err = city12345.NewEndpoint(city12345.EndpointConfig{Desk: intake.NewDesk(db), Store: w.store, Now: e.Clock.Now, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Platforms: []city12345.Platform{{Name: "demo", Secret: secret}, {Name: "other", Secret: []byte("another")}}})
	if err != nil {
		t.Fatal(err)
	}
	w.url = serve(t, w.endpoint)
	config := standin.Config{Secret: string(secret), Target: w.url, Now: e.Clock.Now, Logger: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&config)
	}
	if w.platform, err = standin.New(config); err != nil {
		t.Fatal(err)
	}
	return w
}

func categories() [][4]string {
	var rows [][4]string
	for _, c := range tickets.Categories {
		rows = append(rows, [4]string{c.Code, c.Parent, c.ZH, c.GB})
	}
	return rows
}

func serve(t testing.TB, e *city12345.Endpoint) string {
	t.Helper()
	app := fiber.New(fiber.Config{DisableStartupMessage: true, BodyLimit: 4 << 20})
	e.Register(app)
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

// answer is what the endpoint says.
type answer struct {
	Status     int
	EventID    string `json:"event_id"`
	TicketNo   string `json:"ticket_no"`
	Receipt    string `json:"receipt"`
	Duplicate  bool   `json:"duplicate"`
	Detail     string `json:"detail"`
	Submission string `json:"submission"`
	Errors     []struct{ Location, Message string }
}

const eventsPath = "/api/v1/city12345/demo/events"

// request is a signed push of a body.
func (w *world) request(body string) *http.Request {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, w.url+eventsPath, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := (city12345.Signer{Secret: secret}).Sign(r, []byte(body), w.Clock.Now()); err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) send(r *http.Request) answer {
	w.t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := answer{Status: response.StatusCode}
	if err := json.Unmarshal(text, &a); err != nil {
		w.t.Fatalf("%d %s: %v", response.StatusCode, text, err)
	}
	return a
}

func (w *world) push(body string) answer {
	w.t.Helper()
	return w.send(w.request(body))
}

// order is a dispatched event; with may change the order.
func (w *world) order(eventID, orderNo string, with ...func(*city12345.Order)) string {
	w.t.Helper()
	now := w.Clock.Now()
	o := city12345.Order{OrderNo: orderNo, CityNo: "SX" + orderNo, Kind: "求助", Title: "低保金未到账", Content: "我妈的低保这个月还没到卡上，往月十号前准有，是不是停了？",
		CallerName: "王小明", CallerPhone: "19900001234", RegionCode: "140428", Address: "长子县石哲镇", CategoryCode: "050203", CategoryName: "低保",
		Urgency: "一般", Unit: "长子县民政局", DispatchedAt: now.Add(-time.Minute), HandleBy: now.Add(7 * 24 * time.Hour)}
	for _, f := range with {
		f(&o)
	}
	return w.event(city12345.Event{EventID: eventID, Kind: city12345.Dispatched, At: now.Add(-time.Minute), Order: &o})
}

func (w *world) event(e city12345.Event) string {
	w.t.Helper()
	b, err := json.Marshal(e)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// about is an event of an order already dispatched.
func (w *world) about(id, orderNo string, kind city12345.EventKind, fill func(*city12345.Event)) string {
	e := city12345.Event{EventID: id, Kind: kind, OrderNo: orderNo, At: w.Clock.Now()}
	if fill != nil {
		fill(&e)
	}
	return w.event(e)
}

func (w *world) view(number string) *ticketdb.View {
	w.t.Helper()
	v, err := w.db.Find(context.Background(), pg.Machine("machine:test"), number)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *world) act(caller pg.Caller, number string, action tickets.Action, values tickets.Values) {
	w.t.Helper()
	w.Clock.Add(time.Second)
	if _, err := w.db.Act(context.Background(), caller, number, 0, action, values); err != nil {
		w.t.Fatalf("%s: %v", action, err)
	}
}

// answered walks a ticket to 待回访.
func (w *world) answered(number string) {
	w.t.Helper()
	city, county, handler := w.Session(w.t, "lead-city"), w.Session(w.t, "lead-140428"), w.Session(w.t, "handler-140428")
	if w.view(number).Status == tickets.Registered {
		w.act(city, number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	}
	w.act(county, number, tickets.ActSign, nil)
	w.act(county, number, tickets.ActAssign, tickets.Values{"investigator": fmt.Sprint(w.Person(w.t, "handler-140428"))})
	w.act(handler, number, tickets.ActRecord, tickets.Values{"allegation": "1", "outcome": "done", "method": "核对花名表后补发"})
	w.act(handler, number, tickets.ActSubmit, tickets.Values{"public_text": "您反映的低保金已于今日补发。", "resolved": "true"})
	w.act(county, number, tickets.ActApprove, nil)
	w.act(county, number, tickets.ActDelivered, tickets.Values{"way": "city12345", "evidence": "平台接收"})
}

// line reads one event's state and reason.
func (w *world) line(id string) string {
	w.t.Helper()
	var state, reason string
	w.Row(w.t, `SELECT state, reason FROM order_events WHERE direction = 'in' AND event_id = $1`, []any{id}, &state, &reason)
	return strings.TrimSuffix(state+": "+reason, ": ")
}

func (w *world) count(sql string, args ...any) int {
	w.t.Helper()
	var n int
	w.Row(w.t, sql, args, &n)
	return n
}
