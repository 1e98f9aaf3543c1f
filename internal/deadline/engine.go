package deadline

import (
	"slices"
	"time"

	"hotline/internal/workday"
)

// Engine is the rules and the calendar in force, and the hours of the unit
// concerned. It is a small value: copy it with other Hours for another unit.
type Engine struct {
	Rules    *Table
	Calendar *workday.Calendar
	Hours    *workday.Hours // nil is the default
}

// Opening is a start event and what is known about its subject.
type Opening struct {
	Event string
	At    time.Time
	Facts Facts
	// Printed is the due time on the order, zero when there is none. It binds
	// the printable rules.
	Printed time.Time
	// External is the open external due time of the subject, for the rules
	// that it caps, such as the reply after approval.
	External *Due
	// Running are the codes of clocks that run already; they are not started again.
	Running []string
}

// Started is a clock that an event starts.
type Started struct {
	Rule *Rule
	Due  Due
}

// Open computes every clock that the event starts, outer duties first. A rule
// measured back from a duty that the subject does not have is left out.
func (e Engine) Open(o Opening) ([]Started, error) {
	rules := e.Rules.Opens(o.Event, o.Facts, o.At)
	out := make([]Started, 0, len(rules))
	for _, r := range rules {
		if slices.Contains(o.Running, r.Code) {
			continue
		}
		in := In{Rule: r, Start: o.At, Calendar: e.Calendar, Hours: e.Hours}
		if r.Printable {
			in.Printed = o.Printed
		}
		switch {
		case r.Back != nil:
			if in.Outer = outer(out, o.External, r.Back.From); in.Outer == nil {
				continue
			}
		case r.CappedBy != "":
			in.Outer = outer(out, o.External, r.CappedBy)
		}
		d, err := Compute(in)
		if err != nil {
			return nil, err
		}
		out = append(out, Started{Rule: r, Due: d})
	}
	return out, nil
}

// outer finds the due time of a duty among those just started, else the
// external one when it is of that duty.
func outer(started []Started, external *Due, duty string) *Due {
	for i := range started {
		if started[i].Due.Duty() == duty {
			return &started[i].Due
		}
	}
	if external != nil && external.Duty() == duty {
		return external
	}
	return nil
}
