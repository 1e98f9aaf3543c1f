package workday

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Kind says why a date is worked or not.
type Kind string

// The kinds of days.
const (
	Weekday Kind = "weekday" // Monday to Friday, worked
	Weekend Kind = "weekend" // Saturday or Sunday, off
	Holiday Kind = "holiday" // off by the notice or the statute
	Makeup  Kind = "makeup"  // a weekend day worked in exchange (调休)
)

// Day is the calendar's judgement of one date.
type Day struct {
	Working bool
	Kind    Kind
	Why     string // in Chinese: 工作日, 周六, 国庆节放假, 国庆节调休上班
	// Provisional: the year's notice is not loaded, so this may change.
	Provisional bool
}

// Calendar is an immutable set of years. Two calendars with equal versions
// judge every date alike. The zero Calendar knows no year; use Builtin or
// ParseCalendar.
type Calendar struct {
	version string
	years   []Year // canonical, by year
	first   Date   // date of days[0]
	days    []Day  // every date of the years known, without gaps
}

// NewCalendar builds a calendar from years. It returns an *Invalid error for
// a year that breaks a rule, and an error for a year given twice.
func NewCalendar(years ...Year) (*Calendar, error) {
	c := &Calendar{years: make([]Year, 0, len(years))}
	for _, y := range years {
		if err := y.Validate(); err != nil {
			return nil, fmt.Errorf("year %d: %w", y.Year, err)
		}
		c.years = append(c.years, y.canonical())
	}
	slices.SortFunc(c.years, func(a, b Year) int { return a.Year - b.Year })
	for i := 1; i < len(c.years); i++ {
		if c.years[i].Year == c.years[i-1].Year {
			return nil, fmt.Errorf("workday: year %d given twice", c.years[i].Year)
		}
	}
	c.fill()
	c.version = c.digest()
	return c, nil
}

// WithYear returns a new calendar in which y replaces or joins the years of
// c. It refuses to replace a notice by a provisional year.
func (c *Calendar) WithYear(y Year) (*Calendar, error) {
	if y.Provisional && !c.Provisional(y.Year) {
		return nil, &Invalid{Problems: []Problem{{Field: "provisional",
			Zh: "该年度已有正式安排", En: "the year already has its notice"}}}
	}
	years := make([]Year, 0, len(c.years)+1)
	for _, old := range c.years {
		if old.Year != y.Year {
			years = append(years, old)
		}
	}
	return NewCalendar(append(years, y)...)
}

// Version names the content, such as "2024-2026.1f0c5a77e2b4": the years with
// a notice, and a hash of every listed day. Equal content gives an equal
// version on every machine.
func (c *Calendar) Version() string { return c.version }

// Years returns a copy of the years the calendar was built from.
func (c *Calendar) Years() []Year {
	out := make([]Year, len(c.years))
	for i, y := range c.years {
		y.Off, y.Work = slices.Clone(y.Off), slices.Clone(y.Work)
		out[i] = y
	}
	return out
}

// Provisional reports whether the notice of a year is not loaded.
func (c *Calendar) Provisional(year int) bool {
	for i := range c.years {
		if c.years[i].Year == year {
			return c.years[i].Provisional
		}
	}
	return true
}

// Working reports whether d is worked, and why, in Chinese.
func (c *Calendar) Working(d Date) (bool, string) {
	day := c.Day(d)
	return day.Working, day.Why
}

// Day returns the judgement of d.
func (c *Calendar) Day(d Date) Day {
	if i := int(d - c.first); i >= 0 && i < len(c.days) {
		return c.days[i]
	}
	return ordinary(d)
}

// fill writes the judgement of every date from the first to the last year.
func (c *Calendar) fill() {
	if len(c.years) == 0 {
		return
	}
	last := c.years[len(c.years)-1].Year
	// One year earlier, because a notice may name the December before it.
	c.first = NewDate(c.years[0].Year-1, time.January, 1)
	c.days = make([]Day, NewDate(last+1, time.January, 1)-c.first)
	for i := range c.days {
		c.days[i] = ordinary(c.first + Date(i))
	}
	for i := range c.years {
		if !c.years[i].Provisional {
			c.clear(c.years[i].Year)
		}
	}
	for i := range c.years { // in order: the later notice wins in December
		c.mark(&c.years[i])
	}
}

// clear puts the plain week into a year whose notice is loaded.
func (c *Calendar) clear(year int) {
	end := NewDate(year+1, time.January, 1)
	for d := NewDate(year, time.January, 1); d < end; d++ {
		c.days[d-c.first] = byWeek(d)
	}
}

// mark writes the listed days of y.
func (c *Calendar) mark(y *Year) {
	for _, r := range y.Off {
		why := r.Name + "放假"
		for d := r.From; d <= r.To; d++ {
			c.days[d-c.first] = Day{Kind: Holiday, Why: why, Provisional: y.Provisional}
		}
	}
	for _, r := range y.Work {
		why := r.Name + "调休上班"
		for d := r.From; d <= r.To; d++ {
			c.days[d-c.first] = Day{Working: true, Kind: Makeup, Why: why, Provisional: y.Provisional}
		}
	}
}

// digest derives the version from the content.
func (c *Calendar) digest() string {
	h := sha256.New()
	from, to := 0, 0
	for _, y := range c.years {
		fmt.Fprintf(h, "%d %t\n", y.Year, y.Provisional)
		for _, r := range y.Off {
			fmt.Fprintf(h, "off %s %s %s\n", r.From, r.To, r.Name)
		}
		for _, r := range y.Work {
			fmt.Fprintf(h, "work %s %s %s\n", r.From, r.To, r.Name)
		}
		if y.Provisional {
			continue
		}
		if from == 0 {
			from = y.Year
		}
		to = y.Year
	}
	return fmt.Sprintf("%d-%d.%s", from, to, hex.EncodeToString(h.Sum(nil)[:6]))
}

// stored is the JSON form of a calendar.
type stored struct {
	Version string `json:"version"`
	Years   []Year `json:"years"`
}

// MarshalJSON writes the calendar so that ParseCalendar gives it back.
func (c *Calendar) MarshalJSON() ([]byte, error) {
	return json.Marshal(stored{Version: c.version, Years: c.years})
}

// ParseCalendar reads a stored calendar. It fails when the content does not
// give the version written beside it: somebody has changed the stored text.
func ParseCalendar(data []byte) (*Calendar, error) {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("workday: read calendar: %w", err)
	}
	c, err := NewCalendar(s.Years...)
	if err != nil {
		return nil, err
	}
	if c.version != s.Version {
		return nil, fmt.Errorf("workday: calendar says version %s, its content is %s", s.Version, c.version)
	}
	return c, nil
}
