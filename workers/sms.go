package workers

import (
	"context"
	"errors"
	"strings"

	"hotline/internal/outbox"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// Message is one text message. Key is the outbox id: a provider that sees it
// twice sends once.
type Message struct {
	Key  string
	To   string
	Text string
}

// Receipt is what a provider says of a message it took: accepted or delivered.
type Receipt struct {
	State      string
	ProviderID string
}

// SMS is a provider of text messages. An error made by Permanent means that this
// message can never be sent; any other one that it may be tried again.
type SMS interface {
	Send(ctx context.Context, m Message) (Receipt, error)
}

const machineSMS = "machine:sms"

// sms sends an approved answer by text message.
func sms(ctx context.Context, d *Deps, rows []outbox.Row) error {
	for _, r := range rows {
		if err := smsOne(ctx, d, r); err != nil {
			return err
		}
	}
	return nil
}

func smsOne(ctx context.Context, d *Deps, r outbox.Row) error {
	if d.SMS == nil {
		return Permanent(errors.New("no SMS provider is set up"))
	}
	out, err := d.Tickets.Delivery(ctx, r.ID, machineSMS)
	if err != nil || out.Done {
		return err
	}
	if out.Text == "" { // taken back before it went out
		return d.Tickets.Finish(ctx, r.ID, machineSMS)
	}
	to, ok := firstWith(out, func(c ticketdb.Complainant) bool { return mobile(c.Phone) })
	if !ok {
		return d.Tickets.Attempted(ctx, r.ID, r.Ticket, machineSMS, ticketdb.Outcome{Way: "sms", State: "unreachable", Evidence: "没有可收短信的手机号码"})
	}
	got, err := d.SMS.Send(ctx, Message{Key: key(r), To: to.Phone, Text: smsText(out, deskName(d))})
	if permanent(err) {
		return d.Tickets.Attempted(ctx, r.ID, r.Ticket, machineSMS, ticketdb.Outcome{Way: "sms", State: "failed", Evidence: outbox.Blurred(err), Error: outbox.Blurred(err)})
	}
	if err != nil {
		return err
	}
	if out.View.Secrecy == tickets.Confidential && got.State == "delivered" {
		got.State = "accepted" // the text tells only that there is an answer: reading it is the delivery
	}
	return d.Tickets.Attempted(ctx, r.ID, r.Ticket, machineSMS, ticketdb.Outcome{Way: "sms", State: got.State, ProviderID: got.ProviderID})
}

// mobile tells whether a number takes text messages: a landline does not.
func mobile(phone string) bool {
	var digits []byte
	for i := range len(phone) {
		if c := phone[i]; c >= '0' && c <= '9' {
			digits = append(digits, c)
		}
	}
	s := strings.TrimPrefix(string(digits), "86")
	return len(s) == 11 && s[0] == '1'
}

// deskName is who signs: the bureau.
func deskName(d *Deps) string {
	if root := d.Tickets.Tree().Root(); root != nil {
		return root.Name
	}
	return ""
}
