package ticketdb

import (
	"context"
	"encoding/json"
	"fmt"

	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/tickets"
)

// Contact opens the complainants of an open (not confidential) ticket for its
// investigators and its desk. The view is journaled in the same transaction, and
// the database gives the sealed record only to who has just written that row.
// It returns pg.ErrNotFound, pg.ErrRefused, or tickets.Invalid without a motive.
func (d *DB) Contact(ctx context.Context, caller pg.Caller, number, motive string) ([]Complainant, error) {
	if motive == "" {
		return nil, tickets.Invalid{{Field: "motive", ZH: "请写明查看原因", EN: "say why you need it"}}
	}
	n, err := tickets.ParseNumber(number)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", pg.ErrNotFound, err)
	}
	var out []Complainant
	err = d.pg.Do(ctx, caller, func(tx *pg.Tx) error {
		v, err := d.view(ctx, tx, string(n), "FOR UPDATE")
		if err != nil {
			return err
		}
		id, err := d.append(ctx, tx, &v.Ticket, "contact_viewed", map[string]any{"motive": motive})
		if err != nil {
			return err
		}
		out, err = d.unseal(ctx, tx, v.ID, id)
		return err
	})
	return out, err
}

func (d *DB) unseal(ctx context.Context, tx *pg.Tx, ticket, row int64) ([]Complainant, error) {
	rows, err := tx.Query(ctx, `SELECT complainant, sealed FROM app.vault_open($1, $2)`, ticket, row)
	if err != nil {
		return nil, fmt.Errorf("open contact: %w", err)
	}
	defer rows.Close()
	var out []Complainant
	for rows.Next() {
		var id int64
		var sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			return nil, fmt.Errorf("open contact: %w", err)
		}
		c, err := d.openComplainant(id, sealed)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func (d *DB) openComplainant(id int64, sealed []byte) (Complainant, error) {
	var c Complainant
	plain, err := d.vault.Open(aad("complainant", id), sealed)
	if err != nil {
		return c, fmt.Errorf("complainant %d: %w", id, err)
	}
	return c, json.Unmarshal(plain, &c)
}

// append adds a journal row to a ticket locked in tx, outside the flow table,
// and returns its id.
func (d *DB) append(ctx context.Context, tx *pg.Tx, t *tickets.Ticket, action string, fields map[string]any) (int64, error) {
	row, err := journal.Seal(journal.Entry{Kind: "ticket", Subject: t.ID, Seq: t.Seq + 1, At: tx.Now, Recorded: tx.Now, Actor: tx.Me.Actor(),
		Unit: tx.Me.Unit, Action: action, Provenance: journal.Machine, Fields: fields}, t.Head)
	if err != nil {
		return 0, err
	}
	id, err := journal.Append(ctx, tx, row)
	if err != nil {
		return 0, err
	}
	tag, err := tx.Exec(ctx, `UPDATE tickets SET version = version + 1, seq = $3, head = $4 WHERE id = $1 AND version = $2`, t.ID, t.Version, row.Seq, row.Hash)
	if err != nil {
		return 0, fmt.Errorf("journal %s: %w", action, err)
	}
	if tag.RowsAffected() != 1 {
		return 0, tickets.ErrMoved
	}
	t.Version, t.Seq, t.Head = t.Version+1, row.Seq, row.Hash
	return id, nil
}
