package walks

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"hotline/internal/pgtest"
	"hotline/tickets"
)

// apiDoor acts through the JSON API.
type apiDoor struct {
	tokens map[string]string
	since  map[string]time.Time
	key    int
}

func newAPIDoor() door { return &apiDoor{tokens: map[string]string{}, since: map[string]time.Time{}} }

func (d *apiDoor) send(s *story, login, method, path string, body any) (int, map[string]any) {
	s.Helper()
	if now := s.env.Clock.Now(); d.tokens[login] == "" || now.Sub(d.since[login]) > 20*time.Minute {
		status, a := d.raw(s, "", "POST", "/api/v1/sessions", map[string]any{"login": login, "password": pgtest.Password})
		if status != http.StatusOK {
			s.Fatalf("sign in %s: %d %v", login, status, a)
		}
		d.tokens[login], _ = a["token"].(string)
		d.since[login] = now
	}
	return d.raw(s, d.tokens[login], method, path, body)
}

func (d *apiDoor) raw(s *story, token, method, path string, body any) (int, map[string]any) {
	s.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.Fatal(err)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(string(text)))
	if method != http.MethodGet {
		r.Header.Set("Content-Type", "application/json")
		d.key++
		r.Header.Set("Idempotency-Key", fmt.Sprintf("walk-%d", d.key))
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := s.app.Test(r, 15000)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	a := map[string]any{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &a); err != nil {
			s.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, raw)
		}
	}
	return resp.StatusCode, a
}

func (d *apiDoor) register(s *story, login string, c contact) (number, code string) {
	s.Helper()
	body := map[string]any{"kind": c.Kind, "channel": c.Channel, "region": c.Region, "statement": c.Statement}
	for name, value := range map[string]string{"place": c.Place, "secrecy": c.Secrecy, "urgency": c.Urgency, "category": c.Category, "answer": c.Answer} {
		if value != "" {
			body[name] = value
		}
	}
	var people []map[string]any
	if c.Name != "" {
		people = append(people, map[string]any{"name": c.Name, "phone": c.Phone})
	}
	for _, line := range strings.Split(strings.TrimSpace(c.Joint), "\n") {
		if f := strings.Fields(line); len(f) > 0 {
			p := map[string]any{"name": f[0], "role": "signer"}
			for _, more := range f[1:] {
				if more == "代表" {
					p["role"] = "representative"
				} else {
					p["phone"] = more
				}
			}
			people = append(people, p)
		}
	}
	if people == nil {
		body["anonymous"] = true
	} else {
		body["complainants"] = people
	}
	if c.AccusedUnit != 0 || c.AccusedPerson != "" {
		x := map[string]any{"person": c.AccusedPerson, "post": c.AccusedPost}
		if c.AccusedUnit != 0 {
			x["unit"] = c.AccusedUnit
		}
		body["accused"] = []any{x}
	}
	if c.Respondent != 0 {
		body["respondents"] = []any{map[string]any{"unit": c.Respondent}}
	}
	status, a := d.send(s, login, "POST", "/api/v1/tickets", body)
	if status != http.StatusCreated {
		s.Fatalf("register by %s: %d %v", login, status, a)
	}
	number, _ = a["number"].(string)
	code, _ = a["receipt_code"].(string)
	return number, code
}

func (d *apiDoor) take(s *story, login, number string, action tickets.Action, fields tickets.Values) (int, map[string]any) {
	s.Helper()
	status, t := d.send(s, login, "GET", "/api/v1/tickets/"+number, nil)
	if status != http.StatusOK {
		return status, t
	}
	body := map[string]any{"version": t["version"]}
	for k, v := range fields {
		body[k] = v
	}
	return d.send(s, login, "POST", "/api/v1/tickets/"+number+"/actions/"+string(action), body)
}

func (d *apiDoor) does(s *story, login, number string, action tickets.Action, fields tickets.Values) {
	s.Helper()
	if status, a := d.take(s, login, number, action, fields); status != http.StatusOK && status != http.StatusNoContent {
		s.Fatalf("%s by %s: %d %v", action, login, status, a)
	}
}

func (d *apiDoor) refused(s *story, login, number string, action tickets.Action, fields tickets.Values) string {
	s.Helper()
	status, a := d.take(s, login, number, action, fields)
	if status/100 == 2 {
		s.Fatalf("%s by %s is allowed", action, login)
	}
	text, err := json.Marshal(a)
	if err != nil {
		s.Fatal(err)
	}
	return string(text)
}

func (d *apiDoor) sees(s *story, login, number string) bool {
	s.Helper()
	status, _ := d.send(s, login, "GET", "/api/v1/tickets/"+number, nil)
	if status != http.StatusOK && status != http.StatusNotFound {
		s.Errorf("%s looks at %s: %d", login, number, status)
	}
	return status == http.StatusOK
}
