package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hotline/internal/deadline"
	"hotline/tickets"
)

type pauseIn struct {
	From   string `json:"from" maxLength:"40"`
	To     string `json:"to,omitempty" maxLength:"40" doc:"Empty: still running"`
	Reason string `json:"reason,omitempty" maxLength:"200"`
}

type explainInput struct {
	Body struct {
		Rule   string    `json:"rule,omitempty" maxLength:"60" doc:"The code of a rule in force, such as resolve.report; or give amount and unit" example:"resolve.report"`
		Amount int       `json:"amount,omitempty" minimum:"1" maximum:"1000"`
		Unit   string    `json:"unit,omitempty" enum:"working_days,calendar_days,working_hours,clock_hours,clock_minutes,day_of_month"`
		Start  string    `json:"start" minLength:"1" maxLength:"40" doc:"RFC 3339; without a zone it is the city's time" example:"2026-09-30T10:00:00+08:00"`
		Pauses []pauseIn `json:"pauses,omitempty" maxItems:"50"`
	}
}

type explainedDay struct {
	Date        string `json:"date"`
	Counted     bool   `json:"counted"`
	Why         string `json:"why"`
	Code        string `json:"code" doc:"Stable, for programs"`
	N           int    `json:"n,omitempty" doc:"The how-manieth counted day"`
	Minutes     int    `json:"minutes,omitempty" doc:"What counted, for limits in hours"`
	Provisional bool   `json:"provisional,omitempty"`
}

type explainOutput struct {
	Body struct {
		DueAt       time.Time      `json:"due_at" doc:"The duty is met by an event before this moment; a limit in days ends at the midnight after its last day"`
		LastDay     string         `json:"last_day" doc:"The day to show people"`
		Target      string         `json:"target_day" doc:"The last working day on or before it"`
		Provisional bool           `json:"provisional" doc:"A year without its notice took part"`
		Paused      bool           `json:"paused" doc:"A pause is still running; the due time stands without it"`
		Calendar    string         `json:"calendar_version"`
		Rule        string         `json:"rule,omitempty"`
		RuleVersion int            `json:"rule_version,omitempty"`
		ZH          string         `json:"zh"`
		EN          string         `json:"en"`
		Days        []explainedDay `json:"days"`
	}
}

func (s *server) deadlineCalls() {
	call(s, huma.Operation{OperationID: "explain-deadline", Method: http.MethodPost, Path: "/api/v1/deadlines/explain", Tags: []string{"deadlines"}, Security: signed,
		Summary: "Explain a due time day by day / 时限逐日说明", Description: "Computes and stores nothing."}, s.explain)
}

func (s *server) explain(_ context.Context, _ *request, in *explainInput) (*explainOutput, error) {
	e := s.Tickets.Engine()
	q, faults := s.question(in, e)
	if len(faults) > 0 {
		return nil, invalid(faults...)
	}
	x, err := deadline.Explain(q)
	switch {
	case errors.Is(err, deadline.ErrPause):
		return nil, invalid(fault("body.pauses", "暂停的结束早于开始", "a pause ends before it begins"))
	case errors.Is(err, deadline.ErrInput):
		return nil, invalid(fault("body.rule", "此规则由另一时限推算，不能单独计算", "this rule is measured from another due time"))
	case err != nil:
		return nil, fmt.Errorf("explain: %w", err)
	}
	return explained(x, in.Body.Rule != ""), nil
}

// question reads the body. The rule is the version in force at the start.
func (s *server) question(in *explainInput, e deadline.Engine) (deadline.In, []Fault) {
	b := &in.Body
	q := deadline.In{Calendar: e.Calendar, Hours: e.Hours}
	var faults []Fault
	start, ok := sane(b.Start, s.Now())
	if !ok {
		return q, append(faults, badTime("body.start"))
	}
	q.Start = start
	switch {
	case b.Rule != "" && (b.Amount != 0 || b.Unit != ""):
		faults = append(faults, fault("body.rule", "规则与 amount、unit 只能二选一", "give either a rule or amount and unit"))
	case b.Rule != "":
		q.Rule, faults = inForce(e.Rules, b.Rule, start, faults)
	default:
		q.Rule, faults = plainRule(b.Amount, deadline.Unit(b.Unit), faults)
	}
	q.Pauses, faults = s.pauses(b.Pauses, faults)
	return q, faults
}

func inForce(rules *deadline.Table, code string, at time.Time, faults []Fault) (*deadline.Rule, []Fault) {
	for _, r := range rules.Current(at) {
		if r.Code == code {
			return r, faults
		}
	}
	return nil, append(faults, fault("body.rule", "起算日没有这条有效规则", "no such rule in force at the start"))
}

// plainRule is a limit outside the table.
func plainRule(amount int, unit deadline.Unit, faults []Fault) (*deadline.Rule, []Fault) {
	if amount == 0 {
		faults = append(faults, fault("body.amount", requiredZH, "is required"))
	}
	if unit == "" {
		faults = append(faults, fault("body.unit", requiredZH, "is required"))
	}
	if unit == deadline.DayOfMonth && amount > 31 {
		faults = append(faults, fault("body.amount", "一个月最多 31 天", "a month has at most 31 days"))
	}
	return &deadline.Rule{Code: "limit", Zh: "时限", En: "limit", Amount: amount, Unit: unit, Basis: deadline.Local, Version: 1}, faults
}

func (s *server) pauses(in []pauseIn, faults []Fault) ([]deadline.Pause, []Fault) {
	var out []deadline.Pause
	for i, p := range in {
		at := fmt.Sprintf("body.pauses[%d]", i)
		from, ok := sane(p.From, s.Now())
		if !ok {
			faults = append(faults, badTime(at+".from"))
		}
		var to time.Time
		if p.To != "" {
			if to, ok = sane(p.To, s.Now()); !ok {
				faults = append(faults, badTime(at+".to"))
			}
		}
		out = append(out, deadline.Pause{From: from, To: to, Reason: p.Reason})
	}
	return out, faults
}

// sane reads a time within twenty years of now: the working is listed day by
// day, and nobody asks for a century of it.
func sane(s string, now time.Time) (time.Time, bool) {
	t, err := tickets.ParseTime(s)
	d := t.Year() - now.Year()
	return t, err == nil && d >= -20 && d <= 20
}

func badTime(location string) Fault {
	return fault(location, "须为真实存在的时间（RFC 3339），前后 20 年之内", "must be a real time (RFC 3339) within twenty years")
}

func explained(x deadline.Explanation, named bool) *explainOutput {
	out := &explainOutput{}
	b, d := &out.Body, &x.Due
	b.DueAt, b.LastDay, b.Target = local(d.At), d.Date.String(), d.Target.String()
	b.Provisional, b.Paused, b.Calendar = d.Provisional, d.Paused, d.CalendarVersion
	if named {
		b.Rule, b.RuleVersion = d.RuleCode, d.RuleVersion
	}
	b.ZH, b.EN = x.Zh, x.En
	b.Days = each(x.Days, func(y deadline.ExplainedDay) explainedDay {
		return explainedDay{Date: y.Date.String(), Counted: y.Counted, Why: y.Zh, Code: y.Code, N: y.N, Minutes: int(y.Time / time.Minute), Provisional: y.Provisional}
	})
	return out
}
