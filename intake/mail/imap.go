package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
)

// Mailbox is one IMAP mailbox the desk reads.
type Mailbox struct {
	Addr     string    // host:port
	TLS      TLSPolicy // TLSImplicit if empty; TLSNone only on this machine
	User     string
	Password string // or the authorisation code (授权码) of 163, 126, QQ
	Folder   string // INBOX if empty
	// StepTimeout bounds each wait for the server; 60 s if zero. A large message
	// may take longer as long as bytes keep coming.
	StepTimeout time.Duration
	// MaxSize is the largest message fetched, in bytes; 100 MB if zero.
	MaxSize int64
	// TLSConfig overrides the default one, for a private authority.
	TLSConfig *tls.Config
}

// Watermark is the last message already handled. UIDs mean something only
// together with the UIDVALIDITY they were given under.
type Watermark struct {
	UIDValidity uint32
	UID         uint32
}

// Fetched is one message as the server keeps it, or the reason it could not be
// had. Err is ErrTooLarge, ErrVanished or ErrUnfetchable, and Raw is then nil;
// the message is for the ledger all the same.
type Fetched struct {
	UIDValidity  uint32
	UID          uint32
	InternalDate time.Time // zero if the server gave none that can be read
	Size         int64     // bytes, as the server states it or as received
	Raw          []byte
	Err          error
}

// Status is the mailbox as the server described it when it was opened.
type Status struct {
	Exists      uint32 // messages in the mailbox
	UIDValidity uint32
	UIDNext     uint32 // 0 if the server does not say
}

// Errors of a poll. The first three concern one message, the others the whole.
var (
	// ErrTooLarge: the message is over the size limit.
	ErrTooLarge = errors.New("message over the size limit")
	// ErrVanished: it was listed and then gone, deleted by someone else.
	ErrVanished = errors.New("message vanished from the mailbox")
	// ErrUnfetchable: the server fails on this message and on no other.
	ErrUnfetchable = errors.New("server cannot deliver this message")

	// ErrLogin: the server refuses the name, the password or the client.
	ErrLogin = errors.New("mail server refuses the login")
	// ErrTimeout: the server stopped answering.
	ErrTimeout = errors.New("mail server does not answer")
	// ErrInsecure: a password would cross a network unprotected.
	ErrInsecure = errors.New("mail connection without TLS is allowed on this machine only")
)

// Limits of a batch handed to the handler at once, so that tickets can be
// committed in groups.
const (
	batchMessages = 50
	batchBytes    = 8 << 20
)

// Source polls one mailbox. It only looks: it opens the mailbox read-only and
// changes no flag. One Source serves one goroutine.
type Source struct {
	mailbox Mailbox
}

// NewSource checks the mailbox's settings. It returns ErrInsecure for a
// connection without TLS to another machine.
func NewSource(m Mailbox) (*Source, error) {
	host, _, err := net.SplitHostPort(m.Addr)
	if err != nil {
		return nil, fmt.Errorf("IMAP address: %w", err)
	}
	switch m.TLS {
	case "":
		m.TLS = TLSImplicit
	case TLSImplicit, TLSMandatory:
	case TLSNone:
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, ErrInsecure
		}
	default:
		return nil, fmt.Errorf("unknown TLS policy %q", m.TLS)
	}
	if m.Folder == "" {
		m.Folder = "INBOX"
	}
	if m.StepTimeout == 0 {
		m.StepTimeout = time.Minute
	}
	if m.MaxSize == 0 {
		m.MaxSize = 100 << 20
	}
	return &Source{mailbox: m}, nil
}

// Poll hands over every message after the watermark, one at a time, in the
// order of their UIDs. It stops at the first error of the handler and returns
// it; every message handled before stays handled.
func (s *Source) Poll(ctx context.Context, after Watermark, handle func(Fetched) error) (Status, error) {
	return s.PollBatch(ctx, after, func(batch []Fetched) error {
		for _, f := range batch {
			if err := handle(f); err != nil {
				return err
			}
		}
		return nil
	})
}

// PollBatch is Poll with up to 50 messages or 8 MB at a time; a larger message
// comes alone. If the mailbox has another UIDVALIDITY than the watermark, the
// server has renumbered it and everything is handed over again; the ledger
// recognises what it has by the digest of the raw message.
func (s *Source) PollBatch(ctx context.Context, after Watermark, handle func([]Fetched) error) (Status, error) {
	ses, err := openSession(ctx, s.mailbox)
	if err != nil {
		return Status{}, err
	}
	p := &poll{ctx: ctx, mailbox: s.mailbox, ses: ses, handle: handle}
	defer func() { p.ses.close() }()
	status := ses.status
	if after.UIDValidity != status.UIDValidity {
		after.UID = 0
	}
	if status.Exists == 0 || (status.UIDNext != 0 && after.UID+1 >= status.UIDNext) {
		return status, nil
	}
	uids, err := ses.list(after.UID)
	if err != nil {
		return status, err
	}
	for len(uids) > 0 {
		n := min(len(uids), batchMessages)
		if err := p.chunk(uids[:n]); err != nil {
			return status, err
		}
		uids = uids[n:]
	}
	return status, nil
}

// Check opens the mailbox and returns its state and the UIDs in it, ascending,
// for the comparison with the ledger.
func (s *Source) Check(ctx context.Context) (Status, []uint32, error) {
	ses, err := openSession(ctx, s.mailbox)
	if err != nil {
		return Status{}, nil, err
	}
	defer ses.close()
	if ses.status.Exists == 0 {
		return ses.status, nil, nil
	}
	list, err := ses.list(0)
	uids := make([]uint32, len(list))
	for i, u := range list {
		uids[i] = uint32(u)
	}
	return ses.status, uids, err
}

// Refetch gets one message again, for a person who asks after a failure. It
// returns ErrVanished if it, or the numbering it belongs to, is gone.
func (s *Source) Refetch(ctx context.Context, at Watermark) (Fetched, error) {
	ses, err := openSession(ctx, s.mailbox)
	if err != nil {
		return Fetched{}, err
	}
	p := &poll{ctx: ctx, mailbox: s.mailbox, ses: ses}
	defer func() { p.ses.close() }()
	if ses.status.UIDValidity != at.UIDValidity {
		return Fetched{}, ErrVanished
	}
	metas, err := ses.sizes([]imap.UID{imap.UID(at.UID)}, true)
	if err != nil {
		return Fetched{}, err
	}
	m, ok := metas[imap.UID(at.UID)]
	if !ok {
		return Fetched{}, ErrVanished
	}
	return p.alone(m)
}
