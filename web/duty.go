package web

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/duty"
	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/dutydb"
	"hotline/tickets/settingdb"
)

// DutyPage is a week of a unit's duty roster.
type DutyPage struct {
	*Shell
	UnitID     int
	Unit       string
	Units      []Group
	Monday     string
	Week       string
	Prev, Then string // links to the weeks before and after
	Days       []DutyDay
	Missing    int // stretches to come that nobody covers
	Now        []TurnView
	Add        ActionForm
	Copy       ActionForm
	Phones     ActionForm
	History    []ChangeView
	Next       string
}

func (DutyPage) template() string { return "duty" }

// DutyDay is one day of the roster.
type DutyDay struct {
	Date  string
	Day   string // 周一
	Off   string // a holiday or a make-up day; "" on an ordinary one
	Today bool
	Turns []TurnView
	Gaps  []string // 00:00–08:00
}

// TurnView is one shift.
type TurnView struct {
	Name, Phone string
	Hours       string // 18:00–次日 08:00
	Past        bool
	Remove      *ActionForm
}

func (s *server) duty(c *fiber.Ctx, v *visit) error { return s.dutyPage(c, v, "", nil) }

// monday is the first day of the week asked for.
func (s *server) monday(c *fiber.Ctx) workday.Date {
	d, err := workday.ParseDate(c.Query("week", c.FormValue("week")))
	if err != nil || d < workday.NewDate(2020, time.January, 1) || d > workday.NewDate(2099, time.December, 1) {
		d = workday.DateOf(s.Now())
	}
	return d.Add(-(int(d.Weekday()) + 6) % 7)
}

func (s *server) dutyPage(c *fiber.Ctx, v *visit, of string, refused error) error {
	ctx, unit, monday := c.UserContext(), s.dutyUnit(c, v), s.monday(c)
	u := s.Tickets.Tree().Find(unit)
	people, err := s.Duty.People(ctx, v.caller, unit)
	if err != nil {
		return err
	}
	turns, err := s.Duty.Turns(ctx, v.caller, unit, duty.Span{From: monday.Start(), To: monday.Add(7).Start()})
	if err != nil {
		return err
	}
	versions, err := s.Settings.Versions(ctx, v.caller, settingdb.Phones)
	if err != nil {
		return err
	}
	p := DutyPage{Shell: s.shell(c, v, v.lang.T("值班", "Duty")), UnitID: unit, Unit: u.Name, Monday: monday.String(), Week: monday.String() + " – " + monday.Add(6).String(),
		Prev: fmt.Sprintf("/duty?unit=%d&week=%s", unit, monday.Add(-7)), Then: fmt.Sprintf("/duty?unit=%d&week=%s", unit, monday.Add(7))}
	p.Units = s.unitGroups(itoa(unit), func(o *units.Unit) bool {
		return s.Tickets.Tree().Within(o.ID, v.me.Unit) && (o.RunsDesk || o.ID == v.me.Unit || o.ID == unit)
	})
	add := s.settingForm(v, p.Shell, "turn", "/duty", 0, Text{"排班", "Put on duty"})
	phones := s.settingForm(v, p.Shell, "phones", "/duty/phones", versions[itoa(unit)], Text{"保存电话", "Save the numbers"})
	repeat := s.settingForm(v, p.Shell, "copy", "/duty/copy", 0, Text{"沿用上周排班", "Copy last week"})
	status := fiber.StatusOK
	if refused != nil {
		bad, ok := invalidOf(refused)
		if !ok {
			return refused
		}
		f := add
		if of == "phones" {
			f = phones
		}
		f.refused(c, bad)
		status = statusOf(refused)
	}
	s.dutyForms(v, &p, u, people, add, phones, repeat, max(monday, workday.DateOf(s.Now())))
	s.dutyDays(v, &p, monday, turns)
	if p.History, p.Next, err = s.history(c, v, "", settingdb.Shift, settingdb.Phones); err != nil {
		return err
	}
	return s.render(c, v, status, p)
}

func (s *server) dutyForms(v *visit, p *DutyPage, u *units.Unit, people []dutydb.Person, add, phones, repeat *settingForm, first workday.Date) {
	var persons []Option
	seen := map[int]bool{}
	for _, x := range people {
		if !seen[x.Person] {
			persons = append(persons, Option{Value: itoa(x.Person), Text: x.Name + s.rolesOf(v.lang, x.Roles)})
			seen[x.Person] = true
		}
	}
	for _, f := range []*settingForm{add, phones, repeat} {
		f.add("hidden", "unit", Text{}, itoa(u.ID))
		f.add("hidden", "week", Text{}, p.Monday)
	}
	add.add("person", "person", Text{"值班人员", "Who"}, "", among(persons), must)
	add.add("date", "date", Text{"日期", "Day"}, first.String(), must)
	add.add("clock", "from", Text{"从", "From"}, "18:00", must)
	add.add("clock", "to", Text{"到（不晚于开始则为次日）", "To (next day where not later)"}, "08:00", must)
	add.add("line", "phone", Text{"值班电话", "Phone"}, "", atMost(20))
	p.Add = add.ActionForm
	phones.add("line", "day", Text{"办公电话", "By day"}, u.Phone, atMost(20))
	phones.add("line", "night", Text{"夜间电话（没有排班时用）", "By night (where nobody is on duty)"}, u.NightPhone, atMost(20))
	phones.why()
	p.Phones = phones.ActionForm
	repeat.Plain = true
	p.Copy = repeat.ActionForm
}

func (s *server) dutyDays(v *visit, p *DutyPage, monday workday.Date, turns []dutydb.Turn) {
	l, now := v.lang, s.Now()
	engine := s.Tickets.Engine()
	spans := make([]duty.Span, len(turns))
	for i, t := range turns {
		spans[i] = duty.Span{From: t.From, To: t.To}
	}
	gaps := duty.Gaps(monday, monday.Add(6), spans, engine.Calendar, engine.Hours)
	for i := range 7 {
		d := monday.Add(i)
		day := DutyDay{Date: d.String()[5:], Day: weekdays[d.Weekday()].In(l), Today: d == workday.DateOf(now)}
		switch k := engine.Calendar.Day(d); k.Kind {
		case workday.Holiday:
			day.Off = l.T(k.Why, "holiday")
		case workday.Makeup:
			day.Off = l.T(k.Why, "worked")
		}
		for _, t := range turns {
			if on := workday.DateOf(t.From); on == d || i == 0 && on < d {
				day.Turns = append(day.Turns, s.turnView(v, p, t, d))
			}
			if !t.From.After(now) && t.To.After(now) && i == 0 {
				p.Now = append(p.Now, s.turnView(v, p, t, workday.DateOf(t.From)))
			}
		}
		for _, g := range gaps {
			if workday.DateOf(g.From) == d && g.To.After(now) {
				day.Gaps = append(day.Gaps, hours(l, g.From, g.To, d))
				p.Missing++
			}
		}
		p.Days = append(p.Days, day)
	}
}

func (s *server) turnView(v *visit, p *DutyPage, t dutydb.Turn, on workday.Date) TurnView {
	out := TurnView{Name: t.Name, Phone: t.Phone, Hours: hours(v.lang, t.From, t.To, on), Past: !t.To.After(s.Now())}
	if !out.Past {
		f := s.settingForm(v, p.Shell, fmt.Sprintf("off%d", t.ID), fmt.Sprintf("/duty/%d/remove", t.ID), 0, Text{"撤下", "Take off"})
		f.add("hidden", "unit", Text{}, itoa(p.UnitID))
		f.add("hidden", "week", Text{}, p.Monday)
		f.why()
		out.Remove = &f.ActionForm
	}
	return out
}

// hours are the times of a stretch that is listed under the day on.
func hours(l Lang, from, to time.Time, on workday.Date) string {
	from, to = from.In(workday.Zone), to.In(workday.Zone)
	a := from.Format("15:04")
	if workday.DateOf(from) < on {
		a = from.Format("01-02 15:04")
	}
	b := to.Format("15:04")
	switch d := workday.DateOf(to); {
	case d == on+1 && b == "00:00":
		b = "24:00"
	case d == on+1:
		b = l.T("次日 ", "next day ") + b
	case d != on:
		b = to.Format("01-02 15:04")
	}
	return a + "–" + b
}

func (s *server) dutyAdd(c *fiber.Ctx, v *visit) error {
	t := dutydb.Turn{Unit: s.dutyUnit(c, v), Person: formInt(c, "person"), Phone: c.FormValue("phone")}
	date, err := workday.ParseDate(c.FormValue("date"))
	var bad tickets.Invalid
	if err != nil {
		bad = append(bad, tickets.Problem{Field: "date", ZH: "请填写日期", EN: "fill in the date"})
	}
	var clock [2]workday.Clock
	for i, name := range []string{"from", "to"} {
		if err := clock[i].UnmarshalText([]byte(c.FormValue(name))); err != nil {
			bad = append(bad, tickets.Problem{Field: name, ZH: "时间填写不正确", EN: "not a time"})
		}
	}
	if len(bad) > 0 {
		return s.dutyPage(c, v, "turn", bad)
	}
	t.From, t.To = clock[0].On(date), clock[1].On(date)
	if !t.To.After(t.From) {
		t.To = clock[1].On(date.Add(1))
	}
	if err := s.Duty.AddTurn(c.UserContext(), v.caller, t, v.lang.T("排班", "put on duty")); err != nil {
		return s.dutyPage(c, v, "turn", err)
	}
	return s.toDuty(c, v)
}

func (s *server) toDuty(c *fiber.Ctx, v *visit) error {
	s.flash(c, "changed")
	return c.Redirect(fmt.Sprintf("/duty?unit=%d&week=%s", s.dutyUnit(c, v), s.monday(c)), fiber.StatusSeeOther)
}

func (s *server) dutyRemove(c *fiber.Ctx, v *visit) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	if err := s.Duty.RemoveTurn(c.UserContext(), v.caller, id, c.FormValue("why")); err != nil {
		return s.dutyPage(c, v, "turn", err)
	}
	return s.toDuty(c, v)
}

func (s *server) dutyCopy(c *fiber.Ctx, v *visit) error {
	if _, err := s.Duty.CopyWeek(c.UserContext(), v.caller, s.dutyUnit(c, v), s.monday(c), v.lang.T("沿用上周排班", "copied from last week")); err != nil {
		return s.dutyPage(c, v, "turn", err)
	}
	return s.toDuty(c, v)
}

func (s *server) dutyPhones(c *fiber.Ctx, v *visit) error {
	if err := s.Duty.SetPhones(c.UserContext(), v.caller, s.dutyUnit(c, v), formInt(c, "version"), c.FormValue("day"), c.FormValue("night"), c.FormValue("why")); err != nil {
		return s.dutyPage(c, v, "phones", err)
	}
	return s.toDuty(c, v)
}
