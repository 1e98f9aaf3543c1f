package vault

import (
	"bytes"
	"sync"
	"testing"
)

func TestIndexFindsTheSameValueHoweverWritten(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	for _, c := range []struct {
		kind Kind
		same []string
	}{
		{Phone, []string{"13800000000", "+86 138 0000 0000", "０１３８-0000-0000"}},
		{Phone, []string{"03552123456", "2123456", "0355-2123456转801"}},
		{CitizenIDKind, []string{"11010519491231002X", "11010519491231002x", "110105 19491231 002Ｘ", "110105491231002"}},
		{Name, []string{"买买提·艾力", "买买提•艾力", " 买买提 . 艾力 "}},
	} {
		want := v.Index(c.kind, c.same[0])
		if len(want) != IndexSize {
			t.Fatalf("%v %q: index of %d bytes", c.kind, c.same[0], len(want))
		}
		for _, value := range c.same[1:] {
			if got := v.Index(c.kind, value); !bytes.Equal(got, want) {
				t.Errorf("%v: %q and %q have different indexes", c.kind, value, c.same[0])
			}
		}
	}
}

func TestIndexDiffersByValueKindAndVault(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	other, _ := open(t)
	a := v.Index(Phone, "13800000000")
	if bytes.Equal(a, v.Index(Phone, "13800000001")) {
		t.Error("two phones share an index")
	}
	if bytes.Equal(a, v.Index(Name, "13800000000")) {
		t.Error("two kinds share an index")
	}
	if bytes.Equal(a, other.Index(Phone, "13800000000")) {
		t.Error("two vaults share an index")
	}
}

func TestIndexOfAValueWithoutNormalFormIsNil(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	if v.Index(Phone, "anonymous") != nil || v.Index(CitizenIDKind, "123") != nil || v.Index(Name, "  ") != nil || v.Index(Kind(9), "x") != nil {
		t.Error("something without normal form has an index, and would match others like it")
	}
}

func TestMACFramesItsParts(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	b := func(s string) []byte { return []byte(s) }
	macs := [][]byte{
		v.MAC("p"), v.MAC("p", nil), v.MAC("p", nil, nil), v.MAC("p", b("ab"), b("c")), v.MAC("p", b("a"), b("bc")),
		v.MAC("p", b("abc")), v.MAC("pa", b("bc")), v.MAC("", b("p"), b("abc")), v.MAC("", b("p")),
	}
	for i := range macs {
		for j := range i {
			// ("p") and ("", "p") differ too: the purpose is framed as well.
			if bytes.Equal(macs[i], macs[j]) {
				t.Errorf("MACs %d and %d are equal", i, j)
			}
		}
	}
	if !bytes.Equal(macs[3], v.MAC("p", b("ab"), b("c"))) {
		t.Error("the same parts gave another MAC")
	}
}

func TestKeysOfDifferentPurposesAreUnrelated(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	a, b := v.Key("cookie", 32), v.Key("log", 32)
	if len(a) != 32 || bytes.Equal(a, b) {
		t.Error("two purposes share a key")
	}
	if !bytes.Equal(a[:16], v.Key("cookie", 16)) {
		t.Error("a shorter key is not the beginning of the longer one of its purpose")
	}
	if v.Key("cookie", 8161) != nil {
		t.Error("more bytes than HKDF can give")
	}
}

func TestTokenHashDependsOnTheToken(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	a, b := NewToken(), NewToken()
	if a == b || len(a) < 22 {
		t.Errorf("weak tokens %q, %q", a, b)
	}
	if SecretEqual(v.TokenHash([]byte(a)), v.TokenHash([]byte(b))) || !SecretEqual(v.TokenHash([]byte(a)), v.TokenHash([]byte(a))) {
		t.Error("the hash does not follow the token")
	}
}

func TestOneVaultServesManyGoroutines(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	want := v.Index(Phone, "13800000000")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if !bytes.Equal(v.Index(Phone, "13800000000"), want) {
					t.Error("an index came out wrong")
					return
				}
				sealed, err := v.Seal(nil, want)
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := v.Open(nil, sealed); err != nil || !bytes.Equal(got, want) {
					t.Error("a record came out wrong")
					return
				}
			}
		})
	}
	wg.Wait()
}
