package city12345

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/intake"
	"hotline/intake/intakedb"
)

// Bounds of one request.
const (
	maxBody     = 1 << 20
	pushTimeout = 10 * time.Second
)

// EndpointConfig is what the push endpoint needs; all but Logger are required.
type EndpointConfig struct {
	Desk      *intake.Desk
	Store     *intakedb.Store
	Platforms []Platform
	Now       func() time.Time
	Logger    *slog.Logger
}

// Endpoint takes the events of 12345 platforms: it checks the signature, spends
// the nonce, stores the body, and only then reads it. What it has answered with
// 200 is durable. An event that does not fit yet is kept, with its reason, and
// tried again by Sweep.
type Endpoint struct {
	desk      *intake.Desk
	store     *intakedb.Store
	platforms map[string]Platform
	now       func() time.Time
	log       *slog.Logger
}

// NewEndpoint checks the platforms.
func NewEndpoint(c EndpointConfig) (*Endpoint, error) {
	if c.Desk == nil || c.Store == nil || c.Now == nil {
		return nil, errors.New("12345 endpoint: desk, store and clock are required")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	e := &Endpoint{desk: c.Desk, store: c.Store, now: c.Now, log: c.Logger, platforms: map[string]Platform{}}
	for _, p := range c.Platforms {
		if err := p.check(); err != nil {
			return nil, err
		}
		if _, twice := e.platforms[p.Name]; twice {
			return nil, errors.New("12345 endpoint: two platforms are called " + p.Name)
		}
		e.platforms[p.Name] = p
	}
	return e, nil
}

// Register adds the push endpoint to the router that answers /.
func (e *Endpoint) Register(router fiber.Router) {
	router.Post("/api/v1/city12345/:platform/events", e.push)
}

// push is one signed event.
func (e *Endpoint) push(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), pushTimeout)
	defer cancel()
	p, ok := e.platforms[c.Params("platform")]
	if !ok {
		return refuse(c, problem{Status: http.StatusNotFound, Detail: "没有接入这个平台 / no such platform"})
	}
	if len(c.BodyRaw()) > maxBody {
		return refuse(c, problem{Status: http.StatusRequestEntityTooLarge, Detail: "报文超过 1 MB / the body is larger than 1 MB"})
	}
	body := append([]byte(nil), c.BodyRaw()...) // as signed; Fiber takes its buffer back
	if err := e.admit(ctx, c, p, body); err != nil {
		return e.fail(c, p, err)
	}
	a, err := e.take(ctx, p, body)
	if err != nil {
		return e.fail(c, p, err)
	}
	return c.JSON(a)
}

// admit checks signature and nonce, before anything reads the body.
func (e *Endpoint) admit(ctx context.Context, c *fiber.Ctx, p Platform, body []byte) error {
	v := Verifier{Source: SourceOf(p.Name), Secret: p.Secret, Scheme: p.Scheme}
	header := func(name string) string { return c.Get(name) }
	stamp, err := v.Verify(c.Method(), c.OriginalURL(), header, body, e.now())
	if err != nil {
		return err
	}
	return Spend(ctx, e.store, stamp)
}

// Accepted answers an event we have stored.
type Accepted struct {
	EventID   string `json:"event_id"`
	TicketNo  string `json:"ticket_no"`
	Receipt   string `json:"receipt,omitempty"` // of a dispatched order: for the caller
	Duplicate bool   `json:"duplicate"`
}

// unusable is a body that cannot become an event; its submission stays stored.
type unusable struct {
	submission int64
	fields     []FieldError
}

func (u unusable) Error() string { return "unusable event" }

// conflict is a repeat with another content; its submission stays stored.
type conflict struct{ submission int64 }

func (c conflict) Error() string { return "conflicting repeat" }

// take stores a body and does what it says.
func (e *Endpoint) take(ctx context.Context, p Platform, body []byte) (Accepted, error) {
	id, sum, err := e.store.Keep(ctx, intakedb.Arrival{Channel: "city12345", Source: SourceOf(p.Name), Raw: body, At: e.now()})
	if err != nil {
		return Accepted{}, err
	}
	event, bad := ParseEvent(body)
	if len(bad) > 0 {
		return Accepted{}, e.unusable(ctx, id, bad)
	}
	if event.At.IsZero() || event.At.After(e.now().Add(time.Hour)) {
		event.At = e.now() // no time, or one nobody could mean: when it came
	}
	line := intakedb.Event{Platform: p.Name, EventID: event.EventID, OrderNo: event.OrderNo, Event: string(event.Kind), At: event.At, SHA256: sum, Submission: id}
	a, err := e.settle(ctx, p, event, line)
	if errors.Is(err, intakedb.ErrConflict) {
		if err := e.store.Conflict(ctx, id, 0, "同一编号内容不同"); err != nil {
			return Accepted{}, err
		}
		return Accepted{}, conflict{id}
	}
	return a, err
}

func (e *Endpoint) unusable(ctx context.Context, id int64, bad []FieldError) error {
	reason := ""
	for _, b := range bad {
		reason = joined(reason, b.Error())
	}
	if err := e.store.Refuse(ctx, id, clip(reason, 2000)); err != nil {
		return err
	}
	return unusable{id, bad}
}

// settle opens the ticket of a dispatched order, or keeps and applies any other event.
func (e *Endpoint) settle(ctx context.Context, p Platform, event Event, line intakedb.Event) (Accepted, error) {
	if event.Kind == Dispatched {
		return e.dispatched(ctx, p, event, line)
	}
	fresh, err := e.store.KeepEvent(ctx, line)
	if err != nil {
		return Accepted{}, err
	}
	a := Accepted{EventID: event.EventID, Duplicate: !fresh}
	if err := e.apply(ctx, p, event.OrderNo); err != nil {
		// It is stored: the sweep applies it.
		e.log.Error("a 12345 event waits", "platform", p.Name, "event", event.Kind, "error", err)
	}
	order, err := e.store.Order(ctx, p.Name, event.OrderNo)
	if err == nil {
		a.TicketNo = order.Number
	}
	return a, nil
}
