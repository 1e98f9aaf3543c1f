package demo

import (
	"strings"
	"time"

	"hotline/tickets"
)

type values = map[string]string

// do adds a step after some minutes: of office time, or on the clock for a
// critical matter.
func (x *composer) do(minutes int, by string, action tickets.Action, v values) {
	x.wait(minutes)
	row, ok := tickets.RowOf(action)
	if ok {
		x.status = row.Next(x.status)
	}
	if action == tickets.ActApprove && x.nobody {
		x.status = tickets.Closed // nobody can be answered: the approval is the end
	}
	if x.it.Naming == tickets.Joint && (action == tickets.ActDelivered || action == tickets.ActAttempt) {
		v["whom"] = "全部" // read out to all of them together
	}
	x.it.Steps = append(x.it.Steps, Step{After: x.at.Sub(x.it.ReceivedAt), By: by, Action: string(action), Values: v})
	x.stands = append(x.stands, x.status)
}

// wait lets time pass between steps.
func (x *composer) wait(minutes int) {
	if x.sample.Urgency == tickets.Critical && x.status.Open() && x.status != tickets.Answered {
		x.at = x.clock.soon(x.at, max(3, minutes/12))
		return
	}
	x.at = x.clock.later(x.at, max(minutes, 1))
}

// often is true in percent of a hundred draws.
func (x *composer) often(percent int) bool { return x.clock.rng.IntN(100) < percent }

// life writes the whole life to the archive; cut shortens it.
func (x *composer) life(until tickets.Status) {
	short := until == tickets.Closed || until == tickets.Archived || until == tickets.Registered
	atOnce := x.sample.Kind == tickets.Praise || x.sample.Answer != "" && x.often(70)
	switch {
	case x.sample.Conclude != "":
		x.conclude()
	case short && atOnce:
		x.answer()
	default:
		x.handle(until)
	}
	x.do(3200, x.deskLead, tickets.ActArchive, nil)
}

// answer is the desk's own answer, given while the person is there.
func (x *composer) answer() {
	v := values{"public_text": "您好，" + x.sample.Answer, "legal_basis": chapterOf(x.sample.Category).Basis}
	if x.sample.Kind == tickets.Suggestion {
		v["adoption"] = []string{"adopted", "partly_adopted", "not_adopted"}[x.clock.rng.IntN(3)]
		v["public_text"] = suggestionReply(x.sample, v["adoption"])
	}
	minutes := 8
	if x.it.Channel != "call" && x.it.Channel != "visit" {
		minutes = 160
	}
	x.it.Outcome = "answered"
	x.do(minutes, x.deskOperator, tickets.ActAnswer, v)
}

// handle sends it out, has it checked, answered and followed up.
func (x *composer) handle(until tickets.Status) {
	x.decide()
	if x.sample.Kind == tickets.Report && x.phone && x.often(60) {
		x.do(25, x.deskOperator, tickets.ActIdentity, values{"confirmed": "true", "note": "回拨核对姓名、住址无误。"})
	}
	x.send()
	x.check()
	if x.often(9) {
		x.do(200, x.approver, tickets.ActSendBack, values{"reason": "答复没有写清政策依据和计算过程，请补充后再报。"})
		x.record("补充核对了核算过程，")
	}
	x.do(180, x.approver, tickets.ActApprove, values{"note": "同意按此答复。"})
	x.deliver()
	x.finish(until)
}

// send brings it to the unit that handles it.
func (x *composer) send() {
	brief := values{}
	if x.it.Secrecy == tickets.Confidential {
		brief["brief"] = x.sample.Brief
	}
	if x.handledBy == "city" || x.handledBy == "county" && x.it.Desk != CityID {
		x.do(45, x.deskLead, tickets.ActTake, brief)
		return
	}
	to, signer := "@county", "lead-"+counties()[x.i].Code
	if x.it.Desk != CityID {
		to, signer = "@town", x.lead
	}
	x.dispatch(to, brief)
	x.do(110, signer, tickets.ActSign, nil)
	if x.handledBy == "township" && to == "@county" {
		x.do(90, signer, tickets.ActHandDown, values{"unit": "@town", "reason": "由属地乡镇入户核实并办理，结果报县局。"})
		x.do(120, x.lead, tickets.ActSign, nil)
	}
}

// dispatch sends it to a unit, now and then to the wrong 店上镇 first.
func (x *composer) dispatch(to string, v values) {
	other, twice := sameTown(x.i, x.j)
	if twice && x.it.Desk == CityID && len(x.it.Accused) == 0 && x.it.Secrecy == tickets.OpenSecrecy && x.often(50) {
		x.it.Units["@wrong"] = countyID(other)
		x.do(30, x.deskOperator, tickets.ActDispatch, values{"unit": "@wrong"})
		x.do(60, x.deskLead, tickets.ActRecall, values{"unit": to, "reason": "同名乡镇派错：店上镇在潞城区、壶关县均有，回拨核实后改派。"})
		return
	}
	v["unit"] = to
	by := x.deskOperator
	if x.it.Secrecy == tickets.Confidential || len(x.it.Accused) > 0 {
		by = x.deskLead
	}
	x.do(35, by, tickets.ActDispatch, v)
}

// sameTown finds another county with a township of that name.
func sameTown(i, j int) (other int, found bool) {
	all := counties()
	for o, c := range all {
		for _, t := range c.Towns {
			if o != i && t.Name != "" && t.Name == all[i].Towns[j].Name {
				return o, true
			}
		}
	}
	return 0, false
}

// days is how long checking takes, in office minutes, by kind.
func (x *composer) days() int {
	m := map[string]int{tickets.Inquiry: 250, tickets.Help: 1000, tickets.Suggestion: 1500, tickets.Complaint: 2300, tickets.Report: 3600}[x.sample.Kind]
	if x.sample.Urgency == tickets.Urgent {
		m /= 2
	}
	if x.late {
		m = m*2 + 2600
	}
	return m
}

// assign names the investigator, and the second one where the unit has two.
func (x *composer) assign() {
	v := values{"investigator": "@handler"}
	if _, ok := x.it.People["@second"]; ok {
		v["second"] = "@second"
	}
	x.do(40, x.lead, tickets.ActAssign, v)
}

// check assigns it, makes contact and records what was found.
func (x *composer) check() {
	x.assign()
	if x.phone && x.it.Secrecy == tickets.OpenSecrecy {
		x.do(90, x.it.People["@handler"], tickets.ActContactMade, values{"way": "call", "evidence": "已电话联系诉求人，核对情况并告知办理时限。"})
	}
	if !x.order && !x.nobody && x.often(45) {
		x.do(60, x.deskOperator, tickets.ActTold, values{"way": x.way(), "evidence": "已告知受理情况和查询办法。"})
	}
	if strings.HasPrefix(x.sample.Category, "pay") && len(x.it.Accused) == 0 && x.handledBy == "county" && x.often(40) {
		x.do(60, x.lead, tickets.ActCoHandle, values{"unit": "@finance", "note": "请协助核对拨付批次和银行回盘。"})
	}
	if x.often(10) && x.phone {
		x.do(300, x.deskOperator, tickets.ActUrge, values{"note": "诉求人来电询问办理进度，请尽快答复。"})
	}
	half := x.days() / 2
	if x.late {
		x.do(half, x.it.People["@handler"], tickets.ActExplainLate, values{"reason": "当事人外出务工，两次入户未见到本人，约定返乡后核实。"})
		x.supervise()
	} else if half > 400 {
		x.do(half, x.it.People["@handler"], tickets.ActNote, values{"note": "已入户一次，正在等待信息核对结果。"})
	}
	x.wait(half)
	x.record("")
}

// supervise is the city's word on a late one; a lead supervises only below himself.
func (x *composer) supervise() {
	if x.handledBy == "city" {
		return
	}
	by := "lead-city"
	if x.it.Desk != CityID && x.handledBy == "township" {
		by = x.deskLead
	}
	x.do(200, by, tickets.ActSupervise, values{"note": "已超过办理时限，请说明原因并于两个工作日内办结。"})
}

// record writes the finding, has it co-signed and submits the reply.
func (x *composer) record(more string) {
	c := chapterOf(x.sample.Category)
	v := values{"allegation": "1", "outcome": x.finding, "method": more + c.Method, "evidence": c.Evidence}
	if x.sample.Kind == tickets.Inquiry || x.sample.Kind == tickets.Suggestion {
		v["method"], v["evidence"] = more+"与业务股室会商并查阅现行文件。", "会商记录。"
	} else {
		v["met"] = "当事家庭成员和两户邻里"
		v["met_at"] = x.at.Format(time.RFC3339)
	}
	if x.corrected != "" {
		v["corrected"] = x.corrected
	}
	if x.finding == "true" && x.sample.Kind == tickets.Report && (strings.HasPrefix(x.sample.Category, "funds") || strings.HasPrefix(x.sample.Category, "recognise")) {
		v["recovered"] = []string{"1860.00", "3240.00", "5472.00", "9120.50"}[x.k%4]
	}
	handler, second := x.it.People["@handler"], x.it.People["@second"]
	two := x.sample.Kind == tickets.Complaint || x.sample.Kind == tickets.Report
	if two {
		v["second_name"] = nameOf(or(second, "clerk-"+counties()[x.i].townCode(x.j)))
	}
	x.do(60, handler, tickets.ActRecord, v)
	if two && second != "" {
		x.do(70, second, tickets.ActCosign, values{"allegation": "1"})
	}
	x.do(90, handler, tickets.ActSubmit, x.submission())
}

// nameOf is the name of the person behind a login.
func nameOf(login string) string {
	for _, a := range Accounts() {
		if a.Login == login {
			return a.Name
		}
	}
	return ""
}
