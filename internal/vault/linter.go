package vault

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// TraceKind says what a found span looks like.
type TraceKind string

// The kinds of traces, and what Redact writes in their place.
const (
	TraceName    TraceKind = "姓名"
	TracePhone   TraceKind = "电话"
	TraceID      TraceKind = "证件号"
	TraceBank    TraceKind = "账号"
	TraceHouse   TraceKind = "门牌"
	TracePlate   TraceKind = "车牌"
	TraceKin     TraceKind = "亲属"
	TraceAccount TraceKind = "网络账号"
)

// Span is one trace in a text: bytes Start up to, not including, End.
type Span struct {
	Start int       `json:"start"`
	End   int       `json:"end"`
	Kind  TraceKind `json:"kind"`
}

// rule finds traces of one kind by a pattern. The span is the first group
// that matched, or the whole match of a pattern without groups.
type rule struct {
	kind    TraceKind
	pattern *regexp.Regexp
}

const (
	digit    = `[0-9０-９]`
	numeral  = `[0-9０-９零〇一二两三四五六七八九十百]`
	kinWords = `妈妈|妈|母亲|娘|爸爸|爸|父亲|爹|老伴|老公|老婆|丈夫|妻子|媳妇|对象|爱人|前夫|前妻|` +
		`儿子|女儿|闺女|儿媳妇|儿媳|女婿|孙子|孙女|外孙女|外孙|` +
		`爷爷|奶奶|姥姥|姥爷|外公|外婆|公公|婆婆|岳父|岳母|丈人|丈母娘|继父|继母|养父|养母|` +
		`哥哥|大哥|二哥|哥|弟弟|弟|兄弟|姐姐|大姐|姐|妹妹|妹|姐夫|妹夫|嫂子|弟媳|小叔子|小姑子|小舅子|大伯子|` +
		`伯伯|伯父|大伯|叔叔|叔父|叔|婶子|婶|姑姑|姑父|姑|舅舅|舅妈|舅|姨夫|姨|大爷|大娘|` +
		`堂哥|堂弟|堂姐|堂妹|表哥|表弟|表姐|表妹|侄儿|侄子|侄女|外甥女|外甥|亲家|亲戚|邻居|对门`
)

// rules is the list to add to. Digits are not here: digits.go reads them.
var rules = []rule{
	{TraceHouse, regexp.MustCompile(numeral + `{1,5}[号]?(?:号楼|楼栋|栋|幢|号院)(?:` + numeral + `{1,4}(?:单元|门))?(?:` + numeral + `{1,5}(?:室|号|户)?)?`)},
	{TraceHouse, regexp.MustCompile(numeral + `{1,3}单元(?:` + numeral + `{1,5}(?:室|号|户)?)?`)},
	{TraceHouse, regexp.MustCompile(digit + `{3,5}室`)},
	{TraceHouse, regexp.MustCompile(`门牌号?(?:码)?[为是:： ]{0,2}(` + numeral + `{1,5}(?:号|排)?)`)},
	{TraceHouse, regexp.MustCompile(`(?:村|庄|街|路|巷|弄|院|屯|小区|社区|胡同|组|排|区)(` + numeral + `{1,5}(?:号|排)(?:院|楼)?)`)},
	{TraceHouse, regexp.MustCompile(`(?:村|庄|屯|小区|社区)(?:第)?(` + numeral + `{1,3}(?:村民小组|组|队|排))`)},
	{TracePlate, regexp.MustCompile(`(?i)[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-HJ-ZＡ-Ｚ][·.•\- ]?[A-HJ-NP-Z0-9０-９Ａ-Ｚ]{4,5}[A-HJ-NP-Z0-9０-９Ａ-Ｚ挂学警港澳领]`)},
	{TraceKin, regexp.MustCompile(`(?:我们家|我家|我们|我|俺们|俺家|俺|本人|咱家|咱)的?(?:亲|大|二|三|四|小|老|远房)?(?:` + kinWords + `)`)},
	{TraceKin, regexp.MustCompile(`亲(?:` + kinWords + `)`)},
	{TraceAccount, regexp.MustCompile(`(?i)[a-z0-9._%+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+`)},
	{TraceAccount, regexp.MustCompile(`(?i)(?:微信号?|QQ号?|抖音号?|快手号?|wechat|wx|vx)[是为:： ]{0,2}([a-z0-9０-９_\-]{5,20})`)},
}

// Lint finds what may give away a person in a text: phone numbers, ids, bank
// cards, house numbers, plates, people naming themselves, relations, and each
// of the known values (the complainant's sealed name, phone, address as
// typed). It errs on the side of marking: a person confirms what goes. Spans
// are sorted, do not overlap, and end on whole characters. Text that is not
// UTF-8 is searched as far as it is.
func Lint(text string, known ...string) []Span {
	var found []Span
	for _, value := range known {
		found = append(found, occurrences(text, value)...)
	}
	found = append(found, numberTraces(text)...)
	for _, r := range rules {
		for _, at := range r.pattern.FindAllStringSubmatchIndex(text, -1) {
			start, end := at[0], at[1]
			if len(at) > 2 && at[2] >= 0 {
				start, end = at[2], at[3]
			}
			found = append(found, Span{start, end, r.kind})
		}
	}
	found = append(found, nameTraces(text)...)
	return withoutOverlap(found)
}

// Redact replaces each span by its kind in brackets: 【电话】. Spans are as
// Lint gives them, some perhaps taken out or added by the operator: they are
// cut to the text and widened to whole characters, overlapping ones joined,
// so that nothing which anyone marked remains.
func Redact(text string, spans []Span) string {
	var b strings.Builder
	fitted := make([]Span, len(spans))
	for i, s := range spans {
		fitted[i] = s.fit(text)
	}
	at := 0
	for _, s := range withoutOverlap(fitted) {
		b.WriteString(text[at:s.Start])
		b.WriteString("【" + string(s.Kind) + "】")
		at = s.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// fit cuts the span to the text and widens it to whole characters.
func (s Span) fit(text string) Span {
	if s.Start >= s.End || s.End <= 0 || s.Start >= len(text) {
		return Span{}
	}
	s.Start, s.End = max(0, s.Start), min(len(text), s.End)
	for s.Start > 0 && !utf8.RuneStart(text[s.Start]) {
		s.Start--
	}
	for s.End < len(text) && !utf8.RuneStart(text[s.End]) {
		s.End++
	}
	return s
}

// occurrences finds a known value as it stands; of a name of three or more
// characters also the given name alone.
func occurrences(text, value string) []Span {
	value = strings.TrimSpace(value)
	if utf8.RuneCountInString(value) < 2 {
		return nil
	}
	kind, words := TraceName, []string{value}
	if normal, err := NormalisePhone(value); err == nil {
		kind, words = TracePhone, append(words, normal)
	} else if strings.ContainsAny(foldWidth(value), "0123456789") {
		kind = TraceHouse
	} else if n := utf8.RuneCountInString(value); n == 3 || n == 4 {
		surname, _ := surnameOf(value)
		if given := strings.TrimPrefix(value, surname); utf8.RuneCountInString(given) >= 2 {
			words = append(words, given)
		}
	}
	var found []Span
	for _, word := range words {
		for from := 0; ; {
			i := strings.Index(text[from:], word)
			if i < 0 {
				break
			}
			found = append(found, Span{from + i, from + i + len(word), kind})
			from += i + len(word)
		}
	}
	return found
}

// withoutOverlap sorts spans and joins those that overlap; the joined span
// has the kind of the longest.
func withoutOverlap(spans []Span) []Span {
	spans = slices.DeleteFunc(spans, func(s Span) bool { return s.Start < 0 || s.Start >= s.End })
	slices.SortFunc(spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
	var out []Span
	longest := 0
	for _, s := range spans {
		last := len(out) - 1
		if last < 0 || s.Start >= out[last].End {
			out, longest = append(out, s), s.End-s.Start
			continue
		}
		if s.End-s.Start > longest {
			out[last].Kind, longest = s.Kind, s.End-s.Start
		}
		out[last].End = max(out[last].End, s.End)
	}
	return out
}
