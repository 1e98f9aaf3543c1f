package api

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v2"

	"hotline/intake"
	"hotline/internal/accounts/accountdb"
	"hotline/internal/pgtest"
	"hotline/internal/vault"
	"hotline/tickets/categorydb"
	"hotline/tickets/dutydb"
	"hotline/tickets/settingdb"
	"hotline/tickets/ticketdb"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// city is the API over a real database, as cmd wires it.
type city struct {
	*bench
	env    *pgtest.Env
	tokens map[string]string
}

func openCity(t *testing.T) *city {
	t.Helper()
	env := pgtest.New(t)
	log := slog.New(slog.DiscardHandler)
	db, err := ticketdb.New(ticketdb.Config{PG: env.PG, Units: env.Units, Clocks: env.Clocks, Vault: env.Vault, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { _ = db.Run(t.Context()) })
	t.Cleanup(running.Wait)
	b := &bench{t: t, logs: &bytes.Buffer{}, app: fiber.New(fiber.Config{Immutable: true, BodyLimit: 30 << 20, ErrorHandler: ErrorHandler, DisableStartupMessage: true})}
	matters, err := categorydb.NewCache(t.Context(), env.PG)
	if err != nil {
		t.Fatal(err)
	}
	Register(b.app, Config{Tickets: db, Desk: intake.NewDesk(db), Now: env.Clock.Now, Duty: dutydb.New(env.PG, env.Units),
		Settings: settingdb.New(settingdb.Config{PG: env.PG, Categories: matters, Clocks: env.Clocks, Units: env.Units}), Logger: slog.New(slog.NewJSONHandler(b.logs, nil)),
		Accounts: accountdb.New(accountdb.Config{PG: env.PG, Vault: env.Vault, Hasher: vault.NewHasher(1), Log: log})})
	return &city{bench: b, env: env, tokens: map[string]string{}}
}

// as sends a request on behalf of a login, signing in at its first.
func (c *city) as(login, method, path, body string, headers ...string) answer {
	c.t.Helper()
	if c.tokens[login] == "" {
		a := c.send("POST", "/api/v1/sessions", fmt.Sprintf(`{"login":%q,"password":%q}`, login, pgtest.Password), "Authorization: ")
		if a.status != 200 {
			c.t.Fatalf("sign in %s: %d %s", login, a.status, a.raw)
		}
		c.tokens[login], _ = a.body["token"].(string)
	}
	return c.send(method, path, body, append([]string{"Authorization: Bearer " + c.tokens[login]}, headers...)...)
}

// act takes a step with the present version and wants the status after it.
func (c *city) act(login, number, action, fields, want string) answer {
	c.t.Helper()
	t := c.as(login, "GET", "/api/v1/tickets/"+number, "")
	body := fmt.Sprintf(`{"version":%v%s}`, t.body["version"], fields)
	a := c.as(login, "POST", "/api/v1/tickets/"+number+"/actions/"+action, body)
	if a.status != 200 || a.body["status"] != want {
		c.t.Fatalf("%s by %s: got %d %.600s, want %s", action, login, a.status, a.raw, want)
	}
	return a
}

const real = `{"kind":"help","channel":"call","region":"140428102","place":"青杨岭村","statement":"低保三个月没到账，问过村里没说法。","complainants":[{"name":"李试验","phone":"13800138000","role":"caller"}]}`

func TestATicketIsRegisteredVerifiedAnsweredAndClosedThroughTheAPI(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	first := c.as("operator", "POST", "/api/v1/tickets", real, "Idempotency-Key: call-1")
	if first.status != 201 {
		t.Fatalf("register: %d %s", first.status, first.raw)
	}
	n, code := first.body["number"].(string), first.body["receipt_code"].(string)
	again := c.as("operator", "POST", "/api/v1/tickets", real, "Idempotency-Key: call-1")
	if again.body["number"] != n || again.body["receipt_code"] != code || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("the same key gave %d %s", again.status, again.raw)
	}
	if a := c.as("operator", "POST", "/api/v1/tickets", strings.Replace(real, "三个月", "四个月", 1), "Idempotency-Key: call-1"); a.status != 409 {
		t.Errorf("the same key with another body: %d %s", a.status, a.raw)
	}
	if d := first.body["deadlines"].([]any); len(d) == 0 {
		t.Error("no deadlines")
	}

	c.act("operator", n, "dispatch", `,"unit":"140428","reason":"按地区"`, "dispatched")
	if a := c.as("lead-140427", "GET", "/api/v1/tickets/"+n, ""); a.status != 404 {
		t.Errorf("another county: got %d", a.status)
	}
	if a := c.as("operator", "POST", "/api/v1/tickets/"+n+"/actions/sign", `{"version":99}`); a.status != 409 || a.body["ticket"] == nil {
		t.Errorf("stale version: got %d %s", a.status, a.raw)
	}
	now := c.as("operator", "GET", "/api/v1/tickets/"+n, "")
	if a := c.as("operator", "POST", "/api/v1/tickets/"+n+"/actions/sign", fmt.Sprintf(`{"version":%v}`, now.body["version"])); a.status != 403 {
		t.Errorf("an operator signs: got %d %s", a.status, a.raw)
	}
	c.act("lead-140428", n, "sign", "", "handling")
	one, two := c.env.Person(t, "handler-140428"), c.env.Person(t, "handler2-140428")
	c.act("lead-140428", n, "assign", fmt.Sprintf(`,"investigator":%d,"second":%d`, one, two), "handling")
	c.checkContact(n)
	c.checkFile(n)
	c.act("handler-140428", n, "record", `,"allegation":1,"outcome":"done","method":"核对发放清册，到户见面","recovered":"12.50"`, "handling")
	c.act("handler-140428", n, "submit", `,"public_text":"已补发三个月低保金。","internal_text":"银行卡号有误","resolved":true`, "approval")
	c.act("lead-140428", n, "approve", "", "answering")
	c.act("handler-140428", n, "delivered", `,"way":"call","evidence":"本人接听，已听清"`, "answered")
	closed := c.act("operator", n, "follow_up", `,"resolved":true,"satisfaction":"satisfied"`, "closed")
	if closed.body["outcome"] != "resolved" {
		t.Errorf("outcome %v", closed.body["outcome"])
	}
	c.checkAfter(n, code)
	if c.logs.Len() != 0 {
		t.Errorf("logged: %s", c.logs)
	}
}

// checkContact: the investigator opens it, the lead of another county and
// those not assigned do not.
func (c *city) checkContact(n string) {
	c.t.Helper()
	motive := "X-Motive: " + url.PathEscape("上门核查")
	a := c.as("handler-140428", "GET", "/api/v1/tickets/"+n+"/contact", "", motive)
	if a.status != 200 || a.body["complainants"].([]any)[0].(map[string]any)["phone"] != "13800138000" {
		c.t.Errorf("contact: %d %s", a.status, a.raw)
	}
	if a := c.as("lead-city", "GET", "/api/v1/tickets/"+n+"/contact", "", motive); a.status != 403 {
		c.t.Errorf("contact for a lead: %d %s", a.status, a.raw)
	}
	if a := c.as("lead-140427", "GET", "/api/v1/tickets/"+n+"/contact", "", motive); a.status != 404 {
		c.t.Errorf("contact for another county: %d %s", a.status, a.raw)
	}
}

// checkFile: a file goes in and comes out whole.
func (c *city) checkFile(n string) {
	c.t.Helper()
	t := c.as("handler-140428", "GET", "/api/v1/tickets/"+n, "")
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("version", fmt.Sprint(t.body["version"]))
	_ = w.WriteField("purpose", "evidence")
	p, _ := w.CreateFormFile("file", "清册.txt")
	_, _ = io.WriteString(p, "发放清册")
	w.Close()
	a := c.as("handler-140428", "POST", "/api/v1/tickets/"+n+"/attachments", body.String(), "Content-Type: "+w.FormDataContentType())
	if a.status != 201 {
		c.t.Fatalf("attach: %d %s", a.status, a.raw)
	}
	f := a.body["attachments"].([]any)[0].(map[string]any)
	path := fmt.Sprintf("/api/v1/tickets/%s/attachments/%.0f", n, f["id"])
	if a := c.as("operator", "GET", path, ""); a.status != 200 || a.raw != "发放清册" {
		c.t.Errorf("download: %d %q", a.status, a.raw)
	}
	if a := c.as("lead-140427", "GET", path, ""); a.status != 404 {
		c.t.Errorf("download by another county: %d", a.status)
	}
}

// checkAfter reads the closed ticket by every other call.
func (c *city) checkAfter(n, code string) {
	c.t.Helper()
	a := c.send("GET", "/api/v1/public/tickets/"+n, "", "Authorization: ", "X-Receipt-Code: "+code)
	if a.status != 200 || a.body["reply"] != "已补发三个月低保金。" || a.body["status"] != "closed" {
		c.t.Errorf("public: %d %s", a.status, a.raw)
	}
	rows := c.as("lead-140428", "GET", "/api/v1/tickets/"+n+"/journal", "").body["items"].([]any)
	var acts []string
	for i, r := range rows {
		m := r.(map[string]any)
		acts = append(acts, m["action"].(string))
		if i > 0 && m["previous_hash"] != rows[i-1].(map[string]any)["hash"] {
			c.t.Errorf("the chain breaks at %d", i)
		}
	}
	if got := strings.Join(acts, " "); !strings.HasPrefix(got, "registered dispatch sign assign contact_viewed attach record submit approve") || !strings.HasSuffix(got, "follow_up") {
		c.t.Errorf("journal: %s", got)
	}
	for login, want := range map[string]int{"operator": 1, "lead-140428": 1, "lead-city": 1, "lead-140427": 0, "handler-140428": 1, "clerk-140428102201": 0} {
		l := c.as(login, "GET", "/api/v1/tickets?status=closed&kind=help&region=140428", "")
		if items, _ := l.body["items"].([]any); l.status != 200 || len(items) != want {
			c.t.Errorf("list of %s: %d %s, want %d", login, l.status, l.raw, want)
		}
	}
}

func TestABadRegistrationStoresNothing(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	for name, body := range map[string]string{
		"id": strings.Replace(real, `"role"`, `"id_no":"140428199902301234","role"`, 1), "phone": strings.Replace(real, "13800138000", "12", 1),
		"region": strings.Replace(real, "140428102", "140499", 1), "future": real[:len(real)-1] + `,"received_at":"2030-01-01T00:00:00+08:00"}`,
		"category": real[:len(real)-1] + `,"category":"none"}`, "answer": real[:len(real)-1] + `,"answer":"x"}`,
	} {
		if a := c.as("operator", "POST", "/api/v1/tickets", body); a.status != 422 || len(a.faults()) == 0 {
			t.Errorf("%s: got %d %s", name, a.status, a.raw)
		}
	}
	var tickets, submissions int
	c.env.Row(t, `SELECT (SELECT count(*) FROM tickets), (SELECT count(*) FROM submissions)`, nil, &tickets, &submissions)
	if tickets != 0 || submissions != 0 {
		t.Errorf("%d tickets, %d submissions stored", tickets, submissions)
	}
}

func TestAnInquiryIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	a := c.as("operator-140428", "POST", "/api/v1/tickets", `{"kind":"inquiry","channel":"call","region":"140428","statement":"低保怎么申请？","answer":"到乡镇民政办提交申请。"}`)
	if a.status != 201 || a.body["status"] != "closed" {
		t.Errorf("got %d %s", a.status, a.raw)
	}
}

func TestTwoAtOnceOneWinsAndTheOtherSeesWhatChanged(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	n := c.as("operator", "POST", "/api/v1/tickets", real).body["number"].(string)
	c.as("lead-city", "GET", "/api/v1/words", "")
	results := make([]answer, 2)
	var both sync.WaitGroup
	for i, login := range []string{"operator", "lead-city"} {
		both.Go(func() {
			r := httptest.NewRequest("POST", "/api/v1/tickets/"+n+"/actions/dispatch", strings.NewReader(`{"version":1,"unit":10}`))
			r.Header.Set("Authorization", "Bearer "+c.tokens[login])
			r.Header.Set("Content-Type", "application/json")
			resp, err := c.app.Test(r, -1)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			raw, _ := io.ReadAll(resp.Body)
			results[i] = answer{status: resp.StatusCode, raw: string(raw)}
		})
	}
	both.Wait()
	won, lost := results[0], results[1]
	if won.status != 200 {
		won, lost = lost, won
	}
	if won.status != 200 || lost.status != 409 || !strings.Contains(lost.raw, `"status":"dispatched"`) {
		t.Errorf("got %d %.300s and %d %.300s", won.status, won.raw, lost.status, lost.raw)
	}
}

func TestLikelyRelationsAndTheCallersEarlierTickets(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	first := c.as("operator", "POST", "/api/v1/tickets", real).body["number"].(string)
	second := c.as("operator", "POST", "/api/v1/tickets", real).body["number"].(string)
	a := c.as("operator", "GET", "/api/v1/tickets/"+second+"/likely", "")
	items, _ := a.body["items"].([]any)
	if a.status != 200 || len(items) != 1 {
		t.Fatalf("likely: %d %s", a.status, a.raw)
	}
	x := items[0].(map[string]any)
	if x["ticket"].(map[string]any)["number"] != first || x["relation"] != "same_matter" || !strings.Contains(a.raw, "诉求人电话相同") {
		t.Errorf("likely: %s", a.raw)
	}
	if a := c.as("lead-140427", "GET", "/api/v1/tickets/"+second+"/likely", ""); a.status != 404 {
		t.Errorf("likely out of scope: %d", a.status)
	}
	c.act("operator", second, "link", `,"other":"`+first+`","kind":"same_person"`, "registered")
	if a := c.as("operator", "GET", "/api/v1/tickets/"+second+"/likely", ""); strings.Contains(a.raw, first) {
		t.Errorf("one linked is suggested: %s", a.raw)
	}
	c.act("operator", second, "unlink", `,"other":"`+first+`"`, "registered")
	for login, want := range map[string]int{"operator": 2, "operator-140428": 0} {
		a := c.as(login, "POST", "/api/v1/callers/tickets", `{"phone":"138-0013-8000"}`)
		if items, _ := a.body["items"].([]any); a.status != 200 || len(items) != want {
			t.Errorf("%s: %d %s, want %d", login, a.status, a.raw, want)
		}
	}
	if a := c.as("handler-140428", "POST", "/api/v1/callers/tickets", `{"phone":"13800138000"}`); a.status != 403 {
		t.Errorf("an investigator asks for a phone: %d", a.status)
	}
}

func TestAJointLetterHasAtMostFiveRepresentatives(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	letter := func(speakers, signers int) string {
		var people []string
		for i := range speakers + signers {
			role := "signer"
			if i < speakers {
				role = "representative"
			}
			people = append(people, fmt.Sprintf(`{"name":"王%c","phone":"139000000%02d","role":%q}`, '一'+rune(i), i, role))
		}
		return `{"kind":"complaint","channel":"letter","region":"140428","statement":"我们几户的低保同时停了。","people":3,"respondents":[{"unit":"140428"}],"complainants":[` + strings.Join(people, ",") + `]}`
	}
	if a := c.as("operator", "POST", "/api/v1/tickets", letter(6, 4)); a.status != 422 || !strings.Contains(a.faults()["body.complainants"], "代表最多 5 人") {
		t.Errorf("six representatives: %d %s", a.status, a.raw)
	}
	a := c.as("operator", "POST", "/api/v1/tickets", letter(2, 5))
	if a.status != 201 {
		t.Fatalf("register: %d %s", a.status, a.raw)
	}
	v := c.as("operator", "GET", "/api/v1/tickets/"+a.body["number"].(string), "")
	people := v.body["complainants"].([]any)
	last := people[6].(map[string]any)
	if v.body["naming"] != "joint" || v.body["people"] != 7.0 || len(people) != 7 || last["n"] != 7.0 || last["role"] != "signer" || fmt.Sprint(v.body["respondents"]) != "[10]" {
		t.Errorf("%s", v.raw)
	}
}
