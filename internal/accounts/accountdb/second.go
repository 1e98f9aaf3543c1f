package accountdb

import (
	"context"
	"fmt"

	"hotline/internal/accounts"
)

// TOTPBinding is what a sealed second factor is bound to: its account.
func TOTPBinding(account int) []byte { return fmt.Appendf(nil, "accounts.totp_secret %d", account) }

// checkSecond checks the code of an account that has a second factor; one
// without passes. A code is good once: its step is kept beside the failures.
func (d *DB) checkSecond(ctx context.Context, account int, sealed []byte, code string) error {
	if len(sealed) == 0 {
		return nil
	}
	secret, err := d.vault.Open(TOTPBinding(account), sealed)
	if err != nil {
		return fmt.Errorf("second factor of account %d: %w", account, err)
	}
	now := d.pg.Now()
	step, ok := accounts.CheckTOTP(string(secret), code, now)
	if !ok {
		d.log.Info("sign-in failed", "reason", "second factor", "account", account)
		return accounts.ErrCredentials
	}
	tag, err := d.pg.People().Exec(ctx, `INSERT INTO sign_in_failures (key, failures, last_at) VALUES ($1, $2, $3)
		ON CONFLICT (key) DO UPDATE SET failures = $2, last_at = $3 WHERE sign_in_failures.failures < $2`,
		fmt.Sprintf("totp:%d", account), step, now)
	if err != nil {
		return fmt.Errorf("keep second factor's step: %w", err)
	}
	if tag.RowsAffected() == 0 {
		d.log.Info("sign-in failed", "reason", "second factor used before", "account", account)
		return accounts.ErrCredentials
	}
	return nil
}
