package walks

import (
	"strings"
	"testing"
	"time"

	"hotline/tickets"
	"hotline/tickets/dutydb"
)

// (e) A help request needing someone on the spot in 24 h, on a Sunday.
func TestAnEmergencyOnASunday(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		s.it("is Sunday morning", "2026-09-13 10:00")
		n, _ := s.registers(cityOperator, contact{Kind: tickets.Help, Region: "140428102", Statement: "家里着了火，房子烧了半边，老人孩子三口今晚没地方住，没吃的。"}.by("褚试验", "19900003434"))
		v := s.view(n)
		if v.Proposal == nil || v.Proposal.Urgency != tickets.Critical && v.Urgency != tickets.Critical {
			s.Fatalf("urgency %s, proposal %+v", v.Urgency, v.Proposal)
		}
		if s.told(n, "alert") < 2 {
			s.Errorf("%d are alerted", s.told(n, "alert"))
		}
		if v.Status == tickets.Registered {
			s.does(cityOperator, n, tickets.ActUrgency, "urgency", tickets.Critical, "reason", "火灾，无处居住")
			s.does(cityOperator, n, tickets.ActDispatch, "unit", itoa(countyUnit))
		} else if v.Urgency != tickets.Critical {
			s.does(cityOperator, n, tickets.ActUrgency, "urgency", tickets.Critical, "reason", "火灾，无处居住")
		}
		phone, spot := s.due(n, "first_action"), s.due(n, "on_the_spot")
		if phone > "2026-09-13 10:40" || spot > "2026-09-14 10:10" {
			s.Errorf("phone by %s, on the spot by %s: the clock does not stop for Sunday", phone, spot)
		}
		s.does(leadCounty, n, tickets.ActSign)
		s.does(leadCounty, n, tickets.ActContactMade, "way", "call", "evidence", "已通话，先到村委会安置")
		s.does(leadCounty, n, tickets.ActHandDown, "unit", itoa(townUnit), "reason", "就近到场，先行安置")
		if hop, internal := s.due(n, "hop_due"), s.due(n, "internal"); hop >= internal {
			s.Errorf("the township is due %s, the county %s", hop, internal)
		}
		s.does(leadTown, n, tickets.ActSign)
		s.assigned(n, leadTown, handlerTown, "")
		s.later(3 * time.Hour)
		s.does(handlerTown, n, tickets.ActVisitMade, "evidence", "到场照片 4 张，已送食品、棉被，安置在镇敬老院")
		for _, duty := range []string{"first_action", "on_the_spot"} {
			if !s.met(n, duty) {
				s.Errorf("%s was not met in time", duty)
			}
		}
		s.does(handlerTown, n, tickets.ActRecord, "allegation", "1", "outcome", "done", "method", "到场安置，启动临时救助。")
		s.does(leadTown, n, tickets.ActReportUp, "reason", "请县局审批临时救助")
		s.refuses(handlerTown, n, tickets.ActSubmit, "", "public_text", "x")
		s.does(leadCounty, n, tickets.ActSign)
		s.assigned(n, leadCounty, handler, "")
		s.does(handler, n, tickets.ActSubmit, "public_text", "一家三口已安置，临时救助金已发放。", "resolved", "true")
		s.answered(n, leadCounty, handler)
		s.followedUp(n, "very_satisfied")
		s.stands(n, tickets.Closed, "resolved")
	})
}

// (o) A county lead on leave.
func TestACountyLeadOnLeave(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Region: "140428", Statement: "补贴发放拖延，打电话没人接。"}.by("卫试验", "19900005656"))
		s.does(cityOperator, n, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.refuses(handler, n, tickets.ActSign, "")

		// Before he leaves, he lends his role for three days.
		from := s.env.Clock.Now()
		var account int
		s.env.Row(s.T, `SELECT id FROM accounts WHERE login = $1`, []any{handler}, &account)
		if err := dutydb.New(s.env.PG, s.env.Units).Lend(ctx, s.env.Session(s.T, leadCounty), dutydb.Loan{Account: account, Role: tickets.RoleLead, From: from, To: from.Add(72 * time.Hour)}, "休假"); err != nil {
			s.Fatal(err)
		}
		s.later(time.Minute)
		s.does(handler, n, tickets.ActSign)
		s.hires("handler3-140428", countyUnit, "investigator")
		s.assigned(n, handler, handler2, "handler3-140428")
		s.found(n, handler2, "true", "已补发，并公布值班电话。")
		s.does(handler, n, tickets.ActApprove)
		s.stands(n, tickets.Answering)
		s.does(handler2, n, tickets.ActDelivered, "way", "call", "evidence", "本人接听")
		s.followedUp(n, "satisfied")

		// After the three days he is an investigator again.
		m, _ := s.registers(cityOperator, contact{Kind: tickets.Complaint, Region: "140428", Statement: "材料交了两次都说没收到。"}.by("蒋试验", "19900007878"))
		s.does(cityOperator, m, tickets.ActDispatch, "unit", itoa(countyUnit))
		s.later(80 * time.Hour)
		s.refuses(handler, m, tickets.ActSign, "")
		s.hidden(handler, m)
		s.signed(m, leadCounty, handler, handler2)
		s.found(m, handler, "true", "材料已找到并受理。")
		s.answered(m, leadCounty, handler)
		s.followedUp(m, "satisfied")
	})
}

// A bystander with the number but another code learns nothing.
func TestTheStatusPageTellsNothingWithoutTheCode(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		n, code := s.registers(cityOperator, contact{Kind: tickets.Help, Region: "140428", Statement: "低保这个月没到账。"}.by("沈试验", "19900009090"))
		if _, err := s.db.Public(ctx, n, wrong(code)); err == nil {
			s.Error("another code opens the status")
		}
		p, err := s.db.Public(ctx, n, code)
		if err != nil || p.Reply != "" {
			s.Errorf("%+v %v", p, err)
		}
	})
}

func wrong(code string) string {
	if strings.HasPrefix(code, "1") {
		return "2" + code[1:]
	}
	return "1" + code[1:]
}
