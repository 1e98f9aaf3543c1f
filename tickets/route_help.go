package tickets

import (
	"slices"

	"hotline/internal/units"
)

// coUnits names those who must help: the township that can be on the spot, the
// section of the other benefit, finance for money that did not come, the city
// where a posting told a secret.
func (x *router) coUnits(u *units.Unit) {
	if u == nil {
		return
	}
	county := x.w.Tree.Ancestor(u.ID, units.County)
	if county == nil {
		return
	}
	if x.in.Kind == Help && (x.critical() || x.r.has(tagOnTheSpot)) {
		x.onTheSpot()
	}
	if x.in.Kind != Inquiry && (u.Kind == units.Section || len(x.out.CoUnits) > 0) && x.r.has(tagDisabled) && x.r.has(tagLow) {
		if s := x.sectionNamed(county, "社会救助"); s != nil && x.help(s) {
			x.say("joint_section", s.Name, s.Name)
		}
	}
	if x.moneyMissing() {
		x.finance(county)
	}
	if x.r.private() && x.alleges() {
		if root := x.w.Tree.Root(); root != nil && x.help(root) {
			x.raiseTo(Urgent)
			x.say("privacy", root.Name, root.Name)
		}
	}
}

// moneyMissing: somebody waits for money. Who asks, praises or suggests does not.
func (x *router) moneyMissing() bool {
	switch x.in.Kind {
	case Inquiry, Praise, Suggestion:
		return false
	}
	return x.r.has(tagPay) && !x.r.has(tagMisconduct) || isPay(x.in.Category)
}

func isPay(category string) bool { return len(category) >= 3 && category[:3] == "pay" }

func (x *router) raiseTo(urgency string) {
	if rank(urgency) > max(rank(x.in.Urgency), rank(x.out.Urgency)) {
		x.out.Urgency = urgency
	}
}

// onTheSpot adds the township, or says that it is not known yet.
func (x *router) onTheSpot() {
	if x.at.Township == nil {
		x.say("township_unknown")
		return
	}
	if x.help(x.at.Township) {
		x.say("township", x.at.Township.Name, x.at.Township.Name)
	}
}

func (x *router) finance(county *units.Unit) {
	for _, f := range x.w.Tree.Children(county.ID) {
		if f.Kind == units.CoHandler && f.Active && x.help(f) {
			x.say("finance", f.Name, f.Name)
			return
		}
	}
}

// help adds a co-unit unless it is accused, recused or there already.
func (x *router) help(u *units.Unit) bool {
	if u.ID == x.out.Unit || slices.Contains(x.out.CoUnits, u.ID) || x.recused(u.ID) {
		return false
	}
	for _, a := range x.in.Accused {
		if a.Unit != 0 && x.w.Tree.Within(u.ID, a.Unit) {
			return false
		}
	}
	x.out.CoUnits = append(x.out.CoUnits, u.ID)
	return true
}

// phone shows whom to call about a critical matter: the unit's numbers, else
// those of the nearest one above. Where nothing is known of duty the night number
// follows the day number.
func (x *router) phone(u *units.Unit) {
	if !x.critical() {
		return
	}
	if u == nil {
		u = x.w.Tree.Root()
	}
	number := dayAndNight
	if x.w.OnCall != nil {
		number = x.w.OnCall.number
	}
	for _, sure := range []bool{true, false} {
		for at := u; at != nil; at = x.w.Tree.Parent(at.ID) {
			if x.out.Phone = number(at, sure); x.out.Phone != "" {
				x.say("call_now", at.Name, x.out.Phone, at.Name, x.out.Phone)
				return
			}
		}
	}
}

// dayAndNight are both numbers of a unit.
func dayAndNight(u *units.Unit, _ bool) string {
	switch {
	case u.Phone == "":
		return u.NightPhone
	case u.NightPhone != "" && u.NightPhone != u.Phone:
		return u.Phone + "（夜间 " + u.NightPhone + "）"
	}
	return u.Phone
}
