package ticketdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hotline/internal/outbox"
	"hotline/internal/pg"
	"hotline/tickets"
)

// RouteBatch computes and stores the proposals of a batch, dispatches the
// certain ones, alerts, and marks the outbox rows done, in one transaction.
// A row done before is left alone, so a second run changes nothing.
func (d *DB) RouteBatch(ctx context.Context, batch []outbox.Row, decide func(t *tickets.Ticket) tickets.Proposal) error {
	return d.pg.Do(ctx, pg.Machine("machine:route"), func(tx *pg.Tx) error {
		open, err := d.lockRoutings(ctx, tx, batch)
		if err != nil || len(open) == 0 {
			return err
		}
		list, err := d.forRouting(ctx, tx, open)
		if err != nil {
			return err
		}
		out := &pgx.Batch{}
		for _, t := range list {
			p := decide(t)
			if err := queueProposal(out, t, p); err != nil {
				return err
			}
			t.Proposal = &p
		}
		if err := tx.SendBatch(ctx, out).Close(); err != nil {
			return fmt.Errorf("store proposals: %w", err)
		}
		for _, t := range list {
			if err := d.dispatchCertain(ctx, tx, t); err != nil {
				return err
			}
		}
		return d.routedJobs(ctx, tx, list)
	})
}

// lockRoutings marks the rows done and tells which were still open.
func (d *DB) lockRoutings(ctx context.Context, tx *pg.Tx, batch []outbox.Row) ([]int64, error) {
	ids := make([]int64, len(batch))
	for i, r := range batch {
		ids[i] = r.ID
	}
	rows, err := tx.Query(ctx, `UPDATE outbox SET done_at = $2, error = '' WHERE id = ANY ($1) AND done_at IS NULL RETURNING ticket`, ids, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("lock outbox: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// forRouting reads what routing looks at, in id order (the lock order).
func (d *DB) forRouting(ctx context.Context, tx *pg.Tx, ids []int64) ([]*tickets.Ticket, error) {
	rows, err := tx.Query(ctx, `SELECT `+ticketColumns+` FROM tickets WHERE id = ANY ($1) AND status = 'registered' ORDER BY id FOR UPDATE`, ids)
	if err != nil {
		return nil, fmt.Errorf("read tickets to route: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*tickets.Ticket, error) {
		t := &tickets.Ticket{}
		return t, scanTicket(row, t)
	})
	if err != nil {
		return nil, fmt.Errorf("read tickets to route: %w", err)
	}
	byID := make(map[int64]*tickets.Ticket, len(list))
	var confidential []int64
	for _, t := range list {
		byID[t.ID] = t
		if t.Secrecy == tickets.Confidential {
			confidential = append(confidential, t.ID)
		}
	}
	if err := d.accusedOf(ctx, tx, ids, byID); err != nil {
		return nil, err
	}
	return list, d.unsealStatements(ctx, tx, confidential, byID)
}

func (d *DB) accusedOf(ctx context.Context, tx *pg.Tx, ids []int64, byID map[int64]*tickets.Ticket) error {
	b := &pgx.Batch{}
	b.Queue(`SELECT ticket, id, coalesce(unit, 0), person, post FROM accused WHERE ticket = ANY ($1)`, ids).Query(func(rows pgx.Rows) error {
		defer rows.Close()
		for rows.Next() {
			var ticket int64
			var a tickets.Accused
			if err := rows.Scan(&ticket, &a.ID, &a.Unit, &a.Person, &a.Post); err != nil {
				return err
			}
			if t := byID[ticket]; t != nil {
				t.Accused = append(t.Accused, a)
			}
		}
		return rows.Err()
	})
	b.Queue(`SELECT ticket, unit FROM respondents WHERE ticket = ANY ($1)`, ids).Query(func(rows pgx.Rows) error {
		defer rows.Close()
		for rows.Next() {
			var ticket int64
			var unit int
			if err := rows.Scan(&ticket, &unit); err != nil {
				return err
			}
			if t := byID[ticket]; t != nil {
				t.Respondents = append(t.Respondents, unit)
			}
		}
		return rows.Err()
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("read accused: %w", err)
	}
	return nil
}

// unsealStatements lets routing read the words of confidential tickets; they
// stay in memory.
func (d *DB) unsealStatements(ctx context.Context, tx *pg.Tx, ids []int64, byID map[int64]*tickets.Ticket) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT ticket, sealed FROM sealed_statements WHERE ticket = ANY ($1)`, ids)
	if err != nil {
		return fmt.Errorf("read sealed statements: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			return fmt.Errorf("read sealed statements: %w", err)
		}
		plain, err := d.vault.Open(aad("statement", id), sealed)
		if err != nil {
			return fmt.Errorf("open statement %d: %w", id, err)
		}
		byID[id].Statement = string(plain)
	}
	return rows.Err()
}

func queueProposal(b *pgx.Batch, t *tickets.Ticket, p tickets.Proposal) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	b.Queue(`UPDATE tickets SET proposal = $2 WHERE id = $1`, t.ID, data)
	return nil
}

// dispatchCertain raises the urgency that routing saw and dispatches where no
// person must decide. A gate that refuses leaves the ticket in the list.
func (d *DB) dispatchCertain(ctx context.Context, tx *pg.Tx, t *tickets.Ticket) error {
	p := t.Proposal
	if !p.Certain || p.Unit == 0 {
		return nil
	}
	v, err := d.view(ctx, tx, t.Number, "")
	if err != nil {
		return err
	}
	err = d.step(ctx, tx, v, tickets.ActDispatch, tickets.Values{"unit": fmt.Sprint(p.Unit), "reason": reasonsText(p)})
	var invalid tickets.Invalid
	if errors.As(err, &invalid) || errors.Is(err, tickets.ErrNotAllowed) {
		return nil
	}
	return err
}

func reasonsText(p *tickets.Proposal) string {
	text := ""
	for i, r := range p.Reasons {
		if i > 0 {
			text += "；"
		}
		text += r.ZH
	}
	return text
}

// routedJobs tells people what routing left to them.
func (d *DB) routedJobs(ctx context.Context, tx *pg.Tx, list []*tickets.Ticket) error {
	for _, t := range list {
		if t.Proposal.Urgency == tickets.Critical {
			if err := d.enqueue(ctx, tx, tickets.JobNotify, t.ID, map[string]any{"action": "alert"}, tx.Now); err != nil {
				return err
			}
		}
	}
	return nil
}
