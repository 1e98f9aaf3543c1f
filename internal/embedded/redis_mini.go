package embedded

import (
	"context"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// startMini runs a Redis in this process. Its keys grow older only when told
// to, so a loop tells it how much time went by.
func (r *Redis) startMini(cfg RedisConfig) error {
	m := miniredis.NewMiniRedis()
	m.RequireAuth(r.password)
	err := m.StartAddr("127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var clock sync.WaitGroup
	var last time.Time // zero: count from the first tick
	if cfg.Now != nil {
		last = cfg.Now()
	}
	clock.Go(func() { age(ctx, m, cfg.Now, last) })
	r.kind, r.addr = "miniredis", m.Addr()
	r.stop = func(context.Context) error {
		cancel()
		clock.Wait()
		m.Close()
		return nil
	}
	return nil
}

// age lets the keys grow older as now does since last, every 50 ms, until
// ctx ends.
func age(ctx context.Context, m *miniredis.Miniredis, now func() time.Time, last time.Time) {
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case at := <-t.C:
			if now != nil {
				at = now()
				m.SetTime(at)
			}
			if !last.IsZero() && at.After(last) {
				m.FastForward(at.Sub(last))
			}
			last = at
		}
	}
}
