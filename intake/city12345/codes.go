package city12345

import (
	"maps"
	"strings"
	"unicode/utf8"
)

// Codes turns a platform's codes and words into ours, one table for each kind
// of code. The tables are data: an administrator may edit them per platform.
// Keys are matched without surrounding or inner spaces.
type Codes struct {
	Kind         map[string]string `json:"kind"`
	Urgency      map[string]string `json:"urgency"`
	Category     map[string]string `json:"category"`
	Satisfaction map[string]string `json:"satisfaction"`
	Solved       map[string]string `json:"solved"`
	Region       map[string]string `json:"region"`
}

// Mapped is one code after mapping. Ours is empty when the table does not know
// it; Text is the platform's own, for showing. An absent code is neither known
// nor unknown: both Ours and Text are empty.
type Mapped struct {
	Ours string
	Text string
}

// Unknown reports a code that was given and not in the table: it is kept,
// shown, and a person decides.
func (m Mapped) Unknown() bool { return m.Ours == "" && m.Text != "" }

// UnknownCode says which table lacks which text.
type UnknownCode struct {
	Table string `json:"table"`
	Text  string `json:"text"`
}

// OrderCodes is an order in our words. Region is a six-digit county code, or
// 140400-like for the city. Unknown lists what a person must settle.
type OrderCodes struct {
	Kind     Mapped
	Urgency  Mapped
	Category Mapped
	Region   Mapped
	Unknown  []UnknownCode
}

// MapOrder maps all codes of an order. A missing urgency is normal. The
// category is looked up by its code, then by its name from the last level up;
// the region by its code, then by the address only if the code is absent.
func (c Codes) MapOrder(o Order) OrderCodes {
	m := OrderCodes{
		Kind:     look(c.Kind, o.Kind),
		Urgency:  look(c.Urgency, o.Urgency),
		Category: c.category(o),
		Region:   c.MapRegion(o.RegionCode),
	}
	if o.RegionCode == "" {
		m.Region = c.regionOf(o.Address)
	}
	if o.Urgency == "" {
		m.Urgency.Ours = "normal"
	}
	for _, t := range []struct {
		name string
		code Mapped
	}{{"kind", m.Kind}, {"urgency", m.Urgency}, {"category", m.Category}, {"region", m.Region}} {
		if t.code.Unknown() {
			m.Unknown = append(m.Unknown, UnknownCode{t.name, t.code.Text})
		}
	}
	return m
}

// MapVisit maps the caller's verdict.
func (c Codes) MapVisit(v Visit) (solved, satisfaction Mapped) {
	return look(c.Solved, v.Solved), look(c.Satisfaction, v.Satisfaction)
}

// look finds a text in a table.
func look(table map[string]string, text string) Mapped {
	return Mapped{Ours: table[squeeze(text)], Text: strings.TrimSpace(text)}
}

// squeeze removes every space, also the ideographic one.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// category tries the code and then each level of a name like 民政/社会救助/低保.
func (c Codes) category(o Order) Mapped {
	m := look(c.Category, o.CategoryCode)
	if m.Ours != "" {
		return m
	}
	levels := strings.FieldsFunc(o.CategoryName, func(r rune) bool { return strings.ContainsRune("/\\>|－—-", r) })
	for i := len(levels) - 1; i >= 0; i-- {
		if ours := c.Category[squeeze(levels[i])]; ours != "" {
			return Mapped{Ours: ours, Text: o.CategoryName}
		}
	}
	if o.CategoryName != "" {
		m.Text = strings.TrimSpace(o.CategoryCode + " " + o.CategoryName)
	}
	return m
}

// MapRegion maps a division code of 6, 9 or 12 digits (its county decides), or
// a county's name.
func (c Codes) MapRegion(code string) Mapped {
	m := look(c.Region, code)
	key := squeeze(code)
	if m.Ours == "" && (len(key) == 9 || len(key) == 12) {
		m.Ours = c.Region[key[:6]]
	}
	return m
}

// regionOf finds the one county an address names. None or several give an
// empty result: the address is no code, so it is not an unknown one, and
// routing reads it with its own gazetteer.
func (c Codes) regionOf(address string) Mapped {
	found := map[string]bool{}
	for name, code := range c.Region {
		if namesCounty(name, code) && strings.Contains(address, name) {
			found[code] = true
		}
	}
	if len(found) != 1 {
		return Mapped{}
	}
	for code := range maps.Keys(found) {
		return Mapped{Ours: code, Text: code}
	}
	return Mapped{}
}

// namesCounty excludes codes, the city itself, and the two-character 城区 and
// 郊区, which are parts of other names.
func namesCounty(name, code string) bool {
	if name[0] < 0x80 || len(code) != 6 || code[4:] == "00" {
		return false
	}
	return utf8.RuneCountInString(name) > 2 || strings.HasSuffix(name, "县")
}
