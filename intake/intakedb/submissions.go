package intakedb

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
)

// Arrival is a body as it came, before anybody parsed it.
type Arrival struct {
	Channel string
	Source  string // who sent it, "city12345:demo"
	Raw     []byte
	At      time.Time
}

// keepSQL stores a body once: the same bytes of the same source keep their row.
const keepSQL = `WITH k AS (INSERT INTO submission_keys (source, source_id, submission, sha256) VALUES ('raw:' || $2::text, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING submission)
 INSERT INTO submissions (id, channel, source, source_id, sha256, raw, received_at, entered_at, disposition)
 SELECT submission, $1, $2::text, $3, $5, $6, $7, $8, 'stored' FROM k RETURNING id`

// Keep stores a body, sealed, with its SHA-256, and returns the submission's id
// and digest. It is durable when Keep returns. The same bytes again give the id
// of the first time.
func (s *Store) Keep(ctx context.Context, a Arrival) (id int64, sum []byte, err error) {
	digest := sha256.Sum256(a.Raw)
	sum, key := digest[:], fmt.Sprintf("%x", digest)
	if id, err = s.pg.RowID(ctx); err != nil {
		return 0, nil, fmt.Errorf("keep submission: %w", err)
	}
	sealed, err := s.vault.Seal(aad(id), a.Raw)
	if err != nil {
		return 0, nil, fmt.Errorf("keep submission: %w", err)
	}
	err = s.pg.Machines().QueryRow(ctx, keepSQL, a.Channel, a.Source, key, id, sum, sealed, a.At, s.pg.Now()).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = s.pg.Machines().QueryRow(ctx, `SELECT submission FROM submission_keys WHERE source = 'raw:' || $1::text AND source_id = $2`, a.Source, key).Scan(&id)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("keep submission: %w", err)
	}
	return id, sum, nil
}

// Refuse puts a stored submission on the list that a person works through; the
// reason names fields and never repeats what they held.
func (s *Store) Refuse(ctx context.Context, id int64, reason string) error {
	return s.settle(ctx, id, "refused", reason, 0)
}

// Conflict keeps a submission that repeats an identity with other content.
func (s *Store) Conflict(ctx context.Context, id, ticket int64, reason string) error {
	return s.settle(ctx, id, "conflict", reason, ticket)
}

// Handled marks a stored submission whose parts went their own ways (a sheet).
func (s *Store) Handled(ctx context.Context, id int64) error {
	return s.settle(ctx, id, "event", "", 0)
}

func (s *Store) settle(ctx context.Context, id int64, disposition, reason string, ticket int64) error {
	_, err := s.pg.Machines().Exec(ctx, `UPDATE submissions SET disposition = $2, reason = $3, ticket = coalesce(nullif($4, 0), ticket) WHERE id = $1 AND disposition IN ('stored', $2)`,
		id, disposition, reason, ticket)
	if err != nil {
		return fmt.Errorf("submission %d %s: %w", id, disposition, err)
	}
	return nil
}

// Raw opens a submission as it arrived. It returns pg.ErrNotFound for none.
func (s *Store) Raw(ctx context.Context, id int64) ([]byte, error) {
	var sealed []byte
	err := s.pg.Machines().QueryRow(ctx, `SELECT raw FROM submissions WHERE id = $1`, id).Scan(&sealed)
	if err != nil {
		return nil, fmt.Errorf("read submission %d: %w", id, pg.Translate(err))
	}
	raw, err := s.vault.Open(aad(id), sealed)
	if err != nil {
		return nil, fmt.Errorf("open submission %d: %w", id, err)
	}
	return raw, nil
}

// Dispatched opens the event that brought an order, as it arrived. It returns
// pg.ErrNotFound for an order that came by another way.
func (s *Store) Dispatched(ctx context.Context, platform, orderNo string) ([]byte, error) {
	var id int64
	err := s.pg.Machines().QueryRow(ctx, `SELECT submission FROM order_events WHERE platform = $1 AND order_no = $2 AND direction = 'in' AND event = 'dispatched' AND state = 'applied'
		ORDER BY updated_at, event_id LIMIT 1`, platform, orderNo).Scan(&id)
	if err != nil {
		return nil, fmt.Errorf("find dispatch: %w", pg.Translate(err))
	}
	return s.Raw(ctx, id)
}
