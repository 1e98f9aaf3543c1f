package tickets

import (
	"regexp"
	"slices"
	"strings"
)

// LikelySign is one thing that two tickets have in common: why they may belong
// together. The weight orders suggestions, the relation is what a person who
// agrees makes of it.
type LikelySign struct {
	Word
	Weight   int
	Relation string
}

// LikelySigns is THE list of why a ticket is suggested beside another. The words
// take one argument where they hold a %s.
var LikelySigns = []LikelySign{
	{Word{"number", "文中写有编号 %s", "the number %s is written in the text"}, 8, "same_matter"},
	{Word{"order", "12345工单号相同（%s）", "the same 12345 order number (%s)"}, 8, "same_matter"},
	{Word{"petition", "信访编号相同（%s）", "the same petition number (%s)"}, 8, "same_matter"},
	{Word{"id", "诉求人身份证号相同", "the same citizen id"}, 6, "same_person"},
	{Word{"phone", "诉求人电话相同", "the same phone number"}, 5, "same_person"},
	{Word{"text_here", "地点相同、内容相近（重合 %s%%）", "the same place and alike words (%s%% in common)"}, 4, "same_matter"},
	{Word{"accused_person", "反映的是同一人（%s）", "the same person is accused (%s)"}, 4, "same_accused"},
	{Word{"text", "内容几乎相同（重合 %s%%）", "nearly the same words (%s%% in common)"}, 3, "same_matter"},
	{Word{"name", "同一县区、诉求人同名", "a complainant of the same name in the same county"}, 2, "same_person"},
	{Word{"accused_unit", "反映的是同一单位（%s）", "the same unit is accused (%s)"}, 2, "same_accused"},
}

// LikelySignOf finds a sign by its code; ok is false for an unknown one.
func LikelySignOf(code string) (s LikelySign, ok bool) {
	i := slices.IndexFunc(LikelySigns, func(s LikelySign) bool { return s.Code == code })
	if i < 0 {
		return LikelySign{}, false
	}
	return LikelySigns[i], true
}

// Reason words the sign; detail stands in it where it has a place for one.
func (s LikelySign) Reason(detail string) Reason {
	put := func(text string) string {
		return strings.ReplaceAll(strings.Replace(text, "%s", detail, 1), "%%", "%")
	}
	return Reason{Code: s.Code, ZH: put(s.ZH), EN: put(s.EN)}
}

// Shares of words in common from which two statements are alike: at one place,
// and anywhere (somebody sent the same letter to several bodies).
const (
	AlikeHere = 0.4
	Alike     = 0.75
)

// SamePlace tells whether one region code lies in the other: two tickets of
// different townships are not of one place, one of a county and one of its
// townships may be.
func SamePlace(a, b string) bool {
	return len(a) >= 6 && len(b) >= 6 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// SameCounty tells whether two region codes are of one county.
func SameCounty(a, b string) bool { return len(a) >= 6 && len(b) >= 6 && a[:6] == b[:6] }

// printed is how numbers of tickets, orders and petitions look in a text.
var printed = regexp.MustCompile(`[0-9A-Za-z][0-9A-Za-z_-]{6,39}`)

// maxPrinted bounds the numbers that are taken from one text.
const maxPrinted = 20

// PrintedNumbers are what in a text may be the number of a ticket, an order or a
// petition: runs of at least seven letters, digits and dashes with a digit.
func PrintedNumbers(text string) []string {
	var out []string
	for _, s := range printed.FindAllString(text, -1) {
		s = strings.TrimRight(s, "-_")
		if len(out) < maxPrinted && strings.ContainsAny(s, "0123456789") && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
