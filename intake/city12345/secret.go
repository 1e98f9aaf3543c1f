package city12345

import (
	"context"
	"errors"

	"hotline/intake/intakedb"
	"hotline/internal/pg"
	"hotline/tickets"
)

// secret hides the caller of a confidential order in what later events say: their
// notes are read by the handling unit. Each event as it came stays sealed.
type secret struct {
	on    bool
	known []string
}

// secretOf reads who must be hidden from the order as it was dispatched.
func (e *Endpoint) secretOf(ctx context.Context, o intakedb.Order) (secret, error) {
	if o.Secrecy != tickets.Confidential {
		return secret{}, nil
	}
	raw, err := e.store.Dispatched(ctx, o.Platform, o.OrderNo)
	if errors.Is(err, pg.ErrNotFound) {
		return secret{on: true}, nil // it came by a sheet: what looks like a trace is hidden
	}
	if err != nil {
		return secret{}, err
	}
	s := secret{on: true}
	if event, _ := ParseEvent(raw); event.Order != nil {
		s.known = known(*event.Order)
	}
	return s, nil
}

func (s secret) step(p step) step {
	if !s.on {
		return p
	}
	values := tickets.Values{}
	for name, text := range p.values {
		values[name] = text
		if name == "note" || name == "reason" {
			values[name] = veiled(text, s.known)
		}
	}
	p.values = values
	if p.otherwise != nil {
		o := s.step(*p.otherwise)
		p.otherwise = &o
	}
	return p
}

func (s secret) settlement(c intakedb.Settlement) intakedb.Settlement {
	if !s.on {
		return c
	}
	for i := range c.Files {
		c.Files[i].Name = veiled(c.Files[i].Name, s.known)
	}
	return c
}
