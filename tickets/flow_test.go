package tickets

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// gridPlaces are all the places a row may name, in the grid's order.
var gridPlaces = []Place{AtDesk, AtHandler, AtAbove, AtAssigned, AtMachine, AtPlatform}

// gridActor is somebody with one role who stands at one place towards gridTicket.
func gridActor(role string, p Place) Actor {
	a := Actor{Person: 9, Roles: []string{role}, Unit: 99, Path: "/99/"}
	switch p {
	case AtDesk:
		a.Unit, a.Path = 2, "/1/2/"
	case AtHandler:
		a.Unit, a.Path = 4, "/1/3/4/"
	case AtAbove:
		a.Unit, a.Path = 3, "/1/3/"
	case AtAssigned:
		a.Person = 7
	case AtMachine:
		return Actor{Machine: "machine:route"}
	case AtPlatform:
		return Actor{Platform: "city"}
	}
	return a
}

func gridTicket(s Status) *Ticket {
	return &Ticket{Status: s, Desk: 2, Unit: 4, UnitPath: "/1/3/4/", Investigator: 7, Second: 8}
}

func TestGridOfWhoMayDoWhatIsAsReviewed(t *testing.T) {
	var b strings.Builder
	for _, s := range Statuses.Codes() {
		fmt.Fprintf(&b, "%s\n", s)
		for _, r := range Flow {
			var who []string
			for _, role := range Roles.Codes() {
				for _, p := range gridPlaces {
					if (role == RoleMachine) == (p == AtMachine) && (role == RolePlatform) == (p == AtPlatform) && May(gridTicket(Status(s)), r, gridActor(role, p)) {
						who = append(who, role+"@"+string(p))
					}
				}
			}
			if len(who) == 0 {
				who = []string{"nobody"}
			}
			fmt.Fprintf(&b, "  %s: %s\n", r.Action, strings.Join(who, " "))
		}
	}
	golden(t, "testdata/grid.golden", b.String())
}

func TestEveryActionHasOneRowWithWordsAndSomebody(t *testing.T) {
	seen := map[Action]bool{}
	labels := map[string]Action{}
	for _, r := range Flow {
		if seen[r.Action] {
			t.Errorf("%s has two rows", r.Action)
		}
		seen[r.Action] = true
		for _, label := range []string{r.ZH, r.EN} {
			if label == "" || labels[label] != "" {
				t.Errorf("%s: label %q is empty or also that of %s", r.Action, label, labels[label])
			}
			labels[label] = r.Action
		}
		if len(r.By) == 0 || len(r.From) == 0 {
			t.Errorf("%s: nobody may do it, or from nowhere", r.Action)
		}
		for _, s := range slices.Concat(r.From, []Status{r.Next(r.From[0])}) {
			if !Statuses.Has(string(s)) {
				t.Errorf("%s: %q is no status", r.Action, s)
			}
		}
		if r.Or != "" && !Statuses.Has(string(r.Or)) {
			t.Errorf("%s: %q is no status", r.Action, r.Or)
		}
		for _, by := range r.By {
			if !Roles.Has(by.Role) || len(by.Places) == 0 {
				t.Errorf("%s: by %q at %v", r.Action, by.Role, by.Places)
			}
		}
	}
	for a := range effects {
		if !seen[a] {
			t.Errorf("%s has an effect but no row", a)
		}
	}
	if seen[ActRegister] {
		t.Error("the birth of a ticket is no row")
	}
}

func TestEveryFieldHasWordsAndAMeaning(t *testing.T) {
	for _, r := range Flow {
		names := map[string]bool{}
		for _, f := range r.Needs {
			if f.ZH == "" || f.EN == "" || names[f.Name] || f.Name == "version" {
				t.Errorf("%s: field %q is double, reserved or lacks words", r.Action, f.Name)
			}
			names[f.Name] = true
			if f.Type == TypeChoice && len(f.Choices) == 0 {
				t.Errorf("%s: nothing to choose for %q", r.Action, f.Name)
			}
			for _, c := range f.Choices {
				if c.Code == "" || c.ZH == "" || c.EN == "" {
					t.Errorf("%s: choice %+v of %q lacks words", r.Action, c, f.Name)
				}
			}
		}
	}
}

// next lists where the table leads from a status.
func next(s Status) []Status {
	var out []Status
	for _, r := range Flow {
		if !r.Allows(s) {
			continue
		}
		out = append(out, r.Next(s))
		if r.Or != "" {
			out = append(out, r.Or)
		}
	}
	return out
}

// reach is every status that can be come to from s.
func reach(s Status) map[Status]bool {
	seen := map[Status]bool{s: true}
	for todo := []Status{s}; len(todo) > 0; todo = todo[1:] {
		for _, n := range next(todo[0]) {
			if !seen[n] {
				seen[n] = true
				todo = append(todo, n)
			}
		}
	}
	return seen
}

func TestEveryStatusIsReachedAndHasAWayToAnEnd(t *testing.T) {
	from := reach(Registered)
	for _, s := range Statuses.Codes() {
		if !from[Status(s)] {
			t.Errorf("%s is never reached", s)
		}
		if to := reach(Status(s)); !to[Closed] || !to[Archived] {
			t.Errorf("%s has no way to an end", s)
		}
	}
}

func TestEveryVocabularyHasOneWordPerCode(t *testing.T) {
	for _, w := range []Words{Statuses, Kinds, Channels, Tracks, Namings, Secrecies, Urgencies, Outcomes, Concluding, FindingOutcomes, Ways, AttemptStates, Satisfactions, ComplainantRoles, Roles, BasisCodes, Relations, places} {
		codes, zh := map[string]bool{}, map[string]bool{}
		for _, x := range w {
			if x.Code == "" || x.ZH == "" || x.EN == "" || codes[x.Code] || zh[x.ZH] {
				t.Errorf("%+v is double or lacks words", x)
			}
			codes[x.Code], zh[x.ZH] = true, true
		}
	}
	want := []string{"unverifiable", "refused", "redirected", "transferred", "withdrawn", "final"}
	if got := Concluding.Codes(); !slices.Equal(got, want) {
		t.Errorf("conclude may name %v, want %v", got, want)
	}
	for _, k := range Kinds.Codes() {
		if len(FindingsOf(k)) == 0 {
			t.Errorf("no finding fits a %s", k)
		}
	}
}

func TestOnlyOpenStatusesOweSomething(t *testing.T) {
	for _, s := range Statuses.Codes() {
		if got, want := Status(s).Open(), slices.Contains(openStatuses, Status(s)); got != want {
			t.Errorf("%s open %v, want %v", s, got, want)
		}
	}
}
