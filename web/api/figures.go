package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// Figures are the counts of tickets; *ticketdb.DB gives them.
type Figures interface {
	Board(ctx context.Context, caller pg.Caller, unit int) (*ticketdb.Board, error)
	Indicators(ctx context.Context, caller pg.Caller, f ticketdb.Figures) (ticketdb.Sheet, error)
	Ledger(ctx context.Context, caller pg.Caller, f ticketdb.LedgerFilter) (ticketdb.LedgerPage, error)
}

type rateBody struct {
	Num   float64  `json:"num" doc:"Of an average: hours"`
	Den   int64    `json:"den"`
	Value *float64 `json:"value" doc:"num/den; null where den is 0: n/a, neither nought nor 100 %"`
}

type indicatorBody struct {
	Code        string `json:"code"`
	ZH          string `json:"zh"`
	EN          string `json:"en"`
	Numerator   string `json:"numerator"`
	Denominator string `json:"denominator"`
	Source      string `json:"source"`
	Hours       bool   `json:"hours" doc:"An average of hours instead of a share"`
}

type sheetLineBody struct {
	Key   string              `json:"key" doc:"Unit id, kind, channel or provenance; empty: the city's own"`
	Name  string              `json:"name"`
	Rates map[string]rateBody `json:"rates"`
}

type indicatorsInput struct {
	From       string `query:"from" maxLength:"10" doc:"First day, 2026-09-01; the first of this month where empty"`
	To         string `query:"to" maxLength:"10" doc:"Last day, included; today where empty"`
	Unit       string `query:"unit" maxLength:"100" doc:"This unit and below: id, region code or name"`
	Kind       string `query:"kind"`
	Channel    string `query:"channel"`
	Provenance string `query:"provenance" enum:"machine,scan,typed,none" doc:"On what the step that decides rests"`
	By         string `query:"by" enum:"county,township,kind,channel,provenance"`
}

type indicatorsOutput struct {
	Body struct {
		From       string              `json:"from"`
		To         string              `json:"to"`
		AsOf       time.Time           `json:"as_of" doc:"Up to when the journal has been counted"`
		Indicators []indicatorBody     `json:"indicators"`
		Total      map[string]rateBody `json:"total"`
		Items      []sheetLineBody     `json:"items"`
	}
}

type boardInput struct {
	Unit string `query:"unit" maxLength:"100" doc:"A unit below: id, region code or name"`
}

type boardUnitBody struct {
	Unit    int      `json:"unit"`
	Name    string   `json:"name"`
	Own     bool     `json:"own" doc:"What lies with the unit itself"`
	Open    int      `json:"open"`
	Overdue int      `json:"overdue"`
	OnTime  rateBody `json:"on_time"`
	Pleased rateBody `json:"pleased"`
}

type ageBody struct {
	From int `json:"from_days"`
	To   int `json:"to_days,omitempty" doc:"Excluded; absent: no end"`
	N    int `json:"n"`
}

type boardOutput struct {
	Body struct {
		Unit       int              `json:"unit"`
		Name       string           `json:"name"`
		From       string           `json:"from" doc:"Of rates and flows"`
		To         string           `json:"to"`
		AsOf       time.Time        `json:"as_of"`
		Open       int              `json:"open"`
		Overdue    int              `json:"overdue"`
		DueToday   int              `json:"due_today"`
		ByStatus   map[string]int   `json:"by_status"`
		Cards      map[string]int   `json:"cards" doc:"A ticket counts under its highest card"`
		Units      []boardUnitBody  `json:"units"`
		Ages       []ageBody        `json:"ages"`
		Categories map[string]int   `json:"categories" doc:"Open ones; the empty code has none"`
		Weeks      []map[string]int `json:"weeks" doc:"Received by channel, the oldest week first"`
		Kinds      map[string]int   `json:"kinds"`
		Funnel     []int            `json:"funnel" doc:"Of those received: registered, dispatched, signed, submitted, answered, closed"`
	}
}

func (s *server) figureCalls() {
	tags := []string{"figures"}
	call(s, huma.Operation{OperationID: "board", Method: http.MethodGet, Path: "/api/v1/board", Tags: tags, Security: signed,
		Summary: "The board / 看板", Description: "Open tickets of this moment, rates and flows of the last 28 days, of the account's unit and below; an operator's, of the desk."}, s.board)
	call(s, huma.Operation{OperationID: "indicators", Method: http.MethodGet, Path: "/api/v1/indicators", Tags: tags, Security: signed,
		Summary: "The indicators of a period / 指标", Description: "Numerator and denominator of each; `GET /tickets?fact=…` with the same filters lists the tickets behind a number."}, s.indicators)
	call(s, huma.Operation{OperationID: "read-ledger", Method: http.MethodGet, Path: "/api/v1/ledgers/{ledger}", Tags: tags, Security: signed,
		Summary: "A ledger / 台账", Description: "`named` 实名投诉举报台账 or `clues` 问题线索台账, masked, the newest first."}, s.readLedger)
}

func rateOf(i tickets.Indicator, r tickets.Rate) rateBody {
	out := rateBody{Num: float64(r.Num), Den: r.Den}
	if i.Hours {
		out.Num /= 60
	}
	if r.Den > 0 {
		value := out.Num / float64(r.Den)
		out.Value = &value
	}
	return out
}

func ratesOf(rates map[string]tickets.Rate) map[string]rateBody {
	out := map[string]rateBody{}
	for _, i := range tickets.Indicators {
		out[i.Code] = rateOf(i, rates[i.Code])
	}
	return out
}

// span reads two days of a query, both included.
func span(from, to string, first, last workday.Date) (time.Time, time.Time, []Fault) {
	var faults []Fault
	for _, x := range []struct {
		name, text string
		day        *workday.Date
	}{{"from", from, &first}, {"to", to, &last}} {
		if x.text == "" {
			continue
		}
		d, err := workday.ParseDate(x.text)
		if err != nil || d.Year() < 2000 || d.Year() > 2100 {
			faults = append(faults, fault("query."+x.name, "须为日期，如 2026-09-01", "must be a day such as 2026-09-01"))
			continue
		}
		*x.day = d
	}
	return first.Start(), last.End(), faults
}

// thisMonth are the first of the month and today.
func thisMonth(now time.Time) (first, last workday.Date) {
	last = workday.DateOf(now)
	year, month, _ := last.YMD()
	return workday.NewDate(year, month, 1), last
}

func (s *server) unitOf(text string, faults []Fault) (int, []Fault) {
	if text == "" {
		return 0, faults
	}
	if u := unitRef(text).resolve(s.Tickets.Tree()); u != nil {
		return u.ID, faults
	}
	return 0, append(faults, noUnit("query.unit"))
}

func (s *server) figures(in *indicatorsInput) (ticketdb.Figures, []Fault) {
	first, last := thisMonth(s.Now())
	from, to, faults := span(in.From, in.To, first, last)
	f := ticketdb.Figures{From: from, To: to, Kind: in.Kind, Channel: in.Channel, Provenance: in.Provenance, By: in.By}
	f.Unit, faults = s.unitOf(in.Unit, faults)
	return f, faults
}

func (s *server) indicators(ctx context.Context, who *request, in *indicatorsInput) (*indicatorsOutput, error) {
	f, faults := s.figures(in)
	if len(faults) > 0 {
		return nil, invalid(faults...)
	}
	sheet, err := s.Tickets.Indicators(ctx, who.caller, f)
	if err != nil {
		return nil, err
	}
	out := &indicatorsOutput{}
	b := &out.Body
	b.From, b.To, b.AsOf, b.Total = workday.DateOf(f.From).String(), workday.DateOf(f.To.Add(-time.Second)).String(), local(sheet.AsOf), ratesOf(sheet.Total)
	b.Indicators = each(tickets.Indicators, func(i tickets.Indicator) indicatorBody {
		return indicatorBody{i.Code, i.ZH, i.EN, both(i.Num, i.NumEN), both(i.Den, i.DenEN), i.Source, i.Hours}
	})
	b.Items = []sheetLineBody{}
	if f.By != "" {
		b.Items = each(sheet.Rows, func(r ticketdb.FigureRow) sheetLineBody {
			return sheetLineBody{Key: r.Key, Name: s.partName(f.By, r), Rates: ratesOf(r.Rates)}
		})
	}
	return out, nil
}

func (s *server) partName(by string, r ticketdb.FigureRow) string {
	switch by {
	case "kind":
		return tickets.Kinds.ZH(r.Key)
	case "channel":
		return tickets.Channels.ZH(r.Key)
	case "provenance":
		return tickets.Provenances.ZH(r.Key)
	}
	if root := s.Tickets.Tree().Root(); r.Unit == 0 && root != nil {
		return root.Name
	}
	return s.Tickets.Tree().Name(r.Unit)
}

func (s *server) board(ctx context.Context, who *request, in *boardInput) (*boardOutput, error) {
	unit, faults := s.unitOf(in.Unit, nil)
	if len(faults) > 0 {
		return nil, invalid(faults...)
	}
	p, err := s.Tickets.Board(ctx, who.caller, unit)
	if err != nil {
		return nil, err
	}
	out := &boardOutput{}
	b := &out.Body
	b.Unit, b.Name = p.Unit, s.Tickets.Tree().Name(p.Unit)
	b.From, b.To, b.AsOf = workday.DateOf(p.From).String(), workday.DateOf(p.To.Add(-time.Second)).String(), local(p.AsOf)
	b.Open, b.Overdue, b.DueToday, b.ByStatus = p.Open, p.Overdue, p.DueToday, p.ByStatus
	b.Cards = map[string]int{}
	for i, w := range ticketdb.CardLevels {
		b.Cards[w.Code] = p.Cards[i]
	}
	onTime, _ := tickets.IndicatorOf(tickets.OnTimeRate)
	pleased, _ := tickets.IndicatorOf(tickets.PleasedRate)
	b.Units = each(p.Units, func(u ticketdb.BoardUnit) boardUnitBody {
		return boardUnitBody{u.Unit, s.Tickets.Tree().Name(u.Unit), u.Own, u.Open, u.Overdue, rateOf(onTime, u.OnTime), rateOf(pleased, u.Pleased)}
	})
	b.Ages = each(p.Ages, func(a ticketdb.Age) ageBody { return ageBody{a.From, a.To, a.N} })
	b.Categories, b.Weeks, b.Kinds, b.Funnel = p.Categories, p.Weeks[:], p.Kinds, p.Funnel
	return out, nil
}
