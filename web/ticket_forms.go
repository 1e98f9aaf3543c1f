package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// ActionForm is one row of the flow table as a form.
type ActionForm struct {
	Lang    Lang
	Action  string
	About   string // tells forms of the same action on one page apart
	Text    string
	Href    string
	Form    string // the CSRF token
	Version int
	Seq     int
	Fields  []FieldView
	Error   string
	Open    bool // sent before and refused
	First   bool // the likely next step
	Danger  bool // takes it away from somebody, or ends it
	Plain   bool // nothing to fill in: the button itself does it
	Hint    string
	Back    string
}

// FieldView is one field of a form.
type FieldView struct {
	ID      string
	Name    string
	Label   string
	Type    string
	Must    bool
	Max     int
	Value   string
	Error   string
	Options []Option
	Groups  []Group
	Latest  string // for times: now
}

// inPlace are the actions whose form stands at what it is about, or has a page part of its own.
var inPlace = []tickets.Action{tickets.ActRecord, tickets.ActCosign, tickets.ActAttach, tickets.ActUnlink}

// firstSteps are the likely next steps of each status, the likeliest first.
var firstSteps = map[tickets.Status][]tickets.Action{
	tickets.Registered: {tickets.ActDispatch, tickets.ActAnswer}, tickets.Dispatched: {tickets.ActSign}, tickets.Handling: {tickets.ActSubmit, tickets.ActAssign},
	tickets.Approval: {tickets.ActApprove}, tickets.Answering: {tickets.ActDelivered, tickets.ActAttempt}, tickets.Answered: {tickets.ActFollowUp, tickets.ActClose},
}

// telling are the actions whose words go out to the complainant.
var telling = []tickets.Action{tickets.ActAnswer, tickets.ActSubmit, tickets.ActConclude, tickets.ActApprove}

// moving are actions that belong to the steps although the status stays.
var moving = []tickets.Action{tickets.ActAttempt, tickets.ActWithdrawCall, tickets.ActResume, tickets.ActAppeal, tickets.ActPlatformReturned, tickets.ActPlatformRecall}

// ahead are the times that lie in the future.
var ahead = []string{"until", "handle_by", "due"}

// perRequest are decided beside the request they are about.
var perRequest = []tickets.Action{tickets.ActGrant, tickets.ActRefuse, tickets.ActDropRequest}

func (s *server) ticketForms(c *fiber.Ctx, v *visit, p *TicketPage, t *ticketdb.View, again tried) error {
	b := &formBuilder{s: s, v: v, t: t, again: again, token: p.Form, opinion: p.Documents.opinion()}
	rows := t.Actions()
	if err := b.loadStaff(c, rows); err != nil {
		return err
	}
	first := likely(t, rows)
	p.Tasks = s.tasksPart(v.lang, t)
	for _, r := range rows {
		switch {
		case r.Action == tickets.ActRecord || r.Action == tickets.ActCosign:
			b.perAllegation(p, r)
		case r.Action == tickets.ActTask || tickets.OnTask(r.Action):
			b.perTask(p, r)
		case slices.Contains(perRequest, r.Action):
			b.perRequest(p, r)
		case slices.Contains(inPlace, r.Action):
			p.MayUnlink = p.MayUnlink || r.Action == tickets.ActUnlink
		case r.To != "" || slices.Contains(moving, r.Action) || r.Action == tickets.ActSplit && toSplit(t):
			f := b.form(r, "")
			f.First = r.Action == first
			p.Steps = append(p.Steps, f)
		default:
			p.Sides = append(p.Sides, b.form(r, ""))
		}
	}
	slices.SortStableFunc(p.Steps, func(x, y ActionForm) int { return x.rank() - y.rank() })
	p.SideGroups = groupSides(v.lang, p.Sides)
	pointClocks(v.lang, p, rows)
	return nil
}

// toSplit tells whether the proposal asks for a split that nobody has made yet.
func toSplit(t *ticketdb.View) bool {
	return t.Status == tickets.Registered && t.Proposal != nil && t.Proposal.Split &&
		!slices.ContainsFunc(t.Relations, func(r ticketdb.Relation) bool { return r.Kind == "split_from" })
}

// loadStaff reads whom the forms offer: the people of the handling unit, and of
// the units whose decision is disputed.
func (b *formBuilder) loadStaff(c *fiber.Ctx, rows []tickets.Row) error {
	if !slices.ContainsFunc(rows, func(r tickets.Row) bool {
		return slices.ContainsFunc(r.Needs, func(f tickets.Field) bool { return f.Type == tickets.TypePerson })
	}) {
		return nil
	}
	for _, unit := range append([]int{b.t.Unit}, b.t.Respondents...) {
		staff, err := b.s.Tickets.Staff(c.UserContext(), b.v.caller, unit)
		if err != nil {
			return err
		}
		for _, p := range staff {
			if !slices.ContainsFunc(b.staff, func(x ticketdb.Staff) bool { return x.Person == p.Person }) {
				b.staff = append(b.staff, p)
			}
		}
	}
	return nil
}

// likely is the step most people on this ticket take next.
func likely(t *ticketdb.View, rows []tickets.Row) tickets.Action {
	may := func(a tickets.Action) bool {
		return slices.ContainsFunc(rows, func(r tickets.Row) bool { return r.Action == a })
	}
	if t.Withdrawal == "asked" && may(tickets.ActWithdrawCall) {
		return tickets.ActWithdrawCall
	}
	if t.Status == tickets.Handling && t.Investigator == 0 && may(tickets.ActAssign) {
		return tickets.ActAssign
	}
	if t.Status == tickets.Handling && may(tickets.ActRecord) && len(without(t)) > 0 {
		return "" // the findings come first; their buttons stand at the allegations
	}
	for _, a := range firstSteps[t.Status] {
		if may(a) && !(a == tickets.ActAnswer && t.Kind != tickets.Inquiry) {
			return a
		}
	}
	return ""
}

// without lists the allegations that have no finding yet.
func without(t *ticketdb.View) []string {
	var out []string
	for _, al := range t.Allegations {
		if al.Finding == nil {
			out = append(out, itoa(al.N))
		}
	}
	return out
}

// rank puts the likely step first and those that take something back last.
func (f ActionForm) rank() int {
	switch {
	case f.First:
		return 0
	case f.Danger:
		return 2
	}
	return 1
}

// formBuilder draws the forms of one ticket for one visit.
type formBuilder struct {
	s       *server
	v       *visit
	t       *ticketdb.View
	again   tried
	token   string
	staff   []ticketdb.Staff
	request *tickets.Request // the one whose decision is drawn
	opinion string           // number of the written opinion issued last
}

// form draws a row; about tells forms of the same action apart (the allegation).
func (b *formBuilder) form(r tickets.Row, about string) ActionForm {
	f := ActionForm{Lang: b.v.lang, Action: string(r.Action), About: about, Text: b.v.lang.T(r.ZH, capital(r.EN)), Href: "/tickets/" + b.t.Number + "/actions/" + string(r.Action),
		Form: b.token, Version: b.t.Version, Seq: b.t.Seq, Danger: slices.Contains([]tickets.Action{tickets.ActRecall, tickets.ActSendBack, tickets.ActExhausted, tickets.ActRedo}, r.Action)}
	if slices.Contains(telling, r.Action) && notInPerson(b.t) {
		f.Hint = b.v.lang.T("来件人不是受益人本人：公开答复只说办理结果和途径，不写受益人的收入、病情、证件等情况。", "The caller is not the one it is for: the public reply tells the result and what to do next, nothing of that person's income, illness or papers.")
	}
	if open := without(b.t); r.Action == tickets.ActSubmit && len(open) > 0 {
		f.Hint = b.v.lang.T("先逐项记录核查结论，再提交：第"+strings.Join(open, "、")+"项还没有结论。", "Record the findings first: none yet for no. "+strings.Join(open, ", ")+".") + f.Hint
	}
	if r.Action == tickets.ActSubmit && b.t.Appeal > 0 && b.opinion == "" {
		f.Hint += b.v.lang.T("复查、复核以书面意见答复：先由负责人在“文书”中出具复查（复核）意见书，文号随即填入。", "An appeal is answered by a written opinion: a lead issues it under Documents first, and its number is filled in here.")
	}
	sent := b.again.action == r.Action && (about == "" || b.again.values["allegation"] == about || b.again.values["request"] == about || b.again.values["task"] == about)
	errors := map[string]string{}
	if sent {
		f.Open = true
		errors, f.Error = problems(b.v.lang, b.again.bad, nil)
	}
	for _, need := range r.Needs {
		x := b.field(need, string(r.Action)+about)
		if sent {
			x.Value = b.again.values[need.Name]
		}
		if (need.Name == "allegation" || need.Name == "request" || need.Name == "task") && about != "" {
			x.Type, x.Value = "hidden", about
		}
		x.Error = errors[need.Name]
		delete(errors, need.Name)
		b.choices(&x, need, r.Action)
		f.Fields = append(f.Fields, x)
	}
	f.Plain = !slices.ContainsFunc(f.Fields, func(x FieldView) bool { return x.Type != "" && x.Type != "hidden" })
	for _, text := range errors { // of fields the form does not show
		f.Error += text
	}
	return f
}

func (b *formBuilder) field(f tickets.Field, prefix string) FieldView {
	f = f.For(b.t.FindingKind())
	l := b.v.lang
	return FieldView{ID: prefix + "-" + f.Name, Name: f.Name, Label: l.T(f.ZH, f.EN), Type: string(f.Type), Must: f.Must, Max: f.Max, Value: b.present(f)}
}

// present fills in what is already known.
func (b *formBuilder) present(f tickets.Field) string {
	switch f.Name {
	case "unit":
		if b.t.Proposal != nil && b.t.Status == tickets.Registered && b.t.Proposal.Unit != 0 {
			return itoa(b.t.Proposal.Unit)
		}
	case "opinion_no":
		return b.opinion
	case "investigator":
		if b.t.Investigator != 0 {
			return itoa(b.t.Investigator)
		}
	case "second":
		if b.t.Second != 0 {
			return itoa(b.t.Second)
		}
	case "urgency":
		return b.t.Urgency
	case "brief":
		if b.t.Secrecy == tickets.Confidential {
			return b.t.Statement
		}
	}
	return ""
}

// choices fills in what a select offers; the value is known by then.
func (b *formBuilder) choices(x *FieldView, f tickets.Field, a tickets.Action) {
	switch f.Type {
	case tickets.TypeChoice:
		x.Options = wordOptions(b.v.lang, f.For(b.t.FindingKind()).Choices, x.Value)
	case tickets.TypeBool:
		x.Options = []Option{{"true", b.v.lang.T("是", "yes"), x.Value == "true"}, {"false", b.v.lang.T("否", "no"), x.Value == "false"}}
	case tickets.TypeUnit:
		x.Groups = b.s.unitGroups(x.Value, func(u *units.Unit) bool { return b.mayGo(u, a) })
	case tickets.TypePerson:
		for _, p := range b.staff {
			if a == tickets.ActAssign && slices.Contains(b.t.Recused, -p.Person) {
				continue // recusals hold persons as negative keys
			}
			value := itoa(p.Person)
			x.Options = append(x.Options, Option{value, b.staffWord(p), value == x.Value})
		}
	case tickets.TypeTime:
		if slices.Contains(ahead, f.Name) {
			break
		}
		x.Latest = b.s.Now().In(workday.Zone).Format("2006-01-02T15:04")
	}
	switch {
	case b.idle(f):
		x.Type = ""
	case f.Name == "opinion_no":
		x.Must = true
	case f.Name == "second_name": // two check a complaint or report; the filed one who is not at work here is the other
		x.Must = b.t.Investigator == 0 || b.t.Investigator == b.v.me.Person
	}
}

// idle tells which optional fields this ticket has no use for; they are not
// drawn. A field that must be filled always is.
func (b *formBuilder) idle(f tickets.Field) bool {
	if f.Must {
		return false
	}
	wrong := b.t.Kind == tickets.Complaint || b.t.Kind == tickets.Report
	switch f.Name {
	case "brief":
		return b.t.Secrecy != tickets.Confidential
	case "second_name":
		return !wrong || b.t.Second != 0
	case "recovered":
		return !wrong && b.t.Kind != tickets.Help
	case "confirmed":
		return b.t.Secrecy != tickets.Confidential && len(b.t.Accused)+len(b.t.Recused) == 0
	case "adoption":
		return b.t.Kind != tickets.Suggestion
	case "whom":
		return b.t.Naming != tickets.Joint
	case "opinion_no":
		return b.t.Appeal == 0
	case "new_evidence":
		return b.t.Appealed == 0
	case "handle_by":
		return b.request == nil && b.t.Track != tickets.TrackOrder || b.requestIdle(f.Name)
	case "transfer":
		return !wrong
	}
	return b.requestIdle(f.Name)
}

func (b *formBuilder) staffWord(p ticketdb.Staff) string {
	l := b.v.lang
	text := p.Name
	if p.Unit != b.t.Unit {
		text += "（" + b.s.unitShort(p.Unit) + "）"
	}
	for _, r := range p.Roles {
		text += " " + l.Word("role", r)
	}
	return text + l.T("，在办 ", ", in hand ") + itoa(p.Open)
}

// capital begins the words of a button as a sentence begins.
func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// mayGo keeps the list of units to those that make sense for the action.
func (b *formBuilder) mayGo(u *units.Unit, a tickets.Action) bool {
	tree := b.s.Tickets.Tree()
	switch a {
	case tickets.ActHandDown:
		return tree.Above(b.t.Unit, u.ID) && b.s.mayHandle(&b.t.Ticket, u)
	case tickets.ActRecuse, tickets.ActRespondent, tickets.ActAccuse:
		return u.Active && u.Kind != units.Auditor && u.Kind != units.Discipline
	case tickets.ActTask:
		return b.mayAsk(u)
	case tickets.ActCoHandle:
		return u.ID != b.t.Unit && (u.Kind == units.CoHandler || b.s.mayHandle(&b.t.Ticket, u))
	}
	return b.s.mayHandle(&b.t.Ticket, u)
}

// perAllegation puts the forms for findings beside what they are about.
func (b *formBuilder) perAllegation(p *TicketPage, r tickets.Row) {
	for i := range p.Allegations {
		al := &p.Allegations[i]
		f := b.form(r, itoa(al.N))
		switch {
		case r.Action == tickets.ActRecord:
			f.First = al.Finding == nil
			al.Record = &f
		case al.Finding != nil && al.Finding.CosignedAt == nil && al.Finding.Author != b.v.me.Person:
			al.Cosign = &f
		}
	}
}
