package vault

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestVerifyTakesTheRightPasswordOnly(t *testing.T) {
	t.Parallel()
	h := NewHasher(1)
	hash, err := h.Hash(t.Context(), "Hotline-demo-1")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=3,p=1$") {
		t.Errorf("not the PHC string expected: %s", hash)
	}
	for password, want := range map[string]bool{"Hotline-demo-1": true, "hotline-demo-1": false, "": false} {
		ok, stale, err := h.Verify(t.Context(), hash, password)
		if ok != want || stale || err != nil {
			t.Errorf("Verify(%q) = %v, %v, %v; want %v", password, ok, stale, err, want)
		}
	}
	if err := h.VerifyNobody(t.Context(), "Hotline-demo-1"); err != nil {
		t.Errorf("VerifyNobody: %v", err)
	}
}

func TestTheSamePasswordHashesDifferently(t *testing.T) {
	t.Parallel()
	h := NewHasher(2)
	a, err := h.Hash(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	b, err := h.Hash(t.Context(), "x")
	if err != nil || a == b {
		t.Errorf("two hashes are alike, %v", err)
	}
}

// The test vector of the argon2 reference implementation for id, v=19,
// m=256 KiB, t=2, p=1.
func TestVerifyReadsAForeignHashAndCallsItStale(t *testing.T) {
	t.Parallel()
	const foreign = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	ok, stale, err := NewHasher(1).Verify(t.Context(), foreign, "password")
	if !ok || !stale || err != nil {
		t.Errorf("got %v, %v, %v; want a match that is stale", ok, stale, err)
	}
}

func TestVerifyRefusesHashesThatWouldEatTheMachine(t *testing.T) {
	t.Parallel()
	const rest = "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	for _, hash := range []string{
		"", "x", "$argon2i$v=19$m=256,t=2,p=1" + rest, "$argon2id$v=16$m=256,t=2,p=1" + rest,
		"$argon2id$v=19$m=99999999,t=2,p=1" + rest, "$argon2id$v=19$m=256,t=999,p=1" + rest,
		"$argon2id$v=19$m=256,t=2,p=200" + rest, "$argon2id$v=19$m=256,t=0,p=1" + rest,
		"$argon2id$v=19$m=256,t=2,p=0" + rest, "$argon2id$v=19$m=256,t=2,p=1$c29t$AAAA",
		"$argon2id$v=19$m=256,t=2,p=1$!!$AAAA", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=256" + rest,
	} {
		if ok, _, err := NewHasher(1).Verify(t.Context(), hash, "password"); ok || !errors.Is(err, ErrPasswordHash) {
			t.Errorf("%s: %v, %v; want ErrPasswordHash", hash, ok, err)
		}
	}
}

func TestAFloodOfSignInsWaitsAndIsThenRefused(t *testing.T) {
	t.Parallel()
	h := NewHasher(1)
	release, err := h.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := h.Hash(ctx, "x"); !errors.Is(err, ErrBusy) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while the slot is taken: %v, want ErrBusy", err)
	}
	waiting, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	refused := make(chan error, 100)
	for range 100 {
		wg.Go(func() {
			_, err := h.enter(waiting)
			refused <- err
		})
	}
	for range 100 - 32 { // 32 may wait, the others learn at once
		if err := <-refused; !errors.Is(err, ErrBusy) || errors.Is(err, context.Canceled) {
			t.Errorf("beyond the queue: %v, want ErrBusy at once", err)
		}
	}
	stop()
	wg.Wait()
	release()
	if _, err := h.Hash(t.Context(), "x"); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}

func TestCheckPasswordRefusesWhatIsEasilyGuessed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		password string
		want     error
	}{
		{"Hotline-demo-1", nil},
		{"correct horse battery staple", nil},
		{"青松翠竹红枫白桦银杏梧桐", nil},
		{"kT9-vq2!mW4x", nil},
		{"short", ErrPasswordShort},
		{"kT9-vq2!mW4", ErrPasswordShort},
		{strings.Repeat("kT9-vq2!mW4x", 11), ErrPasswordLong},
		{"password1234", ErrPasswordCommon},
		{"Passw0rd2024!", ErrPasswordCommon},
		{"P@ssw0rd!!!!", ErrPasswordCommon},
		{"Admin@123456", ErrPasswordCommon},
		{"1qaz2wsx3edc", ErrPasswordCommon},
		{"1qaz!QAZ2wsx@WSX", ErrPasswordSimple},
		{"minzhengju2024", ErrPasswordCommon},
		{"Changzhi12345!", ErrPasswordCommon},
		{"woaizhongguo1314", ErrPasswordCommon},
		{"iloveyou5201314", ErrPasswordCommon},
		{"qwertyuiop123", ErrPasswordCommon},
		{"mnbvcxzlkjhg", ErrPasswordSimple},
		{"aaaaaaaaaaaaaa", ErrPasswordSimple},
		{"abababababab", ErrPasswordSimple},
		{"98765432109876", ErrPasswordCommon},
		{"lijianguo-vq2!m", ErrPasswordName},
		{"vq2!m-LiJianGuo", ErrPasswordName},
	} {
		if got := CheckPassword(c.password, "lijianguo", "", "ab"); !errors.Is(got, c.want) {
			t.Errorf("%q: %v, want %v", c.password, got, c.want)
		}
	}
}

func TestEveryCommonPasswordAloneIsRefused(t *testing.T) {
	t.Parallel()
	words := strings.Fields(commonPasswords)
	if len(words) < 100 {
		t.Errorf("only %d common passwords", len(words))
	}
	for _, word := range words {
		long := word
		for len(long) < passwordLeast {
			long += word
		}
		if CheckPassword(long) == nil {
			t.Errorf("%q is taken", long)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	h := NewHasher(1)
	hash, err := h.Hash(b.Context(), "Hotline-demo-1")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := h.Verify(b.Context(), hash, "Hotline-demo-1"); err != nil {
			b.Fatal(err)
		}
	}
}
