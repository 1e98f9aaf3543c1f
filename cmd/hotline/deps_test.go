package main

import (
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hotline/migrations"
)

// floors are the arrows of docs/design.md: a package imports its own floor's
// folder and every floor below. Two folders of one floor do not know each other.
var floors = map[string]int{
	"cmd": 5, "web": 4, "workers": 4, "intake": 3, "audit": 3, "tickets": 2, "roster": 1, "internal": 0, "migrations": 0,
}

// top is the first folder of an import path of this module.
func top(folder string) string {
	first, _, _ := strings.Cut(folder, "/")
	return first
}

// ours is the folder behind an import path of this module.
func ours(importPath string) (folder string, ok bool) {
	return strings.CutPrefix(importPath, module+"/")
}

// mayImport says whether the arrows allow one folder to import another.
func mayImport(from, to string) bool {
	a, b := top(from), top(to)
	switch {
	case a == b:
		return true
	case b == "migrations": // SQL, for whoever builds a database
		return a == "cmd" || from == "internal/pgtest"
	}
	return floors[a] > floors[b]
}

func TestArrowsAreThoseOfTheDesign(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"cmd/hotline", "web/api", true},
		{"workers", "intake/mail", true},
		{"intake/mail", "tickets/ticketdb", true},
		{"tickets", "roster", true},
		{"web", "internal/pg", true},
		{"internal/pgtest", "migrations", true},
		{"tickets/ticketdb", "tickets", true},
		{"roster", "tickets", false},
		{"tickets", "intake", false},
		{"intake", "audit", false},
		{"web", "workers", false},
		{"internal/outbox", "tickets", false},
		{"web", "migrations", false},
		{"web", "cmd/hotline/demo", false},
	} {
		if got := mayImport(c.from, c.to); got != c.want {
			t.Errorf("may %s import %s: got %t, want %t", c.from, c.to, got, c.want)
		}
	}
}

func TestArrowsPointDown(t *testing.T) {
	for _, f := range everyFile(t) {
		if _, known := floors[top(f.folder)]; !known {
			t.Errorf("%s: no floor is named for folder %q", f.path, top(f.folder))
		}
		if f.outside() {
			continue // a test from outside may drive its package from above
		}
		for _, i := range f.imports {
			if to, ok := ours(i.word); ok && !mayImport(f.folder, to) {
				t.Errorf("%s: %s may not import %s", f.where(i.at), f.folder, to)
			}
		}
	}
}

func TestOnlyTestsImportPackagesForTests(t *testing.T) {
	for _, f := range everyFile(t) {
		if f.test() || forTests(f.folder) {
			continue
		}
		for _, i := range f.imports {
			if to, ok := ours(i.word); ok && forTests(to) {
				t.Errorf("%s: %s is for tests", f.where(i.at), to)
			}
		}
	}
}

// pure are the packages that hold rules and know no machine: no SQL, no HTTP,
// no queue, not even our own doors to them.
var pure = []string{"tickets", "tickets/paper", "roster", "audit", "internal/deadline", "internal/workday", "internal/units", "internal/bigram"}

var machinery = []string{
	"database/sql", "net", "net/http", "github.com/jackc", "github.com/gofiber", "github.com/valyala", "github.com/hibiken",
	"github.com/redis", "github.com/emersion", module + "/internal/pg", module + "/internal/outbox", module + "/internal/embedded",
}

func TestPurePackagesKnowNoMachine(t *testing.T) {
	for _, f := range everyFile(t) {
		if f.test() || !slices.Contains(pure, f.folder) {
			continue
		}
		for _, i := range f.imports {
			if slices.ContainsFunc(machinery, func(m string) bool { return within(i.word, m) }) || strings.HasSuffix(i.word, "db") {
				t.Errorf("%s: %s is pure and may not import %s", f.where(i.at), f.folder, i.word)
			}
		}
	}
}

// within tells whether an import path is the named one or below it.
func within(importPath, root string) bool {
	return importPath == root || strings.HasPrefix(importPath, root+"/")
}

// tied are the libraries that only some folders may know, so that each could
// be replaced in one place. cmd may name the types it wires together.
var tied = []struct {
	library string
	allowed func(folder string) bool
}{
	{"github.com/jackc/pgx", func(d string) bool {
		return strings.HasSuffix(d, "db") || slices.Contains([]string{"internal", "migrations", "cmd"}, top(d))
	}},
	{"database/sql", func(d string) bool { return d == "internal/pg" }},
	{"github.com/pressly/goose", func(d string) bool { return d == "internal/pg" }},
	{"github.com/gofiber", func(d string) bool { return slices.Contains([]string{"web", "intake", "cmd"}, top(d)) }},
	{"github.com/danielgtaylor/huma", func(d string) bool { return d == "web/api" }},
	{"github.com/hibiken", func(d string) bool { return d == "workers" || d == "cmd/hotline" }},
	{"github.com/redis", func(d string) bool { return d == "workers" || top(d) == "internal" }},
	{"github.com/alicebob/miniredis", func(d string) bool { return d == "internal/embedded" }},
	{"github.com/emersion/go-imap", func(d string) bool { return within(d, "intake/mail") }},
	{"github.com/emersion/go-smtp", func(d string) bool { return within(d, "intake/mail") }},
	{"github.com/wneessen/go-mail", func(d string) bool { return within(d, "intake/mail") }},
	{"github.com/boombuler/barcode", func(d string) bool { return d == "tickets/paper/qr" }},
	{"github.com/xuri/excelize", func(d string) bool { return within(d, "intake/sheet") || within(d, "internal/export") }},
}

func TestLibrariesStayInTheirFolders(t *testing.T) {
	for _, f := range everyFile(t) {
		if f.test() {
			continue
		}
		for _, i := range f.imports {
			for _, l := range tied {
				if within(i.word, l.library) && !l.allowed(f.folder) {
					t.Errorf("%s: %s may not import %s", f.where(i.at), f.folder, i.word)
				}
			}
		}
	}
}

// vague are names that say nothing about what a package holds.
var vague = regexp.MustCompile(`^(models?|utils?|commons?|services?|managers?|helpers?|misc)$`)

func TestNoPackageHasAVagueName(t *testing.T) {
	for _, f := range everyFile(t) {
		if vague.MatchString(path.Base(f.folder)) || vague.MatchString(strings.TrimSuffix(f.name, "_test")) {
			t.Errorf("%s: package %s says nothing of what it holds", f.path, f.name)
		}
	}
}

func TestOnlyCmdAndTestsReadTheClock(t *testing.T) {
	for _, f := range everyFile(t) {
		if f.test() || top(f.folder) == "cmd" || forTests(f.folder) {
			continue
		}
		for _, name := range []string{"Now", "Since", "Until"} {
			for _, at := range f.uses("time", name) {
				t.Errorf("%s: time.%s outside cmd: take the time or a clock from the caller", f.where(at), name)
			}
		}
	}
}

func TestNothingRunsAtImport(t *testing.T) {
	for _, f := range everyFile(t) {
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: init()", f.where(fn.Pos()))
			}
		}
	}
}

func TestNoTestIsSkippedOrSleeps(t *testing.T) {
	for _, f := range everyFile(t) {
		if !f.test() && !forTests(f.folder) {
			continue
		}
		for _, at := range f.uses("time", "Sleep") {
			t.Errorf("%s: a test sleeps: wait for what it waits for", f.where(at))
		}
		for _, receiver := range []string{"t", "tb", "b", "f", "rt"} {
			for _, name := range []string{"Skip", "Skipf", "SkipNow"} {
				for _, at := range f.uses(receiver, name) {
					t.Errorf("%s: a test is skipped: a missing part is a failure", f.where(at))
				}
			}
		}
	}
}

func TestMigrationsAreNumberedWithoutGaps(t *testing.T) {
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatal("no migrations are embedded")
	}
	form := regexp.MustCompile(`^[0-9]{4}_[a-z0-9_]+\.sql$`)
	slices.Sort(names)
	for n, name := range names {
		if want := fmt.Sprintf("%04d_", n+1); !strings.HasPrefix(name, want) || !form.MatchString(name) {
			t.Errorf("migration %d is called %s, want %s and a phrase in small letters", n+1, name, want)
		}
	}
}
