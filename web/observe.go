package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"hotline/internal/vault"
)

// requestLife is how long a request may take: everything below it sees the
// deadline through its context.
const requestLife = 10 * time.Second

const requestKey = "request"

// requestID names a request in the log and on the error page.
func requestID(c *fiber.Ctx) string {
	id, _ := c.Locals(requestKey).(string)
	return id
}

// observe gives every request its id, its deadline, one log line and its place
// in the metrics, and turns errors and panics into answers. The log has the
// route's pattern and never the URL: a query may hold a name or a number.
func (s *server) observe(c *fiber.Ctx) error {
	start := s.Now()
	id := vault.NewToken()[:16]
	c.Locals(requestKey, id)
	c.Set("X-Request-Id", id)
	ctx, cancel := context.WithTimeout(c.UserContext(), requestLife)
	defer cancel()
	c.SetUserContext(ctx)

	err := guarded(c)
	if err != nil {
		if ferr := s.fail(c, err); ferr != nil {
			return ferr
		}
	}
	took := s.Now().Sub(start)
	status, route := c.Response().StatusCode(), routeOf(c)
	s.metrics.observe(c.Method(), route, status, took)
	s.logRequest(c, err, status, route, took)
	return nil
}

const routeKey = "route"

// routeOf is the pattern of the route that answered; addresses that fit none share a name.
func routeOf(c *fiber.Ctx) string {
	if name, ok := c.Locals(routeKey).(string); ok {
		return name
	}
	return c.Route().Path
}

// guarded runs the rest of the request; a panic becomes an error with its stack.
func guarded(c *fiber.Ctx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, p, debug.Stack())
		}
	}()
	return c.Next()
}

var errPanic = errors.New("panic")

func (s *server) logRequest(c *fiber.Ctx, err error, status int, route string, took time.Duration) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request", requestID(c)), slog.String("method", c.Method()), slog.String("route", route),
		slog.Int("status", status), slog.Float64("ms", float64(took.Microseconds())/1000),
	}
	if account := visited(c).me.Account; account != 0 {
		attrs = append(attrs, slog.Int("account", account))
	}
	if status >= 500 {
		level = slog.LevelError
		if err != nil {
			attrs = append(attrs, slog.String("error", err.Error()))
		}
	}
	s.Logger.LogAttrs(c.UserContext(), level, "request", attrs...)
}

// meters are the figures of /metrics.
type meters struct {
	took *prometheus.HistogramVec
}

func newMeters(r prometheus.Registerer) (*meters, error) {
	m := &meters{took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "hotline_http_seconds", Help: "Time to answer an HTTP request, by route.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route", "status"})}
	return m, r.Register(m.took)
}

func (m *meters) observe(method, route string, status int, took time.Duration) {
	m.took.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}
