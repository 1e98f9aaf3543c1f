package deadline

import (
	"time"

	"hotline/internal/workday"
)

// measure counts time, in office hours or on the wall clock.
type measure struct {
	calendar *workday.Calendar
	hours    *workday.Hours
	office   bool
}

// add is the moment at which dur has passed since from.
func (m measure) add(from time.Time, dur time.Duration) time.Time {
	if m.office {
		return m.hours.Add(m.calendar, from, dur)
	}
	return from.Add(dur)
}

// between is the time in from..to, never negative.
func (m measure) between(from, to time.Time) time.Duration {
	if m.office {
		return m.hours.Worked(m.calendar, from, to)
	}
	return max(0, to.Sub(from))
}

// advance is add without the paused moments.
func (m measure) advance(from time.Time, dur time.Duration, pauses []span) time.Time {
	pos := from
	for i := range pauses {
		p := &pauses[i]
		if !p.to.After(pos) {
			continue
		}
		if p.from.After(pos) {
			free := m.between(pos, p.from)
			if free >= dur {
				return m.add(pos, dur)
			}
			dur -= free
		}
		pos = p.to
	}
	return m.add(pos, dur)
}

// elapsed is between without the paused moments.
func (m measure) elapsed(from, to time.Time, pauses []span) time.Duration {
	var total time.Duration
	pos := from
	for i := range pauses {
		p := &pauses[i]
		if !p.to.After(pos) {
			continue
		}
		if !p.from.Before(to) {
			break
		}
		if p.from.After(pos) {
			total += m.between(pos, p.from)
		}
		pos = p.to
	}
	return total + m.between(pos, to)
}

// advanceDays returns the n-th day after d that counts: working days or all
// days, without those a pause touches.
func advanceDays(c *workday.Calendar, d workday.Date, n int, working bool, pauses []span) workday.Date {
	if !working && len(pauses) == 0 {
		return d.Add(n)
	}
	for n > 0 {
		d++
		if counts(c, d, working, pauses) {
			n--
		}
	}
	return d
}

// counts reports whether d counts.
func counts(c *workday.Calendar, d workday.Date, working bool, pauses []span) bool {
	return touching(pauses, d) == nil && (!working || c.Day(d).Working)
}

// shift moves a due moment by n working days and keeps its place in the day,
// 24:00 included.
func shift(c *workday.Calendar, at time.Time, n int) time.Time {
	day := workday.LastDateBefore(at)
	return c.AddWorkingDays(day, n).Start().Add(at.Sub(day.Start()))
}
