package workday

import "time"

// AddWorkingDays returns the n-th working day after d; d itself is not
// counted. A negative n counts backwards. With n = 0 it returns d.
func (c *Calendar) AddWorkingDays(d Date, n int) Date {
	step := Date(1)
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d += step
		if c.Day(d).Working {
			n--
		}
	}
	return d
}

// WorkingDays counts the working days after from, up to and including to. It
// is 0 when to is not after from.
func (c *Calendar) WorkingDays(from, to Date) int {
	n := 0
	for d := from + 1; d <= to; d++ {
		if c.Day(d).Working {
			n++
		}
	}
	return n
}

// WorkingDaysOf counts the working days of a year.
func (c *Calendar) WorkingDaysOf(year int) int {
	return c.WorkingDays(NewDate(year-1, time.December, 31), NewDate(year, time.December, 31))
}

// Forward returns the first working day on or after d.
func (c *Calendar) Forward(d Date) Date {
	for !c.Day(d).Working {
		d++
	}
	return d
}

// Back returns the last working day on or before d.
func (c *Calendar) Back(d Date) Date {
	for !c.Day(d).Working {
		d--
	}
	return d
}

// Differences lists the dates that are worked in one calendar and not in the
// other, oldest first. After an import, the open deadlines whose time touches
// one of them are those to compute again.
func Differences(a, b *Calendar) []Date {
	first, end := a.span()
	first2, end2 := b.span()
	switch {
	case first == end:
		first, end = first2, end2
	case first2 != end2:
		first, end = min(first, first2), max(end, end2)
	}
	var out []Date
	for d := first; d < end; d++ {
		if a.Day(d).Working != b.Day(d).Working {
			out = append(out, d)
		}
	}
	return out
}

// span is the half-open range of dates the calendar holds in memory.
func (c *Calendar) span() (Date, Date) { return c.first, c.first + Date(len(c.days)) }
