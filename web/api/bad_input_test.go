package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"hotline/tickets"
)

// refused are values, as JSON, that no field of a type takes.
func refused(f tickets.Field) []string {
	out := []string{`"a\u0000b"`, `"a\u0007b"`, `"\u202e反"`, `{"a":1}`, `[1]`, `"` + strings.Repeat("长", 10_001) + `"`}
	if f.Name == "reason" || f.Name == "way" {
		out = append(out, `"`+strings.Repeat("x", 1_000_000)+`"`)
	}
	if f.Must {
		out = append(out, `""`, `"  \t "`, `null`)
	}
	switch f.Type {
	case tickets.TypeText, tickets.TypeLine:
		return out
	case tickets.TypeUnit, tickets.TypePerson, tickets.TypeInt:
		out = append(out, `0`, `-1`, `1e9`, `1.5`, `99999999999`, `true`)
	case tickets.TypeMoney:
		out = append(out, `-1`, `1e9`, `"1.234"`)
	case tickets.TypeTime:
		out = append(out, `"0000-01-01T00:00:00+23:59"`, `"9999-12-31T23:59:59-23:00"`, `20261120`)
	}
	return append(out, `"<script>alert(1)</script>"`, `"99999999999999999999999"`, `"１２"`)
}

// odd are values that a type may take or not; the answer is never a fault of ours.
func odd(f tickets.Field, other string) []string {
	switch f.Type {
	case tickets.TypeUnit: // inactive, an auditor's, the city, nobody's
		return []string{`"902"`, `"903"`, `"1"`, `77777`}
	case tickets.TypePerson: // a stranger, the auditor, a clerk, one who left
		return []string{`777777`, `5`, `40`, `2147483647`}
	case tickets.TypeInt:
		return []string{`7`, `2147483647`}
	case tickets.TypeTime:
		return []string{`"1901-01-01T00:00:00Z"`, `"2199-12-31T00:00:00Z"`, `"2026-11-16"`}
	case tickets.TypeMoney:
		return []string{`"999999999999.99"`, `".5"`}
	case tickets.TypeNumber:
		return []string{`"` + other + `"`, `"2611160000017"`}
	case tickets.TypeText, tickets.TypeLine:
		return []string{`"<img src=x onerror=alert(1)>'; DROP TABLE tickets; --"`, "\"\xff\xfe\"", `"exhausted"`, `"1-99999999999999999999"`}
	}
	return nil
}

// TestNoInputIsAFaultOfOurs sends every field of every action what people mistype
// and attackers try: each is answered by a problem at the field, none by a 500.
func TestNoInputIsAFaultOfOurs(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	c.env.Exec(t, `INSERT INTO units (id, path, parent, kind, name, short, active) VALUES (902, '/1/902/', 1, 'cohandler', '撤销的单位', '撤销', false), (903, '/1/903/', 1, 'auditor', '审计公司', '审计', true)`)
	if err := c.env.Units.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.env.Exec(t, `UPDATE accounts SET active = false WHERE person = 40`)
	w := &walker{city: c, handler: c.env.Person(t, "handler-140428")}
	w.other = w.register()
	done := map[string]bool{}
	for _, status := range []tickets.Status{tickets.Handling, tickets.Registered, tickets.Dispatched, tickets.Approval, tickets.Answering, tickets.Answered, tickets.Closed} {
		for _, row := range tickets.Flow {
			if row.Hidden || !row.Allows(status) {
				continue
			}
			for _, f := range row.Needs {
				if key := string(row.Action) + "." + f.Name; !done[key] {
					done[key] = w.field(t, status, row, f.For(tickets.Help))
				}
			}
		}
	}
	tried := 0
	for _, ok := range done {
		if ok {
			tried++
		}
	}
	if tried < 90 {
		t.Errorf("only %d fields of %d were tried", tried, len(done))
	}
	if c.logs.Len() > 0 {
		t.Errorf("logged: %.2000s", c.logs)
	}
}

// walker brings tickets to a status and knows one that is there.
type walker struct {
	*city
	number, other string
	status        tickets.Status
	handler, n    int
}

func (w *walker) register() string {
	w.t.Helper()
	w.n++
	a := w.as("operator", "POST", "/api/v1/tickets", real, fmt.Sprintf("Idempotency-Key: bad-%d", w.n))
	if a.status != 201 {
		w.t.Fatalf("register: %d %s", a.status, a.raw)
	}
	return a.body["number"].(string)
}

func (w *walker) at(status tickets.Status) {
	w.t.Helper()
	if a := w.as("lead-city", "GET", "/api/v1/tickets/"+w.number, ""); w.number != "" && a.status == 200 && a.body["status"] == string(status) && w.status == status {
		return
	}
	w.number, w.status = w.register(), status
	for _, x := range [][4]string{{"operator", "dispatch", `,"unit":"140428"`, "dispatched"}, {"lead-140428", "sign", "", "handling"},
		{"lead-140428", "assign", fmt.Sprintf(`,"investigator":%d`, w.handler), "handling"}, {"handler-140428", "record", `,"allegation":1,"outcome":"done","method":"入户"`, "handling"},
		{"handler-140428", "submit", `,"public_text":"已补发。"`, "approval"}, {"lead-140428", "approve", "", "answering"},
		{"operator", "delivered", `,"way":"call","evidence":"接听"`, "answered"}, {"operator", "follow_up", `,"resolved":true`, "closed"}} {
		if status == tickets.Registered || status == tickets.Handling && x[1] == "submit" || status == tickets.Dispatched && x[1] == "sign" {
			return
		}
		w.act(x[0], w.number, x[1], x[2], x[3])
		if x[3] == string(status) && status != tickets.Handling {
			return
		}
	}
}

// field tries one field with everything; false where nobody may do the action here.
func (w *walker) field(t *testing.T, status tickets.Status, row tickets.Row, f tickets.Field) bool {
	login, version := "", 0
	for i, value := range append(refused(f), odd(f, w.other)...) {
		if login == "" { // at first, and after each act that was done
			w.at(status)
			if login, version = w.who(row.Action); login == "" {
				return false
			}
		}
		body := w.base(row)
		body[f.Name] = value
		sent := fmt.Sprintf(`{"version":%d`, version)
		for _, k := range slices.Sorted(maps.Keys(body)) {
			sent += fmt.Sprintf(`,%q:%s`, k, body[k])
		}
		a := w.as(login, "POST", "/api/v1/tickets/"+w.number+"/actions/"+string(row.Action), sent+"}")
		switch told := fmt.Sprintf(`"location":"body.%s"`, f.Name); {
		case a.status >= 500, a.status == 429:
			t.Errorf("%s.%s = %.60s: %d %.400s", row.Action, f.Name, value, a.status, a.raw)
		case i < len(refused(f)) && (a.status != 422 || !strings.Contains(a.raw, told)):
			t.Errorf("%s.%s = %.60s: got %d %.300s, want a problem at the field", row.Action, f.Name, value, a.status, a.raw)
		case a.status < 300:
			login = ""
			if row.Action == tickets.ActRecuse || row.Action == tickets.ActDeclare || row.Action == tickets.ActAccuse || row.Action == tickets.ActAssign {
				w.number = ""
			}
		}
	}
	return true
}

// who is somebody who may do it now.
func (w *walker) who(action tickets.Action) (string, int) {
	for _, login := range []string{"lead-140428", "lead-city", "operator", "handler-140428"} {
		a := w.as(login, "GET", "/api/v1/tickets/"+w.number+"/actions", "")
		if a.status != 200 {
			continue
		}
		var list struct {
			Version int
			Items   []struct{ Action string }
		}
		if err := json.Unmarshal([]byte(a.raw), &list); err != nil {
			w.t.Fatal(err)
		}
		for _, x := range list.Items {
			if x.Action == string(action) {
				return login, list.Version
			}
		}
	}
	return "", 0
}

// base fills what an action must have.
func (w *walker) base(row tickets.Row) map[string]string {
	fill := map[string]string{"unit": `"140428"`, "investigator": fmt.Sprint(w.handler), "allegation": "1", "amount": "1", "other": `"` + w.other + `"`, "basis": "", "until": `"2026-11-18T00:00:00Z"`}
	out := map[string]string{}
	for _, f := range row.Needs {
		f = f.For(tickets.Help)
		value, known := fill[f.Name]
		switch {
		case !f.Must:
			continue
		case known && value != "":
		case f.Type == tickets.TypeChoice:
			value = `"` + f.Choices[0].Code + `"`
		case f.Type == tickets.TypeBool:
			value = "true"
		case f.Type == tickets.TypeInt:
			value = "1"
		case f.Type == tickets.TypeTime:
			value = `"2026-11-16T09:00:00+08:00"`
		default:
			value = `"内容"`
		}
		out[f.Name] = value
	}
	return out
}
