package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hotline/tickets"
)

func (b *bench) account(login string) string {
	b.t.Helper()
	var id int
	b.Row(b.t, `SELECT id FROM accounts WHERE login = $1`, []any{login}, &id)
	return itoa(id)
}

func TestADeputySignsWhileTheLeadIsAwayAndNotAfterwards(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", nil)
	b.act("operator", number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	deputy := b.signedIn("handler-140428")
	if p := deputy.get("/deputies"); p.status != http.StatusForbidden {
		t.Errorf("an investigator opens the page: %d", p.status)
	}
	lead := b.signedIn("lead-140428")
	lead.get("/deputies")
	p := lead.post("/deputies", "unit", "10", "account", b.account("handler-140428"), "role", "lead", "from", "2026-11-16", "to", "2026-11-18", "why", "到省里开会")
	if p.status != http.StatusOK || !strings.Contains(p.text("main"), "代理中") || !strings.Contains(p.text(".story"), "到省里开会") {
		t.Fatalf("%d: %s", p.status, p.text("main"))
	}
	// The session that was open already has it at its next request.
	if p := deputy.step(number, tickets.ActSign); p.status != http.StatusOK || !strings.Contains(p.text(".ticket-head"), "办理中") {
		t.Fatalf("the deputy signs: %d %s", p.status, p.text(".ticket-head"))
	}
	if p := deputy.get("/deputies"); p.status != http.StatusOK {
		t.Errorf("the deputy sees who stands in: %d", p.status)
	}
	if p := deputy.post("/deputies", "unit", "10", "account", b.account("handler2-140428"), "role", "lead", "from", "2026-11-16", "to", "2026-11-18", "why", "试"); p.status != http.StatusForbidden {
		t.Errorf("the deputy lends on: %d", p.status)
	}
	b.Clock.Set(time.Date(2026, 11, 18, 16, 0, 0, 0, time.UTC)) // the 19th, 0:00 in the city
	again := b.signedIn("handler-140428")
	if p := again.get("/deputies"); p.status != http.StatusForbidden {
		t.Errorf("after the last day: %d", p.status)
	}
}

func TestTheDeputiesPageNamesAUnitWithoutALead(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("lead-140428102")
	w.get("/deputies")
	p := w.post("/deputies/away", "unit", "13", "away_person", itoa(b.Person(t, "lead-140428102")), "away_from", "2026-11-17", "away_to", "2026-11-20", "why", "年休假")
	if p.status != http.StatusOK || !strings.Contains(p.text(".alarm"), "长子县石哲镇") || !strings.Contains(p.text(".alarm"), "请指定代理") {
		t.Fatalf("%d: %s", p.status, p.text("main"))
	}
	if p := b.signedIn("lead-140428").get("/deputies"); !strings.Contains(p.text(".alarm"), "长子县石哲镇") {
		t.Error("the county is not told")
	}
	if p := b.signedIn("lead-140427").get("/deputies"); strings.Contains(p.body, "石哲镇") {
		t.Error("another county reads it")
	}
	p = w.post("/deputies/away", "unit", "13", "away_person", itoa(b.Person(t, "lead-140428102")), "away_from", "2026-11-22", "away_to", "2026-11-20", "why", "年休假")
	if p.status != http.StatusUnprocessableEntity {
		t.Errorf("reversed: %d", p.status)
	}
	if p := w.post("/deputies", "unit", "13", "account", "nobody", "role", "<b>", "from", "x", "to", "", "why", ""); p.status != http.StatusUnprocessableEntity {
		t.Errorf("hostile: %d", p.status)
	}
}

func TestTheRosterShowsItsGapsAndTheNumberReachesTheProposal(t *testing.T) {
	t.Parallel()
	b := open(t)
	if p := b.signedIn("handler-140428").get("/duty"); p.status != http.StatusForbidden {
		t.Errorf("an investigator opens the roster: %d", p.status)
	}
	w := b.signedIn("lead-140428")
	p := w.get("/duty?unit=10&week=2026-11-18")
	if !strings.Contains(p.text("main"), "2026-11-16 – 2026-11-22") || len(p.all(".over")) != 12 {
		t.Errorf("an empty week has %d marks: %s", len(p.all(".over")), p.text("main"))
	}
	p = w.post("/duty", "unit", "10", "week", "2026-11-16", "person", itoa(b.Person(t, "handler-140428")), "date", "2026-11-16", "from", "18:00", "to", "08:00", "phone", "13900000007")
	if p.status != http.StatusOK || !strings.Contains(p.text("main"), "18:00–次日 08:00") || len(p.all(".over")) != 10 {
		t.Fatalf("%d, %d marks: %s", p.status, len(p.all(".over")), p.text("main"))
	}
	b.Clock.Set(time.Date(2026, 11, 16, 13, 0, 0, 0, time.UTC))
	system := b.signedIn("system")
	system.get("/settings/routing")
	p = system.post("/settings/routing/try", "statement", "长子县低保户断粮三天了，快饿死了。", "kind", "help", "place", "")
	if !strings.Contains(p.text(".proposal"), "13900000007") {
		t.Errorf("the proposal: %s", p.text(".proposal"))
	}
	lead := b.signedIn("lead-140428")
	if p := lead.get("/duty"); !strings.Contains(p.text(".proposal"), "13900000007") {
		t.Errorf("on duty now: %s", p.text(".proposal"))
	}
	p = lead.post("/duty", "unit", "10", "person", "7x", "date", "tomorrow", "from", "25:00", "to", "8", "phone", "<script>")
	if p.status != http.StatusUnprocessableEntity || strings.Contains(p.body, `value="<script>`) {
		t.Errorf("hostile: %d", p.status)
	}
	if p := lead.post("/duty/phones", "unit", "10", "version", "0", "day", "0355-8322222", "night", "13900000009", "why", "换号"); p.status != http.StatusOK || p.attr("#phones-night", "value") != "13900000009" {
		t.Errorf("numbers: %d %s", p.status, p.text("main"))
	}
	b.Clock.Set(time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC))
	lead = b.signedIn("lead-140428")
	lead.get("/duty")
	if p := lead.post("/duty/copy", "unit", "10", "week", "2026-11-23"); p.status != http.StatusOK || !strings.Contains(p.text("main"), "13900000007") {
		t.Errorf("copied: %d %s", p.status, p.text("main"))
	}
}
