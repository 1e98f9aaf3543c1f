package bigram_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hotline/internal/bigram"
)

func TestTokensCutsHanIntoPairsAndLatinIntoWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a run of Han", "低保户", []string{"低保", "保户", "户"}},
		{"punctuation ends a run", "低保。户口", []string{"低保", "保", "户口", "口"}},
		{"a lone character stands alone", "我, 他们", []string{"我", "他们", "们"}},
		{"Latin in lower case, marked", "ATM Card", []string{"watm", "wcard"}},
		{"digits beside Han", "欠3个月", []string{"欠", "w3", "个月", "月"}},
		{"full width reads as plain", "ＡＢ１２", []string{"wab12"}},
		{"each once", "低保低保", []string{"低保", "保低", "保"}},
		{"quotes and operators vanish", `a'b\c & !d`, []string{"wa", "wb", "wc", "wd"}},
		{"a character beyond the basic plane", "𠀀𠀁", []string{"𠀀𠀁", "𠀁"}},
		{"broken UTF-8 is no word", "\xff\xfe低保", []string{"低保", "保"}},
		{"nothing", " 、。", nil},
		{"a word longer than any", strings.Repeat("x", 100), []string{"w" + strings.Repeat("x", 39)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, bigram.Tokens(c.text)); diff != "" {
				t.Errorf("Tokens(%q), -want +got:\n%s", c.text, diff)
			}
		})
	}
}

func TestQueryAsksForEveryPart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words, want string
		ok          bool
	}{
		{"低保", "低保", true},
		{"低保户", "低保 & 保户", true},
		{"低", "低:*", true},
		{"低保 atm", "低保 & watm:*", true},
		{"u12", "wu12:*", true},
		{"  ", "", false},
		{"'; DROP", "wdrop:*", true},
	} {
		got, ok := bigram.Query(c.words)
		if got != c.want || ok != c.ok {
			t.Errorf("Query(%q) = %q, %v, want %q, %v", c.words, got, ok, c.want, c.ok)
		}
	}
}

func TestQueryIsBounded(t *testing.T) {
	t.Parallel()
	letter := make([]rune, 500)
	for i := range letter {
		letter[i] = rune(0x4e00 + i)
	}
	got, _ := bigram.Query(string(letter))
	if n := strings.Count(got, "&") + 1; n != 24 {
		t.Errorf("%d terms, want 24", n)
	}
}

func TestTokensHoldOnlyLettersAndDigits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		for _, token := range bigram.Tokens(text) {
			for _, r := range token {
				if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
					t.Fatalf("token %q of %q holds %q", token, text, r)
				}
			}
		}
	})
}

func TestEveryPairOfATextIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom(nil, unicode.Han)).Draw(t, "text")
		all := map[string]bool{}
		for _, token := range bigram.Tokens(text) {
			all[token] = true
		}
		r := []rune(text)
		for i := 0; i+1 < len(r); i++ {
			part, ok := bigram.Query(string(r[i : i+2]))
			if ok && !strings.Contains(part, "&") && !strings.HasSuffix(part, ":*") && !all[part] {
				t.Fatalf("%q is in the text and not among its words", part)
			}
		}
	})
}

func BenchmarkTokens(b *testing.B) {
	text := strings.Repeat("反映本村低保评议不公开,村干部亲属享受待遇,请核查2026年3月名单。", 10)
	b.ReportAllocs()
	for b.Loop() {
		bigram.TSVector(bigram.Tokens(text))
	}
}

func TestAlikeTellsARetoldMatterFromAnother(t *testing.T) {
	t.Parallel()
	const matter = "青杨岭村支书把亲侄儿一家报成低保，人家县城有两套房还跑网约车。"
	for _, c := range []struct {
		name, text string
		low, high  float64
	}{
		{"itself", matter, 1, 1},
		{"as part of a longer letter", "各位领导好。" + matter + "请尽快核实，谢谢。", 1, 1},
		{"told again", "青杨岭村的支书给亲侄儿报成低保，他家县城两套房，还在跑网约车。", 0.4, 0.9},
		{"another matter of the same kind", "我们乡有户人家开着厂子还拿着救济，群众意见很大，请查一下。", 0, 0.1},
		{"too short to tell", "低保。", 0, 0},
		{"nothing", "", 0, 0},
	} {
		if got := bigram.NewAlike(matter).Share(c.text); got < c.low || got > c.high {
			t.Errorf("%s: %.2f, want %.2f to %.2f", c.name, got, c.low, c.high)
		}
		if a, b := bigram.NewAlike(matter).Share(c.text), bigram.NewAlike(c.text).Share(matter); a != b {
			t.Errorf("%s: %.2f one way, %.2f the other", c.name, a, b)
		}
	}
}

func TestPhrasesStayWithinARun(t *testing.T) {
	t.Parallel()
	got := bigram.Phrases("低保户，保户 a低保户")
	if diff := cmp.Diff([][2]string{{"低保", "保户"}}, got); diff != "" {
		t.Error(diff)
	}
	if got := bigram.AnyPhrase([][2]string{{"低保", "保户"}, {"户口", "口本"}}); got != "(低保 & 保户) | (户口 & 口本)" {
		t.Errorf("query %s", got)
	}
}
