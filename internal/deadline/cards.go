package deadline

import (
	"time"

	"hotline/internal/workday"
)

// Level is the height of a warning card.
type Level string

// The levels, in the order in which they fall.
const (
	Notice     Level = "notice"     // half the time to sign is gone
	Yellow     Level = "yellow"     // 黄牌
	Second     Level = "second"     // the second 黄牌
	Red        Level = "red"        // 红牌: expired
	Escalated2 Level = "escalated2" // two working days late
	Escalated5 Level = "escalated5" // five working days late
)

// Roles that cards speak to.
const (
	ToHandler     = "handler"
	ToSectionLead = "section_lead"
	ToUnitHead    = "unit_head"
	ToLevelAbove  = "level_above"
)

// levelInfo is what a level means.
type levelInfo struct {
	zh, en    string
	to        []string
	supervise bool
}

var levels = map[Level]levelInfo{
	Notice:     {"签收提醒", "reminder to sign", []string{ToHandler}, false},
	Yellow:     {"黄牌", "yellow card", []string{ToHandler, ToSectionLead}, false},
	Second:     {"第二张黄牌", "second yellow card", []string{ToHandler, ToSectionLead, ToUnitHead}, false},
	Red:        {"红牌", "red card", []string{ToHandler, ToUnitHead, ToLevelAbove}, true},
	Escalated2: {"超期 2 个工作日", "two working days late", []string{ToUnitHead, ToLevelAbove}, true},
	Escalated5: {"超期 5 个工作日", "five working days late", []string{ToUnitHead, ToLevelAbove}, true},
}

// Zh is the level in Chinese.
func (l Level) Zh() string { return levels[l].zh }

// En is the level in English.
func (l Level) En() string { return levels[l].en }

// To lists the roles that the level speaks to. The slice is shared.
func (l Level) To() []string { return levels[l].to }

// Supervises reports whether the level opens supervision by the level above.
func (l Level) Supervises() bool { return levels[l].supervise }

// Card is one level of a clock and when it falls.
type Card struct {
	Level Level
	At    time.Time
	// Notify is when people are told: At, or the end of the quiet hours.
	Notify time.Time
}

// Quiet are the hours in which nobody is disturbed, reaching over midnight
// when From is after To. The zero Quiet is 22:00 to 07:00.
type Quiet struct {
	From workday.Clock `json:"from"`
	To   workday.Clock `json:"to"`
}

// After returns t, or the end of the quiet hours that hold t.
func (q Quiet) After(t time.Time) time.Time {
	if q == (Quiet{}) {
		q = Quiet{workday.NewClock(22, 0), workday.NewClock(7, 0)}
	}
	c, d := workday.ClockOf(t), workday.DateOf(t)
	switch {
	case q.From <= q.To && q.From <= c && c < q.To, q.From > q.To && c < q.To:
		return q.To.On(d)
	case q.From > q.To && c >= q.From:
		return q.To.On(d + 1)
	}
	return t
}

// Clock is a running clock, as its cards need it.
type Clock struct {
	Rule     *Rule
	Due      Due
	Calendar *workday.Calendar
	Hours    *workday.Hours
	Pauses   []Pause // those the due time was computed with
	Urgent   bool    // urgent and critical subjects ignore the quiet hours
	Quiet    Quiet
}

// Cards lists the cards of a clock in the order they fall. Every card falls
// after the clock's start, so none is born with its ticket; of a clock that
// started late only the cards still to come remain. A window has no cards,
// nor has a clock that stands in a pause.
//
// Leads are counted as the rule counts: for working days and working hours in
// office time, where 48 and 24 hours are two and one working day; for other
// rules on the wall clock. Yellow falls min(48 h, 25 % of the span) before the
// due time, the second card min(24 h, 10 %). A fixed day of the month is
// warned of before its target, the last working day on or before it.
func Cards(k Clock) []Card {
	if k.Rule == nil || k.Calendar == nil || k.Rule.Window || k.Due.Paused {
		return nil
	}
	cards := make([]Card, 0, 6)
	add := func(l Level, at time.Time) {
		if !at.After(k.Due.StartAt) {
			return
		}
		notify := at
		if !k.Urgent {
			notify = k.Quiet.After(at)
		}
		cards = append(cards, Card{Level: l, At: at.In(workday.Zone), Notify: notify.In(workday.Zone)})
	}
	warnings(&k, add)
	add(Red, k.Due.At)
	add(Escalated2, shift(k.Calendar, k.Due.At, 2))
	add(Escalated5, shift(k.Calendar, k.Due.At, 5))
	return cards
}

// warnings adds the cards before the due time.
func warnings(k *Clock, add func(Level, time.Time)) {
	pauses, _, err := spans(k.Pauses)
	hours := k.Hours
	if hours == nil {
		hours = &zeroHours
	}
	start, end := k.Due.StartAt, aim(k)
	if err != nil || !end.After(start) {
		return
	}
	m := measure{k.Calendar, hours, k.Rule.Unit.office()}
	day := 24 * time.Hour
	span := m.elapsed(start, end, pauses)
	if m.office && span > 0 {
		day = hours.Length(workday.LastDateBefore(end))
	} else if m.office {
		m.office = false
		span = m.elapsed(start, end, pauses)
	}
	before := func(lead time.Duration) time.Time { return m.advance(start, span-lead, pauses) }
	if span <= 0 {
		return
	}
	if k.Rule.Duty() == Sign {
		add(Notice, before(span/2))
	}
	add(Yellow, before(min(2*day, span/4)))
	add(Second, before(min(day, span/10)))
}

// aim is the moment that warnings lead up to.
func aim(k *Clock) time.Time {
	if k.Rule.Unit == DayOfMonth {
		if t := k.Due.Target.End(); t.After(k.Due.StartAt) && t.Before(k.Due.At) {
			return t
		}
	}
	return k.Due.At
}

// NextCard returns the first card that falls after t, and whether there is
// one: what a sweep has to wait for.
func NextCard(cards []Card, t time.Time) (Card, bool) {
	for _, c := range cards {
		if c.At.After(t) {
			return c, true
		}
	}
	return Card{}, false
}
