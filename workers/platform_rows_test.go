package workers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"hotline/intake/city12345"
	"hotline/intake/intakedb"
	"hotline/internal/outbox"
	"hotline/tickets"
)

// scriptedPlatform is a platform that notes every attempt and answers from a list.
type scriptedPlatform struct {
	sent    []string
	answers []func() (city12345.Verdict, error)
}

func busy() (city12345.Verdict, error) {
	return city12345.Verdict{}, fmt.Errorf("%w: status 503", city12345.ErrTemporary)
}

func yes() (city12345.Verdict, error) { return city12345.Verdict{Accepted: true}, nil }

func no() (city12345.Verdict, error) { return city12345.Verdict{Reason: "口径不符"}, nil }

func (p *scriptedPlatform) Send(_ context.Context, o city12345.Outbound) (city12345.Verdict, error) {
	b, err := json.Marshal(o)
	if err != nil {
		return city12345.Verdict{}, err
	}
	p.sent = append(p.sent, string(b))
	answer := p.answers[0]
	if len(p.answers) > 1 {
		p.answers = p.answers[1:]
	}
	return answer()
}

// connected is a desk with one order and a scripted platform.
func connected(t *testing.T, answers ...func() (city12345.Verdict, error)) (*world, *scriptedPlatform, *Deps, string) {
	t.Helper()
	w := open(t)
	p := &scriptedPlatform{answers: answers}
	w.cfg.Platforms = map[string]Platform{"demo": p}
	return w, p, w.workers(t).deps, w.ordered(t).Number
}

// lent claims the open rows of a kind, as the relay does.
func (w *world) lent(t *testing.T, d *Deps, kind string) []outbox.Row {
	t.Helper()
	w.Clock.Add(time.Hour)
	rows, err := d.Outbox.Claim(ctx, w.Clock.Now(), []string{kind}, 10)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func (w *world) signed(t *testing.T, number string) {
	t.Helper()
	w.act(t, "lead-city", number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	w.act(t, "lead-140428", number, tickets.ActSign, nil)
}

func TestAnEventIsTheSameAtEveryAttempt(t *testing.T) {
	t.Parallel()
	w, p, d, number := connected(t, busy, yes)
	w.signed(t, number)
	if err := platform(ctx, d, w.lent(t, d, tickets.JobPlatformSigned)); !errors.Is(err, city12345.ErrTemporary) || permanent(err) {
		t.Fatalf("got %v, want a temporary error", err)
	}
	w.act(t, "lead-140428", number, tickets.ActReportUp, tickets.Values{"reason": "须市局办理"}) // another unit has it now
	if err := platform(ctx, d, w.lent(t, d, tickets.JobPlatformSigned)); err != nil {
		t.Fatal(err)
	}
	if len(p.sent) != 2 || p.sent[0] != p.sent[1] {
		t.Errorf("sent %q", p.sent)
	}
	if rows := w.lent(t, d, tickets.JobPlatformSigned); len(rows) != 0 {
		t.Errorf("%d rows are still open", len(rows))
	}
	if n := w.count(t, `SELECT count(*) FROM order_events e JOIN orders o USING (platform, order_no) WHERE e.direction = 'out' AND e.state = 'accepted' AND e.attempts = 2 AND o.state = 'signed'`); n != 1 {
		t.Error("acceptance is not noted")
	}
}

func TestAnEventWaitsForTheOneBeforeIt(t *testing.T) {
	t.Parallel()
	w, p, d, number := connected(t, yes)
	w.signed(t, number)
	w.act(t, "lead-140428", number, tickets.ActAssign, tickets.Values{"investigator": fmt.Sprint(w.Person(t, "handler-140428"))})
	w.act(t, "handler-140428", number, tickets.ActContactMade, tickets.Values{"way": "call"})
	if err := platform(ctx, d, w.lent(t, d, tickets.JobPlatformContact)); err != nil || len(p.sent) != 0 {
		t.Fatalf("%d sent ahead, %v", len(p.sent), err)
	}
	for _, kind := range []string{tickets.JobPlatformSigned, tickets.JobPlatformContact} {
		rows := w.lent(t, d, kind)
		if len(rows) != 1 || rows[0].Attempt != 1 {
			t.Fatalf("%s: %+v, want one row that lost no attempt", kind, rows)
		}
		if err := platform(ctx, d, rows); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.sent) != 2 {
		t.Errorf("sent %q", p.sent)
	}
}

func TestAReplyTakenBackIsNotSent(t *testing.T) {
	t.Parallel()
	w, p, d, number := connected(t, yes)
	w.answered(t, number)
	for _, kind := range []string{tickets.JobPlatformSigned, tickets.JobPlatformContact} {
		if err := platform(ctx, d, w.lent(t, d, kind)); err != nil {
			t.Fatal(err)
		}
	}
	if err := reply(ctx, d, w.lent(t, d, tickets.JobReply)); err != nil {
		t.Fatal(err)
	}
	w.act(t, "lead-140428", number, tickets.ActSendBack, tickets.Values{"reason": "答复须补充依据"})
	if err := platform(ctx, d, w.lent(t, d, tickets.JobPlatformReply)); err != nil {
		t.Fatal(err)
	}
	if len(p.sent) != 2 || len(w.lent(t, d, tickets.JobPlatformReply)) != 0 {
		t.Errorf("sent %q", p.sent)
	}
}

func TestAfterADayAnEventWaitsForAPerson(t *testing.T) {
	t.Parallel()
	w, _, d, number := connected(t, busy)
	w.signed(t, number)
	w.Clock.Add(24 * time.Hour)
	if err := platform(ctx, d, w.lent(t, d, tickets.JobPlatformSigned)); !permanent(err) {
		t.Fatalf("got %v, want it to stop", err)
	}
	list, err := d.Orders.Disagreements(ctx, "demo", 10)
	if err != nil || len(list) != 1 || list[0].State != "failed" || list[0].Number != number {
		t.Errorf("listed %+v, %v", list, err)
	}
}

func TestAnOrderOfAPlatformWithoutAnInterfaceIsLeftToItsPortal(t *testing.T) {
	t.Parallel()
	w, _, d, number := connected(t, yes)
	d.Platforms = nil
	w.signed(t, number)
	if err := platform(ctx, d, w.lent(t, d, tickets.JobPlatformSigned)); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Hour)
	list, err := d.Orders.Disagreements(ctx, "", 10)
	if err != nil || len(list) != 1 || list[0].State != "queued" || list[0].Reason == "" {
		t.Errorf("listed %+v, %v", list, err)
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE kind = 'notify' AND args->>'action' = 'deliver_by_hand'`); n != 1 {
		t.Errorf("%d notices", n)
	}
}

func TestAReturnThePlatformWillNotTakeIsDecided(t *testing.T) {
	t.Parallel()
	w, _, d, number := connected(t, yes, no)
	w.act(t, "lead-city", number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	w.act(t, "lead-140428", number, tickets.ActSignReturn, tickets.Values{"reason": "不属于民政职责", "basis": "other_body"})
	for _, kind := range []string{tickets.JobPlatformSigned, tickets.JobPlatformReturn} {
		if err := platform(ctx, d, w.lent(t, d, kind)); err != nil {
			t.Fatal(err)
		}
	}
	var state, note string
	w.Row(t, `SELECT state, decision_note FROM requests`, nil, &state, &note)
	if state != "refused" || note != "平台不受理：口径不符" {
		t.Errorf("the request is %s: %s", state, note)
	}
}

func TestTheFormSumsUpTheFindings(t *testing.T) {
	t.Parallel()
	no := false
	for _, c := range []struct {
		outcomes     []string // "" is an allegation without a finding
		resolved     *bool
		claim, solve string
	}{
		{[]string{"true"}, nil, "属实", "已解决"},
		{[]string{"false", "false"}, nil, "不属实", "已解决"},
		{[]string{"true", "false"}, nil, "部分属实", "已解决"},
		{[]string{"partly"}, &no, "部分属实", "未解决"},
		{[]string{"unverifiable"}, nil, "无法查实", "未解决"},
		{[]string{""}, nil, "无法查实", "未解决"},
		{[]string{"done", "not_done"}, nil, "属实", "部分解决"},
		{[]string{"answered"}, nil, "属实", "已解决"},
	} {
		var list []tickets.Allegation
		for i, o := range c.outcomes {
			a := tickets.Allegation{N: i + 1}
			if o != "" {
				a.Finding = &tickets.Finding{Outcome: o}
			}
			list = append(list, a)
		}
		if claim, solve := claimTrue(list), solved(&tickets.Reply{Resolved: c.resolved}, list); claim != c.claim || solve != c.solve {
			t.Errorf("%v: %s %s, want %s %s", c.outcomes, claim, solve, c.claim, c.solve)
		}
	}
}

func TestADraftIsWrittenOnce(t *testing.T) {
	t.Parallel()
	w, _, d, _ := connected(t, yes)
	ticket := int64(w.count(t, `SELECT id FROM tickets`))
	draft := intakedb.Draft{Platform: "demo", EventID: "out-1", OrderNo: "WO-1", Event: "signed", At: w.Clock.Now(), Ticket: ticket, Body: []byte(`{"a":1}`)}
	if _, err := d.Orders.Draft(ctx, draft); err != nil {
		t.Fatal(err)
	}
	draft.Body = []byte(`{"a":2}`)
	got, err := d.Orders.Draft(ctx, draft)
	if err != nil || string(got.Body) != `{"a":1}` || got.State != "queued" {
		t.Errorf("got %s %s, %v", got.Body, got.State, err)
	}
}
