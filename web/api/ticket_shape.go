package api

import (
	"encoding/hex"
	"fmt"
	"time"

	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// ticket shapes a view for clients.
func (s *server) ticket(v *ticketdb.View) *ticketBody {
	if v == nil {
		return nil
	}
	t, tree := &v.Ticket, s.Tickets.Tree()
	return &ticketBody{
		Number: t.Number, Version: t.Version, Status: string(t.Status), Kind: t.Kind, Track: t.Track, Channel: t.Channel,
		Naming: t.Naming, Secrecy: t.Secrecy, Urgency: t.Urgency, Outcome: t.Outcome,
		Category: t.Category, Region: t.Region, Place: t.Place, Title: t.Title, Statement: t.Statement, People: t.People,
		Desk: t.Desk, DeskName: tree.Name(t.Desk), Unit: t.Unit, UnitName: tree.Name(t.Unit),
		Investigator: t.Investigator, InvestigatorName: v.Names[t.Investigator], Second: t.Second, SecondName: v.Names[t.Second],
		Proposal:   s.proposal(t.Proposal),
		ReceivedAt: local(t.ReceivedAt), EnteredAt: local(t.EnteredAt), ClosedAt: localp(t.ClosedAt), NextDue: localp(t.NextDue), DueAt: localp(t.DueAt),
		Redos: t.Redos, Urges: t.Urges, Supervised: t.Supervised, Satisfaction: t.Satisfaction,
		Appeal: t.Appeal, Appealed: t.Appealed, Withdrawal: t.Withdrawal, Mandate: t.Mandate, PetitionNo: t.PetitionNo, PausedAt: localp(t.PausedAt), Unreached: t.Unreached(),
		Transfers: transfersOf(t.Transfers), Pauses: pausesOf(v.Pauses),
		Complainants: shownOf(v.Complainants), Accused: s.accusedOf(t.Accused), Respondents: list(t.Respondents), CoHandlers: list(v.CoHandlers),
		Hops: s.hops(t.Hops), Allegations: allegationsOf(t.Allegations), Findings: findingsOf(v),
		Replies: repliesOf(t.Replies), Attempts: attemptsOf(t), Requests: requestsOf(t.Requests), Tasks: s.tasksOf(v),
		Deadlines: s.deadlines(v.Deadlines), Relations: relationsOf(v.Relations), Attachments: attachmentsOf(v.Attachments),
		Cards: cardsOf(v.Cards), Order: orderOf(t.Order), Actions: actionNames(v),
	}
}

func local(t time.Time) time.Time { return t.In(workday.Zone) }

func localp(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	x := local(*t)
	return &x
}

// each maps a list; the result is never nil.
func each[T, U any](in []T, f func(T) U) []U {
	out := make([]U, len(in))
	for i, x := range in {
		out[i] = f(x)
	}
	return out
}

func (s *server) proposal(p *tickets.Proposal) *proposalBody {
	if p == nil {
		return nil
	}
	return &proposalBody{Unit: p.Unit, UnitName: s.Tickets.Tree().Name(p.Unit), Certain: p.Certain, Urgency: p.Urgency, Split: p.Split,
		NotOurs: p.NotOurs, CoUnits: p.CoUnits, Phone: p.Phone,
		Reasons: each(p.Reasons, func(r tickets.Reason) reasonBody { return reasonBody(r) })}
}

func shownOf(in []ticketdb.Shown) []shownBody {
	n := 0
	return each(in, func(c ticketdb.Shown) shownBody {
		n++
		return shownBody{n, c.Role, c.Name, c.Phone, c.HasPhone, c.HasMail, localp(c.CheckedAt), c.CheckFailed}
	})
}

func (s *server) accusedOf(in []tickets.Accused) []accusedBody {
	return each(in, func(a tickets.Accused) accusedBody {
		return accusedBody{a.Unit, s.Tickets.Tree().Name(a.Unit), a.Person, a.Post}
	})
}

func (s *server) hops(in []tickets.Hop) []hopBody {
	return each(in, func(h tickets.Hop) hopBody {
		return hopBody{N: h.N, Unit: h.Unit, UnitName: s.Tickets.Tree().Name(h.Unit), From: h.FromUnit, Reason: h.Reason, SentBy: h.SentBy,
			SentAt: local(h.SentAt), SignedBy: h.SignedBy, SignedAt: localp(h.SignedAt), EndedAt: localp(h.EndedAt)}
	})
}

func allegationsOf(in []tickets.Allegation) []allegationBody {
	return each(in, func(a tickets.Allegation) allegationBody {
		out := allegationBody{N: a.N, Text: a.Text, Category: a.Category}
		if a.Finding != nil {
			out.Outcome = a.Finding.Outcome
		}
		return out
	})
}

func findingsOf(v *ticketdb.View) []findingBody {
	out := []findingBody{}
	for _, a := range v.Allegations {
		f := a.Finding
		if f == nil {
			continue
		}
		second := f.SecondName
		if second == "" {
			second = v.Names[f.Second]
		}
		out = append(out, findingBody{Allegation: a.N, Outcome: f.Outcome, Method: f.Method, Met: f.Met, MetAt: localp(f.MetAt), Evidence: f.Evidence,
			Corrected: f.Corrected, Recovered: yuan(f.RecoveredCents), Transfer: f.Transfer, Author: f.Author, AuthorName: v.Names[f.Author], Second: f.Second, SecondName: second,
			CosignedAt: localp(f.CosignedAt), At: local(f.At)})
	}
	return out
}

// yuan writes cents as the money fields take them; nothing for none.
func yuan(cents int64) string {
	if cents == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}

func repliesOf(in []tickets.Reply) []replyBody {
	return each(in, func(r tickets.Reply) replyBody {
		return replyBody{N: r.N, PublicText: r.PublicText, InternalText: r.InternalText, LegalBasis: r.LegalBasis, AppealNotice: r.AppealNotice,
			Resolved: r.Resolved, UnresolvedReason: r.UnresolvedReason, OpinionNo: r.OpinionNo, Author: r.Author, At: local(r.At), ApprovedBy: r.ApprovedBy, ApprovedAt: localp(r.ApprovedAt)}
	})
}

func attemptsOf(t *tickets.Ticket) []attemptBody {
	n := map[int64]int{}
	for _, r := range t.Replies {
		n[r.ID] = r.N
	}
	return each(t.Attempts, func(a tickets.Attempt) attemptBody {
		whom := 0
		for i, p := range t.Persons {
			if a.Complainant != 0 && p.ID == a.Complainant {
				whom = i + 1
			}
		}
		return attemptBody{n[a.Reply], a.Way, a.State, local(a.At), a.Actor, a.Evidence, a.Provenance, a.Error, whom}
	})
}

func requestsOf(in []tickets.Request) []requestBody { return each(in, requestShape) }

func requestShape(r tickets.Request) requestBody {
	return requestBody{ID: r.ID, N: r.N, Decider: r.Decider, Amount: r.Amount, Wanted: localp(r.Wanted), Until: localp(r.Until), Kind: r.Kind, State: r.State, Reason: r.Reason, Basis: r.Basis,
		Unit: r.Unit, AskedBy: r.AskedBy, AskedAt: local(r.AskedAt), DecidedBy: r.DecidedBy, DecidedAt: localp(r.DecidedAt), DecisionNote: r.DecisionNote}
}

func transfersOf(in []tickets.Transfer) []transferBody {
	return each(in, func(x tickets.Transfer) transferBody {
		return transferBody{x.Body, local(x.SentAt), x.SentNo, localp(x.AcceptedAt), x.AcceptedNo, x.Result, localp(x.ResultAt)}
	})
}

func pausesOf(in []tickets.Pause) []pauseBody {
	return each(in, func(p tickets.Pause) pauseBody { return pauseBody{p.Reason, local(p.From), localp(p.To)} })
}

func relationsOf(in []ticketdb.Relation) []relationBody {
	return each(in, func(r ticketdb.Relation) relationBody {
		return relationBody{r.Number, r.Kind, r.Note, local(r.At), r.Back}
	})
}

func attachmentsOf(in []ticketdb.Attachment) []attachmentBody { return each(in, attachmentOf) }

func attachmentOf(a ticketdb.Attachment) attachmentBody {
	return attachmentBody{a.ID, a.Name, a.Type, a.Size, hex.EncodeToString(a.SHA256), a.Purpose, a.State, a.Note, local(a.At)}
}

func cardsOf(in []ticketdb.Card) []cardBody {
	return each(in, func(c ticketdb.Card) cardBody { return cardBody{c.Rule, c.Level, local(c.At), localp(c.ClearedAt)} })
}

func orderOf(o *tickets.Order) *orderBody {
	if o == nil {
		return nil
	}
	return &orderBody{o.Platform, o.OrderNo, o.CityNo, o.UnitText, localp(o.SignBy), localp(o.HandleBy), o.State, localp(o.ClosedAt)}
}

func actionNames(v *ticketdb.View) []string {
	return each(v.Actions(), func(r tickets.Row) string { return string(r.Action) })
}

// deadlines shapes clocks, with their rules' names.
func (s *server) deadlines(in []ticketdb.Deadline) []deadlineBody {
	rules := s.Tickets.Engine().Rules
	return each(in, func(d ticketdb.Deadline) deadlineBody {
		out := deadlineBody{ID: d.ID, Rule: d.Rule, RuleVersion: d.RuleVersion, Calendar: d.Calendar, StartEvent: d.StartEvent, StartAt: local(d.StartAt),
			BaseDueAt: local(d.BaseDueAt), DueAt: local(d.DueAt), LastDay: workday.LastDateBefore(d.DueAt).String(), Provisional: d.Provisional, Printed: d.Printed,
			State: "open", MetAt: localp(d.MetAt), CancelledAt: localp(d.CancelledAt)}
		switch {
		case d.MetAt != nil:
			out.State = "met"
		case d.CancelledAt != nil:
			out.State = "cancelled"
		}
		if d.MetEvent != nil {
			out.MetEvent = *d.MetEvent
		}
		if r, ok := rules.Find(d.Rule, d.RuleVersion); ok {
			out.ZH, out.EN = r.Zh, r.En
		}
		return out
	})
}
