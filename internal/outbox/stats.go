package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Backlog is what is open of one kind.
type Backlog struct {
	Kind    string
	Waiting int       // due, resting or on loan
	Stopped int       // waits for a person
	Failing int       // waiting, and the last attempt failed
	Oldest  time.Time // when the oldest waiting one was written; zero where none waits
}

// Backlog counts the open rows by kind.
func (s *Store) Backlog(ctx context.Context) ([]Backlog, error) {
	rows, err := s.db.Machines().Query(ctx, `
		SELECT kind, count(*) FILTER (WHERE stopped_at IS NULL) AS waiting, count(stopped_at) AS stopped,
		       count(*) FILTER (WHERE stopped_at IS NULL AND error <> '') AS failing,
		       coalesce(min(created_at) FILTER (WHERE stopped_at IS NULL), '0001-01-01') AS oldest
		  FROM outbox WHERE done_at IS NULL GROUP BY kind ORDER BY kind`)
	if err != nil {
		return nil, fmt.Errorf("count outbox: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Backlog])
	if err != nil {
		return nil, fmt.Errorf("count outbox: %w", err)
	}
	return out, nil
}

// Failure is a row that failed, as the operations page shows it.
type Failure struct {
	ID        int64
	Kind      string
	Number    string // of the ticket; "" where there is none
	Attempt   int
	Error     string
	CreatedAt time.Time
	RunAt     time.Time  // when it is tried again, if it has not stopped
	StoppedAt *time.Time // nil while it still tries
}

// Stopped lists the rows that wait for a person, the newest first, at most limit.
func (s *Store) Stopped(ctx context.Context, limit int) ([]Failure, error) {
	return s.failures(ctx, `o.stopped_at IS NOT NULL ORDER BY o.stopped_at DESC, o.id DESC`, limit)
}

// Failing lists the rows that failed and will be tried again, the next first.
func (s *Store) Failing(ctx context.Context, limit int) ([]Failure, error) {
	return s.failures(ctx, `o.stopped_at IS NULL AND o.error <> '' ORDER BY o.run_at, o.id`, limit)
}

// failures adds the constant condition and order to the one query of both lists.
func (s *Store) failures(ctx context.Context, which string, limit int) ([]Failure, error) {
	rows, err := s.db.Machines().Query(ctx, `
		SELECT o.id, o.kind, coalesce(t.number, '') AS number, o.attempt, o.error, o.created_at, o.run_at, o.stopped_at
		  FROM outbox o LEFT JOIN tickets t ON t.id = o.ticket
		 WHERE o.done_at IS NULL AND `+which+` LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("list outbox failures: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Failure])
	if err != nil {
		return nil, fmt.Errorf("list outbox failures: %w", err)
	}
	return out, nil
}

// keepDone is how long done rows are kept, for looking back.
const keepDone = 30 * 24 * time.Hour

// Prune removes rows done more than 30 days ago. It looks at the `most` oldest
// rows only and says how many of them went; call again while that is many.
func (s *Store) Prune(ctx context.Context, now time.Time, most int) (int, error) {
	tag, err := s.db.Machines().Exec(ctx, `
		DELETE FROM outbox WHERE id IN (
		  SELECT id FROM (SELECT id, done_at FROM outbox ORDER BY id LIMIT $2) oldest WHERE done_at < $1)`, now.Add(-keepDone), most)
	if err != nil {
		return 0, fmt.Errorf("prune outbox: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
