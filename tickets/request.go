package tickets

import (
	"slices"
	"time"
)

// The kinds of requests. They are rows beside the status; while one is pending
// the clocks run (tickets.md, Requests).
const (
	RequestReturn    = "return"
	RequestExtension = "extension"
	RequestPause     = "pause"
	RequestReveal    = "reveal"
)

// RequestKinds is the vocabulary of requests.
var RequestKinds = Words{
	{RequestReturn, "退单", "return"}, {RequestExtension, "延期", "extension"}, {RequestPause, "中止计时", "pause"}, {RequestReveal, "查看身份", "reveal of identity"},
}

// RequestStates is the vocabulary of a request's state.
var RequestStates = Words{
	{"pending", "待审批", "pending"}, {"granted", "已同意", "granted"}, {"refused", "未同意", "refused"}, {"lapsed", "已失效", "lapsed"},
}

// Who decides a request; never the asking unit, unless there is nobody above it,
// and then another person.
const (
	DecideAbove     = "above"
	DecidePlatform  = "platform"
	DecideCustodian = "custodian"
)

// Deciders is the vocabulary of who decides.
var Deciders = Words{{DecideAbove, "上级", "the level above"}, {DecidePlatform, "12345平台", "the 12345 platform"}, {DecideCustodian, "身份信息保管员", "a custodian"}, {"head", "单位负责人", "the head of the unit"}}

// PauseReasons are the lawful grounds on which a clock may stand. The list is closed.
var PauseReasons = Words{
	{"material", "等待诉求人补正材料", "the complainant must add papers"}, {"appraisal", "鉴定、勘验、检测期间", "an expert's appraisal"},
	{"hearing", "听证期间", "a hearing"}, {"lawsuit", "须以诉讼、仲裁、复议结果为依据", "a lawsuit's result is needed"},
	{"other_body", "等待其他机关书面答复", "another body's written answer is needed"}, {"force", "不可抗力", "force majeure"},
}

// maxPause is the longest planned pause; it ends by itself then.
const maxPause = 60 * 24 * time.Hour

// maxReveal is the longest a granted reveal lasts, in hours.
const maxReveal = 72

// thirdReturn is from which request to return on the level above is asked first.
const thirdReturn = 3

var (
	extensionClock = choice("clock", "延长哪个时限", "which limit", false, Words{{"resolve", "办理时限", "handling limit"}, {"handled", "信访法定时限", "statutory limit"}})
	extensionDays  = Field{Name: "amount", ZH: "延长多少（与原时限同单位）", EN: "how much, in the limit's unit", Type: TypeInt, Must: true}
	pauseReason    = choice("basis", "中止事由", "ground", true, PauseReasons)
	pauseUntil     = Field{Name: "until", ZH: "预计恢复时间", EN: "planned end", Type: TypeTime, Must: true}
	revealHours    = Field{Name: "amount", ZH: "查看时限（小时，最多 72）", EN: "for how many hours (72 at most)", Type: TypeInt, Must: true}
	requestN       = Field{Name: "request", ZH: "第几号申请", EN: "request no.", Type: TypeInt}
	requestKind    = choice("kind", "申请种类", "kind of request", false, RequestKinds)
	portalEvidence = text("evidence", "平台页面办理凭据（代平台登记时填）", "what the platform's page shows, when recorded for it", false)
	newHandleBy    = Field{Name: "handle_by", ZH: "平台核定的新时限（不填为申请的时限）", EN: "new due time of the platform, empty: as asked", Type: TypeTime}
	redoHandleBy   = Field{Name: "handle_by", ZH: "平台要求的新时限（不填按时限规则）", EN: "due time the platform set, empty: by the rule", Type: TypeTime}
	adjudicated    = Field{Name: "adjudicated", ZH: "平台裁定由本单位承办（不得再退）", EN: "adjudicated: no more returns", Type: TypeBool}
)

// Pending lists the requests that wait for a decision.
func (t *Ticket) Pending() []Request {
	var out []Request
	for _, r := range t.Requests {
		if r.State == "pending" {
			out = append(out, r)
		}
	}
	return out
}

func (t *Ticket) pending(kind string) *Request {
	for i := range t.Requests {
		if t.Requests[i].Kind == kind && t.Requests[i].State == "pending" {
			return &t.Requests[i]
		}
	}
	return nil
}

// Request finds the n-th request, nil where there is none.
func (t *Ticket) Request(n int) *Request {
	for i := range t.Requests {
		if t.Requests[i].N == n {
			return &t.Requests[i]
		}
	}
	return nil
}

// Revealed tells whether a person's request to see the identity was granted and
// still holds.
func (t *Ticket) Revealed(person int, now time.Time) bool {
	return slices.ContainsFunc(t.Requests, func(r Request) bool {
		return r.Kind == RequestReveal && r.State == "granted" && r.AskedBy == person && r.Until != nil && r.Until.After(now)
	})
}

// open finds the open clock of a duty, nil where none runs.
func (t *Ticket) openClock(duty string) *TicketClock {
	for i := range t.Clocks {
		if x := &t.Clocks[i]; x.Open && x.Duty == duty {
			return x
		}
	}
	return nil
}

func none(kind string) func(*Ticket, Actor) bool {
	return func(t *Ticket, _ Actor) bool { return t.pending(kind) == nil }
}

// gateOnce: one request of a kind waits at a time.
func gateOnce(kind string) Gate {
	return gate("one pending "+kind, func(t *Ticket, _ Act, _ World) []Problem {
		if t.pending(kind) != nil {
			return one("", "已有一件同类申请待审批", "a request of this kind is pending already")
		}
		return nil
	})
}

// gateReturnable: a return has its window, needs somebody to return to, and an
// adjudicated order stays (指定承办不得退回).
var gateReturnable = gate("returnable", func(t *Ticket, a Act, w World) []Problem {
	if t.Track == TrackOrder && t.Order != nil && t.Order.State == "adjudicated" {
		return one("", "经裁定指定承办的工单不得退回", "an adjudicated order cannot be returned")
	}
	if t.Track != TrackOrder && backwards(t) == 0 {
		return one("", "本单位自行登记的工单无处可退，请派单、转办告知或不予受理", "there is nobody to return it to: dispatch, redirect or refuse it")
	}
	for _, x := range t.Clocks {
		if x.Duty == "ask_return" && x.Open && !a.Now.Before(x.Due) {
			return one("", "申请退单的时限已过", "the time to ask for a return is over")
		}
	}
	if slices.ContainsFunc(t.Clocks, func(x TicketClock) bool { return x.Duty == "ask_return" }) && t.openClock("ask_return") == nil && a.Action == ActAskReturn && t.returns() == 0 {
		return one("", "申请退单的时限已过", "the time to ask for a return is over")
	}
	return nil
})

// returns counts the requests to return that were decided or wait.
func (t *Ticket) returns() int {
	n := 0
	for _, r := range t.Requests {
		if r.Kind == RequestReturn && r.State != "lapsed" {
			n++
		}
	}
	return n
}

// backwards is the unit an own-line ticket goes back to, 0 where there is none.
func backwards(t *Ticket) int {
	to := t.Desk
	if h := t.Hop(); h != nil && h.FromUnit != 0 {
		to = h.FromUnit
	}
	if to == t.Unit {
		return 0
	}
	return to
}

func askReturn(t *Ticket, a Act, _ World, c *Change) []Problem {
	r := newRequest(t, a, RequestReturn)
	if t.Track == TrackOrder {
		r.Decider = DecidePlatform
	}
	if t.returns()+1 >= thirdReturn { // the third one goes to the level above first
		r.Decider = DecideAbove
		c.Jobs = slices.DeleteFunc(c.Jobs, func(k string) bool { return k == JobPlatformReturn })
	}
	c.Request = r
	return nil
}

func newRequest(t *Ticket, a Act, kind string) *Request {
	return &Request{N: len(t.Requests) + 1, Kind: kind, State: "pending", Decider: DecideAbove, Reason: a.Values.Get("reason"), Basis: a.Values.Get("basis"),
		Evidence: a.Values.Get("evidence"), Amount: a.Values.Int("amount"), Unit: a.Actor.Unit, AskedBy: a.Actor.Person, AskedAt: a.Now}
}

// askExtension: asked before expiry, at most the original length, once.
func askExtension(t *Ticket, a Act, _ World, c *Change) []Problem {
	duty := a.Values.Get("clock")
	if duty == "" {
		duty = "resolve"
	}
	if t.Appeal > 0 {
		return one("clock", "复查、复核期限为法定 30 日，不得延长", "the 30 days of an appeal cannot be extended")
	}
	x := t.openClock(duty)
	switch {
	case x == nil:
		return one("clock", "该时限没有在计时", "that limit is not running")
	case !a.Now.Before(x.Due):
		return one("", "时限已过，不能再申请延期；请填写情况说明", "the limit has passed: state why it is late instead")
	case x.Limit == 0 || x.Granted >= max(1, x.Times):
		return one("", "该时限不能（再）延长", "this limit cannot be extended (again)")
	}
	n := a.Values.Int("amount")
	if most := min(x.Amount, x.Limit-x.Extended); n > most {
		return one("amount", "最多可延长 "+itoa(most)+x.UnitZH, "at most "+itoa(most)+x.UnitEN)
	}
	r := newRequest(t, a, RequestExtension)
	r.Clock = x.ID
	if t.Track == TrackOrder && duty == "resolve" {
		r.Decider = DecidePlatform
	}
	c.Request = r
	return nil
}

// askPause: the platform's clocks are not ours to stop.
func askPause(t *Ticket, a Act, _ World, c *Change) []Problem {
	until := a.Values.Time("until", a.Now)
	switch {
	case t.Track == TrackOrder:
		return one("", "12345 工单的时限由平台掌握，请申请延期", "the limits of an order are the platform's: ask for an extension")
	case t.PausedAt != nil:
		return one("", "已中止计时", "the clocks stand already")
	case !until.After(a.Now):
		return one("until", "预计恢复时间须晚于现在", "the planned end lies in the past")
	case until.Sub(a.Now) > maxPause:
		return one("until", "一次中止最长 60 日", "one pause lasts 60 days at most")
	}
	if bad := stillPausable(t, a); bad != nil {
		return bad
	}
	r := newRequest(t, a, RequestPause)
	r.Until = &until
	if r.Reason == "" {
		r.Reason = PauseReasons.ZH(r.Basis)
	}
	c.Request = r
	return nil
}

// stillPausable: a limit that has passed, while the request waited or before, is
// late; a pause would only hide it.
func stillPausable(t *Ticket, a Act) []Problem {
	for _, x := range t.Clocks {
		if x.Open && x.Pausable && !a.Now.Before(x.Due) {
			return one("", "时限已过，不能再中止", "the limit has passed: it cannot be paused any more")
		}
	}
	return nil
}

// askReveal: a motive, a custodian on the line, and a time limit.
func askReveal(t *Ticket, a Act, w World, c *Change) []Problem {
	switch n := a.Values.Int("amount"); {
	case t.Secrecy != Confidential:
		return one("", "公开办理的工单不需要申请", "only a confidential identity must be asked for")
	case len(t.Persons) == 0:
		return one("", "本件没有登记诉求人", "there is no complainant on file")
	case n > maxReveal:
		return one("amount", "最多 72 小时", "72 hours at most")
	case w.Custodian != nil && !w.Custodian(t, a.Actor.Person):
		return one("", "本条线没有身份信息保管员，不得查看", "there is no custodian on the line: refused")
	}
	r := newRequest(t, a, RequestReveal)
	r.Decider = DecideCustodian
	c.Request, c.RevealAsked = r, true
	return nil
}
