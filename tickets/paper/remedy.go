package paper

import (
	"slices"

	"hotline/tickets"
)

// disputed are the matters that are decisions on a person's own entitlement:
// they go to reconsideration and to court, not to review.
var disputed = []string{"apply.refused", "pay.stopped", "recognise.missed"}

// Dispute tells whether the ticket disputes an administrative decision.
func Dispute(t *tickets.Ticket) bool {
	return t.Kind == tickets.Complaint && len(t.Respondents) > 0 || slices.Contains(disputed, t.Category)
}

// reviewable tells whether the person may ask for review: a demand of his own,
// under the petition rules. Inquiries, advice and reports are none.
func reviewable(t *tickets.Ticket) bool {
	return t.Kind == tickets.Complaint || t.Kind == tickets.Help
}

const remedyOfDecision = "如不服有关停发、减发或者不予批准的决定，可以自知道该决定之日起60日内申请行政复议，或者自知道该决定之日起6个月内向人民法院提起行政诉讼。"

// RemedyOfOpinion is what the person may do against a written opinion.
func RemedyOfOpinion(f Facts) string {
	if Dispute(f.Ticket) {
		return remedyOfDecision
	}
	return "如不服本处理意见，可以自收到之日起30日内向" + f.above() + "书面请求复查。"
}

// RemedyOfReply is what the person may do against a reply, empty where nothing
// is due.
func RemedyOfReply(f Facts) string {
	switch t := f.Ticket; {
	case f.reply().AppealNotice != "":
		return f.reply().AppealNotice
	case Dispute(t):
		return remedyOfDecision
	case reviewable(t) && t.Track != tickets.TrackOrder:
		return "如不服本答复，可以自收到之日起30日内向" + f.above() + "书面请求复查。"
	case reviewable(t):
		return "如不满意，可以在12345热线回访时提出，或者自收到之日起30日内向" + f.above() + "书面请求复查。"
	}
	return ""
}

// RemedyOfRefusal is what the person may do when the matter was not taken on.
func RemedyOfRefusal(f Facts) string {
	if Dispute(f.Ticket) {
		return remedyOfDecision
	}
	return ""
}

// RemedyOfReview is what follows a 复查.
func RemedyOfReview(f Facts) string {
	return "如不服本复查意见，可以自收到之日起30日内向" + f.above() + "书面请求复核。"
}

// RemedyOfLastReview ends the three steps.
func RemedyOfLastReview(Facts) string {
	return "本复核意见为终结意见。以同一事实和理由再次提出信访请求的，各级机关、单位不再受理。"
}
