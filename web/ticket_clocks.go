package web

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// ClockView is one due time with how far it has run.
type ClockView struct {
	ID          int64
	Number      string // of the ticket
	Name        string
	Due         *DueView
	Percent     int // of the time that is gone
	Provisional bool
	Printed     bool
	MetAt       *time.Time
	InTime      bool
	Cancelled   bool
	DueAt       time.Time
	Paused      bool
	Unit        string // whose turn, of a hop's clock
	Act         string // the act among the other acts that meets it, if the visitor may take it
	ActText     string
	meets       []string // the events that meet it; none of a right that need not be used
}

func (s *server) clockView(l Lang, t *ticketdb.View, d ticketdb.Deadline) ClockView {
	x := ClockView{ID: d.ID, Number: t.Number, Name: s.ruleName(l, d), Provisional: d.Provisional, Printed: d.Printed, MetAt: d.MetAt,
		Cancelled: d.CancelledAt != nil, DueAt: d.DueAt, InTime: d.MetAt != nil && deadline.Met(d.DueAt, *d.MetAt)}
	if !d.Open() {
		return x
	}
	x.Paused = t.PausedAt != nil && deadline.Pausable(deadline.DutyOf(d.Rule))
	if d.Hop != nil && deadline.DutyOf(d.Rule) == deadline.HopDue {
		for _, h := range t.Hops {
			if h.N == *d.Hop {
				x.Unit = s.unitShort(h.Unit)
			}
		}
	}
	x.Due, x.Percent = s.dueView(l, &d.DueAt), percent(d.StartAt, d.DueAt, s.Now())
	if rule, ok := s.Tickets.Engine().Rules.Find(d.Rule, d.RuleVersion); ok {
		if rule.Unit == deadline.ClockHours || rule.Unit == deadline.ClockMinutes {
			x.Due = s.wallDueView(l, d.DueAt)
		}
		switch {
		case !rule.Window:
			x.meets = rule.Meets
		case x.Due.Tone == "over": // a right that was not used is no duty that was missed
			x.Due.Left, x.Due.Tone = l.T("期限已过，未申请", "the time to ask has passed"), "st"
		}
	}
	return x
}

// pointClocks leads from a running clock to the act that meets it, where that
// act stands among the others, far from the clock.
func pointClocks(l Lang, p *TicketPage, rows []tickets.Row) {
	for i := range p.Clocks {
		k := &p.Clocks[i]
		for _, r := range rows {
			beside := slices.ContainsFunc(p.Sides, func(f ActionForm) bool { return f.Action == string(r.Action) })
			if beside && slices.ContainsFunc(r.Meets, func(e string) bool { return slices.Contains(k.meets, e) }) {
				k.Act, k.ActText = string(r.Action), l.T("登记：", "Record: ")+l.T(r.ZH, r.EN)
				break
			}
		}
	}
}

// ruleWord is the name of a rule by its code alone.
func (s *server) ruleWord(l Lang, code string) string {
	for _, r := range s.Tickets.Engine().Rules.Current(s.Now()) {
		if r.Code == code {
			return l.T(r.Zh, r.En)
		}
	}
	return code
}

func (s *server) ruleName(l Lang, d ticketdb.Deadline) string {
	rule, ok := s.Tickets.Engine().Rules.Find(d.Rule, d.RuleVersion)
	if !ok {
		return d.Rule
	}
	return l.T(rule.Zh, rule.En)
}

// percent is how much of the span is gone, between 0 and 100.
func percent(from, to, now time.Time) int {
	span := to.Sub(from)
	if span <= 0 || now.After(to) {
		return 100
	}
	return max(0, int(now.Sub(from)*100/span))
}

func (s *server) ticketClocks(l Lang, p *TicketPage, t *ticketdb.View) {
	names := map[string]string{}
	for _, d := range t.Deadlines {
		x := s.clockView(l, t, d)
		names[d.Rule] = x.Name
		if d.Open() {
			p.Clocks = append(p.Clocks, x)
		} else {
			p.Past = append(p.Past, x)
		}
	}
	for _, c := range t.Cards {
		level := deadline.Level(c.Level)
		p.Cards = append(p.Cards, CardView{l.T(level.Zh(), level.En()) + " · " + names[c.Rule], c.At, c.ClearedAt})
	}
}

// ClockPage explains one due time day by day.
type ClockPage struct {
	*Shell
	Number  string
	Name    string
	Summary string
	Days    []ClockDay
	Version string // of the calendar
}

func (ClockPage) template() string { return "clock" }

// ClockDay is one day of it.
type ClockDay struct {
	Date    string
	Week    string
	Counted bool
	N       int
	Why     string
	Unsure  bool
}

func (s *server) ticketClock(c *fiber.Ctx, v *visit) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return pg.ErrNotFound
	}
	x, err := s.Tickets.Explain(c.UserContext(), v.caller, c.Params("number"), id)
	if err != nil {
		return err
	}
	l := v.lang
	p := ClockPage{Shell: s.shell(c, v, l.T("时限说明", "Why this due time")), Number: c.Params("number"), Summary: l.T(x.Zh, x.En), Version: x.Due.CalendarVersion}
	if rule, ok := s.Tickets.Engine().Rules.Find(x.Due.RuleCode, x.Due.RuleVersion); ok {
		p.Name = l.T(rule.Zh, rule.En)
	}
	for _, d := range x.Days {
		p.Days = append(p.Days, ClockDay{d.Date.String(), weekdays[d.Date.Weekday()].In(l), d.Counted, d.N, dayWhy(l, d), d.Provisional})
	}
	return s.render(c, v, fiber.StatusOK, p)
}

// dayReasons are the reasons of a day in English; the engine says the Chinese.
var dayReasons = map[string]string{
	deadline.CodeStart: "start day, not counted", deadline.CodePaused: "paused", deadline.CodeCalendar: "calendar day", deadline.CodeRolled: "day off: moved on",
	deadline.CodeFixed: "the limit itself", deadline.CodeHours: "office hours counted", deadline.CodeNoHours: "no office hours", deadline.CodeWaiting: "on the way",
	string(workday.Weekday): "working day", string(workday.Weekend): "weekend", string(workday.Holiday): "public holiday", string(workday.Makeup): "make-up working day",
}

func dayWhy(l Lang, d deadline.ExplainedDay) string {
	if l == ZH {
		return d.Zh
	}
	why, ok := dayReasons[d.Code]
	if !ok {
		why = d.Code
	}
	if d.Time > 0 {
		why += ": " + strconv.Itoa(int(d.Time/time.Minute)) + " min"
	}
	if d.Added {
		why += " (extension)"
	}
	return why
}
