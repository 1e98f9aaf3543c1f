package workday

import "time"

// Length is the working time of the office on a working day d.
func (h *Hours) Length(d Date) time.Duration {
	var total time.Duration
	for _, s := range h.On(d) {
		total += time.Duration(s.To-s.From) * time.Minute
	}
	return total
}

// Add returns the moment at which the office has worked for dur since from.
// Time outside office hours and on days off does not count. When the last
// minute of a shift is the last one needed, the answer is the end of that
// shift, not the start of the next. With dur <= 0 it returns from.
func (h *Hours) Add(c *Calendar, from time.Time, dur time.Duration) time.Time {
	if dur <= 0 {
		return from
	}
	for d := DateOf(from); ; d++ {
		if !c.Day(d).Working {
			continue
		}
		midnight := d.Start()
		for _, s := range h.On(d) {
			start, end := s.at(midnight)
			if start.Before(from) {
				start = from
			}
			free := end.Sub(start)
			if free <= 0 {
				continue
			}
			if dur <= free {
				return start.Add(dur).In(Zone)
			}
			dur -= free
		}
	}
}

// Worked is the working time of the office in the half-open period from..to.
func (h *Hours) Worked(c *Calendar, from, to time.Time) time.Duration {
	var total time.Duration
	if !from.Before(to) {
		return 0
	}
	for d := DateOf(from); d <= LastDateBefore(to); d++ {
		if c.Day(d).Working {
			total += h.within(d, from, to)
		}
	}
	return total
}

// within is the office time of d that lies in from..to.
func (h *Hours) within(d Date, from, to time.Time) time.Duration {
	var total time.Duration
	midnight := d.Start()
	for _, s := range h.On(d) {
		start, end := s.at(midnight)
		if start.Before(from) {
			start = from
		}
		if end.After(to) {
			end = to
		}
		if free := end.Sub(start); free > 0 {
			total += free
		}
	}
	return total
}

// at returns the moments of the shift on the day that begins at midnight.
func (s Shift) at(midnight time.Time) (time.Time, time.Time) {
	return midnight.Add(time.Duration(s.From) * time.Minute), midnight.Add(time.Duration(s.To) * time.Minute)
}
