package deadline

import (
	"fmt"
	"time"

	"hotline/internal/workday"
)

// Codes of an explained day, beside the kinds of workday.Kind.
const (
	CodeStart    = "start_day"    // the start day is not counted
	CodePaused   = "paused"       // touched by a pause
	CodeCalendar = "calendar_day" // every day counts
	CodeRolled   = "rolled"       // passed over to reach a working day
	CodeFixed    = "fixed_date"   // the date itself is the limit
	CodeHours    = "hours"        // some hours of the day count
	CodeNoHours  = "no_hours"     // none of its hours count
	CodeWaiting  = "waiting"      // on the way to a fixed date
)

// ExplainedDay is one day of a computation: counted or not, and why.
type ExplainedDay struct {
	Date    workday.Date  `json:"date"`
	Counted bool          `json:"counted"`
	N       int           `json:"n,omitempty"`        // the how-manieth counted day
	Time    time.Duration `json:"time,omitempty"`     // what counted, for hour limits
	Added   bool          `json:"extended,omitempty"` // counted thanks to an extension
	Code    string        `json:"code"`
	Zh      string        `json:"zh"`
	// Provisional: the day's year has no notice yet (暂定).
	Provisional bool `json:"provisional,omitempty"`
}

// Explanation is a due time with its working shown.
type Explanation struct {
	Due     Due            `json:"due"`
	Days    []ExplainedDay `json:"days"`
	Counted int            `json:"counted"` // days, for day limits
	Time    time.Duration  `json:"time"`    // for hour limits
	Zh      string         `json:"zh"`
	En      string         `json:"en"`
}

// Explain computes the due time and lists every day from the start day to the
// last. For day limits the counted days add up to the amount with its
// extensions; for hour limits the times do. It fails as Compute does.
func Explain(in In) (Explanation, error) {
	c, err := newClock(&in)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Due: c.due()}
	for d := c.day; d <= max(e.Due.Date, c.counted()); d++ {
		if e.Due.Reason == ByCap && d > e.Due.Date {
			break
		}
		day := c.explain(&e, d)
		day.Date, day.Provisional = d, c.Calendar.Day(d).Provisional
		e.Time += day.Time
		e.Days = append(e.Days, day)
	}
	c.summary(&e)
	return e, nil
}

// counted is the last counted day of a day limit before it is rolled.
func (c *clock) counted() workday.Date {
	if !c.Rule.Unit.days() || c.Rule.Back != nil || !c.Printed.IsZero() && !c.moved() {
		return 0
	}
	return advanceDays(c.Calendar, c.day, c.amount()+c.extra, c.Rule.Unit == WorkingDays, c.pauses)
}

// explain judges one day by the rule's unit.
func (c *clock) explain(e *Explanation, d workday.Date) ExplainedDay {
	switch {
	case c.Rule.Unit == DayOfMonth:
		return c.explainFixed(e, d)
	case !c.Rule.Unit.days():
		return c.explainHours(e, d)
	}
	return c.explainCounted(e, d)
}

// explainCounted judges a day of a limit in days.
func (c *clock) explainCounted(e *Explanation, d workday.Date) ExplainedDay {
	day := c.Calendar.Day(d)
	out := ExplainedDay{Code: string(day.Kind), Zh: day.Why}
	if c.Rule.Unit == CalendarDays {
		out.Code, out.Zh = CodeCalendar, "自然日"
	}
	if d == c.day {
		out.Code, out.Zh = CodeStart, "起算当日不计"
		return out
	}
	if p := touching(c.pauses, d); p != nil && c.Rule.Back == nil {
		out.Code, out.Zh = CodePaused, pauseWords(p)
		return out
	}
	total := c.amount() + c.extra
	if c.Rule.Back == nil && (c.Printed.IsZero() || c.moved()) && e.Counted >= total {
		out.Code, out.Zh = CodeRolled, "期满日遇休息日，顺延："+day.Why
		return out
	}
	if c.Rule.Unit == WorkingDays && !day.Working {
		return out
	}
	e.Counted++
	out.Counted, out.N = true, e.Counted
	if c.Rule.Back == nil && e.Counted > c.amount() {
		out.Added = true
		out.Zh += "（延期）"
	}
	return out
}

// explainHours judges a day of a limit in hours or minutes.
func (c *clock) explainHours(e *Explanation, d workday.Date) ExplainedDay {
	from, to := d.Start(), d.End()
	if from.Before(c.Start) {
		from = c.Start
	}
	if to.After(e.Due.At) {
		to = e.Due.At
	}
	day := c.Calendar.Day(d)
	out := ExplainedDay{Code: CodeNoHours, Zh: day.Why + "，无办公时间"}
	if from.Before(to) {
		out.Time = c.elapsed(from, to, c.pauses)
	}
	switch p := touching(c.pauses, d); {
	case out.Time > 0:
		out.Counted, out.Code = true, CodeHours
		e.Counted++
		out.N = e.Counted
		out.Zh = "计 " + durationZh(out.Time)
		if p != nil {
			out.Zh += "，" + pauseWords(p)
		}
	case p != nil:
		out.Code, out.Zh = CodePaused, pauseWords(p)
	case c.office && !day.Working:
		out.Code, out.Zh = string(day.Kind), day.Why
	}
	return out
}

// explainFixed judges a day on the way to a day of the month.
func (c *clock) explainFixed(e *Explanation, d workday.Date) ExplainedDay {
	day := c.Calendar.Day(d)
	switch {
	case d == e.Due.Date:
		return ExplainedDay{Code: CodeFixed, Zh: "期限日（当日 24 时止），" + day.Why}
	case d == e.Due.Target:
		return ExplainedDay{Code: CodeWaiting, Zh: "期限前最后一个工作日"}
	}
	return ExplainedDay{Code: CodeWaiting, Zh: day.Why}
}

func pauseWords(p *span) string {
	if p.reason == "" {
		return "暂停计时"
	}
	return "暂停计时：" + p.reason
}

// durationZh says hours and minutes.
func durationZh(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h == 0:
		return fmt.Sprintf("%d 分钟", m)
	case m == 0:
		return fmt.Sprintf("%d 小时", h)
	}
	return fmt.Sprintf("%d 小时 %d 分钟", h, m)
}

const minuteLayout = "2006-01-02 15:04"

// summary says the result in one sentence in each language.
func (c *clock) summary(e *Explanation) {
	r, d := c.Rule, &e.Due
	zh := fmt.Sprintf("%s：%d %s，%s 起算", r.Zh, r.Amount, r.Unit.Zh(), c.Start.In(workday.Zone).Format(minuteLayout))
	en := fmt.Sprintf("%s: %d%s from %s", r.En, r.Amount, r.Unit.En(), c.Start.In(workday.Zone).Format(minuteLayout))
	if c.extra > 0 {
		zh += fmt.Sprintf("，延期 %d %s", c.extra, r.Unit.Zh())
		en += fmt.Sprintf(", extended by %d%s", c.extra, r.Unit.En())
	}
	if n := len(c.pauses); n > 0 {
		zh += fmt.Sprintf("，暂停 %d 次", n)
		en += fmt.Sprintf(", paused %d times", n)
	}
	zh += fmt.Sprintf("，%s 届满（末日 %s，%s）", d.At.Format(minuteLayout), d.Date, d.Reason.Zh())
	en += fmt.Sprintf(", due %s (last day %s; %s)", d.At.Format(minuteLayout), d.Date, d.Reason.En())
	if d.Paused {
		zh, en = zh+"，正在暂停", en+", paused now"
	}
	if d.Provisional {
		zh, en = zh+"，暂定", en+", provisional"
	}
	e.Zh, e.En = zh+"。", en+"."
}
