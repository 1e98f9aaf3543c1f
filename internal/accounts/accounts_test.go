package accounts_test

import (
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"hotline/internal/accounts"
)

func TestLockGrowsWithEveryFailureUpToAnHour(t *testing.T) {
	t.Parallel()
	p := accounts.AccountPolicy()
	for _, c := range []struct {
		failures int
		want     time.Duration
	}{
		{0, 0}, {4, 0}, {5, 30 * time.Second}, {6, time.Minute}, {7, 2 * time.Minute},
		{11, 32 * time.Minute}, {12, time.Hour}, {1000, time.Hour},
	} {
		if got := p.Lock(c.failures); got != c.want {
			t.Errorf("after %d failures: got %s, want %s", c.failures, got, c.want)
		}
	}
}

func TestAddressIsNeverLockedForMoreThanFiveMinutes(t *testing.T) {
	t.Parallel()
	p := accounts.AddressPolicy()
	if got := p.Lock(4); got != 0 {
		t.Errorf("after 4 failures: got %s, want none", got)
	}
	if got := p.Lock(500); got != 5*time.Minute {
		t.Errorf("after 500 failures: got %s, want 5m", got)
	}
}

func TestLoginIsReadWithoutBlanksAndCase(t *testing.T) {
	t.Parallel()
	if got := accounts.NormaliseLogin("  Lead-City\t"); got != "lead-city" {
		t.Errorf("got %q, want %q", got, "lead-city")
	}
}

func TestSecondFactorAllowsOneStepOfDriftAndNamesItsStep(t *testing.T) {
	t.Parallel()
	const secret = "JBSWY3DPEHPK3PXP"
	now := time.Date(2026, 11, 23, 1, 0, 10, 0, time.UTC)
	for _, c := range []struct {
		name string
		at   time.Time
		ok   bool
	}{
		{"the present step", now, true},
		{"the step before", now.Add(-30 * time.Second), true},
		{"the next step", now.Add(30 * time.Second), true},
		{"two steps ago", now.Add(-60 * time.Second), false},
	} {
		code, err := totp.GenerateCode(secret, c.at)
		if err != nil {
			t.Fatal(err)
		}
		step, ok := accounts.CheckTOTP(secret, code[:3]+" "+code[3:], now)
		if ok != c.ok {
			t.Errorf("%s: got %v, want %v", c.name, ok, c.ok)
		}
		if want := c.at.Unix() / 30; ok && step != want {
			t.Errorf("%s: got step %d, want %d", c.name, step, want)
		}
	}
	if _, ok := accounts.CheckTOTP(secret, "", now); ok {
		t.Error("an empty code was accepted")
	}
}
