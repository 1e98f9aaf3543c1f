package web

import (
	archive "archive/zip"
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hotline/intake"
	"hotline/tickets"
	"hotline/tickets/paper"
)

// inHand brings a ticket to the investigator of county 10.
func (b *bench) inHand(change func(*intake.Submission)) string {
	b.t.Helper()
	number := b.register("operator", change)
	b.act("lead-city", number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	b.act("lead-140428", number, tickets.ActSign, nil)
	b.act("lead-140428", number, tickets.ActAssign, tickets.Values{"investigator": itoa(b.Person(b.t, "handler-140428"))})
	return number
}

// draft opens the form of a kind and returns its fields as they stand there.
func (w *browser) draft(number, kind string) (*answer, []string) {
	p := w.get("/tickets/" + number + "/documents/new?kind=" + kind)
	fields := []string{"kind", kind, "version", p.attr("input[name=version]", "value")}
	for _, selector := range []string{"textarea", "input.form-control"} {
		for _, n := range p.all(selector) {
			value := attr(n, "value")
			if selector == "textarea" && n.FirstChild != nil {
				value = n.FirstChild.Data
			}
			fields = append(fields, attr(n, "name"), value)
		}
	}
	return p, fields
}

// upload sends a file as a form does.
func (w *browser) upload(path, name, content string) *answer {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("_form", w.page.attr("input[name=_form]", "value"))
	part, _ := form.CreateFormFile("file", name)
	_, _ = io.WriteString(part, content)
	form.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return w.do(r)
}

func TestADocumentIsDraftedIssuedPrintedAndHandedIn(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.inHand(nil)
	w := b.signedIn("handler-140428")
	if got := w.get("/tickets/" + number).text("#documents"); !strings.Contains(got, "还没有文书") || !strings.Contains(got, "受理告知书") {
		t.Fatalf("the panel: %s", got)
	}
	p, fields := w.draft(number, paper.Acceptance)
	if got := p.text("#doc-body"); !strings.Contains(got, number) || strings.Contains(got, "张试验") {
		t.Fatalf("the draft: %s", got)
	}
	p = w.post("/tickets/"+number+"/documents", append(fields, "do", "preview")...)
	if p.status != http.StatusOK || !strings.Contains(p.text(".sheet"), "签发时编号") {
		t.Fatalf("the preview: %d %s", p.status, p.text(".sheet"))
	}
	p = w.post("/tickets/"+number+"/documents", append(fields, "do", "issue")...)
	if p.status != http.StatusOK || !strings.Contains(p.text(".flash"), "已签发") || !strings.Contains(p.text(".sheet"), "长子民访〔2026〕1号") || !strings.Contains(p.text(".sheet"), "张*验") {
		t.Fatalf("issued: %d at %s: %s %s", p.status, p.path, p.text(".fault"), p.text("main"))
	}
	href := p.path
	if p := w.post("/tickets/"+number+"/documents", append(fields, "do", "issue")...); p.status != http.StatusConflict || !strings.Contains(p.text("#doc-body"), number) {
		t.Errorf("a second press: %d", p.status)
	}
	b.checkPrints(w, href)
	w.get(href)
	if p := w.upload(href+"/files", "签收.jpg", ""); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.text("#return"), "文件为空") {
		t.Errorf("an empty photo: %d %s", p.status, p.text("#return"))
	}
	p = w.upload(href+"/files", "签收.jpg", "photo")
	if got := p.text("main"); p.status != http.StatusOK || !strings.Contains(got, "已交回") || !strings.Contains(got, "签收.jpg") {
		t.Errorf("handed in: %d %s", p.status, got)
	}
	if got := w.get("/tickets/" + number).text(".story"); !strings.Contains(got, "签发文书") || !strings.Contains(got, "文书签收件交回") || !strings.Contains(got, "长子民访〔2026〕1号") {
		t.Errorf("the timeline does not tell: %s", got)
	}
	w.get(href)
	if p := w.post(href+"/cancel", "reason", " "); p.status != http.StatusUnprocessableEntity {
		t.Errorf("void without a reason: %d", p.status)
	}
	if p := w.post(href+"/cancel", "reason", "单位写错"); !strings.Contains(p.text("main"), "作 废") || !strings.Contains(p.text(".facts"), "单位写错") {
		t.Errorf("void: %d %s", p.status, p.text("main"))
	}
}

// checkPrints looks at the print page, the Word file and the code.
func (b *bench) checkPrints(w *browser, href string) {
	b.t.Helper()
	p := w.get(href + "/print")
	if got := p.text(".sheet"); strings.Contains(got, "张试验") || !strings.Contains(got, paper.Blank) || !strings.Contains(p.body, `src="data:image/png;base64,iVBOR`) {
		b.t.Errorf("the print page: %s", p.text("body"))
	}
	if p := w.post(href + "/print"); !strings.Contains(p.text(".sheet"), "张试验：") {
		b.t.Errorf("with the name: %d %s", p.status, p.text("body"))
	}
	p = w.get(href + "/docx")
	if !strings.Contains(wordText(b.t, p.body), "长子民访〔2026〕1号") || strings.Contains(wordText(b.t, p.body), "张试验") || !strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment") {
		b.t.Errorf("the Word file: %d %v", p.status, p.header)
	}
	var token string
	b.Row(b.t, `SELECT token FROM documents`, nil, &token)
	if p := w.get("/d/" + token); p.path != href && !strings.HasPrefix(p.path, href) {
		b.t.Errorf("the code leads to %s", p.path)
	}
	if p := b.signedIn("lead-140427").get("/d/" + token); p.status != http.StatusNotFound {
		b.t.Errorf("the code opens for another county: %d", p.status)
	}
	if p := b.browser().get("/d/" + token); !strings.HasPrefix(p.path, "/sign-in") {
		b.t.Errorf("the code opens without signing in: %s", p.path)
	}
	lead := b.signedIn("lead-140428")
	if got := lead.get(href).text("main"); strings.Contains(got, "填入姓名") {
		b.t.Error("a lead is offered the name")
	}
	if p := lead.post(href + "/print"); p.status != http.StatusForbidden || strings.Contains(p.body, "张试验") {
		b.t.Errorf("a lead prints the name: %d", p.status)
	}
}

// wordText is word/document.xml of a Word file.
func wordText(t *testing.T, file string) string {
	t.Helper()
	z, err := archive.NewReader(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestARefusedDocumentKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.inHand(nil)
	w := b.signedIn("handler-140428")
	_, fields := w.draft(number, paper.Extension)
	for i := 0; i < len(fields); i += 2 {
		if fields[i] == "reason" {
			fields[i+1] = "<b>须等银行回函</b>"
		}
	}
	p := w.post("/tickets/"+number+"/documents", append(fields, "do", "issue")...)
	if p.status != http.StatusUnprocessableEntity || p.text("#doc-reason") != "<b>须等银行回函</b>" || !strings.Contains(p.text("#doc-until-fault"), "请填写延长至") {
		t.Errorf("%d: %s", p.status, p.text("main"))
	}
	p = w.post("/tickets/"+number+"/documents", append(fields, "until", "2026-12-20", "do", "preview")...)
	if p.status == http.StatusOK && strings.Contains(p.body, "<b>须等") {
		t.Error("typed HTML is HTML on the sheet")
	}
	w.get("/language/en")
	if got := w.get("/tickets/" + number + "/documents/new?kind=" + paper.Extension).text(".paper-form"); !strings.Contains(got, "Why it takes longer 【延期理由】") {
		t.Errorf("in English the fields do not say which place they fill: %s", got)
	}
	var n int
	b.Row(t, `SELECT count(*) FROM documents`, nil, &n)
	if n != 0 {
		t.Errorf("%d documents are stored", n)
	}
}

func TestAConfidentialDocumentAsksBeforeItNamesAnybody(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", func(s *intake.Submission) {
		s.Kind, s.Secrecy, s.Statement = tickets.Report, tickets.Confidential, "我叫张试验，村干部亲属违规享受低保。"
	})
	w := b.signedIn("operator")
	_, fields := w.draft(number, paper.Withdrawal)
	for i := 0; i < len(fields); i += 2 {
		if fields[i] == "account" {
			fields[i+1] = "本人电话13800000001来电撤回"
		}
	}
	p := w.post("/tickets/"+number+"/documents", append(fields, "do", "issue")...)
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.text("main"), "13800000001") || p.find("input[name=confirmed]") == nil {
		t.Fatalf("%d: %s", p.status, p.text("main"))
	}
	p = w.post("/tickets/"+number+"/documents", append(fields, "confirmed", "true", "do", "issue")...)
	if p.status != http.StatusOK || strings.Contains(p.text("main"), "填入姓名") || strings.Contains(p.text(".sheet"), "张*") {
		t.Errorf("%d at %s: %s", p.status, p.path, p.text("main"))
	}
}

func TestDocumentsOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.inHand(nil)
	w := b.signedIn("lead-140427")
	for _, path := range []string{"/documents/new?kind=reply", "/documents/1", "/documents/1/print", "/documents/1/docx", "/documents/x"} {
		if p := w.get("/tickets/" + number + path); p.status != http.StatusNotFound {
			t.Errorf("%s: got %d", path, p.status)
		}
	}
	lead := b.signedIn("lead-140428")
	if p := lead.get("/tickets/" + number + "/documents/new?kind=supervise"); p.status != http.StatusForbidden {
		t.Errorf("a unit supervises itself: %d", p.status)
	}
	if p := lead.get("/tickets/" + number + "/documents/new?kind=none"); p.status != http.StatusNotFound {
		t.Errorf("an unknown kind: %d", p.status)
	}
}

func TestTheOpinionsNumberStandsInTheFormThatAsksForIt(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.inHand(func(s *intake.Submission) { s.Kind = tickets.Complaint })
	b.Exec(t, `UPDATE tickets SET appeal = 1 WHERE number = $1`, number)
	x, err := b.db.IssueDocument(ctx, b.Session(t, "lead-140428"), number, 0, paper.Review, tickets.Values{"first_no": "长子民访〔2026〕9号", "facts": "属实", "opinion": "维持"})
	if err != nil {
		t.Fatal(err)
	}
	w := b.signedIn("lead-140428")
	if got := w.get("/tickets/"+number).attr("#submit-opinion_no", "value"); got != x.Number {
		t.Errorf("the form has %q, want %q", got, x.Number)
	}
	if err := b.db.CancelDocument(ctx, b.Session(t, "lead-140428"), number, x.ID, "写错"); err != nil {
		t.Fatal(err)
	}
	if got := w.get("/tickets/"+number).attr("#submit-opinion_no", "value"); got != "" {
		t.Errorf("a void opinion stands there: %q", got)
	}
}
