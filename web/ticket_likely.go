package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// LikelyPart are the tickets that may belong to one, as htmx asks for them once
// the ticket's page is there. Nothing is joined but by its button.
type LikelyPart struct {
	Lang    Lang
	Number  string
	Form    string
	Version int
	Seq     int
	MayLink bool
	Items   []LikelyView
}

func (LikelyPart) template() string { return "ticket_likely" }

// LikelyView is one of them: why, and what the button would make of it.
type LikelyView struct {
	Line
	Relation string
	Reasons  []string
	Note     string // the reasons, for the relation's note
}

func (s *server) ticketLikely(c *fiber.Ctx, v *visit) error {
	t, err := s.Tickets.Find(c.UserContext(), v.caller, c.Params("number"))
	if err != nil {
		return err
	}
	list, err := s.Tickets.LikelyRelations(c.UserContext(), v.caller, t.Number)
	if err != nil {
		return err
	}
	p := LikelyPart{Lang: v.lang, Number: t.Number, Form: s.formToken(v), Version: t.Version, Seq: t.Seq,
		MayLink: slices.ContainsFunc(t.Actions(), func(r tickets.Row) bool { return r.Action == tickets.ActLink })}
	for _, x := range list {
		p.Items = append(p.Items, s.likelyView(v.lang, x))
	}
	return s.render(c, v, fiber.StatusOK, p)
}

func (s *server) likelyView(l Lang, x ticketdb.Likely) LikelyView {
	out := LikelyView{Line: s.line(l, x.Line), Relation: x.Relation}
	var note []string
	for _, r := range x.Reasons {
		out.Reasons = append(out.Reasons, l.T(r.ZH, r.EN))
		note = append(note, r.ZH)
	}
	out.Note = strings.Join(note, "；")
	return out
}
