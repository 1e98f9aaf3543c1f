package tickets

import (
	"slices"

	"hotline/internal/units"
)

// Gate refuses an action whose conditions are not met. It returns the problems
// in words; none means it may pass.
type Gate struct {
	Name string
	// Check sees the ticket as it stands and what is being done.
	Check func(t *Ticket, a Act, w World) []Problem
}

func gate(name string, check func(*Ticket, Act, World) []Problem) Gate { return Gate{name, check} }

func one(field, zh, en string) []Problem { return []Problem{{field, zh, en}} }

// gateAnswerable: only a question, praise or suggestion is closed at the desk.
var gateAnswerable = gate("answerable at once", func(t *Ticket, a Act, _ World) []Problem {
	if !slices.Contains([]string{Inquiry, Praise, Suggestion}, t.Kind) {
		return one("", "只有咨询、建议、表扬可以即时答复办结", "only an inquiry, a suggestion or praise is answered at once")
	}
	if len(t.Allegations) > 1 {
		return one("", "有多项诉求，须派单逐项办理", "several points: dispatch it, each needs its finding")
	}
	if t.Kind == Suggestion && a.Values.Get("adoption") == "" {
		return one("adoption", "建议须写明采纳情况", "say whether the suggestion is adopted")
	}
	return nil
})

// gateAccusedFloor: the handler sits at least one level above everybody accused
// and never in the accused unit or below it (tickets.md routing 4).
var gateAccusedFloor = gate("accused floor", func(t *Ticket, a Act, w World) []Problem {
	unit := target(t, a)
	if unit == 0 {
		return nil
	}
	u := w.Tree.Find(unit)
	if u == nil || !u.Active || u.Kind == units.Auditor || u.Kind == units.Discipline {
		return one("unit", "没有这个单位", "no such unit")
	}
	switch {
	case a.Action == ActCoHandle:
		return mayHelp(t, unit, w)
	case a.Action == ActRecall && w.Tree.Parent(unit) == nil && accusedHolds(t, unit, w):
		return nil // nobody stands above the bureau: it calls the ticket back only to pass it on
	}
	return mayHave(t, unit, w)
})

// mayHave tells whether a unit may be given the ticket: not recused, not at or
// below an accused one, and above the floor of an appeal.
func mayHave(t *Ticket, unit int, w World) []Problem {
	for _, x := range t.Accused {
		if x.Unit != 0 && !w.Tree.MayHandle(unit, x.Unit) {
			return one("unit", "该单位是被举报单位或在其之下，须由上一级办理", "the unit is accused or below the accused: a higher one must handle it")
		}
	}
	if t.Floor != 0 && !w.Tree.Above(unit, t.Floor) {
		return one("unit", "须由原承办单位的上一级办理", "a unit above the first handler must have it")
	}
	if unitRecused(t, w.Tree, unit) {
		return one("unit", "该单位须回避", "the unit is recused")
	}
	return nil
}

// target is the unit that an action would hand the ticket to, 0 where it stays.
func target(t *Ticket, a Act) int {
	switch a.Action {
	case ActTake:
		return t.Desk
	case ActRedo, ActRevive:
		return backTo(t, a)
	}
	return a.Values.Int("unit")
}

// backTo is where a closed ticket goes again: the unit named, else the one that
// had it, else, where the desk closed it, the desk.
func backTo(t *Ticket, a Act) int {
	for _, u := range []int{a.Values.Int("unit"), t.Unit} {
		if u != 0 {
			return u
		}
	}
	return t.Desk
}

// mayHelp tells whether a unit may be a co-handler: it need not stand above the
// accused, but is neither the accused unit nor below it.
func mayHelp(t *Ticket, unit int, w World) []Problem {
	for _, x := range t.Accused {
		if x.Unit != 0 && w.Tree.Within(unit, x.Unit) {
			return one("unit", "该单位是被举报单位或在其之下，须由上一级办理", "the unit is accused or below the accused: a higher one must handle it")
		}
	}
	if unitRecused(t, w.Tree, unit) {
		return one("unit", "该单位须回避", "the unit is recused")
	}
	return nil
}

func unitRecused(t *Ticket, tree *units.Tree, unit int) bool {
	return slices.ContainsFunc(t.Recused, func(key int) bool { return key > 0 && tree.Within(unit, key) })
}

// gateConclude: a unit that is accused ends nothing by a conclusion of its own,
// except by passing the matter on to a body outside.
var gateConclude = gate("no conclusion by the accused", func(t *Ticket, a Act, w World) []Problem {
	if a.Values.Get("outcome") == "transferred" {
		return nil
	}
	unit := t.Unit
	if unit == 0 {
		unit = t.Desk
	}
	if accusedHolds(t, unit, w) {
		return one("outcome", "本单位涉及被举报，不得自行作结，请派上级或移送", "the unit is accused: dispatch it higher or transfer it")
	}
	if mayHave(t, unit, w) != nil {
		return one("outcome", "本单位不得办理本件（回避或复查复核），不得自行作结，请派上级", "the unit may not have this ticket (recused, or an appeal against it): dispatch it higher")
	}
	return nil
})

// accusedHolds tells whether a unit that is accused, or too low to check who is, has it.
func accusedHolds(t *Ticket, unit int, w World) bool {
	return slices.ContainsFunc(t.Accused, func(x Accused) bool { return x.Unit != 0 && !w.Tree.MayHandle(unit, x.Unit) })
}

// gateHandlerFree: what an accused unit found out about itself is no finding; the
// level above recalls the ticket, and the bureau itself passes it on.
var gateHandlerFree = gate("the handler is not accused", func(t *Ticket, _ Act, w World) []Problem {
	if t.Outcome != "transferred" && accusedHolds(t, t.Unit, w) {
		return one("", "承办单位涉及被举报，请由上级收回，或以移送报审", "the handling unit is accused: the level above recalls it, or it is transferred")
	}
	return nil
})

// gateOwnHands: who made the disputed decision does not work on it, and the
// second redo is done by other people, whoever holds the pen.
var gateOwnHands = gate("others do the work", func(t *Ticket, a Act, _ World) []Problem {
	switch me := a.Actor.Person; {
	case me == 0 || a.Values.Get("outcome") == "transferred":
		return nil
	case slices.Contains(t.Decisive, me):
		return one("", "原决定经办人不能办理本件", "who made the disputed decision does not work on it")
	case t.Redos >= 2 && foundBefore(t, me):
		return one("", "第二次重办须换人核查", "the second redo is done by other people")
	}
	return nil
})

// gateBrief: a confidential ticket leaves the desk only with a brief that a person confirmed.
var gateBrief = gate("redacted brief", func(t *Ticket, a Act, _ World) []Problem {
	if t.Secrecy == Confidential && t.BriefBy == 0 && a.Values.Get("brief") == "" {
		return one("brief", "保密件派出前须确认核查提纲", "confirm the redacted brief before dispatch")
	}
	return nil
})

// gateBelow: a hop down goes to a unit below, and not to oneself.
var gateBelow = gate("a unit below", func(t *Ticket, a Act, w World) []Problem {
	if unit := a.Values.Int("unit"); unit != 0 && !w.Tree.Above(t.Unit, unit) {
		return one("unit", "只能下派给下级单位", "only to a unit below")
	}
	return nil
})

// gateNotRecused: an investigator works in the handling unit (or below it),
// holds the role, is not recused, and works neither in an accused unit nor below
// its floor. A second redo is done by other people.
var gateNotRecused = gate("investigator fits", func(t *Ticket, a Act, w World) []Problem {
	var out []Problem
	for _, f := range []string{"investigator", "second"} {
		p := a.Values.Int(f)
		if p == 0 {
			continue
		}
		unit, roles, ok := w.Staff(p)
		if !ok || !w.Tree.Within(unit, t.Unit) || !(slices.Contains(roles, RoleInvestigator) || slices.Contains(roles, RoleLead)) {
			out = append(out, Problem{f, "须是本单位的核查员或负责人", "must be an investigator or lead of the unit"})
			continue
		}
		if !unitFree(t, w.Tree, unit) {
			out = append(out, Problem{f, "此人在被举报或须回避的单位工作", "works in a unit that is accused or recused"})
			continue
		}
		if t.Redos >= 2 && foundBefore(t, p) {
			out = append(out, Problem{f, "第二次重办须换人核查", "the second redo is done by other people"})
		}
		if slices.Contains(t.Decisive, p) {
			out = append(out, Problem{f, "此人是原决定经办人，须换人办理", "made the disputed decision: somebody else must work on it"})
		}
		if slices.Contains(t.Recused, -p) {
			out = append(out, Problem{f, "此人须回避", "this person is recused"})
		}
	}
	if p := a.Values.Int("investigator"); p != 0 && p == a.Values.Int("second") {
		out = append(out, Problem{"second", "第二核查员须是另一人", "the second investigator is another person"})
	}
	return out
})

func unitFree(t *Ticket, tree *units.Tree, unit int) bool {
	for _, x := range t.Accused {
		if x.Unit != 0 && !tree.MayHandle(unit, x.Unit) {
			return false
		}
	}
	return !unitRecused(t, tree, unit)
}

// foundBefore tells whether somebody wrote a finding before the turn in force.
func foundBefore(t *Ticket, person int) bool {
	hop := t.Hop()
	if hop == nil {
		return false
	}
	return slices.ContainsFunc(t.Allegations, func(al Allegation) bool {
		return al.Finding != nil && al.Finding.At.Before(hop.SentAt) && (al.Finding.Author == person || al.Finding.Second == person)
	})
}

// gateSecond: only the second investigator co-signs, and only somebody else's finding.
var gateSecond = gate("second investigator", func(t *Ticket, a Act, _ World) []Problem {
	al := t.Allegation(a.Values.Int("allegation"))
	if al == nil || al.Finding == nil {
		return one("allegation", "该项还没有结论", "no finding yet")
	}
	if al.Finding.Author == a.Actor.Person {
		return one("allegation", "不能会签自己的结论", "not one's own finding")
	}
	return nil
})

// gateFindings: every allegation has its finding, and on a complaint or report
// two people checked it. A conclusion other than a finding has its reason instead.
var gateFindings = gate("findings complete", func(t *Ticket, _ Act, _ World) []Problem {
	if t.Outcome != "" {
		return nil
	}
	if len(t.Allegations) == 0 {
		return one("allegation", "还没有核查结论", "no finding yet")
	}
	var out []Problem
	for _, al := range t.Allegations {
		if al.Finding == nil {
			out = append(out, Problem{"allegation", "第" + itoa(al.N) + "项还没有结论", "no finding for no. " + itoa(al.N)})
			continue
		}
		if t.RedoneAt != nil && al.Finding.At.Before(*t.RedoneAt) {
			out = append(out, Problem{"allegation", "第" + itoa(al.N) + "项重办后还没有重新核查", "no. " + itoa(al.N) + " was not checked again since it was redone"})
			continue
		}
		if (t.Kind == Complaint || t.Kind == Report) && al.Finding.SecondName == "" && al.Finding.Second == 0 {
			out = append(out, Problem{"second_name", "第" + itoa(al.N) + "项须有两名核查人", "no. " + itoa(al.N) + " needs two investigators"})
		}
	}
	return out
})

// gateOtherEyes: nobody approves what he wrote or investigated.
var gateOtherEyes = gate("other eyes", func(t *Ticket, a Act, _ World) []Problem {
	me := a.Actor.Person
	if me == t.Investigator || me == t.Second {
		return one("", "核查人不能审核自己的工单", "an investigator does not approve his own ticket")
	}
	if slices.Contains(t.Decisive, me) {
		return one("", "原决定经办人不能审核", "who made the disputed decision does not approve")
	}
	if r := t.LastReply(); r != nil && r.Author == personActor(me) {
		return one("", "不能审核自己提交的答复", "nobody approves his own reply")
	}
	if t.Outcome == "" && slices.ContainsFunc(t.Allegations, func(al Allegation) bool { // a conclusion rests on no finding
		return al.Finding != nil && me != 0 && (al.Finding.Author == me || al.Finding.Second == me)
	}) {
		return one("", "不能审核自己作出的核查结论", "nobody approves his own finding")
	}
	return nil
})

// gatePortal: what the platform did may be recorded for it with what its page
// shows, and only on an order.
var gatePortal = gate("portal evidence", func(t *Ticket, a Act, w World) []Problem {
	if t.Track != TrackOrder {
		return one("", "不是 12345 工单", "not an order")
	}
	if a.Action == ActPlatformReturned && t.Order != nil && t.Order.State == "adjudicated" {
		return one("", "经裁定由本单位承办，平台又同意退单，请与平台核对", "adjudicated to us, and now returned by the platform: settle it with the platform")
	}
	if a.Actor.Platform != "" || a.Actor.Machine != "" {
		return nil
	}
	if a.Values.Get("evidence") == "" {
		return one("evidence", "请写明平台页面的凭据", "say what the platform's page shows")
	}
	if r := t.pending(RequestReturn); r != nil && a.Action == ActPlatformReturned && (a.Actor.Person == r.AskedBy || r.Decider == DecideAbove && !MayDecide(t, *r, a.Actor, w)) {
		return one("", "退单须由申请人以外的人登记；第三次退单先由上级审批", "somebody other than the asker records it; a third return goes to the level above first")
	}
	return nil
})

// gateUpFloor: the unit above may have the ticket.
var gateUpFloor = gate("the unit above may have it", func(t *Ticket, _ Act, w World) []Problem {
	if up := activeParent(w.Tree, t.Unit); up != nil {
		return mayHave(t, up.ID, w)
	}
	return nil
})
