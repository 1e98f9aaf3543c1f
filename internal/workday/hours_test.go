package workday

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// at parses "2006-01-02 15:04" in Zone.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, Zone)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// summer has a longer lunch break from June to September.
func summer() Hours {
	h := DefaultHours()
	h.Seasons = []Season{{Name: "夏季", From: MonthDay{6, 1}, To: MonthDay{9, 30},
		Shifts: []Shift{{NewClock(8, 0), NewClock(12, 0)}, {NewClock(15, 0), NewClock(18, 30)}}}}
	return h
}

func TestOfficeHoursAddAcrossDays(t *testing.T) {
	t.Parallel()
	usual, season := Hours{}, summer()
	for _, tc := range []struct {
		name  string
		hours *Hours
		from  string
		dur   time.Duration
		want  string
	}{
		{"within the morning", &usual, "2026-10-09 08:30", time.Hour, "2026-10-09 09:30"},
		{"over lunch", &usual, "2026-10-09 11:30", time.Hour, "2026-10-09 15:00"},
		{"ends with the shift", &usual, "2026-10-09 08:00", 4 * time.Hour, "2026-10-09 12:00"},
		{"before opening", &usual, "2026-10-09 03:00", time.Hour, "2026-10-09 09:00"},
		{"Friday evening into a make-up Saturday", &usual, "2026-10-09 17:00", 4 * time.Hour, "2026-10-10 11:00"},
		{"over the National Day week", &usual, "2026-09-30 17:30", time.Hour, "2026-10-08 08:30"},
		{"summer lunch", &season, "2026-07-01 11:30", time.Hour, "2026-07-01 15:30"},
		{"summer ends", &season, "2026-09-30 18:00", time.Hour, "2026-10-08 08:30"},
	} {
		if got := tc.hours.Add(Builtin(), at(t, tc.from), tc.dur); !got.Equal(at(t, tc.want)) {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestSeasonsMayReachOverTheNewYear(t *testing.T) {
	t.Parallel()
	h := DefaultHours()
	winter := []Shift{{NewClock(8, 30), NewClock(17, 0)}}
	h.Seasons = []Season{{Name: "冬季", From: MonthDay{11, 1}, To: MonthDay{2, 29}, Shifts: winter}}
	if err := h.Validate(); err != nil {
		t.Fatal(err)
	}
	for date, want := range map[string]int{"2026-01-15": 1, "2026-12-31": 1, "2026-02-28": 1, "2026-03-01": 2, "2026-10-31": 2} {
		if got := len(h.On(on(t, date))); got != want {
			t.Errorf("%s: got %d shifts, want %d", date, got, want)
		}
	}
}

func TestImpossibleHoursAreRefused(t *testing.T) {
	t.Parallel()
	shift := func(a, b int) Shift { return Shift{NewClock(a, 0), NewClock(b, 0)} }
	usual := []Shift{shift(8, 12)}
	for name, h := range map[string]Hours{
		"reversed":            {Shifts: []Shift{shift(12, 8)}},
		"overlapping":         {Shifts: []Shift{shift(8, 12), shift(11, 14)}},
		"after midnight":      {Shifts: []Shift{shift(8, 25)}},
		"season without time": {Shifts: usual, Seasons: []Season{{From: MonthDay{1, 1}, To: MonthDay{2, 1}}}},
		"season without date": {Shifts: usual, Seasons: []Season{{Shifts: usual}}},
		"seasons overlapping": {Shifts: usual, Seasons: []Season{
			{From: MonthDay{1, 1}, To: MonthDay{5, 1}, Shifts: usual}, {From: MonthDay{5, 1}, To: MonthDay{6, 1}, Shifts: usual}}},
	} {
		if h.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	zero := Hours{}
	if err := zero.Validate(); err != nil {
		t.Errorf("zero hours are the default: %v", err)
	}
}

func TestHoursSurviveStorage(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(summer())
	if err != nil {
		t.Fatal(err)
	}
	var got Hours
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(summer(), got); diff != "" {
		t.Errorf("%s\n%s", b, diff)
	}
	for _, bad := range []string{`{"shifts":[{"from":"8:00","to":"12:00"}]}`, `{"shifts":[{"from":"08:61","to":"12:00"}]}`,
		`{"seasons":[{"from":"02-30"}]}`, `{"shifts":[{"from":"24:01"}]}`} {
		if json.Unmarshal([]byte(bad), &got) == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func TestWorkedUndoesAdd(t *testing.T) {
	t.Parallel()
	hours := summer()
	rapid.Check(t, func(t *rapid.T) {
		from := NewDate(2024, 1, 1).Start().Add(time.Duration(rapid.IntRange(0, 4*365*24*60).Draw(t, "from")) * time.Minute)
		dur := time.Duration(rapid.IntRange(1, 60*200).Draw(t, "minutes")) * time.Minute
		to := hours.Add(Builtin(), from, dur)
		if got := hours.Worked(Builtin(), from, to); got != dur {
			t.Fatalf("from %s +%s = %s, which holds %s", from, dur, to, got)
		}
		if got := hours.Worked(Builtin(), from, to.Add(-time.Minute)); got != dur-time.Minute {
			t.Fatalf("%s is not the earliest such moment", to)
		}
	})
}

func TestOfficeTimeIsAShiftOfAWorkingDay(t *testing.T) {
	t.Parallel()
	summer := &Hours{Shifts: DefaultHours().Shifts, Seasons: []Season{{Name: "夏", From: MonthDay{time.June, 1}, To: MonthDay{time.August, 31}, Shifts: []Shift{{NewClock(15, 0), NewClock(18, 30)}}}}}
	for _, c := range []struct {
		at    string
		hours *Hours
		want  bool
	}{
		{"2026-11-16T08:00:00+08:00", nil, true}, {"2026-11-16T07:59:00+08:00", nil, false}, {"2026-11-16T12:00:00+08:00", nil, false},
		{"2026-11-15T09:00:00+08:00", nil, false}, {"2026-10-10T09:00:00+08:00", nil, true}, {"2026-10-01T09:00:00+08:00", nil, false},
		{"2026-07-01T18:15:00+08:00", summer, true}, {"2026-07-01T09:00:00+08:00", summer, false},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := Builtin().Office(at, c.hours); got != c.want {
			t.Errorf("%s: got %t, want %t", c.at, got, c.want)
		}
	}
}
