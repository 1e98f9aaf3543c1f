package tickets

import "hotline/internal/units"

// OnCall is who can be called at the moment of routing.
type OnCall struct {
	Phones map[int]string // by unit: the number of the shift in force
	Office bool           // it is office time
}

// number is the one to call at a unit now: that of the shift in force, else the
// night phone outside office hours, else the unit's. sure asks only for numbers
// that somebody answers now: outside office hours an office's own is none.
func (d *OnCall) number(u *units.Unit, sure bool) string {
	switch {
	case d.Phones[u.ID] != "":
		return d.Phones[u.ID]
	case d.Office && u.Phone != "":
		return u.Phone
	case !d.Office && u.NightPhone != "":
		return u.NightPhone
	case sure:
		return ""
	case u.Phone != "":
		return u.Phone
	}
	return u.NightPhone
}
