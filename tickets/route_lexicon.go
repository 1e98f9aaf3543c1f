package tickets

import (
	"strings"
	"unicode"
)

// matcher finds every word of a fixed list in a text, in one pass: the first
// character is looked up in a bitmap, the first two in a map. Words have at
// least two characters; one is too little to mean anything in Chinese.
type matcher struct {
	first [1024]uint64 // characters that begin a word, below U+10000
	heads map[uint64][]int32
	words [][]rune
}

func newMatcher(words []string) *matcher {
	m := &matcher{heads: map[uint64][]int32{}}
	for i, s := range words {
		r := []rune(s)
		m.words = append(m.words, r)
		if len(r) < 2 {
			continue
		}
		if r[0] < 1<<16 {
			m.first[r[0]>>6] |= 1 << (r[0] & 63)
		}
		m.heads[head(r)] = append(m.heads[head(r)], int32(i))
	}
	return m
}

func head(r []rune) uint64 { return uint64(r[0])<<32 | uint64(r[1]) }

// each calls found for every occurrence: the word's index and where it begins.
func (m *matcher) each(text []rune, found func(word, at int)) {
	for at := 0; at+1 < len(text); at++ {
		c := text[at]
		if c < 1<<16 && m.first[c>>6]&(1<<(c&63)) == 0 {
			continue
		}
		for _, w := range m.heads[head(text[at:])] {
			if begins(text[at:], m.words[w]) {
				found(int(w), at)
			}
		}
	}
}

func begins(text, word []rune) bool {
	if len(text) < len(word) {
		return false
	}
	for i, c := range word {
		if text[i] != c {
			return false
		}
	}
	return true
}

// compact drops white space, so that a word broken over two lines is found.
func compact(parts ...string) []rune {
	var out []rune
	for i, s := range parts {
		if i > 0 && s != "" {
			out = append(out, '。')
		}
		for _, c := range s {
			if !unicode.IsSpace(c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// window is the text from n characters before at, up to it.
func window(text []rune, at, n int) []rune { return text[max(0, at-n):at] }

// hasAny tells whether one of the words occurs in text. It is for short windows.
func hasAny(text []rune, words []string) bool {
	for _, w := range words {
		r := []rune(w)
		for i := range text {
			if begins(text[i:], r) {
				return true
			}
		}
	}
	return false
}

// reading is what one pass over a statement found.
type reading struct {
	text   []rune
	first  [tagCount]string // the first word of each tag, "" where there is none
	body   *otherBody
	danger danger
	score  [64]int // by index in Categories
	why    [64]string
}

func (r *reading) has(t tag) bool { return r.first[t] != "" }

// read makes the pass. Words that mean something only in their surroundings
// (danger, the bureaus' own names) are weighed there and then.
func read(text []rune) *reading {
	r := &reading{text: text}
	lexicon.match.each(text, func(word, at int) {
		for _, e := range lexicon.entries[word] {
			r.take(e, lexicon.words[word], at)
		}
	})
	return r
}

func (r *reading) take(e entry, word string, at int) {
	switch e.tag {
	case tagDanger:
		r.danger.weigh(&dangerWords[e.n], r.text, at)
		return
	case tagCategory:
		w := categoryWords[e.n]
		r.score[w.category] += w.weight
		if r.why[w.category] == "" {
			r.why[w.category] = word
		}
		return
	case tagBody:
		if r.body == nil {
			r.body = &otherBodies[e.n]
		}
	case tagMisconduct:
		if word == "报复" && hasAny(window(r.text, at, 4), feared) {
			return
		}
	case tagCounty, tagCity:
		e.tag = r.bureau(e.tag, word, at)
	}
	if e.tag == tagNone {
		return
	}
	if r.first[e.tag] == "" {
		r.first[e.tag] = word
	}
}

// bureau weighs the name of a bureau: accused, visited, or of no account.
func (r *reading) bureau(t tag, word string, at int) tag {
	end := at + len(lexicon.match.words[lexicon.index[word]])
	switch {
	case asked(r.text, at, end), word == "局长" && otherBureau(r.text, at):
		return tagNone
	case word == "民政局" && at > 0 && strings.ContainsRune("市县区", r.text[at-1]):
		return tagNone // listed by its longer name
	case t == tagCity && endsWith(r.text[:at], "潞城"):
		t = tagCounty // 潞城市 is the old name of a district
	}
	if precededBy(r.text, at, visiting) && !(t == tagCounty && strings.HasSuffix(word, "局长")) {
		if t == tagCity {
			return tagNone
		}
		return tagVisited
	}
	return t
}

// entry says that a word belongs to a list, and where it stands in it.
type entry struct {
	tag tag
	n   int
}

type lexiconTable struct {
	words   []string
	index   map[string]int
	entries [][]entry
	match   *matcher
}

// lexicon holds every word that routing knows, compiled once.
var lexicon = compileLexicon()

func compileLexicon() *lexiconTable {
	l := &lexiconTable{index: map[string]int{}}
	for t, words := range plainWords {
		for _, w := range words {
			l.add(w, entry{t, 0})
		}
	}
	for i, d := range dangerWords {
		l.add(d.word, entry{tagDanger, i})
	}
	for i, b := range otherBodies {
		for _, w := range b.words {
			l.add(w, entry{tagBody, i})
		}
	}
	for i, c := range categoryWords {
		l.add(c.word, entry{tagCategory, i})
	}
	l.match = newMatcher(l.words)
	return l
}

func (l *lexiconTable) add(word string, e entry) {
	i, ok := l.index[word]
	if !ok {
		i = len(l.words)
		l.index[word] = i
		l.words = append(l.words, word)
		l.entries = append(l.entries, nil)
	}
	l.entries[i] = append(l.entries[i], e)
}
