package maildb

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/intake/mail"
	"hotline/internal/pg"
)

// aad binds a sealed submission to its row; ticketdb seals its own the same way.
func aad(submission int64) []byte { return fmt.Appendf(nil, "submission:%d", submission) }

func source(mailbox string) string { return "mail:" + mailbox }

// place names a message before anything is known of it but where it lies.
func place(f mail.Fetched) string { return fmt.Sprintf("uid:%d:%d", f.UIDValidity, f.UID) }

// Keep implements mail.Store. A message that a run before stored but did not
// file keeps its submission.
func (d *DB) Keep(ctx context.Context, l mail.Lease, batch []mail.Fetched) ([]mail.Kept, error) {
	var out []mail.Kept
	err := d.held(ctx, l, func(tx *pg.Tx) error {
		fresh, err := d.notInLedger(ctx, tx, l.Mailbox, batch)
		if err != nil || len(fresh) == 0 {
			return err
		}
		stored, err := d.stored(ctx, tx, l.Mailbox, fresh)
		if err != nil {
			return err
		}
		var rows submissionRows
		for _, f := range fresh {
			sum := sha256.Sum256(f.Raw)
			id, ok := stored[place(f)]
			if !ok || id.sum != sum {
				if id.id, err = d.pg.RowID(ctx); err != nil {
					return err
				}
				if err := rows.add(d, id.id, f, sum, tx.Now); err != nil {
					return err
				}
			}
			out = append(out, mail.Kept{Fetched: f, Submission: id.id})
		}
		return rows.insert(ctx, tx, source(l.Mailbox))
	})
	if err != nil {
		return nil, fmt.Errorf("keep mail: %w", err)
	}
	return out, nil
}

func (d *DB) notInLedger(ctx context.Context, tx *pg.Tx, mailbox string, batch []mail.Fetched) ([]mail.Fetched, error) {
	known := map[mail.Watermark]bool{}
	validities, uids := make([]int64, len(batch)), make([]int64, len(batch))
	for i, f := range batch {
		validities[i], uids[i] = int64(f.UIDValidity), int64(f.UID)
	}
	rows, err := tx.Query(ctx, `SELECT l.uidvalidity, l.uid FROM unnest($2::bigint[], $3::bigint[]) b(v, u)
		JOIN mail_ledger l ON l.mailbox = $1 AND l.uidvalidity = b.v AND l.uid = b.u`, mailbox, validities, uids)
	if err != nil {
		return nil, err
	}
	var v, u int64
	if _, err := pgx.ForEachRow(rows, []any{&v, &u}, func() error {
		known[mail.Watermark{UIDValidity: uint32(v), UID: uint32(u)}] = true
		return nil
	}); err != nil {
		return nil, err
	}
	var out []mail.Fetched
	for _, f := range batch {
		if !known[mail.Watermark{UIDValidity: f.UIDValidity, UID: f.UID}] {
			out = append(out, f)
		}
	}
	return out, nil
}

type storedRow struct {
	id  int64
	sum [sha256.Size]byte
}

// stored finds what an earlier run kept. The rows not yet filed are few, and
// have an index of their own.
func (d *DB) stored(ctx context.Context, tx *pg.Tx, mailbox string, batch []mail.Fetched) (map[string]storedRow, error) {
	places := make([]string, len(batch))
	for i, f := range batch {
		places[i] = place(f)
	}
	rows, err := tx.Query(ctx, `SELECT id, source_id, sha256 FROM submissions
		WHERE disposition = 'stored' AND source = $1 AND source_id = ANY ($2)`,
		source(mailbox), places)
	if err != nil {
		return nil, err
	}
	out := map[string]storedRow{}
	var id int64
	var at string
	var sum []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &at, &sum}, func() error {
		out[at] = storedRow{id, [sha256.Size]byte(sum)}
		return nil
	})
	return out, err
}

// submissionRows are new submissions as columns of unnest.
type submissionRows struct {
	id       []int64
	place    []string
	sum, raw [][]byte
	received []time.Time
	now      time.Time
}

func (r *submissionRows) add(d *DB, id int64, f mail.Fetched, sum [sha256.Size]byte, now time.Time) error {
	raw, err := d.vault.Seal(aad(id), f.Raw)
	if err != nil {
		return fmt.Errorf("seal mail: %w", err)
	}
	received := f.InternalDate
	if received.IsZero() {
		received = now
	}
	r.now = now
	r.id, r.place, r.sum, r.raw, r.received = append(r.id, id), append(r.place, place(f)), append(r.sum, sum[:]), append(r.raw, raw), append(r.received, received)
	return nil
}

func (r *submissionRows) insert(ctx context.Context, tx *pg.Tx, source string) error {
	if len(r.id) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO submissions (id, channel, source, source_id, sha256, raw, received_at, entered_at, disposition)
		SELECT i, 'mail', $1, p, s, r, a, $2, 'stored' FROM unnest($3::bigint[], $4::text[], $5::bytea[], $6::bytea[], $7::timestamptz[]) u(i, p, s, r, a)`,
		source, r.now, r.id, r.place, r.sum, r.raw, r.received)
	return err
}

// Letter implements mail.Store.
func (d *DB) Letter(ctx context.Context, submission int64) ([]byte, error) {
	var sealed []byte
	if err := d.pg.Machines().QueryRow(ctx, `SELECT raw FROM submissions WHERE id = $1`, submission).Scan(&sealed); err != nil {
		return nil, fmt.Errorf("letter %d: %w", submission, pg.Translate(err))
	}
	raw, err := d.vault.Open(aad(submission), sealed)
	if err != nil {
		return nil, fmt.Errorf("letter %d: %w", submission, err)
	}
	return raw, nil
}

// Earlier implements mail.Store.
func (d *DB) Earlier(ctx context.Context, mailbox string, identities []string) (map[string]mail.Earlier, error) {
	out := map[string]mail.Earlier{}
	if len(identities) == 0 {
		return out, nil
	}
	rows, err := d.pg.Machines().Query(ctx, `SELECT k.source_id, k.submission, coalesce(k.ticket, s.ticket, 0), coalesce(s.disposition, 'ticketed')
		FROM submission_keys k LEFT JOIN submissions s ON s.id = k.submission WHERE k.source = $1 AND k.source_id = ANY ($2)`, source(mailbox), identities)
	if err != nil {
		return nil, fmt.Errorf("earlier mail: %w", err)
	}
	var identity string
	var e mail.Earlier
	_, err = pgx.ForEachRow(rows, []any{&identity, &e.Submission, &e.Ticket, &e.Disposition}, func() error {
		out[identity] = e
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("earlier mail: %w", err)
	}
	return out, nil
}
