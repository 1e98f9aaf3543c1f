package demo

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hotline/internal/units"
	"hotline/tickets"
)

var planNow = time.Date(2026, 11, 23, 10, 5, 0, 0, time.FixedZone("+08:00", 8*3600))

// moments are times at which a demo may start: a Monday morning, a Sunday
// night, within the long holiday, in a year without a calendar.
func moments() map[string]time.Time {
	zone := planNow.Location()
	return map[string]time.Time{"monday morning": planNow, "sunday night": time.Date(2026, 8, 2, 23, 30, 0, 0, zone),
		"national day": time.Date(2026, 10, 4, 9, 0, 0, 0, zone), "unknown year": time.Date(2031, 2, 3, 12, 0, 0, 0, zone)}
}

func TestPlanIsTheSameForTheSameNow(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(Plan(planNow, 120), Plan(planNow, 120)); diff != "" {
		t.Error(diff)
	}
}

func TestPlanCoversEveryStatusKindAndChannel(t *testing.T) {
	t.Parallel()
	list := Plan(planNow, DefaultItems)
	if len(list) < 290 {
		t.Fatalf("%d items", len(list))
	}
	status, kind, channel, outcome, action := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	keys := map[string]bool{}
	for _, it := range list {
		if keys[it.Key] {
			t.Errorf("key %s is used twice", it.Key)
		}
		keys[it.Key] = true
		status[string(it.Until)]++
		kind[it.Kind]++
		channel[it.Channel]++
		outcome[it.Outcome]++
		for _, s := range it.Steps {
			action[s.Action]++
		}
	}
	for _, s := range tickets.Statuses {
		if status[s.Code] < 8 {
			t.Errorf("%d tickets %s, want 8", status[s.Code], s.Code)
		}
	}
	for _, k := range tickets.Kinds {
		if kind[k.Code] < 8 {
			t.Errorf("%d tickets of kind %s, want 8", kind[k.Code], k.Code)
		}
	}
	for _, c := range []string{"call", "letter", "visit", "mail", "city12345", "public", "referral"} {
		if channel[c] < 5 {
			t.Errorf("%d tickets by %s, want 5", channel[c], c)
		}
	}
	for _, o := range []string{"answered", "resolved", "partly", "unfounded", "unverifiable", "explained", "redirected", "refused", "transferred", "withdrawn"} {
		if outcome[o] == 0 {
			t.Errorf("no ticket ends %s", o)
		}
	}
	for _, a := range []tickets.Action{tickets.ActRedo, tickets.ActSendBack, tickets.ActExhausted, tickets.ActRecall, tickets.ActHandDown, tickets.ActCosign, tickets.ActSupervise, tickets.ActTake} {
		if action[string(a)] == 0 {
			t.Errorf("nobody does %s", a)
		}
	}
}

func TestPlanLiesInTheLastNinetyDays(t *testing.T) {
	t.Parallel()
	for name, now := range moments() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, it := range append(Plan(now, DefaultItems), Live(now)...) {
				if age := now.Sub(it.ReceivedAt); age <= 0 || age > 91*24*time.Hour {
					t.Errorf("%s was received %v ago", it.Key, age)
				}
				last := it.ReceivedAt
				for _, s := range it.Steps {
					at := it.At(s)
					if at.Before(last) || at.After(now) {
						t.Errorf("%s: %s at %v lies before %v or after now", it.Key, s.Action, at, last)
					}
					last = at
				}
			}
		})
	}
}

func TestPlanNamesARegionThatFitsItsPlace(t *testing.T) {
	t.Parallel()
	tree := units.NewTree(Units())
	for _, it := range append(Plan(planNow, DefaultItems), Live(planNow)...) {
		u := tree.ByRegion(it.Region)
		if u == nil || u.Region != it.Region || !tree.Within(u.ID, it.Units["@county"]) {
			t.Errorf("%s: region %s is not of the county %s", it.Key, it.Region, tree.Name(it.Units["@county"]))
		}
		if n := utf8.RuneCountInString(it.Statement); n < 60 || n > 400 {
			t.Errorf("%s: statement of %d characters", it.Key, n)
		}
		if strings.ContainsAny(it.Statement, "{}") || it.Place == "" || it.Title == "" {
			t.Errorf("%s: incomplete: %q %q %q", it.Key, it.Title, it.Place, it.Statement)
		}
		if it.Secrecy == tickets.Confidential && strings.Contains(it.Statement, it.Title) {
			t.Errorf("%s: the title of a confidential ticket tells the matter", it.Key)
		}
	}
}

func TestLiveMattersAreFreshAndUntouched(t *testing.T) {
	t.Parallel()
	list := Live(planNow)
	if len(list) != 6 {
		t.Fatalf("%d live matters, want 6", len(list))
	}
	for _, it := range list {
		if len(it.Steps) != 0 || planNow.Sub(it.ReceivedAt) > time.Hour {
			t.Errorf("%s: %d steps, received %v ago", it.Key, len(it.Steps), planNow.Sub(it.ReceivedAt))
		}
	}
	if !slices.ContainsFunc(list, func(it Item) bool { return it.Urgency == tickets.Critical }) {
		t.Error("none is critical")
	}
}
