package tickets

import (
	"slices"
	"strings"

	"hotline/internal/units"
)

// AmbiguousName is a name that several places bear: routing asks which is meant.
type AmbiguousName struct {
	Name  string
	Units []*units.Unit
}

// Ambiguous lists the full names that places of more than one county bear, by name.
func (r *Regions) Ambiguous() []AmbiguousName {
	var out []AmbiguousName
	for i, name := range r.full.names {
		var counties []*units.Unit
		for _, u := range r.full.units[i] {
			if c := r.tree.Ancestor(u.ID, units.County); c != nil && !slices.Contains(counties, c) {
				counties = append(counties, c)
			}
		}
		if len(counties) > 1 {
			out = append(out, AmbiguousName{name, r.full.units[i]})
		}
	}
	slices.SortFunc(out, func(a, b AmbiguousName) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// OldName is a former name that routing knows by itself.
type OldName struct{ Old, Now string }

// OldNames lists them.
func OldNames() []OldName {
	out := make([]OldName, len(oldNames))
	for i, o := range oldNames {
		out[i] = OldName{o.old, o.now}
	}
	return out
}

// AliasWorks tells whether routing would look for the name as one of the unit:
// below the counties a place's rank must be in it.
func AliasWorks(kind, name string) bool {
	if kind == units.County {
		return len([]rune(name)) >= 2
	}
	return endsAsPlace(placeOf(name))
}
