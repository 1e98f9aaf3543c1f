package api

import (
	"encoding/hex"
	"time"

	"hotline/tickets"
	"hotline/tickets/paper"
	"hotline/tickets/ticketdb"
)

type rowBody struct {
	Label string `json:"label"`
	Value string `json:"value,omitempty"`
}

type documentBody struct {
	ID            int64      `json:"id"`
	Kind          string     `json:"kind"`
	Title         string     `json:"title"`
	Number        string     `json:"number" doc:"文号"`
	State         string     `json:"state" enum:"issued,returned,cancelled"`
	Unit          int        `json:"unit"`
	Office        string     `json:"office"`
	ToComplainant bool       `json:"to_complainant"`
	Addressee     string     `json:"addressee,omitempty" doc:"Never the complainant, whose name is not stored"`
	Body          []string   `json:"body"`
	Rows          []rowBody  `json:"rows"`
	Basis         string     `json:"legal_basis,omitempty"`
	Remedy        string     `json:"remedy,omitempty"`
	Date          string     `json:"date"`
	SHA256        string     `json:"sha256" doc:"Of what was issued, as the journal has it"`
	IssuedBy      int        `json:"issued_by"`
	IssuedByName  string     `json:"issued_by_name"`
	IssuedAt      time.Time  `json:"issued_at"`
	Attachment    int64      `json:"attachment,omitempty" doc:"The signed copy"`
	ReturnedAt    *time.Time `json:"returned_at,omitempty"`
	CancelledAt   *time.Time `json:"cancelled_at,omitempty"`
	CancelReason  string     `json:"cancel_reason,omitempty"`
}

func (s *server) document(x ticketdb.Document) documentBody {
	p := x.Paper
	b := documentBody{ID: x.ID, Kind: x.Kind, Title: p.Title, Number: x.Number, State: x.State(), Unit: x.Unit, Office: p.Office, ToComplainant: p.ToComplainant, Addressee: p.Addressee,
		Body: p.Body, Basis: p.Basis, Remedy: p.Remedy, Date: p.Date, SHA256: hex.EncodeToString(x.SHA256), IssuedBy: x.IssuedBy, IssuedByName: x.IssuedByName, IssuedAt: local(x.IssuedAt),
		Attachment: x.Attachment, ReturnedAt: localp(x.ReturnedAt), CancelledAt: localp(x.CancelledAt), CancelReason: x.CancelReason}
	if b.Body == nil {
		b.Body = []string{}
	}
	b.Rows = each(p.Rows, func(r paper.Line) rowBody { return rowBody{r.Label, r.Value} })
	return b
}

// documentField is a field of a document with what it begins as.
type documentField struct {
	Name     string `json:"name"`
	ZH       string `json:"zh"`
	EN       string `json:"en"`
	Type     string `json:"type" enum:"text,line,unit,time"`
	Required bool   `json:"required"`
	Max      int    `json:"max,omitempty" doc:"Characters at most"`
	Value    string `json:"value,omitempty" doc:"What it begins as; 【…】 in the body stands for the field of that name"`
}

func documentFields(k paper.Kind, draft tickets.Values) []documentField {
	return each(k.Form(), func(f tickets.Field) documentField {
		return documentField{f.Name, f.ZH, f.EN, string(f.Type), f.Must, f.Max, draft[f.Name]}
	})
}
