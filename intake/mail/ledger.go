package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hotline/tickets/ticketdb"
)

// ErrLeaseLost: another process reads the mailbox now. What was written before
// stands; this process must write no more about it.
var ErrLeaseLost = errors.New("the mailbox is read by another process")

// ErrLedger: our own side failed, not the mail server.
var ErrLedger = errors.New("the mail ledger cannot be written")

func onLedger(err error) error {
	if err == nil || errors.Is(err, ErrLedger) || errors.Is(err, ErrLeaseLost) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrLedger, err)
}

// ReasonRepeated marks a further copy of a letter that the ledger has already.
const ReasonRepeated = "repeated"

// Further reasons, found when a decision is carried out.
const (
	ReasonNoTicket    = "ticket_not_found" // our signature, but no such ticket
	ReasonInvalid     = "not_acceptable"   // the desk refuses what the letter holds
	ReasonNotStorable = "not_storable"     // the database refuses it, again and again
)

// Kinds of the outbox rows that follow from a letter. The poller carries them
// out, because only it can read the letter again.
const (
	JobAppend = "mail_append" // a supplement to the ticket it answers
	JobBounce = "mail_bounce" // a delivery that failed after all
)

// Lease is the right to read one mailbox. Epoch tells it from the lease of a
// process that took over; every write checks it.
type Lease struct {
	Mailbox string
	Holder  string
	Epoch   int64
}

// Kept is a message whose raw bytes are stored and safe.
type Kept struct {
	Fetched
	// Submission is the id under which they are stored.
	Submission int64
}

// Earlier is what the ledger knows of a letter with the same identity.
type Earlier struct {
	Submission  int64
	Disposition Disposition
	Ticket      int64 // 0: none
}

// Settlement is the final word on one message that becomes no ticket.
type Settlement struct {
	Kept
	Identity    string // "" when the message could not be read
	Disposition Disposition
	Reason      string
	Number      string // of the ticket our signature proves
	Ticket      int64  // of the earlier copy of a repeated letter
	Attempt     int64  // outbox row of the mail that a bounce is about
	Failed      bool   // that mail will not arrive
	Status      string // RFC 3463 code of the report, or ""
}

// Joining is the ledger's part in the transaction that opens a ticket.
type Joining struct {
	Kept
	Identity string
	Reason   string
	// Acknowledge is the address that gets an automatic answer unless it had one
	// within a day, or "".
	Acknowledge string
}

// FollowUp is work that a settled message left behind.
type FollowUp struct {
	Outbox     int64
	Attempt    int
	Kind       string
	Ticket     int64
	Number     string
	Submission int64
	Status     string
}

// Poll is how a look at the mailbox ended.
type Poll struct {
	Count   uint32 // messages on the server
	Missing int    // of them not in the ledger, after a reconciliation
	Problem string // in words, without secrets or addresses; "" when all is well
}

// Store is the mail ledger; maildb is it. Each method is one transaction.
// Methods that take a Lease return ErrLeaseLost when it is no longer in force.
type Store interface {
	// Acquire takes or renews the right to read the mailbox; false when another
	// process has it.
	Acquire(ctx context.Context, mailbox, holder string) (Lease, bool, error)
	// Release gives it back, so that another process need not wait.
	Release(ctx context.Context, l Lease) error
	// Watermark is the last message up to which all are in the ledger.
	Watermark(ctx context.Context, mailbox string) (Watermark, error)
	// Keep stores the raw messages, sealed and with their digests, and leaves out
	// those in the ledger.
	Keep(ctx context.Context, l Lease, batch []Fetched) ([]Kept, error)
	// Earlier finds letters of these identities.
	Earlier(ctx context.Context, mailbox string, identities []string) (map[string]Earlier, error)
	// Join returns the statements that put a message into the ledger in the
	// transaction that opens its ticket.
	Join(ctx context.Context, l Lease, j Joining) ([]ticketdb.Stmt, error)
	// Settle writes messages that become no ticket into the ledger, all or none,
	// with the follow-ups they leave. One in the ledger already is left alone.
	Settle(ctx context.Context, l Lease, list []Settlement) error
	// Advance moves the watermark.
	Advance(ctx context.Context, l Lease, to Watermark) error
	// Missing tells which of the messages are not in the ledger.
	Missing(ctx context.Context, mailbox string, validity uint32, uids []uint32) ([]uint32, error)
	// Polled notes how a look at the mailbox ended.
	Polled(ctx context.Context, l Lease, p Poll) error
	// LastSuccess is when the mailbox was last read by any process; zero: never.
	LastSuccess(ctx context.Context, mailbox string) (time.Time, error)
	// FollowUps lends out some of the work that settled messages left.
	FollowUps(ctx context.Context) ([]FollowUp, error)
	// Failed gives a follow-up back, to be tried later or seen by a person.
	Failed(ctx context.Context, f FollowUp, cause error, permanent bool) error
	// Letter opens a stored message.
	Letter(ctx context.Context, submission int64) ([]byte, error)
}
