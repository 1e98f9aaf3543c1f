package tickets

import "testing"

func TestPlacesAreFoundByNamesOldNamesAndAliases(t *testing.T) {
	tree := testTree()
	r := NewRegions(tree)
	cases := []struct{ code, place, text, county, township string }{
		{"140428", "", "", "长子县", ""},
		{"140428100", "", "", "长子县", "鲍店镇"},
		{"140428100201", "", "", "长子县", "鲍店镇"},
		{"", "长子县鲍店镇", "", "长子县", "鲍店镇"},
		{"", "襄垣王桥", "", "襄垣县", "王桥镇"},
		{"", "长治县苏店镇", "", "上党区", "苏店镇"},
		{"", "长治县", "", "上党区", ""},
		{"", "", "我是屯留县的", "屯留区", ""},
		{"", "潞城市店上镇", "", "潞城区", "店上镇"},
		{"", "郊区马厂镇", "", "潞州区", "马厂镇"},
		{"", "老城区东街", "", "", ""},
		{"", "城区东街", "", "潞州区", ""},
		{"", "", "长治市城区的", "潞州区", ""},
		{"", "", "他在县城区有房", "", ""},
		{"", "", "我是长子，家里老大", "", ""},
		{"", "", "鲍店镇的低保", "长子县", "鲍店镇"},
		{"", "", "长柳家峪村的低保", "长子县", "鲍店镇"},
		{"", "", "店上镇的", "", ""},
		{"", "店上镇", "我是壶关县的", "壶关县", "店上镇"},
		{"140406", "店上镇", "", "潞城区", "店上镇"},
		{"140427", "", "店上镇的", "壶关县", "店上镇"},
		{"", "经济技术开发区", "", "经开区", ""},
		{"", "", "高新区的", "高新区", ""},
		{"999999", "沁县", "", "沁县", ""},
	}
	for _, c := range cases {
		got := r.Locate(c.code, c.place, c.text)
		county, township := "", ""
		if got.County != nil {
			county = got.County.Short
		}
		if got.Township != nil {
			township = got.Township.Short
		}
		if county != c.county || township != c.township {
			t.Errorf("%s %s %s: %q %q, want %q %q", c.code, c.place, c.text, county, township, c.county, c.township)
		}
	}
}

func TestAnAmbiguousNameListsItsPlaces(t *testing.T) {
	r := NewRegions(testTree())
	if got := r.Locate("", "店上镇", ""); len(got.Ambiguous) != 2 || got.County != nil {
		t.Errorf("got %+v, want two places to choose from", got)
	}
}
