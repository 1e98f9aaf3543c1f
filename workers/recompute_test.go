package workers

import (
	"encoding/json"
	"testing"
	"time"

	"hotline/intake"
	"hotline/internal/outbox"
	"hotline/internal/workday"
	"hotline/tickets"
)

// TestTheRecomputeJobMovesProvisionalDueTimesOnce imports 2027 under an open
// report whose clocks run into it, as a node does that still knows the old year.
func TestTheRecomputeJobMovesProvisionalDueTimesOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Clock.Set(time.Date(2026, 12, 25, 2, 0, 0, 0, time.UTC))
	v := w.register(t, intake.Submission{Channel: "call", Source: "test", SourceID: "1", Raw: []byte("{}"), Kind: tickets.Report, Region: "140428102", Statement: "反映有人不符合条件享受低保。"})
	year, err := workday.ParseYear([]byte(`{"year":2027,"off":[{"name":"元旦","from":"2027-01-01","to":"2027-01-06"},{"name":"劳动节","from":"2027-05-01","to":"2027-05-02"},{"name":"国庆节","from":"2027-10-01","to":"2027-10-03"}],"work":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	next, err := w.Clocks.Engine().Calendar.WithYear(year)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(next)
	if err != nil {
		t.Fatal(err)
	}
	w.Exec(t, `UPDATE calendars SET active = false`)
	w.Exec(t, `INSERT INTO calendars (version, data, added_at, added_by, active) VALUES ($1, $2, now(), 'test', true)`, next.Version(), data)
	w.Exec(t, `INSERT INTO outbox (id, kind, created_at, run_at) VALUES (101, 'recompute', now(), now()), (102, 'recompute', now(), now())`)
	due := func() (at time.Time) {
		w.Row(t, `SELECT due_at FROM deadlines WHERE subject = $1 AND rule LIKE 'resolve%'`, []any{v.ID}, &at)
		return at
	}
	before := due()
	d := &Deps{Tickets: w.db}
	for i, id := range []int64{101, 102} {
		if err := recompute(ctx, d, []outbox.Row{{ID: id, Kind: tickets.JobRecompute}}); err != nil {
			t.Fatal(err)
		}
		var rows, open int
		w.Row(t, `SELECT count(*) FROM journal WHERE action = 'recomputed'`, nil, &rows)
		w.Row(t, `SELECT count(*) FROM outbox WHERE kind = 'recompute' AND done_at IS NULL`, nil, &open)
		if rows != 1 || open != 1-i || !due().After(before) {
			t.Errorf("run %d: %d journal rows, %d jobs open, due %s, before %s", i+1, rows, open, due(), before)
		}
	}
}
