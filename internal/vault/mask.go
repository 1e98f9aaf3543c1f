package vault

import (
	"strings"
	"unicode/utf8"
)

// MaskName keeps the first and the last character: 张*三; of two characters
// the first: 张*. One star stands for any length. A compound surname counts
// as one character (欧阳*, 欧阳*娜), of a name with a middle dot each part
// keeps its first (阿*·买*), of a Latin one the first letter stays. Masks are
// for open tickets only: in a village a surname is a name.
func MaskName(name string) string {
	normal, err := NormaliseName(name)
	if err != nil {
		return ""
	}
	if strings.Contains(normal, "·") {
		parts := strings.Split(normal, "·")
		for i, part := range parts {
			parts[i] = firstRunes(part, 1) + "*"
		}
		return strings.Join(parts, "·")
	}
	length := utf8.RuneCountInString(normal)
	surname := firstRunes(normal, 1)
	if length >= 3 && compoundSurnames[firstRunes(normal, 2)] {
		surname = firstRunes(normal, 2)
	}
	given := length - utf8.RuneCountInString(surname)
	switch {
	case length == 1:
		return "*"
	case given == 1 || isLatin([]rune(normal)[0]):
		return surname + "*"
	}
	return surname + "*" + string(lastRune(normal))
}

// compoundSurnames are the surnames of two characters in use today.
var compoundSurnames = wordSet(`欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 长孙 宇文 司徒 令狐 夏侯 轩辕
	端木 百里 呼延 南宫 西门 独孤 司空 申屠 太史 公冶 钟离 鲜于 闾丘 濮阳 淳于 单于 拓跋 赫连 澹台 宗政 公羊
	万俟 闻人 左丘 第五 东郭 南门 乐正 亓官 仲孙 叔孙 梁丘 谷梁 段干 完颜 耶律 纳兰 叶赫 富察 钮祜 爱新 东野`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}

// MaskPhone hides four digits: 138****1234 of a mobile, 0355****456 of a
// landline. Service numbers (400, 95, 96, 12345) belong to no person and
// stay. Of anything else only the last two digits remain, if it has seven.
func MaskPhone(phone string) string {
	normal, err := NormalisePhone(phone)
	switch {
	case err == nil && mobileForm.MatchString(normal):
		return normal[:3] + "****" + normal[7:]
	case err == nil && landlineForm.MatchString(normal):
		return normal[:len(normal)-7] + "****" + normal[len(normal)-3:]
	case err == nil && serviceForm.MatchString(normal):
		return normal
	}
	text := strings.TrimSpace(foldWidth(phone))
	if text == "" {
		return ""
	}
	if n := utf8.RuneCountInString(text); n >= 7 {
		return "****" + string([]rune(text)[n-2:])
	}
	return "****"
}

// MaskCitizenID keeps the first six and the last four characters, for views
// inside the bureau. A value that is no citizen id is hidden whole.
func MaskCitizenID(id string) string {
	return maskMiddle(id, 6, 4)
}

// MaskCitizenIDOutside keeps the first four digits only, for what leaves the
// bureau: audit samples, postings, replies.
func MaskCitizenIDOutside(id string) string {
	return maskMiddle(id, 4, 0)
}

func maskMiddle(id string, front, rear int) string {
	text := strings.ToUpper(strings.Join(strings.Fields(foldWidth(id)), ""))
	if text == "" {
		return ""
	}
	if len(text) != 18 && len(text) != 15 || !onlyDigits(text[:len(text)-1]) {
		return "****"
	}
	hidden := strings.Repeat("*", len(text)-front-rear)
	return text[:front] + hidden + text[len(text)-rear:]
}

// MaskBankAccount keeps the last four digits.
func MaskBankAccount(account string) string {
	text := strings.Join(strings.Fields(strings.ReplaceAll(foldWidth(account), "-", "")), "")
	if text == "" {
		return ""
	}
	if len(text) < 8 || !onlyDigits(text) {
		return "****"
	}
	return "****" + text[len(text)-4:]
}

// MaskAddress cuts an address after the township, or the county where no
// township is named, and hides the rest: 山西省长治市武乡县大有乡***. Village
// and house are never shown.
func MaskAddress(address string) string {
	text := []rune(strings.Join(strings.Fields(foldWidth(address)), ""))
	if len(text) == 0 {
		return ""
	}
	keep := townshipEnd(text)
	if keep == 0 {
		keep = countyEnd(text)
	}
	if keep == len(text) {
		return string(text)
	}
	return string(text[:keep]) + "***"
}

// townshipEnd returns the index after 镇, 乡 or 街道, 0 when there is none.
// A sign that is part of a longer name (武乡县, 景德镇市, 乡镇) is none.
func townshipEnd(text []rune) int {
	for i := 1; i < len(text); i++ {
		var next rune
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch {
		case text[i] == '道' && text[i-1] == '街' && i > 1:
			if strings.HasPrefix(string(text[i+1:]), "办事处") {
				return i + 4
			}
			return i + 1
		case (text[i] == '镇' || text[i] == '乡') && !strings.ContainsRune("县市区镇乡", next):
			return i + 1
		}
	}
	return 0
}

// countyEnd returns the index after the county or, where none is named, the
// city. 小区, 社区 and the like are no district.
func countyEnd(text []rune) int {
	city := 0
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '县', text[i] == '旗':
			return i + 1
		case text[i] == '区' && !strings.ContainsRune("小社园厂校片治", text[i-1]):
			return i + 1
		case text[i] == '市' && text[i-1] != '超' && text[i-1] != '城':
			if city > 0 {
				return i + 1
			}
			city = i + 1
		}
		if city > 0 && i-city > 5 {
			break
		}
	}
	return city
}

// firstRunes returns the first n characters of s, or all of it.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
