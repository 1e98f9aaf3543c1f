package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hotline/intake"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

func TestSignersReadsAPastedList(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, line string
		want       ticketdb.Complainant
		bad        string
	}{
		{"name and phone", "王大明 13900000001", ticketdb.Complainant{Role: "signer", Name: "王大明", Phone: "13900000001"}, ""},
		{"a representative", "王大明，13900000001，代表", ticketdb.Complainant{Role: "representative", Name: "王大明", Phone: "13900000001"}, ""},
		{"in brackets, without a phone", "王大明（代表）", ticketdb.Complainant{Role: "signer", Name: "王大明（代表）"}, ""},
		{"apart in brackets", "王大明 （代表）", ticketdb.Complainant{Role: "representative", Name: "王大明"}, ""},
		{"a row of a sheet", "12\t王大明\t140428199002131232\t139 0000 0001\t代表", ticketdb.Complainant{Role: "representative", Name: "王大明", Phone: "13900000001", IDNo: "140428199002131232"}, ""},
		{"a numbered line", "3、王大明、0355-2000001", ticketdb.Complainant{Role: "signer", Name: "王大明", Phone: "0355-2000001"}, ""},
		{"a name of two words", "Aygul Memet rep", ticketdb.Complainant{Role: "representative", Name: "Aygul Memet"}, ""},
		{"nothing", "  ", ticketdb.Complainant{}, ""},
		{"the head of a table", "序号 姓名 电话 代表", ticketdb.Complainant{}, ""},
		{"no name", "13900000001", ticketdb.Complainant{}, "没有姓名"},
		{"a broken phone", "王大明 1390000", ticketdb.Complainant{}, "电话或证件号码不正确"},
		{"two phones", "王大明 13900000001 13900000002", ticketdb.Complainant{}, "电话或证件号码不正确"},
		{"a broken id", "王大明 140428199002131233", ticketdb.Complainant{}, "电话或证件号码不正确"},
		{"a letter for a name", strings.Repeat("王", 31), ticketdb.Complainant{}, "姓名超过 30 字"},
		{"broken text", "王\xff", ticketdb.Complainant{}, "含有无法识别的字符"},
	} {
		got, bad := signer(c.line)
		switch {
		case bad != nil && (c.bad == "" || !strings.Contains(bad.ZH, c.bad)):
			t.Errorf("%s: %s, want %q", c.name, bad.ZH, c.bad)
		case bad == nil && (c.bad != "" || got.Name != c.want.Name || c.want.Name != "" && got != c.want):
			t.Errorf("%s: %+v, want %+v %s", c.name, got, c.want, c.bad)
		}
	}
}

func list(n, speakers int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "王%c 1390000%04d", '一'+rune(i), i)
		if i < speakers {
			b.WriteString(" 代表")
		}
		b.WriteString("\r\n")
	}
	return b.String()
}

func TestSignersNamesTheLinesThatAreWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"one":                  {"王一 139", "第 1 行电话或证件号码不正确"},
		"two of three":         {"王一\n13900000001\n王三 12", "第 2 行没有姓名；第 3 行电话或证件号码不正确"},
		"many":                 {strings.Repeat("13900000001\n", 9), "第 5 行没有姓名；另有 4 行"},
		"alone":                {"王一 13900000001", "联名须两人以上"},
		"too many":             {list(201, 0), "共 201 人，一次最多 200 人"},
		"too many who speak":   {list(8, 6), "代表 6 人，最多 5 人"},
		"as many as there may": {list(200, 5), ""},
	} {
		_, bad := signers(c.text)
		if (c.want == "") != (len(bad) == 0) || len(bad) > 0 && (bad[0].Field != "signers" || !strings.Contains(bad[0].ZH, c.want)) {
			t.Errorf("%s: %+v, want %q", name, bad, c.want)
		}
	}
}

func TestDeskRegistersAJointLetter(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("operator")
	fields := []string{"key", w.page.attr("input[name=key]", "value"), "kind", "complaint", "channel", "letter", "urgency", "normal",
		"statement", "我们二十二户的低保同时停了，没有人来说明原因。", "county", "140428", "name", "王一", "phone", "13900000000"}
	p := w.post("/desk", append(fields, "signers", list(22, 2)+"李无名 12")...)
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, "第 23 行电话或证件号码不正确") || !strings.Contains(p.text("#signers"), "王丁") {
		t.Fatalf("a bad line: %d %s", p.status, p.text(".fault"))
	}
	p = w.post("/desk", append(fields, "signers", list(22, 2))...)
	if p.status != http.StatusOK || p.find("#saved") == nil {
		t.Fatalf("got %d: %s", p.status, p.text(".fault"))
	}
	number := strings.TrimPrefix(p.path, "/desk?saved=")
	p = w.get("/tickets/" + number)
	shown := p.text("aside")
	for _, want := range []string{"联名", "1. 王* 139****0000 代表人", "2. 王* 139****0001 代表人", "全部联名人 22", "22. 王*"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not shown: %s", want, shown)
		}
	}
	if strings.Contains(shown, "23.") || strings.Contains(p.body, "13900000000") || !strings.Contains(p.text("main"), "群体性") {
		t.Error("the caller is there twice, or unmasked, or the group is not marked")
	}
	// With secrecy they are pseudonyms, and whether a representative can be called still shows.
	w.get("/desk")
	fields[1] = w.page.attr("input[name=key]", "value")
	p = w.post("/desk", append(fields, "secrecy", "confidential", "signers", "王一 13900000000 代表\n赵二 代表\n钱三\n孙四\n李五\n周六\n吴七")...)
	shown = w.get("/tickets/" + strings.TrimPrefix(p.path, "/desk?saved=")).text("aside")
	if strings.Contains(shown, "王") || strings.Contains(shown, "139") || !strings.Contains(shown, "代表人 有电话") || !strings.Contains(shown, "代表人 无电话") {
		t.Errorf("confidential: %s", shown)
	}
}

func TestAnAnonymousContactHasNoSigners(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("operator")
	p := w.post("/desk", "key", w.page.attr("input[name=key]", "value"), "kind", "complaint", "channel", "letter", "urgency", "normal", "statement", "不发低保。", "naming", "anonymous", "signers", list(3, 1))
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, "匿名来件不能登记联名人") {
		t.Errorf("got %d: %s", p.status, p.text(".fault"))
	}
}

func TestACallForAnotherPersonKeepsBothAndLimitsTheReply(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("operator")
	p := w.post("/desk", "key", w.page.attr("input[name=key]", "value"), "kind", "inquiry", "channel", "call", "urgency", "normal", "statement", "我妈的低保几号发？",
		"county", "140428", "name", "王试验", "phone", "13800000002", "beneficiary", "张桂芳")
	number := strings.TrimPrefix(p.path, "/desk?saved=")
	p = w.get("/tickets/" + number)
	shown := p.text("aside")
	for _, want := range []string{"实名", "1. 王*验 138****0002 诉求人", "2. 张*芳 受益人"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not shown: %s", want, shown)
		}
	}
	if strings.Contains(p.body, "桂芳") || strings.Contains(p.text("main"), "人数") {
		t.Error("the beneficiary is unmasked or counted")
	}
	if !strings.Contains(p.text(".nexts"), "来件人不是受益人本人") {
		t.Errorf("no hint at the answer: %s", p.text(".nexts"))
	}
	own := b.register("operator", func(s *intake.Submission) { s.Kind = tickets.Inquiry })
	if strings.Contains(w.get("/tickets/"+own).text(".nexts"), "受益人") {
		t.Error("a hint where the caller speaks for himself")
	}
	// Somebody unknown may speak for a person with a name: he stays unknown.
	w.get("/desk")
	p = w.post("/desk", "key", w.page.attr("input[name=key]", "value"), "kind", "help", "channel", "call", "urgency", "normal", "statement", "邻居老人没人管。", "naming", "anonymous", "beneficiary", "张桂芳")
	if shown := w.get("/tickets/" + strings.TrimPrefix(p.path, "/desk?saved=")).text("aside"); !strings.Contains(shown, "匿名") || !strings.Contains(shown, "张*芳 受益人") {
		t.Errorf("anonymous: %s", shown)
	}
}
