package workday

import "time"

// fixedDay is a statutory holiday on a fixed solar date.
type fixedDay struct {
	month   time.Month
	day     int
	since   int // first year it applies
	name    string
	english string
	why     string
}

// fixedDays are the holidays of 全国年节及纪念日放假办法 that fall on the same
// solar date every year. The second of May is one since 2025. 春节, 清明节, 端午节
// and 中秋节 follow the moon or the sun and are known only as data.
var fixedDays = []fixedDay{
	{time.January, 1, 0, "元旦", "New Year", "元旦放假"},
	{time.May, 1, 0, "劳动节", "Labour Day", "劳动节放假"},
	{time.May, 2, 2025, "劳动节", "Labour Day", "劳动节放假"},
	{time.October, 1, 0, "国庆节", "National Day", "国庆节放假"},
	{time.October, 2, 0, "国庆节", "National Day", "国庆节放假"},
	{time.October, 3, 0, "国庆节", "National Day", "国庆节放假"},
}

// ordinary judges a date by the week and the fixed holidays alone.
func ordinary(d Date) Day {
	y, m, day := d.YMD()
	for i := range fixedDays {
		f := &fixedDays[i]
		if f.month == m && f.day == day && y >= f.since {
			return Day{Kind: Holiday, Why: f.why, Provisional: true}
		}
	}
	k := byWeek(d)
	k.Provisional = true
	return k
}

// byWeek judges a date by the week alone.
func byWeek(d Date) Day {
	switch d.Weekday() {
	case time.Saturday:
		return Day{Kind: Weekend, Why: "周六"}
	case time.Sunday:
		return Day{Kind: Weekend, Why: "周日"}
	}
	return Day{Working: true, Kind: Weekday, Why: "工作日"}
}
