package deadline

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hotline/internal/workday"
)

// show writes cards as "level at", and "> notify" where it is later.
func show(cards []Card) []string {
	var out []string
	for _, c := range cards {
		s := string(c.Level) + " " + c.At.Format("01-02 15:04")
		if !c.Notify.Equal(c.At) {
			s += " > " + c.Notify.Format("01-02 15:04")
		}
		out = append(out, s)
	}
	return out
}

func TestCardsFallInOrder(t *testing.T) {
	t.Parallel()
	table := defaults(t)
	for _, tc := range []struct {
		name, code, start string
		urgent            bool
		pauses            []Pause
		want              []string
	}{
		{"sign: half, a quarter, a tenth of four hours", "sign", "2026-03-02 08:00", false, nil,
			[]string{"notice 03-02 10:00", "yellow 03-02 11:00", "second 03-02 11:36", "red 03-02 12:00", "escalated2 03-04 12:00", "escalated5 03-09 12:00"}},
		{"critical sign at night", "sign.critical", "2026-03-02 23:00", true, nil,
			[]string{"notice 03-02 23:15", "yellow 03-02 23:22", "second 03-02 23:27", "red 03-02 23:30", "escalated2 03-04 23:30", "escalated5 03-09 23:30"}},
		{"fifteen working days: two and one working day before", "resolve.report", "2026-03-02 18:00", false, nil,
			[]string{"yellow 03-19 18:00", "second 03-20 18:00", "red 03-24 00:00 > 03-24 07:00", "escalated2 03-26 00:00 > 03-26 07:00", "escalated5 03-31 00:00 > 03-31 07:00"}},
		{"the same, paused for two days", "resolve.report", "2026-03-02 18:00", false, []Pause{{From: at(t, "2026-03-03"), To: at(t, "2026-03-05")}},
			[]string{"yellow 03-23 18:00", "second 03-24 18:00", "red 03-26 00:00 > 03-26 07:00", "escalated2 03-28 00:00 > 03-28 07:00", "escalated5 04-02 00:00 > 04-02 07:00"}},
		{"sixty calendar days: 48 and 24 hours before", "handled", "2026-03-02 10:00", false, nil,
			[]string{"yellow 04-30 00:00 > 04-30 07:00", "second 05-01 00:00 > 05-01 07:00", "red 05-02 00:00 > 05-02 07:00", "escalated2 05-08 00:00 > 05-08 07:00", "escalated5 05-12 00:00 > 05-12 07:00"}},
		{"the 20th in a holiday is warned of before its last working day", "report_village", "2026-02-01 00:00", false, nil,
			[]string{"yellow 02-13 00:00 > 02-13 07:00", "second 02-14 00:00 > 02-14 07:00", "red 02-21 00:00 > 02-21 07:00", "escalated2 02-26 00:00 > 02-26 07:00", "escalated5 03-01 00:00 > 03-01 07:00"}},
		{"a window has none", "ask_return", "2026-03-02 08:00", false, nil, nil},
	} {
		r, _ := table.Find(tc.code, 1)
		d := compute(t, In{Rule: r, Start: at(t, tc.start), Pauses: tc.pauses})
		got := Cards(Clock{Rule: r, Due: d, Calendar: workday.Builtin(), Pauses: tc.pauses, Urgent: tc.urgent})
		if diff := cmp.Diff(tc.want, show(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

func TestStandingClockHasNoCards(t *testing.T) {
	t.Parallel()
	pauses := []Pause{{From: at(t, "2026-03-04")}}
	r := limit(5, WorkingDays)
	d := compute(t, In{Rule: r, Start: at(t, "2026-03-02 10:00"), Pauses: pauses})
	if got := Cards(Clock{Rule: r, Due: d, Calendar: workday.Builtin(), Pauses: pauses}); got != nil {
		t.Errorf("got %v", show(got))
	}
}

func TestClockStartedLateKeepsOnlyTheCardsToCome(t *testing.T) {
	t.Parallel()
	r := limit(5, WorkingDays)
	d := compute(t, In{Rule: r, Start: at(t, "2026-03-05 10:00"), Printed: at(t, "2026-03-02 17:00")})
	cards := Cards(Clock{Rule: r, Due: d, Calendar: workday.Builtin()})
	if diff := cmp.Diff([]string{"escalated5 03-09 17:00"}, show(cards)); diff != "" {
		t.Error(diff)
	}
	if c, ok := NextCard(cards, at(t, "2026-03-09 16:59")); !ok || c.Level != Escalated5 {
		t.Errorf("next: got %v %v", c, ok)
	}
	if _, ok := NextCard(cards, at(t, "2026-03-09 17:00")); ok {
		t.Error("a card does not fall twice")
	}
}

func TestQuietHoursMayLieWithinADay(t *testing.T) {
	t.Parallel()
	noon := Quiet{workday.NewClock(12, 0), workday.NewClock(14, 30)}
	for in, want := range map[string]string{"2026-03-02 11:59": "2026-03-02 11:59", "2026-03-02 12:00": "2026-03-02 14:30", "2026-03-02 14:30": "2026-03-02 14:30"} {
		if got := noon.After(at(t, in)); !got.Equal(at(t, want)) {
			t.Errorf("%s: got %s", in, got)
		}
	}
	for in, want := range map[string]string{"2026-03-02 21:59": "2026-03-02 21:59", "2026-03-02 22:00": "2026-03-03 07:00", "2026-03-02 06:59": "2026-03-02 07:00", "2026-03-02 07:00": "2026-03-02 07:00"} {
		if got := (Quiet{}).After(at(t, in)); !got.Equal(at(t, want)) {
			t.Errorf("default, %s: got %s", in, got)
		}
	}
}

func TestLevelsSpeakToSomebodyInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, l := range []Level{Notice, Yellow, Second, Red, Escalated2, Escalated5} {
		if l.Zh() == "" || l.En() == "" || len(l.To()) == 0 {
			t.Errorf("%s is not described", l)
		}
		if late := l == Red || l == Escalated2 || l == Escalated5; l.Supervises() != late {
			t.Errorf("%s: supervises %v", l, l.Supervises())
		}
	}
}

func TestNoCardIsBornWithItsTicket(t *testing.T) {
	t.Parallel()
	rules := defaults(t).Current(at(t, "2026-03-02"))
	rapid.Check(t, func(t *rapid.T) {
		start := someTime(t, "start")
		pauses := somePauses(t, start)
		for _, r := range rules {
			in := In{Rule: r, Start: start, Calendar: workday.Builtin(), Pauses: pauses}
			if r.Back != nil || r.CappedBy != "" {
				outer := Due{At: start.Add(time.Duration(rapid.IntRange(1, 40*24*60).Draw(t, "outer")) * time.Minute)}
				in.Outer = &outer
			}
			if r.Printable && rapid.Bool().Draw(t, "printed") {
				in.Printed = start.Add(time.Duration(rapid.IntRange(1, 40*24*60).Draw(t, "printed after")) * time.Minute)
			}
			d, err := Compute(in)
			if err != nil {
				t.Fatal(err)
			}
			cards := Cards(Clock{Rule: r, Due: d, Calendar: in.Calendar, Pauses: pauses})
			checkCards(t, r, d, cards)
		}
	})
}

func checkCards(t *rapid.T, r *Rule, d Due, cards []Card) {
	if !r.Window && len(cards) < 3 {
		t.Fatalf("%s from %s has only %v", r.Code, d.StartAt, show(cards))
	}
	last := d.StartAt
	for _, c := range cards {
		early := c.Level == Notice || c.Level == Yellow || c.Level == Second
		switch {
		case !c.At.After(d.StartAt):
			t.Fatalf("%s from %s: born with %s", r.Code, d.StartAt, show(cards))
		case c.At.Before(last):
			t.Fatalf("%s from %s: out of order %v", r.Code, d.StartAt, show(cards))
		case early && !c.At.Before(d.At), c.Level == Red && !c.At.Equal(d.At):
			t.Fatalf("%s from %s due %s: %v", r.Code, d.StartAt, d.At, show(cards))
		case c.Notify.Before(c.At), !(Quiet{}).After(c.Notify).Equal(c.Notify):
			t.Fatalf("%s: %s disturbs at %s", r.Code, c.Level, c.Notify)
		}
		last = c.At
	}
}
