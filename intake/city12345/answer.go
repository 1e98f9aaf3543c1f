package city12345

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"
)

// problem is a problem document (RFC 9457). Submission is the number to quote
// when asking about a body we stored but could not use.
type problem struct {
	Type       string       `json:"type"`
	Title      string       `json:"title"`
	Status     int          `json:"status"`
	Detail     string       `json:"detail"`
	Submission string       `json:"submission,omitempty"`
	Errors     []fieldFault `json:"errors,omitempty"`
}

type fieldFault struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

func refuse(c *fiber.Ctx, p problem) error {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	c.Status(p.Status)
	if p.Status == http.StatusServiceUnavailable {
		c.Set(fiber.HeaderRetryAfter, "10")
	}
	return c.JSON(p, "application/problem+json")
}

// fail words an error for the platform; one that nobody foresaw is logged, and
// the platform is asked to send again.
func (e *Endpoint) fail(c *fiber.Ctx, p Platform, err error) error {
	var bad unusable
	var other conflict
	switch {
	case errors.Is(err, ErrBadSignature):
		return refuse(c, problem{Status: http.StatusUnauthorized, Detail: "签名无效 / bad signature"})
	case errors.Is(err, ErrStale):
		return refuse(c, problem{Status: http.StatusUnauthorized, Detail: "签名时间超出允许范围 / stale signature"})
	case errors.Is(err, ErrReplayed):
		return refuse(c, problem{Status: http.StatusConflict, Detail: "重放的请求 / replayed nonce"})
	case errors.As(err, &other):
		return refuse(c, problem{Status: http.StatusConflict, Detail: "同一编号内容不同，已存待查，未采用 / conflicting repeat: kept, not applied", Submission: strconv.FormatInt(other.submission, 10)})
	case errors.As(err, &bad):
		out := problem{Status: http.StatusUnprocessableEntity, Detail: "报文无法使用，已存待查 / unusable: stored all the same", Submission: strconv.FormatInt(bad.submission, 10)}
		for _, f := range bad.fields {
			out.Errors = append(out.Errors, fieldFault{"body." + f.Field, f.Message})
		}
		return refuse(c, out)
	}
	e.log.Error("a 12345 event could not be stored", "platform", p.Name, "error", err)
	return refuse(c, problem{Status: http.StatusServiceUnavailable, Detail: "暂时无法保存，请稍后重发 / send it again later"})
}
