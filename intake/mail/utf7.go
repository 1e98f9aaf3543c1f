package mail

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"
)

// decodeUTF7 reads RFC 2152 text; what is malformed stays as it was written.
func decodeUTF7(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		plus := bytes.IndexByte(b, '+')
		if plus < 0 {
			out.Write(b)
			break
		}
		out.Write(b[:plus])
		n := plus + 1
		for n < len(b) && base64Char(b[n]) {
			n++
		}
		run := b[plus+1 : n]
		if len(run) == 0 {
			out.WriteByte('+')
		} else if s, ok := utf7Run(run); ok {
			out.WriteString(s)
		} else {
			out.Write(b[plus:n])
		}
		if n < len(b) && b[n] == '-' {
			n++
		}
		b = b[n:]
	}
	return strings.ToValidUTF8(out.String(), "\uFFFD")
}

func utf7Run(run []byte) (string, bool) {
	raw, err := base64.RawStdEncoding.DecodeString(string(run))
	if err != nil || len(raw) < 2 {
		return "", false
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return string(utf16.Decode(units)), true
}

func base64Char(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}
