package pg

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrOtherKeys: the database was sealed with other vault keys.
var ErrOtherKeys = errors.New("this database was sealed with other vault keys: set HOTLINE_VAULT_KEY_FILE to the file it was made with")

// CheckFingerprint refuses other vault keys than those remembered, with
// ErrOtherKeys, and changes nothing. An empty database takes any keys.
func CheckFingerprint(ctx context.Context, ownerURL, print string) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("connect as owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var begun bool
	if err := conn.QueryRow(ctx, `SELECT to_regclass('public.settings') IS NOT NULL`).Scan(&begun); err != nil || !begun {
		return err
	}
	var other bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM settings WHERE key = 'vault fingerprint' AND value <> to_jsonb($1::text))`, print).Scan(&other)
	if err != nil {
		return fmt.Errorf("vault fingerprint: %w", err)
	}
	if other {
		return ErrOtherKeys
	}
	return nil
}

// Fingerprint remembers which vault keys the data is sealed with, the first
// time, and refuses others afterwards with ErrOtherKeys. It runs as the owner.
func Fingerprint(ctx context.Context, ownerURL, print string) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("connect as owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var kept string
	err = conn.QueryRow(ctx, `WITH new AS (INSERT INTO settings (key, value) VALUES ('vault fingerprint', to_jsonb($1::text)) ON CONFLICT (key) DO NOTHING RETURNING value)
		SELECT value #>> '{}' FROM new UNION ALL SELECT value #>> '{}' FROM settings WHERE key = 'vault fingerprint' LIMIT 1`, print).Scan(&kept)
	if err != nil {
		return fmt.Errorf("vault fingerprint: %w", err)
	}
	if kept != print {
		return ErrOtherKeys
	}
	return nil
}
