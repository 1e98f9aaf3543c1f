package deadline

import (
	"errors"
	"fmt"
	"time"

	"hotline/internal/workday"
)

// ErrInput is wrapped by the error of a computation that lacks its rule,
// start, calendar or outer due time.
var ErrInput = errors.New("deadline: incomplete input")

// In is everything a due time depends on.
type In struct {
	Rule       *Rule
	Start      time.Time
	Calendar   *workday.Calendar
	Hours      *workday.Hours // of the unit that has the duty; nil is the default
	Pauses     []Pause        // in any order, may overlap
	Extensions []Extension    // the granted ones, oldest first
	// Printed is the due time printed on an order. It goes before the rule's
	// own amount; pauses and extensions still move it. For a bare date pass
	// Date.End().
	Printed time.Time
	// Outer is the due time that Rule.CappedBy or Rule.Back refers to. A rule
	// with Back needs it; without it a cap does not apply.
	Outer *Due
}

// Due is a computed due time with all that is needed to compute it again.
type Due struct {
	RuleCode        string
	RuleVersion     int
	CalendarVersion string
	StartAt         time.Time
	// At is the due moment: the duty is met by an earlier event.
	At time.Time
	// Base is At without pauses and extensions.
	Base time.Time
	// Date is the last day, the one to show.
	Date workday.Date
	// Target is the last working day on or before Date: the day to aim at.
	Target workday.Date
	// Provisional: a year without its notice took part (暂定).
	Provisional bool
	// Paused: a pause is running, the clock stands.
	Paused bool
	Reason Reason
}

// Duty is the duty of the rule.
func (d *Due) Duty() string { return DutyOf(d.RuleCode) }

// Met reports whether an event at metAt is in time.
func Met(dueAt, metAt time.Time) bool { return metAt.Before(dueAt) }

// clock is a computation under way.
type clock struct {
	*In
	measure
	pauses  []span
	running bool
	day     workday.Date // the start day
	extra   int          // granted, in the rule's unit
}

// Compute returns the due time. Its cost grows with the days between start
// and due and with the number of pauses; without pauses it does not allocate.
// Errors wrap ErrInput, ErrRule, ErrPause or ErrExtension.
func Compute(in In) (Due, error) {
	c, err := newClock(&in)
	if err != nil {
		return Due{}, err
	}
	return c.due(), nil
}

func newClock(in *In) (clock, error) {
	switch {
	case in.Rule == nil || in.Calendar == nil || in.Start.IsZero():
		return clock{}, fmt.Errorf("%w: rule, calendar and start are needed", ErrInput)
	case in.Rule.Amount < 1 || in.Rule.Amount > maxAmount:
		return clock{}, fmt.Errorf("%w %q: amount %d", ErrRule, in.Rule.Code, in.Rule.Amount)
	case in.Rule.Back != nil && (in.Outer == nil || in.Outer.At.IsZero()):
		return clock{}, fmt.Errorf("%w: %s needs the due time of %s", ErrInput, in.Rule.Code, in.Rule.Back.From)
	}
	extra, err := granted(in.Rule, in.Extensions)
	if err != nil {
		return clock{}, err
	}
	pauses, running, err := spans(in.Pauses)
	if err != nil {
		return clock{}, err
	}
	hours := in.Hours
	if hours == nil {
		hours = &zeroHours
	}
	return clock{In: in, measure: measure{in.Calendar, hours, in.Rule.Unit.office()},
		pauses: pauses, running: running, day: workday.DateOf(in.Start), extra: extra}, nil
}

// zeroHours are the default office hours.
var zeroHours workday.Hours

func (c *clock) due() Due {
	d := Due{RuleCode: c.Rule.Code, RuleVersion: c.Rule.Version, CalendarVersion: c.Calendar.Version(),
		StartAt: c.Start, Paused: c.running, Reason: c.reason()}
	d.At = c.at(c.extra, c.pauses)
	d.Base = d.At
	if c.moved() && c.Rule.Back == nil {
		d.Base = c.at(0, nil)
	}
	d.Provisional = c.provisional(d.At)
	if o := c.Outer; c.Rule.CappedBy != "" && o != nil && o.At.Before(d.At) {
		d.At, d.Reason, d.Provisional = o.At, ByCap, o.Provisional
	}
	d.At = d.At.In(workday.Zone)
	d.Date = workday.LastDateBefore(d.At)
	d.Target = c.Calendar.Back(d.Date)
	return d
}

// moved reports whether a pause or an extension takes part.
func (c *clock) moved() bool { return c.extra > 0 || len(c.pauses) > 0 }

func (c *clock) reason() Reason {
	switch {
	case c.Rule.Back != nil:
		return ByOuter
	case !c.Printed.IsZero():
		return ByPrinted
	case c.Rule.Basis == Statute:
		return ByStatute
	}
	return ByLocal
}

// at is the due moment with extra granted and pauses observed.
func (c *clock) at(extra int, pauses []span) time.Time {
	switch u := c.Rule.Unit; {
	case c.Rule.Back != nil:
		return c.back(pauses)
	case !c.Printed.IsZero() && (u == DayOfMonth || extra == 0 && len(pauses) == 0 || !c.Printed.After(c.Start)):
		return c.Printed
	case u == DayOfMonth:
		return c.roll(c.dayOfMonth()).End()
	case u.days():
		return c.dayLimit(extra, pauses)
	default:
		return c.advance(c.Start, c.length()+hoursOf(u, extra), pauses)
	}
}

// dayLimit ends at 24:00 of the last day, or at the hour printed on the order.
func (c *clock) dayLimit(extra int, pauses []span) time.Time {
	working := c.Rule.Unit == WorkingDays
	last := advanceDays(c.Calendar, c.day, c.amount()+extra, working, pauses)
	if c.Printed.IsZero() {
		return c.roll(last).End()
	}
	printed := workday.LastDateBefore(c.Printed)
	if last < printed || last == c.day {
		return c.Printed // nothing fell into the period
	}
	return last.Start().Add(c.Printed.Sub(printed.Start()))
}

// amount is the rule's amount, or what the printed due time comes to, in days.
func (c *clock) amount() int {
	if c.Printed.IsZero() {
		return c.Rule.Amount
	}
	printed := workday.LastDateBefore(c.Printed)
	if c.Rule.Unit == WorkingDays {
		return c.Calendar.WorkingDays(c.day, printed)
	}
	return max(0, int(printed-c.day))
}

// length is the rule's amount, or what the printed due time comes to, as time.
func (c *clock) length() time.Duration {
	if c.Printed.IsZero() {
		return hoursOf(c.Rule.Unit, c.Rule.Amount)
	}
	return c.between(c.Start, c.Printed)
}

func hoursOf(u Unit, n int) time.Duration {
	if u == ClockMinutes {
		return time.Duration(n) * time.Minute
	}
	return time.Duration(n) * time.Hour
}

// dayOfMonth is the first such day on or after the start day.
func (c *clock) dayOfMonth() workday.Date {
	y, m, _ := c.day.YMD()
	for {
		length := int(workday.NewDate(y, m+1, 1) - workday.NewDate(y, m, 1))
		d := workday.NewDate(y, m, min(c.Rule.Amount, length))
		if d >= c.day {
			return d
		}
		m++
	}
}

// roll moves a last day off as the rule says, but never into the start day.
func (c *clock) roll(last workday.Date) workday.Date {
	switch {
	case c.Rule.Unit == WorkingDays:
		return last
	case c.Rule.Roll == RollForward:
		return c.Calendar.Forward(last)
	case c.Rule.Roll == RollBack:
		if d := c.Calendar.Back(last); d > c.day {
			return d
		}
	}
	return last
}

// back measures from the outer due time. The outer one has its pauses and
// extensions in it already.
func (c *clock) back(pauses []span) time.Time {
	outer, b := c.Outer.At, c.Rule.Back
	if !outer.After(c.Start) {
		return outer
	}
	if c.Calendar.WorkingDays(c.day, workday.LastDateBefore(outer)) >= b.MinDays {
		return shift(c.Calendar, outer, -c.Rule.Amount)
	}
	m := c.measure
	total := m.elapsed(c.Start, outer, pauses)
	if total == 0 {
		m.office = false
		total = m.elapsed(c.Start, outer, pauses)
	}
	return m.advance(c.Start, total*time.Duration(b.Share)/100, pauses)
}

// provisional reports whether a year without its notice took part.
func (c *clock) provisional(at time.Time) bool {
	switch u := c.Rule.Unit; {
	case c.Rule.Back != nil && c.Outer.Provisional:
		return true
	case !c.Printed.IsZero() && !c.moved(), u == ClockHours, u == ClockMinutes:
		return false
	case !u.office() && (c.Rule.Roll == "" || c.Rule.Roll == RollNone):
		return false
	}
	first := c.day
	if c.Rule.Unit != WorkingHours {
		first++
	}
	for y, last := first.Year(), workday.LastDateBefore(at).Year(); y <= last; y++ {
		if c.Calendar.Provisional(y) {
			return true
		}
	}
	return false
}
