package web

import (
	"slices"
	"time"
	"unicode/utf8"

	"hotline/internal/deadline"
	"hotline/internal/units"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// DueView is a due time as people feel it: what is left, in a tone.
type DueView struct {
	Left  string // 剩 2 个工作日
	At    string // 11-27 周五
	Exact string
	Tone  string // ok, soon, over
}

// dueView tells how much is left until due. Soon is less than a working day.
func (s *server) dueView(l Lang, due *time.Time) *DueView {
	if due == nil || due.IsZero() {
		return nil
	}
	now := s.Now()
	left := deadline.Remaining(now, *due, s.Tickets.Engine().Calendar, s.Tickets.Engine().Hours)
	d := &DueView{Left: l.T(left.Zh(), left.En()), At: l.Due(*due, now), Exact: l.ExactDue(*due), Tone: "ok"}
	if left.Days == 0 && left.Time == 0 {
		d.Left = l.T(left.WallZh(), left.WallEn()) // a night or a weekend lies between
	}
	switch {
	case left.Late:
		d.Tone = "over"
	case left.Days == 0:
		d.Tone = "soon"
	}
	return d
}

// wallDueView is a due time that does not wait for office hours: within a day,
// or what is left of one, it counts hours on the clock.
func (s *server) wallDueView(l Lang, due time.Time) *DueView {
	d := s.dueView(l, &due)
	if left := due.Sub(s.Now()); d != nil && left > 0 && left <= 24*time.Hour {
		wall := deadline.Remaining(s.Now(), due, s.Tickets.Engine().Calendar, s.Tickets.Engine().Hours)
		d.Left, d.Tone = l.T(wall.WallZh(), wall.WallEn()), "soon"
	}
	return d
}

// nextDueView is the next due time of a ticket. On a critical one the nearest is
// a clock that runs day and night.
func (s *server) nextDueView(l Lang, urgency string, due *time.Time) *DueView {
	if urgency == tickets.Critical && due != nil {
		return s.wallDueView(l, *due)
	}
	return s.dueView(l, due)
}

// Line is a ticket in a list.
type Line struct {
	Number     string
	Status     string
	Kind       string
	Channel    string
	Urgency    string
	Secrecy    string
	Outcome    string
	Title      string
	Excerpt    string
	Unit       string
	Due        *DueView
	ReceivedAt time.Time
	Supervised bool
	Urges      int
	Redos      int
	Version    int
	Open       bool
}

func (s *server) line(l Lang, x ticketdb.Line) Line {
	out := Line{Number: x.Number, Status: x.Status, Kind: x.Kind, Channel: x.Channel, Urgency: x.Urgency, Secrecy: x.Secrecy,
		Title: x.Title, Excerpt: cutOff(x.Excerpt), Unit: s.unitShort(x.Unit), ReceivedAt: x.ReceivedAt, Supervised: x.Supervised,
		Urges: x.Urges, Redos: x.Redos, Version: x.Version, Open: x.ClosedAt == nil}
	if x.Outcome != nil {
		out.Outcome = *x.Outcome
	}
	if out.Open {
		out.Due = s.nextDueView(l, x.Urgency, x.NextDue)
	}
	return out
}

// excerptLength is how much of a statement a list gets, in characters.
const excerptLength = 80

// cutOff marks an excerpt that ends in the middle of the words.
func cutOff(excerpt string) string {
	if utf8.RuneCountInString(excerpt) < excerptLength {
		return excerpt
	}
	return excerpt + "…"
}

func (s *server) lines(l Lang, list []ticketdb.Line) []Line {
	out := make([]Line, len(list))
	for i, x := range list {
		out[i] = s.line(l, x)
	}
	return out
}

// unitShort is a unit's short name with its county's before it, where it has one.
func (s *server) unitShort(id int) string {
	tree := s.Tickets.Tree()
	u := tree.Find(id)
	if u == nil {
		return ""
	}
	if u.Kind == units.Section || u.Kind == units.Township || u.Kind == units.Village {
		if above := tree.Ancestor(id, units.County); above != nil {
			return above.Short + " · " + u.Short
		}
	}
	return u.Short
}

func (s *server) unitName(id int) string { return s.Tickets.Tree().Name(id) }

// Option is one choice of a select.
type Option struct {
	Value string
	Text  string
	On    bool
}

// Group is a heading with its options; an empty heading stands for none.
type Group struct {
	Head    string
	Options []Option
}

// wordOptions are the choices of a vocabulary.
func wordOptions(l Lang, w tickets.Words, chosen string) []Option {
	out := make([]Option, len(w))
	for i, x := range w {
		out[i] = Option{x.Code, l.T(x.ZH, x.EN), x.Code == chosen}
	}
	return out
}

// unitGroups lists the units that keep allows, grouped by county, in path order.
func (s *server) unitGroups(chosen string, keep func(*units.Unit) bool) []Group {
	tree := s.Tickets.Tree()
	var out []Group
	at := map[int]int{}
	for _, u := range tree.All() {
		if !u.Active || !keep(u) {
			continue
		}
		head, id := "", 0
		if county := tree.Ancestor(u.ID, units.County); county != nil {
			head, id = county.Name, county.ID
		}
		i, ok := at[id]
		if !ok {
			i = len(out)
			at[id] = i
			out = append(out, Group{Head: head})
		}
		value := itoa(u.ID)
		out[i].Options = append(out[i].Options, Option{value, u.Name, value == chosen})
	}
	return out
}

// mayHandle tells whether a unit is a sensible choice to handle the ticket: not
// accused, not below the accused, not recused. The gate of the flow table
// decides; this only keeps wrong choices out of the list.
func (s *server) mayHandle(t *tickets.Ticket, u *units.Unit) bool {
	if !slices.Contains([]string{units.City, units.County, units.Section, units.Township}, u.Kind) {
		return false
	}
	tree := s.Tickets.Tree()
	for _, a := range t.Accused {
		if a.Unit != 0 && !tree.MayHandle(u.ID, a.Unit) {
			return false
		}
	}
	for _, key := range t.Recused {
		if key > 0 && tree.Within(u.ID, key) {
			return false
		}
	}
	return true
}

// ProposalView is what routing proposes, in words.
type ProposalView struct {
	Unit    string
	UnitID  int
	Certain bool
	Split   bool
	NotOurs string
	Phone   string
	Reasons []string
}

func (s *server) proposalView(l Lang, p *tickets.Proposal) *ProposalView {
	if p == nil {
		return nil
	}
	v := &ProposalView{Unit: s.unitName(p.Unit), UnitID: p.Unit, Certain: p.Certain, Split: p.Split, Phone: p.Phone}
	if p.NotOurs != "" {
		v.NotOurs = l.Word("basis", p.NotOurs)
	}
	for _, r := range p.Reasons {
		v.Reasons = append(v.Reasons, l.T(r.ZH, r.EN))
	}
	return v
}
