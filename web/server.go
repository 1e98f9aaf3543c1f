package web

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
)

// server is the pages with everything they need.
type server struct {
	Config
	views    *views
	assets   *assets
	metrics  *meters
	throttle *throttle
}

// New returns the whole website, ready to listen. It fails where a template
// and its page do not fit.
func New(c Config) (*fiber.App, error) {
	s := &server{Config: c, throttle: newThrottle(statusTries, statusWindow)}
	if s.Registry == nil {
		s.Registry = prometheus.NewRegistry()
	}
	var err error
	if s.metrics, err = newMeters(s.Registry); err != nil {
		return nil, fmt.Errorf("web metrics: %w", err)
	}
	if s.assets, err = newAssets(assetFiles); err != nil {
		return nil, fmt.Errorf("web assets: %w", err)
	}
	if s.views, err = newViews(templateFiles, s.assets, s.Now); err != nil {
		return nil, fmt.Errorf("web templates: %w", err)
	}
	return s.app(), nil
}

func (s *server) app() *fiber.App {
	proxies := s.Proxies
	if proxies == nil && s.Secure {
		proxies = []string{"127.0.0.1", "::1"}
	}
	app := fiber.New(fiber.Config{
		EnableTrustedProxyCheck: true, EnableIPValidation: true, TrustedProxies: proxies, ProxyHeader: "X-Real-Ip",
		AppName: "hotline", DisableStartupMessage: true, Immutable: true,
		BodyLimit: bodyLimit, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		ReadBufferSize: 16 << 10, ErrorHandler: s.fail,
	})
	app.Server().HeaderReceived = limitBody
	app.Use(s.observe, s.headers)
	app.Get("/assets/:name", s.assets.serve)
	s.probes(app)
	if s.API != nil {
		s.API(app)
	}
	for _, r := range s.routes() {
		app.Add(r.method, r.path, s.enter(r))
	}
	if s.Monitor != nil {
		app.All(MonitorPath+"*", s.enterMonitor(adaptor.HTTPHandler(s.Monitor)))
	}
	app.Use(func(c *fiber.Ctx) error {
		c.Locals(routeKey, "none")
		if _, err := s.visitOf(c); err != nil {
			return err
		}
		return fiber.ErrNotFound
	})
	return app
}
