package walks

import (
	"time"

	"hotline/tickets"
)

// The units of the test city that the stories speak of.
const (
	cityUnit     = 1
	countyUnit   = 10 // 140428
	townUnit     = 13 // 140428102
	villageUnit  = 14 // 140428102201
	leadCity     = "lead-city"
	leadCounty   = "lead-140428"
	leadCounty2  = "lead2-140428"
	handler      = "handler-140428"
	handler2     = "handler2-140428"
	leadTown     = "lead-140428102"
	handlerTown  = "handler-140428102"
	otherCounty  = "lead-140427"
	cityOperator = "operator"
)

// signed takes a dispatched ticket in hand: signed by the unit's lead, given to two.
func (s *story) signed(number, lead, one, two string) {
	s.Helper()
	s.does(lead, number, tickets.ActSign)
	s.assigned(number, lead, one, two)
}

func (s *story) assigned(number, lead, one, two string) {
	s.Helper()
	if two == "" {
		s.does(lead, number, tickets.ActAssign, "investigator", s.person(one))
		return
	}
	s.does(lead, number, tickets.ActAssign, "investigator", s.person(one), "second", s.person(two))
}

// found records what checking the only allegation gave, and submits the answer.
func (s *story) found(number, by, outcome, answer string, more ...string) {
	s.Helper()
	fields := []string{"allegation", "1", "outcome", outcome, "method", "入户核查，调取发放清册，与本人和邻居见面。"}
	if v := s.view(number); v.Second == 0 && (v.Kind == tickets.Complaint || v.Kind == tickets.Report) {
		fields = append(fields, "second_name", "村级协理员")
	}
	s.does(by, number, tickets.ActRecord, fields...)
	s.submitted(number, by, answer, more...)
}

func (s *story) submitted(number, by, answer string, more ...string) {
	s.Helper()
	s.does(by, number, tickets.ActSubmit, append([]string{"public_text", answer, "resolved", "true"}, more...)...)
	s.stands(number, tickets.Approval)
}

// answered takes an approved reply to the complainant by phone and follows up.
func (s *story) answered(number, lead, by string) {
	s.Helper()
	s.does(lead, number, tickets.ActApprove)
	s.stands(number, tickets.Answering)
	s.does(by, number, tickets.ActDelivered, "way", "call", "evidence", "本人接听，已听清，通话录音 1 分 20 秒")
	s.stands(number, tickets.Answered)
}

func (s *story) followedUp(number, satisfaction string) {
	s.Helper()
	s.later(time.Hour)
	s.does(cityOperator, number, tickets.ActFollowUp, "resolved", "true", "satisfaction", satisfaction)
	s.stands(number, tickets.Closed)
}
