package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/export"
	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// LedgerPage is one page of a ledger, fit to be printed.
type LedgerPage struct {
	*Shell
	Name     string
	Ledgers  []Tab
	From, To string
	Filter   map[string]string
	Units    []Group
	Total    int
	Heads    []string
	Lines    []LedgerLine
	Next     string
	Most     int // rows an export may have
	Mark     string
	Export   ExportForm
}

func (LedgerPage) template() string { return "ledger" }

// LedgerLine is one ticket's line; the first cell is its number.
type LedgerLine struct {
	Number string
	Cells  []LedgerCell
}

// LedgerCell is a cell with its column's name before it on a phone.
type LedgerCell struct{ Head, Text string }

var ledgerFilters = []string{"from", "to", "unit"}

// ledgerFilter reads period and unit; the year so far where no period is given.
func (s *server) ledgerFilter(ledger string, f map[string]string) (ticketdb.LedgerFilter, error) {
	today := workday.DateOf(s.Now())
	from, to, err := days(f, workday.NewDate(today.Year(), time.January, 1), today)
	return ticketdb.LedgerFilter{Ledger: ledger, From: from, To: to, Unit: tickets.Values(f).Int("unit")}, err
}

func (s *server) ledger(c *fiber.Ctx, v *visit) error {
	return s.showLedger(c, v, strings.Clone(c.Params("ledger")), clean(c.Query, ledgerFilters...), c.Query("after"), fiber.StatusOK, ExportForm{})
}

func (s *server) showLedger(c *fiber.Ctx, v *visit, ledger string, f map[string]string, after string, status int, x ExportForm) error {
	filter, err := s.ledgerFilter(ledger, f)
	if err != nil {
		return err
	}
	filter.After = after
	page, err := s.Tickets.Ledger(c.UserContext(), v.caller, filter)
	if err != nil {
		return err
	}
	l := v.lang
	name := l.T(ticketdb.Ledgers.ZH(ledger), ticketdb.Ledgers.EN(ledger))
	p := LedgerPage{Shell: s.shell(c, v, name), Name: name, From: day(filter.From), To: lastDay(filter.To), Filter: f, Units: s.unitGroups(f["unit"], s.belowOf(v.me)),
		Total: page.Total, Most: ticketdb.ExportMost, Export: x, Mark: fmt.Sprintf("%s %s · %s", v.me.Name, v.me.UnitName, l.Exact(s.Now()))}
	for _, w := range ticketdb.Ledgers {
		p.Ledgers = append(p.Ledgers, Tab{l.T(w.ZH, w.EN), href("/ledgers/"+w.Code, "from", f["from"], "to", f["to"], "unit", f["unit"]), -1, w.Code == ledger})
	}
	columns := ledgerColumns[ledger]
	for _, k := range columns {
		p.Heads = append(p.Heads, k.head.In(l))
	}
	for _, e := range page.Items {
		line := LedgerLine{Number: e.Number}
		for i, k := range columns {
			line.Cells = append(line.Cells, LedgerCell{p.Heads[i], k.cell(s, l, e)})
		}
		p.Lines = append(p.Lines, line)
	}
	if page.Next != "" {
		p.Next = href("/ledgers/"+ledger, "from", f["from"], "to", f["to"], "unit", f["unit"], "after", page.Next)
	}
	p.Export.Href, p.Export.Form, p.Export.Filter = "/ledgers/"+ledger+"/export", p.Form, f
	return s.render(c, v, status, p)
}

// ledgerExport gives a ledger as a file: all of the period, or nothing.
func (s *server) ledgerExport(c *fiber.Ctx, v *visit) error {
	ledger, f := strings.Clone(c.Params("ledger")), clean(c.FormValue, ledgerFilters...)
	if !ticketdb.Ledgers.Has(ledger) {
		return pg.ErrNotFound
	}
	again := func(err error) error {
		return s.showLedger(c, v, ledger, f, "", fiber.StatusUnprocessableEntity, ExportForm{Purpose: c.FormValue("purpose"), Error: faultOf(err).say.In(v.lang)})
	}
	x := &export.Sheet{Title: ticketdb.Ledgers.ZH(ledger), Purpose: strings.TrimSpace(c.FormValue("purpose"))}
	if err := ticketdb.CheckPurpose(x.Purpose); err != nil {
		return again(err)
	}
	filter, err := s.ledgerFilter(ledger, f)
	if err != nil {
		return err
	}
	for _, k := range ledgerColumns[ledger] {
		x.Head = append(x.Head, k.head.ZH)
	}
	x.Notes = []string{fmt.Sprintf("收到日期 %s 至 %s（含）；姓名、电话已脱敏，保密件只列代号", day(filter.From), lastDay(filter.To))}
	filter.Limit = 200
	for {
		page, err := s.Tickets.Ledger(c.UserContext(), v.caller, filter)
		if err != nil {
			return err
		}
		if page.Total > ticketdb.ExportMost {
			return again(tickets.Invalid{{Field: "purpose", ZH: fmt.Sprintf("共 %d 行，一次最多导出 %d 行，请缩小期间或单位", page.Total, ticketdb.ExportMost),
				EN: fmt.Sprintf("%d rows; an export has at most %d: choose a shorter period or a unit", page.Total, ticketdb.ExportMost)}})
		}
		for _, e := range page.Items {
			row := make([]string, 0, len(x.Head))
			for _, k := range ledgerColumns[ledger] {
				row = append(row, k.cell(s, ZH, e))
			}
			x.Rows = append(x.Rows, row)
		}
		if page.Next == "" {
			break
		}
		filter.After = page.Next
	}
	f["from"], f["to"] = day(filter.From), lastDay(filter.To)
	return s.sendExport(c, v, ledger, f, x)
}
