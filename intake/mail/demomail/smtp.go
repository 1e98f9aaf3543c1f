package demomail

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// smtpSession takes mail from one connection.
type smtpSession struct {
	server *Server
	from   string
	rcpts  []string
}

func (s *Server) newSMTP(*smtp.Conn) (smtp.Session, error) {
	return &smtpSession{server: s}, nil
}

// AuthMechanisms offers a login to programs that insist on one.
func (c *smtpSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth checks the demo's password.
func (c *smtpSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		_, known := c.server.users[strings.ToLower(username)]
		if !known || subtle.ConstantTimeCompare([]byte(password), []byte(Password)) != 1 {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

// Mail notes the envelope sender.
func (c *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	c.from = from
	return nil
}

// Rcpt takes recipients that have a mailbox here and refuses all others, so
// that a wrong address fails in the demo as it would outside.
func (c *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if mailboxOf(to) == "" {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox here"}
	}
	c.rcpts = append(c.rcpts, to)
	return nil
}

// mailboxOf names the mailbox an address belongs to, or "".
func mailboxOf(addr string) string {
	local, domain, ok := strings.Cut(strings.ToLower(addr), "@")
	if !ok || domain != Domain {
		return ""
	}
	local, _, plus := strings.Cut(local, "+")
	switch {
	case local == "desk", local == "bounce" && plus:
		return Desk
	case local == "citizen":
		return Citizen
	}
	return ""
}

// Data delivers the message to each recipient with the headers a mail server
// adds.
func (c *smtpSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	date := c.server.now().Format(time.RFC1123Z)
	for _, to := range c.rcpts {
		var b bytes.Buffer
		fmt.Fprintf(&b, "Return-Path: <%s>\r\nDelivered-To: %s\r\nReceived: by %s with ESMTP; %s\r\n", c.from, to, Domain, date)
		b.Write(raw)
		if err := c.server.Append(mailboxOf(to), b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// Reset forgets the message being taken.
func (c *smtpSession) Reset() { c.from, c.rcpts = "", nil }

// Logout has nothing to free.
func (c *smtpSession) Logout() error { return nil }
