package main

import (
	"encoding/csv"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"hotline/internal/units"
	"hotline/tickets"
)

// routed is what the API shows of a ticket that was routed.
type routed struct {
	Number, Status, Urgency, Secrecy, Naming string
	Unit                                     int `json:"handling_unit"`
	Proposal                                 *struct {
		Unit    int
		Certain bool
		Split   bool
		Urgency string
		CoUnits []int `json:"co_units"`
		Phone   string
		Reasons []struct{ Code, ZH string }
	}
	Complainants []struct{ Name, Phone string }
}

// stories are the fifteen statements of the tickets' own test data.
func stories(t *testing.T) []map[string]string {
	t.Helper()
	f, err := os.Open("../../tickets/testdata/complaints.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		x := map[string]string{}
		for i, name := range rows[0] {
			x[name] = r[i]
		}
		if x["variant"] == "story" {
			out = append(out, x)
		}
	}
	if len(out) != 15 {
		t.Fatalf("%d stories, want 15", len(out))
	}
	return out
}

// TestEveryStatementIsRegisteredAndRoutedByTheRunningDesk sends each statement
// through the API of the whole product and reads what its workers made of it.
func TestEveryStatementIsRegisteredAndRoutedByTheRunningDesk(t *testing.T) {
	d := startDesk(t, options{web: true, workers: true})
	operator := client{base: d.base}.as(t, "operator")
	numbers := map[string]string{}
	for i, s := range stories(t) {
		body := map[string]any{"kind": s["kind"], "channel": []string{"call", "visit"}[i%2], "region": s["region"], "statement": s["statement"], "secrecy": s["secrecy"], "anonymous": s["naming"] == tickets.Anonymous}
		if s["naming"] == tickets.Named {
			body["complainants"] = []map[string]any{{"name": "王小明", "phone": "1990000" + "00" + s["id"] + "0"[len(s["id"])-1:]}}
		}
		if s["id"] == "18" { // it is her second call
			operator.want(t, http.StatusCreated, http.MethodPost, "/api/v1/tickets", body, &struct{}{})
		}
		var o struct{ Number string }
		operator.want(t, http.StatusCreated, http.MethodPost, "/api/v1/tickets", body, &o)
		numbers[s["id"]] = o.Number
	}
	for _, s := range stories(t) {
		t.Run(s["id"], func(t *testing.T) {
			var got routed
			eventually(t, "the worker has routed it", func() bool {
				got = routed{}
				operator.want(t, http.StatusOK, http.MethodGet, "/api/v1/tickets/"+numbers[s["id"]], nil, &got)
				return got.Proposal != nil
			})
			d.checkStory(t, s, got)
		})
	}
	d.checkRepeatedCall(t, operator, numbers["18"])
	d.checkAnswerAtOnce(t, operator, stories(t)[3])
}

func (d *desk) checkStory(t *testing.T, s map[string]string, got routed) {
	t.Helper()
	tree, p := d.tickets.Tree(), got.Proposal
	county := tree.ByRegion(s["region"])
	// No lead sits in the demo's sections: the county has it and they help.
	if p.Unit != county.ID {
		t.Errorf("unit %s, want %s", tree.Name(p.Unit), county.Name)
	}
	helps := strings.Fields(s["co"])
	if strings.HasSuffix(s["unit"], "股") {
		helps = append(helps, s["unit"])
	}
	for _, h := range helps {
		if !slices.ContainsFunc(p.CoUnits, func(id int) bool { return strings.HasSuffix(tree.Name(id), h) }) {
			t.Errorf("%s does not help: %v", h, p.CoUnits)
		}
	}
	var codes, text []string
	for _, r := range p.Reasons {
		codes, text = append(codes, r.Code), append(text, r.ZH)
	}
	for _, code := range strings.Fields(s["reasons"]) {
		switch {
		case code == "section":
			code = "section_helps"
		case code == "region" && s["id"] == "1": // the demo has 青杨岭村 in another county
			code = "region_conflict"
		}
		if !slices.Contains(codes, code) {
			t.Errorf("no reason %s: %v", code, codes)
		}
	}
	for _, words := range strings.Split(s["words"], "；") {
		if !strings.Contains(strings.Join(text, "\n"), words) {
			t.Errorf("the reasons do not say %q: %v", words, text)
		}
	}
	certain := s["certain"] == "yes"
	if p.Certain != certain || p.Split != (s["split"] == "yes") || (got.Status == "dispatched") != certain {
		t.Errorf("certain %v split %v, %s", p.Certain, p.Split, got.Status)
	}
	if certain && got.Unit != county.ID || !certain && tree.Find(got.Unit).Kind != units.City {
		t.Errorf("it lies at %s", tree.Name(got.Unit))
	}
	if s["urgency"] != tickets.Normal && p.Urgency != s["urgency"] || s["urgency"] == tickets.Critical && p.Phone == "" {
		t.Errorf("urgency %s, phone %q", p.Urgency, p.Phone)
	}
	if s["secrecy"] == tickets.Confidential && (len(got.Complainants) != 1 || got.Complainants[0].Phone != "" || strings.Contains(got.Complainants[0].Name, "王")) {
		t.Errorf("a confidential one shows %+v", got.Complainants)
	}
}

// checkRepeatedCall: the second call of one number finds the first.
func (d *desk) checkRepeatedCall(t *testing.T, operator client, number string) {
	t.Helper()
	var likely struct {
		Items []struct {
			Relation string
			Reasons  []struct{ Code string }
		}
	}
	operator.want(t, http.StatusOK, http.MethodGet, "/api/v1/tickets/"+number+"/likely", nil, &likely)
	if len(likely.Items) == 0 || likely.Items[0].Relation != "same_matter" || likely.Items[0].Reasons[0].Code != "phone" {
		t.Errorf("the repeated call is not seen: %+v", likely)
	}
}

// checkAnswerAtOnce: the inquiry is closed by the operator, and the desk's page asks
// nobody for papers of a village.
func (d *desk) checkAnswerAtOnce(t *testing.T, operator client, s map[string]string) {
	t.Helper()
	var o struct{ Status string }
	operator.want(t, http.StatusCreated, http.MethodPost, "/api/v1/tickets", map[string]any{"kind": s["kind"], "channel": "call", "region": s["region"], "statement": s["statement"],
		"anonymous": true, "answer": "无劳动能力、无生活来源、无法定赡养人或其无履行能力的老人可以申请，带身份证和户口本到乡镇。"}, &o)
	if o.Status != "closed" {
		t.Errorf("an inquiry answered at once is %s", o.Status)
	}
	req, err := http.NewRequest(http.MethodGet, d.base+"/desk", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "hotline", Value: operator.token})
	res, err := patient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if text := string(page); err != nil || strings.Contains(text, "村委证明") || strings.Contains(text, "收入证明") || !strings.Contains(text, `id="answer"`) {
		t.Errorf("the desk's form: %v", err)
	}
}
