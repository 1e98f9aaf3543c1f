package tickets

import (
	"fmt"
	"testing"

	"hotline/internal/units"
)

// testTownships are two of each county's; 店上镇 is in two counties on purpose.
var testCounties = []struct{ code, name, t1, t2 string }{
	{"140403", "潞州区", "马厂镇", "黄碾镇"}, {"140404", "上党区", "苏店镇", "荫城镇"}, {"140405", "屯留区", "上村镇", "渔泽镇"},
	{"140406", "潞城区", "店上镇", "微子镇"}, {"140423", "襄垣县", "古韩镇", "王桥镇"}, {"140425", "平顺县", "青羊镇", "龙溪镇"},
	{"140426", "黎城县", "上遥镇", "西井镇"}, {"140427", "壶关县", "店上镇", "集店镇"}, {"140428", "长子县", "鲍店镇", "石哲镇"},
	{"140429", "武乡县", "洪水镇", "蟠龙镇"}, {"140430", "沁县", "郭村镇", "新店镇"}, {"140431", "沁源县", "郭道镇", "王陶镇"},
	{"", "高新区", "", ""}, {"", "经开区", "", ""},
}

// testTree is the city with its counties, sections, two townships each with a
// village, finance, and the two zones.
func testTree() *units.Tree { return units.NewTree(testUnits()) }

func testUnits() []units.Unit {
	list := []units.Unit{{ID: 1, Path: "/1/", Kind: units.City, Name: "长治市民政局", Short: "市局", Region: "140400", Phone: "0355-2000001", NightPhone: "0355-2000002", Active: true}}
	add := func(parent units.Unit, u units.Unit) units.Unit {
		u.ID, u.Parent, u.Active = len(list)+1, parent.ID, true
		u.Path = fmt.Sprintf("%s%d/", parent.Path, u.ID)
		list = append(list, u)
		return u
	}
	for i, c := range testCounties {
		county := add(list[0], units.Unit{Kind: units.County, Name: c.name + "民政局", Short: c.name, Region: c.code, Phone: fmt.Sprintf("0355-30000%02d", i)})
		for _, s := range []string{"社会救助股", "社会事务股", "儿童福利股"} {
			add(county, units.Unit{Kind: units.Section, Name: c.name + s, Short: s})
		}
		add(county, units.Unit{Kind: units.CoHandler, Name: c.name + "财政局"})
		for j, t := range []string{c.t1, c.t2} {
			if t == "" {
				continue
			}
			code := fmt.Sprintf("%s1%02d", c.code, j)
			town := add(county, units.Unit{Kind: units.Township, Name: t + "人民政府", Short: t, Region: code, NightPhone: "0355-4000000"})
			add(town, units.Unit{Kind: units.Village, Name: fmt.Sprintf("%s%c家峪村", string([]rune(c.name)[:1]), []rune("柳梁")[j]), Region: code + "201"})
		}
	}
	return list
}

// unitNamed finds a unit by its name or short name; for a section and a
// township the county's short name stands before it: 潞城区/店上镇.
func unitNamed(t testing.TB, tree *units.Tree, name string) *units.Unit {
	t.Helper()
	for _, u := range tree.All() {
		full := u.Short
		if c := tree.Ancestor(u.ID, units.County); c != nil && c != u {
			full = c.Short + "/" + u.Short
		}
		if name == u.Name || name == full {
			return u
		}
	}
	t.Fatalf("no unit %q in the test tree", name)
	return nil
}
