package walks

import (
	"strings"
	"testing"
	"time"

	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// (b) A named, confidential report against a township official, split into
// benefit error and misconduct.
func TestANamedReportAgainstATownshipOfficial(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n, code := s.registers(cityOperator, contact{Kind: tickets.Report, Region: "140428102", Secrecy: tickets.Confidential, AccusedUnit: townUnit, AccusedPerson: "民政办主任", AccusedPost: "镇民政办主任",
			Statement: "我是青杨岭村的，镇民政办主任收了钱，把他亲侄儿一家报成低保，人家有房有车，村里真困难的反倒没有。我留名字，查完给我个话。"}.by("李试验", "19900001234"))
		p := s.view(n).Proposal
		if p == nil || !p.Split || p.Certain || p.Unit != countyUnit {
			s.Fatalf("the proposal is %+v, want a split and the county", p)
		}
		s.hidden(leadTown, n)
		s.hidden(handlerTown, n)

		// The operator splits off the benefit error.
		s.does(cityOperator, n, tickets.ActSplit, "kind", tickets.Complaint, "text", "该村一户有房有车仍享受低保，请核查是否符合条件。", "category", "recognise.wrong")
		b := s.related(n, "split_from")
		s.hidden(leadTown, b)
		s.refuses(cityOperator, n, tickets.ActDispatch, "上一级", "unit", itoa(townUnit), "brief", "反映镇干部在低保办理中收钱优亲，请核查。")
		s.does(cityOperator, n, tickets.ActDispatch, "unit", itoa(countyUnit), "brief", "反映镇干部在低保办理中收钱优亲，请核查。")
		s.does(cityOperator, b, tickets.ActDispatch, "unit", itoa(countyUnit), "brief", "反映一户不符合条件仍享受低保，请核查。")

		// The county's investigator sees the brief, not the words, nor who said them.
		s.signed(n, leadCounty, handler, handler2)
		if v := s.view(n); strings.Contains(v.Statement, "侄儿") || !strings.Contains(v.Statement, "请核查") {
			s.Errorf("the county reads %q", v.Statement)
		}
		s.refuses(handler, n, tickets.ActAskReveal, "保管员", "reason", "须与举报人当面核对线索", "amount", "4")
		s.hires("custodian-140428", countyUnit, "custodian")
		s.hidden("custodian-140428", n)
		s.does(handler, n, tickets.ActAskReveal, "reason", "须与举报人当面核对线索", "amount", "4")
		s.seen("custodian-140428", n)
		s.refuses(leadCounty, n, tickets.ActGrant, "", "request", "1")
		s.does("custodian-140428", n, tickets.ActGrant, "request", "1")
		s.reads(handler, n, "19900001234")
		s.unread(handler2, n)
		s.later(5 * time.Hour)
		s.unread(handler, n)

		// Wrongdoing is found and must go to the discipline office.
		s.does(handler, n, tickets.ActRecord, "allegation", "1", "outcome", "true", "method", "调取审批卷宗、银行流水，分别谈话。", "transfer", "true", "corrected", "停发并追缴")
		if got := s.due(n, "transfer_out"); got != "2026-09-21 00:00" {
			s.Errorf("the transfer is due %s, want five working days", got)
		}
		s.does(handler2, n, tickets.ActCosign, "allegation", "1")
		s.submitted(n, handler, "经核查属实，已停发并追缴，有关人员的问题已移送纪检监察机关。")
		s.refuses(handler, n, tickets.ActApprove, "")
		s.does(leadCounty, n, tickets.ActApprove)
		if sent := s.sms.texts(n); len(sent) != 1 || strings.Contains(sent[0], "属实") {
			s.Errorf("the text message says too much or nothing: %q", sent)
		}

		// The person reads the answer with number and code: that is the proof.
		public, err := s.db.Public(ctx, n, code)
		if err != nil || !strings.Contains(public.Reply, "属实") {
			s.Fatalf("the status page: %+v %v", public, err)
		}
		s.stands(n, tickets.Answered)
		s.refuses(cityOperator, n, tickets.ActFollowUp, "移送", "resolved", "true")
		s.does(leadCounty, n, tickets.ActTransferred, "body", "长子县纪委监委", "sent_no", "长民移〔2026〕3号")
		s.later(48 * time.Hour)
		s.does(leadCounty, n, tickets.ActTransferResult, "accepted_no", "纪受〔2026〕17号")
		s.followedUp(n, "satisfied")
		s.does(leadCounty, n, tickets.ActTransferResult, "result", "已立案，给予党内警告处分")
		s.stands(n, tickets.Closed, "resolved")

		// The benefit goes its own way to its own end.
		s.signed(b, leadCounty, handler, handler2)
		s.found(b, handler, "true", "该户不符合条件，已停发。")
		s.answered(b, leadCounty, handler)
		s.followedUp(b, "satisfied")
		s.hidden(leadTown, n)
		s.hidden(leadTown, b)
	})
}

// reads wants the identity open to a login.
func (s *story) reads(login, number, phone string) {
	s.Helper()
	got, err := s.db.Contact(ctx, s.env.Session(s.T, login), number, "核对线索")
	if err != nil || len(got) == 0 || got[0].Phone != phone {
		s.Errorf("%s reads %v, %v; want %s", login, got, err, phone)
	}
}

// unread wants it closed.
func (s *story) unread(login, number string) {
	s.Helper()
	if got, err := s.db.Contact(ctx, s.env.Session(s.T, login), number, "核对线索"); err == nil {
		s.Errorf("%s reads %d identities", login, len(got))
	} else if pg.Translate(err) == nil {
		s.Error(err)
	}
}

// (f) An anonymous 死人保 tip without details, filed as unverifiable, revived by
// a later call.
func TestAnAnonymousTipIsFiledAndRevived(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n, _ := s.registers(cityOperator, contact{Kind: tickets.Report, Region: "140428", Statement: "匿名反映：有死人还在领低保，你们自己查。", Category: "recognise.dead"})
		s.does(cityOperator, n, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.signed(n, leadCounty, handler, handler2)
		s.refuses(handler, n, tickets.ActConclude, "不适用", "outcome", "unverifiable", "reason", "没有地点、姓名和时间", "basis", "own_wish")
		s.does(handler, n, tickets.ActConclude, "outcome", "unverifiable", "reason", "没有地点、姓名和时间", "basis", "no_clue")
		s.refuses(handler, n, tickets.ActApprove, "")
		s.does(leadCounty, n, tickets.ActApprove)
		s.stands(n, tickets.Closed, "unverifiable")

		// Two weeks later somebody calls and names the village and the man.
		s.later(14 * 24 * time.Hour)
		more, _ := s.registers(cityOperator, contact{Kind: tickets.Report, Region: "140428102201", Statement: "之前有人反映的死人领低保，是青杨岭村去年腊月去世的老汉，他儿子每月去取。", Category: "recognise.dead"}.by("王试验", "19900005678"))
		s.does(cityOperator, more, tickets.ActLink, "other", n, "kind", "same_matter", "note", "后来的线索")
		s.does(cityOperator, n, tickets.ActRevive, "reason", "有了地点和姓名，见关联工单 "+more)
		s.stands(n, tickets.Dispatched)
		if got := s.view(n).Outcome; got != "" {
			s.Errorf("the outcome stays %q", got)
		}
		s.signed(n, leadCounty, handler, handler2)
		s.found(n, handler, "true", "经核查属实，已停发并追缴。")
		s.does(leadCounty, n, tickets.ActApprove)
		s.stands(n, tickets.Closed, "resolved") // nobody can be answered: the result stands on the status page

		// The named caller has a reply of his own.
		s.does(cityOperator, more, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.signed(more, leadCounty, handler, handler2)
		s.found(more, handler, "true", "您反映的问题属实，已停发并追缴。")
		s.answered(more, leadCounty, handler)
		s.followedUp(more, "very_satisfied")
	})
}

// (k) The handler turns out to be the accused's filed brother.
func TestTheHandlerIsTheAccusedsBrother(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n, _ := s.registers(cityOperator, contact{Kind: tickets.Report, Region: "140428102201", AccusedUnit: villageUnit, AccusedPerson: "村会计", Statement: "村会计替我们保管银行卡，每次给多少算多少。", Category: "funds.card"}.by("赵试验", "19900001111"))
		s.does(cityOperator, n, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.signed(n, leadCounty, handler, handler2)
		s.seen(handler, n)
		s.does(leadCounty, n, tickets.ActRecuse, "person", s.person(handler), "ground", "relative", "note", "近亲属备案：被举报人之兄")
		s.hidden(handler, n)
		if v := s.view(n); v.Investigator != 0 {
			s.Errorf("he still has it: %d", v.Investigator)
		}
		s.refuses(leadCounty, n, tickets.ActAssign, "", "investigator", s.person(handler))
		s.assigned(n, leadCounty, handler2, "")
		// The other one says himself that he has an interest.
		s.does(handler2, n, tickets.ActDeclare, "reason", "与被举报人有经济往来")
		s.hidden(handler2, n)
		s.hires("handler3-140428", countyUnit, "investigator")
		s.hires("handler4-140428", countyUnit, "investigator")
		s.assigned(n, leadCounty, "handler3-140428", "handler4-140428")
		s.found(n, "handler3-140428", "true", "经核查属实，银行卡已归还本人。")
		s.answered(n, leadCounty, "handler3-140428")
		s.followedUp(n, "satisfied")
		if s.told(n, "recused") == 0 {
			s.Error("nobody was told of the recusal")
		}

		// Where it is the county bureau itself, the city recalls it.
		c, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Region: "140428", Statement: "反映审批拖延，态度差。", Category: "conduct.attitude"}.by("钱试验", "19900002222"))
		s.does(cityOperator, c, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.does(leadCounty, c, tickets.ActSign)
		s.does(leadCity, c, tickets.ActRecuse, "unit", itoa(countyUnit), "ground", "interest", "note", "反映对象即本局")
		s.hidden(leadCounty, c)
		s.does(leadCity, c, tickets.ActRecall, "unit", itoa(cityUnit), "reason", "承办单位须回避")
		s.hires("handler-city", cityUnit, "investigator")
		s.hires("lead2-city", cityUnit, "lead")
		s.signed(c, leadCity, "handler-city", "investigator-city")
		s.found(c, "handler-city", "partly", "反映部分属实，已责成整改。")
		s.answered(c, leadCity, "handler-city")
		s.followedUp(c, "basically")
		s.hidden(leadCounty, c)
	})
}

// (j) A posting that shows a child's illness, county accused, taken down within
// hours by a task.
func TestAPostingIsTakenDownWithinHours(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Region: "140428", Secrecy: tickets.Confidential, AccusedUnit: countyUnit, Category: "posting.privacy",
			Statement: "县局的低保公示栏把我家孩子得的病名字都写出来了，全村都知道了，孩子不敢去上学。"}.by("韩试验", "19900004545"))
		s.hidden(leadCounty, n)
		s.hires("handler-city", cityUnit, "investigator")
		s.hires("lead2-city", cityUnit, "lead")
		s.does(cityOperator, n, tickets.ActDispatch, "unit", itoa(cityUnit), "brief", "反映某县公示内容超范围，泄露未成年人病情。")
		s.signed(n, leadCity, "handler-city", "investigator-city")

		// What must be asked of the accused county goes by a task: it shows only that.
		s.does(leadCity, n, tickets.ActTask, "kind", "rectify", "unit", itoa(countyUnit), "text", "请在四小时内撤下县局门口低保公示栏，重新公示时不得载有病情。", "due", "2026-09-14T13:30", "urgent", "true")
		task := s.view(n).Tasks[0]
		county := s.env.Session(s.T, leadCounty)
		seen, err := s.db.Task(ctx, county, task.Number)
		if err != nil || strings.Contains(seen.Text, n) {
			s.Fatalf("the county reads %+v, %v", seen, err)
		}
		s.hidden(leadCounty, n)
		if seen, err = s.db.SignTask(ctx, county, task.Number, seen.Version); err != nil {
			s.Fatal(err)
		}
		s.later(90 * time.Minute)
		if _, err = s.db.AnswerTask(ctx, s.env.Session(s.T, leadCounty), task.Number, seen.Version, "已撤下，照片见附件。", []ticketdb.File{{Name: "公示栏.jpg", Content: []byte("\xff\xd8\xff photo")}}); err != nil {
			s.Fatal(err)
		}
		s.settles()
		if !s.met(n, "task") {
			s.Error("the posting was down in time")
		}
		s.does(leadCity, n, tickets.ActTaskAccept, "task", "1")
		s.found(n, "handler-city", "true", "公示栏已于当日撤下，并责成全县自查。")
		s.does(leadCity, n, tickets.ActApprove)
		s.does(cityOperator, n, tickets.ActDelivered, "way", "call", "evidence", "座席转接告知，本人知悉")
		s.followedUp(n, "satisfied")
		s.hidden(leadCounty, n)
	})
}
