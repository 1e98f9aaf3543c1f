package api

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttputil"
)

// BenchmarkRegister is the API's own share of a registration: HTTP, routing,
// session, checks and shaping, with a 300-character statement and a contact, and
// a desk that answers at once. The client's share is in it too.
func BenchmarkRegister(b *testing.B) {
	x := open(b)
	listener := fasthttputil.NewInmemoryListener()
	go func() { _ = x.app.Listener(listener) }()
	b.Cleanup(func() { _ = x.app.Shutdown() })
	client := &fasthttp.HostClient{Addr: "api", Dial: func(string) (net.Conn, error) { return listener.Dial() }}

	body := fmt.Sprintf(`{"kind":"help","channel":"call","region":"140428","statement":"%s","complainants":[{"name":"甲某","phone":"13800000000","role":"caller"}]}`, strings.Repeat("低保三个月没到账，", 34))
	req, resp := &fasthttp.Request{}, &fasthttp.Response{}
	req.Header.SetMethod(fiber.MethodPost)
	req.SetRequestURI("http://api/api/v1/tickets")
	req.Header.Set("Authorization", "Bearer "+goodToken)
	req.Header.SetContentType("application/json")
	req.Header.Set("Idempotency-Key", "k")
	req.SetBodyString(body)
	b.ReportAllocs()
	for b.Loop() {
		if err := client.Do(req, resp); err != nil || resp.StatusCode() != 201 {
			b.Fatal(err, string(resp.Body()))
		}
		x.fake.accepted = x.fake.accepted[:0]
	}
}
