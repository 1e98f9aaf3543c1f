package tickets

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
)

// sample is one line of testdata/complaints.csv: a statement as the desk would
// register it, and where it must land. The stories are fifteen calls with what a
// bureau expects of them (note); each is told again in other words, and stands
// beside near misses that only sound like it.
type sample struct {
	id, variant, note   string
	in                  RouteInput
	unit                string // county: the region's bureau; city; a section; "" for nobody
	co, reasons, absent []string
	split, certain      bool
	urgency, category   string // urgency after routing; category "" is not asked
	words               []string
}

func samples(t testing.TB) []sample {
	t.Helper()
	f, err := os.Open("testdata/complaints.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []sample
	for _, r := range rows[1:] {
		x := map[string]string{}
		for i, name := range rows[0] {
			x[name] = r[i]
		}
		if !Kinds.Has(x["kind"]) || !Namings.Has(x["naming"]) || !Secrecies.Has(x["secrecy"]) || !Urgencies.Has(x["urgency"]) {
			t.Fatalf("sample %s: a value is not known: %v", x["id"], r)
		}
		out = append(out, sample{id: x["id"], variant: x["variant"], note: x["note"],
			in: RouteInput{Kind: x["kind"], Track: TrackOwn, Channel: "call", Naming: x["naming"], Secrecy: x["secrecy"], Urgency: Normal,
				Region: x["region"], Statement: x["statement"], Desk: 1},
			unit: x["unit"], co: strings.Fields(x["co"]), reasons: strings.Fields(x["reasons"]), absent: strings.Fields(x["absent"]),
			split: x["split"] == "yes", certain: x["certain"] == "yes", urgency: x["urgency"], category: x["category"],
			words: strings.FieldsFunc(x["words"], func(r rune) bool { return r == '；' })})
	}
	return out
}

// place is the full name of a unit of the test tree as a sample calls it.
func (s sample) place(t testing.TB, w RouteWorld, name string) string {
	t.Helper()
	county := w.Tree.ByRegion(s.in.Region[:6])
	switch {
	case name == "county":
		return county.Name
	case name == "city":
		return w.Tree.Root().Name
	case strings.HasSuffix(name, "镇"):
		return name + "人民政府"
	case strings.HasSuffix(name, "股"), name == "财政局":
		return county.Short + name
	}
	return name
}

func TestEveryStatementLandsWhereTheBureauExpectsIt(t *testing.T) {
	w := testWorld()
	told := map[string]int{}
	for _, s := range samples(t) {
		told[s.id+" "+s.variant]++
		t.Run(s.id+" "+s.variant+" "+s.in.Statement, func(t *testing.T) { s.check(t, w, Route(s.in, w)) })
	}
	for _, id := range []string{"1", "2", "3", "4", "6", "8", "9", "11", "12", "14", "15", "16", "18", "23", "24"} {
		if told[id+" story"] != 1 || told[id+" retold"] < 3 || told[id+" near miss"] < 1 {
			t.Errorf("statement %s: %d story, %d retold, %d near misses", id, told[id+" story"], told[id+" retold"], told[id+" near miss"])
		}
	}
}

func (s sample) check(t *testing.T, w RouteWorld, got Proposal) {
	t.Helper()
	if name := w.Tree.Name(got.Unit); name != s.place(t, w, s.unit) {
		t.Errorf("unit %q, want %q (%s)", name, s.place(t, w, s.unit), s.note)
	}
	for _, c := range s.co {
		if u := unitNamed(t, w.Tree, s.place(t, w, c)); !slices.Contains(got.CoUnits, u.ID) {
			t.Errorf("co-units %v lack %s", got.CoUnits, u.Name)
		}
	}
	if len(s.co) == 0 && len(got.CoUnits) > 0 {
		t.Errorf("co-units %v, want none", got.CoUnits)
	}
	for _, code := range s.reasons {
		if !hasReason(got, code) {
			t.Errorf("no reason %q in %v", code, codesOf(got))
		}
	}
	for _, code := range s.absent {
		if hasReason(got, code) {
			t.Errorf("reason %q in %v", code, codesOf(got))
		}
	}
	urgency := got.Urgency
	if urgency == "" {
		urgency = s.in.Urgency
	}
	if got.Certain != s.certain || got.Split != s.split || urgency != s.urgency {
		t.Errorf("certain %v split %v %s, want %v %v %s; %v", got.Certain, got.Split, urgency, s.certain, s.split, s.urgency, codesOf(got))
	}
	text := ""
	for _, r := range got.Reasons {
		text += r.ZH + "\n"
	}
	for _, words := range s.words {
		if !strings.Contains(text, words) {
			t.Errorf("the reasons do not say %q:\n%s", words, text)
		}
	}
	if code, why := SuggestCategory(s.in.Statement); s.category != "" && code != s.category {
		t.Errorf("category %q (%s), want %q", code, why, s.category)
	}
}
