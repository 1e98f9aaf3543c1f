package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/pg"
	"hotline/tickets/ticketdb"
)

// StatusPage tells a complainant how far the matter is.
type StatusPage struct {
	*Shell
	Number string
	Error  string
	Found  *ticketdb.Public
	Due    *DueView
}

func (StatusPage) template() string { return "status" }

func (s *server) statusForm(c *fiber.Ctx, v *visit) error {
	return s.render(c, v, fiber.StatusOK, StatusPage{Shell: s.shell(c, v, v.lang.T("查询办理情况", "How far is my matter"))})
}

// statusShow opens the status with number and receipt code. It is a POST, so
// that the code stands in no address; wrong tries of an address are counted.
func (s *server) statusShow(c *fiber.Ctx, v *visit) error {
	if !s.throttle.allows(c.IP(), s.Now()) {
		return errTooMany
	}
	p := StatusPage{Shell: s.shell(c, v, v.lang.T("查询办理情况", "How far is my matter")), Number: c.FormValue("number")}
	p.Path = "/status"
	found, err := s.Tickets.Public(c.UserContext(), p.Number, c.FormValue("code"))
	switch {
	case errors.Is(err, pg.ErrNotFound):
		s.throttle.miss(c.IP(), s.Now())
		p.Error = v.lang.T("编号或查询码不正确。查询码是登记时告知的六位数字。", "The number or the code is wrong. The code is the six digits you were given.")
		return s.render(c, v, fiber.StatusUnprocessableEntity, p)
	case err != nil:
		return err
	}
	p.Found = &found
	if found.ClosedAt == nil {
		p.Due = s.dueView(v.lang, found.DueAt)
	}
	return s.render(c, v, fiber.StatusOK, p)
}
