package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// DeskPage is where operators register a contact.
type DeskPage struct {
	*Shell
	Values   map[string]string // what was typed, by field
	Errors   map[string]string
	Error    string // not of one field
	Kinds    []Option
	Channels []Option
	Urgent   []Option
	Places   PlacesPart
	Key      string // Idempotency-Key: a double click makes one ticket
	Saved    *SavedView
	Recent   []Line
	Caller   CallerPart
}

func (DeskPage) template() string { return "desk" }

// PlacesPart are the selects that depend on each other: county, township,
// village, and the units there that may be accused.
type PlacesPart struct {
	Lang      Lang
	Counties  []Option
	Townships []Option
	Villages  []Option
	Accused   []Group
	Response  []Group
	Category  []Group
}

func (PlacesPart) template() string { return "desk_places" }

// SavedView is the ticket just registered: what the operator tells the caller.
type SavedView struct {
	Number   string
	Code     string
	Status   string
	Dues     []ClockView
	Proposal ProposalPart
}

// deskChannels are the ways in that are typed at the desk.
var deskChannels = tickets.Words{{Code: "call", ZH: "来电", EN: "phone call"}, {Code: "visit", ZH: "来访", EN: "visit"}, {Code: "letter", ZH: "来信", EN: "letter"}}

func (s *server) deskForm(c *fiber.Ctx, v *visit) error {
	p, err := s.deskPage(c, v, map[string]string{"channel": "call", "urgency": tickets.Normal, "county": s.ownCounty(v.me)})
	if err != nil {
		return err
	}
	p.Key = vault.NewToken()
	if number := c.Query("saved"); number != "" {
		if p.Saved, err = s.savedView(c, v, number); err != nil {
			return err
		}
		// It stands above, where its state is kept up to date.
		p.Recent = slices.DeleteFunc(p.Recent, func(x Line) bool { return p.Saved != nil && x.Number == number })
	}
	return s.render(c, v, fiber.StatusOK, p)
}

// ownCounty preselects the county of a county's or township's desk.
func (s *server) ownCounty(me pg.Me) string {
	if u := s.Tickets.Tree().Ancestor(me.Unit, units.County); u != nil {
		return u.Region
	}
	return ""
}

func (s *server) deskPage(c *fiber.Ctx, v *visit, values map[string]string) (*DeskPage, error) {
	l := v.lang
	p := &DeskPage{Shell: s.shell(c, v, l.T("坐席台", "Desk")), Values: values, Errors: map[string]string{},
		Kinds: wordOptions(l, tickets.Kinds, values["kind"]), Channels: wordOptions(l, deskChannels, values["channel"]),
		Urgent: wordOptions(l, tickets.Urgencies, values["urgency"]), Places: s.places(l, values)}
	recent, err := s.Tickets.List(c.UserContext(), v.caller, ticketdb.Filter{View: "desk", Limit: 8})
	if err != nil {
		return nil, err
	}
	p.Recent = s.lines(l, recent.Items)
	p.Caller, err = s.callerPart(c, v, values["phone"])
	return p, err
}

// savedView shows a ticket of this desk that was just registered, with the code
// to read out. Later the code is given anew by calling back, not from here.
func (s *server) savedView(c *fiber.Ctx, v *visit, number string) (*SavedView, error) {
	t, err := s.Tickets.Find(c.UserContext(), v.caller, number)
	if err != nil {
		return nil, err
	}
	if t.Desk != v.me.Unit || s.Now().Sub(t.EnteredAt) > savedFor {
		return nil, nil
	}
	out := &SavedView{Number: t.Number, Code: tickets.ReceiptCode(s.Vault.MAC, t.ID, t.ReceiptIssue), Status: string(t.Status)}
	for _, d := range t.Deadlines {
		if d.Open() {
			out.Dues = append(out.Dues, s.clockView(v.lang, t, d))
		}
	}
	out.Proposal = s.proposalPart(v.lang, t)
	return out, nil
}

// deskPlaces answers htmx when a county or township was chosen.
func (s *server) deskPlaces(c *fiber.Ctx, v *visit) error {
	return s.render(c, v, fiber.StatusOK, s.places(v.lang, map[string]string{"county": c.Query("county"), "township": c.Query("township"),
		"village": c.Query("village"), "accused_unit": c.Query("accused_unit"), "respondent": c.Query("respondent"), "category": c.Query("category")}))
}

func (s *server) places(l Lang, values map[string]string) PlacesPart {
	p := PlacesPart{Lang: l, Category: s.categoryGroups(l, values["category"])}
	tree := s.Tickets.Tree()
	for _, u := range tree.All() {
		if !u.Active || u.Region == "" {
			continue
		}
		o := Option{Value: u.Region, Text: u.Short}
		switch u.Kind {
		case units.County:
			o.On = u.Region == values["county"]
			p.Counties = append(p.Counties, o)
		case units.Township:
			if values["county"] != "" && strings.HasPrefix(u.Region, values["county"]) {
				o.On = u.Region == values["township"]
				p.Townships = append(p.Townships, o)
			}
		case units.Village:
			if values["township"] != "" && strings.HasPrefix(u.Region, values["township"]) {
				o.On = u.Region == values["village"]
				p.Villages = append(p.Villages, o)
			}
		}
	}
	near := func(u *units.Unit) bool { return s.near(u, values["county"]) }
	p.Accused = s.unitGroups(values["accused_unit"], near)
	p.Response = s.unitGroups(values["respondent"], near)
	return p
}

// near keeps the list of units short: bureaus everywhere, the rest only in the
// chosen county.
func (s *server) near(u *units.Unit, county string) bool {
	switch u.Kind {
	case units.City, units.County, units.CoHandler:
		return true
	case units.Section, units.Township, units.Village:
		above := s.Tickets.Tree().Ancestor(u.ID, units.County)
		return county != "" && above != nil && above.Region == county
	}
	return false
}

// categoryGroups are the categories to choose from, each top one with its own.
func (s *server) categoryGroups(l Lang, chosen string) []Group {
	var out []Group
	tree := s.Tickets.Categories()
	for _, c := range tree.All() {
		if !tree.Usable(c.Code) {
			continue
		}
		o := Option{c.Code, l.T(c.ZH, c.EN), c.Code == chosen}
		if c.Parent == "" {
			out = append(out, Group{Head: o.Text, Options: []Option{o}})
			continue
		}
		out[len(out)-1].Options = append(out[len(out)-1].Options, o)
	}
	return out
}

func itoa(n int) string { return strconv.Itoa(n) }
