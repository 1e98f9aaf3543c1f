package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// ListPage is a list of tickets with its filters.
type ListPage struct {
	*Shell
	Views    []Tab
	Statuses []Tab
	Query    string
	Filter   map[string]string // the filters in force, for the form
	Kinds    []Option
	Channels []Option
	Urgent   []Option
	Units    []Group
	Overdue  bool
	DueToday Tab
	Late     Tab
	Fact     string // what number these are the tickets of, empty for a plain list
	Lines    []Line
	Next     string // address of the next page, empty on the last
	Reset    string
}

func (ListPage) template() string { return "tickets" }

// Tab is a filter to press, with how many tickets it shows; -1 where it is not counted.
type Tab struct {
	Text string
	Href string
	N    int
	On   bool
}

// listFilters are the filters a list keeps in its address.
var listFilters = []string{"view", "status", "kind", "channel", "urgency", "unit", "overdue", "due", "q", "sort",
	"category", "outcome", "from", "to", "own", "card", "fact", "part", "stage", "provenance"}

// ticketList shows a list; its address is its filter.
func (s *server) ticketList(c *fiber.Ctx, v *visit) error {
	f := clean(c.Query, listFilters...)
	if n, err := tickets.ParseNumber(f["q"]); err == nil {
		return c.Redirect("/tickets/"+string(n), fiber.StatusSeeOther)
	}
	return s.showList(c, v, f)
}

// ticketSearch takes the search box. A phone or citizen id must not stand in an
// address, so its hits come as the answer itself; words lead to a list with an
// address.
func (s *server) ticketSearch(c *fiber.Ctx, v *visit) error {
	q := strings.TrimSpace(c.FormValue("q"))
	if n, err := tickets.ParseNumber(q); err == nil {
		return c.Redirect("/tickets/"+string(n), fiber.StatusSeeOther)
	}
	if personal(q) {
		return s.showList(c, v, map[string]string{"q": q})
	}
	return c.Redirect("/tickets?"+url.Values{"q": {q}}.Encode(), fiber.StatusSeeOther)
}

// personal tells whether a query looks like a phone or an id number.
func personal(q string) bool {
	digits := 0
	for _, r := range q {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits >= 5
}

func (s *server) showList(c *fiber.Ctx, v *visit, f map[string]string) error {
	filter, err := s.filterOf(f)
	if err != nil {
		return err
	}
	filter.After = c.Query("after")
	found, err := s.Tickets.List(c.UserContext(), v.caller, filter)
	if err != nil {
		return err
	}
	counts, err := s.Tickets.Counts(c.UserContext(), v.caller, f["view"])
	if err != nil {
		return err
	}
	l := v.lang
	p := ListPage{Shell: s.shell(c, v, l.T("工单", "Tickets")), Query: f["q"], Filter: f, Lines: s.lines(l, found.Items), Reset: "/tickets",
		Kinds: wordOptions(l, tickets.Kinds, f["kind"]), Channels: wordOptions(l, tickets.Channels, f["channel"]), Urgent: wordOptions(l, tickets.Urgencies, f["urgency"]),
		Overdue: f["overdue"] != ""}
	if personal(f["q"]) {
		p.Path = "/tickets"
	} else if found.Next != "" {
		p.Next = listHref(f, "after", found.Next)
	}
	p.Units = s.unitGroups(f["unit"], s.belowOf(v.me))
	p.Fact = s.factText(l, f)
	p.Views = viewTabs(l, v, f)
	p.tabs(l, f, counts)
	return s.render(c, v, fiber.StatusOK, p)
}

func (s *server) filterOf(f map[string]string) (ticketdb.Filter, error) {
	if f["fact"] != "" {
		return s.factFilter(f)
	}
	out := ticketdb.Filter{View: f["view"], Kind: f["kind"], Channel: f["channel"], Urgency: f["urgency"], Query: f["q"], Overdue: f["overdue"] != "",
		Category: f["category"], Outcome: f["outcome"], Card: f["card"], Own: f["own"] != "", Unit: tickets.Values(f).Int("unit"), Sort: "due"}
	switch f["status"] {
	case "": // every open one
		out.Open = f["q"] == ""
	case "all":
		out.Sort = "new"
	default:
		out.Status = []string{f["status"]}
		if s := tickets.Status(f["status"]); !s.Open() {
			out.Sort = "new"
		}
	}
	if f["due"] == "today" {
		out.DueBefore, out.Open = endOfToday(s.Now()), true
	}
	if f["sort"] == "new" || f["q"] != "" {
		out.Sort = "new"
	}
	return out, s.receivedBetween(f, &out)
}

// receivedBetween takes the days between which a ticket was received; either
// may be left open.
func (s *server) receivedBetween(f map[string]string, out *ticketdb.Filter) error {
	from, to, err := days(f, 0, 0)
	if f["from"] != "" {
		out.From = from
	}
	if f["to"] != "" {
		out.To = to
	}
	return err
}

// factFilter lists the tickets behind a figure, whatever their status.
func (s *server) factFilter(f map[string]string) (ticketdb.Filter, error) {
	figures, err := s.figuresOf(f)
	return ticketdb.Filter{Sort: "new", Urgency: f["urgency"], Category: f["category"], View: f["view"],
		Fact: &ticketdb.Fact{Figures: figures, Indicator: f["fact"], Part: f["part"], Stage: tickets.Values(f).Int("stage")}}, err
}

// factText says which number a list shows the tickets of.
func (s *server) factText(l Lang, f map[string]string) string {
	figures, err := s.figuresOf(f)
	if f["fact"] == "" || err != nil {
		return ""
	}
	span := day(figures.From) + l.T(" 至 ", " to ") + lastDay(figures.To)
	if f["fact"] == "received" {
		out := l.T("收到的工单", "received")
		if stage := f["stage"]; stage != "" {
			out += l.T("，至少已", ", at least ") + l.T(tickets.Stages.ZH(stage), tickets.Stages.EN(stage))
		}
		return out + " · " + span
	}
	i, _ := tickets.IndicatorOf(f["fact"])
	part := l.T("分母："+i.Den, "denominator: "+i.DenEN)
	switch f["part"] {
	case "num":
		part = l.T("分子："+i.Num, "numerator: "+i.NumEN)
	case "miss":
		part = l.T("未达标的", "those that missed it")
	}
	return l.T(i.ZH, i.EN) + " · " + part + " · " + span
}

// listHref is the list's address with some filters changed: name, value, ….
func listHref(f map[string]string, changes ...string) string {
	q := url.Values{}
	for k, x := range f {
		q.Set(k, x)
	}
	for i := 0; i+1 < len(changes); i += 2 {
		q.Del(changes[i])
		if changes[i+1] != "" {
			q.Set(changes[i], changes[i+1])
		}
	}
	if len(q) == 0 {
		return "/tickets"
	}
	return "/tickets?" + q.Encode()
}

// viewTabs are the lists this account may look at.
func viewTabs(l Lang, v *visit, f map[string]string) []Tab {
	on := ticketdb.ViewOf(v.me, f["view"])
	var out []Tab
	add := func(code, zh, en string) {
		out = append(out, Tab{l.T(zh, en), listHref(nil, "view", code), -1, on == code})
	}
	if v.me.Has(tickets.RoleLead) {
		add("unit", "本单位及下级", "my unit and below")
	}
	if v.me.Has(tickets.RoleOperator) {
		add("desk", "本台登记", "registered here")
	}
	if v.me.Has(tickets.RoleInvestigator) || v.me.Has(tickets.RoleLead) {
		add("mine", "我承办的", "mine")
	}
	if v.me.Has(tickets.RoleLead) {
		add("past", "曾经手的", "had once")
	}
	return out
}

// tabs are the statuses with their counts. A search or a filter that the counts
// do not know shows none, since a count equals its rows.
func (p *ListPage) tabs(l Lang, f map[string]string, counts ticketdb.Counts) {
	known := map[string]string{}
	if f["view"] != "" {
		known["view"] = f["view"]
	}
	total := 0
	for _, n := range counts.ByStatus {
		total += n
	}
	plain := f["q"] == ""
	p.Statuses = append(p.Statuses, Tab{l.T("全部在办", "all open"), listHref(known), total, plain && f["status"] == "" && f["overdue"] == "" && f["due"] == ""})
	for _, w := range tickets.Statuses {
		n := -1
		if tickets.Status(w.Code).Open() {
			n = counts.ByStatus[w.Code]
		}
		p.Statuses = append(p.Statuses, Tab{l.T(w.ZH, w.EN), listHref(known, "status", w.Code), n, f["status"] == w.Code})
	}
	p.Late = Tab{l.T("已超期", "overdue"), listHref(known, "overdue", "1"), counts.Overdue, f["overdue"] != ""}
	p.DueToday = Tab{l.T("今日到期及超期", "due by tonight"), listHref(known, "due", "today"), counts.DueToday, f["due"] == "today"}
}
