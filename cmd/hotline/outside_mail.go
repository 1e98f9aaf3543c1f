package main

import (
	"fmt"
	"time"

	"hotline/intake/mail"
	"hotline/intake/maildb"
)

// buildMail makes what reads the desk's mailbox and what sends. Without a
// mailbox, mail replies wait on the operations page and say why.
func (a *app) buildMail(o *outside) error {
	box, smtp, address, plus := a.mailbox()
	if address == "" {
		return nil
	}
	signer, err := mail.NewSigner(a.s.vault.MAC, address, plus)
	if err != nil {
		return fmt.Errorf("HOTLINE_MAIL_ADDRESS: %w", err)
	}
	if smtp.Addr != "" {
		sender, err := mail.NewSender(smtp, signer)
		if err != nil {
			return fmt.Errorf("HOTLINE_MAIL_SMTP: %w", err)
		}
		o.sender = sender
	}
	if box.Addr == "" {
		return nil
	}
	source, err := mail.NewSource(box)
	if err != nil {
		return fmt.Errorf("HOTLINE_MAIL_IMAP: %w", err)
	}
	every := 5 * time.Second
	if a.o.demo {
		every = 2 * time.Second
	}
	o.poller = mail.NewPoller(mail.PollerConfig{Name: address, Source: source, Store: maildb.New(a.s.pg, a.s.vault), Desk: a.desk, Tickets: a.tickets,
		Signer: signer, Every: every, Now: time.Now, Logger: a.log})
	return nil
}
