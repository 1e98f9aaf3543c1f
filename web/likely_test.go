package web

import (
	"net/http"
	"strings"
	"testing"

	"hotline/intake"
	"hotline/tickets"
)

func TestTicketPageShowsWhatMayBelongTogetherAndLinksWithOneKey(t *testing.T) {
	t.Parallel()
	b := open(t)
	first, second := b.register("operator", nil), b.register("operator", nil)
	stranger := b.register("operator", func(s *intake.Submission) {
		s.Region, s.Statement = "140427", "别的县的另外一件事，与此无关，讲的是骨灰堂收费。"
		s.Complainants[0].Phone, s.Complainants[0].Name = "13800000009", "李试验"
	})
	w := b.signedIn("operator")
	p := w.get("/tickets/" + second)
	if got := p.attr("section[hx-get=/tickets/"+second+"/likely]", "hx-trigger"); got != "load" {
		t.Fatalf("the page does not ask for it: %q", got)
	}
	p = w.get("/tickets/" + second + "/likely")
	shown := p.text("#likely")
	for _, want := range []string{first, "诉求人电话相同", "同一县区、诉求人同名", "地点相同、内容相近（重合 100%）", "关联为 同一事项"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not shown: %s", want, shown)
		}
	}
	if strings.Contains(shown, stranger) {
		t.Error("a stranger is suggested")
	}
	form := []string{}
	for _, name := range []string{"version", "seq", "other", "kind", "note"} {
		form = append(form, name, p.attr("input[name="+name+"]", "value"))
	}
	p = w.post("/tickets/"+second+"/actions/link", form...)
	if p.status != http.StatusOK || !strings.Contains(p.text("#related"), "同一事项 "+first) {
		t.Fatalf("linking: %d %s", p.status, p.text("#related"))
	}
	if got := w.get("/tickets/" + second + "/likely").text("#likely"); strings.Contains(got, first) {
		t.Errorf("one linked is suggested again: %s", got)
	}
	p = w.step(second, tickets.ActUnlink)
	if p.status != http.StatusOK || p.find("#related") != nil {
		t.Errorf("undoing: %d %s", p.status, p.text("#related"))
	}
	if p := b.signedIn("lead-140428").get("/tickets/" + second + "/likely"); p.status != http.StatusNotFound {
		t.Errorf("out of sight: %d", p.status)
	}
}

func TestDeskShowsTheCallersEarlierTicketsAndUrgesOne(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.register("operator", nil)
	sealed := b.register("operator", func(s *intake.Submission) { s.Secrecy = tickets.Confidential })
	b.act("operator", number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	w := b.signedIn("operator")
	if p := w.get("/desk"); p.find("#caller") == nil || p.text("#caller") != "" {
		t.Errorf("before a number is typed: %q", p.text("#caller"))
	}
	p := w.post("/desk/caller", "phone", "138 0000 0001")
	shown := p.text("#caller")
	for _, want := range []string{number, "待签收", "长子县", "应于", "催办"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not shown: %s", want, shown)
		}
	}
	if strings.Contains(shown, sealed) || strings.Contains(p.path, "138") {
		t.Error("a confidential one is shown, or the number stands in the address")
	}
	p = w.post("/desk/caller/urge", "phone", "13800000001", "number", number)
	if got := p.text("#caller"); !strings.Contains(got, "已催办 "+number) || !strings.Contains(got, "催办 1") {
		t.Errorf("after urging: %d %s", p.status, got)
	}
	if got := w.get("/tickets/" + number).text(".story"); !strings.Contains(got, "来电人询问办理进度") {
		t.Errorf("the timeline: %s", got)
	}
	w.get("/desk")
	if p := w.post("/desk/caller", "phone", "13800000099"); !strings.Contains(p.text("#caller"), "没有您能看到的工单") {
		t.Errorf("an unknown number: %s", p.text("#caller"))
	}
	w.get("/desk")
	if p := w.post("/desk/caller/urge", "phone", "13800000001", "number", "2609180000016"); p.status != http.StatusNotFound {
		t.Errorf("urging what is not there: %d", p.status)
	}
	if strings.Contains(b.logs.String(), "13800000001") {
		t.Error("the log has the phone")
	}
}
