// Package intake is every way in. Accept is the one door: what arrives is stored
// exactly as it came, checked, and becomes a ticket, in one transaction; the same
// submission twice gives the same ticket. Each channel has its folder, its
// endpoint or poller, and nothing else opens tickets.
package intake

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// ErrConflict: the same source and source id came before with another content.
var ErrConflict = ticketdb.ErrConflict

// Limits of what a person may type, in runes.
const (
	MaxStatement = 20000
	maxShort     = 200
	maxPeople    = 200
	// maxSpeakers is how many representatives a joint letter has at most
	// (信访工作条例 §20).
	maxSpeakers = 5
)

// Submission is a contact on its way to becoming a ticket.
type Submission struct {
	Channel, Source, SourceID                 string
	Raw                                       []byte
	Kind, Region, Place, Title, Statement     string
	Category, Urgency, Secrecy, Track, Naming string
	Anonymous                                 bool
	Complainants                              []ticketdb.Complainant
	Accused                                   []tickets.Accused
	Respondents                               []int
	People                                    int
	ReceivedAt                                time.Time // zero: now
	Answer                                    string    // answered at once
	Platform                                  string
	Printed                                   time.Time
	Files                                     []ticketdb.File
	Desk                                      int // zero: the caller's unit
	Also                                      []ticketdb.Stmt
	Jobs                                      []string
	Brief                                     string
	// Lenient channels (mail, orders) keep what a person would be asked to
	// correct: an unknown region or category is left empty for the desk to see.
	Lenient bool
}

// Desk accepts submissions.
type Desk struct {
	tickets *ticketdb.DB
}

// NewDesk returns the desk that writes to db.
func NewDesk(db *ticketdb.DB) *Desk { return &Desk{tickets: db} }

// Tickets is where the desk writes.
func (d *Desk) Tickets() *ticketdb.DB { return d.tickets }

// Accept checks a submission and registers it. It answers only after commit.
// Errors: tickets.Invalid naming fields, ErrConflict, pg.ErrNoSession.
func (d *Desk) Accept(ctx context.Context, caller pg.Caller, s Submission) (ticketdb.Opened, error) {
	n, bad := d.check(s)
	if !caller.IsMachine() && !s.ReceivedAt.IsZero() {
		n.Provenance = "typed" // whatever channel a person names, the time is his word
	}
	if len(bad) > 0 {
		return ticketdb.Opened{}, bad
	}
	o, err := d.tickets.Open(ctx, caller, n)
	if err != nil {
		return o, err
	}
	if s.Answer == "" || o.Duplicate {
		return o, nil
	}
	values := tickets.Values{"public_text": s.Answer}
	if n.Kind == tickets.Suggestion {
		values["adoption"] = "adopted"
	}
	v, err := d.tickets.Act(ctx, caller, o.Number, 0, tickets.ActAnswer, values)
	if err != nil {
		return o, fmt.Errorf("answer at once: %w", err)
	}
	if v != nil {
		o.Status = v.Status
	}
	return o, nil
}

type checking struct {
	s          *Submission
	bad        tickets.Invalid
	tree       *units.Tree
	categories *tickets.CategoryTree
}

func (c *checking) no(field, zh, en string) {
	c.bad = append(c.bad, tickets.Problem{Field: field, ZH: zh, EN: en})
}

// check reads a submission into a ticket, or says what is wrong with it.
func (d *Desk) check(s Submission) (ticketdb.NewTicket, tickets.Invalid) {
	c := &checking{s: &s, tree: d.tickets.Tree(), categories: d.tickets.Categories()}
	channel, ok := ChannelOf(s.Channel)
	if !ok {
		c.no("channel", "没有这种来源", "no such channel")
	}
	if s.Track == "" {
		s.Track = channel.Track
	}
	c.words()
	c.texts()
	c.people()
	c.against()
	c.times(d.tickets.Now())
	c.answer()
	s.veil()
	n := ticketdb.NewTicket{
		Kind: s.Kind, Track: s.Track, Channel: s.Channel, Naming: c.naming(), Secrecy: s.Secrecy, Urgency: s.Urgency, Category: s.Category,
		Region: s.Region, Place: s.Place, Title: s.Title, Statement: s.Statement, Brief: s.Brief, People: s.People, Desk: s.Desk, ReceivedAt: s.ReceivedAt,
		Complainants: s.Complainants, Accused: s.Accused, Respondents: s.Respondents, Files: s.Files, Printed: s.Printed,
		Source: s.Source, SourceID: s.SourceID, Raw: s.Raw, Platform: s.Platform, Provenance: channel.Provenance, Also: s.Also, Jobs: s.Jobs,
	}
	if s.ReceivedAt.IsZero() {
		n.Provenance = "machine"
	}
	return n, c.bad
}

// words checks the vocabulary fields.
func (c *checking) words() {
	s := c.s
	if s.Urgency == "" {
		s.Urgency = tickets.Normal
	}
	if s.Secrecy == "" {
		s.Secrecy = tickets.OpenSecrecy
	}
	for _, x := range []struct {
		field, value string
		words        tickets.Words
	}{{"kind", s.Kind, tickets.Kinds}, {"urgency", s.Urgency, tickets.Urgencies}, {"secrecy", s.Secrecy, tickets.Secrecies}, {"track", s.Track, tickets.Tracks}} {
		if !x.words.Has(x.value) {
			c.no(x.field, "取值不正确", "not one of the allowed values")
		}
	}
	if s.Region != "" && !c.known(s.Region) {
		if s.Lenient {
			s.Region = ""
		} else {
			c.no("region", "没有这个区划", "no such region")
		}
	}
	if s.Category != "" && !c.categories.Usable(s.Category) {
		if s.Lenient {
			s.Category = ""
		} else {
			c.no("category", "没有这个类别", "no such category")
		}
	}
}

// known tells whether a region is one of the city's: a unit below the city serves
// it, or it is the city itself.
func (c *checking) known(region string) bool {
	u := c.tree.ByRegion(region)
	return regionCode(region) && u != nil && (u.Kind != units.City || u.Region == region)
}

func regionCode(s string) bool {
	if len(s) != 6 && len(s) != 9 && len(s) != 12 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// texts checks what is typed freely; nothing is cut silently.
func (c *checking) texts() {
	s := c.s
	s.Statement, s.Title, s.Place = strings.TrimSpace(s.Statement), strings.TrimSpace(s.Title), strings.TrimSpace(s.Place)
	if s.Statement == "" {
		c.no("statement", "请填写诉求内容", "fill in the statement")
	}
	for _, x := range []struct {
		field, value string
		max          int
	}{{"statement", s.Statement, MaxStatement}, {"title", s.Title, maxShort}, {"place", s.Place, maxShort}, {"answer", s.Answer, 10000}} {
		c.text(x.field, x.value, x.max)
	}
}

func (c *checking) text(field, value string, most int) {
	switch {
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		c.no(field, "含有无法识别的字符", "is not valid text")
	case utf8.RuneCountInString(value) > most:
		c.no(field, fmt.Sprintf("最多 %d 字", most), fmt.Sprintf("at most %d characters", most))
	}
}

// people checks the complainants; their numbers must be real ones, since a
// reply will be sent there.
func (c *checking) people() {
	s := c.s
	if len(s.Complainants) > maxPeople {
		c.no("complainants", "人数过多", "too many")
		return
	}
	if s.People < 0 || s.People > 100000 {
		c.no("people", "人数不正确", "not a number of people")
	}
	if s.People > 0 {
		s.People = max(s.People, s.named())
	}
	if s.with("representative") > maxSpeakers && !s.Lenient {
		c.no("complainants", "代表最多 5 人（信访工作条例第二十条）", "at most five representatives")
	}
	for i, p := range s.Complainants {
		at := fmt.Sprintf("complainants[%d].", i)
		if p.Role != "" && !tickets.ComplainantRoles.Has(p.Role) {
			c.no(at+"role", "身份不正确", "not a role")
		}
		for _, x := range []struct{ field, value string }{{"name", p.Name}, {"phone", p.Phone}, {"address", p.Address}, {"mail", p.Mail}} {
			c.text(at+x.field, x.value, maxShort)
		}
		if s.Lenient {
			continue
		}
		if p.Phone != "" {
			if _, err := vault.NormalisePhone(p.Phone); err != nil && !errors.Is(err, vault.ErrHiddenNumber) {
				c.no(at+"phone", "电话号码不正确", "not a phone number")
			}
		}
		if p.IDNo != "" {
			if _, err := vault.ParseCitizenID(p.IDNo); err != nil {
				c.no(at+"id_no", "身份证号不正确", "not a citizen id")
			}
		}
		if p.Mail != "" && (!strings.Contains(p.Mail, "@") || strings.ContainsAny(p.Mail, " \r\n<>")) {
			c.no(at+"mail", "电子邮箱不正确", "not an e-mail address")
		}
	}
}

// against checks who is accused or disputed.
func (c *checking) against() {
	for i, a := range c.s.Accused {
		at := fmt.Sprintf("accused[%d].", i)
		c.text(at+"person", a.Person, maxShort)
		c.text(at+"post", a.Post, maxShort)
		if a.Unit == 0 && strings.TrimSpace(a.Person) == "" {
			c.no(at+"person", "请填写被举报人或单位", "name the accused person or unit")
		}
		if a.Unit != 0 && c.tree.Find(a.Unit) == nil {
			c.no(at+"unit", "没有这个单位", "no such unit")
		}
	}
	for i, u := range c.s.Respondents {
		if c.tree.Find(u) == nil {
			c.no(fmt.Sprintf("respondents[%d].unit", i), "没有这个单位", "no such unit")
		}
	}
}

func (c *checking) times(now time.Time) {
	at := c.s.ReceivedAt
	switch {
	case at.IsZero():
	case at.After(now.Add(2 * time.Minute)):
		if c.s.Lenient {
			c.s.ReceivedAt = now
			return
		}
		c.no("received_at", "收到时间不能晚于现在", "received in the future")
	case at.Before(now.AddDate(-10, 0, 0)):
		c.no("received_at", "收到时间过早", "too long ago")
	}
}

// answer: only what may be closed at the desk is answered at once.
func (c *checking) answer() {
	if c.s.Answer == "" {
		return
	}
	if len(c.s.Accused) > 0 {
		c.no("answer", "涉及被举报对象，不能即时答复", "somebody is accused: it is not answered at once")
	}
	switch c.s.Kind {
	case tickets.Inquiry, tickets.Praise, tickets.Suggestion:
	default:
		c.no("answer", "只有咨询、建议、表扬可以即时答复", "only an inquiry, suggestion or praise is answered at once")
	}
}

// naming: named is a name with a way to reach the person (facts: a real-name
// report), until a logged check fails; many signers, or representatives of many,
// are a joint letter. Whoever benefits without having come does not count.
func (c *checking) naming() string {
	s := c.s
	if s.Naming != "" && tickets.Namings.Has(s.Naming) {
		return s.Naming
	}
	if s.Anonymous || s.named() == 0 {
		return tickets.Anonymous
	}
	speakers := s.with("representative")
	if s.with("signer")+speakers > 1 || speakers > 0 && s.People > 1 {
		return tickets.Joint
	}
	naming := tickets.Anonymous
	for _, p := range s.Complainants {
		if p.Role == "beneficiary" || strings.TrimSpace(p.Name) == "" {
			continue
		}
		if p.Phone != "" || p.Address != "" || p.Mail != "" || p.IDNo != "" {
			return tickets.Named
		}
		naming = tickets.Signed
	}
	return naming
}

// with counts the complainants of a role.
func (s *Submission) with(role string) int {
	n := 0
	for _, p := range s.Complainants {
		if p.Role == role {
			n++
		}
	}
	return n
}

// named is how many complain by name: all but those who only benefit.
func (s *Submission) named() int { return len(s.Complainants) - s.with("beneficiary") }
