package intake

import (
	"hotline/internal/vault"
	"hotline/tickets"
)

// veil hides traces of the complainants of a confidential contact in what the
// handling unit reads beside the brief: title, place and file names. The
// statement itself is sealed by ticketdb, and the submission stays as it came. An
// address is no known word here, since the village in it is where the matter is;
// its house number is found by its looks.
func (s *Submission) veil() {
	if s.Secrecy != tickets.Confidential {
		return
	}
	var known []string
	for _, c := range s.Complainants {
		known = append(known, c.Name, c.Phone, c.IDNo, c.Mail)
	}
	hide := func(text string) string { return vault.Redact(text, vault.Lint(text, known...)) }
	s.Title, s.Place = hide(s.Title), hide(s.Place)
	for i := range s.Files {
		s.Files[i].Name = hide(s.Files[i].Name)
	}
}
