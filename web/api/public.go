package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hotline/tickets"
)

// publicTries is how often one address may ask for a public status in a
// minute: six digits of a receipt code fall to whoever may try them all.
const publicTries = 10

type publicInput struct {
	Numbered
	Code string `header:"X-Receipt-Code" maxLength:"40" doc:"The six digits that came with the number"`
}

type publicBody struct {
	Number       string     `json:"number"`
	Kind         string     `json:"kind"`
	Status       string     `json:"status"`
	StatusZH     string     `json:"status_zh"`
	StatusEN     string     `json:"status_en"`
	Outcome      string     `json:"outcome,omitempty"`
	OutcomeZH    string     `json:"outcome_zh,omitempty"`
	OutcomeEN    string     `json:"outcome_en,omitempty"`
	UnitName     string     `json:"handling_unit_name"`
	ReceivedAt   time.Time  `json:"received_at"`
	DueAt        *time.Time `json:"due_at,omitempty"`
	ClosedAt     *time.Time `json:"closed_at,omitempty"`
	Reply        string     `json:"reply,omitempty"`
	RepliedAt    *time.Time `json:"replied_at,omitempty"`
	AppealNotice string     `json:"appeal_notice,omitempty"`
}

type publicOutput struct{ Body publicBody }

func (s *server) publicCalls() {
	call(s, huma.Operation{OperationID: "read-public-status", Method: http.MethodGet, Path: "/api/v1/public/tickets/{number}", Tags: []string{"public"},
		Summary: "Status and reply for the complainant / 公开查询", Description: "No account is needed: number and receipt code. Ten tries a minute from one address."}, s.readPublic)
}

// readPublic gives a wrong code and an unknown number the same answer.
func (s *server) readPublic(ctx context.Context, who *request, in *publicInput) (*publicOutput, error) {
	if wait, ok := s.throttle.allow(who.address, s.Now()); !ok {
		p := problem(http.StatusTooManyRequests, "查询过于频繁，请稍后再试", "too many tries, wait a little")
		p.after = strconv.Itoa(int(wait.Seconds()) + 1)
		return nil, p
	}
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	code, err := tickets.ParseReceiptCode(in.Code)
	if err != nil {
		return nil, invalid(Fault{"header.X-Receipt-Code", err.Error()})
	}
	p, err := s.Tickets.Public(ctx, n, code)
	if err != nil {
		return nil, err
	}
	out := &publicOutput{publicBody{
		Number: p.Number, Kind: p.Kind, Status: p.Status, StatusZH: tickets.Statuses.ZH(p.Status), StatusEN: tickets.Statuses.EN(p.Status),
		Outcome: p.Outcome, UnitName: p.UnitName, ReceivedAt: local(p.ReceivedAt), DueAt: localp(p.DueAt), ClosedAt: localp(p.ClosedAt),
		Reply: p.Reply, RepliedAt: localp(p.RepliedAt), AppealNotice: p.AppealNotice,
	}}
	if p.Outcome != "" {
		out.Body.OutcomeZH, out.Body.OutcomeEN = tickets.Outcomes.ZH(p.Outcome), tickets.Outcomes.EN(p.Outcome)
	}
	return out, nil
}
