package mail

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// decodeTransfer undoes a Content-Transfer-Encoding as far as it goes. flaw
// names what was wrong, or is empty; the bytes are always the best there are.
func decodeTransfer(encoding string, body []byte) (out []byte, flaw string) {
	switch strings.ToLower(strings.Trim(encoding, " \t\";")) {
	case "", "7bit", "8bit", "binary", "7-bit", "8-bit":
		return body, ""
	case "base64":
		out, ok := decodeBase64(body)
		if !ok {
			return out, "base64"
		}
		return out, ""
	case "quoted-printable":
		out, ok := decodeQuotedPrintable(body)
		if !ok {
			return out, "quoted-printable"
		}
		return out, ""
	}
	return body, "transfer encoding"
}

// decodeBase64 skips line ends and blanks, stops at padding unless more
// follows, and gives what was decoded before any damage. ok is false when a
// foreign character or a stray last character was met.
func decodeBase64(b []byte) (out []byte, ok bool) {
	ok = true
	clean := make([]byte, 0, len(b))
	out = make([]byte, 0, len(b)/4*3+3)
	flush := func() {
		n := len(clean) / 4 * 4
		if rem := len(clean) - n; rem == 1 {
			ok = false
			clean = clean[:n]
		}
		dec, err := base64.RawStdEncoding.AppendDecode(out, clean)
		if err == nil {
			out = dec
		}
		clean = clean[:0]
	}
	for _, c := range b {
		switch {
		case base64Char(c):
			clean = append(clean, c)
		case c == '=':
			flush()
		case c == '\r' || c == '\n' || c == ' ' || c == '\t':
		default:
			ok = false
		}
	}
	flush()
	return out, ok
}

// decodeQuotedPrintable keeps what is not a proper escape as it stands.
func decodeQuotedPrintable(b []byte) (out []byte, ok bool) {
	ok = true
	out = make([]byte, 0, len(b))
	for len(b) > 0 {
		i := bytes.IndexByte(b, '=')
		if i < 0 {
			return append(out, b...), ok
		}
		out = append(out, b[:i]...)
		b = b[i:]
		n, c, soft := escape(b)
		switch {
		case n == 0:
			ok = false
			out = append(out, '=')
			n = 1
		case !soft:
			out = append(out, c)
		}
		b = b[n:]
	}
	return out, ok
}

// escape reads the escape at the start of b: its length, 0 if it is none, and
// its byte, or soft for a line break that is no content.
func escape(b []byte) (n int, c byte, soft bool) {
	if len(b) >= 3 {
		hi, lo := unhex(b[1]), unhex(b[2])
		if hi >= 0 && lo >= 0 {
			return 3, byte(hi<<4 | lo), false
		}
	}
	end := 1
	for end < len(b) && (b[end] == ' ' || b[end] == '\t' || b[end] == '\r') {
		end++
	}
	if end == len(b) {
		return end, 0, true
	}
	if b[end] == '\n' {
		return end + 1, 0, true
	}
	return 0, 0, false
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
