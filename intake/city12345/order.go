package city12345

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"hotline/intake"
	"hotline/intake/intakedb"
	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// Bounds of a ticket's short fields, in runes (intake checks them).
const (
	maxTitle     = 200
	maxStatement = intake.MaxStatement
)

// SourceOf is the name under which a platform's orders are submissions; a push
// and a sheet share it, so that the same order by both ways is one ticket.
func SourceOf(platform string) string { return "city12345:" + platform }

// Incoming is an order on its way to intake.Desk: the submission and the row of
// the orders table that goes with it.
type Incoming struct {
	Submission intake.Submission
	Order      intakedb.Order
	Codes      OrderCodes
}

// Incoming turns an order of a platform into a submission of the channel. Its
// raw content is the order in canonical form: the envelope, with its event id,
// says nothing about whether two orders are the same. A kind nobody knows is a
// complaint, which no rule dispatches without a person.
func (c Codes) Incoming(platform, channel string, o Order, desk int) (Incoming, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return Incoming{}, fmt.Errorf("order: %w", err)
	}
	m := c.MapOrder(o)
	codes, err := keptCodes(o, m)
	if err != nil {
		return Incoming{}, err
	}
	s := intake.Submission{
		Channel: channel, Source: SourceOf(platform), SourceID: o.OrderNo, Raw: raw,
		Kind: m.Kind.Ours, Urgency: m.Urgency.Ours, Category: m.Category.Ours, Region: region(o, m),
		Title: clip(o.Title, maxTitle), Statement: statement(o), Place: clip(o.Address, maxTitle),
		Secrecy: tickets.OpenSecrecy, Track: tickets.TrackOrder, Anonymous: o.Anonymous, People: 1,
		ReceivedAt: o.DispatchedAt, Printed: o.HandleBy, Platform: platform, Desk: desk, Lenient: true,
		Complainants: caller(o), Files: files(o.Attachments),
	}
	if s.Kind == "" {
		s.Kind = tickets.Complaint
	}
	if o.Confidential {
		s.Secrecy = tickets.Confidential
		veil(&s, known(o))
	}
	row := intakedb.Order{Platform: platform, OrderNo: o.OrderNo, CityNo: o.CityNo, UnitText: o.Unit, SignBy: maybe(o.SignBy), HandleBy: maybe(o.HandleBy), Codes: codes}
	s.Also = []ticketdb.Stmt{intakedb.OrderStmt(row)}
	return Incoming{s, row, m}, nil
}

// veil hides traces of the caller wherever the handling unit would read them;
// the statement itself is sealed by ticketdb. The order as it came stays sealed too.
func veil(s *intake.Submission, known []string) {
	s.Title, s.Place = veiled(s.Title, known), veiled(s.Place, known)
	for i := range s.Files {
		s.Files[i].Name = veiled(s.Files[i].Name, known)
	}
}

func veiled(text string, known []string) string {
	return vault.Redact(text, vault.Lint(text, known...))
}

// known are the words that point at the caller of an order.
func known(o Order) []string {
	return []string{o.CallerName, o.CallerPhone, o.ContactPhone}
}

// region keeps the platform's finer code where the table knows its county.
func region(o Order, m OrderCodes) string {
	key := squeeze(o.RegionCode)
	if (len(key) == 9 || len(key) == 12) && m.Region.Ours == key[:6] {
		return key
	}
	return m.Region.Ours
}

// statement is what the caller wants, and what did not fit elsewhere.
func statement(o Order) string {
	parts := []string{o.Content}
	if utf8.RuneCountInString(o.Title) > maxTitle {
		parts = append(parts, "标题："+o.Title)
	}
	if utf8.RuneCountInString(o.Address) > maxTitle {
		parts = append(parts, "地址："+o.Address)
	}
	if o.Remark != "" {
		parts = append(parts, "备注："+o.Remark)
	}
	return strings.Join(parts, "\n")
}

// caller is the person behind the order, to be answered at the contact number.
func caller(o Order) []ticketdb.Complainant {
	p := ticketdb.Complainant{Role: "caller", Name: clip(o.CallerName, maxTitle), Phone: o.ContactPhone}
	if p.Phone == "" {
		p.Phone = o.CallerPhone
	}
	p.Phone = clip(p.Phone, maxTitle)
	if o.Anonymous && p.Name == "匿名" {
		p.Name = ""
	}
	if p.Name == "" && p.Phone == "" {
		return nil
	}
	return []ticketdb.Complainant{p}
}

// files are fetched later, from the platform's own host only.
func files(list []Attachment) []ticketdb.File {
	out := make([]ticketdb.File, len(list))
	for i, a := range list {
		out[i] = ticketdb.File{Name: a.Name, URL: a.URL, SHA256: digest(a.SHA256)}
	}
	return out
}

// digest reads a SHA-256; a malformed one is as good as none.
func digest(text string) []byte {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != 32 {
		return nil
	}
	return b
}

// keptCodes are the platform's own codes, for a person to see beside ours.
func keptCodes(o Order, m OrderCodes) (json.RawMessage, error) {
	kept := map[string]any{}
	for name, text := range map[string]string{
		"kind": o.Kind, "urgency": o.Urgency, "category_code": o.CategoryCode, "category_name": o.CategoryName, "region_code": o.RegionCode, "source": o.Source,
	} {
		if text != "" {
			kept[name] = text
		}
	}
	if len(m.Unknown) > 0 {
		kept["unknown"] = m.Unknown
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("order codes: %w", err)
	}
	return b, nil
}

func maybe(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// clip shortens a text to at most n runes; the whole one stays in the stored
// submission.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return string(r[:n-1]) + "…"
}
