package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/tickets"
	"hotline/tickets/settingdb"
)

// RoutingPage is what an administrator tells routing, with a box to try it.
type RoutingPage struct {
	*Shell
	Tabs       []NavItem
	Released   []Option
	Release    ActionForm
	Words      []DangerView
	AddWord    ActionForm
	OwnWords   []OwnDangerView
	Places     []PlaceView
	Pick       []Group
	Ambiguous  []PlaceView
	Old        []tickets.OldName
	Try        ActionForm
	Tried      *TriedView
	UndoKinds  *ActionForm
	UndoDanger *ActionForm
	History    []ChangeView
	Next       string
}

func (RoutingPage) template() string { return "settings_routing" }

// DangerView is an added danger word with the form that takes it away.
type DangerView struct {
	Word   string
	Weight string
	Remove ActionForm
}

// OwnDangerView is the program's words of one weight.
type OwnDangerView struct{ Weight, Words string }

// PlaceView is a place and its other names, or a name and its places.
type PlaceView struct {
	ID    int
	Name  string
	Names string
}

// TriedView is how a statement would be read.
type TriedView struct {
	Proposal *ProposalView
	Urgency  string
	Category string
	Why      string // the word behind the category
}

// PlacePage is one place's other names.
type PlacePage struct {
	*Shell
	Tabs    []NavItem
	Place   PlaceView
	Edit    ActionForm
	History []ChangeView
	Next    string
}

func (PlacePage) template() string { return "settings_place" }

func (s *server) settingsRouting(c *fiber.Ctx, v *visit) error {
	return s.routingPage(c, v, "", nil, nil)
}

// routingPage shows the page; of names the form that was refused.
func (s *server) routingPage(c *fiber.Ctx, v *visit, of string, refused error, tried *TriedView) error {
	ctx := c.UserContext()
	told, err := s.Settings.Routing(ctx)
	if err != nil {
		return err
	}
	kinds, err := s.Settings.Versions(ctx, v.caller, settingdb.Released)
	if err != nil {
		return err
	}
	danger, err := s.Settings.Versions(ctx, v.caller, settingdb.Danger)
	if err != nil {
		return err
	}
	p := RoutingPage{Shell: s.shell(c, v, v.lang.T("派单设置", "Routing")), Tabs: s.settingTabs(c, v.lang), Tried: tried, Old: tickets.OldNames()}
	k, w := newest(kinds), newest(danger)
	release := s.settingForm(v, p.Shell, "release", "/settings/routing/released", k, Text{"保存", "Save"})
	word := s.settingForm(v, p.Shell, "word", "/settings/routing/danger", w, Text{"添加", "Add"})
	try := s.settingForm(v, p.Shell, "try", "/settings/routing/try", 0, Text{"看看会怎样派", "Try it"})
	status := fiber.StatusOK
	if refused != nil {
		bad, ok := invalidOf(refused)
		if !ok {
			return refused
		}
		for _, f := range []*settingForm{release, word, try} {
			if f.Action == of {
				f.refused(c, bad)
			}
		}
		status = statusOf(refused)
	}
	if tried != nil {
		try.refused(c, nil)
	}
	release.why()
	p.Release = release.ActionForm
	for _, x := range tickets.Kinds {
		p.Released = append(p.Released, Option{x.Code, v.lang.T(x.ZH, x.EN), told.Released[x.Code]})
	}
	s.dangerParts(v, &p, told, word, w)
	s.placeParts(&p)
	s.tryFields(v.lang, try)
	p.Try = try.ActionForm
	if k > 0 {
		p.UndoKinds = s.undoForm(v, p.Shell, "/settings/routing/released", k)
	}
	if w > 0 {
		p.UndoDanger = s.undoForm(v, p.Shell, "/settings/routing/danger", w)
	}
	if p.History, p.Next, err = s.history(c, v, "", settingdb.Released, settingdb.Danger, settingdb.Alias); err != nil {
		return err
	}
	return s.render(c, v, status, p)
}

// newest is the version of a subject with one key.
func newest(versions map[string]int) int {
	for _, n := range versions {
		return n
	}
	return 0
}

func (s *server) dangerParts(v *visit, p *RoutingPage, told settingdb.Routing, word *settingForm, version int) {
	for i, x := range told.Danger {
		f := s.settingForm(v, p.Shell, "remove"+itoa(i), "/settings/routing/danger/remove", version, Text{"去掉", "Remove"})
		f.Danger = true
		f.add("hidden", "word", Text{}, x.Word)
		f.why()
		p.Words = append(p.Words, DangerView{x.Word, x.Weight, f.ActionForm})
	}
	word.add("line", "word", Text{"词语", "Word"}, "", must, atMost(20))
	word.add("choice", "weight", Text{"出现即定为", "It makes a statement"}, tickets.Urgent, among([]Option{{Value: tickets.Critical, Text: v.lang.Word("urgency", tickets.Critical)}, {Value: tickets.Urgent, Text: v.lang.Word("urgency", tickets.Urgent)}}), must)
	word.why()
	p.AddWord = word.ActionForm
	byWeight := map[string][]string{}
	for _, x := range tickets.OwnDangerWords() {
		byWeight[x.Weight] = append(byWeight[x.Weight], x.Word)
	}
	for _, weight := range []string{tickets.Critical, tickets.Urgent, ""} {
		name := v.lang.T("只作累加", "adds up only")
		if weight != "" {
			name = v.lang.Word("urgency", weight)
		}
		p.OwnWords = append(p.OwnWords, OwnDangerView{name, strings.Join(byWeight[weight], "、")})
	}
}

func isPlace(u *units.Unit) bool {
	return u.Kind == units.County || u.Kind == units.Township || u.Kind == units.Village
}

// mostPlaces bounds the list; any place is reached by choosing it.
const mostPlaces = 100

// otherNames are the aliases that the unit's own name does not hold already.
func otherNames(u *units.Unit) []string {
	return slices.DeleteFunc(slices.Clone(u.Aliases), func(n string) bool { return strings.Contains(u.Name, n) })
}

func (s *server) placeParts(p *RoutingPage) {
	tree := s.Tickets.Tree()
	for _, u := range tree.All() {
		if names := otherNames(u); isPlace(u) && len(names) > 0 && len(p.Places) < mostPlaces {
			p.Places = append(p.Places, PlaceView{u.ID, u.Name, strings.Join(names, "、")})
		}
	}
	p.Pick = s.unitGroups("", func(u *units.Unit) bool { return u.Kind == units.County || u.Kind == units.Township })
	for _, a := range tickets.NewRegions(tree).Ambiguous() {
		names := make([]string, len(a.Units))
		for i, u := range a.Units {
			names[i] = s.unitShort(u.ID)
		}
		p.Ambiguous = append(p.Ambiguous, PlaceView{Name: a.Name, Names: strings.Join(names, "、")})
	}
}

func (s *server) tryFields(l Lang, f *settingForm) {
	f.add("text", "statement", Text{"诉求内容（请勿填写真实姓名、电话）", "Statement (no real names or numbers)"}, "", must, atMost(2000))
	f.add("choice", "kind", Text{"类别", "Kind"}, tickets.Help, among(wordOptions(l, tickets.Kinds, "")), must)
	f.add("line", "place", Text{"地点", "Place"}, "", atMost(200))
}

// settingsTry shows how a statement would be routed. Nothing is stored.
func (s *server) settingsTry(c *fiber.Ctx, v *visit) error {
	in := tickets.RouteInput{Kind: c.FormValue("kind"), Track: tickets.TrackOwn, Channel: "mail", Naming: tickets.Named, Secrecy: tickets.OpenSecrecy, Urgency: tickets.Normal,
		Place: c.FormValue("place"), Statement: c.FormValue("statement"), Desk: v.me.Unit}
	bad := settingdb.Text("statement", in.Statement, 2000)
	bad = append(bad, settingdb.Text("place", in.Place, 200)...)
	if strings.TrimSpace(in.Statement) == "" {
		bad = append(bad, tickets.Problem{Field: "statement", ZH: "请填写诉求内容", EN: "fill in the statement"})
	}
	if !tickets.Kinds.Has(in.Kind) {
		bad = append(bad, tickets.Problem{Field: "kind", ZH: "请选择诉求类别", EN: "choose the kind"})
	}
	if len(bad) > 0 {
		return s.routingPage(c, v, "try", bad, nil)
	}
	told, err := s.Settings.Routing(c.UserContext())
	if err != nil {
		return err
	}
	tree, engine := s.Tickets.Tree(), s.Tickets.Engine()
	proposal := tickets.Route(in, told.World(tree, tickets.NewRegions(tree), engine.Calendar.Office(s.Now(), engine.Hours)))
	t := &TriedView{Proposal: s.proposalView(v.lang, &proposal), Urgency: proposal.Urgency}
	code, why := tickets.SuggestCategory(in.Statement)
	t.Category, t.Why = s.categoryWord(v.lang, code), why
	return s.routingPage(c, v, "", nil, t)
}

func (s *server) settingsReleased(c *fiber.Ctx, v *visit) error {
	var kinds []string
	for _, k := range c.Request().PostArgs().PeekMulti("kinds") {
		kinds = append(kinds, string(k))
	}
	return s.routed(c, v, "release", "changed", s.Settings.SetReleased(c.UserContext(), v.caller, formInt(c, "version"), kinds, c.FormValue("why")))
}

func (s *server) settingsDangerAdd(c *fiber.Ctx, v *visit) error {
	w := tickets.DangerWord{Word: c.FormValue("word"), Weight: c.FormValue("weight")}
	return s.routed(c, v, "word", "changed", s.Settings.AddDanger(c.UserContext(), v.caller, formInt(c, "version"), w, c.FormValue("why")))
}

func (s *server) settingsDangerRemove(c *fiber.Ctx, v *visit) error {
	return s.routed(c, v, "word", "changed", s.Settings.RemoveDanger(c.UserContext(), v.caller, formInt(c, "version"), c.FormValue("word"), c.FormValue("why")))
}

func (s *server) settingsReleasedUndo(c *fiber.Ctx, v *visit) error {
	return s.routed(c, v, "release", "undone", s.Settings.UndoSetting(c.UserContext(), v.caller, settingdb.Released, formInt(c, "version"), c.FormValue("why")))
}

func (s *server) settingsDangerUndo(c *fiber.Ctx, v *visit) error {
	return s.routed(c, v, "word", "undone", s.Settings.UndoSetting(c.UserContext(), v.caller, settingdb.Danger, formInt(c, "version"), c.FormValue("why")))
}

// routed leads back to the page, or shows what was refused at its form.
func (s *server) routed(c *fiber.Ctx, v *visit, form, flash string, err error) error {
	if err != nil {
		return s.routingPage(c, v, form, err, nil)
	}
	s.flash(c, flash)
	return c.Redirect("/settings/routing", fiber.StatusSeeOther)
}

// settingsPlacePick leads from the list of places to one of them.
func (s *server) settingsPlacePick(c *fiber.Ctx, _ *visit) error {
	return c.Redirect(fmt.Sprintf("/settings/routing/places/%d", tickets.Values{"unit": c.Query("unit")}.Int("unit")), fiber.StatusSeeOther)
}

func (s *server) settingsPlace(c *fiber.Ctx, v *visit) error { return s.placePage(c, v, nil) }

func (s *server) settingsPlaceSave(c *fiber.Ctx, v *visit) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	names := strings.FieldsFunc(c.FormValue("names"), func(r rune) bool { return strings.ContainsRune(" 、，,;；\r\n\t", r) })
	if err := s.Settings.SetAliases(c.UserContext(), v.caller, int(id), formInt(c, "version"), names, c.FormValue("why")); err != nil {
		return s.placePage(c, v, err)
	}
	s.flash(c, "changed")
	return c.Redirect("/settings/routing", fiber.StatusSeeOther)
}

func (s *server) placePage(c *fiber.Ctx, v *visit, refused error) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	u := s.Tickets.Tree().Find(int(id))
	if u == nil || !isPlace(u) {
		return pg.ErrNotFound
	}
	versions, err := s.Settings.Versions(c.UserContext(), v.caller, settingdb.Alias)
	if err != nil {
		return err
	}
	p := PlacePage{Shell: s.shell(c, v, u.Name), Tabs: s.settingTabs(c, v.lang), Place: PlaceView{u.ID, u.Name, strings.Join(u.Aliases, "、")}}
	f := s.settingForm(v, p.Shell, "edit", fmt.Sprintf("/settings/routing/places/%d", u.ID), versions[itoa(u.ID)], Text{"保存", "Save"})
	status := fiber.StatusOK
	if refused != nil {
		bad, ok := invalidOf(refused)
		if !ok {
			return refused
		}
		f.refused(c, bad)
		status = statusOf(refused)
	}
	f.add("text", "names", Text{"别名（用顿号或空格隔开）", "Other names (parted by commas or spaces)"}, p.Place.Names, atMost(500))
	f.why()
	p.Edit = f.ActionForm
	if p.History, p.Next, err = s.history(c, v, itoa(u.ID), settingdb.Alias); err != nil {
		return err
	}
	return s.render(c, v, status, p)
}
