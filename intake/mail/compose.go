package mail

import (
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Kind is what an outgoing mail is for. It fixes the subject, so that no
// subject ever repeats a citizen's words or name.
type Kind string

// The kinds of outgoing mail.
const (
	KindAcknowledgement Kind = "acknowledgement" // automatic: your letter arrived
	KindNotice          Kind = "notice"          // automatic: a step was taken
	KindReply           Kind = "reply"           // a person's answer
	KindQuestion        Kind = "question"        // a person asks for more
)

// File is an attachment of an outgoing mail.
type File struct {
	Name        string
	ContentType string
	Bytes       []byte
}

// Outgoing is one attempt to write to one person about one ticket.
type Outgoing struct {
	Kind    Kind
	Number  string // ticket number, shown in the subject
	Attempt int64  // id of the delivery attempt, signed into the Message-ID
	To      Address
	Text    string
	// HTML is optional; without it the text is shown as HTML.
	HTML string
	// InReplyTo and References are those of the letter answered, unbracketed.
	InReplyTo  string
	References []string
	Files      []File
	// Now is the Date of the mail.
	Now time.Time
}

// ErrAddress means that the recipient's address cannot be written to at all.
var ErrAddress = errors.New("not a usable mail address")

// Subject is the subject line of a kind of mail about a ticket. It holds the
// number and nothing about any person.
func Subject(kind Kind, number string) string {
	switch kind {
	case KindAcknowledgement:
		return "来信已收到（编号 " + number + "）"
	case KindNotice:
		return "办理进展告知（编号 " + number + "）"
	case KindQuestion:
		return "请您补充情况（编号 " + number + "）"
	}
	return "来信答复（编号 " + number + "）"
}

// automatic reports whether no person wrote the mail.
func (k Kind) automatic() bool { return k == KindAcknowledgement || k == KindNotice }

// autoSubmitted is the RFC 3834 keyword: an acknowledgement answers a letter,
// a notice comes by itself, a person's mail has none.
func (k Kind) autoSubmitted() string {
	switch k {
	case KindAcknowledgement:
		return "auto-replied"
	case KindNotice:
		return "auto-generated"
	}
	return ""
}

// compose builds the mail. It returns ErrAddress for a recipient that no
// server could accept.
func compose(out Outgoing, from Address, s Signer) (*gomail.Msg, error) {
	to, err := netmail.ParseAddress((&netmail.Address{Name: out.To.Name, Address: out.To.Addr}).String())
	if err != nil || strings.ContainsAny(out.To.Addr, " \r\n<>") {
		return nil, ErrAddress
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.FromFormat(from.Name, from.Addr); err != nil {
		return nil, fmt.Errorf("sender address: %w", err)
	}
	if err := m.EnvelopeFrom(s.BounceAddress(out.Attempt)); err != nil {
		return nil, fmt.Errorf("envelope sender: %w", err)
	}
	m.ToMailAddress(to)
	if reply := s.ReplyAddress(out.Number); reply != from.Addr {
		if err := m.ReplyTo(reply); err != nil {
			return nil, fmt.Errorf("reply address: %w", err)
		}
	}
	m.Subject(Subject(out.Kind, out.Number))
	m.SetDateWithValue(out.Now)
	m.SetMessageIDWithValue(s.MessageID(out.Number, out.Attempt))
	setThread(m, out)
	setMarks(m, out.Kind, s.domain)
	m.SetBodyString(gomail.TypeTextPlain, out.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, htmlBody(out))
	for _, f := range out.Files {
		kind := gomail.ContentType(f.ContentType)
		err := m.AttachReader(fileName(f.Name), strings.NewReader(string(f.Bytes)), gomail.WithFileContentType(kind))
		if err != nil {
			return nil, fmt.Errorf("attach file: %w", err)
		}
	}
	return m, nil
}

func setThread(m *gomail.Msg, out Outgoing) {
	refs := out.References
	if out.InReplyTo != "" {
		m.SetGenHeaderPreformatted(gomail.HeaderInReplyTo, bracket(out.InReplyTo))
		refs = append(refs[:len(refs):len(refs)], out.InReplyTo)
	}
	if len(refs) == 0 {
		return
	}
	if len(refs) > 20 {
		refs = refs[len(refs)-20:]
	}
	list := make([]string, len(refs))
	for i, id := range refs {
		list[i] = bracket(id)
	}
	m.SetGenHeaderPreformatted(gomail.HeaderReferences, strings.Join(list, "\r\n "))
}

// bracket writes an id from a stranger's letter into a header: nothing in it
// may end the line.
func bracket(id string) string {
	id = strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 127 || r == '<' || r == '>' {
			return -1
		}
		return r
	}, id)
	return "<" + id[:min(len(id), 400)] + ">"
}

// setMarks makes loops impossible: other machines do not answer, and a desk
// that gets its own mail back knows it.
func setMarks(m *gomail.Msg, k Kind, domain string) {
	m.SetGenHeader("X-Hotline", domain)
	if !k.automatic() {
		return
	}
	m.SetGenHeader("Auto-Submitted", k.autoSubmitted())
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
}

func htmlBody(out Outgoing) string {
	body := out.HTML
	if body == "" {
		body = htmlOfText(out.Text)
	}
	return "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"></head><body>\n" + body + "\n</body></html>\n"
}
