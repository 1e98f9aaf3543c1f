package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"time"
)

//go:embed templates
var templateFiles embed.FS

// page is what a template shows. Its template is templates/NAME.html.
type page interface{ template() string }

// shelled is a page inside the frame with the navigation; others are fragments
// that htmx puts into one.
type shelled interface{ shell() *Shell }

// views are all templates, parsed once for each language, so that a template
// says {{t "中文" "English"}} and needs to know nothing else.
type views struct {
	sets map[Lang]map[string]*template.Template
}

// newViews parses every declared page. A template file that no page names, or
// a page without its file, is an error: one of the two was forgotten.
func newViews(files fs.FS, a *assets, now func() time.Time) (*views, error) {
	v := &views{sets: map[Lang]map[string]*template.Template{}}
	for _, l := range []Lang{ZH, EN} {
		set, err := parseAll(files, funcs(l, a, now))
		if err != nil {
			return nil, err
		}
		v.sets[l] = set
	}
	return v, nil
}

func parseAll(files fs.FS, f template.FuncMap) (map[string]*template.Template, error) {
	shared, err := template.New("").Funcs(f).ParseFS(files, "templates/shared/*.html")
	if err != nil {
		return nil, err
	}
	set := map[string]*template.Template{}
	for _, p := range allPages {
		name := p.template()
		t, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		set[name], err = t.ParseFS(files, "templates/"+name+".html")
		if err != nil {
			return nil, err
		}
	}
	found, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, file := range found {
		if name := strings.TrimSuffix(path.Base(file), ".html"); set[name] == nil {
			return nil, fmt.Errorf("templates/%s.html belongs to no page of allPages", name)
		}
	}
	return set, nil
}

// render writes the page into a buffer: a page that fails half-way is a clean 500.
func (v *views) render(l Lang, p page) ([]byte, error) {
	t := v.sets[l][p.template()]
	if t == nil {
		return nil, fmt.Errorf("no template %q", p.template())
	}
	entry := "main"
	if _, ok := p.(shelled); ok {
		entry = "layout"
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, entry, p); err != nil {
		return nil, fmt.Errorf("render %s: %w", p.template(), err)
	}
	return b.Bytes(), nil
}

// funcs are what templates of one language may call.
func funcs(l Lang, a *assets, now func() time.Time) template.FuncMap {
	return template.FuncMap{
		"t":     l.T,
		"word":  func(vocabulary string, code any) string { return l.Word(vocabulary, fmt.Sprint(code)) },
		"asset": a.url,
		"icon":  a.icon,
		"exact": l.Exact, "exactdue": l.ExactDue,
		"stamp": func(t time.Time) template.HTML { return stamp(l, t, now()) },
		"yuan":  yuan,
		"size":  size,
	}
}

// stamp is a time with the exact one as its title.
func stamp(l Lang, t, now time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	// Every part is made of digits, signs and the weekdays above.
	return template.HTML(fmt.Sprintf(`<time class="num" datetime="%s" title="%s">%s</time>`, t.UTC().Format(time.RFC3339), l.Exact(t), l.Short(t, now)))
}

// yuan is an amount of cents with its thousands parted.
func yuan(cents int64) string {
	whole := fmt.Sprint(cents / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return fmt.Sprintf("%s.%02d", whole, cents%100)
}

// size is a file's size in the unit that fits.
func size(bytes int64) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1<<20:
		return fmt.Sprintf("%d kB", (bytes+1<<10-1)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
}
