package city12345

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of one message. Ids are key columns; more than maxAttachments files
// or maxFieldErrors errors in one message are nobody's honest work.
const (
	maxID          = 128
	maxAttachments = 50
	maxFieldErrors = 50
)

// reader takes fields out of one JSON object and notes what is wrong. Readers
// of nested objects share the problem list of the message.
type reader struct {
	fields   map[string]json.RawMessage
	path     string
	used     map[string]bool
	problems *problems
}

// problems collects what a whole message has wrong, and what nobody read.
type problems struct {
	errors  []FieldError
	unknown []string
}

// add notes an error unless there are already more than a person would read.
func (p *problems) add(field, message string) {
	if len(p.errors) < maxFieldErrors {
		p.errors = append(p.errors, FieldError{field, message})
	}
}

// openObject starts reading raw, which must be a JSON object.
func openObject(raw []byte, path string, p *problems) (*reader, bool) {
	r := &reader{path: path, used: map[string]bool{}, problems: p}
	if err := json.Unmarshal(raw, &r.fields); err != nil || r.fields == nil {
		p.add(strings.TrimSuffix(path, "."), "应为 JSON 对象")
		return nil, false
	}
	return r, true
}

// done notes the fields nobody asked for, in a stable order.
func (r *reader) done() {
	for name := range r.fields {
		if !r.used[name] && len(r.problems.unknown) < maxFieldErrors {
			r.problems.unknown = append(r.problems.unknown, r.path+name)
		}
	}
	sort.Strings(r.problems.unknown)
}

// take returns the first of the names that is present and not null.
func (r *reader) take(names ...string) (name string, raw json.RawMessage, ok bool) {
	for _, n := range names {
		r.used[n] = true
	}
	for _, n := range names {
		raw := r.fields[n]
		if len(raw) > 0 && !bytes.Equal(raw, []byte("null")) {
			return n, raw, true
		}
	}
	return names[0], nil, false
}

func (r *reader) fail(name, message string) { r.problems.add(r.path+name, message) }

// text reads a string, trimmed. A NUL cannot be stored and is an error.
func (r *reader) text(names ...string) string {
	name, raw, ok := r.take(names...)
	if !ok {
		return ""
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		r.fail(name, "应为文本")
		return ""
	}
	if strings.ContainsRune(s, 0) {
		r.fail(name, "含有不能保存的空字符")
		return ""
	}
	return strings.TrimSpace(s)
}

// id reads a required identifier of at most maxID bytes.
func (r *reader) id(name string) string {
	before := len(r.problems.errors)
	s := r.text(name)
	switch {
	case len(r.problems.errors) > before:
	case s == "":
		r.fail(name, "缺少")
	case len(s) > maxID:
		r.fail(name, fmt.Sprintf("超过 %d 字节", maxID))
		return ""
	}
	return s
}

// code reads a code: a string, or a whole number kept as its digits.
func (r *reader) code(name string) string {
	_, raw, ok := r.take(name)
	if ok && isWholeNumber(raw) {
		return string(raw)
	}
	return r.text(name)
}

func isWholeNumber(raw []byte) bool {
	return len(raw) <= 32 && len(bytes.Trim(raw, "0123456789")) == 0
}

func (r *reader) boolean(names ...string) (value, given bool) {
	name, raw, ok := r.take(names...)
	if !ok {
		return false, false
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		r.fail(name, "应为 true 或 false")
		return false, true
	}
	return value, true
}

func (r *reader) number(name string) int64 {
	_, raw, ok := r.take(name)
	if !ok {
		return 0
	}
	var n int64
	if err := json.Unmarshal(raw, &n); err != nil || n < 0 {
		r.fail(name, "应为非负整数")
		return 0
	}
	return n
}

// time reads RFC 3339 with a zone, in a year a person could mean.
func (r *reader) time(name string) time.Time {
	before := len(r.problems.errors)
	s := r.text(name)
	if s == "" || len(r.problems.errors) > before {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		r.fail(name, "时间应为带时区的 RFC 3339，如 2026-11-20T09:12:00+08:00")
		return time.Time{}
	}
	if t.Year() < 2000 || t.Year() > 2100 {
		r.fail(name, "时间不合理")
		return time.Time{}
	}
	return t
}

// object opens a nested object; ok is false if it is absent or no object.
func (r *reader) object(name string) (*reader, bool) {
	_, raw, ok := r.take(name)
	if !ok {
		return nil, false
	}
	return openObject(raw, r.path+name+".", r.problems)
}

func (r *reader) attachments(name string) []Attachment {
	_, raw, ok := r.take(name)
	if !ok {
		return nil
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		r.fail(name, "应为附件列表")
		return nil
	}
	if len(items) > maxAttachments {
		r.fail(name, fmt.Sprintf("附件超过 %d 个", maxAttachments))
		return nil
	}
	var list []Attachment
	for i, item := range items {
		a, ok := openObject(item, fmt.Sprintf("%s%s[%d].", r.path, name, i), r.problems)
		if !ok {
			continue
		}
		list = append(list, Attachment{
			Name: a.text("name"), URL: a.text("url"), SHA256: strings.ToLower(a.text("sha256")), Size: a.number("size"),
		})
		a.done()
	}
	return list
}

// openMessage opens a whole body.
func openMessage(body []byte, p *problems) (*reader, bool) {
	if !utf8.Valid(body) {
		p.add("body", "不是有效的 UTF-8")
		return nil, false
	}
	if !json.Valid(body) {
		p.add("body", "不是有效的 JSON")
		return nil, false
	}
	r, ok := openObject(body, "", p)
	if !ok {
		p.errors = []FieldError{{"body", "应为 JSON 对象"}}
	}
	return r, ok
}
