package workerdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// releasedKey is the setting that holds the kinds which may be dispatched without
// a person: {"inquiry": true, …}.
const releasedKey = "route.released"

// Released reads which kinds of tickets an administrator has released for
// dispatch without a person; set is false where nothing was ever set.
func (d *DB) Released(ctx context.Context) (kinds map[string]bool, set bool, err error) {
	var raw []byte
	err = d.pg.Machines().QueryRow(ctx, `SELECT value FROM settings WHERE key = $1`, releasedKey).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read released kinds: %w", err)
	}
	if err := json.Unmarshal(raw, &kinds); err != nil {
		return nil, false, fmt.Errorf("read released kinds: %w", err)
	}
	return kinds, true, nil
}
