package workers

import (
	"time"

	"hotline/intake/city12345"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

func fillSign(d *Deps, out ticketdb.Delivery, o *city12345.Outbound) {
	o.Sign = &city12345.SignNote{Unit: d.Tickets.Tree().Name(out.View.Unit)}
}

// fillReturn takes the newest request to return the order.
func fillReturn(_ *Deps, out ticketdb.Delivery, o *city12345.Outbound) {
	for _, q := range out.View.Requests {
		if q.Kind == "return" {
			o.Return = &city12345.ReturnRequest{Reason: q.Reason, Basis: q.Basis}
		}
	}
}

// fillContact says when the caller was reached. The number of a confidential
// caller is not repeated: the desk relays.
func fillContact(_ *Deps, out ticketdb.Delivery, o *city12345.Outbound) {
	at, made := contactAt(out)
	if !made {
		at = out.Created
	}
	o.Contact = &city12345.ContactNote{ContactedAt: at, Reached: true, Relayed: out.View.Secrecy == tickets.Confidential, Phone: callerPhone(out)}
}

// fillReply fills the 办结反馈 form from findings and reply.
func fillReply(_ *Deps, out ticketdb.Delivery, o *city12345.Outbound) {
	r := out.View.LastReply()
	if r == nil {
		return
	}
	form := city12345.Reply{
		ClaimTrue: claimTrue(out.View.Allegations), BeyondDuty: beyondDuty(out.View.Outcome),
		Solved: city12345.Solved, UnsolvedReason: r.UnresolvedReason,
		Account: r.InternalText, PublicReply: r.PublicText,
	}
	if form.Account == "" {
		form.Account = r.PublicText
	}
	if r.Resolved != nil && !*r.Resolved {
		form.Solved = city12345.Unsolved
	}
	if at, made := contactAt(out); made {
		form.Contacted, form.ContactAt, form.ContactPhone = true, at, callerPhone(out)
	}
	o.Reply = &form
}

// claimTrue sums up the findings in the platform's four words. What cannot be
// true or false (an answer, a help given) counts as true.
func claimTrue(list []tickets.Allegation) string {
	found := map[string]int{}
	for _, a := range list {
		if a.Finding == nil {
			continue
		}
		switch a.Finding.Outcome {
		case "false", "partly", "unverifiable":
			found[a.Finding.Outcome]++
		default:
			found["true"]++
		}
	}
	switch {
	case found["partly"] > 0 || found["true"] > 0 && found["false"] > 0:
		return city12345.PartlyTrue
	case found["false"] > 0:
		return city12345.Untrue
	case found["true"] == 0 && found["unverifiable"] > 0:
		return city12345.Unprovable
	}
	return city12345.True
}

func beyondDuty(outcome string) bool {
	return outcome == "refused" || outcome == "redirected" || outcome == "transferred"
}

// contactAt is when somebody first reached the caller.
func contactAt(out ticketdb.Delivery) (time.Time, bool) {
	for _, x := range out.View.Deadlines {
		if x.MetEvent != nil && *x.MetEvent == "contact_made" && x.MetAt != nil {
			return *x.MetAt, true
		}
	}
	return time.Time{}, false
}

// callerPhone is the number that the platform gave us, back to the platform;
// none of a confidential caller.
func callerPhone(out ticketdb.Delivery) string {
	if out.View.Secrecy == tickets.Confidential {
		return ""
	}
	c, _ := firstWith(out, func(c ticketdb.Complainant) bool { return c.Phone != "" })
	return c.Phone
}
