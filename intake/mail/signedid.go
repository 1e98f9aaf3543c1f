package mail

import (
	"crypto/hmac"
	"encoding/base32"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// MAC is a keyed hash over the parts, separate for each purpose. The vault
// provides it; it must frame its parts, so that no two lists of parts collide.
type MAC func(purpose string, parts ...[]byte) []byte

// Purposes of the three kinds of signature. They never change: an answer may
// come years later.
const (
	purposeMessageID = "mail.message-id"
	purposeReply     = "mail.reply-address"
	purposeBounce    = "mail.bounce-address"
)

// signatureBytes is the length of a signature: 80 bits, 16 characters.
const signatureBytes = 10

// Signer makes and checks the ids by which an answer finds its ticket. They
// are in lower case throughout, since servers may fold the case of addresses.
type Signer struct {
	mac    MAC
	local  string
	domain string
	// plus is true when the mail server delivers desk+anything to desk.
	plus bool
}

// NewSigner makes a signer for the desk's address. plusAddressing says whether
// the desk's mail server accepts desk+tag and bounce+tag; 163 and QQ do not,
// and then only the signed Message-ID is used.
func NewSigner(mac MAC, deskAddress string, plusAddressing bool) (Signer, error) {
	local, domain, ok := strings.Cut(strings.ToLower(deskAddress), "@")
	if !ok || local == "" || domain == "" || strings.ContainsAny(deskAddress, " <>+\r\n") {
		return Signer{}, fmt.Errorf("desk mail address %q: want name@domain without +", deskAddress)
	}
	if mac == nil {
		return Signer{}, fmt.Errorf("mail signer: no keyed hash")
	}
	return Signer{mac: mac, local: local, domain: domain, plus: plusAddressing}, nil
}

// Address is the desk's own address.
func (s Signer) Address() string { return s.local + "@" + s.domain }

// MessageID is that of one attempt to answer one ticket, without brackets.
func (s Signer) MessageID(number string, attempt int64) string {
	a := strconv.FormatInt(attempt, 10)
	return strings.ToLower(number) + "." + a + "." + s.sign(purposeMessageID, number, a) + "@" + s.domain
}

// ReplyAddress is where answers about a ticket go: the signed address, or the
// desk's plain one without plus addressing.
func (s Signer) ReplyAddress(number string) string {
	if !s.plus {
		return s.Address()
	}
	return s.local + "+" + strings.ToLower(number) + "." + s.sign(purposeReply, number) + "@" + s.domain
}

// BounceAddress is the envelope sender of one attempt, so that any report on
// it, however badly written, names the attempt.
func (s Signer) BounceAddress(attempt int64) string {
	if !s.plus {
		return s.Address()
	}
	a := strconv.FormatInt(attempt, 10)
	return "bounce+" + a + "." + s.sign(purposeBounce, a) + "@" + s.domain
}

var (
	signedIDForm     = regexp.MustCompile(`^([0-9a-z-]{1,40})\.([0-9]{1,19})\.([a-z2-7]{16})@`)
	signedReplyForm  = regexp.MustCompile(`^[^+@]+\+([0-9a-z-]{1,40})\.([a-z2-7]{16})@`)
	signedBounceForm = regexp.MustCompile(`^bounce\+([0-9]{1,19})\.([a-z2-7]{16})@`)
)

// ParseMessageID checks a Message-ID, with or without brackets. The domain is
// not part of the signature, so that the desk may change its domain.
func (s Signer) ParseMessageID(id string) (number string, attempt int64, ok bool) {
	m := signedIDForm.FindStringSubmatch(strings.ToLower(strings.Trim(id, "<> ")))
	if m == nil || !s.verify(m[3], purposeMessageID, m[1], m[2]) {
		return "", 0, false
	}
	attempt, err := strconv.ParseInt(m[2], 10, 64)
	return m[1], attempt, err == nil
}

// ParseReplyAddress checks an address a letter was sent to.
func (s Signer) ParseReplyAddress(addr string) (number string, ok bool) {
	m := signedReplyForm.FindStringSubmatch(strings.ToLower(strings.Trim(addr, "<> ")))
	if m == nil || !s.verify(m[2], purposeReply, m[1]) {
		return "", false
	}
	return m[1], true
}

// ParseBounceAddress checks an address a delivery report was sent to.
func (s Signer) ParseBounceAddress(addr string) (attempt int64, ok bool) {
	m := signedBounceForm.FindStringSubmatch(strings.ToLower(strings.Trim(addr, "<> ")))
	if m == nil || !s.verify(m[2], purposeBounce, m[1]) {
		return 0, false
	}
	attempt, err := strconv.ParseInt(m[1], 10, 64)
	return attempt, err == nil
}

func (s Signer) sign(purpose string, parts ...string) string {
	raw := make([][]byte, len(parts))
	for i, p := range parts {
		raw[i] = []byte(strings.ToLower(p))
	}
	sum := s.mac(purpose, raw...)
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:signatureBytes]))
}

// verify compares in constant time.
func (s Signer) verify(signature, purpose string, parts ...string) bool {
	return hmac.Equal([]byte(signature), []byte(s.sign(purpose, parts...)))
}

var numberInSubject = regexp.MustCompile(`(?:^|[^0-9])([0-9]{13})(?:[^0-9]|$)`)

// HintNumber finds thirteen digits in a subject that may be a ticket number.
// It is a hint to the operator and never enough to add to a ticket: anybody
// can type a number. Empty when there is none.
func HintNumber(subject string) string {
	m := numberInSubject.FindStringSubmatch(subject)
	if m == nil {
		return ""
	}
	return m[1]
}
