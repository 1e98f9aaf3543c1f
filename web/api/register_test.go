package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"hotline/intake"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

const plain = `{"kind":"help","channel":"call","region":"140428","statement":"低保三个月没到账"}`

func TestRegisterAnswersNumberCodeAndDeadlines(t *testing.T) {
	t.Parallel()
	b := open(t)
	a := b.send("POST", "/api/v1/tickets", plain)
	if a.status != 201 || a.body["number"] != number || a.body["receipt_code"] != "123456" || a.body["status"] != "registered" {
		t.Fatalf("got %d %s", a.status, a.raw)
	}
	d := a.body["deadlines"].([]any)[0].(map[string]any)
	if d["due_at"] != "2026-09-26T00:00:00+08:00" || d["last_day"] != "2026-09-25" || d["zh"] != "求助办结" {
		t.Errorf("deadline %v", d)
	}
	if string(b.fake.accepted[0].Raw) != plain {
		t.Errorf("raw is %q", b.fake.accepted[0].Raw)
	}
}

func TestRegisterCarriesEveryFieldToTheDesk(t *testing.T) {
	t.Parallel()
	b := open(t)
	body := `{"kind":"report","channel":"letter","region":"140428101","place":"某村","title":"反映","statement":"  优亲厚友  ","category":"x","urgency":"urgent","secrecy":"confidential","people":3,
		"complainants":[{"name":"甲某","phone":"13800000000","id_no":"1","address":"某处","mail":"a@b.test","role":"representative"}],"anonymous":false,
		"accused":[{"unit":9,"person":"乙某","post":"主任"},{"unit":"140428"},{"unit":"试验镇"},{"unit":140428101},{"person":"丙某"}],
		"respondents":[{"unit":"长子县民政局"}],"received_at":"2026-09-18T09:00:00+08:00"}`
	a := b.send("POST", "/api/v1/tickets", body, "Idempotency-Key: k-1")
	if a.status != 201 {
		t.Fatalf("got %d %s", a.status, a.raw)
	}
	s := b.fake.accepted[0]
	if s.Source != "api:7" || s.SourceID != "k-1" || s.People != 3 || s.Secrecy != "confidential" || s.Urgency != "urgent" {
		t.Errorf("got %+v", s)
	}
	if c := s.Complainants[0]; c.Name != "甲某" || c.Mail != "a@b.test" || c.Role != "representative" || c.IDNo != "1" || c.Address != "某处" || c.Phone != "13800000000" {
		t.Errorf("complainant %+v", c)
	}
	var accused []int
	for _, x := range s.Accused {
		accused = append(accused, x.Unit)
	}
	if got, _ := json.Marshal(accused); string(got) != "[9,5,9,9,0]" {
		t.Errorf("accused units %s", got)
	}
	if s.Respondents[0] != 5 || !s.ReceivedAt.Equal(time.Date(2026, 9, 18, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("respondents %v received %v", s.Respondents, s.ReceivedAt)
	}
}

func TestRegisterRefusesBadInputAndNamesTheField(t *testing.T) {
	t.Parallel()
	with := func(more string) string { return plain[:len(plain)-1] + "," + more + "}" }
	for _, c := range []struct {
		name, body string
		status     int
		location   string
	}{
		{"unknown field", with(`"colour":"red"`), 422, "body.colour"},
		{"unknown nested field", with(`"complainants":[{"name":"甲","age":3}]`), 422, "body.complainants[0].age"},
		{"no kind", `{"channel":"call","region":"140428","statement":"x"}`, 422, "body.kind"},
		{"no region", `{"kind":"help","channel":"call","statement":"x"}`, 422, "body.region"},
		{"kind of a wrong type", strings.Replace(plain, `"help"`, `7`, 1), 422, "body.kind"},
		{"kind outside the words", strings.Replace(plain, `"help"`, `"party"`, 1), 422, "body.kind"},
		{"statement null", strings.Replace(plain, `"低保三个月没到账"`, `null`, 1), 422, "body.statement"},
		{"statement blank", strings.Replace(plain, `"低保三个月没到账"`, `"  "`, 1), 422, "body.statement"},
		{"statement too long", strings.Replace(plain, `低保三个月没到账`, strings.Repeat("长", 20001), 1), 422, "body.statement"},
		{"anonymous a string", with(`"anonymous":"yes"`), 422, "body.anonymous"},
		{"complainants an object", with(`"complainants":{}`), 422, "body.complainants"},
		{"unknown region", strings.Replace(plain, "140428", "999999", 1), 422, "body.region"},
		{"region of no county of ours", strings.Replace(plain, "140428", "140499", 1), 422, "body.region"},
		{"region with letters", strings.Replace(plain, "140428", "14042x", 1), 422, "body.region"},
		{"unknown accused unit", with(`"accused":[{"unit":77}]`), 422, "body.accused[0].unit"},
		{"unknown accused name", with(`"accused":[{"unit":"没有的局"}]`), 422, "body.accused[0].unit"},
		{"accused unit a list", with(`"accused":[{"unit":[1]}]`), 422, "body.accused[0].unit"},
		{"accused empty", with(`"accused":[{}]`), 422, "body.accused[0]"},
		{"unknown respondent", with(`"respondents":[{"unit":0}]`), 422, "body.respondents[0].unit"},
		{"impossible date", with(`"received_at":"2026-02-30T10:00:00+08:00"`), 422, "body.received_at"},
		{"no date", with(`"received_at":"yesterday"`), 422, "body.received_at"},
		{"not JSON", `{"kind":`, 400, "body"},
		{"a list", `[]`, 422, "body"},
		{"NUL in a string", strings.Replace(plain, "低保", `低\u0000保`, 1), 422, "body.statement"},
		{"invalid UTF-8", strings.Replace(plain, "低保", "\xff\xfe", 1), 422, "body.statement"},
		{"invalid UTF-8 outside strings", plain + "\xff", 400, "body"},
		{"invalid UTF-8 in a nested string", with(`"complainants":[{"name":"` + "\xc3\x28" + `"}]`), 422, "body.complainants[0].name"},
		{"two megabytes", `{"statement":"` + strings.Repeat("x", 2<<20) + `"}`, 413, "body"},
	} {
		b := open(t)
		a := b.send("POST", "/api/v1/tickets", c.body)
		if a.status != c.status || a.faults()[c.location] == "" {
			t.Errorf("%s: got %d %.300s, want %d at %s", c.name, a.status, a.raw, c.status, c.location)
		}
		if a.header.Get("Content-Type") != "application/problem+json" || a.body["request"] == "" || a.body["title"] == "" {
			t.Errorf("%s: not a problem document: %s %.200s", c.name, a.header.Get("Content-Type"), a.raw)
		}
		if !strings.Contains(a.faults()[c.location], " / ") {
			t.Errorf("%s: message %q is not in both languages", c.name, a.faults()[c.location])
		}
		if len(b.fake.accepted) != 0 {
			t.Errorf("%s: something reached the desk", c.name)
		}
	}
}

func TestRegisterNeverEchoesWhatWasSent(t *testing.T) {
	t.Parallel()
	b := open(t)
	a := b.send("POST", "/api/v1/tickets", `{"kind":"help","channel":"call","region":1,"statement":"张某住在某处","complainants":[{"phone":13800001234}]}`)
	if a.status != 422 || strings.Contains(a.raw, "张某") || strings.Contains(a.raw, "1380000") {
		t.Errorf("got %d %s", a.status, a.raw)
	}
	if strings.Contains(b.logs.String(), "张某") {
		t.Errorf("logged: %s", b.logs)
	}
}

func TestRegisterShowsWhatTheDeskFoundWrong(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.fake.accept = func(intake.Submission) (ticketdb.Opened, error) {
		return ticketdb.Opened{}, tickets.Invalid{{Field: "complainants[0].id_no", ZH: "身份证号不正确", EN: "not a citizen id"}}
	}
	a := b.send("POST", "/api/v1/tickets", plain)
	if a.status != 422 || a.faults()["body.complainants[0].id_no"] != "身份证号不正确 / not a citizen id" {
		t.Errorf("got %d %s", a.status, a.raw)
	}
}

func TestRegisterRefusesTheSameKeyWithAnotherBody(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.fake.accept = func(intake.Submission) (ticketdb.Opened, error) { return ticketdb.Opened{}, ticketdb.ErrConflict }
	if a := b.send("POST", "/api/v1/tickets", plain, "Idempotency-Key: k"); a.status != 409 || a.faults()["header.Idempotency-Key"] == "" {
		t.Errorf("got %d %s", a.status, a.raw)
	}
	b.fake.accept = func(intake.Submission) (ticketdb.Opened, error) {
		return ticketdb.Opened{Number: number, Duplicate: true}, nil
	}
	if a := b.send("POST", "/api/v1/tickets", plain, "Idempotency-Key: k"); a.status != 201 || a.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("replay: got %d %v", a.status, a.header)
	}
	if a := b.send("POST", "/api/v1/tickets", plain, "Idempotency-Key: two words"); a.status != 422 {
		t.Errorf("key with a space: got %d", a.status)
	}
}

func TestRegisterIsForOperatorsAndLeads(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.fake.me.Roles = []string{tickets.RoleClerk, tickets.RoleSystem}
	if a := b.send("POST", "/api/v1/tickets", plain); a.status != 403 || len(b.fake.accepted) != 0 {
		t.Errorf("got %d %s", a.status, a.raw)
	}
}

func TestOnlyPlainJSONBodiesAreRead(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, c := range []struct {
		header string
		want   int
	}{
		{"Content-Type: application/json; charset=utf-8", 201}, {"Content-Type: application/json;charset=UTF-8", 201},
		{"Content-Type: ", 415}, {"Content-Type: text/plain", 415}, {"Content-Type: application/x-www-form-urlencoded", 415},
		{"Content-Type: application/json; charset=gbk", 415}, {"Content-Type: application/cbor", 415}, {"Content-Encoding: gzip", 415},
	} {
		if a := b.send("POST", "/api/v1/tickets", plain, c.header); a.status != c.want {
			t.Errorf("%s: got %d %s, want %d", c.header, a.status, a.raw, c.want)
		}
	}
}

func TestEnumsOfTheBodyAreTheWordsOfTickets(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, c := range []struct {
		field string
		words tickets.Words
	}{{"kind", tickets.Kinds}, {"channel", tickets.Channels}} {
		for _, w := range c.words {
			old := map[string]string{"kind": `"help"`, "channel": `"call"`}[c.field]
			if a := b.send("POST", "/api/v1/tickets", strings.Replace(plain, old, `"`+w.Code+`"`, 1)); a.status != 201 {
				t.Errorf("%s %s: got %d %s", c.field, w.Code, a.status, a.raw)
			}
		}
	}
}
