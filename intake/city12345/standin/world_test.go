package standin

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"hotline/intake/city12345"
)

const secret = "hotline-demo-secret"

// clock is a time the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// hotline is a fake of our side: it checks the signature and the event, and
// keeps each event id once.
type hotline struct {
	t      *testing.T
	clock  *clock
	mu     sync.Mutex
	status int // answered instead of 200 when set
	events []city12345.Event
	ids    map[string]bool
	calls  int
}

func (h *hotline) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v := city12345.Verifier{Source: "demo", Secret: []byte(secret)}
	_, err := v.Verify(r.Method, r.URL.RequestURI(), r.Header.Get, body, h.clock.Now())
	if err != nil || r.URL.Path != "/api/v1/city12345/demo/events" {
		h.t.Errorf("%s: %v", r.URL.Path, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls++
	if h.status != 0 {
		w.WriteHeader(h.status)
		return
	}
	e, bad := city12345.ParseEvent(body)
	if len(bad) > 0 || len(e.Unknown) > 0 {
		h.t.Errorf("the contract does not allow %s: %v %v", body, bad, e.Unknown)
	}
	again := h.ids[e.EventID]
	h.ids[e.EventID] = true
	if !again {
		h.events = append(h.events, e)
	}
	json.NewEncoder(w).Encode(map[string]any{"event_id": e.EventID, "ticket_no": "2611200000018", "receipt": "123456", "duplicate": again})
}

func (h *hotline) answer(status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.status = status
}

func (h *hotline) kinds() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []string
	for _, e := range h.events {
		list = append(list, string(e.Kind))
	}
	return strings.Join(list, " ")
}

// world is a platform, its pages, a fake hotline and a client as ours.
type world struct {
	*Platform
	clock   *clock
	hotline *hotline
	url     string
	client  *city12345.Client
}

// open starts a world; change may adjust the configuration.
func open(t *testing.T, change func(*Config)) *world {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 20, 9, 12, 0, 0, city12345.Shanghai())}
	h := &hotline{t: t, clock: c, ids: map[string]bool{}}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	config := Config{Secret: secret, Target: server.URL, Now: c.Now, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&config)
	}
	p, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.http.CloseIdleConnections)
	pages := httptest.NewServer(p.Handler())
	t.Cleanup(pages.Close)
	client, err := city12345.NewClient(city12345.ClientConfig{
		URL: pages.URL + "/events", Signer: city12345.Signer{Secret: []byte(secret)}, Now: c.Now, Timeout: 2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &world{p, c, h, pages.URL, client}
}

// round lets the platform work once.
func (w *world) round(t *testing.T) int { return w.RunOnce(t.Context(), w.clock.Now()) }

// dispatched has one order delivered.
func (w *world) dispatched(t *testing.T) string {
	t.Helper()
	numbers, err := w.DispatchSamples(1)
	if err != nil {
		t.Fatal(err)
	}
	w.round(t)
	return numbers[0]
}

func (w *world) event(id string, kind city12345.OutboundKind, no string) city12345.Outbound {
	o := city12345.Outbound{EventID: id, Kind: kind, OrderNo: no, TicketNo: "2611200000018", At: w.clock.Now()}
	if kind == city12345.Replied {
		o.Reply = &city12345.Reply{ClaimTrue: city12345.True, Solved: city12345.Solved, Account: "已核实", PublicReply: "已补发。"}
	}
	return o
}

// send is our callback; it fails the test on trouble.
func (w *world) send(t *testing.T, o city12345.Outbound) city12345.Verdict {
	t.Helper()
	v, err := w.client.Send(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *world) view(t *testing.T, no string) View {
	t.Helper()
	v, err := w.Find(no)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// post is a command over HTTP; it gives the status.
func (w *world) post(t *testing.T, path, body string) int {
	t.Helper()
	response, err := http.Post(w.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}
