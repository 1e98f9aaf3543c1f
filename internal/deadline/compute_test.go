package deadline

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hotline/internal/workday"
)

func TestLimitsInDaysEndOnTheKnownDates(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		start string
		n     int
		unit  Unit
		want  string
	}{
		{"2024-09-27", 5, WorkingDays, "2024-10-10"}, {"2024-09-30", 5, WorkingDays, "2024-10-12"},
		{"2024-09-02", 30, WorkingDays, "2024-10-18"}, {"2024-09-02", 45, WorkingDays, "2024-11-08"},
		{"2024-12-20", 30, WorkingDays, "2025-02-08"}, {"2025-01-24", 5, WorkingDays, "2025-02-07"},
		{"2025-01-27", 1, WorkingDays, "2025-02-05"}, {"2025-09-30", 5, WorkingDays, "2025-10-14"},
		{"2025-12-31", 5, WorkingDays, "2026-01-08"}, {"2026-02-13", 5, WorkingDays, "2026-02-27"},
		{"2026-02-13", 15, WorkingDays, "2026-03-12"}, {"2026-02-14", 1, WorkingDays, "2026-02-24"},
		{"2026-04-30", 3, WorkingDays, "2026-05-08"}, {"2026-09-18", 5, WorkingDays, "2026-09-24"},
		{"2026-09-25", 5, WorkingDays, "2026-10-09"}, {"2026-09-30", 15, WorkingDays, "2026-10-27"},
		{"2026-10-09", 2, WorkingDays, "2026-10-12"},
		{"2024-10-08", 60, CalendarDays, "2024-12-07"}, {"2024-10-08", 90, CalendarDays, "2025-01-06"},
		{"2025-01-06", 15, CalendarDays, "2025-01-21"}, {"2025-01-20", 14, CalendarDays, "2025-02-03"},
	} {
		for _, hour := range []string{" 00:00", " 11:20", " 23:59"} {
			d := compute(t, In{Rule: limit(tc.n, tc.unit), Start: at(t, tc.start+hour)})
			if d.Date.String() != tc.want || !d.At.Equal(d.Date.End()) || d.Provisional {
				t.Errorf("%s%s+%d %s: got %s at %s (provisional %v), want %s", tc.start, hour, tc.n, tc.unit, d.Date, d.At, d.Provisional, tc.want)
			}
		}
	}
}

func TestTheLastMomentIsStillInTime(t *testing.T) {
	t.Parallel()
	d := compute(t, In{Rule: limit(5, WorkingDays), Start: at(t, "2024-09-27 10:00")})
	if !Met(d.At, at(t, "2024-10-11").Add(-time.Nanosecond)) || Met(d.At, at(t, "2024-10-11")) {
		t.Errorf("due %s: the period must end with 2024-10-10", d.At)
	}
	if d.RuleCode != "test" || d.RuleVersion != 1 || d.CalendarVersion != workday.Builtin().Version() || !d.StartAt.Equal(at(t, "2024-09-27 10:00")) {
		t.Errorf("the due time does not say where it comes from: %+v", d)
	}
}

func TestHourLimitsRunInTheirOwnTime(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		n     int
		unit  Unit
		start string
		want  string
	}{
		{4, WorkingHours, "2026-10-09 17:00", "2026-10-10 11:00"},
		{4, WorkingHours, "2026-09-30 17:00", "2026-10-08 11:00"},
		{1, WorkingHours, "2026-10-11 09:00", "2026-10-12 09:00"},
		{30, ClockMinutes, "2026-10-01 23:50", "2026-10-02 00:20"},
		{24, ClockHours, "2026-10-01 10:00", "2026-10-02 10:00"},
	} {
		if d := compute(t, In{Rule: limit(tc.n, tc.unit), Start: at(t, tc.start)}); !d.At.Equal(at(t, tc.want)) {
			t.Errorf("%s + %d %s: got %s, want %s", tc.start, tc.n, tc.unit, d.At, tc.want)
		}
	}
}

func TestDaysOfTheMonthAreNotMovedUnlessTold(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		day          int
		roll         Roll
		start        string
		date, target string
	}{
		{5, RollNone, "2024-10-01", "2024-10-05", "2024-09-30"},
		{20, RollNone, "2026-02-01", "2026-02-20", "2026-02-14"},
		{20, RollNone, "2026-03-01", "2026-03-20", "2026-03-20"},
		{5, RollForward, "2025-10-01", "2025-10-09", "2025-10-09"},
		{20, RollBack, "2026-02-01", "2026-02-14", "2026-02-14"},
		{5, RollBack, "2026-05-01", "2026-05-05", "2026-04-30"}, // not before its month began
		{10, RollNone, "2026-03-11", "2026-04-10", "2026-04-10"},
		{31, RollNone, "2026-02-03", "2026-02-28", "2026-02-28"},
		{5, RollNone, "2026-12-20", "2027-01-05", "2027-01-05"},
	} {
		r := limit(tc.day, DayOfMonth)
		r.Roll, r.ExtensionLimit = tc.roll, 0
		d := compute(t, In{Rule: r, Start: at(t, tc.start), Pauses: []Pause{{From: at(t, tc.start), To: at(t, tc.start).AddDate(0, 0, 9)}}})
		if d.Date.String() != tc.date || d.Target.String() != tc.target || !d.At.Equal(d.Date.End()) {
			t.Errorf("day %d %s from %s: got %s target %s at %s, want %s target %s", tc.day, tc.roll, tc.start, d.Date, d.Target, d.At, tc.date, tc.target)
		}
	}
}

func TestCalendarDaysRollWhenTold(t *testing.T) {
	t.Parallel()
	r := limit(14, CalendarDays)
	for roll, want := range map[Roll]string{RollNone: "2025-02-03", RollForward: "2025-02-05", RollBack: "2025-01-27"} {
		r.Roll = roll
		if d := compute(t, In{Rule: r, Start: at(t, "2025-01-20 09:00")}); d.Date.String() != want {
			t.Errorf("%s: got %s, want %s", roll, d.Date, want)
		}
	}
}

func TestPausesMoveTheDueTimeByTheirOwnMeasure(t *testing.T) {
	t.Parallel()
	pause := func(from, to string) Pause { return Pause{From: at(t, from), To: at(t, to)} }
	for _, tc := range []struct {
		name   string
		rule   *Rule
		start  string
		pauses []Pause
		want   string
	}{
		{"two working days", limit(5, WorkingDays), "2026-03-02 10:00", []Pause{pause("2026-03-04 09:00", "2026-03-05 17:00")}, "2026-03-12"},
		{"touching the same day twice", limit(5, WorkingDays), "2026-03-02 10:00", []Pause{pause("2026-03-04 15:00", "2026-03-04 16:00"), pause("2026-03-04 09:00", "2026-03-04 10:00")}, "2026-03-11"},
		{"ends at midnight", limit(5, WorkingDays), "2026-03-02 10:00", []Pause{pause("2026-03-04 00:00", "2026-03-05 00:00")}, "2026-03-11"},
		{"weekend only", limit(5, WorkingDays), "2026-03-02 10:00", []Pause{pause("2026-03-07 00:00", "2026-03-09 00:00")}, "2026-03-10"},
		{"start day only", limit(5, WorkingDays), "2026-03-02 10:00", []Pause{pause("2026-03-02 11:00", "2026-03-02 20:00")}, "2026-03-10"},
		{"after the due time", limit(5, WorkingDays), "2026-03-02 10:00", []Pause{pause("2026-03-10 00:00", "2026-03-20 00:00")}, "2026-03-10"},
		{"on the last day", limit(5, WorkingDays), "2026-03-02 10:00", []Pause{pause("2026-03-09 12:00", "2026-03-10 12:00")}, "2026-03-12"},
		{"empty", limit(5, WorkingDays), "2026-03-02 10:00", []Pause{pause("2026-03-04 09:00", "2026-03-04 09:00")}, "2026-03-10"},
		{"calendar days", limit(15, CalendarDays), "2025-01-06 10:00", []Pause{pause("2025-01-10 10:00", "2025-01-12 10:00")}, "2025-01-25"},
		{"office hours", limit(4, WorkingHours), "2026-03-02 08:00", []Pause{pause("2026-03-02 09:00", "2026-03-02 15:30")}, "2026-03-03 08:30"},
		{"clock hours", limit(24, ClockHours), "2026-03-02 08:00", []Pause{pause("2026-03-02 07:00", "2026-03-02 09:00"), pause("2026-03-03 08:30", "2026-03-03 09:30"), pause("2026-03-03 09:00", "2026-03-03 10:30")}, "2026-03-03 11:00"},
	} {
		want := at(t, tc.want)
		if d := compute(t, In{Rule: tc.rule, Start: at(t, tc.start), Pauses: tc.pauses}); !d.At.Equal(want) {
			t.Errorf("%s: got %s, want %s", tc.name, d.At, want)
		}
	}
}

func TestRunningPauseStandsTheClockAndMovesNothingYet(t *testing.T) {
	t.Parallel()
	d := compute(t, In{Rule: limit(5, WorkingDays), Start: at(t, "2026-03-02 10:00"), Pauses: []Pause{{From: at(t, "2026-03-04")}}})
	if !d.Paused || d.Date.String() != "2026-03-09" {
		t.Errorf("got %s paused %v", d.Date, d.Paused)
	}
	if _, err := Compute(In{Rule: limit(1, WorkingDays), Start: at(t, "2026-03-02"), Calendar: workday.Builtin(),
		Pauses: []Pause{{From: at(t, "2026-03-04"), To: at(t, "2026-03-03")}}}); !errors.Is(err, ErrPause) {
		t.Errorf("got %v, want ErrPause", err)
	}
}

func TestExtensionsAreBoundByTheRule(t *testing.T) {
	t.Parallel()
	start, r := at(t, "2026-03-02 10:00"), limit(5, WorkingDays)
	d := compute(t, In{Rule: r, Start: start, Extensions: []Extension{{Amount: 5}}})
	if d.Date.String() != "2026-03-16" || !d.Base.Equal(at(t, "2026-03-10")) {
		t.Errorf("got %s, base %s", d.Date, d.Base)
	}
	two := *r
	two.Extensions = 2
	never := *r
	never.ExtensionLimit = 0
	for name, tc := range map[string]struct {
		rule *Rule
		list []Extension
	}{
		"longer than the original": {r, []Extension{{Amount: 6}}},
		"nothing":                  {r, []Extension{{Amount: 0}}},
		"a second one":             {r, []Extension{{Amount: 1}, {Amount: 1}}},
		"too long together":        {&two, []Extension{{Amount: 3}, {Amount: 3}}},
		"not extendable":           {&never, []Extension{{Amount: 1}}},
	} {
		if _, err := Compute(In{Rule: tc.rule, Start: start, Calendar: workday.Builtin(), Extensions: tc.list}); !errors.Is(err, ErrExtension) {
			t.Errorf("%s: got %v, want ErrExtension", name, err)
		}
	}
	if err := CheckExtension(r, d.Base, nil, 5, d.Base.Add(-time.Second)); err != nil {
		t.Errorf("asked in time: %v", err)
	}
	for name, err := range map[string]error{
		"asked at expiry": CheckExtension(r, d.Base, nil, 5, d.Base),
		"second":          CheckExtension(r, d.At, []Extension{{Amount: 2}}, 2, start),
	} {
		if !errors.Is(err, ErrExtension) {
			t.Errorf("%s: got %v, want ErrExtension", name, err)
		}
	}
}

func TestReplyIsNeverDueAfterTheExternalDueTime(t *testing.T) {
	t.Parallel()
	reply, _ := defaults(t).Find(Reply, 1)
	outer := Due{RuleCode: Resolve + ".complaint", At: at(t, "2026-03-14"), Provisional: true}
	for approved, want := range map[string]string{"2026-03-09 10:00": "2026-03-13", "2026-03-12 10:00": "2026-03-14", "2026-03-20 10:00": "2026-03-14"} {
		d := compute(t, In{Rule: reply, Start: at(t, approved), Outer: &outer})
		if capped := d.Reason == ByCap; !d.At.Equal(at(t, want)) || capped != (want == "2026-03-14") || capped != d.Provisional {
			t.Errorf("approved %s: got %s (%s), want %s", approved, d.At, d.Reason, want)
		}
	}
	if d := compute(t, In{Rule: reply, Start: at(t, "2026-03-12 10:00")}); !d.At.Equal(at(t, "2026-03-18")) {
		t.Errorf("without an external due time: got %s", d.At)
	}
}

func TestInternalDueIsMeasuredBackFromTheExternal(t *testing.T) {
	t.Parallel()
	internal, _ := defaults(t).Find(Internal, 1)
	for _, tc := range []struct{ name, start, outer, want string }{
		{"five days", "2026-03-02 10:00", "2026-03-10 00:00", "2026-03-07 00:00"},
		{"three days", "2026-03-02 10:00", "2026-03-06 00:00", "2026-03-05 00:00"},
		{"over a holiday", "2026-09-25 10:00", "2026-10-10 00:00", "2026-10-09 00:00"},
		{"printed in the afternoon", "2026-03-02 10:00", "2026-03-09 17:00", "2026-03-06 17:00"},
		{"two days: 75 % of 20.5 office hours", "2026-03-02 10:00", "2026-03-05 00:00", "2026-03-04 10:22"},
		{"printed within a weekend: 75 % of the clock", "2026-03-07 08:00", "2026-03-07 12:00", "2026-03-07 11:00"},
		{"printed in the past", "2026-03-07 08:00", "2026-03-06 12:00", "2026-03-06 12:00"},
	} {
		d := compute(t, In{Rule: internal, Start: at(t, tc.start), Outer: &Due{At: at(t, tc.outer)}})
		if got := d.At.Truncate(time.Minute); !got.Equal(at(t, tc.want)) || d.Reason != ByOuter {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
	if _, err := Compute(In{Rule: internal, Start: at(t, "2026-03-02"), Calendar: workday.Builtin()}); !errors.Is(err, ErrInput) {
		t.Errorf("without an outer due time: got %v, want ErrInput", err)
	}
}

func TestTimePrintedOnTheOrderGoesFirst(t *testing.T) {
	t.Parallel()
	r := limit(10, WorkingDays)
	for _, tc := range []struct {
		name, printed string
		ext           []Extension
		pauses        []Pause
		want          string
	}{
		{"as printed", "2026-03-09 17:00", nil, nil, "2026-03-09 17:00"},
		{"on a Sunday", "2026-03-08 17:00", nil, nil, "2026-03-08 17:00"},
		{"extended by two days", "2026-03-09 17:00", []Extension{{Amount: 2}}, nil, "2026-03-11 17:00"},
		{"a whole day, extended", "2026-03-10 00:00", []Extension{{Amount: 2}}, nil, "2026-03-12 00:00"},
		{"paused for a day", "2026-03-09 17:00", nil, []Pause{{From: at(t, "2026-03-04 10:00"), To: at(t, "2026-03-04 12:00")}}, "2026-03-10 17:00"},
		{"paused on the weekend before", "2026-03-08 17:00", nil, []Pause{{From: at(t, "2026-03-07"), To: at(t, "2026-03-08")}}, "2026-03-08 17:00"},
		{"already past", "2026-02-27 17:00", nil, nil, "2026-02-27 17:00"},
	} {
		d := compute(t, In{Rule: r, Start: at(t, "2026-03-02 10:00"), Printed: at(t, tc.printed), Extensions: tc.ext, Pauses: tc.pauses})
		if !d.At.Equal(at(t, tc.want)) || d.Reason != ByPrinted || !d.Base.Equal(at(t, tc.printed)) {
			t.Errorf("%s: got %s base %s (%s), want %s", tc.name, d.At, d.Base, d.Reason, tc.want)
		}
	}
	local, statute, printed := Due{At: at(t, "2026-03-01"), Reason: ByLocal}, Due{At: at(t, "2026-04-01"), Reason: ByStatute}, Due{At: at(t, "2026-05-01"), Reason: ByPrinted}
	earlier := Due{At: at(t, "2026-03-20"), Reason: ByStatute}
	for _, tc := range []struct {
		dues []Due
		want Due
	}{{[]Due{local, statute, printed}, printed}, {[]Due{local, statute}, statute}, {[]Due{local}, local}, {[]Due{statute, earlier}, earlier}} {
		if c := Prefer(tc.dues...); c.Due != tc.want || len(c.Others) != len(tc.dues)-1 || c.Zh == "" || c.En == "" {
			t.Errorf("got %+v, want %+v", c, tc.want)
		}
	}
}

func TestProvisionalDueTimeMovesWhenTheYearIsImported(t *testing.T) {
	t.Parallel()
	in := In{Rule: limit(30, WorkingDays), Start: at(t, "2026-12-21 10:00")}
	before := compute(t, in)
	if !before.Provisional || before.Date.String() != "2027-02-02" {
		t.Errorf("before: got %s provisional %v", before.Date, before.Provisional)
	}
	year, err := workday.ParseYear([]byte(`{"year":2027,"off":[{"name":"元旦","from":"2027-01-01","to":"2027-01-03"},
		{"name":"试验","from":"2027-01-28","to":"2027-01-29"},{"name":"劳动节","from":"2027-05-01","to":"2027-05-02"},
		{"name":"国庆节","from":"2027-10-01","to":"2027-10-03"}],"work":[{"name":"试验","from":"2027-01-30"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	in.Calendar, err = workday.Builtin().WithYear(year)
	if err != nil {
		t.Fatal(err)
	}
	after := compute(t, in)
	if after.Provisional || after.Date.String() != "2027-02-03" || after.CalendarVersion == before.CalendarVersion {
		t.Errorf("after: got %s provisional %v version %s", after.Date, after.Provisional, after.CalendarVersion)
	}
	for name, r := range map[string]*Rule{"calendar days": limit(30, CalendarDays), "clock hours": limit(24*30, ClockHours)} {
		if d := compute(t, In{Rule: r, Start: at(t, "2026-12-21 10:00")}); d.Provisional {
			t.Errorf("%s do not depend on the calendar", name)
		}
	}
}

func TestIncompleteInputIsAnError(t *testing.T) {
	t.Parallel()
	whole := In{Rule: limit(1, WorkingDays), Start: at(t, "2026-03-02"), Calendar: workday.Builtin()}
	for name, change := range map[string]func(*In){
		"rule":     func(in *In) { in.Rule = nil },
		"start":    func(in *In) { in.Start = time.Time{} },
		"calendar": func(in *In) { in.Calendar = nil },
	} {
		in := whole
		change(&in)
		if _, err := Compute(in); !errors.Is(err, ErrInput) {
			t.Errorf("no %s: got %v, want ErrInput", name, err)
		}
	}
	whole.Rule = limit(0, WorkingDays)
	if _, err := Compute(whole); !errors.Is(err, ErrRule) {
		t.Errorf("zero amount: got %v, want ErrRule", err)
	}
}

func TestPausesAndExtensionsNeverShortenALimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := someTime(t, "start")
		r := limit(rapid.IntRange(1, 40).Draw(t, "amount"), rapid.SampledFrom([]Unit{WorkingDays, CalendarDays, WorkingHours, ClockHours, ClockMinutes}).Draw(t, "unit"))
		in := In{Rule: r, Start: start, Calendar: workday.Builtin(), Pauses: somePauses(t, start)}
		if rapid.Bool().Draw(t, "extended") {
			in.Extensions = []Extension{{Amount: rapid.IntRange(1, r.Amount).Draw(t, "extension")}}
		}
		d, err := Compute(in)
		if err != nil {
			t.Fatal(err)
		}
		if d.At.Before(d.Base) || !d.Base.After(start) || d.Date != workday.LastDateBefore(d.At) || d.Target > d.Date {
			t.Fatalf("got %+v", d)
		}
		if len(in.Extensions) > 0 && !d.At.After(d.Base) {
			t.Fatalf("an extension moved nothing: %+v", d)
		}
	})
}

func TestOpeningAWorkingDayClockDoesNotAllocate(t *testing.T) {
	in := In{Rule: limit(15, WorkingDays), Start: at(t, "2026-02-13 10:00"), Calendar: workday.Builtin()}
	if n := testing.AllocsPerRun(100, func() { _, _ = Compute(in) }); n > 0 {
		t.Errorf("got %v allocations", n)
	}
}

func BenchmarkCompute(b *testing.B) {
	in := In{Rule: limit(15, WorkingDays), Start: at(b, "2026-02-13 10:00"), Calendar: workday.Builtin()}
	for b.Loop() {
		_, _ = Compute(in)
	}
}
