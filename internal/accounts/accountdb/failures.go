package accountdb

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"hotline/internal/accounts"
)

// failureKeys name the counts of a sign-in. They are keyed hashes: neither a
// login that somebody mistyped (often a password) nor an address is stored.
type failureKeys struct {
	account string
	address string
	both    string // of this account from this address: never locks, see forgive
}

func (d *DB) keys(login, address string) failureKeys {
	who, where := []byte(accounts.NormaliseLogin(login)), []byte(address)
	mac := func(what string, parts ...[]byte) string {
		return what + ":" + hex.EncodeToString(d.vault.MAC("sign-in failure by "+what, parts...)[:16])
	}
	return failureKeys{mac("account", who), mac("address", where), mac("both", who, where)}
}

// locked returns accounts.Locked while either count is locked.
func (d *DB) locked(ctx context.Context, k failureKeys) error {
	var until *time.Time
	err := d.pg.People().QueryRow(ctx, `SELECT max(locked_until) FROM sign_in_failures WHERE key IN ($1, $2) AND locked_until > $3`,
		k.account, k.address, d.pg.Now()).Scan(&until)
	if err != nil {
		return fmt.Errorf("read failures: %w", err)
	}
	if until != nil {
		return accounts.Locked{Until: *until}
	}
	return nil
}

// fail counts a failure for the account and for the address, locks what has had
// too many, and returns why.
func (d *DB) fail(ctx context.Context, k failureKeys, why error) error {
	for _, c := range []struct {
		key    string
		policy accounts.Policy
	}{{k.account, accounts.AccountPolicy()}, {k.address, accounts.AddressPolicy()}, {k.both, accounts.Policy{Forget: accounts.AddressPolicy().Forget}}} {
		err := d.count(ctx, c.key, c.policy)
		if err != nil {
			return err
		}
	}
	return why
}

// count adds one failure to one key and locks it where the policy says so. The
// row's lock makes parallel failures count one by one.
func (d *DB) count(ctx context.Context, key string, p accounts.Policy) error {
	now := d.pg.Now()
	var n int
	err := d.pg.People().QueryRow(ctx, `INSERT INTO sign_in_failures AS f (key, failures, last_at) VALUES ($1, 1, $2)
		ON CONFLICT (key) DO UPDATE SET failures = CASE WHEN f.last_at < $3 THEN 1 ELSE f.failures + 1 END, last_at = $2
		RETURNING failures`, key, now, now.Add(-p.Forget)).Scan(&n)
	if err != nil {
		return fmt.Errorf("count failure: %w", err)
	}
	lock := p.Lock(n)
	if lock == 0 {
		return nil
	}
	_, err = d.pg.People().Exec(ctx, `UPDATE sign_in_failures SET locked_until = $2 WHERE key = $1`, key, now.Add(lock))
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	return nil
}

// forgive clears the account's count after a sign-in and takes its own slips,
// and only those, off the address: one good account must not buy guesses at others.
func (d *DB) forgive(ctx context.Context, k failureKeys) error {
	_, err := d.pg.People().Exec(ctx, `WITH slips AS (DELETE FROM sign_in_failures WHERE key = $2 RETURNING failures),
		   mine AS (DELETE FROM sign_in_failures WHERE key = $1)
		UPDATE sign_in_failures a SET failures = greatest(0, a.failures - slips.failures) FROM slips WHERE a.key = $3`, k.account, k.both, k.address)
	if err != nil {
		return fmt.Errorf("clear failures: %w", err)
	}
	return nil
}
