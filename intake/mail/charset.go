package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// decodeCharset turns bytes labelled with a charset into clean UTF-8. Every GB
// label is read as GB18030, the superset, because mailers write gb2312 above
// text that needs four bytes a character. A label that its own bytes
// contradict is overruled. ok is false when the label is unknown and the bytes
// fit nothing: the caller then keeps the raw bytes beside the guess.
func decodeCharset(label string, b []byte) (s string, ok bool) {
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	label, _, _ = strings.Cut(label, "*")
	switch {
	case isASCII(b) && !stateful(label):
		return string(b), true
	case gbLabel(label):
		if utf8Chinese(b) {
			return string(b), true
		}
		s, _ := decodeWith(simplifiedchinese.GB18030, b)
		return s, true
	case guessLabel(label):
		return guess(b)
	case label == "utf-7" || label == "unicode-1-1-utf-7":
		return decodeUTF7(b), true
	}
	enc := findEncoding(label)
	if enc == nil {
		return guess(b)
	}
	if utf8Chinese(b) {
		return string(b), true
	}
	s, _ = decodeWith(enc, b)
	return s, true
}

// stateful labels give plain ASCII bytes another meaning.
func stateful(label string) bool {
	return strings.HasPrefix(label, "hz") || strings.HasPrefix(label, "iso-2022") ||
		strings.HasPrefix(label, "utf-16") || strings.HasSuffix(label, "utf-7")
}

func gbLabel(label string) bool {
	l := strings.TrimPrefix(label, "x-")
	switch l {
	case "cp936", "ms936", "windows-936", "936", "euc-cn", "chinese", "csgb2312", "csiso58gb231280", "iso-ir-58":
		return true
	}
	return strings.HasPrefix(l, "gb")
}

// guessLabel lists labels that mailers write without looking.
func guessLabel(label string) bool {
	switch label {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968", "default", "unknown", "unknown-8bit", "x-unknown", "8bit", "binary", "iso-8859-1", "latin1":
		return true
	}
	return false
}

// guess reads bytes without a trustworthy label: UTF-8 if it is, GB18030 if
// that fits without a flaw, else what can be read of it as UTF-8.
func guess(b []byte) (string, bool) {
	if utf8.Valid(b) {
		return string(b), true
	}
	if s, clean := decodeWith(simplifiedchinese.GB18030, b); clean && mostlyHan(s) {
		return s, true
	}
	if s, clean := decodeWith(simplifiedchinese.GB18030, b); clean {
		return s, false
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), false
}

func findEncoding(label string) encoding.Encoding {
	if enc, err := htmlindex.Get(label); err == nil {
		return enc
	}
	if enc, err := ianaindex.MIME.Encoding(label); err == nil {
		return enc
	}
	return nil
}

// decodeWith also says whether every byte had a meaning.
func decodeWith(enc encoding.Encoding, b []byte) (string, bool) {
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD"), false
	}
	s := string(out)
	return s, !strings.ContainsRune(s, utf8.RuneError)
}

// utf8Chinese recognises UTF-8 under a wrong label: valid, and its characters
// all take three bytes or more. GB text that happens to be valid UTF-8 shows
// two-byte sequences.
func utf8Chinese(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	wide := 0
	for _, r := range string(b) {
		if r >= 0x800 {
			wide++
		} else if r >= 0x80 {
			return false
		}
	}
	return wide >= 2
}

func mostlyHan(s string) bool {
	han, other := 0, 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r), r >= 0x3000 && r <= 0x303F, r >= 0xFF00 && r <= 0xFFEF:
			han++
		case r >= 0x80:
			other++
		}
	}
	return han > other
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// cleanText makes text storable: valid UTF-8, LF line ends, no control
// characters but tab and newline.
func cleanText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r == 0x7F || r == 0xFEFF:
			return -1
		}
		return r
	}, s)
}

// cleanLine is cleanText on one line, with the characters that turn writing
// round taken out, since they let a name pose as another.
func cleanLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, cleanText(s))
	return strings.TrimSpace(s)
}
