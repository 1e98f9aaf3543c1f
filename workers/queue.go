package workers

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"hotline/internal/outbox"
)

// full is how many tasks may lie in a queue before the relay keeps the rest in
// Postgres. What waits in Redis waits under a lease: twenty batches of route are
// 2,000 tickets, which must be through in its 30 seconds.
var full = map[string]int{critical: 20, normal: 100, low: 100}

// roomAge is how long a look at the queues is good for; between looks the queue
// counts what it gave them itself.
const roomAge = 250 * time.Millisecond

// queue is asynq as the relay needs it.
type queue struct {
	client    *asynq.Client
	inspector *asynq.Inspector
	jobs      map[string]Job
	now       func() time.Time

	mu     sync.Mutex
	looked time.Time
	room   map[string]int // by queue
}

func newQueue(redis asynq.RedisConnOpt, jobs []Job, now func() time.Time) *queue {
	q := &queue{client: asynq.NewClient(redis), inspector: asynq.NewInspector(redis), jobs: map[string]Job{}, now: now}
	for _, j := range jobs {
		q.jobs[j.Kind] = j
	}
	return q
}

// Close gives the connections back.
func (q *queue) Close() error { return errors.Join(q.client.Close(), q.inspector.Close()) }

// Room implements outbox.Enqueuer.
func (q *queue) Room(context.Context) (map[string]int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	if age := now.Sub(q.looked); q.room == nil || age < 0 || age > roomAge {
		room, err := q.look()
		if err != nil {
			q.room = nil
			return nil, err
		}
		q.room, q.looked = room, now
	}
	byKind := make(map[string]int, len(q.jobs))
	for kind, j := range q.jobs {
		byKind[kind] = q.room[j.Queue]
	}
	return byKind, nil
}

func (q *queue) look() (map[string]int, error) {
	// A queue that was never used, or was wiped, is unknown to the inspector; only
	// an answer from Redis tells that from an outage.
	if err := q.client.Ping(); err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	room := make(map[string]int, len(queues))
	for name := range queues {
		room[name] = full[name]
		info, err := q.inspector.GetQueueInfo(name)
		if err == nil {
			room[name] -= info.Pending
		}
	}
	return room, nil
}

// EnqueueBatch implements outbox.Enqueuer. A task id that exists counts as
// handed over: either that task does the work, or it lies archived and the row
// comes again under its next attempt.
func (q *queue) EnqueueBatch(ctx context.Context, kind string, rows []outbox.Row) error {
	j := q.jobs[kind]
	task, err := newTask(j, rows)
	if err != nil {
		return err
	}
	_, err = q.client.EnqueueContext(ctx, task)
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if err != nil {
		q.room = nil // look again before claiming more
		return err
	}
	q.room[j.Queue]--
	return nil
}
