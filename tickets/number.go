package tickets

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/emmansun/gmsm/sm4"
)

// What is wrong with a ticket number that someone typed. The text can be
// shown at the field.
var (
	ErrNumberLength = errors.New("工单编号是 13 位数字 (a ticket number has 13 digits)")
	ErrNumberCheck  = errors.New("工单编号的校验位不对，请再核对一遍 (the check digit of the ticket number is wrong)")
	ErrNumberDay    = errors.New("工单编号开头不是日期 (the ticket number does not begin with a date)")
)

// MaxSerial is the last serial of a day; the first is 0.
const MaxSerial = 999_999

// deskZone is the zone of all dates people see: China has no summer time.
var deskZone = time.FixedZone("+08:00", 8*60*60)

// Number is a ticket number 工单编号: 13 digits, the date yymmdd in the zone
// of the desk, six digits of the scrambled serial of that day, and a check
// digit (ISO 7064 MOD 11,10), so that it can be said on the phone.
type Number string

// NewNumber returns the number of the serial-th ticket (from 0) of the day on
// which day falls at +08:00. Numbers of one day are all different, and
// neighbouring serials tell nothing of each other or of the volume. For a
// serial outside 0 to MaxSerial it returns the empty Number, which the
// database refuses.
func NewNumber(day time.Time, serial int, perm Permutation) Number {
	if serial < 0 || serial > MaxSerial {
		return ""
	}
	day = day.In(deskZone)
	date := day.Year()%100*10000 + int(day.Month())*100 + day.Day()
	var digits [13]byte
	putDigits(digits[:6], date)
	putDigits(digits[6:12], perm.Scramble(date, serial))
	digits[12] = numberCheck(digits[:12])
	return Number(digits[:])
}

// ParseNumber reads a number as people write it, with spaces, dashes or
// full-width digits. It returns ErrNumberLength, ErrNumberCheck or
// ErrNumberDay.
func ParseNumber(s string) (Number, error) {
	digits := plainDigits(s)
	if len(digits) != 13 {
		return "", ErrNumberLength
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return "", ErrNumberLength
		}
	}
	if numberCheck([]byte(digits[:12])) != digits[12] {
		return "", ErrNumberCheck
	}
	if _, err := time.Parse("060102", digits[:6]); err != nil {
		return "", ErrNumberDay
	}
	return Number(digits), nil
}

// Day returns the day of the number, at 00:00 +08:00, of the years 2000 to
// 2099. It is the zero time for a Number that did not come from NewNumber or
// ParseNumber.
func (n Number) Day() time.Time {
	if len(n) != 13 {
		return time.Time{}
	}
	day, err := time.ParseInLocation("20060102", "20"+string(n[:6]), deskZone)
	if err != nil {
		return time.Time{}
	}
	return day
}

// String returns the 13 digits.
func (n Number) String() string { return string(n) }

// numberCheck computes the check digit of digits by ISO 7064 MOD 11,10. It
// finds every single wrong digit, and swapped neighbours but for few pairs.
func numberCheck(digits []byte) byte {
	p := 10
	for _, d := range digits {
		s := (p + int(d-'0')) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return byte('0' + (11-p)%10)
}

// putDigits writes n in decimal, with leading zeros, over the whole of dst.
func putDigits(dst []byte, n int) {
	for i := len(dst) - 1; i >= 0; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
}

// plainDigits folds full-width digits and drops spaces and dashes; all else
// stays, to be refused.
func plainDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}

// Permutation scrambles the serials of a day under a key: consecutive numbers
// would tell everyone how many tickets there are, and where hidden ones lie.
// Losing the key does no harm to numbers already given; changing it within a
// day may give a number twice, which the database refuses.
type Permutation struct {
	block cipher.Block
}

// PermutationKeySize is the length of the key in bytes.
const PermutationKeySize = 16

// NewPermutation makes the permutation of a key of PermutationKeySize bytes.
func NewPermutation(key []byte) (Permutation, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return Permutation{}, fmt.Errorf("number permutation: %w", err)
	}
	return Permutation{block}, nil
}

// Rounds of the Feistel network: ten, as the standard for such small domains
// (FF1) has. The domain 0..999999 is split into two halves of 0..999, and the
// halves are added modulo 1000, so the result stays in the domain.
const (
	feistelRounds = 10
	half          = 1000
)

// Scramble maps a serial (0 to MaxSerial) to another, one to one. date is
// any integer that names the day; every day has its own order.
func (p Permutation) Scramble(date, serial int) int {
	var buf [sm4.BlockSize]byte
	a, b := serial/half, serial%half
	for round := range feistelRounds {
		a, b = b, (a+p.round(buf[:], date, round, b))%half
	}
	return a*half + b
}

// Unscramble is the inverse of Scramble.
func (p Permutation) Unscramble(date, scrambled int) int {
	var buf [sm4.BlockSize]byte
	a, b := scrambled/half, scrambled%half
	for round := feistelRounds - 1; round >= 0; round-- {
		a, b = (b+half-p.round(buf[:], date, round, a))%half, a
	}
	return a*half + b
}

// round is a keyed random function of its arguments: SM4 of all of them, cut
// to 0..999. buf is one block of working space.
func (p Permutation) round(buf []byte, date, round, value int) int {
	binary.BigEndian.PutUint64(buf, uint64(date))
	binary.BigEndian.PutUint32(buf[8:], uint32(round))
	binary.BigEndian.PutUint32(buf[12:], uint32(value))
	p.block.Encrypt(buf, buf)
	return int(binary.BigEndian.Uint64(buf) % half)
}
