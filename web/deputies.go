package web

import (
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/duty"
	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/dutydb"
	"hotline/tickets/settingdb"
)

// Duty is what the pages of deputies and duty need of dutydb.
type Duty interface {
	People(ctx context.Context, c pg.Caller, unit int) ([]dutydb.Person, error)
	Loans(ctx context.Context, c pg.Caller) ([]dutydb.Loan, error)
	Lend(ctx context.Context, c pg.Caller, l dutydb.Loan, why string) error
	EndLoan(ctx context.Context, c pg.Caller, l dutydb.Loan, why string) error
	Absences(ctx context.Context, c pg.Caller) ([]dutydb.Away, error)
	GoAway(ctx context.Context, c pg.Caller, x dutydb.Away, why string) error
	ComeBack(ctx context.Context, c pg.Caller, id int64, why string) error
	Leaderless(ctx context.Context, c pg.Caller) ([]dutydb.Leaderless, error)
	Turns(ctx context.Context, c pg.Caller, unit int, within duty.Span) ([]dutydb.Turn, error)
	AddTurn(ctx context.Context, c pg.Caller, t dutydb.Turn, why string) error
	RemoveTurn(ctx context.Context, c pg.Caller, id int64, why string) error
	CopyWeek(ctx context.Context, c pg.Caller, unit int, monday workday.Date, why string) (int, error)
	SetPhones(ctx context.Context, c pg.Caller, unit, version int, day, night, why string) error
}

// DeputiesPage is who stands in for whom (AB角), and who is away.
type DeputiesPage struct {
	*Shell
	UnitID     int
	Unit       string
	Units      []Group
	Leaderless []LeaderlessView
	Loans      []LoanView
	Lend       ActionForm
	Away       []AwayView
	GoAway     *ActionForm // a lead's; security only lends
	History    []ChangeView
	Next       string
}

func (DeputiesPage) template() string { return "deputies" }

// LeaderlessView is a unit that will have no lead present.
type LeaderlessView struct {
	UnitID   int
	Unit     string
	From, To string
	Now      bool
}

// LoanView is a lent role.
type LoanView struct {
	Name, Unit, Role string
	From, To         string
	LentBy           string
	State            string // now, later, over
	End              *ActionForm
}

// AwayView is an absence.
type AwayView struct {
	Name, Unit string
	From, To   string
	Now        bool
	Back       ActionForm
}

func (s *server) deputies(c *fiber.Ctx, v *visit) error { return s.deputiesPage(c, v, "", nil) }

// dutyUnit is the unit the page is about: the one asked for where the caller may
// look after it, else the own.
func (s *server) dutyUnit(c *fiber.Ctx, v *visit) int {
	asked := tickets.Values{"unit": c.Query("unit", c.FormValue("unit"))}.Int("unit")
	if asked != 0 && (s.Tickets.Tree().Within(asked, v.me.Unit) || v.me.Has(tickets.RoleSecurity) && s.Tickets.Tree().Find(asked) != nil) {
		return asked
	}
	return v.me.Unit
}

func (s *server) deputiesPage(c *fiber.Ctx, v *visit, of string, refused error) error {
	ctx, unit := c.UserContext(), s.dutyUnit(c, v)
	people, err := s.Duty.People(ctx, v.caller, unit)
	if err != nil {
		return err
	}
	p := DeputiesPage{Shell: s.shell(c, v, v.lang.T("代理与离岗", "Deputies")), UnitID: unit, Unit: s.unitName(unit), Units: s.dutyUnits(v, unit)}
	lend := s.settingForm(v, p.Shell, "lend", "/deputies", 0, Text{"设为代理", "Lend the role"})
	away := s.settingForm(v, p.Shell, "away", "/deputies/away", 0, Text{"登记离岗", "Enter the absence"})
	status := fiber.StatusOK
	if refused != nil {
		bad, ok := invalidOf(refused)
		if !ok {
			return refused
		}
		if of == "away" {
			away.refused(c, bad)
		} else {
			lend.refused(c, bad)
		}
		status = statusOf(refused)
	}
	s.lendFields(v, lend, unit, people)
	p.Lend = lend.ActionForm
	if v.me.Has(tickets.RoleLead) {
		awayFields(v.lang, away, unit, people, s.Now())
		p.GoAway = &away.ActionForm
	}
	if err := s.deputiesLists(ctx, v, &p); err != nil {
		return err
	}
	if p.History, p.Next, err = s.history(c, v, "", settingdb.Deputy, settingdb.Absence); err != nil {
		return err
	}
	return s.render(c, v, status, p)
}

// dutyUnits are the units whose people the caller looks after.
func (s *server) dutyUnits(v *visit, chosen int) []Group {
	return s.unitGroups(itoa(chosen), func(u *units.Unit) bool {
		return v.me.Has(tickets.RoleSecurity) || s.Tickets.Tree().Within(u.ID, v.me.Unit)
	})
}

func (s *server) lendFields(v *visit, f *settingForm, unit int, people []dutydb.Person) {
	today := workday.DateOf(s.Now())
	roles := make([]Option, 0, len(tickets.Roles))
	for _, r := range dutydb.Lendable(v.me) {
		roles = append(roles, Option{Value: r, Text: v.lang.Word("role", r)})
	}
	persons := make([]Option, 0, len(people))
	for _, x := range people {
		if x.Person != v.me.Person {
			persons = append(persons, Option{Value: itoa(x.Account), Text: x.Name + s.rolesOf(v.lang, x.Roles)})
		}
	}
	f.add("hidden", "unit", Text{}, itoa(unit))
	f.add("person", "account", Text{"代理人", "Deputy"}, "", among(persons), must)
	f.add("choice", "role", Text{"代理岗位", "Role"}, tickets.RoleLead, among(roles), must)
	f.add("date", "from", Text{"从", "From"}, today.String(), must)
	f.add("date", "to", Text{"到（含当天）", "To (that day included)"}, today.Add(6).String(), must)
	f.why()
}

func (s *server) rolesOf(l Lang, roles []string) string {
	out := ""
	for i, r := range roles {
		if i > 0 {
			out += l.T("、", ", ")
		}
		out += l.Word("role", r)
	}
	if out == "" {
		return ""
	}
	return l.T("（", " (") + out + l.T("）", ")")
}

func awayFields(l Lang, f *settingForm, unit int, people []dutydb.Person, now time.Time) {
	var persons []Option
	seen := map[int]bool{}
	for _, x := range people {
		if !seen[x.Person] {
			persons = append(persons, Option{Value: itoa(x.Person), Text: x.Name})
			seen[x.Person] = true
		}
	}
	today := workday.DateOf(now)
	f.add("hidden", "unit", Text{}, itoa(unit))
	f.add("person", "away_person", Text{"人员", "Person"}, "", among(persons), must)
	f.add("date", "away_from", Text{"从", "From"}, today.Add(1).String(), must)
	f.add("date", "away_to", Text{"到（含当天）", "To (that day included)"}, today.Add(1).String(), must)
	f.why()
}

func (s *server) deputiesLists(ctx context.Context, v *visit, p *DeputiesPage) error {
	l, now := v.lang, s.Now()
	gaps, err := s.Duty.Leaderless(ctx, v.caller)
	if err != nil {
		return err
	}
	for _, x := range gaps {
		p.Leaderless = append(p.Leaderless, LeaderlessView{x.Unit, s.unitName(x.Unit), dayOrHour(l, x.From, now), l.Due(x.To, now), !x.From.After(now)})
	}
	loans, err := s.Duty.Loans(ctx, v.caller)
	if err != nil {
		return err
	}
	for i, x := range loans {
		p.Loans = append(p.Loans, s.loanView(v, p.Shell, x, i))
	}
	away, err := s.Duty.Absences(ctx, v.caller)
	if err != nil {
		return err
	}
	for _, x := range away {
		f := s.settingForm(v, p.Shell, fmt.Sprintf("back%d", x.ID), fmt.Sprintf("/deputies/away/%d/end", x.ID), 1, Text{"取消或提前结束", "Cancel or end early"})
		f.why()
		p.Away = append(p.Away, AwayView{x.Name, s.unitName(x.Unit), dayOrHour(l, x.From, now), l.Due(x.To, now), !x.From.After(now), f.ActionForm})
	}
	return nil
}

// dayOrHour is when something begins: the day, with the hour unless it is midnight.
func dayOrHour(l Lang, t, now time.Time) string {
	if workday.DateOf(t).Start().Equal(t) {
		return l.Due(t.AddDate(0, 0, 1), now)
	}
	return l.Due(t, now)
}

func (s *server) loanView(v *visit, shell *Shell, x dutydb.Loan, i int) LoanView {
	l, now := v.lang, s.Now()
	out := LoanView{Name: x.Name, Unit: s.unitName(x.Unit), Role: l.Word("role", x.Role), From: dayOrHour(l, x.From, now), To: l.Due(x.To, now), LentBy: x.LentBy, State: "now"}
	switch {
	case !x.To.After(now):
		out.State = "over"
		return out
	case x.From.After(now):
		out.State = "later"
	}
	f := s.settingForm(v, shell, fmt.Sprintf("end%d", i), "/deputies/end", 0, Text{"提前结束", "End it now"})
	f.Danger = true
	f.add("hidden", "account", Text{}, itoa(x.Account))
	f.add("hidden", "role", Text{}, x.Role)
	f.add("hidden", "from", Text{}, x.From.UTC().Format(time.RFC3339Nano))
	f.why()
	out.End = &f.ActionForm
	return out
}

// period reads two dates, the last day included.
func period(c *fiber.Ctx, from, to string) (a, b time.Time, bad tickets.Invalid) {
	first, err := workday.ParseDate(c.FormValue(from))
	if err != nil {
		bad = append(bad, tickets.Problem{Field: from, ZH: "请填写日期", EN: "fill in the date"})
	}
	last, err := workday.ParseDate(c.FormValue(to))
	if err != nil {
		bad = append(bad, tickets.Problem{Field: to, ZH: "请填写日期", EN: "fill in the date"})
	}
	return first.Start(), last.End(), bad
}

func (s *server) deputiesLend(c *fiber.Ctx, v *visit) error {
	loan := dutydb.Loan{Account: formInt(c, "account"), Role: c.FormValue("role")}
	var bad tickets.Invalid
	if loan.From, loan.To, bad = period(c, "from", "to"); len(bad) > 0 {
		return s.deputiesPage(c, v, "lend", bad)
	}
	if err := s.Duty.Lend(c.UserContext(), v.caller, loan, c.FormValue("why")); err != nil {
		return s.deputiesPage(c, v, "lend", err)
	}
	return s.toDeputies(c, v)
}

func (s *server) toDeputies(c *fiber.Ctx, v *visit) error {
	s.flash(c, "changed")
	return c.Redirect(fmt.Sprintf("/deputies?unit=%d", s.dutyUnit(c, v)), fiber.StatusSeeOther)
}

func (s *server) deputiesEnd(c *fiber.Ctx, v *visit) error {
	loan := dutydb.Loan{Account: formInt(c, "account"), Role: c.FormValue("role")}
	var err error
	if loan.From, err = time.Parse(time.RFC3339Nano, c.FormValue("from")); err != nil {
		return pg.ErrNotFound
	}
	if err := s.Duty.EndLoan(c.UserContext(), v.caller, loan, c.FormValue("why")); err != nil {
		return s.deputiesPage(c, v, "lend", err)
	}
	return s.toDeputies(c, v)
}

func (s *server) deputiesAway(c *fiber.Ctx, v *visit) error {
	x := dutydb.Away{Unit: formInt(c, "unit"), Person: formInt(c, "away_person")}
	var bad tickets.Invalid
	if x.From, x.To, bad = period(c, "away_from", "away_to"); len(bad) > 0 {
		return s.deputiesPage(c, v, "away", bad)
	}
	if err := s.Duty.GoAway(c.UserContext(), v.caller, x, c.FormValue("why")); err != nil {
		return s.deputiesPage(c, v, "away", err)
	}
	return s.toDeputies(c, v)
}

func (s *server) deputiesBack(c *fiber.Ctx, v *visit) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	if err := s.Duty.ComeBack(c.UserContext(), v.caller, id, c.FormValue("why")); err != nil {
		return s.deputiesPage(c, v, "away", err)
	}
	return s.toDeputies(c, v)
}
