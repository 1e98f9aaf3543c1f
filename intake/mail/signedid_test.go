package mail

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"testing"
)

// testMAC frames its parts by length, as the vault's does.
func testMAC(purpose string, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, []byte("key of the tests"))
	for _, p := range append([][]byte{[]byte(purpose)}, parts...) {
		h.Write([]byte{byte(len(p) >> 8), byte(len(p))})
		h.Write(p)
	}
	return h.Sum(nil)
}

func testSigner(t testing.TB, plus bool) Signer {
	t.Helper()
	s, err := NewSigner(testMAC, "Desk@demo.test", plus)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const number = "2503040000017"

func TestSignedIDsComeBackAsTheyWent(t *testing.T) {
	t.Parallel()
	s := testSigner(t, true)
	for _, id := range []string{s.MessageID(number, 17), "<" + s.MessageID(number, 17) + ">", strings.ToUpper(s.MessageID(number, 17))} {
		if n, a, ok := s.ParseMessageID(id); n != number || a != 17 || !ok {
			t.Errorf("ParseMessageID(%s) = %s, %d, %v", id, n, a, ok)
		}
	}
	if n, ok := s.ParseReplyAddress(s.ReplyAddress(number)); n != number || !ok {
		t.Errorf("reply address %s: %s, %v", s.ReplyAddress(number), n, ok)
	}
	if a, ok := s.ParseBounceAddress(s.BounceAddress(17)); a != 17 || !ok {
		t.Errorf("bounce address %s: %d, %v", s.BounceAddress(17), a, ok)
	}
	if local, _, _ := strings.Cut(s.ReplyAddress(number), "@"); len(local) > 64 {
		t.Errorf("local part of %d characters, RFC 5321 allows 64", len(local))
	}
}

func TestForgedIDsAreRefused(t *testing.T) {
	t.Parallel()
	s := testSigner(t, true)
	id, reply, bounce := s.MessageID(number, 17), s.ReplyAddress(number), s.BounceAddress(17)
	otherNumber := strings.Replace(id, number, "2503040000025", 1)
	otherAttempt := strings.Replace(id, ".17.", ".18.", 1)
	_, mac, _ := strings.Cut(reply, ".")
	for _, forged := range []string{otherNumber, otherAttempt, "", "x", number + "@demo.test", number + ".17." + mac, number + ".17.aaaaaaaaaaaaaaaa@demo.test"} {
		if n, _, ok := s.ParseMessageID(forged); ok {
			t.Errorf("forged Message-ID %q accepted for %s", forged, n)
		}
	}
	if _, ok := s.ParseReplyAddress(strings.Replace(reply, number, "2503040000025", 1)); ok {
		t.Error("reply address with another number accepted")
	}
	if _, ok := s.ParseBounceAddress(strings.Replace(bounce, "+17.", "+18.", 1)); ok {
		t.Error("bounce address with another attempt accepted")
	}
}

func TestWithoutPlusAddressingTheDeskUsesItsPlainAddress(t *testing.T) {
	t.Parallel()
	s := testSigner(t, false)
	if s.ReplyAddress(number) != "desk@demo.test" || s.BounceAddress(1) != "desk@demo.test" {
		t.Errorf("got %s and %s", s.ReplyAddress(number), s.BounceAddress(1))
	}
}

func TestHintNumberIsThirteenDigitsAlone(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"Re: 来信答复（编号 2503040000017）": number,
		"2503040000017":         number,
		"证号 140402199001011234": "",
		"电话 13800000000":        "",
		"":                      "",
	} {
		if got := HintNumber(subject); got != want {
			t.Errorf("HintNumber(%q) = %q, want %q", subject, got, want)
		}
	}
}
