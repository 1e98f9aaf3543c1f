package mail

import (
	"io"
	"mime"
	netmail "net/mail"
	"regexp"
	"strings"
	"unicode/utf8"
)

var plainAddress = regexp.MustCompile(`[^\s<>"(),:;@]+@[^\s<>"(),:;@]+`)

// parseAddresses reads an address header. What the strict grammar refuses is
// read leniently: an odd sender is still a sender.
func parseAddresses(raw string) []Address {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return nil
	}
	p := netmail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: charsetReader}}
	list, err := p.ParseList(rawText(raw))
	if err != nil {
		return looseAddresses(raw)
	}
	out := make([]Address, 0, len(list))
	for _, a := range list {
		if strings.ContainsRune(a.Name, utf8.RuneError) {
			return looseAddresses(raw)
		}
		// QQ puts encoded words inside quotes, against the rule.
		out = append(out, Address{cleanLine(decodeWords(a.Name)), cleanLine(a.Address)})
	}
	return out
}

// charsetReader lets the standard word decoder use our table of charsets.
func charsetReader(charset string, r io.Reader) (io.Reader, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	s, _ := decodeCharset(charset, b)
	return strings.NewReader(s), nil
}

func looseAddresses(raw string) []Address {
	var out []Address
	for _, piece := range splitOutsideQuotes(raw, ',') {
		if a, ok := looseAddress(piece); ok {
			out = append(out, a)
		}
	}
	return out
}

func looseAddress(piece string) (Address, bool) {
	name, addr := piece, ""
	if open := strings.LastIndexByte(piece, '<'); open >= 0 {
		name = piece[:open]
		addr, _, _ = strings.Cut(piece[open+1:], ">")
	}
	addr = plainAddress.FindString(addr)
	if addr == "" {
		addr = plainAddress.FindString(piece)
		name = strings.Replace(name, addr, "", 1)
	}
	name = cleanLine(decodeWords(strings.Trim(name, " \t\"'<>")))
	return Address{name, cleanLine(rawText(addr))}, name != "" || addr != ""
}

// splitOutsideQuotes cuts at sep where it is neither in quotes nor in <>.
func splitOutsideQuotes(s string, sep byte) []string {
	var out []string
	quoted, start := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

var angleID = regexp.MustCompile(`<([^<>\s]+)>`)

// maxReferences bounds a References header; the newest ones are kept, as the
// last is the message answered.
const maxReferences = 100

// messageIDs reads a Message-ID, In-Reply-To or References header.
func messageIDs(raw string) []string {
	var out []string
	for _, m := range angleID.FindAllStringSubmatch(raw, -1) {
		out = append(out, cleanLine(m[1]))
	}
	if out == nil && raw != "" && !strings.ContainsAny(raw, " \t<>") {
		out = []string{cleanLine(raw)}
	}
	if len(out) > maxReferences {
		out = out[len(out)-maxReferences:]
	}
	return out
}
