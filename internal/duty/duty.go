// Package duty computes who covers which time: gaps of a duty roster, and the
// time in which a unit has no lead. It is pure; dutydb reads and writes.
package duty

import (
	"slices"
	"time"

	"hotline/internal/workday"
)

// Span is a stretch of time; To is excluded.
type Span struct{ From, To time.Time }

// Empty tells whether nothing lies in it.
func (s Span) Empty() bool { return !s.To.After(s.From) }

// clip is the part of s within w.
func (s Span) clip(w Span) Span {
	if s.From.Before(w.From) {
		s.From = w.From
	}
	if s.To.After(w.To) {
		s.To = w.To
	}
	return s
}

// Minus is what remains of the spans, in order and joined, once the others are
// taken away.
func Minus(of, others []Span) []Span {
	out := Join(of)
	for _, o := range others {
		if o.Empty() {
			continue
		}
		var next []Span
		for _, s := range out {
			for _, part := range [2]Span{{s.From, earlier(s.To, o.From)}, {later(s.From, o.To), s.To}} {
				if !part.Empty() {
					next = append(next, part)
				}
			}
		}
		out = next
	}
	return out
}

// Join sorts spans and makes one of those that touch; empty ones fall away.
func Join(list []Span) []Span {
	sorted := slices.DeleteFunc(slices.Clone(list), Span.Empty)
	slices.SortFunc(sorted, func(a, b Span) int { return a.From.Compare(b.From) })
	var out []Span
	for _, s := range sorted {
		if n := len(out); n > 0 && !s.From.After(out[n-1].To) {
			out[n-1].To = later(out[n-1].To, s.To)
			continue
		}
		out = append(out, s)
	}
	return out
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Closed is the part of the days from first to last in which the office is shut:
// what a duty roster has to cover. nil hours are the default.
func Closed(first, last workday.Date, cal *workday.Calendar, h *workday.Hours) []Span {
	if h == nil {
		h = &workday.Hours{}
	}
	var open []Span
	for d := first; d <= last; d++ {
		if !cal.Day(d).Working {
			continue
		}
		shifts := h.On(d)
		// The midday pause is the office's own: somebody is at hand.
		open = append(open, Span{shifts[0].From.On(d), shifts[len(shifts)-1].To.On(d)})
	}
	return Minus([]Span{{first.Start(), last.End()}}, open)
}

// Gaps are the closed hours of the days that no shift covers, each within one day.
func Gaps(first, last workday.Date, shifts []Span, cal *workday.Calendar, h *workday.Hours) []Span {
	var out []Span
	for _, g := range Minus(Closed(first, last, cal, h), shifts) {
		for d := workday.DateOf(g.From); d <= workday.LastDateBefore(g.To); d++ {
			out = append(out, g.clip(Span{d.Start(), d.End()}))
		}
	}
	return out
}

// Holder holds a role for a span, and is away for some.
type Holder struct {
	Held Span
	Away []Span
}

// Uncovered is the part of the window in which no holder is present.
func Uncovered(window Span, holders []Holder) []Span {
	var present []Span
	for _, h := range holders {
		present = append(present, Minus([]Span{h.Held.clip(window)}, h.Away)...)
	}
	return Minus([]Span{window}, present)
}
