package web

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"hotline/intake"
	"hotline/internal/accounts"
	"hotline/internal/pg"
	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/settingdb"
)

// fault is what a visitor reads about an error. Nothing internal is in it.
type fault struct {
	status int
	title  Text
	say    Text
}

// faults is the one table from errors to pages, asked in order.
var faults = []struct {
	is error
	fault
}{
	{pg.ErrNotFound, fault{404, Text{"没有找到", "Not found"}, Text{"没有这个页面或工单，或者它不在您的范围内。", "There is no such page or ticket, or it is not within your scope."}}},
	{pg.ErrNoSession, fault{401, Text{"请重新登录", "Sign in again"}, Text{"登录已过期。请重新登录后返回上一页，填写的内容还在。", "Your session is over. Sign in and go back: what you typed is still there."}}},
	{errSignIn, fault{401, Text{"请先登录", "Sign in first"}, Text{"登录后返回上一页，填写的内容还在。", "Sign in and go back: what you typed is still there."}}},
	{errForm, fault{403, Text{"页面已过期", "The page is too old"}, Text{"表单与当前登录不符。请返回上一页并刷新后重试。", "The form belongs to another session. Go back, reload and try again."}}},
	{errForbidden, fault{403, Text{"没有权限", "Not allowed"}, Text{"您的角色不能打开这个页面。", "Your role does not open this page."}}},
	{pg.ErrRefused, fault{403, Text{"没有权限", "Not allowed"}, Text{"系统按权限规则拒绝了这次操作。", "The rules of access refused this."}}},
	{tickets.ErrNotAllowed, fault{403, Text{"现在不能这样办", "Not possible now"}, Text{"工单的当前状态或您的岗位不允许这个操作。", "The ticket's status or your post does not allow this step."}}},
	{tickets.ErrUnknownAction, fault{404, Text{"没有这个操作", "No such action"}, Text{"没有这个操作。", "There is no such action."}}},
	{tickets.ErrMoved, fault{409, Text{"工单已有变化", "The ticket has moved"}, Text{"您打开之后，别人已经办理过这张工单。请刷新查看。", "Somebody worked on it since you opened it. Reload to see."}}},
	{settingdb.ErrMoved, fault{409, Text{"设置已有变化", "The setting has changed"}, Text{"您打开之后，别人已经改过。请刷新查看。", "Somebody changed it since you opened it. Reload to see."}}},
	{intake.ErrConflict, fault{409, Text{"已登记过", "Registered before"}, Text{"这张表单已经提交过，而且内容不同。请打开新的登记页。", "This form was sent before with other content. Open a new one."}}},
	{errTooMany, fault{429, Text{"请稍后再试", "Try again later"}, Text{"查询次数过多，请十分钟后再试，或拨打热线。", "Too many tries. Try again in ten minutes, or call the line."}}},
	{vault.ErrBusy, fault{503, Text{"登录人数较多", "Busy"}, Text{"正在登录的人较多，请稍后再试。", "Many people sign in at once. Try again in a moment."}}},
	{context.DeadlineExceeded, fault{503, Text{"处理超时", "Too slow"}, Text{"系统繁忙，没有在十秒内完成。请稍后再试；重复提交不会生成两张工单。", "The system is busy and did not finish in ten seconds. Try again: sending twice makes one ticket."}}},
}

var unknownFault = fault{500, Text{"系统出错", "Something went wrong"}, Text{"操作没有完成，已经记录。请重试；仍不行时把下面的编号告诉管理员。", "It did not work and has been recorded. Try again; if it stays so, give the administrator the number below."}}

// httpFaults are the errors of the web framework itself.
var httpFaults = map[int]fault{
	404: {404, Text{"没有找到", "Not found"}, Text{"没有这个页面。", "There is no such page."}},
	405: {405, Text{"没有找到", "Not found"}, Text{"这个页面不能这样打开。", "This page is not opened this way."}},
	413: {413, Text{"内容太大", "Too large"}, Text{"表单最多 1 MB，单个文件最多 25 MB。", "A form is at most 1 MB, a file at most 25 MB."}},
	431: {431, Text{"请求头太大", "Header too large"}, Text{"请清除浏览器的 Cookie 后重试。", "Clear the browser's cookies and try again."}},
}

func faultOf(err error) fault {
	var locked accounts.Locked
	if errors.As(err, &locked) {
		return fault{429, Text{"请稍后再试", "Try again later"}, Text{"失败次数过多，请稍后再试。", "Too many failures. Try again later."}}
	}
	for _, f := range faults {
		if errors.Is(err, f.is) {
			return f.fault
		}
	}
	var invalid tickets.Invalid
	if errors.As(err, &invalid) && len(invalid) > 0 {
		return fault{422, Text{"填写有误", "Not valid"}, Text{invalid[0].ZH, invalid[0].EN}}
	}
	var fe *fiber.Error
	if errors.As(err, &fe) {
		if f, ok := httpFaults[fe.Code]; ok {
			return f
		}
		if fe.Code < 500 {
			return fault{fe.Code, Text{"请求有误", "Bad request"}, Text{"请求有误。", "The request is not valid."}}
		}
	}
	return unknownFault
}

// ErrorPage is what went wrong, in words.
type ErrorPage struct {
	*Shell
	Status  int
	Say     string
	Request string
}

func (ErrorPage) template() string { return "error" }

// fail turns an error into a page; it is the only place that does.
func (s *server) fail(c *fiber.Ctx, err error) error {
	f, v := faultOf(err), visited(c)
	switch {
	case strings.HasPrefix(c.Path(), "/api/"):
		return s.failAPI(c, err, f)
	case f.status == 401 && c.Method() == fiber.MethodGet && !isPartial(c):
		return c.Redirect("/sign-in?next="+url.QueryEscape(local(c.OriginalURL())), fiber.StatusSeeOther)
	case isPartial(c):
		c.Status(f.status)
		return c.SendString(f.say.In(v.lang))
	}
	p := ErrorPage{Shell: s.shell(c, v, f.title.In(v.lang)), Status: f.status, Say: f.say.In(v.lang), Request: requestID(c)}
	if rerr := s.render(c, v, f.status, p); rerr != nil {
		c.Status(f.status)
		return c.SendString(f.title.ZH + "。" + f.say.ZH)
	}
	return nil
}

func (s *server) failAPI(c *fiber.Ctx, err error, f fault) error {
	if s.APIErrors != nil {
		return s.APIErrors(c, err)
	}
	c.Status(f.status)
	if err := c.JSON(map[string]any{"status": f.status, "title": f.title.EN, "detail": f.say.EN}); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return nil
}

// isPartial tells whether htmx asked for a piece of a page.
func isPartial(c *fiber.Ctx) bool { return c.Get("HX-Request") == "true" }
