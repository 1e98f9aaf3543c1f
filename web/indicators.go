package web

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/export"
	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// IndicatorsPage is the score sheet of a period.
type IndicatorsPage struct {
	*Shell
	Filter      map[string]string
	From, To    string
	Presets     []Tab
	Units       []Group
	Kinds       []Option
	Channels    []Option
	Provenances []Option
	By          []Option
	Heads       []tickets.Indicator
	Lines       []SheetLine
	AsOf        time.Time
	Export      ExportForm
}

func (IndicatorsPage) template() string { return "indicators" }

// SheetLine is one row of the sheet.
type SheetLine struct {
	Name  string
	Total bool
	Cells []RateCell
}

// ExportForm asks what an export is for.
type ExportForm struct {
	Href    string
	Form    string
	Filter  map[string]string
	Purpose string
	Error   string
}

var figureFilters = []string{"from", "to", "unit", "own", "kind", "channel", "provenance", "by"}

// figureParts are the ways to break the sheet down, in the order of the form.
var figureParts = tickets.Words{{Code: "county", ZH: "按县区", EN: "by county"}, {Code: "township", ZH: "按乡镇（股室）", EN: "by township"}, {Code: "kind", ZH: "按类别", EN: "by kind"},
	{Code: "channel", ZH: "按来源", EN: "by channel"}, {Code: "provenance", ZH: "按凭据来源", EN: "by provenance"}}

func (s *server) indicators(c *fiber.Ctx, v *visit) error {
	f := clean(c.Query, figureFilters...)
	if c.Query("by") == "" && len(f) == 0 && v.me.Has(tickets.RoleLead) {
		f["by"] = s.partsBelow(v.me)
	}
	return s.showIndicators(c, v, f, fiber.StatusOK, ExportForm{})
}

// partsBelow is the breakdown a leader looks at first.
func (s *server) partsBelow(me pg.Me) string {
	switch me.UnitKind {
	case units.City:
		return "county"
	case units.County:
		return "township"
	}
	return ""
}

func (s *server) showIndicators(c *fiber.Ctx, v *visit, f map[string]string, status int, x ExportForm) error {
	figures, err := s.figuresOf(f)
	if err != nil {
		return err
	}
	sheet, err := s.Tickets.Indicators(c.UserContext(), v.caller, figures)
	if err != nil {
		return err
	}
	l := v.lang
	p := IndicatorsPage{Shell: s.shell(c, v, l.T("指标", "Indicators")), Filter: f, From: day(figures.From), To: lastDay(figures.To), Presets: s.presets(l, f, figures),
		Units: s.unitGroups(f["unit"], s.belowOf(v.me)), Kinds: wordOptions(l, tickets.Kinds, f["kind"]), Channels: wordOptions(l, tickets.Channels, f["channel"]),
		Provenances: wordOptions(l, tickets.Provenances, f["provenance"]), By: wordOptions(l, figureParts, f["by"]), Heads: tickets.Indicators, AsOf: sheet.AsOf}
	p.Lines = s.sheetLines(l, f, sheet)
	p.Export = x
	p.Export.Href, p.Export.Form, p.Export.Filter = "/indicators/export", p.Form, f
	return s.render(c, v, status, p)
}

// presets are the periods people ask for.
func (s *server) presets(l Lang, f map[string]string, shown ticketdb.Figures) []Tab {
	today := workday.DateOf(s.Now())
	year, month, _ := today.YMD()
	first := workday.NewDate(year, month, 1)
	on := func(from, to workday.Date) bool { return shown.From.Equal(from.Start()) && shown.To.Equal(to.End()) }
	before := workday.DateOf(first.Start().AddDate(0, -1, 0).Add(time.Hour))
	var out []Tab
	add := func(zh, en string, from, to workday.Date) {
		pairs := []string{"from", from.String(), "to", to.String()}
		for _, name := range figureFilters[2:] {
			pairs = append(pairs, name, f[name])
		}
		out = append(out, Tab{l.T(zh, en), href("/indicators", pairs...), -1, on(from, to)})
	}
	add("本月", "this month", first, today)
	add("上月", "last month", before, first.Add(-1))
	add("近 90 天", "last 90 days", today.Add(-89), today)
	add("今年", "this year", workday.NewDate(year, time.January, 1), today)
	return out
}

func (s *server) sheetLines(l Lang, f map[string]string, sheet ticketdb.Sheet) []SheetLine {
	base := []string{"from", day(sheet.From), "to", lastDay(sheet.To), "unit", f["unit"], "own", f["own"], "kind", f["kind"], "channel", f["channel"], "provenance", f["provenance"]}
	line := func(name string, rates map[string]tickets.Rate, pairs []string) SheetLine {
		x := SheetLine{Name: name}
		for _, i := range tickets.Indicators {
			x.Cells = append(x.Cells, rateCell(i, rates[i.Code], pairs...))
		}
		return x
	}
	total := line(l.T("合计", "all"), sheet.Total, base)
	total.Total = true
	out := []SheetLine{total}
	if sheet.By == "" {
		return out
	}
	for _, r := range s.ordered(sheet) {
		pairs := append([]string{}, base...)
		set := func(name, value string) {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					pairs[i+1] = value
				}
			}
		}
		switch unit, own := s.partUnit(sheet, r); {
		case sheet.By == "county" || sheet.By == "township":
			set("unit", itoa(unit))
			if own {
				set("own", "1")
			}
		default:
			set(sheet.By, r.Key)
		}
		out = append(out, line(s.partName(l, sheet, r), r.Rates, pairs))
	}
	return out
}

// partUnit is the unit of a line, and whether only its own tickets are meant:
// the city's, or, by township, a county bureau's. Where the sheet is narrowed to
// a unit inside that of the line, it is the narrower one.
func (s *server) partUnit(sheet ticketdb.Sheet, r ticketdb.FigureRow) (unit int, own bool) {
	tree := s.Tickets.Tree()
	unit = r.Unit
	if root := tree.Root(); unit == 0 && root != nil {
		unit, own = root.ID, true
	}
	if u := tree.Find(unit); u != nil && u.Kind == units.County && sheet.By == "township" {
		own = true
	}
	if sheet.Unit != unit && tree.Within(sheet.Unit, unit) && !own {
		return sheet.Unit, sheet.Own
	}
	return unit, own || sheet.Own
}

func (s *server) partName(l Lang, sheet ticketdb.Sheet, r ticketdb.FigureRow) string {
	switch sheet.By {
	case "kind":
		return l.Word("kind", r.Key)
	case "channel":
		return l.Word("channel", r.Key)
	case "provenance":
		return l.Word("provenance", r.Key)
	}
	unit, own := s.partUnit(sheet, r)
	if own {
		return l.T(s.unitShort(unit)+"本级", s.unitShort(unit)+" itself")
	}
	return s.unitShort(unit)
}

// ordered puts units in the order of the tree and words in that of their list.
func (s *server) ordered(sheet ticketdb.Sheet) []ticketdb.FigureRow {
	at := map[string]ticketdb.FigureRow{}
	for _, r := range sheet.Rows {
		at[r.Key] = r
	}
	var keys []string
	switch sheet.By {
	case "kind":
		keys = tickets.Kinds.Codes()
	case "channel":
		keys = tickets.Channels.Codes()
	case "provenance":
		keys = tickets.Provenances.Codes()
	default:
		keys = append(keys, "")
		for _, u := range s.Tickets.Tree().All() {
			keys = append(keys, itoa(u.ID))
		}
	}
	var out []ticketdb.FigureRow
	for _, k := range keys {
		if r, ok := at[k]; ok {
			out = append(out, r)
		}
	}
	return out
}

// indicatorsExport gives the sheet as a file, with its purpose journaled.
func (s *server) indicatorsExport(c *fiber.Ctx, v *visit) error {
	f := clean(c.FormValue, figureFilters...)
	purpose := strings.TrimSpace(c.FormValue("purpose"))
	if err := ticketdb.CheckPurpose(purpose); err != nil {
		return s.showIndicators(c, v, f, fiber.StatusUnprocessableEntity, ExportForm{Purpose: purpose, Error: faultOf(err).say.In(v.lang)})
	}
	figures, err := s.figuresOf(f)
	if err != nil {
		return err
	}
	sheet, err := s.Tickets.Indicators(c.UserContext(), v.caller, figures)
	if err != nil {
		return err
	}
	x := &export.Sheet{Title: "指标表", Purpose: purpose, Head: []string{""}, Notes: []string{fmt.Sprintf("期间 %s 至 %s（含）；分母为零记 n/a", day(figures.From), lastDay(figures.To))}}
	for _, i := range tickets.Indicators {
		x.Head = append(x.Head, i.ZH, i.ZH+" 分子", i.ZH+" 分母")
		x.Notes = append(x.Notes, fmt.Sprintf("%s：%s ÷ %s", i.ZH, i.Num, i.Den))
	}
	for n, line := range s.sheetLines(ZH, f, sheet) {
		cells := []string{line.Name}
		for _, r := range line.Cells {
			cells = append(cells, r.Text, r.Num, r.Den)
		}
		if n == 0 {
			x.Totals = cells
			continue
		}
		x.Rows = append(x.Rows, cells)
	}
	return s.sendExport(c, v, "indicators", f, x)
}

// sendExport journals an export and sends the file.
func (s *server) sendExport(c *fiber.Ctx, v *visit, what string, filter map[string]string, x *export.Sheet) error {
	entry := ticketdb.Export{What: what, Purpose: x.Purpose, Filter: filter, Rows: len(x.Rows), Digest: x.Digest()}
	body, err := s.Tickets.JournalExport(c.UserContext(), v.caller, entry, func(number int64, me pg.Me) ([]byte, error) {
		x.Number, x.By, x.At = number, me.Name+" "+me.UnitName, s.Now()
		return x.XLSX()
	})
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s_%s_%s.xlsx", v.me.UnitName, x.Title, s.Now().In(workday.Zone).Format("20060102-1504"))
	c.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+url.PathEscape(name))
	c.Set(fiber.HeaderContentType, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	return c.Send(body)
}
