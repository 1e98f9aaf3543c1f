package demo

import (
	"fmt"

	"hotline/internal/workday"
	"hotline/tickets"
)

// decide draws what the check will find, weighted by kind.
func (x *composer) decide() {
	wish := map[string][]string{
		tickets.Inquiry:    {"answered"},
		tickets.Help:       {"done", "done", "done", "done", "partly", "not_done"},
		tickets.Suggestion: {"adopted", "partly_adopted", "not_adopted"},
		tickets.Complaint:  {"true", "true", "partly", "partly", "false"},
		tickets.Report:     {"true", "partly", "false", "false", "unverifiable"},
	}[x.sample.Kind]
	x.finding = wish[x.clock.rng.IntN(len(wish))]
	_, x.corrected = chapterOf(x.sample.Category).verdict(x.sample, x.finding)
	if x.sample.Kind == tickets.Inquiry || x.sample.Kind == tickets.Suggestion {
		x.corrected = ""
	}
	x.it.Outcome = outcomes()[x.finding]
}

// outcomes says which outcome of the ticket one finding makes.
func outcomes() map[string]string {
	return map[string]string{"true": "resolved", "done": "resolved", "partly": "partly", "false": "unfounded", "unverifiable": "unverifiable",
		"not_done": "explained", "answered": "answered", "adopted": "answered", "partly_adopted": "answered", "not_adopted": "answered"}
}

// submission is the reply that goes to approval.
func (x *composer) submission() values {
	c := chapterOf(x.sample.Category)
	v := values{"public_text": x.publicReply(), "legal_basis": c.Basis, "resolved": "true",
		"internal_text": "承办人：" + nameOf(x.it.People["@handler"]) + "。" + c.Method + "核查结论：" + tickets.FindingOutcomes.ZH(x.finding) + "。" + x.corrected}
	if x.finding == "not_done" || x.finding == "unverifiable" {
		v["resolved"], v["unresolved_reason"] = "false", "现有政策或者线索不足以支持该诉求，已当面解释。"
	}
	if x.sample.Kind == tickets.Complaint || x.sample.Kind == tickets.Report || x.finding == "not_done" {
		v["appeal_notice"] = appeal
	}
	return v
}

// publicReply is the reply as the person reads it; it names nobody.
func (x *composer) publicReply() string {
	c := chapterOf(x.sample.Category)
	date := x.it.ReceivedAt.In(workday.Zone).Format("1月2日")
	greeting := "您好！您"
	if x.it.Naming == tickets.Joint {
		greeting = "各位联名群众：你们"
	}
	head := greeting + "于" + date + "反映的“" + x.sample.Topic + "”事项，我单位已受理并办理完毕，现答复如下："
	found, corrected := c.verdict(x.sample, x.finding)
	if x.sample.Kind == tickets.Inquiry {
		found = x.sample.Answer
	}
	if x.sample.Kind == tickets.Suggestion {
		found, corrected = suggestionReply(x.sample, x.finding), ""
	}
	tail := "以上答复依据" + c.Basis + "作出。感谢您对民政工作的关心和监督，如有疑问，可拨打县级社会救助服务热线。"
	return head + found + corrected + tail
}

// suggestionReply says whether a suggestion is taken up.
func suggestionReply(s Sample, adoption string) string {
	switch adoption {
	case "adopted":
		return "您的建议已采纳。" + s.Answer
	case "partly_adopted":
		return "您的建议已部分采纳，其余事项因涉及经费安排，列入下一年度研究。" + s.Answer
	}
	return "感谢您的建议。经研究，受现行规定和人员条件限制暂不能采纳，我们会在修订工作规范时一并考虑。"
}

// way is how this person is reached.
func (x *composer) way() string {
	switch {
	case x.order:
		return "city12345"
	case x.phone && x.it.Channel == "public":
		return "sms"
	case x.phone && x.it.Channel == "visit" && x.it.Secrecy == tickets.OpenSecrecy:
		return "face"
	case x.phone:
		return "call"
	case x.mail:
		return "mail"
	}
	return "letter"
}

// proofs is what is kept of a delivery, by way.
func proofs() values {
	return values{"city12345": "平台已接收办结反馈。", "sms": "短信平台回执：已送达。", "face": "当面送达，送达回证已签字。",
		"call": "电话答复，通话录音已存档。", "mail": "邮件已发送，收到阅读回执。", "letter": "挂号信，邮政签收回执已扫描。"}
}

// deliver brings the reply to the person, or tries every way there is.
func (x *composer) deliver() {
	if x.nobody {
		return
	}
	by, way := x.it.People["@handler"], x.way()
	if x.it.Secrecy == tickets.Confidential || x.sample.Conclude != "" {
		by = x.deskOperator // contact goes by relay
	}
	if x.order {
		by = ByPlatform
	}
	if way == "call" && x.often(14) {
		x.do(120, by, tickets.ActAttempt, values{"way": "call", "state": "unreachable", "evidence": "两次拨打无人接听。"})
	}
	if way == "call" && x.often(6) {
		x.exhaust(by)
		return
	}
	x.do(240, by, tickets.ActDelivered, values{"way": way, "evidence": proofs()[way]})
}

// exhaust is three failed attempts by two ways over three days, and the lead's word.
func (x *composer) exhaust(by string) {
	x.exhausted = true
	x.do(120, by, tickets.ActAttempt, values{"way": "call", "state": "unreachable", "evidence": "拨打三次，提示已关机。"})
	x.do(700, by, tickets.ActAttempt, values{"way": "sms", "state": "failed", "evidence": "短信平台回执：发送失败。"})
	x.do(1300, by, tickets.ActAttempt, values{"way": "call", "state": "unreachable", "evidence": "再次拨打，仍为关机。"})
	x.do(60, x.deskLead, tickets.ActExhausted, values{"reason": "三天内以电话、短信联系均未果，答复已公布于查询页。"})
}

// finish follows up and closes; a few are not content and are redone once.
func (x *composer) finish(until tickets.Status) {
	if x.nobody {
		return
	}
	done := !x.exhausted && (until == tickets.Closed || until == tickets.Archived)
	if done && x.phone && !x.order && x.it.Secrecy == tickets.OpenSecrecy && x.finding != "answered" && x.often(8) {
		x.followUp("false", "dissatisfied", "诉求人表示问题仍未落实。")
		x.do(60, x.deskOperator, tickets.ActRedo, values{"reason": "回访时诉求人反映答复与实际不符，请重新核查。"})
		x.do(100, x.lead, tickets.ActSign, nil)
		x.assign()
		x.wait(900)
		x.record("重新入户复核，")
		x.do(150, x.approver, tickets.ActApprove, values{"note": "同意。"})
		x.do(200, x.it.People["@handler"], tickets.ActDelivered, values{"way": "face", "evidence": proofs()["face"]})
	}
	x.close()
}

// close is the follow-up call; without a phone the lead closes, and an order is
// closed by its platform.
func (x *composer) close() {
	switch {
	case x.exhausted:
		x.followUp("false", "", "回访仍联系不上，答复可在查询页查看。")
	case x.sample.Conclude != "" && x.phone && !x.order:
		x.followUp("false", []string{"satisfied", "basically"}[x.k%2], "已知悉办理去向。")
	case x.order:
		x.do(500, ByPlatform, tickets.ActClose, values{"note": "平台回访后结案。"})
	case !x.phone:
		x.do(500, x.deskLead, tickets.ActClose, values{"note": "无联系电话，答复已送达，予以办结。"})
	case x.finding == "not_done" || x.finding == "unverifiable":
		x.followUp("false", []string{"basically", "dissatisfied", "satisfied"}[x.k%3], "已再次解释政策。")
	default:
		x.followUp("true", []string{"very_satisfied", "satisfied", "satisfied", "very_satisfied", "basically"}[x.k%5], "")
	}
}

func (x *composer) followUp(resolved, satisfaction, note string) {
	v := values{"resolved": resolved}
	if satisfaction != "" {
		v["satisfaction"] = satisfaction
	}
	if note != "" {
		v["note"] = note
	}
	x.do(700, x.deskOperator, tickets.ActFollowUp, v)
}

// conclude ends it from the desk with a reason instead of a finding.
func (x *composer) conclude() {
	text := map[string]string{
		"redirected":   "您反映的事项不属于民政部门职责，我们已将有关部门的职责和联系方式告知您，并同步转告该部门。",
		"refused":      "您反映的事项正在诉讼程序中，依法不予受理。低保申请请持材料到户籍地乡镇办理，与诉讼互不影响。",
		"transferred":  "您反映的问题属于纪检监察机关管辖，我们已按规定移送，后续由其与您联系。",
		"withdrawn":    "已按您的意愿撤回，如情况有变，可随时再次反映。",
		"unverifiable": "所反映的内容没有指明地点、人员和事项，现有线索不足以核查，已存查；如有具体线索欢迎补充。",
	}[x.sample.Conclude]
	x.it.Outcome, x.handledBy = x.sample.Conclude, "desk"
	if x.sample.Conclude == "withdrawn" {
		x.do(20, x.deskOperator, tickets.ActWithdraw, values{"reason": "来电人说问题已经解决，不再反映。", "way": "call"})
		x.do(30, x.deskLead, tickets.ActWithdrawCall, values{"voluntary": "true", "note": "负责人致电本人核实，确属自愿，无人施压。"})
	}
	x.do(60, x.deskOperator, tickets.ActConclude, values{"outcome": x.sample.Conclude, "basis": x.sample.Basis, "public_text": text,
		"reason": "已电话或者书面核对诉求内容，" + tickets.BasisCodes.ZH(x.sample.Basis) + "。", "legal_basis": "《信访工作条例》"})
	if x.nobody {
		x.transfer() // the approval is the end
	}
	x.do(150, x.deskLead, tickets.ActApprove, values{"note": "同意。"})
	if !x.nobody {
		x.transfer()
	}
	x.deliver()
	if !x.nobody {
		x.close()
	}
}

// transfer records the letter to the discipline office.
func (x *composer) transfer() {
	if x.sample.Conclude == "transferred" {
		x.do(90, x.deskLead, tickets.ActTransferred, values{"body": "县纪委监委", "sent_no": fmt.Sprintf("民移函〔2026〕%d号", x.k+1)})
	}
}

// cut ends the steps where the item is wanted: somewhere in the first stretch
// at that status, or at the very end for what is closed.
func (x *composer) cut(until tickets.Status) {
	n := len(x.stands)
	switch until {
	case tickets.Archived:
	case tickets.Closed:
		n-- // the archive step
	default:
		n = x.stretch(until)
	}
	x.it.Steps = x.it.Steps[:n]
}

func (x *composer) stretch(until tickets.Status) int {
	first := 0
	for until != tickets.Registered && x.stands[first] != until {
		first++
	}
	if until == tickets.Registered {
		first = -1
	}
	last := first
	for last+1 < len(x.stands) && x.stands[last+1] == until {
		last++
	}
	return first + 1 + x.clock.rng.IntN(last-first+1)
}
