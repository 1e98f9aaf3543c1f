package web

import (
	"html/template"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// BoardPage is a leader's look at his unit and those below: every number is the
// link to the tickets it counts.
type BoardPage struct {
	*Shell
	Unit    string
	Up      string // back to the own board, where a unit below is shown
	Days    int
	From    string
	To      string
	AsOf    time.Time
	Tiles   []Tile
	Cards   []Tile
	Units   []UnitLine
	UnitsOf string
	Weeks   template.HTML
	Legend  []Share
	Flows   []Share // by kind
	Ages    []Share
	Matters []Share
	Funnel  []Share
	OnTime  RateCell
	Pleased RateCell
}

func (BoardPage) template() string { return "board" }

// Tile is one big number.
type Tile struct {
	Text string
	N    int
	Of   int // its denominator; 0: none
	Href string
	Tone string
}

// Share is a bar with its number: N of Of.
type Share struct {
	Text string
	N    int
	Of   int
	Href string
	Bar  template.HTML
	Tone int
}

// RateCell is an indicator in a table: the share, its parts and where to look.
type RateCell struct {
	Text             string
	Num, Den         string
	NumHref, DenHref string
	Heat             string
}

// UnitLine is one unit of the ranking.
type UnitLine struct {
	Name            string
	Board           string // its own board
	Open            Share
	Overdue         Share
	OnTime, Pleased RateCell
}

// board shows the figures of the caller's unit, or of one below.
func (s *server) board(c *fiber.Ctx, v *visit) error {
	unit := tickets.Values(clean(c.Query, "unit")).Int("unit")
	if unit != 0 && (s.Tickets.Tree().Find(unit) == nil || !s.Tickets.Tree().Within(unit, v.me.Unit)) {
		return pg.ErrNotFound
	}
	if unit == v.me.Unit {
		unit = 0
	}
	b, err := s.Tickets.Board(c.UserContext(), v.caller, unit)
	if err != nil {
		return err
	}
	l := v.lang
	p := BoardPage{Shell: s.shell(c, v, l.T("看板", "Board")), Unit: s.unitName(b.Unit), Days: ticketdb.BoardDays, From: day(b.From), To: lastDay(b.To), AsOf: b.AsOf}
	d := boardDraw{s: s, l: l, b: b}
	if unit != 0 {
		d.unit, p.Up = itoa(unit), "/board"
	}
	p.Tiles, p.Cards, p.Units = d.tiles(), d.cards(), d.units()
	if len(p.Units) == 1 && d.b.Units[0].Own {
		p.Units = nil // nobody below
	}
	p.Weeks, p.Legend = d.weeks()
	p.Flows, p.Ages, p.Matters, p.Funnel = d.kinds(), d.ages(), d.matters(), d.funnel()
	var onTime, pleased tickets.Rate
	for _, u := range b.Units {
		onTime, pleased = onTime.Add(u.OnTime), pleased.Add(u.Pleased)
	}
	p.OnTime, p.Pleased = d.rate(tickets.OnTimeRate, onTime, d.unit, false), d.rate(tickets.PleasedRate, pleased, d.unit, false)
	return s.render(c, v, fiber.StatusOK, p)
}

// boardDraw turns a board's numbers into what the page shows.
type boardDraw struct {
	s    *server
	l    Lang
	b    *ticketdb.Board
	unit string // the filter that narrows every list, where a unit below is shown
}

// open is the list of open tickets with further filters.
func (d boardDraw) open(pairs ...string) string {
	return href("/tickets", append([]string{"view", "unit", "unit", d.unit}, pairs...)...)
}

func (d boardDraw) tiles() []Tile {
	l, b := d.l, d.b
	out := []Tile{
		{l.T("在办", "open"), b.Open, 0, d.open(), ""},
		{l.T("已超期", "overdue"), b.Overdue, b.Open, d.open("overdue", "1"), "over"},
		{l.T("今日到期及超期", "due by tonight"), b.DueToday, b.Open, d.open("due", "today"), "soon"},
	}
	for _, w := range tickets.Statuses {
		if tickets.Status(w.Code).Open() {
			text := l.T(w.ZH, w.EN)
			if w.Code == string(tickets.Registered) {
				text = l.T("待派单", "to be dispatched")
			}
			out = append(out, Tile{text, b.ByStatus[w.Code], b.Open, d.open("status", w.Code), ""})
		}
	}
	return out
}

func (d boardDraw) cards() []Tile {
	tones := []string{"", "soon", "soon", "over", "over", "over"}
	out := make([]Tile, len(ticketdb.CardLevels))
	for i, w := range ticketdb.CardLevels {
		out[i] = Tile{d.l.T(w.ZH, w.EN), d.b.Cards[i], d.b.Open, d.open("card", w.Code), tones[i]}
	}
	return out
}

func (d boardDraw) rate(code string, r tickets.Rate, unit string, own bool) RateCell {
	i, _ := tickets.IndicatorOf(code)
	mark := ""
	if own {
		mark = "1"
	}
	return rateCell(i, r, "from", day(d.b.From), "to", lastDay(d.b.To), "unit", unit, "own", mark)
}

// rateCell shows an indicator with links to the tickets it counts.
func rateCell(i tickets.Indicator, r tickets.Rate, pairs ...string) RateCell {
	share, ok := r.Share()
	out := RateCell{Text: i.Text(r), Heat: heat(share, ok && !i.Hours, i.LessIsBetter)}
	link := func(part string) string {
		return href("/tickets", append([]string{"fact", i.Code, "part", part}, pairs...)...)
	}
	out.Num, out.Den = strconv.FormatInt(r.Num, 10), strconv.FormatInt(r.Den, 10)
	if i.Hours {
		out.Num = strconv.FormatFloat(float64(r.Num)/60, 'f', 1, 64)
	}
	if r.Den > 0 {
		out.DenHref = link("den")
		if !i.Hours {
			out.NumHref = link("num")
		}
	}
	return out
}

// units ranks the units below by what they have open.
func (d boardDraw) units() []UnitLine {
	list := slices.Clone(d.b.Units)
	sort.SliceStable(list, func(i, j int) bool { return list[i].Open > list[j].Open })
	most := 1
	for _, u := range list {
		most = max(most, u.Open)
	}
	out := make([]UnitLine, 0, len(list))
	for _, u := range list {
		x := d.s.Tickets.Tree().Find(u.Unit)
		if x == nil {
			continue
		}
		mark, name, board := "", x.Short, href("/board", "unit", itoa(u.Unit))
		if u.Own {
			mark, name, board = "1", d.l.T(x.Short+"本级", x.Short+" itself"), ""
		} else if x.Kind != units.County {
			board = ""
		}
		link := func(pairs ...string) string {
			return href("/tickets", append([]string{"view", "unit", "unit", itoa(u.Unit), "own", mark}, pairs...)...)
		}
		out = append(out, UnitLine{Name: name, Board: board,
			Open:    Share{N: u.Open, Of: d.b.Open, Href: link(), Bar: barSVG(float64(u.Open)/float64(most), "")},
			Overdue: Share{N: u.Overdue, Of: u.Open, Href: link("overdue", "1")},
			OnTime:  d.rate(tickets.OnTimeRate, u.OnTime, itoa(u.Unit), u.Own), Pleased: d.rate(tickets.PleasedRate, u.Pleased, itoa(u.Unit), u.Own)})
	}
	return out
}

// received is the list of what was registered in some days.
func (d boardDraw) received(from, to time.Time, pairs ...string) string {
	return href("/tickets", append([]string{"fact", "received", "from", day(from), "to", lastDay(to), "unit", d.unit}, pairs...)...)
}

func (d boardDraw) weeks() (template.HTML, []Share) {
	labels, sums := make([]string, len(d.b.Weeks)), map[string]int{}
	for i := range d.b.Weeks {
		from := d.b.From.AddDate(0, 0, 7*i)
		labels[i] = from.In(workday.Zone).Format("01-02") + "–" + from.AddDate(0, 0, 6).In(workday.Zone).Format("01-02")
		for channel, n := range d.b.Weeks[i] {
			sums[channel] += n
		}
	}
	total := d.received28()
	var series []Series
	var legend []Share
	for tone, w := range tickets.Channels {
		if sums[w.Code] == 0 {
			continue
		}
		x := Series{Name: d.l.T(w.ZH, w.EN), Tone: tone}
		for i := range d.b.Weeks {
			x.N = append(x.N, d.b.Weeks[i][w.Code])
		}
		series = append(series, x)
		legend = append(legend, Share{Text: x.Name, N: sums[w.Code], Of: total, Href: d.received(d.b.From, d.b.To, "channel", w.Code), Tone: tone})
	}
	if total == 0 {
		return "", nil
	}
	return columnsSVG(d.l.T("每周收到，按来源", "received a week, by channel"), labels, series), legend
}

func (d boardDraw) received28() int { return d.b.Funnel[0] }

func (d boardDraw) kinds() []Share {
	var out []Share
	for _, w := range tickets.Kinds {
		out = append(out, Share{Text: d.l.T(w.ZH, w.EN), N: d.b.Kinds[w.Code], Of: d.received28(), Href: d.received(d.b.From, d.b.To, "kind", w.Code)})
	}
	return bars(out, 0)
}

func (d boardDraw) funnel() []Share {
	var out []Share
	for i, w := range tickets.Stages {
		out = append(out, Share{Text: d.l.T(w.ZH, w.EN), N: d.b.Funnel[i], Of: d.received28(), Href: d.received(d.b.From, d.b.To, "stage", w.Code)})
	}
	return bars(out, d.received28())
}

func (d boardDraw) ages() []Share {
	var out []Share
	end := d.b.To
	for _, a := range d.b.Ages {
		text, from := itoa(a.From)+"–"+itoa(a.To-1), ""
		switch {
		case a.To == 0:
			text = strconv.Itoa(a.From) + "+"
		case a.To == a.From+1:
			text = itoa(a.From)
		}
		if a.To != 0 {
			from = day(end.AddDate(0, 0, -a.To))
		}
		out = append(out, Share{Text: d.l.T(text+" 天", text+" days"), N: a.N, Of: d.b.Open, Href: d.open("from", from, "to", lastDay(end.AddDate(0, 0, -a.From)))})
	}
	return bars(out, 0)
}

// matterMost is how many categories the board names.
const matterMost = 10

func (d boardDraw) matters() []Share {
	var out []Share
	for code, n := range d.b.Categories {
		x := Share{Text: d.s.categoryWord(d.l, code), N: n, Of: d.b.Open, Href: d.open("category", code)}
		if code == "" {
			x.Text, x.Href = d.l.T("未分类", "no category"), d.open("category", ticketdb.NoCategory)
		}
		out = append(out, x)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].N > out[j].N || out[i].N == out[j].N && out[i].Text < out[j].Text })
	return bars(out[:min(len(out), matterMost)], 0)
}

// bars draws each against the most of all, or against `most` where it is given.
func bars(list []Share, most int) []Share {
	most = max(most, 1)
	for _, x := range list {
		most = max(most, x.N)
	}
	for i := range list {
		list[i].Bar = barSVG(float64(list[i].N)/float64(most), "")
	}
	return list
}
