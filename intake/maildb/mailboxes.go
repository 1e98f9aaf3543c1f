package maildb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/intake/mail"
	"hotline/internal/outbox"
	"hotline/internal/pg"
)

// Mailbox is how a mailbox stands, for the operations page.
type Mailbox struct {
	Name        string     `db:"name"`
	ServerCount int64      `db:"server_count"` // messages on the server
	LedgerCount int64      `db:"ledger_count"` // messages in the ledger under the present numbering
	PolledAt    *time.Time `db:"polled_at"`
	OKAt        *time.Time `db:"ok_at"`
	Problem     string     `db:"error"` // in words; "" when all is well
}

// Mailboxes lists all mailboxes by name.
func (d *DB) Mailboxes(ctx context.Context) ([]Mailbox, error) {
	rows, err := d.pg.Machines().Query(ctx, `SELECT name, server_count, polled_at, ok_at, error,
		(SELECT count(*) FROM mail_ledger l WHERE l.mailbox = m.name AND l.uidvalidity = m.uidvalidity) AS ledger_count FROM mailboxes m ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("mailboxes: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Mailbox])
	if err != nil {
		return nil, fmt.Errorf("mailboxes: %w", err)
	}
	return list, nil
}

// Watermark implements mail.Store.
func (d *DB) Watermark(ctx context.Context, mailbox string) (mail.Watermark, error) {
	var validity, uid int64
	err := d.pg.Machines().QueryRow(ctx, `SELECT uidvalidity, uid FROM mailboxes WHERE name = $1`, mailbox).Scan(&validity, &uid)
	if err != nil {
		return mail.Watermark{}, fmt.Errorf("watermark: %w", pg.Translate(err))
	}
	return mail.Watermark{UIDValidity: uint32(validity), UID: uint32(uid)}, nil
}

// Advance implements mail.Store. It never goes back under one numbering.
func (d *DB) Advance(ctx context.Context, l mail.Lease, to mail.Watermark) error {
	err := d.held(ctx, l, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE mailboxes SET uid = CASE WHEN uidvalidity = $2 THEN greatest(uid, $3) ELSE $3 END, uidvalidity = $2 WHERE name = $1`,
			l.Mailbox, int64(to.UIDValidity), int64(to.UID))
		return err
	})
	if err != nil {
		return fmt.Errorf("advance watermark: %w", err)
	}
	return nil
}

// Missing implements mail.Store.
func (d *DB) Missing(ctx context.Context, mailbox string, validity uint32, uids []uint32) ([]uint32, error) {
	asked := make([]int64, len(uids))
	for i, u := range uids {
		asked[i] = int64(u)
	}
	rows, err := d.pg.Machines().Query(ctx, `SELECT u FROM unnest($3::bigint[]) u
		WHERE NOT EXISTS (SELECT 1 FROM mail_ledger l WHERE l.mailbox = $1 AND l.uidvalidity = $2 AND l.uid = u) ORDER BY u`, mailbox, int64(validity), asked)
	if err != nil {
		return nil, fmt.Errorf("compare ledger: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("compare ledger: %w", err)
	}
	out := make([]uint32, len(list))
	for i, u := range list {
		out[i] = uint32(u)
	}
	return out, nil
}

// Polled implements mail.Store. A poll that failed leaves the count as it was.
func (d *DB) Polled(ctx context.Context, l mail.Lease, p mail.Poll) error {
	problem := p.Problem
	if problem == "" && p.Missing > 0 {
		problem = fmt.Sprintf("服务器上有 %d 封邮件不在来信账上 (%d messages are not in the ledger)", p.Missing, p.Missing)
	}
	err := d.held(ctx, l, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE mailboxes SET polled_at = $2, ok_at = CASE WHEN $3 THEN $2 ELSE ok_at END,
			server_count = CASE WHEN $3 THEN $4 ELSE server_count END, error = $5 WHERE name = $1`, l.Mailbox, tx.Now, p.Problem == "", int64(p.Count), problem)
		return err
	})
	if err != nil {
		return fmt.Errorf("note poll: %w", err)
	}
	return nil
}

// LastSuccess implements mail.Store.
func (d *DB) LastSuccess(ctx context.Context, mailbox string) (time.Time, error) {
	var at time.Time
	err := d.pg.Machines().QueryRow(ctx, `SELECT coalesce(max(ok_at), 'epoch') FROM mailboxes WHERE name = $1`, mailbox).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("last poll: %w", err)
	}
	return at, nil
}

// followUpsMost is how many follow-ups are lent out at once.
const followUpsMost = 50

// FollowUps implements mail.Store.
func (d *DB) FollowUps(ctx context.Context) ([]mail.FollowUp, error) {
	rows, err := d.outbox.Claim(ctx, d.pg.Now(), []string{mail.JobAppend, mail.JobBounce}, followUpsMost)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	numbers, err := d.numbers(ctx, rows)
	if err != nil {
		return nil, err
	}
	out := make([]mail.FollowUp, len(rows))
	for i, r := range rows {
		var a struct {
			Submission int64  `json:"submission"`
			Status     string `json:"status"`
		}
		if err := json.Unmarshal(r.Args, &a); err != nil {
			return nil, fmt.Errorf("outbox %d: %w", r.ID, err)
		}
		out[i] = mail.FollowUp{Outbox: r.ID, Attempt: r.Attempt, Kind: r.Kind, Ticket: r.Ticket, Number: numbers[r.Ticket], Submission: a.Submission, Status: a.Status}
	}
	return out, nil
}

func (d *DB) numbers(ctx context.Context, list []outbox.Row) (map[int64]string, error) {
	ids := make([]int64, len(list))
	for i, r := range list {
		ids[i] = r.Ticket
	}
	rows, err := d.pg.Machines().Query(ctx, `SELECT id, number FROM tickets WHERE id = ANY ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("numbers: %w", err)
	}
	out := map[int64]string{}
	var id int64
	var number string
	_, err = pgx.ForEachRow(rows, []any{&id, &number}, func() error {
		out[id] = number
		return nil
	})
	return out, err
}

// Failed implements mail.Store.
func (d *DB) Failed(ctx context.Context, f mail.FollowUp, cause error, permanent bool) error {
	_, err := d.outbox.Fail(ctx, outbox.Row{ID: f.Outbox, Kind: f.Kind, Attempt: f.Attempt}, cause, permanent, d.pg.Now())
	return err
}
