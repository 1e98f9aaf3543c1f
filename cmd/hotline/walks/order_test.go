package walks

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hotline/intake/city12345"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// (c) An order that is not ours: signed and returned, granted; and refused as
// adjudicated.
func TestAnOrderThatIsNotOurs(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n := s.order("CZ-C-1", map[string]any{"content": "小区供暖温度不够，物业推来推去。"})
		if p := s.view(n).Proposal; p == nil || p.NotOurs == "" {
			s.Fatalf("the proposal is %+v, want another body's matter", p)
		}
		s.does(leadCity, n, tickets.ActDispatch, "unit", itoa(countyUnit), "reason", "由县局退回平台")
		s.does(leadCounty, n, tickets.ActSignReturn, "reason", "供暖属住建部门职责", "basis", "other_body")
		heard := s.platform.heard()
		if !slices.Equal(heard, []city12345.OutboundKind{city12345.Signed, city12345.ReturnAsked}) {
			s.Errorf("the platform heard %v", heard)
		}
		s.refuses(leadCounty, n, tickets.ActGrant, "", "request", "1")
		s.sends(map[string]any{"event": "return_decided", "order_no": "CZ-C-1", "return_decision": map[string]any{"granted": true, "reason": "改派住建"}})
		s.stands(n, tickets.Closed, "returned")
		if r := s.view(n).Requests[0]; r.State != "granted" {
			s.Errorf("the request is %s", r.State)
		}

		// Another one is refused, and adjudicated to us.
		m := s.order("CZ-C-2", map[string]any{"content": "低保户的取暖补贴没有发。"})
		s.does(leadCity, m, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.does(leadCounty, m, tickets.ActSignReturn, "reason", "取暖补贴由住建部门发放", "basis", "other_body")
		s.sends(map[string]any{"event": "return_decided", "order_no": "CZ-C-2", "return_decision": map[string]any{"granted": false, "adjudicated": true, "reason": "经裁定由民政承办"}})
		v := s.view(m)
		if v.Requests[0].State != "refused" || v.Order.State != "adjudicated" {
			s.Errorf("request %s, order %s", v.Requests[0].State, v.Order.State)
		}
		s.refuses(leadCounty, m, tickets.ActAskReturn, "指定承办", "reason", "仍认为不属于我们", "basis", "other_body")
		s.sends(map[string]any{"event": "return_decided", "order_no": "CZ-C-2", "return_decision": map[string]any{"granted": true, "reason": "误发"}})
		s.stands(m, tickets.Handling) // two decisions on one request: it waits for a person, and closes nothing
		s.assigned(m, leadCounty, handler, handler2)
		s.found(m, handler, "true", "取暖补贴已补发到账。")
		s.does(leadCounty, m, tickets.ActApprove)
		s.stands(m, tickets.Answered) // the platform took the reply
		s.sends(map[string]any{"event": "visited", "order_no": "CZ-C-2", "visit": map[string]any{"solved": "已解决", "satisfaction": "满意"}})
		s.stands(m, tickets.Closed, "resolved")
	})
}

// (d) An order whose extension is refused, goes red, is explained, and is closed
// by the platform's 结案.
func TestAnOrderGoesRedAndIsClosedByThePlatform(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n := s.order("CZ-D-1", map[string]any{"content": "反映低保审批超过两个月没有结果。", "handle_by": "2026-09-21T18:00:00+08:00"})
		if s.view(n).Status == tickets.Registered {
			s.does(leadCity, n, tickets.ActDispatch, "unit", itoa(countyUnit))
		}
		s.signed(n, leadCounty, handler, handler2)
		due := s.due(n, "resolve")
		if due != "2026-09-21 18:00" {
			s.Errorf("due %s, want what the order says", due)
		}
		s.refuses(handler, n, tickets.ActAskExtension, "最多", "amount", "40", "reason", "须等待银行流水")
		s.does(handler, n, tickets.ActAskExtension, "amount", "3", "reason", "须等待银行流水")
		if o := s.platform.last(city12345.ExtensionAsked); o == nil || !o.Extension.HandleBy.After(s.env.Clock.Now()) {
			s.Fatalf("the platform was asked %+v", o)
		}
		s.sends(map[string]any{"event": "extension_decided", "order_no": "CZ-D-1", "extension_decision": map[string]any{"granted": false, "reason": "不符合延期条件"}})
		if s.due(n, "resolve") != due {
			s.Error("a refused extension moves the due time")
		}

		// It runs out: a red card, supervision from above, and the reason in words.
		s.it("is past due", "2026-09-22 09:00")
		s.cards()
		v := s.view(n)
		if !v.Supervised || !slices.ContainsFunc(v.Cards, func(c ticketdb.Card) bool { return c.Level == "red" && c.ClearedAt == nil }) {
			s.Errorf("supervised %v, cards %+v", v.Supervised, v.Cards)
		}
		s.refuses(handler, n, tickets.ActAskExtension, "时限已过", "amount", "3", "reason", "还要等")
		s.does(handler, n, tickets.ActExplainLate, "reason", "开户行迟至今日才提供流水。")
		s.found(n, handler, "true", "审批已完成，自本月起发放。")
		s.does(leadCounty, n, tickets.ActApprove)
		s.stands(n, tickets.Answered)
		if s.met(n, "resolve") {
			s.Error("a late reply counts as in time")
		}
		s.sends(map[string]any{"event": "closed", "order_no": "CZ-D-1", "close": map[string]any{"reason": "平台结案"}})
		s.stands(n, tickets.Closed)
		if slices.ContainsFunc(s.view(n).Cards, func(c ticketdb.Card) bool { return c.ClearedAt == nil }) {
			s.Error("a card is left on a closed order")
		}
	})
}

// An extension that the platform grants moves the order's limit to the time it
// says, and what hangs on it.
func TestAnOrdersExtensionIsGranted(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n := s.order("CZ-D-2", map[string]any{"content": "反映低保审批超过两个月没有结果。", "handle_by": "2026-09-21T18:00:00+08:00"})
		if s.view(n).Status == tickets.Registered {
			s.does(leadCity, n, tickets.ActDispatch, "unit", itoa(countyUnit))
		}
		s.signed(n, leadCounty, handler, handler2)
		internal := s.due(n, "internal")
		s.does(leadCounty, n, tickets.ActAskExtension, "amount", "3", "reason", "须等待银行流水")
		s.later(time.Hour)
		s.sends(map[string]any{"event": "extension_decided", "order_no": "CZ-D-2", "extension_decision": map[string]any{"granted": true, "handle_by": "2026-09-24T18:00:00+08:00"}})
		if got := s.due(n, "resolve"); got != "2026-09-24 18:00" {
			s.Errorf("due %s, want the platform's new time", got)
		}
		if got := s.due(n, "internal"); got <= internal || got >= "2026-09-24 18:00" {
			s.Errorf("the internal due is %s, was %s", got, internal)
		}
		s.refuses(leadCounty, n, tickets.ActAskExtension, "不能", "amount", "1", "reason", "再延一次")
		s.found(n, handler, "true", "审批已完成。")
		s.does(leadCounty, n, tickets.ActApprove)
		s.sends(map[string]any{"event": "closed", "order_no": "CZ-D-2", "close": map[string]any{"reason": "平台结案"}})
		s.stands(n, tickets.Closed)

		// The platform has it redone, with a due time of its own.
		s.sends(map[string]any{"event": "redone", "order_no": "CZ-D-2", "redo": map[string]any{"reason": "群众不满意", "handle_by": "2026-10-12T18:00:00+08:00"}})
		s.stands(n, tickets.Dispatched)
		if got := s.due(n, "resolve"); got != "2026-10-12 18:00" {
			s.Errorf("redone, due %s, want the platform's time", got)
		}
		s.signed(n, leadCounty, handler, handler2)
		s.found(n, handler, "true", "已上门说明并补发。")
		s.does(leadCounty, n, tickets.ActApprove)
		s.sends(map[string]any{"event": "closed", "order_no": "CZ-D-2", "close": map[string]any{"reason": "平台结案"}})
		s.stands(n, tickets.Closed)
	})
}

// (n) The same matter by phone, by 12345 and as a petition.
func TestTheSameMatterOnThreeTracks(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		words := "我母亲的低保从七月起停了，村里和镇里都说不知道。"
		call, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Region: "140428102", Statement: words}.by("孙试验", "19900003333"))
		order := s.order("CZ-N-1", map[string]any{"content": words, "caller_name": "孙试验", "contact_phone": "19900003333"})
		petition, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Channel: "visit", Region: "140428102", Statement: words}.by("孙试验", "19900003333"))
		s.does(cityOperator, petition, tickets.ActPetition, "petition_no", "XF-2026-0914-01")
		if v := s.view(petition); v.Track != tickets.TrackPetition || v.PetitionNo == "" {
			s.Errorf("track %s, number %q", v.Track, v.PetitionNo)
		}
		likely, err := s.db.LikelyRelations(ctx, s.env.Session(s.T, leadCity), call)
		if err != nil || len(likely) < 2 {
			s.Errorf("likely relations %+v %v, want both others", likely, err)
		}
		s.does(leadCity, call, tickets.ActLink, "other", order, "kind", "same_matter")
		s.does(leadCity, call, tickets.ActLink, "other", petition, "kind", "same_matter")

		// One of them is worked; each keeps its own clock and its own reply.
		for _, n := range []string{order, petition} {
			if s.view(n).Status == tickets.Registered {
				s.does(leadCity, n, tickets.ActDispatch, "unit", itoa(countyUnit))
			}
			s.signed(n, leadCounty, handler, handler2)
			s.found(n, handler, "true", "系信息变更时误停，已恢复并补发。")
		}
		if s.due(order, "resolve") == "" || s.due(petition, "handled") == "" || s.due(call, "resolve") == "" {
			s.Error("a clock is missing")
		}
		s.does(leadCounty, order, tickets.ActApprove)
		s.stands(order, tickets.Answered)
		s.sends(map[string]any{"event": "closed", "order_no": "CZ-N-1", "close": map[string]any{"reason": "平台结案"}})
		s.answered(petition, leadCounty, handler)
		s.followedUp(petition, "satisfied")

		// The call is told that the matter runs as a petition, and not opened twice.
		s.does(leadCity, call, tickets.ActConclude, "outcome", "refused", "reason", "同一事项已作为信访事项受理", "basis", "petition_running",
			"public_text", "您反映的事项已作为信访事项办理（编号 XF-2026-0914-01），结果将由该件答复您。")
		s.hires("lead2-city", cityUnit, "lead")
		s.does("lead2-city", call, tickets.ActApprove)
		s.does(cityOperator, call, tickets.ActDelivered, "way", "call", "evidence", "电话告知，本人知悉")
		s.followedUp(call, "basically")
		s.stands(call, tickets.Closed, "refused")
		if got := len(s.view(call).Relations); got != 2 {
			s.Errorf("%d relations, want 2", got)
		}
		if !strings.Contains(s.view(order).Track, "order") {
			s.Error("the order left its track")
		}
	})
}
