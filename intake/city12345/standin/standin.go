// Package standin is a small honest 12345 platform for the demo and the tests.
// It dispatches invented orders to a hotline, checks what comes back, and
// keeps its own belief about each order, so that both sides can be compared.
// It also misbehaves on demand.
//
// It is no product code: its own pages have no sign-in, and it listens on the
// loopback only.
package standin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"hotline/intake/city12345"
)

// Config says whom the platform serves and how it behaves. Only Secret,
// Target and Now are required.
type Config struct {
	// Name is the platform's name at the hotline, "demo" if empty.
	Name string
	// Secret signs both directions.
	Secret string
	// Target is the hotline's base URL, such as http://127.0.0.1:8080.
	Target string
	// Listen is the loopback address to serve on, for Run.
	Listen string
	// Listener, if set, is served instead of Listen.
	Listener net.Listener
	// Every dispatches a sample at this interval; 0 means only on command.
	Every time.Duration
	// Orders are dispatched once at the start, before any sample.
	Orders []city12345.Order
	// Auto lets the platform decide by itself: it grants requests, and after
	// our reply it visits the caller and closes the order.
	Auto bool
	// VisitAfter and CloseAfter are the pauses of Auto; 5 s each if zero.
	VisitAfter, CloseAfter time.Duration
	// StateFile keeps the platform's memory between starts; "" keeps none.
	StateFile string
	// Faults is how it misbehaves.
	Faults Faults
	// Summary receives the view of every order when Run ends.
	Summary io.Writer
	// Now is the platform's clock.
	Now func() time.Time
	// Logger defaults to slog's default.
	Logger *slog.Logger
}

// Faults are switched on by positive values. "Every n" counts requests.
type Faults struct {
	// DropEvery cuts the connection of every n-th callback: in turn before
	// and after it was stored.
	DropEvery int
	// RefuseEvery answers accepted:false to every n-th new callback.
	RefuseEvery int
	// BusyEvery answers 503 to every n-th callback.
	BusyEvery int
	// LoseEvery ignores the hotline's answer to every n-th delivery, so that
	// the same event is sent again.
	LoseEvery int
	// Repeat sends every event twice.
	Repeat bool
	// Reorder sends the newest event first and lets events of one order overtake.
	Reorder bool
	// Slow delays every answer to a callback.
	Slow time.Duration
}

// Platform is a running stand-in. Create it with New.
type Platform struct {
	config   Config
	verifier city12345.Verifier
	signer   city12345.Signer
	endpoint string
	http     *http.Client
	log      *slog.Logger
	nudge    chan struct{}
	sending  sync.Mutex // held during RunOnce: one delivery round at a time

	mu    sync.Mutex // guards everything below
	state state
	seen  map[string]time.Time // nonces, until they may be forgotten
	calls int                  // callbacks received, for Faults
	tries int                  // deliveries tried, for Faults
	next  time.Time            // of the next sample
}

// New checks the configuration and loads the state file, if there is one.
func New(c Config) (*Platform, error) {
	if c.Secret == "" || c.Now == nil {
		return nil, errors.New("12345 stand-in: secret and clock are required")
	}
	target, err := url.Parse(c.Target)
	if err != nil || target.Host == "" {
		return nil, errors.New("12345 stand-in: target must be http(s)://host")
	}
	if c.Name == "" {
		c.Name = "demo"
	}
	if c.VisitAfter <= 0 {
		c.VisitAfter = 5 * time.Second
	}
	if c.CloseAfter <= 0 {
		c.CloseAfter = 5 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	p := &Platform{
		config:   c,
		verifier: city12345.Verifier{Source: "hotline", Secret: []byte(c.Secret)},
		signer:   city12345.Signer{Secret: []byte(c.Secret)},
		endpoint: strings.TrimSuffix(c.Target, "/") + "/api/v1/city12345/" + url.PathEscape(c.Name) + "/events",
		http:     &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{}},
		log:      c.Logger,
		nudge:    make(chan struct{}, 1),
		seen:     map[string]time.Time{},
	}
	p.state, err = loadState(c.StateFile, c.Now())
	if err != nil {
		return nil, err
	}
	if c.Every > 0 {
		p.next = c.Now()
	}
	for _, o := range c.Orders {
		_, err := p.Dispatch(o)
		if err != nil && !errors.Is(err, ErrKnownOrder) {
			return nil, err
		}
	}
	return p, nil
}

// Run serves the platform's pages and delivers its events until ctx ends, then
// writes the summary. It returns nil on a clean end.
func (p *Platform) Run(ctx context.Context) error {
	listener := p.config.Listener
	if listener == nil {
		var err error
		listener, err = new(net.ListenConfig).Listen(ctx, "tcp", p.config.Listen)
		if err != nil {
			return fmt.Errorf("12345 stand-in: %w", err)
		}
	}
	p.log.Info("12345 stand-in listens", "address", listener.Addr().String(), "target", p.endpoint)
	server := &http.Server{Handler: p.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		err := server.Serve(listener)
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	})
	group.Go(func() error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		err := server.Shutdown(stop)
		if err != nil {
			return server.Close()
		}
		return nil
	})
	group.Go(func() error { p.deliverLoop(ctx); return nil })
	err := group.Wait()
	p.http.CloseIdleConnections()
	p.summarise()
	return err
}

// deliverLoop runs a round whenever something new is queued, and each half
// second for what has become due.
func (p *Platform) deliverLoop(ctx context.Context) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		p.RunOnce(ctx, p.config.Now())
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-p.nudge:
		}
	}
}

// wake lets the loop run a round now.
func (p *Platform) wake() {
	select {
	case p.nudge <- struct{}{}:
	default:
	}
}

// summarise writes what the platform thinks of each order.
func (p *Platform) summarise() {
	if p.config.Summary == nil {
		return
	}
	views := p.List()
	fmt.Fprintf(p.config.Summary, "12345 平台所知的工单：%d 件\n", len(views))
	for _, v := range views {
		fmt.Fprintf(p.config.Summary, "%s  %s  本地编号 %s  收到回传 %d 条（不予接受 %d）  待送达 %d 条%s\n",
			v.Order.OrderNo, v.Status.chinese(), orDash(v.TicketNo), len(v.Received), v.refused(), v.undelivered(), v.troubles())
	}
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}
