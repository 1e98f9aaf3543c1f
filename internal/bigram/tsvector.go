package bigram

import "strings"

// TSVector writes tokens as a literal that Postgres casts to tsvector. The
// tokens are those of Tokens and scope tokens (u12): letters and digits only,
// so nothing in them needs quoting. Each may come once or more.
func TSVector(tokens []string) string {
	n := 0
	for _, t := range tokens {
		n += len(t) + 1
	}
	var b strings.Builder
	b.Grow(n)
	for i, t := range tokens {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t)
	}
	return b.String()
}

// maxTerms bounds a query: somebody pasting a letter into the search field asks
// for its first words.
const maxTerms = 24

// Query turns what somebody typed into a tsquery in text form, for
// to_tsquery('simple', …) or a cast. Every part must be there: Han runs as
// their pairs, a lone Han character as the beginning of a pair, Latin words by
// their beginning. ok is false when nothing in it can be searched for.
// Neighbourhood is not kept: 甲乙丙 also finds a text with 甲乙 and 乙丙 apart.
func Query(words string) (tsquery string, ok bool) {
	var terms []string
	for _, t := range cut(words, false) {
		if len(terms) == maxTerms {
			break
		}
		terms = append(terms, term(t))
	}
	return strings.Join(terms, " & "), len(terms) > 0
}

func term(token string) string {
	if strings.HasPrefix(token, wordMark) || single(token) {
		return token + ":*"
	}
	return token
}

// single tells whether a Han token is one character, not a pair.
func single(token string) bool {
	n := 0
	for range token {
		n++
	}
	return n == 1
}
