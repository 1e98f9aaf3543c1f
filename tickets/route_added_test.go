package tickets

import (
	"slices"
	"strings"
	"testing"

	"hotline/internal/units"
)

func TestAnAddedDangerWordRaisesUrgencyAsTheOwnOnesDo(t *testing.T) {
	t.Parallel()
	world := RouteWorld{Tree: testTree(), Released: DefaultReleased(), Danger: NewDangerWords([]DangerWord{{"煤窑透水", Critical}, {"塌方", Urgent}, {"x", Critical}})}
	for statement, want := range map[string]string{
		"村里煤窑透水了，低保户老王还在下面。": Critical,
		"山上塌方，路断了，低保户出不来。":   Urgent,
		"如果煤窑透水了低保户怎么办？":     "",
		"没有塌方，只是问低保。":        "",
		"问问低保几号发，x。":         "",
	} {
		p := Route(RouteInput{Kind: Help, Track: TrackOwn, Naming: Named, Secrecy: OpenSecrecy, Urgency: Normal, Region: "140428", Desk: 1, Statement: statement}, world)
		if p.Urgency != want {
			t.Errorf("%s: got %q, want %q", statement, p.Urgency, want)
		}
		if named := slices.ContainsFunc(p.Reasons, func(r Reason) bool { return strings.Contains(r.ZH, "透水") || strings.Contains(r.ZH, "塌方") }); named != (want != "") {
			t.Errorf("%s: the reasons name the word: %t", statement, named)
		}
	}
}

func TestTheNumberToCallFollowsTheShiftTheHourAndTheUnit(t *testing.T) {
	t.Parallel()
	u := &units.Unit{ID: 10, Phone: "day", NightPhone: "night"}
	bare := &units.Unit{ID: 11, Phone: "day"}
	for _, c := range []struct {
		name string
		on   OnCall
		unit *units.Unit
		sure bool
		want string
	}{
		{"a shift by day", OnCall{map[int]string{10: "shift"}, true}, u, true, "shift"},
		{"a shift by night", OnCall{map[int]string{10: "shift"}, false}, u, true, "shift"},
		{"another unit's shift", OnCall{map[int]string{99: "shift"}, true}, u, true, "day"},
		{"by day", OnCall{nil, true}, u, true, "day"},
		{"by night", OnCall{nil, false}, u, true, "night"},
		{"nobody answers an office by night", OnCall{nil, false}, bare, true, ""},
		{"at last the office's own", OnCall{nil, false}, bare, false, "day"},
	} {
		if got := c.on.number(c.unit, c.sure); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAtNightTheNumberOfWhoAnswersGoesBeforeANearerOffice(t *testing.T) {
	t.Parallel()
	tree := units.NewTree([]units.Unit{{ID: 1, Path: "/1/", Kind: units.City, Name: "市局", Short: "市局", Region: "140400", Phone: "c", NightPhone: "cn", Active: true},
		{ID: 10, Path: "/1/10/", Parent: 1, Kind: units.County, Name: "长子县民政局", Short: "长子县", Region: "140428", Phone: "d", Active: true}})
	in := RouteInput{Kind: Help, Track: TrackOwn, Naming: Named, Secrecy: OpenSecrecy, Urgency: Critical, Region: "140428", Desk: 1, Statement: "低保户断粮了。"}
	for want, on := range map[string]*OnCall{"cn": {}, "d": {Office: true}, "s": {Phones: map[int]string{10: "s"}}} {
		if p := Route(in, RouteWorld{Tree: tree, OnCall: on}); p.Phone != want {
			t.Errorf("got %q, want %q", p.Phone, want)
		}
	}
}

func TestNamesBorneInTwoCountiesAreListed(t *testing.T) {
	t.Parallel()
	found := NewRegions(testTree()).Ambiguous()
	i := slices.IndexFunc(found, func(a AmbiguousName) bool { return a.Name == "店上镇" })
	if i < 0 || len(found[i].Units) != 2 {
		t.Errorf("found %v", found)
	}
	if !AliasWorks(units.Township, "老店上镇") || AliasWorks(units.Township, "店上") || !AliasWorks(units.County, "上党") || AliasWorks(units.County, "潞") {
		t.Error("which names work")
	}
}
