// Command city12345 is a stand-in for the city's 12345 platform: it dispatches
// invented orders to a hotline and keeps its own view of them. See package
// standin for what it serves.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"hotline/intake/city12345"
	"hotline/intake/city12345/standin"
)

// flags are the command line; the three of the demo can come from the
// environment.
type flags struct {
	Listen   string        `env:"HOTLINE_DEMO_CITY" default:"127.0.0.1:8345" help:"Loopback address to serve on."`
	Secret   string        `env:"HOTLINE_DEMO_CITY_SECRET" default:"hotline-demo-secret" help:"Secret shared with the hotline, both directions."`
	Target   string        `default:"http://127.0.0.1:8080" help:"Base URL of the hotline."`
	Platform string        `default:"demo" help:"Name of this platform at the hotline."`
	State    string        `help:"File that keeps the orders between starts."`
	Orders   string        `type:"existingfile" help:"JSON file with a list of orders to dispatch at the start."`
	Samples  int           `default:"0" help:"Sample orders to dispatch at the start."`
	Every    time.Duration `default:"0s" help:"Dispatch a sample order at this interval."`
	Auto     bool          `default:"true" negatable:"" help:"Grant requests, visit and close by itself."`
	Visit    time.Duration `default:"5s" help:"Pause before the visit."`
	Close    time.Duration `default:"5s" help:"Pause between visit and closing."`

	DropEvery   int           `group:"Faults" help:"Cut the connection of every n-th callback."`
	RefuseEvery int           `group:"Faults" help:"Refuse every n-th callback for good."`
	BusyEvery   int           `group:"Faults" help:"Answer 503 to every n-th callback."`
	LoseEvery   int           `group:"Faults" help:"Lose the answer to every n-th delivery."`
	Repeat      bool          `group:"Faults" help:"Send every event twice."`
	Reorder     bool          `group:"Faults" help:"Send newer events first."`
	Slow        time.Duration `group:"Faults" help:"Delay every answer to a callback."`
}

func main() {
	var f flags
	kong.Parse(&f, kong.Name("city12345"), kong.Description("A stand-in for the city's 12345 platform."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, f)
	if err != nil {
		fmt.Fprintln(os.Stderr, "city12345:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, f flags) error {
	orders, err := readOrders(f.Orders)
	if err != nil {
		return err
	}
	p, err := standin.New(standin.Config{
		Name: f.Platform, Secret: f.Secret, Target: f.Target, Listen: f.Listen,
		Every: f.Every, Orders: orders, Auto: f.Auto, VisitAfter: f.Visit, CloseAfter: f.Close, StateFile: f.State,
		Faults: standin.Faults{
			DropEvery: f.DropEvery, RefuseEvery: f.RefuseEvery, BusyEvery: f.BusyEvery, LoseEvery: f.LoseEvery,
			Repeat: f.Repeat, Reorder: f.Reorder, Slow: f.Slow,
		},
		Summary: os.Stdout, Now: time.Now, Logger: slog.New(slog.NewJSONHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	_, err = p.DispatchSamples(f.Samples)
	if err != nil {
		return err
	}
	return p.Run(ctx)
}

// readOrders reads a JSON list of orders; no path gives none.
func readOrders(path string) ([]city12345.Order, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	var orders []city12345.Order
	err = json.Unmarshal(b, &orders)
	if err != nil {
		return nil, fmt.Errorf("read orders of %s: %w", path, err)
	}
	return orders, nil
}
