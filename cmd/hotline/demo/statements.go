package demo

import "strings"

// Sample is one matter as citizens bring it. The statement names places by
// {county}, {town} and {village}; Fill puts a region's names in.
type Sample struct {
	Kind      string
	Category  string
	Topic     string // the matter in a few characters, for titles and replies
	Statement string
	Answer    string // what the desk says: the rule for an inquiry, the stance on a suggestion
	Channel   string // empty: any way in fits
	Urgency   string // empty: normal
	Secrecy   string // empty: open
	Naming    string // empty: named
	Brief     string // the redacted brief of a confidential sample
	Accused   string // level of the accused unit: village, town, county; empty: nobody accused
	Post      string // post of the accused person
	People    int    // how many stand behind it; 0 means one
	Conclude  string // an outcome other than a finding, set from the desk
	Basis     string // its basis code
}

// Samples lists all statements of the demo, every kind among them.
func Samples() []Sample {
	var out []Sample
	for _, part := range [][]Sample{inquiries(), helps(), complaints(), disputes(), reports(), denunciations(), suggestions(), praises(), misdirected()} {
		out = append(out, part...)
	}
	return out
}

// Fill puts the names of the i-th county's j-th township into a template.
func Fill(template string, i, j int) string {
	c := counties()[i]
	return strings.NewReplacer("{county}", c.Name, "{town}", c.Towns[j].Name, "{village}", c.Towns[j].Village).Replace(template)
}
