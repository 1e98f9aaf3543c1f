// Package tickets is the ticket itself: its words, statuses and actions, what
// each needs and opens, findings, replies, routing and the gates. It is pure: no
// SQL, HTTP or queue. ticketdb stores what it decides; web draws its buttons from
// the same table.
package tickets

import "slices"

// Place is where the actor stands towards the ticket.
type Place string

// The places. A row of the table names those from which it may be done.
const (
	AtDesk     Place = "desk"     // the unit that registered it
	AtHandler  Place = "handler"  // the handling unit
	AtAbove    Place = "above"    // a unit above the handling unit
	AtAssigned Place = "assigned" // the investigator or the second one
	AtMachine  Place = "machine"
	AtPlatform Place = "platform"
	// AtLine is the handling unit or one above it: where a custodian sits.
	AtLine Place = "line"
)

// By is who may do it: a role, standing at one of the places.
type By struct {
	Role   string
	Places []Place
}

// Row is one line of the table: who may take which step from where, what it
// needs, and what follows. To is empty where the status stays.
type Row struct {
	Action Action
	ZH, EN string
	From   []Status
	To     Status
	Or     Status   // where the effect may lead instead, empty for most
	OrFrom []Status // from where it may; empty: from every status of From
	By     []By
	Needs  []Field // all fields the action takes; Field.Must tells which must be filled
	Gates  []Gate
	Meets  []string // meeting events of clocks
	Opens  []string // start events of clocks
	Jobs   []string // outbox kinds that follow
	Hidden bool     // done by machines; not drawn as a button
	// When tells whether the action makes sense on the ticket as it is, for
	// buttons; the gates have the last word. nil: always.
	When func(t *Ticket, a Actor) bool
}

var (
	openStatuses = []Status{Registered, Dispatched, Handling, Approval, Answering, Answered}
	anyStatus    = append(slices.Clone(openStatuses), Closed, Archived)

	lead      = func(p ...Place) By { return By{RoleLead, p} }
	operator  = func(p ...Place) By { return By{RoleOperator, p} }
	assigned  = By{RoleInvestigator, []Place{AtAssigned}}
	machine   = By{RoleMachine, []Place{AtMachine}}
	platform  = By{RolePlatform, []Place{AtPlatform}}
	workers   = []By{assigned, lead(AtHandler, AtAbove, AtAssigned)}
	deciders  = []By{lead(AtAbove, AtDesk, AtHandler), {RoleCustodian, []Place{AtLine}}, platform}
	onOrder   = func(t *Ticket, _ Actor) bool { return t.Track == TrackOrder }
	everybody = []By{operator(AtDesk, AtHandler), assigned, lead(AtDesk, AtHandler, AtAbove, AtAssigned)}
)

// Flow is THE table. Pages draw their buttons from it, the API answers from it,
// docs/flow.md is drawn from it, and the database CHECK is tested against it.
var Flow = []Row{
	{Action: ActAnswer, ZH: "即时答复并办结", EN: "answer at once", From: []Status{Registered}, To: Closed, When: func(t *Ticket, _ Actor) bool {
		return t.Appeal == 0 && (t.Kind == Inquiry || t.Kind == Praise || t.Kind == Suggestion)
	},
		By:    []By{operator(AtDesk), lead(AtDesk)},
		Needs: []Field{answerText, legalBasis, adoption}, Gates: []Gate{gateAnswerable, gateOwnHands},
		Meets: []string{"delivered", "contact_made", "closed"}, Jobs: []string{JobPlatformAnswer}},
	{Action: ActDispatch, ZH: "派单", EN: "dispatch", From: []Status{Registered}, To: Dispatched,
		By:    []By{operator(AtDesk), lead(AtDesk, AtAbove), machine},
		Needs: []Field{unitField, reasonOpt, briefField}, Gates: []Gate{gateAccusedFloor, gateBrief},
		Meets: []string{"dispatch"}, Opens: []string{"dispatch"}, Jobs: []string{JobNotify}},
	{Action: ActTake, ZH: "本单位承办", EN: "take", From: []Status{Registered}, To: Handling,
		By: []By{lead(AtDesk)}, Needs: []Field{briefField}, Gates: []Gate{gateAccusedFloor, gateBrief},
		Meets: []string{"dispatch", "sign"}, Opens: []string{"sign"}, Jobs: []string{JobPlatformSigned}},
	{Action: ActConclude, ZH: "以其他结论报审", EN: "conclude", From: []Status{Registered, Handling}, To: Approval,
		By:    []By{operator(AtDesk), lead(AtDesk, AtHandler, AtAbove), assigned},
		Needs: []Field{concludeOutcome, reason, basisCode, finalOther, publicTextIf, legalBasis, appealNotice}, Gates: []Gate{gateConclude, gateOwnHands, gateBasis, gateWithdrawn}, Meets: []string{"submit"}, Jobs: []string{JobNotify}},
	{Action: ActSign, ZH: "签收", EN: "sign", From: []Status{Dispatched}, To: Handling,
		By: []By{lead(AtHandler)}, Meets: []string{"sign"}, Opens: []string{"sign"}, Jobs: []string{JobPlatformSigned}},
	{Action: ActSignReturn, ZH: "签收并申请退单", EN: "sign and ask to return", From: []Status{Dispatched}, To: Handling,
		By: []By{lead(AtHandler)}, Needs: []Field{reason, basisCode, evidence}, Gates: []Gate{gateReturnable, gateOnce(RequestReturn)},
		Meets: []string{"sign", "request"}, Opens: []string{"sign"}, Jobs: []string{JobPlatformSigned, JobPlatformReturn, JobNotify}},
	{Action: ActRecall, ZH: "收回改派", EN: "recall", From: openStatuses[1:], To: Dispatched,
		By:    []By{lead(AtAbove, AtDesk)},
		Needs: []Field{unitField, reason, briefField}, Gates: []Gate{gateAccusedFloor, gateBrief},
		Opens: []string{"dispatch"}, Jobs: []string{JobNotify}},
	{Action: ActAssign, ZH: "指定核查员", EN: "assign", From: []Status{Handling}, To: Handling,
		By: []By{lead(AtHandler)}, Needs: []Field{investigatorField, secondField}, Gates: []Gate{gateNotRecused}, Jobs: []string{JobNotify}},
	{Action: ActAllege, ZH: "增列诉求事项", EN: "add an allegation", From: []Status{Registered, Dispatched, Handling}, By: everybody,
		Needs: []Field{allegationText, categoryOpt}},
	{Action: ActRecord, ZH: "记录核查结论", EN: "record a finding", From: []Status{Handling}, To: Handling,
		By:    workers,
		Needs: []Field{allegationN, findingOutcome, method, metWhom, metAt, evidence, corrected, recovered, mustTransfer, secondName}, Gates: []Gate{gateOwnHands}},
	{Action: ActCosign, ZH: "第二核查人会签", EN: "co-sign a finding", From: []Status{Handling}, To: Handling,
		By: []By{assigned, lead(AtAssigned)}, Needs: []Field{allegationN}, Gates: []Gate{gateSecond, gateOwnHands}},
	{Action: ActHandDown, ZH: "下派", EN: "hand down", From: []Status{Handling}, To: Dispatched,
		By: []By{lead(AtHandler)}, Needs: []Field{unitField, reason}, Gates: []Gate{gateBelow, gateAccusedFloor, gateBrief}, Opens: []string{"dispatch", "hand_down"}, Jobs: []string{JobNotify}},
	{Action: ActReportUp, ZH: "上报", EN: "report up", From: []Status{Handling}, To: Dispatched,
		By: []By{lead(AtHandler)}, Needs: []Field{reason}, Gates: []Gate{gateUpFloor}, Meets: []string{"report_up"}, Opens: []string{"dispatch"}, Jobs: []string{JobNotify}},
	{Action: ActSubmit, ZH: "提交审核", EN: "submit", From: []Status{Handling}, To: Approval,
		By:    workers,
		Needs: []Field{publicText, internalText, legalBasis, appealNotice, resolvedField, unresolvedReason, opinionNo}, Gates: []Gate{gateHandlerFree, gateOwnHands, gateFindings},
		Meets: []string{"submit"}, Jobs: []string{JobNotify}},
	{Action: ActApprove, ZH: "审核通过", EN: "approve", From: []Status{Approval}, To: Answering, Or: Closed,
		By:    []By{lead(AtHandler, AtAbove)},
		Needs: []Field{publicTextOpt, noteOpt}, Gates: []Gate{gateHandlerFree, gateOtherEyes, gateFindings},
		Meets: []string{"approve"}, Opens: []string{"approve"}, Jobs: []string{JobReply}},
	{Action: ActSendBack, ZH: "退回修改", EN: "send back", From: []Status{Approval, Answering}, To: Handling,
		By: []By{lead(AtHandler, AtAbove)}, Needs: []Field{reason}, Jobs: []string{JobNotify}},
	{Action: ActAttempt, ZH: "登记一次答复", EN: "log an attempt", From: []Status{Answering, Answered}, To: "",
		By:    append(slices.Clone(everybody), machine),
		Needs: []Field{way, attemptState, attemptAt, whom, evidence}, Jobs: nil},
	{Action: ActDelivered, ZH: "已送达", EN: "delivered", From: []Status{Answering}, To: Answered,
		By:    append(slices.Clone(everybody), machine, platform),
		Needs: []Field{way, attemptAt, whom, evidenceMust}, Gates: []Gate{gateReply},
		Meets: []string{"delivered"}, Opens: []string{"delivered"}, Jobs: []string{JobNotify}},
	{Action: ActRead, ZH: "诉求人已查看答复", EN: "read by the complainant", From: []Status{Answering}, To: Answered, By: []By{machine},
		Gates: []Gate{gateReply}, Meets: []string{"delivered"}, Opens: []string{"delivered"}, Jobs: []string{JobNotify}, Hidden: true},
	{Action: ActExhausted, ZH: "穷尽联系方式", EN: "exhausted", From: []Status{Answering}, To: Answered,
		By: []By{lead(AtHandler, AtAbove, AtDesk)}, Needs: []Field{reason}, Gates: []Gate{gateReply, gateExhausted},
		Meets: []string{"exhausted"}, Opens: []string{"exhausted"}},
	{Action: ActFollowUp, ZH: "回访并办结", EN: "follow up", From: []Status{Answered}, To: Closed,
		By:    []By{operator(AtDesk, AtHandler), lead(AtDesk, AtHandler, AtAbove), platform},
		Needs: []Field{resolvedMust, satisfaction, noteOpt}, Gates: []Gate{gateFollowUpEyes, gateClose},
		Meets: []string{"follow_up", "closed"}},
	{Action: ActClose, ZH: "办结", EN: "close", From: []Status{Answered}, To: Closed,
		By: []By{lead(AtDesk, AtHandler, AtAbove), machine, platform}, Needs: []Field{noteOpt}, Gates: []Gate{gateNoFollowUpDue, gateClose},
		Meets: []string{"closed"}},
	{Action: ActRedo, ZH: "重办", EN: "redo", From: []Status{Answered, Closed, Archived}, To: Dispatched, When: func(t *Ticket, _ Actor) bool { return t.Appeal == 0 && (t.Redos < 2 || t.Appealed > 0) },
		By:    []By{lead(AtDesk, AtAbove), operator(AtDesk), platform},
		Needs: []Field{reason, unitOpt, newEvidence, redoHandleBy}, Gates: []Gate{gateRedo}, Opens: []string{"redo"}, Jobs: []string{JobNotify}},
	{Action: ActRevive, ZH: "恢复办理", EN: "revive", From: []Status{Closed}, To: Dispatched, When: func(t *Ticket, _ Actor) bool { return t.Outcome == "unverifiable" },
		By: []By{lead(AtDesk, AtHandler, AtAbove), operator(AtDesk)}, Needs: []Field{reason, unitOpt}, Gates: []Gate{gateRevivable, gateAccusedFloor}, Opens: []string{"redo"}, Jobs: []string{JobNotify}},
	{Action: ActArchive, ZH: "归档", EN: "archive", From: []Status{Closed}, To: Archived,
		By: []By{lead(AtDesk, AtAbove), machine}, Gates: []Gate{gateTasksDone}},

	{Action: ActNote, ZH: "备注", EN: "note", From: anyStatus, By: everybody, Needs: []Field{noteMust}},
	{Action: ActAttach, ZH: "添加附件", EN: "attach", From: openStatuses, By: append(slices.Clone(everybody), machine, platform), Needs: []Field{attachments}, Hidden: true},
	{Action: ActAccuse, ZH: "指明被举报对象", EN: "name the accused", From: openStatuses, By: []By{operator(AtDesk), lead(AtDesk, AtHandler, AtAbove)},
		Needs: []Field{accusedUnit, accusedPerson, accusedPost}},
	{Action: ActUrge, ZH: "催办", EN: "urge", From: openStatuses, By: append(slices.Clone(everybody), platform), Needs: []Field{noteOpt}, Jobs: []string{JobNotify}},
	{Action: ActSupervise, ZH: "督办", EN: "supervise", From: openStatuses, By: []By{lead(AtAbove), machine, platform}, Needs: []Field{noteMust}, Jobs: []string{JobNotify}},
	{Action: ActExplainLate, ZH: "情况说明", EN: "state why it is late", From: openStatuses, By: workers, Needs: []Field{reason}},
	{Action: ActLink, ZH: "关联工单", EN: "link", From: anyStatus, By: everybody, Needs: []Field{otherNumber, relationKind, noteOpt}},
	{Action: ActUnlink, ZH: "解除关联", EN: "unlink", From: anyStatus, By: everybody, Needs: []Field{otherNumber, relationKindOpt, noteOpt}},
	{Action: ActCoHandle, ZH: "协办", EN: "co-handler", From: []Status{Dispatched, Handling}, By: []By{lead(AtDesk, AtHandler, AtAbove)}, Needs: []Field{unitField, noteOpt}, Gates: []Gate{gateAccusedFloor}, Jobs: []string{JobNotify}},
	{Action: ActUrgency, ZH: "调整紧急程度", EN: "change urgency", From: openStatuses, By: []By{operator(AtDesk), lead(AtDesk, AtHandler, AtAbove)}, Needs: []Field{urgencyField, reason}, Opens: []string{"urgency_changed"}},
	{Action: ActIdentity, ZH: "核实身份", EN: "confirm identity", From: openStatuses, By: []By{operator(AtDesk), assigned, lead(AtDesk, AtHandler, AtAbove)}, Needs: []Field{identityOK, noteOpt}, Meets: []string{"identity_confirmed"}},
	{Action: ActContactMade, ZH: "已先行联系", EN: "first contact made", From: openStatuses, By: everybody, Needs: []Field{way, attemptAt, evidence}, Meets: []string{"contact_made"}, Jobs: []string{JobPlatformContact}},
	{Action: ActVisitMade, ZH: "已到场处置", EN: "someone was on the spot", From: openStatuses, By: everybody, Needs: []Field{attemptAt, evidenceMust}, Meets: []string{"visit_made", "contact_made"}},
	{Action: ActTold, ZH: "已告知受理", EN: "told of acceptance", From: openStatuses, By: everybody, Needs: []Field{way, attemptAt, evidence}, Meets: []string{"told_acceptance"}},
	{Action: ActSupplement, ZH: "追加内容", EN: "supplement", From: anyStatus, By: append(slices.Clone(everybody), machine, platform), Needs: []Field{noteMust}, Jobs: []string{JobNotify}},
	{Action: ActPlatformAccepted, ZH: "平台接收办结反馈", EN: "platform accepted the reply", From: anyStatus, By: []By{machine, platform, lead(AtDesk, AtHandler, AtAbove)},
		Needs: []Field{portalEvidence}, Gates: []Gate{gatePortal}, Meets: []string{"platform_accepted"},
		When: func(t *Ticket, _ Actor) bool {
			return t.Track == TrackOrder && t.openClock("resolve") != nil && (t.Status == Answering || t.Status == Answered || t.Status == Closed)
		}},
	{Action: ActPlatformRecall, ZH: "平台撤单", EN: "recalled by the platform", From: openStatuses, To: Closed, By: []By{platform, lead(AtDesk, AtAbove)}, Needs: []Field{reasonOpt, portalEvidence}, Gates: []Gate{gatePortal}, Meets: []string{"closed"}, When: onOrder, Jobs: []string{JobNotify}},
	{Action: ActPlatformReturned, ZH: "平台同意退单", EN: "return granted by the platform", From: openStatuses, To: Closed, By: []By{platform, lead(AtDesk, AtAbove)}, Needs: []Field{reasonOpt, portalEvidence}, Gates: []Gate{gatePortal}, Meets: []string{"closed"},
		When: func(t *Ticket, a Actor) bool { return onOrder(t, a) && t.pending(RequestReturn) != nil }, Jobs: []string{JobNotify}},

	{Action: ActAskReturn, ZH: "申请退单", EN: "ask to return", From: []Status{Handling}, By: []By{lead(AtHandler)},
		Needs: []Field{reason, basisCode, evidence}, Gates: []Gate{gateReturnable, gateOnce(RequestReturn)}, When: none(RequestReturn),
		Meets: []string{"request"}, Jobs: []string{JobPlatformReturn, JobNotify}},
	{Action: ActAskExtension, ZH: "申请延期", EN: "ask for an extension", From: []Status{Handling, Approval, Answering}, By: workers,
		Needs: []Field{extensionClock, extensionDays, reason, evidence}, Gates: []Gate{gateOnce(RequestExtension)}, When: none(RequestExtension),
		Jobs: []string{JobPlatformExtension, JobNotify}},
	{Action: ActAskPause, ZH: "申请中止计时", EN: "ask to stop the clocks", From: []Status{Handling, Approval}, By: workers,
		Needs: []Field{pauseReason, pauseUntil, reasonOpt, evidence}, Gates: []Gate{gateOnce(RequestPause)},
		When: func(t *Ticket, a Actor) bool {
			return none(RequestPause)(t, a) && t.PausedAt == nil && t.Track != TrackOrder
		}, Jobs: []string{JobNotify}},
	{Action: ActAskReveal, ZH: "申请查看身份", EN: "ask to see the identity", From: openStatuses[1:], By: []By{assigned, lead(AtAssigned), operator(AtDesk)},
		Needs: []Field{reason, revealHours}, Gates: []Gate{gateOnce(RequestReveal)},
		When: func(t *Ticket, a Actor) bool {
			return none(RequestReveal)(t, a) && t.Secrecy == Confidential && len(t.Persons) > 0
		}, Jobs: []string{JobNotify}},
	{Action: ActDropRequest, ZH: "撤回申请", EN: "take a request back", From: openStatuses[1:], By: []By{lead(AtHandler), assigned, operator(AtDesk)},
		Needs: []Field{requestN, noteOpt}, When: func(t *Ticket, a Actor) bool {
			return slices.ContainsFunc(t.Pending(), func(r Request) bool { return r.AskedBy == a.Person || r.Unit == a.Unit })
		}},
	{Action: ActGrant, ZH: "同意申请", EN: "grant a request", From: openStatuses[1:], Or: Dispatched, OrFrom: []Status{Handling, Approval, Answering}, By: deciders,
		Needs: []Field{requestN, requestKind, newHandleBy, portalEvidence, noteOpt}, When: decides, Jobs: []string{JobNotify}},
	{Action: ActRefuse, ZH: "不同意申请", EN: "refuse a request", From: openStatuses[1:], By: deciders,
		Needs: []Field{requestN, requestKind, reason, adjudicated, portalEvidence}, When: decides, Jobs: []string{JobNotify}},
	{Action: ActResume, ZH: "恢复计时", EN: "let the clocks run again", From: openStatuses, By: append(slices.Clone(workers), machine),
		Needs: []Field{noteOpt}, When: func(t *Ticket, _ Actor) bool { return t.PausedAt != nil }},
	{Action: ActSplit, ZH: "拆分", EN: "split", From: []Status{Registered, Dispatched, Handling}, By: []By{operator(AtDesk), lead(AtDesk, AtHandler, AtAbove)},
		Needs: []Field{splitKind, categoryOpt, splitText}},
	{Action: ActAppeal, ZH: "申请复查/复核", EN: "open an appeal", From: []Status{Closed, Archived}, By: []By{operator(AtDesk), lead(AtDesk, AtAbove)},
		Needs: []Field{reason, appealChannel}, Gates: []Gate{gateAppeal},
		When: func(t *Ticket, _ Actor) bool {
			return t.Track != TrackOrder && t.Appealed <= t.Appeal && t.Appeal < 2 && (t.Kind == Complaint || t.Kind == Help || t.Kind == Suggestion)
		}},
	{Action: ActWithdraw, ZH: "登记撤回", EN: "register a withdrawal", From: []Status{Registered, Dispatched, Handling, Approval}, By: everybody,
		Needs: []Field{reason, withdrawWay}, When: func(t *Ticket, _ Actor) bool { return t.Withdrawal == "" && t.Answerable() }, Jobs: []string{JobNotify}},
	{Action: ActWithdrawCall, ZH: "核实撤回", EN: "check a withdrawal", From: openStatuses, By: []By{operator(AtDesk), lead(AtDesk, AtAbove)},
		Needs: []Field{voluntary, callNote}, Gates: []Gate{gateOutsider}, When: func(t *Ticket, _ Actor) bool { return t.Withdrawal == "asked" }, Meets: []string{"contact_made"}, Jobs: []string{JobNotify}},
	{Action: ActTransferred, ZH: "登记移送", EN: "record the transfer", From: []Status{Handling, Approval, Answering, Answered, Closed}, Or: Closed, OrFrom: []Status{Answering}, By: workers,
		Needs: []Field{transferBody, transferNo, attemptAt}, Meets: []string{"transferred"}},
	{Action: ActTransferResult, ZH: "登记移送结果", EN: "record what came of the transfer", From: anyStatus, By: []By{assigned, lead(AtHandler, AtAbove, AtDesk)},
		Needs: []Field{receiptNo, acceptedAt, transferNews}, When: func(t *Ticket, _ Actor) bool { return len(t.Transfers) > 0 }},
	{Action: ActRecuse, ZH: "认定回避", EN: "recuse", From: openStatuses, By: []By{lead(AtDesk, AtHandler, AtAbove)},
		Needs: []Field{recusePerson, recuseUnit, recuseReason, noteOpt}, Jobs: []string{JobNotify}},
	{Action: ActDeclare, ZH: "申报回避", EN: "declare an interest", From: openStatuses, By: []By{assigned, lead(AtAssigned)}, Needs: []Field{reason}, Jobs: []string{JobNotify}},
	{Action: ActRespondent, ZH: "指明原决定单位", EN: "name the respondent", From: []Status{Registered, Dispatched, Handling}, By: []By{operator(AtDesk), lead(AtDesk, AtHandler, AtAbove)},
		Needs: []Field{respondentUnit, decisionMaker}},
	{Action: ActMandate, ZH: "登记代表人授权", EN: "record the mandate", From: openStatuses, Or: Answered, OrFrom: []Status{Answering}, By: everybody, Needs: []Field{mandateEvidence},
		When: func(t *Ticket, _ Actor) bool { return t.Naming == Joint && !t.Mandate && len(t.Persons) > 1 }},
	{Action: ActPetition, ZH: "转入信访系统", EN: "to the petition system", From: openStatuses, By: []By{operator(AtDesk), lead(AtDesk, AtHandler)},
		Needs: []Field{petitionNo, noteOpt}, When: func(t *Ticket, _ Actor) bool { return t.PetitionNo == "" }},
	{Action: ActObject, ZH: "对转送提出异议", EN: "object to the forward", From: openStatuses, By: []By{lead(AtDesk, AtHandler)}, Needs: []Field{reason},
		When: func(t *Ticket, _ Actor) bool { return t.openClock("objection") != nil }, Meets: []string{"objected"}, Jobs: []string{JobNotify}},
	{Action: ActRelay, ZH: "转接联系", EN: "relay a message", From: openStatuses, By: []By{assigned, lead(AtHandler, AtAssigned), operator(AtDesk)}, Needs: []Field{relayMessage},
		When: func(t *Ticket, _ Actor) bool { return t.HasPhone || t.HasMail }, Jobs: []string{JobRelay}},

	{Action: ActTask, ZH: "下达任务", EN: "issue a task", From: openStatuses, By: issuers,
		Needs: []Field{taskKind, taskUnit, taskText, taskDue, taskUrgent, taskConfirmed}, Gates: []Gate{gateTaskText}, Opens: []string{"task_sent"}, Jobs: []string{JobNotify}},
	{Action: ActTaskAnswered, ZH: "任务已回复", EN: "a task was answered", From: anyStatus, By: []By{machine}, Needs: []Field{taskN, taskRound, attemptAt}, Meets: []string{"task_answered"},
		Jobs: []string{JobNotify}, Hidden: true},
	{Action: ActTaskAccept, ZH: "验收任务回复", EN: "accept a task's answer", From: anyStatus, By: issuers, Needs: []Field{taskN, noteOpt}, Meets: []string{"task_answered"},
		When: hasTask(TaskAnswered), Jobs: []string{JobNotify}},
	{Action: ActTaskReturn, ZH: "退回任务重报", EN: "send a task's answer back", From: anyStatus, By: issuers, Needs: []Field{taskN, taskReason, taskDue, taskConfirmed}, Gates: []Gate{gateTaskText},
		When: hasTask(TaskAnswered), Meets: []string{"task_answered"}, Opens: []string{"task_sent"}, Jobs: []string{JobNotify}},
	{Action: ActTaskCancel, ZH: "撤销任务", EN: "cancel a task", From: anyStatus, By: issuers, Needs: []Field{taskN, reason},
		When: hasTask(TaskSent, TaskSigned, TaskReturned, TaskAnswered), Jobs: []string{JobNotify}},
}

// Outbox kinds that tickets cause. workers/jobs.go lists what does them.
const (
	JobRoute             = "route"
	JobNotify            = "notify"
	JobReply             = "reply"
	JobSMS               = "sms"
	JobMailReply         = "mail_reply"
	JobPlatformSigned    = "platform_signed"
	JobPlatformReturn    = "platform_return"
	JobPlatformContact   = "platform_contact"
	JobPlatformReply     = "platform_reply"
	JobPlatformAnswer    = "platform_answer"
	JobFetch             = "fetch_attachment"
	JobAcknowledge       = "acknowledge"
	JobRecompute         = "recompute" // due times, after a year was imported
	JobSupervise         = "supervise" // a red card calls the level above
	JobPlatformExtension = "platform_extension"
	JobResume            = "resume" // a pause ends as planned
	JobRelay             = "relay"  // a message to the complainant, whose number stays hidden
	JobTask              = "task_answered"
)

// RowOf finds the row of an action, whatever the status; ok is false where the
// table has no such action.
func RowOf(a Action) (row Row, ok bool) {
	for _, r := range Flow {
		if r.Action == a {
			return r, true
		}
	}
	return Row{}, false
}

// Allows tells whether the row may be taken from a status.
func (r Row) Allows(s Status) bool { return slices.Contains(r.From, s) }

// Leads tells whether the row may lead from one status to another.
func (r Row) Leads(from, to Status) bool {
	if !r.Allows(from) {
		return false
	}
	return r.Next(from) == to || r.Or == to && (len(r.OrFrom) == 0 || slices.Contains(r.OrFrom, from))
}

// Next is the status after the row, taken from s.
func (r Row) Next(s Status) Status {
	if r.To == "" {
		return s
	}
	return r.To
}
