package vault

import (
	"strings"
	"unicode/utf8"
)

// atom is an unbroken run of digits in a text.
type atom struct {
	start, end int
	digits     string // folded to ASCII; may end in X as the 18th character
	joined     bool   // only one space or dash parts it from the atom before
	spoken     bool   // written in Chinese numerals
}

// spokenDigits are the numerals by which people spell out a number; 幺 is 1
// on the phone.
var spokenDigits = map[rune]byte{
	'零': '0', '〇': '0', '○': '0', '一': '1', '幺': '1', '二': '2', '两': '2', '三': '3',
	'四': '4', '五': '5', '六': '6', '七': '7', '八': '8', '九': '9',
	'壹': '1', '贰': '2', '叁': '3', '肆': '4', '伍': '5', '陆': '6', '柒': '7', '捌': '8', '玖': '9',
}

// numberTraces finds phones, ids and bank cards, also when they are written
// in groups, in full width or in Chinese numerals.
func numberTraces(text string) []Span {
	atoms := digitAtoms(text)
	var found []Span
	for i := 0; i < len(atoms); {
		last := i
		for last+1 < len(atoms) && atoms[last+1].joined && last-i < 7 {
			last++
		}
		taken := false
		for j := last; j >= i && !taken; j-- {
			kind, known := classify(text, atoms[i:j+1])
			if kind != "" {
				found = append(found, Span{numberStart(text, atoms[i]), atoms[j].end, kind})
			}
			if known {
				i, taken = j+1, true
			}
		}
		if !taken {
			i++
		}
	}
	return found
}

// numberStart includes a "+" before the first digit.
func numberStart(text string, a atom) int {
	before := text[:a.start]
	for _, plus := range []string{"+", "＋"} {
		if strings.HasSuffix(before, plus) {
			return a.start - len(plus)
		}
	}
	return a.start
}

// classify says what the atoms make when read as one number. A known number
// without a kind is a harmless one, such as 400-612-3456.
func classify(text string, atoms []atom) (kind TraceKind, known bool) {
	var b strings.Builder
	for _, a := range atoms {
		b.WriteString(a.digits)
	}
	digits, n := b.String(), b.Len()
	_, err := ParseCitizenID(digits)
	switch {
	case (n == 15 || n == 18) && (err == nil || n == 18 && plausibleBirth(digits)):
		return TraceID, true
	case isPersonalPhone(digits):
		return TracePhone, true
	case serviceForm.MatchString(digits):
		return "", true
	case localForm.MatchString(digits) && saidToBePhone(text[:atoms[0].start]):
		return TracePhone, true
	case n >= 16 && n <= 19 && onlyDigits(digits) && !atoms[0].spoken:
		return TraceBank, true
	case n >= 16 && len(atoms) == 1:
		return TraceBank, true // longer than anything harmless
	}
	return "", false
}

// isPersonalPhone leaves out 400, 95 and 96 numbers: they name no person.
func isPersonalPhone(digits string) bool {
	if len(digits) < 10 {
		return false
	}
	normal, err := NormalisePhone(digits)
	return err == nil && (mobileForm.MatchString(normal) || landlineForm.MatchString(normal))
}

// plausibleBirth finds a mistyped id: the check digit is wrong, but the
// middle is a date of the last two centuries.
func plausibleBirth(digits string) bool {
	_, err := ParseCitizenID(digits[:17] + string(citizenIDCheck(digits[:17])))
	return err == nil && (digits[6:8] == "19" || digits[6:8] == "20")
}

// saidToBePhone tells that the words just before announce a phone number;
// seven digits alone are as likely an amount.
func saidToBePhone(before string) bool {
	tail := []rune(before)
	tail = tail[max(0, len(tail)-8):]
	for _, word := range []string{"电话", "座机", "手机", "联系", "拨打", "打到", "号码", "固话"} {
		if strings.Contains(string(tail), word) {
			return true
		}
	}
	return false
}

func digitAtoms(text string) []atom {
	var atoms []atom
	gap := 0 // separators since the last digit; 9 means broken
	for i, r := range text {
		d, spoken, ok := digitOf(r)
		size := utf8.RuneLen(r)
		last := len(atoms) - 1
		switch {
		case ok && last >= 0 && gap == 0 && atoms[last].end == i && atoms[last].spoken == spoken:
			atoms[last].digits += string(d)
			atoms[last].end = i + size
		case ok:
			atoms = append(atoms, atom{i, i + size, string(d), last >= 0 && gap <= 1, spoken})
			gap = 0
		case isX(r) && last >= 0 && gap == 0 && endsCitizenID(atoms):
			atoms[last].digits += "X"
			atoms[last].end = i + size
			gap = 9
		case strings.ContainsRune(" -－—–.·_　()（）\u00a0", r):
			gap++
		default:
			gap = 9
		}
	}
	return atoms
}

// endsCitizenID tells that an X now would be the 18th character.
func endsCitizenID(atoms []atom) bool {
	n := 0
	for i := len(atoms) - 1; i >= 0 && n < 17; i-- {
		n += len(atoms[i].digits)
		if !atoms[i].joined {
			break
		}
	}
	return n == 17
}

func isX(r rune) bool { return strings.ContainsRune("xXｘＸ×", r) }

func digitOf(r rune) (d byte, spoken, ok bool) {
	switch {
	case r >= '0' && r <= '9':
		return byte(r), false, true
	case r >= '０' && r <= '９':
		return byte(r-'０') + '0', false, true
	}
	d, ok = spokenDigits[r]
	return d, ok, ok
}
