package ticketdb_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// TestAnImportedYearMovesProvisionalDueTimesAndSaysSo opens a complaint whose
// clocks run into 2027, then imports a 2027 with a long holiday in its way.
func TestAnImportedYearMovesProvisionalDueTimesAndSaysSo(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	b.Clock.Set(time.Date(2026, 12, 25, 2, 0, 0, 0, time.UTC))
	s := help()
	s.Kind = tickets.Report
	lead := b.Session(t, "lead-city")
	o := b.register(t, b.Session(t, "operator"), s)
	before, err := b.db.Find(ctx, lead, o.Number)
	if err != nil {
		t.Fatal(err)
	}
	var days []map[string]any
	for _, d := range []string{"2027-01-01", "2027-01-04", "2027-01-05", "2027-05-01", "2027-05-02", "2027-10-01", "2027-10-02", "2027-10-03"} {
		days = append(days, map[string]any{"name": "节日", "date": d, "isOffDay": true})
	}
	data, err := json.Marshal(map[string]any{"year": 2027, "days": days})
	if err != nil {
		t.Fatal(err)
	}
	year, err := workday.ParseYear(data)
	if err != nil {
		t.Fatal(err)
	}
	next, err := b.Clocks.Engine().Calendar.WithYear(year)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := json.Marshal(next)
	if err != nil {
		t.Fatal(err)
	}
	preview, err := b.db.PreviewCalendar(ctx, next, 10)
	if err != nil || preview.Moves == 0 || len(preview.List) != preview.Moves || preview.More || preview.List[0].Number != o.Number {
		t.Fatalf("preview %+v: %v", preview, err)
	}
	b.Exec(t, `UPDATE calendars SET active = false`)
	b.Exec(t, `INSERT INTO calendars (version, data, added_at, added_by, active) VALUES ($1, $2, now(), 'test', true)`, next.Version(), stored)
	if err := b.Clocks.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	moved, err := b.db.Recompute(ctx)
	if err != nil || moved == 0 || moved != preview.Moves {
		t.Fatalf("moved %d, previewed %d: %v", moved, preview.Moves, err)
	}
	after, err := b.db.Find(ctx, lead, o.Number)
	if err != nil {
		t.Fatal(err)
	}
	if !after.DueAt.After(*before.DueAt) {
		t.Errorf("due %s, before %s", after.DueAt, before.DueAt)
	}
	for _, d := range after.Deadlines {
		if d.Rule == "internal" { // a working day before the external due, as it is now
			if got, want := workday.LastDateBefore(d.DueAt), workday.LastDateBefore(*after.DueAt); next.WorkingDays(got, want) != 1 || d.Provisional {
				t.Errorf("internal %s, external %s", got, want)
			}
		}
	}
	if again, err := b.db.Recompute(ctx); err != nil || again != 0 {
		t.Errorf("a second run moved %d: %v", again, err)
	}
	if r, err := ticketdb.Verify(ctx, b.PG, 5); err != nil || len(r.Faults) > 0 {
		t.Errorf("verify: %+v, %v", r, err)
	}
	rows, err := b.db.Journal(ctx, lead, o.Number)
	if err != nil || rows[len(rows)-1].Action != "recomputed" {
		t.Errorf("last journal row: %+v, %v", rows[len(rows)-1], err)
	}
}
