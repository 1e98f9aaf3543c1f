package city12345_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"hotline/intake/city12345"
	"hotline/internal/pg"
	"hotline/tickets"
)

func TestThePlatformsEventsMoveTheTicket(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.push(w.order("e-1", "CZ1"))
	n := a.TicketNo
	for _, body := range []string{
		w.about("e-2", "CZ1", city12345.Urged, func(e *city12345.Event) { e.Urge = &city12345.Urge{Reason: "再次来电", Times: 2} }),
		w.about("e-3", "CZ1", city12345.Supervised, func(e *city12345.Event) {
			e.Supervise = &city12345.Supervise{By: "市督办科", Opinion: "限期办结"}
		}),
		w.about("e-4", "CZ1", city12345.Supplemented, func(e *city12345.Event) {
			e.Supplement = &city12345.Supplement{Content: "补充存折照片", Attachments: []city12345.Attachment{{Name: "../存折.jpg", URL: "http://127.0.0.1:1/b.jpg"}}}
		}),
	} {
		if a := w.push(body); a.Status != 200 || a.TicketNo != n || a.Duplicate {
			t.Fatalf("%s: %+v", body, a)
		}
	}
	v := w.view(n)
	if v.Urges != 1 || !v.Supervised || len(v.Attachments) != 1 || v.Attachments[0].Name != "存折.jpg" {
		t.Errorf("urges %d, supervised %t, attachments %+v", v.Urges, v.Supervised, v.Attachments)
	}
	if a := w.push(w.about("e-2", "CZ1", city12345.Urged, func(e *city12345.Event) { e.Urge = &city12345.Urge{Reason: "再次来电", Times: 2} })); !a.Duplicate || w.view(n).Urges != 1 {
		t.Errorf("an urge counted twice: %+v", a)
	}
	w.answered(n)
	w.push(w.about("e-5", "CZ1", city12345.Visited, func(e *city12345.Event) { e.Visit = &city12345.Visit{Solved: "已解决", Satisfaction: "理解"} }))
	w.push(w.about("e-6", "CZ1", city12345.Closed, nil))
	v = w.view(n)
	if v.Status != tickets.Closed || v.Outcome != "resolved" || v.Satisfaction != "basically" || v.Order.State != "closed" || v.Order.ClosedAt == nil {
		t.Fatalf("after visit and close: %s %s %s, order %+v", v.Status, v.Outcome, v.Satisfaction, v.Order)
	}
	w.Clock.Add(time.Minute)
	w.push(w.about("e-7", "CZ1", city12345.Redone, func(e *city12345.Event) { e.Redo = &city12345.Redo{Reason: "来电人称未到账"} }))
	v = w.view(n)
	if v.Status != tickets.Dispatched || v.Redos != 1 || v.Order.State != "dispatched" || v.Order.ClosedAt != nil {
		t.Errorf("after redo: %s, %d redos, order %+v", v.Status, v.Redos, v.Order)
	}
	rows, err := w.db.Journal(context.Background(), pg.Machine("machine:test"), n)
	if err != nil {
		t.Fatal(err)
	}
	if last := rows[len(rows)-1]; last.Actor != "platform:demo" || last.Action != string(tickets.ActRedo) {
		t.Errorf("the journal says %s did %s", last.Actor, last.Action)
	}
}

func TestRecallAndReturnEndTheTicket(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, c := range []struct {
		order, outcome, state string
		event                 city12345.EventKind
		fill                  func(*city12345.Event)
	}{
		{"CZ1", "recalled", "recalled", city12345.Recalled, func(e *city12345.Event) { e.Recall = &city12345.Recall{Reason: "来电人撤回"} }},
		{"CZ2", "returned", "returned", city12345.ReturnDecided, func(e *city12345.Event) {
			e.ReturnDecision = &city12345.ReturnDecision{Granted: true, Reason: "改派人社局"}
		}},
	} {
		n := w.push(w.order("d-"+c.order, c.order)).TicketNo
		w.act(w.Session(t, "lead-city"), n, tickets.ActDispatch, tickets.Values{"unit": "10"})
		w.act(w.Session(t, "lead-140428"), n, tickets.ActSignReturn, tickets.Values{"reason": "不属于民政职责", "basis": "other_body"})
		w.push(w.about("x-"+c.order, c.order, c.event, c.fill))
		v := w.view(n)
		if v.Status != tickets.Closed || v.Outcome != c.outcome || v.Order.State != c.state {
			t.Errorf("%s: %s %s, order %s", c.event, v.Status, v.Outcome, v.Order.State)
		}
		for _, d := range v.Deadlines {
			if d.Open() {
				t.Errorf("%s: clock %s still runs", c.event, d.Rule)
			}
		}
	}
	var state, by string
	w.Row(t, `SELECT r.state, r.decided_by FROM requests r JOIN orders o ON o.ticket = r.ticket WHERE o.order_no = 'CZ2'`, nil, &state, &by)
	if state != "granted" || by != "platform:demo" {
		t.Errorf("the request is %s by %s", state, by)
	}
}

func TestARefusedReturnGoesOn(t *testing.T) {
	t.Parallel()
	w := open(t)
	n := w.push(w.order("e-1", "CZ1")).TicketNo
	w.act(w.Session(t, "lead-city"), n, tickets.ActDispatch, tickets.Values{"unit": "10"})
	w.act(w.Session(t, "lead-140428"), n, tickets.ActSignReturn, tickets.Values{"reason": "不属于民政职责", "basis": "other_body"})
	w.push(w.about("e-2", "CZ1", city12345.ReturnDecided, func(e *city12345.Event) { e.ReturnDecision = &city12345.ReturnDecision{Reason: "请继续办理"} }))
	v := w.view(n)
	if v.Status != tickets.Handling || v.Requests[0].State != "refused" || v.Requests[0].DecisionNote != "请继续办理" {
		t.Errorf("%s, request %+v", v.Status, v.Requests[0])
	}
}

func TestAnEventBeforeItsOrderWaitsForIt(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.push(w.about("e-2", "CZ1", city12345.Urged, nil))
	if a.Status != 200 || a.TicketNo != "" {
		t.Fatalf("answer %+v", a)
	}
	if got := w.line("e-2"); got != "kept: 还没有收到这张工单的派单" {
		t.Errorf("event %s", got)
	}
	n := w.push(w.order("e-1", "CZ1")).TicketNo
	if got := w.line("e-2"); got != "applied" || w.view(n).Urges != 1 {
		t.Errorf("event %s, urges %d", got, w.view(n).Urges)
	}
}

func TestACloseBeforeOurAnswerIsKeptAndAppliedAfterIt(t *testing.T) {
	t.Parallel()
	w := open(t)
	n := w.push(w.order("e-1", "CZ1")).TicketNo
	w.push(w.about("e-9", "CZ1", city12345.Closed, nil))
	if got := w.line("e-9"); got != "kept: 平台已结案，本单位尚未答复" || w.view(n).Order.State != "closed" {
		t.Fatalf("event %s, order %s", got, w.view(n).Order.State)
	}
	list, err := w.store.Disagreements(t.Context(), "demo", 10)
	if err != nil || len(list) != 1 || list[0].Number != n || list[0].EventID != "e-9" {
		t.Errorf("listed %+v, %v", list, err)
	}
	w.answered(n)
	w.Clock.Add(2 * time.Minute)
	if err := w.endpoint.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.line("e-9"); got != "applied" || w.view(n).Status != tickets.Closed {
		t.Errorf("event %s, ticket %s", got, w.view(n).Status)
	}
	if list, _ := w.store.Disagreements(t.Context(), "demo", 10); len(list) != 0 {
		t.Errorf("still listed: %+v", list)
	}
}

func TestAnEventThatNeverFitsStopsAfterADay(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.push(w.about("e-2", "NOBODY", city12345.Urged, nil))
	for range 3 {
		w.Clock.Add(13 * time.Hour)
		if err := w.endpoint.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(`SELECT count(*) FROM outbox WHERE kind = 'platform_event' AND stopped_at IS NOT NULL AND done_at IS NULL`); n != 1 {
		t.Error("it does not wait for a person")
	}
	if list, err := w.store.Disagreements(t.Context(), "", 10); err != nil || len(list) != 1 {
		t.Errorf("listed %+v, %v", list, err)
	}
}

func TestALateCloseDoesNotEndARedoneOrder(t *testing.T) {
	t.Parallel()
	w := open(t)
	n := w.push(w.order("e-1", "CZ1")).TicketNo
	w.answered(n)
	late := w.about("e-2", "CZ1", city12345.Closed, nil)
	w.Clock.Add(time.Minute)
	w.push(w.about("e-3", "CZ1", city12345.Redone, nil))
	w.push(late)
	if got := w.line("e-2"); got != "applied: 晚到：此后平台已重办" {
		t.Errorf("event %s", got)
	}
	w.answered(n)
	if err := w.endpoint.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v := w.view(n); v.Status != tickets.Answered || v.Order.State != "dispatched" {
		t.Errorf("ticket %s, order %s", v.Status, v.Order.State)
	}
}

func TestAVisitWithoutAClearAnswerIsLeftToAPerson(t *testing.T) {
	t.Parallel()
	w := open(t)
	n := w.push(w.order("e-1", "CZ1")).TicketNo
	w.answered(n)
	w.push(w.about("e-2", "CZ1", city12345.Visited, func(e *city12345.Event) { e.Visit = &city12345.Visit{Solved: "7", Satisfaction: "满意"} }))
	if got := w.line("e-2"); !strings.HasPrefix(got, "kept: 回访结果") || w.view(n).Status != tickets.Answered {
		t.Errorf("event %s, ticket %s", got, w.view(n).Status)
	}
}

func TestNothingOfAConfidentialCallerLeaksThroughItsEvents(t *testing.T) {
	t.Parallel()
	w := open(t)
	n := w.push(w.order("e-1", "CZ1", func(o *city12345.Order) {
		o.Confidential, o.Title = true, "王小明反映村干部"
		o.Attachments = []city12345.Attachment{{Name: "王小明.jpg", URL: "http://127.0.0.1:1/a"}}
	})).TicketNo
	w.push(w.about("e-2", "CZ1", city12345.Supplemented, func(e *city12345.Event) {
		e.Supplement = &city12345.Supplement{Content: "王小明来电补充，电话19900001234", Attachments: []city12345.Attachment{{Name: "王小明的存折.jpg", URL: "http://127.0.0.1:1/b"}}}
	}))
	w.push(w.about("e-3", "CZ1", city12345.Urged, func(e *city12345.Event) { e.Urge = &city12345.Urge{Reason: "王小明催办"} }))
	v := w.view(n)
	seen := v.Title + v.Place + v.Statement
	for _, a := range v.Attachments {
		seen += a.Name
	}
	rows, err := w.db.Journal(context.Background(), pg.Machine("machine:test"), n)
	if err != nil || len(rows) < 3 || len(v.Attachments) != 2 {
		t.Fatalf("%d rows, %d files, %v", len(rows), len(v.Attachments), err)
	}
	for _, r := range rows {
		for _, f := range r.Fields {
			seen += string(f)
		}
	}
	for _, trace := range []string{"王小明", "19900001234"} {
		if strings.Contains(seen, trace) {
			t.Errorf("%s can be read: %s", trace, seen)
		}
	}
}

func TestAStepTakenByARunThatDiedIsNotTakenAgain(t *testing.T) {
	t.Parallel()
	w := open(t)
	n := w.push(w.order("e-1", "CZ1")).TicketNo
	w.push(w.about("e-2", "CZ1", city12345.Urged, nil))
	w.Exec(t, `UPDATE order_events SET state = 'kept' WHERE event_id = 'e-2'`) // died before it could note it
	w.Clock.Add(2 * time.Minute)
	if err := w.endpoint.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.push(w.about("e-3", "CZ1", city12345.Supervised, nil))
	if got := w.line("e-2"); got != "applied" || w.view(n).Urges != 1 {
		t.Errorf("event %s, urges %d", got, w.view(n).Urges)
	}
}
