package api

import (
	"fmt"
	"testing"
)

func TestSettingsAreReadAndEditedThroughTheAPI(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	a := c.as("system", "POST", "/api/v1/categories", `{"zh":"婚姻登记","gb":"0301","version":0,"why":"平台新增"}`)
	if a.status != 201 || a.body["code"] != "c1" {
		t.Fatalf("add: %d %s", a.status, a.raw)
	}
	if a := c.as("system", "PUT", "/api/v1/categories/c1", `{"zh":"婚姻与收养登记","version":1,"why":"合并"}`); a.status != 200 {
		t.Errorf("edit: %d %s", a.status, a.raw)
	}
	if a := c.as("system", "PUT", "/api/v1/categories/c1", `{"zh":"又改","version":1,"why":"合并"}`); a.status != 409 {
		t.Errorf("stale: %d %s", a.status, a.raw)
	}
	rules := c.as("system", "GET", "/api/v1/settings/rules", "")
	if rules.status != 200 || len(rules.body["items"].([]any)) < 30 {
		t.Fatalf("rules: %d %.300s", rules.status, rules.raw)
	}
	edit := `{"version":1,"amount":3,"unit":"working_days","extension_limit":3,"effective_from":"2026-11-17","source":"长民发〔2026〕9号","why":"局务会"}`
	if a := c.as("system", "PUT", "/api/v1/settings/rules/resolve.help?preview=true", edit); a.status != 200 || a.body["stored"] != false || len(a.body["example"].([]any)) != 2 {
		t.Errorf("preview: %d %s", a.status, a.raw)
	}
	if a := c.as("system", "PUT", "/api/v1/settings/rules/resolve.help", edit); a.status != 200 || a.body["version"] != 2.0 {
		t.Errorf("edit: %d %s", a.status, a.raw)
	}
	if a := c.as("system", "PUT", "/api/v1/settings/routing/released", `{"kinds":["inquiry"],"version":0,"why":"试行"}`); a.status != 200 || a.body["released"].(map[string]any)["help"] == true {
		t.Errorf("released: %d %s", a.status, a.raw)
	}
	if a := c.as("system", "POST", "/api/v1/settings/routing/danger", `{"word":"煤窑透水","weight":"critical","version":0,"why":"矿区"}`); a.status != 200 || len(a.body["danger"].([]any)) != 1 {
		t.Errorf("danger: %d %s", a.status, a.raw)
	}
	if a := c.as("system", "PUT", "/api/v1/settings/routing/places/10", `{"names":["老长子县"],"version":0,"why":"旧称"}`); a.status != 200 {
		t.Errorf("aliases: %d %s", a.status, a.raw)
	}
	if a := c.as("system", "GET", "/api/v1/settings/calendars", ""); a.status != 200 {
		t.Errorf("calendars: %d %s", a.status, a.raw)
	}
	if a := c.as("system", "GET", "/api/v1/settings/history?subject=category", ""); a.status != 200 || len(a.body["items"].([]any)) != 2 {
		t.Errorf("history: %d %s", a.status, a.raw)
	}
	for _, login := range []string{"lead-city", "operator", "lead-140428"} {
		if a := c.as(login, "PUT", "/api/v1/settings/rules/sign", edit); a.status != 403 {
			t.Errorf("%s edits a rule: %d", login, a.status)
		}
		if a := c.as(login, "GET", "/api/v1/settings/routing", ""); a.status != 403 {
			t.Errorf("%s reads routing: %d", login, a.status)
		}
		if a := c.as(login, "GET", "/api/v1/settings/history?subject=rule", ""); a.status != 200 || len(a.body["items"].([]any)) != 0 {
			t.Errorf("%s reads the history: %d %s", login, a.status, a.raw)
		}
	}
}

func TestDeputiesAndDutyThroughTheAPI(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	var account int
	c.env.Row(t, `SELECT id FROM accounts WHERE login = 'handler-140428'`, nil, &account)
	loan := fmt.Sprintf(`{"account":%d,"role":"lead","from":"2026-11-16T09:00:00+08:00","to":"2026-11-20T00:00:00+08:00","why":"出差"}`, account)
	a := c.as("lead-140428", "POST", "/api/v1/deputies", loan)
	if a.status != 200 || len(a.body["items"].([]any)) != 1 {
		t.Fatalf("lend: %d %s", a.status, a.raw)
	}
	from := a.body["items"].([]any)[0].(map[string]any)["from"]
	if a := c.as("lead-140427", "GET", "/api/v1/deputies", ""); a.status != 200 || len(a.body["items"].([]any)) != 0 {
		t.Errorf("another county: %d %s", a.status, a.raw)
	}
	if a := c.as("lead-140427", "POST", "/api/v1/deputies", loan); a.status != 404 {
		t.Errorf("another county lends: %d %s", a.status, a.raw)
	}
	end := fmt.Sprintf(`{"account":%d,"role":"lead","from":%q,"why":"回来了"}`, account, from)
	if a := c.as("lead-140428", "POST", "/api/v1/deputies/end", end); a.status != 200 {
		t.Errorf("end: %d %s", a.status, a.raw)
	}
	shift := fmt.Sprintf(`{"unit":10,"person":%d,"phone":"13900000001","from":"2026-11-16T18:00:00+08:00","to":"2026-11-17T08:00:00+08:00"}`, c.env.Person(t, "handler-140428"))
	if a := c.as("lead-140428", "POST", "/api/v1/duty", shift); a.status != 200 || len(a.body["items"].([]any)) != 1 || len(a.body["gaps"].([]any)) != 10 {
		t.Errorf("shift: %d %s", a.status, a.raw)
	}
	if a := c.as("lead-140428", "POST", "/api/v1/duty", shift); a.status != 422 {
		t.Errorf("the same again: %d %s", a.status, a.raw)
	}
	if a := c.as("lead-140427", "GET", "/api/v1/duty?unit=10", ""); a.status != 404 {
		t.Errorf("another county's roster: %d", a.status)
	}
	away := fmt.Sprintf(`{"unit":10,"person":%d,"from":"2026-11-17T00:00:00+08:00","to":"2026-11-19T00:00:00+08:00","why":"年休假"}`, c.env.Person(t, "lead-140428"))
	if a := c.as("lead-140428", "POST", "/api/v1/absences", away); a.status != 200 || len(a.body["items"].([]any)) != 1 {
		t.Errorf("absence: %d %s", a.status, a.raw)
	}
	if a := c.as("operator", "GET", "/api/v1/absences", ""); a.status != 403 {
		t.Errorf("an operator: %d", a.status)
	}
}
