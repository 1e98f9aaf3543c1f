package tickets

import (
	"slices"
	"strconv"
	"strings"
)

// Person is a complainant on file, as far as the rules care: no name, no number.
type Person struct {
	ID       int64
	Role     string
	HasPhone bool
	HasMail  bool
}

// owed are the numbers (from 1) of those to whom a reply must be proven: of a
// joint letter everybody, or the representatives where they have a mandate.
func (t *Ticket) owed() []int {
	if t.Naming != Joint || len(t.Persons) < 2 {
		return nil
	}
	var out []int
	for i, p := range t.Persons {
		if p.Role != "beneficiary" && (!t.Mandate || p.Role == "representative") {
			out = append(out, i+1)
		}
	}
	return out
}

// Unreached are the numbers of those of a joint letter to whom the last reply is
// not yet proven; nil where it is, or where the ticket is not a joint one.
func (t *Ticket) Unreached() []int {
	r := t.LastReply()
	if r == nil {
		return t.owed()
	}
	reached := map[int64]bool{}
	for _, x := range t.Attempts {
		if x.Reply != r.ID {
			continue
		}
		if x.exhausts() {
			return nil
		}
		if x.State == "delivered" {
			reached[x.Complainant] = true
		}
	}
	return slices.DeleteFunc(t.owed(), func(n int) bool { return reached[t.Persons[n-1].ID] })
}

// numbers reads "1,3-5" or "全部" into numbers up to most; ok is false for
// anything else.
func numbers(s string, most int) (out []int, ok bool) {
	if s == "全部" || s == "all" {
		for n := 1; n <= most; n++ {
			out = append(out, n)
		}
		return out, most > 0
	}
	s = strings.NewReplacer("，", ",", "、", ",", "－", "-", "—", "-", "~", "-", " ", "").Replace(s)
	for _, part := range strings.Split(s, ",") {
		from, to, ranged := strings.Cut(part, "-")
		a, err := strconv.Atoi(from)
		b := a
		if err == nil && ranged {
			b, err = strconv.Atoi(to)
		}
		if err != nil || a < 1 || b < a || b > most {
			return nil, false
		}
		for n := a; n <= b; n++ {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out, len(out) > 0
}

// reaches says whom an attempt concerns. A machine's way reaches those who have
// an address of that kind; a person says whom.
func reaches(t *Ticket, a Act) ([]int64, []Problem) {
	if a.Values.Get("way") == "city12345" && t.Track != TrackOrder {
		return nil, one("way", "不是 12345 工单，不能经平台答复", "not an order: the platform does not answer it")
	}
	owed := t.owed()
	if owed == nil {
		return []int64{0}, nil
	}
	var out []int64
	switch typed := a.Values.Get("whom"); {
	case typed != "":
		list, ok := numbers(typed, len(t.Persons))
		if !ok {
			return nil, one("whom", "请填 1 到 "+itoa(len(t.Persons))+" 的序号，如 1,3-5", "numbers from 1 to "+itoa(len(t.Persons))+", such as 1,3-5")
		}
		for _, n := range list {
			out = append(out, t.Persons[n-1].ID)
		}
	case a.Values.Get("way") == "city12345": // the platform answers its own callers
		for _, n := range owed {
			out = append(out, t.Persons[n-1].ID)
		}
	case a.Actor.Machine != "":
		out = []int64{0} // an attempt at nobody in particular
	default:
		return nil, one("whom", "联名件须写明送达了谁", "a joint letter: say whom it reached")
	}
	return out, nil
}

// spread notes an attempt for each of those it concerns.
func spread(x *Attempt, ids []int64, c *Change) {
	x.Complainant = ids[0]
	c.Attempt = x
	for _, id := range ids[1:] {
		more := *x
		more.Complainant = id
		c.More = append(c.More, more)
	}
}

// unreachedAfter tells who of a joint letter is still owed the reply after a step.
func unreachedAfter(t *Ticket, c *Change) []int {
	after := *t
	after.Attempts = append(slices.Clone(t.Attempts), *c.Attempt)
	after.Attempts = append(after.Attempts, c.More...)
	if r := t.LastReply(); r != nil {
		for i := range after.Attempts[len(t.Attempts):] {
			after.Attempts[len(t.Attempts)+i].Reply = r.ID
		}
	}
	return after.Unreached()
}
