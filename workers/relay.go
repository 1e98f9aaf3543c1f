package workers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"hotline/intake/mail"
	"hotline/internal/outbox"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

const machineRelay = "machine:relay"

// relay carries an investigator's message to the complainant, whose number or
// address he never sees; once it is out it counts as the first contact.
func relay(ctx context.Context, d *Deps, rows []outbox.Row) error {
	for _, r := range rows {
		if err := relayOne(ctx, d, r); err != nil {
			return err
		}
	}
	return nil
}

func relayOne(ctx context.Context, d *Deps, r outbox.Row) error {
	out, err := d.Tickets.Delivery(ctx, r.ID, machineRelay)
	if err != nil || out.Done {
		return err
	}
	message, err := relayMessage(ctx, d, r, out)
	if err != nil {
		return err
	}
	way, err := relayBy(ctx, d, r, out, message)
	if permanent(err) {
		return byRelayHand(ctx, d, r)
	}
	if err != nil {
		return err
	}
	err = d.Tickets.ActOnce(ctx, r.ID, r.Ticket, machineRelay, tickets.ActContactMade, tickets.Values{"way": way, "evidence": "转接：" + message})
	if errors.Is(err, tickets.ErrNotAllowed) { // closed meanwhile
		return d.Tickets.Finish(ctx, r.ID, machineRelay)
	}
	return err
}

// relayMessage reads the words from the journal row of the act.
func relayMessage(ctx context.Context, d *Deps, r outbox.Row, out ticketdb.Delivery) (string, error) {
	seq, _ := out.Args["seq"].(float64)
	rows, err := d.Tickets.Journal(ctx, pg.Machine(machineRelay), out.Number)
	if err != nil {
		return "", err
	}
	for _, row := range rows {
		var fields struct {
			Message string `json:"message"`
		}
		if row.Seq == int(seq) && json.Unmarshal(row.Fields["fields"], &fields) == nil && fields.Message != "" {
			return fields.Message, nil
		}
	}
	return "", Permanent(fmt.Errorf("outbox %d: no message at journal row %d", r.ID, int(seq)))
}

// relayBy sends the message by text message, else by mail.
func relayBy(ctx context.Context, d *Deps, r outbox.Row, out ticketdb.Delivery, message string) (way string, err error) {
	text := fmt.Sprintf("【%s】关于您反映的事项（编号 %s）：%s 请致电热线，报编号即可。", deskName(d), out.Number, message)
	if to, ok := firstWith(out, func(c ticketdb.Complainant) bool { return c.Phone != "" }); ok && d.SMS != nil {
		_, err = d.SMS.Send(ctx, Message{Key: key(r), To: to.Phone, Text: text})
		return "sms", err
	}
	to, ok := firstWith(out, func(c ticketdb.Complainant) bool { return c.Mail != "" })
	if !ok || d.Mail == nil {
		return "", Permanent(errors.New("no way to relay a message"))
	}
	_, err = d.Mail.Send(ctx, outgoing(d, r, out, to, mail.KindAcknowledgement, text))
	if mail.Permanent(err) {
		err = Permanent(err)
	}
	return "mail", err
}

// byRelayHand asks the desk to pass the message on by phone.
func byRelayHand(ctx context.Context, d *Deps, r outbox.Row) error {
	return d.Tickets.AskDesk(ctx, r.ID, r.Ticket, machineRelay, "relay_by_hand")
}
