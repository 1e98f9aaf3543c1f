package tickets

import (
	"strings"

	"hotline/internal/units"
)

// levels of an accused office, by the words of a statement or an explicit unit.
const (
	nobodyAccused = iota
	villageAccused
	townshipAccused
	countyAccused
	cityAccused
)

var levelNames = []Word{{}, {ZH: "村级", EN: "a village"}, {ZH: "乡镇级", EN: "a township"}, {ZH: "县级民政部门", EN: "the county bureau"}, {ZH: "市局", EN: "the city bureau"}}

// levelOf is the highest office that the words name as doing wrong. A county
// bureau whose decision is disputed, without a word of wrongdoing, is only the
// respondent; one that somebody merely went to counts where nobody lower is named.
func (r *reading) levelOf(kind string) int {
	wrong := r.has(tagMisconduct) || r.has(tagKin) || kind == Report
	bureau := r.has(tagCounty) || r.has(tagVisited) && !r.has(tagVillage) && !r.has(tagTownship)
	switch {
	case r.has(tagCity) && (wrong || !r.has(tagDecision)):
		return cityAccused
	case bureau && (wrong || r.has(tagCounty) && !r.has(tagDecision) && !r.has(tagPay)):
		return countyAccused
	case r.has(tagTownship):
		return townshipAccused
	case r.has(tagVillage):
		return villageAccused
	}
	return nobodyAccused
}

// accusedLevel reads the statement of a complaint or report, and the posts of
// the accused persons of any ticket.
func (x *router) accusedLevel() int {
	level := nobodyAccused
	if x.alleges() {
		level = x.r.levelOf(x.in.Kind)
	}
	for _, a := range x.in.Accused {
		if a.Unit == 0 && a.Post != "" {
			level = max(level, read(compact(a.Post)).levelOf(Report))
		}
	}
	return level
}

// floor is step 4: the lowest unit above everybody accused. For an office known
// only by its level it is nil here unless that is the city, and place says which
// county. accused with a nil floor and no level left: nobody inside stands above.
func (x *router) floor() (floor *units.Unit, accused bool) {
	for _, a := range x.in.Accused {
		if a.Unit == 0 {
			continue
		}
		f := x.w.Tree.Floor(a.Unit)
		if f == nil {
			x.doubt("nobody_above", x.w.Tree.Name(a.Unit), x.w.Tree.Name(a.Unit))
			return nil, true
		}
		x.doubt("accused_unit", x.w.Tree.Name(a.Unit), f.Name, x.w.Tree.Name(a.Unit), f.Name)
		floor = x.common(floor, f)
	}
	return x.floorOfLevel(floor)
}

// common is the lowest unit that is at or above both; the first floor has no
// other yet.
func (x *router) common(a, b *units.Unit) *units.Unit {
	if a == nil {
		return b
	}
	for u := b; u != nil; u = x.w.Tree.Parent(u.ID) {
		if x.w.Tree.Within(a.ID, u.ID) {
			return u
		}
	}
	return b
}

func (x *router) floorOfLevel(floor *units.Unit) (*units.Unit, bool) {
	level := x.accusedLevel()
	if level == nobodyAccused {
		return floor, floor != nil
	}
	name, root := levelNames[level], x.w.Tree.Root()
	if level == cityAccused || root == nil {
		x.doubt("nobody_above", name.ZH, name.EN)
		return nil, true
	}
	x.doubt("accused_level", name.ZH, name.EN)
	if level == countyAccused {
		return root, true
	}
	if floor == nil {
		floor = x.countyFloor()
	}
	if floor == nil {
		return x.unknownFloor()
	}
	return floor, true
}

// countyFloor is the county over an accused village or township, where the
// place is known.
func (x *router) countyFloor() *units.Unit {
	if x.at.County != nil {
		return x.at.County
	}
	return x.fallback()
}

// unknownFloor asks for the place of an accused village or township.
func (x *router) unknownFloor() (*units.Unit, bool) {
	x.place(true)
	return nil, true
}

// raise takes the higher of the floor and the place: an accused elsewhere never
// lowers it. The place only matters where the floor is in the same line.
func (x *router) raise(floor, place *units.Unit) *units.Unit {
	if u := x.w.Tree.Find(x.in.OrderUnit); u != nil && !x.w.Tree.Within(floor.ID, u.ID) && x.w.Tree.Within(u.ID, floor.ID) {
		x.doubt("order_taken_over", u.Name, floor.Name, u.Name, floor.Name)
	}
	if floor.Kind == units.City && place != nil && place.Kind == units.County {
		x.say("above_place", place.Name, floor.Name, place.Name, floor.Name)
	}
	return floor
}

// respondent says that the unit whose decision is disputed keeps the matter.
func (x *router) respondent() {
	if len(x.in.Respondents) == 0 && !(x.in.Kind == Complaint && (x.r.has(tagDecision) || x.r.has(tagPay))) {
		return
	}
	var names []string
	for _, id := range x.in.Respondents {
		names = append(names, x.w.Tree.Name(id))
	}
	if len(names) > 0 {
		x.open = true
	}
	zh, en := strings.Join(names, "、"), strings.Join(names, ", ")
	if len(names) > 0 {
		zh, en = "；原决定单位："+zh, "; decided by "+en
	}
	x.say("respondent", zh, en)
	if x.in.Kind == Complaint && x.r.has(tagDecision) {
		x.say("tell_appeal")
	}
}

// place is step 5: the county of the matter. Unknown and ambiguous ones ask.
func (x *router) place(accused bool) *units.Unit {
	switch {
	case x.at.Conflict != nil:
		x.doubt("region_conflict", x.at.County.Name, x.at.Conflict.Name, x.at.County.Name, x.at.Conflict.Name)
		return x.at.County
	case x.at.County != nil:
		x.say("region", x.at.County.Name, x.at.County.Name)
		return x.at.County
	case len(x.at.Ambiguous) > 0:
		names := x.choices()
		x.doubt("region_ambiguous", names, names)
		return nil
	}
	if u := x.fallback(); u != nil {
		x.doubt("region_assumed", u.Name, u.Name)
		return u
	}
	x.doubt("region_unknown")
	return nil
}

// fallback is the county that a platform addressed, or else the desk's own.
func (x *router) fallback() *units.Unit {
	if len(x.at.Ambiguous) > 0 {
		return nil
	}
	for _, id := range []int{x.in.OrderUnit, x.in.Desk} {
		if c := x.w.Tree.Ancestor(id, units.County); c != nil {
			return c
		}
	}
	return nil
}

// choices names the ambiguous places with their counties.
func (x *router) choices() string {
	var out []string
	for _, u := range x.at.Ambiguous {
		n := u.Name
		if c := x.w.Tree.Ancestor(u.ID, units.County); c != nil && c != u {
			n = c.Name + u.Name
		}
		out = append(out, n)
	}
	return strings.Join(out, "、")
}
