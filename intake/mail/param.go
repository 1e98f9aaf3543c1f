package mail

import (
	"sort"
	"strconv"
	"strings"
)

// parseParams reads a header with parameters: its value in lower case, and the
// parameters decoded by RFC 2231 (with any charset, which the standard library
// drops), RFC 2047 inside quotes, or as raw 8-bit.
func parseParams(raw string) (value string, params map[string]string) {
	pieces := splitOutsideQuotes(raw, ';')
	value = strings.ToLower(strings.TrimSpace(pieces[0]))
	params = map[string]string{}
	sections := map[string]map[int]section{}
	for _, p := range pieces[1:] {
		key, val, found := strings.Cut(p, "=")
		if !found {
			continue
		}
		key = strings.ToLower(strings.TrimSpace(key))
		val = unquote(strings.TrimSpace(val))
		name, index, extended := paramKey(key)
		if index < 0 && !extended {
			if _, dup := params[name]; !dup {
				params[name] = cleanLine(decodeWords(val))
			}
			continue
		}
		if sections[name] == nil {
			sections[name] = map[int]section{}
		}
		sections[name][max(index, 0)] = section{val, extended}
	}
	for name, s := range sections {
		params[name] = cleanLine(joinSections(s))
	}
	return value, params
}

type section struct {
	value    string
	extended bool // percent-encoded
}

// paramKey splits name*2* into its name, its index (-1 for none) and whether
// its value is percent-encoded.
func paramKey(key string) (name string, index int, extended bool) {
	name, rest, star := strings.Cut(key, "*")
	if !star {
		return name, -1, false
	}
	if rest == "" {
		return name, -1, true
	}
	digits, extended := strings.CutSuffix(rest, "*")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 {
		return key, -1, false
	}
	return name, n, extended
}

// joinSections puts the numbered pieces together as bytes, then decodes them:
// a character may be cut between two pieces.
func joinSections(parts map[int]section) string {
	order := make([]int, 0, len(parts))
	for i := range parts {
		order = append(order, i)
	}
	sort.Ints(order)
	charset, body, pending := "", []byte(nil), ""
	for n, i := range order {
		p := parts[i]
		if !p.extended {
			body = append(percentDecode(body, pending), p.value...)
			pending = ""
			continue
		}
		v := p.value
		if n == 0 {
			if a := strings.SplitN(v, "'", 3); len(a) == 3 {
				charset, v = a[0], a[2]
			}
		}
		pending += v
	}
	body = percentDecode(body, pending)
	if charset == "" && encodedWord.Match(body) {
		return decodeWords(string(body))
	}
	s, _ := decodeCharset(charset, body)
	return s
}

// percentDecode appends s to b; what is no escape stays as it is.
func percentDecode(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi >= 0 && lo >= 0 {
				b = append(b, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return b
}

// unquote strips quotes. A backslash escapes only a quote or a backslash, as
// careless mailers write whole Windows paths.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' {
		return strings.Trim(s, `"`)
	}
	s = strings.TrimSuffix(s[1:], `"`)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s)
}

// fileName makes a name safe to show and to store: no folder, no control or
// direction characters, at most 150 characters with its ending kept.
func fileName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Trim(cleanLine(s), " .")
	if r := []rune(s); len(r) > 150 {
		s = string(r[:130]) + "…" + string(r[len(r)-19:])
	}
	return s
}
