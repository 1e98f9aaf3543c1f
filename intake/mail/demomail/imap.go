package demomail

import (
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// imapSession is the memory server's session with this start's UIDVALIDITY:
// the library gives every new mailbox the same one.
type imapSession struct {
	*imapmemserver.UserSession // nil until Login
	server                     *Server
}

func (s *Server) newIMAP(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
	return &imapSession{server: s}, nil, nil
}

// Login accepts the two mailboxes with the demo's password.
func (i *imapSession) Login(username, password string) error {
	u := i.server.users[strings.ToLower(username)]
	if u == nil {
		return imapserver.ErrAuthFailed
	}
	if err := u.Login(strings.ToLower(username), password); err != nil {
		return err
	}
	i.UserSession = imapmemserver.NewUserSession(u)
	return nil
}

// Select opens a mailbox.
func (i *imapSession) Select(name string, options *imap.SelectOptions) (*imap.SelectData, error) {
	data, err := i.UserSession.Select(name, options)
	if data != nil {
		data.UIDValidity = i.server.validity
	}
	return data, err
}

// Status describes a mailbox.
func (i *imapSession) Status(name string, options *imap.StatusOptions) (*imap.StatusData, error) {
	data, err := i.UserSession.Status(name, options)
	if data != nil && options.UIDValidity {
		data.UIDValidity = i.server.validity
	}
	return data, err
}

// Append adds a message.
func (i *imapSession) Append(name string, r imap.LiteralReader, options *imap.AppendOptions) (*imap.AppendData, error) {
	data, err := i.UserSession.Append(name, r, options)
	if data != nil {
		data.UIDValidity = i.server.validity
	}
	return data, err
}
