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
			o.Return = &city12345.ReturnRequest{Reason: q.Reason, Basis: tickets.BasisCodes.ZH(q.Basis)}
		}
	}
}

// fillExtension takes the newest request for more time.
func fillExtension(_ *Deps, out ticketdb.Delivery, o *city12345.Outbound) {
	for _, q := range out.View.Requests {
		if q.Kind == tickets.RequestExtension && q.Wanted != nil {
			o.Extension = &city12345.Extension{Reason: q.Reason, HandleBy: q.Wanted.In(city12345.Shanghai()).Truncate(time.Second)}
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

// fillReply fills the 办结反馈 form from findings and reply. The platform knows
// no notice of appeal of its own: it stands below the public text.
func fillReply(_ *Deps, out ticketdb.Delivery, o *city12345.Outbound) {
	r := out.View.LastReply()
	if r == nil {
		return
	}
	form := city12345.Reply{ClaimTrue: claimTrue(out.View.Allegations), BeyondDuty: beyondDuty(out.View.Outcome),
		Solved: solved(r, out.View.Allegations), Account: r.InternalText, PublicReply: r.PublicText}
	if r.AppealNotice != "" {
		form.PublicReply += "\n" + r.AppealNotice
	}
	if form.Account == "" {
		form.Account = r.PublicText
	}
	if form.Solved != city12345.Solved {
		if form.UnsolvedReason = r.UnresolvedReason; form.UnsolvedReason == "" {
			form.UnsolvedReason = "见公开答复内容"
		}
	}
	if at, made := contactAt(out); made {
		form.Contacted, form.ContactAt, form.ContactPhone = true, at, callerPhone(out)
	}
	o.Reply = &form
}

// findings counts what the findings say; "" is an allegation without one.
func findings(list []tickets.Allegation) map[string]int {
	found := map[string]int{}
	for _, a := range list {
		if a.Finding == nil {
			found[""]++
			continue
		}
		found[a.Finding.Outcome]++
	}
	return found
}

// claimTrue sums up the findings in the platform's four words. What cannot be
// true or false (an answer, a help given or not) counts as true; a conclusion
// without findings left the matter unverified.
func claimTrue(list []tickets.Allegation) string {
	found := findings(list)
	unproven := found["unverifiable"] + found[""]
	plain := len(list) - found["partly"] - found["false"] - unproven
	switch {
	case unproven == len(list):
		return city12345.Unprovable
	case plain == len(list):
		return city12345.True
	case found["false"] == len(list):
		return city12345.Untrue
	}
	return city12345.PartlyTrue
}

// solved is what the investigator said, else what the findings come to.
func solved(r *tickets.Reply, list []tickets.Allegation) string {
	found := findings(list)
	open := found["not_done"] + found["unverifiable"] + found[""]
	switch {
	case r.Resolved != nil && *r.Resolved, r.Resolved == nil && open == 0:
		return city12345.Solved
	case r.Resolved == nil && open < len(list):
		return city12345.PartlySolved
	}
	return city12345.Unsolved
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
