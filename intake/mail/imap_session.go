package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// session is one connection with the mailbox open for reading.
type session struct {
	mailbox Mailbox
	conn    *watchedConn
	client  *imapclient.Client
	status  Status
	stop    func() bool // ends the watch on the context
	ctx     context.Context
}

// identity is what we tell the server we are. NetEase (163, 126) refuses to
// open a mailbox for a client that has not said.
var identity = imap.IDData{Name: "hotline", Version: "1.0", Vendor: "hotline"}

// openSession connects, identifies, logs in and opens the mailbox read-only.
func openSession(ctx context.Context, m Mailbox) (*session, error) {
	d := net.Dialer{Timeout: m.StepTimeout}
	raw, err := d.DialContext(ctx, "tcp", m.Addr)
	if err != nil {
		return nil, fmt.Errorf("connect to mail server: %w", err)
	}
	s := &session{mailbox: m, ctx: ctx, conn: newWatchedConn(raw, m.StepTimeout)}
	s.stop = context.AfterFunc(ctx, func() { raw.Close() })
	if err := s.open(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *session) open() error {
	if err := s.step("connect to mail server", s.greet); err != nil {
		return err
	}
	identified := false
	if err := s.step("identify to mail server", func() error { return s.identify(&identified) }); err != nil {
		return err
	}
	err := s.step("log in to mail server", s.client.Login(s.mailbox.User, s.mailbox.Password).Wait)
	if refused(err) {
		return fmt.Errorf("%w: %w", ErrLogin, err)
	}
	if err != nil {
		return err
	}
	if !identified {
		// Some servers offer ID only after the login.
		if err := s.step("identify to mail server", func() error { return s.identify(&identified) }); err != nil {
			return err
		}
	}
	return s.step("open mailbox", s.examine)
}

func (s *session) greet() error {
	host, _, _ := net.SplitHostPort(s.mailbox.Addr)
	cfg := s.mailbox.TLSConfig.Clone()
	if cfg == nil {
		cfg = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	options := &imapclient.Options{TLSConfig: cfg}
	var err error
	switch s.mailbox.TLS {
	case TLSMandatory:
		s.client, err = imapclient.NewStartTLS(s.conn, options)
		return err
	case TLSImplicit:
		conn := tls.Client(s.conn, cfg)
		if err := conn.HandshakeContext(s.ctx); err != nil {
			return err
		}
		s.client = imapclient.New(conn, options)
	default:
		s.client = imapclient.New(s.conn, options)
	}
	return s.client.WaitGreeting()
}

func (s *session) identify(done *bool) error {
	if !s.client.Caps().Has(imap.CapID) {
		return nil
	}
	_, err := s.client.ID(&identity).Wait()
	*done = err == nil
	if refused(err) {
		return nil // it was a courtesy; SELECT will tell
	}
	return err
}

func (s *session) examine() error {
	data, err := s.client.Select(s.mailbox.Folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return err
	}
	s.status = Status{Exists: data.NumMessages, UIDValidity: data.UIDValidity, UIDNext: uint32(data.UIDNext)}
	return nil
}

// list returns the UIDs above a UID, ascending. A range that ends in * always
// names the last message, even below its start, so the filter is ours.
func (s *session) list(above uint32) ([]imap.UID, error) {
	var uids []imap.UID
	err := s.step("list messages", func() error {
		set := imap.UIDSet{imap.UIDRange{Start: imap.UID(above + 1), Stop: 0}}
		data, err := s.client.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{set}}, nil).Wait()
		if err == nil {
			uids = data.AllUIDs()
		}
		return err
	})
	uids = slices.DeleteFunc(uids, func(u imap.UID) bool { return uint32(u) <= above })
	slices.Sort(uids)
	return slices.Compact(uids), err
}

// sizes asks for size and arrival time of some messages.
func (s *session) sizes(uids []imap.UID, withDate bool) (map[imap.UID]meta, error) {
	out := make(map[imap.UID]meta, len(uids))
	err := s.step("list message sizes", func() error {
		options := &imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: withDate}
		list, err := s.client.Fetch(imap.UIDSetNum(uids...), options).Collect()
		for _, m := range list {
			out[m.UID] = meta{uid: m.UID, internalDate: m.InternalDate, size: m.RFC822Size}
		}
		return err
	})
	return out, err
}

// bodies fetches some messages whole. What arrived complete is returned even
// beside an error.
func (s *session) bodies(want []meta) (map[imap.UID]Fetched, error) {
	got := make(map[imap.UID]Fetched, len(want))
	if len(want) == 0 {
		return got, nil
	}
	known := make(map[imap.UID]meta, len(want))
	uids := make([]imap.UID, len(want))
	for i, m := range want {
		known[m.uid], uids[i] = m, m.uid
	}
	err := s.step("fetch messages", func() error {
		cmd := s.client.Fetch(imap.UIDSetNum(uids...), bodyOptions())
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			uid, raw, err := s.collect(data)
			if errors.Is(err, errCutOff) {
				return err
			}
			m, asked := known[uid]
			if err != nil || !asked || raw == nil {
				continue // fetched alone later, where the reason is found
			}
			got[uid] = s.fetched(m, raw)
		}
		return cmd.Close()
	})
	return got, err
}

// one fetches a single message by its sequence number, because a server that
// sends the body before the UID cannot be asked by UID.
func (s *session) one(m meta) (f Fetched, err error) {
	err = s.step("fetch message", func() error {
		set := imap.UIDSetNum(m.uid)
		list, err := s.client.Fetch(set, &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return ErrVanished
		}
		m.size = list[0].RFC822Size
		if m.size > s.mailbox.MaxSize {
			return ErrTooLarge
		}
		f, err = s.bySequence(m, list[0].SeqNum)
		return err
	})
	return f, err
}

func (s *session) bySequence(m meta, seq uint32) (f Fetched, err error) {
	cmd := s.client.Fetch(imap.SeqSetNum(seq), bodyOptions())
	err = ErrVanished
	for data := cmd.Next(); data != nil; data = cmd.Next() {
		uid, raw, cerr := s.collect(data)
		switch {
		case errors.Is(cerr, errCutOff):
			return f, cerr
		case cerr != nil:
			err = cerr
		case uid == m.uid && raw != nil:
			f, err = s.fetched(m, raw), nil
		}
	}
	if cerr := cmd.Close(); cerr != nil {
		return f, cerr
	}
	return f, err
}

func bodyOptions() *imap.FetchOptions {
	return &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}}
}

// errCutOff: the connection ended inside a message. Nothing more may be read
// of the command then, not even to close it: the library would read the
// connection from two goroutines.
var errCutOff = errors.New("connection lost inside a message")

// collect reads one message of a FETCH answer. A body beyond the limit, whose
// stated size was a lie, is passed over.
func (s *session) collect(data *imapclient.FetchMessageData) (uid imap.UID, raw []byte, err error) {
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = item.UID
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			raw, err = readLiteral(item.Literal, s.mailbox.MaxSize)
			if errors.Is(err, errCutOff) {
				return uid, nil, err
			}
		}
	}
	return uid, raw, err
}

// readLiteral reads a body to its end, keeping it if it is within the limit.
func readLiteral(lit imap.LiteralReader, limit int64) ([]byte, error) {
	size := lit.Size()
	if size > limit {
		if n, err := io.Copy(io.Discard, lit); err != nil || n < size {
			return nil, errCutOff
		}
		return nil, ErrTooLarge
	}
	raw := make([]byte, size)
	if _, err := io.ReadFull(lit, raw); err != nil {
		return nil, errCutOff
	}
	return raw, nil
}

func (s *session) fetched(m meta, raw []byte) Fetched {
	return Fetched{UIDValidity: s.status.UIDValidity, UID: uint32(m.uid), InternalDate: m.internalDate, Size: int64(len(raw)), Raw: raw}
}

// step runs one exchange under the watch and says what was being done when it
// failed.
func (s *session) step(what string, do func() error) error {
	s.conn.arm()
	err := do()
	s.conn.disarm()
	switch {
	case err == nil:
		return nil
	case s.ctx.Err() != nil:
		return s.ctx.Err()
	case s.conn.stalled.Load():
		return fmt.Errorf("%s: %w", what, ErrTimeout)
	case errors.Is(err, ErrVanished), errors.Is(err, ErrTooLarge):
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// close says goodbye if the connection still lives, and ends it.
func (s *session) close() {
	if s.client != nil && s.ctx.Err() == nil && !s.conn.stalled.Load() {
		_ = s.step("log out", s.client.Logout().Wait)
	}
	s.stop()
	s.conn.close()
	if s.client != nil {
		_ = s.client.Close()
	}
}
