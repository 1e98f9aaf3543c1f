package tickets

import (
	"slices"
	"time"

	"hotline/internal/deadline"
)

// Fate is what a step makes of a running clock.
type Fate int

// The fates. A clock that is called off was neither kept nor missed by it: what
// it asked for is not owed any more.
const (
	Runs Fate = iota
	Met
	CalledOff
)

// FateOf tells what the step makes of an open clock; fromHop is the turn in which
// the step was taken, 0 before the first.
func (c *Change) FateOf(x TicketClock, fromHop int) Fate {
	switch {
	case c.meets(x, fromHop):
		return Met
	case c.Cancel && c.Row.Action == ActAnswer && slices.Contains(x.Meets, deadline.EventPlatformAccepted):
		return Runs // an order answered at once is met when the platform takes the answer
	case x.Duty == deadline.TaskDue:
		return Runs // a task outlives the ticket: what was asked is still owed
	case c.Cancel, c.Redo && slices.Contains(x.Starts, deadline.EventRedo): // done again, it starts anew
		return CalledOff
	case x.Window && c.To == Approval && ofTurn(x.Duty):
		return CalledOff // whoever has worked it out no longer asks to return it
	case c.leaves() && (ofTurn(x.Duty) || x.Duty == deadline.HopDue && c.Row.Action != ActHandDown && c.Row.Action != ActReportUp):
		return CalledOff
	case x.Duty == deadline.TransferOut && c.NoTransfer:
		return CalledOff // a later finding, or the answer taken back: nothing is to be transferred
	case c.worksAgain() && (x.Duty == deadline.Reply || x.Duty == deadline.FollowUp):
		return CalledOff // there is no approved reply any more; the next one starts it anew
	}
	return Runs
}

// meets tells whether the step meets a clock. A contact before a redo is no first
// contact about it. Whoever reports up has done his own turn, not that of
// whoever had handed it down to the unit above him; a task's clock is met by its
// own answer.
func (c *Change) meets(x TicketClock, fromHop int) bool {
	if !slices.ContainsFunc(c.Meets, func(e string) bool { return slices.Contains(x.Meets, e) }) {
		return false
	}
	switch x.Duty {
	case deadline.FirstContact:
		return !c.EventAt.Before(x.Start.Truncate(time.Minute)) // typed times have no seconds
	case deadline.HopDue:
		return c.Row.Action != ActReportUp || x.Hop == fromHop
	case deadline.TaskDue:
		return false
	}
	return true
}

// leaves tells whether the step gives the ticket to another turn.
func (c *Change) leaves() bool {
	return slices.Contains(c.Opens, deadline.EventDispatch) || slices.Contains(c.Opens, deadline.EventRedo)
}

// worksAgain tells whether the step takes an answer back: the work goes on.
func (c *Change) worksAgain() bool { return c.To == Dispatched || c.To == Handling }

// ofTurn: duties of one unit's turn end when the ticket moves on.
func ofTurn(duty string) bool { return duty == deadline.Sign || duty == deadline.AskReturn }
