package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/settingdb"
)

// RulesPage lists every rule of deadlines as it is in force.
type RulesPage struct {
	*Shell
	Tabs  []NavItem
	Lines []RuleLineView
}

func (RulesPage) template() string { return "settings_rules" }

// RuleLineView is one rule in words.
type RuleLineView struct {
	Code    string
	Name    string
	Amount  string // 4 个工作小时, or that it is off
	Who     string // whom it applies to
	Extend  string
	Source  string
	From    string
	Version int
	Off     bool
	Statute bool
	Coming  string // a version that is not in force yet
}

// RulePage is one rule: its form or the preview of an edit, and its versions.
type RulePage struct {
	*Shell
	Tabs     []NavItem
	Line     RuleLineView
	Meets    string
	Versions []RuleVersionView
	Edit     ActionForm
	Undo     *ActionForm
	Effect   *EffectView
	History  []ChangeView
	Next     string
}

func (RulePage) template() string { return "settings_rule" }

// RuleVersionView is one version of a rule.
type RuleVersionView struct {
	RuleLineView
	AddedAt time.Time
	By      string
	Now     bool // in force today
}

// EffectView is what an edit would mean.
type EffectView struct {
	At      string
	What    string
	Lines   []EffectLineView
	Confirm ActionForm
}

// EffectLineView is a due time of the example before and after.
type EffectLineView struct{ Name, Before, After string }

func (s *server) settingsRules(c *fiber.Ctx, v *visit) error {
	lines, err := s.Settings.Rules(c.UserContext(), v.caller)
	if err != nil {
		return err
	}
	p := RulesPage{Shell: s.shell(c, v, v.lang.T("时限规则", "Deadlines")), Tabs: s.settingTabs(c, v.lang)}
	for _, x := range lines {
		p.Lines = append(p.Lines, s.ruleLine(v.lang, &x))
	}
	return s.render(c, v, fiber.StatusOK, p)
}

// ruleLine is the version in force today, and the one to come where there is one.
func (s *server) ruleLine(l Lang, x *settingdb.RuleLine) RuleLineView {
	today := workday.DateOf(s.Now())
	r := x.InForce(today)
	newest := x.Newest()
	shown := r
	if shown == nil {
		shown = newest
	}
	out := ruleView(l, shown)
	out.Off = r == nil
	if newest.EffectiveFrom > today {
		next := ruleView(l, newest)
		out.Coming = next.From + " " + next.Amount
	}
	return out
}

func ruleView(l Lang, r *deadline.Rule) RuleLineView {
	out := RuleLineView{Code: r.Code, Name: l.T(r.Zh, r.En), Amount: amountWords(l, r.Amount, r.Unit), Who: whoWords(l, r), Source: r.Source,
		From: r.EffectiveFrom.String(), Version: r.Version, Off: r.Off, Statute: r.Basis == deadline.Statute}
	if r.Back != nil {
		out.Amount = l.T(fmt.Sprintf("提前 %d 个工作日，不足 %d 日取 %d%%", r.Amount, r.Back.MinDays, r.Back.Share), fmt.Sprintf("%d working days before; under %d days at %d %%", r.Amount, r.Back.MinDays, r.Back.Share))
	}
	if r.Off {
		out.Amount = l.T("停用", "switched off")
	}
	if r.ExtensionLimit > 0 {
		out.Extend = "+" + amountWords(l, r.ExtensionLimit, r.Unit)
	}
	return out
}

func amountWords(l Lang, n int, u deadline.Unit) string {
	return l.T(fmt.Sprintf("%d %s", n, u.Zh()), fmt.Sprintf("%d%s", n, u.En()))
}

// whoWords says whom a rule applies to.
func whoWords(l Lang, r *deadline.Rule) string {
	var parts []string
	add := func(vocabulary string, codes []string) {
		words := make([]string, len(codes))
		for i, k := range codes {
			words[i] = l.Word(vocabulary, k)
		}
		if len(words) > 0 {
			parts = append(parts, strings.Join(words, l.T("、", ", ")))
		}
	}
	add("kind", r.Kinds)
	add("urgency", r.Urgencies)
	add("track", r.Tracks)
	add("channel", r.Channels)
	if r.Named != nil {
		parts = append(parts, l.T(map[bool]string{true: "实名", false: "匿名"}[*r.Named], map[bool]string{true: "named", false: "anonymous"}[*r.Named]))
	}
	if len(parts) == 0 {
		return l.T("全部", "all")
	}
	return strings.Join(parts, l.T("；", "; "))
}

func (s *server) settingsRule(c *fiber.Ctx, v *visit) error {
	return s.rulePage(c, v, nil, nil, settingdb.RuleEdit{})
}

// ruleEdit reads the form.
func ruleEdit(c *fiber.Ctx) (settingdb.RuleEdit, tickets.Invalid) {
	e := settingdb.RuleEdit{Code: c.Params("code"), Version: formInt(c, "version"), Amount: formInt(c, "amount"), Unit: c.FormValue("unit"), Roll: c.FormValue("roll"),
		ExtensionLimit: formInt(c, "extension_limit"), Extensions: formInt(c, "extensions"), Source: c.FormValue("source"), Off: c.FormValue("off") == "true", Why: c.FormValue("why")}
	var bad tickets.Invalid
	var err error
	if e.EffectiveFrom, err = workday.ParseDate(c.FormValue("effective_from")); err != nil {
		bad = append(bad, tickets.Problem{Field: "effective_from", ZH: "请填写生效日期", EN: "fill in the date"})
	}
	for _, f := range []struct {
		name string
		n    int
	}{{"amount", e.Amount}, {"extension_limit", e.ExtensionLimit}, {"extensions", e.Extensions}} {
		if x := strings.TrimSpace(c.FormValue(f.name)); x != "" && x != itoa(f.n) {
			bad = append(bad, tickets.Problem{Field: f.name, ZH: "请填写整数", EN: "not a whole number"})
		}
	}
	if strings.TrimSpace(e.Why) == "" {
		bad = append(bad, tickets.Problem{Field: "why", ZH: "请填写修改原因", EN: "say why"})
	}
	return e, bad
}

// settingsRuleSave first shows what the edit would mean; confirmed, it is saved.
func (s *server) settingsRuleSave(c *fiber.Ctx, v *visit) error {
	e, bad := ruleEdit(c)
	if len(bad) > 0 {
		return s.rulePage(c, v, bad, nil, e)
	}
	if c.FormValue("confirm") == "yes" {
		if err := s.Settings.EditRule(c.UserContext(), v.caller, e); err != nil {
			return s.rulePage(c, v, err, nil, e)
		}
		s.flash(c, "changed")
		return c.Redirect("/settings/rules/"+e.Code, fiber.StatusSeeOther)
	}
	effect, err := s.Settings.PreviewRule(c.UserContext(), v.caller, e)
	if err != nil {
		return s.rulePage(c, v, err, nil, e)
	}
	return s.rulePage(c, v, nil, &effect, e)
}

func (s *server) settingsRuleUndo(c *fiber.Ctx, v *visit) error {
	code := c.Params("code")
	if err := s.Settings.UndoRule(c.UserContext(), v.caller, code, formInt(c, "version"), c.FormValue("why")); err != nil {
		return s.rulePage(c, v, err, nil, settingdb.RuleEdit{})
	}
	s.flash(c, "undone")
	return c.Redirect("/settings/rules/"+code, fiber.StatusSeeOther)
}

func (s *server) rulePage(c *fiber.Ctx, v *visit, refused error, effect *settingdb.Effect, e settingdb.RuleEdit) error {
	lines, err := s.Settings.Rules(c.UserContext(), v.caller)
	if err != nil {
		return err
	}
	var line *settingdb.RuleLine
	for i := range lines {
		if lines[i].Code == c.Params("code") {
			line = &lines[i]
		}
	}
	if line == nil {
		return pg.ErrNotFound
	}
	l, newest := v.lang, line.Newest()
	p := RulePage{Shell: s.shell(c, v, l.T(newest.Zh, newest.En)), Tabs: s.settingTabs(c, l), Line: s.ruleLine(l, line), Versions: s.ruleVersions(l, line)}
	f := s.settingForm(v, p.Shell, "edit", "/settings/rules/"+line.Code, newest.Version, Text{"先看影响", "Preview"})
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
		f.refused(c, nil) // what was typed stays below its preview
	}
	s.ruleFields(f, l, newest)
	p.Edit = f.ActionForm
	if len(line.Versions) > 1 {
		p.Undo = s.undoForm(v, p.Shell, "/settings/rules/"+line.Code, newest.Version)
	}
	if effect != nil {
		p.Effect = s.effectView(v, p.Shell, effect, e)
	}
	if p.History, p.Next, err = s.history(c, v, line.Code, settingdb.Rule); err != nil {
		return err
	}
	return s.render(c, v, status, p)
}

func (s *server) ruleFields(f *settingForm, l Lang, r *deadline.Rule) {
	from := max(workday.DateOf(s.Now()).Add(1), r.EffectiveFrom)
	f.add("int", "amount", Text{"时限", "Limit"}, itoa(r.Amount), must)
	f.add("choice", "unit", Text{"单位", "Counted in"}, string(r.Unit), among(wordOptions(l, limitUnits, "")), must)
	f.add("choice", "roll", Text{"末日遇休息日", "Last day on a day off"}, string(r.Roll), among(wordOptions(l, rolls, "")))
	f.add("int", "extension_limit", Text{"最多延长（0 为不可延期）", "Extension at most (0: none)"}, itoa(r.ExtensionLimit))
	f.add("int", "extensions", Text{"可延期次数（0 按一次）", "How many extensions (0: one)"}, itoa(r.Extensions))
	f.add("bool", "off", Text{"停用此规则", "Switch this rule off"}, boolWord(r.Off), among(yesNo(l)), must)
	f.add("date", "effective_from", Text{"生效日期", "Effective from"}, from.String(), must)
	f.add("line", "source", Text{"依据", "Source"}, r.Source, must, atMost(200))
	f.why()
}

func (s *server) ruleVersions(l Lang, line *settingdb.RuleLine) []RuleVersionView {
	now := line.InForce(workday.DateOf(s.Now()))
	out := make([]RuleVersionView, len(line.Versions))
	for i := range line.Versions {
		x := &line.Versions[i]
		out[i] = RuleVersionView{RuleLineView: ruleView(l, &x.Rule), AddedAt: x.AddedAt, By: x.Name, Now: now == &x.Rule}
		if x.AddedBy == "shipped" {
			out[i].By = l.T("系统自带", "shipped")
		}
	}
	return out
}

func (s *server) effectView(v *visit, shell *Shell, x *settingdb.Effect, e settingdb.RuleEdit) *EffectView {
	l := v.lang
	out := &EffectView{At: l.Exact(x.At), What: l.Word("kind", x.Facts.Kind) + " · " + l.Word("track", x.Facts.Tracks[0]) + " · " + l.Word("urgency", x.Facts.Urgency)}
	due := func(t time.Time) string {
		if t.IsZero() {
			return "—"
		}
		return l.Due(t, x.At)
	}
	for _, y := range x.Lines {
		out.Lines = append(out.Lines, EffectLineView{l.T(y.ZH, y.EN), due(y.Before), due(y.After)})
	}
	f := s.settingForm(v, shell, "confirm", "/settings/rules/"+e.Code, e.Version, Text{"确认保存", "Save it"})
	for name, value := range map[string]string{"confirm": "yes", "amount": itoa(e.Amount), "unit": e.Unit, "roll": e.Roll, "extension_limit": itoa(e.ExtensionLimit), "extensions": itoa(e.Extensions),
		"off": boolWord(e.Off), "effective_from": e.EffectiveFrom.String(), "source": e.Source, "why": e.Why} {
		f.add("hidden", name, Text{}, value)
	}
	out.Confirm = f.ActionForm
	return out
}
