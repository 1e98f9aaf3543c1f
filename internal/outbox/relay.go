package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// Enqueuer is the queue as the relay needs it. It may forget what it was given.
type Enqueuer interface {
	// Room says how many more tasks of each kind the queue should be given now.
	// An error means that the queue cannot be reached.
	Room(ctx context.Context) (map[string]int, error)
	// EnqueueBatch gives it one task with these rows, all of one kind.
	EnqueueBatch(ctx context.Context, kind string, rows []Row) error
}

// RelayConfig is what a relay needs. Store, Queue and Now must be set.
type RelayConfig struct {
	Store *Store
	Queue Enqueuer
	Bell  *Bell // nil: only the poll
	Now   func() time.Time
	Log   *slog.Logger
	Poll  time.Duration // how often it looks unasked; 300 ms if zero
	Calm  time.Duration // how long it gathers after a ring; 8 ms if zero
}

// Relay claims due rows and hands them to the queue. Any number may run at once.
// It holds no truth: a row claimed and not handed over comes back when its lease
// lapses.
type Relay struct {
	RelayConfig
}

// NewRelay returns a relay.
func NewRelay(c RelayConfig) *Relay {
	if c.Poll == 0 {
		c.Poll = 300 * time.Millisecond
	}
	if c.Calm == 0 {
		c.Calm = 8 * time.Millisecond
	}
	if c.Bell == nil {
		c.Bell = NewBell()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Relay{c}
}

// claimMost is how many rows one claim takes.
const claimMost = 1000

// Run relays until the context ends. While Postgres or the queue is away it
// tries again every second and says so once.
func (r *Relay) Run(ctx context.Context) error {
	poll := time.NewTicker(r.Poll)
	defer poll.Stop()
	broken := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-poll.C:
		case <-r.Bell.c:
			if !wait(ctx, r.Calm) {
				return nil
			}
		}
		err := r.drain(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !broken {
			r.Log.Error("the relay cannot hand work over", "error", Blurred(err))
		}
		if err == nil && broken {
			r.Log.Info("the relay hands work over again")
		}
		broken = err != nil
		if broken && !wait(ctx, time.Second) {
			return nil
		}
	}
}

// drain relays until less than a whole claim was due or found room.
func (r *Relay) drain(ctx context.Context) error {
	for {
		n, err := r.RunOnce(ctx, r.Now())
		if err != nil || n < claimMost {
			return err
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// RunOnce claims what is due and there is room for, and hands it over. It says
// how many rows it claimed. Rows that the queue refused go back without losing
// an attempt.
func (r *Relay) RunOnce(ctx context.Context, now time.Time) (int, error) {
	room, err := r.Queue.Room(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask the queue for room: %w", err)
	}
	rows, err := r.claim(ctx, now, room)
	var failures []error
	for _, batch := range r.pack(rows) {
		failures = append(failures, r.hand(ctx, batch, now))
	}
	return len(rows), errors.Join(append(failures, err)...)
}

// claim takes what there is room for: a task of a kind that travels in batches
// holds many rows, one of another kind a single one. What waits in the queue
// waits under a lease, so the queue must stay short.
func (r *Relay) claim(ctx context.Context, now time.Time, room map[string]int) ([]Row, error) {
	var batched, single []string
	most := 0
	for _, k := range r.Store.rules.kinds() {
		switch {
		case room[k] <= 0:
		case r.Store.rules[k].Batch > 1:
			batched = append(batched, k)
		default:
			single = append(single, k)
			most = max(most, room[k])
		}
	}
	rows, err := r.Store.Claim(ctx, now, batched, claimMost)
	if err != nil {
		return nil, err
	}
	more, err := r.Store.Claim(ctx, now, single, min(most, claimMost))
	return append(rows, more...), err
}

// hand gives one batch to the queue, or stops a row that no worker survives.
func (r *Relay) hand(ctx context.Context, batch []Row, now time.Time) error {
	first := batch[0]
	if first.Attempt > hopeless*max(r.Store.rules[first.Kind].MaxAttempts, 1) {
		_, err := r.Store.Fail(ctx, first, errors.New("no attempt ever ended"), true, now)
		return err
	}
	err := r.Queue.EnqueueBatch(ctx, first.Kind, batch)
	if err == nil {
		return nil
	}
	back := r.Store.Release(context.WithoutCancel(ctx), batch, now, time.Second)
	return errors.Join(fmt.Errorf("enqueue %s: %w", first.Kind, err), back)
}

// pack puts rows of one kind together, as many as the kind's rule allows. A row
// that failed before, or was claimed suspiciously often, travels alone, so that it
// takes no other with it.
func (r *Relay) pack(rows []Row) [][]Row {
	slices.SortFunc(rows, func(a, b Row) int { return int(a.ID - b.ID) })
	var out [][]Row
	open := map[string]int{} // kind → index in out of the batch still filling
	for _, row := range rows {
		rule := r.Store.rules[row.Kind]
		alone := row.Failed || row.Attempt > 2*rule.MaxAttempts || rule.Batch <= 1
		i, filling := open[row.Kind]
		switch {
		case alone:
			out = append(out, []Row{row})
		case filling && len(out[i]) < rule.Batch:
			out[i] = append(out[i], row)
		default:
			open[row.Kind] = len(out)
			out = append(out, []Row{row})
		}
	}
	return out
}
