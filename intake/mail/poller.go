package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"hotline/intake"
	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// Times of the poller.
const (
	defaultEvery = 5 * time.Second
	longestRest  = 2 * time.Minute  // between tries while the server is away
	checkEvery   = time.Hour        // reconciliation
	readyWithin  = 10 * time.Minute // without a success the desk says so
)

// caller is the machine on whose behalf mail is filed.
var caller = pg.Machine(machineName)

const machineName = "machine:mail"

// Box is a mailbox on a server; Source is it.
type Box interface {
	PollBatch(ctx context.Context, after Watermark, handle func([]Fetched) error) (Status, error)
	Check(ctx context.Context) (Status, []uint32, error)
	Refetch(ctx context.Context, at Watermark) (Fetched, error)
}

// Acceptor opens tickets; intake.Desk is it.
type Acceptor interface {
	Accept(ctx context.Context, caller pg.Caller, s intake.Submission) (ticketdb.Opened, error)
}

// Tickets is what a letter about a ticket needs of it; ticketdb.DB is it.
type Tickets interface {
	Find(ctx context.Context, caller pg.Caller, number string) (*ticketdb.View, error)
	AddFile(ctx context.Context, caller pg.Caller, number string, version int, f ticketdb.File) (*ticketdb.View, error)
	ActOnce(ctx context.Context, outbox, ticket int64, machine string, action tickets.Action, values tickets.Values) error
	Finish(ctx context.Context, outbox int64, machine string) error
	Tree() *units.Tree
}

// PollerConfig is what a poller needs. All but Own, Unit, Every and Logger must be set.
type PollerConfig struct {
	// Name is the mailbox's name in the ledger. It must never change: with
	// another name all letters would be new ones.
	Name    string
	Source  Box
	Store   Store
	Desk    Acceptor
	Tickets Tickets
	Signer  Signer
	// Own are the desk's addresses besides the signer's.
	Own []string
	// Unit is the desk that registers the letters; 0 is the city's.
	Unit int
	// Every is the time between two looks; 5 s if zero.
	Every  time.Duration
	Now    func() time.Time
	Logger *slog.Logger
}

// Poller reads one mailbox into tickets. Any number of processes may run one for
// the same mailbox: a lease lets one of them work.
type Poller struct {
	PollerConfig
	parser *Parser
	holder string

	started time.Time
	checked time.Time // last reconciliation
	missing int       // messages it did not find in the ledger

	mu      sync.Mutex
	failing map[Watermark]int // letters the database refused, and how often
}

// NewPoller returns a poller that does nothing until Run or RunOnce.
func NewPoller(c PollerConfig) *Poller {
	if c.Every <= 0 {
		c.Every = defaultEvery
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Own = append([]string{c.Signer.Address()}, c.Own...)
	return &Poller{PollerConfig: c, parser: NewParser(), holder: vault.NewToken(), started: c.Now(), checked: c.Now(), failing: map[Watermark]int{}}
}

// Run looks at the mailbox again and again until ctx ends, and compares it with
// the ledger every hour. While that fails it rests longer each time, up to two
// minutes, and logs the first failure and the first success after it.
func (p *Poller) Run(ctx context.Context) error {
	failures := 0
	for {
		err := p.RunOnce(ctx)
		if err == nil && p.Now().Sub(p.checked) >= checkEvery {
			err = p.Reconcile(ctx)
		}
		if ctx.Err() != nil {
			p.release(ctx)
			return nil
		}
		failures = p.note(err, failures)
		timer := time.NewTimer(p.rest(failures))
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
		}
	}
}

func (p *Poller) note(err error, failures int) int {
	switch {
	case err != nil && failures == 0:
		p.Logger.Error("mailbox cannot be read", "mailbox", p.Name, "problem", words(err))
	case err == nil && failures > 0:
		p.Logger.Info("mailbox is read again", "mailbox", p.Name, "failures", failures)
	}
	if err == nil {
		return 0
	}
	return failures + 1
}

// rest doubles with every failure.
func (p *Poller) rest(failures int) time.Duration {
	return min(max(p.Every, p.Every<<min(failures, 8)), max(p.Every, longestRest))
}

// release outlives ctx, so that another process can go on at once.
func (p *Poller) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	l, mine, err := p.Store.Acquire(ctx, p.Name, p.holder)
	if err == nil && mine {
		_ = p.Store.Release(ctx, l)
	}
}

// RunOnce brings every new letter into the ledger. It does nothing when another
// process reads the mailbox. An error is temporary: what was filed stays filed,
// and the next run goes on from there.
func (p *Poller) RunOnce(ctx context.Context) error {
	l, mine, err := p.Store.Acquire(ctx, p.Name, p.holder)
	if err != nil || !mine {
		return onLedger(err)
	}
	mark, err := p.Store.Watermark(ctx, p.Name)
	if err != nil {
		return onLedger(err)
	}
	later := onLedger(p.followUps(ctx))
	status, err := p.Source.PollBatch(ctx, mark, func(batch []Fetched) error {
		if err := p.take(ctx, l, batch); err != nil {
			return onLedger(err)
		}
		last := batch[len(batch)-1]
		return onLedger(p.Store.Advance(ctx, l, Watermark{UIDValidity: last.UIDValidity, UID: last.UID}))
	})
	if err == nil {
		err = errors.Join(later, onLedger(p.followUps(ctx)))
	}
	if ctx.Err() != nil || errors.Is(err, ErrLeaseLost) {
		return err
	}
	return errors.Join(err, p.Store.Polled(ctx, l, Poll{Count: status.Exists, Missing: p.missing, Problem: words(err)}))
}

// take files a batch: store raw, read, decide, write into the ledger.
func (p *Poller) take(ctx context.Context, l Lease, batch []Fetched) error {
	kept, err := p.Store.Keep(ctx, l, batch)
	if err != nil {
		return err
	}
	letters := p.read(kept)
	// A letter twice in one batch: the second is filed when the first is settled.
	var once, again []*letter
	seen := map[string]bool{}
	for _, x := range letters {
		if x.identity != "" && seen[x.identity] {
			again = append(again, x)
			continue
		}
		seen[x.identity] = true
		once = append(once, x)
	}
	if err := p.file(ctx, l, once); err != nil {
		return err
	}
	return p.file(ctx, l, again)
}

// Ready says whether the mailbox was read within ten minutes, by this process or
// another. The error is for people: it holds no secret.
func (p *Poller) Ready(ctx context.Context) error {
	at, err := p.Store.LastSuccess(ctx, p.Name)
	if err != nil {
		return fmt.Errorf("mailbox %s: %w", p.Name, err)
	}
	if at.Before(p.started) && p.Now().Sub(p.started) < readyWithin {
		return nil // it has just begun
	}
	if silent := p.Now().Sub(at); silent >= readyWithin {
		return fmt.Errorf("mailbox %s: no successful poll for %d minutes", p.Name, int(min(silent, 1000*time.Hour).Minutes()))
	}
	return nil
}
