package city12345

import (
	"context"
	"errors"
	"slices"
	"time"

	"hotline/intake/intakedb"
	"hotline/internal/pg"
	"hotline/tickets"
)

// sweepMost is how many orders one round of the sweep looks at.
const sweepMost = 200

// apply carries out what waits on an order, in the platform's own order, until
// nothing more fits.
func (e *Endpoint) apply(ctx context.Context, p Platform, orderNo string) error {
	waiting, err := e.store.Waiting(ctx, p.Name, orderNo)
	for _, w := range waiting {
		if err := e.applyOne(ctx, p, w); err != nil {
			return err
		}
	}
	return err
}

// applyOne takes the step of one event. The step and the mark that it was taken
// are one transaction, so it is taken once, whoever is killed in between.
func (e *Endpoint) applyOne(ctx context.Context, p Platform, w intakedb.Waiting) error {
	event, bad := ParseEvent(w.Raw)
	if len(bad) > 0 {
		return e.store.Postpone(ctx, w, "报文无法读取")
	}
	event.At = w.At
	order, err := e.store.Order(ctx, p.Name, w.OrderNo)
	if errors.Is(err, pg.ErrNotFound) {
		return e.store.Postpone(ctx, w, "还没有收到这张工单的派单")
	}
	if err != nil {
		return err
	}
	names, err := e.secretOf(ctx, order)
	if err != nil {
		return err
	}
	if err := e.store.Settle(ctx, w, order.Ticket, names.settlement(settlement(event))); err != nil {
		return err
	}
	if w.Late && (event.Kind == Closed || event.Kind == Visited || event.Kind == Redone) {
		return e.finish(ctx, p, w, "晚到：此后平台已重办")
	}
	s := p.codes().stepOf(event, order.Status)
	switch {
	case s.wait != "":
		return e.store.Postpone(ctx, w, s.wait)
	case s.action == "":
		return e.finish(ctx, p, w, s.done)
	}
	return e.act(ctx, p, w, order.Ticket, names.step(s))
}

// finish marks an event that has nothing left to do.
func (e *Endpoint) finish(ctx context.Context, p Platform, w intakedb.Waiting, reason string) error {
	if err := e.desk.Tickets().Finish(ctx, w.Submission, actor(p.Name)); err != nil {
		return err
	}
	return e.store.Applied(ctx, w.Event, reason)
}

// act takes the step. A refusal by the flow table keeps the event.
func (e *Endpoint) act(ctx context.Context, p Platform, w intakedb.Waiting, ticket int64, s step) error {
	err := e.desk.Tickets().ActOnce(ctx, w.Submission, ticket, actor(p.Name), s.action, s.values)
	var invalid tickets.Invalid
	refused := errors.As(err, &invalid) || errors.Is(err, tickets.ErrNotAllowed)
	switch {
	case err == nil:
		return e.store.Applied(ctx, w.Event, "")
	case refused && s.otherwise != nil:
		return e.act(ctx, p, w, ticket, *s.otherwise)
	case errors.As(err, &invalid):
		return e.store.Postpone(ctx, w, "工单现状不允许："+invalid[0].ZH)
	case errors.Is(err, tickets.ErrNotAllowed):
		return e.store.Postpone(ctx, w, "工单现状不允许这一步")
	}
	return err
}

// Sweep tries the events that were kept, once each, and forgets old nonces. Any
// number of processes may call it; once a minute is enough.
func (e *Endpoint) Sweep(ctx context.Context) error {
	names := make([]string, 0, len(e.platforms))
	for name := range e.platforms {
		names = append(names, name)
	}
	slices.Sort(names)
	orders, err := e.store.DueOrders(ctx, names, sweepMost)
	if err != nil {
		return err
	}
	var failures []error
	for _, o := range orders {
		failures = append(failures, e.apply(ctx, e.platforms[o.Platform], o.OrderNo))
	}
	_, err = e.store.ForgetNonces(ctx)
	return errors.Join(append(failures, err)...)
}

// Run sweeps every minute until ctx ends. A failure is logged and tried again.
func (e *Endpoint) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		err := e.Sweep(ctx)
		if err != nil && ctx.Err() == nil {
			e.log.Error("the sweep of 12345 events failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
