package demo

import (
	"math/rand/v2"
	"time"

	"hotline/internal/workday"
)

// clock draws times the way an office lives: mostly in office hours of worked
// days, now and then at night or on a weekend.
type clock struct {
	cal   *workday.Calendar
	hours workday.Hours
	rng   *rand.Rand
	now   time.Time
}

// received draws a time about age before now, never after now.
func (c *clock) received(age time.Duration, anyHour bool) time.Time {
	d := workday.DateOf(c.now.Add(-age))
	at := workday.NewClock(6+c.rng.IntN(17), c.rng.IntN(60)).On(d)
	if !anyHour {
		d = c.cal.Back(d)
		at = c.officeTime(d)
	}
	for at.After(c.now.Add(-3 * time.Minute)) {
		if d = d - 1; !anyHour {
			d = c.cal.Back(d)
		}
		at = c.officeTime(d)
	}
	return at
}

func (c *clock) officeTime(d workday.Date) time.Time {
	start := d.Start().Add(8 * time.Hour)
	return c.hours.Add(c.cal, start, time.Duration(1+c.rng.IntN(460))*time.Minute)
}

// later moves t on by minutes of office time, give or take a third.
func (c *clock) later(t time.Time, minutes int) time.Time {
	spread := max(minutes/3, 1)
	return c.hours.Add(c.cal, t, time.Duration(minutes-spread+c.rng.IntN(2*spread+1))*time.Minute)
}

// soon moves t on by minutes on the clock, day or night.
func (c *clock) soon(t time.Time, minutes int) time.Time {
	return t.Add(time.Duration(max(1, minutes/2+c.rng.IntN(minutes+1))) * time.Minute)
}
