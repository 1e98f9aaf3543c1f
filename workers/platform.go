package workers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hotline/intake/city12345"
	"hotline/intake/intakedb"
	"hotline/internal/deadline"
	"hotline/internal/outbox"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

const machinePlatform = "machine:platform"

// platformFor is how long an event of ours is tried before it waits for a person.
const platformFor = 24 * time.Hour

// callback is one event of ours that a row becomes.
type callback struct {
	kind city12345.OutboundKind
	fill func(d *Deps, out ticketdb.Delivery, o *city12345.Outbound)
}

// callbacks are the events of each outbox kind, in the order they must arrive.
// An order answered at once is signed and fed back in the same act.
var callbacks = map[string][]callback{
	tickets.JobPlatformSigned:    {{city12345.Signed, fillSign}},
	tickets.JobPlatformReturn:    {{city12345.ReturnAsked, fillReturn}},
	tickets.JobPlatformExtension: {{city12345.ExtensionAsked, fillExtension}},
	tickets.JobPlatformContact:   {{city12345.ContactMade, fillContact}},
	tickets.JobPlatformReply:     {{city12345.Replied, fillReply}},
	tickets.JobPlatformAnswer:    {{city12345.Signed, fillSign}, {city12345.Replied, fillReply}},
}

// platform tells the 12345 platform what was done with its order. The event id
// comes from the outbox row and the body is fixed at the first attempt, so an
// event that arrives twice counts once. The events of an order leave in the
// order of their acts.
func platform(ctx context.Context, d *Deps, rows []outbox.Row) error {
	for _, r := range rows {
		if err := platformOne(ctx, d, r); err != nil {
			return err
		}
	}
	return nil
}

func platformOne(ctx context.Context, d *Deps, r outbox.Row) error {
	if d.Orders == nil {
		return Permanent(errors.New("the store of orders is not set up"))
	}
	ahead, err := d.Orders.Ahead(ctx, r.ID)
	if err != nil {
		return err
	}
	if ahead { // comes back without losing an attempt, ever more slowly
		return d.Outbox.Release(ctx, []outbox.Row{r}, d.Now(), min(max(d.Now().Sub(r.CreatedAt), 2*time.Second), time.Minute))
	}
	out, err := d.Tickets.Delivery(ctx, r.ID, machinePlatform)
	if err != nil || out.Done {
		return err
	}
	if out.View.Order == nil || takenBack(r, out) {
		return d.Tickets.Finish(ctx, r.ID, machinePlatform)
	}
	last := intakedb.Draft{}
	for i, c := range callbacks[r.Kind] {
		if last, err = tell(ctx, d, r, out, i, c); err != nil {
			return err
		}
		if last.State != "accepted" {
			return byHand(ctx, d, r, last)
		}
	}
	return accepted(ctx, d, r, out)
}

// takenBack tells whether a reply is no longer the one to send: the ticket was
// sent back, or a newer reply was approved.
func takenBack(r outbox.Row, out ticketdb.Delivery) bool {
	switch r.Kind {
	case tickets.JobPlatformAnswer:
		return out.Text == ""
	case tickets.JobPlatformReply:
		id, _ := out.Args["reply"].(float64) // a JSON number; 0 where the row names none
		return out.Text == "" || out.View.Status != tickets.Answering || id != 0 && int64(id) != out.View.LastReply().ID
	}
	return false
}

// tell sends one event, unless the platform has decided on it, and returns it
// with its state.
func tell(ctx context.Context, d *Deps, r outbox.Row, out ticketdb.Delivery, i int, c callback) (intakedb.Draft, error) {
	draft, err := drafted(ctx, d, r, out, i, c)
	if err != nil || draft.Decided() {
		return draft, err
	}
	client := d.Platforms[draft.Platform]
	if client == nil {
		draft.Reason = "未接入平台接口，请在平台页面办理"
		return draft, d.Orders.Portal(ctx, draft, draft.Reason)
	}
	var o city12345.Outbound
	if err := json.Unmarshal(draft.Body, &o); err != nil {
		return draft, Permanent(fmt.Errorf("event of ours: %w", err))
	}
	verdict, err := client.Send(ctx, o)
	draft.State, draft.Reason = "refused", verdict.Reason
	switch {
	case err != nil && !errors.Is(err, city12345.ErrTemporary):
		draft.State, draft.Reason, err = "failed", "报文不完整", Permanent(err)
	case err != nil && d.Now().Sub(r.CreatedAt) > platformFor:
		draft.State, draft.Reason, err = "failed", "平台超过 24 小时没有答复", Permanent(err)
	case err != nil:
		draft.State, draft.Reason = "sent", "平台暂时没有答复"
	case verdict.Accepted:
		draft.State, draft.Reason = "accepted", ""
	}
	note := d.Orders.Sent(context.WithoutCancel(ctx), draft, draft.State, draft.Reason)
	return draft, errors.Join(err, note)
}

// drafted is the event as it was first written, or written now.
func drafted(ctx context.Context, d *Deps, r outbox.Row, out ticketdb.Delivery, i int, c callback) (intakedb.Draft, error) {
	order := out.View.Order
	id := "out-" + key(r)
	if i+1 < len(callbacks[r.Kind]) {
		id = fmt.Sprintf("%s-%d", id, i+1)
	}
	draft, err := d.Orders.Drafted(ctx, order.Platform, id)
	if !errors.Is(err, pg.ErrNotFound) {
		return draft, err
	}
	at := r.CreatedAt.In(city12345.Shanghai()).Truncate(time.Second)
	o := city12345.Outbound{EventID: id, Kind: c.kind, OrderNo: order.OrderNo, TicketNo: out.Number, At: at}
	c.fill(d, out, &o)
	body, err := json.Marshal(o)
	if err != nil {
		return draft, Permanent(fmt.Errorf("event of ours: %w", err))
	}
	return d.Orders.Draft(ctx, intakedb.Draft{Platform: order.Platform, EventID: id, OrderNo: order.OrderNo, Event: string(c.kind), At: at, Ticket: r.Ticket, Body: body})
}

// byHand leaves the matter to a person: the platform refused it for good, or
// takes nothing from us. A reply is then an attempt that failed.
func byHand(ctx context.Context, d *Deps, r outbox.Row, draft intakedb.Draft) error {
	if err := d.Orders.TellDesk(ctx, draft); err != nil {
		return err
	}
	refused := draft.State == "refused"
	if kind := asked[r.Kind]; kind != "" && refused {
		return refuseRequest(ctx, d, r, draft, kind)
	}
	if r.Kind != tickets.JobPlatformReply || !refused {
		return d.Tickets.Finish(ctx, r.ID, machinePlatform)
	}
	return d.Tickets.Attempted(ctx, r.ID, r.Ticket, machinePlatform, ticketdb.Outcome{Way: "city12345", State: "failed", Evidence: "平台不接受办结反馈：" + draft.Reason})
}

// asked are the requests that outbox kinds carry to the platform.
var asked = map[string]string{tickets.JobPlatformReturn: tickets.RequestReturn, tickets.JobPlatformExtension: tickets.RequestExtension}

// refuseRequest decides a request of ours that the platform would not even take.
func refuseRequest(ctx context.Context, d *Deps, r outbox.Row, draft intakedb.Draft, kind string) error {
	err := d.Tickets.ActOnce(ctx, r.ID, r.Ticket, "platform:"+draft.Platform, tickets.ActRefuse, tickets.Values{"kind": kind, "reason": "平台不受理：" + draft.Reason})
	var invalid tickets.Invalid
	if errors.As(err, &invalid) || errors.Is(err, tickets.ErrNotAllowed) {
		return d.Tickets.Finish(ctx, r.ID, machinePlatform) // decided otherwise meanwhile
	}
	return err
}

// accepted records the platform's word. Its acceptance of our reply meets the
// order's clock and proves the delivery; either may have been recorded by a run
// that died, and is then not repeated.
func accepted(ctx context.Context, d *Deps, r outbox.Row, out ticketdb.Delivery) error {
	switch r.Kind {
	case tickets.JobPlatformAnswer:
		return d.Tickets.ActOnce(ctx, r.ID, r.Ticket, machinePlatform, tickets.ActPlatformAccepted, nil)
	case tickets.JobPlatformReply:
		if runs(out, deadline.Resolve) {
			if _, err := d.Tickets.Act(ctx, pg.Machine(machinePlatform), out.Number, 0, tickets.ActPlatformAccepted, nil); err != nil {
				return err
			}
		}
		return d.Tickets.Attempted(ctx, r.ID, r.Ticket, machinePlatform, ticketdb.Outcome{Way: "city12345", State: "delivered", Evidence: "平台接收办结反馈"})
	}
	return d.Tickets.Finish(ctx, r.ID, machinePlatform)
}

// runs tells whether a clock of the duty still runs on the ticket.
func runs(out ticketdb.Delivery, duty string) bool {
	for _, x := range out.View.Deadlines {
		if x.Open() && deadline.DutyOf(x.Rule) == duty {
			return true
		}
	}
	return false
}
