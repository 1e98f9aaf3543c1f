package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the parts of README.md that come from the code")

// The README's table of settings stands between these lines.
const (
	tableBegins = "<!-- settings: written by go test ./cmd/hotline -run Readme -update -->\n"
	tableEnds   = "<!-- end of settings -->\n"
)

func readDocument(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestReadmeTableOfSettingsIsTheCodes(t *testing.T) {
	text := readDocument(t, "README.md")
	before, rest, begins := strings.Cut(text, tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		t.Fatalf("README.md lacks the lines %q and %q", tableBegins, tableEnds)
	}
	want := before + tableBegins + Config{}.table() + tableEnds + after
	if *update {
		if err := os.WriteFile(filepath.Join(repository, "README.md"), []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		text = readDocument(t, "README.md")
	}
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("README.md is stale (run with -update):\n%s", diff)
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	for _, s := range (Config{}).settings() {
		if s.name == "" || s.doc == "" {
			t.Errorf("setting %q, %q: the struct must name and explain it", s.name, s.doc)
		}
	}
}

func TestOperationsNameEveryCommand(t *testing.T) {
	text := readDocument(t, "docs/operations.md")
	parser, err := kong.New(new(cli), kong.Name("hotline"))
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		command, _, _ := strings.Cut(leaf.FullPath(), " <") // without its arguments
		if !strings.Contains(text, command) {
			t.Errorf("docs/operations.md does not name the command %q", command)
		}
	}
}

// metric is how the sources name a figure of /metrics.
var metric = regexp.MustCompile(`Name: +"(hotline_[a-z0-9_]+)"`)

func TestOperationsNameEveryMetric(t *testing.T) {
	text := readDocument(t, "docs/operations.md")
	found := 0
	for _, f := range everyFile(t) {
		if f.test() {
			continue
		}
		for _, m := range metric.FindAllStringSubmatch(readDocument(t, f.path), -1) {
			found++
			if !strings.Contains(text, "`"+m[1]+"`") {
				t.Errorf("docs/operations.md does not name the metric %s of %s", m[1], f.path)
			}
		}
	}
	if found == 0 {
		t.Error("no metric found in the sources")
	}
}

// link is a relative link of a Markdown page, without its fragment.
var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

func TestLinksBetweenDocumentsLead(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(repository, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, filepath.Join(repository, "README.md")) {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(b), -1) {
			if strings.HasPrefix(m[1], "docs/img/") || strings.HasPrefix(m[1], "img/") {
				continue // screenshots are taken of a finished page
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", filepath.Base(page), m[1])
			}
		}
	}
}
