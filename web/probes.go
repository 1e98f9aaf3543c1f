package web

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// probes are for the machines that watch us: alive, able to work and why not,
// and the figures.
func (s *server) probes(app *fiber.App) {
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", s.ready)
	figures := adaptor.HTTPHandler(promhttp.HandlerFor(s.Registry, promhttp.HandlerOpts{}))
	app.Get("/metrics", func(c *fiber.Ctx) error {
		if err := s.mayMeasure(c); err != nil {
			return err
		}
		return figures(c)
	})
}

// readiness is the answer of /readyz.
type readiness struct {
	Ready  bool              `json:"ready"`
	Checks map[string]string `json:"checks"` // "ok", or that it does not work
}

// ready asks every check, each for two seconds at most. The log has the
// reason; the answer only names the part.
func (s *server) ready(c *fiber.Ctx) error {
	out := readiness{Ready: true, Checks: map[string]string{}}
	for _, k := range s.Checks {
		ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
		err := k.Run(ctx)
		cancel()
		out.Checks[k.Name] = "ok"
		if err != nil {
			out.Ready = false
			out.Checks[k.Name] = "not working"
			s.Logger.Warn("not ready", "check", k.Name, "error", err.Error())
		}
	}
	if !out.Ready {
		c.Status(fiber.StatusServiceUnavailable)
	}
	return c.JSON(out)
}

// mayMeasure lets the same machine read the figures, and administrators.
func (s *server) mayMeasure(c *fiber.Ctx) error {
	proxied := c.Get(fiber.HeaderXForwardedFor) != "" || c.Get("X-Real-Ip") != ""
	if c.Context().RemoteIP().IsLoopback() && !proxied {
		return nil
	}
	v, err := s.visitOf(c)
	if err != nil {
		return err
	}
	return allowed(systems, v)
}
