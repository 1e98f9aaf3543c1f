package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
)

// maxUnfetchable is how many messages of one poll may break the connection
// before the server, not the messages, is taken to be ill.
const maxUnfetchable = 5

// poll is one run over a mailbox. It survives messages that break the
// connection: each is tried alone on a new one and then reported.
type poll struct {
	ctx         context.Context
	mailbox     Mailbox
	ses         *session
	handle      func([]Fetched) error
	unfetchable int
}

// meta is what is known of a message before its body is fetched.
type meta struct {
	uid          imap.UID
	internalDate time.Time
	size         int64
}

// chunk hands over some messages in groups of bounded size.
func (p *poll) chunk(uids []imap.UID) error {
	known, err := p.ses.sizes(uids, true)
	if p.broken(err) {
		// An INTERNALDATE the library cannot read breaks the connection. The date
		// is less than the letter.
		if err := p.reopen(); err != nil {
			return err
		}
		known, err = p.ses.sizes(uids, false)
	}
	if err != nil && !refused(err) {
		return err
	}
	var group []meta
	var bytes int64
	for _, uid := range uids {
		m, ok := known[uid]
		if !ok {
			m = meta{uid: uid}
		}
		if len(group) > 0 && bytes+m.size > batchBytes {
			if err := p.deliver(group); err != nil {
				return err
			}
			group, bytes = nil, 0
		}
		group = append(group, m)
		bytes += m.size
	}
	return p.deliver(group)
}

// deliver fetches a group and calls the handler. When the fetch fails half way
// the messages before the failure are still handed over.
func (p *poll) deliver(group []meta) error {
	out, err := p.fetch(group)
	if len(out) > 0 {
		if herr := p.handle(out); herr != nil {
			return herr
		}
	}
	return err
}

func (p *poll) fetch(group []meta) ([]Fetched, error) {
	var want []meta
	for _, m := range group {
		if m.size <= p.mailbox.MaxSize {
			want = append(want, m)
		}
	}
	got, err := p.ses.bodies(want)
	if p.broken(err) {
		if err := p.reopen(); err != nil {
			return prefix(group, got), err
		}
	} else if err != nil && !refused(err) {
		return prefix(group, got), err
	}
	out := make([]Fetched, 0, len(group))
	for _, m := range group {
		f, ok := got[m.uid]
		switch {
		case ok:
		case m.size > p.mailbox.MaxSize:
			f = p.failed(m, ErrTooLarge)
		default:
			if f, err = p.alone(m); err != nil {
				return out, err
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// prefix is what was received without a gap, in order.
func prefix(group []meta, got map[imap.UID]Fetched) []Fetched {
	var out []Fetched
	for _, m := range group {
		f, ok := got[m.uid]
		if !ok {
			break
		}
		out = append(out, f)
	}
	return out
}

// alone fetches a message that a batch did not bring. Twice broken on fresh
// connections, it is reported as unfetchable; the error is for an outage.
func (p *poll) alone(m meta) (Fetched, error) {
	for try := 1; ; try++ {
		f, err := p.ses.one(m)
		switch {
		case err == nil:
			return f, nil
		case errors.Is(err, ErrVanished), errors.Is(err, ErrTooLarge):
			return p.failed(m, err), nil
		case refused(err):
			return p.failed(m, fmt.Errorf("%w: %w", ErrUnfetchable, err)), nil
		case !p.broken(err):
			return Fetched{}, err
		}
		if err := p.reopen(); err != nil {
			return Fetched{}, err
		}
		if try == 2 {
			p.unfetchable++
			if p.unfetchable > maxUnfetchable {
				return Fetched{}, err
			}
			return p.failed(m, fmt.Errorf("%w: %w", ErrUnfetchable, err)), nil
		}
	}
}

func (p *poll) failed(m meta, err error) Fetched {
	return Fetched{UIDValidity: p.ses.status.UIDValidity, UID: uint32(m.uid), InternalDate: m.internalDate, Size: m.size, Err: err}
}

// broken reports whether the connection is lost, for another reason than that
// our own time is up.
func (p *poll) broken(err error) bool {
	return err != nil && !refused(err) && !errors.Is(err, ErrVanished) && !errors.Is(err, ErrTooLarge) && p.ctx.Err() == nil
}

// reopen connects anew. Its error means an outage: nothing is to be blamed on
// a message.
func (p *poll) reopen() error {
	validity := p.ses.status.UIDValidity
	p.ses.close()
	ses, err := openSession(p.ctx, p.mailbox)
	if err != nil {
		return err
	}
	p.ses = ses
	if ses.status.UIDValidity != validity {
		return fmt.Errorf("mailbox was renumbered during the poll")
	}
	return nil
}

// refused reports whether the server answered NO or BAD: the connection is
// fine, the command was not.
func refused(err error) bool {
	var e *imap.Error
	return errors.As(err, &e) && e.Type != imap.StatusResponseTypeBye
}
