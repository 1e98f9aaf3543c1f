package tickets

import (
	"time"

	"hotline/internal/deadline"
	"hotline/internal/units"
)

// effect fills in what one action changes beyond the status; it may still
// refuse. There is one line here for each action that does more than move.
type effect func(t *Ticket, a Act, w World, c *Change) []Problem

var effects = map[Action]effect{
	ActAnswer:   answerNow,
	ActDispatch: toUnit,
	ActTake: func(t *Ticket, a Act, _ World, c *Change) []Problem {
		c.Brief, c.Unit, c.Sign = a.Values.Get("brief"), t.Desk, true
		return nil
	},
	ActConclude:       conclude,
	ActAskReturn:      askReturn,
	ActAskExtension:   askExtension,
	ActAskPause:       askPause,
	ActAskReveal:      askReveal,
	ActDropRequest:    dropRequest,
	ActGrant:          grant,
	ActRefuse:         refuse,
	ActResume:         resume,
	ActRecuse:         recuse,
	ActDeclare:        declare,
	ActRespondent:     respondent,
	ActWithdraw:       withdraw,
	ActWithdrawCall:   withdrawCall,
	ActAppeal:         appeal,
	ActSplit:          split,
	ActTransferred:    transferred,
	ActTransferResult: transferResult,
	ActMandate:        mandate,
	ActPetition:       toPetition,
	ActRelay:          relay,
	ActObject:         objectForward,
	ActTask:           issueTask,
	ActTaskAnswered:   taskAnswered,
	ActTaskAccept:     acceptTask,
	ActTaskReturn:     returnTask,
	ActTaskCancel:     cancelTask,
	ActSign:           func(_ *Ticket, _ Act, _ World, c *Change) []Problem { c.Sign = true; return nil },
	ActSignReturn:     signReturn,
	ActRecall: func(t *Ticket, a Act, w World, c *Change) []Problem {
		c.ClearOutcome = true // another unit starts afresh, whatever was to be concluded
		if t.Status == Answered {
			c.Redo = true
			c.Opens = []string{deadline.EventRedo} // its limits were met: it has new ones
			if t.Appeal > 0 {
				c.Opens = append(c.Opens, []string{deadline.EventAppealFirst, deadline.EventAppealSecond}[min(t.Appeal, 2)-1])
			}
		}
		return toUnit(t, a, w, c)
	},
	ActAccuse: accuse,
	ActAssign: assign,
	ActAllege: allege,
	ActRecord: record,
	ActCosign: func(_ *Ticket, a Act, _ World, c *Change) []Problem {
		c.OnN, c.Cosign = a.Values.Int("allegation"), true
		return nil
	},
	ActHandDown:  toUnit,
	ActReportUp:  reportUp,
	ActSubmit:    submit,
	ActApprove:   approve,
	ActSendBack:  sendBack,
	ActAttempt:   attempt,
	ActDelivered: delivered,
	ActRead:      readByComplainant,
	ActExhausted: exhausted,
	ActFollowUp:  followUp,
	ActClose:     closeTicket,
	ActRedo:      redo,
	ActRevive: func(t *Ticket, a Act, _ World, c *Change) []Problem {
		c.Unit, c.ClearOutcome = backTo(t, a), true
		return nil
	},
	ActUrge:      func(_ *Ticket, _ Act, _ World, c *Change) []Problem { c.Urge = true; return nil },
	ActSupervise: func(_ *Ticket, _ Act, _ World, c *Change) []Problem { c.Supervise = true; return nil },
	ActLink: func(_ *Ticket, a Act, _ World, c *Change) []Problem {
		c.Other, c.Relation = a.Values.Get("other"), a.Values.Get("kind")
		return nil
	},
	ActUnlink: func(_ *Ticket, a Act, _ World, c *Change) []Problem {
		c.Other, c.Relation, c.Unlink = a.Values.Get("other"), a.Values.Get("kind"), true
		return nil
	},
	ActCoHandle:         func(_ *Ticket, a Act, _ World, c *Change) []Problem { c.CoUnit = a.Values.Int("unit"); return nil },
	ActUrgency:          func(_ *Ticket, a Act, _ World, c *Change) []Problem { c.Urgency = a.Values.Get("urgency"); return nil },
	ActIdentity:         identity,
	ActContactMade:      eventTime,
	ActTold:             eventTime,
	ActVisitMade:        eventTime,
	ActPlatformRecall:   func(_ *Ticket, _ Act, _ World, c *Change) []Problem { c.Outcome = "recalled"; return nil },
	ActPlatformReturned: func(_ *Ticket, _ Act, _ World, c *Change) []Problem { c.Outcome = "returned"; return nil },
}

// eventTime takes the typed time of an event; it cannot lie ahead, nor before
// the ticket was received.
func eventTime(t *Ticket, a Act, _ World, c *Change) []Problem {
	if a.Values.Get("at") == "" {
		return nil
	}
	at := a.Values.Time("at", a.Now)
	if at.After(a.Now.Add(time.Minute)) {
		return one("at", "时间不能晚于现在", "the time lies ahead")
	}
	if at.Before(t.ReceivedAt) {
		return one("at", "时间不能早于收到时间", "the time lies before the ticket was received")
	}
	c.EventAt, c.Typed = at, true
	return nil
}

// replyTime is eventTime of an attempt at the last reply: none was made before it
// was approved.
func replyTime(t *Ticket, a Act, w World, c *Change) []Problem {
	if bad := eventTime(t, a, w, c); bad != nil {
		return bad
	}
	if r := t.LastReply(); r != nil && r.ApprovedAt != nil && c.EventAt.Before(r.ApprovedAt.Truncate(time.Minute)) {
		return one("at", "时间不能早于答复审核通过的时间", "the time lies before the reply was approved")
	}
	return nil
}

func answerNow(t *Ticket, a Act, _ World, c *Change) []Problem {
	c.Reply = &Reply{PublicText: a.Values.Get("public_text"), LegalBasis: a.Values.Get("legal_basis"), Author: actorName(a.Actor), At: a.Now, ApprovedBy: a.Actor.Person, ApprovedAt: &a.Now}
	outcome := "answered"
	if t.Kind == Suggestion {
		outcome = a.Values.Get("adoption")
	}
	c.OnN, c.Outcome = 1, "answered"
	c.Finding = &Finding{Outcome: outcome, Method: "即时答复", Author: a.Actor.Person, At: a.Now}
	c.Attempt = &Attempt{Way: contactWay(t), State: "delivered", At: a.Now, Actor: actorName(a.Actor), Evidence: "即时答复", Provenance: "typed"}
	return nil
}

// contactWay: the contact itself is the proof of an answer given at once.
func contactWay(t *Ticket) string {
	switch t.Channel {
	case "visit":
		return "face"
	case "mail":
		return "mail"
	case "city12345":
		return "city12345"
	case "public":
		return "status_page"
	}
	return "call"
}

func toUnit(_ *Ticket, a Act, _ World, c *Change) []Problem {
	c.Unit, c.Brief = a.Values.Int("unit"), a.Values.Get("brief")
	return nil
}

func reportUp(t *Ticket, _ Act, w World, c *Change) []Problem {
	above := activeParent(w.Tree, t.Unit)
	if above == nil {
		return one("", "没有上级单位", "there is no unit above")
	}
	c.Unit = above.ID
	return nil
}

// activeParent is the next unit above that works.
func activeParent(tree *units.Tree, unit int) *units.Unit {
	above := tree.Parent(unit)
	for above != nil && !above.Active {
		above = tree.Parent(above.ID)
	}
	return above
}

func conclude(t *Ticket, a Act, _ World, c *Change) []Problem {
	text := a.Values.Get("public_text")
	if text == "" && t.Answerable() {
		return one("public_text", "须告知诉求人，请填写公开答复", "the complainant must be told: fill in the public reply")
	}
	c.Outcome = a.Values.Get("outcome")
	if other := a.Values.Get("other"); c.Outcome == "final" && other != "" {
		c.Other, c.Relation, c.FinalOther = other, "same_matter", true
	}
	if t.Unit == 0 { // concluded at the desk: the desk has it, so that its lead can approve
		c.Unit, c.Sign = t.Desk, true
	}
	c.Reply = &Reply{PublicText: text, InternalText: a.Values.Get("reason"), LegalBasis: a.Values.Get("legal_basis"), AppealNotice: a.Values.Get("appeal_notice"), Author: actorName(a.Actor), At: a.Now}
	if c.Reply.PublicText == "" { // on the status page; the reason is internal and may name people
		c.Reply.PublicText = "处理结论：" + Outcomes.ZH(c.Outcome) + "。"
	}
	return nil
}

func signReturn(t *Ticket, a Act, w World, c *Change) []Problem {
	c.Sign = true
	return askReturn(t, a, w, c)
}

func objectForward(t *Ticket, _ Act, _ World, _ *Change) []Problem {
	if t.openClock("objection") == nil {
		return one("", "不是转送的信访事项，或异议期（5 个工作日）已过", "not a forwarded petition, or the five working days are over")
	}
	return nil
}

// accuse names somebody the words accuse, or who turned out to be accused later.
// Where it is the unit that has the ticket, the level above then recalls it.
func accuse(t *Ticket, a Act, w World, c *Change) []Problem {
	x := Accused{Unit: a.Values.Int("unit"), Person: a.Values.Get("person"), Post: a.Values.Get("post")}
	switch {
	case x.Unit == 0 && x.Person == "":
		return one("unit", "请写明被举报单位或被举报人", "name the accused unit or person")
	case x.Unit != 0 && w.Tree.Find(x.Unit) == nil:
		return one("unit", "没有这个单位", "no such unit")
	}
	c.Accused = &x
	return nil
}

func assign(_ *Ticket, a Act, _ World, c *Change) []Problem {
	i, s := a.Values.Int("investigator"), a.Values.Int("second")
	c.Investigator, c.Second = &i, &s
	return nil
}

func allege(t *Ticket, a Act, _ World, c *Change) []Problem {
	c.Allegation = &Allegation{N: len(t.Allegations) + 1, Text: a.Values.Get("text"), Category: a.Values.Get("category")}
	return nil
}

func record(t *Ticket, a Act, w World, c *Change) []Problem {
	n := a.Values.Int("allegation")
	if t.Allegation(n) == nil {
		return one("allegation", "没有这一项", "no such allegation")
	}
	f := &Finding{
		Outcome: a.Values.Get("outcome"), Method: a.Values.Get("method"), Met: a.Values.Get("met"), Evidence: a.Values.Get("evidence"),
		Corrected: a.Values.Get("corrected"), RecoveredCents: a.Values.Cents("recovered"), SecondName: a.Values.Get("second_name"),
		Transfer: a.Values.Bool("transfer"), Author: a.Actor.Person, At: a.Now,
	}
	if f.Transfer && len(t.Transfers) == 0 {
		c.Opens = append(c.Opens, "transfer_found")
	}
	if a.Values.Get("met_at") != "" {
		at := a.Values.Time("met_at", a.Now)
		if at.After(a.Now.Add(time.Minute)) {
			return one("met_at", "时间不能晚于现在", "the time lies ahead")
		}
		f.MetAt = &at
	}
	if other := otherInvestigator(t, a.Actor.Person); other != 0 {
		f.Second = other
	}
	if (t.Kind == Complaint || t.Kind == Report) && f.Second == 0 && f.SecondName == "" {
		return one("second_name", "投诉、举报须两人核查，请填写另一名核查人", "two investigators check a complaint or report: name the other")
	}
	c.Finding, c.OnN = f, n
	return nil
}

func otherInvestigator(t *Ticket, me int) int {
	if t.Investigator != 0 && t.Investigator != me {
		return t.Investigator
	}
	if t.Second != me {
		return t.Second
	}
	return 0
}

func followUp(t *Ticket, a Act, _ World, c *Change) []Problem {
	c.Satisfaction = a.Values.Get("satisfaction")
	c.Outcome = OutcomeOf(t)
	return nil
}

func closeTicket(t *Ticket, a Act, _ World, c *Change) []Problem {
	if t.Track == TrackOrder && a.Actor.Platform == "" && a.Actor.Machine == "" && a.Values.Get("note") == "" {
		return one("note", "平台未回传结案，请写明在平台上办结的情况", "say what was seen on the platform")
	}
	return nil
}

func redo(t *Ticket, a Act, _ World, c *Change) []Problem {
	c.Redo, c.ClearOutcome = true, true
	if a.Values.Get("handle_by") != "" {
		at := a.Values.Time("handle_by", a.Now)
		if t.Track != TrackOrder || a.Actor.Platform == "" || !at.After(a.Now) {
			return one("handle_by", "只有工单重办可以填写平台的新时限，且须晚于现在", "only a redone order has a due time of the platform's, and it lies ahead")
		}
		c.Printed = at
	}
	c.Unit = backTo(t, a)
	if t.Redos > 0 && t.Investigator != 0 { // the second time by other people: the unit assigns anew
		nobody, second := 0, 0
		c.Investigator, c.Second = &nobody, &second
	}
	return nil
}

func identity(_ *Ticket, a Act, _ World, c *Change) []Problem {
	ok := a.Values.Bool("confirmed")
	if !ok && a.Values.Get("note") == "" {
		return one("note", "核实未通过须写明怎样核实、为什么", "say how it was checked and why it failed")
	}
	c.IdentityOK = &ok
	return nil
}

func actorName(a Actor) string {
	switch {
	case a.Machine != "":
		return a.Machine
	case a.Platform != "":
		return a.Platform
	}
	return personActor(a.Person)
}
