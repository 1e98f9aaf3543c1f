package deadline

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"hotline/internal/workday"
)

// ErrRule is wrapped by the error of a rule that contradicts itself.
var ErrRule = errors.New("deadline: bad rule")

// Rule is one line of the table of limits. Its JSON form is what a database
// keeps; a change is a new version of the same code, never an edit in place.
type Rule struct {
	// Code is unique: the duty, or the duty, a dot and a variant, such as
	// "sign.urgent". Of the variants of a duty the most special one applies.
	Code    string `json:"code"`
	Subject string `json:"subject"` // what has the duty: ticket, hop, discovery, …
	Zh      string `json:"zh"`
	En      string `json:"en"`

	Starts []string `json:"starts"` // any of these events starts the clock
	Meets  []string `json:"meets"`  // the first of these events meets it

	Amount int  `json:"amount"`
	Unit   Unit `json:"unit"`
	Roll   Roll `json:"roll,omitempty"` // empty is none

	// ExtensionLimit is the most that may be granted in all, in Unit; 0 means
	// the limit cannot be extended. One extension is at most Amount.
	ExtensionLimit int `json:"extension_limit,omitempty"`
	// Extensions is how many may be granted; 0 is read as one.
	Extensions int    `json:"extensions,omitempty"`
	Decider    string `json:"decider,omitempty"` // who grants: above, platform, head

	// CappedBy names the duty whose due time this one never passes.
	CappedBy string `json:"capped_by,omitempty"`
	// Back, when set, measures the due time back from another duty's.
	Back *Back `json:"back,omitempty"`
	// Printable rules take the due time printed on an order, when there is one.
	Printable bool `json:"printable,omitempty"`
	// Window marks a right that lapses rather than a duty that is missed: it
	// has no cards and nobody is late.
	Window bool `json:"window,omitempty"`

	// Conditions. An empty list, or nil, holds for everything.
	Kinds     []string `json:"kinds,omitempty"`
	Urgencies []string `json:"urgencies,omitempty"`
	Tracks    []string `json:"tracks,omitempty"`
	Channels  []string `json:"channels,omitempty"`
	Named     *bool    `json:"named,omitempty"`

	Basis         Basis        `json:"basis"`
	EffectiveFrom workday.Date `json:"effective_from"`
	Source        string       `json:"source"`
	Version       int          `json:"version"`
	Off           bool         `json:"off,omitempty"` // this version switches the rule off
}

// Back measures a due time back from an outer one: the rule's Amount of
// working days earlier when the outer period has at least MinDays working
// days, else at Share percent of the outer period (office time where there is
// any, wall clock otherwise).
type Back struct {
	From    string `json:"from"` // the outer duty
	MinDays int    `json:"min_days"`
	Share   int    `json:"share"`
}

// Duty is the code up to the first dot.
func (r *Rule) Duty() string { return DutyOf(r.Code) }

// DutyOf returns the duty of a rule's code: DutyOf("sign.urgent") is "sign".
func DutyOf(code string) string {
	duty, _, _ := strings.Cut(code, ".")
	return duty
}

// MetBy reports whether the event meets the clock of the rule.
func (r *Rule) MetBy(event string) bool { return slices.Contains(r.Meets, event) }

// maxAmount bounds amounts, so that a typing slip cannot stall the engine.
const maxAmount = 10000

// Validate reports the first thing that makes the rule unusable. The error
// wraps ErrRule.
func (r *Rule) Validate() error {
	bad := func(what string) error { return fmt.Errorf("%w %q: %s", ErrRule, r.Code, what) }
	switch {
	case r.Duty() == "":
		return bad("no code")
	case r.Zh == "" || r.En == "":
		return bad("needs a name in both languages")
	case len(r.Starts) == 0 || len(r.Meets) == 0:
		return bad("needs a start and a meeting event")
	case r.Amount < 1 || r.Amount > maxAmount:
		return bad(fmt.Sprintf("amount must be 1 to %d", maxAmount))
	case unitWords[r.Unit] == [2]string{}:
		return bad("unknown unit " + string(r.Unit))
	case r.Unit == DayOfMonth && r.Amount > 31:
		return bad("a month has at most 31 days")
	case r.Unit == DayOfMonth && r.ExtensionLimit != 0:
		return bad("a fixed day cannot be extended")
	case r.Roll != "" && r.Roll != RollNone && r.Roll != RollForward && r.Roll != RollBack:
		return bad("unknown roll " + string(r.Roll))
	case r.ExtensionLimit < 0 || r.ExtensionLimit > maxAmount || r.Extensions < 0:
		return bad("impossible extension limit")
	case r.Basis != Local && r.Basis != Statute:
		return bad("unknown basis " + string(r.Basis))
	case r.Version < 1:
		return bad("versions begin at 1")
	}
	if b := r.Back; b != nil && (b.From == "" || b.From == r.Duty() || b.Share < 1 || b.Share > 99 ||
		b.MinDays <= r.Amount || r.Unit != WorkingDays) {
		return bad("cannot be measured back like this")
	}
	return nil
}

// Facts are what a rule's conditions look at. The words are those of the
// packages that own the subject.
type Facts struct {
	Kind    string
	Urgency string
	Channel string
	Tracks  []string
	Named   bool
}

// applies reports whether every condition of the rule holds.
func (r *Rule) applies(f *Facts) bool {
	return holds(r.Kinds, f.Kind) && holds(r.Urgencies, f.Urgency) && holds(r.Channels, f.Channel) &&
		(r.Named == nil || *r.Named == f.Named) &&
		(len(r.Tracks) == 0 || slices.ContainsFunc(r.Tracks, func(t string) bool { return slices.Contains(f.Tracks, t) }))
}

func holds(allowed []string, value string) bool {
	return len(allowed) == 0 || slices.Contains(allowed, value)
}

// special counts the conditions: the rule with more of them wins.
func (r *Rule) special() int {
	n := 0
	for _, set := range [...]bool{len(r.Kinds) > 0, len(r.Urgencies) > 0, len(r.Tracks) > 0, len(r.Channels) > 0, r.Named != nil} {
		if set {
			n++
		}
	}
	return n
}
