package tickets

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func testPermutation(t testing.TB) Permutation {
	t.Helper()
	perm, err := NewPermutation([]byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return perm
}

func TestScrambleIsABijectionOverTheWholeDay(t *testing.T) {
	t.Parallel()
	perm := testPermutation(t)
	seen := make([]bool, MaxSerial+1)
	for serial := range MaxSerial + 1 {
		got := perm.Scramble(260918, serial)
		if got < 0 || got > MaxSerial {
			t.Fatalf("serial %d goes to %d, outside the domain", serial, got)
		}
		if seen[got] {
			t.Fatalf("serial %d goes to %d, which is taken", serial, got)
		}
		seen[got] = true
		if serial%50 != 0 {
			continue
		}
		if back := perm.Unscramble(260918, got); back != serial {
			t.Fatalf("%d comes back as %d", serial, back)
		}
	}
}

func TestNeighbouringSerialsLieFarApartAndDaysDiffer(t *testing.T) {
	t.Parallel()
	perm := testPermutation(t)
	near, same := 0, 0
	for serial := range 1000 {
		a, b := perm.Scramble(260918, serial), perm.Scramble(260918, serial+1)
		if d := a - b; d > -1000 && d < 1000 {
			near++
		}
		if a == perm.Scramble(260919, serial) {
			same++
		}
	}
	if near > 20 { // 2 are expected of a random order
		t.Errorf("%d of 1000 neighbours stay within 1000 of each other", near)
	}
	if same > 5 {
		t.Errorf("%d of 1000 serials get the same place on two days", same)
	}
}

func TestNewPermutationRefusesAShortKey(t *testing.T) {
	t.Parallel()
	if _, err := NewPermutation([]byte("short")); err == nil {
		t.Error("a key of 5 bytes was taken")
	}
}

func TestNewNumberCarriesTheDayOfTheDesk(t *testing.T) {
	t.Parallel()
	perm := testPermutation(t)
	// 17:30 UTC is 01:30 of the next day at the desk.
	at := time.Date(2026, 9, 17, 17, 30, 0, 0, time.UTC)
	n := NewNumber(at, 0, perm)
	if len(n) != 13 || !strings.HasPrefix(string(n), "260918") {
		t.Fatalf("number %q is not of 2026-09-18", n)
	}
	want := time.Date(2026, 9, 18, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	if got := n.Day(); !got.Equal(want) {
		t.Errorf("Day() = %v, want %v", got, want)
	}
	if got, err := ParseNumber(n.String()); err != nil || got != n {
		t.Errorf("ParseNumber(%q) = %q, %v", n, got, err)
	}
}

func TestNewNumberRefusesSerialsBeyondTheDay(t *testing.T) {
	t.Parallel()
	perm := testPermutation(t)
	for _, serial := range []int{-1, MaxSerial + 1} {
		if n := NewNumber(time.Unix(0, 0), serial, perm); n != "" {
			t.Errorf("serial %d gave %q", serial, n)
		}
	}
	if n := NewNumber(time.Unix(0, 0), MaxSerial, perm); n == "" {
		t.Error("the last serial gave no number")
	}
}

func TestDayOfNoNumberIsZero(t *testing.T) {
	t.Parallel()
	for _, n := range []Number{"", "123", "2613451234567"} {
		if !n.Day().IsZero() {
			t.Errorf("Day of %q = %v", n, n.Day())
		}
	}
}

// The example of ISO 7064 for MOD 11,10: 0794 has the check digit 5.
func TestNumberCheckAgreesWithTheStandard(t *testing.T) {
	t.Parallel()
	if got := numberCheck([]byte("0794")); got != '5' {
		t.Errorf("check of 0794 is %c, want 5", got)
	}
}

func TestParseNumberReadsWhatPeopleType(t *testing.T) {
	t.Parallel()
	n := string(NewNumber(time.Date(2026, 9, 18, 4, 0, 0, 0, time.UTC), 42, testPermutation(t)))
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, n)
	wrong := n[:12] + string('0'+(n[12]-'0'+1)%10)
	noDay := "261332123456"
	noDay += string(numberCheck([]byte(noDay)))
	for _, c := range []struct {
		name, in string
		want     error
	}{
		{"plain", n, nil},
		{"groups", n[:6] + " " + n[6:12] + "-" + n[12:], nil},
		{"full width", wide, nil},
		{"em dash and outer spaces", "\u3000" + n[:6] + "—" + n[6:] + "\n", nil},
		{"a digit short", n[1:], ErrNumberLength},
		{"a digit more", n + "0", ErrNumberLength},
		{"a letter", "O" + n[1:], ErrNumberLength},
		{"empty", "", ErrNumberLength},
		{"wrong check digit", wrong, ErrNumberCheck},
		{"month 13", noDay, ErrNumberDay},
	} {
		got, err := ParseNumber(c.in)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
		if c.want == nil && string(got) != n {
			t.Errorf("%s: got %q, want %q", c.name, got, n)
		}
	}
}

func TestCheckDigitFindsEverySingleErrorAndMostSwaps(t *testing.T) {
	t.Parallel()
	perm := testPermutation(t)
	swaps, missed := 0, 0
	for serial := range 2000 {
		n := []byte(NewNumber(time.Date(2026, 9, 18, 4, 0, 0, 0, time.UTC), serial, perm))
		for i := range n {
			was := n[i]
			for d := byte('0'); d <= '9'; d++ {
				n[i] = d
				if d != was && numberCheck(n[:12]) == n[12] {
					t.Fatalf("digit %d changed to %c is not noticed: %s", i, d, n)
				}
			}
			n[i] = was
			if i > 0 && n[i] != n[i-1] {
				n[i], n[i-1] = n[i-1], n[i]
				swaps++
				if numberCheck(n[:12]) == n[12] {
					missed++
				}
				n[i], n[i-1] = n[i-1], n[i]
			}
		}
	}
	t.Logf("%d of %d swaps of neighbours missed", missed, swaps)
	if missed*40 > swaps {
		t.Errorf("%d of %d swaps missed, more than 1 in 40", missed, swaps)
	}
}

func BenchmarkNewNumber(b *testing.B) {
	perm := testPermutation(b)
	day := time.Date(2026, 9, 18, 4, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	serial := 0
	for b.Loop() {
		NewNumber(day, serial, perm)
		serial = (serial + 1) % (MaxSerial + 1)
	}
}
