package bigram

import "strings"

// Alike tells, of one text, how much it has in common with others: the share of
// the pairs of characters of the shorter text that stand in the longer one too,
// from 0 to 1. Texts with fewer than eight pairs in common are not alike whatever
// the share.
type Alike struct {
	n  int
	in map[string]struct{}
}

// NewAlike reads the text that others are compared with.
func NewAlike(text string) Alike {
	words := cut(text, false)
	a := Alike{n: len(words), in: make(map[string]struct{}, len(words))}
	for _, w := range words {
		a.in[w] = struct{}{}
	}
	return a
}

// Share compares it with another text.
func (a Alike) Share(text string) float64 {
	words := cut(text, false)
	both := 0
	for _, w := range words {
		if _, ok := a.in[w]; ok {
			both++
		}
	}
	if both < fewest {
		return 0
	}
	return float64(both) / float64(min(a.n, len(words)))
}

// fewest is how many pairs two texts must share to be alike at all.
const fewest = 8

// Phrases are the runs of three characters of a text, each as its two pairs
// (低保户 → 低保, 保户), in their order. A text that tells of the same matter in
// other words still shares some of them.
func Phrases(text string) [][2]string {
	var out [][2]string
	seen := map[[2]string]bool{}
	for i := 0; i < len(text); {
		n, kind := run(text[i:])
		if kind == han {
			r := []rune(text[i : i+n])
			for j := 0; j+2 < len(r); j++ {
				p := [2]string{string(r[j : j+2]), string(r[j+1 : j+3])}
				if !seen[p] {
					seen[p] = true
					out = append(out, p)
				}
			}
		}
		i += n
	}
	return out
}

// AnyPhrase is a tsquery for texts that hold at least one of the phrases.
func AnyPhrase(phrases [][2]string) string {
	parts := make([]string, len(phrases))
	for i, p := range phrases {
		parts[i] = "(" + p[0] + " & " + p[1] + ")"
	}
	return strings.Join(parts, " | ")
}

// Exactly is a tsquery for texts that hold every word of a number or name as it
// is written, or "" where there is nothing to look for.
func Exactly(text string) string {
	words := cut(text, false)
	if len(words) == 0 {
		return ""
	}
	return "(" + strings.Join(words[:min(len(words), maxTerms)], " & ") + ")"
}
