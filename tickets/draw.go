package tickets

import (
	"fmt"
	"slices"
	"strings"
)

//go:generate go test -run Drawing -update

// Draw writes docs/flow.md from the table: what it is, a diagram, and every row.
// A test keeps the committed file equal to it.
func Draw() string {
	var b strings.Builder
	b.WriteString(drawIntro)
	drawDiagram(&b)
	drawStatuses(&b)
	drawRows(&b)
	drawCases(&b)
	return b.String()
}

const drawIntro = `# The life of a ticket 工单流程

Drawn from ` + "`tickets/flow.go`" + ` by ` + "`go test ./tickets -run Drawing -update`" + `; do not edit. Pages draw their buttons from the same
table, the API answers from it, and the database's CHECK is tested against it. 本文件由流程表生成，请勿手改。

Every end is an outcome of 已办结 (closed), so that every end passes the same gates.

`

func drawDiagram(b *strings.Builder) {
	b.WriteString("## Diagram 流程图\n\n```mermaid\nstateDiagram-v2\n")
	for _, s := range Statuses {
		fmt.Fprintf(b, "    state \"%s %s\" as %s\n", s.ZH, s.Code, s.Code)
	}
	b.WriteString("    [*] --> registered: 登记\n")
	for _, from := range Statuses.Codes() {
		for _, to := range Statuses.Codes() {
			if names := drawEdge(Status(from), Status(to)); len(names) > 0 {
				fmt.Fprintf(b, "    %s --> %s: %s\n", from, to, strings.Join(names, "、"))
			}
		}
	}
	b.WriteString("    archived --> [*]\n```\n\n")
}

// drawEdge names the actions that lead from one status to another. What leaves
// the status as it is stands in the table only.
func drawEdge(from, to Status) []string {
	var out []string
	for _, r := range Flow {
		if r.Leads(from, to) && !(from == to && (r.To == "" || len(r.Opens) == 0)) {
			out = append(out, r.ZH)
		}
	}
	return out
}

func drawStatuses(b *strings.Builder) {
	b.WriteString("## Statuses 状态\n\n| code | 中文 | English | leaves by 可做动作 |\n|---|---|---|---|\n")
	for _, s := range Statuses {
		var names []string
		for _, r := range Flow {
			if r.Allows(Status(s.Code)) && r.To != "" {
				names = append(names, r.ZH)
			}
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", s.Code, s.ZH, s.EN, strings.Join(names, "、"))
	}
	b.WriteString("\n")
}

func drawRows(b *strings.Builder) {
	b.WriteString("## Actions 动作\n\nA field with * must be filled. A dash in “to” leaves the status as it is. 带 * 的必填；“到”为 — 时状态不变。\n\n")
	b.WriteString("| action | 动作 | from 从 | to 到 | by 由谁 | fields 填写 | gates 条件 | clocks met 终止计时 | opened 启动计时 | jobs 后续 |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range Flow {
		cells := []string{
			drawAction(r), r.ZH, drawFrom(r), drawTo(r), drawBy(r), drawFields(r), drawGates(r),
			strings.Join(r.Meets, ", "), strings.Join(r.Opens, ", "), strings.Join(r.Jobs, ", "),
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
	}
}

func drawAction(r Row) string {
	s := fmt.Sprintf("`%s` %s", r.Action, r.EN)
	if r.Hidden {
		s += " (machines 仅系统)"
	}
	return s
}

func drawFrom(r Row) string {
	switch {
	case slices.Equal(r.From, anyStatus):
		return "any 任何"
	case slices.Equal(r.From, openStatuses):
		return "open 未办结"
	}
	var out []string
	for _, s := range r.From {
		out = append(out, Statuses.ZH(string(s)))
	}
	return strings.Join(out, "、")
}

func drawTo(r Row) string {
	switch {
	case r.To == "":
		return "—"
	case r.Or != "":
		return Statuses.ZH(string(r.To)) + "或" + Statuses.ZH(string(r.Or))
	}
	return Statuses.ZH(string(r.To))
}

// places is how the table calls where somebody stands.
var places = Words{
	{string(AtDesk), "受理单位", "desk"}, {string(AtHandler), "承办单位", "handling unit"}, {string(AtAbove), "上级", "above"},
	{string(AtAssigned), "本人承办", "assigned"}, {string(AtMachine), "系统", "machine"}, {string(AtPlatform), "平台", "platform"},
}

func drawBy(r Row) string {
	var out []string
	for _, by := range r.By {
		if by.Role == RoleMachine || by.Role == RolePlatform {
			out = append(out, Roles.ZH(by.Role))
			continue
		}
		var at []string
		for _, p := range by.Places {
			at = append(at, places.ZH(string(p)))
		}
		out = append(out, Roles.ZH(by.Role)+"（"+strings.Join(at, "、")+"）")
	}
	return strings.Join(out, "；")
}

func drawFields(r Row) string {
	var out []string
	for _, f := range r.Needs {
		s := f.ZH
		if f.Must {
			s += "*"
		}
		out = append(out, s)
	}
	return strings.Join(out, "、")
}

func drawGates(r Row) string {
	var out []string
	for _, g := range r.Gates {
		out = append(out, g.Name)
	}
	return strings.Join(out, ", ")
}
