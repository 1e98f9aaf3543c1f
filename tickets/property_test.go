package tickets

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hotline/internal/deadline"
)

// fillRow draws a valid value for every field of a row that must be filled, and for
// some of the others.
func fillRow(rt *rapid.T, w *world, t *Ticket, r Row, now time.Time) Values {
	v := Values{}
	for _, f := range r.Needs {
		if !f.Must && rapid.Bool().Draw(rt, "skip "+f.Name) {
			continue
		}
		v[f.Name] = drawValue(rt, w, f.For(t.FindingKind()), now)
	}
	return v
}

func drawValue(rt *rapid.T, w *world, f Field, now time.Time) string {
	switch f.Type {
	case TypeChoice:
		return rapid.SampledFrom(f.Choices.Codes()).Draw(rt, f.Name)
	case TypeUnit:
		return itoa(rapid.SampledFrom([]int{1, w.county, w.town, w.village, w.section, w.other, w.finance}).Draw(rt, f.Name))
	case TypePerson:
		return itoa(rapid.SampledFrom([]int{handCity, leadCity, handCounty, handCount2, leadCounty, handTown, leadTown, 99}).Draw(rt, f.Name))
	case TypeInt:
		return itoa(rapid.IntRange(1, 2).Draw(rt, f.Name))
	case TypeBool:
		return rapid.SampledFrom([]string{"true", "0"}).Draw(rt, f.Name)
	case TypeTime:
		return now.Add(rapid.SampledFrom([]time.Duration{-time.Minute, -20 * time.Hour, 20 * time.Hour, 20 * 24 * time.Hour}).Draw(rt, f.Name)).Format(time.RFC3339)
	case TypeMoney:
		return "12.50"
	case TypeNumber:
		return "x" // refused by the field; links need a real number, which adds nothing here
	}
	return rapid.SampledFrom([]string{"情况属实", ExhaustedMark, "全部", "2"}).Draw(rt, f.Name)
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
		if t.Track == TrackOrder {
			t.Order = &Order{Platform: "city"}
		}
		if t.Naming == Joint {
			t.Persons = []Person{{ID: 1, Role: "representative", HasPhone: t.HasPhone}, {ID: 2, Role: "caller"}, {ID: 3, Role: "caller"}}
		} else if t.Naming == Named {
			t.Persons = []Person{{ID: 1, Role: "caller", HasPhone: t.HasPhone}}
		}
		if t.Track == TrackOwn && rapid.IntRange(0, 5).Draw(rt, "appeal") == 0 {
			t.Kind, t.Naming, t.Appeal, t.Desk = Complaint, Named, rapid.IntRange(1, 2).Draw(rt, "level"), w.county
			t.Floor, t.Recused = rapid.SampledFrom([]int{w.county, w.town}).Draw(rt, "floor"), []int{-leadCounty}
		}
		switch rapid.IntRange(0, 6).Draw(rt, "accused") {
		case 3:
			t.Accused = []Accused{{Unit: 1}}
		case 4:
			t.Respondents, t.Decisive = []int{w.county}, []int{leadCounty}
		case 0:
			t.Accused, t.Recused = []Accused{{Unit: w.village}}, []int{w.village}
		case 1:
			t.Accused, t.Recused = []Accused{{Unit: w.county}}, []int{w.county}
		case 2:
			t.Recused = append(t.Recused, w.other, -handCounty)
		}
	})
}

// TestNoSequenceOfActionsBreaksTheRules walks at random through what the table
// allows and looks after every step whether the invariants still hold.
func TestNoSequenceOfActionsBreaksTheRules(t *testing.T) {
	seen := map[Status]int{}
	missing := func() []string {
		return slices.DeleteFunc(Statuses.Codes()[1:], func(c string) bool { return seen[Status(c)] > 0 })
	}
	for round := 0; round < 8 && len(missing()) > 0; round++ { // a hundred walks seldom come to every status
		rapid.Check(t, func(rt *rapid.T) { walkAtRandom(rt, seen) })
	}
	if m := missing(); len(m) > 0 {
		t.Errorf("no walk came to %v: the walks show too little", m)
	}
}

// walkAtRandom takes up to sixty steps and counts where it came to.
func walkAtRandom(rt *rapid.T, seen map[Status]int) {
	w := newWorld()
	tk := drawTicket(rt, w)
	now, ends := testNow, 0
	closing := rapid.IntRange(0, 80).Draw(rt, "a unit closes after")
	for i := range rapid.IntRange(1, 60).Draw(rt, "steps") {
		if i == closing {
			w.retire(rapid.SampledFrom([]int{w.county, w.town}).Draw(rt, "closed"))
		}
		actors := append(w.finishers(now).people, aMachine)
		actor, row, ok := drawStep(rt, tk, actors)
		if !ok {
			rt.Fatalf("nobody can do anything in %s", tk.Status)
		}
		now = now.Add(time.Hour * time.Duration(rapid.SampledFrom([]int{1, 9, 9, 50}).Draw(rt, "hours")))
		a := Act{Action: row.Action, Actor: actor, Values: fillRow(rt, w, tk, row, now), Now: now}
		c, err := Decide(tk, a, w.World)
		if err != nil {
			var bad Invalid
			if !errors.As(err, &bad) || len(bad) == 0 {
				rt.Fatalf("%s was allowed and then %v", a.Action, err)
			}
			continue
		}
		before := clone(tk)
		w.apply(tk, a, c)
		seen[tk.Status]++
		bad := broken(before, tk, a, w)
		if bad == "" {
			bad = brokenClocks(tk)
		}
		if bad == "" && ends < 3 && rapid.IntRange(0, 7).Draw(rt, "look for the end") == 0 {
			bad = w.finishers(now).finish(tk)
			ends++
		}
		if bad != "" {
			rt.Fatalf("after %s by %s: %s", a.Action, actorName(actor), bad)
		}
	}
	if bad := w.finishers(now).finish(tk); bad != "" {
		rt.Fatal(bad)
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
		if x.Unit != 0 && t.Unit != 0 && t.Unit != before.Unit && a.Action != ActConclude && (x.Unit != 1 || t.Unit != 1) && !w.Tree.MayHandle(t.Unit, x.Unit) {
			return fmt.Sprintf("accused unit %d: the ticket came to %d", x.Unit, t.Unit)
		}
	}
	if r := t.LastReply(); r != nil && r.ApprovedAt != nil && a.Action != ActAnswer && before.LastReply() != nil && r.ID == before.LastReply().ID && r.Author == personActor(r.ApprovedBy) && a.Action == ActApprove {
		return "a reply was approved by its author"
	}
	if bad := brokenHands(before, t, a, w); bad != "" {
		return bad
	}
	if before.Status.Open() && t.Status == Closed {
		return brokenEnd(before, t, a, w)
	}
	return ""
}

// brokenHands: nobody recused acts or is given it, no unit at or below the floor
// has it, and nobody decides on his own request.
func brokenHands(before, t *Ticket, a Act, w *world) string {
	me := a.Actor
	if me.Person != 0 && (slices.Contains(before.Recused, -me.Person) || unitRecused(before, w.Tree, me.Unit)) {
		return "somebody recused acted"
	}
	if t.Unit != before.Unit && (unitRecused(before, w.Tree, t.Unit) || t.Floor != 0 && !w.Tree.Above(t.Unit, t.Floor)) {
		return fmt.Sprintf("unit %d was given it (recused %v, floor %d)", t.Unit, t.Recused, t.Floor)
	}
	if t.Floor != 0 && a.Action == ActConclude && t.Outcome != "transferred" && !w.Tree.Above(t.Unit, t.Floor) {
		return fmt.Sprintf("%d concludes an appeal against %d", t.Unit, t.Floor)
	}
	for _, p := range []int{t.Investigator, t.Second} {
		if p != 0 && p != before.Investigator && p != before.Second && (slices.Contains(t.Recused, -p) || slices.Contains(t.Decisive, p) || unitRecused(t, w.Tree, w.people[p].Unit)) {
			return fmt.Sprintf("%d was assigned", p)
		}
	}
	for i, al := range t.Allegations {
		if f := al.Finding; f != nil && (i >= len(before.Allegations) || before.Allegations[i].Finding == nil) && slices.Contains(before.Decisive, f.Author) {
			return "who made the decision found on it"
		}
	}
	for i, r := range before.Requests {
		after := t.Requests[i]
		if r.State != "pending" || after.State != "granted" && after.State != "refused" || me.Person == 0 {
			continue
		}
		if me.Person == r.AskedBy || r.Decider == DecideAbove && me.Unit == r.Unit && w.Tree.Parent(r.Unit) != nil {
			return fmt.Sprintf("%s decided its own request", a.Action)
		}
	}
	for _, x := range t.Clocks {
		if x.Granted > max(1, x.Times) || x.Extended > x.Limit {
			return fmt.Sprintf("%s was extended %d times by %d", x.Duty, x.Granted, x.Extended)
		}
	}
	return ""
}

// brokenClocks: which clocks may run in a status, and which must.
func brokenClocks(t *Ticket) string {
	runs := map[string]bool{}
	for _, x := range t.Clocks {
		if x.Open {
			runs[x.Duty] = true
		}
	}
	external := runs[deadline.Resolve] || runs[deadline.AppealFirst] || runs[deadline.AppealSecond]
	accepted := slices.ContainsFunc(t.Clocks, func(x TicketClock) bool {
		return x.Duty == deadline.Resolve && slices.Contains(x.Meets, deadline.EventPlatformAccepted)
	})
	switch {
	case !t.Status.Open():
		delete(runs, deadline.TaskDue) // a task outlives the ticket
		delete(runs, deadline.Resolve) // of an order answered at once, until the platform takes it
		if len(runs) > 0 {
			return fmt.Sprintf("closed, and %v run", runs)
		}
	case runs[deadline.Sign] && t.Status != Dispatched:
		return "to be signed in " + string(t.Status)
	case runs[deadline.Reply] && t.Status != Answering && t.Status != Answered:
		return "a reply is owed in " + string(t.Status)
	case runs[deadline.FollowUp] && t.Status != Answered:
		return "a follow-up is owed in " + string(t.Status)
	case t.Status != Answered && t.Kind != Praise && !external && !accepted:
		return "nothing limits it in " + string(t.Status)
	}
	return ""
}

// brokenEnd checks the close gate of a named complainant again, in other words.
func brokenEnd(before, t *Ticket, a Act, w *world) string {
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
	exhausted := slices.ContainsFunc(t.Attempts, func(x Attempt) bool { return x.Reply == r.ID && x.State == "unreachable" && x.Way == "status_page" })
	for _, p := range t.Persons {
		one := slices.ContainsFunc(t.Attempts, func(x Attempt) bool { return x.Reply == r.ID && x.State == "delivered" && x.Complainant == p.ID })
		if t.Naming == Joint && !one && !exhausted && (!t.Mandate || p.Role == "representative") && a.Action != ActAnswer {
			return fmt.Sprintf("closed, and no. %d of the joint letter was not told", p.ID)
		}
	}
	if t.Floor != 0 && !w.Tree.Above(t.Unit, t.Floor) && t.Outcome != "transferred" {
		return fmt.Sprintf("an appeal ended at %d, under its floor", t.Unit)
	}
	for _, x := range t.Accused {
		if x.Unit != 0 && before.Status == Approval && !concluded && !w.Tree.MayHandle(t.Unit, x.Unit) {
			return fmt.Sprintf("unit %d ended what %d is accused of", t.Unit, x.Unit)
		}
	}
	switch {
	case t.Outcome == "withdrawn" && (t.Kind == Report || t.Kind == Complaint && t.Withdrawal != "confirmed"):
		return "a withdrawal ended a " + t.Kind
	case t.Outcome == "transferred" && len(t.Transfers) == 0:
		return "transferred, and nothing was"
	}
	return ""
}
