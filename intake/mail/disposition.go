package mail

import (
	"regexp"
	"strings"
)

// Disposition is what became of a message. Every message has exactly one.
type Disposition string

// The dispositions of the mail ledger.
const (
	Ticketed    Disposition = "ticketed"    // a new ticket
	Appended    Disposition = "appended"    // added to the ticket it answers
	Bounce      Disposition = "bounce"      // a report on one of our answers
	AutoReply   Disposition = "auto_reply"  // a machine's mail: parked, visible
	Quarantined Disposition = "quarantined" // held for a person to look at
	Unreadable  Disposition = "unreadable"  // kept and shown, could not be read
)

// Reasons for a disposition, fixed words for the ledger and its page.
const (
	ReasonNew             = "new"
	ReasonSignedReference = "signed_reference"
	ReasonSignedAddress   = "signed_address"
	ReasonReport          = "delivery_report"
	ReasonForeignReport   = "report_on_foreign_mail"
	ReasonOwnMail         = "own_mail_returned"
	ReasonOtherDesk       = "automatic_mail_of_a_desk"
	ReasonReceipt         = "read_receipt"
	ReasonAutoSubmitted   = "auto_submitted"
	ReasonAutoHeader      = "auto_reply_header"
	ReasonAutoSubject     = "auto_reply_subject"
	ReasonPrecedence      = "precedence"
	ReasonNullReturnPath  = "null_return_path"
	ReasonBlocked         = "sender_blocked"
	ReasonEmpty           = "empty"
	ReasonUnparsed        = "not_a_message"
	ReasonNotFetched      = "not_fetched"
)

// Facts are what the classification must know besides the message.
type Facts struct {
	// Err is the error of fetching or parsing, or nil.
	Err error
	// OwnAddresses are the desk's mailboxes, in any case.
	OwnAddresses []string
	// SenderBlocked is true when an administrator has the sender held.
	SenderBlocked bool
	// AutomaticToday counts automatic mails sent to this sender in the last day.
	AutomaticToday int
}

// Decision is a disposition with its reason and what it refers to.
type Decision struct {
	Disposition Disposition
	Reason      string
	// Number is the ticket proven by our signature, or "".
	Number string
	// Attempt is the delivery attempt proven by our signature, or 0.
	Attempt int64
	// Failed is true for a bounce that says the attempt will not arrive. A delay,
	// a success or a report nobody can read leaves it false.
	Failed bool
	// HintNumber is a ticket number somebody wrote in the subject of a new
	// ticket: shown to the operator, never acted upon.
	HintNumber string
	// Acknowledge is true when an automatic answer may be sent.
	Acknowledge bool
}

// Classify decides what a message is. It is pure: the same message and facts
// give the same decision. The order is that of the harm a mistake would do:
// first what must never be answered, then what our signature proves, then new.
func Classify(m *Message, f Facts, s Signer) Decision {
	if d, ok := unreadableBy(m, f); ok {
		return d
	}
	number, attempt, reason := s.proof(m)
	if d, ok := bounceBy(m, s, number, attempt); ok {
		return d
	}
	if disposition, why := machineMail(m, f, number != ""); disposition != "" {
		return Decision{Disposition: disposition, Reason: why, Number: number, Attempt: attempt}
	}
	switch {
	case f.SenderBlocked:
		return Decision{Disposition: Quarantined, Reason: ReasonBlocked, Number: number}
	case m.Subject == "" && m.FullText() == "" && len(m.Attachments) == 0:
		return Decision{Disposition: Quarantined, Reason: ReasonEmpty, Number: number}
	case number != "":
		return Decision{Disposition: Appended, Reason: reason, Number: number, Attempt: attempt}
	}
	return Decision{
		Disposition: Ticketed, Reason: ReasonNew,
		HintNumber:  HintNumber(m.Subject),
		Acknowledge: mayAcknowledge(m, f),
	}
}

func unreadableBy(m *Message, f Facts) (Decision, bool) {
	if f.Err == nil && m != nil {
		return Decision{}, false
	}
	reason := ReasonNotFetched
	if m != nil {
		reason = ReasonUnparsed
	}
	return Decision{Disposition: Unreadable, Reason: reason}, true
}

// proof looks for our signature: in the message answered, in the messages
// before it, newest first, and in the addresses written to.
func (s Signer) proof(m *Message) (number string, attempt int64, reason string) {
	ids := append([]string(nil), m.InReplyTo...)
	for i := len(m.References) - 1; i >= 0; i-- {
		ids = append(ids, m.References[i])
	}
	for _, id := range ids {
		if n, a, ok := s.ParseMessageID(id); ok {
			return n, a, ReasonSignedReference
		}
	}
	for _, addr := range m.Recipients() {
		if n, ok := s.ParseReplyAddress(addr); ok {
			return n, 0, ReasonSignedAddress
		}
	}
	return "", 0, ""
}

// bounceBy recognises reports. One that our signature ties to an attempt is a
// bounce; any other is held, because answering it, or opening a ticket for it,
// would serve whoever forged our address. An automatic answer of a person away
// comes to the bounce address too (RFC 3834 section 4) and is no report.
func bounceBy(m *Message, s Signer, number string, attempt int64) (Decision, bool) {
	d := Decision{Disposition: Bounce, Reason: ReasonReport, Number: number, Attempt: attempt}
	d.Failed = m.Bounce != nil && m.Bounce.Final()
	if m.Bounce != nil {
		if n, a, ok := s.ParseMessageID(m.Bounce.OriginalMessageID); ok {
			d.Number, d.Attempt = n, a
			return d, true
		}
	}
	if m.Bounce == nil && !m.fromMailSystem() {
		return Decision{}, false
	}
	for _, addr := range m.Recipients() {
		if a, ok := s.ParseBounceAddress(addr); ok {
			d.Attempt = a
			return d, true
		}
	}
	switch {
	case m.Bounce == nil:
		return Decision{}, false
	case attempt != 0:
		return d, true
	}
	return Decision{Disposition: Quarantined, Reason: ReasonForeignReport}, true
}

// autoSubject recognises the automatic answers of programs that set no header
// for them. It counts only in answer to our own mail: "自动回复系统坏了" is a
// complaint like any other.
var autoSubject = regexp.MustCompile(`(?i)^\s*(自动回复|自动答复|automatic reply|auto[- ]?reply|autoreply|out of office|auto[- ]?response)\s*($|[:：\-(（])`)

// machineMail recognises what no person wrote (RFC 3834 section 2 and the
// customs before it), or "" for a person's mail.
func machineMail(m *Message, f Facts, answersUs bool) (Disposition, string) {
	switch {
	case isOwn(m, f):
		return Quarantined, ReasonOwnMail
	case m.OwnMark != "":
		return AutoReply, ReasonOtherDesk
	case m.ReportType == "disposition-notification":
		return AutoReply, ReasonReceipt
	case m.AutoSubmitted != "" && m.AutoSubmitted != "no":
		return AutoReply, ReasonAutoSubmitted
	case m.AutoReplyHeader || m.Precedence == "auto_reply":
		return AutoReply, ReasonAutoHeader
	case m.Precedence == "bulk" || m.Precedence == "list" || m.Precedence == "junk":
		return AutoReply, ReasonPrecedence
	case m.NullReturnPath:
		return AutoReply, ReasonNullReturnPath
	case answersUs && autoSubject.MatchString(m.Subject):
		return AutoReply, ReasonAutoSubject
	}
	return "", ""
}

func isOwn(m *Message, f Facts) bool {
	for _, own := range f.OwnAddresses {
		if strings.EqualFold(own, m.From.Addr) {
			return true
		}
	}
	return false
}

// mayAcknowledge allows an automatic answer: at most one a day and
// correspondent, and none to an address that cannot read it or a list.
func mayAcknowledge(m *Message, f Facts) bool {
	to := strings.ToLower(m.ReplyAddress().Addr)
	if to == "" || f.AutomaticToday > 0 || m.SuppressReply || m.ListID != "" {
		return false
	}
	for _, own := range f.OwnAddresses {
		if strings.EqualFold(own, to) {
			return false
		}
	}
	local, _, _ := strings.Cut(to, "@")
	for _, robot := range []string{"noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce"} {
		if strings.HasPrefix(local, robot) {
			return false
		}
	}
	return true
}
