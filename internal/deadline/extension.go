package deadline

import (
	"errors"
	"fmt"
	"time"
)

// ErrExtension is wrapped by the error of an extension that a rule does not
// allow.
var ErrExtension = errors.New("deadline: extension not allowed")

// Extension is a granted extension, in the rule's unit.
type Extension struct {
	Amount int       `json:"amount"`
	At     time.Time `json:"at"` // when it was granted
	Reason string    `json:"reason,omitempty"`
}

// granted sums the extensions and checks them against the rule: how many, how
// long each, how long together.
func granted(r *Rule, list []Extension) (int, error) {
	if len(list) == 0 {
		return 0, nil
	}
	if most := max(1, r.Extensions); len(list) > most {
		return 0, fmt.Errorf("%w: %s allows %d", ErrExtension, r.Code, most)
	}
	total := 0
	for _, e := range list {
		if e.Amount < 1 || e.Amount > r.Amount {
			return 0, fmt.Errorf("%w: one extension of %s is 1 to %d, not %d", ErrExtension, r.Code, r.Amount, e.Amount)
		}
		total += e.Amount
	}
	if total > r.ExtensionLimit {
		return 0, fmt.Errorf("%w: %s may be extended by %d in all, not %d", ErrExtension, r.Code, r.ExtensionLimit, total)
	}
	return total, nil
}

// CheckExtension reports whether one more extension could be granted on top of
// those granted: it must have been asked for before the due moment and fit
// the rule. A refused request is not among the granted and uses nothing up.
func CheckExtension(r *Rule, dueAt time.Time, already []Extension, amount int, askedAt time.Time) error {
	if !Met(dueAt, askedAt) {
		return fmt.Errorf("%w: asked after expiry", ErrExtension)
	}
	list := make([]Extension, 0, len(already)+1)
	list = append(list, already...)
	_, err := granted(r, append(list, Extension{Amount: amount, At: askedAt}))
	return err
}
