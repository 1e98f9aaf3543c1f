package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// Numbered is an input with a ticket number in its path; huma reads only exported
// embedded structs. Spaces and dashes are forgiven.
type Numbered struct {
	Number string `path:"number" maxLength:"40" example:"2609180000016"`
}

// number reads it; a number that cannot exist is not found, and says why.
func (n Numbered) number() (string, error) {
	x, err := tickets.ParseNumber(n.Number)
	if err != nil {
		return "", notFound(Fault{"path.number", err.Error()})
	}
	return strings.Clone(string(x)), nil
}

type ticketOutput struct {
	Status int
	Body   *ticketBody
}

func (s *server) ticketCalls() {
	tags := []string{"tickets"}
	call(s, huma.Operation{OperationID: "register-ticket", Method: http.MethodPost, Path: "/api/v1/tickets", Tags: tags, Security: signed,
		Summary: "Register a contact / 登记", DefaultStatus: http.StatusCreated,
		Description: "For operators and leads. Stored as it came before it is answered. With the same Idempotency-Key and the same body the ticket of the first time is answered; with another body 409."}, s.register)
	call(s, huma.Operation{OperationID: "list-tickets", Method: http.MethodGet, Path: "/api/v1/tickets", Tags: tags, Security: signed,
		Summary: "List tickets / 工单列表", Description: "Those this account may see, newest first unless sorted by due."}, s.listTickets)
	call(s, huma.Operation{OperationID: "read-ticket", Method: http.MethodGet, Path: "/api/v1/tickets/{number}", Tags: tags, Security: signed,
		Summary: "Read a ticket / 工单详情"}, s.readTicket)
	call(s, huma.Operation{OperationID: "read-journal", Method: http.MethodGet, Path: "/api/v1/tickets/{number}/journal", Tags: tags, Security: signed,
		Summary: "Read a ticket's journal / 办理日志"}, s.readJournal)
	call(s, huma.Operation{OperationID: "likely-relations", Method: http.MethodGet, Path: "/api/v1/tickets/{number}/likely", Tags: tags, Security: signed,
		Summary: "Tickets that may belong to this one / 可能相关", Description: "Of the last 12 months and in this account's scope, each with its reasons; the action link joins them."}, s.likely)
	call(s, huma.Operation{OperationID: "earlier-of-caller", Method: http.MethodPost, Path: "/api/v1/callers/tickets", Tags: tags, Security: signed,
		Summary: "Earlier tickets of a phone number / 来电号码以往来件", Description: "For operators and leads; the number is in the body, since addresses are logged on the way."}, s.earlier)
	call(s, huma.Operation{OperationID: "open-contact", Method: http.MethodGet, Path: "/api/v1/tickets/{number}/contact", Tags: tags, Security: signed,
		Summary: "Open the complainant's identity / 查看诉求人", Description: "Each view is in the journal for ever, with its motive. 403 unless allowed."}, s.openContact)
}

func (s *server) readTicket(ctx context.Context, who *request, in *Numbered) (*ticketOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	v, err := s.Tickets.Find(ctx, who.caller, n)
	if err != nil {
		return nil, err
	}
	return &ticketOutput{http.StatusOK, s.ticket(v)}, nil
}

type journalRow struct {
	ID         int64                      `json:"id"`
	Seq        int                        `json:"seq"`
	At         time.Time                  `json:"at" doc:"When it happened"`
	RecordedAt time.Time                  `json:"recorded_at"`
	Actor      string                     `json:"actor"`
	ActorName  string                     `json:"actor_name,omitempty"`
	Unit       int                        `json:"unit,omitempty"`
	Action     string                     `json:"action"`
	Provenance string                     `json:"provenance"`
	Fields     map[string]json.RawMessage `json:"fields"`
	Prev       string                     `json:"previous_hash"`
	Hash       string                     `json:"hash"`
	Leaf       *int64                     `json:"leaf" doc:"Index in the sealed log; null until sealed"`
}

type journalOutput struct {
	Body struct {
		Items []journalRow `json:"items"`
		Next  string       `json:"next"`
	}
}

func (s *server) readJournal(ctx context.Context, who *request, in *Numbered) (*journalOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	rows, err := s.Tickets.Journal(ctx, who.caller, n)
	if err != nil {
		return nil, err
	}
	out := &journalOutput{}
	out.Body.Items = each(rows, func(r ticketdb.JournalRow) journalRow {
		fields := r.Fields
		if fields == nil {
			fields = map[string]json.RawMessage{}
		}
		return journalRow{ID: r.ID, Seq: r.Seq, At: local(r.At), RecordedAt: local(r.RecordedAt), Actor: r.Actor, ActorName: r.ActorName, Unit: r.Unit,
			Action: r.Action, Provenance: r.Provenance, Fields: fields, Prev: hex.EncodeToString(r.Prev), Hash: hex.EncodeToString(r.Hash), Leaf: r.Leaf}
	})
	return out, nil
}

// contactInput takes the motive in a header: an address is logged on the way.
type contactInput struct {
	Numbered
	Motive string `header:"X-Motive" doc:"Why the identity is needed; UTF-8, may be percent-encoded"`
}

type contactBody struct {
	Role    string `json:"role"`
	Name    string `json:"name,omitempty"`
	Phone   string `json:"phone,omitempty"`
	IDNo    string `json:"id_no,omitempty"`
	Address string `json:"address,omitempty"`
	Mail    string `json:"mail,omitempty"`
}

type contactOutput struct {
	Body struct {
		Complainants []contactBody `json:"complainants"`
	}
}

func (s *server) openContact(ctx context.Context, who *request, in *contactInput) (*contactOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	motive, ok := readMotive(in.Motive)
	if !ok {
		return nil, invalid(fault("header.X-Motive", "请写明查看原因（200 字以内）", "say why you need it, in at most 200 characters"))
	}
	people, err := s.Tickets.Contact(ctx, who.caller, n, motive)
	if err != nil {
		return nil, err
	}
	out := &contactOutput{}
	out.Body.Complainants = each(people, func(c ticketdb.Complainant) contactBody {
		return contactBody{c.Role, c.Name, c.Phone, c.IDNo, c.Address, c.Mail}
	})
	return out, nil
}

// readMotive decodes percent signs, which clients need that cannot send UTF-8
// in a header.
func readMotive(s string) (string, bool) {
	if x, err := url.PathUnescape(s); err == nil {
		s = x
	}
	s = strings.TrimSpace(strings.Clone(s))
	return s, s != "" && utf8.ValidString(s) && !strings.ContainsRune(s, 0) && utf8.RuneCountInString(s) <= 200
}
