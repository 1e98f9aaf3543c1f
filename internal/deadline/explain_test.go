package deadline

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hotline/internal/workday"
)

// told explains and writes each day as "date n code words".
func told(t testing.TB, in In) (Explanation, []string) {
	t.Helper()
	in.Calendar = workday.Builtin()
	e, err := Explain(in)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range e.Days {
		mark := "-"
		if d.Counted {
			mark = string(rune('0' + d.N))
		}
		out = append(out, d.Date.String()[5:]+" "+mark+" "+d.Code+" "+d.Zh)
	}
	return e, out
}

func TestEveryDayIsExplained(t *testing.T) {
	t.Parallel()
	e, got := told(t, In{Rule: limit(2, WorkingDays), Start: at(t, "2026-10-08 10:00"), Extensions: []Extension{{Amount: 1}},
		Pauses: []Pause{{From: at(t, "2026-10-09 10:00"), To: at(t, "2026-10-09 12:00"), Reason: "听证"}}})
	want := []string{
		"10-08 - start_day 起算当日不计", "10-09 - paused 暂停计时：听证", "10-10 1 makeup 国庆节调休上班",
		"10-11 - weekend 周日", "10-12 2 weekday 工作日", "10-13 3 weekday 工作日（延期）",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := "测试：2 个工作日，2026-10-08 10:00 起算，延期 1 个工作日，暂停 1 次，2026-10-14 00:00 届满（末日 2026-10-13，本地时限表）。"; e.Zh != want {
		t.Errorf("got %s, want %s", e.Zh, want)
	}
	if !strings.HasSuffix(e.En, "due 2026-10-14 00:00 (last day 2026-10-13; local table).") {
		t.Errorf("got %s", e.En)
	}
}

func TestHoursFixedAndRolledDaysAreExplained(t *testing.T) {
	t.Parallel()
	_, got := told(t, In{Rule: limit(4, WorkingHours), Start: at(t, "2026-03-06 17:30")})
	want := []string{"03-06 1 hours 计 30 分钟", "03-07 - weekend 周六", "03-08 - weekend 周日", "03-09 2 hours 计 3 小时 30 分钟"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hours (-want +got):\n%s", diff)
	}
	r := limit(1, CalendarDays)
	r.Roll = RollForward
	_, got = told(t, In{Rule: r, Start: at(t, "2026-03-06 17:30")})
	want = []string{"03-06 - start_day 起算当日不计", "03-07 1 calendar_day 自然日", "03-08 - rolled 期满日遇休息日，顺延：周日", "03-09 - rolled 期满日遇休息日，顺延：工作日"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rolled (-want +got):\n%s", diff)
	}
	fixed := limit(5, DayOfMonth)
	fixed.ExtensionLimit = 0
	_, got = told(t, In{Rule: fixed, Start: at(t, "2026-12-03")})
	want = []string{"12-03 - waiting 工作日", "12-04 - waiting 期限前最后一个工作日", "12-05 - fixed_date 期限日（当日 24 时止），周六"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fixed (-want +got):\n%s", diff)
	}
	e, _ := told(t, In{Rule: limit(8, WorkingDays), Start: at(t, "2026-12-28"), Pauses: []Pause{{From: at(t, "2027-01-05")}}})
	if !e.Days[len(e.Days)-1].Provisional || !strings.HasSuffix(e.Zh, "，正在暂停，暂定。") {
		t.Errorf("got %s", e.Zh)
	}
}

func TestExplanationAddsUpToTheComputation(t *testing.T) {
	t.Parallel()
	units := []Unit{WorkingDays, CalendarDays, WorkingHours, ClockHours, ClockMinutes}
	rapid.Check(t, func(t *rapid.T) {
		start := someTime(t, "start")
		r := limit(rapid.IntRange(1, 30).Draw(t, "amount"), rapid.SampledFrom(units).Draw(t, "unit"))
		r.Roll = rapid.SampledFrom([]Roll{RollNone, RollForward, RollBack}).Draw(t, "roll")
		in := In{Rule: r, Start: start, Calendar: workday.Builtin(), Pauses: somePauses(t, start)}
		total := r.Amount
		if rapid.Bool().Draw(t, "extended") {
			n := rapid.IntRange(1, r.Amount).Draw(t, "extension")
			in.Extensions, total = []Extension{{Amount: n}}, total+n
		}
		e, err := Explain(in)
		if err != nil {
			t.Fatal(err)
		}
		if d, _ := Compute(in); d != e.Due {
			t.Fatalf("explained %+v, computed %+v", e.Due, d)
		}
		if r.Unit.days() && e.Counted != total {
			t.Fatalf("counted %d days, want %d", e.Counted, total)
		}
		if want := hoursOf(r.Unit, total); !r.Unit.days() && e.Time != want {
			t.Fatalf("counted %s, want %s", e.Time, want)
		}
		for i, day := range e.Days {
			if day.Date != e.Days[0].Date.Add(i) || day.Zh == "" || day.Code == "" {
				t.Fatalf("day %d is %+v", i, day)
			}
		}
		if last := e.Days[len(e.Days)-1].Date; last < e.Due.Date {
			t.Fatalf("days end %s, due %s", last, e.Due.Date)
		}
	})
}

func TestEveryDefaultRuleCanBeExplained(t *testing.T) {
	t.Parallel()
	outer := Due{RuleCode: Resolve, At: at(t, "2026-03-12")}
	for _, r := range defaults(t).Current(at(t, "2026-03-02")) {
		for _, printed := range []time.Time{{}, at(t, "2026-03-11 17:00")} {
			e, days := told(t, In{Rule: r, Start: at(t, "2026-03-02 10:00"), Outer: &outer, Printed: printed})
			if len(days) == 0 || e.Days[len(e.Days)-1].Date != e.Due.Date || e.Zh == "" || e.En == "" {
				t.Errorf("%s: %s, days %v", r.Code, e.Zh, days)
			}
		}
	}
}

func TestRemainingTimeIsSaidInWorkingDays(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ now, due, zh, en, wall string }{
		{"2026-03-02 15:00", "2026-03-11 00:00", "剩 6 个工作日 3 小时", "6 working days 3 h left", "剩 8 天 9 小时"},
		{"2026-03-02 08:00", "2026-03-02 11:20", "剩 3 小时 20 分钟", "3 h 20 min left", "剩 3 小时 20 分钟"},
		{"2026-03-06 17:30", "2026-03-09 09:00", "剩 1 小时 30 分钟", "1 h 30 min left", "剩 2 天 15 小时"},
		{"2026-03-06 19:00", "2026-03-07 00:00", "剩 0 分钟", "0 min left", "剩 5 小时 0 分钟"},
		{"2026-03-11 00:00", "2026-03-11 00:00", "已超 0 分钟", "0 min late", "已超 0 分钟"},
		{"2026-03-12 10:00", "2026-03-11 00:00", "已超 1 个工作日 2 小时", "1 working day 2 h late", "已超 1 天 10 小时"},
	} {
		l := Remaining(at(t, tc.now), at(t, tc.due), workday.Builtin(), nil)
		if l.Zh() != tc.zh || l.En() != tc.en {
			t.Errorf("%s to %s: got %s / %s, want %s / %s", tc.now, tc.due, l.Zh(), l.En(), tc.zh, tc.en)
		}
		if got := strings.TrimSuffix(l.WallZh(), " 0 分钟"); got != strings.TrimSuffix(tc.wall, " 0 分钟") {
			t.Errorf("%s to %s: got wall %s, want %s", tc.now, tc.due, l.WallZh(), tc.wall)
		}
	}
}

func TestRemainingTimeAddsUp(t *testing.T) {
	t.Parallel()
	c, hours := workday.Builtin(), workday.DefaultHours()
	rapid.Check(t, func(t *rapid.T) {
		now := someTime(t, "now")
		due := now.Add(time.Duration(rapid.IntRange(-20*24*60, 20*24*60).Draw(t, "left")) * time.Minute)
		l := Remaining(now, due, c, &hours)
		want := hours.Worked(c, now, due) + hours.Worked(c, due, now)
		if got := time.Duration(l.Days)*hours.Length(0) + l.Time; got != want || l.Late == due.After(now) {
			t.Fatalf("got %+v, want %s of office time", l, want)
		}
	})
}
