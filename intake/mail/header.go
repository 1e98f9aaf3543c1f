package mail

import (
	"bytes"
	"strings"
)

// header is a block of fields in the order received. It is read here and not
// by a library because one malformed line must not cost the whole letter.
type header struct {
	fields []field
	// broken is true when some line was no field.
	broken bool
}

type field struct {
	key   string // lower case
	value []byte // unfolded, raw
}

// maxHeader bounds the block that is searched for fields; a longer one is cut
// there and the rest read as body.
const maxHeader = 1 << 20

// splitHeader parts a message or a MIME part into its fields and its body.
func splitHeader(raw []byte) (header, []byte) {
	var h header
	rest := raw
	for len(rest) > 0 && len(raw)-len(rest) < maxHeader {
		line, after := cutLine(rest)
		if len(line) == 0 {
			return h, after
		}
		rest = after
		h.line(line, len(h.fields) == 0)
	}
	return h, rest
}

// line adds one line of the block: a field, the continuation of one, or a
// defect. The mbox "From " line is tolerated at the top.
func (h *header) line(line []byte, first bool) {
	if (line[0] == ' ' || line[0] == '\t') && !first {
		last := &h.fields[len(h.fields)-1]
		last.value = append(append(last.value, ' '), bytes.TrimSpace(line)...)
		return
	}
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 || !fieldName(bytes.TrimRight(line[:colon], " \t")) {
		if !(first && bytes.HasPrefix(line, []byte("From "))) {
			h.broken = true
		}
		return
	}
	key := strings.ToLower(strings.TrimRight(string(line[:colon]), " \t"))
	h.fields = append(h.fields, field{key, bytes.Clone(bytes.TrimSpace(line[colon+1:]))})
}

func fieldName(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 127 {
			return false
		}
	}
	return len(b) > 0
}

// cutLine returns the first line without its ending, and what follows.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.TrimSuffix(b, []byte("\r")), nil
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), b[i+1:]
}

// get returns the first field of that lower-case name, raw.
func (h header) get(key string) string {
	for _, f := range h.fields {
		if f.key == key {
			return string(f.value)
		}
	}
	return ""
}

func (h header) has(key string) bool {
	for _, f := range h.fields {
		if f.key == key {
			return true
		}
	}
	return false
}

// all returns every field of that name, raw, in order.
func (h header) all(key string) []string {
	var out []string
	for _, f := range h.fields {
		if f.key == key {
			out = append(out, string(f.value))
		}
	}
	return out
}

// text returns a field decoded for people.
func (h header) text(key string) string {
	return cleanLine(decodeWords(h.get(key)))
}
