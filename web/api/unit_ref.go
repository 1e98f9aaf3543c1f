package api

import (
	"encoding/json"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"hotline/internal/units"
)

// unitRef names a unit as clients know it: its id, its region code or its name.
type unitRef string

// UnmarshalJSON reads a number or a string.
func (u *unitRef) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(u))
	}
	*u = unitRef(b)
	if *u == "null" {
		*u = ""
	}
	return nil
}

// Schema is an integer or a string.
func (u unitRef) Schema(huma.Registry) *huma.Schema {
	long := 100
	return &huma.Schema{Description: "A unit: its id, its region code, or its name",
		OneOf: []*huma.Schema{{Type: huma.TypeInteger}, {Type: huma.TypeString, MaxLength: &long}}}
}

// resolve finds the unit: an id goes before a region code, and that before a
// name; nil where none or several fit.
func (u unitRef) resolve(t *units.Tree) *units.Unit {
	if n, err := strconv.Atoi(string(u)); err == nil {
		if x := t.Find(n); x != nil {
			return x
		}
		if x := t.ByRegion(string(u)); x != nil && x.Region == string(u) {
			return x
		}
		return nil
	}
	return byName(t, string(u))
}

func byName(t *units.Tree, name string) *units.Unit {
	var found *units.Unit
	for _, x := range t.All() {
		if x.Name == name {
			return x
		}
		if x.Short != name && !has(x.Aliases, name) {
			continue
		}
		if found != nil {
			return nil
		}
		found = x
	}
	return found
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
