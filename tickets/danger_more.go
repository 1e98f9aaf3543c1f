package tickets

import "slices"

// DangerWord is a word that an administrator adds: it makes a statement that has
// it Critical or Urgent. Negations, "if" and what is long ago count as with the
// program's own words.
type DangerWord struct {
	Word   string `json:"word"`
	Weight string `json:"weight"` // critical or urgent
}

// DangerWords are added words, made ready to be looked for. nil has none.
type DangerWords struct {
	list  []dangerWord
	match *matcher
}

// NewDangerWords makes added words ready. Words under two characters are left out.
func NewDangerWords(list []DangerWord) *DangerWords {
	d := &DangerWords{}
	words := make([]string, len(list))
	for i, w := range list {
		weight := dangerUrgent
		if w.Weight == Critical {
			weight = dangerCritical
		}
		words[i] = w.Word
		d.list = append(d.list, dangerWord{word: w.Word, weight: weight})
	}
	d.match = newMatcher(words)
	return d
}

// read adds what the added words weigh to a reading.
func (d *DangerWords) read(r *reading) {
	if d == nil || len(d.list) == 0 {
		return
	}
	d.match.each(r.text, func(word, at int) { r.danger.weigh(&d.list[word], r.text, at) })
}

// KnowsDanger tells whether the program's own list has the word.
func KnowsDanger(word string) bool {
	return slices.ContainsFunc(dangerWords, func(w dangerWord) bool { return w.word == word })
}

// OwnDangerWords lists the program's own words with what each makes of a
// statement alone; one that only adds to others is "".
func OwnDangerWords() []DangerWord {
	out := make([]DangerWord, len(dangerWords))
	for i, w := range dangerWords {
		out[i].Word = w.word
		switch {
		case w.weight >= dangerCritical:
			out[i].Weight = Critical
		case w.weight >= dangerUrgent:
			out[i].Weight = Urgent
		}
	}
	return out
}
