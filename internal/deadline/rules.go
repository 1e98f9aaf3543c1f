package deadline

import (
	"time"

	"hotline/internal/workday"
)

// Sources of the default rules. The bureau's own limits were not at hand;
// what is marked so must be confirmed by it.
const (
	toConfirm = "系统默认值，待市局确认"
	petitions = "信访工作条例"
	notice58  = "长民发〔2024〕58号"
)

// Defaults is THE list of rules the program ships with, in the order in which
// clocks are opened: an outer duty stands before those measured from it.
// Every call returns a fresh list, whose lists of words are shared and must
// not be changed. Amounts are edited in the database as new
// versions; a new duty is added here.
//
// Calendar-day limits do not roll: that is the stricter reading of the Civil
// Code's §203, and a bureau may switch it per rule.
func Defaults() []Rule {
	rules := make([]Rule, 0, 48)
	rules = append(rules, resolveRules()...)
	rules = append(rules, workRules()...)
	rules = append(rules, answerRules()...)
	rules = append(rules, statuteRules()...)
	rules = append(rules, rosterRules()...)
	for i := range rules {
		complete(&rules[i])
	}
	return rules
}

// complete fills what a line below leaves out.
func complete(r *Rule) {
	if r.Subject == "" {
		r.Subject = "ticket"
	}
	if r.Basis == "" {
		r.Basis, r.Source, r.EffectiveFrom = Local, toConfirm, workday.NewDate(2024, time.January, 1)
	}
	r.Roll, r.Version = RollNone, 1
}

var (
	named      = func() *bool { v := true; return &v }
	matters    = []string{"suggestion", "help", "complaint", "report"} // kinds that are a 信访事项
	ownLine    = []string{"own", "petition"}
	answeredBy = []string{EventDelivered, EventExhausted, EventResultPosted}
	begins     = []string{EventRegistered, EventRedo}
)

// resolveRules give each kind its external limit, for an order met by the
// platform's acceptance and else by the answer. Praise is only recorded.
func resolveRules() []Rule {
	var rules []Rule
	for _, k := range []struct {
		kind, zh string
		days     int
	}{
		{"inquiry", "咨询", 2}, {"help", "求助", 5}, {"suggestion", "建议", 10}, {"complaint", "投诉", 10}, {"report", "举报", 15},
	} {
		own := Rule{Code: Resolve + "." + k.kind, Zh: k.zh + "办结", En: "resolve " + k.kind,
			Starts: begins, Meets: answeredBy, Amount: k.days, Unit: WorkingDays,
			ExtensionLimit: k.days, Decider: "above", Printable: true, Kinds: []string{k.kind}}
		order := own
		order.Code, order.En = Resolve+".order."+k.kind, "resolve an order: "+k.kind
		order.Zh, order.Meets = k.zh+"工单办结", []string{EventPlatformAccepted}
		order.Decider, order.Tracks = "platform", []string{"order"}
		rules = append(rules, own, order)
	}
	return rules
}

// workRules are the steps up to the investigation.
func workRules() []Rule {
	urgent, critical := []string{"urgent"}, []string{"critical"}
	hop := []string{EventDispatch, EventRedo}
	return []Rule{
		{Code: Internal, Zh: "内部办结", En: "internal due", Starts: begins, Meets: []string{EventSubmit, EventDelivered},
			Amount: 1, Unit: WorkingDays, Back: &Back{From: Resolve, MinDays: 3, Share: 75},
			Kinds: append([]string{"inquiry"}, matters...)},
		// Clocks inside clocks: who is handed the matter has it done before whoever
		// handed it down is due.
		{Code: HopDue, Subject: "hop", Zh: "下派办理", En: "handed down, due", Starts: []string{EventHandDown}, Meets: []string{EventSubmit, EventReportUp, EventDelivered},
			Amount: 1, Unit: WorkingDays, Back: &Back{From: Internal, MinDays: 3, Share: 75}},
		{Code: TaskDue, Subject: "task", Zh: "任务回复", En: "task answered", Starts: []string{EventTaskSent}, Meets: []string{EventTaskAnswered},
			Amount: 3, Unit: WorkingDays, Printable: true},
		{Code: TaskDue + ".urgent", Subject: "task", Zh: "任务回复（急）", En: "task answered, urgent", Starts: []string{EventTaskSent}, Meets: []string{EventTaskAnswered},
			Amount: 8, Unit: ClockHours, Printable: true, Urgencies: []string{"urgent", "critical"}},
		{Code: Sign, Subject: "hop", Zh: "签收", En: "sign", Starts: hop, Meets: []string{EventSign}, Amount: 4, Unit: WorkingHours},
		{Code: Sign + ".urgent", Subject: "hop", Zh: "签收（急）", En: "sign, urgent", Starts: hop, Meets: []string{EventSign},
			Amount: 1, Unit: WorkingHours, Urgencies: urgent},
		{Code: Sign + ".critical", Subject: "hop", Zh: "签收（特急）", En: "sign, critical", Starts: hop, Meets: []string{EventSign},
			Amount: 30, Unit: ClockMinutes, Urgencies: critical},
		{Code: FirstContact, Zh: "先行联系", En: "first contact", Starts: begins, Meets: []string{EventContactMade, EventDelivered},
			Amount: 1, Unit: WorkingDays, Named: named()},
		{Code: IdentityCheck, Zh: "核实身份", En: "check of identity", Starts: []string{EventRegistered}, Meets: []string{EventIdentityConfirmed},
			Amount: 1, Unit: WorkingDays, Kinds: []string{"complaint", "report"}, Named: named()},
		{Code: FirstAction, Zh: "首次处置（电话）", En: "first action by phone", Starts: []string{EventRegistered, EventUrgencyChanged},
			Meets: []string{EventContactMade, EventVisitMade}, Amount: 30, Unit: ClockMinutes, Urgencies: critical},
		{Code: OnTheSpot, Zh: "到场处置", En: "someone on the spot", Starts: []string{EventRegistered, EventUrgencyChanged},
			Meets: []string{EventVisitMade}, Amount: 24, Unit: ClockHours, Urgencies: critical},
		{Code: AskReturn, Subject: "hop", Zh: "申请退单", En: "ask to return", Starts: hop, Meets: []string{EventRequest},
			Amount: 1, Unit: WorkingDays, Window: true},
		{Code: AskReturn + ".urgent", Subject: "hop", Zh: "申请退单（急）", En: "ask to return, urgent", Starts: hop, Meets: []string{EventRequest},
			Amount: 2, Unit: WorkingHours, Window: true, Urgencies: []string{"urgent", "critical"}},
	}
}

// answerRules are the steps after approval.
func answerRules() []Rule {
	return []Rule{
		{Code: Reply, Zh: "答复实名诉求人", En: "reply to a named complainant", Starts: []string{EventApprove},
			Meets: []string{EventDelivered, EventExhausted}, Amount: 3, Unit: WorkingDays, CappedBy: Resolve, Named: named()},
		{Code: TransferOut, Zh: "移送", En: "transfer out", Starts: []string{EventTransferFound}, Meets: []string{EventTransferred},
			Amount: 5, Unit: WorkingDays},
		{Code: FollowUp, Zh: "回访", En: "follow-up", Starts: []string{EventDelivered, EventExhausted}, Meets: []string{EventFollowUp},
			Amount: 3, Unit: WorkingDays, Tracks: []string{"own"}},
	}
}

// statuteRules are the petition regulation's ceilings. They ride along under
// the shorter working limits of the bureau's own line.
func statuteRules() []Rule {
	statute := func(r Rule, article string) Rule {
		r.Basis, r.Source, r.EffectiveFrom = Statute, petitions+article, workday.NewDate(2022, time.May, 1)
		return r
	}
	return []Rule{
		statute(Rule{Code: AcceptanceTold, Zh: "告知受理", En: "acceptance told", Starts: []string{EventRegistered},
			Meets: []string{EventToldAcceptance, EventDelivered}, Amount: 15, Unit: CalendarDays,
			Kinds: matters, Tracks: ownLine, Named: named()}, "第二十三条"),
		statute(Rule{Code: Handled, Zh: "信访事项办结", En: "matter handled", Starts: []string{EventRegistered},
			Meets: answeredBy, Amount: 60, Unit: CalendarDays, ExtensionLimit: 30, Decider: "head",
			Kinds: matters, Tracks: ownLine}, "第三十四条"),
		statute(Rule{Code: Objection, Zh: "对转送提出异议", En: "objection to a forward", Starts: []string{EventRegistered},
			Meets: []string{EventObjected}, Amount: 5, Unit: WorkingDays, Window: true,
			Tracks: []string{"petition"}, Channels: []string{"referral"}}, "第二十三条"),
		statute(Rule{Code: AppealFirst, Zh: "复查", En: "first appeal", Starts: []string{EventAppealFirst},
			Meets: []string{EventOpinionServed}, Amount: 30, Unit: CalendarDays}, "第三十五条"),
		statute(Rule{Code: AppealSecond, Zh: "复核", En: "second appeal", Starts: []string{EventAppealSecond},
			Meets: []string{EventOpinionServed}, Amount: 30, Unit: CalendarDays}, "第三十六条"),
	}
}

// rosterRules are the duties of the roster. "By the 20th" includes the 20th
// and is not moved for a holiday; Due.Target is the working day to aim at.
func rosterRules() []Rule {
	notice := func(r Rule, section string) Rule {
		r.Basis, r.Source, r.EffectiveFrom = Statute, notice58+section, workday.NewDate(2024, time.October, 1)
		return r
	}
	month := []string{EventMonthBegan}
	return []Rule{
		{Code: DiscoveryVillage, Subject: "discovery", Zh: "村级报告", En: "village reports a discovery",
			Starts: []string{EventDiscovered}, Meets: []string{EventDiscoveryReported}, Amount: 1, Unit: WorkingDays},
		{Code: DiscoveryTownship, Subject: "discovery", Zh: "乡级核实", En: "township checks a discovery",
			Starts: []string{EventDiscoveryReported}, Meets: []string{EventDiscoveryChecked}, Amount: 3, Unit: WorkingDays},
		{Code: ChangeTask, Subject: "change", Zh: "变动处理", En: "change task",
			Starts: []string{EventChangeFound}, Meets: []string{EventChangeDone}, Amount: 10, Unit: WorkingDays},
		notice(Rule{Code: ReportVillage, Subject: "month", Zh: "村级月报", En: "village report", Starts: month,
			Meets: []string{EventReportFiled}, Amount: 20, Unit: DayOfMonth}, "二"),
		notice(Rule{Code: ReportTownship, Subject: "month", Zh: "乡级月报", En: "township report", Starts: month,
			Meets: []string{EventRollUpFiled}, Amount: 25, Unit: DayOfMonth}, "二"),
		notice(Rule{Code: RosterHandover, Subject: "month", Zh: "花名表移交", En: "pay roster handed over", Starts: month,
			Meets: []string{EventRosterHandedOver}, Amount: 5, Unit: DayOfMonth}, "四"),
		notice(Rule{Code: PaidOut, Subject: "month", Zh: "资金发放到位", En: "money paid out", Starts: month,
			Meets: []string{EventPaid}, Amount: 10, Unit: DayOfMonth}, "四"),
		notice(Rule{Code: MatchHit, Subject: "hit", Zh: "疑似问题办结", En: "suspected problem closed", Starts: []string{EventHitFed},
			Meets: []string{EventHitClosed}, Amount: 14, Unit: CalendarDays}, "六"),
		notice(Rule{Code: Application, Subject: "application", Zh: "审核确认", En: "application decided", Starts: []string{EventApplied},
			Meets: []string{EventApplicationEnded}, Amount: 30, Unit: WorkingDays, ExtensionLimit: 15, Decider: "head"}, "四"),
	}
}
