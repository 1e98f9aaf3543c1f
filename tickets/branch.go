package tickets

import (
	"slices"
	"time"

	"hotline/internal/units"
)

// appealWindow is how long after the written reply a 复查 or 复核 may be asked
// for (信访工作条例 第三十五、三十六条), in calendar days.
const appealWindow = 30

// statutoryPath are the categories whose disputes go to 行政复议 or a court.
var statutoryPath = []string{"pay.stopped", "apply.refused"}

var (
	splitKind       = choice("kind", "新工单种类", "kind of the new ticket", true, Kinds)
	splitText       = text("text", "拆出的诉求内容", "what the new ticket is about", true)
	appealChannel   = choice("channel", "提出方式", "how it was asked for", false, Channels[:3])
	withdrawWay     = choice("way", "提出方式", "how it was asked for", true, Ways)
	voluntary       = Field{Name: "voluntary", ZH: "确属本人自愿", EN: "of the person's own will", Type: TypeBool, Must: true}
	callNote        = text("note", "通话情况（谁、何时、怎么说）", "the call: who, when, what was said", true)
	transferBody    = line("body", "移送何机关", "to which body", true)
	transferNo      = line("sent_no", "移送函文号", "number of the letter", true)
	receiptNo       = line("accepted_no", "接收回执编号", "number of the receipt", false)
	acceptedAt      = Field{Name: "accepted_at", ZH: "接收时间", EN: "accepted at", Type: TypeTime}
	transferNews    = text("result", "处理结果", "result", false)
	mandateEvidence = text("evidence", "授权凭据（签名的委托书）", "the signed mandate", true)
	petitionNo      = line("petition_no", "信访系统编号", "number in the petition system", true)
	relayMessage    = Field{Name: "message", ZH: "转告内容（不写姓名和案情）", EN: "the message (no names, nothing of the case)", Type: TypeText, Must: true, Max: 120}
	recusePerson    = Field{Name: "person", ZH: "须回避的人员", EN: "person to be recused", Type: TypePerson}
	recuseUnit      = Field{Name: "unit", ZH: "须回避的单位", EN: "unit to be recused", Type: TypeUnit}
	recuseReason    = choice("ground", "回避事由", "ground", true, RecusalReasons)
	decisionMaker   = Field{Name: "person", ZH: "原决定经办人", EN: "who made the decision", Type: TypePerson}
	respondentUnit  = Field{Name: "unit", ZH: "原决定/责任单位（看得到本件，但由他人或上级办理）", EN: "unit whose decision is disputed (it sees the ticket; others handle it)", Type: TypeUnit, Must: true}
	finalOther      = Field{Name: "other", ZH: "已终结工单编号（终结时填）", EN: "the final ticket, for 终结", Type: TypeNumber}
	newEvidence     = text("new_evidence", "新的证据（复查复核后重办须填）", "new evidence, after an appeal", false)
	whom            = line("whom", "送达何人（联名件填序号，如 1,3-5）", "whom it reached (joint: numbers, such as 1,3-5)", false)
	opinionNo       = line("opinion_no", "意见书文号（复查复核件须填）", "number of the written opinion (appeals)", false)
	mustTransfer    = Field{Name: "transfer", ZH: "须移送有权机关", EN: "to be transferred to another body", Type: TypeBool}
)

// RecusalReasons is the vocabulary of why somebody is recused.
var RecusalReasons = Words{
	{"relative", "近亲属", "close relative"}, {"interest", "有利害关系", "interest in the matter"}, {"demanded", "诉求人要求回避", "demanded by the complainant"},
}

// bases are the grounds that fit each conclusion.
var bases = map[string][]string{
	"refused":      {"not_competent", "litigation", "petition_running", "final"},
	"redirected":   {"not_competent", "other_body"},
	"transferred":  {"discipline", "other_body", "accused_unit"},
	"unverifiable": {"no_clue"},
	"withdrawn":    {"own_wish"},
	"final":        {"final"},
}

// BasesOf lists the grounds on which a conclusion may rest.
func BasesOf(outcome string) Words {
	var out Words
	for _, c := range bases[outcome] {
		out = append(out, Word{c, BasisCodes.ZH(c), BasisCodes.EN(c)})
	}
	return out
}

// gateBasis: the ground fits the conclusion.
var gateBasis = gate("the ground fits", func(_ *Ticket, a Act, _ World) []Problem {
	outcome, basis := a.Values.Get("outcome"), a.Values.Get("basis")
	if outcome != "" && basis != "" && !slices.Contains(bases[outcome], basis) {
		return one("basis", "该依据不适用于“"+Outcomes.ZH(outcome)+"”", "this ground does not fit “"+Outcomes.EN(outcome)+"”")
	}
	if outcome == "final" && a.Values.Get("other") == "" {
		return one("other", "请填写已终结的工单编号", "name the ticket that is final")
	}
	return nil
})

// gateWithdrawn: a withdrawal ends a complaint only after a call by somebody
// outside the handling unit, and never ends the verification of a report.
var gateWithdrawn = gate("withdrawn of own will", func(t *Ticket, a Act, _ World) []Problem {
	if a.Values.Get("outcome") != "withdrawn" {
		return nil
	}
	switch {
	case t.Kind == Report:
		return one("outcome", "举报撤回后核查继续，不得以撤回作结", "the verification of a report goes on, withdrawn or not")
	case t.Withdrawal == "":
		return one("outcome", "请先登记撤回", "register the withdrawal first")
	case t.Withdrawal == "pressured":
		return one("outcome", "核实认定撤回并非自愿，须继续办理", "the withdrawal was not of own will: the matter goes on")
	case t.Kind == Complaint && t.Withdrawal != "confirmed":
		return one("outcome", "撤回须先由承办单位以外的人电话核实", "somebody outside the handling unit must call first")
	}
	return nil
})

// gateOutsider: the call about a withdrawal is made by somebody outside the
// handling unit; where the desk itself handles it, by somebody who did not work on it.
var gateOutsider = gate("an independent call", func(t *Ticket, a Act, w World) []Problem {
	me := a.Actor
	if t.Withdrawal != "asked" {
		return one("", "没有待核实的撤回", "no withdrawal waits for a call")
	}
	own := me.Unit == t.Unit
	worked := me.Person == t.Investigator || me.Person == t.Second || foundAny(t, me.Person)
	if worked || own && w.Tree.Parent(t.Unit) != nil && me.Unit != t.Desk {
		return one("", "须由承办单位以外、未参与核查的人核实", "only somebody outside the handling unit, who did not work on it")
	}
	return nil
})

func foundAny(t *Ticket, person int) bool {
	return slices.ContainsFunc(t.Allegations, func(al Allegation) bool {
		return al.Finding != nil && (al.Finding.Author == person || al.Finding.Second == person)
	})
}

func withdraw(t *Ticket, _ Act, _ World, c *Change) []Problem {
	if t.Withdrawal != "" {
		return one("", "已登记过撤回", "a withdrawal is registered already")
	}
	if !t.Answerable() { // nobody could be called about it
		return one("", "匿名件无法核实撤回，继续办理", "nobody can be asked whether an anonymous ticket is withdrawn: it goes on")
	}
	c.Withdrawal = "asked"
	return nil
}

func withdrawCall(t *Ticket, a Act, _ World, c *Change) []Problem {
	c.Withdrawal = "confirmed"
	if !a.Values.Bool("voluntary") {
		c.Withdrawal, c.Supervise = "pressured", true
	}
	return nil
}

// AppealName is 复查 or 复核.
func AppealName(level int) Word {
	if level >= 2 {
		return Word{"second", "复核", "second appeal"}
	}
	return Word{"first", "复查", "first appeal"}
}

// served is when the last reply reached the complainant; zero where it never did.
func (t *Ticket) served() time.Time {
	var at time.Time
	for _, x := range t.Attempts {
		if (x.State == "delivered" || x.exhausts()) && x.At.After(at) {
			at = x.At
		}
	}
	return at
}

// gateAppeal: who may still ask for a 复查 or 复核, and of whom (信访工作条例 第三十五、三十六条).
var gateAppeal = gate("appealable", func(t *Ticket, a Act, w World) []Problem {
	switch {
	case t.Track == TrackOrder:
		return one("", "12345 工单不满意的由平台重办，不走复查复核", "an order is redone through the platform, not appealed")
	case t.Kind != Complaint && t.Kind != Help && t.Kind != Suggestion:
		return one("", "只有申诉求决类事项可以复查复核", "only a claim can be appealed")
	case t.Appeal >= 2:
		return one("", "复核意见为终结意见，不再受理", "the second appeal was final")
	case t.Appealed > t.Appeal:
		return one("", "已就本件申请过"+AppealName(t.Appeal+1).ZH, "this has been appealed already")
	case slices.Contains([]string{"returned", "recalled", "withdrawn", "redirected", "final"}, t.Outcome):
		return one("", "本件没有处理意见，不能复查复核", "there is no opinion to appeal against")
	case t.Appeal == 0 && slices.Contains(statutoryPath, t.Category):
		return one("", "对停保、不予批准等行政决定不服的，应申请行政复议或提起行政诉讼", "such a decision is disputed by administrative reconsideration or in court")
	case t.served().IsZero():
		return one("", "答复尚未送达", "the reply has not been served")
	}
	day := t.served().In(cityZone)
	last := time.Date(day.Year(), day.Month(), day.Day()+appealWindow+1, 0, 0, 0, 0, cityZone)
	if !a.Now.Before(last) {
		return one("", "超过收到答复后 30 日的申请期限", "more than 30 days after the reply was served")
	}
	if w.Tree.Parent(t.Unit) == nil {
		return one("", "上一级是市人民政府，请告知诉求人向其提出", "the level above is the city government: tell the person to ask there")
	}
	return nil
})

// appeal opens the 复查 or 复核: one level up, by other people.
func appeal(t *Ticket, a Act, _ World, c *Change) []Problem {
	level := t.Appeal + 1
	channel := a.Values.Get("channel")
	if channel == "" {
		channel = "letter"
	}
	c.Child = &Child{Relation: "appeal_of", Kind: t.Kind, Category: t.Category, Channel: channel, Statement: a.Values.Get("reason"),
		Title: AppealName(level).ZH + "：" + t.Number, Appeal: level, Floor: t.Unit, Recuse: firstHandlers(t), WithAccused: true}
	c.Appealed = level
	return nil
}

// firstHandlers are all who worked on or approved the opinion that is appealed.
func firstHandlers(t *Ticket) []int {
	var out []int
	add := func(p int) {
		if p > 0 && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	add(t.Investigator)
	add(t.Second)
	for _, al := range t.Allegations {
		if al.Finding != nil {
			add(al.Finding.Author)
			add(al.Finding.Second)
		}
	}
	for _, r := range t.Replies {
		add(r.ApprovedBy)
	}
	return out
}

// split opens a second ticket for a part of the statement: misconduct goes
// another way than the benefit (tickets.md, Routing 3).
func split(t *Ticket, a Act, _ World, c *Change) []Problem {
	if t.Kind == Praise {
		return one("", "表扬无须拆分", "praise needs no split")
	}
	if t.Appeal > 0 {
		return one("", "复查、复核件不拆分；新的事项请另行登记", "an appeal is not split: register a new matter")
	}
	c.Child = &Child{Relation: "split_from", Kind: a.Values.Get("kind"), Category: a.Values.Get("category"), Channel: t.Channel, Statement: a.Values.Get("text"), Title: "拆分自 " + t.Number, WithAccused: true}
	return nil
}

// transferred records that the matter went to another body, with its letter.
func transferred(t *Ticket, a Act, w World, c *Change) []Problem {
	if bad := eventTime(t, a, w, c); bad != nil {
		return bad
	}
	c.Transfer = &Transfer{Body: a.Values.Get("body"), SentNo: a.Values.Get("sent_no"), SentAt: c.EventAt}
	if r := t.LastReply(); t.Status == Answering && !t.Answerable() && r != nil && r.ApprovedAt != nil {
		posted(c, a)
	}
	return nil
}

func transferResult(t *Ticket, a Act, _ World, c *Change) []Problem {
	if len(t.Transfers) == 0 {
		return one("", "还没有登记移送", "nothing was transferred")
	}
	last := t.Transfers[len(t.Transfers)-1]
	if a.Values.Get("accepted_no") == "" && a.Values.Get("result") == "" {
		return one("accepted_no", "请填写接收回执编号或处理结果", "fill in the receipt or the result")
	}
	if last.AcceptedAt == nil && a.Values.Get("accepted_no") == "" {
		return one("accepted_no", "先登记接收回执", "the receipt comes first")
	}
	at := a.Values.Time("accepted_at", a.Now)
	if at.After(a.Now.Add(time.Minute)) {
		return one("accepted_at", "时间不能晚于现在", "the time lies ahead")
	}
	c.TransferNews = &Transfer{ID: last.ID, AcceptedNo: a.Values.Get("accepted_no"), Result: a.Values.Get("result"), AcceptedAt: &at}
	return nil
}

// TransferDue tells whether the matter, or a finding, must still go to another body.
func (t *Ticket) TransferDue() bool {
	if len(t.Transfers) > 0 {
		return false
	}
	return t.Outcome == "transferred" || slices.ContainsFunc(t.Allegations, func(al Allegation) bool { return al.Finding != nil && al.Finding.Transfer })
}

// transferDueAfter is TransferDue once the step is taken.
func transferDueAfter(t *Ticket, c *Change) bool {
	after := *t
	switch {
	case c.ClearOutcome:
		after.Outcome = ""
	case c.Outcome != "":
		after.Outcome = c.Outcome
	}
	if c.Finding != nil {
		after.Allegations = slices.Clone(t.Allegations)
		if al := after.Allegation(c.OnN); al != nil {
			al.Finding = c.Finding
		}
	}
	return after.TransferDue()
}

// recuse takes a person or a unit off the ticket. Where it is the one who has
// it, the level above assigns or recalls it then.
func recuse(t *Ticket, a Act, w World, c *Change) []Problem {
	person, unit := a.Values.Int("person"), a.Values.Int("unit")
	switch {
	case (person == 0) == (unit == 0):
		return one("person", "请写明须回避的人员或单位之一", "name either a person or a unit")
	case unit != 0 && w.Tree.Find(unit) == nil:
		return one("unit", "没有这个单位", "no such unit")
	case unit != 0 && w.Tree.Parent(unit) == nil:
		return one("unit", "市局整体不能回避，请移送", "the bureau as a whole cannot be recused: transfer the matter")
	case unit != 0 && w.Tree.Within(a.Actor.Unit, unit):
		return one("unit", "本单位的回避由上级认定", "the level above decides on one's own unit")
	case person != 0 && person == a.Actor.Person:
		return one("person", "本人回避请用「申报回避」", "use “declare an interest”")
	}
	key := unit
	if person != 0 {
		if _, _, ok := w.Staff(person); !ok {
			return one("person", "没有这个工作人员", "nobody of that number works here")
		}
		key = -person
	}
	if slices.Contains(t.Recused, key) {
		return one("person", "已经回避", "recused already")
	}
	c.Recuse = &Recusal{Key: key, Reason: a.Values.Get("ground"), Note: a.Values.Get("note")}
	unassign(t, person, c)
	return nil
}

// declare is a person's own word that he has an interest.
func declare(t *Ticket, a Act, _ World, c *Change) []Problem {
	c.Recuse = &Recusal{Key: -a.Actor.Person, Reason: "interest", Note: a.Values.Get("reason")}
	unassign(t, a.Actor.Person, c)
	return nil
}

func unassign(t *Ticket, person int, c *Change) {
	if person == 0 || person != t.Investigator && person != t.Second {
		return
	}
	i, s := t.Investigator, t.Second
	if person == i {
		i = 0
	}
	if person == s {
		s = 0
	}
	c.Investigator, c.Second = &i, &s
}

// respondent names the unit whose decision is disputed. It sees the ticket; who
// made the decision neither works on it nor approves.
func respondent(t *Ticket, a Act, w World, c *Change) []Problem {
	unit := a.Values.Int("unit")
	u := w.Tree.Find(unit)
	if u == nil || !u.Active || u.Kind == units.Auditor || u.Kind == units.Discipline {
		return one("unit", "没有这个单位", "no such unit")
	}
	if unitRecused(t, w.Tree, unit) {
		return one("unit", "该单位须回避", "the unit is recused")
	}
	if p := a.Values.Int("person"); slices.Contains(t.Respondents, unit) && (p == 0 || slices.Contains(t.Decisive, p)) {
		return one("unit", "已指明该单位", "the unit is named already")
	}
	if p := a.Values.Int("person"); p != 0 {
		if _, _, ok := w.Staff(p); !ok {
			return one("person", "没有这个工作人员", "nobody of that number works here")
		}
	}
	c.Respondent = &Respondent{Unit: unit, Person: a.Values.Int("person")}
	return nil
}

func mandate(t *Ticket, _ Act, _ World, c *Change) []Problem {
	switch {
	case t.Naming != Joint:
		return one("", "只有联名件需要代表人授权", "only a joint letter has representatives")
	case t.Mandate:
		return one("", "已登记授权", "the mandate is registered already")
	case !slices.ContainsFunc(t.Persons, func(p Person) bool { return p.Role == "representative" }):
		return one("", "没有登记代表人", "no representative is on file")
	}
	c.Mandate = true
	after := *t
	after.Mandate = true
	if r := t.LastReply(); t.Status == Answering && r != nil && r.ApprovedAt != nil && len(after.Unreached()) == 0 && after.Proven() {
		c.To, c.Meets, c.Opens = Answered, []string{"delivered"}, []string{"delivered"} // those who speak for all have it
	}
	return nil
}

func toPetition(t *Ticket, a Act, _ World, c *Change) []Problem {
	if t.PetitionNo != "" {
		return one("petition_no", "已登记信访编号 "+t.PetitionNo, "the petition number is registered already")
	}
	c.PetitionNo = a.Values.Get("petition_no")
	return nil
}

func relay(t *Ticket, _ Act, _ World, c *Change) []Problem {
	if !t.HasPhone && !t.HasMail {
		return one("", "没有可转接的电话或邮箱", "there is neither phone nor mail to relay to")
	}
	return nil
}
