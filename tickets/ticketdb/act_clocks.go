package ticketdb

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hotline/internal/deadline"
	"hotline/tickets"
)

// clocks meets, ends, moves and opens the ticket's clocks, and keeps the next
// due time on its row.
func (w *writing) clocks(ctx context.Context) error {
	left, met, cancelled := w.sortClocks()
	w.endClocks(met, cancelled)
	if err := w.pause(ctx); err != nil {
		return err
	}
	moved, err := w.moveClocks(left)
	if err != nil {
		return err
	}
	opened, err := w.openClocks(ctx, left)
	if err != nil {
		return err
	}
	if told := append(moved, opened.journal()...); len(told) > 0 {
		w.log["clocks"] = told
	}
	w.nextDue(left, opened)
	return nil
}

// sortClocks tells which open clocks the step leaves running, meets and cancels.
func (w *writing) sortClocks() (left []*Deadline, met, cancelled []int64) {
	clocks := w.d.clocksOf(w.v) // in the order of the deadlines
	for i := range w.v.Deadlines {
		x := &w.v.Deadlines[i]
		if !x.Open() {
			continue
		}
		fate := w.c.FateOf(clocks[i], w.fromHop)
		if w.endsTask(x.ID) { // by its own answer, or called off
			fate = tickets.CalledOff
			if w.c.Task.MetAt != nil {
				fate = tickets.Met
			}
		}
		switch fate {
		case tickets.Met:
			met = append(met, x.ID)
		case tickets.CalledOff:
			cancelled = append(cancelled, x.ID)
		default:
			left = append(left, x)
		}
	}
	return left, met, cancelled
}

func (w *writing) endClocks(met, cancelled []int64) {
	if len(met) > 0 {
		w.log["met"] = met
		at, event := w.metAt()
		w.exec(`UPDATE deadlines SET met_at = $2, met_event = $3, next_card_at = NULL, next_card = NULL WHERE id = ANY ($1) AND subject = $4 AND met_at IS NULL`, met, at, event, w.v.ID)
	}
	if len(cancelled) > 0 {
		w.log["cancelled"] = cancelled
		w.exec(`UPDATE deadlines SET cancelled_at = $2, next_card_at = NULL, next_card = NULL WHERE id = ANY ($1) AND subject = $3`, cancelled, w.tx.Now, w.v.ID)
	}
	w.clearCards(append(slices.Clone(met), cancelled...))
}

// clearCards ends the warnings of clocks: a card is cleared only by an act.
func (w *writing) clearCards(clocks []int64) {
	if len(clocks) > 0 {
		w.exec(`UPDATE cards SET cleared_at = $2, cleared_by = $3 WHERE deadline = ANY ($1) AND ticket = $4 AND cleared_at IS NULL`, clocks, w.tx.Now, w.tx.Me.Actor(), w.v.ID)
	}
}

// pause begins or ends a pause.
func (w *writing) pause(ctx context.Context) error {
	switch p := w.c.Pause; {
	case p != nil:
		id, err := w.tx.ID(ctx)
		if err != nil {
			return err
		}
		p.ID = id
		w.exec(`INSERT INTO pauses (id, ticket, request, reason, from_at) VALUES ($1, $2, $3, $4, $5)`, id, w.v.ID, p.Request, p.Reason, p.From)
		w.v.Pauses = append(w.v.Pauses, *p)
		w.log["pause"] = map[string]any{"id": id, "reason": p.Reason, "from": p.From}
	case w.c.Resume:
		for i := range w.v.Pauses {
			if p := &w.v.Pauses[i]; p.To == nil {
				p.To = &w.tx.Now
				w.exec(`UPDATE pauses SET to_at = $2 WHERE id = $1`, p.ID, w.tx.Now)
				w.log["resumed"] = map[string]any{"id": p.ID, "from": p.From, "to": w.tx.Now}
			}
		}
	}
	return nil
}

// paused tells whether the clocks stand after the step.
func (w *writing) paused() bool {
	return w.c.Pause != nil || w.v.PausedAt != nil && !w.c.Resume
}

// moveClocks computes the running clocks again after an extension or a pause.
// Without one nothing moves: an edit or a note never changes a due time.
func (w *writing) moveClocks(left []*Deadline) ([]map[string]any, error) {
	if w.c.Extend == nil && !w.c.Resume && w.c.Pause == nil {
		return nil, nil
	}
	if w.c.Pause != nil {
		for _, x := range left {
			if deadline.Pausable(deadline.DutyOf(x.Rule)) {
				w.exec(`UPDATE deadlines SET next_card_at = NULL, next_card = NULL WHERE id = $1 AND subject = $2`, x.ID, w.v.ID)
			}
		}
		return nil, nil
	}
	if e := w.c.Extend; e != nil && e.Due != nil {
		for _, x := range left {
			if x.ID == e.Clock {
				at := e.Due.UTC()
				x.GrantedDue = &at
			}
		}
	}
	slices.SortStableFunc(left, func(a, b *Deadline) int { return w.d.depth(*a) - w.d.depth(*b) })
	var told []map[string]any
	for _, x := range left {
		one, err := w.moveClock(x)
		if err != nil {
			return nil, err
		}
		if one != nil {
			told = append(told, one)
		}
	}
	return told, nil
}

// depth is how many clocks a clock hangs on: outer ones are moved first.
func (d *DB) depth(x Deadline) int {
	rule, _, ok := d.rebuild(x)
	switch {
	case !ok:
		return 0
	case x.OuterID != nil && x.Hop != nil:
		return 2 + *x.Hop
	case rule.Back != nil || rule.CappedBy != "":
		return 1
	}
	return 0
}

// moveClock computes one clock again; it returns what the journal says of it,
// nil where it did not move.
func (w *writing) moveClock(x *Deadline) (map[string]any, error) {
	rule, _, ok := w.d.rebuild(*x)
	if !ok || rule.Window {
		return nil, nil
	}
	in, err := w.d.input(w.v, *x)
	if err != nil {
		return nil, err
	}
	due, err := deadline.Compute(in)
	if err == nil && due.Provisional && !x.Provisional {
		// It moves into a year that its calendar lacks, and the present one may have.
		in.Calendar = w.d.Engine().Calendar
		due, err = deadline.Compute(in)
	}
	if err != nil {
		return nil, fmt.Errorf("clock %s: %w", x.Rule, err)
	}
	at, level := firstCard(w.d.Engine(), deadline.Started{Rule: rule, Due: due}, w.v.Urgency != tickets.Normal, w.tx.Now)
	resumed := w.c.Resume && deadline.Pausable(rule.Duty())
	if due.At.Equal(x.DueAt) {
		if resumed { // the cards fall again
			w.exec(`UPDATE deadlines SET next_card_at = $3, next_card = $4 WHERE id = $1 AND subject = $2`, x.ID, w.v.ID, at, level)
		}
		return nil, nil
	}
	told := map[string]any{"id": x.ID, "rule": x.Rule, "version": x.RuleVersion, "calendar": due.CalendarVersion, "start": x.StartAt, "before": x.DueAt, "due": due.At.UTC()}
	x.DueAt, x.Provisional, x.Calendar = due.At.UTC(), due.Provisional, due.CalendarVersion
	w.exec(`UPDATE deadlines SET due_at = $3, provisional = $4, granted_due = $5, next_card_at = $6, next_card = $7, calendar = $8 WHERE id = $1 AND subject = $2`,
		x.ID, w.v.ID, x.DueAt, x.Provisional, x.GrantedDue, at, level, x.Calendar)
	w.clearCards([]int64{x.ID})
	return told, nil
}

func (w *writing) openClocks(ctx context.Context, left []*Deadline) (clockColumns, error) {
	var c clockColumns
	t := &w.v.Ticket
	urgency := t.Urgency
	if w.c.Urgency != "" {
		urgency = w.c.Urgency
	}
	for _, event := range w.c.Opens {
		e := w.d.Engine()
		external, outer, running := w.external(left), int64(0), codes(left)
		if event == deadline.EventHandDown {
			external, outer = w.innermost(left)
		}
		if event == deadline.EventHandDown || event == deadline.EventTaskSent {
			running = nil // one a turn, one a task
		}
		opening := deadline.Opening{Event: event, At: w.c.EventAt, Facts: facts(clockKind(t.Kind, t.Appeal), urgency, t.Channel, t.Track, t.Naming), External: external, Running: running, Printed: w.c.Printed}
		urgent := urgency != tickets.Normal
		if event == deadline.EventTaskSent {
			opening, urgent = w.taskOpening(opening)
		}
		started, err := e.Open(opening)
		if err != nil {
			return c, fmt.Errorf("clocks: %w", err)
		}
		for _, s := range started {
			id, err := w.tx.ID(ctx)
			if err != nil {
				return c, err
			}
			c.add(e, id, s, event, urgent, w.tx.Now)
			if event == deadline.EventTaskSent {
				w.clock, w.dueAt = id, s.Due.At.UTC()
			}
			c.outer[len(c.outer)-1] = outer
		}
	}
	if len(c.id) == 0 {
		return c, nil
	}
	var hop *int
	if n := len(t.Hops); n > 0 {
		hop = &t.Hops[n-1].N
	}
	w.exec(insertClocksSQL, c.args(t.ID, hop)...)
	return c, nil
}

func codes(list []*Deadline) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = x.Rule
	}
	return out
}

// external is the open external due time, which caps the reply.
func (w *writing) external(left []*Deadline) *deadline.Due {
	for _, x := range left {
		if deadline.DutyOf(x.Rule) == deadline.Resolve {
			_, due, _ := w.d.rebuild(*x)
			return &due
		}
	}
	return nil
}

// innermost is the clock inside which the next unit's own lies: that of the last
// unit it was handed down to, else the internal one.
func (w *writing) innermost(left []*Deadline) (*deadline.Due, int64) {
	var found *Deadline
	for _, x := range left {
		switch duty := deadline.DutyOf(x.Rule); {
		case duty == deadline.HopDue && (found == nil || found.Hop == nil || x.Hop != nil && *x.Hop > *found.Hop):
			found = x
		case duty == deadline.Internal && found == nil:
			found = x
		}
	}
	if found == nil {
		return nil, 0
	}
	_, due, _ := w.d.rebuild(*found)
	due.RuleCode = deadline.Internal // what the rule is measured back from
	return &due, found.ID
}

// clockKind is the kind by which limits apply: an appeal has those of the
// statute alone.
func clockKind(kind string, appeal int) string {
	if appeal > 0 {
		return tickets.AppealKind
	}
	return kind
}

func (w *writing) nextDue(left []*Deadline, opened clockColumns) {
	var next, due *time.Time
	// A task's clock runs for another unit, which has a list of its own.
	take := func(rule string, window bool, at time.Time) {
		duty := deadline.DutyOf(rule)
		if duty != deadline.TaskDue && !window && !(w.paused() && deadline.Pausable(duty)) && (next == nil || at.Before(*next)) {
			next = &at
		}
		if deadline.External(duty) {
			due = &at
		}
	}
	for _, x := range left {
		rule, _, ok := w.d.rebuild(*x)
		take(x.Rule, ok && rule.Window, x.DueAt)
	}
	for i := range opened.id {
		take(opened.rule[i], opened.window[i], opened.due[i])
	}
	t := &w.v.Ticket
	if !sameTime(next, t.NextDue) {
		w.set["next_due"] = next
	}
	if due != nil && !sameTime(due, t.DueAt) {
		w.set["due_at"] = due
	}
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}
