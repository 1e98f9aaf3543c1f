package tickets

import (
	"slices"
	"time"
)

func dropRequest(t *Ticket, a Act, w World, c *Change) []Problem {
	r, bad := decidable(t, a)
	if bad != nil {
		return bad
	}
	if r.AskedBy != a.Actor.Person && r.Unit != a.Actor.Unit {
		return one("request", "只能撤回本单位的申请", "only the asking unit takes it back")
	}
	c.Decision = &Decision{Request: r.ID, N: r.N, State: "lapsed", Note: a.Values.Get("note")}
	return nil
}

// decidable finds the pending request that an act is about: the one named, the
// newest of a kind, or the only one.
func decidable(t *Ticket, a Act) (*Request, []Problem) {
	if n := a.Values.Int("request"); n != 0 {
		if r := t.Request(n); r != nil && r.State == "pending" {
			return r, nil
		}
		return nil, one("request", "没有这件待审批的申请", "no such pending request")
	}
	list := t.Pending()
	if kind := a.Values.Get("kind"); kind != "" {
		list = slices.DeleteFunc(list, func(r Request) bool { return r.Kind != kind })
	}
	if len(list) == 0 {
		return nil, one("request", "没有待审批的申请", "no pending request")
	}
	if len(list) > 1 {
		return nil, one("request", "有多件待审批的申请，请指明是哪一件", "several requests are pending: say which")
	}
	return &list[0], nil
}

// MayDecide tells whether the actor may decide a request: nobody decides his own,
// nor his own unit's while there is a level above.
func MayDecide(t *Ticket, r Request, a Actor, w World) bool {
	if r.State != "pending" || a.Person != 0 && a.Person == r.AskedBy {
		return false
	}
	// Whoever has it and whoever asked are one side: a section's investigator asks
	// for his county, and a county that hands it down still asked.
	top := r.Unit
	if w.Tree.Within(r.Unit, t.Unit) {
		top = t.Unit
	}
	root := a.Unit == top && w.Tree.Parent(top) == nil && a.Person != t.Investigator && a.Person != t.Second
	switch r.Decider {
	case DecideCustodian:
		return a.Has(RoleCustodian) && a.StandsAt(AtLine, t) && a.Person != t.Investigator && a.Person != t.Second
	case DecidePlatform:
		return a.Platform != "" || a.Has(RoleLead) && (w.Tree.Above(a.Unit, top) || root)
	}
	return a.Has(RoleLead) && (w.Tree.Above(a.Unit, top) || root)
}

// decides draws the buttons of a decision; MayDecide has the last word.
func decides(t *Ticket, a Actor) bool {
	return slices.ContainsFunc(t.Requests, func(r Request) bool {
		return r.State == "pending" && r.AskedBy != a.Person && (r.Decider == DecideCustodian) == !a.Has(RoleLead)
	})
}

func decided(t *Ticket, a Act, w World, state string) (*Request, *Decision, []Problem) {
	r, bad := decidable(t, a)
	if bad != nil {
		return nil, nil, bad
	}
	if !MayDecide(t, *r, a.Actor, w) {
		return nil, nil, one("request", "这件申请应由"+Deciders.ZH(r.Decider)+"审批，申请人和申请单位不得自批", "to be decided by "+Deciders.EN(r.Decider)+", never by the asking unit")
	}
	if r.Decider == DecidePlatform && a.Actor.Platform == "" && a.Values.Get("evidence") == "" {
		return nil, nil, one("evidence", "代平台登记审批结果，须写明平台页面的凭据", "say what the platform's page shows")
	}
	note := a.Values.Get("note")
	if state == "refused" {
		note = a.Values.Get("reason")
	}
	return r, &Decision{Request: r.ID, N: r.N, State: state, Note: note}, nil
}

func grant(t *Ticket, a Act, w World, c *Change) []Problem {
	r, d, bad := decided(t, a, w, "granted")
	if bad != nil {
		return bad
	}
	c.Decision = d
	switch r.Kind {
	case RequestExtension:
		return grantExtension(t, a, r, c)
	case RequestReturn:
		return grantReturn(t, r, w, c)
	case RequestPause:
		if t.PausedAt != nil {
			return one("", "已中止计时", "the clocks stand already")
		}
		if !r.Until.After(a.Now) {
			return one("", "申请的中止期已过", "the pause asked for is over")
		}
		if bad := stillPausable(t, a); bad != nil {
			return bad
		}
		c.Pause = &Pause{Request: r.ID, Reason: r.Basis, From: a.Now, Until: r.Until}
		c.Jobs = append(c.Jobs, JobResume)
	case RequestReveal:
		until := a.Now.Add(time.Duration(r.Amount) * time.Hour)
		d.Until = &until
	}
	return nil
}

// grantExtension moves the clock: by the amount asked, or to the time the
// platform set. Asked before expiry it may be granted after it.
func grantExtension(t *Ticket, a Act, r *Request, c *Change) []Problem {
	i := slices.IndexFunc(t.Clocks, func(x TicketClock) bool { return x.ID == r.Clock && x.Open })
	if i < 0 {
		return one("request", "该时限已结束，无须延期", "that limit has ended")
	}
	c.Extend = &Extend{Clock: r.Clock, Amount: r.Amount}
	if r.Decider != DecidePlatform {
		return nil
	}
	due := r.Wanted
	if a.Values.Get("handle_by") != "" {
		at := a.Values.Time("handle_by", a.Now)
		due = &at
	}
	if a.Actor.Platform == "" && due != nil && r.Wanted != nil && due.After(*r.Wanted) {
		return one("handle_by", "代平台登记的新时限不能晚于申请的时限", "recorded for the platform it is never later than what was asked")
	}
	if due == nil || !due.After(t.Clocks[i].Start) {
		return one("handle_by", "请填写平台核定的新时限", "fill in the platform's new due time")
	}
	c.Extend.Due = due
	return nil
}

func grantReturn(t *Ticket, r *Request, w World, c *Change) []Problem {
	if t.Track == TrackOrder {
		if r.Decider == DecidePlatform {
			return one("request", "平台同意退单请用「平台同意退单」", "use “return granted by the platform”")
		}
		c.Decision.Forward = true // the level above agrees: now the platform is asked
		c.Jobs = append(c.Jobs, JobPlatformReturn)
		return nil
	}
	to := backwards(t)
	if to == 0 {
		return one("request", "无处可退", "there is nobody to return it to")
	}
	if bad := mayHave(t, to, w); bad != nil {
		return bad
	}
	c.To, c.Unit, c.ClearOutcome, c.Opens = Dispatched, to, true, []string{"dispatch"}
	return nil
}

func refuse(t *Ticket, a Act, w World, c *Change) []Problem {
	r, d, bad := decided(t, a, w, "refused")
	if bad != nil {
		return bad
	}
	c.Decision = d
	if a.Values.Bool("adjudicated") {
		if r.Kind != RequestReturn || t.Track != TrackOrder {
			return one("adjudicated", "只有工单的退单申请可以裁定", "only the return of an order is adjudicated")
		}
		c.Adjudicated = true
	}
	return nil
}

func resume(t *Ticket, _ Act, _ World, c *Change) []Problem {
	if t.PausedAt == nil {
		return one("", "没有中止计时", "the clocks are running")
	}
	c.Resume = true
	return nil
}

// endsPause are the acts that end a running pause by themselves: the work goes on.
var endsPause = []Action{ActSubmit, ActConclude, ActRecall, ActHandDown, ActReportUp}

// settle ends what cannot outlast the step: a pause when work goes on, and
// requests when the ticket ends or leaves the asking unit.
func settle(t *Ticket, a Act, c *Change) {
	ends := c.From.Open() && !c.To.Open()
	if t.PausedAt != nil && (ends || slices.Contains(endsPause, a.Action)) {
		c.Resume = true
	}
	moved := c.Unit != 0 && c.Unit != t.Unit && a.Action != ActHandDown
	settled := a.Action == ActHandDown || a.Action == ActApprove && t.Track != TrackOrder // who works it or answers it returns it no more
	if !ends && !moved && !settled {
		return
	}
	for _, r := range t.Pending() {
		if !ends && !moved && r.Kind != RequestReturn {
			continue
		}
		if c.Decision != nil && c.Decision.Request == r.ID {
			continue
		}
		state := "lapsed"
		if a.Action == ActPlatformReturned && r.Kind == RequestReturn {
			state = "granted"
		}
		c.Settled = append(c.Settled, Decision{Request: r.ID, N: r.N, State: state})
	}
}
