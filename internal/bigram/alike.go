package bigram

import "strings"

// Overlap is how much of the shorter text stands in the longer one too, from 0 to
// 1: the share of its pairs of characters that both have. Texts with fewer than
// eight pairs in common are not alike whatever the share.
func Overlap(a, b string) float64 {
	x, y := cut(a, false), cut(b, false)
	if len(x) > len(y) {
		x, y = y, x
	}
	in := make(map[string]struct{}, len(y))
	for _, t := range y {
		in[t] = struct{}{}
	}
	both := 0
	for _, t := range x {
		if _, ok := in[t]; ok {
			both++
		}
	}
	if both < fewest {
		return 0
	}
	return float64(both) / float64(len(x))
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
