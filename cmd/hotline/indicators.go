package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// indicatorsCommand prints the score sheet.
type indicatorsCommand struct {
	From       string `help:"First day, 2026-09-01; the first of this month where empty."`
	To         string `help:"Last day; today where empty."`
	By         string `help:"A line for each: county, township, kind, channel or provenance." enum:",county,township,kind,channel,provenance" default:""`
	Unit       int    `help:"Only this unit and below (its id)."`
	Kind       string `help:"Only this kind: inquiry, help, suggestion, complaint, report, praise."`
	Channel    string `help:"Only this channel: call, letter, visit, mail, city12345, …"`
	Provenance string `help:"Only what rests on this: machine, scan, typed, none."`
	Rebuild    bool   `help:"Count every ticket from its journal anew first."`
}

// Run counts for the whole city and prints numerator / denominator with each figure.
func (i *indicatorsCommand) Run(ctx context.Context, c Config, log *slog.Logger, w io.Writer) error {
	s, err := openStores(ctx, c, log, false)
	if err != nil {
		return err
	}
	defer s.close()
	a := newApp(c, options{}, log, s)
	if err := a.buildDesk(ctx); err != nil {
		return err
	}
	if i.Rebuild {
		n, err := a.tickets.RebuildFacts(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d tickets counted anew\n", n)
	}
	f, err := i.figures(a.tickets.Now())
	if err != nil {
		return err
	}
	sheet, err := a.tickets.Indicators(ctx, pg.Machine("machine:indicators"), f)
	if err != nil {
		return err
	}
	return i.print(w, sheet, func(id int) string { return a.tickets.Tree().Name(id) })
}

func (i *indicatorsCommand) figures(now time.Time) (ticketdb.Figures, error) {
	today := workday.DateOf(now)
	year, month, _ := today.YMD()
	first, last := workday.NewDate(year, month, 1), today
	for _, x := range []struct {
		text string
		to   *workday.Date
	}{{i.From, &first}, {i.To, &last}} {
		if x.text == "" {
			continue
		}
		d, err := workday.ParseDate(x.text)
		if err != nil {
			return ticketdb.Figures{}, fmt.Errorf("%q is no day such as 2026-09-01", x.text)
		}
		*x.to = d
	}
	return ticketdb.Figures{From: first.Start(), To: last.End(), Unit: i.Unit, Kind: i.Kind, Channel: i.Channel, Provenance: i.Provenance, By: i.By}, nil
}

func (i *indicatorsCommand) print(w io.Writer, s ticketdb.Sheet, unit func(int) string) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	head := []string{"", "全部"}
	rows := []map[string]tickets.Rate{s.Total}
	if i.By != "" {
		for _, r := range s.Rows {
			head = append(head, partName(i.By, r, unit))
			rows = append(rows, r.Rates)
		}
	}
	fmt.Fprintln(t, strings.Join(head, "\t"))
	for _, x := range tickets.Indicators {
		line := []string{x.ZH}
		for _, r := range rows {
			line = append(line, fmt.Sprintf("%s (%s)", x.Text(r[x.Code]), x.Parts(r[x.Code])))
		}
		fmt.Fprintln(t, strings.Join(line, "\t"))
	}
	return t.Flush()
}

func partName(by string, r ticketdb.FigureRow, unit func(int) string) string {
	switch {
	case by == "kind":
		return tickets.Kinds.ZH(r.Key)
	case by == "channel":
		return tickets.Channels.ZH(r.Key)
	case by == "provenance":
		return tickets.Provenances.ZH(r.Key)
	case r.Unit == 0:
		return "上级本级"
	}
	return unit(r.Unit)
}
