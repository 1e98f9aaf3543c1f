package outbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hotline/internal/outbox"
)

func TestRelayPacksABatchKindAndSendsOthersAlone(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "batch", 1, 2, 3, 4, 5)
	w.add(t, "single", 6, 7)
	want := [][]int64{{1, 2, 3}, {4, 5}, {6}, {7}}
	if diff := cmp.Diff(want, w.relayed(t)); diff != "" {
		t.Error(diff)
	}
}

func TestARowThatFailedTravelsAlone(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "batch", 1, 2, 3)
	w.relayed(t)
	if _, err := w.store.Fail(ctx, w.queue.rows[1], errors.New("bad"), false, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(2 * time.Minute)
	if diff := cmp.Diff([][]int64{{1, 3}, {2}}, w.relayed(t)); diff != "" {
		t.Error(diff)
	}
}

func TestAHandOverThatFailsUsesUpNoAttempt(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "single", 1)
	for range 20 {
		w.queue.fails = 1
		if _, err := w.relay.RunOnce(ctx, w.Clock.Now()); !errors.Is(err, errAway) {
			t.Fatalf("the failure went unseen: %v", err)
		}
		w.Clock.Add(2 * time.Second)
	}
	w.relayed(t)
	if len(w.queue.rows) != 1 || w.queue.rows[0].Attempt != 1 {
		t.Errorf("handed over %+v, want row 1 at attempt 1", w.queue.rows)
	}
}

func TestNothingIsClaimedWhileTheQueueIsAwayOrFull(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "single", 1)
	w.queue.away = true
	if _, err := w.relay.RunOnce(ctx, w.Clock.Now()); !errors.Is(err, errAway) {
		t.Fatalf("got %v", err)
	}
	w.queue.away, w.queue.room = false, 0
	if got := w.relayed(t); len(got) != 0 {
		t.Errorf("a full queue was given %v", got)
	}
	w.queue.room = 1
	if got := w.relayed(t); len(got) != 1 || w.queue.rows[0].Attempt != 1 {
		t.Errorf("handed over %v", got)
	}
}

func TestARowThatEndsNoWorkerStops(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "single", 1)
	w.Exec(t, `UPDATE outbox SET attempt = 30`)
	if got := w.relayed(t); len(got) != 0 {
		t.Errorf("handed over %v", got)
	}
	list, err := w.store.Stopped(ctx, 10)
	if err != nil || len(list) != 1 {
		t.Errorf("stopped: %+v, %v", list, err)
	}
}

func TestTheBellWakesTheRelay(t *testing.T) {
	t.Parallel()
	w := open(t)
	handed := make(chan int, 10)
	bell := outbox.NewBell()
	relay := outbox.NewRelay(outbox.RelayConfig{Store: w.store, Queue: telling{w.queue, handed}, Bell: bell, Now: w.Clock.Now, Poll: time.Hour})
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- relay.Run(running) }()
	w.add(t, "single", 1)
	bell.Ring()
	bell.Ring()
	select {
	case <-handed:
	case <-time.After(10 * time.Second):
		t.Error("nobody came")
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run ended with %v", err)
	}
}

// telling says so when a task is handed over.
type telling struct {
	*scripted
	handed chan int
}

func (q telling) EnqueueBatch(ctx context.Context, kind string, rows []outbox.Row) error {
	defer func() { q.handed <- len(rows) }()
	return q.scripted.EnqueueBatch(ctx, kind, rows)
}
