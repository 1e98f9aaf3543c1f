package web

import (
	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// WorkPage is the day's work of an investigator or a lead, on a phone first.
type WorkPage struct {
	*Shell
	Groups []WorkGroup
}

func (WorkPage) template() string { return "work" }

// WorkGroup is one heap of work with the address of all of it.
type WorkGroup struct {
	Title string
	Empty string
	All   string
	Lines []Line
	More  bool
}

// workGroups are the heaps a role looks at first, in order.
var workGroups = []struct {
	role, title, en, empty, emptyEN, all string
	filter                               ticketdb.Filter
}{
	{tickets.RoleInvestigator, "我承办的", "Assigned to me", "没有在办工单。", "Nothing in hand.", "/tickets?view=mine", ticketdb.Filter{View: "mine", Open: true}},
	{tickets.RoleLead, "待派单", "To dispatch", "没有待派工单。", "Nothing to dispatch.", "/dispatch", ticketdb.Filter{View: "desk", Status: []string{"registered"}}},
	{tickets.RoleLead, "待签收", "To sign", "没有待签收工单。", "Nothing to sign.", "/tickets?status=dispatched", ticketdb.Filter{View: "unit", Status: []string{"dispatched"}}},
	{tickets.RoleLead, "待审核", "To approve", "没有待审核工单。", "Nothing to approve.", "/tickets?status=approval", ticketdb.Filter{View: "unit", Status: []string{"approval"}}},
	{tickets.RoleLead, "已超期", "Overdue", "没有超期工单。", "Nothing is overdue.", "/tickets?overdue=1", ticketdb.Filter{View: "unit", Overdue: true}},
	{tickets.RoleLead, "办理中", "In hand", "没有办理中工单。", "Nothing in hand.", "/tickets?status=handling", ticketdb.Filter{View: "unit", Status: []string{"handling"}}},
}

func (s *server) workList(c *fiber.Ctx, v *visit) error {
	p := WorkPage{Shell: s.shell(c, v, v.lang.T("工作台", "My work"))}
	for _, g := range workGroups {
		if !v.me.Has(g.role) {
			continue
		}
		f := g.filter
		f.Sort, f.Limit = "due", 15
		found, err := s.Tickets.List(c.UserContext(), v.caller, f)
		if err != nil {
			return err
		}
		p.Groups = append(p.Groups, WorkGroup{v.lang.T(g.title, g.en), v.lang.T(g.empty, g.emptyEN), g.all, s.lines(v.lang, found.Items), found.Next != ""})
	}
	return s.render(c, v, fiber.StatusOK, p)
}
