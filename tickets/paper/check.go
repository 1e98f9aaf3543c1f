package paper

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"hotline/internal/units"
	"hotline/tickets"
)

// MaxBody is how long the body of a document may be, in characters.
const MaxBody = 10000

// check reads what was typed against the kind's fields and fills in the
// draft's values where nothing was sent.
func (k Kind) check(f Facts, typed tickets.Values) (tickets.Values, tickets.Invalid) {
	v, draft := tickets.Values{}, Draft(k, f)
	fields := k.all()
	var bad tickets.Invalid
	for _, x := range fields {
		s, sent := typed[x.Name]
		if !sent {
			s = draft[x.Name]
		}
		s = strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
		if p := x.wrong(s, f); p != nil {
			bad = append(bad, *p)
		}
		v[x.Name] = s
	}
	for name := range typed {
		if !slices.ContainsFunc(fields, func(x Field) bool { return x.Name == name }) {
			bad = append(bad, tickets.Problem{Field: name, ZH: "没有这个字段", EN: "unknown field"})
		}
	}
	return v, append(bad, k.kept(f, v)...)
}

func (f Field) wrong(s string, facts Facts) *tickets.Problem {
	switch {
	case s == "" && f.Must:
		return &tickets.Problem{Field: f.Name, ZH: "请填写" + f.ZH, EN: "fill in " + f.EN}
	case s == "":
		return nil
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unprintable):
		return &tickets.Problem{Field: f.Name, ZH: f.ZH + "含有无法打印的字符", EN: f.EN + " has characters that cannot be printed"}
	case f.Max > 0 && utf8.RuneCountInString(s) > f.Max:
		return &tickets.Problem{Field: f.Name, ZH: fmt.Sprintf("%s最多 %d 字", f.ZH, f.Max), EN: fmt.Sprintf("%s: at most %d characters", f.EN, f.Max)}
	}
	var err error
	switch f.Type {
	case tickets.TypeTime:
		_, err = tickets.ParseTime(s)
	case tickets.TypeUnit:
		var id int
		if id, err = strconv.Atoi(s); err == nil && facts.unitName(id) == "" {
			err = strconv.ErrRange
		}
	}
	if err != nil {
		return &tickets.Problem{Field: f.Name, ZH: f.ZH + "填写不正确", EN: f.EN + " is not valid"}
	}
	return nil
}

// unprintable are characters that no paper shows: controls, what turns the
// direction of reading, and what XML does not know.
func unprintable(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0xfffe, r == 0xffff:
		return true
	}
	return unicode.IsControl(r)
}

// kept refuses what would tell a recused unit of the ticket: only a document
// that names neither ticket nor matter may go there.
func (k Kind) kept(f Facts, v tickets.Values) tickets.Invalid {
	if k.Bare && k.To == ToUnit || f.Tree == nil {
		return nil
	}
	var bad tickets.Invalid
	for _, key := range f.Ticket.Recused {
		u := f.Tree.Find(key)
		if key <= 0 || u == nil {
			continue
		}
		told := tickets.Problem{ZH: "该单位须回避，不能得知本件；可以发整改通知书", EN: "that unit is recused and must not learn of this; a rectification notice may go there"}
		switch to := v.Int("unit"); {
		case k.To == ToUnit && f.Tree.Within(to, key):
			told.Field = "unit"
			bad = append(bad, told)
		case k.To == ToBody && named(v["addressee"], u):
			told.Field = "addressee"
			bad = append(bad, told)
		}
	}
	return bad
}

// named tells whether an addressee is a unit, or an office of its place: 石哲镇
// stands for everything there, 长子县 only in the name of its bureau.
func named(addressee string, u *units.Unit) bool {
	return strings.Contains(addressee, u.Name) || (u.Kind == units.Township || u.Kind == units.Village) && strings.Contains(addressee, u.Short)
}
