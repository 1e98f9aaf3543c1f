package tickets

import (
	"slices"
	"time"

	"hotline/internal/deadline"
)

// start opens the clocks of an event, as ticketdb does.
func (w *world) start(t *Ticket, event string, at time.Time) {
	kind := t.Kind
	if t.Appeal > 0 {
		kind = AppealKind
	}
	o := deadline.Opening{Event: event, At: at, Facts: deadline.Facts{Kind: kind, Urgency: t.Urgency, Channel: t.Channel, Tracks: []string{t.Track}, Named: t.Naming == Named || t.Naming == Joint}}
	if t.Track == TrackPetition {
		o.Facts.Tracks = append(o.Facts.Tracks, TrackOwn)
	}
	for _, x := range t.Clocks {
		if !x.Open {
			continue
		}
		o.Running = append(o.Running, w.rules[x.ID].Code)
		inside := deadline.Resolve
		if event == deadline.EventHandDown {
			inside = deadline.Internal
		}
		if x.Duty == inside || x.Duty == deadline.HopDue && event == deadline.EventHandDown {
			o.External = &deadline.Due{RuleCode: inside, At: x.Due, StartAt: x.Start}
		}
	}
	if event == deadline.EventHandDown {
		o.Running = nil
	}
	started, err := w.engine.Open(o)
	if err != nil {
		panic(err)
	}
	for _, s := range started {
		r, hop := s.Rule, 0
		if h := t.Hop(); h != nil {
			hop = h.N
		}
		id := int64(len(w.rules) + 1)
		w.rules[id] = r
		t.Clocks = append(t.Clocks, TicketClock{ID: id, Duty: r.Duty(), Hop: hop, Start: at, Due: s.Due.At, Open: true, Window: r.Window, Pausable: deadline.Pausable(r.Duty()),
			Amount: r.Amount, Limit: r.ExtensionLimit, Times: r.Extensions, Starts: r.Starts, Meets: r.Meets})
	}
}

// begin opens the clocks of a registration.
func (w *world) begin(t *Ticket) {
	w.start(t, deadline.EventRegistered, t.ReceivedAt)
	switch t.Appeal {
	case 1:
		w.start(t, deadline.EventAppealFirst, t.ReceivedAt)
	case 2:
		w.start(t, deadline.EventAppealSecond, t.ReceivedAt)
	}
}

// applyClocks ends, moves and opens clocks. A span moved is close enough here:
// ticketdb's own tests compute the day.
func (w *world) applyClocks(t *Ticket, a Act, c Change, fromHop int, paused time.Duration) {
	t.Clocks = slices.Clone(t.Clocks)
	for i := range t.Clocks {
		x := &t.Clocks[i]
		if !x.Open {
			continue
		}
		x.Open = c.FateOf(*x, fromHop) == Runs
		if c.Extend != nil && x.ID == c.Extend.Clock {
			x.Granted, x.Extended, x.Due = x.Granted+1, x.Extended+c.Extend.Amount, x.Due.AddDate(0, 0, c.Extend.Amount)
			if c.Extend.Due != nil {
				x.Due = *c.Extend.Due
			}
		}
		if c.Resume && x.Pausable {
			x.Due = x.Due.Add(paused)
		}
	}
	for _, event := range c.Opens {
		w.start(t, event, c.EventAt)
	}
}

// clone is a copy that may be acted on without touching t.
func clone(t *Ticket) *Ticket {
	c := *t
	c.Allegations, c.Hops, c.Replies = slices.Clone(t.Allegations), slices.Clone(t.Hops), slices.Clone(t.Replies)
	for i := range c.Allegations {
		if f := c.Allegations[i].Finding; f != nil {
			copied := *f
			c.Allegations[i].Finding = &copied
		}
	}
	c.Attempts, c.Requests, c.Clocks = slices.Clone(t.Attempts), slices.Clone(t.Requests), slices.Clone(t.Clocks)
	c.Accused, c.Recused, c.Decisive, c.Respondents = slices.Clone(t.Accused), slices.Clone(t.Recused), slices.Clone(t.Decisive), slices.Clone(t.Respondents)
	c.Transfers = slices.Clone(t.Transfers)
	if t.Order != nil {
		o := *t.Order
		c.Order = &o
	}
	return &c
}
