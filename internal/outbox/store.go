package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
)

// Store is the outbox in Postgres, seen by the machines' login.
type Store struct {
	db    *pg.DB
	rules Rules
}

// NewStore returns the store of the kinds in rules.
func NewStore(db *pg.DB, rules Rules) *Store { return &Store{db: db, rules: rules} }

// Claim lends out up to max due rows of the given kinds, oldest first: each gets
// the next attempt number and is not due again until its lease has lapsed. The
// claim is committed when it returns. Kinds without a rule are left alone.
func (s *Store) Claim(ctx context.Context, now time.Time, kinds []string, max int) ([]Row, error) {
	names, leases := s.leases(kinds)
	if len(names) == 0 {
		return nil, nil
	}
	rows, err := s.db.Machines().Query(ctx, `
		WITH due AS MATERIALIZED (
		  SELECT o.id, l.lease FROM outbox o JOIN unnest($3::text[], $4::float8[]) l(kind, lease) ON l.kind = o.kind
		   WHERE o.done_at IS NULL AND o.stopped_at IS NULL AND o.run_at <= $1
		   ORDER BY o.run_at LIMIT $2 FOR UPDATE OF o SKIP LOCKED)
		UPDATE outbox o SET attempt = o.attempt + 1, run_at = $1::timestamptz + make_interval(secs => due.lease)
		  FROM due WHERE o.id = due.id
		RETURNING o.id, o.kind, coalesce(o.ticket, 0) AS ticket, o.args, o.created_at, o.attempt, o.error <> '' AS failed`,
		now, max, names, leases)
	if err != nil {
		return nil, fmt.Errorf("claim outbox: %w", err)
	}
	claimed, err := pgx.CollectRows(rows, pgx.RowToStructByName[Row])
	if err != nil {
		return nil, fmt.Errorf("claim outbox: %w", err)
	}
	return claimed, nil
}

// leases pairs the kinds that have a rule with their leases in seconds.
func (s *Store) leases(kinds []string) ([]string, []float64) {
	var names []string
	var seconds []float64
	for _, k := range kinds {
		if rule, ok := s.rules[k]; ok {
			names = append(names, k)
			seconds = append(seconds, rule.Lease.Seconds())
		}
	}
	return names, seconds
}

// Claimed names a row and the attempt it was lent under.
type Claimed struct {
	ID      int64
	Attempt int
}

// Load reads the rows that are still open under the very attempts named, in the
// order of their ids. Rows done, stopped or lent anew meanwhile are not among them.
func (s *Store) Load(ctx context.Context, loans []Claimed) ([]Row, error) {
	ids, attempts := make([]int64, len(loans)), make([]int32, len(loans))
	for i, l := range loans {
		ids[i], attempts[i] = l.ID, int32(l.Attempt)
	}
	rows, err := s.db.Machines().Query(ctx, `
		SELECT o.id, o.kind, coalesce(o.ticket, 0) AS ticket, o.args, o.created_at, o.attempt, o.error <> '' AS failed
		  FROM unnest($1::bigint[], $2::int[]) l(id, attempt) JOIN outbox o ON o.id = l.id AND o.attempt = l.attempt
		 WHERE o.done_at IS NULL AND o.stopped_at IS NULL ORDER BY o.id`, ids, attempts)
	if err != nil {
		return nil, fmt.Errorf("load outbox: %w", err)
	}
	open, err := pgx.CollectRows(rows, pgx.RowToStructByName[Row])
	if err != nil {
		return nil, fmt.Errorf("load outbox: %w", err)
	}
	return open, nil
}

// querier is a transaction: *pg.Tx or pgx.Tx.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Done marks rows done inside the transaction of their effect and returns those
// that were still open, locked until the transaction ends. A second run gets
// none of them and must then do nothing. Lock order: ticket, then deadline, then
// outbox.
func Done(ctx context.Context, tx querier, now time.Time, ids ...int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `UPDATE outbox SET done_at = $2, error = '' WHERE id = ANY($1) AND done_at IS NULL RETURNING id`, ids, now)
	if err != nil {
		return nil, fmt.Errorf("mark outbox done: %w", err)
	}
	open, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("mark outbox done: %w", err)
	}
	return open, nil
}

// Finish marks rows done in a transaction of its own: for work without an effect
// in Postgres, or none left to do.
func (s *Store) Finish(ctx context.Context, now time.Time, ids ...int64) error {
	_, err := s.db.Machines().Exec(ctx, `UPDATE outbox SET done_at = $2, error = '' WHERE id = ANY($1) AND done_at IS NULL`, ids, now)
	if err != nil {
		return fmt.Errorf("finish outbox: %w", err)
	}
	return nil
}
