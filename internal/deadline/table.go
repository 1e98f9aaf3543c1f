package deadline

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"hotline/internal/workday"
)

// Table is an immutable set of rules with their history. It is safe for use
// by several goroutines.
type Table struct {
	lines   []line // one a code, in the order given
	byStart map[string][]int
}

// line is one code with its versions, the newest first.
type line struct {
	code     string
	duty     string
	versions []*Rule
}

// NewTable builds a table. Rules may come in any number of versions; order
// matters only between codes. It returns an error that wraps ErrRule for a
// rule that contradicts itself, and for a version given twice.
func NewTable(rules []Rule) (*Table, error) {
	t := &Table{byStart: make(map[string][]int)}
	at := make(map[string]int)
	for i := range rules {
		r := rules[i]
		if err := r.Validate(); err != nil {
			return nil, err
		}
		n, known := at[r.Code]
		if !known {
			n = len(t.lines)
			at[r.Code] = n
			t.lines = append(t.lines, line{code: r.Code, duty: r.Duty()})
		}
		t.lines[n].versions = append(t.lines[n].versions, &r)
	}
	return t, t.index()
}

// index sorts the versions and lists the lines of every start event.
func (t *Table) index() error {
	for n := range t.lines {
		l := &t.lines[n]
		slices.SortFunc(l.versions, func(a, b *Rule) int {
			return cmp.Or(cmp.Compare(b.EffectiveFrom, a.EffectiveFrom), cmp.Compare(b.Version, a.Version))
		})
		seen := make(map[int]bool)
		for _, r := range l.versions {
			if seen[r.Version] {
				return fmt.Errorf("%w %q: version %d given twice", ErrRule, r.Code, r.Version)
			}
			seen[r.Version] = true
			for _, event := range r.Starts {
				if !slices.Contains(t.byStart[event], n) {
					t.byStart[event] = append(t.byStart[event], n)
				}
			}
		}
	}
	for _, list := range t.byStart {
		slices.Sort(list)
	}
	return nil
}

// inForce returns the version that holds on d, nil when there is none or it
// is switched off.
func (l *line) inForce(d workday.Date) *Rule {
	for _, r := range l.versions {
		if r.EffectiveFrom <= d {
			if r.Off {
				return nil
			}
			return r
		}
	}
	return nil
}

// Opens returns the rules whose clocks an event starts: of every duty the
// most special rule that is in force at that time and whose conditions hold.
// The order is that of the table. The rules must not be changed.
func (t *Table) Opens(event string, f Facts, at time.Time) []*Rule {
	on := workday.DateOf(at)
	var out []*Rule
	for _, n := range t.byStart[event] {
		r := t.lines[n].inForce(on)
		if r == nil || !slices.Contains(r.Starts, event) || !r.applies(&f) {
			continue
		}
		same := slices.IndexFunc(out, func(o *Rule) bool { return o.Duty() == t.lines[n].duty })
		switch {
		case same < 0:
			out = append(out, r)
		case r.special() > out[same].special():
			out[same] = r
		}
	}
	return out
}

// Find returns one version of a rule, as stored beside a due time.
func (t *Table) Find(code string, version int) (*Rule, bool) {
	for n := range t.lines {
		if t.lines[n].code != code {
			continue
		}
		for _, r := range t.lines[n].versions {
			if r.Version == version {
				return r, true
			}
		}
	}
	return nil, false
}

// Current returns the rules in force at a time, in the order of the table.
func (t *Table) Current(at time.Time) []*Rule {
	var out []*Rule
	for n := range t.lines {
		if r := t.lines[n].inForce(workday.DateOf(at)); r != nil {
			out = append(out, r)
		}
	}
	return out
}
