package workday

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// noticeDays is the shape of the public holiday-cn data set: one entry a day.
type noticeDays struct {
	Year   int      `json:"year"`
	Papers []string `json:"papers"`
	Days   []struct {
		Name  string `json:"name"`
		Date  Date   `json:"date"`
		IsOff *bool  `json:"isOffDay"`
	} `json:"days"`
}

// ParseYear reads one year in our own JSON shape (year, source, off, work) or
// in that of holiday-cn (year, papers, days), told apart by the list they
// carry. The year is validated; problems come back as an *Invalid.
func ParseYear(b []byte) (Year, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) // Windows editors add it
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(b, &keys); err != nil {
		return Year{}, unreadable(err)
	}
	parse := parseOwn
	if _, ok := keys["days"]; ok {
		parse = parseNotice
	}
	y, err := parse(b)
	if err != nil {
		return Year{}, err
	}
	if err := y.Validate(); err != nil {
		return Year{}, err
	}
	return y.canonical(), nil
}

func parseOwn(b []byte) (Year, error) {
	var y Year
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&y); err != nil {
		return Year{}, unreadable(err)
	}
	return y, nil
}

func parseNotice(b []byte) (Year, error) {
	var n noticeDays
	if err := json.Unmarshal(b, &n); err != nil {
		return Year{}, unreadable(err)
	}
	var p problems
	y := Year{Year: n.Year, Source: strings.Join(n.Papers, " ")}
	for i, d := range n.Days {
		run := Run{Name: d.Name, From: d.Date, To: d.Date}
		switch {
		case d.IsOff == nil:
			p.add(fmt.Sprintf("days[%d].isOffDay", i), "缺少是否放假", "is missing")
		case *d.IsOff:
			y.Off = append(y.Off, run)
		default:
			y.Work = append(y.Work, run)
		}
	}
	return y, p.err()
}

// unreadable turns a JSON error into something a form can show.
func unreadable(err error) error {
	var p problems
	p.add("", "文件不是可识别的日历 JSON："+err.Error(), "not a calendar in JSON: "+err.Error())
	return p.err()
}
