package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/intake"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// savedFor is how long the desk shows a new ticket's receipt code again.
const savedFor = time.Hour

// deskFields are what the form has, in its order. Region is the finest of the
// three selects.
var deskFields = []string{"kind", "channel", "urgency", "statement", "name", "phone", "id_no", "address", "naming", "secrecy",
	"county", "township", "village", "place", "category", "accused_unit", "accused_person", "accused_post", "respondent", "received_at", "answer", "people", "signers", "beneficiary"}

// deskSave registers what was typed. A bad field shows the same page with
// everything kept.
func (s *server) deskSave(c *fiber.Ctx, v *visit) error {
	values := map[string]string{}
	for _, f := range deskFields {
		values[f] = c.FormValue(f)
	}
	sub, bad := s.submission(values)
	key := c.FormValue("key")
	if key == "" || len(key) > 64 {
		bad = append(bad, tickets.Problem{Field: "", ZH: "页面已过期，请刷新", EN: "the page is too old: reload it"})
	}
	sub.Source, sub.SourceID, sub.Desk = fmt.Sprintf("api:%d", v.me.Account), key, v.me.Unit
	var err error
	if len(bad) == 0 {
		var opened ticketdb.Opened
		opened, err = s.Desk.Accept(c.UserContext(), v.caller, sub)
		if err == nil {
			return c.Redirect("/desk?saved="+opened.Number+"#saved", fiber.StatusSeeOther)
		}
		if !errors.As(err, &bad) {
			return err
		}
	}
	p, err := s.deskPage(c, v, values)
	if err != nil {
		return err
	}
	p.Key = key
	p.Errors, p.Error = problems(v.lang, bad, deskAliases)
	return s.render(c, v, fiber.StatusUnprocessableEntity, p)
}

// deskAliases lead problems of the submission's fields to the form's.
var deskAliases = map[string]string{
	"region": "county", "complainants": "phone", "complainants[0].name": "name", "complainants[0].phone": "phone", "complainants[0].id_no": "id_no",
	"complainants[0].address": "address", "accused[0].unit": "accused_unit", "accused[0].person": "accused_person", "accused[0].post": "accused_post",
	"respondents[0].unit": "respondent", "public_text": "answer",
}

// problems sorts what is wrong to its fields; what belongs to none stands above
// the form.
func problems(l Lang, bad tickets.Invalid, aliases map[string]string) (byField map[string]string, rest string) {
	byField = map[string]string{}
	for _, b := range bad {
		field := b.Field
		if a, ok := aliases[field]; ok {
			field = a
		}
		text := l.T(b.ZH, b.EN)
		if field == "" {
			if rest != "" {
				rest += l.T("；", "; ")
			}
			rest += text
			continue
		}
		if byField[field] == "" {
			byField[field] = text
		}
	}
	return byField, rest
}

// submission is the form as intake takes it. Only what a form alone can get
// wrong is checked here.
func (s *server) submission(f map[string]string) (intake.Submission, tickets.Invalid) {
	raw, _ := json.Marshal(f) // strings always marshal
	sub := intake.Submission{Channel: f["channel"], Raw: raw, Kind: f["kind"], Region: finest(f["village"], f["township"], f["county"]), Place: f["place"],
		Statement: f["statement"], Category: f["category"], Urgency: f["urgency"], Secrecy: tickets.OpenSecrecy, Answer: f["answer"], Anonymous: f["naming"] == tickets.Anonymous}
	if f["secrecy"] == tickets.Confidential {
		sub.Secrecy = tickets.Confidential
	}
	var bad tickets.Invalid
	if f["kind"] == "" {
		bad = append(bad, tickets.Problem{Field: "kind", ZH: "请选择诉求类别", EN: "choose the kind"})
	}
	if f["statement"] == "" {
		bad = append(bad, tickets.Problem{Field: "statement", ZH: "请填写诉求内容", EN: "fill in the statement"})
	}
	if !deskChannels.Has(f["channel"]) {
		bad = append(bad, tickets.Problem{Field: "channel", ZH: "请选择来件方式", EN: "choose how it came"})
	}
	if f["received_at"] != "" {
		at, err := tickets.ParseTime(f["received_at"])
		if err != nil {
			bad = append(bad, tickets.Problem{Field: "received_at", ZH: "时间填写不正确", EN: "not a time"})
		}
		sub.ReceivedAt = at
	}
	values := tickets.Values(f)
	if f["people"] != "" {
		if sub.People = values.Int("people"); sub.People <= 0 {
			bad = append(bad, tickets.Problem{Field: "people", ZH: "人数填写不正确", EN: "not a number of people"})
		}
	}
	var wrong []tickets.Problem
	sub.Complainants, wrong = people(f, sub.Anonymous)
	bad = append(bad, wrong...)
	accused := tickets.Accused{Unit: values.Int("accused_unit"), Person: values.Get("accused_person"), Post: values.Get("accused_post")}
	if accused != (tickets.Accused{}) {
		sub.Accused = []tickets.Accused{accused}
	}
	if u := values.Int("respondent"); u != 0 {
		sub.Respondents = []int{u}
	}
	return sub, bad
}

// finest is the first that is not empty.
func finest(codes ...string) string {
	for _, c := range codes {
		if c != "" {
			return c
		}
	}
	return ""
}
