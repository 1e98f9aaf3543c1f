package web

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// Event is a journal row as a sentence.
type Event struct {
	At       time.Time
	Recorded *time.Time // where it was written down noticeably later
	Who      string
	What     string
	Details  []Detail
	Tone     string // of the dot: b a step, k a good end, p identity, "" the rest
	Seq      int
	Hash     string // the first characters
}

// Detail is one field of the act.
type Detail struct{ Name, Value string }

// actWords are the acts outside the flow table.
var actWords = map[string]Text{
	"registered": {"登记", "registered"}, "contact_viewed": {"查看诉求人联系方式", "opened the contact"}, "proposed": {"系统给出拟派建议", "proposal"},
	"routed": {"系统给出拟派建议", "proposal"}, "proposal": {"系统给出拟派建议", "proposal"}, "recused": {"回避", "recused"}, "card": {"预警", "warning card"}, "reply_planned": {"安排答复", "reply planned"},
	"task_sent": {"下达任务", "task issued"}, "task_signed": {"签收任务", "task signed"},
	"document_issued": {"签发文书", "document issued"}, "document_returned": {"文书签收件交回", "signed copy handed in"}, "document_cancelled": {"文书作废", "document declared void"},
}

// machineWords are our own workers, by the name in the journal.
var machineWords = map[string]Text{
	"machine:route": {"系统路由", "routing"}, "machine:reply": {"系统答复", "reply"}, "machine:cards": {"系统预警", "warnings"}, "machine:status": {"查询页", "status page"},
	"machine:task": {"任务", "tasks"}, "machine:mail": {"邮件接收", "mail"}, "machine:sms": {"短信", "SMS"}, "machine:fetch": {"附件取回", "fetcher"}, "machine:demo": {"演示数据", "demo"}, "machine:pause": {"中止期满", "end of the pause"}, "machine:relay": {"转接", "relay"}, "machine:calendar": {"日历更新", "calendar"},
	"machine:platform": {"12345 回传", "12345 callback"},
}

// actorWord is who acted, in words.
func actorWord(l Lang, actor string, names map[int]string) string {
	if id, ok := strings.CutPrefix(actor, "person:"); ok {
		n, _ := strconv.Atoi(id)
		if names[n] != "" {
			return names[n]
		}
		return l.T("工作人员", "staff")
	}
	if w, ok := machineWords[actor]; ok {
		return w.In(l)
	}
	if strings.HasPrefix(actor, "platform:") {
		return l.T("12345 平台", "12345 platform")
	}
	if actor == "" {
		return ""
	}
	return l.T("系统", "system")
}

// events tells the journal, newest first.
func (s *server) events(l Lang, rows []ticketdb.JournalRow, names map[int]string) []Event {
	out := make([]Event, 0, len(rows))
	for i := len(rows) - 1; i >= 0; i-- {
		r := rows[i]
		e := Event{At: r.At, Who: r.ActorName, What: r.Action, Seq: r.Seq, Tone: eventTone(r.Action), Hash: hashHead(r.Hash)}
		if e.Who == "" {
			e.Who = actorWord(l, r.Actor, names)
		}
		if u := s.unitShort(r.Unit); u != "" && strings.HasPrefix(r.Actor, "person:") {
			e.Who = u + " " + e.Who
		}
		if r.RecordedAt.Sub(r.At) > 5*time.Minute {
			at := r.RecordedAt
			e.Recorded = &at
		}
		row, known := tickets.RowOf(tickets.Action(r.Action))
		switch w, ok := actWords[r.Action]; {
		case known:
			e.What = l.T(row.ZH, row.EN)
		case ok:
			e.What = w.In(l)
		}
		e.Details = s.details(l, row, r.Fields, names)
		out = append(out, e)
	}
	return out
}

func hashHead(h []byte) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for _, x := range h[:min(4, len(h))] {
		b.WriteByte(digits[x>>4])
		b.WriteByte(digits[x&15])
	}
	return b.String()
}

func eventTone(action string) string {
	switch tickets.Action(action) {
	case tickets.ActDispatch, tickets.ActAssign, tickets.ActRecord, tickets.ActSubmit, tickets.ActHandDown, tickets.ActReportUp, tickets.ActTake, tickets.ActRecall, tickets.ActRedo, tickets.ActSplit, tickets.ActAppeal, tickets.ActTransferred:
		return "b"
	case tickets.ActSign, tickets.ActApprove, tickets.ActDelivered, tickets.ActFollowUp, tickets.ActClose, tickets.ActAnswer, tickets.ActPlatformAccepted, tickets.ActGrant:
		return "k"
	case "contact_viewed", tickets.ActIdentity:
		return "p"
	case tickets.ActUrge, tickets.ActSupervise, tickets.ActSendBack, tickets.ActSignReturn, tickets.ActAskReturn, tickets.ActAskExtension, tickets.ActAskPause, tickets.ActRefuse, tickets.ActWithdraw, tickets.ActRecuse, tickets.ActDeclare, "card":
		return "w"
	}
	return ""
}

// details are the act's fields as the flow table names them, and where the
// ticket went.
func (s *server) details(l Lang, row tickets.Row, fields map[string]json.RawMessage, names map[int]string) []Detail {
	var out []Detail
	var hop struct{ Unit int }
	if decode(fields["hop"], &hop); hop.Unit != 0 {
		out = append(out, Detail{l.T("承办单位", "unit"), s.unitName(hop.Unit)})
	}
	var child struct{ Number, Relation string }
	if decode(fields["child"], &child); child.Number != "" {
		out = append(out, Detail{relationWord(l, child.Relation, true), child.Number})
	}
	var moved []struct {
		Rule   string
		Before time.Time
		Due    time.Time
	}
	decode(fields["clocks"], &moved)
	for _, m := range moved {
		if !m.Before.IsZero() {
			out = append(out, Detail{s.ruleWord(l, m.Rule), l.ExactDue(m.Before) + " → " + l.ExactDue(m.Due)})
		}
	}
	var doc struct{ Kind, Number string }
	if decode(fields["document"], &doc); doc.Number != "" {
		out = append(out, Detail{l.Word("document", doc.Kind), doc.Number})
	}
	typed := map[string]string{}
	decode(fields["fields"], &typed)
	for _, f := range row.Needs {
		value := typed[f.Name]
		if value == "" || f.Type == tickets.TypeUnit && hop.Unit != 0 {
			continue
		}
		out = append(out, Detail{l.T(f.ZH, f.EN), s.fieldWord(l, f, value, names)})
	}
	var reason string
	if decode(fields["reason"], &reason); reason != "" {
		out = append(out, Detail{l.T("理由", "reason"), reason})
	}
	var motive string
	if decode(fields["motive"], &motive); motive != "" {
		out = append(out, Detail{l.T("原因", "motive"), motive})
	}
	return out
}

// decode reads a journal field; one of another shape says nothing.
func decode(raw json.RawMessage, into any) {
	if raw != nil {
		_ = json.Unmarshal(raw, into)
	}
}

func (s *server) fieldWord(l Lang, f tickets.Field, value string, names map[int]string) string {
	switch f.Type {
	case tickets.TypeChoice:
		return l.T(f.Choices.ZH(value), f.Choices.EN(value))
	case tickets.TypeUnit:
		n, _ := strconv.Atoi(value)
		return s.unitName(n)
	case tickets.TypePerson:
		n, _ := strconv.Atoi(value)
		if names[n] != "" {
			return names[n]
		}
		return l.T("工作人员", "staff")
	case tickets.TypeBool:
		if value == "true" || value == "on" || value == "1" {
			return l.T("是", "yes")
		}
		return l.T("否", "no")
	case tickets.TypeTime:
		if at, err := tickets.ParseTime(value); err == nil {
			return l.Exact(at)
		}
	}
	if r := []rune(value); len(r) > 160 {
		return string(r[:159]) + "…"
	}
	return value
}
