package tickets

import (
	"slices"
	"strings"

	"hotline/internal/units"
)

// Regions finds places by name in what people say. It is built once from the
// tree of units and never changes; a new tree makes a new one.
type Regions struct {
	tree  *units.Tree
	full  placeIndex // names that mean a place wherever they stand
	loose placeIndex // short forms, believed only in the field for the place
}

// oldNames are what counties and districts were called before 2018; letters and
// old people still use them. Source: GB/T 2260 history.
var oldNames = []struct{ old, now string }{
	{"长治县", "上党区"}, {"屯留县", "屯留区"}, {"潞城市", "潞城区"}, {"潞城县", "潞城区"},
	{"长治市城区", "潞州区"}, {"长治城区", "潞州区"}, {"长治市郊区", "潞州区"}, {"长治郊区", "潞州区"},
}

// oldShort are old names that are also ordinary words.
var oldShort = []struct{ old, now string }{{"城区", "潞州区"}, {"郊区", "潞州区"}}

// zones have no region code; people call them by many names.
var zones = []struct {
	mark  string
	names []string
}{
	{"高新", []string{"高新区", "高新技术产业开发区", "高新技术开发区"}},
	{"经开", []string{"经开区", "经济技术开发区", "经济开发区"}},
	{"经济技术", []string{"经开区", "经济技术开发区", "经济开发区"}},
}

// NewRegions reads the names of all counties, townships and villages.
func NewRegions(tree *units.Tree) *Regions {
	r := &Regions{tree: tree}
	for _, u := range tree.All() {
		if !u.Active || !slices.Contains([]string{units.County, units.Township, units.Village}, u.Kind) {
			continue
		}
		for _, n := range placeNames(u) {
			if u.Kind == units.County && u.Region != "" && !endsAsCounty(n) {
				r.loose.add(n, u) // 长子 is a county and an eldest son
				continue
			}
			r.full.add(n, u)
			if s := bareName(n); s != "" {
				r.loose.add(s, u)
			}
		}
	}
	r.full.compile()
	r.loose.compile()
	return r
}

// placeNames lists what a place is called: the unit's name without the office,
// its short name, aliases, old names, and a zone's other names.
func placeNames(u *units.Unit) []string {
	var out []string
	add := func(n string) {
		if n = placeOf(n); len([]rune(n)) >= 2 && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	add(u.Name)
	add(u.Short)
	for _, a := range u.Aliases {
		add(a)
	}
	if u.Kind != units.County {
		return slices.DeleteFunc(out, func(n string) bool { return !endsAsPlace(n) })
	}
	for _, o := range oldNames {
		if slices.Contains(out, o.now) {
			add(o.old)
		}
	}
	for _, z := range zones {
		if u.Region == "" && strings.Contains(u.Name, z.mark) {
			for _, n := range z.names {
				add(n)
			}
		}
	}
	return out
}

var offices = strings.Fields(`社会事务局 社会事务部 民政局 民政和社会保障局 人民政府 镇政府 乡政府 政府 办事处 便民服务中心 社会事务办公室 社会事务办 民政办 民政所 村民委员会 村委会 居民委员会 居委会 委员会 管理委员会 管委会`)

// placeOf cuts the office off a unit's name: 长子县民政局 is at 长子县.
func placeOf(name string) string {
	name = strings.TrimPrefix(name, "山西省")
	if rest, ok := strings.CutPrefix(name, "长治市"); ok && len([]rune(rest)) > 2 {
		name = rest
	}
	for _, o := range offices {
		if rest, ok := strings.CutSuffix(name, o); ok {
			switch o {
			case "镇政府":
				return rest + "镇"
			case "乡政府":
				return rest + "乡"
			case "村民委员会", "村委会":
				return strings.TrimSuffix(rest, "村") + "村"
			}
			return rest
		}
	}
	return name
}

func endsAsCounty(n string) bool {
	return strings.HasSuffix(n, "县") || strings.HasSuffix(n, "区") || strings.HasSuffix(n, "市")
}

func endsAsPlace(n string) bool {
	for _, s := range []string{"镇", "乡", "街道", "村", "社区", "办"} {
		if strings.HasSuffix(n, s) {
			return len([]rune(n)) >= 3
		}
	}
	return false
}

// bareName is a place without its rank, "" where too little is left: 店上镇 is 店上.
func bareName(n string) string {
	for _, s := range []string{"街道", "镇", "乡", "县", "区", "村"} {
		if rest, ok := strings.CutSuffix(n, s); ok && len([]rune(rest)) >= 2 {
			return rest
		}
	}
	return ""
}

// placeIndex maps names to the units that bear them.
type placeIndex struct {
	names []string
	at    map[string]int
	units [][]*units.Unit
	match *matcher
}

func (p *placeIndex) add(name string, u *units.Unit) {
	if p.at == nil {
		p.at = map[string]int{}
	}
	i, ok := p.at[name]
	if !ok {
		i = len(p.names)
		p.at[name] = i
		p.names = append(p.names, name)
		p.units = append(p.units, nil)
	}
	if !slices.Contains(p.units[i], u) {
		p.units[i] = append(p.units[i], u)
	}
}

func (p *placeIndex) compile() { p.match = newMatcher(p.names) }

// find lists the names in text, dropping one that is part of a longer one.
func (p *placeIndex) find(text []rune) []int {
	type span struct{ name, from, to int }
	var spans []span
	p.match.each(text, func(n, at int) { spans = append(spans, span{n, at, at + len(p.match.words[n])}) })
	var out []int
	for _, s := range spans {
		inside := slices.ContainsFunc(spans, func(o span) bool {
			return o.from <= s.from && o.to >= s.to && o.to-o.from > s.to-s.from
		})
		if !inside && !slices.Contains(out, s.name) {
			out = append(out, s.name)
		}
	}
	return out
}
