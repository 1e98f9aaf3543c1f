package maildb

import (
	"context"
	"encoding/hex"
	"time"

	"hotline/intake/mail"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// acknowledgedFor: at most one automatic mail per correspondent in this time.
const acknowledgedFor = 24 * time.Hour

// Join implements mail.Store. ticketdb puts the ticket's id and that of its
// submission before the arguments. The copy kept before reading is then the
// ticket's, and no contact of its own.
func (d *DB) Join(ctx context.Context, l mail.Lease, j mail.Joining) ([]ticketdb.Stmt, error) {
	now := d.pg.Now().Truncate(time.Microsecond)
	out := []ticketdb.Stmt{
		{SQL: `INSERT INTO mail_ledger (ticket, submission, mailbox, uidvalidity, uid, disposition, reason, at) VALUES ($1, $2, $3, $4, $5, 'ticketed', $6, $7) ON CONFLICT DO NOTHING`,
			Args: []any{l.Mailbox, int64(j.UIDValidity), int64(j.UID), j.Reason, now}},
		{SQL: `UPDATE submissions SET disposition = 'event', reason = 'kept again as ' || $2::bigint, ticket = $1, source_id = $4 WHERE id = $3`,
			Args: []any{j.Submission, j.Identity}},
	}
	if j.Acknowledge == "" {
		return out, nil
	}
	job, err := d.pg.RowID(ctx)
	if err != nil {
		return nil, err
	}
	// The mark of the day and the job are one statement: whoever sets the mark
	// writes, and the mark names nobody.
	return append(out, ticketdb.Stmt{SQL: `WITH first AS (INSERT INTO nonces AS n (source, nonce, until) VALUES ('mail acknowledged', $3, $4)
			ON CONFLICT (source, nonce) DO UPDATE SET until = excluded.until WHERE n.until <= $5 RETURNING 1)
		INSERT INTO outbox (id, kind, ticket, created_at, run_at) SELECT $6, $7, $1, $5, $5 FROM first WHERE $2::bigint IS NOT NULL`,
		Args: []any{hex.EncodeToString(d.vault.MAC("mail acknowledged", []byte(j.Acknowledge))[:16]), now.Add(acknowledgedFor), now, job, tickets.JobAcknowledge}}), nil
}
