package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// AppendSQL stores one sealed row. The id is drawn inside the statement, under
// the lock of the subject's row. Its arguments are Row.Args.
const AppendSQL = `WITH n AS MATERIALIZED (SELECT nextval('journal_id') AS id),
	j AS (INSERT INTO journal (id, subject_kind, subject, seq, at, recorded_at, actor, unit, action, provenance, commitments, prev, hash)
	      SELECT id, $1, $2, $3, $4, $5, $6, nullif($7::int, 0), $8, $9, $10, $11, $12 FROM n),
	b AS (INSERT INTO journal_body (journal, body) SELECT id, $13 FROM n),
	p AS (INSERT INTO journal_pending (journal) SELECT id FROM n)
	SELECT id FROM n`

// Args are the arguments of AppendSQL.
func (r Row) Args() []any {
	return []any{r.Kind, r.Subject, r.Seq, r.At, r.Recorded, r.Actor, r.Unit, r.Action, string(r.Provenance), r.Commitments, r.Prev, r.Hash, r.Body}
}

// Querier is a transaction or a connection.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Append stores the row and returns its id. The caller holds the lock of the
// subject's row and keeps its seq and head up to date in the same transaction.
func Append(ctx context.Context, q Querier, r Row) (int64, error) {
	var id int64
	if err := q.QueryRow(ctx, AppendSQL, r.Args()...).Scan(&id); err != nil {
		return 0, fmt.Errorf("journal %s of %s %d: %w", r.Action, r.Kind, r.Subject, err)
	}
	return id, nil
}

// Stored is a row as it was read back.
type Stored struct {
	ID int64
	Row
	Leaf *int64
}

const selectRows = `SELECT j.id, j.subject_kind, j.subject, j.seq, j.at, j.recorded_at, j.actor, coalesce(j.unit, 0), j.action, j.provenance,
	j.commitments, j.prev, j.hash, coalesce(b.body, ''::bytea) FROM journal j LEFT JOIN journal_body b ON b.journal = j.id`

// Of reads the rows of one subject, oldest first.
func Of(ctx context.Context, q Querier, kind string, subject int64) ([]Stored, error) {
	rows, err := q.Query(ctx, selectRows+` WHERE j.subject_kind = $1 AND j.subject = $2 ORDER BY j.seq`, kind, subject)
	if err != nil {
		return nil, fmt.Errorf("journal of %s %d: %w", kind, subject, err)
	}
	return pgx.CollectRows(rows, scanStored)
}

// OfMany reads the rows of several subjects, each oldest first.
func OfMany(ctx context.Context, q Querier, kind string, subjects []int64) (map[int64][]Stored, error) {
	rows, err := q.Query(ctx, selectRows+` WHERE j.subject_kind = $1 AND j.subject = ANY ($2) ORDER BY j.subject, j.seq`, kind, subjects)
	if err != nil {
		return nil, fmt.Errorf("journal of %d subjects: %w", len(subjects), err)
	}
	list, err := pgx.CollectRows(rows, scanStored)
	if err != nil {
		return nil, fmt.Errorf("journal of %d subjects: %w", len(subjects), err)
	}
	out := make(map[int64][]Stored, len(subjects))
	for _, s := range list {
		out[s.Subject] = append(out[s.Subject], s)
	}
	return out, nil
}

func scanStored(row pgx.CollectableRow) (Stored, error) {
	var s Stored
	var provenance string
	err := row.Scan(&s.ID, &s.Kind, &s.Subject, &s.Seq, &s.At, &s.Recorded, &s.Actor, &s.Unit, &s.Action, &provenance,
		&s.Commitments, &s.Prev, &s.Hash, &s.Body)
	s.Provenance = Provenance(provenance)
	return s, err
}

// Head is what the subject's own row says of its last journal row.
type Head struct {
	Kind    string
	Subject int64
	Seq     int
	Hash    []byte
}

// Fault is the first thing wrong with a subject's chain.
type Fault struct {
	Kind    string
	Subject int64
	Name    string // what people call the subject, such as a ticket's number
	Seq     int    // the row, 0 where the state table itself is at fault
	What    string
}

// Error names the subject, the row and what is wrong.
func (f Fault) Error() string {
	name := f.Name
	if name == "" {
		name = fmt.Sprint(f.Subject)
	}
	if f.Seq == 0 {
		return fmt.Sprintf("%s %s: %s", f.Kind, name, f.What)
	}
	return fmt.Sprintf("%s %s, journal row %d: %s", f.Kind, name, f.Seq, f.What)
}

// VerifyChain checks the rows of one subject, oldest first, against each other
// and against the head that the subject's row keeps. A missing last row shows there.
func VerifyChain(rows []Stored, head Head) error {
	prev := Genesis
	erased := map[string]bool{}
	var missing []string
	var missingSeq int
	for i, r := range rows {
		gone, err := r.Check(prev, i+1)
		if err != nil {
			return Fault{Kind: head.Kind, Subject: head.Subject, Seq: i + 1, What: err.Error()}
		}
		if len(gone) > 0 {
			missing, missingSeq = gone, r.Seq
		}
		if r.Action == "erased" {
			erased[head.Kind] = true
		}
		prev = r.Hash
	}
	if len(missing) > 0 && !erased[head.Kind] {
		return Fault{Kind: head.Kind, Subject: head.Subject, Seq: missingSeq, What: fmt.Sprintf("fields %v are empty and no row says they were erased", missing)}
	}
	if head.Seq != len(rows) || (head.Seq > 0 && string(head.Hash) != string(prev)) {
		return Fault{Kind: head.Kind, Subject: head.Subject, Seq: len(rows), What: fmt.Sprintf("the subject's row ends at row %d with another hash: the last rows were removed or replaced", head.Seq)}
	}
	return nil
}

// BackDated tells whether a machine event claims a time that differs from when
// it was recorded by more than two minutes.
func (r Row) BackDated() bool {
	d := r.Recorded.Sub(r.At)
	return r.Provenance == Machine && (d > 2*time.Minute || d < -2*time.Minute)
}

// IsFault tells whether err names a fault of the journal.
func IsFault(err error) bool {
	var f Fault
	return errors.As(err, &f)
}
