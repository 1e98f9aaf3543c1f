package deadline

// Choice is the due time that binds among several for the same matter, and
// what it was chosen from.
type Choice struct {
	Due    Due
	Others []Due // the ones set aside, in the order given
	Zh, En string
}

// rank orders the reasons: printed on the order, then statute, then the rest.
func rank(r Reason) int {
	switch r {
	case ByPrinted:
		return 2
	case ByStatute:
		return 1
	}
	return 0
}

// Prefer chooses the due time that binds: the one printed on the order before
// a statute's, and that before the local table's; among equals the earliest.
// It needs at least one; with none it returns the zero Choice.
func Prefer(dues ...Due) Choice {
	if len(dues) == 0 {
		return Choice{}
	}
	best := 0
	for i := range dues {
		a, b := rank(dues[i].Reason), rank(dues[best].Reason)
		if a > b || a == b && dues[i].At.Before(dues[best].At) {
			best = i
		}
	}
	c := Choice{Due: dues[best]}
	for i := range dues {
		if i != best {
			c.Others = append(c.Others, dues[i])
		}
	}
	c.Zh = "以" + c.Due.Reason.Zh() + "为准"
	c.En = "decided by: " + c.Due.Reason.En()
	return c
}
