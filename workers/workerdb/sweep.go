package workerdb

import (
	"context"
	"fmt"
	"time"

	"hotline/internal/pg"
)

// partitioned are the tables that grow by range of id, and the sequence that
// their ids come from. leaves is numbered by the sequencer itself.
var partitioned = []struct{ parent, sequence string }{
	{"journal", "journal_id"}, {"journal_body", "journal_id"}, {"submissions", "row_id"}, {"outbox", "row_id"}, {"leaves", "journal_id"},
}

// partitionWidth is that of app.ensure_partition.
const partitionWidth = 50_000_000

// EnsurePartitions adds the next partition of every table whose newest one is
// half full. It does nothing while another process sweeps.
func (d *DB) EnsurePartitions(ctx context.Context) error {
	err := d.sweep(ctx, func(tx *pg.Tx) error {
		// A new partition needs its parent to itself for a moment: rather not now
		// than behind a long query with everybody queueing behind us.
		if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '500ms'`); err != nil {
			return err
		}
		for _, p := range partitioned {
			_, err := tx.Exec(ctx, `
				SELECT app.ensure_partition($1, ahead.n) FROM (
				  SELECT (coalesce(pg_sequence_last_value($2::text::regclass), 0) + $3::bigint / 2) / $3::bigint AS n) ahead
				 WHERE to_regclass($1 || '_p' || ahead.n) IS NULL`, p.parent, p.sequence, partitionWidth)
			if err != nil {
				return fmt.Errorf("%s: %w", p.parent, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ensure partitions: %w", err)
	}
	return nil
}

// keepSessions is how long a session that is over stays, for the security
// officer to look at.
const keepSessions = 30 * 24 * time.Hour

// Forget removes nonces whose window is over and sessions over for 30 days, at
// most `most` of each, and says how many went. It does nothing while another
// process sweeps.
func (d *DB) Forget(ctx context.Context, most int) (int, error) {
	gone := 0
	err := d.sweep(ctx, func(tx *pg.Tx) error {
		nonces, err := tx.Exec(ctx, `
			DELETE FROM nonces WHERE ctid = ANY(ARRAY(SELECT ctid FROM nonces WHERE until < $1 ORDER BY until LIMIT $2))`, tx.Now, most)
		if err != nil {
			return fmt.Errorf("nonces: %w", err)
		}
		sessions, err := tx.Exec(ctx, `
			DELETE FROM sessions WHERE ctid = ANY(ARRAY(SELECT ctid FROM sessions WHERE expires_at < $1 LIMIT $2))`, tx.Now.Add(-keepSessions), most)
		if err != nil {
			return fmt.Errorf("sessions: %w", err)
		}
		gone = int(nonces.RowsAffected() + sessions.RowsAffected())
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("forget: %w", err)
	}
	return gone, nil
}

// sweep runs fn in a transaction if no other process is sweeping.
func (d *DB) sweep(ctx context.Context, fn func(*pg.Tx) error) error {
	return d.pg.Do(ctx, pg.Machine("machine:sweep"), func(tx *pg.Tx) error {
		var mine bool
		err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, lockSweep).Scan(&mine)
		if err != nil || !mine {
			return err
		}
		return fn(tx)
	})
}
