package api

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	v "github.com/danielgtaylor/huma/v2/validation"
)

// translation pairs a message of the validator with its Chinese; %s is what
// the message's first verb stands for.
type translation struct{ en, zh string }

// required is the one message whose field stands in the text, not the path.
const requiredZH = "必须填写"

// translations covers the checks that our schemas use. A message outside the
// table is shown as a plain "not valid", since its text may be internal.
func translations() []translation {
	return []translation{
		{v.MsgUnexpectedProperty, "没有这个字段"},
		{v.MsgExpectedRFC3339DateTime, "须为 RFC 3339 时间（带时区），且日期存在"},
		{v.MsgExpectedRFC3339Date, "须为日期，如 2026-09-18"},
		{v.MsgExpectedBoolean, "须为 true 或 false"},
		{v.MsgExpectedNumber, "须为数字"},
		{v.MsgExpectedInteger, "须为整数"},
		{v.MsgExpectedString, "须为文字"},
		{v.MsgExpectedArray, "须为列表"},
		{v.MsgExpectedObject, "须为对象"},
		{v.MsgExpectedMatchExactlyOneSchema, "类型不对"},
		{v.MsgExpectedOneOf, "须为其中之一：%s"},
		{v.MsgExpectedMinimumNumber, "不能小于 %s"},
		{v.MsgExpectedMaximumNumber, "不能大于 %s"},
		{v.MsgExpectedMinLength, "至少 %s 个字"},
		{v.MsgExpectedMaxLength, "最多 %s 个字"},
		{v.MsgExpectedMatchPattern, "格式不对，须合 %s"},
		{v.MsgExpectedBePattern, "格式不对，须为 %s"},
		{v.MsgExpectedMinItems, "至少 %s 项"},
		{v.MsgExpectedMaxItems, "最多 %s 项"},
		{v.MsgExpectedRequiredProperty, requiredZH},
		{"invalid integer", "须为整数"},
		{"invalid boolean", "须为 true 或 false"},
		{"unknown query parameter", "没有这个参数"},
		{"required query parameter is missing", requiredZH},
		{"required header parameter is missing", requiredZH},
		{"File required", "须附文件"},
		{"required form parameter is missing", requiredZH},
		{"required formData parameter is missing", requiredZH},
	}
}

// translate words one validator's finding in both languages.
func (s *server) translate(d *huma.ErrorDetail) Fault {
	for _, t := range s.words {
		arg, ok := match(t.en, d.Message)
		if !ok {
			continue
		}
		location := d.Location
		if t.en == v.MsgExpectedRequiredProperty {
			return fault(location+"."+arg, requiredZH, "is required")
		}
		return fault(location, strings.ReplaceAll(t.zh, "%s", arg), d.Message)
	}
	return fault(d.Location, "填写不正确", "is not valid")
}

// match tells whether msg was made from format, and what stands for its verb.
func match(format, msg string) (arg string, ok bool) {
	i := strings.IndexByte(format, '%')
	if i < 0 {
		return "", format == msg
	}
	head, tail := format[:i], format[i+2:]
	if len(msg) < len(head)+len(tail) || !strings.HasPrefix(msg, head) || !strings.HasSuffix(msg, tail) {
		return "", false
	}
	return msg[len(head) : len(msg)-len(tail)], true
}

// transform replaces huma's own errors, which echo what the client sent and may
// show internal text, by problems.
func (s *server) transform(ctx huma.Context, _ string, body any) (any, error) {
	m, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	p := byStatus(m.Status)
	switch m.Status {
	case http.StatusUnprocessableEntity:
		p = invalid()
	case http.StatusBadRequest:
		p = problem(m.Status, "不是有效的 JSON", "not valid JSON", fault("body", "不是有效的 JSON", "not valid JSON"))
	}
	if m.Status == http.StatusUnprocessableEntity {
		for _, d := range m.Errors {
			p.Errors = append(p.Errors, s.translate(d))
		}
	}
	if r := requestOf(ctx.Context()); r != nil {
		p.Request = r.id
	}
	if p.Status >= http.StatusInternalServerError {
		s.Logger.ErrorContext(ctx.Context(), "api call failed", "call", ctx.Operation().OperationID, "request", p.Request, "status", m.Status)
	}
	return p, nil
}
