package tickets

import (
	"fmt"
	"slices"
	"time"

	"hotline/internal/deadline"
	"hotline/internal/workday"
)

// The people of the test world: numbers are ids, units are those of testTree.
const (
	opCity     = 11
	leadCity   = 12
	leadCity2  = 13
	handCity   = 14
	leadCounty = 21 // of the county in worldCounty
	leadCount2 = 22
	handCounty = 23
	handCount2 = 24
	leadTown   = 31
	handTown   = 32
	custCity   = 15
	leadCity3  = 16 // of a bureau's leads one may have decided, one investigated; one is left
	opCounty   = 25
	custCounty = 26
)

var testNow = time.Date(2026, 9, 18, 9, 0, 0, 0, time.UTC)

// world is the tree with people in the city, one county and one township of it.
type world struct {
	World
	county, town, village, section, other, finance int
	people                                         map[int]Actor
	engine                                         deadline.Engine
	rules                                          map[int64]*deadline.Rule // of the clocks opened
}

func newWorld() *world {
	tree := testTree()
	w := &world{people: map[int]Actor{}}
	for _, u := range tree.All() {
		switch u.Name {
		case "长子县民政局":
			w.county = u.ID
		case "长子县社会救助股":
			w.section = u.ID
		case "长子县财政局":
			w.finance = u.ID
		case "鲍店镇人民政府":
			w.town = u.ID
		case "长柳家峪村":
			w.village = u.ID
		case "沁县民政局":
			w.other = u.ID
		}
	}
	hire := func(unit int, role string, ids ...int) {
		for _, id := range ids {
			w.people[id] = Actor{Person: id, Name: fmt.Sprint(id), Unit: unit, Path: tree.Find(unit).Path, Roles: []string{role}}
		}
	}
	hire(1, RoleOperator, opCity)
	hire(1, RoleCustodian, custCity)
	hire(w.county, RoleOperator, opCounty)
	hire(w.county, RoleCustodian, custCounty)
	hire(1, RoleLead, leadCity, leadCity2, leadCity3)
	hire(1, RoleInvestigator, handCity)
	hire(w.county, RoleLead, leadCounty, leadCount2)
	hire(w.county, RoleInvestigator, handCounty, handCount2)
	hire(w.town, RoleLead, leadTown)
	hire(w.town, RoleInvestigator, handTown)
	table, err := deadline.NewTable(deadline.Defaults())
	if err != nil {
		panic(err)
	}
	w.engine, w.rules = deadline.Engine{Rules: table, Calendar: workday.Builtin()}, map[int64]*deadline.Rule{}
	w.World = World{Tree: tree, Staff: func(p int) (int, []string, bool) {
		a, ok := w.people[p]
		return a.Unit, a.Roles, ok
	}}
	return w
}

// ticket is a named complaint at the city's desk; with changes what a case needs.
func (w *world) ticket(with ...func(*Ticket)) *Ticket {
	t := &Ticket{ID: 1, Status: Registered, Kind: Complaint, Track: TrackOwn, Channel: "call", Naming: Named, Secrecy: OpenSecrecy, Urgency: Normal,
		Statement: "低保停了。", People: 1, Desk: 1, HasPhone: true, ReceivedAt: testNow.Add(-time.Hour), Allegations: []Allegation{{ID: 1, N: 1, Text: "低保停了。"}}}
	for _, f := range with {
		f(t)
	}
	if t.Unit == 0 { // as the database has it: until dispatch it stands at its desk
		t.Unit, t.UnitPath = t.Desk, w.Tree.Find(t.Desk).Path
	}
	w.begin(t)
	return t
}

// at puts a ticket into a unit's hands in a status.
func (w *world) at(s Status, unit int) func(*Ticket) {
	return func(t *Ticket) {
		t.Status, t.Unit, t.UnitPath = s, unit, w.Tree.Find(unit).Path
		t.Hops = []Hop{{N: 1, Unit: unit, SentAt: testNow.Add(-time.Hour)}}
		if s != Dispatched {
			t.Investigator, t.Second = handCounty, handCount2
		}
	}
}

// found gives every allegation a finding by the two investigators.
func found(t *Ticket) {
	for i := range t.Allegations {
		t.Allegations[i].Finding = &Finding{Outcome: FindingsOf(t.Kind)[0].Code, Method: "入户", Author: handCounty, Second: handCount2, At: testNow.Add(-time.Minute)}
	}
}

// replied adds a reply by an investigator; approved tells whether a lead passed it.
func replied(approved bool) func(*Ticket) {
	return func(t *Ticket) {
		r := Reply{ID: int64(len(t.Replies) + 1), PublicText: "已恢复发放。", Author: personActor(handCounty), At: testNow}
		if approved {
			at := testNow.Add(-10 * time.Minute)
			r.ApprovedBy, r.ApprovedAt = leadCounty, &at
		}
		t.Replies = append(t.Replies, r)
	}
}

func (w *world) act(who int, a Action, v Values) Act {
	return Act{Action: a, Actor: w.people[who], Values: v, Now: testNow}
}

var (
	aMachine  = Actor{Machine: "machine:test"}
	aPlatform = Actor{Platform: "city"}
)

// apply writes a change into the ticket in memory, as ticketdb does into rows.
func (w *world) apply(t *Ticket, a Act, c Change) {
	fromHop := 0
	if h := t.Hop(); h != nil {
		fromHop = h.N
	}
	paused := time.Duration(0)
	if t.PausedAt != nil {
		paused = a.Now.Sub(*t.PausedAt)
	}
	t.Status, t.Version = c.To, t.Version+1
	switch {
	case c.ClearOutcome:
		t.Outcome = ""
	case c.Outcome != "":
		t.Outcome = c.Outcome
	}
	if c.Unit != 0 {
		w.applyHop(t, a, c)
	}
	if h := t.Hop(); c.Sign && h != nil {
		h.SignedBy, h.SignedAt = a.Actor.Person, &a.Now
	}
	if c.Investigator != nil {
		t.Investigator, t.Second = *c.Investigator, *c.Second
	}
	if c.Brief != "" {
		t.BriefBy = a.Actor.Person
	}
	if c.Redo {
		t.Redos++
	}
	if c.Redo || a.Action == ActRevive || a.Action == ActRecall && c.Unit != t.Unit {
		t.RedoneAt = &a.Now
	}
	if c.Urgency != "" {
		t.Urgency = c.Urgency
	}
	w.applyBranches(t, a, c)
	if c.IdentityOK != nil && !*c.IdentityOK && t.Naming == Named {
		t.Naming = Signed
	}
	w.applyWords(t, a, c)
	w.applyClocks(t, a, c, fromHop, paused)
	w.applyPeople(t, c)
}

// applyPeople writes who is accused, recused or disputed.
func (w *world) applyPeople(t *Ticket, c Change) {
	if x := c.Accused; x != nil {
		t.Accused = append(t.Accused, *x)
		if x.Unit != 0 && w.Tree.Parent(x.Unit) != nil {
			t.Recused = append(t.Recused, x.Unit)
		}
	}
	if c.Recuse != nil {
		t.Recused = append(t.Recused, c.Recuse.Key)
	}
	if r := c.Respondent; r != nil {
		t.Respondents = append(t.Respondents, r.Unit)
		if r.Person != 0 {
			t.Decisive = append(t.Decisive, r.Person)
		}
	}
	if c.Adjudicated {
		t.Order.State = "adjudicated"
	}
}

// applyBranches writes requests, pauses and what else stands beside the status.
func (w *world) applyBranches(t *Ticket, a Act, c Change) {
	if c.Request != nil {
		r := *c.Request
		r.ID = int64(len(t.Requests) + 1)
		t.Requests = append(t.Requests, r)
	}
	decisions := c.Settled
	if c.Decision != nil {
		decisions = append(decisions, *c.Decision)
	}
	for _, d := range decisions {
		r := t.Request(d.N)
		if d.Forward {
			r.Decider = DecidePlatform
			continue
		}
		r.State, r.DecidedAt, r.DecidedBy = d.State, &a.Now, actorName(a.Actor)
		if d.Until != nil {
			r.Until = d.Until
		}
	}
	switch {
	case c.Pause != nil:
		at := a.Now
		t.PausedAt = &at
	case c.Resume:
		t.PausedAt = nil
	}
	if c.Withdrawal != "" {
		t.Withdrawal = c.Withdrawal
	}
	if c.Transfer != nil {
		t.Transfers = append(t.Transfers, *c.Transfer)
	}
	if x := c.TransferNews; x != nil {
		last := &t.Transfers[len(t.Transfers)-1]
		last.AcceptedAt, last.AcceptedNo, last.Result = x.AcceptedAt, x.AcceptedNo, x.Result
	}
	if c.Appealed != 0 {
		t.Appealed = c.Appealed
	}
	if c.Task != nil {
		applyTask(t, a, *c.Task)
	}
	t.Mandate = t.Mandate || c.Mandate
	if c.PetitionNo != "" {
		t.PetitionNo = c.PetitionNo
		if t.Track == TrackOwn {
			t.Track = TrackPetition
		}
	}
}

func (w *world) applyHop(t *Ticket, a Act, c Change) {
	if h := t.Hop(); h != nil {
		h.EndedAt = &a.Now
	}
	t.Hops = append(t.Hops, Hop{N: len(t.Hops) + 1, Unit: c.Unit, FromUnit: t.Unit, SentAt: a.Now})
	if c.Unit != t.Unit {
		t.Investigator, t.Second = 0, 0
	}
	t.Unit, t.UnitPath = c.Unit, w.Tree.Find(c.Unit).Path
}

// applyWords writes allegations, findings, replies and attempts.
func (w *world) applyWords(t *Ticket, a Act, c Change) {
	if c.Allegation != nil {
		t.Allegations = append(slices.Clone(t.Allegations), *c.Allegation)
	}
	if al := t.Allegation(c.OnN); al != nil {
		if c.Finding != nil {
			f := *c.Finding
			al.Finding = &f
		}
		if c.Cosign {
			al.Finding.CosignedAt = &a.Now
		}
	}
	if c.Reply != nil {
		r := *c.Reply
		r.ID = int64(len(t.Replies) + 1)
		t.Replies = append(t.Replies, r)
	}
	if r := t.LastReply(); c.Approve && r != nil {
		r.ApprovedBy, r.ApprovedAt = a.Actor.Person, &a.Now
		if c.AmendText != "" {
			r.PublicText = c.AmendText
		}
	}
	if c.Attempt != nil {
		for _, x := range append([]Attempt{*c.Attempt}, c.More...) {
			if r := t.LastReply(); r != nil {
				x.Reply = r.ID
			}
			t.Attempts = append(t.Attempts, x)
		}
	}
}

// applyTask writes what a step does to a task.
func applyTask(t *Ticket, a Act, s TaskStep) {
	x := t.Task(s.Task.N)
	if x == nil {
		t.Tasks = append(t.Tasks, s.Task)
		x = &t.Tasks[len(t.Tasks)-1]
		x.Number = fmt.Sprintf("R260918-%07d", x.N)
	}
	if s.State == TaskReturned {
		x.Round, x.AnsweredAt = x.Round+1, nil
	}
	if s.State != "" {
		x.State = s.State
	}
}
