package deadline

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"hotline/internal/workday"
)

// ErrPause is wrapped by the error of a pause that ends before it begins.
var ErrPause = errors.New("deadline: pause ends before it begins")

// Pause is a stretch From..To, half open, in which a clock stands still. A
// zero To means the pause is still running.
type Pause struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to,omitzero"`
	Reason string    `json:"reason,omitempty"` // the lawful reason, shown in the explanation
}

// span is an ended pause, with the dates it touches.
type span struct {
	from, to    time.Time
	first, last workday.Date
	reason      string
}

// spans orders the ended pauses and reports whether one is still running.
func spans(pauses []Pause) ([]span, bool, error) {
	if len(pauses) == 0 {
		return nil, false, nil
	}
	running := false
	out := make([]span, 0, len(pauses))
	for _, p := range pauses {
		switch {
		case p.To.IsZero():
			running = true
		case p.To.Before(p.From):
			return nil, false, fmt.Errorf("%w: %s to %s", ErrPause, p.From, p.To)
		case p.To.After(p.From):
			out = append(out, span{p.From, p.To, workday.DateOf(p.From), workday.LastDateBefore(p.To), p.Reason})
		}
	}
	slices.SortFunc(out, func(a, b span) int { return a.from.Compare(b.from) })
	return out, running, nil
}

// touching returns the first pause that touches d, nil when none does.
func touching(pauses []span, d workday.Date) *span {
	for i := range pauses {
		if pauses[i].first <= d && d <= pauses[i].last {
			return &pauses[i]
		}
	}
	return nil
}
