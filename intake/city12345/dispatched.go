package city12345

import (
	"context"
	"errors"
	"strings"

	"hotline/intake"
	"hotline/intake/intakedb"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// dispatched opens the ticket of an order: once, whatever event ids it comes
// under. The order's row, the event's line and the ticket are one transaction.
func (e *Endpoint) dispatched(ctx context.Context, p Platform, event Event, line intakedb.Event) (Accepted, error) {
	a := Accepted{EventID: event.EventID}
	seen, err := e.store.FindEvent(ctx, p.Name, event.EventID, line.SHA256)
	switch {
	case err == nil && seen.State == "conflict":
		return a, intakedb.ErrConflict
	case err == nil:
		return e.again(ctx, p, event)
	case !errors.Is(err, pg.ErrNotFound):
		return a, err
	}
	order := *event.Order
	if order.DispatchedAt.IsZero() {
		order.DispatchedAt = event.At
	}
	in, err := p.codes().Incoming(p.Name, "city12345", order, e.desk.Tickets().Tree().Root().ID)
	if err != nil {
		return a, err
	}
	in.Submission.Also = append(in.Submission.Also, e.store.EventStmts(line)...)
	o, err := e.desk.Accept(ctx, pg.Machine(actor(p.Name)), in.Submission)
	if err != nil {
		return a, e.notOpened(ctx, p, event, line, o, err)
	}
	if o.Duplicate { // under another event id: the same order, told again
		line.Ticket, line.State, line.Reason = o.ID, "applied", "重复派单，内容相同"
		if err := e.store.Note(ctx, line); err != nil {
			return a, err
		}
	}
	if err := e.apply(ctx, p, event.OrderNo); err != nil { // what came before the order did
		e.log.Error("a 12345 event waits", "platform", p.Name, "error", err)
	}
	a.TicketNo, a.Receipt, a.Duplicate = o.Number, o.ReceiptCode, o.Duplicate
	return a, nil
}

// actor is a platform in the journal.
func actor(platform string) string { return "platform:" + platform }

// again answers the copy of an event that opened its ticket.
func (e *Endpoint) again(ctx context.Context, p Platform, event Event) (Accepted, error) {
	order, err := e.store.Order(ctx, p.Name, event.OrderNo)
	if err != nil {
		return Accepted{}, err
	}
	return Accepted{EventID: event.EventID, TicketNo: order.Number, Receipt: order.Receipt, Duplicate: true}, nil
}

// notOpened tells an order we cannot use, or one that was told differently
// before, from a passing fault.
func (e *Endpoint) notOpened(ctx context.Context, p Platform, event Event, line intakedb.Event, o ticketdb.Opened, cause error) error {
	var invalid tickets.Invalid
	switch {
	case errors.As(cause, &invalid):
		return e.unusable(ctx, line.Submission, fieldsOf(invalid))
	case errors.Is(cause, intake.ErrConflict):
		line.Ticket, line.State, line.Reason = o.ID, "conflict", "同一工单编号内容不同，未采用"
		if err := e.store.Note(ctx, line); err != nil {
			return err
		}
		return intakedb.ErrConflict
	case pg.Violates(cause, "order_events_pkey"): // the same event id with another order, at the same moment
		return intakedb.ErrConflict
	}
	return cause
}

// fieldsOf names the order's fields that intake found wrong, by their names in
// the contract.
func fieldsOf(bad tickets.Invalid) []FieldError {
	names := map[string]string{"statement": "content", "place": "address", "received_at": "dispatched_at"}
	out := make([]FieldError, len(bad))
	for i, b := range bad {
		field := b.Field
		if name, ok := names[field]; ok {
			field = name
		}
		if strings.HasPrefix(field, "complainants") {
			field = "caller_name"
		}
		out[i] = FieldError{"order." + field, b.ZH}
	}
	return out
}
