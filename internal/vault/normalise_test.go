package vault

import (
	"errors"
	"testing"
	"time"
)

func TestNormalisePhoneReadsWhatPeopleAndExchangesSend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, want string
		err            error
	}{
		{"mobile", "13800000000", "13800000000", nil},
		{"mobile in groups", "138 0000 0000", "13800000000", nil},
		{"mobile with dashes", "138-0000-0000", "13800000000", nil},
		{"full width", "１３８００００００００", "13800000000", nil},
		{"+86", "+86 13800000000", "13800000000", nil},
		{"full-width plus", "＋8613800000000", "13800000000", nil},
		{"0086", "008613800000000", "13800000000", nil},
		{"86", "8613800000000", "13800000000", nil},
		{"0 before a mobile", "013800000000", "13800000000", nil},
		{"tel link", "tel:+86-138-0000-0000", "13800000000", nil},
		{"landline", "0355-2123456", "03552123456", nil},
		{"landline with space", "0355 2123456", "03552123456", nil},
		{"landline in brackets", "（0355）2123456", "03552123456", nil},
		{"landline of home", "2123456", "03552123456", nil},
		{"+86 without the 0", "+86 355 2123456", "03552123456", nil},
		{"+86 with the 0", "+86 0355 2123456", "03552123456", nil},
		{"landline, extension", "0355-2123456转801", "03552123456", nil},
		{"landline, dash extension", "0355-2123456-801", "03552123456", nil},
		{"Peking", "010-62345678", "01062345678", nil},
		{"Taiyuan", "0351-4123456", "03514123456", nil},
		{"400", "400-612-3456", "4006123456", nil},
		{"95", "95533", "95533", nil},
		{"96", "96518", "96518", nil},
		{"12345", "12345", "12345", nil},
		{"110", "110", "110", nil},
		{"abroad", "+852 2123 4567", "+85221234567", nil},
		{"abroad by 00", "0085221234567", "+85221234567", nil},
		{"hidden, empty", "  ", "", ErrHiddenNumber},
		{"hidden, word", "Anonymous", "", ErrHiddenNumber},
		{"hidden, Chinese", "未知号码", "", ErrHiddenNumber},
		{"hidden, zeros", "00000000", "", ErrHiddenNumber},
		{"hidden, -1", "-1", "", ErrHiddenNumber},
		{"mobile short", "1380000000", "", ErrPhone},
		{"mobile long", "138000000001", "", ErrPhone},
		{"no such mobile", "12800000000", "", ErrPhone},
		{"letters", "1380000abcd", "", ErrPhone},
		{"landline with 1", "0355-1123456", "", ErrPhone},
		{"two numbers", "13800000000 13900000000", "", ErrPhone},
	} {
		got, err := NormalisePhone(c.in)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: NormalisePhone(%q) = %q, %v; want %q, %v", c.name, c.in, got, err, c.want, c.err)
		}
		if err == nil {
			if again, err := NormalisePhone(got); again != got || err != nil {
				t.Errorf("%s: the normal form %q normalises to %q, %v", c.name, got, again, err)
			}
		}
	}
}

func TestNormaliseNameBringsSpellingsTogether(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", "张三", "张三"},
		{"spaced out", " 张　三 ", "张三"},
		{"standard dot", "买买提·艾力", "买买提·艾力"},
		{"bullet", "买买提•艾力", "买买提·艾力"},
		{"katakana dot", "买买提・艾力", "买买提·艾力"},
		{"full stop", "买买提.艾力", "买买提·艾力"},
		{"full-width stop, spaces", "买买提 ． 艾力", "买买提·艾力"},
		{"ideographic stop", "买买提。艾力", "买买提·艾力"},
		{"dots at the ends", "·张三·", "张三"},
		{"Latin", "john  Smith", "JOHN SMITH"},
		{"full-width Latin", "Ｊｏｈｎ", "JOHN"},
		{"combining mark", "Rene\u0301", "RENÉ"},
		{"zero width", "张\u200b三\ufeff", "张三"},
		{"rare character", "𠀾三", "𠀾三"},
	} {
		got, err := NormaliseName(c.in)
		if got != c.want || err != nil {
			t.Errorf("%s: NormaliseName(%q) = %q, %v; want %q", c.name, c.in, got, err, c.want)
		}
	}
	for _, in := range []string{"", " \u3000", "·", "\u200b"} {
		if got, err := NormaliseName(in); !errors.Is(err, ErrName) {
			t.Errorf("NormaliseName(%q) = %q, %v; want ErrName", in, got, err)
		}
	}
}

func TestParseCitizenIDReadsWhatPeopleType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, want string
		err            error
	}{
		{"vector of the standard", "11010519491231002X", "11010519491231002X", nil},
		{"belongs to nobody 1", "149999190001010017", "149999190001010017", nil},
		{"belongs to nobody 2", "149999190001010025", "149999190001010025", nil},
		{"lower-case x", "11010519491231002x", "11010519491231002X", nil},
		{"full width", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X", nil},
		{"times sign", "11010519491231002×", "11010519491231002X", nil},
		{"groups", "110105 19491231 002X", "11010519491231002X", nil},
		{"15 digits", "110105491231002", "11010519491231002X", nil},
		{"wrong check digit", "110105194912310021", "", ErrCitizenIDCheck},
		{"X for another digit", "14999919000101001X", "", ErrCitizenIDCheck},
		{"31 February", "149999190002310010", "", ErrCitizenIDCheck},
		{"too short", "14999919000101001", "", ErrCitizenID},
		{"too long", "1499991900010100170", "", ErrCitizenID},
		{"letter inside", "1499991900O1010017", "", ErrCitizenID},
		{"letter at the end", "14999919000101001A", "", ErrCitizenID},
		{"leading zero", "049999190001010017", "", ErrCitizenID},
		{"empty", "", "", ErrCitizenID},
	} {
		got, err := ParseCitizenID(c.in)
		if string(got) != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: ParseCitizenID(%q) = %q, %v; want %q, %v", c.name, c.in, got, err, c.want, c.err)
		}
		if err != nil && !errors.Is(err, ErrCitizenID) {
			t.Errorf("%s: %v does not match ErrCitizenID", c.name, err)
		}
	}
}

func TestParseCitizenIDRefusesImpossibleBirthDates(t *testing.T) {
	t.Parallel()
	for _, date := range []string{"19000231", "19001301", "19000100", "19000229", "20010229", "18400101", "00000101"} {
		digits := "149999" + date + "001"
		id := digits + string(citizenIDCheck(digits))
		if got, err := ParseCitizenID(id); !errors.Is(err, ErrCitizenIDBirth) {
			t.Errorf("birth %s: %q, %v; want ErrCitizenIDBirth", date, got, err)
		}
	}
	if _, err := ParseCitizenID("149999000231001"); !errors.Is(err, ErrCitizenIDBirth) {
		t.Errorf("15 digits of 31 February: %v", err)
	}
	leap := "14999920000229001"
	if _, err := ParseCitizenID(leap + string(citizenIDCheck(leap))); err != nil {
		t.Errorf("29 February 2000: %v", err)
	}
}

// weights of GB 11643, written out: the code uses the recurrence of ISO 7064.
func TestCheckDigitAgreesWithTheWeightsOfTheStandard(t *testing.T) {
	t.Parallel()
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	for _, digits := range []string{"11010519491231002", "14999919000101001", "14999919000101002", "14042819991231998"} {
		sum := 0
		for i, w := range weights {
			sum += w * int(digits[i]-'0')
		}
		if got, want := citizenIDCheck(digits), "10X98765432"[sum%11]; got != want {
			t.Errorf("check of %s is %c, want %c", digits, got, want)
		}
	}
}

func TestCitizenIDTellsBirthSexAndAge(t *testing.T) {
	t.Parallel()
	id, err := ParseCitizenID("11010519491231002X")
	if err != nil {
		t.Fatal(err)
	}
	if got := id.Born().Format(time.DateOnly); got != "1949-12-31" {
		t.Errorf("born %s", got)
	}
	if id.Male() {
		t.Error("sequence 002 is a woman's")
	}
	if man := CitizenID("149999190001010017"); !man.Male() {
		t.Error("sequence 001 is a man's")
	}
	if none := CitizenID(""); !none.Born().IsZero() || none.Male() {
		t.Error("an empty id has a birth date or a sex")
	}
	for _, c := range []struct {
		day  string
		want int
	}{{"2024-12-30", 74}, {"2024-12-31", 75}, {"1949-12-31", 0}, {"1949-12-30", -1}} {
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := id.AgeOn(day); got != c.want {
			t.Errorf("age on %s is %d, want %d", c.day, got, c.want)
		}
	}
}
