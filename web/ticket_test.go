package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"hotline/intake"
	"hotline/tickets"
)

func TestTicketGoesFromDispatchToClosedThroughItsPage(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", nil)
	ok := func(p *answer) {
		t.Helper()
		if p.status != http.StatusOK {
			t.Fatalf("%d at %s: %s %s", p.status, p.path, p.text(".fault"), p.text(".alarm"))
		}
	}
	operator, lead, handler := b.signedIn("operator"), b.signedIn("lead-140428"), b.signedIn("handler-140428")
	ok(operator.step(number, tickets.ActDispatch, "unit", "10"))
	ok(lead.step(number, tickets.ActSign))
	ok(lead.step(number, tickets.ActAssign, "investigator", itoa(b.Person(t, "handler-140428"))))
	ok(handler.step(number, tickets.ActContactMade, "way", "call"))
	ok(handler.step(number, tickets.ActRecord, "allegation", "1", "outcome", "done", "method", "核对发放名册，银行退回后已补发。"))
	ok(handler.step(number, tickets.ActSubmit, "public_text", "低保金已于今日补发到卡。", "resolved", "true"))
	ok(lead.step(number, tickets.ActApprove))
	ok(handler.step(number, tickets.ActDelivered, "way", "call", "evidence", "电话告知，本人接听"))
	ok(operator.step(number, tickets.ActFollowUp, "resolved", "true", "satisfaction", "satisfied"))
	p := operator.get("/tickets/" + number)
	if got := p.text(".ticket-head"); !strings.Contains(got, "已办结") || !strings.Contains(got, "已解决") {
		t.Errorf("head: %s", got)
	}
	story := p.text(".story")
	for _, want := range []string{"登记", "派单", "长子县民政局", "签收", "指定核查员", "核对发放名册", "审核通过", "已送达", "满意"} {
		if !strings.Contains(story, want) {
			t.Errorf("the timeline does not tell %q: %s", want, story)
		}
	}
}

func TestRefusedStepKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", func(s *intake.Submission) { s.Kind = tickets.Complaint })
	b.act("operator", number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	lead := b.signedIn("lead-140428")
	lead.step(number, tickets.ActSign)
	p := lead.step(number, tickets.ActRecord, "allegation", "1", "outcome", "true", "method", "走访了两户")
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, "须两人核查") {
		t.Fatalf("got %d: %s", p.status, p.text("main"))
	}
	if got := p.text("#record1-method"); got != "走访了两户" {
		t.Errorf("the text is lost: %q", got)
	}
}

func TestSecondPersonReadsWhatChanged(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", nil)
	w := b.signedIn("operator")
	old := w.get("/tickets/" + number)
	version, seq := old.attr("input[name=version]", "value"), old.attr("input[name=seq]", "value")
	b.act("operator", number, tickets.ActDispatch, tickets.Values{"unit": "20"})
	p := w.post("/tickets/"+number+"/actions/note", "version", version, "seq", seq, "note", "来电人再次催问")
	if p.status != http.StatusConflict || !strings.Contains(p.text(".alarm"), "派单") || !strings.Contains(p.text(".alarm"), "壶关县民政局") {
		t.Errorf("got %d: %s", p.status, p.text(".alarm"))
	}
	if got := p.text("#note-note"); got != "来电人再次催问" {
		t.Errorf("the text is lost: %q", got)
	}
}

func TestTicketOutsideTheScopeIsNotThere(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", func(s *intake.Submission) {
		s.Kind, s.Accused = tickets.Report, []tickets.Accused{{Unit: 13, Person: "赵试验"}}
	})
	b.act("operator", number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	for _, login := range []string{"lead-140427", "lead-140428102", "handler-140428"} {
		w := b.signedIn(login)
		for _, path := range []string{"", "/proposal", "/clocks/1", "/files/1"} {
			if p := w.get("/tickets/" + number + path); p.status != http.StatusNotFound {
				t.Errorf("%s %s: got %d, want 404", login, path, p.status)
			}
		}
		if p := w.get("/tickets?q=" + "到账"); len(p.all(".line")) != 0 {
			t.Errorf("%s finds it", login)
		}
	}
}

func TestContactIsOpenedWithAMotiveAndJournaled(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", nil)
	w := b.signedIn("operator")
	p := w.get("/tickets/" + number)
	if strings.Contains(p.body, "13800000001") || !strings.Contains(p.body, "138****0001") {
		t.Error("the page does not mask the phone")
	}
	if p := w.post("/tickets/"+number+"/contact", "motive", " "); p.status != http.StatusUnprocessableEntity {
		t.Errorf("without a motive: got %d, want 422", p.status)
	}
	p = w.post("/tickets/"+number+"/contact", "motive", "回拨核对卡号")
	if !strings.Contains(p.text(".opened"), "13800000001") {
		t.Fatalf("got %d: %s", p.status, p.text("main"))
	}
	if got := w.get("/tickets/" + number).text(".story"); !strings.Contains(got, "查看诉求人联系方式") || !strings.Contains(got, "回拨核对卡号") {
		t.Errorf("the journal does not tell: %s", got)
	}
}

func TestDueTimeExplainsItselfDayByDay(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", nil)
	w := b.signedIn("operator")
	p := w.get("/tickets/" + number)
	clock := p.find(".clock")
	if clock == nil {
		t.Fatal("no clock")
	}
	var href string
	for _, a := range p.all("a") {
		if strings.Contains(attr(a, "href"), "/clocks/") {
			href = attr(a, "href")
			break
		}
	}
	p = w.get(href)
	if p.status != http.StatusOK || !strings.Contains(p.text("table"), "起算当日不计") {
		t.Errorf("%s: %d %s", href, p.status, p.text("main"))
	}
	w.get("/language/en")
	if p := w.get(href); !strings.Contains(p.text("table"), "start day, not counted") || hasHan(p.text("table")) {
		t.Errorf("in English: %s", p.text("table"))
	}
}

func TestFileComesBackAsADownload(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", nil)
	w := b.signedIn("operator")
	p := w.get("/tickets/" + number)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range map[string]string{"_form": p.attr("input[name=_form]", "value"), "purpose": "evidence"} {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", "发放名册.html")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("<script>alert(1)</script>")); err != nil {
		t.Fatal(err)
	}
	form.Close()
	r := httptest.NewRequest(http.MethodPost, "/tickets/"+number+"/files", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	p = w.do(r)
	var href string
	for _, a := range p.all("a") {
		if strings.Contains(attr(a, "href"), "/files/") {
			href = attr(a, "href")
		}
	}
	if href == "" {
		t.Fatalf("%d: the file is not listed: %s", p.status, p.text("#files"))
	}
	p = w.get(href)
	if p.status != http.StatusOK || !strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment") || p.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", p.status, p.header)
	}
}

func TestConfidentialTicketShowsNoMaskAndNoWayToOpen(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", func(s *intake.Submission) {
		s.Kind, s.Secrecy, s.Statement = tickets.Report, tickets.Confidential, "村主任李试验把亲属纳入低保，我的电话 13800000001。"
	})
	p := b.signedIn("operator").get("/tickets/" + number)
	if p.status != http.StatusOK || strings.Contains(p.body, "138****0001") || strings.Contains(p.body, "13800000001") || strings.Contains(p.body, "/contact\"") {
		t.Errorf("%d: %s", p.status, p.text("aside"))
	}
}

func TestStatusPageSlowsGuessing(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", nil)
	w := b.browser()
	w.get("/status")
	for range statusTries {
		if p := w.post("/status", "number", number, "code", "000000"); p.status != http.StatusUnprocessableEntity {
			t.Fatalf("got %d, want 422", p.status)
		}
	}
	w.get("/status")
	if p := w.post("/status", "number", number, "code", "000000"); p.status != http.StatusTooManyRequests {
		t.Errorf("got %d, want 429", p.status)
	}
}

func TestOperationsRetriesAStoppedJob(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.ops.stopped = []StoppedJob{{ID: 7, Kind: "sms", Attempt: 5, Error: "gateway: refused"}}
	w := b.signedIn("system")
	if got := w.page.text("main"); !strings.Contains(got, "gateway: refused") || !strings.Contains(got, "CZ1") {
		t.Errorf("page: %s", got)
	}
	if p := w.post("/operations/jobs/7/retry"); p.path != "/operations" || len(b.ops.retried) != 1 {
		t.Errorf("got %s, %v", p.path, b.ops.retried)
	}
	if p := w.post("/operations/jobs/8/retry"); p.status != http.StatusNotFound {
		t.Errorf("no such job: got %d, want 404", p.status)
	}
}

func TestIdentityIsConfirmedOnThePageOfAnOpenTicket(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", nil)
	w := b.signedIn("operator")
	if p := w.get("/tickets/" + number); p.find("#confirm_identity-confirmed") == nil {
		t.Fatalf("nothing asks whether it was confirmed: %s", p.text("#others"))
	}
	if p := w.step(number, tickets.ActIdentity, "confirmed", "true"); p.status != http.StatusOK {
		t.Errorf("got %d: %s", p.status, p.text(".fault"))
	}
}

func TestAClockLeadsToTheActThatMeetsIt(t *testing.T) {
	t.Parallel()
	b := open(t)
	p := b.signedIn("operator").get("/tickets/" + b.register("operator", nil))
	if p.find("a[href=#act-contact_made]") == nil || p.find("#act-contact_made") == nil {
		t.Errorf("the clock of the first contact leads nowhere: %s", p.text("aside"))
	}
}

func TestBothPartsOfASplitSayWhichIsWhich(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", func(s *intake.Submission) { s.Kind = tickets.Complaint })
	w := b.signedIn("operator")
	p := w.step(number, tickets.ActSplit, "kind", tickets.Help, "text", "低保停发，请恢复。")
	if got := p.text("#related"); !strings.Contains(got, "拆分出 ") {
		t.Fatalf("the first one says %q", got)
	}
	_, other, _ := strings.Cut(p.text("#related"), "拆分出 ")
	if got := w.get("/tickets/" + other[:13]).text("#related"); !strings.Contains(got, "拆分自 "+number) {
		t.Errorf("the second one says %q", got)
	}
}

func TestSubmitSaysWhichFindingsAreMissing(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", func(s *intake.Submission) { s.Kind = tickets.Complaint })
	b.act("operator", number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	p := b.signedIn("lead-140428").step(number, tickets.ActSign)
	if got := p.text("#act-submit"); !strings.Contains(got, "第1项还没有结论") {
		t.Errorf("the form says %q", got)
	}
	if n := p.find("#record1-second_name"); n == nil || !slices.ContainsFunc(n.Attr, func(x html.Attribute) bool { return x.Key == "required" }) {
		t.Error("the other investigator is not asked for before sending")
	}
}

func TestWhatRunsDayAndNightSaysSo(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", func(s *intake.Submission) { s.Urgency = tickets.Critical })
	p := b.signedIn("operator").get("/tickets/" + number)
	var spot string
	for _, n := range p.all(".clock") {
		if got := visible(n); strings.Contains(got, "到场处置") {
			spot = got
		}
	}
	if !strings.Contains(spot, "剩 1 天") {
		t.Errorf("someone has to be there within 24 hours; the page says %q", spot)
	}
}

func TestADueTimeAtMidnightIsSaidOfTheDayThatEnds(t *testing.T) {
	for at, want := range map[string]string{"2026-12-02T00:00:00+08:00": "2026-12-01 周二 24:00", "2026-12-02T00:01:00+08:00": "2026-12-02 周三 00:01"} {
		due, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := ZH.ExactDue(due); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
