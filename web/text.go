package web

import (
	"fmt"
	"strings"
	"time"

	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/paper"
)

// Lang is the language of a page.
type Lang string

// The languages. Chinese is the default, English is complete.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Text is one text in both languages.
type Text struct{ ZH, EN string }

// In is the text in a language.
func (t Text) In(l Lang) string { return l.T(t.ZH, t.EN) }

// T picks the text of the language.
func (l Lang) T(zh, en string) string {
	if l == EN {
		return en
	}
	return zh
}

// Tag is the BCP 47 tag of the page.
func (l Lang) Tag() string { return l.T("zh-CN", "en") }

// Other is the language to switch to.
func (l Lang) Other() Lang {
	if l == EN {
		return ZH
	}
	return EN
}

// vocabularies are the word lists that templates name.
var vocabularies = map[string]tickets.Words{
	"status": tickets.Statuses, "kind": tickets.Kinds, "channel": tickets.Channels, "track": tickets.Tracks,
	"naming": tickets.Namings, "secrecy": tickets.Secrecies, "urgency": tickets.Urgencies, "outcome": tickets.Outcomes,
	"finding": tickets.FindingOutcomes, "way": tickets.Ways, "attempt": tickets.AttemptStates, "satisfaction": tickets.Satisfactions,
	"complainant": tickets.ComplainantRoles, "role": tickets.Roles, "basis": tickets.BasisCodes, "relation": tickets.Relations,
	"request": tickets.RequestKinds, "request_state": tickets.RequestStates, "decider": tickets.Deciders, "pause": tickets.PauseReasons, "purpose": filePurposes, "file_state": fileStates,
	"recusal": recusalReasons, "order_state": orderStates, "document_state": documentStates, "document": paper.Words(),
	"task": tickets.TaskKinds, "task_state": tickets.TaskStates,
	"limit_unit": limitUnits, "roll": rolls,
	"disposition": tickets.Dispositions, "unit_level": unitLevels, "provenance": tickets.Provenances,
}

var (
	filePurposes   = words("statement|诉求材料|statement", "id|身份证件|proof of identity", "contact|联系凭据|proof of contact", "handling|办理材料|handling", "evidence|证据|evidence")
	fileStates     = words("stored|已存|stored", "waiting|待取回|waiting", "failed|取回失败|failed", "refused|已拒收|refused")
	recusalReasons = words("accused|被反映对象|accused", "relative|近亲属|close relative", "interest|利害关系|interest", "demanded|诉求人要求|demanded", "first_handler|原经办|first handler")
	orderStates    = words("dispatched|已派|dispatched", "signed|已签收|signed", "answered|已反馈|answered", "closed|已结案|closed", "returned|已退单|returned", "recalled|已撤单|recalled", "adjudicated|裁定承办|adjudicated", "queued|待发|queued", "sent|已发|sent", "accepted|已接收|accepted", "refused|被拒|refused", "failed|失败|failed", "conflict|内容冲突|conflict", "kept|留存|kept", "applied|已应用|applied")
)

// Words of the settings.
var (
	limitUnits = words("working_days|工作日|working days", "calendar_days|日（自然日）|calendar days", "working_hours|工作小时|working hours", "clock_hours|小时|hours", "clock_minutes|分钟|minutes", "day_of_month|每月几日|day of the month")
	rolls      = words("none|不顺延|stays", "forward|顺延到下一工作日|to the next working day", "back|提前到上一工作日|to the working day before")
)
var unitLevels = words("city|市级|city", "county|县级|county", "section|县级股室|county section", "township|乡级|township", "village|村级|village", "cohandler|协办单位|co-handler")

// words reads "code|中文|English" into a vocabulary.
func words(list ...string) tickets.Words {
	out := make(tickets.Words, len(list))
	for i, x := range list {
		part := strings.Split(x, "|")
		out[i] = tickets.Word{Code: part[0], ZH: part[1], EN: part[2]}
	}
	return out
}

// Word is a code of a vocabulary in the language; an unknown code stands for itself.
func (l Lang) Word(vocabulary, code string) string {
	w := vocabularies[vocabulary]
	return l.T(w.ZH(code), w.EN(code))
}

var weekdays = [7]Text{{"周日", "Sun"}, {"周一", "Mon"}, {"周二", "Tue"}, {"周三", "Wed"}, {"周四", "Thu"}, {"周五", "Fri"}, {"周六", "Sat"}}

// ExactDue is a due time in full. What ends with a day is said of that day, as
// Due says it, not of the first minute of the next.
func (l Lang) ExactDue(t time.Time) string {
	in := t.In(workday.Zone)
	if in.Hour() == 0 && in.Minute() == 0 {
		last := in.AddDate(0, 0, -1)
		return fmt.Sprintf("%s %s 24:00", last.Format("2006-01-02"), weekdays[last.Weekday()].In(l))
	}
	return l.Exact(t)
}

// Exact is a time in full: date, weekday and minute, in the city's time.
func (l Lang) Exact(t time.Time) string {
	t = t.In(workday.Zone)
	return fmt.Sprintf("%s %s %s", t.Format("2006-01-02"), weekdays[t.Weekday()].In(l), t.Format("15:04"))
}

// Short is a time as lists show it: the year only where it is another one.
func (l Lang) Short(t, now time.Time) string {
	t, now = t.In(workday.Zone), now.In(workday.Zone)
	if t.Year() == now.Year() {
		return t.Format("01-02 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// Due is a due time as people keep it: the last day with its weekday, and the
// hour unless it is midnight, which ends the day before.
func (l Lang) Due(t, now time.Time) string {
	t, now = t.In(workday.Zone), now.In(workday.Zone)
	hour := " " + t.Format("15:04")
	if t.Hour() == 0 && t.Minute() == 0 {
		t, hour = t.Add(-time.Minute), ""
	}
	layout := "01-02"
	if t.Year() != now.Year() {
		layout = "2006-01-02"
	}
	return t.Format(layout) + " " + weekdays[t.Weekday()].In(l) + hour
}
