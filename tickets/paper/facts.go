package paper

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hotline/internal/units"
	"hotline/tickets"
)

// Facts are what a document may know of a ticket. None of them is a
// complainant's name, number or address.
type Facts struct {
	Ticket *tickets.Ticket
	Tree   *units.Tree
	Unit   int    // the unit that issues
	Office string // its name
	Phone  string // its desk's number
	// Redact takes the traces of persons out of words that go to somebody other
	// than who said them; nil takes out none.
	Redact func(string) string
	Now    time.Time
}

// FactsOf gathers the facts for a person of a unit, whose bureau issues.
func FactsOf(t *tickets.Ticket, tree *units.Tree, unit int, redact func(string) string, now time.Time) Facts {
	f := Facts{Ticket: t, Tree: tree, Unit: Issuer(tree, unit), Redact: redact, Now: now}
	f.Office = f.unitName(f.Unit)
	if u := tree.Find(f.Unit); u != nil {
		f.Phone = u.Phone
	}
	return f
}

// Issuer is the unit whose seal a document bears: a section's own bureau.
func Issuer(tree *units.Tree, unit int) int {
	for u := tree.Find(unit); u != nil; u = tree.Parent(u.ID) {
		if u.Kind != units.Section {
			return u.ID
		}
	}
	return unit
}

func (f Facts) unitName(id int) string {
	if f.Tree == nil {
		return ""
	}
	if u := f.Tree.Find(id); u != nil {
		return u.Name
	}
	return ""
}

// above is who reviews what the issuing unit decided.
func (f Facts) above() string {
	if f.Tree != nil {
		if u := f.Tree.Parent(f.Unit); u != nil {
			return u.Name
		}
	}
	return "上一级机关"
}

// words are the complainant's own, as the reader may have them.
func (f Facts) words(s string, to To) string {
	if to != ToComplainant && f.Redact != nil {
		s = f.Redact(s)
	}
	return strings.TrimRight(oneLine(s), "。．.;；，, ")
}

// matter is what it is about, in one short line.
func (f Facts) matter(to To) string {
	s := f.Ticket.Title
	if s == "" {
		s = f.Ticket.Statement
	}
	s = f.words(s, to)
	if r := []rune(s); len(r) > 80 {
		s = string(r[:79]) + "…"
	}
	return s
}

// points are the allegations, numbered; found adds what was found on each.
func (f Facts) points(to To, found bool) string {
	var b strings.Builder
	for i, a := range f.Ticket.Allegations {
		if found && a.Finding == nil {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%d．%s", i+1, f.words(a.Text, to))
		if found {
			b.WriteString("：" + tickets.FindingOutcomes.ZH(a.Finding.Outcome))
		}
		b.WriteString("。")
	}
	return b.String()
}

// reply is the public text in force.
func (f Facts) reply() *tickets.Reply {
	if r := f.Ticket.LastReply(); r != nil {
		return r
	}
	return &tickets.Reply{}
}

// asked is the last request of a kind.
func (f Facts) asked(kind string) string {
	for i := len(f.Ticket.Requests) - 1; i >= 0; i-- {
		if r := f.Ticket.Requests[i]; r.Kind == kind {
			return r.Reason
		}
	}
	return ""
}

// granted tells whether a request of a kind was granted.
func (f Facts) granted(kind string) bool {
	return slices.ContainsFunc(f.Ticket.Requests, func(r tickets.Request) bool { return r.Kind == kind && r.State == "granted" })
}

// values are the facts by the names that templates use.
func (f Facts) values(to To) map[string]string {
	t := f.Ticket
	v := map[string]string{
		"received": Date(t.ReceivedAt), "today": Date(f.Now), "matter": f.matter(to), "number": t.Number, "kind": tickets.Kinds.ZH(t.Kind), "came": came(t.Channel),
		"office": f.Office, "handler": f.unitName(t.Unit), "above": f.above(), "phone": f.Phone, "points": f.points(to, false), "findings": f.points(to, true),
		"reply": f.reply().PublicText, "reply_basis": oneLine(f.reply().LegalBasis), "outcome": outcomeWord(t), "reason_extension": f.asked("extension"), "reason_return": f.asked("return"),
		"verified": "", "order": "", "due": "", "before": "", "extended": "", "transfer": "",
	}
	if t.DueAt != nil {
		v["due"] = lastDay(*t.DueAt)
		// Once an extension is granted, the due time is the new one.
		if f.granted("extension") {
			v["extended"] = t.DueAt.Add(-time.Minute).In(zone).Format("2006-01-02")
		} else {
			v["before"] = v["due"]
		}
	}
	if n := len(t.Transfers); n > 0 {
		v["transfer"] = t.Transfers[n-1].Body
	}
	if t.Order != nil {
		v["order"] = t.Order.OrderNo
	}
	if t.Kind == tickets.Complaint || t.Kind == tickets.Report {
		v["verified"] = tickets.Kinds.ZH(t.Kind)
	}
	return v
}

// came is how the matter reached the desk, as a letter says it.
func came(channel string) string {
	switch channel {
	case "call", "letter", "visit":
		return tickets.Channels.ZH(channel) + "反映"
	case "mail":
		return "通过电子邮件反映"
	case "city12345":
		return "通过12345热线反映"
	case "public":
		return "在网上反映"
	}
	return "反映"
}

func outcomeWord(t *tickets.Ticket) string {
	if t.Outcome == "" {
		return ""
	}
	return tickets.Outcomes.ZH(t.Outcome)
}

// fill puts facts into paragraphs, in a single pass over each, so that nothing
// inside a fact is read as a template. A paragraph that begins with ? is
// dropped when one of its facts is empty.
func fill(template []string, facts map[string]string) []string {
	var out []string
	for _, paragraph := range template {
		rest, optional := strings.CutPrefix(paragraph, "?")
		var b strings.Builder
		lacks := false
		for rest != "" {
			before, after, found := strings.Cut(rest, "{")
			b.WriteString(before)
			if !found {
				break
			}
			name, tail, _ := strings.Cut(after, "}")
			lacks = lacks || facts[name] == ""
			b.WriteString(facts[name])
			rest = tail
		}
		if s := b.String(); s != "" && !(optional && lacks) {
			out = append(out, s)
		}
	}
	return out
}

func itoa(n int) string { return strconv.Itoa(n) }
