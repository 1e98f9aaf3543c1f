package deadline

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hotline/internal/workday"
)

// codes joins the codes of rules.
func codes(rules []*Rule) string {
	var out []string
	for _, r := range rules {
		out = append(out, r.Code)
	}
	return strings.Join(out, " ")
}

func TestEventsOpenTheClocksOfTheirTicket(t *testing.T) {
	t.Parallel()
	table := defaults(t)
	own, order := []string{"own"}, []string{"order"}
	for _, tc := range []struct {
		name, event string
		facts       Facts
		want        string
	}{
		{"named complaint on the own line", EventRegistered, Facts{Kind: "complaint", Urgency: "normal", Channel: "call", Tracks: own, Named: true},
			"resolve.complaint internal first_contact identity_check acceptance_told handled"},
		{"anonymous report", EventRegistered, Facts{Kind: "report", Urgency: "normal", Channel: "letter", Tracks: own},
			"resolve.report internal handled"},
		{"order", EventRegistered, Facts{Kind: "help", Urgency: "normal", Channel: "city12345", Tracks: order, Named: true},
			"resolve.order.help internal first_contact"},
		{"critical inquiry", EventRegistered, Facts{Kind: "inquiry", Urgency: "critical", Channel: "call", Tracks: own, Named: true},
			"resolve.inquiry internal first_contact first_action on_the_spot"},
		{"praise", EventRegistered, Facts{Kind: "praise", Urgency: "normal", Tracks: own}, ""},
		{"forwarded petition", EventRegistered, Facts{Kind: "suggestion", Channel: "referral", Tracks: []string{"petition"}},
			"resolve.suggestion internal handled objection"},
		{"dispatch", EventDispatch, Facts{Kind: "help", Urgency: "normal"}, "sign ask_return"},
		{"urgent dispatch", EventDispatch, Facts{Kind: "help", Urgency: "urgent"}, "sign.urgent ask_return.urgent"},
		{"critical dispatch", EventDispatch, Facts{Kind: "help", Urgency: "critical"}, "sign.critical ask_return.urgent"},
		{"approval", EventApprove, Facts{Kind: "report", Named: true, Tracks: own}, "reply"},
		{"approval of an anonymous one", EventApprove, Facts{Kind: "report", Tracks: own}, ""},
		{"delivered, own line", EventDelivered, Facts{Tracks: own}, "follow_up"},
		{"delivered, order", EventDelivered, Facts{Tracks: order}, ""},
		{"raised to critical", EventUrgencyChanged, Facts{Urgency: "critical"}, "first_action on_the_spot"},
		{"raised to urgent", EventUrgencyChanged, Facts{Urgency: "urgent"}, ""},
		{"month", EventMonthBegan, Facts{}, "report_village report_township roster_handover paid_out"},
		{"unknown event", "dance", Facts{}, ""},
	} {
		if got := codes(table.Opens(tc.event, tc.facts, at(t, "2026-03-02 10:00"))); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestDefaultsHaveTheAmountsOfTheTable(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"sign": "4 working_hours", "sign.urgent": "1 working_hours", "sign.critical": "30 clock_minutes",
		"first_contact": "1 working_days", "identity_check": "1 working_days", "first_action": "30 clock_minutes",
		"on_the_spot": "24 clock_hours", "ask_return": "1 working_days", "ask_return.urgent": "2 working_hours",
		"resolve.inquiry": "2 working_days", "resolve.help": "5 working_days", "resolve.suggestion": "10 working_days",
		"resolve.complaint": "10 working_days", "resolve.report": "15 working_days", "reply": "3 working_days",
		"acceptance_told": "15 calendar_days", "handled": "60 calendar_days", "objection": "5 working_days",
		"appeal_first": "30 calendar_days", "appeal_second": "30 calendar_days", "transfer_out": "5 working_days",
		"follow_up": "3 working_days", "discovery_village": "1 working_days", "discovery_township": "3 working_days",
		"change_task": "10 working_days", "match_hit": "14 calendar_days", "application": "30 working_days",
		"report_village": "20 day_of_month", "report_township": "25 day_of_month", "roster_handover": "5 day_of_month", "paid_out": "10 day_of_month",
	}
	table := defaults(t)
	for code, amount := range want {
		r, ok := table.Find(code, 1)
		if !ok {
			t.Errorf("%s is missing", code)
			continue
		}
		if got := string(must(json.Marshal(r.Amount))) + " " + string(r.Unit); got != amount {
			t.Errorf("%s: got %s, want %s", code, got, amount)
		}
	}
	handled, _ := table.Find(Handled, 1)
	application, _ := table.Find(Application, 1)
	if handled.ExtensionLimit != 30 || application.ExtensionLimit != 15 {
		t.Errorf("extension limits: handled %d, application %d", handled.ExtensionLimit, application.ExtensionLimit)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestRulesSurviveStorage(t *testing.T) {
	t.Parallel()
	var back []Rule
	if err := json.Unmarshal(must(json.Marshal(Defaults())), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Defaults(), back); diff != "" {
		t.Error(diff)
	}
}

func TestANewVersionHoldsFromItsDay(t *testing.T) {
	t.Parallel()
	newer := func(version int, from workday.Date, change func(*Rule)) Rule {
		r := *limit(5, WorkingDays)
		r.Version, r.EffectiveFrom = version, from
		change(&r)
		return r
	}
	may, june := workday.NewDate(2026, 5, 1), workday.NewDate(2026, 6, 1)
	table, err := NewTable([]Rule{
		newer(2, may, func(r *Rule) { r.Amount = 7 }),
		newer(1, 0, func(*Rule) {}),
		newer(3, june, func(r *Rule) { r.Off = true }),
	})
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]int{"2026-04-30 23:59": 5, "2026-05-01 00:00": 7, "2026-06-01 00:00": 0} {
		rules := table.Opens("begin", Facts{}, at(t, day))
		got := 0
		if len(rules) == 1 {
			got = rules[0].Amount
		}
		if got != want || len(table.Current(at(t, day))) != len(rules) {
			t.Errorf("%s: got %d, want %d", day, got, want)
		}
	}
	if r, ok := table.Find("test", 1); !ok || r.Amount != 5 {
		t.Error("the old version must stay findable")
	}
	if _, ok := table.Find("test", 9); ok {
		t.Error("found a version that is not there")
	}
	if _, err := NewTable([]Rule{*limit(1, WorkingDays), *limit(2, WorkingDays)}); !errors.Is(err, ErrRule) {
		t.Errorf("one version twice: got %v, want ErrRule", err)
	}
}

func TestContradictoryRulesAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Rule){
		"no code":              func(r *Rule) { r.Code = "" },
		"no name":              func(r *Rule) { r.Zh = "" },
		"no start":             func(r *Rule) { r.Starts = nil },
		"no meeting event":     func(r *Rule) { r.Meets = nil },
		"no amount":            func(r *Rule) { r.Amount = 0 },
		"huge amount":          func(r *Rule) { r.Amount = 1 << 30 },
		"unknown unit":         func(r *Rule) { r.Unit = "moons" },
		"unknown roll":         func(r *Rule) { r.Roll = "sideways" },
		"unknown basis":        func(r *Rule) { r.Basis = "hearsay" },
		"the 32nd":             func(r *Rule) { r.Unit, r.Amount, r.ExtensionLimit = DayOfMonth, 32, 0 },
		"movable fixed day":    func(r *Rule) { r.Unit = DayOfMonth },
		"negative extension":   func(r *Rule) { r.ExtensionLimit = -1 },
		"version 0":            func(r *Rule) { r.Version = 0 },
		"measured from itself": func(r *Rule) { r.Back = &Back{From: "test", MinDays: 9, Share: 75} },
		"past the start":       func(r *Rule) { r.Back = &Back{From: "other", MinDays: 5, Share: 75} },
		"share of everything":  func(r *Rule) { r.Back = &Back{From: "other", MinDays: 9, Share: 100} },
	} {
		r := limit(5, WorkingDays)
		change(r)
		if err := r.Validate(); !errors.Is(err, ErrRule) {
			t.Errorf("%s: got %v, want ErrRule", name, err)
		}
	}
}

func TestOpenComputesOuterAndDerivedClocksTogether(t *testing.T) {
	t.Parallel()
	e := Engine{Rules: defaults(t), Calendar: workday.Builtin()}
	facts := Facts{Kind: "complaint", Urgency: "normal", Tracks: []string{"order"}, Named: true}
	started, err := e.Open(Opening{Event: EventRegistered, At: at(t, "2026-03-02 10:00"), Facts: facts, Printed: at(t, "2026-03-09 17:00")})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range started {
		got[s.Due.RuleCode] = s.Due.At.Format(minuteLayout)
	}
	want := map[string]string{"resolve.order.complaint": "2026-03-09 17:00", "internal": "2026-03-06 17:00",
		"first_contact": "2026-03-04 00:00", "identity_check": "2026-03-04 00:00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	external := started[0].Due
	reply, err := e.Open(Opening{Event: EventApprove, At: at(t, "2026-03-09 10:00"), Facts: facts, External: &external})
	if err != nil || len(reply) != 1 || !reply[0].Due.At.Equal(external.At) || reply[0].Due.Reason != ByCap {
		t.Errorf("reply: got %+v %v", reply, err)
	}
	praise, err := e.Open(Opening{Event: EventRegistered, At: at(t, "2026-03-02 10:00"), Facts: Facts{Kind: "praise"}})
	if err != nil || len(praise) != 0 {
		t.Errorf("praise is only recorded: got %+v %v", praise, err)
	}
	if r := started[0].Rule; !r.MetBy(EventPlatformAccepted) || r.MetBy(EventDelivered) || r.Duty() != Resolve {
		t.Errorf("an order is resolved by the platform's acceptance, got %v", r.Meets)
	}
}
