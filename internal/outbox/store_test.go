package outbox_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hotline/internal/outbox"
	"hotline/internal/pg"
)

var ctx = context.Background()

func claim(t *testing.T, w *world, max int) []outbox.Row {
	t.Helper()
	rows, err := w.store.Claim(ctx, w.Clock.Now(), []string{"single", "batch"}, max)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return rows
}

func TestClaimLendsARowUntilItsLeaseLapses(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "single", 1)
	if got := claim(t, w, 10); len(got) != 1 || got[0].Attempt != 1 {
		t.Fatalf("first claim gave %+v", got)
	}
	w.Clock.Add(59 * time.Second)
	if got := claim(t, w, 10); len(got) != 0 {
		t.Fatalf("a lent row was lent again: %+v", got)
	}
	w.Clock.Add(2 * time.Second)
	if got := claim(t, w, 10); len(got) != 1 || got[0].Attempt != 2 {
		t.Fatalf("after the lease it gave %+v", got)
	}
}

func TestClaimLeavesKindsItDoesNotKnow(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "of a newer version", 1)
	w.add(t, "single", 2)
	if diff := cmp.Diff([]int64{2}, outbox.IDs(claim(t, w, 10))); diff != "" {
		t.Error(diff)
	}
}

func TestTwoRelaysNeverClaimTheSameRow(t *testing.T) {
	t.Parallel()
	w := open(t)
	var ids []int64
	for i := range int64(200) {
		ids = append(ids, i+1)
	}
	w.add(t, "single", ids...)
	var mu sync.Mutex
	seen := map[int64]int{}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for {
				rows, err := w.store.Claim(ctx, w.Clock.Now(), []string{"single"}, 7)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, r := range rows {
					seen[r.ID]++
				}
				enough := len(seen) == len(ids)
				mu.Unlock()
				if enough {
					return
				}
			}
		})
	}
	group.Wait()
	for id, n := range seen {
		if n != 1 {
			t.Errorf("row %d was claimed %d times", id, n)
		}
	}
}

func TestDoneTellsASecondRunThatNothingIsLeft(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "batch", 1, 2)
	for i, want := range []int{2, 0} {
		err := w.PG.Do(ctx, pg.Machine("machine:test"), func(tx *pg.Tx) error {
			open, err := outbox.Done(ctx, tx, tx.Now, 1, 2)
			if len(open) != want {
				t.Errorf("run %d: %d rows open, want %d", i+1, len(open), want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestDoneOfARolledBackEffectIsNotDone(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "single", 1)
	no := errors.New("no")
	err := w.PG.Do(ctx, pg.Machine("machine:test"), func(tx *pg.Tx) error {
		_, err := outbox.Done(ctx, tx, tx.Now, 1)
		return errors.Join(err, no)
	})
	if !errors.Is(err, no) {
		t.Fatal(err)
	}
	if got := claim(t, w, 10); len(got) != 1 {
		t.Errorf("the row is gone: %+v", got)
	}
}

func TestLoadGivesOnlyTheAttemptThatIsOnLoan(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "single", 1, 2)
	claim(t, w, 10)
	w.Clock.Add(2 * time.Minute)
	claim(t, w, 1) // one of them is at its second attempt now
	rows, err := w.store.Load(ctx, []outbox.Claimed{{ID: 1, Attempt: 1}, {ID: 2, Attempt: 1}, {ID: 3, Attempt: 1}})
	if err != nil || len(rows) != 1 {
		t.Fatalf("loaded %+v, %v, want one row", rows, err)
	}
}

func TestFailBacksOffAndStops(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		attempts  int
		permanent bool
		stopped   bool
	}{
		{"the first failure rests", 1, false, false},
		{"the last of three stops", 3, false, true},
		{"a permanent one stops at once", 1, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.add(t, "single", 1)
			var row outbox.Row
			for range c.attempts {
				row = claim(t, w, 1)[0]
				w.Clock.Add(2 * time.Minute)
			}
			stopped, err := w.store.Fail(ctx, row, errors.New("peer 13800138000 <a@b.cn> says no"), c.permanent, w.Clock.Now())
			if err != nil || stopped != c.stopped {
				t.Fatalf("stopped %v, %v, want %v", stopped, err, c.stopped)
			}
			if got := claim(t, w, 1); len(got) != 0 {
				t.Errorf("claimed at once: %+v", got)
			}
			var text string
			w.Row(t, `SELECT error FROM outbox WHERE id = 1`, nil, &text)
			if text != "peer … … says no" {
				t.Errorf("kept %q, which may name a person", text)
			}
			w.Clock.Add(time.Hour)
			if got := claim(t, w, 1); len(got) == 0 != c.stopped {
				t.Errorf("an hour later %d rows were due, stopped is %v", len(got), c.stopped)
			}
		})
	}
}

func TestFailOfAStalledWorkerChangesNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "single", 1)
	stalled := claim(t, w, 1)[0]
	w.Clock.Add(2 * time.Minute)
	claim(t, w, 1)
	if _, err := w.store.Fail(ctx, stalled, errors.New("late"), true, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if got, _ := w.store.Stopped(ctx, 10); len(got) != 0 {
		t.Errorf("it stopped another's attempt: %+v", got)
	}
}

func TestRetrySendsAStoppedRowOnItsWay(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "single", 1)
	if _, err := w.store.Fail(ctx, claim(t, w, 1)[0], errors.New("no"), true, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	list, err := w.store.Stopped(ctx, 10)
	if err != nil || len(list) != 1 || list[0].Error != "no" || list[0].Attempt != 1 || list[0].StoppedAt == nil {
		t.Fatalf("stopped: %+v, %v", list, err)
	}
	if err := w.store.Retry(ctx, 1, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, w, 1); len(got) != 1 || got[0].Attempt != 2 || !got[0].Failed {
		t.Errorf("after retry claimed %+v", got)
	}
	if err := w.store.Retry(ctx, 1, w.Clock.Now()); !errors.Is(err, pg.ErrNotFound) {
		t.Errorf("retry of a running row: %v", err)
	}
}

func TestBacklogCountsByKind(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "single", 1, 2)
	w.add(t, "batch", 3)
	first := w.Clock.Now()
	rows := claim(t, w, 1)
	if _, err := w.store.Fail(ctx, rows[0], errors.New("no"), true, first); err != nil {
		t.Fatal(err)
	}
	got, err := w.store.Backlog(ctx)
	if err != nil {
		t.Fatal(err)
	}
	waiting, stopped := 0, 0
	for _, b := range got {
		waiting, stopped = waiting+b.Waiting, stopped+b.Stopped
		if b.Waiting > 0 && !b.Oldest.Equal(first) {
			t.Errorf("%s: oldest %s, want %s", b.Kind, b.Oldest, first)
		}
	}
	if waiting != 2 || stopped != 1 {
		t.Errorf("waiting %d, stopped %d in %+v", waiting, stopped, got)
	}
}

func TestPruneTakesOnlyWhatWasDoneAMonthAgo(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add(t, "single", 1, 2, 3)
	if err := w.store.Finish(ctx, w.Clock.Now(), 1); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(29 * 24 * time.Hour)
	if err := w.store.Finish(ctx, w.Clock.Now(), 2); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(2 * 24 * time.Hour)
	n, err := w.store.Prune(ctx, w.Clock.Now(), 100)
	if err != nil || n != 1 {
		t.Fatalf("pruned %d, %v, want 1", n, err)
	}
	var left string
	w.Row(t, `SELECT string_agg(id::text, ' ' ORDER BY id) FROM outbox`, nil, &left)
	if left != "2 3" {
		t.Errorf("left %q", left)
	}
}

func TestClaimReadsTheIndexOfDueRows(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Exec(t, `INSERT INTO outbox (id, kind, created_at, run_at, done_at) SELECT i, 'single', $1, $1, $1 FROM generate_series(1, 20000) i`, w.Clock.Now())
	w.Exec(t, `ANALYZE outbox`)
	w.add(t, "single", 30001)
	var lines []string
	rows, err := w.PG.Machines().Query(ctx, `EXPLAIN SELECT id FROM outbox WHERE done_at IS NULL AND stopped_at IS NULL AND run_at <= $1 ORDER BY run_at LIMIT 100 FOR UPDATE SKIP LOCKED`, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var l string
		if err := rows.Scan(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if all := strings.Join(lines, "\n"); strings.Contains(all, "Seq Scan") {
		t.Errorf("the claim reads the whole table:\n%s", all)
	}
}
