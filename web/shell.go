package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
)

// Shell is the frame of every page: its title, who is signed in, where the
// navigation stands, and the token of its forms.
type Shell struct {
	Title  string
	Lang   Lang
	Who    string // the person, empty while signed out
	Office string // where the person works
	Roles  string
	Nav    []NavItem
	Form   string // the CSRF token
	Path   string // to come back to after a change of language
	Flash  string
	Search bool // may search tickets
	Demo   bool
}

func (s *Shell) shell() *Shell { return s }

// NavItem is one entry of the navigation.
type NavItem struct {
	Href string
	Text string
	Icon string
	On   bool
}

// navigation is THE list of the bar's entries, with the roles that see them.
var navigation = []struct {
	href  string
	text  Text
	icon  string
	roles []string
}{
	{"/desk", Text{"坐席台", "Desk"}, "phone", []string{tickets.RoleOperator}},
	{"/work", Text{"工作台", "My work"}, "list-check", []string{tickets.RoleInvestigator, tickets.RoleLead}},
	{"/dispatch", Text{"待派单", "To dispatch"}, "send", []string{tickets.RoleOperator, tickets.RoleLead}},
	{"/tasks", Text{"任务", "Tasks"}, "checklist", []string{tickets.RoleInvestigator, tickets.RoleLead}},
	{"/tickets", Text{"工单", "Tickets"}, "list", []string{tickets.RoleOperator, tickets.RoleInvestigator, tickets.RoleLead}},
	{"/requests", Text{"待审批", "To decide"}, "checklist", []string{tickets.RoleLead, tickets.RoleCustodian}},
	{"/board", Text{"看板", "Board"}, "layout-dashboard", []string{tickets.RoleLead}},
	{"/indicators", Text{"指标", "Indicators"}, "chart-bar", []string{tickets.RoleOperator, tickets.RoleLead}},
	{"/ledgers/named", Text{"台账", "Ledgers"}, "clipboard-list", []string{tickets.RoleOperator, tickets.RoleLead}},
	{"/duty", Text{"值班", "Duty"}, "calendar", []string{tickets.RoleLead}},
	{"/deputies", Text{"代理", "Deputies"}, "users", []string{tickets.RoleLead, tickets.RoleSecurity}},
	{"/operations", Text{"运行", "Operations"}, "server", []string{tickets.RoleSystem}},
	{"/settings", Text{"设置", "Settings"}, "settings", []string{tickets.RoleSystem}},
}

func (s *server) shell(c *fiber.Ctx, v *visit, title string) *Shell {
	h := &Shell{Title: title, Lang: v.lang, Form: s.formToken(v), Path: "/", Demo: s.Demo}
	if c.Method() == fiber.MethodGet {
		h.Path = local(c.OriginalURL())
	}
	if !v.signedIn() {
		return h
	}
	h.Who, h.Office = v.me.Name, v.me.UnitName
	h.Flash, h.Search = s.takeFlash(c, v), allowed(workers, v) == nil
	roles := make([]string, 0, len(v.me.Roles))
	for _, r := range v.me.Roles {
		roles = append(roles, v.lang.Word("role", r))
	}
	h.Roles = strings.Join(roles, v.lang.T("、", ", "))
	for _, n := range navigation {
		for _, role := range n.roles {
			if v.me.Has(role) {
				on := c.Path() == n.href || strings.HasPrefix(c.Path(), n.href+"/") || n.href == "/ledgers/named" && strings.HasPrefix(c.Path(), "/ledgers/")
				h.Nav = append(h.Nav, NavItem{n.href, n.text.In(v.lang), n.icon, on})
				break
			}
		}
	}
	return h
}

// render sends a page.
func (s *server) render(c *fiber.Ctx, v *visit, status int, p page) error {
	body, err := s.views.render(v.lang, p)
	if err != nil {
		return err
	}
	c.Status(status)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(body)
}

// flashes are the messages after a redirect, by the code in the cookie.
var flashes = map[string]Text{
	"task_signed":   {"已签收。", "Signed."},
	"task_answered": {"已提交回复。", "The answer is sent."},
	"retried":       {"已安排重试。", "It will run again."},
	"stored":        {"文件已存。", "The file is stored."},
	"issued":        {"文书已签发。", "The document is issued."},
	"returned":      {"签收件已存。", "The signed copy is stored."},
	"void":          {"文书已作废。", "The document is void."},
	"changed":       {"已保存。", "Saved."},
	"imported":      {"已导入，暂定的到期时间正在重算。", "Imported; provisional due times are being computed again."},
	"undone":        {"已撤销，恢复到上一版。", "Undone: it is as it was before."},
}

// flash leaves a message for the next page: a code, never a text.
func (s *server) flash(c *fiber.Ctx, code string) { s.setCookie(c, flashCookie, code, 0) }

func (s *server) takeFlash(c *fiber.Ctx, v *visit) string {
	code := c.Cookies(flashCookie)
	if code == "" || c.Method() != fiber.MethodGet {
		return ""
	}
	s.setCookie(c, flashCookie, "", -1)
	if t, ok := flashes[code]; ok {
		return t.In(v.lang)
	}
	if action, ok := strings.CutPrefix(code, "act:"); ok {
		if row, ok := tickets.RowOf(tickets.Action(action)); ok {
			return v.lang.T("已完成："+row.ZH, "Done: "+row.EN)
		}
	}
	return ""
}
