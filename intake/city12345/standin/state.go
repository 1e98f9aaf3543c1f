package standin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"hotline/intake/city12345"
)

// Status is where the platform believes an order is.
type Status string

// The platform's statuses.
const (
	StatusDispatched Status = "dispatched"
	StatusSigned     Status = "signed"
	StatusReplied    Status = "replied"
	StatusVisited    Status = "visited"
	StatusClosed     Status = "closed"
	StatusRecalled   Status = "recalled"
	StatusReturned   Status = "returned"
)

func (s Status) chinese() string {
	switch s {
	case StatusDispatched:
		return "待签收"
	case StatusSigned:
		return "办理中"
	case StatusReplied:
		return "待回访"
	case StatusVisited:
		return "已回访"
	case StatusClosed:
		return "已结案"
	case StatusRecalled:
		return "已撤单"
	case StatusReturned:
		return "已退单"
	}
	return string(s)
}

// over reports an order with which the hotline has nothing more to do.
func (s Status) over() bool {
	return s == StatusClosed || s == StatusRecalled || s == StatusReturned
}

// View is all the platform knows about one order.
type View struct {
	OrderNo      string           `json:"order_no"`
	Order        city12345.Order  `json:"order"`
	Status       Status           `json:"status"`
	TicketNo     string           `json:"ticket_no,omitempty"`
	Receipt      string           `json:"receipt,omitempty"`
	SignedAt     time.Time        `json:"signed_at,omitzero"`
	RepliedAt    time.Time        `json:"replied_at,omitzero"`
	ClosedAt     time.Time        `json:"closed_at,omitzero"`
	Reply        *city12345.Reply `json:"reply,omitempty"`
	Solved       string           `json:"solved,omitempty"`
	Satisfaction string           `json:"satisfaction,omitempty"`
	Redos        int              `json:"redos,omitempty"`
	Received     []Received       `json:"received"`
	Sent         []*Delivery      `json:"sent"`
	Serial       int              `json:"serial"`
	Plan         *Plan            `json:"plan,omitempty"`
}

// Received is one event of the hotline and the platform's verdict on it.
// Repeats counts how often it came again.
type Received struct {
	Event    city12345.Outbound `json:"event"`
	Digest   string             `json:"digest"`
	At       time.Time          `json:"received_at"`
	Accepted bool               `json:"accepted"`
	Reason   string             `json:"reason,omitempty"`
	Repeats  int                `json:"repeats,omitempty"`
}

// Delivery is one event on its way to the hotline. Done means the hotline
// answered for good; Failure is then empty, or says why it did not take it.
type Delivery struct {
	EventID   string              `json:"event_id"`
	Kind      city12345.EventKind `json:"event"`
	Body      json.RawMessage     `json:"body"`
	Due       time.Time           `json:"due"`
	Attempts  int                 `json:"attempts"`
	Done      bool                `json:"done"`
	Status    int                 `json:"last_status,omitempty"`
	Failure   string              `json:"failure,omitempty"`
	Duplicate bool                `json:"duplicate,omitempty"`
	Copies    int                 `json:"copies,omitempty"` // sends still wanted after the first
}

// Plan is what the platform will do to an order by itself.
type Plan struct {
	At    time.Time       `json:"at"`
	Event city12345.Event `json:"event"`
}

// clone copies what may change later; called under the lock.
func (v *View) clone() View {
	c := *v
	c.Received = slices.Clone(v.Received)
	c.Sent = make([]*Delivery, len(v.Sent))
	for i, d := range v.Sent {
		copied := *d
		c.Sent[i] = &copied
	}
	return c
}

func (v View) refused() int {
	n := 0
	for _, r := range v.Received {
		if !r.Accepted {
			n++
		}
	}
	return n
}

func (v View) undelivered() int {
	n := 0
	for _, d := range v.Sent {
		if !d.Done {
			n++
		}
	}
	return n
}

// troubles tells the deliveries that the hotline would not take.
func (v View) troubles() string {
	var b strings.Builder
	for _, d := range v.Sent {
		if d.Failure != "" {
			fmt.Fprintf(&b, "  %s：%s", d.EventID, d.Failure)
		}
	}
	return b.String()
}

// state is the platform's whole memory.
type state struct {
	Serial int              `json:"serial"`
	Orders map[string]*View `json:"orders"`
	Order  []string         `json:"order"` // order numbers, oldest first
}

// loadState reads the file; a missing one is an empty memory. The serial then
// starts from the time of day, so that a forgetful platform that restarts does
// not use an order number twice.
func loadState(path string, now time.Time) (state, error) {
	day := now.In(city12345.Shanghai())
	s := state{Serial: 10 * (day.Hour()*3600 + day.Minute()*60 + day.Second()), Orders: map[string]*View{}}
	if path == "" {
		return s, nil
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("load stand-in state: %w", err)
	}
	err = json.Unmarshal(b, &s)
	if err != nil {
		return s, fmt.Errorf("load stand-in state %s: %w", path, err)
	}
	return s, nil
}

// save writes the memory beside the old file and puts it in its place. Called
// under the lock, before anything is acknowledged.
func (p *Platform) save() error {
	if p.config.StateFile == "" {
		return nil
	}
	b, err := json.Marshal(p.state)
	if err != nil {
		return fmt.Errorf("save stand-in state: %w", err)
	}
	next := p.config.StateFile + ".new"
	err = os.WriteFile(next, b, 0o600)
	if err != nil {
		return fmt.Errorf("save stand-in state: %w", err)
	}
	return os.Rename(next, p.config.StateFile)
}

// Find gives the platform's view of one order, or ErrNoOrder.
func (p *Platform) Find(orderNo string) (View, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.state.Orders[orderNo]
	if v == nil {
		return View{}, ErrNoOrder
	}
	return v.clone(), nil
}

// List gives all views, oldest first.
func (p *Platform) List() []View {
	p.mu.Lock()
	defer p.mu.Unlock()
	views := make([]View, 0, len(p.state.Order))
	for _, no := range p.state.Order {
		views = append(views, p.state.Orders[no].clone())
	}
	return views
}
