package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
)

// CallerPart are the earlier tickets of the phone number typed at the desk, for
// the caller who asks how far his is. The number travels in the body only.
type CallerPart struct {
	Lang  Lang
	Form  string
	Asked bool   // a number was typed
	Note  string // what became of an urge
	Items []Line
}

func (CallerPart) template() string { return "desk_caller" }

func (s *server) callerPart(c *fiber.Ctx, v *visit, phone string) (CallerPart, error) {
	p := CallerPart{Lang: v.lang, Form: s.formToken(v), Asked: phone != ""}
	if !p.Asked {
		return p, nil
	}
	list, err := s.Tickets.Earlier(c.UserContext(), v.caller, phone)
	p.Items = s.lines(v.lang, list)
	return p, err
}

// deskCaller answers htmx when a phone number was typed.
func (s *server) deskCaller(c *fiber.Ctx, v *visit) error {
	p, err := s.callerPart(c, v, c.FormValue("phone"))
	if err != nil {
		return err
	}
	return s.render(c, v, fiber.StatusOK, p)
}

// deskUrge urges one of the caller's tickets while his new call is still being
// typed, and shows them again.
func (s *server) deskUrge(c *fiber.Ctx, v *visit) error {
	note := v.lang.T("已催办 ", "Urged ") + c.FormValue("number")
	_, err := s.Tickets.Act(c.UserContext(), v.caller, c.FormValue("number"), 0, tickets.ActUrge, tickets.Values{"note": "来电人询问办理进度"})
	switch {
	case errors.Is(err, tickets.ErrNotAllowed):
		note = v.lang.T("这张工单现在不能催办。", "This ticket cannot be urged now.")
	case err != nil:
		return err
	}
	p, err := s.callerPart(c, v, c.FormValue("phone"))
	if err != nil {
		return err
	}
	p.Note = note
	return s.render(c, v, fiber.StatusOK, p)
}
