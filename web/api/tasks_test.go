package api

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"
	"time"
)

// answerTask sends an answer with a photo.
func (c *city) answerTask(login, task string, version any, text string) answer {
	c.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("version", fmt.Sprint(version))
	_ = w.WriteField("answer", text)
	for _, name := range []string{"前.jpg", "后.jpg"} {
		part, _ := w.CreateFormFile("file", name)
		_, _ = part.Write([]byte("photo " + name))
	}
	w.Close()
	return c.as(login, "POST", "/api/v1/tasks/"+task+"/answer", body.String(), "Content-Type: "+w.FormDataContentType())
}

func TestAnAccusedUnitAnswersATaskThroughTheAPIAndNeverReachesTheTicket(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	opened := c.as("operator", "POST", "/api/v1/tickets", `{"kind":"complaint","channel":"call","region":"140428102","statement":"县局公示栏把孩子的病写出来了。","accused":[{"unit":"140428"}],"complainants":[{"name":"李试验","phone":"13800138000"}]}`)
	if opened.status != 201 {
		t.Fatalf("register: %d %s", opened.status, opened.raw)
	}
	n := opened.body["number"].(string)
	c.act("lead-city", n, "take", "", "handling")
	due := c.env.Clock.Now().Add(4 * time.Hour).Format(time.RFC3339)
	ticket := c.act("lead-city", n, "task", fmt.Sprintf(`,"kind":"rectify","unit":"140428","text":"请立即撤下写明未成年人病情的公示。","due":%q,"urgent":true`, due), "handling")
	asked := ticket.body["tasks"].([]any)[0].(map[string]any)
	task := asked["number"].(string)

	list := c.as("lead-140428", "GET", "/api/v1/tasks?state=open", "")
	if items, _ := list.body["items"].([]any); list.status != 200 || len(items) != 1 {
		t.Fatalf("the county's list: %d %s", list.status, list.raw)
	}
	seen := c.as("lead-140428", "GET", "/api/v1/tasks/"+task, "")
	if seen.status != 200 || seen.body["may_answer"] != true {
		t.Fatalf("the county reads: %d %s", seen.status, seen.raw)
	}
	for _, a := range []answer{list, seen} {
		if strings.Contains(a.raw, n) || strings.Contains(a.raw, `"ticket"`) || strings.Contains(a.raw, `"n":`) {
			t.Errorf("the task names its ticket: %s", a.raw)
		}
	}
	for _, id := range []string{n, task} {
		for _, path := range []string{"", "/journal", "/actions", "/documents"} {
			if a := c.as("lead-140428", "GET", "/api/v1/tickets/"+id+path, ""); a.status != 404 && a.status != 422 {
				t.Errorf("%s%s: %d %s", id, path, a.status, a.raw)
			}
		}
	}
	if a := c.as("lead-140427", "GET", "/api/v1/tasks/"+task, ""); a.status != 404 {
		t.Errorf("another county: %d", a.status)
	}
	if a := c.as("lead-city", "POST", "/api/v1/tasks/"+task+"/sign", `{"version":1}`); a.status != 403 {
		t.Errorf("who asked signs: %d %s", a.status, a.raw)
	}
	signed := c.as("lead-140428", "POST", "/api/v1/tasks/"+task+"/sign", fmt.Sprintf(`{"version":%v}`, seen.body["version"]))
	if signed.status != 200 || signed.body["state"] != "signed" {
		t.Fatalf("sign: %d %s", signed.status, signed.raw)
	}
	if a := c.answerTask("lead-140428", task, signed.body["version"], " "); a.status != 422 {
		t.Errorf("an empty answer: %d %s", a.status, a.raw)
	}
	done := c.answerTask("lead-140428", task, signed.body["version"], "已撤下。")
	if files, _ := done.body["files"].([]any); done.status != 200 || done.body["state"] != "answered" || len(files) != 2 {
		t.Fatalf("answer: %d %s", done.status, done.raw)
	}
	if a := c.answerTask("handler-140428", task, signed.body["version"], "再答"); a.status != 409 {
		t.Errorf("a second answer: %d %s", a.status, a.raw)
	}
	file := done.body["files"].([]any)[0].(map[string]any)["id"]
	if a := c.as("lead-city", "GET", fmt.Sprintf("/api/v1/tasks/%s/files/%v", task, file), ""); a.status != 200 || a.raw != "photo 前.jpg" {
		t.Errorf("the photo: %d %s", a.status, a.raw)
	}
	if a := c.as("lead-140427", "GET", fmt.Sprintf("/api/v1/tasks/%s/files/%v", task, file), ""); a.status != 404 {
		t.Errorf("the photo for another county: %d", a.status)
	}
	after := c.act("lead-city", n, "task_accept", fmt.Sprintf(`,"task":%v`, asked["n"]), "handling")
	if got := after.body["tasks"].([]any)[0].(map[string]any); got["state"] != "accepted" || got["answer"] != "已撤下。" {
		t.Errorf("accepted: %v", got)
	}
}
