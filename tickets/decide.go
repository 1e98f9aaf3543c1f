package tickets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

func personActor(p int) string { return fmt.Sprintf("person:%d", p) }

// Act is one step somebody wants to take.
type Act struct {
	Action Action
	Actor  Actor
	Values Values
	Now    time.Time
}

// Change is what a step does to the ticket. ticketdb writes it; nothing else may.
type Change struct {
	Row      Row
	From, To Status
	EventAt  time.Time // the event's own time; it meets clocks
	Typed    bool      // EventAt was typed by a person, not seen by a machine

	Outcome                             string
	Unit                                int // the new handling unit, 0 where it stays
	Investigator                        *int
	Second                              *int
	Urgency                             string
	Brief                               string
	Satisfaction                        string
	Redo, Urge, Supervise, ClearOutcome bool

	Allegation *Allegation // a new one
	Finding    *Finding
	OnN        int // the allegation the finding or co-signature is on
	Cosign     bool
	Reply      *Reply // a new one
	Approve    bool
	AmendText  string
	Attempt    *Attempt
	Request    *Request
	Other      string // relation: the other ticket's number
	Relation   string
	Unlink     bool // Other is no longer related; Relation empty: in no way
	CoUnit     int
	Accused    *Accused // one more
	Sign       bool
	IdentityOK *bool

	More         []Attempt // further rows of the same attempt, one a person
	Decision     *Decision
	Settled      []Decision // requests that end with the step
	Adjudicated  bool       // the order must stay with us
	FinalOther   bool       // the other ticket must be one that is final
	Extend       *Extend
	Printed      time.Time // the due time printed on a redone order
	NoTransfer   bool      // after the step nothing must go to another body
	Pause        *Pause
	Resume       bool
	RevealAsked  bool
	Child        *Child
	Appealed     int
	Withdrawal   string
	Transfer     *Transfer // a new one
	TransferNews *Transfer // what came back of one
	Recuse       *Recusal
	Respondent   *Respondent
	Mandate      bool
	PetitionNo   string
	Task         *TaskStep

	Meets  []string
	Opens  []string
	Cancel bool // every open clock of the ticket ends
	Jobs   []string
}

// Decision is what became of a request.
type Decision struct {
	Request int64
	N       int
	State   string // granted, refused, lapsed
	Note    string
	Until   *time.Time // of a reveal
	Forward bool       // not decided yet: it goes on to the platform
}

// Extend moves one clock: by an amount of its unit, or to the time a platform set.
type Extend struct {
	Clock  int64
	Amount int
	Due    *time.Time
}

// Pause is a stretch in which the clocks stand still.
type Pause struct {
	ID      int64
	Request int64
	Reason  string
	From    time.Time
	To      *time.Time
	Until   *time.Time // planned
}

// Child is a ticket that a step opens beside this one, for the same complainants.
type Child struct {
	Relation    string
	Kind        string
	Category    string
	Channel     string
	Title       string
	Statement   string
	Appeal      int
	Floor       int
	Recuse      []int // persons: first handlers
	WithAccused bool
}

// Recusal takes a unit (key above zero) or a person (below) off the ticket.
type Recusal struct {
	Key    int
	Reason string
	Note   string
}

// Respondent is the unit whose decision is disputed, and who made it.
type Respondent struct {
	Unit   int
	Person int
}

// May tells whether the actor may take the action now; gates are not asked.
func May(t *Ticket, r Row, a Actor) bool {
	if !r.Allows(t.Status) || recusedFrom(t, a) {
		return false
	}
	for _, by := range r.By {
		if !a.Has(by.Role) {
			continue
		}
		for _, p := range by.Places {
			if a.StandsAt(p, t) {
				return true
			}
		}
	}
	return false
}

// recusedFrom tells whether the actor, or a unit at or above his, is recused from
// the ticket. Row-level security hides it from him already; this is the second lock.
func recusedFrom(t *Ticket, a Actor) bool {
	for _, key := range t.Recused {
		if key < 0 && a.Person == -key || key > 0 && strings.Contains(a.Path, "/"+itoa(key)+"/") {
			return true
		}
	}
	return false
}

// Actions lists the rows the actor may take now, for buttons and the API.
func Actions(t *Ticket, a Actor) []Row {
	var out []Row
	for _, r := range Flow {
		if !r.Hidden && May(t, r, a) && (r.When == nil || r.When(t, a)) {
			out = append(out, r)
		}
	}
	return out
}

// Decide checks one step against the table and says what it changes.
// It returns ErrUnknownAction, ErrNotAllowed, or Invalid.
func Decide(t *Ticket, a Act, w World) (Change, error) {
	row, ok := RowOf(a.Action)
	if !ok {
		return Change{}, ErrUnknownAction
	}
	if !May(t, row, a.Actor) {
		return Change{}, ErrNotAllowed
	}
	if bad := checkFields(t, row, a); len(bad) > 0 {
		return Change{}, bad
	}
	var bad Invalid
	for _, g := range row.Gates {
		bad = append(bad, g.Check(t, a, w)...)
	}
	c := Change{Row: row, From: t.Status, To: row.Next(t.Status), EventAt: a.Now, Meets: row.Meets, Opens: row.Opens, Jobs: slices.Clone(row.Jobs)}
	if effect := effects[a.Action]; effect != nil {
		bad = append(bad, effect(t, a, w, &c)...)
	}
	if len(bad) > 0 {
		return Change{}, bad
	}
	settle(t, a, &c)
	c.NoTransfer = !transferDueAfter(t, &c)
	if !c.To.Open() && c.From.Open() {
		c.Cancel = true
		if c.Outcome == "" {
			c.Outcome = OutcomeOf(t)
		}
	}
	return c, nil
}

func checkFields(t *Ticket, row Row, a Act) Invalid {
	var bad Invalid
	for _, f := range row.Needs {
		if p := f.check(a.Values, t.FindingKind()); p != nil {
			bad = append(bad, *p)
		} else if a.Actor.Person != 0 && strings.ContainsFunc(a.Values.Get(f.Name), unreadable) { // a machine passes on what it was given
			bad = append(bad, Problem{f.Name, f.ZH + "含有看不见的控制字符，请删去", f.EN + " has invisible control characters"})
		}
	}
	for name := range a.Values {
		if name == "version" || slices.ContainsFunc(row.Needs, func(f Field) bool { return f.Name == name }) {
			continue
		}
		bad = append(bad, Problem{name, "没有这个字段", "unknown field"})
	}
	slices.SortFunc(bad, func(x, y Problem) int { return indexOf(row.Needs, x.Field) - indexOf(row.Needs, y.Field) })
	return bad
}

func indexOf(fields []Field, name string) int {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return len(fields)
	}
	return i
}

// OutcomeOf reads the outcome of a closed ticket from its findings, unless a
// conclusion already set it.
func OutcomeOf(t *Ticket) string {
	if t.Outcome != "" {
		return t.Outcome
	}
	count := map[string]int{}
	for _, al := range t.Allegations {
		if al.Finding != nil {
			count[al.Finding.Outcome]++
		}
	}
	switch n := len(t.Allegations); {
	case n == 0 || count["answered"]+count["adopted"]+count["partly_adopted"]+count["not_adopted"] == n:
		return "answered"
	case count["true"]+count["done"] == n:
		return "resolved"
	case count["false"] == n:
		return "unfounded"
	case count["unverifiable"] == n:
		return "unverifiable"
	case t.Appeal >= 2:
		return "final"
	case count["changed"]+count["revoked"] == n:
		return "resolved"
	case count["not_done"]+count["upheld"] == n:
		return "explained"
	}
	return "partly"
}
