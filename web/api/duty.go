package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hotline/internal/duty"
	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/dutydb"
)

// Duty is what the calls of deputies and duty need; *dutydb.DB is it.
type Duty interface {
	Loans(ctx context.Context, c pg.Caller) ([]dutydb.Loan, error)
	Lend(ctx context.Context, c pg.Caller, l dutydb.Loan, why string) error
	EndLoan(ctx context.Context, c pg.Caller, l dutydb.Loan, why string) error
	Absences(ctx context.Context, c pg.Caller) ([]dutydb.Away, error)
	GoAway(ctx context.Context, c pg.Caller, x dutydb.Away, why string) error
	Turns(ctx context.Context, c pg.Caller, unit int, within duty.Span) ([]dutydb.Turn, error)
	AddTurn(ctx context.Context, c pg.Caller, t dutydb.Turn, why string) error
}

type loanBody struct {
	Account int       `json:"account"`
	Name    string    `json:"name,omitempty"`
	Unit    int       `json:"unit,omitempty"`
	Role    string    `json:"role"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	LentBy  string    `json:"lent_by,omitempty"`
}

type loansOutput struct{ Body listOf[loanBody] }

type lendInput struct {
	Body struct {
		Account int       `json:"account" minimum:"1"`
		Role    string    `json:"role" enum:"operator,investigator,lead,custodian,clerk,auditor,system,security,journal"`
		From    time.Time `json:"from" doc:"A past time is now"`
		To      time.Time `json:"to" doc:"Half a year later at most"`
		Why     string    `json:"why" minLength:"1" maxLength:"500"`
	}
}

type endLoanInput struct {
	Body struct {
		Account int       `json:"account" minimum:"1"`
		Role    string    `json:"role" maxLength:"20"`
		From    time.Time `json:"from" doc:"As listed"`
		Why     string    `json:"why" minLength:"1" maxLength:"500"`
	}
}

type awayBody struct {
	ID     int64     `json:"id"`
	Unit   int       `json:"unit"`
	Person int       `json:"person"`
	Name   string    `json:"name"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

type awayOutput struct{ Body listOf[awayBody] }

type awayInput struct {
	Body struct {
		Unit   int       `json:"unit" minimum:"1"`
		Person int       `json:"person" minimum:"1"`
		From   time.Time `json:"from"`
		To     time.Time `json:"to"`
		Why    string    `json:"why" minLength:"1" maxLength:"500"`
	}
}

type dutyInput struct {
	Unit int    `query:"unit" doc:"Left out: the own one"`
	From string `query:"from" format:"date" doc:"Left out: today"`
	Days int    `query:"days" minimum:"1" maximum:"31" default:"7"`
}

type turnBody struct {
	ID     int64     `json:"id,omitempty"`
	Unit   int       `json:"unit"`
	Person int       `json:"person"`
	Name   string    `json:"name,omitempty"`
	Phone  string    `json:"phone,omitempty"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

type spanBody struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

type dutyOutput struct {
	Body struct {
		Items []turnBody `json:"items"`
		Gaps  []spanBody `json:"gaps" doc:"Nights and days off that nobody covers"`
	}
}

type turnInput struct {
	Body struct {
		Unit   int       `json:"unit" minimum:"1"`
		Person int       `json:"person" minimum:"1"`
		Phone  string    `json:"phone,omitempty" maxLength:"20"`
		From   time.Time `json:"from"`
		To     time.Time `json:"to"`
		Why    string    `json:"why,omitempty" maxLength:"500"`
	}
}

func (s *server) dutyCalls() {
	if s.Duty == nil {
		return
	}
	tags := []string{"duty"}
	call(s, huma.Operation{OperationID: "list-deputies", Method: http.MethodGet, Path: "/api/v1/deputies", Tags: tags, Security: signed,
		Summary: "Lent roles / 代理"}, s.listLoans)
	call(s, huma.Operation{OperationID: "lend-role", Method: http.MethodPost, Path: "/api/v1/deputies", Tags: tags, Security: signed,
		Summary: "Lend a role / 指定代理", Description: "A lead: the roles of a unit, to people of the own unit or below. Security: any, but never two of the three offices."}, s.lend)
	call(s, huma.Operation{OperationID: "end-loan", Method: http.MethodPost, Path: "/api/v1/deputies/end", Tags: tags, Security: signed,
		Summary: "End a loan early / 提前结束代理"}, s.endLoan)
	call(s, huma.Operation{OperationID: "list-absences", Method: http.MethodGet, Path: "/api/v1/absences", Tags: tags, Security: signed,
		Summary: "Who is away / 离岗"}, s.listAbsences)
	call(s, huma.Operation{OperationID: "add-absence", Method: http.MethodPost, Path: "/api/v1/absences", Tags: tags, Security: signed,
		Summary: "Enter an absence / 登记离岗"}, s.addAbsence)
	call(s, huma.Operation{OperationID: "list-duty", Method: http.MethodGet, Path: "/api/v1/duty", Tags: tags, Security: signed,
		Summary: "A unit's duty roster with its gaps / 值班表"}, s.listDuty)
	call(s, huma.Operation{OperationID: "add-shift", Method: http.MethodPost, Path: "/api/v1/duty", Tags: tags, Security: signed,
		Summary: "Put somebody on duty / 排班"}, s.addShift)
}

func hasAny(who *request, roles ...string) error {
	for _, r := range roles {
		if who.me.Has(r) {
			return nil
		}
	}
	return forbidden()
}

func (s *server) listLoans(ctx context.Context, who *request, _ *nothing) (*loansOutput, error) {
	if err := hasAny(who, tickets.RoleLead, tickets.RoleSecurity); err != nil {
		return nil, err
	}
	rows, err := s.Duty.Loans(ctx, who.caller)
	items := each(rows, func(l dutydb.Loan) loanBody {
		return loanBody{l.Account, l.Name, l.Unit, l.Role, l.From.UTC(), l.To.UTC(), l.LentBy}
	})
	return &loansOutput{listOf[loanBody]{Items: items, Total: len(items)}}, err
}

func (s *server) lend(ctx context.Context, who *request, in *lendInput) (*loansOutput, error) {
	if err := hasAny(who, tickets.RoleLead, tickets.RoleSecurity); err != nil {
		return nil, err
	}
	if err := s.Duty.Lend(ctx, who.caller, dutydb.Loan{Account: in.Body.Account, Role: in.Body.Role, From: in.Body.From, To: in.Body.To}, in.Body.Why); err != nil {
		return nil, err
	}
	return s.listLoans(ctx, who, nil)
}

func (s *server) endLoan(ctx context.Context, who *request, in *endLoanInput) (*loansOutput, error) {
	if err := hasAny(who, tickets.RoleLead, tickets.RoleSecurity); err != nil {
		return nil, err
	}
	if err := s.Duty.EndLoan(ctx, who.caller, dutydb.Loan{Account: in.Body.Account, Role: in.Body.Role, From: in.Body.From}, in.Body.Why); err != nil {
		return nil, err
	}
	return s.listLoans(ctx, who, nil)
}

func (s *server) listAbsences(ctx context.Context, who *request, _ *nothing) (*awayOutput, error) {
	if err := hasAny(who, tickets.RoleLead, tickets.RoleSecurity); err != nil {
		return nil, err
	}
	rows, err := s.Duty.Absences(ctx, who.caller)
	items := each(rows, func(x dutydb.Away) awayBody {
		return awayBody{x.ID, x.Unit, x.Person, x.Name, local(x.From), local(x.To)}
	})
	return &awayOutput{listOf[awayBody]{Items: items, Total: len(items)}}, err
}

func (s *server) addAbsence(ctx context.Context, who *request, in *awayInput) (*awayOutput, error) {
	if err := hasAny(who, tickets.RoleLead); err != nil {
		return nil, err
	}
	if err := s.Duty.GoAway(ctx, who.caller, dutydb.Away{Unit: in.Body.Unit, Person: in.Body.Person, From: in.Body.From, To: in.Body.To}, in.Body.Why); err != nil {
		return nil, err
	}
	return s.listAbsences(ctx, who, nil)
}

func (s *server) listDuty(ctx context.Context, who *request, in *dutyInput) (*dutyOutput, error) {
	if err := hasAny(who, tickets.RoleLead); err != nil {
		return nil, err
	}
	unit, first := in.Unit, workday.DateOf(s.Now())
	if unit == 0 {
		unit = who.me.Unit
	}
	if !s.Tickets.Tree().Within(unit, who.me.Unit) {
		return nil, notFound(fault("query.unit", "没有这个单位", "no such unit"))
	}
	if in.From != "" {
		d, err := workday.ParseDate(in.From)
		if err != nil {
			return nil, invalid(fault("query.from", "须为日期，如 2026-09-18", "not a date"))
		}
		first = d
	}
	last := first.Add(max(in.Days, 1) - 1)
	rows, err := s.Duty.Turns(ctx, who.caller, unit, duty.Span{From: first.Start(), To: last.End()})
	if err != nil {
		return nil, err
	}
	out := &dutyOutput{}
	spans := make([]duty.Span, len(rows))
	for i, t := range rows {
		spans[i] = duty.Span{From: t.From, To: t.To}
	}
	out.Body.Items = each(rows, func(t dutydb.Turn) turnBody {
		return turnBody{t.ID, t.Unit, t.Person, t.Name, t.Phone, local(t.From), local(t.To)}
	})
	e := s.Tickets.Engine()
	out.Body.Gaps = each(duty.Gaps(first, last, spans, e.Calendar, e.Hours), func(g duty.Span) spanBody { return spanBody{local(g.From), local(g.To)} })
	return out, nil
}

func (s *server) addShift(ctx context.Context, who *request, in *turnInput) (*dutyOutput, error) {
	if err := hasAny(who, tickets.RoleLead); err != nil {
		return nil, err
	}
	why := in.Body.Why
	if why == "" {
		why = "排班"
	}
	t := dutydb.Turn{Unit: in.Body.Unit, Person: in.Body.Person, Phone: in.Body.Phone, From: in.Body.From, To: in.Body.To}
	if err := s.Duty.AddTurn(ctx, who.caller, t, why); err != nil {
		return nil, err
	}
	return s.listDuty(ctx, who, &dutyInput{Unit: t.Unit, From: workday.DateOf(t.From).String(), Days: 7})
}
