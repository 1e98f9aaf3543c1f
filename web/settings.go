package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/settingdb"
)

// Settings is what the settings' pages need of settingdb.
type Settings interface {
	History(ctx context.Context, c pg.Caller, key string, after int64, subjects ...string) ([]settingdb.Version, int64, error)
	Categories(ctx context.Context, c pg.Caller) ([]settingdb.CategoryLine, error)
	AddCategory(ctx context.Context, c pg.Caller, e settingdb.CategoryEdit) (string, error)
	EditCategory(ctx context.Context, c pg.Caller, e settingdb.CategoryEdit) error
	UndoCategory(ctx context.Context, c pg.Caller, code string, version int, why string) error
	Rules(ctx context.Context, c pg.Caller) ([]settingdb.RuleLine, error)
	PreviewRule(ctx context.Context, c pg.Caller, e settingdb.RuleEdit) (settingdb.Effect, error)
	EditRule(ctx context.Context, c pg.Caller, e settingdb.RuleEdit) error
	UndoRule(ctx context.Context, c pg.Caller, code string, version int, why string) error
	Versions(ctx context.Context, c pg.Caller, subject string) (map[string]int, error)
	Routing(ctx context.Context) (settingdb.Routing, error)
	SetReleased(ctx context.Context, c pg.Caller, version int, kinds []string, why string) error
	AddDanger(ctx context.Context, c pg.Caller, version int, w tickets.DangerWord, why string) error
	RemoveDanger(ctx context.Context, c pg.Caller, version int, word, why string) error
	UndoSetting(ctx context.Context, c pg.Caller, subject string, version int, why string) error
	SetAliases(ctx context.Context, c pg.Caller, unit, version int, names []string, why string) error
	Calendars(ctx context.Context, c pg.Caller) ([]settingdb.CalendarLine, error)
	NextCalendar(notice []byte) (*workday.Calendar, workday.Year, error)
	ImportYear(ctx context.Context, c pg.Caller, shown string, notice []byte, why string) error
}

// SettingsPage leads to what the system's administrator edits.
type SettingsPage struct {
	*Shell
	Tabs    []NavItem
	History []ChangeView
	Next    string
}

func (SettingsPage) template() string { return "settings" }

// settingTabs is THE list of the settings' pages.
var settingTabs = []struct {
	href string
	text Text
	icon string
}{
	{"/settings/categories", Text{"事项类别", "Categories"}, "sitemap"},
	{"/settings/rules", Text{"时限规则", "Deadlines"}, "clock"},
	{"/settings/routing", Text{"派单设置", "Routing"}, "route"},
	{"/settings/calendars", Text{"工作日历", "Calendars"}, "calendar"},
}

func (s *server) settingTabs(c *fiber.Ctx, l Lang) []NavItem {
	out := make([]NavItem, len(settingTabs))
	for i, t := range settingTabs {
		out[i] = NavItem{t.href, t.text.In(l), t.icon, c.Path() == t.href || strings.HasPrefix(c.Path(), t.href+"/")}
	}
	return out
}

// settings shows what was changed lately, whatever it was.
func (s *server) settings(c *fiber.Ctx, v *visit) error {
	p := SettingsPage{Shell: s.shell(c, v, v.lang.T("设置", "Settings")), Tabs: s.settingTabs(c, v.lang)}
	var err error
	p.History, p.Next, err = s.history(c, v, "", settingdb.Category, settingdb.Rule, settingdb.Calendar, settingdb.Released, settingdb.Danger, settingdb.Alias)
	if err != nil {
		return err
	}
	return s.render(c, v, fiber.StatusOK, p)
}

// ChangeView is one line of the history in words.
type ChangeView struct {
	What    string
	Version int
	At      time.Time
	Who     string
	Why     string
	Changes []ChangedField
	Newest  bool
}

// ChangedField is one field before and after; an empty side was not there.
type ChangedField struct{ Name, Before, After string }

// history reads a page of the history, from the query's cursor on.
func (s *server) history(c *fiber.Ctx, v *visit, key string, subjects ...string) ([]ChangeView, string, error) {
	list, next, err := s.Settings.History(c.UserContext(), v.caller, key, int64(tickets.Values{"after": c.Query("after")}.Int("after")), subjects...)
	if err != nil {
		return nil, "", err
	}
	out := make([]ChangeView, len(list))
	for i, x := range list {
		out[i] = s.change(v.lang, x)
	}
	if next == 0 {
		return out, "", nil
	}
	return out, fmt.Sprintf("%s?after=%d", c.Path(), next), nil
}

func (s *server) change(l Lang, x settingdb.Version) ChangeView {
	out := ChangeView{Version: x.Version, At: x.At, Who: x.Name, Why: x.Why, Newest: x.Newest}
	out.What = subjectWords[x.Subject].In(l)
	if out.Who == "" {
		out.Who = actorWord(l, x.Actor, nil)
	}
	before, after := fieldsOf(x.Before), fieldsOf(x.After)
	if name := s.settingName(l, x, after, before); name != "" {
		out.What += l.T("：", ": ") + name
	}
	for _, name := range changedNames(before, after) {
		label, ok := fieldWords[name]
		if !ok {
			continue // the key itself, and what the program adds
		}
		f := ChangedField{Name: label.In(l)}
		if before != nil {
			f.Before = s.settingWord(l, name, before[name])
		}
		if after != nil {
			f.After = s.settingWord(l, name, after[name])
		}
		out.Changes = append(out.Changes, f)
	}
	return out
}

// subjectWords are the subjects of the history.
var subjectWords = map[string]Text{
	settingdb.Category: {"事项类别", "category"}, settingdb.Rule: {"时限规则", "deadline"}, settingdb.Calendar: {"工作日历", "calendar"},
	settingdb.Released: {"自动派单", "automatic dispatch"}, settingdb.Danger: {"危险词", "danger word"}, settingdb.Alias: {"地名别名", "other names"},
	settingdb.Deputy: {"代理", "deputy"}, settingdb.Absence: {"离岗", "absence"}, settingdb.Shift: {"值班", "duty"}, settingdb.Phones: {"电话", "phones"},
}

// fieldWords are the fields that a history shows.
var fieldWords = map[string]Text{
	"zh": {"名称", "name"}, "en": {"英文名称", "English name"}, "parent": {"上级", "under"}, "gb": {"国标代码", "GB/T 39666"}, "retired": {"停用", "retired"},
	"amount": {"时限", "limit"}, "unit": {"单位", "counted in"}, "roll": {"遇休息日", "on a day off"}, "extension_limit": {"最多延长", "extension"}, "extensions": {"延期次数", "extensions"},
	"effective_from": {"生效日期", "effective from"}, "source": {"依据", "source"}, "off": {"停用", "switched off"},
	"names": {"别名", "names"}, "kinds": {"类别", "kinds"}, "words": {"词语", "words"}, "years": {"年度", "years"},
	"role": {"岗位", "role"}, "person": {"人员", "person"}, "from": {"开始", "from"}, "to": {"结束", "to"}, "phone": {"电话", "phone"}, "night": {"夜间电话", "night phone"}, "ended": {"提前结束", "ended"},
}

// fieldOrder is how the fields of a history line stand; others go before.
var fieldOrder = []string{"role", "from", "to", "phone", "night", "ended", "zh", "en", "parent", "gb", "retired", "amount", "unit", "roll", "extension_limit", "extensions", "off", "effective_from", "source"}

func fieldsOf(data []byte) map[string]any {
	var out map[string]any
	if json.Unmarshal(data, &out) != nil {
		return nil
	}
	return out
}

// changedNames are the fields that differ, in a stable order.
func changedNames(before, after map[string]any) []string {
	var out []string
	for _, m := range []map[string]any{before, after} {
		for name := range m {
			if fmt.Sprint(before[name]) != fmt.Sprint(after[name]) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(slices.Index(fieldOrder, a), slices.Index(fieldOrder, b)), cmp.Compare(a, b))
	})
	return out
}

// settingName is what a history line is about.
func (s *server) settingName(l Lang, x settingdb.Version, states ...map[string]any) string {
	for _, m := range states {
		zh, _ := m["zh"].(string)
		en, _ := m["en"].(string)
		if zh != "" {
			if en == "" {
				en = zh
			}
			return l.T(zh, en)
		}
		if name, _ := m["name"].(string); name != "" {
			return name
		}
	}
	if x.Subject == settingdb.Category || x.Subject == settingdb.Rule {
		return x.Key
	}
	return ""
}

// settingWord is a value in words; a missing one is a dash.
func (s *server) settingWord(l Lang, name string, value any) string {
	switch x := value.(type) {
	case nil:
		return "—"
	case bool:
		return l.T(map[bool]string{true: "是", false: "否"}[x], map[bool]string{true: "yes", false: "no"}[x])
	case []any:
		words := make([]string, len(x))
		for i := range x {
			words[i] = s.settingWord(l, name, x[i])
		}
		return strings.Join(words, l.T("、", ", "))
	case string:
		return s.settingText(l, name, x)
	}
	return fmt.Sprint(value)
}

func (s *server) settingText(l Lang, name, x string) string {
	switch {
	case x == "":
		return "—"
	case name == "parent":
		return s.categoryWord(l, x)
	case name == "unit":
		return l.Word("limit_unit", x)
	case name == "roll":
		return l.Word("roll", x)
	case name == "role":
		return l.Word("role", x)
	case name == "kinds":
		return l.Word("kind", x)
	case name == "words":
		word, weight, _ := strings.Cut(x, "/")
		return word + l.T("（", " (") + l.Word("urgency", weight) + l.T("）", ")")
	case name == "from" || name == "to" || name == "ended":
		if at, err := tickets.ParseTime(x); err == nil {
			return l.Exact(at)
		}
	}
	return x
}

// settingForm builds a form of the settings' pages: what was typed is kept.
type settingForm struct {
	ActionForm
	lang   Lang
	typed  map[string]string // nil: not sent yet
	errors map[string]string
}

func (s *server) settingForm(v *visit, shell *Shell, action, href string, version int, text Text) *settingForm {
	f := &settingForm{lang: v.lang}
	f.Lang, f.Action, f.Href, f.Form, f.Version, f.Text = v.lang, action, href, shell.Form, version, text.In(v.lang)
	return f
}

// refused keeps what was sent and says what is wrong with it.
func (f *settingForm) refused(c *fiber.Ctx, bad tickets.Invalid) {
	f.typed = map[string]string{}
	for k, v := range c.Request().PostArgs().All() {
		f.typed[string(k)] = string(v)
	}
	f.errors, f.Error = problems(f.lang, bad, nil)
	f.Open = true
}

// add puts in a field; the value is the present one.
func (f *settingForm) add(kind, name string, label Text, value string, with ...func(*FieldView)) {
	x := FieldView{ID: f.Action + "-" + name, Name: name, Label: label.In(f.lang), Type: kind, Value: value, Error: f.errors[name]}
	if f.typed != nil {
		x.Value = f.typed[name]
	}
	for _, w := range with {
		w(&x)
	}
	for i := range x.Options {
		x.Options[i].On = x.Options[i].Value == x.Value
	}
	for _, g := range x.Groups {
		for i := range g.Options {
			g.Options[i].On = g.Options[i].Value == x.Value
		}
	}
	f.Fields = append(f.Fields, x)
}

func must(x *FieldView) { x.Must = true }

func atMost(n int) func(*FieldView) { return func(x *FieldView) { x.Max = n } }

func among(list []Option) func(*FieldView) { return func(x *FieldView) { x.Options = list } }

// why is the reason that every change of a setting needs.
func (f *settingForm) why() {
	f.add("line", "why", Text{"原因", "Reason"}, "", must, atMost(500))
}

// invalidOf is what a form shows of an error; ok is false for any other error.
func invalidOf(err error) (tickets.Invalid, bool) {
	var bad tickets.Invalid
	if errors.As(err, &bad) {
		return bad, true
	}
	if errors.Is(err, settingdb.ErrMoved) {
		return tickets.Invalid{{ZH: "您打开之后，别人已经改过。请刷新页面，看过最新内容后再改。", EN: "Somebody changed it since you opened it. Reload, look at it, and change it again."}}, true
	}
	return nil, false
}

// statusOf is the status of a refused form.
func statusOf(err error) int {
	if errors.Is(err, settingdb.ErrMoved) {
		return fiber.StatusConflict
	}
	return fiber.StatusUnprocessableEntity
}

func formInt(c *fiber.Ctx, name string) int {
	return tickets.Values{name: c.FormValue(name)}.Int(name)
}
