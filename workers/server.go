package workers

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/hibiken/asynq"

	"hotline/internal/outbox"
)

// server runs tasks: it reads their rows, does the job, and notes failures.
type server struct {
	deps  *Deps
	jobs  map[string]Job
	meter *meter
}

// newServer makes asynq's server. An empty queue is looked at ten times a
// second: asynq has no wake-up call, and a new ticket waits for its unit.
func newServer(redis asynq.RedisConnOpt, s *server, concurrency int, log *slog.Logger) *asynq.Server {
	return asynq.NewServer(redis, asynq.Config{
		Concurrency:              concurrency,
		Queues:                   queues,
		TaskCheckInterval:        100 * time.Millisecond,
		DelayedTaskCheckInterval: time.Second,
		RetryDelayFunc:           func(int, error, *asynq.Task) time.Duration { return retryDelay },
		ShutdownTimeout:          10 * time.Second,
		ErrorHandler:             asynq.ErrorHandlerFunc(s.logFailure),
		Logger:                   asynqLog{log},
		LogLevel:                 asynq.WarnLevel,
	})
}

// ProcessTask implements asynq.Handler. A task whose rows are all done, stopped
// or lent anew has nothing left to do.
func (s *server) ProcessTask(ctx context.Context, t *asynq.Task) error {
	j, ok := s.jobs[t.Type()]
	if !ok {
		return fmt.Errorf("no job %q: %w", t.Type(), asynq.SkipRetry)
	}
	lent, err := loans(t)
	if err != nil {
		return fmt.Errorf("%w: %w", err, asynq.SkipRetry)
	}
	rows, err := s.deps.Outbox.Load(ctx, lent)
	if err != nil {
		return err // the lease lapses, or asynq tries again
	}
	s.meter.count(j.Kind, "stale", len(lent)-len(rows))
	if len(rows) == 0 {
		return nil
	}
	started := s.deps.Now()
	err = run(ctx, j, s.deps, rows)
	s.meter.ran(j.Kind, s.deps.Now().Sub(started))
	if err != nil {
		return s.failed(ctx, j, rows, err)
	}
	s.meter.done(j.Kind, rows, s.deps.Now())
	return nil
}

// run does the job; a panic is its error.
func run(ctx context.Context, j Job, d *Deps, rows []outbox.Row) (err error) {
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("a job panicked", "job", j.Kind, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in %s", j.Kind)
		}
	}()
	return j.Run(ctx, d, rows)
}

// failed notes the failure in the rows, once asynq has no retries left. Rows
// that failed together come again one by one, so none of a batch is given up for
// another's fault.
func (s *server) failed(ctx context.Context, j Job, rows []outbox.Row, cause error) error {
	retried, _ := asynq.GetRetryCount(ctx)
	final := permanent(cause)
	if !final && retried < j.Retries {
		s.meter.count(j.Kind, "retried", len(rows))
		return cause
	}
	// The run's own time may be up; noting why must not fail for that.
	note, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	for _, r := range rows {
		stopped, err := s.deps.Outbox.Fail(note, r, cause, final && len(rows) == 1, s.deps.Now())
		if err != nil {
			return fmt.Errorf("%w; %w", cause, err)
		}
		result := "failed"
		if stopped {
			result = "stopped"
		}
		s.meter.count(j.Kind, result, 1)
	}
	return cause
}

// logFailure is where a job's error is logged, once.
func (s *server) logFailure(ctx context.Context, t *asynq.Task, err error) {
	retried, _ := asynq.GetRetryCount(ctx)
	id, _ := asynq.GetTaskID(ctx)
	s.deps.Log.Error("a job failed", "job", t.Type(), "task", id, "retried", retried, "permanent", permanent(err), "error", outbox.Blurred(err))
}

// asynqLog sends asynq's own lines to slog.
type asynqLog struct{ log *slog.Logger }

func (l asynqLog) Debug(args ...any) { l.log.Debug("asynq", "says", fmt.Sprint(args...)) }
func (l asynqLog) Info(args ...any)  { l.log.Info("asynq", "says", fmt.Sprint(args...)) }
func (l asynqLog) Warn(args ...any)  { l.log.Warn("asynq", "says", fmt.Sprint(args...)) }
func (l asynqLog) Error(args ...any) { l.log.Error("asynq", "says", fmt.Sprint(args...)) }
func (l asynqLog) Fatal(args ...any) { l.log.Error("asynq", "says", fmt.Sprint(args...)) }
