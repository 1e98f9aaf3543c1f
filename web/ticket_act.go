package web

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// ticketAct takes one step. A bad field shows the ticket with the form as it
// was sent; a ticket that moved shows what others did meanwhile.
func (s *server) ticketAct(c *fiber.Ctx, v *visit) error {
	number, action := c.Params("number"), tickets.Action(c.Params("action"))
	row, ok := tickets.RowOf(action)
	if !ok || row.Hidden {
		return tickets.ErrUnknownAction
	}
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil || version <= 0 {
		return errForm
	}
	values := tickets.Values{}
	for _, f := range row.Needs {
		if x := strings.TrimSpace(c.FormValue(f.Name)); x != "" {
			values[f.Name] = x
		}
	}
	t, err := s.Tickets.Act(c.UserContext(), v.caller, number, version, action, values)
	var bad tickets.Invalid
	switch {
	case err == nil:
		s.flash(c, "act:"+string(action))
		return c.Redirect(s.afterAct(c, number, t), fiber.StatusSeeOther)
	case errors.Is(err, tickets.ErrMoved) && t != nil:
		return s.showMoved(c, v, t, tried{action: action, values: values})
	case errors.As(err, &bad):
		return s.showRefused(c, v, number, tried{action, values, bad})
	}
	return err
}

// afterAct leads back to the list the form came from, or to the ticket, unless
// the step took it out of sight.
func (s *server) afterAct(c *fiber.Ctx, number string, t *ticketdb.View) string {
	if back := c.FormValue("back"); back != "" {
		return local(back)
	}
	if t == nil {
		return "/"
	}
	return "/tickets/" + number
}

func (s *server) showRefused(c *fiber.Ctx, v *visit, number string, again tried) error {
	t, err := s.Tickets.Find(c.UserContext(), v.caller, number)
	if err != nil {
		return err
	}
	p, err := s.ticketPage(c, v, t, again)
	if err != nil {
		return err
	}
	return s.render(c, v, fiber.StatusUnprocessableEntity, p)
}

// showMoved keeps what was typed and says what changed since the form was drawn.
func (s *server) showMoved(c *fiber.Ctx, v *visit, t *ticketdb.View, again tried) error {
	p, err := s.ticketPage(c, v, t, again)
	if err != nil {
		return err
	}
	seen, _ := strconv.Atoi(c.FormValue("seq"))
	for _, e := range p.Events {
		if e.Seq > seen {
			p.Moved = append(p.Moved, e)
		}
	}
	p.Warning = v.lang.T("您打开之后，这张工单已有变化，刚才的操作没有执行。", "The ticket has moved since you opened it; your step was not taken.")
	return s.render(c, v, fiber.StatusConflict, p)
}

// ticketContact opens the complainant's contact. It is a POST since each view
// is an act of its own in the journal.
func (s *server) ticketContact(c *fiber.Ctx, v *visit) error {
	number, motive := c.Params("number"), strings.TrimSpace(c.FormValue("motive"))
	contact, err := s.Tickets.Contact(c.UserContext(), v.caller, number, motive)
	var bad tickets.Invalid
	if err != nil && !errors.As(err, &bad) {
		return err
	}
	t, err := s.Tickets.Find(c.UserContext(), v.caller, number)
	if err != nil {
		return err
	}
	p, err := s.ticketPage(c, v, t, tried{})
	if err != nil {
		return err
	}
	p.Contact = contact
	if len(bad) > 0 {
		p.MotiveError = v.lang.T(bad[0].ZH, bad[0].EN)
		return s.render(c, v, fiber.StatusUnprocessableEntity, p)
	}
	return s.render(c, v, fiber.StatusOK, p)
}

// ProposalPart is the proposal as htmx asks for it until the worker has made it.
type ProposalPart struct {
	Lang     Lang
	Number   string
	Status   string
	Unit     string
	Waiting  bool
	Proposal *ProposalView
}

func (ProposalPart) template() string { return "ticket_proposal" }

func (s *server) proposalPart(l Lang, t *ticketdb.View) ProposalPart {
	return ProposalPart{Lang: l, Number: t.Number, Status: string(t.Status), Unit: s.unitName(t.Unit),
		Waiting: t.Status == tickets.Registered && t.Proposal == nil, Proposal: s.proposalView(l, t.Proposal)}
}

func (s *server) ticketProposal(c *fiber.Ctx, v *visit) error {
	t, err := s.Tickets.Find(c.UserContext(), v.caller, c.Params("number"))
	if err != nil {
		return err
	}
	return s.render(c, v, fiber.StatusOK, s.proposalPart(v.lang, t))
}

// idParam reads a numeric part of the path.
func idParam(c *fiber.Ctx) (int64, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, pg.ErrNotFound
	}
	return id, nil
}
