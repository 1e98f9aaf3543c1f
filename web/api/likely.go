package api

import (
	"context"
	"strings"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

type likelyBody struct {
	Ticket   lineBody     `json:"ticket"`
	Relation string       `json:"relation" doc:"What linking would call it"`
	Reasons  []reasonBody `json:"reasons"`
}

type likelyOutput struct {
	Body struct {
		Items []likelyBody `json:"items"`
	}
}

// likely lists what may belong to a ticket. It joins nothing.
func (s *server) likely(ctx context.Context, who *request, in *Numbered) (*likelyOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	list, err := s.Tickets.LikelyRelations(ctx, who.caller, n)
	if err != nil {
		return nil, err
	}
	out := &likelyOutput{}
	out.Body.Items = each(list, func(x ticketdb.Likely) likelyBody {
		return likelyBody{s.line(x.Line), x.Relation, each(x.Reasons, func(r tickets.Reason) reasonBody { return reasonBody(r) })}
	})
	return out, nil
}

type earlierInput struct {
	Body struct {
		Phone string `json:"phone" minLength:"7" maxLength:"40"`
	}
}

type earlierOutput struct {
	Body struct {
		Items []lineBody `json:"items"`
	}
}

// earlier is what a telephone system shows the operator while it rings.
func (s *server) earlier(ctx context.Context, who *request, in *earlierInput) (*earlierOutput, error) {
	if !who.me.Has(tickets.RoleOperator) && !who.me.Has(tickets.RoleLead) {
		return nil, forbidden()
	}
	list, err := s.Tickets.Earlier(ctx, who.caller, strings.Clone(in.Body.Phone))
	if err != nil {
		return nil, err
	}
	out := &earlierOutput{}
	out.Body.Items = each(list, s.line)
	return out, nil
}
