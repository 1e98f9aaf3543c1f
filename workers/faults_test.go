package workers

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"hotline/internal/outbox"
)

func TestEveryJobHappensOnceThoughRedisIsWiped(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ledger(t)
	ws := w.workers(t, job(w.effect))
	var ids []int64
	for i := range int64(50) {
		ids = append(ids, i+1)
	}
	w.add(t, "work", ids...)
	if n, err := ws.relay.RunOnce(ctx, w.Clock.Now()); err != nil || n != 50 {
		t.Fatalf("relayed %d, %v", n, err)
	}
	w.flush(t) // between relay and worker
	background(t, ws.Run)
	w.Clock.Add(2 * time.Minute) // the leases lapse
	until(t, "some have happened", func() bool { return w.count(t, `SELECT count(*) FROM effects`) > 10 })
	w.flush(t) // while they run
	w.Clock.Add(2 * time.Minute)
	until(t, "all have happened", func() bool { return w.count(t, `SELECT count(DISTINCT row) FROM effects`) == 50 })
	if n := w.count(t, `SELECT count(*) FROM effects`); n != 50 {
		t.Errorf("%d effects of 50 rows", n)
	}
}

func TestALostAcknowledgementDoesNothingTwice(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ledger(t)
	var runs atomic.Int32
	j := job(func(c context.Context, rows []outbox.Row) error {
		runs.Add(1)
		return errors.Join(w.effect(c, rows), errors.New("killed before it could say so"))
	})
	j.Retries, j.Lease = 1, 2*time.Minute
	w.add(t, "work", 1)
	background(t, w.workers(t, j).Run)
	until(t, "asynq's retry has come and gone", func() bool { return w.processed(t) >= 2 })
	w.Clock.Add(5 * time.Minute)
	if n := w.count(t, `SELECT count(*) FROM effects`); n != 1 || runs.Load() != 1 {
		t.Errorf("%d effects in %d runs, want 1 in 1", n, runs.Load())
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE done_at IS NOT NULL AND stopped_at IS NULL AND error = ''`); n != 1 {
		t.Error("the row is not simply done")
	}
}

// processed is how many runs asynq has counted.
func (w *world) processed(t *testing.T) int {
	t.Helper()
	i := w.inspector(t)
	defer i.Close()
	info, err := i.GetQueueInfo(normal)
	if err != nil {
		return 0
	}
	return info.Processed
}

func (w *world) inspector(t *testing.T) *asynq.Inspector {
	t.Helper()
	o, err := asynq.ParseRedisURI(w.redis)
	if err != nil {
		t.Fatal(err)
	}
	return asynq.NewInspector(o)
}

func TestAStalledWorkerLeavesTheLaterAttemptAlone(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ledger(t)
	stalled, released := make(chan struct{}), make(chan struct{})
	var first sync.Once
	j := job(func(c context.Context, rows []outbox.Row) error {
		stall := false
		first.Do(func() { stall = true })
		if stall {
			close(stalled)
			<-released
		}
		return w.effect(c, rows)
	})
	w.add(t, "work", 1)
	background(t, w.workers(t, j).Run)
	<-stalled
	w.Clock.Add(2 * time.Minute) // the lease lapses: another worker does it
	until(t, "the second attempt is through", func() bool { return w.count(t, `SELECT count(*) FROM effects`) == 1 })
	close(released)
	until(t, "the first has ended too", func() bool { return w.processed(t) >= 2 })
	if n := w.count(t, `SELECT count(*) FROM effects`); n != 1 {
		t.Errorf("%d effects, want 1", n)
	}
}

func TestWorkWaitsWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ledger(t)
	w.add(t, "work", 1)
	there := w.redis
	w.cfg.RedisURL = "redis://127.0.0.1:1/0"
	away := w.workers(t, job(w.effect))
	for range 5 {
		if _, err := away.relay.RunOnce(ctx, w.Clock.Now()); err == nil {
			t.Fatal("handed over to nobody")
		}
	}
	if err := away.Ready(); err == nil {
		t.Error("it says it is ready")
	}
	w.cfg.RedisURL = there
	back := w.workers(t, job(w.effect))
	background(t, back.Run)
	until(t, "it has happened", func() bool { return w.count(t, `SELECT count(*) FROM effects`) == 1 })
	if n := w.count(t, `SELECT attempt FROM outbox`); n != 1 {
		t.Errorf("attempt %d: the outage used some up", n)
	}
	if err := back.Ready(); err != nil {
		t.Errorf("not ready: %v", err)
	}
}

func TestAnArchivedTaskDoesNotHoldItsRowBack(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ledger(t)
	ws := w.workers(t, job(w.effect))
	w.add(t, "work", 1)
	if _, err := ws.relay.RunOnce(ctx, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	i := w.inspector(t)
	defer i.Close()
	if err := i.ArchiveTask(normal, "outbox:1:1"); err != nil {
		t.Fatal(err)
	}
	// The same attempt again, as after an enqueue whose answer was lost.
	w.Exec(t, `UPDATE outbox SET attempt = 0, run_at = $1`, w.Clock.Now())
	background(t, ws.Run)
	until(t, "the relay met the archived id", func() bool { return w.count(t, `SELECT attempt FROM outbox`) == 1 })
	w.Clock.Add(2 * time.Minute)
	until(t, "the next attempt did it", func() bool { return w.count(t, `SELECT count(*) FROM effects`) == 1 })
}

func TestAPermanentFailureStopsAndRetryWorks(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ledger(t)
	var mended atomic.Bool
	ws := w.workers(t, job(func(c context.Context, rows []outbox.Row) error {
		if !mended.Load() {
			return Permanent(errors.New("no such provider"))
		}
		return w.effect(c, rows)
	}))
	w.add(t, "work", 1)
	background(t, ws.Run)
	stopped := func() []outbox.Failure {
		list, err := ws.Outbox().Stopped(ctx, 10)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	until(t, "it has stopped", func() bool { return len(stopped()) == 1 })
	if f := stopped()[0]; f.ID != 1 || f.Attempt != 1 || f.Error == "" {
		t.Errorf("the operations page shows %+v", f)
	}
	mended.Store(true)
	if err := ws.Outbox().Retry(ctx, 1, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	until(t, "the retry did it", func() bool { return w.count(t, `SELECT count(*) FROM effects`) == 1 })
	if len(stopped()) != 0 {
		t.Error("it still shows as stopped")
	}
}

func TestOneBadRowDoesNotTakeItsBatchWithIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		fail func() error
	}{
		{"an error", func() error { return errors.New("bad row") }},
		{"a permanent one", func() error { return Permanent(errors.New("bad row")) }},
		{"a panic", func() error { panic("bad row") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.ledger(t)
			j := job(func(x context.Context, rows []outbox.Row) error {
				if slices.ContainsFunc(rows, func(r outbox.Row) bool { return r.ID == 3 }) {
					return c.fail()
				}
				return w.effect(x, rows)
			})
			j.Batch = 10
			w.add(t, "work", 1, 2, 3, 4, 5)
			ws := w.workers(t, j)
			background(t, ws.Run)
			until(t, "the four good ones are done and the bad one has stopped", func() bool {
				w.Clock.Add(2 * time.Second)
				list, err := ws.Outbox().Stopped(ctx, 10)
				return err == nil && len(list) == 1 && list[0].ID == 3 && w.count(t, `SELECT count(*) FROM effects`) == 4
			})
		})
	}
}
