package vault

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is wrong with a chosen password; the text can be shown at the field.
var (
	ErrPasswordShort  = errors.New("密码至少 12 个字符 (at least 12 characters)")
	ErrPasswordLong   = errors.New("密码最多 128 个字符 (at most 128 characters)")
	ErrPasswordCommon = errors.New("密码太常见，容易被猜到 (the password is too common)")
	ErrPasswordName   = errors.New("密码不能包含账号名或姓名 (the password contains the account or the name)")
	ErrPasswordSimple = errors.New("密码过于简单：字符重复或按键盘顺序排列 (repeated or neighbouring keys)")
)

const (
	passwordLeast = 12
	passwordMost  = 128
)

// CheckPassword applies the rule for chosen passwords (GB/T 22239: complexity;
// here length first): 12 to 128 characters, not a common one, not made of one
// with figures around it, no keyboard walk, not the account or the name of
// its owner (own). It returns one of the ErrPassword errors or nil.
func CheckPassword(password string, own ...string) error {
	length := utf8.RuneCountInString(password)
	if length < passwordLeast {
		return ErrPasswordShort
	}
	if length > passwordMost {
		return ErrPasswordLong
	}
	lower := strings.ToLower(password)
	for _, name := range own {
		name = strings.ToLower(strings.TrimSpace(name))
		if utf8.RuneCountInString(name) >= 3 && strings.Contains(lower, name) {
			return ErrPasswordName
		}
	}
	if tooCommon(lower) {
		return ErrPasswordCommon
	}
	if tooSimple(lower) {
		return ErrPasswordSimple
	}
	return nil
}

// tooCommon tells that the password is a common one, or that taking the
// common words and the digits and signs out of it leaves next to nothing.
func tooCommon(lower string) bool {
	plain := strings.NewReplacer("@", "a", "0", "o", "3", "e", "$", "s", "1", "l").Replace(lower)
	words := strings.Fields(commonPasswords)
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	for _, text := range []string{lower, plain} {
		for _, word := range words {
			text = strings.ReplaceAll(text, word, " ")
		}
		rest := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return r
			}
			return -1
		}, text)
		if strings.Contains(text, " ") && utf8.RuneCountInString(rest) < 4 {
			return true
		}
	}
	return false
}

// tooSimple tells that fewer than five different characters are used, or that
// two thirds of the neighbours are the same or the next key or letter.
func tooSimple(lower string) bool {
	runes := []rune(lower)
	seen := map[rune]bool{}
	walked := 0
	for i, r := range runes {
		seen[r] = true
		if i > 0 && neighbours(runes[i-1], r) {
			walked++
		}
	}
	return len(seen) < 5 || 3*walked >= 2*(len(runes)-1)
}

// keyRows are the rows and the slanting columns of the keyboard, and the
// alphabet.
var keyRows = []string{
	"`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "!@#$%^&*()_+",
	"1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/",
	"abcdefghijklmnopqrstuvwxyz",
}

func neighbours(a, b rune) bool {
	if a == b {
		return true
	}
	pair, reverse := string([]rune{a, b}), string([]rune{b, a})
	for _, row := range keyRows {
		if strings.Contains(row, pair) || strings.Contains(row, reverse) {
			return true
		}
	}
	return false
}

// commonPasswords are words and walks that people build passwords from, in
// lower case.
const commonPasswords = `
administrator administration superadmin rootroot adminadmin admin password123 passwordpassword password passw0rd passwd
qwertyuiop qwerty123 qwerty qwert asdfghjkl asdfgh asdf zxcvbnm zxcvbn zxcv 1qaz2wsx3edc 1qaz2wsx 1q2w3e4r5t 1q2w3e4r 1q2w3e qazwsxedc qazwsx
!qaz@wsx !qaz1qaz zaq12wsx zaq1 q1w2e3r4 qweasdzxc qweasd qwe123 qwe asd123 asd zxc123 zxc abc123 abcd1234 abcdefg abcdef abcd abc a1b2c3d4 a1b2c3 aa123456
1234567890 123456789 12345678 1234567 123456 12345 1234 123123 123321 123qwe 147258369 147258 159357 654321 987654321 520520 5201314 1314520 521521 666666 888888 000000 111111 112233 121212 131313
iloveyou woaini woaiwojia woaizhongguo woaizuguo letmein welcome sunshine princess monkey dragon football baseball superman batman master shadow
login changeme default secret trustno1 whatever computer internet server oracle postgres mysql root test guest user hello ninhao nihao
zhangsan lisi wangwu mima wodemima mimamima changzhi shanxi beijing zhongguo china minzhengju minzheng minzhenju dibao shehuijiuzhu fuwuqi xitong gongzuo yonghu guanliyuan guanli huanying
spring summer autumn winter monday friday january february october december huawei lenovo xiaomi windows taobao weixin alipay
`
