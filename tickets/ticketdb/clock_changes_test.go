package ticketdb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"hotline/internal/deadline"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// importYear puts a calendar into force in which the given days of a year are off.
func (b *bench) importYear(t *testing.T, year int, off ...string) {
	t.Helper()
	var days []map[string]any
	for _, d := range append(off, fmt.Sprintf("%d-05-01", year), fmt.Sprintf("%d-05-02", year), fmt.Sprintf("%d-10-01", year), fmt.Sprintf("%d-10-02", year), fmt.Sprintf("%d-10-03", year)) {
		days = append(days, map[string]any{"name": "节日", "date": d, "isOffDay": true})
	}
	data, err := json.Marshal(map[string]any{"year": year, "days": days})
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := workday.ParseYear(data)
	if err != nil {
		t.Fatal(err)
	}
	next, err := b.Clocks.Engine().Calendar.WithYear(parsed)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := json.Marshal(next)
	if err != nil {
		t.Fatal(err)
	}
	b.Exec(t, `UPDATE calendars SET active = false`)
	b.Exec(t, `INSERT INTO calendars (version, data, added_at, added_by, active) VALUES ($1, $2, now(), 'test', true)`, next.Version(), stored)
	if err := b.Clocks.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Recompute(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// explained fails where a clock's stored due time is not the one that its journal,
// rule version and calendar version give.
func (b *bench) explained(t *testing.T, number string) *ticketdb.View {
	t.Helper()
	ctx := context.Background()
	lead := b.Session(t, "lead-city")
	v, err := b.db.Find(ctx, lead, number)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range v.Deadlines {
		if !x.Open() {
			continue
		}
		e, err := b.db.Explain(ctx, lead, number, x.ID)
		if err != nil {
			t.Fatalf("%s: %v", x.Rule, err)
		}
		if !e.Due.At.Equal(x.DueAt) {
			t.Errorf("%s is due %s, its working says %s", x.Rule, x.DueAt, e.Due.At)
		}
	}
	b.nested(t, v)
	r, err := ticketdb.Verify(ctx, b.PG, 5)
	if err != nil || len(r.Faults) > 0 {
		t.Errorf("verify: %+v, %v", r.Faults, err)
	}
	return v
}

// nested fails where a clock is due after the one it lies inside.
func (b *bench) nested(t *testing.T, v *ticketdb.View) {
	t.Helper()
	resolve, internal := openClock(v, deadline.Resolve), openClock(v, deadline.Internal)
	if resolve != nil && internal != nil && internal.DueAt.After(resolve.DueAt) {
		t.Errorf("internal %s, resolve %s", internal.DueAt, resolve.DueAt)
	}
	for _, x := range v.Deadlines {
		for _, o := range v.Deadlines {
			if x.OuterID != nil && *x.OuterID == o.ID && x.Open() && x.DueAt.After(o.DueAt) {
				t.Errorf("%s of turn %d due %s, inside one due %s", x.Rule, *x.Hop, x.DueAt, o.DueAt)
			}
		}
	}
}

func openClock(v *ticketdb.View, duty string) *ticketdb.Deadline {
	for i := range v.Deadlines {
		if x := &v.Deadlines[i]; x.Open() && deadline.DutyOf(x.Rule) == duty {
			return x
		}
	}
	return nil
}

// atCounty registers a complaint and brings it into a county's hands.
func (b *bench) atCounty(t *testing.T, kind string) string {
	t.Helper()
	s := help()
	s.Kind = kind
	o := b.register(t, b.Session(t, "operator"), s)
	b.act(t, b.Session(t, "lead-city"), o.Number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	b.act(t, b.Session(t, "lead-140428"), o.Number, tickets.ActSign, nil)
	return o.Number
}

// TestExtensionPauseAndAnImportedYearAgreeInEveryOrder: in whichever order they
// come, the stored due times are those the journal gives, each inside its outer one.
func TestExtensionPauseAndAnImportedYearAgreeInEveryOrder(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{"extend", "pause", "year"}, {"extend", "year", "pause"}, {"pause", "extend", "year"}, {"pause", "year", "extend"}, {"year", "extend", "pause"}, {"year", "pause", "extend"}, {"year in a pause", "extend"}} {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			t.Parallel()
			b := open(t)
			b.Clock.Set(time.Date(2026, 12, 24, 2, 0, 0, 0, time.UTC))
			n := b.atCounty(t, tickets.Report)
			county, city := b.Session(t, "lead-140428"), b.Session(t, "lead-city")
			b.act(t, county, n, tickets.ActHandDown, tickets.Values{"unit": "13", "reason": "就近"})
			b.act(t, b.Session(t, "lead-140428102"), n, tickets.ActSign, nil)
			b.explained(t, n)
			pause := func(during func()) {
				until := b.Clock.Now().Add(100 * time.Hour).Format(time.RFC3339)
				b.act(t, b.Session(t, "lead-140428102"), n, tickets.ActAskPause, tickets.Values{"basis": "material", "until": until})
				b.act(t, county, n, tickets.ActGrant, tickets.Values{"kind": "pause"})
				b.Clock.Add(49 * time.Hour)
				during()
				b.act(t, county, n, tickets.ActResume, nil)
			}
			year := func() { b.importYear(t, 2027, "2027-01-01", "2027-01-04", "2027-01-05", "2027-01-06") }
			for _, step := range order {
				switch step {
				case "extend":
					b.act(t, b.Session(t, "lead-140428102"), n, tickets.ActAskExtension, tickets.Values{"amount": "5", "reason": "路远"})
					b.act(t, city, n, tickets.ActGrant, tickets.Values{"kind": "extension"})
				case "pause":
					pause(func() {})
				case "year in a pause":
					pause(year)
				case "year":
					year()
				}
				b.explained(t, n)
			}
			v := b.explained(t, n)
			if x := openClock(v, deadline.Resolve); x.Provisional || openClock(v, deadline.HopDue).Provisional {
				t.Errorf("still provisional after the year was imported: %+v", x)
			}
		})
	}
}
