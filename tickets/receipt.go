package tickets

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrReceiptCode says that a receipt code is not six digits.
var ErrReceiptCode = errors.New("查询码是 6 位数字 (a receipt code has 6 digits)")

// ReceiptCode returns the receipt code 查询码 that the complainant gets with
// the number: six digits, made from a keyed hash of the ticket and of how
// often a code has been issued for it (0 the first time). The same submission
// sent twice is so answered with the same code, though the code itself is
// never stored. mac is the vault's keyed hash.
func ReceiptCode(mac func(purpose string, parts ...[]byte) []byte, ticketID int64, issue int) string {
	sum := mac("receipt code",
		binary.BigEndian.AppendUint64(nil, uint64(ticketID)),
		binary.BigEndian.AppendUint64(nil, uint64(issue)))
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(sum)%1_000_000)
}

// ReceiptHash is the form in which a code is stored and compared. It is bound
// to the number, so that equal codes of two tickets look different. Six digits
// fall to whoever may try them all: the key keeps a stolen table useless, and
// the public page throttles.
func ReceiptHash(mac func(purpose string, parts ...[]byte) []byte, number Number, code string) []byte {
	return mac("receipt hash", []byte(number), []byte(code))
}

// ParseReceiptCode reads a code as people write it, with spaces, dashes or
// full-width digits. It returns ErrReceiptCode for anything but six digits.
func ParseReceiptCode(s string) (string, error) {
	code := plainDigits(s)
	if len(code) != 6 {
		return "", ErrReceiptCode
	}
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return "", ErrReceiptCode
		}
	}
	return code, nil
}
