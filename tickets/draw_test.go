package tickets

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files and docs/flow.md")

// golden compares with a committed file, or writes it with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is stale (run with -update and read the diff):\n%s", path, diff)
	}
}

func TestDrawingIsFresh(t *testing.T) { golden(t, "../docs/flow.md", Draw()) }

func TestEveryDrawnCaseIsWalkedByItsTest(t *testing.T) {
	var all []byte
	for _, glob := range []string{"../cmd/hotline/walks/*_test.go", "../cmd/hotline/*_test.go"} {
		files, err := filepath.Glob(glob)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", glob, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, text...)
		}
	}
	for _, c := range drawnCases {
		if !bytes.Contains(all, []byte("func "+c.test+"(")) {
			t.Errorf("%s: there is no %s", c.title, c.test)
		}
	}
}
