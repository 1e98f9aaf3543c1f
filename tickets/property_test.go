package tickets

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// fillRow draws a valid value for every field of a row that must be filled, and for
// some of the others.
func fillRow(rt *rapid.T, w *world, t *Ticket, r Row) Values {
	v := Values{}
	for _, f := range r.Needs {
		if !f.Must && rapid.Bool().Draw(rt, "skip "+f.Name) {
			continue
		}
		v[f.Name] = drawValue(rt, w, f.For(t.Kind))
	}
	return v
}

func drawValue(rt *rapid.T, w *world, f Field) string {
	switch f.Type {
	case TypeChoice:
		return rapid.SampledFrom(f.Choices.Codes()).Draw(rt, f.Name)
	case TypeUnit:
		return itoa(rapid.SampledFrom([]int{1, w.county, w.town, w.village, w.section, w.other, w.finance}).Draw(rt, f.Name))
	case TypePerson:
		return itoa(rapid.SampledFrom([]int{handCity, leadCity, handCounty, handCount2, leadCounty, handTown, leadTown}).Draw(rt, f.Name))
	case TypeInt:
		return itoa(rapid.IntRange(1, 2).Draw(rt, f.Name))
	case TypeBool:
		return rapid.SampledFrom([]string{"true", "0"}).Draw(rt, f.Name)
	case TypeTime:
		return testNow.Add(-time.Minute).Format(time.RFC3339)
	case TypeMoney:
		return "12.50"
	case TypeNumber:
		return "x" // refused by the field; links need a real number, which adds nothing here
	}
	return rapid.SampledFrom([]string{"情况属实", ExhaustedMark}).Draw(rt, f.Name)
}

func drawTicket(rt *rapid.T, w *world) *Ticket {
	return w.ticket(func(t *Ticket) {
		t.Kind = rapid.SampledFrom(Kinds.Codes()).Draw(rt, "kind")
		t.Track = rapid.SampledFrom(Tracks.Codes()).Draw(rt, "track")
		t.Channel = rapid.SampledFrom(Channels.Codes()).Draw(rt, "channel")
		t.Naming = rapid.SampledFrom(Namings.Codes()).Draw(rt, "naming")
		t.Secrecy = rapid.SampledFrom(Secrecies.Codes()).Draw(rt, "secrecy")
		t.HasPhone = rapid.Bool().Draw(rt, "phone")
		t.Desk = rapid.SampledFrom([]int{1, w.county}).Draw(rt, "desk")
		switch rapid.IntRange(0, 4).Draw(rt, "accused") {
		case 0:
			t.Accused = []Accused{{Unit: w.village}}
		case 1:
			t.Accused = []Accused{{Unit: w.county}}
		case 2:
			t.Recused = []int{w.other, -handCounty}
		}
	})
}

// TestNoSequenceOfActionsBreaksTheRules walks at random through what the table
// allows and looks after every step whether the invariants still hold.
func TestNoSequenceOfActionsBreaksTheRules(t *testing.T) {
	w := newWorld()
	seen := map[Status]int{}
	rapid.Check(t, func(rt *rapid.T) {
		tk := drawTicket(rt, w)
		actors := []Actor{aMachine, aPlatform}
		for _, id := range []int{opCity, leadCity, leadCity2, handCity, leadCounty, leadCount2, handCounty, handCount2, leadTown, handTown} {
			actors = append(actors, w.people[id])
		}
		now := testNow
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			actor, row, ok := drawStep(rt, tk, actors)
			if !ok {
				return
			}
			now = now.Add(time.Hour * 9)
			a := Act{Action: row.Action, Actor: actor, Values: fillRow(rt, w, tk, row), Now: now}
			c, err := Decide(tk, a, w.World)
			if err != nil {
				var bad Invalid
				if !errors.As(err, &bad) || len(bad) == 0 {
					rt.Fatalf("%s was allowed and then %v", a.Action, err)
				}
				continue
			}
			before := *tk
			w.apply(tk, a, c)
			seen[tk.Status]++
			if bad := broken(&before, tk, a, w); bad != "" {
				rt.Fatalf("after %s by %s: %s", a.Action, actorName(actor), bad)
			}
		}
	})
	for _, s := range Statuses.Codes()[1:] {
		if seen[Status(s)] == 0 {
			t.Errorf("no walk came to %s: the walks show too little", s)
		}
	}
}

// drawStep picks a step that somebody may take; steps that move the ticket are
// preferred, or the walks would only write notes.
func drawStep(rt *rapid.T, t *Ticket, actors []Actor) (Actor, Row, bool) {
	type step struct {
		actor Actor
		row   Row
	}
	var moves, others []step
	for _, r := range Flow {
		for _, a := range actors {
			if !May(t, r, a) {
				continue
			}
			if r.To == "" || r.Action == ActPlatformRecall || r.Action == ActPlatformReturned || r.Action == ActRecall {
				others = append(others, step{a, r})
			} else {
				moves = append(moves, step{a, r})
			}
		}
	}
	pool := moves
	if len(moves) == 0 || rapid.IntRange(0, 5).Draw(rt, "other") == 0 {
		pool = append(others, moves...)
	}
	if len(pool) == 0 {
		return Actor{}, Row{}, false
	}
	s := rapid.SampledFrom(pool).Draw(rt, "step")
	return s.actor, s.row, true
}

// broken names the first invariant that does not hold, "" where all do.
func broken(before, t *Ticket, a Act, w *world) string {
	switch {
	case !Statuses.Has(string(t.Status)):
		return fmt.Sprintf("status %q", t.Status)
	case !t.Status.Open() && !Outcomes.Has(t.Outcome):
		return fmt.Sprintf("%s with outcome %q", t.Status, t.Outcome)
	case t.Status != Registered && t.Status != Closed && t.Status != Archived && t.Unit == 0:
		return fmt.Sprintf("%s in no unit's hands", t.Status)
	}
	for _, x := range t.Accused {
		if t.Unit != 0 && t.Unit != before.Unit && a.Action != ActConclude && !w.Tree.MayHandle(t.Unit, x.Unit) {
			return fmt.Sprintf("accused unit %d: the ticket came to %d", x.Unit, t.Unit)
		}
	}
	if r := t.LastReply(); r != nil && r.ApprovedAt != nil && a.Action != ActAnswer && before.LastReply() != nil && r.ID == before.LastReply().ID && r.Author == personActor(r.ApprovedBy) && a.Action == ActApprove {
		return "a reply was approved by its author"
	}
	if before.Status.Open() && t.Status == Closed {
		return brokenEnd(t, a)
	}
	return ""
}

// brokenEnd checks the close gate of a named complainant again, in other words.
func brokenEnd(t *Ticket, a Act) string {
	if a.Actor.Platform != "" || a.Action == ActPlatformRecall || a.Action == ActPlatformReturned {
		return ""
	}
	concluded := slices.Contains(Concluding.Codes(), t.Outcome)
	for _, al := range t.Allegations {
		if al.Finding == nil && !concluded {
			return fmt.Sprintf("closed without a finding for no. %d", al.N)
		}
	}
	r := t.LastReply()
	if r == nil || r.ApprovedAt == nil || r.PublicText == "" {
		return "closed without an approved reply"
	}
	proven := slices.ContainsFunc(t.Attempts, func(x Attempt) bool {
		return x.Reply == r.ID && (x.State == "delivered" || x.State == "unreachable" && x.Evidence == ExhaustedMark && x.Way == "status_page")
	})
	if t.Naming == Named && !proven {
		return "closed without proof of delivery"
	}
	return ""
}
