package workers

import (
	"context"
	"errors"
	"strconv"

	"hotline/intake/mail"
	"hotline/internal/outbox"
	"hotline/tickets/ticketdb"
)

const machineMail = "machine:mail"

// key is the idempotency key of a row towards peers outside: the same at every attempt.
func key(r outbox.Row) string { return strconv.FormatInt(r.ID, 10) }

var errNoMail = errors.New("no mail server is set up")

// mailReply sends an approved answer by e-mail, in the thread of the letter it answers.
func mailReply(ctx context.Context, d *Deps, rows []outbox.Row) error {
	for _, r := range rows {
		if err := mailOne(ctx, d, r); err != nil {
			return err
		}
	}
	return nil
}

func mailOne(ctx context.Context, d *Deps, r outbox.Row) error {
	if d.Mail == nil {
		return Permanent(errNoMail)
	}
	out, err := d.Tickets.Delivery(ctx, r.ID, machineMail)
	if err != nil || out.Done {
		return err
	}
	if out.Text == "" { // taken back before it went out
		return d.Tickets.Finish(ctx, r.ID, machineMail)
	}
	to, ok := firstWith(out, func(c ticketdb.Complainant) bool { return c.Mail != "" })
	if !ok {
		return d.Tickets.Attempted(ctx, r.ID, r.Ticket, machineMail, ticketdb.Outcome{Way: "mail", State: "unreachable", Evidence: "没有可用的地址"})
	}
	answer, err := d.Mail.Send(ctx, outgoing(d, r, out, to, mail.KindReply, letterText(out, deskName(d))))
	if mail.Permanent(err) {
		return d.Tickets.Attempted(ctx, r.ID, r.Ticket, machineMail, ticketdb.Outcome{Way: "mail", State: "failed", Evidence: outbox.Blurred(err), Error: outbox.Blurred(err)})
	}
	if err != nil {
		return err
	}
	state := "accepted"
	if d.MailProves {
		state = "delivered"
	}
	return d.Tickets.Attempted(ctx, r.ID, r.Ticket, machineMail, ticketdb.Outcome{Way: "mail", State: state, ProviderID: answer, Evidence: "邮件服务器已接收：" + answer})
}

// outgoing is the same mail at every attempt: its id comes from the outbox row.
func outgoing(d *Deps, r outbox.Row, out ticketdb.Delivery, to ticketdb.Complainant, kind mail.Kind, text string) mail.Outgoing {
	o := mail.Outgoing{Kind: kind, Number: out.Number, Attempt: r.ID, To: mail.Address{Name: to.Name, Addr: to.Mail}, Text: text, InReplyTo: mail.MessageIDOf(out.ReplyTo), Now: d.Now()}
	return o
}
