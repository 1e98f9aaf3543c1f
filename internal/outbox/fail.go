package outbox

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"hotline/internal/pg"
)

// Fail notes why an attempt failed. The row rests and is tried again; it stops,
// to wait for a person, when the failure is permanent or was the last of its
// attempts. A row done or lent anew since is left alone. The error's words are
// kept with everything blurred that might be a phone, an id or an address.
func (s *Store) Fail(ctx context.Context, r Row, cause error, permanent bool, now time.Time) (stopped bool, err error) {
	// Counting in rounds, and not from the first failure, gives a row that a
	// person sent on its way again a whole round of attempts.
	last := r.Attempt%max(s.rules[r.Kind].MaxAttempts, 1) == 0
	stopped = permanent || last
	_, err = s.db.Machines().Exec(ctx, `
		UPDATE outbox SET error = $3, run_at = $4, stopped_at = CASE WHEN $5 THEN $6::timestamptz END
		 WHERE id = $1 AND attempt = $2 AND done_at IS NULL AND stopped_at IS NULL`,
		r.ID, r.Attempt, Blurred(cause), now.Add(rest(r)), stopped, now)
	if err != nil {
		return false, fmt.Errorf("note failure of outbox %d: %w", r.ID, err)
	}
	return stopped, nil
}

// rest is the back-off, spread by up to a fifth so that rows that failed
// together do not come back together.
func rest(r Row) time.Duration {
	d := backoff(r.Attempt)
	return d + d/5*time.Duration(r.ID%16)/16
}

// Release gives back rows that never reached the queue. The attempt does not
// count: an outage of Redis uses up nothing.
func (s *Store) Release(ctx context.Context, rows []Row, now time.Time, after time.Duration) error {
	ids, attempts := make([]int64, len(rows)), make([]int32, len(rows))
	for i, r := range rows {
		ids[i], attempts[i] = r.ID, int32(r.Attempt)
	}
	_, err := s.db.Machines().Exec(ctx, `
		UPDATE outbox o SET attempt = o.attempt - 1, run_at = $3
		  FROM unnest($1::bigint[], $2::int[]) l(id, attempt)
		 WHERE o.id = l.id AND o.attempt = l.attempt AND o.done_at IS NULL AND o.stopped_at IS NULL`, ids, attempts, now.Add(after))
	if err != nil {
		return fmt.Errorf("release outbox: %w", err)
	}
	return nil
}

// Retry sends a stopped row on its way again, with a whole round of attempts.
// It returns pg.ErrNotFound when no such row has stopped.
func (s *Store) Retry(ctx context.Context, id int64, now time.Time) error {
	tag, err := s.db.Machines().Exec(ctx, `
		UPDATE outbox SET stopped_at = NULL, run_at = $2 WHERE id = $1 AND stopped_at IS NOT NULL AND done_at IS NULL`, id, now)
	if err != nil {
		return fmt.Errorf("retry outbox %d: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("retry outbox %d: %w", id, pg.ErrNotFound)
	}
	return nil
}

// keep is how many characters of an error are stored.
const keep = 300

// Blurred is an error's text without anything that looks like a phone, a citizen
// id, an account or a mail address.
func Blurred(err error) string {
	text := regexp.MustCompile(`[0-9]{7,}[0-9Xx]?|\S+@\S+`).ReplaceAllString(err.Error(), "…")
	r := []rune(text)
	if len(r) > keep {
		r = append(r[:keep-1], '…')
	}
	return string(r)
}
