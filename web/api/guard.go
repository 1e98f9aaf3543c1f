package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"hotline/internal/pg"
)

// request is what a call knows about its request beyond the input.
type request struct {
	id      string
	address string
	agent   string
	origin  string // where this website is, as the client asked for it
	body    []byte // as it came; gone with the request
	caller  pg.Caller
	me      pg.Me
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	r, _ := ctx.Value(requestKey{}).(*request)
	return r
}

// guard stands before every call: a deadline, an id, a net under panics, and
// the refusal of what no call could read.
func (s *server) guard(ctx huma.Context, next func(huma.Context)) {
	c := humafiber.Unwrap(ctx)
	r := &request{id: requestID(c), address: strings.Clone(c.IP()), agent: clip(c.Get(fiber.HeaderUserAgent), 200), origin: strings.Clone(c.Protocol() + "://" + c.Hostname()), body: c.Request().Body()}
	defer func() {
		if v := recover(); v != nil {
			s.Logger.ErrorContext(ctx.Context(), "api call panicked", "call", ctx.Operation().OperationID, "request", r.id, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			_ = send(c, internal())
		}
	}()
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	if p := unreadable(c, ctx.Operation()); p != nil {
		_ = send(c, p)
		return
	}
	base, cancel := context.WithTimeout(context.WithValue(ctx.Context(), requestKey{}, r), patience)
	defer cancel()
	next(huma.WithContext(ctx, base))
}

// requestID is the id that the app's middleware gave, or a new one.
func requestID(c *fiber.Ctx) string {
	if id := c.GetRespHeader(fiber.HeaderXRequestID); id != "" {
		return strings.Clone(id)
	}
	id := rand.Text()[:16]
	c.Set(fiber.HeaderXRequestID, id)
	return id
}

// unreadable refuses what would be misread further on: a compressed or wrongly
// typed body, one too large, text that is not UTF-8 (JSON decoders replace it
// silently) or holds NUL (Postgres refuses it).
func unreadable(c *fiber.Ctx, op *huma.Operation) *Problem {
	if _, err := url.Parse(string(c.Request().RequestURI())); err != nil {
		return byStatus(http.StatusBadRequest)
	}
	var faults []Fault
	for k, v := range c.Request().URI().QueryArgs().All() {
		if !utf8.Valid(k) || !utf8.Valid(v) || bytes.IndexByte(v, 0) >= 0 {
			faults = append(faults, fault("query."+strings.ToValidUTF8(string(k), "?"), notTextZH, notTextEN))
		}
	}
	if len(faults) > 0 {
		return invalid(faults...)
	}
	if op.RequestBody == nil {
		return nil
	}
	return unreadableBody(c, op)
}

const notTextZH, notTextEN = "含有无法识别的字符，须为 UTF-8", "is not valid UTF-8 text"

func unreadableBody(c *fiber.Ctx, op *huma.Operation) *Problem {
	kind := c.Get(fiber.HeaderContentType)
	if enc := c.Get(fiber.HeaderContentEncoding); enc != "" && enc != "identity" {
		p := byStatus(http.StatusUnsupportedMediaType)
		p.Errors = []Fault{fault("header.Content-Encoding", "不接受压缩内容", "compressed bodies are not accepted")}
		return p
	}
	if op.RequestBody.Content["multipart/form-data"] != nil {
		if !strings.HasPrefix(kind, "multipart/form-data") {
			p := byStatus(http.StatusUnsupportedMediaType)
			p.Errors = []Fault{fault("header.Content-Type", "须为 multipart/form-data", "must be multipart/form-data")}
			return p
		}
		return nil
	}
	if !isJSON(kind) {
		return byStatus(http.StatusUnsupportedMediaType)
	}
	body := c.Request().Body()
	if len(body) > maxBody {
		return byStatus(http.StatusRequestEntityTooLarge)
	}
	if utf8.Valid(body) && !bytes.Contains(body, nulEscape) {
		return nil
	}
	if faults := brokenText(body); len(faults) > 0 {
		return invalid(faults...)
	}
	if !utf8.Valid(body) {
		return problem(http.StatusBadRequest, "不是有效的 JSON", "not valid JSON", fault("body", notTextZH, notTextEN))
	}
	return nil // an escaped backslash before u0000
}

var nulEscape = []byte(`\u0000`)

// isJSON tells whether a content type is application/json in UTF-8.
func isJSON(kind string) bool {
	name, params, _ := strings.Cut(kind, ";")
	if !strings.EqualFold(strings.TrimSpace(name), "application/json") {
		return false
	}
	_, charset, given := strings.Cut(strings.ToLower(params), "charset=")
	return !given || strings.Trim(strings.TrimSpace(charset), `"`) == "utf-8"
}

// mark stands for a byte that is not UTF-8: a noncharacter, which no text holds.
const mark = "\uffff"

// brokenText names the strings of a JSON body that are not text.
func brokenText(body []byte) []Fault {
	var v any
	if json.Unmarshal(bytes.ToValidUTF8(body, []byte(mark)), &v) != nil {
		return nil
	}
	var out []Fault
	walk("body", v, func(path, s string) {
		if strings.Contains(s, mark) || strings.ContainsRune(s, 0) {
			out = append(out, fault(strings.ReplaceAll(path, mark, "?"), notTextZH, notTextEN))
		}
	})
	return out
}

func walk(path string, v any, see func(path, s string)) {
	switch v := v.(type) {
	case string:
		see(path, v)
	case []any:
		for i, x := range v {
			walk(fmt.Sprintf("%s[%d]", path, i), x, see)
		}
	case map[string]any:
		for k, x := range v {
			see(path+"."+k, k)
			walk(path+"."+k, x, see)
		}
	}
}

// clip copies at most n bytes of a header, whole characters only.
func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(strings.Clone(s), "")
}
