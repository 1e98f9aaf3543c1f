package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"hotline/tickets/ticketdb"
)

func TestFiguresThroughTheAPIHaveBothNumbersAndTheirTickets(t *testing.T) {
	t.Parallel()
	c := openCity(t)
	body := strings.Replace(real, `"kind":"help"`, `"kind":"complaint"`, 1)
	n := c.as("operator", "POST", "/api/v1/tickets", body).body["number"].(string)
	c.act("operator", n, "dispatch", `,"unit":"140428","reason":"按地区"`, "dispatched")
	db, err := ticketdb.New(ticketdb.Config{PG: c.env.PG, Units: c.env.Units, Clocks: c.env.Clocks, Vault: c.env.Vault})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.SweepFacts(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	c.env.Clock.Add(24 * time.Hour)
	a := c.as("lead-city", "GET", "/api/v1/indicators?by=county&from=2026-11-01", "")
	text := func(code string) string {
		out, err := json.Marshal(a.body["total"].(map[string]any)[code])
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if a.status != 200 {
		t.Fatalf("indicators: %d %s", a.status, a.raw)
	}
	if got := text("sign"); got != `{"den":1,"num":0,"value":0}` {
		t.Errorf("sign: %s", got)
	}
	if got := text("pleased"); got != `{"den":0,"num":0,"value":null}` {
		t.Errorf("pleased of nobody: %s", got)
	}
	for path, want := range map[string]int{
		"/api/v1/tickets?fact=sign&part=miss&from=2026-11-01":         1,
		"/api/v1/tickets?fact=sign&part=num&from=2026-11-01":          0,
		"/api/v1/tickets?fact=received&from=2026-11-16&to=2026-11-16": 1,
		"/api/v1/tickets?from=2026-11-17":                             0,
		"/api/v1/ledgers/named":                                       1,
		"/api/v1/ledgers/clues":                                       0,
	} {
		a := c.as("lead-140428", "GET", path, "")
		if items, _ := a.body["items"].([]any); a.status != 200 || len(items) != want {
			t.Errorf("%s: %d, %d rows, want %d", path, a.status, len(items), want)
		}
	}
	if a := c.as("lead-140428", "GET", "/api/v1/board", ""); a.status != 200 || a.body["open"] != 1.0 || strings.Contains(a.raw, "13800138000") {
		t.Errorf("board: %d %s", a.status, a.raw)
	}
	if a := c.as("lead-140427", "GET", "/api/v1/board", ""); a.body["open"] != 0.0 {
		t.Errorf("another county's board: %s", a.raw)
	}
	if a := c.as("lead-140428", "GET", "/api/v1/ledgers/named", ""); strings.Contains(a.raw, "13800138000") || strings.Contains(a.raw, "李试验") {
		t.Errorf("the ledger is not masked: %s", a.raw)
	}
	for path, want := range map[string]int{
		"/api/v1/indicators?from=x": 422, "/api/v1/indicators?from=2026-11-02&to=2026-11-01": 422, "/api/v1/indicators?kind=x": 422, "/api/v1/indicators?unit=nowhere": 422,
		"/api/v1/ledgers/other": 404, "/api/v1/ledgers/named?after=1": 422, "/api/v1/tickets?fact=x": 422, "/api/v1/tickets?card=gold": 422, "/api/v1/board?unit=nowhere": 422,
	} {
		if a := c.as("lead-140428", "GET", path, ""); a.status != want {
			t.Errorf("%s: %d, want %d: %s", path, a.status, want, a.raw)
		}
	}
	if a := c.as("handler-140428", "GET", "/api/v1/indicators", ""); a.status != 403 {
		t.Errorf("an investigator counts: %d", a.status)
	}
}
