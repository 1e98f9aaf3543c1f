package workers

import (
	"context"
	"log/slog"
	"time"

	"hotline/internal/outbox"
)

// loop is work that time brings. Once does a bounded part of it and says whether
// there is more; any number of processes may call it at once.
type loop struct {
	name  string
	every time.Duration
	once  func(ctx context.Context, now time.Time) (more bool, err error)
}

// run repeats the loop until the context ends. While it fails it tries again
// after its interval, at least a second, and says so once.
func (l loop) run(ctx context.Context, now func() time.Time, log *slog.Logger) error {
	broken := false
	for {
		more, err := l.once(ctx, now())
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !broken {
			log.Error("a loop fails", "loop", l.name, "error", outbox.Blurred(err))
		}
		if err == nil && broken {
			log.Info("a loop works again", "loop", l.name)
		}
		broken = err != nil
		rest := l.every
		switch {
		case broken:
			rest = max(rest, time.Second)
		case more:
			rest = 0
		}
		timer := time.NewTimer(rest)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}
