package mail

import (
	"context"
	"errors"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"hotline/intake"
	"hotline/internal/pg"
	"hotline/tickets"
)

// filers is how many letters of a batch are on their way to the database at
// once: enough for the group commit to fill its groups.
const filers = 32

// patience is how often the database may refuse one letter before it is held for
// a person and the ones behind it go on.
const patience = 5

// letter is a kept message that was read.
type letter struct {
	Kept
	message  *Message // nil when it was not fetched
	identity string   // "" when it was not fetched
	decision Decision
}

// read parses and classifies, on all processors.
func (p *Poller) read(kept []Kept) []*letter {
	out := make([]*letter, len(kept))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, k := range kept {
		g.Go(func() error {
			out[i] = p.readOne(k)
			return nil
		})
	}
	_ = g.Wait()
	return out
}

func (p *Poller) readOne(k Kept) *letter {
	x := &letter{Kept: k}
	facts := Facts{Err: k.Err, OwnAddresses: p.Own}
	if k.Err == nil {
		x.message, facts.Err = p.parser.Parse(k.Raw)
		x.identity = x.message.Identity()
	}
	// AutomaticToday stays zero: Store.Join asks in the ticket's transaction.
	x.decision = Classify(x.message, facts, p.Signer)
	return x
}

// file writes letters of different identities into the ledger. One that cannot
// be filed costs the others nothing; the error says that the batch is not done.
func (p *Poller) file(ctx context.Context, l Lease, letters []*letter) error {
	var ids []string
	for _, x := range letters {
		if x.identity != "" {
			ids = append(ids, x.identity)
		}
	}
	earlier, err := p.Store.Earlier(ctx, p.Name, ids)
	if err != nil {
		return err
	}
	var settled []Settlement
	var opened []*letter
	for _, x := range letters {
		if e, ok := earlier[x.identity]; ok && x.identity != "" {
			settled = append(settled, x.repeat(e.Disposition, e.Ticket))
		} else if x.decision.Disposition == Ticketed {
			opened = append(opened, x)
		} else {
			settled = append(settled, x.settle())
		}
	}
	more, err := p.open(ctx, l, opened)
	return errors.Join(err, p.settle(ctx, l, append(settled, more...)))
}

// settle writes them together, and one by one when the database refuses one.
func (p *Poller) settle(ctx context.Context, l Lease, list []Settlement) error {
	if len(list) == 0 {
		return nil
	}
	err := p.Store.Settle(ctx, l, list)
	if !pg.Invalid(err) {
		return err
	}
	for _, s := range list {
		err := p.Store.Settle(ctx, l, []Settlement{s})
		if pg.Invalid(err) {
			err = p.Store.Settle(ctx, l, []Settlement{{Kept: s.Kept, Disposition: Quarantined, Reason: ReasonNotStorable}})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// open makes tickets, many at once. It returns what must be settled instead:
// repeated letters and those that the desk does not accept.
func (p *Poller) open(ctx context.Context, l Lease, letters []*letter) ([]Settlement, error) {
	results := make([]*Settlement, len(letters))
	errs := make([]error, len(letters))
	addressed := map[string]bool{}
	var g errgroup.Group
	g.SetLimit(filers)
	for i, x := range letters {
		j := Joining{Kept: x.Kept, Identity: x.identity, Reason: x.reason()}
		s := submissionOf(x.message, p.Name, x.Raw, x.InternalDate)
		// One of a batch asks for the answer: two in concurrent transactions would
		// only wait for each other.
		if to := x.acknowledge(s); to != "" && !addressed[to] {
			addressed[to], j.Acknowledge = true, to
		}
		g.Go(func() error {
			results[i], errs[i] = p.openOne(ctx, l, x, s, j)
			return nil
		})
	}
	_ = g.Wait()
	var out []Settlement
	for _, s := range results {
		if s != nil {
			out = append(out, *s)
		}
	}
	return out, errors.Join(errs...)
}

func (p *Poller) openOne(ctx context.Context, l Lease, x *letter, s intake.Submission, j Joining) (*Settlement, error) {
	var err error
	if s.Also, err = p.Store.Join(ctx, l, j); err != nil {
		return nil, err
	}
	if s.Desk = p.Unit; s.Desk == 0 {
		s.Desk = p.Tickets.Tree().Root().ID
	}
	o, err := p.Desk.Accept(ctx, caller, s)
	var bad tickets.Invalid
	switch {
	case errors.Is(err, intake.ErrConflict), err == nil && o.Duplicate:
		out := x.repeat(Ticketed, o.ID)
		return &out, nil
	case err == nil:
		p.forgive(x)
		return nil, nil
	case errors.As(err, &bad):
		return x.hold(ReasonInvalid + ": " + fields(bad)), nil
	case pg.Invalid(err), p.hopeless(ctx, x):
		return x.hold(ReasonNotStorable), nil
	}
	return nil, err
}

// hopeless counts the failures of one letter. An outage fails as well when the
// letter is settled, and so is never blamed on it for good.
func (p *Poller) hopeless(ctx context.Context, x *letter) bool {
	if ctx.Err() != nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	at := Watermark{x.UIDValidity, x.UID}
	p.failing[at]++
	return p.failing[at] > patience
}

func (p *Poller) forgive(x *letter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.failing, Watermark{x.UIDValidity, x.UID})
}

// fields names what was not acceptable; the values are the citizen's.
func fields(bad tickets.Invalid) string {
	var names []string
	for _, b := range bad {
		names = append(names, b.Field+" "+b.EN)
	}
	return strings.Join(names, ", ")
}

// reason says why, and repeats a ticket number that the subject names: a hint to
// the operator, never acted upon.
func (x *letter) reason() string {
	if x.decision.HintNumber == "" {
		return x.decision.Reason
	}
	if n, err := tickets.ParseNumber(x.decision.HintNumber); err == nil {
		return x.decision.Reason + ", names " + string(n)
	}
	return x.decision.Reason
}

// acknowledge is where an automatic answer may go, or "".
func (x *letter) acknowledge(s intake.Submission) string {
	if !x.decision.Acknowledge || s.Anonymous || len(s.Complainants) == 0 {
		return ""
	}
	return strings.ToLower(s.Complainants[0].Mail)
}

func (x *letter) settle() Settlement {
	d := x.decision
	s := Settlement{Kept: x.Kept, Identity: x.identity, Disposition: d.Disposition, Reason: d.Reason, Number: d.Number, Attempt: d.Attempt, Failed: d.Failed}
	if x.Err != nil {
		s.Reason += ": " + words(x.Err)
	}
	if x.message != nil && x.message.Bounce != nil {
		s.Status = statusCode.FindString(x.message.Bounce.Status)
	}
	return s
}

func (x *letter) repeat(as Disposition, ticket int64) Settlement {
	return Settlement{Kept: x.Kept, Identity: x.identity, Disposition: as, Reason: ReasonRepeated, Ticket: ticket}
}

func (x *letter) hold(reason string) *Settlement {
	return &Settlement{Kept: x.Kept, Identity: x.identity, Disposition: Quarantined, Reason: reason}
}
