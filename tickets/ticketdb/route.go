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
		clocks, err := d.openClocksOf(ctx, tx, list)
		if err != nil {
			return err
		}
		out := &pgx.Batch{}
		var waiting proposals
		for _, t := range list {
			p := decide(t)
			t.Proposal = &p
			sent, err := d.dispatchCertain(ctx, tx, out, t, clocks[t.ID])
			if err != nil {
				return err
			}
			if !sent {
				if err := waiting.add(t); err != nil {
					return err
				}
			}
			if err := queueAlarms(ctx, tx, out, t); err != nil {
				return err
			}
		}
		waiting.queue(out)
		if err := tx.SendBatch(ctx, out).Close(); err != nil {
			return fmt.Errorf("store proposals: %w", err)
		}
		return nil
	})
}

// queueAlarms tells the leads of a danger to life, and of a group: once, since a
// ticket is routed once. The unit that is proposed hears of a group when the
// ticket comes into its sight, and not before.
func queueAlarms(ctx context.Context, tx *pg.Tx, out *pgx.Batch, t *tickets.Ticket) error {
	var alarms []map[string]any
	if t.Proposal.Urgency == tickets.Critical {
		alarms = append(alarms, map[string]any{"action": "alert"})
	}
	if t.People >= tickets.GroupSize {
		alarms = append(alarms, map[string]any{"action": "group", "unit": t.Proposal.Unit})
	}
	for _, args := range alarms {
		s, err := outboxStmt(ctx, tx, tickets.JobNotify, t.ID, args)
		if err != nil {
			return err
		}
		out.Queue(s.SQL, s.Args...)
	}
	return nil
}

// proposals are those that wait for a person, as columns of unnest.
type proposals struct {
	ids  []int64
	data []string
}

func (p *proposals) add(t *tickets.Ticket) error {
	data, err := json.Marshal(t.Proposal)
	if err != nil {
		return err
	}
	p.ids, p.data = append(p.ids, t.ID), append(p.data, string(data))
	return nil
}

func (p *proposals) queue(b *pgx.Batch) {
	if len(p.ids) > 0 {
		b.Queue(`UPDATE tickets t SET proposal = u.p::jsonb FROM unnest($1::bigint[], $2::text[]) u(id, p) WHERE t.id = u.id`, p.ids, p.data)
	}
}

// openClocksOf reads the clocks of the tickets to route.
func (d *DB) openClocksOf(ctx context.Context, tx *pg.Tx, list []*tickets.Ticket) (map[int64][]Deadline, error) {
	ids := make([]int64, len(list))
	for i, t := range list {
		ids[i] = t.ID
	}
	rows, err := tx.Query(ctx, `SELECT subject, `+deadlineColumns+` FROM deadlines WHERE subject = ANY ($1) AND subject_kind = 'ticket'`, ids)
	if err != nil {
		return nil, fmt.Errorf("clocks to route: %w", err)
	}
	type line struct {
		Subject int64
		Deadline
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[line])
	if err != nil {
		return nil, fmt.Errorf("clocks to route: %w", err)
	}
	out := make(map[int64][]Deadline, len(list))
	for _, l := range found {
		out[l.Subject] = append(out[l.Subject], l.Deadline)
	}
	return out, nil
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
	b.Queue(`SELECT ticket, platform, order_no, unit_text FROM orders WHERE ticket = ANY ($1)`, ids).Query(func(rows pgx.Rows) error {
		defer rows.Close()
		for rows.Next() {
			var ticket int64
			o := &tickets.Order{}
			if err := rows.Scan(&ticket, &o.Platform, &o.OrderNo, &o.UnitText); err != nil {
				return err
			}
			if t := byID[ticket]; t != nil {
				t.Order = o
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

// dispatchCertain dispatches where no person must decide, through the flow table
// like everybody. A gate that refuses leaves the ticket in the list.
func (d *DB) dispatchCertain(ctx context.Context, tx *pg.Tx, out *pgx.Batch, t *tickets.Ticket, clocks []Deadline) (bool, error) {
	p := t.Proposal
	if !p.Certain || p.Unit == 0 {
		return false, nil
	}
	data, err := json.Marshal(p)
	if err != nil {
		return false, err
	}
	v := &View{Ticket: *t, Me: tx.Me, Actor: actorOf(tx.Me), Deadlines: clocks}
	act := tickets.Act{Action: tickets.ActDispatch, Actor: v.Actor, Values: tickets.Values{"unit": fmt.Sprint(p.Unit), "reason": reasonsText(p)}, Now: tx.Now}
	c, err := tickets.Decide(&v.Ticket, act, tickets.World{Tree: d.Tree()})
	var invalid tickets.Invalid
	if errors.As(err, &invalid) || errors.Is(err, tickets.ErrNotAllowed) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	w := &writing{d: d, tx: tx, v: v, c: c, act: act, set: map[string]any{}, plain: map[string]any{"proposal": data}, out: out}
	return true, w.write(ctx)
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
