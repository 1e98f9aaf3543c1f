package workers

import (
	"context"
	"strings"
	"testing"
	"time"

	"hotline/internal/outbox"
	"hotline/tickets"
)

func TestTheListKeepsItsPromises(t *testing.T) {
	t.Parallel()
	if err := check(Jobs()); err != nil {
		t.Error(err)
	}
}

func TestEveryJobOfTheFlowHasAWorker(t *testing.T) {
	t.Parallel()
	known := rules(Jobs())
	want := []string{tickets.JobRoute, tickets.JobSMS, tickets.JobMailReply, tickets.JobPlatformReply, tickets.JobFetch, tickets.JobAcknowledge}
	for _, row := range tickets.Flow {
		want = append(want, row.Jobs...)
	}
	for _, kind := range want {
		if _, ok := known[kind]; !ok {
			t.Errorf("nobody does %s", kind)
		}
	}
}

func TestEveryNotifyingActHasHearers(t *testing.T) {
	t.Parallel()
	for _, row := range tickets.Flow {
		for _, kind := range row.Jobs {
			if kind == tickets.JobNotify && len(hears[string(row.Action)].who) == 0 && taskHears[string(row.Action)].kind == "" {
				t.Errorf("%s leaves a notify row and nobody hears of it", row.Action)
			}
		}
	}
}

func TestCheckRefusesAListThatBreaksItsPromises(t *testing.T) {
	t.Parallel()
	run := func(context.Context, *Deps, []outbox.Row) error { return nil }
	good := Job{Kind: "a", Queue: low, MaxAttempts: 1, Timeout: time.Second, Lease: time.Minute, Run: run}
	for _, c := range []struct {
		want string
		job  func(Job) Job
	}{
		{"twice", func(j Job) Job { return j }},
		{"no queue", func(j Job) Job { j.Kind, j.Queue = "b", "urgent"; return j }},
		{"are needed", func(j Job) Job { j.Kind, j.Run = "b", nil; return j }},
		{"ends before", func(j Job) Job { j.Kind, j.Retries, j.Lease = "b", 2, 6*time.Second; return j }},
	} {
		err := check([]Job{good, c.job(good)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want it to say %q", err, c.want)
		}
	}
}

func TestATaskCarriesIdsOnly(t *testing.T) {
	t.Parallel()
	task, err := newTask(Job{Kind: "a", Queue: low}, []outbox.Row{{ID: 7, Attempt: 2, Ticket: 9, Args: []byte(`{"action":"sign"}`)}, {ID: 8, Attempt: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(task.Payload()); got != "[[7,2],[8,1]]" {
		t.Errorf("payload %s", got)
	}
	lent, err := loans(task)
	if err != nil || len(lent) != 2 || lent[0] != (outbox.Claimed{ID: 7, Attempt: 2}) {
		t.Errorf("read back %v, %v", lent, err)
	}
}
