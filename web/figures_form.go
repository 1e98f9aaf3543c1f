package web

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// clean reads the named parts of a query; what cannot be text is left out.
func clean(query func(string, ...string) string, names ...string) map[string]string {
	f := map[string]string{}
	for _, name := range names {
		x := strings.TrimSpace(query(name))
		if x != "" && utf8.ValidString(x) && !strings.ContainsFunc(x, unicode.IsControl) {
			f[name] = strings.Clone(x)
		}
	}
	return f
}

// days reads two days of a form, both included; empty ones become those given.
func days(f map[string]string, first, last workday.Date) (from, to time.Time, err error) {
	for _, x := range []struct {
		name string
		day  *workday.Date
	}{{"from", &first}, {"to", &last}} {
		if f[x.name] == "" {
			continue
		}
		d, perr := workday.ParseDate(f[x.name])
		if perr != nil || d.Year() < 2000 || d.Year() > 2100 {
			return from, to, tickets.Invalid{{Field: x.name, ZH: "日期须如 2026-09-01", EN: "a date such as 2026-09-01"}}
		}
		*x.day = d
	}
	return first.Start(), last.End(), nil
}

// thisMonth are the first of the month and today.
func thisMonth(now time.Time) (first, last workday.Date) {
	last = workday.DateOf(now)
	year, month, _ := last.YMD()
	return workday.NewDate(year, month, 1), last
}

// figuresOf reads period and filters of figures from a query.
func (s *server) figuresOf(f map[string]string) (ticketdb.Figures, error) {
	first, last := thisMonth(s.Now())
	from, to, err := days(f, first, last)
	return ticketdb.Figures{From: from, To: to, Unit: tickets.Values(f).Int("unit"), Own: f["own"] != "", Kind: f["kind"], Channel: f["channel"],
		Provenance: f["provenance"], By: f["by"]}, err
}

// day is a moment as forms and addresses write its day; of an end that is
// midnight, the day before.
func day(t time.Time) string     { return workday.DateOf(t).String() }
func lastDay(t time.Time) string { return workday.DateOf(t.Add(-time.Second)).String() }

// href is a path with a query of name, value, …; empty values are left out.
func href(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
