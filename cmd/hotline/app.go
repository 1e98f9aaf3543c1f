package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"hotline/intake"
	"hotline/internal/accounts/accountdb"
	"hotline/internal/deadline/deadlinedb"
	"hotline/internal/units/unitdb"
	"hotline/internal/vault"
	"hotline/tickets/categorydb"
	"hotline/tickets/dutydb"
	"hotline/tickets/settingdb"
	"hotline/tickets/ticketdb"
	"hotline/web"
	"hotline/web/api"
	"hotline/workers"
)

// serveCommand runs the desk.
type serveCommand struct {
	Demo    bool `help:"Load the demo city and start its mail and 12345 servers; loopback only."`
	WebOnly bool `help:"Run no workers in this process."`
}

// Run serves until the context ends.
func (s *serveCommand) Run(ctx context.Context, c Config, log *slog.Logger) error {
	return serve(ctx, c, log, options{web: true, workers: !s.WebOnly, demo: s.Demo})
}

// workCommand runs only the background half.
type workCommand struct{}

// Run works until the context ends.
func (workCommand) Run(ctx context.Context, c Config, log *slog.Logger) error {
	return serve(ctx, c, log, options{workers: true})
}

// migrateCommand brings the database up to date and stops.
type migrateCommand struct{}

// Run migrates.
func (migrateCommand) Run(ctx context.Context, c Config, log *slog.Logger) error {
	s, err := openStores(ctx, c, log, false)
	if err != nil {
		return err
	}
	s.close()
	log.Info("the database is up to date")
	return nil
}

type options struct{ web, workers, demo bool }

// app is everything that runs, put together; this is the only place where all
// parts meet.
type app struct {
	c        Config
	o        options
	log      *slog.Logger
	s        *stores
	units    *unitdb.Cache
	clocks   *deadlinedb.Cache
	matters  *categorydb.Cache
	tickets  *ticketdb.DB
	settings *settingdb.DB
	desk     *intake.Desk
	accounts *accountdb.DB
	metrics  *prometheus.Registry
	outside  *outside
	workers  *workers.Workers
	web      *fiber.App
	ready    []web.Check
	closers  []func() error
}

// serve opens the stores, starts the parts and stops them in order: web,
// workers, relay, Redis, Postgres.
func serve(ctx context.Context, c Config, log *slog.Logger, o options) error {
	if o.demo {
		if err := loopback(c.Listen, c.DemoSMTP, c.DemoIMAP, c.DemoCity); err != nil {
			return err
		}
	}
	s, err := openStores(ctx, c, log, true)
	if err != nil {
		return err
	}
	defer s.close()
	a := newApp(c, o, log, s)
	if o.demo {
		if err := loadDemo(ctx, s, log); err != nil {
			return err
		}
	}
	if err := a.build(ctx); err != nil {
		return err
	}
	defer a.close()
	return a.run(ctx)
}

func newApp(c Config, o options, log *slog.Logger, s *stores) *app {
	// Requests allocate little that lives on; a larger heap step spends memory
	// that the target leaves free and takes fewer collections under load.
	debug.SetGCPercent(200)
	a := &app{c: c, o: o, log: log, s: s, metrics: prometheus.NewRegistry()}
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return a
}

// loopback refuses addresses that others could reach.
func loopback(addresses ...string) error {
	for _, a := range addresses {
		host, _, err := net.SplitHostPort(a)
		if err != nil {
			return fmt.Errorf("address %q: %w", a, err)
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return errNoDemo
		}
	}
	return nil
}

// buildDesk makes what registers and moves tickets; commands need no more.
func (a *app) buildDesk(ctx context.Context) error {
	var err error
	if a.units, err = unitdb.NewCache(ctx, a.s.pg); err != nil {
		return err
	}
	if a.clocks, err = deadlinedb.NewCache(ctx, a.s.pg); err != nil {
		return err
	}
	if a.matters, err = categorydb.NewCache(ctx, a.s.pg); err != nil {
		return err
	}
	if a.tickets, err = ticketdb.New(ticketdb.Config{PG: a.s.pg, Units: a.units, Clocks: a.clocks, Categories: a.matters, Vault: a.s.vault, Log: a.log}); err != nil {
		return err
	}
	a.settings = settingdb.New(settingdb.Config{PG: a.s.pg, Categories: a.matters, Clocks: a.clocks, Units: a.units})
	a.desk = intake.NewDesk(a.tickets)
	return nil
}

func (a *app) build(ctx context.Context) error {
	if err := a.buildDesk(ctx); err != nil {
		return err
	}
	var err error
	a.accounts = accountdb.New(accountdb.Config{PG: a.s.pg, Vault: a.s.vault, Hasher: vault.NewHasher(2), Log: a.log})
	if a.outside, err = a.buildOutside(ctx); err != nil {
		return err
	}
	if a.workers, err = a.buildWorkers(); err != nil {
		return err
	}
	a.ready = append(a.ready,
		web.Check{Name: "postgres", Run: func(ctx context.Context) error { return a.s.pg.People().Ping(ctx) }},
		web.Check{Name: "redis", Run: func(context.Context) error { return a.workers.Ready() }})
	a.ready = append(a.ready, a.outside.checks()...)
	if a.o.web {
		a.web, err = a.buildWeb()
	}
	return err
}

// close ends what does not end with the context.
func (a *app) close() {
	a.outside.close()
	for _, c := range a.closers {
		if err := c(); err != nil {
			a.log.Error("close", "error", err.Error())
		}
	}
}

// sms is the way short messages go out: the demo's file, the configured
// provider, or none. A file outside the demo would be a false proof of delivery.
func (a *app) sms() (workers.SMS, error) {
	if a.o.demo {
		return workers.NewFileSMS(filepath.Join(a.c.Data, "sms.log"), time.Now), nil
	}
	if a.c.SMSURL == "" {
		return nil, nil
	}
	headers := map[string]string{}
	if a.c.SMSToken != "" {
		headers["Authorization"] = "Bearer " + a.c.SMSToken
	}
	driver, err := workers.NewHTTPSMS(workers.HTTPSMSConfig{URL: a.c.SMSURL, Headers: headers, Body: a.c.SMSBody, IDField: a.c.SMSIDField})
	if err != nil {
		return nil, fmt.Errorf("HOTLINE_SMS_URL, HOTLINE_SMS_BODY: %w", err)
	}
	return driver, nil
}

func (a *app) buildWorkers() (*workers.Workers, error) {
	sms, err := a.sms()
	if err != nil {
		return nil, err
	}
	return workers.New(workers.Config{
		PG: a.s.pg, Tickets: a.tickets, RedisURL: a.s.redisURL, Bell: a.s.bell, Now: time.Now, Log: a.log, Metrics: a.metrics,
		SMS: sms, Mail: a.outside.sender, MailProves: true,
		Platforms: a.outside.platforms, Orders: a.outside.orders, Fetcher: a.outside.fetcher,
	})
}

func (a *app) buildWeb() (*fiber.App, error) {
	monitor, closeMonitor, err := workers.Monitor(a.s.redisURL, web.MonitorPath)
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, closeMonitor)
	return web.New(web.Config{
		Tickets: a.tickets, Desk: a.desk, Accounts: a.accounts, Operations: newOperations(a), Settings: a.settings, Duty: dutydb.New(a.s.pg, a.units), Vault: a.s.vault, Checks: a.ready,
		Logger: a.log, Now: time.Now, Registry: a.metrics, Demo: a.o.demo, Secure: a.c.Secure, Proxies: a.c.Proxies, Monitor: monitor, APIErrors: api.ErrorHandler,
		API: func(r fiber.Router) {
			a.outside.register(r)
			if f, ok := r.(*fiber.App); ok {
				api.Register(f, api.Config{Tickets: a.tickets, Desk: a.desk, Accounts: a.accounts, Categories: a.categories, Settings: a.settings, Duty: dutydb.New(a.s.pg, a.units), Version: version(), Now: time.Now, Logger: a.log})
			}
		},
	})
}

// categories are the matters in force, as the API lists them.
func (a *app) categories() []api.Category {
	all := a.tickets.Categories().All()
	out := make([]api.Category, len(all))
	for i, c := range all {
		out[i] = api.Category(c)
	}
	return out
}

// run starts every part and waits: when one fails, or the context ends, all stop.
func (a *app) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	// Registrations are committed as long as anything can still register.
	storing, stopStoring := context.WithCancel(context.WithoutCancel(ctx))
	stored := make(chan error, 1)
	go func() { stored <- a.tickets.Run(storing) }()
	defer func() { stopStoring(); <-stored }()
	failed := func(err error) { a.log.Error("reload", "error", err.Error()) }
	g.Go(func() error { return a.units.Run(ctx, failed) })
	g.Go(func() error { return a.clocks.Run(ctx, failed) })
	g.Go(func() error { return a.matters.Run(ctx, failed) })
	if a.o.workers {
		g.Go(func() error { return a.workers.Run(ctx) })
		a.outside.runWorkers(ctx, g)
	}
	if a.web != nil {
		listener, err := net.Listen("tcp", a.c.Listen)
		if err != nil {
			return fmt.Errorf("listen on %s: %w", a.c.Listen, err)
		}
		g.Go(func() error { return a.web.Listener(listener) })
		g.Go(func() error {
			<-ctx.Done()
			return a.web.ShutdownWithTimeout(10 * time.Second)
		})
		a.greet(listener.Addr().String())
	}
	a.outside.runDemo(ctx, g)
	a.watch(ctx, g)
	err := g.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// watch ends the process when a private server it stands on has ended: a start
// mends it, and a supervisor such as systemd starts again.
func (a *app) watch(ctx context.Context, g *errgroup.Group) {
	died := func(server <-chan struct{}, what string) {
		g.Go(func() error {
			select {
			case <-ctx.Done():
				return nil
			case <-server:
				return fmt.Errorf("the private %s ended unexpectedly; start again, it recovers by itself", what)
			}
		})
	}
	if a.s.private != nil {
		died(a.s.private.Died(), "Postgres")
	}
	if a.s.redis != nil {
		died(a.s.redis.Died(), "Redis")
	}
}

// greet prints where to go, for people; everything else is JSON on stderr.
func (a *app) greet(address string) {
	scheme := "http"
	if a.c.Secure {
		scheme = "https"
	}
	fmt.Printf("\n  救助热线 hotline  %s://%s\n", scheme, address)
	if !a.o.demo {
		fmt.Println()
		return
	}
	fmt.Printf(`
  演示账号 demo accounts (password %s)
    operator · lead-city · lead-140428 · handler-140428 · system …
  发邮件到 mail to     %s  (SMTP %s, IMAP %s)
  12345 平台 platform  http://%s
  短信 SMS             %s
  公众查询 status      %s://%s/status

  Ctrl-C 停止 stops everything

`, demoPassword, deskAddress, a.c.DemoSMTP, a.c.DemoIMAP, a.c.DemoCity, filepath.Join(a.c.Data, "sms.log"), scheme, address)
}

// version is the commit the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}
