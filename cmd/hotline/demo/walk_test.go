package demo

import (
	"strconv"
	"testing"

	"hotline/internal/units"
	"hotline/tickets"
)

// walker walks items through the real rules, in memory.
type walker struct {
	tree    *units.Tree
	persons map[string]int // login → person
	actors  map[string]tickets.Actor
}

func newWalker() *walker {
	w := &walker{tree: units.NewTree(Units()), persons: map[string]int{}, actors: map[string]tickets.Actor{
		ByMachine: {Machine: "machine:demo"}, ByPlatform: {Platform: "platform:demo"}}}
	for i, a := range Accounts() {
		w.persons[a.Login] = i + 1
		w.actors[a.Login] = tickets.Actor{Person: i + 1, Name: a.Name, Unit: a.Unit, Path: w.tree.Find(a.Unit).Path, Roles: a.Roles}
	}
	return w
}

func (w *walker) world() tickets.World {
	staff := Accounts()
	return tickets.World{Tree: w.tree, Staff: func(p int) (int, []string, bool) {
		if p < 1 || p > len(staff) {
			return 0, nil, false
		}
		return staff[p-1].Unit, staff[p-1].Roles, true
	}}
}

// open registers an item the way the desk does; the accused are recused.
func (w *walker) open(it Item) *tickets.Ticket {
	phone, mail := reach(it.Complainants)
	t := &tickets.Ticket{Status: tickets.Registered, Kind: it.Kind, Track: it.Track, Channel: it.Channel, Naming: it.Naming, Secrecy: it.Secrecy,
		Urgency: it.Urgency, Desk: it.Desk, Unit: it.Desk, UnitPath: w.tree.Find(it.Desk).Path, ReceivedAt: it.ReceivedAt,
		HasPhone: phone, HasMail: mail, Accused: it.Accused, Allegations: []tickets.Allegation{tickets.FirstAllegation(it.Statement)}}
	for _, a := range it.Accused {
		t.Recused = append(t.Recused, a.Unit)
	}
	return t
}

// values resolves the placeholders of a step.
func (w *walker) values(t *testing.T, it Item, s Step) tickets.Values {
	out := tickets.Values{}
	for k, v := range s.Values {
		if login, ok := it.People[v]; ok {
			v = strconv.Itoa(w.persons[login])
		} else if unit, ok := it.Units[v]; ok {
			v = strconv.Itoa(unit)
		} else if v != "" && v[0] == '@' {
			t.Errorf("%s: %s: nothing stands for %s", it.Key, s.Action, v)
		}
		out[k] = v
	}
	return out
}

// apply does to the ticket what the store would.
func (w *walker) apply(t *tickets.Ticket, a tickets.Act, c tickets.Change) {
	t.Status = c.To
	if c.Unit != 0 {
		t.Unit, t.UnitPath = c.Unit, w.tree.Find(c.Unit).Path
		t.Investigator, t.Second = 0, 0
	}
	if c.Investigator != nil {
		t.Investigator, t.Second = *c.Investigator, *c.Second
	}
	if c.Brief != "" {
		t.BriefBy = a.Actor.Person
	}
	if c.ClearOutcome {
		t.Outcome = ""
	}
	if c.Outcome != "" {
		t.Outcome = c.Outcome
	}
	if c.Redo {
		t.Redos++
		t.RedoneAt = &a.Now
	}
	if c.Withdrawal != "" {
		t.Withdrawal = c.Withdrawal
	}
	if c.Transfer != nil {
		t.Transfers = append(t.Transfers, *c.Transfer)
	}
	if c.Finding != nil {
		t.Allegation(c.OnN).Finding = c.Finding
	}
	if c.Reply != nil {
		c.Reply.ID = int64(len(t.Replies) + 1)
		t.Replies = append(t.Replies, *c.Reply)
	}
	if c.Approve {
		t.LastReply().ApprovedAt = &a.Now
	}
	if c.Attempt != nil {
		c.Attempt.Reply = t.LastReply().ID
		t.Attempts = append(t.Attempts, *c.Attempt)
	}
}

func TestEveryStepOfThePlanIsAllowedByTheFlowTable(t *testing.T) {
	t.Parallel()
	for name, now := range moments() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWalker()
			for _, it := range append(Plan(now, DefaultItems), Live(now)...) {
				w.walk(t, it)
			}
		})
	}
}

func (w *walker) walk(t *testing.T, it Item) {
	ticket := w.open(it)
	if op, ok := w.actors[it.Operator]; !ok || op.Unit != it.Desk || !op.Has(tickets.RoleOperator) {
		t.Errorf("%s: %s does not work at desk %d", it.Key, it.Operator, it.Desk)
	}
	for _, s := range it.Steps {
		actor, ok := w.actors[s.By]
		if !ok {
			t.Errorf("%s: no account %s", it.Key, s.By)
			return
		}
		act := tickets.Act{Action: tickets.Action(s.Action), Actor: actor, Values: w.values(t, it, s), Now: it.At(s)}
		c, err := tickets.Decide(ticket, act, w.world())
		if err != nil {
			t.Errorf("%s (%s, %s): %s by %s from %s: %v", it.Key, it.Title, it.Channel, s.Action, s.By, ticket.Status, err)
			return
		}
		w.apply(ticket, act, c)
	}
	if ticket.Status != it.Until {
		t.Errorf("%s (%s): stands at %s, want %s", it.Key, it.Title, ticket.Status, it.Until)
	}
	if !ticket.Status.Open() && ticket.Outcome != it.Outcome {
		t.Errorf("%s (%s): ends %s, want %s", it.Key, it.Title, ticket.Outcome, it.Outcome)
	}
}
