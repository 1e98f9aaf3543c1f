package tickets

import "time"

// gateReply: a delivery needs an approved reply.
var gateReply = gate("approved reply", func(t *Ticket, _ Act, _ World) []Problem {
	if r := t.LastReply(); r == nil || r.ApprovedAt == nil {
		return one("", "还没有审核通过的答复", "no approved reply")
	}
	return nil
})

// gateExhausted: three attempts at the last reply by at least two ways; for a
// report spread over three days (tickets.md, Replies).
var gateExhausted = gate("exhausted", func(t *Ticket, _ Act, _ World) []Problem {
	ways := map[string]bool{}
	n := 0
	var first, last time.Time
	for _, x := range t.Attempts {
		if r := t.LastReply(); r == nil || x.Reply != r.ID || x.State != "failed" && x.State != "unreachable" {
			continue
		}
		n++
		ways[x.Way] = true
		if first.IsZero() || x.At.Before(first) {
			first = x.At
		}
		if x.At.After(last) {
			last = x.At
		}
	}
	if n < 3 || len(ways) < 2 {
		return one("", "须至少三次、两种方式联系未果", "three failed attempts by at least two ways are needed")
	}
	for _, who := range t.Unreached() { // of a joint letter each of them is tried
		tried := map[string]bool{}
		for _, x := range t.Attempts {
			if x.Reply == t.LastReply().ID && x.Complainant == t.Persons[who-1].ID && (x.State == "failed" || x.State == "unreachable") {
				tried[x.Way] = true
			}
		}
		if len(tried) < 2 {
			return one("", "联名件须对每一位未送达的人以两种方式联系（第 "+itoa(who)+" 位尚未）", "of a joint letter each one left is tried by two ways: no. "+itoa(who)+" was not")
		}
	}
	if t.Kind == Report && last.Sub(first) < 48*time.Hour {
		return one("", "举报件的联系须分布在三天内", "for a report the attempts spread over three days")
	}
	if left := t.DueAt; t.Kind != Report && last.Sub(first) < 4*time.Hour && (left == nil || left.Sub(first) > 24*time.Hour) {
		return one("", "离时限还早，三次联系须分布在剩余时间内（首末至少相隔 4 小时）", "time is left: spread the attempts over it, four hours at least between the first and the last")
	}
	return nil
})

// gateClose is the close gate (invariant 5): findings, and, where somebody can
// be answered, a reply whose delivery is proven or exhausted.
var gateClose = gate("close gate", func(t *Ticket, a Act, w World) []Problem {
	if a.Actor.Platform != "" && t.Track == TrackOrder {
		return nil // the platform's own 结案 ends its order
	}
	out := gateFindings.Check(t, a, w)
	if t.Answerable() && !t.Proven() {
		out = append(out, Problem{"", "答复送达尚无凭据", "delivery of the reply is not proven"})
	}
	if t.TransferDue() {
		out = append(out, Problem{"", "尚未登记移送", "the transfer is not recorded yet"})
	}
	return out
})

// Proven tells whether the last reply was delivered, or every way exhausted.
func (t *Ticket) Proven() bool {
	r := t.LastReply()
	if r == nil || len(t.Unreached()) > 0 {
		return false
	}
	for _, x := range t.Attempts {
		if x.Reply == r.ID && (x.State == "delivered" || x.exhausts()) {
			return true
		}
	}
	return false
}

// ExhaustedMark is the evidence of the closing attempt row that a lead's
// approval of exhaustion writes.
const ExhaustedMark = "exhausted"

// exhausts tells whether the row is a lead's word that every way was tried. The
// mark alone, typed as the evidence of something else, says nothing.
func (x *Attempt) exhausts() bool {
	return x.State == "unreachable" && x.Way == "status_page" && x.Evidence == ExhaustedMark
}

// gateFollowUpEyes: whoever checked the matter, wrote the answer or brought it does
// not record how satisfied the person is with it.
var gateFollowUpEyes = gate("others follow up", func(t *Ticket, a Act, _ World) []Problem {
	me := a.Actor.Person
	if me == 0 {
		return nil
	}
	r := t.LastReply()
	if me == t.Investigator || me == t.Second || foundAny(t, me) || r != nil && r.Author == personActor(me) && t.Outcome == "" {
		return one("", "核查人、答复人不能回访自己办理的事项", "who checked or answered it does not follow it up")
	}
	return nil
})

// gateNoFollowUpDue: an own-line ticket of somebody who can be called is
// followed up; closing without is for the others and for the platform's 结案.
var gateNoFollowUpDue = gate("no follow-up due", func(t *Ticket, a Act, _ World) []Problem {
	if a.Actor.Platform != "" || t.Track == TrackOrder || !t.HasPhone {
		return nil
	}
	return one("", "须先回访", "a follow-up is due first")
})

// gateRedo: at most two redos; after an appeal only new evidence opens the matter.
var gateRedo = gate("redo limit", func(t *Ticket, a Act, w World) []Problem {
	if t.Appeal > 0 {
		return one("", "复查、复核意见不重办；对复查意见不服的可申请复核", "an appeal is not redone: the next step is the second appeal")
	}
	if t.Appealed > 0 && a.Actor.Platform == "" {
		if a.Values.Get("new_evidence") == "" || !a.Actor.Has(RoleLead) {
			return one("new_evidence", "已经复查（复核），只有新的证据才能由负责人重新办理", "after an appeal only new evidence opens it again, through a lead")
		}
		return gateAccusedFloor.Check(t, a, w)
	}
	if t.Redos >= 2 && a.Actor.Platform == "" {
		return one("", "已重办两次，请走复查复核", "redone twice already: the next step is a review")
	}
	if t.Status == Archived && !(a.Actor.Platform != "" || a.Actor.Has(RoleLead)) {
		return one("", "归档件只有负责人或平台可以重办", "an archived ticket is redone only by a lead or the platform")
	}
	return gateAccusedFloor.Check(t, a, w)
})

// gateRevivable: only what was filed for lack of clues comes back this way.
var gateRevivable = gate("revivable", func(t *Ticket, _ Act, _ World) []Problem {
	if t.Outcome != "unverifiable" {
		return one("", "只有线索不足存查的工单可以恢复", "only a ticket filed as unverifiable is revived")
	}
	return nil
})
