package tickets

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hotline/internal/deadline"
	"hotline/internal/units"
)

// finisher is a crowd of people of good will that brings a ticket to its end.
type finisher struct {
	w      *world
	people []Actor
	units  []int
	now    time.Time
	steps  []string
	again  []int // allegations to be checked again by somebody new
}

// finishers are all who still work here: everybody of the world, the machine and
// the platform.
func (w *world) finishers(now time.Time) *finisher {
	f := &finisher{w: w, now: now, units: []int{1, w.county, w.other, w.town}}
	for _, id := range w.ids() {
		f.people = append(f.people, w.people[id])
	}
	f.people = append(f.people, aMachine, aPlatform)
	return f
}

// try takes the first step of the list that anybody may take.
func (f *finisher) try(t *Ticket, action Action, list ...Values) bool {
	row, _ := RowOf(action)
	for _, v := range list {
		for _, p := range f.people {
			if !May(t, row, p) {
				continue
			}
			a := Act{Action: action, Actor: p, Values: v, Now: f.now}
			c, err := Decide(t, a, f.w.World)
			if err != nil {
				continue
			}
			f.w.apply(t, a, c)
			f.steps = append(f.steps, fmt.Sprintf("%s by %s", action, actorName(p)))
			return true
		}
	}
	return false
}

func (f *finisher) toUnits() []Values {
	var out []Values
	for _, u := range f.units {
		if slices.ContainsFunc(f.people, func(p Actor) bool { return p.Unit == u && p.Has(RoleLead) }) {
			out = append(out, Values{"unit": itoa(u), "reason": "改派", "brief": "提纲"})
		}
	}
	return out
}

// handOver gives the work to one investigator who has had no part in it, so that
// the leads are free to approve.
func (f *finisher) handOver(t *Ticket) bool {
	for i, p := range f.people {
		if p.Has(RoleInvestigator) && f.try(t, ActAssign, Values{"investigator": itoa(p.Person)}) {
			f.people = append([]Actor{p}, slices.Delete(f.people, i, i+1)...)
			break
		}
	}
	f.again = nil
	for _, al := range t.Allegations {
		f.again = append(f.again, al.N)
	}
	return true
}

var passOn = Values{"outcome": "transferred", "reason": "移送", "basis": "accused_unit", "public_text": "已移送。"}

// step brings the ticket on by one act; false where nobody can.
func (f *finisher) step(t *Ticket) bool {
	f.now = f.now.Add(time.Hour)
	switch t.Status {
	case Registered:
		return f.try(t, ActAnswer, Values{"public_text": "答复", "adoption": "adopted"}, Values{"public_text": "答复"}) || f.try(t, ActDispatch, f.toUnits()...) || f.try(t, ActConclude, passOn)
	case Dispatched:
		return f.try(t, ActSign, nil) || f.try(t, ActRecall, f.toUnits()...)
	case Handling:
		if accusedHolds(t, t.Unit, f.w.World) { // no use in checking
			return len(f.steps) == 0 && f.try(t, ActRecall, f.toUnits()...) || f.try(t, ActConclude, passOn) || f.try(t, ActRecall, f.toUnits()...)
		}
		for _, al := range t.Allegations {
			if i := slices.Index(f.again, al.N); i >= 0 && t.Outcome == "" {
				f.again, al.Finding = slices.Delete(f.again, i, i+1), nil
			}
			v := Values{"allegation": itoa(al.N), "outcome": FindingsOf(t.FindingKind())[0].Code, "method": "入户", "second_name": "乙"}
			if al.Finding == nil && f.try(t, ActRecord, v) {
				return true
			}
		}
		return f.try(t, ActSubmit, Values{"public_text": "办结", "opinion_no": "1号"}) || f.try(t, ActConclude, passOn) || f.try(t, ActRecall, f.toUnits()...)
	case Approval:
		if f.try(t, ActApprove, nil) {
			return true
		}
		return f.try(t, ActSendBack, Values{"reason": "换人"}) && f.handOver(t) || f.try(t, ActRecall, f.toUnits()...)
	case Answering, Answered:
		if t.TransferDue() && f.try(t, ActTransferred, Values{"body": "纪委", "sent_no": "1号"}) {
			return true
		}
		return f.try(t, ActDelivered, Values{"way": "letter", "whom": "全部", "evidence": "回执"}, Values{"way": "letter", "evidence": "回执"}) || f.try(t, ActFollowUp, Values{"resolved": "true"}) || f.try(t, ActClose, Values{"note": "平台已结案"})
	}
	return false
}

// finish brings a copy of the ticket to its end and tells of each clock that runs
// on it whether somebody could meet it on the way. It returns what is wrong.
func (f *finisher) finish(t *Ticket) string {
	t = clone(t)
	owed := map[int64]TicketClock{}
	for range 25 + 2*len(t.Allegations) {
		for _, x := range t.Clocks {
			if x.Open && !x.Window && x.Duty != deadline.TaskDue {
				owed[x.ID] = x
			}
		}
		for id, x := range owed {
			if f.meetable(t, x) {
				delete(owed, id)
			}
		}
		if !t.Status.Open() {
			break
		}
		before := clone(t)
		if !f.step(t) {
			return fmt.Sprintf("stuck in %s at unit %d (accused %v, recused %v, floor %d, outcome %q) after %s", t.Status, t.Unit, t.Accused, t.Recused, t.Floor, t.Outcome, strings.Join(f.steps, ", "))
		}
		for id, x := range owed { // met by the step itself, or not owed any more
			i := slices.IndexFunc(t.Clocks, func(y TicketClock) bool { return y.ID == id })
			if !t.Clocks[i].Open && (t.Status.Open() || before.Status == Registered || x.Duty == deadline.FollowUp) {
				delete(owed, id)
			}
		}
	}
	if t.Status.Open() {
		return fmt.Sprintf("no end in %s at unit %d: investigators %d %d, accused %v, recused %v, decisive %v, outcome %q, after ", t.Status, t.Unit, t.Investigator, t.Second, t.Accused, t.Recused, t.Decisive, t.Outcome) + strings.Join(f.steps, ", ")
	}
	for _, x := range owed {
		return fmt.Sprintf("nothing could meet %s on a %s %s of %s: %s", x.Duty, t.Track, t.Kind, t.Naming, strings.Join(f.steps, ", "))
	}
	return ""
}

// meetable tells whether somebody could now do what the clock asks for.
func (f *finisher) meetable(t *Ticket, x TicketClock) bool {
	fill := Values{"way": "letter", "at": "", "whom": "", "evidence": "凭据", "reason": "理由", "resolved": "true", "confirmed": "true", "note": "备注", "public_text": "答复", "adoption": "adopted",
		"body": "纪委", "sent_no": "1号", "opinion_no": "1号", "basis": "not_competent"}
	hop := 0
	if h := t.Hop(); h != nil {
		hop = h.N
	}
	for _, r := range Flow {
		if !r.Allows(t.Status) {
			continue
		}
		v := Values{}
		for _, n := range r.Needs {
			if x := fill[n.Name]; x != "" {
				v[n.Name] = x
			}
		}
		if len(t.owed()) > 0 && slices.ContainsFunc(r.Needs, func(n Field) bool { return n.Name == "whom" }) {
			v["whom"] = "全部"
		}
		for _, p := range f.people {
			if !May(t, r, p) {
				continue
			}
			c, err := Decide(t, Act{Action: r.Action, Actor: p, Values: v, Now: f.now}, f.w.World)
			if err == nil && c.FateOf(x, hop) == Met {
				return true
			}
		}
	}
	return false
}

// ids are the people of the world, in a fixed order.
func (w *world) ids() []int {
	var out []int
	for id := range w.people {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// retire closes a unit: it works no more, nor do its people.
func (w *world) retire(unit int) {
	list := testUnits()
	for i := range list {
		if list[i].ID == unit {
			list[i].Active = false
		}
	}
	w.Tree = units.NewTree(list)
	for _, id := range w.ids() {
		if w.people[id].Unit == unit {
			delete(w.people, id)
		}
	}
}

// TestStatesThatOnceWereDeadEndsHaveAWayOut names them one by one.
func TestStatesThatOnceWereDeadEndsHaveAWayOut(t *testing.T) {
	for name, make := range map[string]func(w *world) *Ticket{
		"registered at a county's desk that is accused": func(w *world) *Ticket {
			return w.ticket(w.deskOf(w.county), func(t *Ticket) { t.Accused, t.Recused = []Accused{{Unit: w.county}}, []int{w.county} })
		},
		"registered at a desk that was closed": func(w *world) *Ticket {
			w.retire(w.county)
			return w.ticket(w.deskOf(w.county))
		},
		"in the hands of a unit that was closed": func(w *world) *Ticket {
			w.retire(w.town)
			return w.ticket(w.at(Handling, w.town))
		},
		"the bureau itself is accused": func(w *world) *Ticket { return w.ticket(func(t *Ticket) { t.Accused = []Accused{{Unit: 1}} }) },
		"the bureau itself is accused, found out while a county had it": func(w *world) *Ticket {
			return w.ticket(w.at(Handling, w.county), func(t *Ticket) { t.Accused = []Accused{{Unit: 1}} })
		},
		"everybody below the city is recused": func(w *world) *Ticket {
			return w.ticket(w.at(Approval, w.county), replied(false), func(t *Ticket) { t.Recused = []int{w.county, w.other} })
		},
		"an order whose platform is silent": func(w *world) *Ticket {
			return w.ticket(w.at(Answering, w.county), found, replied(true), func(t *Ticket) { t.Track, t.Order = TrackOrder, &Order{Platform: "city"} })
		},
		"a joint letter whose signers have neither phone nor address": func(w *world) *Ticket {
			return w.ticket(w.at(Answering, w.county), found, replied(true), func(t *Ticket) {
				t.Naming, t.HasPhone, t.Persons = Joint, false, []Person{{ID: 1, Role: "caller"}, {ID: 2, Role: "caller"}}
			})
		},
		"an anonymous report that must be transferred": func(w *world) *Ticket {
			return w.ticket(w.at(Approval, w.county), found, replied(false), func(t *Ticket) {
				t.Kind, t.Naming, t.HasPhone, t.Allegations[0].Finding.Transfer = Report, Anonymous, false, true
			})
		},
		"paused for ever": func(w *world) *Ticket {
			return w.ticket(w.at(Handling, w.county), func(t *Ticket) { t.PausedAt = &testNow })
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			tk := make(w)
			f := w.finishers(testNow)
			f.people = slices.DeleteFunc(f.people, func(a Actor) bool { return a.Platform != "" })
			if bad := f.finish(tk); bad != "" {
				t.Error(bad)
			}
		})
	}
}

// TestEvidenceTypedAsExhaustedProvesNothing: of a joint letter each is owed his
// own proof, whatever the evidence of one says.
func TestEvidenceTypedAsExhaustedProvesNothing(t *testing.T) {
	w := newWorld()
	tk := w.ticket(w.at(Answering, w.county), found, replied(true), func(t *Ticket) {
		t.Naming, t.Persons = Joint, []Person{{ID: 1, Role: "caller"}, {ID: 2, Role: "caller"}}
	})
	a := w.act(leadCounty, ActDelivered, Values{"way": "letter", "whom": "1", "evidence": ExhaustedMark})
	c, err := Decide(tk, a, w.World)
	if err != nil {
		t.Fatal(err)
	}
	w.apply(tk, a, c)
	if tk.Status != Answering || len(tk.Unreached()) != 1 {
		t.Errorf("in %s, not told: %v", tk.Status, tk.Unreached())
	}
}

// deskOf has another unit's desk register the ticket.
func (w *world) deskOf(unit int) func(*Ticket) {
	return func(t *Ticket) { t.Desk, t.Unit, t.UnitPath = unit, unit, w.Tree.Find(unit).Path }
}

// TestEveryClockIsOpenedAndMetBySomeRow: each start and meeting event of the
// shipped rules on tickets is caused by some row, or by the birth of a ticket.
func TestEveryClockIsOpenedAndMetBySomeRow(t *testing.T) {
	opens := map[string]bool{deadline.EventRegistered: true, deadline.EventAppealFirst: true, deadline.EventAppealSecond: true, deadline.EventTransferFound: true}
	meets := map[string]bool{deadline.EventOpinionServed: true, deadline.EventResultPosted: true} // by effects, see the walks
	for _, r := range Flow {
		for _, e := range r.Opens {
			opens[e] = true
		}
		for _, e := range r.Meets {
			meets[e] = true
		}
	}
	for _, r := range deadline.Defaults() {
		if r.Subject != "ticket" && r.Subject != "hop" {
			continue
		}
		for _, e := range r.Starts {
			if !opens[e] {
				t.Errorf("%s starts with %s, which no row causes", r.Code, e)
			}
		}
		if !slices.ContainsFunc(r.Meets, func(e string) bool { return meets[e] }) {
			t.Errorf("%s is met by %v, which no row causes", r.Code, r.Meets)
		}
		for _, e := range r.Meets {
			if !meets[e] {
				t.Errorf("%s is met by %s, which no row causes", r.Code, e)
			}
		}
	}
}
