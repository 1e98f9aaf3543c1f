package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"hotline/intake"
	"hotline/tickets"
)

// taskOn brings a complaint that accuses county 10 into the city's hands and
// issues a task through the ticket's page.
func (b *bench) taskOn() (city *browser, number, task string) {
	b.t.Helper()
	number = b.register("operator", func(s *intake.Submission) {
		s.Kind, s.Statement, s.Accused = tickets.Complaint, "县局公示栏把孩子的病写出来了。", []tickets.Accused{{Unit: 10}}
	})
	b.act("lead-city", number, tickets.ActTake, nil)
	city = b.signedIn("lead-city")
	if p := city.step(number, tickets.ActTask, "kind", "rectify", "unit", "10", "text", "请就 "+number+" 撤下公示"); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.text("#tasks"), "不得写工单编号") {
		b.t.Errorf("a task with the ticket's number: %d %s", p.status, p.text("#tasks"))
	}
	due := b.Clock.Now().Add(4 * time.Hour).UTC().Format(time.RFC3339)
	p := city.step(number, tickets.ActTask, "kind", "rectify", "unit", "10", "text", "请立即撤下写明未成年人病情的公示，附照片。", "due", due, "urgent", "true")
	if p.status != http.StatusOK {
		b.t.Fatalf("issue: %d %s", p.status, p.text("#tasks"))
	}
	b.Row(b.t, `SELECT number FROM tasks`, nil, &task)
	if got := p.text("#tasks"); !strings.Contains(got, task) || !strings.Contains(got, "长子县民政局") || !strings.Contains(got, "待签收") {
		b.t.Errorf("the panel: %s", got)
	}
	return city, number, task
}

// answer sends the task's form with files, given as name and content.
func (w *browser) answer(task, text string, files ...string) *answer {
	w.b.t.Helper()
	p := w.get("/tasks/" + task)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("_form", p.attr("input[name=_form]", "value"))
	_ = form.WriteField("version", p.attr("input[name=version]", "value"))
	_ = form.WriteField("answer", text)
	for i := 0; i+1 < len(files); i += 2 {
		part, _ := form.CreateFormFile("file", files[i])
		_, _ = io.WriteString(part, files[i+1])
	}
	form.Close()
	r := httptest.NewRequest(http.MethodPost, "/tasks/"+task+"/answer", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return w.do(r)
}

func TestATaskIsIssuedSignedAnsweredAndAcceptedOnItsPages(t *testing.T) {
	t.Parallel()
	b := open(t)
	city, number, task := b.taskOn()
	county := b.signedIn("handler-140428")
	if got := county.get("/tasks").text("main"); !strings.Contains(got, task) || !strings.Contains(got, "整改通知") || !strings.Contains(got, "待办 1") {
		t.Fatalf("the county's list: %s", got)
	}
	p := county.get("/tasks/" + task)
	if got := p.text("main"); !strings.Contains(got, "撤下写明未成年人病情") || !strings.Contains(got, "剩 4 小时") && !strings.Contains(got, "剩 3 小时") {
		t.Fatalf("the task: %s", got)
	}
	if strings.Contains(p.body, number) || strings.Contains(p.text("main"), "人员") {
		t.Error("the county's page names the ticket or who asks")
	}
	for _, path := range []string{"/tickets/" + number, "/tickets/" + number + "/clocks/1", "/tickets/" + number + "/likely"} {
		if p := county.get(path); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	p = county.get("/tasks/" + task)
	if p = county.post("/tasks/"+task+"/sign", "version", p.attr("input[name=version]", "value")); !strings.Contains(p.text(".flash"), "已签收") {
		t.Fatalf("sign: %d %s", p.status, p.text("main"))
	}
	if p = county.answer(task, " "); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.text("#answer"), "请填写办理情况") {
		t.Errorf("an empty answer: %d %s", p.status, p.text("#answer"))
	}
	if p = county.answer(task, "已撤下。", "空.jpg", ""); p.status != http.StatusUnprocessableEntity || p.text("#answer-text") != "已撤下。" {
		t.Errorf("an empty file: %d, kept %q", p.status, p.text("#answer-text"))
	}
	old := p.attr("input[name=version]", "value")
	if p = county.answer(task, "已撤下，见照片。", "前.jpg", "one", "后.jpg", "two"); !strings.Contains(p.text(".flash"), "已提交回复") || !strings.Contains(p.text("main"), "后.jpg") {
		t.Fatalf("answer: %d %s", p.status, p.text("main"))
	}
	if p = county.post("/tasks/"+task+"/answer", "version", old, "answer", "再答一次"); p.status != http.StatusConflict || !strings.Contains(p.text("main"), "再答一次") {
		t.Errorf("a second answer: %d %s", p.status, p.text("main"))
	}
	p = city.get("/tickets/" + number)
	if got := p.text("#tasks"); !strings.Contains(got, "已撤下，见照片") || !strings.Contains(got, "前.jpg") || !strings.Contains(got, "验收任务回复") {
		t.Fatalf("the panel: %s", got)
	}
	if f := city.get(p.link("前.jpg")); f.status != http.StatusOK || f.body != "one" || !strings.HasPrefix(f.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the photo: %d %q", f.status, f.body)
	}
	if p = city.step(number, tickets.ActTaskReturn, "task", "1", "reason", "看不清。", "due", "2020-01-01T00:00"); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.text("#task-1"), "须晚于现在") {
		t.Errorf("sent back into the past: %d %s", p.status, p.text("#tasks"))
	}
	if p = city.step(number, tickets.ActTaskAccept, "task", "1"); !strings.Contains(p.text("#task-1"), "已验收") {
		t.Errorf("accept: %d %s", p.status, p.text("#tasks"))
	}
	if got := city.get("/tasks?view=issued&state=settled").text("main"); !strings.Contains(got, task) || !strings.Contains(got, number) {
		t.Errorf("what the city issued: %s", got)
	}
	if got := county.get("/tasks/" + task).text(".story"); !strings.Contains(got, "验收") || strings.Contains(got, "人员2") {
		t.Errorf("the county's history: %s", got)
	}
	for login, want := range map[string]int{"lead-140427": http.StatusNotFound, "operator-140427": http.StatusNotFound, "system": http.StatusForbidden} {
		if p := b.signedIn(login).get("/tasks/" + task); p.status != want {
			t.Errorf("%s: %d, want %d", login, p.status, want)
		}
	}
}

// link is where the link with a text leads.
func (a *answer) link(text string) string {
	for _, n := range a.all("a") {
		var b strings.Builder
		walk(n, func(x *html.Node) {
			if x.Type == html.TextNode {
				b.WriteString(x.Data)
			}
		})
		if strings.Contains(b.String(), text) {
			return attr(n, "href")
		}
	}
	return ""
}
