package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/alecthomas/kong"
)

// parse gives the flags of a command line.
func parse(t *testing.T, args ...string) flags {
	t.Helper()
	var f flags
	parser, err := kong.New(&f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFlagsStartFromTheDemoAndItsEnvironment(t *testing.T) {
	f := parse(t)
	if f.Listen != "127.0.0.1:8345" || f.Secret != "hotline-demo-secret" || f.Target != "http://127.0.0.1:8080" || !f.Auto {
		t.Errorf("got %+v", f)
	}
	t.Setenv("HOTLINE_DEMO_CITY", "127.0.0.1:9000")
	t.Setenv("HOTLINE_DEMO_CITY_SECRET", "other")
	f = parse(t, "--no-auto")
	if f.Listen != "127.0.0.1:9000" || f.Secret != "other" || f.Auto {
		t.Errorf("got %+v", f)
	}
}

func TestRunEndsCleanlyAndSpeaksOfABadFile(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, parse(t, "--listen=127.0.0.1:0", "--samples=2", "--target=http://127.0.0.1:1")); err != nil {
		t.Errorf("clean end: %v", err)
	}
	file := filepath.Join(t.TempDir(), "orders.json")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(ctx, parse(t, "--orders="+file)); err == nil {
		t.Error("a broken file was taken")
	}
}
