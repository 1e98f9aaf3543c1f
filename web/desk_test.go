package web

import (
	"net/http"
	"strings"
	"testing"

	"hotline/tickets"
)

func TestDeskRegistersACallAndShowsWhatToTellTheCaller(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("operator")
	key := w.page.attr("input[name=key]", "value")
	fields := []string{"key", key, "kind", "help", "channel", "call", "urgency", "normal", "statement", "母亲的低保金这个月没有到账", "name", "王试验", "phone", "13800000002",
		"county", "140428", "township", "140428102", "village", "140428102201", "category", "pay.late"}
	p := w.post("/desk", fields...)
	if p.status != http.StatusOK || p.find("#saved") == nil {
		t.Fatalf("got %d: %s %s\n%s", p.status, p.text(".fault"), p.path, b.logs)
	}
	number := strings.TrimPrefix(p.path, "/desk?saved=")
	saved := p.text("#saved")
	for _, want := range []string{number, "查询码", "求助办结", "正在计算"} {
		if !strings.Contains(saved, want) {
			t.Errorf("%q is not shown: %s", want, saved)
		}
	}
	if p := w.post("/desk", fields...); p.path != "/desk?saved="+number {
		t.Errorf("a double click went to %s", p.path)
	}
	b.route()
	if p := w.get("/tickets/" + number + "/proposal"); !strings.Contains(p.text("body"), "长子县民政局") {
		t.Errorf("no proposal: %s", p.text("body"))
	}
	checkCode(t, b, number, saved)
}

// checkCode asks the public page with the code that the desk showed.
func checkCode(t *testing.T, b *bench, number, saved string) {
	t.Helper()
	_, after, _ := strings.Cut(saved, "查询码 ")
	code := after[:6]
	citizen := b.browser()
	citizen.get("/status")
	p := citizen.post("/status", "number", number, "code", code)
	if p.status != http.StatusOK || p.text("h1") != number {
		t.Errorf("the code %s does not open the status: %d %s", code, p.status, p.text(".alarm"))
	}
	if strings.Contains(p.body, "王试验") || strings.Contains(p.body, "13800000002") {
		t.Error("the public status shows who it is")
	}
}

func TestDeskKeepsWhatWasTypedAndNamesTheField(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("operator")
	key := w.page.attr("input[name=key]", "value")
	p := w.post("/desk", "key", key, "channel", "visit", "urgency", "urgent", "statement", "有话要说", "phone", "12", "received_at", "2027-01-01T10:00", "county", "140428")
	if p.status != http.StatusUnprocessableEntity {
		t.Fatalf("got %d, want 422", p.status)
	}
	for _, want := range []string{"请选择诉求类别"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("%q is not said", want)
		}
	}
	if p.text("#statement") != "有话要说" || p.attr("#phone", "value") != "12" || p.find("input[value=visit]") == nil {
		t.Error("what was typed is lost")
	}
	p = w.post("/desk", "key", key, "kind", "help", "channel", "visit", "urgency", "urgent", "statement", "有话要说", "name", "王", "phone", "12", "received_at", "2027-01-01T10:00")
	for _, want := range []string{"电话号码不正确", "收到时间不能晚于现在"} {
		if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, want) {
			t.Errorf("%d: %q is not said", p.status, want)
		}
	}
}

func TestDeskAnswersAnInquiryAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("operator")
	p := w.post("/desk", "key", w.page.attr("input[name=key]", "value"), "kind", "inquiry", "channel", "call", "urgency", "normal", "statement", "低保怎样申请", "answer", "向户籍地乡镇申请。")
	if p.find("#saved") == nil || !strings.Contains(p.text("#saved"), "已办结") {
		t.Errorf("got %d: %s", p.status, p.text("#saved"))
	}
}

func TestListsCountWhatTheyShow(t *testing.T) {
	t.Parallel()
	b := open(t)
	first := b.register("operator", nil)
	b.register("operator", nil)
	b.act("operator", first, tickets.ActDispatch, tickets.Values{"unit": "10"})
	w := b.signedIn("lead-city")
	for path, want := range map[string]int{"/tickets": 2, "/tickets?status=dispatched": 1, "/tickets?status=registered": 1, "/tickets?status=handling": 0, "/tickets?kind=report": 0, "/tickets?unit=10": 1} {
		if got := len(w.get(path).all(".line")); got != want {
			t.Errorf("%s: %d rows, want %d", path, got, want)
		}
	}
	if got := w.get("/tickets").text(".counts"); !strings.Contains(got, "全部在办 2") || !strings.Contains(got, "待签收 1") {
		t.Errorf("counts: %s", got)
	}
	if p := b.signedIn("lead-140427").get("/tickets"); len(p.all(".line")) != 0 {
		t.Error("another county sees them")
	}
}

func TestSearchKeepsPhonesOutOfTheAddress(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", nil)
	w := b.signedIn("operator")
	if p := w.post("/tickets/search", "q", "13800000001"); p.path != "/tickets/search" || len(p.all(".line")) != 1 {
		t.Errorf("got %s with %d rows", p.path, len(p.all(".line")))
	}
	w.get("/desk")
	if p := w.post("/tickets/search", "q", number); p.path != "/tickets/"+number {
		t.Errorf("a number leads to %s", p.path)
	}
	if p := w.post("/tickets/search", "q", "到账"); !strings.HasPrefix(p.path, "/tickets?q=") || len(p.all(".line")) != 1 {
		t.Errorf("words: %s with %d rows", p.path, len(p.all(".line")))
	}
	if strings.Contains(b.logs.String(), "13800000001") {
		t.Error("the log has the phone")
	}
}

func TestDispatchTakesOneKey(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", nil)
	b.route()
	w := b.signedIn("operator")
	p := w.get("/dispatch")
	form := p.find("form[action=/tickets/" + number + "/actions/dispatch]")
	if form == nil {
		t.Fatalf("no one-key dispatch: %s", p.text("main"))
	}
	p = w.post("/tickets/"+number+"/actions/dispatch", "version", p.attr("input[name=version]", "value"), "unit", p.attr("input[name=unit]", "value"), "back", "/dispatch")
	if p.path != "/dispatch" || !strings.Contains(p.text(".flash"), "派单") || len(p.all(".dispatch")) != 0 {
		t.Errorf("got %s: %s", p.path, p.text("main"))
	}
}
