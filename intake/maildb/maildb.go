// Package maildb is the mail ledger in Postgres: the lease by which one process
// reads a mailbox, every message exactly as it arrived, its one disposition, and
// the watermark. Package mail decides; this package writes, and what it is asked
// to write twice it writes once.
//
// What must stay true: raw bytes are stored before anything reads them; a ledger
// row is written in the transaction of its effect (the ticket, or the outbox row
// that leads to it); the watermark passes only messages in the ledger.
package maildb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hotline/intake/mail"
	"hotline/internal/outbox"
	"hotline/internal/pg"
	"hotline/internal/vault"
)

// leaseFor is how long a process may be silent before another takes its mailbox.
const leaseFor = time.Minute

var caller = pg.Machine("machine:mail")

// DB is the mail ledger; it is a mail.Store.
type DB struct {
	pg     *pg.DB
	vault  *vault.Vault
	outbox *outbox.Store
}

// New returns the ledger in db.
func New(db *pg.DB, v *vault.Vault) *DB {
	rule := outbox.Rule{Lease: time.Minute, MaxAttempts: 20}
	return &DB{pg: db, vault: v, outbox: outbox.NewStore(db, outbox.Rules{mail.JobAppend: rule, mail.JobBounce: rule})}
}

func leaseName(mailbox string) string { return "mail:" + mailbox }

// Acquire implements mail.Store. The epoch grows whenever the holder changes or
// was silent for too long.
func (d *DB) Acquire(ctx context.Context, mailbox, holder string) (mail.Lease, bool, error) {
	l := mail.Lease{Mailbox: mailbox, Holder: holder}
	err := d.pg.Do(ctx, caller, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO mailboxes (name) VALUES ($1) ON CONFLICT DO NOTHING`, mailbox); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `INSERT INTO leases AS l (name, holder, epoch, until) VALUES ($1, $2, 1, $4)
			ON CONFLICT (name) DO UPDATE SET holder = $2, until = $4, epoch = l.epoch + CASE WHEN l.holder = $2 AND l.until > $3 THEN 0 ELSE 1 END
			WHERE l.holder = $2 OR l.until <= $3 RETURNING epoch`, leaseName(mailbox), holder, tx.Now, tx.Now.Add(leaseFor)).Scan(&l.Epoch)
	})
	if errors.Is(err, pg.ErrNotFound) {
		return mail.Lease{}, false, nil
	}
	if err != nil {
		return mail.Lease{}, false, fmt.Errorf("lease mailbox: %w", err)
	}
	return l, true, nil
}

// Release implements mail.Store.
func (d *DB) Release(ctx context.Context, l mail.Lease) error {
	return d.pg.Do(ctx, caller, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE leases SET until = $4 WHERE name = $1 AND holder = $2 AND epoch = $3`, leaseName(l.Mailbox), l.Holder, l.Epoch, tx.Now)
		return err
	})
}

// held runs fn under the lease and renews it. The lease's row stays locked until
// the commit, so that nobody takes over in between.
func (d *DB) held(ctx context.Context, l mail.Lease, fn func(*pg.Tx) error) error {
	return d.pg.Do(ctx, caller, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE leases SET until = $4 WHERE name = $1 AND holder = $2 AND epoch = $3`,
			leaseName(l.Mailbox), l.Holder, l.Epoch, tx.Now.Add(leaseFor))
		if err != nil {
			return fmt.Errorf("renew lease: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return mail.ErrLeaseLost
		}
		return fn(tx)
	})
}
