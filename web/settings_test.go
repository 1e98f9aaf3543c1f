package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hotline/intake"
)

var settingsPaths = []string{"/settings", "/settings/categories", "/settings/categories/pay.late", "/settings/rules", "/settings/rules/resolve.order.help", "/settings/routing", "/settings/routing/places/10", "/settings/calendars"}

func TestSettingsAreTheSystemAdministratorsAlone(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, login := range []string{"operator", "lead-city", "lead-140428", "handler-140428", "auditor"} {
		w := b.signedIn(login)
		for _, path := range settingsPaths {
			if p := w.get(path); p.status != http.StatusForbidden {
				t.Errorf("%s reads %s: %d", login, path, p.status)
			}
		}
		w.get("/")
		if strings.Contains(w.page.body, `href="/settings"`) {
			t.Errorf("%s has settings in the menu", login)
		}
	}
	w := b.signedIn("system")
	for _, path := range settingsPaths {
		if p := w.get(path); p.status != http.StatusOK || !strings.Contains(p.body, `href="/settings"`) {
			t.Errorf("%s: %d", path, p.status)
		}
		w.get("/language/en")
		if p := w.get(path); p.status != http.StatusOK {
			t.Errorf("%s in English: %d", path, p.status)
		}
		w.get("/language/zh")
	}
}

func TestARetiredCategoryLeavesTheDeskAndStaysOnOldTickets(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", func(s *intake.Submission) { s.Category = "pay.late" })
	w := b.signedIn("system")
	w.get("/settings/categories/pay.late")
	p := w.post("/settings/categories/pay.late", "version", "0", "zh", "资金未到账", "parent", "pay", "retired", "true", "why", "平台改了分类")
	if p.status != http.StatusOK || !strings.Contains(p.text(".story"), "平台改了分类") || !strings.Contains(p.text(".story"), "停用") {
		t.Fatalf("%d: %s", p.status, p.text("main"))
	}
	desk := b.signedIn("operator")
	if p := desk.get("/desk"); strings.Contains(p.body, `value="pay.late"`) || !strings.Contains(p.body, `value="pay.short"`) {
		t.Error("the desk still offers it, or lost another")
	}
	if p := desk.get("/tickets/" + number); !strings.Contains(p.text(".ticket-head"), "资金未到账") {
		t.Errorf("the old ticket reads %s", p.text(".ticket-head"))
	}
	if _, err := b.desk.Accept(ctx, b.Session(t, "operator"), intake.Submission{Channel: "call", Source: "t", SourceID: "2", Raw: []byte("{}"), Kind: "help", Statement: "钱没到。", Category: "pay.late"}); err == nil {
		t.Error("a new ticket was put under it")
	}
}

func TestAStaleOrBadEditKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("system")
	w.get("/settings/categories/pay.late")
	p := w.post("/settings/categories/pay.late", "version", "7", "zh", "另一个名字", "parent", "pay", "retired", "false", "why", "试")
	if p.status != http.StatusConflict || p.attr("#edit-zh", "value") != "另一个名字" {
		t.Errorf("stale: %d, %q", p.status, p.attr("#edit-zh", "value"))
	}
	p = w.post("/settings/categories/pay.late", "version", "0", "zh", `<script>alert(1)</script>`, "parent", "pay", "retired", "false", "why", "")
	if p.status != http.StatusUnprocessableEntity || strings.Contains(p.body, "<script>alert") || !strings.Contains(p.text("main"), "请填写修改原因") {
		t.Errorf("bad: %d %s", p.status, p.text("main"))
	}
	for _, path := range []string{"/settings/categories/nowhere", "/settings/rules/nowhere", "/settings/rules/" + url.PathEscape("'; DROP TABLE")} {
		if p := w.get(path); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.status)
		}
	}
}

func TestARuleIsPreviewedThenSavedThenUndone(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("system")
	w.get("/settings/rules/resolve.complaint")
	fields := []string{"version", "1", "amount", "7", "unit", "working_days", "roll", "none", "extension_limit", "7", "extensions", "0", "off", "false",
		"effective_from", "2026-11-17", "source", "长民发〔2026〕9号", "why", "局务会决定"}
	p := w.post("/settings/rules/resolve.complaint", fields...)
	if p.status != http.StatusOK || !strings.Contains(p.text("#effect"), "一个也不变") || !strings.Contains(p.text("#effect"), "12-01") || !strings.Contains(p.text("#effect"), "11-26") {
		t.Fatalf("preview %d: %s", p.status, p.text("#effect"))
	}
	p = w.post("/settings/rules/resolve.complaint", append(fields, "confirm", "yes")...)
	if p.path != "/settings/rules/resolve.complaint" || !strings.Contains(p.text(".story"), "局务会决定") {
		t.Fatalf("saved at %s: %s", p.path, p.text("main"))
	}
	if p := w.get("/settings/rules"); !strings.Contains(p.text("table"), "2026-11-17 7 个工作日") {
		t.Error("the list does not show what is to come")
	}
	p = w.post("/settings/rules/resolve.complaint/undo", "version", "2", "why", "改回")
	if p.status != http.StatusOK || !strings.Contains(p.text(".story"), "改回") {
		t.Errorf("undo %d: %s", p.status, p.text("main"))
	}
	if p := w.post("/settings/rules/resolve.complaint", "version", "3", "amount", "七", "effective_from", "soon"); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.text("main"), "请填写整数") {
		t.Errorf("hostile numbers: %d", p.status)
	}
}

func TestRoutingIsToldAndTriedOnItsPage(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("system")
	w.get("/settings/routing")
	p := w.post("/settings/routing/danger", "version", "0", "word", "煤窑透水", "weight", "critical", "why", "矿区多发")
	if p.status != http.StatusOK || !strings.Contains(p.text("main"), "煤窑透水") {
		t.Fatalf("%d: %s", p.status, p.text("main"))
	}
	p = w.post("/settings/routing/try", "statement", "长子县的煤窑透水了，低保户没饭吃。", "kind", "help", "place", "")
	if got := p.text(".proposal"); p.status != http.StatusOK || !strings.Contains(got, "长子县民政局") || !strings.Contains(got, "特急") || !strings.Contains(got, "煤窑透水") {
		t.Errorf("%d: %s", p.status, got)
	}
	if p = w.post("/settings/routing/try", "statement", " ", "kind", "nothing"); p.status != http.StatusUnprocessableEntity {
		t.Errorf("an empty try: %d", p.status)
	}
	form := url.Values{"_form": {p.attr("input[name=_form]", "value")}, "version": {"0"}, "kinds": {"inquiry", "praise"}, "why": {"试行"}}
	if p = w.send("/settings/routing/released", form); p.status != http.StatusOK || !strings.Contains(p.text(".story"), "试行") {
		t.Errorf("released %d: %s", p.status, p.text("main"))
	}
	w.get("/settings/routing/places?unit=10")
	if p = w.post("/settings/routing/places/10", "version", "0", "names", "老长子县、鲍店县", "why", "旧称"); p.status != http.StatusOK || !strings.Contains(p.text("main"), "鲍店县") {
		t.Errorf("names %d: %s", p.status, p.text("main"))
	}
	if p = w.get("/settings/routing/places/1"); p.status != http.StatusNotFound {
		t.Errorf("the city's names: %d", p.status)
	}
}

const notice2027 = `{"year":2027,"source":"国办发明电","off":[{"name":"元旦","from":"2027-01-01","to":"2027-01-05"},{"name":"劳动节","from":"2027-05-01","to":"2027-05-05"},{"name":"国庆节","from":"2027-10-01","to":"2027-10-07"}],"work":[]}`

func TestAYearIsPreviewedTicketByTicketThenImported(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.Clock.Set(time.Date(2026, 12, 28, 1, 0, 0, 0, time.UTC))
	number := b.register("operator", func(s *intake.Submission) { s.Kind = "report" })
	w := b.signedIn("system")
	if p := w.get("/settings/calendars"); !strings.Contains(p.text(".proposal"), "2027") {
		t.Errorf("it does not say what is waited for: %s", p.text("main"))
	}
	p := w.post("/settings/calendars", "notice", notice2027)
	if p.status != http.StatusOK || !strings.Contains(p.text("#effect"), number) || !strings.Contains(p.text("#effect"), "2027-01-04") {
		t.Fatalf("preview %d: %s", p.status, p.text("main"))
	}
	shown := p.attr("input[name=shown]", "value")
	if p := w.post("/settings/calendars", "notice", notice2027, "confirm", "yes", "shown", shown, "why", ""); p.status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", p.status)
	}
	if p := w.post("/settings/calendars", "notice", notice2027, "confirm", "yes", "shown", shown, "why", "已发布"); p.status != http.StatusOK || !strings.Contains(p.text(".flash"), "已导入") || !strings.Contains(p.text(".story"), "已发布") {
		t.Errorf("import %d: %s", p.status, p.text("main"))
	}
	if p := w.post("/settings/calendars", "notice", notice2027, "confirm", "yes", "shown", shown, "why", "再来"); p.status != http.StatusConflict {
		t.Errorf("a second import from the old page: %d", p.status)
	}
	if p := w.post("/settings/calendars", "notice", "<script>alert(1)</script>"); p.status != http.StatusUnprocessableEntity || strings.Contains(p.body, "<script>alert") {
		t.Errorf("hostile: %d", p.status)
	}
}
