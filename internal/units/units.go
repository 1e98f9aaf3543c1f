// Package units is the tree of offices: city, counties with their sections,
// townships, villages, and the bodies beside them. It answers who stands above
// whom and which unit serves a region. It is pure; unitdb reads and writes it.
package units

import (
	"sort"
	"strings"
)

// The kinds of units.
const (
	City       = "city"
	County     = "county"
	Section    = "section"
	Township   = "township"
	Village    = "village"
	CoHandler  = "cohandler"  // finance and other bodies that help
	Auditor    = "auditor"    // third-party auditor organisations
	Discipline = "discipline" // the discipline office
)

// Unit is one office. Path holds ids from the root down, '/1/5/9/': names and
// region codes may change without moving it.
type Unit struct {
	ID         int
	Path       string
	Parent     int // 0 at the root
	Kind       string
	Name       string
	Short      string
	Region     string // GB/T 2260 code of 6, 9 or 12 digits; "" for units without one (高新区, sections)
	Aliases    []string
	RunsDesk   bool
	Phone      string
	NightPhone string
	Active     bool
}

// Tree is an immutable view of all units.
type Tree struct {
	byID     map[int]*Unit
	byRegion map[string]*Unit
	children map[int][]*Unit
	all      []*Unit
	root     *Unit
}

// NewTree arranges units; the parents must be among them.
func NewTree(list []Unit) *Tree {
	t := &Tree{byID: map[int]*Unit{}, byRegion: map[string]*Unit{}, children: map[int][]*Unit{}}
	for i := range list {
		u := &list[i]
		t.byID[u.ID] = u
		t.all = append(t.all, u)
		if u.Region != "" && u.Kind != Section {
			t.byRegion[u.Region] = u
		}
		if u.Kind == City {
			t.root = u
		}
		if u.Parent != 0 {
			t.children[u.Parent] = append(t.children[u.Parent], u)
		}
	}
	sort.Slice(t.all, func(i, j int) bool { return t.all[i].Path < t.all[j].Path })
	for _, c := range t.children {
		sort.Slice(c, func(i, j int) bool { return c[i].ID < c[j].ID })
	}
	return t
}

// Find returns the unit, or nil where there is none.
func (t *Tree) Find(id int) *Unit { return t.byID[id] }

// Root is the city bureau, nil in an empty tree.
func (t *Tree) Root() *Unit { return t.root }

// All lists every unit in path order.
func (t *Tree) All() []*Unit { return t.all }

// Children lists the units directly below.
func (t *Tree) Children(id int) []*Unit { return t.children[id] }

// Name is the unit's full name, or "" for an unknown id.
func (t *Tree) Name(id int) string {
	if u := t.byID[id]; u != nil {
		return u.Name
	}
	return ""
}

// Parent returns the unit above, nil at the root.
func (t *Tree) Parent(id int) *Unit {
	u := t.byID[id]
	if u == nil {
		return nil
	}
	return t.byID[u.Parent]
}

// Line lists the units above id, from the root down, without id itself.
func (t *Tree) Line(id int) []*Unit {
	var out []*Unit
	for u := t.Parent(id); u != nil; u = t.byID[u.Parent] {
		out = append([]*Unit{u}, out...)
	}
	return out
}

// Within tells whether unit stands at or below top.
func (t *Tree) Within(unit, top int) bool {
	u, a := t.byID[unit], t.byID[top]
	return u != nil && a != nil && strings.HasPrefix(u.Path, a.Path)
}

// Above tells whether top stands strictly above unit.
func (t *Tree) Above(top, unit int) bool { return top != unit && t.Within(unit, top) }

// Ancestor returns the nearest unit of the kind at or above id, or nil.
func (t *Tree) Ancestor(id int, kind string) *Unit {
	for u := t.byID[id]; u != nil; u = t.byID[u.Parent] {
		if u.Kind == kind {
			return u
		}
	}
	return nil
}

// ByRegion returns the unit that serves a region code: the one with that very
// code, else the nearest with a prefix of it (village → township → county).
func (t *Tree) ByRegion(code string) *Unit {
	for _, n := range []int{12, 9, 6, 4} {
		if len(code) < n {
			continue
		}
		prefix := code[:n]
		if n == 4 {
			prefix += "00"
		}
		if u := t.byRegion[prefix]; u != nil {
			return u
		}
	}
	return nil
}

// Floor is the lowest unit that may handle a matter in which `accused` is
// accused: at least one level above it; for a village and a township that is the
// county (tickets.md, routing 4). nil: nobody inside the bureau stands above.
func (t *Tree) Floor(accused int) *Unit {
	u := t.byID[accused]
	if u == nil {
		return nil
	}
	switch u.Kind {
	case Village, Township:
		return t.Ancestor(accused, County)
	default:
		return t.Parent(accused)
	}
}

// MayHandle tells whether unit may handle a matter in which `accused` is
// accused: the floor, a unit above it, or a section directly under the floor
// that is not itself in the accused unit.
func (t *Tree) MayHandle(unit, accused int) bool {
	if t.Within(unit, accused) {
		return false
	}
	floor := t.Floor(accused)
	if floor == nil {
		return false
	}
	u := t.byID[unit]
	if u == nil {
		return false
	}
	return t.Within(floor.ID, unit) || (u.Kind == Section && u.Parent == floor.ID)
}

// Scope is the half-open range of paths at and below the unit, for the policies.
func (u *Unit) Scope() (lo, hi string) { return u.Path, u.Path[:len(u.Path)-1] + "0" }
