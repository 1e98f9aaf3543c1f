package tickets

import "slices"

func submit(t *Ticket, a Act, _ World, c *Change) []Problem {
	c.Reply = &Reply{PublicText: a.Values.Get("public_text"), InternalText: a.Values.Get("internal_text"), LegalBasis: a.Values.Get("legal_basis"),
		AppealNotice: a.Values.Get("appeal_notice"), UnresolvedReason: a.Values.Get("unresolved_reason"), OpinionNo: a.Values.Get("opinion_no"), Author: actorName(a.Actor), At: a.Now}
	if t.Appeal > 0 && c.Reply.OpinionNo == "" {
		return one("opinion_no", "复查、复核须出具书面意见，请填写文号", "an appeal ends with a written opinion: fill in its number")
	}
	if a.Values.Get("resolved") != "" {
		yes := a.Values.Bool("resolved")
		c.Reply.Resolved = &yes
		if !yes && c.Reply.UnresolvedReason == "" {
			return one("unresolved_reason", "请填写未解决原因", "say why it is not resolved")
		}
	}
	return nil
}

func approve(t *Ticket, a Act, _ World, c *Change) []Problem {
	if t.LastReply() == nil {
		return one("", "还没有答复", "no reply yet")
	}
	c.Approve, c.AmendText = true, a.Values.Get("public_text")
	if t.Outcome == "transferred" && len(t.Transfers) == 0 {
		c.Opens = append(slices.Clone(c.Opens), "transfer_found")
	}
	if !t.Answerable() && !t.TransferDue() {
		c.Opens, c.Jobs = nil, nil
		posted(c, a)
	} else if !t.Answerable() {
		c.Jobs = nil // nobody is told; it ends once the transfer is recorded
	}
	return nil
}

// posted ends a ticket that nobody can be answered on: the result stands on the
// status page.
func posted(c *Change, a Act) {
	c.To = Closed
	c.Meets = append([]string{"result_posted", "closed"}, c.Meets...)
	c.Attempt = &Attempt{Way: "status_page", State: "delivered", At: a.Now, Actor: "machine:status", Evidence: "公布于查询页", Provenance: "machine"}
}

func sendBack(_ *Ticket, _ Act, _ World, c *Change) []Problem {
	c.ClearOutcome = true
	return nil
}

func attempt(t *Ticket, a Act, w World, c *Change) []Problem {
	state := a.Values.Get("state")
	if state == "delivered" && a.Actor.Machine == "" {
		return one("state", "已送达请用「已送达」登记凭据", "use “delivered” and give the evidence")
	}
	if a.Values.Get("evidence") == ExhaustedMark {
		return one("evidence", "请用「穷尽联系方式」", "use “exhausted”")
	}
	if bad := replyTime(t, a, w, c); bad != nil {
		return bad
	}
	ids, bad := reaches(t, a)
	if bad != nil {
		return bad
	}
	spread(newAttempt(a, c, state), ids, c)
	return nil
}

func newAttempt(a Act, c *Change, state string) *Attempt {
	provenance := "typed"
	if a.Actor.Machine != "" || a.Actor.Platform != "" {
		provenance = "machine"
	}
	return &Attempt{Way: a.Values.Get("way"), State: state, At: c.EventAt, Actor: actorName(a.Actor), Evidence: a.Values.Get("evidence"), Provenance: provenance}
}

func delivered(t *Ticket, a Act, w World, c *Change) []Problem {
	if bad := replyTime(t, a, w, c); bad != nil {
		return bad
	}
	if t.Appeal > 0 && a.Values.Get("way") != "letter" && a.Values.Get("way") != "face" {
		return one("way", "复查、复核意见书须书面送达（挂号信或当面）", "a written opinion is served by registered letter or face to face")
	}
	ids, bad := reaches(t, a)
	if bad != nil {
		return bad
	}
	spread(newAttempt(a, c, "delivered"), ids, c)
	if t.Appeal > 0 {
		c.Meets = append(slices.Clone(c.Meets), "opinion_served")
	}
	if left := unreachedAfter(t, c); len(left) > 0 { // of a joint letter some are still owed it
		c.To, c.Meets, c.Opens, c.Jobs = c.From, nil, nil, nil
	}
	return nil
}

// readByComplainant: number and receipt code opened the reply on the status page.
func readByComplainant(t *Ticket, a Act, _ World, c *Change) []Problem {
	if t.Track == TrackOrder || t.Appeal > 0 || t.owed() != nil {
		return one("", "本件的答复另行送达", "this reply is delivered by another way")
	}
	c.Attempt = &Attempt{Way: "status_page", State: "delivered", At: a.Now, Actor: actorName(a.Actor), Evidence: "凭编号和查询码查看答复", Provenance: "machine"}
	return nil
}

func exhausted(t *Ticket, a Act, _ World, c *Change) []Problem {
	if t.Appeal > 0 {
		c.Meets = append(slices.Clone(c.Meets), "opinion_served")
	}
	c.Attempt = &Attempt{Way: "status_page", State: "unreachable", At: a.Now, Actor: actorName(a.Actor), Evidence: ExhaustedMark, Provenance: "typed"}
	return nil
}
