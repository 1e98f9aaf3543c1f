package web

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/workday"
	"hotline/tickets/settingdb"
	"hotline/tickets/ticketdb"
)

// CalendarsPage is the years of the calendar in force, and the import of a
// notice: first what it would move, then the import itself.
type CalendarsPage struct {
	*Shell
	Tabs     []NavItem
	Years    []YearView
	Versions []CalendarView
	Import   ActionForm
	Effect   *CalendarEffect
	History  []ChangeView
	Next     string
}

func (CalendarsPage) template() string { return "settings_calendars" }

// YearView is one year of the calendar in force.
type YearView struct {
	Year        int
	Provisional bool
	Source      string
	Off, Work   []string // 春节 02-15 – 02-23
}

// CalendarView is one version.
type CalendarView struct {
	Version string
	AddedAt time.Time
	By      string
	Active  bool
}

// CalendarEffect is what an import would move.
type CalendarEffect struct {
	Year    YearView
	Days    []string // judged differently
	Tickets int
	More    bool
	Moves   int
	List    []MovedView
	Rest    int // moves beyond the list
	Confirm ActionForm
}

// MovedView is a due time before and after.
type MovedView struct{ Number, Rule, Before, After string }

// previewMost is how many tickets the preview computes: enough to see what the
// notice does, and done while somebody waits.
const previewMost = 1000

func (s *server) settingsCalendars(c *fiber.Ctx, v *visit) error {
	return s.calendarsPage(c, v, nil, nil)
}

// settingsCalendarImport shows what a notice would move; confirmed, it is imported.
func (s *server) settingsCalendarImport(c *fiber.Ctx, v *visit) error {
	notice := c.FormValue("notice")
	if c.FormValue("confirm") == "yes" {
		if err := s.Settings.ImportYear(c.UserContext(), v.caller, c.FormValue("shown"), []byte(notice), c.FormValue("why")); err != nil {
			return s.calendarsPage(c, v, err, nil)
		}
		s.flash(c, "imported")
		return c.Redirect("/settings/calendars", fiber.StatusSeeOther)
	}
	next, year, err := s.Settings.NextCalendar([]byte(notice))
	if err != nil {
		return s.calendarsPage(c, v, err, nil)
	}
	old := s.Tickets.Engine().Calendar
	preview, err := s.Tickets.PreviewCalendar(c.UserContext(), next, previewMost)
	if err != nil {
		return err
	}
	e := s.calendarEffect(v.lang, year, preview)
	for _, d := range workday.Differences(old, next) {
		if _, why := next.Working(d); len(e.Days) < 60 {
			e.Days = append(e.Days, d.String()+v.lang.T(" "+why, ""))
		}
	}
	return s.calendarsPage(c, v, nil, e)
}

func (s *server) calendarEffect(l Lang, year workday.Year, p ticketdb.Preview) *CalendarEffect {
	e := &CalendarEffect{Year: yearView(year), Tickets: p.Tickets, More: p.More, Moves: p.Moves, Rest: p.Moves - len(p.List)}
	now := s.Now()
	rules := s.Tickets.Engine().Rules.Current(now)
	for _, m := range p.List {
		name := m.Rule
		for _, r := range rules {
			if r.Code == m.Rule {
				name = l.T(r.Zh, r.En)
			}
		}
		e.List = append(e.List, MovedView{m.Number, name, l.Due(m.Before, now), l.Due(m.After, now)})
	}
	return e
}

func yearView(y workday.Year) YearView {
	out := YearView{Year: y.Year, Provisional: y.Provisional, Source: y.Source}
	for _, part := range []struct {
		of []workday.Run
		to *[]string
	}{{y.Off, &out.Off}, {y.Work, &out.Work}} {
		for _, r := range part.of {
			text := r.Name + " " + r.From.String()[5:]
			if !r.To.IsZero() && r.To != r.From {
				text += "–" + r.To.String()[5:]
			}
			*part.to = append(*part.to, text)
		}
	}
	return out
}

func (s *server) calendarsPage(c *fiber.Ctx, v *visit, refused error, effect *CalendarEffect) error {
	l := v.lang
	lines, err := s.Settings.Calendars(c.UserContext(), v.caller)
	if err != nil {
		return err
	}
	p := CalendarsPage{Shell: s.shell(c, v, l.T("工作日历", "Calendars")), Tabs: s.settingTabs(c, l), Effect: effect}
	shown := ""
	for _, x := range lines {
		by := x.Name
		switch x.By {
		case "shipped":
			by = l.T("系统自带", "shipped")
		case "cli":
			by = l.T("命令行", "command line")
		}
		p.Versions = append(p.Versions, CalendarView{x.Version, x.AddedAt, by, x.Active})
		if x.Active {
			shown = x.Version
			for _, y := range x.Years {
				p.Years = slices.Insert(p.Years, 0, yearView(y)) // the newest first
			}
		}
	}
	f := s.settingForm(v, p.Shell, "import", "/settings/calendars", 0, Text{"先看影响", "Preview"})
	status := fiber.StatusOK
	if refused != nil {
		bad, ok := invalidOf(refused)
		if !ok {
			return refused
		}
		f.refused(c, bad)
		status = statusOf(refused)
	}
	if effect != nil {
		f.refused(c, nil)
		effect.Confirm = s.confirmImport(c, v, p.Shell, shown)
	}
	f.add("text", "notice", Text{"节假日安排（JSON）", "The notice (JSON)"}, "", must)
	p.Import = f.ActionForm
	if p.History, p.Next, err = s.history(c, v, "", settingdb.Calendar); err != nil {
		return err
	}
	return s.render(c, v, status, p)
}

func (s *server) confirmImport(c *fiber.Ctx, v *visit, shell *Shell, shown string) ActionForm {
	f := s.settingForm(v, shell, "confirm", "/settings/calendars", 0, Text{"确认导入", "Import it"})
	for _, x := range [][2]string{{"confirm", "yes"}, {"shown", shown}, {"notice", c.FormValue("notice")}} {
		f.add("hidden", x[0], Text{}, x[1])
	}
	f.why()
	return f.ActionForm
}

// Waiting is the first year whose notice is not in yet.
func (p CalendarsPage) Waiting() string {
	for _, y := range slices.Backward(p.Years) {
		if y.Provisional {
			return strconv.Itoa(y.Year)
		}
	}
	return ""
}
