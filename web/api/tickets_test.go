package api

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

const at = "/api/v1/tickets/" + number

func TestTicketShowsItsPartsWithNamesBesideIds(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.fake.find = func(n string) (*ticketdb.View, error) { return b.fake.viewOf(tickets.Registered, 4), nil }
	a := b.send("GET", "/api/v1/tickets/260918-000001-6", "")
	if a.status != 200 || a.body["version"] != 4.0 || a.body["handling_unit"] != 1.0 || a.body["handling_unit_name"] != "试验市民政局" {
		t.Fatalf("got %d %s", a.status, a.raw)
	}
	p := a.body["proposal"].(map[string]any)
	if p["unit"] != 5.0 || p["unit_name"] != "长子县民政局" || p["reasons"].([]any)[0].(map[string]any)["zh"] != "按地区" {
		t.Errorf("proposal %v", p)
	}
	f := a.body["findings"].([]any)[0].(map[string]any)
	if f["recovered"] != "120.50" || f["author_name"] != "试验员" || f["second_name"] != "另一人" || a.body["allegations"].([]any)[0].(map[string]any)["outcome"] != "done" {
		t.Errorf("finding %v", f)
	}
	for _, list := range []string{"hops", "replies", "attempts", "requests", "tasks", "deadlines", "relations", "attachments", "complainants", "accused", "respondents", "cards"} {
		if _, ok := a.body[list].([]any); !ok {
			t.Errorf("%s is %v, not a list", list, a.body[list])
		}
	}
	if !strings.Contains(fmt.Sprint(a.body["actions"]), "dispatch") {
		t.Errorf("actions %v", a.body["actions"])
	}
}

func TestImpossibleAndUnseenNumbersAreNotFound(t *testing.T) {
	t.Parallel()
	b := open(t)
	for n, location := range map[string]string{"2609180000010": "path.number", "abc": "path.number", "1": "path.number", number: ""} {
		a := b.send("GET", "/api/v1/tickets/"+n, "")
		if a.status != 404 || location != "" && a.faults()[location] == "" {
			t.Errorf("%s: got %d %s", n, a.status, a.raw)
		}
	}
	if a := b.send("GET", "/api/v1/nothing", ""); a.status != 404 || a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("unknown call: got %d %s", a.status, a.raw)
	}
	if a := b.send("PUT", "/api/v1/tickets", ""); a.status != 405 {
		t.Errorf("unknown method: got %d %s", a.status, a.raw)
	}
}

func TestListReadsItsFilters(t *testing.T) {
	t.Parallel()
	b := open(t)
	var got ticketdb.Filter
	b.fake.list = func(f ticketdb.Filter) (ticketdb.Page, error) {
		got = f
		return ticketdb.Page{Items: []ticketdb.Line{{Number: number, Unit: 5}}, Next: "77"}, nil
	}
	q := "status=handling,approval&kind=help&channel=call&urgency=urgent&region=140428&unit=140428&due=2026-09-18&overdue=true&q=" + url.QueryEscape("低保") + "&limit=50&after=9&view=unit&category=c&sort=due"
	a := b.send("GET", "/api/v1/tickets?"+q, "")
	if a.status != 200 || a.body["next"] != "77" || a.body["items"].([]any)[0].(map[string]any)["handling_unit_name"] != "长子县民政局" {
		t.Fatalf("got %d %s", a.status, a.raw)
	}
	if strings.Join(got.Status, "+") != "handling+approval" || got.Unit != 5 || !got.Overdue || got.Query != "低保" || got.Limit != 50 || got.After != "9" || got.View != "unit" || got.Sort != "due" {
		t.Errorf("filter %+v", got)
	}
	if want := "2026-09-19T00:00:00.000001+08:00"; got.DueBefore.Format("2006-01-02T15:04:05.999999Z07:00") != want {
		t.Errorf("due before %s, want %s", got.DueBefore, want)
	}
	if b.send("GET", "/api/v1/tickets?status=open", ""); !got.Open || got.Limit != 25 || got.Status != nil {
		t.Errorf("open: %+v", got)
	}
}

func TestListRefusesUnknownWordsAndNamesTheParameter(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.fake.list = func(f ticketdb.Filter) (ticketdb.Page, error) {
		if f.After != "" {
			return ticketdb.Page{}, tickets.Invalid{{Field: "after", ZH: "翻页标记不正确", EN: "not a cursor"}}
		}
		return ticketdb.Page{}, nil
	}
	for q, location := range map[string]string{
		"status=lost": "query.status", "kind=party": "query.kind", "channel=pigeon": "query.channel", "urgency=x": "query.urgency", "outcome=x": "query.outcome",
		"region=14": "query.region", "region=14042x": "query.region", "unit=77": "query.unit", "due=2026-02-30": "query.due", "due=soon": "query.due",
		"overdue=perhaps": "query.overdue", "limit=0": "query.limit", "limit=201": "query.limit", "limit=ten": "query.limit", "view=all": "query.view",
		"colour=red": "query.colour", "q=%ff": "query.q", "q=a%00b": "query.q", "after=x": "query.after", "sort=up": "query.sort",
	} {
		if a := b.send("GET", "/api/v1/tickets?"+q, ""); a.status != 422 || a.faults()[location] == "" {
			t.Errorf("%s: got %d %s, want 422 at %s", q, a.status, a.raw, location)
		}
	}
}

func TestActionsComeWithTheirFields(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.fake.find = func(string) (*ticketdb.View, error) { return b.fake.viewOf(tickets.Registered, 1), nil }
	a := b.send("GET", at+"/actions", "")
	if a.status != 200 || a.body["version"] != 1.0 {
		t.Fatalf("got %d %s", a.status, a.raw)
	}
	for _, x := range a.body["items"].([]any) {
		m := x.(map[string]any)
		if m["action"] != "dispatch" {
			continue
		}
		f := m["fields"].([]any)[0].(map[string]any)
		if f["name"] != "unit" || f["type"] != "unit" || f["required"] != true || f["zh"] == "" || f["en"] == "" || m["to"] != "dispatched" {
			t.Errorf("dispatch %v", m)
		}
		return
	}
	t.Error("dispatch is missing")
}

func TestActTakesScalarsAndNamesOfUnits(t *testing.T) {
	t.Parallel()
	b := open(t)
	var got tickets.Values
	b.fake.act = func(version int, action tickets.Action, v tickets.Values) (*ticketdb.View, error) {
		got = v
		if version != 3 || action != tickets.ActDispatch {
			return nil, fmt.Errorf("version %d action %s", version, action)
		}
		return b.fake.viewOf(tickets.Dispatched, 4), nil
	}
	for _, unit := range []string{`5`, `"5"`, `"140428"`, `"长子县民政局"`} {
		a := b.send("POST", at+"/actions/dispatch", `{"version":3,"unit":`+unit+`,"reason":"按地区"}`)
		if a.status != 200 || a.body["status"] != "dispatched" || got["unit"] != "5" || got["reason"] != "按地区" {
			t.Errorf("%s: got %d %s %v", unit, a.status, a.raw, got)
		}
	}
	b.fake.act = func(_ int, _ tickets.Action, v tickets.Values) (*ticketdb.View, error) { got = v; return nil, nil }
	a := b.send("POST", at+"/actions/submit", `{"version":12345678,"resolved":true,"public_text":"x","internal_text":null}`)
	if a.status != 204 || got["resolved"] != "true" || got["internal_text"] != "" {
		t.Errorf("out of sight: got %d %s %v", a.status, a.raw, got)
	}
}

func TestActRefusalsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, c := range []struct {
		name, action, body string
		err                error
		status             int
		location           string
	}{
		{"no version", "sign", `{}`, nil, 422, "body.version"},
		{"version a string", "sign", `{"version":"1"}`, nil, 422, "body.version"},
		{"version zero", "sign", `{"version":0}`, nil, 422, "body.version"},
		{"version broken", "sign", `{"version":1.5}`, nil, 422, "body.version"},
		{"unknown action", "explode", `{"version":1}`, nil, 404, "path.action"},
		{"a list for a text", "note", `{"version":1,"note":["a"]}`, nil, 422, "body.note"},
		{"unknown unit", "dispatch", `{"version":1,"unit":77}`, nil, 422, "body.unit"},
		{"missing field", "dispatch", `{"version":1}`, tickets.Invalid{{Field: "unit", ZH: "请填写承办单位", EN: "fill in unit"}}, 422, "body.unit"},
		{"a gate", "close", `{"version":1}`, tickets.Invalid{{ZH: "答复送达尚无凭据", EN: "not proven"}}, 422, "body"},
		{"not allowed", "approve", `{"version":1}`, tickets.ErrNotAllowed, 403, ""},
		{"not in sight", "sign", `{"version":1}`, pg.ErrNotFound, 404, ""},
		{"refused by the database", "sign", `{"version":1}`, pg.ErrRefused, 403, ""},
	} {
		b.fake.act = func(int, tickets.Action, tickets.Values) (*ticketdb.View, error) { return nil, c.err }
		a := b.send("POST", at+"/actions/"+c.action, c.body)
		if a.status != c.status || c.location != "" && a.faults()[c.location] == "" {
			t.Errorf("%s: got %d %s, want %d at %s", c.name, a.status, a.raw, c.status, c.location)
		}
	}
}

func TestActOnAMovedTicketShowsThePresentOne(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.fake.act = func(int, tickets.Action, tickets.Values) (*ticketdb.View, error) {
		return b.fake.viewOf(tickets.Handling, 9), fmt.Errorf("act: %w", tickets.ErrMoved)
	}
	a := b.send("POST", at+"/actions/sign", `{"version":1}`)
	now, _ := a.body["ticket"].(map[string]any)
	if a.status != 409 || now["version"] != 9.0 || now["status"] != "handling" || a.faults()["body.version"] == "" {
		t.Errorf("got %d %s", a.status, a.raw)
	}
}

func TestUnknownErrorsAreABare500LoggedOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.fake.act = func(int, tickets.Action, tickets.Values) (*ticketdb.View, error) {
		return nil, errors.New("dial tcp: secret host")
	}
	a := b.send("POST", at+"/actions/sign", `{"version":1}`)
	if a.status != 500 || strings.Contains(a.raw, "secret") || a.body["request"] != a.header.Get("X-Request-Id") {
		t.Errorf("got %d %s", a.status, a.raw)
	}
	if n := strings.Count(b.logs.String(), "secret host"); n != 1 || !strings.Contains(b.logs.String(), a.header.Get("X-Request-Id")) {
		t.Errorf("logged %d times: %s", n, b.logs)
	}
	b.fake.act = func(int, tickets.Action, tickets.Values) (*ticketdb.View, error) {
		return nil, fmt.Errorf("connect: %w", &net.OpError{Op: "dial", Err: errors.New("secret host")})
	}
	if a := b.send("POST", at+"/actions/sign", `{"version":1}`); a.status != 503 || a.header.Get("Retry-After") == "" || strings.Contains(a.raw, "secret") {
		t.Errorf("database away: got %d %s", a.status, a.raw)
	}
	b.fake.act = func(int, tickets.Action, tickets.Values) (*ticketdb.View, error) { panic("secret panic") }
	if a := b.send("POST", at+"/actions/sign", `{"version":1}`); a.status != 500 || strings.Contains(a.raw, "secret") {
		t.Errorf("panic: got %d %s", a.status, a.raw)
	}
}

func TestContactNeedsAMotiveInItsHeader(t *testing.T) {
	t.Parallel()
	b := open(t)
	var got string
	b.fake.contact = func(m string) ([]ticketdb.Complainant, error) {
		got = m
		return []ticketdb.Complainant{{Name: "甲某", Phone: "13800000000"}}, nil
	}
	if a := b.send("GET", at+"/contact", ""); a.status != 422 || a.faults()["header.X-Motive"] == "" {
		t.Errorf("without: got %d %s", a.status, a.raw)
	}
	a := b.send("GET", at+"/contact", "", "X-Motive: "+url.PathEscape("电话回访"))
	if a.status != 200 || got != "电话回访" || a.body["complainants"].([]any)[0].(map[string]any)["name"] != "甲某" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d %s, motive %q", a.status, a.raw, got)
	}
	if a := b.send("GET", at+"/contact?motive=x", "", "X-Motive: x"); a.status != 422 {
		t.Errorf("motive in the address: got %d", a.status)
	}
	b.fake.contact = func(string) ([]ticketdb.Complainant, error) { return nil, pg.ErrRefused }
	if a := b.send("GET", at+"/contact", "", "X-Motive: x"); a.status != 403 {
		t.Errorf("refused: got %d", a.status)
	}
}

func TestJournalShowsHashesInHex(t *testing.T) {
	t.Parallel()
	a := open(t).send("GET", at+"/journal", "")
	row := a.body["items"].([]any)[0].(map[string]any)
	if a.status != 200 || row["hash"] != "ab" || row["previous_hash"] != "" || row["leaf"] != nil || row["seq"] != 1.0 {
		t.Errorf("got %d %s", a.status, a.raw)
	}
}

func TestAttachmentsGoInByFormAndOutAsDownloads(t *testing.T) {
	t.Parallel()
	b := open(t)
	var got ticketdb.File
	b.fake.file = func(version int, f ticketdb.File) (*ticketdb.View, error) {
		got = f
		return b.fake.viewOf(tickets.Registered, version+1), nil
	}
	upload := func(fields map[string]string, name string) answer {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for k, v := range fields {
			_ = w.WriteField(k, v)
		}
		if name != "" {
			p, _ := w.CreateFormFile("file", name)
			_, _ = p.Write([]byte("content"))
		}
		w.Close()
		return b.send("POST", at+"/attachments", body.String(), "Content-Type: "+w.FormDataContentType())
	}
	if a := upload(map[string]string{"version": "3", "purpose": "evidence"}, "证明.pdf"); a.status != 201 || a.body["version"] != 4.0 || got.Name != "证明.pdf" || string(got.Content) != "content" || got.Purpose != "evidence" {
		t.Errorf("got %d %s %+v", a.status, a.raw, got)
	}
	for name, c := range map[string]answer{"no file": upload(map[string]string{"version": "3"}, ""), "no version": upload(nil, "a.txt"), "version a word": upload(map[string]string{"version": "x"}, "a.txt")} {
		if c.status != 422 || len(c.faults()) == 0 {
			t.Errorf("%s: got %d %s", name, c.status, c.raw)
		}
	}
	if a := b.send("POST", at+"/attachments", `{}`); a.status != 415 {
		t.Errorf("JSON: got %d %s", a.status, a.raw)
	}
	a := b.send("GET", at+"/attachments/4", "")
	if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment; filename*=utf-8''") || a.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("got %d %v", a.status, a.header)
	}
	for path, want := range map[string]int{"/attachments/5": 404, "/attachments/x": 422, "/attachments/0": 422} {
		if a := b.send("GET", at+path, ""); a.status != want {
			t.Errorf("%s: got %d, want %d", path, a.status, want)
		}
	}
}

func TestABrokenAddressIsNoPanic(t *testing.T) {
	t.Parallel()
	b := open(t)
	r := httptest.NewRequest("GET", "/api/v1/tickets", nil)
	r.Header.Set("Authorization", "Bearer "+goodToken)
	r.RequestURI = "/api/v1/tickets?%zz=%"
	r.URL.RawQuery = "%zz=%"
	resp, err := b.app.Test(r, -1)
	if err != nil || resp.StatusCode >= 500 {
		t.Errorf("got %v %v", resp, err)
	}
}
