// Command hotline is the complaint and hotline desk of a city civil-affairs
// bureau: web server, JSON API, workers and the tools of its administrators.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"hotline/tickets"
)

// cli is every command.
type cli struct {
	Serve   serveCommand   `cmd:"" help:"Run the web server and, unless --web-only, the workers."`
	Work    workCommand    `cmd:"" help:"Run the workers only."`
	Migrate migrateCommand `cmd:"" help:"Bring the database up to date and stop."`
	Doctor  doctorCommand  `cmd:"" help:"Say what is wrong with this setup."`
	Config  configCommand  `cmd:"" help:"Print the settings in force, secrets blanked."`
	Journal struct {
		Verify verifyCommand `cmd:"" help:"Check every journal chain and replay it against the tables."`
	} `cmd:"" help:"The journal nobody can edit."`
	Unit struct {
		Add    unitAddCommand    `cmd:"" help:"Add a unit to the tree."`
		Prefix unitPrefixCommand `cmd:"" help:"Set what a unit's document numbers begin with."`
	} `cmd:"" help:"The tree of units."`
	Account struct {
		Add accountAddCommand `cmd:"" help:"Add a person with an account; the password comes on standard input."`
	} `cmd:"" help:"People and their accounts."`
	ImportOrders   importOrdersCommand   `cmd:"" name:"import-orders" help:"Import a sheet (xlsx, csv) of 12345 orders."`
	ImportCalendar importCalendarCommand `cmd:"" name:"import-calendar" help:"Import a year of working days (State Council notice) from JSON."`
	Indicators     indicatorsCommand     `cmd:"" help:"Print the indicators of a period, each with numerator and denominator."`
	Flow           flowCommand           `cmd:"" help:"Draw the life of a ticket (docs/flow.md)."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "hotline:", err)
		os.Exit(1)
	}
}

// run is main with its edges as arguments, for tests.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c cli
	parser, err := kong.New(&c, kong.Name("hotline"), kong.Description("The complaint and hotline desk of a civil-affairs bureau (民政局服务热线)."), kong.UsageOnError())
	if err != nil {
		return err
	}
	kctx, err := parser.Parse(args)
	if err != nil {
		return err
	}
	config, err := readConfig()
	if err != nil {
		return err
	}
	log, err := newLog(config.LogLevel, stderr)
	if err != nil {
		return err
	}
	kctx.BindTo(ctx, (*context.Context)(nil))
	kctx.BindTo(stdout, (*io.Writer)(nil))
	return kctx.Run(config, log)
}

func newLog(level string, w io.Writer) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("HOTLINE_LOG_LEVEL: %w", err)
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
}

type configCommand struct{}

// Run prints the settings.
func (configCommand) Run(c Config, w io.Writer) error { return c.print(w) }

type flowCommand struct{}

// Run prints the drawing of the flow table.
func (flowCommand) Run(w io.Writer) error {
	_, err := io.WriteString(w, tickets.Draw())
	return err
}
