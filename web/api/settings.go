package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/settingdb"
)

// Settings is what the calls of the system's administrator need; *settingdb.DB is it.
type Settings interface {
	History(ctx context.Context, c pg.Caller, key string, after int64, subjects ...string) ([]settingdb.Version, int64, error)
	Versions(ctx context.Context, c pg.Caller, subject string) (map[string]int, error)
	AddCategory(ctx context.Context, c pg.Caller, e settingdb.CategoryEdit) (string, error)
	EditCategory(ctx context.Context, c pg.Caller, e settingdb.CategoryEdit) error
	Rules(ctx context.Context, c pg.Caller) ([]settingdb.RuleLine, error)
	PreviewRule(ctx context.Context, c pg.Caller, e settingdb.RuleEdit) (settingdb.Effect, error)
	EditRule(ctx context.Context, c pg.Caller, e settingdb.RuleEdit) error
	Calendars(ctx context.Context, c pg.Caller) ([]settingdb.CalendarLine, error)
	Routing(ctx context.Context) (settingdb.Routing, error)
	SetReleased(ctx context.Context, c pg.Caller, version int, kinds []string, why string) error
	AddDanger(ctx context.Context, c pg.Caller, version int, w tickets.DangerWord, why string) error
	SetAliases(ctx context.Context, c pg.Caller, unit, version int, names []string, why string) error
}

// CategoryFields are a category as an edit sends it; huma reads only exported
// embedded structs.
type CategoryFields struct {
	Parent  string `json:"parent,omitempty" maxLength:"60"`
	ZH      string `json:"zh" minLength:"1" maxLength:"30"`
	EN      string `json:"en,omitempty" maxLength:"60"`
	GB      string `json:"gb,omitempty" maxLength:"20"`
	Retired bool   `json:"retired,omitempty"`
	Version int    `json:"version" minimum:"0" doc:"Of the category's history, as read; 0: never edited"`
	Why     string `json:"why" minLength:"1" maxLength:"500"`
}

type categoryAddInput struct {
	Body struct {
		CategoryFields
		Code string `json:"code,omitempty" maxLength:"60" doc:"Empty: one is made"`
	}
}

type categoryEditInput struct {
	Code string `path:"code" maxLength:"60"`
	Body CategoryFields
}

type ruleBody struct {
	Code           string    `json:"code"`
	Version        int       `json:"version"`
	ZH             string    `json:"zh"`
	EN             string    `json:"en"`
	Amount         int       `json:"amount"`
	Unit           string    `json:"unit"`
	Roll           string    `json:"roll"`
	ExtensionLimit int       `json:"extension_limit"`
	Extensions     int       `json:"extensions"`
	Off            bool      `json:"off"`
	Kinds          []string  `json:"kinds" doc:"Empty: all"`
	Urgencies      []string  `json:"urgencies"`
	Tracks         []string  `json:"tracks"`
	Channels       []string  `json:"channels"`
	Named          *bool     `json:"named,omitempty"`
	Starts         []string  `json:"starts" doc:"Events that start the clock"`
	Meets          []string  `json:"meets" doc:"Events that meet it"`
	Basis          string    `json:"basis" enum:"local,statute"`
	EffectiveFrom  string    `json:"effective_from" format:"date"`
	Source         string    `json:"source"`
	AddedAt        time.Time `json:"added_at"`
	AddedBy        string    `json:"added_by" doc:"shipped, or person:ID"`
}

func ruleOf(v *settingdb.StoredRule) ruleBody {
	r := &v.Rule
	return ruleBody{r.Code, r.Version, r.Zh, r.En, r.Amount, string(r.Unit), string(r.Roll), r.ExtensionLimit, r.Extensions, r.Off, list(r.Kinds), list(r.Urgencies), list(r.Tracks), list(r.Channels),
		r.Named, list(r.Starts), list(r.Meets), string(r.Basis), r.EffectiveFrom.String(), r.Source, local(v.AddedAt), v.AddedBy}
}

type rulesOutput struct{ Body listOf[ruleBody] }

type ruleEditInput struct {
	Code    string `path:"code" maxLength:"60"`
	Preview bool   `query:"preview" doc:"Compute the example, store nothing"`
	Body    struct {
		Version        int    `json:"version" minimum:"1" doc:"The newest version, which is edited"`
		Amount         int    `json:"amount" minimum:"1" maximum:"10000"`
		Unit           string `json:"unit" enum:"working_days,calendar_days,working_hours,clock_hours,clock_minutes,day_of_month"`
		Roll           string `json:"roll,omitempty" enum:"none,forward,back"`
		ExtensionLimit int    `json:"extension_limit,omitempty" minimum:"0" maximum:"10000"`
		Extensions     int    `json:"extensions,omitempty" minimum:"0" maximum:"10"`
		Off            bool   `json:"off,omitempty"`
		EffectiveFrom  string `json:"effective_from" format:"date" doc:"Clocks that start from this day on use it; none that runs is moved"`
		Source         string `json:"source" minLength:"1" maxLength:"200"`
		Why            string `json:"why" minLength:"1" maxLength:"500"`
	}
}

type effectLine struct {
	Rule   string     `json:"rule"`
	Before *time.Time `json:"before,omitempty"`
	After  *time.Time `json:"after,omitempty"`
}

type ruleEditOutput struct {
	Body struct {
		Version int          `json:"version" doc:"The new one"`
		Stored  bool         `json:"stored"`
		Start   *time.Time   `json:"example_start,omitempty"`
		Example []effectLine `json:"example,omitempty" doc:"A matter that begins then, before and after"`
	}
}

type calendarsOutput struct {
	Body listOf[calendarBody]
}

type calendarBody struct {
	Version string    `json:"version"`
	Active  bool      `json:"active"`
	AddedAt time.Time `json:"added_at"`
	AddedBy string    `json:"added_by"`
	Years   []int     `json:"years"`
	Waiting []int     `json:"provisional_years"`
}

type routingOutput struct {
	Body struct {
		Released map[string]bool      `json:"released" doc:"Kinds that may be dispatched without a person"`
		Danger   []tickets.DangerWord `json:"danger" doc:"Words added to the program's own"`
		Versions map[string]int       `json:"versions" doc:"Of released and danger, to be sent back with an edit"`
	}
}

type releasedInput struct {
	Body struct {
		Kinds   []string `json:"kinds" maxItems:"10"`
		Version int      `json:"version" minimum:"0"`
		Why     string   `json:"why" minLength:"1" maxLength:"500"`
	}
}

type dangerInput struct {
	Body struct {
		Word    string `json:"word" minLength:"2" maxLength:"20"`
		Weight  string `json:"weight" enum:"critical,urgent"`
		Version int    `json:"version" minimum:"0"`
		Why     string `json:"why" minLength:"1" maxLength:"500"`
	}
}

type aliasesInput struct {
	Unit int `path:"unit"`
	Body struct {
		Names   []string `json:"names" maxItems:"20"`
		Version int      `json:"version" minimum:"0"`
		Why     string   `json:"why" minLength:"1" maxLength:"500"`
	}
}

type historyInput struct {
	Subject string `query:"subject" enum:"category,rule,calendar,released,danger,alias,deputy,absence,shift,phones" required:"true"`
	Key     string `query:"key" maxLength:"100"`
	After   int64  `query:"after" minimum:"0" doc:"From the page before: its next"`
}

type changeBody struct {
	ID      int64           `json:"id"`
	Key     string          `json:"key"`
	Version int             `json:"version"`
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
	Why     string          `json:"why"`
	By      string          `json:"by"`
	At      time.Time       `json:"at"`
}

type historyOutput struct {
	Body struct {
		Items []changeBody `json:"items"`
		Next  int64        `json:"next" doc:"0 on the last page"`
	}
}

func (s *server) settingCalls() {
	if s.Settings == nil {
		return
	}
	tags := []string{"settings"}
	call(s, huma.Operation{OperationID: "add-category", Method: http.MethodPost, Path: "/api/v1/categories", Tags: tags, Security: signed, DefaultStatus: http.StatusCreated,
		Summary: "Add a category / 添加事项类别", Description: "The system's administrator."}, s.addCategory)
	call(s, huma.Operation{OperationID: "edit-category", Method: http.MethodPut, Path: "/api/v1/categories/{code}", Tags: tags, Security: signed,
		Summary: "Rename, move or retire a category / 修改事项类别", Description: "409 where somebody changed it since it was read."}, s.editCategory)
	call(s, huma.Operation{OperationID: "list-rules", Method: http.MethodGet, Path: "/api/v1/settings/rules", Tags: tags, Security: signed,
		Summary: "Every rule of deadlines with its versions / 时限规则"}, s.listRules)
	call(s, huma.Operation{OperationID: "edit-rule", Method: http.MethodPut, Path: "/api/v1/settings/rules/{code}", Tags: tags, Security: signed,
		Summary: "Add a version of a rule / 修改时限规则", Description: "Holds for clocks that start from its date on; no clock that runs is moved."}, s.editRule)
	call(s, huma.Operation{OperationID: "list-calendars", Method: http.MethodGet, Path: "/api/v1/settings/calendars", Tags: tags, Security: signed,
		Summary: "The calendar's versions / 工作日历"}, s.listCalendars)
	call(s, huma.Operation{OperationID: "get-routing", Method: http.MethodGet, Path: "/api/v1/settings/routing", Tags: tags, Security: signed,
		Summary: "What routing is told / 派单设置"}, s.getRouting)
	call(s, huma.Operation{OperationID: "set-released", Method: http.MethodPut, Path: "/api/v1/settings/routing/released", Tags: tags, Security: signed,
		Summary: "Kinds dispatched without a person / 自动派单的类别"}, s.setReleased)
	call(s, huma.Operation{OperationID: "add-danger-word", Method: http.MethodPost, Path: "/api/v1/settings/routing/danger", Tags: tags, Security: signed,
		Summary: "Add a danger word / 添加危险词"}, s.addDanger)
	call(s, huma.Operation{OperationID: "set-aliases", Method: http.MethodPut, Path: "/api/v1/settings/routing/places/{unit}", Tags: tags, Security: signed,
		Summary: "The other names of a place / 地名别名"}, s.setAliases)
	call(s, huma.Operation{OperationID: "list-changes", Method: http.MethodGet, Path: "/api/v1/settings/history", Tags: tags, Security: signed,
		Summary: "Who changed what, when and why / 修改记录", Description: "What this account may see of a subject, newest first."}, s.listChanges)
}

// system refuses everybody but the system's administrator; the database refuses again.
func system(who *request) error {
	if !who.me.Has(tickets.RoleSystem) {
		return forbidden()
	}
	return nil
}

func (b CategoryFields) edit(code string) settingdb.CategoryEdit {
	return settingdb.CategoryEdit{Version: b.Version, Why: b.Why, CategoryState: settingdb.CategoryState{Code: code, Parent: b.Parent, ZH: b.ZH, EN: b.EN, GB: b.GB, Retired: b.Retired}}
}

type codeOutput struct {
	Body struct {
		Code string `json:"code"`
	}
}

func (s *server) addCategory(ctx context.Context, who *request, in *categoryAddInput) (*codeOutput, error) {
	if err := system(who); err != nil {
		return nil, err
	}
	code, err := s.Settings.AddCategory(ctx, who.caller, in.Body.edit(in.Body.Code))
	out := &codeOutput{}
	out.Body.Code = code
	return out, err
}

func (s *server) editCategory(ctx context.Context, who *request, in *categoryEditInput) (*codeOutput, error) {
	if err := system(who); err != nil {
		return nil, err
	}
	out := &codeOutput{}
	out.Body.Code = in.Code
	return out, s.Settings.EditCategory(ctx, who.caller, in.Body.edit(in.Code))
}

func (s *server) listRules(ctx context.Context, who *request, _ *nothing) (*rulesOutput, error) {
	lines, err := s.Settings.Rules(ctx, who.caller)
	if err != nil {
		return nil, err
	}
	items := []ruleBody{}
	for _, l := range lines {
		for i := range l.Versions {
			items = append(items, ruleOf(&l.Versions[i]))
		}
	}
	return &rulesOutput{listOf[ruleBody]{Items: items, Total: len(items)}}, nil
}

func (s *server) editRule(ctx context.Context, who *request, in *ruleEditInput) (*ruleEditOutput, error) {
	if err := system(who); err != nil {
		return nil, err
	}
	from, err := workday.ParseDate(in.Body.EffectiveFrom)
	if err != nil {
		return nil, invalid(fault("body.effective_from", "须为日期，如 2026-09-18", "not a date"))
	}
	e := settingdb.RuleEdit{Code: in.Code, Version: in.Body.Version, Amount: in.Body.Amount, Unit: in.Body.Unit, Roll: in.Body.Roll, ExtensionLimit: in.Body.ExtensionLimit,
		Extensions: in.Body.Extensions, EffectiveFrom: from, Source: in.Body.Source, Off: in.Body.Off, Why: in.Body.Why}
	out := &ruleEditOutput{}
	out.Body.Version = e.Version + 1
	if !in.Preview {
		out.Body.Stored = true
		return out, s.Settings.EditRule(ctx, who.caller, e)
	}
	x, err := s.Settings.PreviewRule(ctx, who.caller, e)
	if err != nil {
		return nil, err
	}
	start := local(x.At)
	out.Body.Start = &start
	for _, l := range x.Lines {
		out.Body.Example = append(out.Body.Example, effectLine{l.Rule, orNil(l.Before), orNil(l.After)})
	}
	return out, nil
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = local(t)
	return &t
}

func (s *server) listCalendars(ctx context.Context, who *request, _ *nothing) (*calendarsOutput, error) {
	lines, err := s.Settings.Calendars(ctx, who.caller)
	if err != nil {
		return nil, err
	}
	items := each(lines, func(l settingdb.CalendarLine) calendarBody {
		b := calendarBody{Version: l.Version, Active: l.Active, AddedAt: local(l.AddedAt), AddedBy: l.By, Years: []int{}, Waiting: []int{}}
		for _, y := range l.Years {
			b.Years = append(b.Years, y.Year)
			if y.Provisional {
				b.Waiting = append(b.Waiting, y.Year)
			}
		}
		return b
	})
	return &calendarsOutput{listOf[calendarBody]{Items: items, Total: len(items)}}, nil
}

func (s *server) getRouting(ctx context.Context, who *request, _ *nothing) (*routingOutput, error) {
	if err := system(who); err != nil {
		return nil, err
	}
	r, err := s.Settings.Routing(ctx)
	if err != nil {
		return nil, err
	}
	out := &routingOutput{}
	out.Body.Released, out.Body.Danger, out.Body.Versions = r.Released, list(r.Danger), map[string]int{}
	for _, subject := range []string{settingdb.Released, settingdb.Danger} {
		versions, err := s.Settings.Versions(ctx, who.caller, subject)
		if err != nil {
			return nil, err
		}
		out.Body.Versions[subject] = 0
		for _, n := range versions {
			out.Body.Versions[subject] = n
		}
	}
	return out, nil
}

func (s *server) setReleased(ctx context.Context, who *request, in *releasedInput) (*routingOutput, error) {
	if err := system(who); err != nil {
		return nil, err
	}
	if err := s.Settings.SetReleased(ctx, who.caller, in.Body.Version, in.Body.Kinds, in.Body.Why); err != nil {
		return nil, err
	}
	return s.getRouting(ctx, who, nil)
}

func (s *server) addDanger(ctx context.Context, who *request, in *dangerInput) (*routingOutput, error) {
	if err := system(who); err != nil {
		return nil, err
	}
	if err := s.Settings.AddDanger(ctx, who.caller, in.Body.Version, tickets.DangerWord{Word: in.Body.Word, Weight: in.Body.Weight}, in.Body.Why); err != nil {
		return nil, err
	}
	return s.getRouting(ctx, who, nil)
}

func (s *server) setAliases(ctx context.Context, who *request, in *aliasesInput) (*unitsOutput, error) {
	if err := system(who); err != nil {
		return nil, err
	}
	if err := s.Settings.SetAliases(ctx, who.caller, in.Unit, in.Body.Version, in.Body.Names, in.Body.Why); err != nil {
		return nil, err
	}
	out, err := s.listUnits(ctx, who, nil)
	out.Body.Items = slices.DeleteFunc(out.Body.Items, func(u unitBody) bool { return u.ID != in.Unit })
	out.Body.Total = len(out.Body.Items)
	return out, err
}

func (s *server) listChanges(ctx context.Context, who *request, in *historyInput) (*historyOutput, error) {
	rows, next, err := s.Settings.History(ctx, who.caller, in.Key, in.After, in.Subject)
	if err != nil {
		return nil, err
	}
	out := &historyOutput{}
	out.Body.Next = next
	out.Body.Items = each(rows, func(v settingdb.Version) changeBody {
		return changeBody{v.ID, v.Key, v.Version, v.Before, v.After, v.Why, v.Actor, local(v.At)}
	})
	return out, nil
}
