package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hotline/tickets/ticketdb"
)

type pendingInput struct {
	After int64 `query:"after" minimum:"0" doc:"The next of the page before"`
}

type pendingBody struct {
	Number     string      `json:"number" doc:"Of the ticket; decide with its action grant or refuse"`
	TicketKind string      `json:"ticket_kind"`
	Handler    int         `json:"handling_unit"`
	ByName     string      `json:"asked_by_name"`
	Request    requestBody `json:"request"`
}

type pendingOutput struct {
	Body struct {
		Items []pendingBody `json:"items"`
		Next  int64         `json:"next,omitempty"`
	}
}

func (s *server) requestCalls() {
	call(s, huma.Operation{OperationID: "list-requests", Method: http.MethodGet, Path: "/api/v1/requests", Tags: []string{"actions"}, Security: signed,
		Summary: "Requests that wait for this account / 待审批申请", Description: "A lead's from the units below, a custodian's to see an identity; the oldest first."}, s.listRequests)
}

func (s *server) listRequests(ctx context.Context, who *request, in *pendingInput) (*pendingOutput, error) {
	list, next, err := s.Tickets.PendingRequests(ctx, who.caller, in.After)
	if err != nil {
		return nil, err
	}
	out := &pendingOutput{}
	out.Body.Next = next
	out.Body.Items = each(list, func(r ticketdb.PendingRequest) pendingBody {
		return pendingBody{r.Number, r.Kind, r.Handler, r.ByName, requestShape(r.Request)}
	})
	return out, nil
}
