package deadline

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"hotline/internal/workday"
)

// at parses "2006-01-02" or "2006-01-02 15:04" in Zone.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	layout := minuteLayout
	if len(s) == len("2006-01-02") {
		layout = "2006-01-02"
	}
	v, err := time.ParseInLocation(layout, s, workday.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// limit is a plain rule of n units.
func limit(n int, u Unit) *Rule {
	return &Rule{Code: "test", Zh: "测试", En: "test", Starts: []string{"begin"}, Meets: []string{"end"},
		Amount: n, Unit: u, ExtensionLimit: n, Basis: Local, Version: 1}
}

// compute fails the test on an error.
func compute(t testing.TB, in In) Due {
	t.Helper()
	if in.Calendar == nil {
		in.Calendar = workday.Builtin()
	}
	d, err := Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// defaults is the table the program ships with.
func defaults(t testing.TB) *Table {
	t.Helper()
	table, err := NewTable(Defaults())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// someTime draws a minute from 2024 to 2027.
func someTime(t *rapid.T, name string) time.Time {
	return workday.NewDate(2024, 1, 1).Start().Add(time.Duration(rapid.IntRange(0, 4*365*24*60).Draw(t, name)) * time.Minute)
}

// somePauses draws up to three ended pauses near start.
func somePauses(t *rapid.T, start time.Time) []Pause {
	var out []Pause
	for range rapid.IntRange(0, 3).Draw(t, "pauses") {
		from := start.Add(time.Duration(rapid.IntRange(-3*24*60, 20*24*60).Draw(t, "pause after")) * time.Minute)
		out = append(out, Pause{From: from, To: from.Add(time.Duration(rapid.IntRange(0, 10*24*60).Draw(t, "pause for")) * time.Minute)})
	}
	return out
}
