// Package paper is the documents of the desk: which kinds there are, who may
// issue them, their texts as templates, their numbers (文号), and the notices
// that other pages prefill. It is pure: ticketdb numbers and stores what it
// composes, web and tickets/paper/docx draw it. A paper is composed once, when
// it is issued, and never holds the complainant's name: that is filled in when
// somebody prints it who may open the contact.
package paper

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"

	"hotline/tickets"
)

// Paper is a document as it was issued. Its JSON is what is stored and what
// Sum is taken of, so fields are only ever added, with omitempty.
type Paper struct {
	Kind          string   `json:"kind"`
	Title         string   `json:"title"`
	Office        string   `json:"office"` // who issues it
	Number        string   `json:"number"` // 文号
	Ticket        string   `json:"ticket,omitempty"`
	ToComplainant bool     `json:"to_complainant,omitempty"`
	Addressee     string   `json:"addressee,omitempty"` // of the others; empty for the house's own forms
	Body          []string `json:"body,omitempty"`      // paragraphs
	Rows          []Line   `json:"rows,omitempty"`      // of a form, before the body
	Ruled         int      `json:"ruled,omitempty"`     // empty lines to write on
	Basis         string   `json:"basis,omitempty"`
	Remedy        string   `json:"remedy,omitempty"`
	Signers       []string `json:"signers,omitempty"` // who signs the paper copy
	Date          string   `json:"date"`              // 2026年11月16日
}

// Line is one row of a form; an empty value is room to write.
type Line struct {
	Label string `json:"label"`
	Value string `json:"value,omitempty"`
	Tall  bool   `json:"tall,omitempty"` // room for several lines
}

// Sum is the digest that the journal keeps of the paper.
func (p Paper) Sum() ([]byte, error) {
	data, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return sum[:], nil
}

// Text is everything that can be read on the paper, line by line, with `to` as
// the addressee of a complainant's paper.
func (p Paper) Text(to string) string {
	lines := []string{p.Office, p.Title, p.Number}
	if a := p.To(to); a != "" {
		lines = append(lines, a+"：")
	}
	for _, r := range p.Rows {
		lines = append(lines, r.Label+"："+r.Value)
	}
	lines = append(lines, p.Body...)
	lines = append(lines, p.BasisLine(), p.Remedy)
	lines = append(lines, p.Signers...)
	lines = append(lines, p.Office, p.Date)
	var out []string
	for _, l := range lines {
		if l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// To is whom the paper is for: its addressee, or what the printer may show of
// the complainant.
func (p Paper) To(complainant string) string {
	if p.ToComplainant {
		return complainant
	}
	return p.Addressee
}

// BasisLine is the legal basis as a sentence, empty where there is none.
func (p Paper) BasisLine() string {
	if p.Basis == "" {
		return ""
	}
	return "依据：" + p.Basis
}

// Blank stands before a mask where the name is filled in by hand.
const Blank = "＿＿＿＿＿＿"

// Draft is what the form of a kind shows before anybody has typed: the values
// of its fields, by name. The body holds 【…】 where a field's own value goes.
func Draft(k Kind, f Facts) tickets.Values {
	facts := k.quiet(f.values(k.To))
	v := tickets.Values{}
	for _, x := range k.Fields {
		if s := strings.Join(fill(strings.Split(x.Default, "\n"), facts), "\n"); s != "" {
			v[x.Name] = s
		}
	}
	v["body"] = strings.Join(fill(k.Body, facts), "\n")
	if k.Basis != "" {
		v["legal_basis"] = k.basis(f)
	}
	if k.Remedy != nil {
		v["remedy"] = k.Remedy(f)
	}
	if k.To == ToUnit && !k.Bare && f.Ticket.Unit != 0 && f.Ticket.Unit != f.Unit {
		v["unit"] = itoa(f.Ticket.Unit)
	}
	for name, s := range v {
		if s == "" {
			delete(v, name)
		}
	}
	return v
}

// quiet keeps a fact that happens to hold one of the kind's tokens from being
// read as that token.
func (k Kind) quiet(facts map[string]string) map[string]string {
	var pairs []string
	for _, x := range k.Fields {
		pairs = append(pairs, x.token(), "〖"+x.ZH+"〗")
	}
	r := strings.NewReplacer(pairs...)
	for name, s := range facts {
		facts[name] = r.Replace(s)
	}
	return facts
}

// Compose makes the paper of what was typed; fields that are absent take the
// draft's value. It returns tickets.Invalid where a field is missing, wrong,
// or holds what no paper may hold.
func Compose(k Kind, f Facts, typed tickets.Values, number string) (Paper, error) {
	v, bad := k.check(f, typed)
	if len(bad) > 0 {
		return Paper{}, bad
	}
	p := Paper{Kind: k.Code, Title: k.ZH, Office: f.Office, Number: number, ToComplainant: k.To == ToComplainant, Signers: k.Signers, Ruled: k.Ruled, Date: Date(f.Now),
		Basis: oneLine(v["legal_basis"]), Remedy: v["remedy"]}
	if !k.Bare {
		p.Ticket = f.Ticket.Number
	}
	switch k.To {
	case ToUnit:
		p.Addressee = f.unitName(v.Int("unit"))
	case ToBody:
		p.Addressee = oneLine(v["addressee"])
	}
	p.Body = k.complete(v)
	facts := f.values(k.To)
	for _, r := range k.Rows {
		value := ""
		if r.Field != "" {
			value = v[r.Field]
		} else {
			value = strings.Join(fill([]string{r.Value}, facts), "\n")
		}
		p.Rows = append(p.Rows, Line{r.Label, value, r.Tall})
	}
	return p, nil
}

// complete puts the fields' values into the body. A paragraph that names an
// optional field nobody filled in is dropped.
func (k Kind) complete(v tickets.Values) []string {
	var pairs []string
	var empty []string
	for _, x := range k.Fields {
		token := x.token()
		value := v[x.Name]
		if x.Type == tickets.TypeTime && value != "" {
			at, err := tickets.ParseTime(value)
			if err == nil {
				value = Date(at)
			}
		}
		if value == "" {
			empty = append(empty, token)
			continue
		}
		pairs = append(pairs, token, value)
	}
	one := strings.NewReplacer(pairs...) // a single pass: what was typed is never read as a token
	var out []string
	for _, paragraph := range strings.Split(v["body"], "\n") {
		if containsAny(paragraph, empty) {
			continue
		}
		for _, line := range strings.Split(one.Replace(paragraph), "\n") {
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, line)
			}
		}
	}
	return out
}

func containsAny(s string, list []string) bool {
	for _, x := range list {
		if strings.Contains(s, x) {
			return true
		}
	}
	return false
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\n", " ")), " ")
}

// zone is the city's time.
var zone = time.FixedZone("Asia/Shanghai", 8*3600)

// Date is a day as documents write it.
func Date(t time.Time) string { return t.In(zone).Format("2006年1月2日") }

// lastDay is the day that a due time ends: midnight ends the day before.
func lastDay(t time.Time) string { return Date(t.Add(-time.Minute)) }
