package web

import (
	"slices"
	"time"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// RequestView is a request with its people and what may be decided on it now.
type RequestView struct {
	tickets.Request
	Unit    string
	By      string
	Word    string // who decided
	Ground  string
	Asked   string // how much, or until when
	Tone    string
	Decide  []ActionForm
	Decider string // who decides a pending one
}

// requestTone colours a request's state.
func requestTone(state string) string {
	switch state {
	case "pending":
		return "soon"
	case "granted":
		return "ok"
	case "refused":
		return "over"
	}
	return "st"
}

func (s *server) requestViews(l Lang, t *ticketdb.View) []RequestView {
	var out []RequestView
	for _, r := range t.Requests {
		x := RequestView{Request: r, Unit: s.unitName(r.Unit), By: t.Names[r.AskedBy], Word: actorWord(l, r.DecidedBy, t.Names), Tone: requestTone(r.State),
			Decider: l.Word("decider", r.Decider), Asked: s.requestAsked(l, t, r)}
		switch r.Kind {
		case tickets.RequestPause:
			x.Ground = l.Word("pause", r.Basis)
		case tickets.RequestReturn:
			x.Ground = l.Word("basis", r.Basis)
		}
		out = append(out, x)
	}
	return out
}

// requestAsked is how much more time, or until when.
func (s *server) requestAsked(l Lang, t *ticketdb.View, r tickets.Request) string {
	switch r.Kind {
	case tickets.RequestExtension:
		text := itoa(r.Amount)
		if i := slices.IndexFunc(t.Clocks, func(x tickets.TicketClock) bool { return x.ID == r.Clock }); i >= 0 {
			text += l.T(t.Clocks[i].UnitZH, t.Clocks[i].UnitEN)
		}
		if r.Wanted != nil {
			text += l.T("，至 ", ", to ") + l.Due(*r.Wanted, s.Now())
		}
		return text
	case tickets.RequestReveal:
		if r.State == "granted" && r.Until != nil {
			return l.T("至 ", "until ") + l.Short(*r.Until, s.Now())
		}
		return itoa(r.Amount) + l.T(" 小时", " hours")
	case tickets.RequestPause:
		if r.Until != nil {
			return l.T("预计至 ", "planned until ") + l.Short(*r.Until, s.Now())
		}
	}
	return ""
}

// perRequest puts the forms of a decision beside the request they decide.
func (b *formBuilder) perRequest(p *TicketPage, row tickets.Row) {
	world := tickets.World{Tree: b.s.Tickets.Tree()}
	for i := range p.Requests {
		r := &p.Requests[i]
		if r.State != "pending" {
			continue
		}
		may := tickets.MayDecide(&b.t.Ticket, r.Request, b.t.Actor, world)
		if row.Action == tickets.ActDropRequest {
			may = r.AskedBy == b.v.me.Person || r.Request.Unit == b.v.me.Unit
		}
		if row.Action == tickets.ActGrant && r.Decider == b.v.lang.Word("decider", tickets.DecidePlatform) && r.Kind == tickets.RequestReturn {
			continue // the platform's own act ends the order
		}
		if !may {
			continue
		}
		b.request = &r.Request
		f := b.form(row, itoa(r.N))
		b.request = nil
		f.First = row.Action == tickets.ActGrant
		r.Decide = append(r.Decide, f)
	}
}

// requestIdle tells which fields of a decision a request has no use for.
func (b *formBuilder) requestIdle(name string) bool {
	r := b.request
	if r == nil {
		return false
	}
	portal := r.Decider == tickets.DecidePlatform
	switch name {
	case "kind":
		return true
	case "handle_by":
		return !portal || r.Kind != tickets.RequestExtension
	case "evidence":
		return !portal
	case "adjudicated":
		return !portal || r.Kind != tickets.RequestReturn
	}
	return false
}

// SideGroup is a handful of acts that belong together.
type SideGroup struct {
	Name  string
	Forms []ActionForm
}

// sideGroups are the acts that leave the ticket where it is, by what they are about.
var sideGroups = []struct {
	name    Text
	actions []tickets.Action
}{
	{Text{"联系与告知", "Contact"}, []tickets.Action{tickets.ActContactMade, tickets.ActVisitMade, tickets.ActRelay, tickets.ActTold, tickets.ActIdentity, tickets.ActMandate, tickets.ActSupplement, tickets.ActNote}},
	{Text{"申请", "Requests"}, []tickets.Action{tickets.ActAskExtension, tickets.ActAskReturn, tickets.ActAskPause, tickets.ActAskReveal, tickets.ActObject}},
	{Text{"催办督办", "Hurry"}, []tickets.Action{tickets.ActUrge, tickets.ActSupervise, tickets.ActUrgency, tickets.ActExplainLate}},
	{Text{"人员与单位", "People and units"}, []tickets.Action{tickets.ActAllege, tickets.ActAccuse, tickets.ActRespondent, tickets.ActRecuse, tickets.ActDeclare, tickets.ActCoHandle}},
	{Text{"分流与关联", "Branches and links"}, []tickets.Action{tickets.ActSplit, tickets.ActWithdraw, tickets.ActTransferred, tickets.ActTransferResult, tickets.ActPetition, tickets.ActLink}},
}

// groupSides puts the acts under their headings; what has none comes last.
func groupSides(l Lang, forms []ActionForm) []SideGroup {
	var out []SideGroup
	left := slices.Clone(forms)
	for _, g := range sideGroups {
		x := SideGroup{Name: g.name.In(l)}
		for _, a := range g.actions {
			if i := slices.IndexFunc(left, func(f ActionForm) bool { return f.Action == string(a) }); i >= 0 {
				x.Forms = append(x.Forms, left[i])
				left = slices.Delete(left, i, i+1)
			}
		}
		if len(x.Forms) > 0 {
			out = append(out, x)
		}
	}
	if len(left) > 0 {
		out = append(out, SideGroup{l.T("其他", "Others"), left})
	}
	return out
}

// RelationView is a relation in the words of this ticket.
type RelationView struct {
	ticketdb.Relation
	Word string
}

func relationViews(l Lang, in []ticketdb.Relation) []RelationView {
	out := make([]RelationView, 0, len(in))
	for _, r := range in {
		out = append(out, RelationView{r, relationWord(l, r.Kind, r.Back)})
	}
	return out
}

// relationWord says before the other's number what the other is to this ticket;
// back: the other one points at this one.
func relationWord(l Lang, kind string, back bool) string {
	switch {
	case kind == "split_from" && back:
		return l.T("拆分出", "split into")
	case kind == "appeal_of" && back:
		return l.T("复查复核件", "appealed by")
	case kind == "appeal_of":
		return l.T("复查复核的原件", "appeal of")
	case kind == "follows_up" && back:
		return l.T("后续来件", "followed up by")
	case kind == "follows_up":
		return l.T("前一来件", "follows up")
	}
	return l.Word("relation", kind)
}

// Mark is a state of the ticket that everybody who opens it should know.
type Mark struct {
	Text string
	Tone string
}

// marks are the branches the ticket is on.
func (s *server) marks(l Lang, t *ticketdb.View) []Mark {
	var out []Mark
	add := func(tone, zh, en string) { out = append(out, Mark{l.T(zh, en), tone}) }
	if t.Appeal > 0 {
		w := tickets.AppealName(t.Appeal)
		add("soon", w.ZH+"件：由原承办单位的上一级另行派人办理", w.EN+": handled one level up by other people")
	}
	if t.Appealed > t.Appeal {
		w := tickets.AppealName(t.Appealed)
		add("st", "已申请"+w.ZH, w.EN+" opened")
	}
	if t.PausedAt != nil {
		add("soon", "计时中止，自 "+ZH.Short(*t.PausedAt, s.Now()), "clocks stopped since "+EN.Short(*t.PausedAt, s.Now()))
	}
	switch t.Withdrawal {
	case "asked":
		add("soon", "诉求人要求撤回，待承办单位以外的人核实", "withdrawal asked for: somebody outside must check it")
	case "confirmed":
		add("st", "撤回已核实属自愿", "withdrawn of own will, checked")
	case "pressured":
		add("over", "撤回并非自愿，须继续办理", "the withdrawal was not of own will: the matter goes on")
	}
	if t.TransferDue() {
		add("soon", "须移送，尚未登记", "to be transferred, not recorded yet")
	}
	if t.PetitionNo != "" {
		add("st", "信访编号 "+t.PetitionNo, "petition no. "+t.PetitionNo)
	}
	if t.Mandate {
		add("ok", "代表人已获授权代收答复", "representatives take the reply for all")
	}
	if left := t.Unreached(); t.Status == tickets.Answering && len(left) > 0 {
		add("soon", "尚有 "+itoa(len(left))+" 人未送达："+numberList(left), itoa(len(left))+" not reached yet: "+numberList(left))
	}
	return out
}

// numberList writes 1,2,3,5 as 1-3,5, the way the field takes it.
func numberList(list []int) string {
	text := ""
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		if text != "" {
			text += ","
		}
		text += itoa(list[i])
		if j > i {
			text += "-" + itoa(list[j])
		}
		i = j + 1
	}
	return text
}

// revealed tells whether the viewer's request to see the identity holds now.
func revealed(v *visit, t *ticketdb.View, now time.Time) bool {
	return t.Secrecy == tickets.Confidential && t.Revealed(v.me.Person, now)
}
