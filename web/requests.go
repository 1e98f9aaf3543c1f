package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// RequestsPage lists what waits for the decision of whoever looks.
type RequestsPage struct {
	*Shell
	Items []WaitingRequest
	Next  string
}

func (RequestsPage) template() string { return "requests" }

// WaitingRequest is one line of it.
type WaitingRequest struct {
	ticketdb.PendingRequest
	Unit    string
	Handler string
	Asked   string
}

// requests shows the requests that a lead or a custodian may decide.
func (s *server) requests(c *fiber.Ctx, v *visit) error {
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64)
	list, next, err := s.Tickets.PendingRequests(c.UserContext(), v.caller, after)
	if err != nil {
		return err
	}
	p := RequestsPage{Shell: s.shell(c, v, v.lang.T("待审批", "To decide"))}
	for _, r := range list {
		p.Items = append(p.Items, WaitingRequest{r, s.unitShort(r.Request.Unit), s.unitShort(r.Handler), s.asked(v.lang, r.Request)})
	}
	if next != 0 {
		p.Next = "/requests?after=" + strconv.FormatInt(next, 10)
	}
	return s.render(c, v, fiber.StatusOK, p)
}

// asked is how much is asked for, without the clock at hand.
func (s *server) asked(l Lang, r tickets.Request) string {
	switch {
	case r.Kind == tickets.RequestReveal:
		return itoa(r.Amount) + l.T(" 小时", " hours")
	case r.Wanted != nil:
		return l.T("至 ", "to ") + l.Due(*r.Wanted, s.Now())
	case r.Until != nil:
		return l.T("预计至 ", "planned until ") + l.Short(*r.Until, s.Now())
	case r.Amount > 0:
		return "+" + itoa(r.Amount)
	}
	return ""
}
