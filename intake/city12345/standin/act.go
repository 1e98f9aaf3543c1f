package standin

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hotline/intake/city12345"
)

// Errors of a command to the platform.
var (
	ErrNoOrder    = errors.New("没有这张工单")
	ErrKnownOrder = errors.New("工单编号已经用过")
	ErrNotNow     = errors.New("工单当前状态不能这样操作")
)

// Dispatch queues a new order for the hotline and returns its number. Missing
// number, times and limits are filled in. It returns ErrKnownOrder for a
// number already used, or a city12345.FieldError.
func (p *Platform) Dispatch(o city12345.Order) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.config.Now().In(city12345.Shanghai()).Truncate(time.Second)
	p.state.Serial++
	complete(&o, p.state.Serial, now)
	if bad := city12345.ValidateOrder(o); len(bad) > 0 {
		return "", bad[0]
	}
	if p.state.Orders[o.OrderNo] != nil {
		return o.OrderNo, ErrKnownOrder
	}
	v := &View{OrderNo: o.OrderNo, Order: o, Status: StatusDispatched, Received: []Received{}}
	p.state.Orders[o.OrderNo] = v
	p.state.Order = append(p.state.Order, o.OrderNo)
	err := p.queue(v, city12345.Event{Kind: city12345.Dispatched, At: o.DispatchedAt, Order: &o})
	return o.OrderNo, err
}

// DispatchSamples queues n invented orders.
func (p *Platform) DispatchSamples(n int) ([]string, error) {
	var numbers []string
	for range n {
		p.mu.Lock()
		serial := p.state.Serial + 1
		p.mu.Unlock()
		no, err := p.Dispatch(Sample(serial))
		if err != nil {
			return numbers, err
		}
		numbers = append(numbers, no)
	}
	return numbers, nil
}

// complete fills what an order needs. Limits are rough calendar days; the
// hotline takes them as printed on the order.
func complete(o *city12345.Order, serial int, now time.Time) {
	if o.OrderNo == "" {
		o.OrderNo = fmt.Sprintf("CZ%s%06d", now.Format("20060102"), serial%1_000_000)
	}
	if o.DispatchedAt.IsZero() {
		o.DispatchedAt = now
	}
	if o.ReceivedAt.IsZero() {
		o.ReceivedAt = o.DispatchedAt.Add(-20 * time.Minute)
	}
	if o.HandleBy.IsZero() {
		days := map[string]int{"咨询": 4, "求助": 7, "举报": 21}[o.Kind]
		if days == 0 {
			days = 14
		}
		o.HandleBy = o.DispatchedAt.AddDate(0, 0, days)
	}
}

// Act does something to an order and queues the event. The event's kind and
// object say what; identity and time are filled in. It returns ErrNoOrder or
// ErrNotNow.
func (p *Platform) Act(orderNo string, e city12345.Event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.state.Orders[orderNo]
	if v == nil {
		return ErrNoOrder
	}
	return p.act(v, e)
}

// act changes the platform's belief and queues the event; under the lock.
func (p *Platform) act(v *View, e city12345.Event) error {
	now := p.config.Now().In(city12345.Shanghai()).Truncate(time.Second)
	if v.Status == StatusRecalled || v.Status == StatusReturned || (v.Status == StatusClosed && e.Kind != city12345.Redone) {
		return ErrNotNow
	}
	v.Plan = nil
	switch e.Kind {
	case city12345.Recalled:
		v.Status = StatusRecalled
	case city12345.Closed:
		v.Status, v.ClosedAt = StatusClosed, now
	case city12345.Visited:
		if v.Status != StatusReplied && v.Status != StatusVisited {
			return ErrNotNow
		}
		v.Status, v.Solved, v.Satisfaction = StatusVisited, e.Visit.Solved, e.Visit.Satisfaction
		if p.config.Auto && v.Solved != city12345.Unsolved {
			v.Plan = &Plan{now.Add(p.config.CloseAfter), city12345.Event{Kind: city12345.Closed, Close: &city12345.Close{Result: "结案"}}}
		}
	case city12345.Redone:
		if v.RepliedAt.IsZero() {
			return ErrNotNow
		}
		v.Status, v.Reply, v.RepliedAt, v.SignedAt, v.ClosedAt = StatusDispatched, nil, time.Time{}, time.Time{}, time.Time{}
		v.Redos++
	case city12345.ReturnDecided:
		if e.ReturnDecision.Granted {
			v.Status = StatusReturned
		}
	case city12345.ExtensionDecided:
		if e.ExtensionDecision.Granted {
			v.Order.HandleBy = e.ExtensionDecision.HandleBy
		}
	}
	e.At = now
	return p.queue(v, e)
}

// queue gives an event its id and puts it on its way; under the lock.
func (p *Platform) queue(v *View, e city12345.Event) error {
	v.Serial++
	e.EventID = fmt.Sprintf("e-%s-%d", v.Order.OrderNo, v.Serial)
	if e.Order == nil {
		e.OrderNo = v.Order.OrderNo
	}
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("queue %s: %w", e.Kind, err)
	}
	d := &Delivery{EventID: e.EventID, Kind: e.Kind, Body: body, Due: p.config.Now()}
	if p.config.Faults.Repeat {
		d.Copies = 1
	}
	v.Sent = append(v.Sent, d)
	err = p.save()
	p.wake()
	return err
}

// runPlans does what is due by itself: plans, and the sample of each interval.
func (p *Platform) runPlans(now time.Time) {
	p.mu.Lock()
	for _, no := range p.state.Order {
		v := p.state.Orders[no]
		if v.Plan == nil || v.Plan.At.After(now) {
			continue
		}
		e := v.Plan.Event
		v.Plan = nil
		err := p.act(v, e)
		if err != nil {
			p.log.Warn("12345 stand-in plan", "order", no, "event", e.Kind, "error", err)
		}
	}
	sample := !p.next.IsZero() && !p.next.After(now)
	if sample {
		p.next = now.Add(p.config.Every)
	}
	p.mu.Unlock()
	if sample {
		_, err := p.DispatchSamples(1)
		if err != nil {
			p.log.Error("12345 stand-in dispatch", "error", err)
		}
	}
}
