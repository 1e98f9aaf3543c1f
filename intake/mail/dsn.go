package mail

import (
	"bytes"
	"regexp"
	"strings"
)

// findBounce fills Bounce for a delivery report: the standard form of RFC 3464
// or, for servers with a form of their own, a letter from the mail system that
// carries the original's Message-ID.
func (m *Message) findBounce(h header, body []byte) {
	if m.ReportType == "delivery-status" {
		_, params := parseParams(h.get("content-type"))
		parts, _ := splitMultipart(body, params["boundary"])
		m.Bounce = readReport(parts)
		return
	}
	if m.ReportType != "" || !m.fromMailSystem() {
		return
	}
	if id := m.originalID(); id != "" {
		m.Bounce = &DSN{OriginalMessageID: id, Status: statusCode.FindString(m.FullText()), Action: "failed"}
	}
}

var (
	originalIDLine = regexp.MustCompile(`(?im)^\W*message-id:\s*<([^<>\s]+)>`)
	statusCode     = regexp.MustCompile(`\b[45]\.\d{1,3}\.\d{1,3}\b`)
)

// fromMailSystem reports whether a mail server speaks, not a person.
func (m *Message) fromMailSystem() bool {
	local, _, _ := strings.Cut(strings.ToLower(m.From.Addr), "@")
	switch local {
	case "mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon":
		return true
	}
	return m.NullReturnPath && m.AutoSubmitted == "" && !m.AutoReplyHeader
}

// originalID looks for the Message-ID of the returned letter, in the attached
// original first and then in the text.
func (m *Message) originalID() string {
	for _, a := range m.Attachments {
		if a.Declared == "message/rfc822" || a.Declared == "text/rfc822-headers" {
			oh, _ := splitHeader(a.Bytes)
			if ids := messageIDs(oh.get("message-id")); len(ids) > 0 {
				return ids[0]
			}
		}
	}
	if id := originalIDLine.FindStringSubmatch(m.FullText()); id != nil {
		return cleanLine(id[1])
	}
	return ""
}

func readReport(parts [][]byte) *DSN {
	d := &DSN{}
	for _, p := range parts {
		h, raw := splitHeader(p)
		kind, _ := parseParams(h.get("content-type"))
		body, _ := decodeTransfer(h.get("content-transfer-encoding"), raw)
		switch kind {
		case "message/delivery-status", "message/global-delivery-status":
			d.readStatus(body)
		case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers":
			oh, _ := splitHeader(bytes.TrimLeft(body, "\r\n"))
			if ids := messageIDs(oh.get("message-id")); len(ids) > 0 {
				d.OriginalMessageID = ids[0]
			}
		}
	}
	return d
}

// readStatus reads the blocks of a delivery-status part. We write to one
// recipient at a time, so the first block about a recipient is the one.
func (d *DSN) readStatus(body []byte) {
	for rest := body; len(rest) > 0; {
		var block header
		block, rest = splitHeader(rest)
		if !block.has("final-recipient") && !block.has("action") && !block.has("status") {
			continue
		}
		if d.Action != "" || d.Recipient != "" {
			return
		}
		d.Action = strings.ToLower(block.text("action"))
		d.Status = statusCode.FindString(block.get("status"))
		d.Recipient = recipientOf(firstOf(block.text("original-recipient"), block.text("final-recipient")))
		d.Diagnostic = block.text("diagnostic-code")
	}
}

// recipientOf drops the address type of "rfc822; name@host".
func recipientOf(v string) string {
	if _, addr, found := strings.Cut(v, ";"); found {
		v = addr
	}
	return strings.Trim(v, " <>")
}
