package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Address is one mailbox of a header: the display name, decoded, and the
// address itself. Addr is empty when the header held no usable address.
type Address struct {
	Name string
	Addr string
}

// Attachment is one file of a message, decoded from its transfer encoding.
type Attachment struct {
	// Name is the file's name without any folder, never empty.
	Name string
	// ContentType is found by looking at the content, never at the label.
	ContentType string
	// Declared is the type the sender wrote, for comparison.
	Declared string
	// ContentID is the id by which HTML refers to an inline picture, or "".
	ContentID string
	// Inline is true when the sender meant it to show inside the text.
	Inline bool
	// Size is the number of decoded bytes.
	Size int64
	// SHA256 is the lower-case hex digest of Bytes.
	SHA256 string
	// Bytes is the decoded content.
	Bytes []byte
	// Broken says why the part could not be read as what it claimed to be; the
	// bytes are then the best that could be recovered. Empty when all is well.
	Broken string
}

// Message is a letter as the desk reads it. All text is valid UTF-8 without
// NUL, so it can be stored as it is.
type Message struct {
	// RawSHA256 is the lower-case hex digest of the raw message.
	RawSHA256 string
	// MessageID is without angle brackets; empty when the sender gave none.
	MessageID  string
	InReplyTo  []string
	References []string

	From    Address
	To      []Address
	Cc      []Address
	ReplyTo []Address
	// DeliveredTo lists envelope recipients noted by the receiving servers.
	DeliveredTo []string

	Subject string
	// Date is what the sender claims; zero when missing or unreadable. The
	// statutory time is the server's INTERNALDATE, not this.
	Date time.Time

	// Text is what the person wrote, without the quoted earlier mail.
	Text string
	// QuotedTail is the earlier mail below it: folded on the page, never cut.
	QuotedTail string
	// HTMLSanitised is safe to show: no script, no style, nothing that loads
	// from elsewhere. Empty when the message had no HTML.
	HTMLSanitised string
	Attachments   []Attachment

	// AutoSubmitted is the RFC 3834 keyword in lower case, or "".
	AutoSubmitted string
	// NullReturnPath is true when the envelope sender was empty.
	NullReturnPath bool
	// Precedence is the header's value in lower case, or "".
	Precedence string
	// AutoReplyHeader is true for the vendors' own marks of an automatic answer.
	AutoReplyHeader bool
	// SuppressReply is true when the sender asks for no automatic answers.
	SuppressReply bool
	// ListID is set for mail that came through a mailing list.
	ListID string
	// OwnMark is the value of the X-Hotline header: some desk's own mail.
	OwnMark string
	// ReportType is that of a multipart/report, in lower case, or "".
	ReportType string
	// Authentication holds the Authentication-Results lines as received, to be
	// shown and not judged.
	Authentication []string

	// Bounce is set when the message reports on the delivery of another one.
	Bounce *DSN

	// BodyHash is the hex digest of sender, date, subject and content, so two
	// deliveries of one letter have the same one whatever way they came.
	BodyHash string
	// Defects names what could not be read as intended, in fixed words.
	Defects []string
}

// DSN is a delivery status notification about one of somebody's messages.
type DSN struct {
	// OriginalMessageID is that of the message reported on, without brackets.
	OriginalMessageID string
	// Action is failed, delayed, delivered, relayed, expanded or "".
	Action string
	// Status is the RFC 3463 code such as 5.1.1, or "".
	Status string
	// Recipient is the address that could not be reached, or "".
	Recipient string
	// Diagnostic is the remote server's own line. It may hold an address.
	Diagnostic string
}

// Final reports whether the message will not arrive any more. A delay or a
// success is not final; a report without a readable action counts as failed,
// because nobody sends a report of success in a form of its own.
func (d *DSN) Final() bool {
	switch d.Action {
	case "delayed", "delivered", "relayed", "expanded":
		return false
	case "failed":
		return true
	}
	return len(d.Status) == 0 || d.Status[0] == '5'
}

// Identity names the letter at its source, so that the same letter fetched
// twice stays one submission. It joins the Message-ID with the body hash:
// a yearly letter sent again under an old id is a new letter, and nobody can
// suppress another's letter by guessing its id. Without a Message-ID it is the
// digest of the raw bytes.
func (m *Message) Identity() string {
	if m.MessageID == "" {
		return "sha256:" + m.RawSHA256
	}
	id := m.MessageID
	if len(id) > 200 {
		id = hexDigest([]byte(id))
	}
	return "mid:" + id + "#" + m.BodyHash[:16]
}

// FullText is everything the letter says: the text and the quoted mail.
func (m *Message) FullText() string {
	if m.QuotedTail == "" {
		return m.Text
	}
	if m.Text == "" {
		return m.QuotedTail
	}
	return m.Text + "\n\n" + m.QuotedTail
}

// Recipients lists every address the message names as its receiver.
func (m *Message) Recipients() []string {
	out := append([]string(nil), m.DeliveredTo...)
	for _, list := range [][]Address{m.To, m.Cc} {
		for _, a := range list {
			out = append(out, a.Addr)
		}
	}
	return out
}

// ReplyAddress is where an answer goes: Reply-To if it is usable, else From.
func (m *Message) ReplyAddress() Address {
	for _, a := range m.ReplyTo {
		if a.Addr != "" {
			return a
		}
	}
	return m.From
}

func hexDigest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
