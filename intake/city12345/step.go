package city12345

import (
	"fmt"
	"path"
	"strings"
	"time"

	"hotline/intake/intakedb"
	"hotline/tickets"
)

// maxNote bounds a note of the flow table, in runes.
const maxNote = 10000

// step is what an inbound event does to its ticket: an action; or nothing, since
// done says that nothing is left; or it must wait, and wait says for what.
type step struct {
	action tickets.Action
	values tickets.Values
	wait   string
	done   string
	// otherwise is what is noted where the flow table refuses the step: the
	// platform decides on a request that was made on its own pages.
	otherwise *step
}

func do(action tickets.Action, field, text string) step {
	return step{action: action, values: tickets.Values{field: clip(text, maxNote)}}
}

// stepOf decides what an event does to a ticket in the given status. It is pure;
// the flow table still has the last word.
func (c Codes) stepOf(e Event, status tickets.Status) step {
	switch e.Kind {
	case Supplemented:
		return do(tickets.ActSupplement, "note", supplementText(*e.Supplement))
	case Urged:
		return whileOpen(status, "工单已办结，平台仍在催办", do(tickets.ActUrge, "note", urgeText(*e.Urge)))
	case Supervised:
		return whileOpen(status, "工单已办结，平台仍在督办", do(tickets.ActSupervise, "note", superviseText(*e.Supervise)))
	case Recalled:
		return unlessClosed(status, do(tickets.ActPlatformRecall, "reason", e.Recall.Reason))
	case Closed:
		return unlessClosed(status, onceAnswered(status, "平台已结案，本单位尚未答复", do(tickets.ActClose, "note", or(joined(e.Close.Result, e.Close.Reason), "平台结案"))))
	case Visited:
		return c.visit(*e.Visit, status)
	case Redone:
		if status == tickets.Answered || !status.Open() {
			return redoStep(*e.Redo)
		}
		return step{wait: "平台要求重办，工单仍在办理"}
	case ReturnDecided:
		if e.ReturnDecision.Granted {
			return unlessClosed(status, do(tickets.ActPlatformReturned, "reason", or(e.ReturnDecision.Reason, "平台同意退单")))
		}
		return refusal(tickets.RequestReturn, e.ReturnDecision.Reason, joined("平台未同意退单", e.ReturnDecision.Reason), e.ReturnDecision.Adjudicated)
	case ExtensionDecided:
		return extensionStep(*e.ExtensionDecision)
	}
	return step{wait: "不认识的事件"}
}

// refusal is the platform's no to a request of ours.
func refusal(kind, reason, note string, adjudicated bool) step {
	s := do(tickets.ActRefuse, "reason", or(reason, "平台未同意"))
	s.values["kind"] = kind
	if adjudicated {
		s.values["adjudicated"] = "true"
	}
	s.otherwise = noted(note)
	return s
}

func noted(text string) *step {
	s := do(tickets.ActSupplement, "note", text)
	return &s
}

// redoStep takes the platform's new due time along; one that has passed by now is
// noted in the reason alone.
func redoStep(r Redo) step {
	s := do(tickets.ActRedo, "reason", or(r.Reason, "平台重办"))
	if !r.HandleBy.IsZero() {
		plain := do(tickets.ActRedo, "reason", joined(or(r.Reason, "平台重办"), "要求办结："+r.HandleBy.In(Shanghai()).Format("2006-01-02 15:04")))
		s.values["handle_by"], s.otherwise = r.HandleBy.Format(time.RFC3339), &plain
	}
	return s
}

func extensionStep(d ExtensionDecision) step {
	text := extensionText(d)
	if !d.Granted {
		return refusal(tickets.RequestExtension, d.Reason, text, false)
	}
	s := do(tickets.ActGrant, "note", text)
	s.values["kind"], s.values["handle_by"] = tickets.RequestExtension, d.HandleBy.Format(time.RFC3339)
	s.otherwise = noted(text)
	return s
}

func whileOpen(status tickets.Status, wait string, s step) step {
	if status.Open() {
		return s
	}
	return step{wait: wait}
}

func unlessClosed(status tickets.Status, s step) step {
	if status.Open() {
		return s
	}
	return step{done: "工单此前已办结"}
}

func onceAnswered(status tickets.Status, wait string, s step) step {
	if status == tickets.Answered {
		return s
	}
	return step{wait: wait}
}

// visit is the platform's follow-up. On a ticket already closed it is kept in
// the journal, since the marks still count.
func (c Codes) visit(v Visit, status tickets.Status) step {
	note := visitText(v)
	if !status.Open() {
		return do(tickets.ActSupplement, "note", note)
	}
	solved, satisfaction := c.MapVisit(v)
	if status == tickets.Answered && solved.Ours == "" {
		return step{wait: "回访结果没有可识别的“是否解决”，须人工处理"}
	}
	s := onceAnswered(status, "平台已回访，本单位尚未答复", do(tickets.ActFollowUp, "note", note))
	if s.action == "" {
		return s
	}
	s.values["resolved"] = "false"
	if solved.Ours == "resolved" {
		s.values["resolved"] = "true"
	}
	if tickets.Satisfactions.Has(satisfaction.Ours) {
		s.values["satisfaction"] = satisfaction.Ours
	}
	return s
}

// settlement is what the event changes beside the ticket's life.
func settlement(e Event) intakedb.Settlement {
	switch e.Kind {
	case Supplemented:
		return intakedb.Settlement{Files: fetched(e.Supplement.Attachments)}
	case Supervised:
		return intakedb.Settlement{HandleBy: maybe(e.Supervise.HandleBy)}
	case Recalled:
		return intakedb.Settlement{State: "recalled"}
	case Closed:
		return intakedb.Settlement{State: "closed", ClosedAt: maybe(e.At)}
	case Visited:
		return intakedb.Settlement{State: "visited"}
	case Redone:
		return intakedb.Settlement{State: "dispatched", Reopened: true, SignBy: maybe(e.Redo.SignBy), HandleBy: maybe(e.Redo.HandleBy)}
	case ReturnDecided:
		d := e.ReturnDecision
		s := intakedb.Settlement{}
		if d.Granted {
			s.State = "returned"
		}
		return s
	case ExtensionDecided:
		d := e.ExtensionDecision
		s := intakedb.Settlement{}
		if d.Granted {
			s.HandleBy = maybe(d.HandleBy)
		}
		return s
	}
	return intakedb.Settlement{}
}

func fetched(list []Attachment) []intakedb.File {
	out := make([]intakedb.File, len(list))
	for i, a := range list {
		out[i] = intakedb.File{Name: fileName(a.Name), URL: a.URL, SHA256: digest(a.SHA256)}
	}
	return out
}

// fileName keeps the last part of a name, without control characters.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 127 || strings.ContainsRune(`"<>|:*?`, r) {
			return '_'
		}
		return r
	}, name)
	if name == "" || name == "." || name == "/" {
		return "附件"
	}
	return clip(name, 120)
}

func supplementText(s Supplement) string {
	text := s.Content
	if n := len(s.Attachments); n > 0 {
		text = joined(text, fmt.Sprintf("平台追加附件 %d 个", n))
	}
	return text
}

func urgeText(u Urge) string {
	text := or(u.Reason, "平台催办")
	if u.Times > 0 {
		text = fmt.Sprintf("%s（第 %d 次）", text, u.Times)
	}
	return text
}

func superviseText(s Supervise) string {
	text := joined(joined(or(s.By, "平台督办"), s.Level), s.Opinion)
	if !s.HandleBy.IsZero() {
		text = joined(text, "要求办结："+s.HandleBy.In(Shanghai()).Format("2006-01-02 15:04"))
	}
	return text
}

func visitText(v Visit) string {
	text := "平台回访"
	for _, part := range []struct{ label, value string }{{"是否解决", v.Solved}, {"满意度", v.Satisfaction}, {"原因", v.Reason}} {
		if part.value != "" {
			text = joined(text, part.label+"："+part.value)
		}
	}
	return text
}

func extensionText(d ExtensionDecision) string {
	if d.Granted {
		return joined("平台同意延期至 "+d.HandleBy.In(Shanghai()).Format("2006-01-02 15:04"), d.Reason)
	}
	return joined("平台未同意延期", d.Reason)
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "；" + b
}

func or(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}
