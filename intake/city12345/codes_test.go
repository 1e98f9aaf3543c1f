package city12345

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hotline/tickets"
)

func TestMapOrderTurnsKnownCodesIntoOurs(t *testing.T) {
	codes := DefaultCodes()
	for _, c := range []struct {
		name                       string
		order                      Order
		kind, urgency, cat, region string
	}{
		{"codes", Order{Kind: "投诉", Urgency: "一般", CategoryCode: "050203", RegionCode: "140428"}, "complaint", "normal", "recognise", "140428"},
		{"township code", Order{Kind: "举报", Urgency: "特急", CategoryName: "民政/社会救助/临时救助", RegionCode: "140429104000"}, "report", "critical", "discovery.emergency", "140429"},
		{"no urgency", Order{Kind: "求助", RegionCode: "长治县"}, "help", "normal", "", "140404"},
		{"spaces", Order{Kind: " 咨 询 ", Urgency: "加急"}, "inquiry", "urgent", "", ""},
		{"address only", Order{Kind: "建议", Address: "长治市沁县定昌镇", Urgency: "紧急"}, "suggestion", "urgent", "", "140430"},
		{"old code", Order{Kind: "表扬", RegionCode: "140481"}, "praise", "normal", "", "140406"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := codes.MapOrder(c.order)
			got := []string{m.Kind.Ours, m.Urgency.Ours, m.Category.Ours, m.Region.Ours}
			if diff := cmp.Diff([]string{c.kind, c.urgency, c.cat, c.region}, got); diff != "" || len(m.Unknown) > 0 {
				t.Error(diff, m.Unknown)
			}
		})
	}
}

func TestMapOrderKeepsAndReportsUnknownCodes(t *testing.T) {
	m := DefaultCodes().MapOrder(Order{Kind: "其它事", Urgency: "30", CategoryCode: "99", CategoryName: "水务", RegionCode: "高新区"})
	want := []UnknownCode{{"kind", "其它事"}, {"urgency", "30"}, {"category", "99 水务"}, {"region", "高新区"}}
	if diff := cmp.Diff(want, m.Unknown); diff != "" {
		t.Error(diff)
	}
}

func TestMapOrderDoesNotGuessBetweenTwoCounties(t *testing.T) {
	m := DefaultCodes().MapOrder(Order{Address: "壶关县店上镇与潞城区店上镇之间"})
	if m.Region.Ours != "" {
		t.Errorf("guessed %s", m.Region.Ours)
	}
}

func TestMapVisitReadsTheFiveSteps(t *testing.T) {
	solved, satisfaction := DefaultCodes().MapVisit(Visit{Solved: "部分解决", Satisfaction: "理解"})
	if solved.Ours != "partly" || satisfaction.Ours != "basically" {
		t.Errorf("got %v %v", solved, satisfaction)
	}
	_, satisfaction = DefaultCodes().MapVisit(Visit{Satisfaction: "3"})
	if !satisfaction.Unknown() {
		t.Error("a bare number must be configured per platform")
	}
}

func TestDefaultCodesAreWordsOfOurTickets(t *testing.T) {
	codes := DefaultCodes()
	for _, c := range []struct {
		table map[string]string
		has   func(string) bool
	}{
		{codes.Kind, tickets.Kinds.Has}, {codes.Urgency, tickets.Urgencies.Has},
		{codes.Category, func(s string) bool { _, ok := tickets.CategoryOf(s); return ok }},
		{codes.Satisfaction, func(s string) bool { return s == NotRated || tickets.Satisfactions.Has(s) }},
	} {
		for theirs, ours := range c.table {
			if !c.has(ours) {
				t.Errorf("%s maps to %s, which is no word of ours", theirs, ours)
			}
		}
	}
}

func TestDefaultCodesAreNotShared(t *testing.T) {
	DefaultCodes().Kind["投诉"] = "changed"
	if DefaultCodes().Kind["投诉"] != "complaint" {
		t.Error("an edit reached another platform's table")
	}
}
