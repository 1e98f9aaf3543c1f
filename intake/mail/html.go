package mail

import (
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// newPolicy allows the elements of written text and nothing that loads from
// elsewhere: a picture's address would tell the sender who read the letter.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "div", "br", "hr", "b", "strong", "i", "em", "u", "s", "del", "ins", "sub", "sup",
		"blockquote", "pre", "code", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6",
		"table", "thead", "tbody", "tfoot", "tr", "caption")
	p.AllowNoAttrs().OnElements("td", "th", "span")
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^[0-9]{1,2}$`)).OnElements("td", "th")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowRelativeURLs(false)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}

var htmlBlock = map[string]bool{"p": true, "div": true, "br": true, "hr": true, "li": true, "tr": true, "table": true,
	"ul": true, "ol": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "pre": true,
	"blockquote": true, "section": true, "article": true, "dt": true, "dd": true}

var htmlHidden = map[string]bool{"script": true, "style": true, "head": true, "title": true, "noscript": true,
	"template": true, "iframe": true, "object": true}

// textOfHTML is what a reader would see, a line per block, with "> " before
// the lines of a block quote so that quoted mail is recognised in it.
func textOfHTML(src string) string {
	var t textBuilder
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return t.String()
		case html.TextToken:
			t.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			t.open(string(name))
		case html.EndTagToken:
			name, _ := z.TagName()
			t.close(string(name))
		}
	}
}

type textBuilder struct {
	out    strings.Builder
	line   strings.Builder
	hidden string // the hidden element we are inside of
	quote  int
	blank  int
}

func (t *textBuilder) open(name string) {
	switch {
	case t.hidden != "":
		return
	case name == "body":
		t.hidden = ""
	case htmlHidden[name]:
		t.hidden = name
	case name == "td", name == "th":
		t.text(" ")
	}
	if htmlBlock[name] {
		t.newline()
	}
	if name == "blockquote" && t.quote < 9 {
		t.quote++
	}
}

func (t *textBuilder) close(name string) {
	if t.hidden != "" {
		if name == t.hidden {
			t.hidden = ""
		}
		return
	}
	if htmlBlock[name] && name != "br" {
		t.newline()
	}
	if name == "blockquote" && t.quote > 0 {
		t.quote--
	}
}

func (t *textBuilder) text(s string) {
	if t.hidden == "" {
		t.line.WriteString(html.UnescapeString(s))
	}
}

// newline ends the line; more than one empty line in a row is dropped.
func (t *textBuilder) newline() {
	line := strings.Join(strings.Fields(t.line.String()), " ")
	t.line.Reset()
	if line == "" {
		t.blank++
		if t.blank > 1 || t.out.Len() == 0 {
			return
		}
	} else {
		t.blank = 0
		if t.quote > 0 {
			t.out.WriteString(strings.Repeat("> ", t.quote))
		}
	}
	t.out.WriteString(line + "\n")
}

func (t *textBuilder) String() string {
	t.newline()
	return strings.TrimSpace(t.out.String())
}

// htmlOfText shows plain text beside parts that came as HTML.
func htmlOfText(text string) string {
	var b strings.Builder
	for _, para := range strings.Split(strings.TrimSpace(text), "\n\n") {
		b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(para), "\n", "<br>\n") + "</p>\n")
	}
	return b.String()
}

var metaCharset = regexp.MustCompile(`(?i)<meta[^>]+charset\s*=\s*["']?([a-z0-9_:-]+)`)

// charsetInHTML finds the charset an HTML page names for itself.
func charsetInHTML(b []byte) string {
	if m := metaCharset.FindSubmatch(b[:min(len(b), 2048)]); m != nil {
		return string(m[1])
	}
	return ""
}
