package tickets

import (
	"slices"
	"strings"
	"testing"

	"hotline/internal/units"
)

func testWorld() RouteWorld {
	tree := testTree()
	return RouteWorld{Tree: tree, Released: DefaultReleased(), Regions: NewRegions(tree), Staffed: func(int) bool { return true }}
}

func hasReason(p Proposal, code string) bool { return slices.Contains(codesOf(p), code) }

func codesOf(p Proposal) []string {
	var out []string
	for _, r := range p.Reasons {
		out = append(out, r.Code)
	}
	return out
}

func TestRouteTakesEachStep(t *testing.T) {
	w := testWorld()
	id := func(name string) int { return unitNamed(t, w.Tree, name).ID }
	help := RouteInput{Kind: Help, Track: TrackOwn, Naming: Named, Secrecy: OpenSecrecy, Urgency: Normal, Region: "140428", Desk: 1, Statement: "我想申请低保。"}
	report := help
	report.Kind = Report
	cases := []struct {
		name    string
		base    RouteInput
		with    func(in *RouteInput)
		unit    string // "" for nobody
		reason  string
		certain bool
	}{
		{"an ordinary request in a known county is certain", help, nil, "长子县", "certain", true},
		{"a village code finds its county", help, func(in *RouteInput) { in.Region = "140428100201" }, "长子县", "certain", true},
		{"a township that is accused goes to the county", report, func(in *RouteInput) { in.Statement = "镇里民政所的人收了好处费才给办。" }, "长子县", "accused_level", false},
		{"a county bureau that is accused goes to the city", report, func(in *RouteInput) { in.Statement = "县民政局局长收了别人的好处费。" }, "市局", "accused_level", false},
		{"a bureau somebody went to is accused where nobody else is", report, func(in *RouteInput) { in.Statement = "我去县民政局办低保，人家要两千块好处费。" }, "市局", "accused_level", false},
		{"last year is no visit", report, func(in *RouteInput) { in.Statement = "去年县民政局的人收了好处费。" }, "市局", "accused_level", false},
		{"a bureau somebody went to is not accused beside a village", report, func(in *RouteInput) { in.Statement = "村支书收好处费，我找过县民政局没人管。" }, "长子县", "accused_level", false},
		{"a bureau that is asked to act is not accused", report, func(in *RouteInput) { in.Statement = "村主任克扣我的低保，请县民政局派人来查。" }, "长子县", "accused_level", false},
		{"a bureau that is greeted is not accused", report, func(in *RouteInput) { in.Statement = "尊敬的市民政局领导：村支书收了好处费。" }, "长子县", "accused_level", false},
		{"the old name 潞城市 is a county's", report, func(in *RouteInput) { in.Region, in.Statement = "140406", "潞城市民政局的人收好处费。" }, "市局", "accused_level", false},
		{"nobody inside stands above the city", report, func(in *RouteInput) { in.Statement = "市民政局的科长收了好处费。" }, "", "nobody_above", false},
		{"the head of another bureau is not ours", report, func(in *RouteInput) { in.Statement = "公安局局长的亲戚吃着低保。" }, "长子县", "county_default", false},
		{"an accused unit decides the floor", report, func(in *RouteInput) { in.Accused = []Accused{{Unit: id("长子县/鲍店镇")}} }, "长子县", "accused_unit", false},
		{"two accused of two counties meet at the city", report, func(in *RouteInput) {
			in.Accused = []Accused{{Unit: id("长子县/鲍店镇")}, {Unit: id("沁县/郭村镇")}}
		}, "市局", "accused_unit", false},
		{"an accused city has nobody above", report, func(in *RouteInput) { in.Accused = []Accused{{Unit: 1}} }, "", "nobody_above", false},
		{"a post names the level", report, func(in *RouteInput) { in.Accused = []Accused{{Person: "某某", Post: "县民政局副局长"}} }, "市局", "accused_level", false},
		{"an order to the accused is taken over", report, func(in *RouteInput) {
			in.Track, in.OrderUnit, in.Accused = TrackOrder, id("长子县"), []Accused{{Unit: id("长子县")}}
		}, "市局", "order_taken_over", false},
		{"a disputed decision stays with the county", report, func(in *RouteInput) {
			in.Kind, in.Statement = Complaint, "县民政局把我的低保停了，不服。"
		}, "长子县", "respondent", false},
		{"a recused county gives way to the city", help, func(in *RouteInput) { in.Recused = []int{id("长子县")} }, "市局", "recused", false},
		{"a recused city leaves nobody", help, func(in *RouteInput) { in.Recused = []int{1} }, "", "nobody_left", false},
		{"a recused person changes no unit", help, func(in *RouteInput) { in.Recused = []int{-7} }, "长子县", "certain", true},
		{"another body's matter is told where to go", help, func(in *RouteInput) { in.Statement = "小区物业不管事，电梯坏了。" }, "", "tell_where", false},
		{"another body's order is returned", help, func(in *RouteInput) { in.Track, in.Statement = TrackOrder, "工地夜里噪音扰民。" }, "", "return_order", false},
		{"another body's word beside ours asks", help, func(in *RouteInput) { in.Statement = "我是低保户，住院报销能多报吗？" }, "长子县", "other_body_too", false},
		{"a place name stands in for the code", help, func(in *RouteInput) { in.Region, in.Place = "", "襄垣县王桥镇" }, "襄垣县", "certain", true},
		{"an ambiguous township asks", help, func(in *RouteInput) { in.Region, in.Place = "", "店上镇" }, "", "region_ambiguous", false},
		{"a county settles an ambiguous township", help, func(in *RouteInput) { in.Region, in.Place = "", "壶关店上镇" }, "壶关县", "certain", true},
		{"a zone has no code but a unit", help, func(in *RouteInput) { in.Region, in.Place = "", "高新技术开发区某小区" }, "高新区", "certain", true},
		{"two counties in a statement ask", help, func(in *RouteInput) {
			in.Region, in.Statement = "", "户口在襄垣县，人住沁源县，低保在哪办？"
		}, "", "region_ambiguous", false},
		{"a text against its code asks", help, func(in *RouteInput) { in.Statement = "我在襄垣县住，想申请低保。" }, "长子县", "region_conflict", false},
		{"no place at the city's desk asks", help, func(in *RouteInput) { in.Region = "" }, "", "region_unknown", false},
		{"no place at a county's desk is assumed there, by a person", help, func(in *RouteInput) { in.Region, in.Desk = "", id("沁县") }, "沁县", "region_assumed", false},
		{"an unknown code is no place", help, func(in *RouteInput) { in.Region = "110101" }, "", "region_unknown", false},
		{"the city's own code is no county", help, func(in *RouteInput) { in.Region = "140400" }, "", "region_unknown", false},
		{"a confidential one waits", help, func(in *RouteInput) { in.Secrecy = Confidential }, "长子县", "confidential", false},
		{"five people are a group", help, func(in *RouteInput) { in.People = 5 }, "长子县", "group", false},
		{"four people are not", help, func(in *RouteInput) { in.People = 4 }, "长子县", "certain", true},
		{"a kind not released waits", help, func(in *RouteInput) { in.Kind = Complaint }, "长子县", "not_released", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := c.base
			if c.with != nil {
				c.with(&in)
			}
			got := Route(in, w)
			want := 0
			if c.unit != "" {
				want = id(c.unit)
			}
			if got.Unit != want || got.Certain != c.certain || !hasReason(got, c.reason) {
				t.Errorf("unit %q certain %v reasons %v; want %q %v with %s", w.Tree.Name(got.Unit), got.Certain, codesOf(got), c.unit, c.certain, c.reason)
			}
			if sentAway(c.reason) != (got.NotOurs != "") {
				t.Errorf("not ours %q", got.NotOurs)
			}
			for _, r := range got.Reasons {
				if r.ZH == r.Code || strings.Contains(r.ZH+r.EN, "%!") || strings.Contains(r.ZH+r.EN, "%s") {
					t.Errorf("reason %q reads %q / %q", r.Code, r.ZH, r.EN)
				}
			}
		})
	}
}

// sentAway names the two reasons with which a proposal sends a matter away.
func sentAway(reason string) bool {
	return reason == "tell_where" || reason == "return_order"
}

func TestRouteNeverProposesTheAccusedOrOneBelow(t *testing.T) {
	w := testWorld()
	for _, accused := range w.Tree.All() {
		if accused.Kind == units.CoHandler {
			continue
		}
		for _, region := range []string{"140428", "140406", ""} {
			p := Route(RouteInput{Kind: Report, Region: region, Urgency: Normal, Statement: "克扣低保金。", Desk: 1, Accused: []Accused{{Unit: accused.ID}}}, w)
			if p.Unit != 0 && !w.Tree.MayHandle(p.Unit, accused.ID) {
				t.Errorf("%s is accused and %s is proposed", accused.Name, w.Tree.Name(p.Unit))
			}
			for _, co := range p.CoUnits {
				if w.Tree.Within(co, accused.ID) {
					t.Errorf("%s is accused and %s is to help", accused.Name, w.Tree.Name(co))
				}
			}
			if p.Certain {
				t.Errorf("%s is accused and the proposal is certain", accused.Name)
			}
		}
	}
}

func TestASectionWithoutALeadHelpsTheCounty(t *testing.T) {
	w := testWorld()
	w.Staffed = nil
	p := Route(RouteInput{Kind: Help, Urgency: Normal, Region: "140405", Desk: 1, Statement: "残疾人两项补贴和低保都给我停了。"}, w)
	county := unitNamed(t, w.Tree, "屯留区")
	want := []int{unitNamed(t, w.Tree, "屯留区社会事务股").ID, unitNamed(t, w.Tree, "屯留区社会救助股").ID}
	if p.Unit != county.ID || !slices.Equal(p.CoUnits[:min(2, len(p.CoUnits))], want) || !hasReason(p, "section_helps") {
		t.Errorf("got %+v", p)
	}
}

func TestUrgentHelpNamesTheTownshipAndAPhone(t *testing.T) {
	w := testWorld()
	p := Route(RouteInput{Kind: Help, Urgency: Normal, Place: "沁源县王陶镇", Desk: 1, Statement: "家里着了火，今晚没地方住。"}, w)
	town, county := unitNamed(t, w.Tree, "沁源县/王陶镇"), unitNamed(t, w.Tree, "沁源县")
	if p.Unit != county.ID || !slices.Contains(p.CoUnits, town.ID) || p.Urgency != Critical || p.Phone != county.Phone || !p.Certain {
		t.Errorf("got %+v", p)
	}
}

func TestAnyStatementRoutesWithoutPanic(t *testing.T) {
	w := testWorld()
	for _, s := range []string{"", "死", "没", "县", "\xff\xfe低保", strings.Repeat("民政局局长", 2000), "局长", "镇", "𠮷𠮷"} {
		for _, k := range Kinds.Codes() {
			Route(RouteInput{Kind: k, Statement: s, Place: s, Region: s}, w)
		}
	}
	Route(RouteInput{Kind: Help, Statement: "低保"}, RouteWorld{Tree: units.NewTree(nil)})
}

func BenchmarkRoute(b *testing.B) {
	w := testWorld()
	all := samples(b)
	long := strings.Repeat(all[0].in.Statement, 5)
	b.Run("samples", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			Route(all[i%len(all)].in, w)
		}
	})
	b.Run("300 characters", func(b *testing.B) {
		in := all[0].in
		in.Region, in.Statement = "", long
		for b.Loop() {
			Route(in, w)
		}
	})
}
