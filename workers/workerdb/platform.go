package workerdb

import (
	"context"
	"fmt"
)

// NoteSent keeps what became of an event of ours on its way to a platform: sent,
// accepted, refused or failed. The same event again counts as one more attempt.
func (d *DB) NoteSent(ctx context.Context, platform, event, order, kind string, ticket int64, state, reason string) error {
	now := d.pg.Now()
	_, err := d.pg.Machines().Exec(ctx, `
		INSERT INTO order_events (platform, event_id, order_no, direction, event, at, ticket, state, reason, attempts, updated_at)
		VALUES ($1, $2, $3, 'out', $4, $5, $6, $7, $8, 1, $5)
		ON CONFLICT (platform, direction, event_id) DO UPDATE
		  SET state = EXCLUDED.state, reason = EXCLUDED.reason, attempts = order_events.attempts + 1, updated_at = EXCLUDED.updated_at
		WHERE order_events.state <> 'accepted'`,
		platform, event, order, kind, now, ticket, state, reason)
	if err != nil {
		return fmt.Errorf("note event of order: %w", err)
	}
	return nil
}
