package web

import "hotline/tickets/ticketdb"

// PersonView is one complainant as the page may show him. N counts them in the
// order in which they were registered: in a joint letter people are called by it.
// It is 0 for one who stands alone.
type PersonView struct {
	N int
	ticketdb.Shown
}

// peopleOf numbers the complainants and picks their representatives.
func peopleOf(t *ticketdb.View) (all, speakers []PersonView) {
	for i, c := range t.Complainants {
		p := PersonView{Shown: c}
		if len(t.Complainants) > 1 {
			p.N = i + 1
		}
		all = append(all, p)
		if c.Role == "representative" {
			speakers = append(speakers, p)
		}
	}
	return all, speakers
}

// notInPerson tells whether somebody came for another one: then what the reply may
// tell about that one is limited.
func notInPerson(t *ticketdb.View) bool {
	for _, c := range t.Complainants {
		if c.Role == "beneficiary" {
			return true
		}
	}
	return false
}
