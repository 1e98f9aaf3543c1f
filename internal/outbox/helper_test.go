package outbox_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"hotline/internal/outbox"
	"hotline/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// world is a store of two kinds on a database of its own: "single" rows travel
// one by one, "batch" rows by three.
type world struct {
	*pgtest.Env
	store *outbox.Store
	queue *scripted
	relay *outbox.Relay
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{Env: pgtest.New(t), queue: &scripted{room: 1000}}
	w.store = outbox.NewStore(w.PG, outbox.Rules{
		"single": {Lease: time.Minute, MaxAttempts: 3},
		"batch":  {Lease: time.Minute, MaxAttempts: 3, Batch: 3},
	})
	w.relay = outbox.NewRelay(outbox.RelayConfig{Store: w.store, Queue: w.queue, Now: w.Clock.Now})
	return w
}

// add writes rows of a kind with these ids, due now.
func (w *world) add(t *testing.T, kind string, ids ...int64) {
	t.Helper()
	now := w.Clock.Now()
	w.Exec(t, `INSERT INTO outbox (id, kind, created_at, run_at) SELECT id, $2, $3, $3 FROM unnest($1::bigint[]) id`, ids, kind, now)
}

// relayed runs the relay once and gives the ids of each task it handed over.
func (w *world) relayed(t *testing.T) [][]int64 {
	t.Helper()
	w.queue.tasks = nil
	if _, err := w.relay.RunOnce(context.Background(), w.Clock.Now()); err != nil {
		t.Fatalf("relay: %v", err)
	}
	return w.queue.tasks
}

// scripted is a queue that can be full or away.
type scripted struct {
	mu    sync.Mutex
	room  int
	away  bool
	fails int // how many hand-overs fail before one succeeds
	tasks [][]int64
	rows  []outbox.Row
}

var errAway = errors.New("connection refused")

func (s *scripted) Room(context.Context) (map[string]int, error) {
	if s.away {
		return nil, errAway
	}
	return map[string]int{"single": s.room, "batch": s.room}, nil
}

func (s *scripted) EnqueueBatch(_ context.Context, _ string, rows []outbox.Row) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails > 0 {
		s.fails--
		return errAway
	}
	s.tasks = append(s.tasks, outbox.IDs(rows))
	s.rows = append(s.rows, rows...)
	return nil
}
