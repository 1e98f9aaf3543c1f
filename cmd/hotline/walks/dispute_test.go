package walks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hotline/tickets"
)

// (g) A complainant dissatisfied twice asks for 复查, then 复核, then comes again.
func TestFromRedoToTheFinalOpinion(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		s.hires("handler2-town", townUnit, "investigator")
		s.hires("handler3-town", townUnit, "investigator")
		s.hires("handler-city", cityUnit, "investigator")
		n, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Region: "140428102", Statement: "申请临时救助三次都说材料不全，来回跑。", Category: "apply.slow"}.by("周试验", "19900004444"))
		s.does(cityOperator, n, tickets.ActDispatch, "unit", itoa(townUnit))
		s.signed(n, leadTown, handlerTown, "")
		s.found(n, handlerTown, "partly", "材料清单已一次性告知。")
		s.answered(n, leadTown, handlerTown)
		s.followedUp(n, "dissatisfied")

		// Redone, and redone by other people.
		s.does(cityOperator, n, tickets.ActRedo, "reason", "诉求人不满意：仍未受理")
		s.signed(n, leadTown, handlerTown, "")
		s.refuses(handlerTown, n, tickets.ActSubmit, "重新核查", "public_text", "仍按原答复。", "resolved", "true")
		s.found(n, handlerTown, "partly", "已受理，正在审核。")
		s.answered(n, leadTown, handlerTown)
		s.followedUp(n, "dissatisfied")
		s.does(cityOperator, n, tickets.ActRedo, "reason", "诉求人仍不满意")
		s.does(leadTown, n, tickets.ActSign)
		s.refuses(leadTown, n, tickets.ActAssign, "换人", "investigator", s.person(handlerTown))
		s.assigned(n, leadTown, "handler2-town", "handler3-town")
		s.found(n, "handler2-town", "partly", "审核完成，救助标准依规定确定。")
		s.answered(n, leadTown, "handler2-town")
		s.followedUp(n, "very_dissatisfied")
		s.refuses(cityOperator, n, tickets.ActRedo, "复查", "reason", "第三次")

		// 复查: the county, by people who had nothing to do with it, within 30 days.
		s.does(cityOperator, n, tickets.ActAppeal, "reason", "对救助标准不服，请求复查。", "channel", "letter")
		first := s.related(n, "appeal_of")
		v := s.view(first)
		if v.Appeal != 1 || v.Floor != townUnit || v.Proposal == nil || v.Proposal.Unit != countyUnit {
			s.Fatalf("appeal %d, floor %d, proposal %+v", v.Appeal, v.Floor, v.Proposal)
		}
		if got := s.due(first, "appeal_first"); got != dayAfter(s, 30) {
			s.Errorf("the 复查 is due %s, want 30 days, %s", got, dayAfter(s, 30))
		}
		s.hidden(leadTown, first) // he approved the opinion
		s.refuses(cityOperator, first, tickets.ActDispatch, "上一级", "unit", itoa(townUnit))
		s.does(cityOperator, first, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.signed(first, leadCounty, handler, handler2)
		s.does(handler, first, tickets.ActRecord, "allegation", "1", "outcome", "upheld", "method", "调卷复核，听取双方意见。")
		s.refuses(handler, first, tickets.ActSubmit, "文号", "public_text", "维持原意见。")
		s.does(handler, first, tickets.ActSubmit, "public_text", "维持原处理意见。", "opinion_no", "长民复查〔2026〕1号", "appeal_notice", "如不服，可在三十日内向市民政局申请复核。")
		s.does(leadCounty, first, tickets.ActApprove)
		s.refuses(handler, first, tickets.ActDelivered, "书面", "way", "call", "evidence", "电话告知")
		s.later(24 * time.Hour)
		s.does(handler, first, tickets.ActDelivered, "way", "letter", "evidence", "挂号信 XA123456789CN，回执已签收")
		if !s.met(first, "appeal_first") {
			s.Error("the opinion was served in time")
		}
		s.followedUp(first, "dissatisfied")
		s.stands(first, tickets.Closed, "explained")
		s.refuses(cityOperator, n, tickets.ActRedo, "新的证据", "reason", "还是不服")

		// 复核: the city; its opinion is final.
		s.later(10 * 24 * time.Hour)
		s.does(cityOperator, first, tickets.ActAppeal, "reason", "对复查意见不服，请求复核。")
		second := s.related(first, "appeal_of")
		if second == n {
			second = s.view(first).Relations[len(s.view(first).Relations)-1].Number
		}
		s.hidden(leadCounty, second)
		s.does(cityOperator, second, tickets.ActDispatch, "unit", itoa(cityUnit))
		s.signed(second, leadCity, "handler-city", "investigator-city")
		s.does("handler-city", second, tickets.ActRecord, "allegation", "1", "outcome", "upheld", "method", "书面审查。")
		s.does("handler-city", second, tickets.ActSubmit, "public_text", "维持复查意见，本意见为终结意见。", "opinion_no", "长民复核〔2026〕1号")
		s.does(leadCity, second, tickets.ActApprove)
		s.does("handler-city", second, tickets.ActDelivered, "way", "face", "evidence", "本人当面签收")
		s.followedUp(second, "dissatisfied")
		s.stands(second, tickets.Closed, "final")
		s.refuses(cityOperator, second, tickets.ActAppeal, "", "reason", "还要申请")

		// He comes again with the same facts: told that it is final. Only new evidence opens it.
		again, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Channel: "visit", Region: "140428102", Statement: "还是临时救助标准的事，不服。"}.by("周试验", "19900004444"))
		s.refuses(leadCity, again, tickets.ActConclude, "复核终结", "outcome", "final", "reason", "同一事实和理由", "basis", "final", "other", n[:0]+s.unrelated(), "public_text", "已终结。")
		s.does(leadCity, again, tickets.ActConclude, "outcome", "final", "reason", "同一事实和理由", "basis", "final", "other", second, "public_text", "该事项已经复核终结，不再受理；如有新的证据，可重新反映。")
		s.hires("lead2-city", cityUnit, "lead")
		s.does("lead2-city", again, tickets.ActApprove)
		s.does(cityOperator, again, tickets.ActDelivered, "way", "face", "evidence", "当面告知并签收")
		s.followedUp(again, "dissatisfied")
		s.stands(again, tickets.Closed, "final")
	})
}

// unrelated is a ticket that is not final.
func (s *story) unrelated() string {
	s.Helper()
	n, _ := s.registers(cityOperator, contact{Kind: tickets.Suggestion, Region: "140428", Statement: "建议把明白卡做成大字版。"})
	return n
}

// dayAfter is the end of the n-th day from now, as due times are written.
func dayAfter(s *story, n int) string {
	d := s.env.Clock.Now().In(time.FixedZone("", 8*3600))
	return time.Date(d.Year(), d.Month(), d.Day()+n+1, 0, 0, 0, 0, d.Location()).Format("2006-01-02 15:04")
}

// (h) A joint letter of 22 households.
func TestAJointLetter(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		var lines []string
		for i := range 22 {
			line := fmt.Sprintf("户主%s", string([]rune("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥")[i]))
			if i < 2 {
				line += fmt.Sprintf(" 1990000%04d 代表", 5000+i)
			}
			lines = append(lines, line)
		}
		n, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Channel: "letter", Region: "140428102201", Statement: "我们二十二户反映村里低保评议不公开，没有公示，请核查。", Category: "posting.missing", Joint: strings.Join(lines, "\n")})
		v := s.view(n)
		if v.Naming != tickets.Joint || len(v.Persons) != 22 || v.People < 22 {
			s.Fatalf("%s, %d persons, %d people", v.Naming, len(v.Persons), v.People)
		}
		if s.told(n, "group") == 0 {
			s.Error("the leaders were not told of a group the same day")
		}
		s.does(cityOperator, n, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.signed(n, leadCounty, handler, handler2)
		s.found(n, handler, "true", "经核查属实，已责成重新评议并公示。")
		s.does(leadCounty, n, tickets.ActApprove)

		// Each of the households is owed a proof, unless they signed that two speak for all.
		s.refuses(handler, n, tickets.ActDelivered, "", "way", "face", "evidence", "村委会议室")
		s.refuses(handler, n, tickets.ActDelivered, "序号", "way", "face", "whom", "1-40", "evidence", "签收表")
		s.does(handler, n, tickets.ActDelivered, "way", "face", "whom", "1-9", "evidence", "签收表第 1 页")
		s.stands(n, tickets.Answering)
		if got := len(s.view(n).Unreached()); got != 13 {
			s.Errorf("%d are still owed the reply, want 13", got)
		}
		s.refuses(leadCounty, n, tickets.ActExhausted, "三次", "reason", "其余外出")
		s.does(handler, n, tickets.ActMandate, "evidence", "二十二户签名的委托书，附件")
		s.stands(n, tickets.Answered) // both representatives have it
		s.followedUp(n, "satisfied")

		// Without a mandate all are reached one by one.
		m, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Channel: "letter", Region: "140428102201", Statement: "三户反映公示栏没有公示。", Joint: "户主甲 19900006001 代表\n户主乙\n户主丙"})
		s.does(cityOperator, m, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.signed(m, leadCounty, handler, handler2)
		s.found(m, handler, "true", "已公示。")
		s.does(leadCounty, m, tickets.ActApprove)
		s.does(handler, m, tickets.ActDelivered, "way", "face", "whom", "1,3", "evidence", "签收表")
		s.stands(m, tickets.Answering)
		s.does(handler, m, tickets.ActDelivered, "way", "letter", "whom", "2", "evidence", "挂号信回执")
		s.stands(m, tickets.Answered)
		s.followedUp(m, "satisfied")
	})
}

// (i) A dispute with a county over stopped payments.
func TestADisputeOverStoppedPayments(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Region: "140428", Respondent: countyUnit, Category: "pay.stopped",
			Statement: "我去年刚找到工作一个月三千二，低保马上给停了，不是说就业有渐退期吗？"}.by("吴试验", "19900007777"))
		if p := s.view(n).Proposal; p == nil || p.Unit != countyUnit {
			s.Fatalf("the proposal is %+v, want the unit that can mend it", p)
		}
		s.does(cityOperator, n, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.seen(leadCounty, n) // a respondent sees the ticket
		s.does(leadCounty, n, tickets.ActSign)
		s.does(leadCity, n, tickets.ActRespondent, "unit", itoa(countyUnit), "person", s.person(handler))
		s.refuses(leadCounty, n, tickets.ActAssign, "", "investigator", s.person(handler))
		s.hires("handler3-140428", countyUnit, "investigator")
		s.assigned(n, leadCounty, handler2, "handler3-140428")

		// The clocks stand while his employer's papers are waited for; the city decides, not the county.
		due := s.due(n, "resolve")
		s.does(handler2, n, tickets.ActAskPause, "basis", "material", "until", "2026-09-21T09:00", "reason", "等待单位出具工资证明")
		s.refuses(leadCounty, n, tickets.ActGrant, "", "request", "1")
		s.does(leadCity, n, tickets.ActGrant, "request", "1")
		if s.view(n).PausedAt == nil {
			s.Fatal("the clocks run on")
		}
		s.it("gets the papers on Thursday", "2026-09-17 09:30")
		s.does(handler2, n, tickets.ActResume, "note", "材料已补齐")
		if got := s.due(n, "resolve"); got <= due {
			s.Errorf("due %s after a pause of three days, was %s", got, due)
		}
		moved := s.due(n, "resolve")
		s.does(handler2, n, tickets.ActNote, "note", "与诉求人通话。")
		if s.due(n, "resolve") != moved {
			s.Error("a note moves the due time")
		}
		s.does(handler2, n, tickets.ActAskExtension, "amount", "5", "reason", "须核对社保缴费记录")
		s.does(leadCity, n, tickets.ActGrant, "request", "2")
		if got := s.due(n, "resolve"); got <= moved {
			s.Errorf("due %s after the extension, was %s", got, moved)
		}

		// Right is on his side: payments are restored.
		s.does(handler2, n, tickets.ActRecord, "allegation", "1", "outcome", "true", "method", "核对就业渐退政策与发放记录。", "corrected", "恢复发放并补发两个月")
		s.submitted(n, handler2, "您适用就业渐退期六个月，已恢复并补发。", "appeal_notice", "不服的，可在六十日内申请行政复议，或六个月内提起行政诉讼。")
		s.answered(n, leadCounty, handler2)
		s.followedUp(n, "satisfied")
		s.refuses(cityOperator, n, tickets.ActAppeal, "行政复议", "reason", "金额不对")
	})
}

// (l) A complainant under pressure withdraws.
func TestAWithdrawalUnderPressure(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Region: "140428102", Statement: "村里办低保让去村委开收入证明，不开不给报。", Category: "apply.papers"}.by("郑试验", "19900008888"))
		s.does(cityOperator, n, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.signed(n, leadCounty, handler, handler2)
		s.refuses(handler, n, tickets.ActConclude, "先登记撤回", "outcome", "withdrawn", "reason", "本人不再反映", "basis", "own_wish", "public_text", "已撤回。")
		s.does(handler, n, tickets.ActWithdraw, "reason", "来电说不告了", "way", "call")
		s.refuses(handler, n, tickets.ActConclude, "电话核实", "outcome", "withdrawn", "reason", "本人不再反映", "basis", "own_wish", "public_text", "已撤回。")
		s.refuses(leadCounty, n, tickets.ActWithdrawCall, "", "voluntary", "true", "note", "已核实")
		s.does(cityOperator, n, tickets.ActWithdrawCall, "voluntary", "false", "note", "本人称村支书上门要求撤诉，害怕停低保。")
		if v := s.view(n); v.Withdrawal != "pressured" || !v.Supervised {
			s.Errorf("withdrawal %s, supervised %v", v.Withdrawal, v.Supervised)
		}
		s.refuses(handler, n, tickets.ActConclude, "自愿", "outcome", "withdrawn", "reason", "本人不再反映", "basis", "own_wish", "public_text", "已撤回。")
		s.found(n, handler, "true", "反映属实，已取消该证明要求并约谈村干部。")
		s.answered(n, leadCounty, handler)
		s.followedUp(n, "very_satisfied")

		// Of own will, checked by the desk, it ends as withdrawn.
		m, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Region: "140428102", Statement: "低保金少了五十块。", Category: "pay.short"}.by("冯试验", "19900009999"))
		s.does(cityOperator, m, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.signed(m, leadCounty, handler, handler2)
		s.does(cityOperator, m, tickets.ActWithdraw, "reason", "来电说银行查清了，是自己取的", "way", "call")
		s.does(cityOperator, m, tickets.ActWithdrawCall, "voluntary", "true", "note", "另一坐席回拨核实，确属自愿。")
		s.does(handler, m, tickets.ActConclude, "outcome", "withdrawn", "reason", "本人自愿撤回，已核实", "basis", "own_wish", "public_text", "已按您的意愿撤回。")
		s.answered(m, leadCounty, handler)
		s.followedUp(m, "satisfied")
		s.stands(m, tickets.Closed, "withdrawn")
	})
}

// (m) Three unreachable attempts.
func TestThreeUnreachableAttempts(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n, _ := s.registers(cityOperator, contact{Kind: tickets.Report, Region: "140428102", Statement: "邻居有两套房还吃低保，请核查，查完告诉我。", Category: "recognise.wrong"}.by("陈试验", "19900001212"))
		s.does(cityOperator, n, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.signed(n, leadCounty, handler, handler2)
		s.found(n, handler, "false", "经核查，该户只有一处宅基地房，符合条件。")
		s.does(leadCounty, n, tickets.ActApprove)
		s.does(handler, n, tickets.ActAttempt, "way", "call", "state", "unreachable", "evidence", "关机")
		s.does(handler, n, tickets.ActAttempt, "way", "call", "state", "unreachable", "evidence", "关机")
		s.refuses(leadCounty, n, tickets.ActExhausted, "三次", "reason", "联系不上")
		s.does(handler, n, tickets.ActAttempt, "way", "letter", "state", "failed", "evidence", "挂号信退回：查无此人")
		s.refuses(leadCounty, n, tickets.ActExhausted, "三天", "reason", "联系不上")
		s.later(49 * time.Hour)
		s.does(handler, n, tickets.ActAttempt, "way", "call", "state", "unreachable", "evidence", "仍关机")
		s.refuses(handler, n, tickets.ActExhausted, "", "reason", "联系不上")
		s.does(leadCounty, n, tickets.ActExhausted, "reason", "三天四次、两种方式未果，答复可在查询页查看")
		s.stands(n, tickets.Answered)
		s.does(cityOperator, n, tickets.ActFollowUp, "resolved", "false", "note", "回访仍联系不上")
		s.stands(n, tickets.Closed, "unfounded")
	})
}
