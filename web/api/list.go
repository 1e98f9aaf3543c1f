package api

import (
	"context"
	"strings"
	"time"

	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

type listInput struct {
	Status     string `query:"status" doc:"One or several, parted by commas; open means all that are not closed"`
	Kind       string `query:"kind"`
	Channel    string `query:"channel"`
	Urgency    string `query:"urgency"`
	Outcome    string `query:"outcome"`
	Category   string `query:"category" maxLength:"20"`
	Region     string `query:"region" maxLength:"12" doc:"A region code; those below it are meant too"`
	Unit       string `query:"unit" maxLength:"100" doc:"The handling unit or one below: id, region code or name"`
	Due        string `query:"due" maxLength:"40" doc:"Next due by the end of a day (2026-09-18 or today), or before a time"`
	Overdue    bool   `query:"overdue"`
	Query      string `query:"q" maxLength:"200" doc:"A number, a phone, a citizen id, or words"`
	From       string `query:"from" maxLength:"10" doc:"Received from this day; with fact: the period's first day"`
	To         string `query:"to" maxLength:"10" doc:"To this day, included"`
	Own        bool   `query:"own" doc:"unit itself, without those below"`
	Card       string `query:"card" enum:"notice,yellow,second,red,escalated2,escalated5" doc:"Open ones whose highest card is this"`
	Fact       string `query:"fact" maxLength:"20" doc:"The tickets behind an indicator, by its code, or received in the period"`
	Part       string `query:"part" enum:"den,num,miss" doc:"With fact: all counted, those of the numerator, or the others"`
	Provenance string `query:"provenance" enum:"machine,scan,typed,none" doc:"With fact"`
	View       string `query:"view" enum:"unit,desk,mine,past" doc:"The unit's, the own desk's, those assigned to me, or those the unit once had"`
	Sort       string `query:"sort" enum:"new,due"`
	Limit      int    `query:"limit" minimum:"1" maximum:"200" default:"25"`
	After      string `query:"after" maxLength:"100" doc:"The next of the page before"`
}

type lineBody struct {
	Number       string        `json:"number"`
	Version      int           `json:"version"`
	Status       string        `json:"status"`
	Kind         string        `json:"kind"`
	Channel      string        `json:"channel"`
	Secrecy      string        `json:"secrecy"`
	Urgency      string        `json:"urgency"`
	Naming       string        `json:"naming"`
	Category     string        `json:"category,omitempty"`
	Region       string        `json:"region"`
	Title        string        `json:"title,omitempty"`
	Excerpt      string        `json:"excerpt"`
	Desk         int           `json:"desk"`
	Unit         int           `json:"handling_unit"`
	UnitName     string        `json:"handling_unit_name"`
	Investigator int           `json:"investigator,omitempty"`
	NextDue      *time.Time    `json:"next_due,omitempty"`
	DueAt        *time.Time    `json:"due_at,omitempty"`
	ReceivedAt   time.Time     `json:"received_at"`
	ClosedAt     *time.Time    `json:"closed_at,omitempty"`
	Outcome      string        `json:"outcome,omitempty"`
	Redos        int           `json:"redos"`
	Urges        int           `json:"urges"`
	Supervised   bool          `json:"supervised"`
	Proposal     *proposalBody `json:"proposal,omitempty"`
}

type listOutput struct {
	Body struct {
		Items []lineBody `json:"items"`
		Next  string     `json:"next" doc:"Send it as after; empty on the last page"`
	}
}

func (s *server) listTickets(ctx context.Context, who *request, in *listInput) (*listOutput, error) {
	f, faults := s.filter(in)
	if len(faults) > 0 {
		return nil, invalid(faults...)
	}
	page, err := s.Tickets.List(ctx, who.caller, f)
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Items, out.Body.Next = each(page.Items, s.line), page.Next
	return out, nil
}

// filter checks every word of the query against its vocabulary: a misspelt
// filter must not look like an empty list.
func (s *server) filter(in *listInput) (ticketdb.Filter, []Fault) {
	f := ticketdb.Filter{View: in.View, Kind: in.Kind, Channel: in.Channel, Category: in.Category, Urgency: in.Urgency, Outcome: in.Outcome,
		Region: in.Region, Overdue: in.Overdue, Query: strings.Clone(in.Query), Sort: in.Sort, After: in.After, Limit: in.Limit}
	var faults []Fault
	for _, x := range []struct {
		name, value string
		words       tickets.Words
	}{{"kind", in.Kind, tickets.Kinds}, {"channel", in.Channel, tickets.Channels}, {"urgency", in.Urgency, tickets.Urgencies}, {"outcome", in.Outcome, tickets.Outcomes}} {
		if x.value != "" && !x.words.Has(x.value) {
			faults = append(faults, oneOf("query."+x.name, x.words))
		}
	}
	f.Status, f.Open, faults = statuses(in.Status, faults)
	if in.Region != "" && !isRegion(in.Region) {
		faults = append(faults, fault("query.region", "须为 6、9 或 12 位地区代码", "must be a region code of 6, 9 or 12 digits"))
	}
	if in.Unit != "" {
		if u := unitRef(in.Unit).resolve(s.Tickets.Tree()); u != nil {
			f.Unit = u.ID
		} else {
			faults = append(faults, noUnit("query.unit"))
		}
	}
	var ok bool
	if f.DueBefore, ok = dueBefore(in.Due, s.Now()); !ok {
		faults = append(faults, fault("query.due", "须为日期、today 或 RFC 3339 时间", "must be a date, today, or an RFC 3339 time"))
	}
	return s.behind(in, f, faults)
}

// behind adds the period, and with a fact the tickets that a figure counts.
func (s *server) behind(in *listInput, f ticketdb.Filter, faults []Fault) (ticketdb.Filter, []Fault) {
	f.Card, f.Own = in.Card, in.Own
	if in.Fact == "" {
		from, to, wrong := span(in.From, in.To, 0, 0)
		if in.From != "" {
			f.From = from
		}
		if in.To != "" {
			f.To = to
		}
		return f, append(faults, wrong...)
	}
	figures, wrong := s.figures(&indicatorsInput{From: in.From, To: in.To, Unit: in.Unit, Kind: in.Kind, Channel: in.Channel, Provenance: in.Provenance})
	figures.Own = in.Own
	f.Sort, f.Fact = "new", &ticketdb.Fact{Figures: figures, Indicator: strings.Clone(in.Fact), Part: in.Part}
	return f, append(faults, wrong...)
}

func oneOf(location string, words tickets.Words) Fault {
	codes := strings.Join(words.Codes(), ", ")
	return fault(location, "须为其中之一："+codes, "must be one of "+codes)
}

func statuses(value string, faults []Fault) ([]string, bool, []Fault) {
	if value == "" {
		return nil, false, faults
	}
	if value == "open" {
		return nil, true, faults
	}
	out := strings.Split(value, ",")
	for i, x := range out {
		out[i] = strings.TrimSpace(x)
		if !tickets.Statuses.Has(out[i]) {
			return nil, false, append(faults, oneOf("query.status", tickets.Statuses))
		}
	}
	return out, false, faults
}

func isRegion(s string) bool {
	if len(s) != 6 && len(s) != 9 && len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// dueBefore is the moment before which the next due lies. A limit in days ends
// at the midnight after its last day, so a day means that midnight included.
func dueBefore(s string, now time.Time) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	if s == "today" {
		return workday.DateOf(now).End().Add(time.Microsecond), true
	}
	if d, err := workday.ParseDate(s); err == nil {
		return d.End().Add(time.Microsecond), true
	}
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

func (s *server) line(l ticketdb.Line) lineBody {
	out := lineBody{
		Number: l.Number, Version: l.Version, Status: l.Status, Kind: l.Kind, Channel: l.Channel, Secrecy: l.Secrecy, Urgency: l.Urgency, Naming: l.Naming,
		Region: l.Region, Title: l.Title, Excerpt: l.Excerpt, Desk: l.Desk, Unit: l.Unit, UnitName: s.Tickets.Tree().Name(l.Unit),
		NextDue: localp(l.NextDue), DueAt: localp(l.DueAt), ReceivedAt: local(l.ReceivedAt), ClosedAt: localp(l.ClosedAt),
		Redos: l.Redos, Urges: l.Urges, Supervised: l.Supervised, Proposal: s.proposal(l.Proposal),
	}
	if l.Category != nil {
		out.Category = *l.Category
	}
	if l.Investigator != nil {
		out.Investigator = *l.Investigator
	}
	if l.Outcome != nil {
		out.Outcome = *l.Outcome
	}
	return out
}
