package mail

import (
	"regexp"
	"strings"
)

var encodedWord = regexp.MustCompile(`=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=`)

// decodeWords reads RFC 2047 words inside a raw header value. Neighbouring
// words of one charset are joined before decoding, because Chinese mailers cut
// a character in two between them. Bytes outside words that are no UTF-8 are
// read as GB18030.
func decodeWords(raw string) string {
	matches := encodedWord.FindAllStringSubmatchIndex(raw, -1)
	if matches == nil {
		return rawText(raw)
	}
	var out strings.Builder
	var run []byte
	var runCharset string
	flush := func() {
		if len(run) > 0 {
			s, _ := decodeCharset(runCharset, run)
			out.WriteString(s)
			run = nil
		}
	}
	end := 0
	for i, m := range matches {
		between := raw[end:m[0]]
		if i == 0 || strings.TrimSpace(between) != "" {
			flush()
			out.WriteString(rawText(between))
		}
		charset := strings.ToLower(raw[m[2]:m[3]])
		if charset != runCharset {
			flush()
			runCharset = charset
		}
		run = append(run, decodeWord(raw[m[4]:m[5]], raw[m[6]:m[7]])...)
		end = m[1]
	}
	flush()
	out.WriteString(rawText(raw[end:]))
	return out.String()
}

func decodeWord(encoding, body string) []byte {
	if encoding == "b" || encoding == "B" {
		b, _ := decodeBase64([]byte(body))
		return b
	}
	b, _ := decodeQuotedPrintable([]byte(strings.ReplaceAll(body, "_", "=20")))
	return b
}

// rawText reads 8-bit bytes in a header.
func rawText(s string) string {
	t, _ := decodeCharset("", []byte(s))
	return t
}
