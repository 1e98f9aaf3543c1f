package workday

import (
	"fmt"
	"time"
)

// Clock is a time of day in minutes after midnight, 00:00 to 24:00. Its text
// form is "08:00".
type Clock int16

// NewClock returns the time of day of hour and minute.
func NewClock(hour, minute int) Clock { return Clock(hour*60 + minute) }

// ClockOf returns the time of day in Zone at t, seconds cut off.
func ClockOf(t time.Time) Clock {
	t = t.In(Zone)
	return NewClock(t.Hour(), t.Minute())
}

// String returns "08:00".
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c/60, c%60) }

// MarshalText writes "08:00".
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads "08:00"; "24:00" is the end of the day.
func (c *Clock) UnmarshalText(b []byte) error {
	h, m, ok := twoNumbers(b, ':')
	if !ok || h > 24 || m > 59 || h == 24 && m > 0 {
		return fmt.Errorf("workday: time %q is not like 08:00", b)
	}
	*c = NewClock(h, m)
	return nil
}

// On returns the moment of c on d.
func (c Clock) On(d Date) time.Time { return d.Start().Add(time.Duration(c) * time.Minute) }

// MonthDay is a day of every year. Its text form is "06-01".
type MonthDay struct {
	Month time.Month
	Day   int
}

// String returns "06-01".
func (m MonthDay) String() string { return fmt.Sprintf("%02d-%02d", int(m.Month), m.Day) }

// MarshalText writes "06-01".
func (m MonthDay) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads "06-01". 02-29 is allowed.
func (m *MonthDay) UnmarshalText(b []byte) error {
	month, day, ok := twoNumbers(b, '-')
	p := MonthDay{time.Month(month), day}
	if !ok || !p.valid() {
		return fmt.Errorf("workday: day of the year %q is not like 06-01", b)
	}
	*m = p
	return nil
}

// valid reports whether a leap year has the day.
func (m MonthDay) valid() bool {
	_, month, day := NewDate(2024, m.Month, m.Day).YMD()
	return month == m.Month && day == m.Day
}

// order sorts the days of a year.
func (m MonthDay) order() int { return int(m.Month)*100 + m.Day }

// twoNumbers reads "dd?dd" with the separator sep.
func twoNumbers(b []byte, sep byte) (int, int, bool) {
	if len(b) != 5 || b[2] != sep {
		return 0, 0, false
	}
	for _, i := range [...]int{0, 1, 3, 4} {
		if b[i] < '0' || b[i] > '9' {
			return 0, 0, false
		}
	}
	return int(b[0]-'0')*10 + int(b[1]-'0'), int(b[3]-'0')*10 + int(b[4]-'0'), true
}

// Shift is one stretch of a working day; To is excluded.
type Shift struct {
	From Clock `json:"from"`
	To   Clock `json:"to"`
}

// Season replaces the ordinary shifts between two days of every year, both
// included. It may reach over the new year (From after To).
type Season struct {
	Name   string   `json:"name"`
	From   MonthDay `json:"from"`
	To     MonthDay `json:"to"`
	Shifts []Shift  `json:"shifts"`
}

// Hours are the office hours of a unit on working days. The zero Hours are
// DefaultHours. Hours are data: keep them unchanged once in use.
type Hours struct {
	Shifts  []Shift  `json:"shifts"`
	Seasons []Season `json:"seasons,omitempty"`
}

// defaultShifts are 08:00-12:00 and 14:30-18:00.
var defaultShifts = []Shift{
	{NewClock(8, 0), NewClock(12, 0)},
	{NewClock(14, 30), NewClock(18, 0)},
}

// DefaultHours are 08:00-12:00 and 14:30-18:00 all year: 7.5 hours a day.
func DefaultHours() Hours {
	return Hours{Shifts: []Shift{defaultShifts[0], defaultShifts[1]}}
}

// On returns the shifts of the office on d, were d a working day. The slice
// is shared and must not be changed.
func (h *Hours) On(d Date) []Shift {
	if len(h.Seasons) > 0 {
		_, month, day := d.YMD()
		at := MonthDay{month, day}.order()
		for i := range h.Seasons {
			if s := &h.Seasons[i]; s.covers(at) {
				return s.Shifts
			}
		}
	}
	if len(h.Shifts) == 0 {
		return defaultShifts
	}
	return h.Shifts
}

// covers reports whether the season holds the day with that order.
func (s *Season) covers(at int) bool {
	from, to := s.From.order(), s.To.order()
	if from <= to {
		return from <= at && at <= to
	}
	return at >= from || at <= to
}

// Validate checks that shifts are in order, apart and not empty, and that no
// day belongs to two seasons. The error is an *Invalid.
func (h *Hours) Validate() error {
	var p problems
	if len(h.Shifts) > 0 || len(h.Seasons) > 0 {
		checkShifts(&p, "shifts", h.Shifts)
	}
	for i := range h.Seasons {
		s := &h.Seasons[i]
		field := fmt.Sprintf("seasons[%d]", i)
		if !s.From.valid() || !s.To.valid() {
			p.add(field, "起止月日不正确", "has no valid first and last day")
		}
		checkShifts(&p, field+".shifts", s.Shifts)
		for j := range i {
			o := &h.Seasons[j]
			if s.covers(o.From.order()) || o.covers(s.From.order()) {
				p.add(field, "与其他季节重叠", "overlaps another season")
			}
		}
	}
	return p.err()
}

func checkShifts(p *problems, field string, shifts []Shift) {
	if len(shifts) == 0 {
		p.add(field, "缺少办公时段", "has no shift")
	}
	var end Clock
	for i, s := range shifts {
		if s.From < end || s.To <= s.From || s.To > NewClock(24, 0) {
			p.add(fmt.Sprintf("%s[%d]", field, i), "时段重叠、颠倒或超出一天", "is reversed, overlaps or leaves the day")
		}
		end = s.To
	}
}

// Office reports whether t lies in office time: in a shift of a working day.
// nil hours are the default.
func (c *Calendar) Office(t time.Time, h *Hours) bool {
	d := DateOf(t)
	if !c.Day(d).Working {
		return false
	}
	if h == nil {
		h = &Hours{}
	}
	at := ClockOf(t)
	for _, s := range h.On(d) {
		if at >= s.From && at < s.To {
			return true
		}
	}
	return false
}
