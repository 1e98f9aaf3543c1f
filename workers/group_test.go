package workers

import (
	"fmt"
	"testing"

	"hotline/intake"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

func household(n int) func(*intake.Submission) {
	return func(s *intake.Submission) {
		s.Channel, s.Kind, s.Complainants = "letter", tickets.Complaint, nil
		for i := range n {
			role := "signer"
			if i < 2 {
				role = "representative"
			}
			s.Complainants = append(s.Complainants, ticketdb.Complainant{Role: role, Name: fmt.Sprintf("王%c", '一'+rune(i)), Phone: fmt.Sprintf("199000020%02d", i)})
		}
	}
}

func TestALetterOfFiveHouseholdsIsToldToTheLeadersOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	background(t, w.workers(t).Run)
	few, many := w.register(t, help(household(4))), w.register(t, help(household(22)))
	until(t, "both are routed", func() bool {
		return w.count(t, `SELECT count(*) FROM outbox WHERE kind = 'route' AND done_at IS NOT NULL`) == 2
	})
	until(t, "all are told", func() bool {
		return w.count(t, `SELECT count(*) FROM outbox WHERE kind = 'notify' AND done_at IS NULL`) == 0
	})
	group := func(ticket int64) (units string) {
		w.Row(t, `SELECT coalesce(string_agg(unit || ' ' || role, ', ' ORDER BY unit), '') FROM notifications WHERE kind = 'group' AND ticket = $1`, []any{ticket}, &units)
		return units
	}
	if got := group(few.ID); got != "" {
		t.Errorf("four are no group: %s", got)
	}
	if got := group(many.ID); got != "1 lead, 10 lead" {
		t.Errorf("told: %s", got)
	}
	v, err := w.db.Find(ctx, w.Session(t, "lead-city"), many.Number)
	if err != nil || v.Naming != tickets.Joint || v.People != 22 || len(v.Complainants) != 22 {
		t.Fatalf("naming %s, %d people, %d kept: %v", v.Naming, v.People, len(v.Complainants), err)
	}
	// The county that is proposed hears of it when it has it, not before.
	seen := func() (n int) {
		err := w.PG.Read(ctx, w.Session(t, "lead-140428"), func(tx *pg.Tx) error {
			return tx.QueryRow(ctx, `SELECT count(*) FROM notifications WHERE kind = 'group'`).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := seen(); n != 0 {
		t.Errorf("the county is told of a ticket that it does not have")
	}
	w.act(t, "lead-city", many.Number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	if n := seen(); n != 1 {
		t.Errorf("the county sees %d notices", n)
	}
}
