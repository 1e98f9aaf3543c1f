package web

import (
	"errors"
	"sync"
	"time"
)

// errTooMany: this address has tried too often.
var errTooMany = errors.New("too many tries")

// The public status page allows so many wrong tries from one address.
const (
	statusTries  = 10
	statusWindow = 10 * time.Minute
)

// throttle counts the wrong tries of an address within a window. It slows
// guessing at one node; receipt codes are long enough for the rest.
type throttle struct {
	most   int
	window time.Duration

	mu    sync.Mutex
	tries map[string]tries
}

type tries struct {
	n     int
	since time.Time
}

func newThrottle(most int, window time.Duration) *throttle {
	return &throttle{most: most, window: window, tries: map[string]tries{}}
}

// allows tells whether the address may try once more.
func (t *throttle) allows(address string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.tries[address]
	return now.Sub(k.since) >= t.window || k.n < t.most
}

// miss notes a wrong try, and forgets addresses that have been quiet.
func (t *throttle) miss(address string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.tries) >= 10000 {
		for a, k := range t.tries {
			if now.Sub(k.since) >= t.window {
				delete(t.tries, a)
			}
		}
	}
	k := t.tries[address]
	if now.Sub(k.since) >= t.window {
		k = tries{since: now}
	}
	k.n++
	t.tries[address] = k
}
