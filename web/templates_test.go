package web

import (
	"io/fs"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"text/template/parse"
	"time"
	"unicode"

	"github.com/jba/templatecheck"
)

func testViews(t *testing.T) *views {
	t.Helper()
	a, err := newAssets(assetFiles)
	if err != nil {
		t.Fatal(err)
	}
	v, err := newViews(templateFiles, a, func() time.Time { return time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEveryTemplateFitsItsPage(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	for _, p := range allPages {
		entry := "main"
		if _, ok := p.(shelled); ok {
			entry = "layout"
		}
		tmpl := v.sets[ZH][p.template()].Lookup(entry)
		if err := templatecheck.CheckHTML(tmpl, p); err != nil {
			t.Errorf("%s: %v", p.template(), err)
		}
	}
}

// The frame reads its own fields from the page: one of the same name in the
// page itself would stand there in the person's place.
func TestNoPageHidesAFieldOfTheFrame(t *testing.T) {
	t.Parallel()
	frame := reflect.TypeFor[Shell]()
	for _, p := range allPages {
		if _, ok := p.(shelled); !ok {
			continue
		}
		page := reflect.Indirect(reflect.ValueOf(p)).Type()
		for i := range frame.NumField() {
			f, ok := page.FieldByName(frame.Field(i).Name)
			if !ok || len(f.Index) != 2 {
				t.Errorf("%s hides %s of the frame", page.Name(), frame.Field(i).Name)
			}
		}
	}
}

// texts walks a template and hands out its plain text and the arguments of t.
func texts(n parse.Node, plain func(string), pair func(zh, en string)) {
	if n == nil || reflect.ValueOf(n).IsNil() {
		return
	}
	branch := func(b *parse.BranchNode) {
		texts(b.Pipe, plain, pair)
		texts(b.List, plain, pair)
		texts(b.ElseList, plain, pair)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, x := range n.Nodes {
			texts(x, plain, pair)
		}
	case *parse.TextNode:
		plain(string(n.Text))
	case *parse.ActionNode:
		texts(n.Pipe, plain, pair)
	case *parse.TemplateNode:
		texts(n.Pipe, plain, pair)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			command(c, plain, pair)
		}
	}
}

func command(c *parse.CommandNode, plain func(string), pair func(zh, en string)) {
	if id, ok := c.Args[0].(*parse.IdentifierNode); ok && id.Ident == "t" && len(c.Args) == 3 {
		zh, okZH := c.Args[1].(*parse.StringNode)
		en, okEN := c.Args[2].(*parse.StringNode)
		if okZH && okEN {
			pair(zh.Text, en.Text)
		}
	}
	for _, a := range c.Args {
		if p, ok := a.(*parse.PipeNode); ok {
			texts(p, plain, pair)
		}
	}
}

var (
	tags  = regexp.MustCompile(`<[^>]*>`)
	latin = regexp.MustCompile(`[A-Za-z]{3,}`)
)

// neutral are the words that stay as they are in both languages.
var neutral = map[string]bool{"Ctrl": true, "Enter": true, "Hotline": true, "demo": true}

func TestEveryTextOfATemplateIsInBothLanguages(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	shared, err := fs.Glob(templateFiles, "templates/shared/*.html")
	if err != nil {
		t.Fatal(err)
	}
	pairs := 0
	for _, file := range append(files, shared...) {
		body, err := fs.ReadFile(templateFiles, file)
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]any{}
		for name := range funcs(ZH, &assets{}, time.Now) {
			names[name] = ""
		}
		builtins := map[string]any{"eq": "", "ne": "", "ge": "", "gt": "", "or": "", "and": "", "not": "", "index": "", "len": ""}
		trees, err := parse.Parse(file, string(body), "{{", "}}", names, builtins)
		if err != nil {
			t.Fatal(err)
		}
		for _, tree := range trees {
			var plain strings.Builder
			texts(tree.Root, func(s string) { plain.WriteString(s + " ") }, func(zh, en string) {
				pairs++
				checkPair(t, file, zh, en)
			})
			checkPlain(t, file, plain.String())
		}
	}
	if pairs < 200 {
		t.Errorf("only %d texts were found: the walk misses some", pairs)
	}
}

func checkPlain(t *testing.T, file, s string) {
	if hasHan(s) {
		t.Errorf("%s: Chinese outside t", file)
	}
	for _, w := range latin.FindAllString(tags.ReplaceAllString(s, " "), -1) {
		if !neutral[w] {
			t.Errorf("%s: English outside t: %q", file, w)
		}
	}
}

func checkPair(t *testing.T, file, zh, en string) {
	if zh == "" || en == "" || hasHan(en) && en != "中文" {
		t.Errorf("%s: not in both languages: %q, %q", file, zh, en)
	}
	if !hasHan(zh) && zh != "English" {
		t.Errorf("%s: no Chinese in %q", file, zh)
	}
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func TestEveryMessageOfTheCodeIsInBothLanguages(t *testing.T) {
	t.Parallel()
	check := func(where string, x Text) {
		if !hasHan(x.ZH) && !strings.Contains(x.ZH, "SMS") || x.EN == "" || hasHan(x.EN) {
			t.Errorf("%s: not in both languages: %q, %q", where, x.ZH, x.EN)
		}
	}
	for _, f := range faults {
		check("faults", f.title)
		check("faults", f.say)
	}
	for _, f := range httpFaults {
		check("httpFaults", f.title)
		check("httpFaults", f.say)
	}
	for name, x := range flashes {
		check("flash "+name, x)
	}
	for name, x := range actWords {
		check("act "+name, x)
	}
	for name, x := range machineWords {
		check("machine "+name, x)
	}
	for _, n := range navigation {
		check("navigation", n.text)
	}
	for _, d := range demoAccounts {
		check("demo account", d.what)
	}
	for _, g := range workGroups {
		check("work", Text{g.title, g.en})
		check("work", Text{g.empty, g.emptyEN})
	}
	for name, list := range vocabularies {
		for _, w := range list {
			if w.ZH == "" || w.EN == "" {
				t.Errorf("vocabulary %s: %q lacks a word", name, w.Code)
			}
		}
	}
}
