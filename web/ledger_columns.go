package web

import (
	"fmt"
	"strings"
	"time"

	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// ledgerColumn is one column of a ledger, the same on the page, on paper and in
// the file.
type ledgerColumn struct {
	head Text
	cell func(s *server, l Lang, e ticketdb.Entry) string
}

// ledgerColumns are THE columns of each ledger.
var ledgerColumns = map[string][]ledgerColumn{
	ticketdb.LedgerNamed: {
		{Text{"编号", "Number"}, func(_ *server, _ Lang, e ticketdb.Entry) string { return lines2(e.Number, e.OrderNo) }},
		{Text{"收到", "Received"}, func(_ *server, _ Lang, e ticketdb.Entry) string { return minute(&e.ReceivedAt) }},
		{Text{"来源", "Channel"}, func(_ *server, l Lang, e ticketdb.Entry) string { return l.Word("channel", e.Channel) }},
		{Text{"反映人", "Complainant"}, complainantCell},
		{Text{"事项", "Matter"}, matterCell},
		{Text{"承办单位", "Unit"}, func(s *server, _ Lang, e ticketdb.Entry) string { return s.unitShort(e.Unit) }},
		{Text{"核查记录", "Verification"}, checkedCell},
		{Text{"处理结果", "Result"}, resultCell},
		{Text{"反馈", "Reply"}, toldCell},
		{Text{"办结", "Closed"}, closedCell},
	},
	ticketdb.LedgerClues: {
		{Text{"编号", "Number"}, func(_ *server, _ Lang, e ticketdb.Entry) string { return lines2(e.Number, e.OrderNo) }},
		{Text{"收到", "Received"}, func(_ *server, _ Lang, e ticketdb.Entry) string { return minute(&e.ReceivedAt) }},
		{Text{"线索来源", "Source"}, func(_ *server, l Lang, e ticketdb.Entry) string {
			return lines2(l.Word("channel", e.Channel), l.Word("naming", e.Naming))
		}},
		{Text{"线索内容", "Matter"}, matterCell},
		{Text{"被反映对象层级", "Level of the accused"}, suspectCell},
		{Text{"承办单位", "Unit"}, func(s *server, _ Lang, e ticketdb.Entry) string { return s.unitShort(e.Unit) }},
		{Text{"分类处置", "Disposition"}, func(_ *server, l Lang, e ticketdb.Entry) string {
			return l.Word("disposition", tickets.DispositionOf(e.Outcome, len(e.Moved) > 0))
		}},
		{Text{"移送及回执", "Transfer and receipt"}, movedCell},
		{Text{"核查结论", "Findings"}, checkedCell},
		{Text{"结果", "Result"}, resultCell},
	},
}

// lines2 puts parts below each other and leaves empty ones out.
func lines2(parts ...string) string {
	var out []string
	for _, p := range parts {
		if strings.TrimSpace(p) != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n")
}

func minute(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(workday.Zone).Format("2006-01-02 15:04")
}

// dueBy is a due time as people keep it: midnight ends the day before.
func dueBy(t time.Time) string {
	if x := t.In(workday.Zone); x.Hour() == 0 && x.Minute() == 0 {
		return lastDay(t)
	}
	return minute(&t)
}

func date(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(workday.Zone).Format(time.DateOnly)
}

// shownMost is how many complainants of a joint letter a line names.
const shownMost = 3

func complainantCell(_ *server, l Lang, e ticketdb.Entry) string {
	var out []string
	for i, c := range e.Complainants {
		if i == shownMost {
			out = append(out, l.T(fmt.Sprintf("等 %d 人", len(e.Complainants)), fmt.Sprintf("and others, %d in all", len(e.Complainants))))
			break
		}
		out = append(out, strings.TrimSpace(c.Name+" "+c.Phone))
	}
	naming := l.Word("naming", e.Naming)
	if e.Secrecy == tickets.Confidential {
		naming += l.T("、保密", ", confidential")
	}
	return lines2(append(out, naming)...)
}

// matterWords characters of the statement stand in a ledger; the ticket has them all.
const matterWords = 160

func matterCell(s *server, l Lang, e ticketdb.Entry) string {
	text := []rune(e.Matter)
	if len(text) > matterWords {
		text = append(text[:matterWords], '…')
	}
	head := l.Word("kind", e.Kind)
	if e.Category != "" {
		head += " · " + s.categoryWord(l, e.Category)
	}
	return lines2(head, e.Title, string(text))
}

func checkedCell(_ *server, l Lang, e ticketdb.Entry) string {
	var out []string
	for _, f := range e.Checked {
		people := strings.Join(strings.Fields(f.Author+" "+f.Second), "、")
		out = append(out, fmt.Sprintf("%d. %s · %s · %s %s", f.N, findingWord(l, e.Kind, f.Outcome), f.Method, people, date(&f.At)))
	}
	return lines2(out...)
}

func resultCell(_ *server, l Lang, e ticketdb.Entry) string {
	var out []string
	if e.Outcome != "" {
		out = append(out, l.Word("outcome", e.Outcome))
	} else {
		out = append(out, l.Word("status", string(e.Status)))
	}
	for _, f := range e.Checked {
		if f.Corrected != "" {
			out = append(out, f.Corrected)
		}
		if f.Recovered > 0 {
			out = append(out, l.T("追回 ", "recovered ")+yuan(f.Recovered)+l.T(" 元", " yuan"))
		}
	}
	for _, m := range e.Moved {
		if m.Result != "" {
			out = append(out, l.T("移送结果：", "of the transfer: ")+m.Result)
		}
	}
	return lines2(out...)
}

func toldCell(_ *server, l Lang, e ticketdb.Entry) string {
	if e.Told == nil {
		return ""
	}
	var satisfaction string
	if e.Satisfaction != "" {
		satisfaction = l.Word("satisfaction", e.Satisfaction)
	}
	return lines2(minute(&e.Told.At), l.Word("way", e.Told.Way)+" · "+l.Word("attempt", e.Told.State),
		e.Told.Evidence+l.T("（", " (")+l.Word("provenance", e.Told.Provenance)+l.T("）", ")"), satisfaction)
}

func closedCell(_ *server, l Lang, e ticketdb.Entry) string {
	if e.ClosedAt != nil {
		return minute(e.ClosedAt)
	}
	if e.DueAt == nil {
		return l.T("未办结", "open")
	}
	return lines2(l.T("未办结", "open"), l.T("时限 ", "due ")+dueBy(*e.DueAt))
}

func suspectCell(_ *server, l Lang, e ticketdb.Entry) string {
	var out []string
	for _, a := range e.Suspects {
		var parts []string
		if a.Level != "" {
			parts = append(parts, l.Word("unit_level", a.Level))
		}
		if a.Post != "" {
			parts = append(parts, a.Post)
		}
		if len(parts) == 0 {
			parts = append(parts, l.T("个人，单位未明", "a person, unit unknown"))
		}
		out = append(out, strings.Join(parts, " · "))
	}
	if len(out) == 0 {
		return l.T("未指明", "nobody named")
	}
	return lines2(out...)
}

func movedCell(_ *server, l Lang, e ticketdb.Entry) string {
	var out []string
	for _, m := range e.Moved {
		out = append(out, fmt.Sprintf("%s %s %s", date(&m.SentAt), m.Body, m.SentNo))
		if m.AcceptedAt != nil || m.AcceptedNo != "" {
			out = append(out, l.T("回执 ", "receipt ")+strings.TrimSpace(date(m.AcceptedAt)+" "+m.AcceptedNo))
		} else {
			out = append(out, l.T("尚无回执", "no receipt yet"))
		}
	}
	return lines2(out...)
}
