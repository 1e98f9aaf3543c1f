package ticketdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hotline/internal/journal"
	"hotline/internal/pg"
)

// others checks the chains of what is no ticket: settings, accounts, units. Their
// heads are in a table of their own; rows without a head were never written by us.
func (r *Report) others(ctx context.Context, db *pg.DB, most int) error {
	err := db.Snapshot(ctx, pg.Machine("machine:verify"), func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `SELECT coalesce(h.kind, j.kind), coalesce(h.subject, j.subject), coalesce(h.seq, 0), coalesce(h.head, ''::bytea) FROM journal_heads h
			FULL JOIN (SELECT DISTINCT subject_kind AS kind, subject FROM journal WHERE subject_kind IN ('settings', 'account', 'unit')) j ON j.kind = h.kind AND j.subject = h.subject
			WHERE coalesce(h.kind, j.kind) IN ('settings', 'account', 'unit') ORDER BY 1, 2`)
		if err != nil {
			return err
		}
		heads, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h journal.Head, err error) {
			return h, row.Scan(&h.Kind, &h.Subject, &h.Seq, &h.Hash)
		})
		if err != nil {
			return err
		}
		for _, h := range heads {
			list, err := journal.Of(ctx, tx, h.Kind, h.Subject)
			if err != nil {
				return err
			}
			r.Rows += len(list)
			var f journal.Fault
			if err := journal.VerifyChain(list, h); errors.As(err, &f) && len(r.Faults) < most {
				r.Faults = append(r.Faults, f)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("verify what is no ticket: %w", err)
	}
	return nil
}
