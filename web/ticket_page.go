package web

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// TicketPage is a ticket with everything that may be seen and done.
type TicketPage struct {
	*Shell
	T            *tickets.Ticket
	Category     string
	Place        string
	Unit         string
	Desk         string
	Investigator string
	Second       string
	Due          *DueView
	Sealed       bool // the words as given lie sealed; the statement is the brief
	Proposal     ProposalPart
	Accused      []AccusedView
	Respondents  []string
	CoHandlers   []string
	Allegations  []AllegationView
	Hops         []HopView
	Replies      []ReplyView
	Attempts     []AttemptView
	Requests     []RequestView
	Clocks       []ClockView
	Past         []ClockView // met or cancelled
	Cards        []CardView
	Complainants []PersonView
	Speakers     []PersonView // those of a joint letter who speak for all
	MayOpen      bool         // the contact may be asked for
	Contact      []ticketdb.Complainant
	MotiveError  string
	Files        []ticketdb.Attachment
	MayWork      bool // has a role of those who work on tickets
	MayAttach    bool
	FileError    string
	Relations    []RelationView
	Documents    DocumentsPart
	Tasks        TasksPart
	MayUnlink    bool
	Events       []Event
	Steps        []ActionForm // move the ticket
	Sides        []ActionForm // leave it where it is
	SideGroups   []SideGroup  // the same, under their headings
	Marks        []Mark
	Moved        []Event // what others did since the form was opened
	Warning      string
}

func (TicketPage) template() string { return "ticket" }

// AccusedView is who is accused.
type AccusedView struct{ Unit, Person, Post string }

// AllegationView is one point with its finding and what may be done about it.
type AllegationView struct {
	tickets.Allegation
	Category string
	Found    string // the finding in a word that fits the kind of ticket
	Author   string
	Second   string
	Record   *ActionForm
	Cosign   *ActionForm
}

// HopView is one unit's turn.
type HopView struct {
	Unit     string
	Reason   string
	SentAt   time.Time
	SignedBy string
	SignedAt *time.Time
	EndedAt  *time.Time
}

// ReplyView is an answer with its people.
type ReplyView struct {
	tickets.Reply
	By       string
	Approved string
}

// AttemptView is one try at delivering it.
type AttemptView struct {
	tickets.Attempt
	By   string
	Tone string
}

// CardView is a warning.
type CardView struct {
	Text    string
	At      time.Time
	Cleared *time.Time
}

// ticket shows the page.
func (s *server) ticket(c *fiber.Ctx, v *visit) error {
	t, err := s.Tickets.Find(c.UserContext(), v.caller, c.Params("number"))
	if err != nil {
		return err
	}
	p, err := s.ticketPage(c, v, t, tried{})
	if err != nil {
		return err
	}
	return s.render(c, v, fiber.StatusOK, p)
}

// tried is a form that was sent and refused: it is shown again as it was.
type tried struct {
	action tickets.Action
	values tickets.Values
	bad    tickets.Invalid
}

func (s *server) ticketPage(c *fiber.Ctx, v *visit, t *ticketdb.View, again tried) (*TicketPage, error) {
	rows, err := s.Tickets.Journal(c.UserContext(), v.caller, t.Number)
	if err != nil {
		return nil, err
	}
	l := v.lang
	p := &TicketPage{Shell: s.shell(c, v, t.Number+" "+l.Word("status", string(t.Status))), T: &t.Ticket,
		Unit: s.unitName(t.Unit), Desk: s.unitName(t.Desk), Investigator: t.Names[t.Investigator], Second: t.Names[t.Second],
		Place: s.placeWords(t.Region, t.Place), Category: s.categoryWord(l, t.Category),
		Sealed: t.Secrecy == tickets.Confidential, Proposal: s.proposalPart(l, t), Files: t.Attachments, Relations: relationViews(l, t.Relations),
		Events: s.events(l, rows, t.Names)}
	p.Path = "/tickets/" + t.Number
	p.Complainants, p.Speakers = peopleOf(t)
	if t.Status.Open() {
		p.Due = s.nextDueView(l, t.Urgency, t.NextDue)
	}
	s.ticketParts(l, p, t)
	s.ticketClocks(l, p, t)
	if p.Documents, err = s.documentsPart(c, v, t); err != nil {
		return nil, err
	}
	if err := s.ticketForms(c, v, p, t, again); err != nil {
		return nil, err
	}
	p.MayOpen = s.mayOpen(v, t)
	p.MayWork = slices.ContainsFunc(workers, v.me.Has)
	p.MayAttach = t.Status.Open() && p.MayWork
	return p, nil
}

// mayOpen tells whether the contact may be asked for: by the investigators and
// the registering desk, on an open ticket. The database decides again.
func (s *server) mayOpen(v *visit, t *ticketdb.View) bool {
	if t.Secrecy == tickets.Confidential && !revealed(v, t, s.Now()) || len(t.Complainants) == 0 {
		return false
	}
	return v.me.Person == t.Investigator || v.me.Person == t.Second || v.me.Unit == t.Desk && v.me.Has(tickets.RoleOperator)
}

func (s *server) ticketParts(l Lang, p *TicketPage, t *ticketdb.View) {
	for _, a := range t.Accused {
		p.Accused = append(p.Accused, AccusedView{s.unitName(a.Unit), a.Person, a.Post})
	}
	for _, u := range t.Respondents {
		p.Respondents = append(p.Respondents, s.unitName(u))
	}
	for _, u := range t.CoHandlers {
		p.CoHandlers = append(p.CoHandlers, s.unitName(u))
	}
	for _, a := range t.Allegations {
		x := AllegationView{Allegation: a, Category: s.categoryWord(l, a.Category)}
		if a.Finding != nil {
			x.Found = findingWord(l, t.FindingKind(), a.Finding.Outcome)
			x.Author, x.Second = t.Names[a.Finding.Author], t.Names[a.Finding.Second]
			if x.Second == "" {
				x.Second = a.Finding.SecondName
			}
		}
		p.Allegations = append(p.Allegations, x)
	}
	for _, h := range t.Hops {
		p.Hops = append(p.Hops, HopView{s.unitName(h.Unit), h.Reason, h.SentAt, t.Names[h.SignedBy], h.SignedAt, h.EndedAt})
	}
	for _, r := range t.Replies {
		p.Replies = append(p.Replies, ReplyView{r, actorWord(l, r.Author, t.Names), t.Names[r.ApprovedBy]})
	}
	for _, a := range t.Attempts {
		if a.Evidence == tickets.ExhaustedMark {
			a.Evidence = l.T("负责人认定已穷尽联系方式", "a lead found every way exhausted")
		}
		p.Attempts = append(p.Attempts, AttemptView{a, actorWord(l, a.Actor, t.Names), attemptTone(a.State)})
	}
	p.Requests = s.requestViews(l, t)
	p.Marks = s.marks(l, t)
}

func attemptTone(state string) string {
	switch state {
	case "delivered":
		return "ok"
	case "failed", "unreachable":
		return "over"
	case "uncertain":
		return "soon"
	}
	return "st"
}

// placeWords is the region in words with the place as typed.
func (s *server) placeWords(region, place string) string {
	tree := s.Tickets.Tree()
	words := ""
	if u := tree.ByRegion(region); u != nil && region != "" {
		for _, above := range append(tree.Line(u.ID), u) {
			if above.Parent == 0 && above.ID != u.ID {
				continue // everything lies in the city
			}
			if words != "" {
				words += " / "
			}
			words += above.Short
		}
	}
	if place != "" && words != "" {
		words += " · "
	}
	return words + place
}

func (s *server) categoryWord(l Lang, code string) string {
	if c, ok := s.Tickets.Categories().Find(code); ok {
		return l.T(c.ZH, c.EN)
	}
	return code
}

func findingWord(l Lang, kind, outcome string) string {
	w := tickets.FindingsOf(kind)
	if !w.Has(outcome) {
		return l.Word("finding", outcome)
	}
	return l.T(w.ZH(outcome), w.EN(outcome))
}
