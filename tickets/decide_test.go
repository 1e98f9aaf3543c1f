package tickets

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// decision is one try: a ticket, a step, and what must come of it.
type decision struct {
	name    string
	ticket  *Ticket
	act     Act
	to      Status
	err     error  // ErrNotAllowed or ErrUnknownAction
	problem string // a field, or "-" for a problem of no field
	check   func(c Change) bool
}

func (w *world) try(t *testing.T, cases []decision) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Decide(c.ticket, c.act, w.World)
			var bad Invalid
			switch {
			case c.err != nil:
				if !errors.Is(err, c.err) {
					t.Fatalf("error %v, want %v", err, c.err)
				}
			case c.problem != "":
				field := strings.TrimPrefix(c.problem, "-")
				if !errors.As(err, &bad) || !slices.ContainsFunc(bad, func(p Problem) bool { return p.Field == field && p.ZH != "" && p.EN != "" }) {
					t.Fatalf("error %v, want a problem at %q", err, c.problem)
				}
			case err != nil:
				t.Fatalf("refused: %v", err)
			case got.To != c.to:
				t.Fatalf("goes to %s, want %s", got.To, c.to)
			case c.check != nil && !c.check(got):
				t.Fatalf("changes %+v", got)
			}
		})
	}
}

func kind(k string) func(*Ticket)       { return func(t *Ticket) { t.Kind = k } }
func accused(unit int) func(*Ticket)    { return func(t *Ticket) { t.Accused = []Accused{{Unit: unit}} } }
func recused(keys ...int) func(*Ticket) { return func(t *Ticket) { t.Recused = keys } }
func anonymous(t *Ticket)               { t.Naming, t.HasPhone = Anonymous, false }
func order(t *Ticket)                   { t.Track, t.Order = TrackOrder, &Order{} }

func tried(way, state string, at time.Time) func(*Ticket) {
	return func(t *Ticket) {
		t.Attempts = append(t.Attempts, Attempt{Reply: int64(len(t.Replies)), Way: way, State: state, At: at, Provenance: "typed"})
	}
}

func TestOnlyAllowedStepsAreTaken(t *testing.T) {
	w := newWorld()
	w.try(t, []decision{
		{name: "an action the table does not have is unknown", ticket: w.ticket(), act: w.act(leadCity, "fly", nil), err: ErrUnknownAction},
		{name: "an operator does not take", ticket: w.ticket(), act: w.act(opCity, ActTake, nil), err: ErrNotAllowed},
		{name: "another unit's lead does not sign", ticket: w.ticket(w.at(Dispatched, w.county)), act: w.act(leadTown, ActSign, nil), err: ErrNotAllowed},
		{name: "the handler's lead signs", ticket: w.ticket(w.at(Dispatched, w.county)), act: w.act(leadCounty, ActSign, nil), to: Handling, check: func(c Change) bool { return c.Sign }},
		{name: "nothing is signed twice", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActSign, nil), err: ErrNotAllowed},
		{name: "a recused unit does nothing", ticket: w.ticket(w.at(Dispatched, w.county), recused(w.county)), act: w.act(leadCounty, ActSign, nil), err: ErrNotAllowed},
		{name: "a unit below a recused one does nothing", ticket: w.ticket(w.at(Dispatched, w.town), recused(w.county)), act: w.act(leadTown, ActSign, nil), err: ErrNotAllowed},
		{name: "a recused person does nothing", ticket: w.ticket(w.at(Handling, w.county), recused(-handCounty)), act: w.act(handCounty, ActNote, Values{"note": "x"}), err: ErrNotAllowed},
		{name: "an unknown field is named", ticket: w.ticket(), act: w.act(leadCity, ActNote, Values{"note": "x", "colour": "red"}), problem: "colour"},
		{name: "a missing field is named", ticket: w.ticket(), act: w.act(leadCity, ActNote, nil), problem: "note"},
		{name: "blanks fill nothing", ticket: w.ticket(), act: w.act(leadCity, ActNote, Values{"note": " \n"}), problem: "note"},
		{name: "broken text is refused", ticket: w.ticket(), act: w.act(leadCity, ActNote, Values{"note": "\xff"}), problem: "note"},
		{name: "a text too long is refused", ticket: w.ticket(), act: w.act(leadCity, ActNote, Values{"note": strings.Repeat("长", 10001)}), problem: "note"},
		{name: "the version is no field", ticket: w.ticket(), act: w.act(leadCity, ActNote, Values{"note": "x", "version": "3"}), to: Registered},
	})
}

func TestAnswerAtOnce(t *testing.T) {
	w := newWorld()
	yes := Values{"public_text": "按规定可以。"}
	w.try(t, []decision{
		{name: "an inquiry is answered and closed", ticket: w.ticket(kind(Inquiry)), act: w.act(opCity, ActAnswer, yes), to: Closed,
			check: func(c Change) bool {
				return c.Outcome == "answered" && c.Cancel && c.Finding.Outcome == "answered" && c.Attempt.State == "delivered" && c.Reply.ApprovedBy == opCity
			}},
		{name: "a complaint is not", ticket: w.ticket(), act: w.act(opCity, ActAnswer, yes), problem: "-"},
		{name: "a suggestion needs its adoption", ticket: w.ticket(kind(Suggestion)), act: w.act(opCity, ActAnswer, yes), problem: "adoption"},
		{name: "a suggestion adopted is its finding", ticket: w.ticket(kind(Suggestion)), act: w.act(opCity, ActAnswer, Values{"public_text": "采纳。", "adoption": "adopted"}), to: Closed,
			check: func(c Change) bool { return c.Finding.Outcome == "adopted" }},
		{name: "several points are not answered by one finding", ticket: w.ticket(kind(Inquiry), func(t *Ticket) { t.Allegations = append(t.Allegations, Allegation{N: 2}) }), act: w.act(opCity, ActAnswer, yes), problem: "-"},
		{name: "the way of contact is the way of proof", ticket: w.ticket(kind(Inquiry), func(t *Ticket) { t.Channel = "mail" }), act: w.act(opCity, ActAnswer, yes), to: Closed, check: func(c Change) bool { return c.Attempt.Way == "mail" }},
	})
}

func TestDispatchKeepsTheAccusedFloor(t *testing.T) {
	w := newWorld()
	to := func(unit int) Values { return Values{"unit": itoa(unit)} }
	secret := func(t *Ticket) { t.Secrecy = Confidential }
	w.try(t, []decision{
		{name: "a county gets it", ticket: w.ticket(), act: w.act(opCity, ActDispatch, to(w.county)), to: Dispatched, check: func(c Change) bool { return c.Unit == w.county }},
		{name: "the machine dispatches", ticket: w.ticket(), act: Act{Action: ActDispatch, Actor: aMachine, Values: to(w.county), Now: testNow}, to: Dispatched},
		{name: "an unknown unit is refused", ticket: w.ticket(), act: w.act(opCity, ActDispatch, to(99999)), problem: "unit"},
		{name: "not to the accused county", ticket: w.ticket(accused(w.county)), act: w.act(opCity, ActDispatch, to(w.county)), problem: "unit"},
		{name: "not to the section of the accused county", ticket: w.ticket(accused(w.county)), act: w.act(opCity, ActDispatch, to(w.section)), problem: "unit"},
		{name: "not to the township of an accused village", ticket: w.ticket(accused(w.village)), act: w.act(opCity, ActDispatch, to(w.town)), problem: "unit"},
		{name: "not to another county", ticket: w.ticket(accused(w.town)), act: w.act(opCity, ActDispatch, to(w.other)), problem: "unit"},
		{name: "to the county of an accused township", ticket: w.ticket(accused(w.town)), act: w.act(opCity, ActDispatch, to(w.county)), to: Dispatched},
		{name: "to a section under the floor", ticket: w.ticket(accused(w.town)), act: w.act(opCity, ActDispatch, to(w.section)), to: Dispatched},
		{name: "an accused person without a unit bars nobody by itself", ticket: w.ticket(func(t *Ticket) { t.Accused = []Accused{{Person: "某某"}} }), act: w.act(opCity, ActDispatch, to(w.county)), to: Dispatched},
		{name: "not to a recused unit", ticket: w.ticket(recused(w.county)), act: w.act(opCity, ActDispatch, to(w.county)), problem: "unit"},
		{name: "the accused desk does not take it", ticket: w.ticket(accused(1)), act: w.act(leadCity, ActTake, nil), problem: "unit"},
		{name: "a confidential one needs its brief", ticket: w.ticket(secret), act: w.act(opCity, ActDispatch, to(w.county)), problem: "brief"},
		{name: "a brief given with it will do", ticket: w.ticket(secret), act: w.act(opCity, ActDispatch, Values{"unit": itoa(w.county), "brief": "核查某户低保"}), to: Dispatched, check: func(c Change) bool { return c.Brief != "" }},
		{name: "a brief confirmed before will do", ticket: w.ticket(secret, func(t *Ticket) { t.BriefBy = opCity }), act: w.act(opCity, ActDispatch, to(w.county)), to: Dispatched},
		{name: "finance may help with an accused township", ticket: w.ticket(w.at(Handling, w.county), accused(w.town)), act: w.act(leadCounty, ActCoHandle, to(w.finance)), to: Handling, check: func(c Change) bool { return c.CoUnit == w.finance }},
		{name: "the accused township does not help", ticket: w.ticket(w.at(Handling, w.county), accused(w.town)), act: w.act(leadCounty, ActCoHandle, to(w.town)), problem: "unit"},
	})
}

func TestHopsGoDownUpAndBack(t *testing.T) {
	w := newWorld()
	why := func(unit int) Values { return Values{"unit": itoa(unit), "reason": "就近核查"} }
	w.try(t, []decision{
		{name: "down to a township", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActHandDown, why(w.town)), to: Dispatched},
		{name: "not down to oneself", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActHandDown, why(w.county)), problem: "unit"},
		{name: "not down to another county", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActHandDown, why(w.other)), problem: "unit"},
		{name: "not down to the accused", ticket: w.ticket(w.at(Handling, w.county), accused(w.town)), act: w.act(leadCounty, ActHandDown, why(w.town)), problem: "unit"},
		{name: "up to the unit above", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActReportUp, Values{"reason": "回避"}), to: Dispatched, check: func(c Change) bool { return c.Unit == 1 }},
		{name: "up from a township to its county", ticket: w.ticket(w.at(Handling, w.town)), act: w.act(leadTown, ActReportUp, Values{"reason": "x"}), to: Dispatched, check: func(c Change) bool { return c.Unit == w.county }},
		{name: "nothing is above the city", ticket: w.ticket(w.at(Handling, 1)), act: w.act(leadCity, ActReportUp, Values{"reason": "x"}), problem: "-"},
		{name: "a recall works while answering, and drops the conclusion", ticket: w.ticket(w.at(Answering, w.county), func(t *Ticket) { t.Outcome = "refused" }), act: w.act(leadCity, ActRecall, why(w.other)), to: Dispatched,
			check: func(c Change) bool { return c.ClearOutcome && c.Unit == w.other }},
		{name: "a recall keeps the floor", ticket: w.ticket(w.at(Handling, 1), accused(w.county)), act: w.act(leadCity, ActRecall, why(w.county)), problem: "unit"},
		{name: "an adjudicated order is not returned", ticket: w.ticket(w.at(Dispatched, w.county), order, func(t *Ticket) { t.Order.State = "adjudicated" }), act: w.act(leadCounty, ActSignReturn, Values{"reason": "x", "basis": "not_competent"}), problem: "-"},
		{name: "an order is signed and asked back", ticket: w.ticket(w.at(Dispatched, w.county), order), act: w.act(leadCounty, ActSignReturn, Values{"reason": "x", "basis": "not_competent"}), to: Handling,
			check: func(c Change) bool { return c.Sign && c.Request.Kind == "return" && c.Request.State == "pending" }},
	})
}

func TestInvestigatorsFit(t *testing.T) {
	w := newWorld()
	who := func(a, b int) Values { return Values{"investigator": itoa(a), "second": itoa(b)} }
	again := func(t *Ticket) {
		t.Redos = 2
		t.Hops[0].SentAt = testNow
	}
	w.try(t, []decision{
		{name: "two of the unit", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActAssign, who(handCounty, handCount2)), to: Handling, check: func(c Change) bool { return *c.Investigator == handCounty && *c.Second == handCount2 }},
		{name: "one of a unit below", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActAssign, who(handTown, handCounty)), to: Handling},
		{name: "not one of a unit above", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActAssign, who(handCity, handCounty)), problem: "investigator"},
		{name: "not a stranger", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActAssign, who(999, handCounty)), problem: "investigator"},
		{name: "not twice the same", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(leadCounty, ActAssign, who(handCounty, handCounty)), problem: "second"},
		{name: "not a recused person", ticket: w.ticket(w.at(Handling, w.county), recused(-handCount2)), act: w.act(leadCounty, ActAssign, who(handCounty, handCount2)), problem: "second"},
		{name: "not one of the accused township", ticket: w.ticket(w.at(Handling, w.county), accused(w.town)), act: w.act(leadCounty, ActAssign, who(handTown, handCounty)), problem: "investigator"},
		{name: "not one of a recused township", ticket: w.ticket(w.at(Handling, w.county), recused(w.town)), act: w.act(leadCounty, ActAssign, who(handTown, handCounty)), problem: "investigator"},
		{name: "not the same people at the second redo", ticket: w.ticket(w.at(Handling, w.county), found, again), act: w.act(leadCounty, ActAssign, who(handCounty, leadCount2)), problem: "investigator"},
		{name: "other people at the second redo", ticket: w.ticket(w.at(Handling, w.county), found, again), act: w.act(leadCounty, ActAssign, who(handTown, leadCount2)), to: Handling},
	})
}

func TestFindingsAreByTwo(t *testing.T) {
	w := newWorld()
	finding := func(more Values) Values {
		v := Values{"allegation": "1", "outcome": "true", "method": "入户、查账"}
		for k, x := range more {
			v[k] = x
		}
		return v
	}
	alone := func(t *Ticket) { t.Second = 0 }
	w.try(t, []decision{
		{name: "the second is the other one assigned", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(handCounty, ActRecord, finding(nil)), to: Handling, check: func(c Change) bool { return c.Finding.Second == handCount2 && c.OnN == 1 }},
		{name: "a complaint needs a second", ticket: w.ticket(w.at(Handling, w.county), alone), act: w.act(handCounty, ActRecord, finding(nil)), problem: "second_name"},
		{name: "a second without an account is named", ticket: w.ticket(w.at(Handling, w.county), alone), act: w.act(handCounty, ActRecord, finding(Values{"second_name": "某某"})), to: Handling},
		{name: "help needs none", ticket: w.ticket(w.at(Handling, w.county), alone, kind(Help)), act: w.act(handCounty, ActRecord, finding(Values{"outcome": "done"})), to: Handling},
		{name: "an outcome fits the kind", ticket: w.ticket(w.at(Handling, w.county), kind(Help)), act: w.act(handCounty, ActRecord, finding(nil)), problem: "outcome"},
		{name: "on an allegation that is there", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(handCounty, ActRecord, finding(Values{"allegation": "2"})), problem: "allegation"},
		{name: "nobody was met tomorrow", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(handCounty, ActRecord, finding(Values{"met_at": testNow.AddDate(0, 0, 1).Format(time.RFC3339)})), problem: "met_at"},
		{name: "money is kept in cents", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(handCounty, ActRecord, finding(Values{"recovered": "1200.5"})), to: Handling, check: func(c Change) bool { return c.Finding.RecoveredCents == 120050 }},
		{name: "money with three decimals is none", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(handCounty, ActRecord, finding(Values{"recovered": "1.005"})), problem: "recovered"},
		{name: "the second co-signs", ticket: w.ticket(w.at(Handling, w.county), found), act: w.act(handCount2, ActCosign, Values{"allegation": "1"}), to: Handling, check: func(c Change) bool { return c.Cosign }},
		{name: "the author does not", ticket: w.ticket(w.at(Handling, w.county), found), act: w.act(handCounty, ActCosign, Values{"allegation": "1"}), problem: "allegation"},
		{name: "nothing found, nothing signed", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(handCount2, ActCosign, Values{"allegation": "1"}), problem: "allegation"},
		{name: "an allegation is added at the end", ticket: w.ticket(w.at(Handling, w.county)), act: w.act(handCounty, ActAllege, Values{"text": "另一事"}), to: Handling, check: func(c Change) bool { return c.Allegation.N == 2 }},
	})
}
