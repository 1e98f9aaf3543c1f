package mail

import (
	"errors"
	netmail "net/mail"
	"slices"
	"strings"
	"time"

	"github.com/microcosm-cc/bluemonday"
)

// ErrUnreadable means that the bytes are no letter at all: empty, or without a
// single header line. The message is kept and shown to a person.
var ErrUnreadable = errors.New("not a readable message")

// Parser reads raw messages. It holds only the HTML policy and may be used by
// any number of goroutines.
type Parser struct {
	policy *bluemonday.Policy
}

// NewParser returns a ready parser.
func NewParser() *Parser {
	return &Parser{policy: newPolicy()}
}

// Parse reads a raw RFC 5322 message. It returns a Message whatever the bytes
// are; what could not be read is kept as an attachment and named in Defects.
// The only error is ErrUnreadable, and the Message then holds the raw bytes as
// its one attachment.
func (p *Parser) Parse(raw []byte) (m *Message, err error) {
	defer func() {
		// The HTML libraries below read what strangers wrote. A fault in them
		// must cost one letter its reading, not the desk its mail.
		if r := recover(); r != nil {
			m, err = unreadable(raw), ErrUnreadable
		}
	}()
	h, body := splitHeader(raw)
	if len(h.fields) == 0 {
		return unreadable(raw), ErrUnreadable
	}
	m = &Message{RawSHA256: hexDigest(raw)}
	m.readHeader(h)
	w := walker{m: m, policy: p.policy}
	c := w.part(h, body, 0)
	m.Text, m.QuotedTail = splitQuoted(c.text)
	m.HTMLSanitised = strings.TrimSpace(c.html)
	m.findBounce(h, body)
	m.BodyHash = m.bodyHash(c.text)
	return m, nil
}

func unreadable(raw []byte) *Message {
	m := &Message{RawSHA256: hexDigest(raw), Defects: []string{"unreadable"}}
	if len(raw) > 0 {
		m.attach(Attachment{Name: "message.eml", Broken: "message"}, raw)
	}
	m.BodyHash = m.RawSHA256
	return m
}

func (m *Message) readHeader(h header) {
	if ids := messageIDs(h.get("message-id")); len(ids) > 0 {
		m.MessageID = ids[0]
	}
	m.InReplyTo = messageIDs(h.get("in-reply-to"))
	m.References = messageIDs(h.get("references"))
	m.readPeople(h)
	m.Subject = h.text("subject")
	m.Date = parseDate(h.get("date"))
	if m.Date.IsZero() && h.has("date") {
		m.defect("date")
	}
	if h.broken {
		m.defect("header line")
	}
	m.readLoopMarks(h)
	for _, v := range h.all("authentication-results") {
		m.Authentication = append(m.Authentication, cleanLine(rawText(v)))
	}
}

func (m *Message) readPeople(h header) {
	for _, key := range []string{"from", "sender"} {
		if list := parseAddresses(h.get(key)); len(list) > 0 && m.From.Addr == "" {
			m.From = list[0]
		}
	}
	m.ReplyTo = parseAddresses(h.get("reply-to"))
	for _, v := range h.all("to") {
		m.To = append(m.To, parseAddresses(v)...)
	}
	for _, v := range h.all("cc") {
		m.Cc = append(m.Cc, parseAddresses(v)...)
	}
	for _, key := range []string{"delivered-to", "x-original-to", "envelope-to", "x-envelope-to"} {
		for _, v := range h.all(key) {
			for _, a := range parseAddresses(v) {
				m.DeliveredTo = append(m.DeliveredTo, a.Addr)
			}
		}
	}
}

// readLoopMarks reads what tells a machine's mail from a person's: RFC 3834,
// the empty Return-Path of RFC 5321, Precedence, and the vendors' own fields.
func (m *Message) readLoopMarks(h header) {
	m.AutoSubmitted, _ = parseParams(h.get("auto-submitted"))
	m.AutoSubmitted, _, _ = strings.Cut(m.AutoSubmitted, " ")
	m.AutoSubmitted = cleanLine(m.AutoSubmitted)
	m.NullReturnPath = strings.ReplaceAll(h.get("return-path"), " ", "") == "<>"
	m.Precedence = strings.ToLower(h.text("precedence"))
	for _, key := range []string{"x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-mailer-autoreply"} {
		if v := strings.ToLower(h.get(key)); h.has(key) && v != "no" && v != "none" {
			m.AutoReplyHeader = true
		}
	}
	suppress := strings.ToLower(h.get("x-auto-response-suppress"))
	m.SuppressReply = suppress != "" && suppress != "none"
	m.ListID = h.text("list-id")
	m.OwnMark = h.text("x-hotline")
}

var dateLayouts = []string{
	"2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05Z07:00",
	"Mon, 2 Jan 2006 15:04:05 MST", "Mon Jan 2 15:04:05 2006 -0700",
	"2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04 -0700",
}

// parseDate reads a Date header; zero when it cannot. A date without a zone is
// refused rather than guessed.
func parseDate(raw string) time.Time {
	raw = strings.TrimSpace(raw)
	if t, err := netmail.ParseDate(raw); err == nil {
		return t
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, raw); err == nil {
			return t
		}
	}
	return time.Time{}
}

// bodyHash covers what makes the letter this letter and nothing that changes
// on the way, such as Received lines.
func (m *Message) bodyHash(text string) string {
	date := ""
	if !m.Date.IsZero() {
		date = m.Date.UTC().Format(time.RFC3339)
	}
	parts := []string{strings.ToLower(m.From.Addr), date, m.Subject, text}
	for _, a := range m.Attachments {
		parts = append(parts, a.Name, a.SHA256)
	}
	return hexDigest([]byte(strings.Join(parts, "\x00")))
}

func (m *Message) defect(word string) {
	if !slices.Contains(m.Defects, word) {
		m.Defects = append(m.Defects, word)
	}
}
