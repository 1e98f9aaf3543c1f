package duty

import (
	"fmt"
	"testing"
	"time"

	"hotline/internal/workday"
)

func at(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, workday.Zone) }

func words(list []Span) string {
	s := ""
	for _, x := range list {
		s += fmt.Sprintf("%s–%s ", x.From.In(workday.Zone).Format("2T15"), x.To.In(workday.Zone).Format("2T15"))
	}
	return s
}

func TestGapsAreTheClosedHoursWithoutAShift(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		first, last int
		shifts      []Span
		want        string
	}{
		{"a working day", 16, 16, nil, "16T00–16T08 16T18–17T00 "},
		{"a Sunday", 15, 15, nil, "15T00–16T00 "},
		{"a night shift over midnight", 16, 17, []Span{{at(16, 18), at(17, 8)}}, "16T00–16T08 17T18–18T00 "},
		{"shifts that meet", 16, 16, []Span{{at(15, 18), at(16, 4)}, {at(16, 4), at(16, 8)}, {at(16, 17), at(17, 8)}}, ""},
		{"a shift in office hours covers none", 16, 16, []Span{{at(16, 9), at(16, 12)}}, "16T00–16T08 16T18–17T00 "},
		{"a hole within", 15, 15, []Span{{at(15, 0), at(15, 9)}, {at(15, 10), at(16, 0)}}, "15T09–15T10 "},
	} {
		first, last := workday.NewDate(2026, 11, c.first), workday.NewDate(2026, 11, c.last)
		if got := words(Gaps(first, last, c.shifts, workday.Builtin(), nil)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAUnitIsUncoveredWhileEveryHolderIsAway(t *testing.T) {
	t.Parallel()
	window := Span{at(16, 0), at(30, 0)}
	always := Span{at(1, 0), at(30, 23)}
	for _, c := range []struct {
		name    string
		holders []Holder
		want    string
	}{
		{"the only lead away", []Holder{{always, []Span{{at(17, 0), at(20, 0)}}}}, "17T00–20T00 "},
		{"two leads away in turn", []Holder{{always, []Span{{at(17, 0), at(20, 0)}}}, {always, []Span{{at(20, 0), at(22, 0)}}}}, ""},
		{"two leads away together", []Holder{{always, []Span{{at(17, 0), at(20, 0)}}}, {always, []Span{{at(19, 0), at(22, 0)}}}}, "19T00–20T00 "},
		{"a deputy fills in", []Holder{{always, []Span{{at(17, 0), at(20, 0)}}}, {Span{at(17, 0), at(19, 0)}, nil}}, "19T00–20T00 "},
		{"away before the window", []Holder{{always, []Span{{at(1, 0), at(10, 0)}}}}, ""},
	} {
		if got := words(Uncovered(window, c.holders)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
