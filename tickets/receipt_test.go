package tickets

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
)

// testMAC stands in for the vault: keyed, and framed by lengths.
func testMAC(purpose string, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, []byte("key"))
	for _, part := range append([][]byte{[]byte(purpose)}, parts...) {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return h.Sum(nil)
}

func TestReceiptCodeIsTheSameForARepeatAndNewForAReissue(t *testing.T) {
	t.Parallel()
	first := ReceiptCode(testMAC, 7, 0)
	if len(first) != 6 {
		t.Fatalf("code %q has not six digits", first)
	}
	if again := ReceiptCode(testMAC, 7, 0); again != first {
		t.Errorf("repeat gave %q, want %q", again, first)
	}
	if next := ReceiptCode(testMAC, 7, 1); next == first {
		t.Errorf("the re-issued code is the old one, %q", next)
	}
	if other := ReceiptCode(testMAC, 8, 0); other == first {
		t.Errorf("the neighbouring ticket has the same code, %q", other)
	}
}

func TestReceiptCodesSpreadOverAllDigits(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	zeros := 0
	for id := range int64(5000) {
		code := ReceiptCode(testMAC, id, 0)
		seen[code] = true
		if code[0] == '0' {
			zeros++
		}
	}
	if len(seen) < 4950 {
		t.Errorf("5000 tickets share %d codes", len(seen))
	}
	if zeros < 400 || zeros > 600 {
		t.Errorf("%d of 5000 codes begin with 0, want about 500", zeros)
	}
}

func TestReceiptHashIsBoundToTheNumber(t *testing.T) {
	t.Parallel()
	a := ReceiptHash(testMAC, "2609181234567", "123456")
	if !bytes.Equal(a, ReceiptHash(testMAC, "2609181234567", "123456")) {
		t.Error("the same number and code hash differently")
	}
	if bytes.Equal(a, ReceiptHash(testMAC, "2609181234568", "123456")) {
		t.Error("another number has the same hash")
	}
	if bytes.Equal(a, ReceiptHash(testMAC, "2609181234567", "123457")) {
		t.Error("another code has the same hash")
	}
}

func TestParseReceiptCodeReadsWhatPeopleType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, want string
		err      error
	}{
		{"012345", "012345", nil},
		{" 012 345 ", "012345", nil},
		{"０１２－３４５", "012345", nil},
		{"12345", "", ErrReceiptCode},
		{"12345a", "", ErrReceiptCode},
		{"", "", ErrReceiptCode},
	} {
		got, err := ParseReceiptCode(c.in)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("ParseReceiptCode(%q) = %q, %v; want %q, %v", c.in, got, err, c.want, c.err)
		}
	}
}
