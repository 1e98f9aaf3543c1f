package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/intake/intakedb"
	"hotline/intake/sheet"
	"hotline/internal/deadline/deadlinedb"
	"hotline/internal/workday"
)

// importCalendarCommand imports the working days of a year.
type importCalendarCommand struct {
	File string `arg:"" help:"JSON of one year: our own shape, or {year, days: [{name, date, isOffDay}]}." type:"existingfile"`
	By   string `help:"Who imports it, for the history." default:"cli"`
}

// Run adds the year as a new calendar version, makes it the active one, and
// computes the open provisional clocks again; each leaves a journal row with the
// due time before and after.
func (i *importCalendarCommand) Run(ctx context.Context, c Config, log *slog.Logger, w io.Writer) error {
	data, err := os.ReadFile(i.File)
	if err != nil {
		return err
	}
	year, err := workday.ParseYear(data)
	if err != nil {
		return fmt.Errorf("%s: %w", i.File, err)
	}
	s, err := openStores(ctx, c, log, false)
	if err != nil {
		return err
	}
	defer s.close()
	clocks, err := deadlinedb.NewCache(ctx, s.pg)
	if err != nil {
		return err
	}
	old := clocks.Engine().Calendar
	next, err := old.WithYear(year)
	if err != nil {
		return err
	}
	if next.Version() == old.Version() {
		fmt.Fprintf(w, "%s is in force already\n", next.Version())
		return nil
	}
	if err := activate(ctx, s.ownerURL, next, i.By); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s is in force; %d dates are judged differently from %s\n", next.Version(), len(workday.Differences(old, next)), old.Version())
	a := newApp(c, options{}, log, s)
	if err := a.buildDesk(ctx); err != nil {
		return err
	}
	moved, err := a.tickets.Recompute(ctx)
	fmt.Fprintf(w, "%d provisional due times moved\n", moved)
	return err
}

func activate(ctx context.Context, ownerURL string, cal *workday.Calendar, by string) error {
	data, err := json.Marshal(cal)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return errors.New("cannot connect as the owner")
	}
	defer conn.Close(context.WithoutCancel(ctx))
	b := &pgx.Batch{}
	b.Queue(`UPDATE calendars SET active = false WHERE active`)
	b.Queue(`INSERT INTO calendars (version, data, added_at, added_by, active) VALUES ($1, $2, $3, $4, true) ON CONFLICT (version) DO UPDATE SET active = true`, cal.Version(), data, time.Now(), by)
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("store calendar: %w", err)
	}
	return nil
}

// importOrdersCommand imports a sheet of 12345 orders.
type importOrdersCommand struct {
	File     string `arg:"" help:"The platform's export: xlsx, or csv in UTF-8 or GB18030." type:"existingfile"`
	DryRun   bool   `help:"Say every row's fate and change nothing."`
	Out      string `help:"Write the rows with their fates to this xlsx."`
	Platform string `help:"The 12345 platform whose orders these are; HOTLINE_CITY12345_NAME where empty."`
}

// Run imports the sheet and prints what became of its rows.
func (i *importOrdersCommand) Run(ctx context.Context, c Config, log *slog.Logger, w io.Writer) error {
	if i.Platform == "" {
		i.Platform = c.CityName
	}
	if i.Platform == "" {
		return errors.New("whose orders are these? give --platform, or set HOTLINE_CITY12345_NAME")
	}
	file, err := os.Open(i.File)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	s, err := openStores(ctx, c, log, false)
	if err != nil {
		return err
	}
	defer s.close()
	a := newApp(c, options{}, log, s)
	if err := a.buildDesk(ctx); err != nil {
		return err
	}
	storing, stop := context.WithCancel(ctx)
	stored := make(chan error, 1)
	go func() { stored <- a.tickets.Run(storing) }()
	defer func() { stop(); <-stored }()
	var out io.Writer
	if i.Out != "" {
		f, err := os.Create(i.Out)
		if err != nil {
			return err
		}
		defer f.Close()
		out = f
	}
	sum, err := sheet.Importer{Desk: a.desk, Store: intakedb.New(s.pg, s.vault), Platform: i.Platform, DryRun: i.DryRun}.Import(ctx, file, info.Size(), out)
	fmt.Fprintf(w, "%d rows: %d opened, %d unchanged, %d changed and refused, %d rejected\n", sum.Rows, sum.Opened, sum.Unchanged, sum.Changed, sum.Rejected)
	return err
}
