// Package outbox lends out the work that transactions leave behind. A row is
// written in the transaction of its cause (by ticketdb and the other *db
// packages), claimed by the Relay, handed to a queue that may forget it at any
// time, and marked done in the transaction of its effect. Nothing here knows what
// a job does; package workers does. Rows hold ids, never personal data.
//
// What must stay true: a row leaves only by done_at, set together with its
// effect, or by a person who looks at the stopped ones. A claim is a lease: when
// it lapses the row is claimed again, under the next attempt number. A worker
// acts only on the attempt it was given, so a stalled one cannot spoil a later one.
package outbox

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Row is one piece of work on loan.
type Row struct {
	ID        int64
	Kind      string
	Ticket    int64 // 0 where the work is about no ticket
	Args      json.RawMessage
	CreatedAt time.Time
	Attempt   int  // counts claims, from 1
	Failed    bool // an earlier attempt ended in an error
}

// IDs lists the ids of rows.
func IDs(rows []Row) []int64 {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids
}

// Rule says how rows of one kind are lent.
type Rule struct {
	// Lease is how long a claim lasts. It outlasts the queue's own retries and
	// the time a task may wait in a full queue.
	Lease time.Duration
	// MaxAttempts is after how many failures the row stops and waits for a person.
	MaxAttempts int
	// Batch is how many rows travel in one task; 0 and 1 mean one.
	Batch int
}

// Rules are the kinds this process can work on. A row of another kind is left
// alone: during an upgrade a newer process knows it.
type Rules map[string]Rule

// kinds lists the kinds in a stable order.
func (r Rules) kinds() []string { return slices.Sorted(maps.Keys(r)) }

// hopeless is how many claims a row may see, in multiples of its MaxAttempts,
// without ever ending in success or error: it takes its worker down with it.
const hopeless = 10

// backoff is how long a failed row rests before attempt n+1.
func backoff(n int) time.Duration {
	steps := [...]time.Duration{time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute,
		2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}
	return steps[min(max(n, 1), len(steps))-1]
}
