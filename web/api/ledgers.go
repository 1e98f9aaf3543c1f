package api

import (
	"context"
	"strings"
	"time"

	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

type ledgerInput struct {
	Ledger string `path:"ledger" maxLength:"20"`
	From   string `query:"from" maxLength:"10" doc:"Received from this day; the first of the year where empty"`
	To     string `query:"to" maxLength:"10" doc:"Last day, included; today where empty"`
	Unit   string `query:"unit" maxLength:"100"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"25"`
	After  string `query:"after" maxLength:"100"`
}

type findingLine struct {
	N         int       `json:"allegation"`
	Outcome   string    `json:"outcome"`
	Method    string    `json:"method"`
	Corrected string    `json:"corrected,omitempty"`
	Recovered int64     `json:"recovered_cents,omitempty"`
	People    []string  `json:"investigators"`
	At        time.Time `json:"at"`
}

type replyLine struct {
	At         time.Time `json:"at"`
	Way        string    `json:"way"`
	State      string    `json:"state"`
	Evidence   string    `json:"evidence"`
	Provenance string    `json:"provenance"`
}

type suspectLine struct {
	Level string `json:"level,omitempty" doc:"Kind of the unit"`
	Post  string `json:"post,omitempty"`
}

type transferLine struct {
	Body       string     `json:"body"`
	SentAt     time.Time  `json:"sent_at"`
	SentNo     string     `json:"sent_no,omitempty"`
	AcceptedAt *time.Time `json:"accepted_at,omitempty"`
	AcceptedNo string     `json:"accepted_no,omitempty"`
	Result     string     `json:"result,omitempty"`
	ResultAt   *time.Time `json:"result_at,omitempty"`
}

type ledgerLine struct {
	Number       string         `json:"number"`
	OrderNo      string         `json:"order_no,omitempty"`
	Status       string         `json:"status"`
	Kind         string         `json:"kind"`
	Channel      string         `json:"channel"`
	Naming       string         `json:"naming"`
	Secrecy      string         `json:"secrecy"`
	Category     string         `json:"category,omitempty"`
	Region       string         `json:"region,omitempty"`
	Title        string         `json:"title,omitempty"`
	Matter       string         `json:"matter"`
	Unit         int            `json:"handling_unit"`
	UnitName     string         `json:"handling_unit_name"`
	Outcome      string         `json:"outcome,omitempty"`
	Disposition  string         `json:"disposition"`
	ReceivedAt   time.Time      `json:"received_at"`
	DueAt        *time.Time     `json:"due_at,omitempty"`
	ClosedAt     *time.Time     `json:"closed_at,omitempty"`
	Satisfaction string         `json:"satisfaction,omitempty"`
	Complainants []string       `json:"complainants" doc:"Masks, or a pseudonym where confidential"`
	Findings     []findingLine  `json:"findings"`
	Reply        *replyLine     `json:"reply,omitempty"`
	Accused      []suspectLine  `json:"accused" doc:"Levels and posts, no names"`
	Transfers    []transferLine `json:"transfers"`
}

type ledgerOutput struct {
	Body struct {
		Items []ledgerLine `json:"items"`
		Next  string       `json:"next" doc:"Send it as after; empty on the last page"`
		Total int          `json:"total"`
	}
}

func (s *server) readLedger(ctx context.Context, who *request, in *ledgerInput) (*ledgerOutput, error) {
	today := workday.DateOf(s.Now())
	from, to, faults := span(in.From, in.To, workday.NewDate(today.Year(), time.January, 1), today)
	f := ticketdb.LedgerFilter{Ledger: strings.Clone(in.Ledger), From: from, To: to, After: in.After, Limit: in.Limit}
	f.Unit, faults = s.unitOf(in.Unit, faults)
	if len(faults) > 0 {
		return nil, invalid(faults...)
	}
	page, err := s.Tickets.Ledger(ctx, who.caller, f)
	if err != nil {
		return nil, err
	}
	out := &ledgerOutput{}
	out.Body.Items, out.Body.Next, out.Body.Total = each(page.Items, s.ledgerLine), page.Next, page.Total
	return out, nil
}

func (s *server) ledgerLine(e ticketdb.Entry) ledgerLine {
	out := ledgerLine{Number: e.Number, OrderNo: e.OrderNo, Status: string(e.Status), Kind: e.Kind, Channel: e.Channel, Naming: e.Naming, Secrecy: e.Secrecy, Category: e.Category,
		Region: e.Region, Title: e.Title, Matter: e.Matter, Unit: e.Unit, UnitName: s.Tickets.Tree().Name(e.Unit), Outcome: e.Outcome,
		Disposition: tickets.DispositionOf(e.Outcome, len(e.Moved) > 0), ReceivedAt: local(e.ReceivedAt), DueAt: localp(e.DueAt), ClosedAt: localp(e.ClosedAt), Satisfaction: e.Satisfaction,
		Complainants: each(e.Complainants, func(c ticketdb.Shown) string { return strings.TrimSpace(c.Name + " " + c.Phone) }),
		Findings: each(e.Checked, func(c ticketdb.Checked) findingLine {
			return findingLine{c.N, c.Outcome, c.Method, c.Corrected, c.Recovered, strings.Fields(c.Author + " " + c.Second), local(c.At)}
		}),
		Accused: each(e.Suspects, func(a ticketdb.Suspect) suspectLine { return suspectLine{a.Level, a.Post} }),
		Transfers: each(e.Moved, func(m ticketdb.Moved) transferLine {
			return transferLine{m.Body, local(m.SentAt), m.SentNo, localp(m.AcceptedAt), m.AcceptedNo, m.Result, localp(m.ResultAt)}
		})}
	if t := e.Told; t != nil {
		out.Reply = &replyLine{local(t.At), t.Way, t.State, t.Evidence, t.Provenance}
	}
	return out
}
