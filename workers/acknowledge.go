package workers

import (
	"context"

	"hotline/intake/mail"
	"hotline/internal/outbox"
	"hotline/tickets/ticketdb"
)

// acknowledge tells the writer of a letter that it arrived, with its number and code.
func acknowledge(ctx context.Context, d *Deps, rows []outbox.Row) error {
	for _, r := range rows {
		if err := acknowledgeOne(ctx, d, r); err != nil {
			return err
		}
	}
	return nil
}

func acknowledgeOne(ctx context.Context, d *Deps, r outbox.Row) error {
	if d.Mail == nil {
		return Permanent(errNoMail)
	}
	out, err := d.Tickets.Delivery(ctx, r.ID, machineMail)
	if err != nil || out.Done {
		return err
	}
	to, ok := firstWith(out, func(c ticketdb.Complainant) bool { return c.Mail != "" })
	if !ok {
		return d.Tickets.Finish(ctx, r.ID, machineMail)
	}
	_, err = d.Mail.Send(ctx, outgoing(d, r, out, to, mail.KindAcknowledgement, receivedText(out, deskName(d))))
	if err != nil && !mail.Permanent(err) {
		return err
	}
	// An address that takes no mail shows again when the answer goes out.
	return d.Tickets.Finish(ctx, r.ID, machineMail)
}
