package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"hotline/intake/intakedb"
	"hotline/internal/outbox"
	"hotline/internal/pg"
	"hotline/tickets/ticketdb"
	"hotline/workers/workerdb"
)

// Config is what the workers need. PG, Tickets, RedisURL and Now must be set; a
// way out left nil is not set up (Deps).
type Config struct {
	PG          *pg.DB
	Tickets     *ticketdb.DB
	SMS         SMS
	Mail        Mailer
	MailProves  bool
	Platforms   map[string]Platform
	Orders      *intakedb.Store
	Fetcher     *Fetcher
	RedisURL    string       // as asynq.ParseRedisURI reads it: redis, rediss or redis-sentinel
	Bell        *outbox.Bell // rung after commits of this process (pg.Config.Nudge); nil: only the poll
	Now         func() time.Time
	Log         *slog.Logger
	Metrics     prometheus.Registerer // nil: counted, not shown
	Concurrency int                   // tasks at once; 0 is 8

	// jobs replaces the list in tests.
	jobs []Job
}

// Workers is the background half of the desk: relay, jobs and loops.
type Workers struct {
	deps  *Deps
	jobs  []Job
	queue *queue
	relay *outbox.Relay
	meter *meter
	redis asynq.RedisConnOpt
	conc  int
}

// New checks the configuration; it connects to nothing.
func New(c Config) (*Workers, error) {
	if c.jobs == nil {
		c.jobs = Jobs()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Concurrency == 0 {
		c.Concurrency = 8
	}
	redis, err := asynq.ParseRedisURI(c.RedisURL)
	if err != nil {
		return nil, errors.New("the Redis URL cannot be read") // never echo it: it holds a password
	}
	if err := check(c.jobs); err != nil {
		return nil, err
	}
	store := outbox.NewStore(c.PG, rules(c.jobs))
	w := &Workers{
		deps: &Deps{Tickets: c.Tickets, Work: workerdb.New(c.PG), Outbox: store, SMS: c.SMS, Mail: c.Mail, MailProves: c.MailProves,
			Platforms: c.Platforms, Orders: c.Orders, Fetcher: c.Fetcher, Now: c.Now, Log: c.Log},
		jobs: c.jobs, queue: newQueue(redis, c.jobs, c.Now), meter: newMeter(c.Metrics), redis: redis, conc: c.Concurrency,
	}
	w.relay = outbox.NewRelay(outbox.RelayConfig{Store: store, Queue: w.queue, Bell: c.Bell, Now: c.Now, Log: c.Log})
	return w, nil
}

// Outbox is the store of the workers' kinds, for the operations page.
func (w *Workers) Outbox() *outbox.Store { return w.deps.Outbox }

// Run works until the context ends, then lets running jobs finish for ten
// seconds. It returns an error only when it could not start.
func (w *Workers) Run(ctx context.Context) error {
	s := &server{deps: w.deps, jobs: w.queue.jobs, meter: w.meter}
	srv := newServer(w.redis, s, w.conc, w.deps.Log)
	if err := srv.Start(s); err != nil {
		return fmt.Errorf("start workers: %w", err)
	}
	defer w.queue.Close()
	defer srv.Shutdown()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return w.relay.Run(ctx) })
	for _, l := range []loop{w.indexLoop(), w.cardsLoop(), w.sweepLoop(), w.backlogLoop(), w.figuresLoop()} {
		g.Go(func() error { return l.run(ctx, w.deps.Now, w.deps.Log) })
	}
	return g.Wait()
}

// Ready says whether work can be handed over now.
func (w *Workers) Ready() error {
	if err := w.queue.client.Ping(); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

func (w *Workers) kinds() []string {
	out := make([]string, len(w.jobs))
	for i, j := range w.jobs {
		out[i] = j.Kind
	}
	return out
}
