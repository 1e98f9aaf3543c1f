package api

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"testing"
)

// issued registers a ticket at the desk and issues a notice of acceptance on it.
func (c *city) issued() (number string, document map[string]any) {
	c.t.Helper()
	number = c.as("operator", "POST", "/api/v1/tickets", real).body["number"].(string)
	draft := c.as("operator", "GET", "/api/v1/tickets/"+number+"/documents/drafts/acceptance", "")
	if draft.status != 200 || !strings.Contains(draft.raw, number) || strings.Contains(draft.raw, "李试验") {
		c.t.Fatalf("draft: %d %s", draft.status, draft.raw)
	}
	a := c.as("operator", "POST", "/api/v1/tickets/"+number+"/documents", fmt.Sprintf(`{"version":%v,"kind":"acceptance","fields":{"legal_basis":"《信访工作条例》第二十三条"}}`, draft.body["version"]))
	if a.status != 201 || a.body["number"] != "长民访〔2026〕1号" || a.body["state"] != "issued" || a.body["legal_basis"] != "《信访工作条例》第二十三条" {
		c.t.Fatalf("issue: %d %s", a.status, a.raw)
	}
	return number, a.body
}

func TestADocumentIsIssuedReadAndHandedInThroughTheAPI(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	number, x := c.issued()
	path := fmt.Sprintf("/api/v1/tickets/%s/documents/%.0f", number, x["id"])
	list := c.as("operator", "GET", "/api/v1/tickets/"+number+"/documents", "")
	if items := list.body["items"].([]any); len(items) != 1 || items[0].(map[string]any)["sha256"] != x["sha256"] || len(list.body["kinds"].([]any)) == 0 {
		t.Errorf("list: %s", list.raw)
	}
	if got := c.word(path + "/docx"); !strings.Contains(got, "长民访〔2026〕1号") || strings.Contains(got, "李试验") || !strings.Contains(got, "李*验") {
		t.Errorf("the Word file: %s", got)
	}
	if got := c.word(path + "/docx?name=true"); !strings.Contains(got, "李试验：") {
		t.Errorf("with the name: %s", got)
	}
	if a := c.as("lead-city", "GET", path+"/docx?name=true", ""); a.status != 403 {
		t.Errorf("a lead takes the name: %d", a.status)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	p, _ := w.CreateFormFile("file", "签收.jpg")
	_, _ = io.WriteString(p, "photo")
	w.Close()
	a := c.as("operator", "POST", path+"/attachments", body.String(), "Content-Type: "+w.FormDataContentType())
	if a.status != 200 || a.body["state"] != "returned" {
		t.Errorf("hand in: %d %s", a.status, a.raw)
	}
	if a := c.as("operator", "POST", path+"/cancel", `{"reason":"写错"}`); a.status != 200 || a.body["state"] != "cancelled" {
		t.Errorf("cancel: %d %s", a.status, a.raw)
	}
	if a := c.as("operator", "POST", path+"/cancel", `{"reason":"写错"}`); a.status != 422 {
		t.Errorf("cancel again: %d %s", a.status, a.raw)
	}
	for _, at := range []string{path, path + "/docx", "/api/v1/tickets/" + number + "/documents", "/api/v1/tickets/" + number + "/documents/drafts/reply"} {
		if a := c.as("lead-140427", "GET", at, ""); a.status != 404 {
			t.Errorf("another county reads %s: %d", at, a.status)
		}
	}
	if c.logs.Len() != 0 {
		t.Errorf("logged: %s", c.logs)
	}
}

// word is the text part of a Word file.
func (c *city) word(path string) string {
	c.t.Helper()
	a := c.as("operator", "GET", path, "")
	z, err := zip.NewReader(strings.NewReader(a.raw), int64(len(a.raw)))
	if err != nil {
		c.t.Fatalf("%d %.200s: %v", a.status, a.raw, err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		c.t.Fatal(err)
	}
	body, err := io.ReadAll(f)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(body)
}

func TestABadDocumentNamesItsField(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	number, _ := c.issued()
	path := "/api/v1/tickets/" + number + "/documents"
	for name, x := range map[string]struct {
		body   string
		status int
		place  string
	}{
		"stale":         {`{"version":1,"kind":"acceptance"}`, 409, ""},
		"unknown kind":  {`{"version":2,"kind":"none"}`, 422, "body.kind"},
		"not allowed":   {`{"version":2,"kind":"opinion"}`, 403, ""},
		"missing":       {`{"version":2,"kind":"refusal"}`, 422, "body.fields.reason"},
		"unknown field": {`{"version":2,"kind":"acceptance","fields":{"name":"x"}}`, 422, "body.fields.name"},
		"no such unit":  {`{"version":2,"kind":"urge","fields":{"unit":"nowhere"}}`, 422, "body.fields.unit"},
		"too long":      {fmt.Sprintf(`{"version":2,"kind":"acceptance","fields":{"body":%q}}`, strings.Repeat("长", 10001)), 422, "body.fields.body"},
		"a control":     {`{"version":2,"kind":"acceptance","fields":{"body":"a\u001bb"}}`, 422, "body.fields.body"},
		"not text":      {`{"version":2,"kind":"acceptance","fields":{"body":3}}`, 422, "body.fields.body"},
	} {
		a := c.as("operator", "POST", path, x.body)
		if a.status != x.status || !strings.Contains(a.raw, x.place) {
			t.Errorf("%s: got %d %.400s", name, a.status, a.raw)
		}
	}
	if list := c.as("operator", "GET", path, ""); len(list.body["items"].([]any)) != 1 {
		t.Errorf("stored: %s", list.raw)
	}
}
