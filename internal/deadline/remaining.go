package deadline

import (
	"strconv"
	"strings"
	"time"

	"hotline/internal/workday"
)

// Left is the time between now and a due moment, or since it.
type Left struct {
	Late bool
	// Days are the working days that lie in it whole; Time is the office time
	// on the days cut off at either end.
	Days int
	Time time.Duration
	// Wall is the time on the wall clock, never negative.
	Wall time.Duration
}

// Remaining measures from now to due in working days and office time. A nil
// hours is the default.
func Remaining(now, due time.Time, c *workday.Calendar, hours *workday.Hours) Left {
	if hours == nil {
		hours = &zeroHours
	}
	l := Left{Late: !Met(due, now)}
	from, to := now, due
	if l.Late {
		from, to = due, now
	}
	l.Wall = to.Sub(from)
	if l.Wall == 0 {
		return l
	}
	// first and last are the days that count whole; what is cut off at either
	// end is measured in office time.
	first, last := workday.DateOf(from), workday.LastDateBefore(to)
	cutFirst, cutLast := from.After(first.Start()), to.Before(last.End())
	if first == last && (cutFirst || cutLast) {
		l.Time = hours.Worked(c, from, to)
		return l
	}
	if cutFirst {
		l.Time += hours.Worked(c, from, first.End())
		first++
	}
	if cutLast {
		l.Time += hours.Worked(c, last.Start(), to)
		last--
	}
	l.Days = c.WorkingDays(first-1, last)
	return l
}

// Zh says it in Chinese: 剩 6 个工作日 3 小时, 已超 2 小时.
func (l Left) Zh() string {
	word := "剩"
	if l.Late {
		word = "已超"
	}
	return say(word, l.Days, l.Time, " 个工作日", " 小时", " 分钟")
}

// En says it in English: 6 working days 3 h left, 2 h late.
func (l Left) En() string {
	word := " left"
	if l.Late {
		word = " late"
	}
	return strings.TrimSpace(say("", l.Days, l.Time, " working days", " h", " min")) + word
}

// WallZh says the wall-clock time in Chinese, for limits that run on it.
func (l Left) WallZh() string {
	word := "剩"
	if l.Late {
		word = "已超"
	}
	return say(word, int(l.Wall/(24*time.Hour)), l.Wall%(24*time.Hour), " 天", " 小时", " 分钟")
}

// WallEn says the wall-clock time in English.
func (l Left) WallEn() string {
	word := " left"
	if l.Late {
		word = " late"
	}
	return strings.TrimSpace(say("", int(l.Wall/(24*time.Hour)), l.Wall%(24*time.Hour), " days", " h", " min")) + word
}

// say joins the parts that are not zero; minutes only where no days are said.
func say(word string, days int, rest time.Duration, day, hour, minute string) string {
	var b strings.Builder
	b.WriteString(word)
	part := func(n int, unit string) {
		b.WriteByte(' ')
		b.WriteString(strconv.Itoa(n))
		if n == 1 {
			unit = strings.TrimSuffix(unit, "s") // of English words
		}
		b.WriteString(unit)
	}
	h, m := int(rest/time.Hour), int(rest%time.Hour/time.Minute)
	if days > 0 {
		part(days, day)
	}
	if h > 0 {
		part(h, hour)
	}
	if days == 0 && (m > 0 || h == 0) {
		part(m, minute)
	}
	return b.String()
}
