package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// contentPolicy allows our own files only: no inline script, no inline style,
// nobody may frame us.
const contentPolicy = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// monitorPolicy is for asynqmon alone, which brings inline script and style.
const monitorPolicy = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; font-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

func (s *server) headers(c *fiber.Ctx) error {
	policy := contentPolicy
	if strings.HasPrefix(c.Path(), MonitorPath) {
		policy = monitorPolicy
	}
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	if s.Secure {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
	return c.Next()
}

// The largest bodies, in bytes. A form with a file needs room around it.
const (
	bodyLimit     = 1 << 20
	fileLimit     = 25 << 20
	fileBodyLimit = fileLimit + 1<<20
)

// limitBody tells fasthttp, once the header is read and before the body is, how
// much it may send. The API answers a body just over its own limit itself.
func limitBody(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path, _, _ := strings.Cut(string(h.RequestURI()), "?")
	api := strings.HasPrefix(path, "/api/")
	switch {
	case string(h.Method()) != fiber.MethodPost:
	case api && strings.HasSuffix(path, "/attachments"), strings.HasPrefix(path, "/tickets/") && strings.HasSuffix(path, "/files"),
		strings.HasPrefix(path, "/tasks/") && strings.HasSuffix(path, "/answer"), strings.HasPrefix(path, "/api/v1/tasks/") && strings.HasSuffix(path, "/answer"):
		return fasthttp.RequestConfig{MaxRequestBodySize: fileBodyLimit}
	}
	if api {
		return fasthttp.RequestConfig{MaxRequestBodySize: 2*bodyLimit + 4096}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: bodyLimit}
}
