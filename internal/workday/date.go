package workday

import (
	"fmt"
	"time"
)

// Zone is the legal time of China, UTC+8 all year. It is a fixed offset, so
// nothing depends on a time zone database being installed.
var Zone = time.FixedZone("+08:00", 8*60*60)

const (
	daySeconds  = 24 * 60 * 60
	zoneSeconds = 8 * 60 * 60
	dateLayout  = "2006-01-02"
)

// Date is a calendar date in Zone, counted in days since 1970-01-01. Dates
// compare and subtract as integers. The zero Date means "no date".
type Date int32

// NewDate returns the date of year, month and day; like time.Date it
// normalises values out of range.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / daySeconds)
}

// DateOf returns the date on the wall calendar in Zone at t.
func DateOf(t time.Time) Date {
	s := t.Unix() + zoneSeconds
	d := s / daySeconds
	if s%daySeconds < 0 {
		d--
	}
	return Date(d)
}

// LastDateBefore returns the last date that has a moment before t: the date
// of t, or the day before it when t is exactly midnight. It is the last day
// of a half-open period that ends at t.
func LastDateBefore(t time.Time) Date {
	return DateOf(t.Add(-1))
}

// ParseDate reads "2006-01-02".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		return 0, fmt.Errorf("workday: date %q is not like 2006-01-02", s)
	}
	return Date(t.Unix() / daySeconds), nil
}

// YMD returns year, month and day.
func (d Date) YMD() (int, time.Month, int) {
	return time.Unix(int64(d)*daySeconds, 0).UTC().Date()
}

// Year returns the year of d.
func (d Date) Year() int {
	y, _, _ := d.YMD()
	return y
}

// Weekday returns the day of the week of d.
func (d Date) Weekday() time.Weekday {
	w := (int(d) + int(time.Thursday)) % 7
	if w < 0 {
		w += 7
	}
	return time.Weekday(w)
}

// Weekend reports whether d is a Saturday or Sunday.
func (d Date) Weekend() bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Add returns the date n days later, or earlier when n is negative.
func (d Date) Add(n int) Date { return d + Date(n) }

// Start is the first moment of d, 00:00 in Zone.
func (d Date) Start() time.Time {
	return time.Unix(int64(d)*daySeconds-zoneSeconds, 0).In(Zone)
}

// End is the first moment after d: 24:00 of d, 00:00 of the next date.
func (d Date) End() time.Time { return (d + 1).Start() }

// IsZero reports whether d is "no date".
func (d Date) IsZero() bool { return d == 0 }

// String returns "2006-01-02", or "" for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return time.Unix(int64(d)*daySeconds, 0).UTC().Format(dateLayout)
}

// MarshalText writes the date as "2006-01-02", and no date as "".
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	p, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = p
	return nil
}
