package intakedb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Disagreement is a line in which a platform and we do not hold the same: an
// event that does not fit, a body we could not use, an event of ours that they
// refused or have not answered.
type Disagreement struct {
	Platform   string
	Direction  string // in, out
	OrderNo    string // "" where the body could not be read
	Number     string // our ticket, "" where there is none
	EventID    string
	Event      string
	State      string // kept, conflict, refused, sent, queued, failed
	Reason     string
	Submission int64 // 0 where nothing was stored
	At         time.Time
}

// unanswered is after how long an event of ours without an answer is shown.
const unanswered = 10 * time.Minute

// Disagreements lists what is open between a platform and us, the newest first;
// "" is every platform.
func (s *Store) Disagreements(ctx context.Context, platform string, limit int) ([]Disagreement, error) {
	rows, err := s.pg.Machines().Query(ctx, `SELECT d.platform, d.direction, d.order_no, coalesce(t.number, ''), d.event_id, d.event, d.state, d.reason, d.submission, d.at FROM (
			SELECT platform, direction, order_no, ticket, event_id, event, state, reason, coalesce(submission, 0) AS submission, updated_at AS at FROM order_events
			 WHERE state IN ('refused', 'failed', 'conflict') OR state IN ('queued', 'sent') AND updated_at < $1
			UNION ALL
			SELECT e.platform, 'in', e.order_no, e.ticket, e.event_id, e.event, e.state, e.reason, e.submission, e.updated_at
			  FROM outbox o JOIN order_events e ON e.platform = o.args->>'platform' AND e.direction = 'in' AND e.event_id = o.args->>'event'
			 WHERE o.kind = $2 AND o.done_at IS NULL AND e.state = 'kept'
			UNION ALL
			SELECT substr(source, 11), 'in', '', ticket, '', '', disposition, reason, id, entered_at FROM submissions
			 WHERE disposition IN ('stored', 'refused', 'conflict') AND source LIKE 'city12345:%' AND channel = 'city12345') d
		LEFT JOIN tickets t ON t.id = d.ticket
		WHERE $3 = '' OR d.platform = $3 ORDER BY d.at DESC, d.event_id LIMIT $4`, s.pg.Now().Add(-unanswered), JobEvent, platform, limit)
	if err != nil {
		return nil, fmt.Errorf("disagreements: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Disagreement])
	if err != nil {
		return nil, fmt.Errorf("disagreements: %w", err)
	}
	return list, nil
}
