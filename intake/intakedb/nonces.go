package intakedb

import (
	"context"
	"fmt"
	"time"
)

// Use spends a nonce of a source and says whether it was fresh. The row outlives
// the window in which its request could be replayed; no wipe of Redis forgets it.
func (s *Store) Use(ctx context.Context, source, nonce string, until time.Time) (fresh bool, err error) {
	tag, err := s.pg.Machines().Exec(ctx, `INSERT INTO nonces (source, nonce, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, source, nonce, until)
	if err != nil {
		return false, fmt.Errorf("spend nonce: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// ForgetNonces removes those whose time is over and says how many they were.
func (s *Store) ForgetNonces(ctx context.Context) (int, error) {
	tag, err := s.pg.Machines().Exec(ctx, `DELETE FROM nonces WHERE until < $1`, s.pg.Now())
	if err != nil {
		return 0, fmt.Errorf("forget nonces: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
