package tickets

import (
	"testing"
	"time"
)

func TestTheFirstMissedClockDecidesADuty(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 1, 0, 0, 0, time.UTC) }
	met := func(id int64, n int) Event {
		return Event{Action: "x", At: day(n), Recorded: day(n), Provenance: "typed", Met: []int64{id}}
	}
	off := func(id int64, n int) Event {
		return Event{Action: "x", At: day(n), Recorded: day(n), Provenance: "machine", Cancelled: []int64{id}}
	}
	first, second := Clock{ID: 1, Rule: "resolve.help", Due: day(10)}, Clock{ID: 2, Rule: "resolve.order.help", Due: day(20)}
	other := Clock{ID: 3, Rule: "internal", Due: day(1)}
	for name, c := range map[string]struct {
		events []Event
		clocks []Clock
		due    int // 0: no duty
		ok     bool
		by     int
	}{
		"no clock":                         {due: 0},
		"another duty":                     {clocks: []Clock{other}, due: 0},
		"open":                             {clocks: []Clock{first}, due: 10},
		"met in time":                      {clocks: []Clock{first}, events: []Event{met(1, 9)}, due: 10, ok: true, by: 3},
		"met at the very due time is late": {clocks: []Clock{first}, events: []Event{met(1, 10)}, due: 10, by: 3},
		"called off in time":               {clocks: []Clock{first}, events: []Event{off(1, 9)}, due: 0},
		"called off when overdue":          {clocks: []Clock{first}, events: []Event{off(1, 11)}, due: 10},
		"done again in time":               {clocks: []Clock{first, second}, events: []Event{met(1, 9), met(2, 19)}, due: 20, ok: true, by: 3},
		"late, then done again in time":    {clocks: []Clock{first, second}, events: []Event{met(1, 11), met(2, 19)}, due: 10, by: 3},
		"in time, then again and open":     {clocks: []Clock{first, second}, events: []Event{met(1, 9)}, due: 20},
	} {
		d := FactsOf(day(1), c.events, c.clocks).Resolve
		switch {
		case c.due == 0 && d.Due != nil, c.due != 0 && (d.Due == nil || !d.Due.Equal(day(c.due))), d.OK != c.ok, d.By != c.by:
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func TestARedoReopensWhatWasClosedAndIsRemembered(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)
	step := func(hours int, a Action, s Status) Event {
		return Event{Action: a, Status: s, At: at.Add(time.Duration(hours) * time.Hour), Recorded: at.Add(time.Duration(hours) * time.Hour), Provenance: "machine"}
	}
	life := []Event{step(0, ActRegister, Registered), step(1, ActDispatch, Dispatched), step(2, ActSign, Handling), {Action: "not_known_yet"}, step(30, ActFollowUp, Closed)}
	life[4].Resolved, life[4].Rating = "false", "dissatisfied"
	f := FactsOf(at, life, nil)
	if f.Closed == nil || *f.Minutes != 30*60 || f.Redone || f.Stage != StageClosed || *f.Resolved || *f.Pleased {
		t.Errorf("closed once: %+v", f)
	}
	f = FactsOf(at, append(life, step(40, ActRedo, Dispatched)), nil)
	if f.Closed != nil || f.Minutes != nil || !f.Redone || !f.Ended.Equal(at.Add(30*time.Hour)) || f.Stage != StageClosed {
		t.Errorf("done again: %+v", f)
	}
}

func TestAReturnCountsWhereItWasNeverDispatched(t *testing.T) {
	t.Parallel()
	at, returned := time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC), "returned"
	f := FactsOf(at, []Event{{Action: ActPlatformReturned, Status: Closed, At: at, Recorded: at, Outcome: &returned}}, nil)
	if !f.Returned || f.Sent == nil {
		t.Errorf("%+v", f)
	}
}

func TestAnEmptyDenominatorIsNotAvailable(t *testing.T) {
	t.Parallel()
	for _, i := range Indicators {
		if got := i.Text(Rate{}); got != "n/a" {
			t.Errorf("%s of nothing: %s", i.Code, got)
		}
		if i.ZH == "" || i.EN == "" || i.Num == "" || i.NumEN == "" || i.Den == "" || i.DenEN == "" || i.Source == "" {
			t.Errorf("%s lacks a definition", i.Code)
		}
	}
	onTime, _ := IndicatorOf(OnTimeRate)
	if got := onTime.Text(Rate{15, 16}) + " " + onTime.Parts(Rate{15, 16}); got != "93.8% 15 / 16" {
		t.Error(got)
	}
}
