// Package demomail is the mail server of the demo and of tests: an SMTP server
// that takes mail for two mailboxes and an IMAP server to read them, in this
// process, in memory, on this machine only.
//
// desk@demo.test is the desk's; desk+anything and bounce+anything arrive there
// too. citizen@demo.test is the other side. What is in them is gone when the
// process ends; each start gives them a new UIDVALIDITY, so that no reader
// mistakes new mail for mail it has had.
package demomail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
)

// The two mailboxes and their password.
const (
	Domain   = "demo.test"
	Desk     = "desk@" + Domain
	Citizen  = "citizen@" + Domain
	Password = "hotline-demo"
)

// ErrNoMailbox is returned by Append for an unknown user.
var ErrNoMailbox = errors.New("no such mailbox")

// Config says where to listen. Port 0 takes a free port.
type Config struct {
	SMTPAddr string // 127.0.0.1:2525 if empty
	IMAPAddr string // 127.0.0.1:1143 if empty
	Logger   *slog.Logger
	Now      func() time.Time
}

// Server is the running pair of servers.
type Server struct {
	now      func() time.Time
	validity uint32
	users    map[string]*imapmemserver.User
	smtp     *smtp.Server
	imap     *imapserver.Server
	smtpLn   net.Listener
	imapLn   net.Listener
	stop     func() bool
	wait     sync.WaitGroup
	closing  sync.Once
}

// Start listens and serves until Close or the end of ctx. It refuses addresses
// that other machines can reach, because everybody knows the password.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		return nil, errors.New("demo mail: no clock given")
	}
	s := &Server{now: cfg.Now, validity: uint32(cfg.Now().Unix()), users: map[string]*imapmemserver.User{}}
	for _, name := range []string{Desk, Citizen} {
		u := imapmemserver.NewUser(name, Password)
		if err := u.Create("INBOX", nil); err != nil {
			return nil, fmt.Errorf("demo mailbox: %w", err)
		}
		s.users[name] = u
	}
	var err error
	if s.smtpLn, err = listen(ctx, cfg.SMTPAddr, "127.0.0.1:2525"); err != nil {
		return nil, err
	}
	if s.imapLn, err = listen(ctx, cfg.IMAPAddr, "127.0.0.1:1143"); err != nil {
		s.smtpLn.Close()
		return nil, err
	}
	s.serve(cfg.Logger)
	s.stop = context.AfterFunc(ctx, s.shut)
	return s, nil
}

func listen(ctx context.Context, addr, preset string) (net.Listener, error) {
	if addr == "" {
		addr = preset
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("demo mail address: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("demo mail address %q: only this machine is allowed", addr)
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("demo mail: %w", err)
	}
	return ln, nil
}

func (s *Server) serve(log *slog.Logger) {
	errorLog := slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	s.smtp = smtp.NewServer(smtp.BackendFunc(s.newSMTP))
	s.smtp.Domain = Domain
	s.smtp.MaxMessageBytes = 150 << 20
	s.smtp.MaxRecipients = 50
	s.smtp.MaxLineLength = 1 << 20
	s.smtp.ReadTimeout = time.Minute
	s.smtp.WriteTimeout = time.Minute
	s.smtp.AllowInsecureAuth = true
	s.smtp.ErrorLog = errorLog
	s.imap = imapserver.New(&imapserver.Options{
		NewSession:   s.newIMAP,
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}},
		InsecureAuth: true,
		Logger:       errorLog,
	})
	s.wait.Go(func() {
		if err := s.smtp.Serve(s.smtpLn); err != nil && !errors.Is(err, net.ErrClosed) {
			log.Error("demo SMTP server ended", "error", err)
		}
	})
	s.wait.Go(func() {
		if err := s.imap.Serve(s.imapLn); err != nil && !errors.Is(err, net.ErrClosed) {
			log.Error("demo IMAP server ended", "error", err)
		}
	})
}

// SMTPAddr is where mail is taken, as host:port.
func (s *Server) SMTPAddr() string { return s.smtpLn.Addr().String() }

// IMAPAddr is where mail is read, as host:port.
func (s *Server) IMAPAddr() string { return s.imapLn.Addr().String() }

// Append puts a raw message into a user's mailbox without SMTP. It returns
// ErrNoMailbox for anybody but Desk and Citizen.
func (s *Server) Append(user string, raw []byte) error {
	u := s.users[strings.ToLower(user)]
	if u == nil {
		return ErrNoMailbox
	}
	_, err := u.Append("INBOX", literal{bytes.NewReader(raw)}, &imap.AppendOptions{Time: s.now()})
	return err
}

// Close ends both servers and their connections.
func (s *Server) Close() error {
	s.stop()
	s.shut()
	s.wait.Wait()
	return nil
}

func (s *Server) shut() {
	s.closing.Do(func() {
		s.smtp.Close()
		s.imap.Close()
		// The servers know their listeners only once Serve has begun.
		s.smtpLn.Close()
		s.imapLn.Close()
	})
}

// literal is a message as the IMAP server wants it.
type literal struct{ *bytes.Reader }

// Size is the number of bytes.
func (l literal) Size() int64 { return int64(l.Len()) }
