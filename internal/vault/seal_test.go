package vault

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
)

// open makes a Vault with new keys and returns the path of its key file.
func open(t testing.TB) (*Vault, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vault.keys")
	v, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return v, path
}

func seal(t testing.TB, v *Vault, aad, plain string) []byte {
	t.Helper()
	sealed, err := v.Seal([]byte(aad), []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestOpenReturnsWhatWasSealed(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	for _, plain := range []string{"", "张", "13800000000", string(make([]byte, 100_000))} {
		sealed := seal(t, v, "contacts/7/phone", plain)
		if len(sealed) != len(plain)+SealedExtra {
			t.Errorf("%d bytes sealed to %d, want %d more", len(plain), len(sealed), SealedExtra)
		}
		got, err := v.Open([]byte("contacts/7/phone"), sealed)
		if err != nil || string(got) != plain {
			t.Errorf("opening %d bytes gave %d, %v", len(plain), len(got), err)
		}
	}
}

func TestSealNeverGivesTheSameBytesTwice(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	a, b := seal(t, v, "x", "same"), seal(t, v, "x", "same")
	if bytes.Equal(a, b) || bytes.Equal(a[cipherAt:], b[cipherAt:]) {
		t.Error("two seals of one value are alike")
	}
	if bytes.Contains(a, []byte("same")) {
		t.Error("the plain text stands in the sealed bytes")
	}
}

func TestOpenRefusesEveryFlippedBit(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	sealed := seal(t, v, "a", "张三 13800000000")
	for i := range sealed {
		for bit := range 8 {
			sealed[i] ^= 1 << bit
			if _, err := v.Open([]byte("a"), sealed); !errors.Is(err, ErrTampered) && !errors.Is(err, ErrUnknownKey) {
				t.Fatalf("byte %d bit %d flipped: error %v", i, bit, err)
			}
			sealed[i] ^= 1 << bit
		}
	}
}

func TestOpenRefusesEveryShorterOrLongerRecord(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	sealed := seal(t, v, "a", "张三")
	for n := range sealed {
		if _, err := v.Open([]byte("a"), sealed[:n]); !errors.Is(err, ErrTampered) {
			t.Fatalf("cut to %d bytes: error %v", n, err)
		}
	}
	if _, err := v.Open([]byte("a"), append(sealed, 0)); !errors.Is(err, ErrTampered) {
		t.Errorf("a byte more: error %v", err)
	}
}

func TestOpenRefusesARecordMovedElsewhere(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	sealed := seal(t, v, "contacts/7/phone", "13800000000")
	for _, aad := range []string{"", "contacts/8/phone", "contacts/7/phone "} {
		if _, err := v.Open([]byte(aad), sealed); !errors.Is(err, ErrTampered) {
			t.Errorf("aad %q: error %v", aad, err)
		}
	}
}

func TestOpenRefusesTheWrappedKeyOfAnotherRecord(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	a, b := seal(t, v, "x", "one"), seal(t, v, "x", "two")
	mixed := append(append([]byte(nil), a[:nonceAt]...), b[nonceAt:]...)
	if _, err := v.Open([]byte("x"), mixed); !errors.Is(err, ErrTampered) {
		t.Errorf("error %v", err)
	}
}

func TestOpenRefusesTheRecordsOfAnotherVault(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	other, _ := open(t)
	if _, err := other.Open([]byte("x"), seal(t, v, "x", "one")); !errors.Is(err, ErrTampered) {
		t.Errorf("error %v", err)
	}
}

func TestRewrapMovesToTheCurrentKeyAndLeavesTheRecord(t *testing.T) {
	t.Parallel()
	v, path := open(t)
	old := seal(t, v, "x", "张三")
	if err := Rotate(path); err != nil {
		t.Fatal(err)
	}
	if err := v.Reload(path); err != nil {
		t.Fatal(err)
	}
	if plain, err := v.Open([]byte("x"), old); err != nil || string(plain) != "张三" {
		t.Fatalf("after rotation the old record opens to %q, %v", plain, err)
	}
	moved, err := v.Rewrap(old)
	if err != nil {
		t.Fatal(err)
	}
	if version, _ := KeyVersion(moved); version != 2 {
		t.Errorf("key version %d, want 2", version)
	}
	if version, _ := KeyVersion(old); version != 1 {
		t.Errorf("the record handed in was changed to version %d", version)
	}
	if !bytes.Equal(moved[nonceAt:], old[nonceAt:]) {
		t.Error("the record itself was touched")
	}
	if plain, err := v.Open([]byte("x"), moved); err != nil || string(plain) != "张三" {
		t.Errorf("re-wrapped record opens to %q, %v", plain, err)
	}
	again, err := v.Rewrap(moved)
	if err != nil || !bytes.Equal(again, moved) {
		t.Errorf("second re-wrap changed the record, %v", err)
	}
}

func TestRewrapRefusesDamagedKeysAndUnknownVersions(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	sealed := seal(t, v, "x", "张三")
	sealed[wrappedAt] ^= 1
	if _, err := v.Rewrap(sealed); !errors.Is(err, ErrTampered) {
		t.Errorf("damaged key: error %v", err)
	}
	sealed[4] = 9
	if _, err := v.Rewrap(sealed); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("version 9: error %v", err)
	}
	if _, err := KeyVersion([]byte("short")); !errors.Is(err, ErrTampered) {
		t.Errorf("no record: error %v", err)
	}
}

func BenchmarkSeal300(b *testing.B) {
	v, _ := open(b)
	plain, aad := make([]byte, 300), []byte("contacts/123456/identity")
	b.SetBytes(300)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Seal(aad, plain); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen300(b *testing.B) {
	v, _ := open(b)
	aad := []byte("contacts/123456/identity")
	sealed := seal(b, v, string(aad), string(make([]byte, 300)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Open(aad, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIndexPhone(b *testing.B) {
	v, _ := open(b)
	b.ReportAllocs()
	for b.Loop() {
		v.Index(Phone, "13800000000")
	}
}

func BenchmarkMAC(b *testing.B) {
	v, _ := open(b)
	part := []byte("2609181234567")
	b.ReportAllocs()
	for b.Loop() {
		v.MAC("bench", part)
	}
}
