package vault

import (
	"errors"
	"strings"
	"time"
	"unicode"
)

// ErrCitizenID and its kin say what is wrong with a citizen id; the text can
// be shown at the field. All match ErrCitizenID with errors.Is.
var (
	ErrCitizenID      = errors.New("不是有效的公民身份号码 (not a citizen id)")
	ErrCitizenIDCheck = citizenIDError("身份证号校验位不对，请再核对 (the check digit of the citizen id is wrong)")
	ErrCitizenIDBirth = citizenIDError("身份证号中的出生日期不存在 (the citizen id has an impossible birth date)")
)

type citizenIDError string

func (e citizenIDError) Error() string        { return string(e) }
func (e citizenIDError) Is(target error) bool { return target == ErrCitizenID || target == error(e) }

// CitizenID is a citizen id of 18 characters whose check digit and birth date
// hold (GB 11643). The first six digits are the place of first registration;
// they say nothing about where the person lives now, and old districts keep
// their codes, so they are not checked and never used to find the county.
type CitizenID string

// ParseCitizenID reads a citizen id as people write it: 18 characters, or 15
// digits of before 2000 (upgraded with century 19), lower-case x, full-width
// digits, spaces and dashes. It returns ErrCitizenIDCheck,
// ErrCitizenIDBirth or ErrCitizenID. Whether the birth date lies in the
// future depends on today: ask AgeOn.
func ParseCitizenID(value string) (CitizenID, error) {
	text := strings.Map(func(r rune) rune {
		switch {
		case r == 'x' || r == '×' || r == 'Ｘ':
			return 'X'
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, foldWidth(value))
	if len(text) == 15 && onlyDigits(text) {
		text = text[:6] + "19" + text[6:]
		text += string(citizenIDCheck(text))
	}
	if len(text) != 18 || !onlyDigits(text[:17]) || text[0] == '0' {
		return "", ErrCitizenID
	}
	if text[17] != citizenIDCheck(text[:17]) {
		if text[17] != 'X' && !onlyDigits(text[17:]) {
			return "", ErrCitizenID
		}
		return "", ErrCitizenIDCheck
	}
	born, err := time.Parse("20060102", text[6:14])
	if err != nil || born.Year() < 1850 {
		return "", ErrCitizenIDBirth
	}
	return CitizenID(text), nil
}

// citizenIDCheck computes the check character of 17 digits: ISO 7064 MOD 11-2,
// which is what the weights of GB 11643 amount to.
func citizenIDCheck(digits string) byte {
	p := 0
	for i := range len(digits) {
		p = (p + int(digits[i]-'0')) * 2 % 11
	}
	check := (12 - p) % 11
	if check == 10 {
		return 'X'
	}
	return byte('0' + check)
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Born returns the birth date, at 00:00 UTC; the zero time for a CitizenID
// that did not come from ParseCitizenID.
func (c CitizenID) Born() time.Time {
	if len(c) != 18 {
		return time.Time{}
	}
	born, _ := time.Parse("20060102", string(c[6:14])) // checked by ParseCitizenID
	return born
}

// Male tells the registered sex: the 17th digit is odd for men.
func (c CitizenID) Male() bool { return len(c) == 18 && c[16]%2 == 1 }

// AgeOn returns the full years of age on the given calendar day. It is
// negative for a day before birth, which no living person's id gives: refuse it.
func (c CitizenID) AgeOn(day time.Time) int {
	born := c.Born()
	years := day.Year() - born.Year()
	if day.Month() < born.Month() || day.Month() == born.Month() && day.Day() < born.Day() {
		years--
	}
	return years
}
