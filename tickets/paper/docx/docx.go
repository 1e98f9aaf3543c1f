// Package docx writes a document of the desk as a Word file: A4, in the look of
// official papers. It writes the few parts such a file needs itself: the free
// Go libraries for it are either no longer kept, under a licence that binds the
// whole program, or set neither margins nor East Asian fonts.
package docx

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"
	"time"

	"hotline/tickets/paper"
)

// Type is the media type of the file.
const Type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// Write writes the file. The same paper gives the same bytes.
func Write(w io.Writer, p paper.Print) error {
	z := zip.NewWriter(w)
	parts := []struct {
		name string
		body string
	}{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRels},
		{"word/document.xml", body(p)},
		{"word/styles.xml", styles},
		{"word/_rels/document.xml.rels", documentRels(len(p.QR) > 0)},
	}
	if len(p.QR) > 0 {
		parts = append(parts, struct{ name, body string }{"word/media/code.png", string(p.QR)})
	}
	for _, part := range parts {
		f, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return fmt.Errorf("docx: %w", err)
		}
		if _, err := io.WriteString(f, part.body); err != nil {
			return fmt.Errorf("docx: %w", err)
		}
	}
	return z.Close()
}

// body is word/document.xml.
func body(p paper.Print) string {
	var b strings.Builder
	b.WriteString(documentOpen)
	if p.Void {
		b.WriteString(para("void", paper.VoidMark))
	}
	if p.Headed() {
		b.WriteString(para("head", p.Office))
	}
	b.WriteString(para("title", p.Title))
	b.WriteString(para("number", p.Number))
	b.WriteString(para("to", p.Whom()))
	b.WriteString(rows(p.Rows))
	for _, x := range p.Body {
		b.WriteString(para("text", x))
	}
	for range p.Ruled {
		b.WriteString(para("ruled", ""))
	}
	b.WriteString(para("text", p.BasisLine()))
	for _, x := range strings.Split(p.Remedy, "\n") {
		b.WriteString(para("text", x))
	}
	b.WriteString(para("sign", p.Seal()) + para("sign", p.Date))
	b.WriteString(foot(p))
	b.WriteString(documentClose)
	return b.String()
}

// para is one paragraph of a style; an empty one is left out unless it is a
// line to write on.
func para(style, text string) string {
	if text == "" && style != "ruled" {
		return ""
	}
	return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>` + run(text) + `</w:p>`
}

// run is a text with its line breaks.
func run(text string) string {
	var b strings.Builder
	b.WriteString("<w:r>")
	for i, l := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteString("<w:br/>")
		}
		b.WriteString(`<w:t xml:space="preserve">` + escape(l) + `</w:t>`)
	}
	b.WriteString("</w:r>")
	return b.String()
}

// rows is the table of a form.
func rows(list []paper.Line) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(tableOpen)
	for _, r := range list {
		height := 567
		if r.Tall {
			height = 1300
		}
		fmt.Fprintf(&b, `<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="%d"/></w:trPr>%s%s</w:tr>`, height, cell(2200, r.Label), cell(6644, r.Value))
	}
	b.WriteString("</w:tbl>" + `<w:p><w:pPr><w:pStyle w:val="cell"/></w:pPr></w:p>`)
	return b.String()
}

func cell(width int, text string) string {
	return fmt.Sprintf(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="cell"/></w:pPr>%s</w:p></w:tc>`, width, run(text))
}

// foot is who signs, on the left, and the code, on the right.
func foot(p paper.Print) string {
	var left, right strings.Builder
	for _, s := range p.SignLines() {
		left.WriteString(para("signer", s))
	}
	left.WriteString(para("small", p.TicketLine()))
	if left.Len() == 0 {
		left.WriteString(`<w:p/>`)
	}
	if len(p.QR) > 0 {
		right.WriteString(`<w:p><w:pPr><w:pStyle w:val="code"/></w:pPr>` + picture + `</w:p>` + para("code", paper.CodeWords))
	} else {
		right.WriteString(`<w:p/>`)
	}
	return footOpen + left.String() + footMiddle + right.String() + footClose
}

// escape makes a text safe inside an element. What XML does not know becomes
// the replacement character.
func escape(s string) string {
	return escaper.Replace(strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' || r == 0xfffe || r == 0xffff {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
