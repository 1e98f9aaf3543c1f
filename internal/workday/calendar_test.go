package workday

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// on parses a date or fails the test.
func on(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEveryDayHasItsReason(t *testing.T) {
	t.Parallel()
	c := Builtin()
	for _, tc := range []struct {
		date    string
		working bool
		kind    Kind
		why     string
	}{
		{"2024-10-10", true, Weekday, "工作日"},
		{"2024-10-12", true, Makeup, "国庆节调休上班"},
		{"2024-10-13", false, Weekend, "周日"},
		{"2024-10-01", false, Holiday, "国庆节放假"},
		{"2025-02-08", true, Makeup, "春节调休上班"},
		{"2025-10-08", false, Holiday, "国庆节、中秋节放假"},
		{"2026-09-20", true, Makeup, "中秋节调休上班"},
		{"2026-09-19", false, Weekend, "周六"},
		{"2027-06-09", false, Holiday, "端午节放假"},
		{"2028-10-02", false, Holiday, "国庆节放假"},
		{"2028-05-02", false, Holiday, "劳动节放假"},
		{"2022-10-03", false, Holiday, "国庆节放假"},
		{"2022-05-02", true, Weekday, "工作日"},
	} {
		working, why := c.Working(on(t, tc.date))
		if working != tc.working || why != tc.why || c.Day(on(t, tc.date)).Kind != tc.kind {
			t.Errorf("%s: got %v %s %s, want %v %s %s", tc.date, working, why, c.Day(on(t, tc.date)).Kind, tc.working, tc.why, tc.kind)
		}
	}
}

func TestYearsHaveTheirWorkingDays(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]int{2024: 251, 2025: 248, 2026: 248} {
		if got := Builtin().WorkingDaysOf(year); got != want {
			t.Errorf("%d: got %d working days, want %d", year, got, want)
		}
	}
}

func TestWorkingDaysAddAsTheNoticesSay(t *testing.T) {
	t.Parallel()
	c := Builtin()
	for _, tc := range []struct {
		from string
		n    int
		want string
	}{
		{"2024-09-27", 5, "2024-10-10"}, {"2024-09-30", 5, "2024-10-12"},
		{"2024-09-02", 30, "2024-10-18"}, {"2024-09-02", 45, "2024-11-08"},
		{"2025-12-31", 5, "2026-01-08"}, {"2026-02-14", 1, "2026-02-24"},
		{"2026-09-30", 15, "2026-10-27"}, {"2024-10-10", -5, "2024-09-27"},
		{"2026-10-03", 0, "2026-10-03"},
	} {
		if got := c.AddWorkingDays(on(t, tc.from), tc.n); got != on(t, tc.want) {
			t.Errorf("%s%+d: got %s, want %s", tc.from, tc.n, got, tc.want)
		}
	}
}

func TestMonthlyDutiesFallOnThirtyThreeDaysOff(t *testing.T) {
	t.Parallel()
	c, off := Builtin(), 0
	for m := NewDate(2024, time.October, 1); m.Year() < 2027; {
		y, month, _ := m.YMD()
		for _, day := range []int{5, 10, 20, 25} {
			if !c.Day(NewDate(y, month, day)).Working {
				off++
			}
		}
		m = NewDate(y, month+1, 1)
	}
	if off != 33 {
		t.Errorf("got %d, want 33", off)
	}
	for date, want := range map[string][2]string{
		"2024-10-05": {"2024-09-30", "2024-10-08"}, "2025-10-05": {"2025-09-30", "2025-10-09"},
		"2026-02-20": {"2026-02-14", "2026-02-24"}, "2026-05-05": {"2026-04-30", "2026-05-06"},
	} {
		d := on(t, date)
		if got := [2]string{c.Back(d).String(), c.Forward(d).String()}; got != want {
			t.Errorf("%s: got %v, want %v", date, got, want)
		}
	}
}

func TestOnlyYearsWithANoticeAreFirm(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]bool{2023: true, 2024: false, 2026: false, 2027: true, 2028: true} {
		if got := Builtin().Provisional(year); got != want {
			t.Errorf("%d: provisional %v, want %v", year, got, want)
		}
		if got := Builtin().Day(NewDate(year, time.July, 7)).Provisional; got != want {
			t.Errorf("a day of %d: provisional %v, want %v", year, got, want)
		}
	}
}

// imported is an invented notice for 2027 in the shape of holiday-cn.
const imported = `{"$schema":"s","year":2027,"papers":["某号"],"days":[
	{"name":"元旦","date":"2026-12-31","isOffDay":true},
	{"name":"元旦","date":"2027-01-01","isOffDay":true},
	{"name":"元旦","date":"2026-12-27","isOffDay":false},
	{"name":"春节","date":"2027-02-05","isOffDay":true},
	{"name":"劳动节","date":"2027-05-01","isOffDay":true},
	{"name":"劳动节","date":"2027-05-02","isOffDay":true},
	{"name":"国庆节","date":"2027-10-01","isOffDay":true},
	{"name":"国庆节","date":"2027-10-03","isOffDay":true},
	{"name":"国庆节","date":"2027-10-02","isOffDay":true}]}`

func TestImportedYearReplacesTheProvisionalOne(t *testing.T) {
	t.Parallel()
	y, err := ParseYear([]byte("\xef\xbb\xbf" + imported))
	if err != nil {
		t.Fatal(err)
	}
	old := Builtin()
	c, err := old.WithYear(y)
	if err != nil {
		t.Fatal(err)
	}
	if c.Provisional(2027) || !old.Provisional(2027) {
		t.Error("the new calendar must be firm in 2027 and the old one unchanged")
	}
	if c.Version() == old.Version() || !strings.HasPrefix(c.Version(), "2024-2027.") {
		t.Errorf("got version %s after %s", c.Version(), old.Version())
	}
	again, err := old.WithYear(y)
	if err != nil || again.Version() != c.Version() {
		t.Errorf("the same import twice: got %v %v, want version %s", again.Version(), err, c.Version())
	}
	var got []string
	for _, d := range Differences(old, c) {
		got = append(got, d.String())
	}
	want := []string{"2026-12-27", "2026-12-31", "2027-02-08", "2027-04-05", "2027-06-09", "2027-09-15"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("days that changed (-want +got):\n%s", diff)
	}
	if _, err := c.WithYear(Year{Year: 2027, Provisional: true, Off: y.Off}); err == nil {
		t.Error("a provisional year must not replace a notice")
	}
}

func TestImportNamesEveryProblem(t *testing.T) {
	t.Parallel()
	firm := `{"name":"元旦","from":"2027-01-01"},{"name":"劳动节","from":"2027-05-01","to":"2027-05-02"},{"name":"国庆节","from":"2027-10-01","to":"2027-10-03"}`
	for name, tc := range map[string]struct {
		in     string
		fields []string
	}{
		"not JSON":            {`<html>`, []string{""}},
		"unknown field":       {`{"year":2027,"of":[]}`, []string{""}},
		"bad date":            {`{"year":2027,"off":[{"name":"x","from":"2027-02-30"}]}`, []string{""}},
		"impossible year":     {`{"year":20227,"off":[]}`, []string{"year"}},
		"empty year":          {`{"year":2027,"off":[],"work":[]}`, []string{"off", "off", "off", "off", "off", "off"}},
		"other year's date":   {`{"year":2027,"off":[` + firm + `,{"name":"x","from":"2028-01-01"}]}`, []string{"off[3].from"}},
		"reversed run":        {`{"year":2027,"off":[` + firm + `,{"name":"x","from":"2027-03-05","to":"2027-03-01"}]}`, []string{"off[3].to"}},
		"endless run":         {`{"year":2027,"off":[` + firm + `,{"name":"x","from":"2027-03-05","to":"2027-11-01"}]}`, []string{"off[3].to"}},
		"no name":             {`{"year":2027,"off":[` + firm + `,{"name":" ","from":"2027-03-05"}]}`, []string{"off[3].name"}},
		"contradiction":       {`{"year":2027,"off":[` + firm + `],"work":[{"name":"x","from":"2027-10-02"}]}`, []string{"work[0]"}},
		"make-up on a Monday": {`{"year":2027,"off":[` + firm + `],"work":[{"name":"x","from":"2027-03-01"}]}`, []string{"work[0]"}},
		"no isOffDay":         {`{"year":2027,"days":[{"name":"x","date":"2027-03-01"}]}`, []string{"days[0].isOffDay"}},
	} {
		_, err := ParseYear([]byte(tc.in))
		var invalid *Invalid
		if !errors.As(err, &invalid) {
			t.Errorf("%s: got %v, want *Invalid", name, err)
			continue
		}
		var got []string
		for _, p := range invalid.Problems {
			got = append(got, p.Field)
			if p.Zh == "" || p.En == "" {
				t.Errorf("%s: %q is not said in both languages", name, p.Field)
			}
		}
		if diff := cmp.Diff(tc.fields, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestCalendarSurvivesStorage(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseCalendar(b)
	if err != nil {
		t.Fatal(err)
	}
	if c.Version() != Builtin().Version() || len(Differences(c, Builtin())) != 0 {
		t.Errorf("got %s, want %s", c.Version(), Builtin().Version())
	}
	if diff := cmp.Diff(Builtin().Years(), c.Years()); diff != "" {
		t.Error(diff)
	}
	changed := strings.Replace(string(b), "2024-10-12", "2024-10-13", 2)
	if _, err := ParseCalendar([]byte(changed)); err == nil {
		t.Error("a changed stored calendar was accepted")
	}
	if _, err := NewCalendar(Builtin().Years()[0], Builtin().Years()[0]); err == nil {
		t.Error("a year given twice was accepted")
	}
}

func TestDatesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := Date(rapid.IntRange(-30000, 60000).Draw(t, "date"))
		if d == 0 {
			return
		}
		back, err := ParseDate(d.String())
		if err != nil || back != d || NewDate(d.YMD()) != d {
			t.Fatalf("%d: got %d %v", d, back, err)
		}
		if DateOf(d.Start()) != d || DateOf(d.End()) != d+1 || LastDateBefore(d.End()) != d {
			t.Fatalf("%s does not begin and end at its midnights", d)
		}
		if d.Weekday() != d.Start().Weekday() {
			t.Fatalf("%s: got %s", d, d.Weekday())
		}
	})
}

func TestCountingUndoesAdding(t *testing.T) {
	t.Parallel()
	c := Builtin()
	rapid.Check(t, func(t *rapid.T) {
		from := NewDate(2023, 6, 1).Add(rapid.IntRange(0, 2000).Draw(t, "from"))
		n := rapid.IntRange(1, 60).Draw(t, "n")
		to := c.AddWorkingDays(from, n)
		if !c.Day(to).Working || c.WorkingDays(from, to) != n || c.WorkingDays(from, to-1) != n-1 {
			t.Fatalf("%s+%d = %s, which counts %d", from, n, to, c.WorkingDays(from, to))
		}
	})
}

func TestImportNeverPanicsOnOddNotices(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		run := func() Run {
			return Run{Name: rapid.SampledFrom([]string{"", "元旦", "x"}).Draw(t, "name"),
				From: Date(rapid.Int32().Draw(t, "from")), To: Date(rapid.Int32().Draw(t, "to"))}
		}
		y := Year{Year: rapid.Int().Draw(t, "year")}
		if rapid.Bool().Draw(t, "plausible") {
			y.Year = 2027
		}
		for range rapid.IntRange(0, 4).Draw(t, "runs") {
			y.Off, y.Work = append(y.Off, run()), append(y.Work, run())
		}
		b, err := json.Marshal(y)
		if err != nil {
			return // a date with a year JSON cannot hold
		}
		if parsed, err := ParseYear(b); err == nil {
			if _, err := Builtin().WithYear(parsed); err != nil {
				t.Fatalf("parsed, but refused: %v", err)
			}
		}
	})
}
