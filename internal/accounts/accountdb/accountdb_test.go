package accountdb_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"hotline/internal/accounts"
	"hotline/internal/accounts/accountdb"
	"hotline/internal/pg"
	"hotline/internal/pgtest"
	"hotline/internal/vault"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

const wrong = "not-the-password-1"

type bench struct {
	*pgtest.Env
	*accountdb.DB
	logs *bytes.Buffer
}

func open(t *testing.T) *bench {
	t.Helper()
	b := &bench{Env: pgtest.New(t), logs: &bytes.Buffer{}}
	b.DB = accountdb.New(accountdb.Config{PG: b.PG, Vault: b.Vault, Hasher: vault.NewHasher(2), Log: slog.New(slog.NewTextHandler(b.logs, nil))})
	return b
}

func (b *bench) try(login, password, address string) error {
	_, _, err := b.SignIn(ctx, login, password, "", address, "test")
	return err
}

func TestSignInGivesASessionThatKnowsWhoItIs(t *testing.T) {
	t.Parallel()
	b := open(t)
	token, me, err := b.SignIn(ctx, " Lead-140428 ", pgtest.Password, "", "192.0.2.1", "browser")
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Me(ctx, b.Caller(token))
	if err != nil || again.Account != me.Account || me.Unit != 10 || !me.Has("lead") {
		t.Errorf("got %+v, %v", again, err)
	}
	if err := b.SignOut(ctx, b.Caller(token)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Me(ctx, b.Caller(token)); !errors.Is(err, pg.ErrNoSession) {
		t.Errorf("after signing out: %v, want ErrNoSession", err)
	}
	if logged := b.logs.String(); strings.Contains(logged, "192.0.2.1") || strings.Contains(strings.ToLower(logged), "lead-140428") {
		t.Errorf("the log says who and from where: %s", logged)
	}
}

func TestSessionLivesTwelveHoursHoweverBusy(t *testing.T) {
	t.Parallel()
	b := open(t)
	token, _, err := b.SignIn(ctx, "operator", pgtest.Password, "", "192.0.2.1", "")
	if err != nil {
		t.Fatal(err)
	}
	c := b.Caller(token)
	for range 35 {
		b.Clock.Add(20 * time.Minute)
		me, err := b.Me(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Touch(ctx, c, me); err != nil {
			t.Fatal(err)
		}
	}
	b.Clock.Add(20*time.Minute + time.Second)
	if _, err := b.Me(ctx, c); !errors.Is(err, pg.ErrNoSession) {
		t.Errorf("after twelve hours: %v, want ErrNoSession", err)
	}
}

func TestUnknownLoginIsRefusedAndLockedLikeAnyOther(t *testing.T) {
	t.Parallel()
	b := open(t)
	for i := range 5 {
		if err := b.try("nobody", wrong, addressOf(i)); !errors.Is(err, accounts.ErrCredentials) {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	var locked accounts.Locked
	if err := b.try("nobody", wrong, addressOf(9)); !errors.As(err, &locked) {
		t.Errorf("got %v, want Locked", err)
	}
	if err := b.try("operator", pgtest.Password, addressOf(9)); err != nil {
		t.Errorf("another account is locked too: %v", err)
	}
}

func TestLoginThatIsNoTextIsJustUnknown(t *testing.T) {
	t.Parallel()
	b := open(t)
	for i, login := range []string{"\x00", "oper\x00ator", "\xff\xfe"} {
		if err := b.try(login, "\x00\xff", addressOf(i)); !errors.Is(err, accounts.ErrCredentials) {
			t.Errorf("%q: %v, want ErrCredentials", login, err)
		}
	}
}

func TestAddressIsLockedAcrossAccounts(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, login := range []string{"operator", "lead-city", "system", "auditor", "lead-140428"} {
		if err := b.try(login, wrong, "192.0.2.7"); !errors.Is(err, accounts.ErrCredentials) {
			t.Fatalf("%s: %v", login, err)
		}
	}
	var locked accounts.Locked
	if err := b.try("lead-140427", pgtest.Password, "192.0.2.7"); !errors.As(err, &locked) {
		t.Errorf("from the same address: %v, want Locked", err)
	}
	if err := b.try("lead-140427", pgtest.Password, "192.0.2.8"); err != nil {
		t.Errorf("from another address: %v", err)
	}
}

func TestOwnSlipsAreForgivenAndOthersAreNot(t *testing.T) {
	t.Parallel()
	b := open(t)
	slip := func(login string) {
		t.Helper()
		if err := b.try(login, wrong, "192.0.2.7"); !errors.Is(err, accounts.ErrCredentials) {
			t.Fatalf("%s: %v", login, err)
		}
	}
	slip("lead-city") // a guess at another's account stays counted
	for range 4 {
		slip("operator")
		slip("operator")
		if err := b.try("operator", pgtest.Password, "192.0.2.7"); err != nil {
			t.Fatalf("an office's own slips locked it out: %v", err)
		}
	}
	var failures int
	b.Row(t, `SELECT failures FROM sign_in_failures WHERE key LIKE 'address:%'`, nil, &failures)
	if failures != 1 {
		t.Errorf("the address has %d failures, want 1", failures)
	}
}

func TestLocksGrow(t *testing.T) {
	t.Parallel()
	b := open(t)
	for i := range 5 {
		if err := b.try("operator", wrong, addressOf(i)); !errors.Is(err, accounts.ErrCredentials) {
			t.Fatal(err)
		}
	}
	for n, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
		var locked accounts.Locked
		if err := b.try("operator", pgtest.Password, addressOf(100)); !errors.As(err, &locked) {
			t.Fatalf("lock %d: %v", n, err)
		}
		if got := locked.Until.Sub(b.Clock.Now()); got != want {
			t.Errorf("lock %d: got %s, want %s", n, got, want)
		}
		b.Clock.Add(want + time.Second)
		if err := b.try("operator", wrong, addressOf(200+n)); !errors.Is(err, accounts.ErrCredentials) {
			t.Fatalf("after lock %d: %v", n, err)
		}
	}
}

func TestGuessesAtOnceWinNothingAfterTheFifth(t *testing.T) {
	t.Parallel()
	b := open(t)
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			if err := b.try("operator", wrong, addressOf(i)); err == nil {
				t.Error("a wrong password was accepted")
			}
		})
	}
	wg.Wait()
	var locked accounts.Locked
	if err := b.try("operator", pgtest.Password, addressOf(50)); !errors.As(err, &locked) {
		t.Errorf("got %v, want Locked", err)
	}
}

func TestSecondFactorIsAskedForAndGoodOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	const secret = "JBSWY3DPEHPK3PXP"
	var account int
	b.Row(t, `SELECT id FROM accounts WHERE login = 'lead-city'`, nil, &account)
	sealed, err := b.Vault.Seal(accountdb.TOTPBinding(account), []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	b.Exec(t, `UPDATE accounts SET totp_secret = $1 WHERE id = $2`, sealed, account)
	code, err := totp.GenerateCode(secret, b.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, code string
		ok         bool
	}{{"no code", "", false}, {"a wrong code", "000000", false}, {"the right code", code, true}, {"the same code again", code, false}} {
		_, _, err := b.SignIn(ctx, "lead-city", pgtest.Password, c.code, "192.0.2.1", "")
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAccountThatMayNotSignInReadsAsAWrongPassword(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.Exec(t, `UPDATE accounts SET active = false WHERE login = 'operator'`)
	b.Exec(t, `UPDATE accounts SET valid_until = $1 WHERE login = 'auditor'`, b.Clock.Now().Add(-time.Hour))
	for _, login := range []string{"operator", "auditor"} {
		if err := b.try(login, pgtest.Password, "192.0.2.1"); !errors.Is(err, accounts.ErrCredentials) {
			t.Errorf("%s: %v, want ErrCredentials", login, err)
		}
	}
}

func addressOf(i int) string {
	return "198.51.100." + string(rune('0'+i%10)) + string(rune('0'+i/10%10)) + string(rune('0'+i/100))
}
