// Package workers does what requests leave behind. jobs.go is the one list of
// jobs; each has a file of its own. A job is an outbox row: the relay lends it to
// asynq, a worker does it and marks it done in the transaction of its effect, so
// Redis may be wiped at any moment. Work that time brings (cards, index,
// housekeeping) is found in Postgres by loops. Rules live in tickets, SQL in
// ticketdb and workerdb; only this package knows asynq.
package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"hotline/internal/outbox"
	"hotline/tickets"
)

// The queues, by priority: what somebody waits for, what follows from an act,
// and what may take its time.
const (
	critical = "critical"
	normal   = "default"
	low      = "low"
)

// queues are asynq's weights: of ten tasks six come from critical while all have some.
var queues = map[string]int{critical: 6, normal: 3, low: 1}

// Job is one kind of work.
type Job struct {
	Kind  string
	Queue string
	// MaxAttempts is how many failures stop the row until a person looks.
	MaxAttempts int
	// Retries are asynq's own within one attempt, for a passing fault.
	Retries int
	// Timeout bounds one run.
	Timeout time.Duration
	// Lease is how long the row is lent; it outlasts all runs of an attempt.
	Lease time.Duration
	// Batch is how many rows one run may get; 0 is one.
	Batch int
	// Run does the work of rows of this kind and marks them done, in one
	// transaction where the effect is in Postgres. Rows done already are not among
	// them, but may become so while it runs. Errors are temporary unless made by
	// Permanent.
	Run func(ctx context.Context, d *Deps, rows []outbox.Row) error
}

// Jobs is THE list. A new job is a line here and a file.
func Jobs() []Job {
	return []Job{
		{Kind: tickets.JobRoute, Queue: critical, MaxAttempts: 10, Timeout: 10 * time.Second, Lease: 30 * time.Second, Batch: 100, Run: route},
		{Kind: tickets.JobNotify, Queue: normal, MaxAttempts: 10, Timeout: 10 * time.Second, Lease: 45 * time.Second, Batch: 100, Run: notify},
		{Kind: tickets.JobReply, Queue: normal, MaxAttempts: 10, Retries: 1, Timeout: 10 * time.Second, Lease: 90 * time.Second, Run: reply},
		// Peers may be away for hours: twenty attempts reach over ten hours, forty over
		// the day after which an event to a platform is given up (platformFor).
		{Kind: tickets.JobSMS, Queue: normal, MaxAttempts: 20, Timeout: 30 * time.Second, Lease: 2 * time.Minute, Run: sms},
		{Kind: tickets.JobMailReply, Queue: normal, MaxAttempts: 20, Timeout: time.Minute, Lease: 3 * time.Minute, Run: mailReply},
		{Kind: tickets.JobPlatformSigned, Queue: normal, MaxAttempts: 40, Timeout: 30 * time.Second, Lease: 2 * time.Minute, Run: platform},
		{Kind: tickets.JobPlatformReturn, Queue: normal, MaxAttempts: 40, Timeout: 30 * time.Second, Lease: 2 * time.Minute, Run: platform},
		{Kind: tickets.JobPlatformExtension, Queue: normal, MaxAttempts: 40, Timeout: 30 * time.Second, Lease: 2 * time.Minute, Run: platform},
		{Kind: tickets.JobPlatformContact, Queue: normal, MaxAttempts: 40, Timeout: 30 * time.Second, Lease: 2 * time.Minute, Run: platform},
		{Kind: tickets.JobPlatformReply, Queue: normal, MaxAttempts: 40, Timeout: 30 * time.Second, Lease: 2 * time.Minute, Run: platform},
		{Kind: tickets.JobPlatformAnswer, Queue: normal, MaxAttempts: 40, Timeout: 45 * time.Second, Lease: 2 * time.Minute, Run: platform},
		{Kind: tickets.JobFetch, Queue: low, MaxAttempts: 15, Timeout: 90 * time.Second, Lease: 4 * time.Minute, Run: fetchAttachment},
		{Kind: tickets.JobSupervise, Queue: normal, MaxAttempts: 10, Timeout: 10 * time.Second, Lease: 45 * time.Second, Run: supervise},
		{Kind: tickets.JobResume, Queue: normal, MaxAttempts: 10, Timeout: 10 * time.Second, Lease: 45 * time.Second, Run: resume},
		{Kind: tickets.JobTask, Queue: critical, MaxAttempts: 10, Timeout: 10 * time.Second, Lease: 45 * time.Second, Run: taskAnswered},
		{Kind: tickets.JobRelay, Queue: critical, MaxAttempts: 20, Timeout: time.Minute, Lease: 3 * time.Minute, Run: relay},
		{Kind: tickets.JobAcknowledge, Queue: low, MaxAttempts: 12, Timeout: time.Minute, Lease: 3 * time.Minute, Run: acknowledge},
		{Kind: tickets.JobRecompute, Queue: low, MaxAttempts: 10, Timeout: 30 * time.Minute, Lease: 31 * time.Minute, Run: recompute},
	}
}

// rules are the outbox's view of the jobs.
func rules(jobs []Job) outbox.Rules {
	out := outbox.Rules{}
	for _, j := range jobs {
		out[j.Kind] = outbox.Rule{Lease: j.Lease, MaxAttempts: j.MaxAttempts, Batch: j.Batch}
	}
	return out
}

// retryDelay is the pause before asynq's own retries.
const retryDelay = 2 * time.Second

// check finds what would break the promises of the list: a job named twice, or
// a lease that ends before the attempt does.
func check(jobs []Job) error {
	var bad []error
	seen := map[string]bool{}
	for _, j := range jobs {
		attempt := time.Duration(j.Retries+1)*j.Timeout + time.Duration(j.Retries)*retryDelay
		switch {
		case seen[j.Kind]:
			bad = append(bad, fmt.Errorf("job %s stands twice in the list", j.Kind))
		case queues[j.Queue] == 0:
			bad = append(bad, fmt.Errorf("job %s: no queue %q", j.Kind, j.Queue))
		case j.Run == nil || j.MaxAttempts < 1 || j.Timeout <= 0:
			bad = append(bad, fmt.Errorf("job %s: Run, MaxAttempts and Timeout are needed", j.Kind))
		case j.Lease <= attempt:
			bad = append(bad, fmt.Errorf("job %s: lease %s ends before an attempt of %s", j.Kind, j.Lease, attempt))
		}
		seen[j.Kind] = true
	}
	return errors.Join(bad...)
}

// Permanent marks an error that trying again does not mend: the row stops at
// once and waits for a person.
func Permanent(err error) error { return fmt.Errorf("%w: %w", err, asynq.SkipRetry) }

func permanent(err error) bool { return errors.Is(err, asynq.SkipRetry) }
