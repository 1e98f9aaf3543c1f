package web

import (
	"github.com/gofiber/fiber/v2"

	"hotline/internal/pg"
	"hotline/tickets/settingdb"
)

// CategoriesPage is the tree of matters, with a form for a new one.
type CategoriesPage struct {
	*Shell
	Tabs    []NavItem
	Lines   []settingdb.CategoryLine
	Add     ActionForm
	History []ChangeView
	Next    string
}

func (CategoriesPage) template() string { return "settings_categories" }

// CategoryPage is one category: what may be changed, and what was.
type CategoryPage struct {
	*Shell
	Tabs    []NavItem
	Line    settingdb.CategoryLine
	Edit    ActionForm
	Undo    *ActionForm
	History []ChangeView
	Next    string
}

func (CategoryPage) template() string { return "settings_category" }

func (s *server) settingsCategories(c *fiber.Ctx, v *visit) error {
	return s.categoriesPage(c, v, nil)
}

func (s *server) settingsCategoryAdd(c *fiber.Ctx, v *visit) error {
	code, err := s.Settings.AddCategory(c.UserContext(), v.caller, categoryEdit(c, c.FormValue("code")))
	if err != nil {
		return s.categoriesPage(c, v, err)
	}
	s.flash(c, "changed")
	return c.Redirect("/settings/categories#"+code, fiber.StatusSeeOther)
}

func categoryEdit(c *fiber.Ctx, code string) settingdb.CategoryEdit {
	return settingdb.CategoryEdit{Version: formInt(c, "version"), Why: c.FormValue("why"), CategoryState: settingdb.CategoryState{
		Code: code, Parent: c.FormValue("parent"), ZH: c.FormValue("zh"), EN: c.FormValue("en"), GB: c.FormValue("gb"), Retired: c.FormValue("retired") == "true"}}
}

func (s *server) categoriesPage(c *fiber.Ctx, v *visit, refused error) error {
	lines, err := s.Settings.Categories(c.UserContext(), v.caller)
	if err != nil {
		return err
	}
	p := CategoriesPage{Shell: s.shell(c, v, v.lang.T("事项类别", "Categories")), Tabs: s.settingTabs(c, v.lang), Lines: lines}
	f := s.settingForm(v, p.Shell, "add", "/settings/categories", 0, Text{"添加", "Add"})
	status := fiber.StatusOK
	if refused != nil {
		bad, ok := invalidOf(refused)
		if !ok {
			return refused
		}
		f.refused(c, bad)
		status = statusOf(refused)
	}
	f.add("line", "zh", Text{"名称", "Name"}, "", must, atMost(30))
	f.add("line", "en", Text{"英文名称", "English name"}, "", atMost(60))
	f.add("choice", "parent", Text{"归入（不选为一级）", "Under (none: top level)"}, "", among(parentOptions(v.lang, lines, "")))
	f.add("line", "gb", Text{"国标代码 GB/T 39666", "GB/T 39666 code"}, "", atMost(20))
	f.add("line", "code", Text{"编码（不填自动生成）", "Code (empty: made)"}, "", atMost(60))
	f.why()
	p.Add = f.ActionForm
	if p.History, p.Next, err = s.history(c, v, "", settingdb.Category); err != nil {
		return err
	}
	return s.render(c, v, status, p)
}

// parentOptions are the top categories that something may be put under.
func parentOptions(l Lang, lines []settingdb.CategoryLine, not string) []Option {
	var out []Option
	for _, x := range lines {
		if x.Parent == "" && !x.Retired && x.Code != not {
			out = append(out, Option{Value: x.Code, Text: l.T(x.ZH, englishOf(x))})
		}
	}
	return out
}

func englishOf(x settingdb.CategoryLine) string {
	if x.EN != "" {
		return x.EN
	}
	return x.ZH
}

func (s *server) settingsCategory(c *fiber.Ctx, v *visit) error { return s.categoryPage(c, v, nil) }

func (s *server) settingsCategorySave(c *fiber.Ctx, v *visit) error {
	if err := s.Settings.EditCategory(c.UserContext(), v.caller, categoryEdit(c, c.Params("code"))); err != nil {
		return s.categoryPage(c, v, err)
	}
	s.flash(c, "changed")
	return c.Redirect("/settings/categories/"+c.Params("code"), fiber.StatusSeeOther)
}

func (s *server) settingsCategoryUndo(c *fiber.Ctx, v *visit) error {
	if err := s.Settings.UndoCategory(c.UserContext(), v.caller, c.Params("code"), formInt(c, "version"), c.FormValue("why")); err != nil {
		return s.categoryPage(c, v, err)
	}
	s.flash(c, "undone")
	return c.Redirect("/settings/categories/"+c.Params("code"), fiber.StatusSeeOther)
}

func (s *server) categoryPage(c *fiber.Ctx, v *visit, refused error) error {
	lines, err := s.Settings.Categories(c.UserContext(), v.caller)
	if err != nil {
		return err
	}
	p := CategoryPage{Tabs: s.settingTabs(c, v.lang)}
	for _, x := range lines {
		if x.Code == c.Params("code") {
			p.Line = x
		}
	}
	if p.Line.Code == "" {
		return pg.ErrNotFound
	}
	p.Shell = s.shell(c, v, v.lang.T(p.Line.ZH, englishOf(p.Line)))
	href := "/settings/categories/" + p.Line.Code
	f := s.settingForm(v, p.Shell, "edit", href, p.Line.Version, Text{"保存", "Save"})
	status := fiber.StatusOK
	if refused != nil {
		bad, ok := invalidOf(refused)
		if !ok {
			return refused
		}
		f.refused(c, bad)
		status = statusOf(refused)
	}
	x := p.Line
	f.add("line", "zh", Text{"名称", "Name"}, x.ZH, must, atMost(30))
	f.add("line", "en", Text{"英文名称", "English name"}, x.EN, atMost(60))
	f.add("choice", "parent", Text{"归入（不选为一级）", "Under (none: top level)"}, x.Parent, among(parentOptions(v.lang, lines, x.Code)))
	f.add("line", "gb", Text{"国标代码 GB/T 39666", "GB/T 39666 code"}, x.GB, atMost(20))
	f.add("bool", "retired", Text{"停用", "Retired"}, boolWord(x.Retired), among(yesNo(v.lang)), must)
	f.why()
	p.Edit = f.ActionForm
	if x.Version > 0 {
		p.Undo = s.undoForm(v, p.Shell, href, x.Version)
	}
	if p.History, p.Next, err = s.history(c, v, x.Code, settingdb.Category); err != nil {
		return err
	}
	return s.render(c, v, status, p)
}

// undoForm takes back the newest change, for a reason.
func (s *server) undoForm(v *visit, shell *Shell, href string, version int) *ActionForm {
	f := s.settingForm(v, shell, "undo", href+"/undo", version, Text{"撤销最近一次修改", "Undo the last change"})
	f.why()
	return &f.ActionForm
}

func boolWord(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func yesNo(l Lang) []Option {
	return []Option{{Value: "false", Text: l.T("否", "no")}, {Value: "true", Text: l.T("是", "yes")}}
}
