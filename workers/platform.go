package workers

import (
	"context"
	"errors"
	"fmt"

	"hotline/intake/city12345"
	"hotline/internal/outbox"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

const machinePlatform = "machine:platform"

// errPlatformRefused: the platform decided against our event; a person must look
// at the order on the portal.
var errPlatformRefused = errors.New("the platform refused it")

// callback is one event of ours that a row becomes.
type callback struct {
	kind city12345.OutboundKind
	fill func(d *Deps, out ticketdb.Delivery, o *city12345.Outbound)
}

// callbacks are the events of each outbox kind, in the order they must arrive.
// An order answered at once is signed and fed back in the same act.
var callbacks = map[string][]callback{
	tickets.JobPlatformSigned:  {{city12345.Signed, fillSign}},
	tickets.JobPlatformReturn:  {{city12345.ReturnAsked, fillReturn}},
	tickets.JobPlatformContact: {{city12345.ContactMade, fillContact}},
	tickets.JobPlatformReply:   {{city12345.Replied, fillReply}},
	tickets.JobPlatformAnswer:  {{city12345.Signed, fillSign}, {city12345.Replied, fillReply}},
}

// platform tells the 12345 platform what was done with its order. The event id
// comes from the outbox row, so an event that arrives twice counts once.
func platform(ctx context.Context, d *Deps, rows []outbox.Row) error {
	for _, r := range rows {
		if err := platformOne(ctx, d, r); err != nil {
			return err
		}
	}
	return nil
}

func platformOne(ctx context.Context, d *Deps, r outbox.Row) error {
	out, err := d.Tickets.Delivery(ctx, r.ID, machinePlatform)
	if err != nil || out.Done {
		return err
	}
	replies := r.Kind == tickets.JobPlatformReply || r.Kind == tickets.JobPlatformAnswer
	if out.View.Order == nil || replies && out.Text == "" {
		return d.Tickets.Finish(ctx, r.ID, machinePlatform)
	}
	client := d.Platforms[out.View.Order.Platform]
	if client == nil {
		return Permanent(errors.New("this platform is not set up"))
	}
	for i, c := range callbacks[r.Kind] {
		verdict, err := tell(ctx, d, client, r, out, i, c)
		if err != nil {
			return err
		}
		if !verdict.Accepted {
			return refused(ctx, d, r)
		}
	}
	return accepted(ctx, d, r, out)
}

// tell sends one event and notes what became of it.
func tell(ctx context.Context, d *Deps, client Platform, r outbox.Row, out ticketdb.Delivery, i int, c callback) (city12345.Verdict, error) {
	o := city12345.Outbound{EventID: key(r), Kind: c.kind, OrderNo: out.View.Order.OrderNo, TicketNo: out.Number, At: r.CreatedAt}
	if i+1 < len(callbacks[r.Kind]) {
		o.EventID = fmt.Sprintf("%s-%d", key(r), i+1)
	}
	c.fill(d, out, &o)
	verdict, err := client.Send(ctx, o)
	state, reason := "sent", ""
	switch {
	case err != nil && errors.Is(err, city12345.ErrTemporary):
		state, reason = "failed", "平台暂时没有答复"
	case err != nil:
		state, reason = "failed", "报文不完整"
		err = Permanent(err)
	case verdict.Accepted:
		state = "accepted"
	default:
		state, reason = "refused", verdict.Reason
	}
	note := d.Work.NoteSent(ctx, out.View.Order.Platform, o.EventID, o.OrderNo, string(o.Kind), r.Ticket, state, reason)
	return verdict, errors.Join(err, note)
}

// refused leaves the matter to a person. A refused reply is an attempt that failed.
func refused(ctx context.Context, d *Deps, r outbox.Row) error {
	if r.Kind != tickets.JobPlatformReply {
		return Permanent(errPlatformRefused)
	}
	return d.Tickets.Attempted(ctx, r.ID, r.Ticket, machinePlatform, ticketdb.Outcome{Way: "city12345", State: "failed", Evidence: "平台退回办结反馈", Error: errPlatformRefused.Error()})
}

// accepted records the platform's word. Its acceptance of our reply both proves
// the delivery and meets the order's clock.
func accepted(ctx context.Context, d *Deps, r outbox.Row, out ticketdb.Delivery) error {
	switch r.Kind {
	case tickets.JobPlatformAnswer:
		return d.Tickets.ActOnce(ctx, r.ID, r.Ticket, machinePlatform, tickets.ActPlatformAccepted, nil)
	case tickets.JobPlatformReply:
		if !metBy(out, "platform_accepted") {
			_, err := d.Tickets.Act(ctx, pg.Machine(machinePlatform), out.Number, 0, tickets.ActPlatformAccepted, nil)
			if err != nil {
				return err
			}
		}
		return d.Tickets.Attempted(ctx, r.ID, r.Ticket, machinePlatform, ticketdb.Outcome{Way: "city12345", State: "delivered", Evidence: "平台接收办结反馈"})
	}
	return d.Tickets.Finish(ctx, r.ID, machinePlatform)
}

// metBy tells whether a clock of the ticket was met by the event.
func metBy(out ticketdb.Delivery, event string) bool {
	for _, x := range out.View.Deadlines {
		if x.MetEvent != nil && *x.MetEvent == event {
			return true
		}
	}
	return false
}
