package api

import (
	"sync"
	"time"
)

// throttle counts tries by address in windows of a fixed length. It lives in
// this process: several nodes allow so many times more, which a code of a
// million values still bears.
type throttle struct {
	most   int
	window time.Duration
	mu     sync.Mutex
	began  time.Time
	tries  map[string]int
}

func newThrottle(most int, window time.Duration) *throttle {
	return &throttle{most: most, window: window, tries: map[string]int{}}
}

// allow counts one try and tells whether it may pass, and else how long to wait.
func (t *throttle) allow(address string, now time.Time) (wait time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.began) >= t.window {
		t.began = now
		clear(t.tries)
	}
	t.tries[address]++
	return t.began.Add(t.window).Sub(now), t.tries[address] <= t.most
}
