package web

import (
	"context"
	"time"

	"hotline/internal/pg"
)

// Operations is what the operations page shows and does. None of it holds
// personal data.
type Operations interface {
	// Outbox counts the jobs not yet done, by kind.
	Outbox(ctx context.Context) ([]OutboxCount, error)
	// Stopped lists the jobs that wait for a person, newest first, at most limit.
	Stopped(ctx context.Context, limit int) ([]StoppedJob, error)
	// Retry lets a stopped job run again; pg.ErrNotFound when there is none.
	Retry(ctx context.Context, me pg.Me, id int64) error
	// Mailboxes tells how far each mailbox has been read.
	Mailboxes(ctx context.Context) ([]Mailbox, error)
	// Events lists the 12345 events on which the two sides disagree or which
	// are not yet through, newest first, at most limit.
	Events(ctx context.Context, limit int) ([]OrderEvent, error)
}

// OutboxCount is the backlog of one kind of job.
type OutboxCount struct {
	Kind    string
	Waiting int
	Stopped int
	Oldest  *time.Time // the due time of the one that waits longest
}

// StoppedJob is a job out of attempts, or refused for good.
type StoppedJob struct {
	ID        int64
	Kind      string
	Number    string // of the ticket, empty where there is none
	Attempt   int
	StoppedAt time.Time
	Error     string
}

// Mailbox is the state of one mailbox's poller.
type Mailbox struct {
	Name      string
	UID       int64 // the last one read
	ServerHas int64
	Ledger    int64 // lines in the mail ledger
	PolledAt  *time.Time
	OKAt      *time.Time
	Error     string
	Unread    int // quarantined or unreadable lines
}

// OrderEvent is a 12345 event that is not through.
type OrderEvent struct {
	Platform  string
	EventID   string
	OrderNo   string
	Number    string
	Direction string // in, out
	Event     string
	State     string
	Reason    string
	Attempts  int
	UpdatedAt time.Time
}
