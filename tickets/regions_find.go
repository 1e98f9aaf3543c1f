package tickets

import (
	"slices"

	"hotline/internal/units"
)

// Located is where a matter is: the county, and the township and village where
// they are known. Ambiguous holds the places among which somebody must choose.
type Located struct {
	County    *units.Unit
	Township  *units.Unit
	Village   *units.Unit
	Name      string // the words it was found by; "" where by code
	Ambiguous []*units.Unit
	Conflict  *units.Unit // a county the text names although the code says another
}

// Locate finds a place by its region code, else by the names in place and text.
// A code that names no county of ours is as good as none.
func (r *Regions) Locate(code, place, text string) Located {
	return r.locate(code, compact(place), compact(text))
}

func (r *Regions) locate(code string, place, text []rune) Located {
	byName := r.named(place, text)
	out := r.byCode(code)
	if out.County == nil {
		return byName
	}
	if byName.County != nil && byName.County != out.County {
		out.Conflict = byName.County
		return out
	}
	if out.Township == nil {
		out.Township, out.Village, out.Name = within(byName, out.County)
	}
	return out
}

// within keeps the township and village that a text names where they lie in county.
func within(l Located, county *units.Unit) (township, village *units.Unit, name string) {
	if l.County == county {
		return l.Township, l.Village, l.Name
	}
	for _, u := range l.Ambiguous { // 店上镇 is in two counties, and the code says which
		if u.Kind == units.Township && inUnit(u, county) {
			return u, nil, u.Name
		}
	}
	return nil, nil, ""
}

func (r *Regions) byCode(code string) Located {
	u := r.tree.ByRegion(code)
	if u == nil {
		return Located{}
	}
	return r.at(u)
}

func (r *Regions) at(u *units.Unit) Located {
	return Located{
		County: r.tree.Ancestor(u.ID, units.County), Township: r.tree.Ancestor(u.ID, units.Township), Village: r.tree.Ancestor(u.ID, units.Village),
	}
}

// named reads names: those of the place field first, since it was asked for;
// the statement, which may name many places, where that says nothing.
func (r *Regions) named(place, text []rune) Located {
	hits := r.hits(&r.full, place)
	if len(hits) == 0 {
		hits = r.hits(&r.loose, place)
	} else if !slices.ContainsFunc(hits, hasCounty) {
		hits = append(hits, countiesOf(r.hits(&r.loose, place))...)
	}
	if len(hits) == 0 {
		hits = r.oldShort(place)
	}
	if len(hits) == 0 {
		hits = r.hits(&r.full, text)
		return r.choose(hits)
	}
	l := r.choose(hits)
	if l.County == nil && len(l.Ambiguous) > 0 { // the statement may say which of them
		if more := r.choose(append(hits, countiesOf(r.hits(&r.full, text))...)); more.County != nil {
			return more
		}
	}
	return l
}

// placeHit is one name found and the units that bear it.
type placeHit struct {
	name  string
	units []*units.Unit
}

func (r *Regions) hits(p *placeIndex, text []rune) []placeHit {
	var out []placeHit
	for _, n := range p.find(text) {
		out = append(out, placeHit{p.names[n], p.units[n]})
	}
	return out
}

func (r *Regions) oldShort(place []rune) []placeHit {
	for _, o := range oldShort {
		for i := range place {
			if begins(place[i:], []rune(o.old)) && (i == 0 || place[i-1] != '县' && place[i-1] != '老') {
				if n, ok := r.full.at[o.now]; ok {
					return []placeHit{{o.old, r.full.units[n]}}
				}
			}
		}
	}
	return nil
}

func hasCounty(h placeHit) bool {
	return slices.ContainsFunc(h.units, func(u *units.Unit) bool { return u.Kind == units.County })
}

func countiesOf(hits []placeHit) []placeHit {
	var out []placeHit
	for _, h := range hits {
		if hasCounty(h) {
			out = append(out, h)
		}
	}
	return out
}

// choose finds the one county that all names fit. Several counties named, or a
// name borne in several, is ambiguous.
func (r *Regions) choose(hits []placeHit) Located {
	if len(hits) == 0 {
		return Located{}
	}
	var counties []*units.Unit // those still possible
	var all []*units.Unit
	for i, h := range hits {
		var here []*units.Unit
		for _, u := range h.units {
			all = append(all, u)
			if c := r.tree.Ancestor(u.ID, units.County); c != nil && !slices.Contains(here, c) && (i == 0 || slices.Contains(counties, c)) {
				here = append(here, c)
			}
		}
		counties = here
	}
	if len(counties) != 1 {
		return Located{Ambiguous: all}
	}
	out := Located{County: counties[0], Name: hits[0].name}
	for _, u := range all {
		if !inUnit(u, counties[0]) {
			continue
		}
		l := r.at(u)
		if out.Township == nil {
			out.Township = l.Township
		}
		if out.Village == nil {
			out.Village = l.Village
		}
	}
	return out
}

func inUnit(u, top *units.Unit) bool {
	return len(u.Path) >= len(top.Path) && u.Path[:len(top.Path)] == top.Path
}
