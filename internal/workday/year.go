package workday

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	firstYear  = 2000
	lastYear   = 2100
	longestRun = 15 // days; the longest run off so far was nine
)

// Year is one yearly notice: the days off and the make-up working days. The
// notice of a year may also name dates in the December before it.
type Year struct {
	Year int `json:"year"`
	// Source names the notice. It does not take part in the version.
	Source string `json:"source,omitempty"`
	// Provisional marks a year put together from the statute alone, because
	// its notice is not out yet.
	Provisional bool  `json:"provisional,omitempty"`
	Off         []Run `json:"off"`
	Work        []Run `json:"work"`
}

// Run is one or more days in a row under one holiday's name. To is the last
// day, included; without it the run is the single day From.
type Run struct {
	Name string `json:"name"`
	From Date   `json:"from"`
	To   Date   `json:"to,omitzero"`
}

// last is the last day of the run.
func (r Run) last() Date {
	if r.To.IsZero() {
		return r.From
	}
	return r.To
}

// Validate checks the year as an import must be: a plausible year, named runs
// within it, no date listed twice, make-up days only on weekends, and the
// days that every year has (元旦, 劳动节, 国庆节) among the days off. The
// error is an *Invalid.
func (y Year) Validate() error {
	var p problems
	if y.Year < firstYear || y.Year > lastYear {
		p.add("year", fmt.Sprintf("年份应在 %d 至 %d 之间", firstYear, lastYear),
			fmt.Sprintf("must be between %d and %d", firstYear, lastYear))
		return p.err()
	}
	seen := make(map[Date]bool)
	y.checkRuns(&p, seen, "off", y.Off)
	y.checkRuns(&p, seen, "work", y.Work)
	y.checkAlwaysOff(&p)
	return p.err()
}

func (y Year) checkRuns(p *problems, seen map[Date]bool, list string, runs []Run) {
	earliest, latest := NewDate(y.Year-1, time.December, 1), NewDate(y.Year, time.December, 31)
	for i, r := range runs {
		field := fmt.Sprintf("%s[%d]", list, i)
		if strings.TrimSpace(r.Name) == "" {
			p.add(field+".name", "缺少节日名称", "holiday name is missing")
		}
		if r.From < earliest || r.last() > latest {
			p.add(field+".from", "日期不属于该年度", "date is outside the year")
			continue
		}
		if r.last() < r.From || r.last()-r.From >= longestRun {
			p.add(field+".to", "起止日期不合理", "run is reversed or too long")
			continue
		}
		for d := r.From; d <= r.last(); d++ {
			if seen[d] {
				p.add(field, d.String()+" 重复或互相矛盾", d.String()+" is listed twice")
			}
			seen[d] = true
			if list == "work" && !d.Weekend() {
				p.add(field, d.String()+" 不是周末，不应列为补班日", d.String()+" is no weekend, so it cannot be a make-up day")
			}
		}
	}
}

// checkAlwaysOff refuses a notice without the fixed holidays: it is another
// year's file, or a truncated one.
func (y Year) checkAlwaysOff(p *problems) {
	off := make(map[Date]bool)
	for _, r := range y.Off {
		for d := r.From; d <= r.last() && d-r.From < longestRun; d++ {
			off[d] = true
		}
	}
	for _, f := range fixedDays {
		d := NewDate(y.Year, f.month, f.day)
		if y.Year >= f.since && !off[d] {
			p.add("off", "缺少"+f.name+" "+d.String(), d.String()+" ("+f.english+") is missing")
		}
	}
}

// canonical returns the year with its runs sorted, split or joined so that
// two descriptions of the same days become equal.
func (y Year) canonical() Year {
	y.Off, y.Work = canonicalRuns(y.Off), canonicalRuns(y.Work)
	return y
}

func canonicalRuns(runs []Run) []Run {
	sorted := slices.Clone(runs)
	slices.SortFunc(sorted, func(a, b Run) int { return int(a.From - b.From) })
	out := make([]Run, 0, len(sorted))
	for _, r := range sorted {
		r.Name, r.To = strings.TrimSpace(r.Name), r.last()
		if n := len(out); n > 0 && out[n-1].Name == r.Name && out[n-1].To+1 == r.From {
			out[n-1].To = r.To
			continue
		}
		out = append(out, r)
	}
	return out
}
