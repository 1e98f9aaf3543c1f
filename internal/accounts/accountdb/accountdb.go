// Package accountdb signs people in and out. Sessions and failures lie in
// Postgres, so that a wiped Redis neither opens the door nor throws anybody
// out. It never logs a login, a name or an address; web and the API call it.
package accountdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"hotline/internal/accounts"
	"hotline/internal/pg"
	"hotline/internal/vault"
)

// DB is accounts and sessions in Postgres.
type DB struct {
	pg     *pg.DB
	vault  *vault.Vault
	hasher *vault.Hasher
	log    *slog.Logger
}

// Config opens a DB. All of one process share one Hasher.
type Config struct {
	PG     *pg.DB
	Vault  *vault.Vault
	Hasher *vault.Hasher
	Log    *slog.Logger
}

// New returns the accounts' DB.
func New(c Config) *DB {
	return &DB{pg: c.PG, vault: c.Vault, hasher: c.Hasher, log: c.Log}
}

// Caller is the caller behind a session token.
func (d *DB) Caller(token string) pg.Caller { return pg.Person(d.vault.TokenHash([]byte(token))) }

// Me says who the caller is, in one round trip and outside any transaction. It
// returns pg.ErrNoSession when the session is over.
func (d *DB) Me(ctx context.Context, c pg.Caller) (pg.Me, error) {
	var me pg.Me
	err := pg.Enter(ctx, d.pg.People(), c, d.pg.Now(), &me)
	return me, err
}

// Touch notes that the session is in use, at most once a minute, so that it
// does not idle out.
func (d *DB) Touch(ctx context.Context, c pg.Caller, me pg.Me) error {
	now := d.pg.Now()
	if c.IsMachine() || now.Sub(me.Seen) < accounts.TouchEvery {
		return nil
	}
	_, err := d.pg.People().Exec(ctx, `UPDATE sessions SET seen_at = $2 WHERE token_hash = $1 AND ended_at IS NULL AND seen_at < $2`, c.Session(), now)
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// SignOut ends the session; one that is over already stays so.
func (d *DB) SignOut(ctx context.Context, c pg.Caller) error {
	_, err := d.pg.People().Exec(ctx, `UPDATE sessions SET ended_at = $2 WHERE token_hash = $1 AND ended_at IS NULL`, c.Session(), d.pg.Now())
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// SignIn checks login, password and second factor and opens a session. The
// token goes to the browser or API client and is stored nowhere else.
// It returns accounts.ErrCredentials, accounts.Locked, or vault.ErrBusy when too
// many sign in at once. An unknown login costs the same time and gets the same
// answer as a wrong password.
func (d *DB) SignIn(ctx context.Context, login, password, totp, address, agent string) (token string, me pg.Me, err error) {
	keys := d.keys(login, address)
	if err := d.locked(ctx, keys); err != nil {
		d.log.Info("sign-in refused", "reason", "locked")
		return "", me, err
	}
	account, err := d.check(ctx, accounts.NormaliseLogin(login), password, totp)
	if errors.Is(err, accounts.ErrCredentials) {
		return "", me, d.fail(ctx, keys, err)
	}
	if err != nil {
		return "", me, err
	}
	// Asked again: of a hundred guesses at once, none may win after the fifth failed.
	if err := d.locked(ctx, keys); err != nil {
		d.log.Info("sign-in refused", "reason", "locked", "account", account)
		return "", me, err
	}
	token, me, err = d.open(ctx, account, address, agent)
	if errors.Is(err, pg.ErrNoSession) {
		return "", me, d.fail(ctx, keys, accounts.ErrCredentials)
	}
	if err != nil {
		return "", me, err
	}
	d.log.Info("signed in", "account", me.Account, "unit", me.Unit)
	return token, me, d.forgive(ctx, keys)
}

// check returns the account that login, password and code belong to.
func (d *DB) check(ctx context.Context, login, password, code string) (account int, err error) {
	var (
		id     *int
		hash   *string
		secret []byte
		active *bool
	)
	err = d.pg.People().QueryRow(ctx, `SELECT account, password_hash, totp_secret, active FROM app.sign_in_lookup($1)`, login).Scan(&id, &hash, &secret, &active)
	if err != nil {
		return 0, fmt.Errorf("look up account: %w", err)
	}
	if id == nil {
		if err := d.hasher.VerifyNobody(ctx, password); err != nil {
			return 0, err
		}
		d.log.Info("sign-in failed", "reason", "unknown login")
		return 0, accounts.ErrCredentials
	}
	ok, _, err := d.hasher.Verify(ctx, *hash, password)
	switch {
	case errors.Is(err, vault.ErrPasswordHash):
		ok = false // an account that has no password yet
	case err != nil:
		return 0, err
	}
	if !ok || !*active {
		d.log.Info("sign-in failed", "reason", "password", "account", *id)
		return 0, accounts.ErrCredentials
	}
	return *id, d.checkSecond(ctx, *id, secret, code)
}

// open writes the session and says who it belongs to. pg.ErrNoSession means
// that the account's time is over.
func (d *DB) open(ctx context.Context, account int, address, agent string) (token string, me pg.Me, err error) {
	token = vault.NewToken()
	now := d.pg.Now().Truncate(time.Microsecond)
	hash := d.vault.TokenHash([]byte(token))
	_, err = d.pg.People().Exec(ctx, `INSERT INTO sessions (token_hash, account, created_at, seen_at, expires_at, address, agent) VALUES ($1, $2, $3, $3, $4, $5, $6)`,
		hash, account, now, now.Add(accounts.Life), cut(address, 64), cut(agent, 200))
	if err != nil {
		return "", me, fmt.Errorf("open session: %w", err)
	}
	me, err = d.Me(ctx, pg.Person(hash))
	return token, me, err
}

// cut shortens what a client says of itself, and drops what is no text.
func cut(s string, most int) string {
	out := make([]rune, 0, most)
	for _, r := range s {
		if len(out) == most {
			break
		}
		if r != 0 && r != '\uFFFD' {
			out = append(out, r)
		}
	}
	return string(out)
}
