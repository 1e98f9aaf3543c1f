package web

import (
	"github.com/gofiber/fiber/v2"
)

// OperationsPage is the state of the machinery: jobs, mailboxes, 12345.
type OperationsPage struct {
	*Shell
	Outbox   []OutboxCount
	Stopped  []StoppedJob
	Boxes    []Mailbox
	Events   []OrderEvent
	Monitor  string
	Problems int
}

func (OperationsPage) template() string { return "operations" }

const operationsMost = 100

func (s *server) operations(c *fiber.Ctx, v *visit) error {
	p := OperationsPage{Shell: s.shell(c, v, v.lang.T("运行", "Operations"))}
	ctx := c.UserContext()
	var err error
	if p.Outbox, err = s.Operations.Outbox(ctx); err != nil {
		return err
	}
	if p.Stopped, err = s.Operations.Stopped(ctx, operationsMost); err != nil {
		return err
	}
	if p.Boxes, err = s.Operations.Mailboxes(ctx); err != nil {
		return err
	}
	if p.Events, err = s.Operations.Events(ctx, operationsMost); err != nil {
		return err
	}
	if s.Monitor != nil {
		p.Monitor = MonitorPath
	}
	return s.render(c, v, fiber.StatusOK, p)
}

// operationsRetry lets a stopped job run again.
func (s *server) operationsRetry(c *fiber.Ctx, v *visit) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	if err := s.Operations.Retry(c.UserContext(), v.me, id); err != nil {
		return err
	}
	s.flash(c, "retried")
	return c.Redirect("/operations", fiber.StatusSeeOther)
}
