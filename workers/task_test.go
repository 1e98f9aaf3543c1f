package workers

import (
	"testing"
	"time"

	"hotline/intake"
	"hotline/internal/pg"
	"hotline/tickets"
)

// TestAnAccusedUnitHearsOfItsTaskAndNotOfTheTicket follows one task through the
// workers: its notices, its cards, and the answer that reaches the ticket.
func TestAnAccusedUnitHearsOfItsTaskAndNotOfTheTicket(t *testing.T) {
	t.Parallel()
	w := open(t)
	background(t, w.workers(t).Run)
	o := w.register(t, help(func(s *intake.Submission) { s.Kind, s.Accused = tickets.Complaint, []tickets.Accused{{Unit: 10}} }))
	until(t, "it is routed", func() bool {
		return w.count(t, `SELECT count(*) FROM outbox WHERE kind = 'route' AND done_at IS NOT NULL`) == 1
	})
	w.act(t, "lead-city", o.Number, tickets.ActTake, nil)
	due := w.Clock.Now().Add(10 * time.Hour).UTC()
	v := w.act(t, "lead-city", o.Number, tickets.ActTask, tickets.Values{"kind": tickets.TaskRectify, "unit": "10", "text": "请恢复公示。", "due": due.Format(time.RFC3339)})
	x := v.Tasks[0]
	told := func(kind string) (out string) {
		w.Row(t, `SELECT coalesce(string_agg(unit || ' ' || role || CASE WHEN person IS NULL THEN '' ELSE 'person' END || CASE WHEN ticket IS NULL THEN '' ELSE ' ticket' END || CASE WHEN task IS NULL THEN '' ELSE ' task' END, ', ' ORDER BY unit, role), '')
			FROM notifications WHERE kind = $1 AND task IS NOT NULL`, []any{kind}, &out)
		return out
	}
	until(t, "the county is told", func() bool { return told("task_sent") != "" })
	if got := told("task_sent"); got != "10 lead task" {
		t.Errorf("told of the task: %s", got)
	}
	// Past its time: each level that has fallen, up to the red card.
	w.Clock.Set(due.Add(time.Minute))
	for range 6 {
		if _, err := w.db.RaiseCards(ctx, w.Clock.Now(), 100); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the red card is told", func() bool { return told("card_red") != "" })
	if got := told("card_red"); got != "1 person ticket task, 1 lead ticket task, 10 lead task" && got != "1 lead ticket task, 1 person ticket task, 10 lead task" {
		t.Errorf("told of the red card: %s", got)
	}
	if n := w.count(t, `SELECT count(*) FROM outbox o JOIN deadlines d ON d.id = (o.args->>'deadline')::bigint WHERE o.kind = 'supervise' AND d.rule LIKE 'task%'`); n != 0 {
		t.Errorf("a late task has its ticket supervised: %d", n)
	}
	w.hearsNoTicket(t, 2)
	if _, err := w.db.AnswerTask(ctx, w.Session(t, "lead-140428"), x.Number, 0, "已恢复", nil); err != nil {
		t.Fatal(err)
	}
	until(t, "the ticket is told", func() bool {
		return w.count(t, `SELECT count(*) FROM deadlines WHERE id = $1 AND met_event = 'task_answered'`, x.Clock) == 1
	})
	until(t, "the city is told", func() bool { return told("task_answered") != "" })
	if n := w.count(t, `SELECT count(*) FROM cards WHERE deadline = $1 AND cleared_at IS NULL`, x.Clock); n != 0 {
		t.Errorf("%d cards are left after the answer", n)
	}
}

// hearsNoTicket: what the county reads of its notices names no ticket.
func (w *world) hearsNoTicket(t *testing.T, least int) {
	t.Helper()
	n, named := 0, 0
	err := w.PG.Read(ctx, w.Session(t, "lead-140428"), func(tx *pg.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*), count(ticket) FROM notifications`).Scan(&n, &named)
	})
	if err != nil || n < least || named != 0 {
		t.Errorf("the county reads %d notices, %d name a ticket: %v", n, named, err)
	}
}
