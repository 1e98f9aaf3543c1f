package demo

import (
	"fmt"
	"math/rand/v2"

	"hotline/tickets"
)

// Complainant is an invented citizen. Phone numbers lie in 1990000xxxx, which
// is never assigned; mail goes to the demo's own mailbox.
type Complainant struct {
	Role    string
	Name    string
	Phone   string
	Mail    string
	Address string
}

// citizen invents the n-th person; names of citizens start after those of the staff.
func citizen(n int, role, place string, channel string) Complainant {
	c := Complainant{Role: role, Name: personName(400 + n), Address: place}
	switch channel {
	case "mail":
		c.Mail = fmt.Sprintf("citizen+%d@demo.test", n)
	case "letter":
		if n%3 == 0 {
			c.Phone = fakePhone(n)
		}
	default:
		c.Phone = fakePhone(n)
	}
	return c
}

func fakePhone(n int) string { return fmt.Sprintf("1990000%04d", n%10000) }

// complainants invents who stands behind a sample: nobody, one person, a caller
// and the person it is about, or a representative with those who signed.
func complainants(rng *rand.Rand, n int, s Sample, place, channel string) []Complainant {
	switch {
	case s.Naming == tickets.Anonymous:
		return nil
	case s.Naming == tickets.Joint:
		first := citizen(n*10, "representative", place, "call")
		out := []Complainant{first}
		for k := 1; k < min(s.People, 4); k++ {
			out = append(out, citizen(n*10+k, "signer", place, "letter"))
		}
		return out
	}
	out := []Complainant{citizen(n*10, "caller", place, channel)}
	if s.Kind == tickets.Help && rng.IntN(4) == 0 {
		out = append(out, citizen(n*10+1, "beneficiary", place, "letter"))
	}
	return out
}

// reach says how the first of them can be answered.
func reach(people []Complainant) (phone, mail bool) {
	for _, p := range people {
		phone = phone || p.Phone != ""
		mail = mail || p.Mail != ""
	}
	return phone, mail
}
