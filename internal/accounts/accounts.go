// Package accounts says how people sign in: how long a session lives, when
// failures lock the door and for how long, and which second factor is right. It
// is pure; accountdb keeps sessions and failures in Postgres, and web and the
// API call that.
package accounts

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The lives of a session, as protection.md sets them. The database checks both
// again in app.enter.
const (
	// Idle ends a session that nobody used for so long.
	Idle = 30 * time.Minute
	// Life ends a session however busy it is.
	Life = 12 * time.Hour
	// TouchEvery is how often use of a session is written down.
	TouchEvery = time.Minute
)

// ErrCredentials: login, password or second factor is wrong, or the account may
// not sign in. It never says which.
var ErrCredentials = errors.New("wrong login, password or code")

// Locked says that too many sign-ins failed for the account or from the address.
type Locked struct {
	Until time.Time
}

// Error is for logs; pages say the waiting time in words.
func (e Locked) Error() string { return fmt.Sprintf("locked until %s", e.Until.Format(time.RFC3339)) }

// Policy says when failures lock.
type Policy struct {
	After   int           // failures until the first lock
	First   time.Duration // the first lock; each further failure doubles it
	Longest time.Duration // no lock is longer
	Forget  time.Duration // so long without a failure, and the count starts anew
}

// AccountPolicy is the house rule for one account: locked after five failures,
// half a minute first, an hour at most.
func AccountPolicy() Policy {
	return Policy{After: 5, First: 30 * time.Second, Longest: time.Hour, Forget: 2 * time.Hour}
}

// AddressPolicy is the same for one address, shorter: a whole office may share
// it, and a hotline must be able to sign in.
func AddressPolicy() Policy {
	return Policy{After: 5, First: 30 * time.Second, Longest: 5 * time.Minute, Forget: 15 * time.Minute}
}

// Lock is how long the door stays shut after the n-th failure in a row; 0 for none.
func (p Policy) Lock(failures int) time.Duration {
	if p.After == 0 || failures < p.After {
		return 0
	}
	d := p.First
	for range failures - p.After {
		d *= 2
		if d >= p.Longest {
			return p.Longest
		}
	}
	return d
}

// NormaliseLogin is the login as accounts are stored: without blanks, lower case.
// NUL, which Postgres refuses in a text, becomes a sign that no login has.
func NormaliseLogin(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "\x00", "\uFFFD")
}
