package workday

import "strings"

// Problem is one thing wrong with imported data, said so that the person who
// imports it can mend it. Field is a path such as "off[2].from".
type Problem struct {
	Field string `json:"field"`
	Zh    string `json:"zh"`
	En    string `json:"en"`
}

// Invalid is the error of data that breaks a rule. It lists every problem
// found, not only the first.
type Invalid struct {
	Problems []Problem
}

// Error joins the problems in English.
func (e *Invalid) Error() string {
	said := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		said[i] = p.Field + ": " + p.En
	}
	return "workday: " + strings.Join(said, "; ")
}

// problems collects what is wrong.
type problems []Problem

func (p *problems) add(field, zh, en string) {
	*p = append(*p, Problem{Field: field, Zh: zh, En: en})
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &Invalid{Problems: p}
}
