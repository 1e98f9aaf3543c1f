package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// DispatchPage lists what waits to be dispatched, each with its proposal.
type DispatchPage struct {
	*Shell
	Items []DispatchItem
	Next  string
}

func (DispatchPage) template() string { return "dispatch" }

// DispatchItem is one ticket to dispatch.
type DispatchItem struct {
	Line
	Proposal *ProposalView
	Ours     bool // registered at this desk, which dispatches it
	OneKey   bool // the proposal may be taken with one key
	Units    []Group
}

func (s *server) dispatchList(c *fiber.Ctx, v *visit) error {
	f := ticketdb.Filter{Status: []string{string(tickets.Registered)}, Sort: "due", After: c.Query("after"), Limit: 25}
	found, err := s.Tickets.List(c.UserContext(), v.caller, f)
	if err != nil {
		return err
	}
	p := DispatchPage{Shell: s.shell(c, v, v.lang.T("待派单", "To dispatch"))}
	if found.Next != "" {
		p.Next = "/dispatch?after=" + found.Next
	}
	for _, x := range found.Items {
		item := DispatchItem{Line: s.line(v.lang, x), Proposal: s.proposalView(v.lang, x.Proposal), Ours: x.Desk == v.me.Unit}
		// A confidential one needs its brief confirmed, on its own page.
		item.OneKey = item.Proposal != nil && item.Proposal.Unit != "" && x.Secrecy != tickets.Confidential && item.Ours
		if x.Secrecy != tickets.Confidential && item.Ours {
			item.Units = s.unitGroups("", func(u *units.Unit) bool {
				return u.Kind == units.City || u.Kind == units.County || s.near(u, countyOf(x.Region)) && u.Kind != units.Village && u.Kind != units.CoHandler
			})
		}
		p.Items = append(p.Items, item)
	}
	return s.render(c, v, fiber.StatusOK, p)
}

func countyOf(region string) string {
	if len(region) < 6 {
		return ""
	}
	return region[:6]
}

// belowOf keeps the units at and below the caller's own.
func (s *server) belowOf(me pg.Me) func(*units.Unit) bool {
	return func(u *units.Unit) bool {
		return u.Kind != units.Village && u.Kind != units.Auditor && u.Kind != units.Discipline && s.Tickets.Tree().Within(u.ID, me.Unit)
	}
}

func endOfToday(now time.Time) time.Time { return workday.DateOf(now).End() }
