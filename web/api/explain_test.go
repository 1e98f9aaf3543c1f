package api

import (
	"strings"
	"testing"

	"hotline/internal/pg"
	"hotline/tickets/ticketdb"
)

const explainPath = "/api/v1/deadlines/explain"

func TestExplainListsEveryDay(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, c := range []struct {
		name, body, due, last string
		days                  int
		provisional           bool
	}{
		{"over the National Day holiday", `{"amount":5,"unit":"working_days","start":"2026-09-25T10:00:00+08:00"}`, "2026-10-10T00:00:00+08:00", "2026-10-09", 15, false},
		{"a bare date, in UTC", `{"amount":5,"unit":"working_days","start":"2026-09-25"}`, "2026-10-10T00:00:00+08:00", "2026-10-09", 15, false},
		{"by a rule", `{"rule":"resolve.report","start":"2026-09-30T10:00:00+08:00"}`, "2026-10-28T00:00:00+08:00", "2026-10-27", 28, false},
		{"in the other zone", `{"amount":5,"unit":"working_days","start":"2026-09-24T18:00:00Z"}`, "2026-10-10T00:00:00+08:00", "2026-10-09", 15, false},
		{"paused", `{"amount":5,"unit":"working_days","start":"2026-03-02T10:00:00+08:00","pauses":[{"from":"2026-03-04T09:00:00+08:00","to":"2026-03-05T17:00:00+08:00"}]}`, "2026-03-12T00:00:00+08:00", "2026-03-11", 10, false},
		{"into a year without notice", `{"amount":30,"unit":"working_days","start":"2026-12-21T10:00:00+08:00"}`, "", "2027-02-02", 44, true},
	} {
		a := b.send("POST", explainPath, c.body)
		days, _ := a.body["days"].([]any)
		if a.status != 200 || c.due != "" && a.body["due_at"] != c.due || a.body["provisional"] != c.provisional || len(days) != c.days || a.body["calendar_version"] == "" {
			t.Errorf("%s: got %d %d days %.200s", c.name, a.status, len(days), a.raw)
			continue
		}
		first := days[0].(map[string]any)
		if first["counted"] != false || first["why"] != "起算当日不计" || first["date"] == "" {
			t.Errorf("%s: first day %v", c.name, first)
		}
	}
}

func TestExplainRefusesWhatCannotBeComputed(t *testing.T) {
	t.Parallel()
	b := open(t)
	for body, location := range map[string]string{
		`{}`:                     "body.start",
		`{"start":"2026-02-30"}`: "body.start",
		`{"start":"9999-01-01","amount":1,"unit":"working_days"}`:                                                       "body.start",
		`{"start":"2026-03-02"}`:                                                                                        "body.amount",
		`{"start":"2026-03-02","amount":5}`:                                                                             "body.unit",
		`{"start":"2026-03-02","amount":-1,"unit":"working_days"}`:                                                      "body.amount",
		`{"start":"2026-03-02","amount":5,"unit":"moons"}`:                                                              "body.unit",
		`{"start":"2026-03-02","amount":99999999,"unit":"working_days"}`:                                                "body.amount",
		`{"start":"2026-03-02","amount":40,"unit":"day_of_month"}`:                                                      "body.amount",
		`{"start":"2026-03-02","rule":"nothing"}`:                                                                       "body.rule",
		`{"start":"2026-03-02","rule":"internal"}`:                                                                      "body.rule",
		`{"start":"2026-03-02","rule":"sign","amount":3}`:                                                               "body.rule",
		`{"start":"2026-03-02","amount":5,"unit":"working_days","pauses":[{"from":"x"}]}`:                               "body.pauses[0].from",
		`{"start":"2026-03-02","amount":5,"unit":"working_days","pauses":[{"from":"2026-03-05","to":"2026-03-04"}]}`:    "body.pauses",
		`{"start":"2026-03-02","amount":5,"unit":"working_days","pauses":[{"from":"2026-03-05","until":"2026-03-06"}]}`: "body.pauses[0].until",
	} {
		if a := b.send("POST", explainPath, body); a.status != 422 || a.faults()[location] == "" {
			t.Errorf("%s: got %d %s, want 422 at %s", body, a.status, a.raw, location)
		}
	}
}

func TestPublicStatusNeedsTheCodeAndIsThrottled(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.fake.public = func(n, code string) (ticketdb.Public, error) {
		if n != number || code != "123456" {
			return ticketdb.Public{}, pg.ErrNotFound
		}
		return ticketdb.Public{Number: n, Status: "closed", Outcome: "resolved", ReceivedAt: noon, UnitName: "长子县民政局", Reply: "已补发"}, nil
	}
	path := "/api/v1/public/tickets/" + number
	a := b.send("GET", path, "", "Authorization: ", "X-Receipt-Code: 123 456")
	if a.status != 200 || a.body["reply"] != "已补发" || a.body["status_zh"] != "已办结" || a.body["outcome_zh"] != "已解决" {
		t.Fatalf("got %d %s", a.status, a.raw)
	}
	if a := b.send("GET", path, "", "X-Receipt-Code: 654321"); a.status != 404 {
		t.Errorf("wrong code: got %d %s", a.status, a.raw)
	}
	if a := b.send("GET", path, ""); a.status != 422 || a.faults()["header.X-Receipt-Code"] == "" {
		t.Errorf("no code: got %d %s", a.status, a.raw)
	}
	for range publicTries {
		a = b.send("GET", path, "", "X-Receipt-Code: 654321")
	}
	if a.status != 429 || a.header.Get("Retry-After") == "" {
		t.Errorf("after many tries: got %d %v", a.status, a.header)
	}
}

func TestThrottleOpensAgainAfterItsWindow(t *testing.T) {
	t.Parallel()
	th := newThrottle(2, 60e9)
	for i, want := range []bool{true, true, false} {
		if _, ok := th.allow("a", noon); ok != want {
			t.Errorf("try %d: got %v", i, ok)
		}
	}
	if _, ok := th.allow("b", noon); !ok {
		t.Error("another address is stopped too")
	}
	if _, ok := th.allow("a", noon.Add(60e9)); !ok {
		t.Error("still shut after the window")
	}
}

func TestListsForClients(t *testing.T) {
	t.Parallel()
	b := open(t)
	if a := b.send("GET", "/api/v1/units", ""); a.status != 200 || a.body["total"] != 3.0 {
		t.Errorf("units: %d %s", a.status, a.raw)
	}
	if a := b.send("GET", "/api/v1/categories", ""); a.status != 200 || len(a.body["items"].([]any)) == 0 {
		t.Errorf("categories: %d %s", a.status, a.raw)
	}
	if a := b.send("GET", "/api/v1/words", ""); a.status != 200 || len(a.body["status"].([]any)) != 8 {
		t.Errorf("words: %d %s", a.status, a.raw)
	}
}

func TestDocsAreOursAlone(t *testing.T) {
	t.Parallel()
	b := open(t)
	page := b.send("GET", "/api/docs", "", "Authorization: ")
	if page.status != 200 || strings.Contains(page.raw, "<script") || strings.Contains(page.raw, "https://") || strings.Contains(page.raw, "style=") {
		t.Errorf("got %d %.300s", page.status, page.raw)
	}
	for _, want := range []string{"/api/v1/tickets/{number}/actions/{action}", "receipt_code", "dispatch", "Idempotency-Key", "承办单位"} {
		if !strings.Contains(page.raw, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	spec := b.send("GET", "/api/openapi.json", "", "Authorization: ")
	if spec.status != 200 || spec.body["openapi"] != "3.1.0" || strings.Contains(spec.raw, "ErrorModel") {
		t.Errorf("got %d %.200s", spec.status, spec.raw)
	}
	paths := spec.body["paths"].(map[string]any)
	for _, path := range []string{"/api/v1/sessions", "/api/v1/tickets", "/api/v1/tickets/{number}", "/api/v1/tickets/{number}/journal", "/api/v1/tickets/{number}/contact",
		"/api/v1/tickets/{number}/actions", "/api/v1/deadlines/explain", "/api/v1/public/tickets/{number}"} {
		if paths[path] == nil {
			t.Errorf("the description lacks %s", path)
		}
	}
}
