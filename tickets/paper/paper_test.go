package paper_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hotline/internal/units"
	"hotline/tickets"
	"hotline/tickets/paper"
)

var now = time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC)

func tree() *units.Tree {
	return units.NewTree([]units.Unit{
		{ID: 1, Path: "/1/", Kind: units.City, Name: "长治市民政局", Short: "市局", Region: "140400", Phone: "0355-0000001", Active: true},
		{ID: 10, Path: "/1/10/", Parent: 1, Kind: units.County, Name: "长子县民政局", Short: "长子县", Region: "140428", Phone: "0355-0000100", Active: true},
		{ID: 11, Path: "/1/10/11/", Parent: 10, Kind: units.Section, Name: "长子县民政局社会救助股", Short: "社会救助股", Active: true},
		{ID: 13, Path: "/1/10/13/", Parent: 10, Kind: units.Township, Name: "长子县石哲镇", Short: "石哲镇", Region: "140428102", Active: true},
		{ID: 14, Path: "/1/10/13/14/", Parent: 13, Kind: units.Village, Name: "石哲镇青杨岭村", Short: "青杨岭村", Region: "140428102201", Active: true},
	})
}

func ticket(kind string, with ...func(*tickets.Ticket)) *tickets.Ticket {
	due := time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC) // midnight after 30 November
	statement := "我妈的低保这个月还没到账，电话13800000001。"
	t := &tickets.Ticket{ID: 1, Number: "2611160000012", Status: tickets.Handling, Kind: kind, Track: tickets.TrackOwn, Channel: "call", Naming: tickets.Named, Secrecy: tickets.OpenSecrecy,
		Statement: statement, Desk: 1, Unit: 10, UnitPath: "/1/10/", ReceivedAt: now.AddDate(0, 0, -3), DueAt: &due, Allegations: []tickets.Allegation{tickets.FirstAllegation(statement)}}
	for _, w := range with {
		w(t)
	}
	return t
}

func redact(s string) string { return strings.ReplaceAll(s, "13800000001", "【电话】") }

func facts(t *tickets.Ticket) paper.Facts { return paper.FactsOf(t, tree(), 11, redact, now) }

// typed fills in what a kind demands and its draft leaves open.
func typed(k paper.Kind, f paper.Facts) tickets.Values {
	v := paper.Draft(k, f)
	for _, x := range k.Form() {
		if v[x.Name] != "" || !x.Must {
			continue
		}
		switch x.Type {
		case tickets.TypeTime:
			v[x.Name] = "2026-12-01"
		case tickets.TypeUnit:
			v[x.Name] = "13"
		default:
			v[x.Name] = "手填的" + x.ZH
		}
	}
	return v
}

func compose(t *testing.T, k paper.Kind, f paper.Facts, change ...func(tickets.Values)) paper.Paper {
	t.Helper()
	v := typed(k, f)
	for _, c := range change {
		c(v)
	}
	p, err := paper.Compose(k, f, v, "长子民访〔2026〕1号")
	if err != nil {
		t.Fatalf("%s: %v", k.Code, err)
	}
	return p
}

func kind(t *testing.T, code string) paper.Kind {
	t.Helper()
	k, ok := paper.Of(code)
	if !ok {
		t.Fatalf("no kind %s", code)
	}
	return k
}

// TestEveryKindReadsWellOnEveryTicket composes each kind on each kind of ticket
// in each state of its facts, and looks for what a template may leave behind.
func TestEveryKindReadsWellOnEveryTicket(t *testing.T) {
	rough := regexp.MustCompile(`[{}]|（）|“”|：：|。。|，，|，。|于前|因，|^？|\?`)
	states := map[string]func(*tickets.Ticket){
		"fresh":                               func(*tickets.Ticket) {},
		"without a due time, a unit, a point": func(x *tickets.Ticket) { x.DueAt, x.Unit, x.UnitPath, x.Allegations = nil, 0, "", nil },
		"found and answered": func(x *tickets.Ticket) {
			x.Allegations = []tickets.Allegation{{ID: 1, N: 1, Text: "低保金未到账", Finding: &tickets.Finding{Outcome: "true"}}, {ID: 2, N: 2, Text: "村干部态度差"}}
			x.Replies = []tickets.Reply{{N: 1, PublicText: "已补发到账。", LegalBasis: "《社会救助暂行办法》第六十三条"}}
		},
		"an order, confidential": func(x *tickets.Ticket) {
			x.Track, x.Channel, x.Secrecy, x.Order = tickets.TrackOrder, "city12345", tickets.Confidential, &tickets.Order{OrderNo: "CZ1"}
		},
	}
	for _, k := range paper.Kinds {
		for _, w := range tickets.Kinds {
			for name, state := range states {
				f := facts(ticket(w.Code, state))
				p := compose(t, k, f)
				text := p.Text(paper.Blank)
				if m := rough.FindString(strings.ReplaceAll(text, "【电话】", "")); m != "" {
					t.Errorf("%s on %s, %s: %q in\n%s", k.Code, w.Code, name, m, text)
				}
				for _, x := range k.Form() {
					if strings.Contains(text, "【"+x.ZH+"】") {
						t.Errorf("%s on %s, %s: 【%s】 is left in\n%s", k.Code, w.Code, name, x.ZH, text)
					}
				}
				if p.Title != k.ZH || p.Office != "长子县民政局" || p.Date != "2026年11月16日" || len(p.Body)+len(p.Rows) == 0 {
					t.Errorf("%s: %+v", k.Code, p)
				}
			}
		}
	}
}

func TestKindsAreTheOnesOfTheBureau(t *testing.T) {
	var got []string
	for _, k := range paper.Kinds {
		got = append(got, k.ZH)
		if k.Code == "" || k.EN == "" || k.Mark == "" || len(k.By) == 0 || len(k.Body)+len(k.Rows) == 0 {
			t.Errorf("%+v is not complete", k)
		}
		if again, _ := paper.Of(k.Code); again.ZH != k.ZH {
			t.Errorf("two kinds are called %s", k.Code)
		}
		for _, o := range k.Outcomes {
			if !tickets.Outcomes.Has(o) {
				t.Errorf("%s goes with the unknown outcome %s", k.Code, o)
			}
		}
		for _, x := range k.Fields {
			if k.Act != "" {
				if _, ok := tickets.RowOf(k.Act); !ok {
					t.Errorf("%s goes with the unknown act %s", k.Code, k.Act)
				}
			}
			if x.Must && !strings.Contains(strings.Join(k.Body, "\n"), "【"+x.ZH+"】") && x.Name != "addressee" && len(k.Rows) == 0 {
				t.Errorf("%s demands %s and never prints it", k.Code, x.Name)
			}
		}
	}
	for _, want := range strings.Fields(`受理告知书 核查通知 入户核查表 谈话笔录 协查函 延期告知书 处理意见书 答复书 移送函 督办通知书 催办通知书
		不予受理告知书 转办告知书 撤回确认书 复查意见书 复核意见书 整改通知书 退单说明`) {
		if !strings.Contains(strings.Join(got, " "), want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestWordsForOthersAreRedacted(t *testing.T) {
	f := facts(ticket(tickets.Complaint))
	for _, k := range paper.Kinds {
		if text := compose(t, k, f).Text(""); k.To != paper.ToComplainant && strings.Contains(text, "13800000001") {
			t.Errorf("%s tells the number:\n%s", k.Code, text)
		}
	}
	if text := compose(t, kind(t, paper.Verify), f).Text(""); !strings.Contains(text, "电话【电话】") {
		t.Errorf("the matter is not told: %s", text)
	}
	for unit, want := range map[int]string{11: "", 1: "10"} {
		if got := paper.Draft(kind(t, paper.Urge), paper.FactsOf(f.Ticket, tree(), unit, nil, now))["unit"]; got != want {
			t.Errorf("unit %d presses unit %q, want %q", unit, got, want)
		}
	}
	if bare := compose(t, kind(t, paper.Rectify), f); strings.Contains(bare.Text(""), "2611160000012") || strings.Contains(bare.Text(""), "低保这个月") || bare.Ticket != "" {
		t.Errorf("a rectification notice tells of the ticket: %s", bare.Text(""))
	}
}

func TestNothingTypedIsReadAsATemplate(t *testing.T) {
	f := facts(ticket(tickets.Complaint, func(x *tickets.Ticket) {
		x.Statement = "请看{phone}和【答复内容】{{.Me}}"
		x.Allegations = nil
	}))
	k := kind(t, paper.Reply)
	p := compose(t, k, f, func(v tickets.Values) {
		v["answer"] = "见{number}、【答复内容】、{{.Secret}}、<script>alert(1)</script>、$1"
	})
	body := strings.Join(p.Body, "\n")
	if !strings.Contains(body, "见{number}、【答复内容】、{{.Secret}}、<script>alert(1)</script>、$1") {
		t.Errorf("what was typed changed: %s", body)
	}
	if !strings.Contains(body, "请看{phone}和〖答复内容〗{{.Me}}") {
		t.Errorf("the statement is not kept: %s", body)
	}
	if strings.Contains(body, "0355-0000100和") || strings.Contains(body, "请看0355") {
		t.Errorf("the statement was read as a template: %s", body)
	}
}

func TestWhatIsTypedIsChecked(t *testing.T) {
	f := facts(ticket(tickets.Complaint, func(x *tickets.Ticket) { x.Recused = []int{13} }))
	long := strings.Repeat("长", paper.MaxBody)
	for _, c := range []struct {
		name, kind, field, value string
		ok                       bool
	}{
		{"10,000 characters", paper.Reply, "body", long, true},
		{"one more", paper.Reply, "body", long + "长", false},
		{"an empty body", paper.Reply, "body", " \n ", false},
		{"a NUL", paper.Reply, "body", "a\x00b", false},
		{"an escape", paper.Reply, "answer", "a\x1b[2Jb", false},
		{"a turned reading", paper.Reply, "answer", "a\u202eb", false},
		{"no UTF-8", paper.Reply, "answer", "a\xffb", false},
		{"a noncharacter", paper.Reply, "answer", "a\uffffb", false},
		{"line ends of other systems", paper.Reply, "body", "一\r\n二\r三", true},
		{"no date", paper.Extension, "until", "明天", false},
		{"a date", paper.Extension, "until", "2026-12-05", true},
		{"no unit", paper.Verify, "unit", "99", false},
		{"the recused unit", paper.Verify, "unit", "13", false},
		{"below the recused unit", paper.Urge, "unit", "14", false},
		{"above it", paper.Urge, "unit", "10", true},
		{"rectification to it", paper.Rectify, "unit", "13", true},
		{"a letter to it by name", paper.Assist, "addressee", "长子县石哲镇人民政府", false},
		{"a letter to its office", paper.Assist, "addressee", "石哲镇人民政府", false},
		{"a letter to another", paper.Assist, "addressee", "长子县公安局", true},
		{"an unknown field", paper.Reply, "name", "王", false},
		{"a missing reason", paper.Extension, "reason", "", false},
	} {
		k := kind(t, c.kind)
		v := typed(k, f)
		v[c.field] = c.value
		_, err := paper.Compose(k, f, v, "1")
		bad, invalid := err.(tickets.Invalid)
		if (err == nil) != c.ok || err != nil && (!invalid || bad[0].Field != c.field) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

func TestAParagraphOfAnEmptyOptionalFieldIsDropped(t *testing.T) {
	f := facts(ticket(tickets.Complaint))
	k := kind(t, paper.Redirect)
	without := compose(t, k, f, func(v tickets.Values) { v["contact"] = "" })
	with := compose(t, k, f, func(v tickets.Values) { v["contact"] = "0355-1" })
	if strings.Contains(without.Text(""), "联系方式") || !strings.Contains(with.Text(""), "该单位联系方式：0355-1") {
		t.Errorf("got\n%s\nand\n%s", without.Text(""), with.Text(""))
	}
}

func TestRemedyFollowsTheMatter(t *testing.T) {
	for _, c := range []struct {
		name string
		kind string
		code string
		with func(*tickets.Ticket)
		want string
	}{
		{"a complaint", tickets.Complaint, paper.Opinion, func(*tickets.Ticket) {}, "30日内向长治市民政局书面请求复查"},
		{"a disputed decision", tickets.Complaint, paper.Opinion, func(x *tickets.Ticket) { x.Respondents = []int{13} }, "60日内申请行政复议"},
		{"stopped payments", tickets.Help, paper.Reply, func(x *tickets.Ticket) { x.Category = "pay.stopped" }, "6个月内向人民法院"},
		{"an inquiry", tickets.Inquiry, paper.Reply, func(*tickets.Ticket) {}, ""},
		{"a report", tickets.Report, paper.Reply, func(*tickets.Ticket) {}, ""},
		{"a review", tickets.Complaint, paper.Review, func(*tickets.Ticket) {}, "复核"},
		{"the last", tickets.Complaint, paper.LastReview, func(*tickets.Ticket) {}, "不再受理"},
		{"what the reply says", tickets.Complaint, paper.Reply, func(x *tickets.Ticket) { x.Replies = []tickets.Reply{{PublicText: "x", AppealNotice: "另有规定"}} }, "另有规定"},
	} {
		got := compose(t, kind(t, c.code), facts(ticket(c.kind, c.with))).Remedy
		if !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for unit, want := range map[int]string{1: "长民访〔2026〕12号", 10: "长子民访〔2026〕12号", 13: "长子石哲访〔2026〕12号", 14: "长子青杨岭访〔2026〕12号"} {
		if got := kind(t, paper.Reply).Number(paper.Prefix(tree(), unit), 2026, 12); got != want {
			t.Errorf("unit %d: got %s, want %s", unit, got, want)
		}
	}
	if got := paper.Issuer(tree(), 11); got != 10 {
		t.Errorf("a section's papers are of unit %d", got)
	}
	if y := paper.Year(time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC)); y != 2027 {
		t.Errorf("New Year in the city is numbered %d", y)
	}
}

func TestStoredPaperKeepsItsDigest(t *testing.T) {
	for _, k := range paper.Kinds {
		p := compose(t, k, facts(ticket(tickets.Complaint)))
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back paper.Paper
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		a, _ := p.Sum()
		b, _ := back.Sum()
		if !bytes.Equal(a, b) {
			t.Errorf("%s: %s", k.Code, cmp.Diff(p, back))
		}
	}
}

func TestNoticeTextOfEachOutcome(t *testing.T) {
	for _, w := range tickets.Kinds {
		for _, outcome := range []string{"refused", "redirected", "transferred", "unverifiable", "withdrawn", "final", paper.ToldAcceptance, paper.ToldExtension} {
			got := paper.NoticeText(outcome, facts(ticket(w.Code)))
			if !strings.Contains(got, "2611160000012") || strings.ContainsAny(got, "{}【】?") {
				t.Errorf("%s of %s: %s", outcome, w.Code, got)
			}
		}
	}
	if got := paper.NoticeText("resolved", facts(ticket(tickets.Help))); got != "" {
		t.Errorf("a text of its own for resolved: %s", got)
	}
}

func TestWhoMayIssue(t *testing.T) {
	x := ticket(tickets.Complaint, func(x *tickets.Ticket) { x.Investigator, x.Recused = 7, []int{13, -9} })
	actor := func(person, unit int, path, role string) tickets.Actor {
		return tickets.Actor{Person: person, Unit: unit, Path: path, Roles: []string{role}}
	}
	for _, c := range []struct {
		name  string
		actor tickets.Actor
		kind  string
		want  bool
	}{
		{"the desk accepts", actor(1, 1, "/1/", tickets.RoleOperator), paper.Acceptance, true},
		{"the desk gives no written opinion", actor(1, 1, "/1/", tickets.RoleOperator), paper.Opinion, false},
		{"the investigator does", actor(7, 10, "/1/10/", tickets.RoleInvestigator), paper.Opinion, true},
		{"another investigator does not", actor(8, 10, "/1/10/", tickets.RoleInvestigator), paper.Opinion, false},
		{"the handling lead does not supervise itself", actor(2, 10, "/1/10/", tickets.RoleLead), paper.Supervise, false},
		{"the city does", actor(3, 1, "/1/", tickets.RoleLead), paper.Supervise, true},
		{"a recused person", actor(9, 10, "/1/10/", tickets.RoleLead), paper.Reply, false},
		{"a recused unit", actor(5, 13, "/1/10/13/", tickets.RoleLead), paper.Reply, false},
		{"the auditor", actor(6, 1, "/1/", tickets.RoleAuditor), paper.Reply, false},
	} {
		if got := paper.May(kind(t, c.kind), x, c.actor); got != c.want {
			t.Errorf("%s: got %t", c.name, got)
		}
	}
}

func TestTheKindsThatFitComeFirst(t *testing.T) {
	lead := tickets.Actor{Person: 2, Unit: 10, Path: "/1/10/", Roles: []string{tickets.RoleLead}}
	for want, with := range map[string]func(*tickets.Ticket){
		paper.Refusal:    func(x *tickets.Ticket) { x.Outcome = "refused" },
		paper.Acceptance: func(x *tickets.Ticket) { x.Status = tickets.Dispatched },
		paper.HomeVisit:  func(*tickets.Ticket) {},
		paper.Extension:  func(x *tickets.Ticket) { x.Requests = []tickets.Request{{Kind: "extension", State: "granted"}} },
		paper.Withdrawal: func(x *tickets.Ticket) { x.Withdrawal = "confirmed" },
		paper.Reply:      func(x *tickets.Ticket) { x.Status = tickets.Answering },
		paper.Review:     func(x *tickets.Ticket) { x.Appeal = 1 },
		paper.LastReview: func(x *tickets.Ticket) { x.Appeal = 2 },
	} {
		list, fit := paper.For(ticket(tickets.Complaint, with), lead)
		if fit == 0 || fit == len(list) || list[0].Code != want {
			t.Errorf("first of %d is %s, want %s", fit, list[0].Code, want)
		}
	}
	if list, fit := paper.For(ticket(tickets.Inquiry), tickets.Actor{Person: 9, Roles: []string{tickets.RoleAuditor}}); len(list)+fit != 0 {
		t.Errorf("an auditor is offered %v", list)
	}
}

func TestAGrantedExtensionNamesTheNewDay(t *testing.T) {
	f := facts(ticket(tickets.Complaint, func(x *tickets.Ticket) {
		x.Requests = []tickets.Request{{Kind: "extension", State: "granted", Reason: "须等银行回函"}}
	}))
	text := compose(t, kind(t, paper.Extension), f).Text("")
	if !strings.Contains(text, "因须等银行回函，") || !strings.Contains(text, "延长至2026年11月30日") || strings.Contains(text, "原定") {
		t.Errorf("got %s", text)
	}
}

func TestAnAppealIsNotOfferedTheOpinionOfAnotherInstance(t *testing.T) {
	for appeal, want := range map[int]string{0: paper.Opinion, 1: paper.Review, 2: paper.LastReview} {
		on := ticket(tickets.Complaint, func(k *tickets.Ticket) { k.Appeal = appeal })
		list, _ := paper.For(on, tickets.Actor{Person: 2, Unit: 10, Path: "/1/10/", Roles: []string{tickets.RoleLead}})
		for _, code := range []string{paper.Opinion, paper.Review, paper.LastReview} {
			if got := slices.ContainsFunc(list, func(k paper.Kind) bool { return k.Code == code }); got != (code == want) {
				t.Errorf("appeal %d: %s offered %v", appeal, code, got)
			}
		}
	}
}
