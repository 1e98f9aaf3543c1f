package workerdb_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hotline/internal/outbox"
	"hotline/workers/workerdb"
)

// TestPartiesNameTheLeadAboveAndWhoIsOnDuty has a critical ticket in township 13
// of county 10, registered at the city's desk.
func TestPartiesNameTheLeadAboveAndWhoIsOnDuty(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ticket(t, 1, "低保")
	w.Exec(t, `UPDATE tickets SET urgency = 'critical'`)
	now := w.Clock.Now()
	away := func(login string) {
		w.Exec(t, `INSERT INTO absences (id, unit, person, from_at, to_at) SELECT -a.id, a.unit, a.person, $2::timestamptz - interval '1 day', $2::timestamptz + interval '1 day' FROM accounts a WHERE login = $1`, login, now)
	}
	shift := func(id, unit, person int) {
		w.Exec(t, `INSERT INTO duty_shifts (id, unit, person, from_at, to_at) VALUES ($1, $2, $3, $4::timestamptz - interval '1 hour', $4::timestamptz + interval '1 hour')`, id, unit, person, now)
	}
	n := int64(0)
	ask := func() (p workerdb.Parties) {
		t.Helper()
		n++
		w.Exec(t, `INSERT INTO outbox (id, kind, ticket, created_at, run_at) VALUES ($1, 'notify', 1, now(), now())`, n)
		err := w.db.Notify(ctx, []outbox.Row{{ID: n, Kind: "notify", Ticket: 1}}, func(_ outbox.Row, x workerdb.Parties) []workerdb.Notice { p = x; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := ask(); p.Cover != 0 || len(p.OnDuty) != 0 {
		t.Errorf("everybody present: %+v", p)
	}
	away("lead-140428102")
	if p := ask(); p.Cover != 10 {
		t.Errorf("the township's lead away: cover %d", p.Cover)
	}
	away("lead-140428")
	away("lead2-140428")
	if p := ask(); p.Cover != 1 {
		t.Errorf("the county's away too: cover %d", p.Cover)
	}
	shift(-1, 1, 1)
	shift(-2, 10, 7)
	shift(-3, 20, 9)
	if diff := cmp.Diff([]workerdb.OnDuty{{Unit: 10, Person: 7}, {Unit: 1, Person: 1}}, ask().OnDuty); diff != "" {
		t.Error("the nearest unit's and the desk's: " + diff)
	}
	w.Exec(t, `UPDATE tickets SET urgency = 'normal'`)
	if p := ask(); len(p.OnDuty) != 0 {
		t.Errorf("of an ordinary ticket: %+v", p.OnDuty)
	}
}
