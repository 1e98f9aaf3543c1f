package intakedb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// Order is an order of a platform and the ticket it became. State is what the
// platform last told us of it, or took from us.
type Order struct {
	Platform string
	OrderNo  string
	CityNo   string
	UnitText string // the unit it was addressed to, in the platform's words
	SignBy   *time.Time
	HandleBy *time.Time
	Codes    json.RawMessage // the platform's codes, and which of them we do not know
	State    string
	ClosedAt *time.Time

	Ticket  int64
	Number  string
	Status  tickets.Status
	Secrecy string
	Receipt string
}

// Order finds an order. It returns pg.ErrNotFound for one that never came.
func (s *Store) Order(ctx context.Context, platform, orderNo string) (Order, error) {
	var o Order
	var issue int
	err := s.pg.Machines().QueryRow(ctx, `SELECT o.platform, o.order_no, o.city_no, o.unit_text, o.sign_by, o.handle_by, o.codes, o.state, o.closed_at, t.id, t.number, t.status, t.secrecy, t.receipt_issue
		FROM orders o JOIN tickets t ON t.id = o.ticket WHERE o.platform = $1 AND o.order_no = $2`, platform, orderNo).
		Scan(&o.Platform, &o.OrderNo, &o.CityNo, &o.UnitText, &o.SignBy, &o.HandleBy, &o.Codes, &o.State, &o.ClosedAt, &o.Ticket, &o.Number, &o.Status, &o.Secrecy, &issue)
	if err != nil {
		return Order{}, fmt.Errorf("find order: %w", pg.Translate(err))
	}
	o.Receipt = tickets.ReceiptCode(s.vault.MAC, o.Ticket, issue)
	return o, nil
}

// OrderStmt writes an order in the transaction that opens its ticket
// (ticketdb.NewTicket.Also).
func OrderStmt(o Order) ticketdb.Stmt {
	codes := o.Codes
	if codes == nil {
		codes = json.RawMessage(`{}`)
	}
	return ticketdb.Stmt{SQL: `INSERT INTO orders (platform, order_no, city_no, ticket, unit_text, sign_by, handle_by, codes, state)
		SELECT $3, $4, $5, $1, $6, $7::timestamptz, $8::timestamptz, $9::jsonb, 'dispatched' WHERE $2::bigint IS NOT NULL`,
		Args: []any{o.Platform, o.OrderNo, o.CityNo, o.UnitText, o.SignBy, o.HandleBy, codes}}
}

// Earlier is what an earlier copy of a submission became.
type Earlier struct {
	Number  string // of its ticket
	SHA256  []byte // of what arrived then
	Channel string
}

// Known finds what a submission became. It returns pg.ErrNotFound for one that
// never came, or became no ticket.
func (s *Store) Known(ctx context.Context, source, sourceID string) (Earlier, error) {
	var e Earlier
	err := s.pg.Machines().QueryRow(ctx, `SELECT t.number, k.sha256, b.channel FROM submission_keys k JOIN tickets t ON t.id = k.ticket JOIN submissions b ON b.id = k.submission
		WHERE k.source = $1 AND k.source_id = $2`, source, sourceID).Scan(&e.Number, &e.SHA256, &e.Channel)
	if err != nil {
		return Earlier{}, fmt.Errorf("find submission: %w", pg.Translate(err))
	}
	return e, nil
}
