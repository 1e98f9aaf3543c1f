package deadline

// Duties: the part of a rule's code before the first dot. A ticket has at
// most one open clock of a duty in one hop.
const (
	Sign              = "sign"
	FirstContact      = "first_contact"
	IdentityCheck     = "identity_check"
	FirstAction       = "first_action"
	OnTheSpot         = "on_the_spot"
	AskReturn         = "ask_return"
	Resolve           = "resolve"
	Internal          = "internal"
	Reply             = "reply"
	AcceptanceTold    = "acceptance_told"
	Handled           = "handled"
	Objection         = "objection"
	AppealFirst       = "appeal_first"  // 复查
	AppealSecond      = "appeal_second" // 复核
	TransferOut       = "transfer_out"
	FollowUp          = "follow_up"
	HopDue            = "hop_due" // of a unit that the matter was handed down to
	TaskDue           = "task"    // of a task to any unit
	DiscoveryVillage  = "discovery_village"
	DiscoveryTownship = "discovery_township"
	ChangeTask        = "change_task"
	ReportVillage     = "report_village"
	ReportTownship    = "report_township"
	RosterHandover    = "roster_handover"
	PaidOut           = "paid_out"
	MatchHit          = "match_hit"
	Application       = "application"
)

// Pausable tells whether a lawful pause stops the clocks of a duty: those that
// measure the handling itself, not those that protect the complainant from silence.
func Pausable(duty string) bool {
	switch duty {
	case Resolve, Internal, Handled, HopDue, AppealFirst, AppealSecond:
		return true
	}
	return false
}

// External tells whether a duty is the one the outside world counts by.
func External(duty string) bool {
	return duty == Resolve || duty == AppealFirst || duty == AppealSecond
}

// Events that start or meet clocks. They are the words of the journal.
const (
	EventRegistered        = "registered"
	EventDispatch          = "dispatch" // also handed down, reported up, recalled to another unit
	EventHandDown          = "hand_down"
	EventReportUp          = "report_up"
	EventTaskSent          = "task_sent"
	EventTaskAnswered      = "task_answered"
	EventRedo              = "redo"
	EventSign              = "sign"
	EventUrgencyChanged    = "urgency_changed"
	EventContactMade       = "contact_made"
	EventVisitMade         = "visit_made"
	EventIdentityConfirmed = "identity_confirmed" // checked, whatever the result
	EventRequest           = "request"            // a return was asked for
	EventObjected          = "objected"
	EventSubmit            = "submit"
	EventApprove           = "approve"
	EventDelivered         = "delivered"
	EventExhausted         = "exhausted"
	EventResultPosted      = "result_posted" // on the status page, where nobody can be answered
	EventPlatformAccepted  = "platform_accepted"
	EventToldAcceptance    = "told_acceptance"
	EventFollowUp          = "follow_up"
	EventClosed            = "closed"
	EventAppealFirst       = "appeal_first"
	EventAppealSecond      = "appeal_second"
	EventOpinionServed     = "opinion_served"
	EventTransferFound     = "transfer_found" // a finding that must be transferred
	EventTransferred       = "transferred"
	EventDiscovered        = "discovered"
	EventDiscoveryReported = "discovery_reported"
	EventDiscoveryChecked  = "discovery_checked"
	EventChangeFound       = "change_found"
	EventChangeDone        = "change_done"
	EventMonthBegan        = "month_began"
	EventReportFiled       = "report_filed"
	EventRollUpFiled       = "roll_up_filed"
	EventRosterHandedOver  = "roster_handed_over"
	EventPaid              = "paid"
	EventHitFed            = "hit_fed"
	EventHitClosed         = "hit_closed"
	EventApplied           = "application_accepted"
	EventApplicationEnded  = "application_decided"
)

// Unit is what a rule's amount counts.
type Unit string

// The units.
const (
	WorkingDays  Unit = "working_days"
	CalendarDays Unit = "calendar_days"
	WorkingHours Unit = "working_hours" // hours of office time
	ClockHours   Unit = "clock_hours"
	ClockMinutes Unit = "clock_minutes"
	DayOfMonth   Unit = "day_of_month" // the amount is the day, the last day where a month is shorter
)

// unitWords are the Chinese and English words after an amount.
var unitWords = map[Unit][2]string{
	WorkingDays: {"个工作日", " working days"}, CalendarDays: {"日", " calendar days"},
	WorkingHours: {"个工作小时", " working hours"}, ClockHours: {"小时", " hours"},
	ClockMinutes: {"分钟", " minutes"}, DayOfMonth: {"日（每月）", " (day of the month)"},
}

// Zh is the word in Chinese, fit to follow a number.
func (u Unit) Zh() string { return unitWords[u][0] }

// En is the word in English, fit to follow a number.
func (u Unit) En() string { return unitWords[u][1] }

// days reports whether the unit counts whole days.
func (u Unit) days() bool { return u == WorkingDays || u == CalendarDays }

// office reports whether the unit runs in office time.
func (u Unit) office() bool { return u == WorkingDays || u == WorkingHours }

// Roll is what happens when the last day is not a working day.
type Roll string

// The rolls. They apply to calendar days and days of the month.
const (
	RollNone    Roll = "none"
	RollForward Roll = "forward" // to the next working day, Civil Code §203
	RollBack    Roll = "back"    // to the working day before
)

// Basis is where a rule comes from.
type Basis string

// The bases.
const (
	Local   Basis = "local"   // the bureau's own table
	Statute Basis = "statute" // a law, regulation or superior's notice
)

// Reason says what decided a due time.
type Reason string

// The reasons.
const (
	ByLocal   Reason = "local"
	ByStatute Reason = "statute"
	ByPrinted Reason = "printed" // the time printed on the order
	ByCap     Reason = "capped"  // the external due comes first
	ByOuter   Reason = "derived" // measured back from the external due
)

// reasonWords are the reasons as people read them.
var reasonWords = map[Reason][2]string{
	ByLocal: {"本地时限表", "local table"}, ByStatute: {"法定时限", "statute"},
	ByPrinted: {"工单载明时限", "time printed on the order"},
	ByCap:     {"不晚于外部时限", "never after the external due"},
	ByOuter:   {"由外部时限倒推", "measured back from the external due"},
}

// Zh is the reason in Chinese.
func (r Reason) Zh() string { return reasonWords[r][0] }

// En is the reason in English.
func (r Reason) En() string { return reasonWords[r][1] }
