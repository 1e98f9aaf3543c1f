package units

import "testing"

func testTree() *Tree {
	return NewTree([]Unit{
		{ID: 1, Path: "/1/", Kind: City, Name: "市局", Region: "140400", Active: true},
		{ID: 10, Path: "/1/10/", Parent: 1, Kind: County, Name: "甲县", Region: "140428", Active: true},
		{ID: 11, Path: "/1/10/11/", Parent: 10, Kind: Section, Name: "救助股", Active: true},
		{ID: 12, Path: "/1/10/12/", Parent: 10, Kind: Township, Name: "石哲镇", Region: "140428102", Active: true},
		{ID: 13, Path: "/1/10/12/13/", Parent: 12, Kind: Village, Name: "青杨岭村", Region: "140428102201", Active: true},
		{ID: 100, Path: "/1/100/", Parent: 1, Kind: County, Name: "乙县", Region: "140427", Active: true},
	})
}

func TestTheFloorIsTheCountyForVillagesAndTownshipsAndTheParentAbove(t *testing.T) {
	tree := testTree()
	for accused, want := range map[int]int{13: 10, 12: 10, 11: 10, 10: 1, 1: 0} {
		got := 0
		if f := tree.Floor(accused); f != nil {
			got = f.ID
		}
		if got != want {
			t.Errorf("floor of %d is %d, want %d", accused, got, want)
		}
	}
}

func TestNobodyAccusedOrBelowMayHandle(t *testing.T) {
	tree := testTree()
	for _, c := range []struct {
		unit, accused int
		want          bool
	}{
		{13, 13, false}, {12, 13, false}, {10, 13, true}, {11, 13, true}, {1, 13, true}, {100, 13, false},
		{13, 12, false}, {10, 12, true}, {10, 10, false}, {11, 10, false}, {1, 10, true}, {1, 1, false},
	} {
		if got := tree.MayHandle(c.unit, c.accused); got != c.want {
			t.Errorf("unit %d, accused %d: %v", c.unit, c.accused, got)
		}
	}
}

func TestWithinIsByWholeIdsNotByPrefixOfFigures(t *testing.T) {
	tree := testTree()
	if tree.Within(100, 10) || !tree.Within(13, 10) || tree.Above(10, 10) {
		t.Error("unit 100 lies in unit 10, or 13 does not")
	}
	lo, hi := tree.Find(10).Scope()
	if path := tree.Find(100).Path; path >= lo && path < hi {
		t.Error("the range of unit 10 holds unit 100")
	}
}

func TestARegionFindsTheNearestUnitThatServesIt(t *testing.T) {
	tree := testTree()
	for code, want := range map[string]int{"140428102201": 13, "140428102999": 12, "140428": 10, "140428999": 10, "140427": 100, "140499": 1, "150000": 0} {
		got := 0
		if u := tree.ByRegion(code); u != nil {
			got = u.ID
		}
		if got != want {
			t.Errorf("%s: unit %d, want %d", code, got, want)
		}
	}
}
