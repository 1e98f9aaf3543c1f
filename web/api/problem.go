package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"hotline/internal/accounts"
	"hotline/internal/pg"
	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/settingdb"
	"hotline/tickets/ticketdb"
)

// Problem is a problem document (RFC 9457). It never carries what the client
// sent, nor internal text.
type Problem struct {
	Type    string      `json:"type" doc:"about:blank: the status says it all" example:"about:blank"`
	Title   string      `json:"title" example:"Unprocessable Entity"`
	Status  int         `json:"status" example:"422"`
	Detail  string      `json:"detail" doc:"In Chinese and English" example:"填写有误 / the input is not valid"`
	Request string      `json:"request,omitempty" doc:"Quote this id when asking about the problem"`
	Errors  []Fault     `json:"errors,omitempty" doc:"One for each field that is wrong"`
	Ticket  *ticketBody `json:"ticket,omitempty" doc:"With 409: the ticket as it stands now"`
	after   string      // Retry-After in seconds
	cause   error       // for the log, never written out
}

// Fault is what is wrong with one field.
type Fault struct {
	Location string `json:"location" doc:"Where: body, query, path or header, and the field" example:"body.region"`
	Message  string `json:"message" doc:"In Chinese and English" example:"没有这个地区 / no such region"`
}

// Error is the detail; it makes a Problem an error that huma writes out.
func (p *Problem) Error() string { return p.Detail }

// Unwrap is the cause, for errors.Is.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are the headers that go with it.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.after != "" {
		h.Set("Retry-After", p.after)
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	return h
}

// ContentType is that of problem documents.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problem words a refusal.
func problem(status int, zh, en string, faults ...Fault) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: both(zh, en), Errors: faults}
}

func both(zh, en string) string { return zh + " / " + en }

func fault(location, zh, en string) Fault { return Fault{location, both(zh, en)} }

// invalid is a 422 that names its fields.
func invalid(faults ...Fault) *Problem {
	return problem(http.StatusUnprocessableEntity, "填写有误", "the input is not valid", faults...)
}

func notFound(faults ...Fault) *Problem {
	return problem(http.StatusNotFound, "没有找到", "not found", faults...)
}

func forbidden() *Problem {
	return problem(http.StatusForbidden, "此账号不能进行这项操作", "this account may not do that")
}

// fail turns an error of the floors below into a problem; one that nobody
// foresaw is logged, once, and shown as a bare 500.
func (s *server) fail(ctx context.Context, who *request, op huma.Operation, err error) *Problem {
	p := known(err, op, s.Now())
	p.Request = who.id
	if p.Status >= http.StatusInternalServerError {
		s.Logger.ErrorContext(ctx, "api call failed", "call", op.OperationID, "request", who.id, "status", p.Status, "error", err)
	}
	return p
}

// known is the one table of errors and statuses.
func known(err error, op huma.Operation, now time.Time) *Problem {
	var p *Problem
	var bad tickets.Invalid
	var locked accounts.Locked
	var network net.Error
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &bad):
		return invalid(faultsOf(bad, placeOf(op))...)
	case errors.As(err, &locked):
		p = problem(http.StatusTooManyRequests, "失败次数过多，请稍后再试", "too many failures, try again later")
		p.after = strconv.Itoa(max(1, int(locked.Until.Sub(now).Seconds())))
		return p
	case errors.Is(err, accounts.ErrCredentials):
		return problem(http.StatusUnauthorized, "账号、密码或动态验证码不正确", "wrong login, password or code")
	case errors.Is(err, pg.ErrNotFound):
		return notFound()
	case errors.Is(err, pg.ErrNoSession):
		return noSession()
	case errors.Is(err, pg.ErrRefused), errors.Is(err, tickets.ErrNotAllowed):
		return forbidden()
	case errors.Is(err, tickets.ErrUnknownAction):
		return notFound(fault("path.action", "没有这项操作", "no such action"))
	case errors.Is(err, tickets.ErrMoved):
		return problem(http.StatusConflict, "工单已有变动，请按最新状态重试", "the ticket has moved: look at it again")
	case errors.Is(err, settingdb.ErrMoved):
		return problem(http.StatusConflict, "设置已有变化，请重新读取后再改", "the setting has changed: read it again")
	case errors.Is(err, ticketdb.ErrConflict):
		return problem(http.StatusConflict, "同一幂等键曾提交过不同内容", "the same key came before with another content",
			fault("header.Idempotency-Key", "此键已用于另一份内容", "this key belongs to another content"))
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, vault.ErrBusy), errors.As(err, &network):
		p = problem(http.StatusServiceUnavailable, "系统繁忙，请稍后重试", "busy, try again")
		p.after = "5"
		return p
	}
	return internal()
}

func internal() *Problem {
	return problem(http.StatusInternalServerError, "系统出错，请稍后重试", "something went wrong on our side")
}

func noSession() *Problem {
	return problem(http.StatusUnauthorized, "请先登录", "sign in first", fault("header.Authorization", "没有有效的会话", "no valid session"))
}

// placeOf is where the fields of a call come from.
func placeOf(op huma.Operation) string {
	if op.Method == http.MethodGet {
		return "query"
	}
	return "body"
}

// faultsOf names each field by its place. A problem of the whole has none.
func faultsOf(bad tickets.Invalid, place string) []Fault {
	out := make([]Fault, len(bad))
	for i, b := range bad {
		out[i] = fault(strings.TrimSuffix(place+"."+b.Field, "."), b.ZH, b.EN)
	}
	return out
}

// ErrorHandler answers an error of Fiber's own under /api/ with a problem: no
// such call, a body beyond the server's limit. The app's error handler calls
// it for those paths.
func ErrorHandler(c *fiber.Ctx, err error) error {
	p := internal()
	var fe *fiber.Error
	if errors.As(err, &fe) {
		p = byStatus(fe.Code)
	}
	return send(c, p)
}

// byStatus words the refusals that come without a reason of their own.
func byStatus(status int) *Problem {
	switch status {
	case http.StatusNotFound:
		return problem(status, "没有这个接口", "no such call")
	case http.StatusMethodNotAllowed:
		return problem(status, "此接口不支持该方法", "the call has no such method")
	case http.StatusRequestEntityTooLarge:
		return problem(status, "内容过大", "the body is too large", fault("body", "内容超过上限", "over the limit"))
	case http.StatusUnsupportedMediaType:
		return problem(status, "不支持的内容类型", "unsupported content type", fault("header.Content-Type", "须为 application/json", "must be application/json"))
	}
	if status >= http.StatusBadRequest && status < http.StatusInternalServerError {
		return problem(status, "请求有误", "bad request")
	}
	return internal()
}

// send writes a problem straight to Fiber.
func send(c *fiber.Ctx, p *Problem) error {
	p.Request = requestID(c)
	for k, v := range p.GetHeaders() {
		c.Set(k, v[0])
	}
	c.Response().ResetBody()
	if err := c.Status(p.Status).JSON(p); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, p.ContentType(""))
	return nil
}
