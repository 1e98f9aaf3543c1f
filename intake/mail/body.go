package mail

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	"github.com/microcosm-cc/bluemonday"
)

// Limits on what a letter may make us do. What lies beyond is kept as one
// attachment, unread.
const (
	maxDepth = 20
	maxParts = 1000
)

// walker reads the parts of one message into its text and attachments.
type walker struct {
	m      *Message
	policy *bluemonday.Policy
	parts  int
}

// content is the readable part of a branch of the message.
type content struct {
	text string
	html string // sanitised
}

func (w *walker) part(h header, body []byte, depth int) content {
	w.parts++
	declared, params := parseParams(h.get("content-type"))
	if declared == "" {
		declared = "text/plain"
	}
	if strings.HasPrefix(declared, "multipart/") {
		return w.multipart(h, body, declared, params, depth)
	}
	disposition, dparams := parseParams(h.get("content-disposition"))
	decoded, flaw := decodeTransfer(h.get("content-transfer-encoding"), body)
	a := Attachment{
		Name:      fileName(firstOf(dparams["filename"], params["name"])),
		Declared:  cleanLine(declared),
		ContentID: strings.Trim(h.text("content-id"), "<>"),
		Inline:    disposition != "attachment",
		Broken:    flaw,
	}
	if flaw != "" {
		w.m.defect(flaw)
	}
	if w.readable(declared, disposition, a.Name) {
		return w.text(a, declared, params["charset"], decoded)
	}
	w.m.attach(a, decoded)
	return content{}
}

func (w *walker) readable(declared, disposition, name string) bool {
	return (declared == "text/plain" || declared == "text/html" || declared == "text") &&
		disposition != "attachment" && name == ""
}

// text decodes a text part. Damaged or undecodable bytes stay beside the text
// as an attachment, except for careless quoted-printable, which loses nothing.
func (w *walker) text(a Attachment, declared, charset string, b []byte) content {
	if declared == "text/html" && charset == "" {
		charset = charsetInHTML(b)
	}
	s, known := decodeCharset(charset, b)
	if !known {
		w.m.defect("charset")
		a.Broken = "charset"
	}
	if a.Broken != "" && a.Broken != "quoted-printable" {
		w.m.attach(a, b)
	}
	if declared != "text/html" {
		return content{text: strings.TrimSpace(cleanText(s))}
	}
	s = cleanText(s)
	return content{text: textOfHTML(s), html: w.policy.Sanitize(s)}
}

func (w *walker) multipart(h header, body []byte, declared string, params map[string]string, depth int) content {
	if depth == 0 && declared == "multipart/report" {
		w.m.ReportType = strings.ToLower(params["report-type"])
	}
	parts, closed := splitMultipart(body, params["boundary"])
	if len(parts) == 0 && len(bytes.TrimSpace(body)) == 0 {
		return content{}
	}
	if len(parts) == 0 || depth >= maxDepth || w.parts+len(parts) > maxParts {
		w.m.defect("multipart")
		w.m.attach(Attachment{Name: "unread-part.eml", Declared: declared, Broken: "multipart"}, body)
		if depth > 0 || len(parts) > 0 {
			return content{}
		}
		s, _ := decodeCharset("", body)
		return content{text: strings.TrimSpace(cleanText(s))}
	}
	if !closed {
		w.m.defect("multipart")
	}
	var branches []content
	for _, p := range parts {
		ph, pb := splitHeader(p)
		if ph.broken {
			w.m.defect("part header")
		}
		branches = append(branches, w.part(ph, pb, depth+1))
	}
	if declared == "multipart/alternative" {
		return pickAlternative(branches)
	}
	return joinMixed(branches)
}

// pickAlternative takes the plain text and, for display, the last HTML. Some
// programs send an empty plain part; then the HTML's own text counts.
func pickAlternative(branches []content) content {
	var out content
	for _, c := range branches {
		if c.html != "" {
			out.html = c.html
		}
		if out.text == "" || (c.html == "" && c.text != "") {
			out.text = firstOf(c.text, out.text)
		}
	}
	return out
}

// joinMixed puts the texts one below the other. If any of them is HTML, the
// plain ones are shown as HTML too, or they would not be seen.
func joinMixed(branches []content) content {
	var out content
	for _, c := range branches {
		if c.text != "" {
			out.text = strings.TrimSpace(out.text + "\n\n" + c.text)
		}
		if c.html != "" {
			out.html = "yes"
		}
	}
	if out.html == "" {
		return out
	}
	out.html = ""
	for _, c := range branches {
		switch {
		case c.html != "":
			out.html += c.html + "\n"
		case c.text != "":
			out.html += htmlOfText(c.text)
		}
	}
	return out
}

// attach adds a file under the type its content shows.
func (m *Message) attach(a Attachment, b []byte) {
	kind := mimetype.Detect(b)
	a.ContentType, _, _ = strings.Cut(kind.String(), ";")
	a.Size = int64(len(b))
	a.SHA256 = hexDigest(b)
	a.Bytes = b
	if a.Name == "" {
		a.Name = fmt.Sprintf("attachment-%d%s", len(m.Attachments)+1, extension(a.Declared, kind.Extension()))
	}
	m.Attachments = append(m.Attachments, a)
}

// extension names a file nobody named.
func extension(declared, found string) string {
	switch declared {
	case "text/calendar":
		return ".ics"
	case "message/rfc822", "message/global":
		return ".eml"
	}
	return found
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
