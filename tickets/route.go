package tickets

import (
	"slices"
	"strings"

	"hotline/internal/units"
)

// RouteInput is what routing reads of a ticket.
type RouteInput struct {
	Kind, Track, Channel, Naming, Secrecy, Urgency, Category string
	Region, Place, Title, Statement                          string

	People      int
	Desk        int // the unit that registered it
	OrderUnit   int // the unit that a platform addressed, 0 where none
	Accused     []Accused
	Respondents []int
	Recused     []int // as in Ticket: units, and persons below zero
	Floor       int   // as in Ticket: of an appeal, the unit whose opinion it is
}

// RouteWorld is what routing knows beyond the ticket.
type RouteWorld struct {
	Tree *units.Tree
	// Released are the kinds that may be dispatched without a person.
	Released map[string]bool
	// Regions is built once per tree with NewRegions; nil builds it on the spot.
	Regions *Regions
	// Staffed tells whether a lead who could sign works in a section itself. Where
	// it is nil or says no, the county has the ticket and the section helps:
	// nothing is sent to a desk where nobody sits.
	Staffed func(unit int) bool
	// Danger are the words an administrator added to those of the program; nil: none.
	Danger *DangerWords
	// OnCall is who can be called now; nil: the units' numbers stand for it.
	OnCall *OnCall
}

// DefaultReleased are the kinds released until an administrator says otherwise.
func DefaultReleased() map[string]bool {
	return map[string]bool{Inquiry: true, Help: true, Suggestion: true}
}

// RouteInputOf reads a ticket for routing; the order's unit is the caller's to add.
func RouteInputOf(t *Ticket) RouteInput {
	return RouteInput{
		Kind: t.Kind, Track: t.Track, Channel: t.Channel, Naming: t.Naming, Secrecy: t.Secrecy, Urgency: t.Urgency, Category: t.Category,
		Region: t.Region, Place: t.Place, Title: t.Title, Statement: t.Statement,
		People: t.People, Desk: t.Desk, Accused: t.Accused, Respondents: t.Respondents, Recused: t.Recused, Floor: t.Floor,
	}
}

// GroupSize is from how many people a contact counts as 群体性: the leaders are
// told the same day.
const GroupSize = 5

// router carries one statement through the steps of routing (tickets.md, Routing).
type router struct {
	in   RouteInput
	w    RouteWorld
	r    *reading
	at   Located
	out  Proposal
	open bool // a person must look: not certain
}

// Route proposes the unit that should handle a ticket and says why, step by
// step. It decides nothing about a person; where Certain is set the worker may
// dispatch without one. It is pure and reads only what it is given.
func Route(in RouteInput, w RouteWorld) Proposal {
	if w.Regions == nil {
		w.Regions = NewRegions(w.Tree)
	}
	x := &router{in: in, w: w, r: read(compact(in.Title, in.Statement))}
	w.Danger.read(x.r)
	x.at = w.Regions.locate(in.Region, compact(in.Place), x.r.text)
	x.danger()
	if x.notOurs() && !x.critical() {
		return x.out
	}
	x.split()
	unit := x.aboveFloor(x.unit())
	unit = x.notRecused(unit)
	x.coUnits(unit)
	x.notes()
	x.phone(unit)
	if unit != nil {
		x.out.Unit = unit.ID
	}
	x.certain(unit)
	return x.out
}

func (x *router) say(code string, args ...any) {
	x.out.Reasons = append(x.out.Reasons, reasonOf(code, args...))
}

// doubt says why a person must look.
func (x *router) doubt(code string, args ...any) {
	x.open = true
	x.say(code, args...)
}

// danger is step 1: the words raise the urgency, never lower it. Praise,
// suggestions and reports tell of dangers that are over or somebody else's: there
// only a threat to oneself counts in full.
func (x *router) danger() {
	d := &x.r.danger
	switch x.in.Kind {
	case Praise, Suggestion:
		d.sum = d.threats
	case Report:
		d.sum = d.threats + (d.sum-d.threats)/2
	}
	u := d.urgency()
	if rank(u) > rank(x.in.Urgency) {
		x.out.Urgency = u
	}
	switch u {
	case Critical:
		x.say("danger", x.r.danger.words(), x.r.danger.words())
	case Urgent:
		x.say("urgent_words", x.r.danger.words(), x.r.danger.words())
	}
}

func rank(urgency string) int { return slices.Index([]string{Normal, Urgent, Critical}, urgency) }

func (x *router) critical() bool { return x.in.Urgency == Critical || x.out.Urgency == Critical }

// notOurs is step 2: another body's matter, unless the statement has a word of
// ours or a person already put it under one of our categories.
func (x *router) notOurs() bool {
	b := x.r.body
	if b == nil {
		return false
	}
	filed := x.in.Category != "" && x.in.Category != "other"
	if filed || x.in.Kind == Praise {
		return false
	}
	if x.r.has(tagOurs) || x.r.has(tagCivil) {
		if code, _ := x.r.category(); code == "other" || !x.r.has(tagOurs) {
			x.doubt("other_body_too", b.zh, b.en)
		}
		return false
	}
	x.out.NotOurs = "other_body"
	if x.in.Track == TrackOrder {
		x.doubt("return_order", b.zh, b.en)
	} else {
		x.doubt("tell_where", b.zh, b.en)
	}
	return true
}

// split is step 3: wrongdoing in office goes another way than the benefit.
func (x *router) split() {
	if !x.alleges() {
		return
	}
	word := x.r.first[tagMisconduct]
	if word == "" && x.office() {
		word = x.r.first[tagKin]
	}
	if word != "" && x.r.has(tagError) {
		x.out.Split = true
		x.doubt("split", word, x.r.first[tagError], word, x.r.first[tagError])
	}
}

// office tells whether somebody in office is named.
func (x *router) office() bool {
	return x.r.has(tagVillage) || x.r.has(tagTownship) || x.r.has(tagCounty) || x.r.has(tagVisited) || x.r.has(tagCity) || len(x.in.Accused) > 0
}

// alleges tells whether somebody may be accused in the words themselves: by a
// complaint or report, and by any other contact but praise that tells of wrongdoing
// in office. Whoever asks for help may tell of a bribe on the way.
func (x *router) alleges() bool {
	switch x.in.Kind {
	case Complaint, Report:
		return true
	case Praise:
		return false
	}
	return x.r.has(tagMisconduct) && x.office()
}

// unit is steps 4 and 5: the lowest unit that may have it.
func (x *router) unit() *units.Unit {
	floor, accused := x.floor()
	if accused && floor == nil {
		return nil
	}
	if !accused {
		x.respondent()
	}
	place := x.place(accused)
	if x.out.NotOurs != "" && place == nil {
		return nil
	}
	if accused {
		return x.raise(floor, place)
	}
	if place == nil {
		return nil
	}
	return x.section(place)
}

// section is the default of a matter in which nobody is accused: the county
// bureau, or its section for the disabled and for children.
func (x *router) section(county *units.Unit) *units.Unit {
	var names []string
	switch {
	case x.r.has(tagChildren) || strings.HasPrefix(x.in.Category, "children"):
		names = []string{"儿童福利", "社会事务"}
	case x.r.has(tagDisabled) || x.in.Category == "disabled":
		names = []string{"社会事务"}
	}
	for _, n := range names {
		if s := x.sectionNamed(county, n); s != nil {
			if x.w.Staffed != nil && x.w.Staffed(s.ID) {
				x.say("section", county.Name, s.Name, n, s.Name)
				return s
			}
			x.help(s)
			x.say("section_helps", county.Name, s.Name, county.Name, s.Name)
			return county
		}
	}
	switch x.in.Kind {
	case Inquiry, Praise:
		x.say("desk_may_answer")
	}
	x.say("county_default", county.Name, county.Name)
	return county
}

func (x *router) sectionNamed(county *units.Unit, part string) *units.Unit {
	for _, u := range x.w.Tree.Children(county.ID) {
		if u.Kind == units.Section && u.Active && strings.Contains(u.Name, part) {
			return u
		}
	}
	return nil
}

// aboveFloor sends an appeal to the unit above the one whose opinion it is.
func (x *router) aboveFloor(u *units.Unit) *units.Unit {
	if x.in.Floor == 0 {
		return u
	}
	floor, above := x.w.Tree.Find(x.in.Floor), x.w.Tree.Parent(x.in.Floor)
	if floor == nil || above == nil {
		x.doubt("nobody_left")
		return nil
	}
	x.doubt("appeal", floor.Name, above.Name, floor.Name, above.Name)
	return above
}

// notRecused is step 6: one level up until nobody is recused.
func (x *router) notRecused(u *units.Unit) *units.Unit {
	for u != nil && (!u.Active || x.recused(u.ID)) {
		above := x.w.Tree.Parent(u.ID)
		if above == nil {
			x.doubt("nobody_left")
			return nil
		}
		x.doubt("recused", u.Name, above.Name, u.Name, above.Name)
		u = above
	}
	return u
}

func (x *router) recused(unit int) bool {
	for _, key := range x.in.Recused {
		if key > 0 && x.w.Tree.Within(unit, key) {
			return true
		}
	}
	return false
}

// certain closes the proposal: what still asks for a person, or that nothing does.
func (x *router) certain(u *units.Unit) {
	if x.in.Secrecy == Confidential {
		x.doubt("confidential")
	}
	if x.in.People >= GroupSize {
		x.doubt("group", x.in.People, x.in.People)
	}
	if x.in.Naming == Anonymous && x.in.Kind == Report && (x.r.has(tagVague) || len(x.r.text) < 30) {
		x.doubt("few_clues")
	}
	if x.in.Kind == Inquiry && (x.in.Channel == "call" || x.in.Channel == "visit") {
		x.open = true // desk_may_answer: the person is still on the line or at the counter
	}
	if !x.w.Released[x.in.Kind] {
		x.doubt("not_released", Kinds.ZH(x.in.Kind), Kinds.EN(x.in.Kind))
	}
	x.out.Certain = u != nil && !x.open
	if x.out.Certain {
		x.say("certain")
	}
}
