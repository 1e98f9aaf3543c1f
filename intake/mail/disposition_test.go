package mail

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryMessageGetsTheOneDispositionItDeserves(t *testing.T) {
	t.Parallel()
	s := testSigner(t, true)
	signed := s.MessageID(number, 17)
	const head = "From: a@x.test\nTo: desk@demo.test\nSubject: s\n"
	ticketed := Decision{Disposition: Ticketed, Reason: ReasonNew, Acknowledge: true}
	report := "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822;p@x.test\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <"
	cases := map[string]struct {
		raw   string
		facts Facts
		want  Decision
	}{
		"a first letter":            {head + "\nhelp", Facts{}, ticketed},
		"an answer to our mail":     {head + "In-Reply-To: <" + signed + ">\n\nmore", Facts{}, Decision{Disposition: Appended, Reason: ReasonSignedReference, Number: number, Attempt: 17}},
		"ours among the references": {head + "In-Reply-To: <z@x.test>\nReferences: <" + signed + "> <z@x.test>\n\nmore", Facts{}, Decision{Disposition: Appended, Reason: ReasonSignedReference, Number: number, Attempt: 17}},
		"to the signed address":     {"From: a@x.test\nTo: " + s.ReplyAddress(number) + "\n\nmore", Facts{}, Decision{Disposition: Appended, Reason: ReasonSignedAddress, Number: number}},
		"signed address delivered":  {"Delivered-To: " + s.ReplyAddress(number) + "\n" + head + "\nmore", Facts{}, Decision{Disposition: Appended, Reason: ReasonSignedAddress, Number: number}},
		"a stranger writes the number": {"From: a@x.test\nSubject: Re: 编号 " + number + "\n\nshow me", Facts{},
			Decision{Disposition: Ticketed, Reason: ReasonNew, HintNumber: number, Acknowledge: true}},
		"a forged reference":        {head + "In-Reply-To: <" + number + ".17.aaaaaaaaaaaaaaaa@demo.test>\n\nx", Facts{}, ticketed},
		"acknowledged today":        {head + "\nhelp", Facts{AutomaticToday: 1}, Decision{Disposition: Ticketed, Reason: ReasonNew}},
		"from a no-reply address":   {"From: no-reply@x.test\n\nx", Facts{}, Decision{Disposition: Ticketed, Reason: ReasonNew}},
		"no sender":                 {"Subject: s\n\nx", Facts{}, Decision{Disposition: Ticketed, Reason: ReasonNew}},
		"reply to ourselves":        {head + "Reply-To: desk@demo.test\n\nx", Facts{OwnAddresses: []string{"desk@demo.test"}}, Decision{Disposition: Ticketed, Reason: ReasonNew}},
		"automatic":                 {head + "Auto-Submitted: auto-generated\n\nx", Facts{}, Decision{Disposition: AutoReply, Reason: ReasonAutoSubmitted}},
		"explicitly not automatic":  {head + "Auto-Submitted: no\n\nx", Facts{}, ticketed},
		"away, in answer to us":     {"Return-Path: <>\n" + head + "In-Reply-To: <" + signed + ">\nAuto-Submitted: auto-replied\n\nx", Facts{}, Decision{Disposition: AutoReply, Reason: ReasonAutoSubmitted, Number: number, Attempt: 17}},
		"away, to the bounce box":   {"From: a@x.test\nTo: " + s.BounceAddress(17) + "\nAuto-Submitted: auto-replied\n\nx", Facts{}, Decision{Disposition: AutoReply, Reason: ReasonAutoSubmitted}},
		"away, by subject only":     {"From: a@x.test\nSubject: 自动回复：来信答复\nIn-Reply-To: <" + signed + ">\n\nx", Facts{}, Decision{Disposition: AutoReply, Reason: ReasonAutoSubject, Number: number, Attempt: 17}},
		"about an automatic answer": {"From: a@x.test\nSubject: 自动回复系统坏了\n\nx", Facts{}, ticketed},
		"a newsletter":              {head + "Precedence: bulk\n\nx", Facts{}, Decision{Disposition: AutoReply, Reason: ReasonPrecedence}},
		"null return path":          {"Return-Path: <>\n" + head + "\nx", Facts{}, Decision{Disposition: AutoReply, Reason: ReasonNullReturnPath}},
		"our own mail":              {"From: Desk@demo.test\n\nx", Facts{OwnAddresses: []string{"desk@demo.test"}}, Decision{Disposition: Quarantined, Reason: ReasonOwnMail}},
		"another desk's mail":       {head + "X-Hotline: other.test\n\nx", Facts{}, Decision{Disposition: AutoReply, Reason: ReasonOtherDesk}},
		"a read receipt":            {head + "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nread\n--b--\n", Facts{}, Decision{Disposition: AutoReply, Reason: ReasonReceipt}},
		"a report on our mail":      {head + report + signed + ">\n\n--b--\n", Facts{}, Decision{Disposition: Bounce, Reason: ReasonReport, Number: number, Attempt: 17, Failed: true}},
		"a report to the attempt":   {"To: " + s.BounceAddress(18) + "\n" + report + "lost@x>\n\n--b--\n", Facts{}, Decision{Disposition: Bounce, Reason: ReasonReport, Attempt: 18, Failed: true}},
		"a report in no known form": {"Return-Path: <>\nFrom: system@x.test\nTo: " + s.BounceAddress(18) + "\n\n退信", Facts{}, Decision{Disposition: Bounce, Reason: ReasonReport, Attempt: 18}},
		"a report on other mail":    {head + report + "spam@x.test>\n\n--b--\n", Facts{}, Decision{Disposition: Quarantined, Reason: ReasonForeignReport}},
		"a blocked sender":          {head + "\nx", Facts{SenderBlocked: true}, Decision{Disposition: Quarantined, Reason: ReasonBlocked}},
		"an empty mail":             {"From: a@x.test\n\n", Facts{}, Decision{Disposition: Quarantined, Reason: ReasonEmpty}},
		"no message":                {"", Facts{Err: ErrUnreadable}, Decision{Disposition: Unreadable, Reason: ReasonUnparsed}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := NewParser().Parse([]byte(c.raw))
			if err != nil && !errors.Is(c.facts.Err, err) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, Classify(m, c.facts, s)); diff != "" {
				t.Errorf("decision (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAMessageThatCouldNotBeFetchedIsKeptInTheLedger(t *testing.T) {
	t.Parallel()
	got := Classify(nil, Facts{Err: ErrTooLarge}, testSigner(t, true))
	if want := (Decision{Disposition: Unreadable, Reason: ReasonNotFetched}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
