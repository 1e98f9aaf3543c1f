package ticketdb

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/accounts"
	"hotline/tickets"
)

// A receipt code has a million values. Whoever asks from many addresses is not
// slowed by a limit for each, so wrong codes are counted by ticket number as well,
// in Postgres, for all nodes together: guessing one code then takes years.
const (
	guessMost = 20
	guessFor  = time.Hour
)

// guessKey is a number in the table of failures: a keyed hash, whether or not
// there is such a ticket.
func (d *DB) guessKey(n tickets.Number) string {
	return "receipt:" + hex.EncodeToString(d.vault.MAC("receipt guess", []byte(n))[:16])
}

// mayGuess returns accounts.Locked while a number has had too many wrong codes.
func (d *DB) mayGuess(ctx context.Context, n tickets.Number) error {
	now := d.pg.Now()
	var last time.Time
	err := d.pg.People().QueryRow(ctx, `SELECT last_at FROM sign_in_failures WHERE key = $1 AND failures >= $2 AND last_at > $3`,
		d.guessKey(n), guessMost, now.Add(-guessFor)).Scan(&last)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("read guesses: %w", err)
	}
	return accounts.Locked{Until: last.Add(guessFor)}
}

// missed counts a wrong code.
func (d *DB) missed(ctx context.Context, n tickets.Number) error {
	now := d.pg.Now()
	_, err := d.pg.People().Exec(ctx, `INSERT INTO sign_in_failures AS f (key, failures, last_at) VALUES ($1, 1, $2)
		ON CONFLICT (key) DO UPDATE SET failures = CASE WHEN f.last_at < $3 THEN 1 ELSE f.failures + 1 END, last_at = $2`,
		d.guessKey(n), now, now.Add(-guessFor))
	if err != nil {
		return fmt.Errorf("count guess: %w", err)
	}
	return nil
}
