package vault

import (
	"errors"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Why a value has no normal form. The text can be shown at the field.
var (
	ErrHiddenNumber = errors.New("对方隐藏了号码 (the caller's number is hidden)")
	ErrPhone        = errors.New("不是有效的电话号码 (not a phone number)")
	ErrName         = errors.New("姓名是空的 (the name is empty)")

	errKind = errors.New("vault: unknown kind")
)

// HomeAreaCode is put before a seven-digit number without an area code: such
// numbers reach the desk from its own city (长治).
const HomeAreaCode = "0355"

// The national numbering plan, as far as it tells a number from a typing
// error. A normal form is what one dials inside the country.
var (
	mobileForm   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landlineForm = regexp.MustCompile(`^0(?:10[2-8]\d{7}|2\d[2-8]\d{7}|[3-9]\d{2}[2-8]\d{6,7})$`)
	localForm    = regexp.MustCompile(`^[2-8]\d{6}$`)
	serviceForm  = regexp.MustCompile(`^(?:[48]00\d{7}|95\d{3,6}|96\d{3,6}|1[12]\d|12\d{3})$`)
	foreignForm  = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

	extensionForm = regexp.MustCompile(`(?i)(?:转|分机|ext\.?|x|#|,|;).*$`)
	dashExtension = regexp.MustCompile(`^(0\d{2,3}-\d{7,8})-\d{1,5}$`)
)

// hiddenNumbers is what exchanges and phones send instead of a number.
var hiddenNumbers = []string{
	"", "-", "-1", "0", "null", "anonymous", "unknown", "private", "withheld", "restricted", "unavailable",
	"未知", "未知号码", "隐藏", "隐藏号码", "匿名", "无号码", "私人号码", "无法显示", "未显示",
}

// NormalisePhone brings a phone number to one form: a mobile as 11 digits, a
// landline as area code and number, 95, 96, 400 and 12345-like numbers as
// they are, a foreign one as +digits. It accepts +86, 0086, 86 and 0 before
// it, spaces, dashes, brackets, full-width digits and extensions (dropped).
// It returns ErrHiddenNumber when the caller hid it and ErrPhone when it is
// none.
func NormalisePhone(value string) (string, error) {
	text := strings.ToLower(strings.TrimSpace(foldWidth(value)))
	for _, hidden := range hiddenNumbers {
		if text == hidden {
			return "", ErrHiddenNumber
		}
	}
	digits, plus, ok := dialled(text)
	if !ok {
		return "", ErrPhone
	}
	if digits == "" || strings.Trim(digits, "0") == "" {
		return "", ErrHiddenNumber
	}
	if rest, found := strings.CutPrefix(digits, "00"); found && !plus {
		digits, plus = rest, true
	}
	if plus && !strings.HasPrefix(digits, "86") {
		return matched("+"+digits, foreignForm)
	}
	return national(digits)
}

// dialled keeps the digits of a number without its extension.
func dialled(text string) (digits string, plus, ok bool) {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "tel:"), "sip:")
	text = extensionForm.ReplaceAllString(text, "")
	if m := dashExtension.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	text, plus = strings.CutPrefix(text, "+")
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("().−", r):
		default:
			return "", plus, false
		}
	}
	return b.String(), plus, true
}

// national finds the one reading of digits that the numbering plan allows:
// as they stand, without the country code, without the 0 some exchanges put
// before a mobile, or with the 0 the country code swallowed.
func national(digits string) (string, error) {
	all := []*regexp.Regexp{mobileForm, landlineForm, serviceForm}
	if found, err := matched(digits, all...); err == nil {
		return found, nil
	}
	if localForm.MatchString(digits) {
		return HomeAreaCode + digits, nil
	}
	if rest, ok := strings.CutPrefix(digits, "0"); ok {
		if found, err := matched(rest, mobileForm); err == nil {
			return found, nil
		}
	}
	rest, ok := strings.CutPrefix(digits, "86")
	if !ok {
		return "", ErrPhone
	}
	if found, err := matched(rest, all...); err == nil {
		return found, nil
	}
	return matched("0"+rest, landlineForm)
}

func matched(text string, forms ...*regexp.Regexp) (string, error) {
	for _, form := range forms {
		if form.MatchString(text) {
			return text, nil
		}
	}
	return "", ErrPhone
}

// nameDots are the signs people type between the parts of a name such as
// 买买提·艾力; the standard one is U+00B7.
const nameDots = ".•‧∙⋅・･●·・．。"

// NormaliseName brings a name to one form: composed characters (NFC), no
// spaces between Han characters, one kind of middle dot, Latin letters in
// capitals with single spaces. It returns ErrName when nothing is left.
func NormaliseName(value string) (string, error) {
	text := strings.Join(strings.Fields(norm.NFC.String(foldWidth(value))), " ")
	var b strings.Builder
	var before rune
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
			continue
		case strings.ContainsRune(nameDots, r):
			r = '·'
		}
		if before == ' ' && isLatin(r) && b.Len() > 0 && isLatin(lastRune(b.String())) {
			b.WriteByte(' ')
		}
		before = r
		if r != ' ' {
			b.WriteRune(unicode.ToUpper(r))
		}
	}
	name := strings.Trim(b.String(), "·")
	if name == "" {
		return "", ErrName
	}
	return name, nil
}

func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }

func lastRune(s string) rune {
	runes := []rune(s)
	return runes[len(runes)-1]
}

// foldWidth turns full-width letters, digits and signs, as Chinese input
// methods give them, into plain ones.
func foldWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		}
		return r
	}, s)
}
