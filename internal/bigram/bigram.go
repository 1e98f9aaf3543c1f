// Package bigram cuts a text into the words that the search index holds, and a
// query into the same words. Chinese has no spaces, so a run of Han characters
// gives each pair of neighbours (低保户 → 低保 保户); Latin letters and digits give
// whole words in lower case. It is pure: ticketdb asks with it, workerdb writes
// with it, and only together do their words match.
package bigram

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordMark begins every Latin word of a text, so that none can pose as a scope
// token (u12, m202611) and none starts with a digit, which Postgres would read
// as a number.
const wordMark = "w"

// longest is how many bytes of a Latin word are kept; base64 lumps and the like
// are cut there on both sides.
const longest = 40

// Tokens lists the different words of a text in the order they first come. The
// last character of a Han run is a word of its own beside its pair, so that each
// character begins some word and can be searched for alone.
func Tokens(text string) []string { return cut(text, true) }

func cut(text string, ends bool) []string {
	c := cutter{seen: make(map[string]struct{}, len(text)/3), ends: ends}
	c.cut(text)
	return c.out
}

// cutter walks one text and gathers its words.
type cutter struct {
	out  []string
	seen map[string]struct{}
	ends bool // the last character of a run is a word too
}

func (c *cutter) add(word string) {
	if _, ok := c.seen[word]; ok {
		return
	}
	c.seen[word] = struct{}{}
	c.out = append(c.out, word)
}

func (c *cutter) cut(text string) {
	for i := 0; i < len(text); {
		n, kind := run(text[i:])
		switch kind {
		case han:
			c.pairs(text[i : i+n])
		case latin:
			c.add(latinWord(text[i : i+n]))
		}
		i += n
	}
}

// pairs adds each two neighbours of a run of Han characters as slices of it.
func (c *cutter) pairs(s string) {
	_, first := utf8.DecodeRuneInString(s)
	if first == len(s) {
		c.add(s)
		return
	}
	start := 0
	for mid := first; mid < len(s); {
		_, n := utf8.DecodeRuneInString(s[mid:])
		c.add(s[start : mid+n])
		start, mid = mid, mid+n
	}
	if c.ends {
		c.add(s[start:])
	}
}

func latinWord(s string) string {
	var b strings.Builder
	b.Grow(len(wordMark) + min(len(s), longest))
	b.WriteString(wordMark)
	for _, r := range s {
		r = fold(r)
		if b.Len()+utf8.RuneLen(r) > longest {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// fold lowers a letter and turns the full-width forms (Ａ, １) into plain ones.
func fold(r rune) rune {
	if r >= '！' && r <= '～' {
		r -= '！' - '!'
	}
	return unicode.ToLower(r)
}

// The kinds of runs.
const (
	other = iota
	han
	latin
)

func kindOf(r rune) int {
	switch {
	case r < 0x80:
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return latin
		}
		return other
	case r >= 0x4e00 && r <= 0x9fff:
		return han
	case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ':
		return latin
	case r == utf8.RuneError:
		return other
	case unicode.Is(unicode.Han, r) && unicode.IsLetter(r):
		return han
	}
	return other
}

// run is the length in bytes of the first run of one kind, and the kind.
func run(s string) (n, kind int) {
	r, size := utf8.DecodeRuneInString(s)
	kind = kindOf(r)
	n = size
	for n < len(s) {
		r, size = utf8.DecodeRuneInString(s[n:])
		if kindOf(r) != kind {
			break
		}
		n += size
	}
	return n, kind
}
