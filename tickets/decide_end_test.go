package tickets

import (
	"slices"
	"testing"
	"time"
)

func TestConclusionsHaveReasonsAndEyes(t *testing.T) {
	w := newWorld()
	end := func(outcome, text string) Values {
		v := Values{"outcome": outcome, "reason": "查无线索，村民张某", "basis": append(bases[outcome], "no_clue")[0]}
		if text != "" {
			v["public_text"] = text
		}
		return v
	}
	w.try(t, []decision{
		{name: "a conclusion goes to approval", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActConclude, end("refused", "不予受理。")), to: Approval, check: func(c Change) bool { return c.Outcome == "refused" && c.Reply != nil && c.Unit == 0 }},
		{name: "at the desk it puts the ticket into the desk's hands", ticket: func() *Ticket { t := w.ticket(); t.Unit = 0; return t }(), act: w.act(opCity, ActConclude, end("refused", "不予受理。")), to: Approval, check: func(c Change) bool { return c.Unit == 1 && c.Sign }},
		{name: "a complainant is told", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActConclude, end("refused", "")), problem: "public_text"},
		{name: "an anonymous one reads the outcome, never the internal reason", ticket: w.ticket(w.at(Handling, w.county), anonymous), act: w.act(leadCounty, ActConclude, end("unverifiable", "")), to: Approval,
			check: func(c Change) bool { return c.Reply.PublicText == "处理结论：线索不足存查。" }},
		{name: "a finding is no conclusion", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActConclude, end("resolved", "好。")), problem: "outcome"},
		{name: "a basis is needed", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActConclude, Values{"outcome": "refused", "reason": "x", "public_text": "x"}), problem: "basis"},
		{name: "the accused unit does not end it", ticket: w.ticket(w.at(Handling, w.county), accused(w.county)), act: w.act(leadCounty, ActConclude, end("refused", "不。")), problem: "outcome"},
		{name: "the accused desk does not end it", ticket: w.ticket(accused(1)), act: w.act(opCity, ActConclude, end("refused", "不。")), problem: "outcome"},
		{name: "the accused may pass it on", ticket: w.ticket(accused(1)), act: w.act(opCity, ActConclude, end("transferred", "已移送。")), to: Approval},
	})
}

func TestApprovalIsByOtherEyes(t *testing.T) {
	w := newWorld()
	done := func(more ...func(*Ticket)) *Ticket {
		return w.ticket(append([]func(*Ticket){w.at(Approval, w.county), found, replied(false)}, more...)...)
	}
	by := func(who int) func(*Ticket) {
		return func(t *Ticket) { t.Replies[len(t.Replies)-1].Author = personActor(who) }
	}
	submit := Values{"public_text": "已恢复。"}
	w.try(t, []decision{
		{name: "no submitting without a finding", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(handCounty, ActSubmit, submit), problem: "allegation"},
		{name: "no submitting with one finding of two", ticket: w.ticket(w.at(Handling, w.county), found, func(t *Ticket) { t.Allegations = append(t.Allegations, Allegation{N: 2}) }), act: w.act(handCounty, ActSubmit, submit), problem: "allegation"},
		{name: "no submitting a finding by one", ticket: w.ticket(w.at(Handling, w.county), found, func(t *Ticket) { t.Allegations[0].Finding.Second = 0 }), act: w.act(handCounty, ActSubmit, submit), problem: "second_name"},
		{name: "submitting with all findings", ticket: w.ticket(w.at(Handling, w.county), found), act: w.act(handCounty, ActSubmit, submit), to: Approval, check: func(c Change) bool { return c.Reply.Author == personActor(handCounty) && c.Reply.Resolved == nil }},
		{name: "unresolved needs a reason", ticket: w.ticket(w.at(Handling, w.county), found), act: w.act(handCounty, ActSubmit, Values{"public_text": "x", "resolved": "0"}), problem: "unresolved_reason"},
		{name: "a lead approves", ticket: done(), act: w.act(leadCounty, ActApprove, nil), to: Answering, check: func(c Change) bool { return c.Approve && slices.Contains(c.Jobs, JobReply) }},
		{name: "a lead above approves", ticket: done(), act: w.act(leadCity, ActApprove, nil), to: Answering},
		{name: "the author does not", ticket: done(by(leadCounty)), act: w.act(leadCounty, ActApprove, nil), problem: "-"},
		{name: "another lead then does", ticket: done(by(leadCounty)), act: w.act(leadCount2, ActApprove, nil), to: Answering},
		{name: "an investigator does not, though a lead", ticket: done(func(t *Ticket) { t.Second = leadCounty }), act: w.act(leadCounty, ActApprove, nil), problem: "-"},
		{name: "the author of a finding does not, though others submitted it", ticket: done(func(t *Ticket) { t.Allegations[0].Finding.Author = leadCounty }), act: w.act(leadCounty, ActApprove, nil), problem: "-"},
		{name: "where nobody can be answered it closes with its result published", ticket: done(anonymous), act: w.act(leadCounty, ActApprove, nil), to: Closed,
			check: func(c Change) bool {
				return c.Outcome == "resolved" && c.Cancel && c.Attempt.Way == "status_page" && len(c.Jobs) == 0 && slices.Contains(c.Meets, "closed")
			}},
		{name: "sending back drops the conclusion", ticket: done(func(t *Ticket) { t.Outcome = "refused" }), act: w.act(leadCounty, ActSendBack, Values{"reason": "再查"}), to: Handling, check: func(c Change) bool { return c.ClearOutcome }},
	})
}

func TestDeliveryIsProvenOrExhausted(t *testing.T) {
	w := newWorld()
	ready := func(more ...func(*Ticket)) *Ticket {
		return w.ticket(append([]func(*Ticket){w.at(Answering, w.county), found, replied(true)}, more...)...)
	}
	day := func(n int) time.Time { return testNow.AddDate(0, 0, n) }
	three := []func(*Ticket){tried("call", "unreachable", day(-3)), tried("sms", "failed", day(-2)), tried("call", "unreachable", day(-1))}
	give := Values{"reason": "多次联系不上"}
	proof := Values{"way": "sms", "evidence": "回执"}
	w.try(t, []decision{
		{name: "delivered with evidence", ticket: ready(), act: w.act(opCity, ActDelivered, proof), to: Answered, check: func(c Change) bool { return c.Attempt.State == "delivered" && c.Attempt.Provenance == "typed" }},
		{name: "delivered without evidence is not", ticket: ready(), act: w.act(opCity, ActDelivered, Values{"way": "sms"}), problem: "evidence"},
		{name: "a machine's proof says so", ticket: ready(), act: Act{Action: ActDelivered, Actor: aMachine, Values: proof, Now: testNow}, to: Answered, check: func(c Change) bool { return c.Attempt.Provenance == "machine" }},
		{name: "an unapproved reply is not delivered", ticket: w.ticket(w.at(Answering, w.county), found, replied(false)), act: w.act(opCity, ActDelivered, proof), problem: "-"},
		{name: "an attempt stays", ticket: ready(), act: w.act(opCity, ActAttempt, Values{"way": "call", "state": "unreachable"}), to: Answering},
		{name: "a person does not type delivered as an attempt", ticket: ready(), act: w.act(opCity, ActAttempt, Values{"way": "call", "state": "delivered"}), problem: "state"},
		{name: "nobody types the mark of exhaustion", ticket: ready(), act: w.act(opCity, ActAttempt, Values{"way": "call", "state": "failed", "evidence": ExhaustedMark}), problem: "evidence"},
		{name: "nothing happened tomorrow", ticket: ready(), act: w.act(opCity, ActDelivered, Values{"way": "sms", "evidence": "x", "at": day(1).Format(time.RFC3339)}), problem: "at"},
		{name: "nothing happened before it came", ticket: ready(), act: w.act(opCity, ActDelivered, Values{"way": "sms", "evidence": "x", "at": day(-9).Format(time.RFC3339)}), problem: "at"},
		{name: "a typed time is the event's", ticket: ready(), act: w.act(opCity, ActDelivered, Values{"way": "sms", "evidence": "x", "at": testNow.Add(-time.Minute).Format(time.RFC3339)}), to: Answered,
			check: func(c Change) bool { return c.Typed && c.EventAt.Equal(testNow.Add(-time.Minute)) }},
		{name: "exhausted after three attempts by two ways", ticket: ready(three...), act: w.act(leadCounty, ActExhausted, give), to: Answered, check: func(c Change) bool { return c.Attempt.Evidence == ExhaustedMark }},
		{name: "two attempts are not enough", ticket: ready(three[:2]...), act: w.act(leadCounty, ActExhausted, give), problem: "-"},
		{name: "one way is not enough", ticket: ready(three[0], three[2], three[0]), act: w.act(leadCounty, ActExhausted, give), problem: "-"},
		{name: "attempts at an earlier reply do not count", ticket: ready(append(slices.Clone(three), replied(true))...), act: w.act(leadCounty, ActExhausted, give), problem: "-"},
		{name: "for a report they spread over three days", ticket: ready(append(slices.Clone(three), kind(Report), found)...), act: w.act(leadCounty, ActExhausted, give), to: Answered},
		{name: "a report tried three times in a day is not exhausted", ticket: ready(kind(Report), tried("call", "failed", testNow), tried("sms", "failed", testNow), tried("call", "failed", testNow)), act: w.act(leadCounty, ActExhausted, give), problem: "-"},
		{name: "an operator does not exhaust", ticket: ready(three...), act: w.act(opCity, ActExhausted, give), err: ErrNotAllowed},
	})
}

func TestClosingPassesTheGate(t *testing.T) {
	w := newWorld()
	ready := func(more ...func(*Ticket)) *Ticket {
		return w.ticket(append([]func(*Ticket){w.at(Answered, w.county), found, replied(true)}, more...)...)
	}
	delivered := tried("sms", "delivered", testNow)
	mark := func(t *Ticket) {
		t.Attempts = append(t.Attempts, Attempt{Reply: 1, Way: "status_page", State: "unreachable", Evidence: ExhaustedMark, Provenance: "typed"})
	}
	called := Values{"resolved": "true", "satisfaction": "satisfied"}
	noPhone := func(t *Ticket) { t.HasPhone = false }
	w.try(t, []decision{
		{name: "a follow-up closes", ticket: ready(delivered), act: w.act(opCity, ActFollowUp, called), to: Closed, check: func(c Change) bool { return c.Outcome == "resolved" && c.Satisfaction == "satisfied" && c.Cancel }},
		{name: "not without proof", ticket: ready(), act: w.act(opCity, ActFollowUp, called), problem: "-"},
		{name: "exhaustion is proof enough", ticket: ready(mark), act: w.act(opCity, ActFollowUp, called), to: Closed},
		{name: "proof of an earlier reply is none", ticket: ready(delivered, replied(true)), act: w.act(opCity, ActFollowUp, called), problem: "-"},
		{name: "not without a finding", ticket: ready(delivered, func(t *Ticket) { t.Allegations[0].Finding = nil }), act: w.act(opCity, ActFollowUp, called), problem: "allegation"},
		{name: "a conclusion stands for the findings", ticket: ready(delivered, func(t *Ticket) { t.Allegations[0].Finding, t.Outcome = nil, "refused" }), act: w.act(opCity, ActFollowUp, called), to: Closed, check: func(c Change) bool { return c.Outcome == "refused" }},
		{name: "somebody with a phone is called first", ticket: ready(delivered), act: w.act(leadCounty, ActClose, nil), problem: "-"},
		{name: "without a phone it closes", ticket: ready(delivered, noPhone), act: w.act(leadCounty, ActClose, nil), to: Closed},
		{name: "the platform ends its own order", ticket: ready(order), act: Act{Action: ActClose, Actor: aPlatform, Now: testNow}, to: Closed},
		{name: "the platform does not end our own", ticket: ready(noPhone), act: Act{Action: ActClose, Actor: aPlatform, Now: testNow}, problem: "-"},
		{name: "a lead ends an order with what was seen there", ticket: ready(order, delivered), act: w.act(leadCity, ActClose, Values{"note": "平台已结案"}), to: Closed},
		{name: "and not without", ticket: ready(order, delivered), act: w.act(leadCity, ActClose, nil), problem: "note"},
		{name: "the platform recalls from anywhere", ticket: w.ticket(w.at(Dispatched, w.county), order), act: Act{Action: ActPlatformRecall, Actor: aPlatform, Now: testNow}, to: Closed, check: func(c Change) bool { return c.Outcome == "recalled" && c.Cancel }},
		{name: "the platform grants a return", ticket: w.ticket(w.at(Handling, w.county), order), act: Act{Action: ActPlatformReturned, Actor: aPlatform, Now: testNow}, to: Closed, check: func(c Change) bool { return c.Outcome == "returned" }},
		{name: "an archived ticket keeps its outcome", ticket: ready(delivered, func(t *Ticket) { t.Status, t.Outcome = Closed, "resolved" }), act: w.act(leadCity, ActArchive, nil), to: Archived, check: func(c Change) bool { return c.Outcome == "" && !c.Cancel }},
	})
}

func TestRedoAndRevive(t *testing.T) {
	w := newWorld()
	closed := func(more ...func(*Ticket)) *Ticket {
		return w.ticket(append([]func(*Ticket){w.at(Closed, w.county), found, func(t *Ticket) { t.Outcome = "resolved" }}, more...)...)
	}
	redos := func(n int) func(*Ticket) { return func(t *Ticket) { t.Redos = n } }
	atDesk := func(t *Ticket) { t.Unit, t.UnitPath, t.Hops = 0, "", nil }
	filed := func(t *Ticket) { t.Outcome = "unverifiable" }
	why := Values{"reason": "诉求人不服"}
	w.try(t, []decision{
		{name: "back to the unit that had it", ticket: closed(), act: w.act(opCity, ActRedo, why), to: Dispatched, check: func(c Change) bool { return c.Redo && c.ClearOutcome && c.Unit == w.county }},
		{name: "or to another", ticket: closed(), act: w.act(leadCity, ActRedo, Values{"reason": "x", "unit": "1"}), to: Dispatched, check: func(c Change) bool { return c.Unit == 1 }},
		{name: "what the desk closed comes back to the desk", ticket: closed(atDesk), act: w.act(opCity, ActRedo, why), to: Dispatched, check: func(c Change) bool { return c.Unit == 1 }},
		{name: "not to a unit accused since", ticket: closed(accused(w.county)), act: w.act(opCity, ActRedo, why), problem: "unit"},
		{name: "the first time the investigators may stay", ticket: closed(), act: w.act(opCity, ActRedo, why), to: Dispatched, check: func(c Change) bool { return c.Investigator == nil }},
		{name: "the second time they do not", ticket: closed(redos(1)), act: w.act(opCity, ActRedo, why), to: Dispatched, check: func(c Change) bool { return c.Investigator != nil && *c.Investigator == 0 && *c.Second == 0 }},
		{name: "a third time is a review", ticket: closed(redos(2)), act: w.act(leadCity, ActRedo, why), problem: "-"},
		{name: "the platform may ask again", ticket: closed(redos(2), order), act: Act{Action: ActRedo, Actor: aPlatform, Values: why, Now: testNow}, to: Dispatched},
		{name: "an archived one by a lead", ticket: closed(func(t *Ticket) { t.Status = Archived }), act: w.act(leadCity, ActRedo, why), to: Dispatched},
		{name: "an archived one not by an operator", ticket: closed(func(t *Ticket) { t.Status = Archived }), act: w.act(opCity, ActRedo, why), problem: "-"},
		{name: "a filed one is revived", ticket: closed(filed), act: w.act(leadCounty, ActRevive, why), to: Dispatched, check: func(c Change) bool { return c.ClearOutcome && c.Unit == w.county }},
		{name: "a filed one of the desk is revived there", ticket: closed(filed, atDesk), act: w.act(opCity, ActRevive, why), to: Dispatched, check: func(c Change) bool { return c.Unit == 1 }},
		{name: "a resolved one is not", ticket: closed(), act: w.act(leadCounty, ActRevive, why), problem: "-"},
	})
}

func TestSmallStepsChangeWhatTheySay(t *testing.T) {
	w := newWorld()
	tk := func() *Ticket { return w.ticket(w.at(Handling, w.county)) }
	sampleNumber := string(NewNumber(testNow, 7, testPermutation(t)))
	w.try(t, []decision{
		{name: "naming the accused", ticket: tk(), act: w.act(leadCity, ActAccuse, Values{"unit": itoa(w.county), "post": "局长"}), to: Handling, check: func(c Change) bool { return c.Accused.Unit == w.county && c.Accused.Post == "局长" }},
		{name: "naming nobody", ticket: tk(), act: w.act(leadCity, ActAccuse, Values{"post": "局长"}), problem: "unit"},
		{name: "naming a unit that is none", ticket: tk(), act: w.act(leadCity, ActAccuse, Values{"unit": "99999"}), problem: "unit"},
		{name: "urging", ticket: tk(), act: w.act(opCity, ActUrge, nil), to: Handling, check: func(c Change) bool { return c.Urge }},
		{name: "supervising from above", ticket: tk(), act: w.act(leadCity, ActSupervise, Values{"note": "限期"}), to: Handling, check: func(c Change) bool { return c.Supervise }},
		{name: "no supervising oneself", ticket: tk(), act: w.act(leadCounty, ActSupervise, Values{"note": "限期"}), err: ErrNotAllowed},
		{name: "urgency", ticket: tk(), act: w.act(opCity, ActUrgency, Values{"urgency": "critical", "reason": "x"}), to: Handling, check: func(c Change) bool { return c.Urgency == Critical }},
		{name: "an unknown urgency", ticket: tk(), act: w.act(opCity, ActUrgency, Values{"urgency": "soon", "reason": "x"}), problem: "urgency"},
		{name: "identity refuted", ticket: tk(), act: w.act(opCity, ActIdentity, Values{"confirmed": "0", "note": "电话为空号"}), to: Handling, check: func(c Change) bool { return c.IdentityOK != nil && !*c.IdentityOK }},
		{name: "first contact", ticket: tk(), act: w.act(handCounty, ActContactMade, Values{"way": "call"}), to: Handling, check: func(c Change) bool { return slices.Contains(c.Meets, "contact_made") }},
		{name: "a link needs a true number", ticket: tk(), act: w.act(handCounty, ActLink, Values{"other": "12", "kind": "same_matter"}), problem: "other"},
		{name: "unlinking needs a true number", ticket: tk(), act: w.act(handCounty, ActUnlink, Values{"other": "12"}), problem: "other"},
		{name: "unlinking needs a relation that there is", ticket: tk(), act: w.act(handCounty, ActUnlink, Values{"other": sampleNumber, "kind": "cousins"}), problem: "kind"},
		{name: "unlinking", ticket: tk(), act: w.act(handCounty, ActUnlink, Values{"other": sampleNumber}), to: Handling, check: func(c Change) bool { return c.Unlink && c.Other == sampleNumber && c.Relation == "" }},
	})
}

func TestOutcomeFollowsTheFindings(t *testing.T) {
	cases := []struct {
		findings []string
		set      string
		want     string
	}{
		{nil, "", "answered"},
		{[]string{"answered"}, "", "answered"},
		{[]string{"adopted", "not_adopted"}, "", "answered"},
		{[]string{"true", "true"}, "", "resolved"},
		{[]string{"done"}, "", "resolved"},
		{[]string{"false"}, "", "unfounded"},
		{[]string{"true", "false"}, "", "partly"},
		{[]string{"partly"}, "", "partly"},
		{[]string{"unverifiable"}, "", "unverifiable"},
		{[]string{"not_done"}, "", "explained"},
		{[]string{"true", ""}, "", "partly"},
		{[]string{"true"}, "withdrawn", "withdrawn"},
	}
	for _, c := range cases {
		tk := &Ticket{Outcome: c.set}
		for i, f := range c.findings {
			al := Allegation{N: i + 1}
			if f != "" {
				al.Finding = &Finding{Outcome: f}
			}
			tk.Allegations = append(tk.Allegations, al)
		}
		if got := OutcomeOf(tk); got != c.want {
			t.Errorf("%v with %q set: %s, want %s", c.findings, c.set, got, c.want)
		}
	}
}

func TestButtonsAreTheRowsOneMayTake(t *testing.T) {
	w := newWorld()
	var got []Action
	for _, r := range Actions(w.ticket(w.at(Dispatched, w.county)), w.people[leadCounty]) {
		got = append(got, r.Action)
	}
	for _, a := range []Action{ActSign, ActSignReturn, ActNote} {
		if !slices.Contains(got, a) {
			t.Errorf("no button for %s in %v", a, got)
		}
	}
	for _, a := range []Action{ActRecord, ActAttach, ActRecall, ActPlatformRecall} {
		if slices.Contains(got, a) {
			t.Errorf("a button for %s", a)
		}
	}
}
