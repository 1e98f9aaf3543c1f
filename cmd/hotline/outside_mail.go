package main

import (
	"fmt"

	"hotline/intake/mail"
)

// buildMail makes what sends. Without a mailbox, mail replies wait on the
// operations page and say why.
func (a *app) buildMail(o *outside) error {
	_, smtp, address, plus := a.mailbox()
	if address == "" || smtp.Addr == "" {
		return nil
	}
	signer, err := mail.NewSigner(a.s.vault.MAC, address, plus)
	if err != nil {
		return fmt.Errorf("HOTLINE_MAIL_ADDRESS: %w", err)
	}
	sender, err := mail.NewSender(smtp, signer)
	if err != nil {
		return fmt.Errorf("HOTLINE_MAIL_SMTP: %w", err)
	}
	o.sender = sender
	return nil
}
