package tickets

import (
	"slices"
	"time"

	"hotline/internal/deadline"
)

// Event is one journal row of a ticket, as far as figures look at it.
type Event struct {
	Action     Action
	At         time.Time // when it happened
	Recorded   time.Time
	Provenance string // of what ended the duty: machine, scan, typed
	Status     Status // the new one, empty where it stayed
	Sent       bool   // another unit's turn began
	Met        []int64
	Cancelled  []int64
	Resolved   string // of a follow-up: "true", "false" or empty
	Rating     string // of a follow-up
	Outcome    *string
}

// Clock is a duty with the due time in force: that at which it was met, or, of
// an open one, the present one.
type Clock struct {
	ID   int64
	Rule string
	Due  time.Time
}

// Duty is how one duty of a ticket ended. Due is nil where there was none.
type Duty struct {
	Due *time.Time
	OK  bool // met before the due time
	Met bool // met at all
	By  int  // provenance of what met it, see ProvenanceCode
}

// Facts are what the figures know of one ticket. They are a function of its
// journal and clocks alone, so that computing them again gives the same.
type Facts struct {
	Sent                             *time.Time
	SentBy                           int
	Returned                         bool
	Sign, Contact, Resolve, FollowUp Duty
	Asked                            *time.Time // the last follow-up
	AskedBy                          int
	Resolved, Pleased                *bool
	Ended                            *time.Time // closed or sent to be done again, for the first time
	EndedBy                          int
	Redone                           bool
	Closed                           *time.Time // nil while open
	ClosedBy                         int
	Minutes                          *int // from receipt to closing
	Stage                            int
	Last                             time.Time // the latest moment of all
}

// The stages of the funnel, as far as a ticket has ever come.
const (
	StageRegistered = 1 + iota
	StageSent
	StageSigned
	StageSubmitted
	StageAnswered
	StageClosed
)

var stages = map[Status]int{Registered: StageRegistered, Dispatched: StageSent, Handling: StageSigned, Approval: StageSubmitted,
	Answering: StageSubmitted, Answered: StageAnswered, Closed: StageClosed, Archived: StageClosed}

// Stages is the vocabulary of the funnel; the code is the number.
var Stages = Words{{"1", "登记", "registered"}, {"2", "派单", "dispatched"}, {"3", "签收", "signed"}, {"4", "提交审核", "submitted"}, {"5", "答复", "answered"}, {"6", "办结", "closed"}}

// ProvenanceCode is the number under which a provenance is stored; 0 is nothing yet.
func ProvenanceCode(word string) int {
	switch word {
	case "machine":
		return 1
	case "scan":
		return 2
	case "typed":
		return 3
	}
	return 0
}

// FactsOf computes the facts of a ticket received at `received` from its journal,
// oldest row first, and its clocks in the order they were opened. Actions it does
// not know change nothing but what they say of status and clocks.
func FactsOf(received time.Time, events []Event, clocks []Clock) Facts {
	f := Facts{Stage: StageRegistered, Last: received}
	outcome := ""
	for _, e := range events {
		f.follow(e, received)
		if e.Outcome != nil {
			outcome = *e.Outcome
		}
	}
	f.Returned = outcome == "returned"
	if f.Returned && f.Sent == nil {
		f.Sent, f.SentBy = f.Closed, f.ClosedBy
	}
	for _, d := range []struct {
		duty *Duty
		name string
	}{{&f.Sign, deadline.Sign}, {&f.Contact, deadline.FirstContact}, {&f.Resolve, deadline.Resolve}, {&f.FollowUp, deadline.FollowUp}} {
		*d.duty = dutyOf(d.name, events, clocks)
		f.seen(d.duty.Due)
	}
	for _, at := range []*time.Time{f.Sent, f.Asked, f.Ended, f.Closed} {
		f.seen(at)
	}
	return f
}

func (f *Facts) seen(at *time.Time) {
	if at != nil && at.After(f.Last) {
		f.Last = *at
	}
}

// follow takes one journal row in.
func (f *Facts) follow(e Event, received time.Time) {
	by := ProvenanceCode(e.Provenance)
	at := func() *time.Time { t := e.At; return &t }
	if (e.Sent || e.Status == Dispatched) && f.Sent == nil {
		f.Sent, f.SentBy = at(), by
	}
	if e.Action == ActFollowUp {
		f.Asked, f.AskedBy, f.Resolved, f.Pleased = at(), by, nil, nil
		if e.Resolved != "" {
			yes := e.Resolved == "true"
			f.Resolved = &yes
		}
		if e.Rating != "" {
			yes := slices.Contains([]string{"very_satisfied", "satisfied", "basically"}, e.Rating)
			f.Pleased = &yes
		}
	}
	redo := e.Action == ActRedo
	if (e.Status == Closed || redo) && f.Ended == nil {
		f.Ended, f.EndedBy = at(), by
	}
	f.Redone = f.Redone || redo
	switch {
	case e.Status == Closed:
		minutes := int(max(0, e.Recorded.Sub(received)) / time.Minute)
		closed := e.Recorded
		f.Closed, f.ClosedBy, f.Minutes = &closed, by, &minutes
	case e.Status != "" && e.Status.Open():
		f.Closed, f.ClosedBy, f.Minutes = nil, 0, nil
	}
	f.Stage = max(f.Stage, stages[e.Status])
}

// dutyOf judges the clocks of one duty. The first one missed decides, else the
// last one: doing a ticket again does not undo that it was late. A clock that
// was called off before its due time is no duty; after it, it was missed.
func dutyOf(name string, events []Event, clocks []Clock) Duty {
	var out Duty
	for _, c := range clocks {
		if deadline.DutyOf(c.Rule) != name {
			continue
		}
		met, off := endOf(c.ID, events)
		if met == nil && off != nil && off.Recorded.Before(c.Due) {
			continue
		}
		due := c.Due
		d := Duty{Due: &due}
		if met != nil {
			d.Met, d.OK, d.By = true, met.At.Before(due), ProvenanceCode(met.Provenance)
		}
		out = d
		if missed := met != nil && !d.OK || met == nil && off != nil; missed {
			return out
		}
	}
	return out
}

// endOf finds the rows that met a clock and that called it off.
func endOf(clock int64, events []Event) (met, off *Event) {
	for i := range events {
		if slices.Contains(events[i].Met, clock) {
			met = &events[i]
		}
		if slices.Contains(events[i].Cancelled, clock) {
			off = &events[i]
		}
	}
	return met, off
}
