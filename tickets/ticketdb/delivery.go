package ticketdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hotline/internal/pg"
	"hotline/tickets"
)

// Done marks an outbox row done inside the transaction of its effect; false
// where it was done before, and then nothing must happen.
func outboxDone(ctx context.Context, tx *pg.Tx, id int64) (bool, error) {
	tag, err := tx.Exec(ctx, `UPDATE outbox SET done_at = $2, error = '' WHERE id = $1 AND done_at IS NULL`, id, tx.Now)
	if err != nil {
		return false, fmt.Errorf("outbox %d done: %w", id, err)
	}
	return tag.RowsAffected() == 1, nil
}

// PlanReply decides, after an approval, by which ways the reply goes out, and
// leaves one outbox row a way: back to the platform for an order, else e-mail
// and SMS where there is an address or number. Where there is neither, the desk
// is told to deliver it by hand.
func (d *DB) PlanReply(ctx context.Context, outbox, ticket int64) error {
	return d.pg.Do(ctx, pg.Machine("machine:reply"), func(tx *pg.Tx) error {
		open, err := outboxDone(ctx, tx, outbox)
		if err != nil || !open {
			return err
		}
		v, err := d.lockID(ctx, tx, ticket)
		if err != nil {
			return err
		}
		if v.Status != tickets.Answering || v.LastReply() == nil {
			return nil
		}
		kinds := replyWays(&v.Ticket)
		for _, kind := range kinds {
			if err := d.enqueue(ctx, tx, kind, ticket, map[string]any{"reply": v.LastReply().ID}); err != nil {
				return err
			}
		}
		if len(kinds) == 0 {
			return d.enqueue(ctx, tx, tickets.JobNotify, ticket, map[string]any{"action": "deliver_by_hand"})
		}
		return nil
	})
}

func replyWays(t *tickets.Ticket) []string {
	if t.Track == tickets.TrackOrder {
		return []string{tickets.JobPlatformReply}
	}
	var kinds []string
	if t.Appeal > 0 {
		return nil // an opinion is served in writing
	}
	if t.Naming == tickets.Joint && len(t.Persons) > 1 {
		return nil // each of them is owed a proof of his own: letters, or face to face
	}
	if t.HasMail {
		kinds = append(kinds, tickets.JobMailReply)
	}
	if t.HasPhone {
		kinds = append(kinds, tickets.JobSMS)
	}
	return kinds
}

func (d *DB) lockID(ctx context.Context, tx *pg.Tx, id int64) (*View, error) {
	var number string
	if err := tx.QueryRow(ctx, `SELECT number FROM tickets WHERE id = $1`, id).Scan(&number); err != nil {
		return nil, fmt.Errorf("find ticket %d: %w", id, err)
	}
	return d.view(ctx, tx, number, "FOR UPDATE")
}

// Delivery is what a worker needs to carry one outbox row out of the house. It
// holds personal data: it stays in memory.
type Delivery struct {
	View    *View
	Number  string
	Receipt string
	To      []Complainant
	Text    string // the approved public reply
	Notice  string // how to appeal
	Outbox  int64
	Created time.Time
	ReplyTo string // Message-ID of the mail it answers
	Args    map[string]any
	Done    bool // carried out before
}

// Delivery reads what goes out for an outbox row. The opening of the
// complainant's address is journaled as the machine's.
func (d *DB) Delivery(ctx context.Context, outbox int64, machine string) (Delivery, error) {
	out := Delivery{Outbox: outbox}
	err := d.pg.Do(ctx, pg.Machine(machine), func(tx *pg.Tx) error {
		var ticket int64
		var args []byte
		var doneAt *time.Time
		if err := tx.QueryRow(ctx, `SELECT ticket, args, created_at, done_at FROM outbox WHERE id = $1`, outbox).Scan(&ticket, &args, &out.Created, &doneAt); err != nil {
			return fmt.Errorf("outbox %d: %w", outbox, err)
		}
		if out.Done = doneAt != nil; out.Done {
			return nil
		}
		if err := json.Unmarshal(args, &out.Args); err != nil {
			return fmt.Errorf("outbox %d: %w", outbox, err)
		}
		v, err := d.lockID(ctx, tx, ticket)
		if err != nil {
			return err
		}
		out.View, out.Number = v, v.Number
		out.Receipt = tickets.ReceiptCode(d.vault.MAC, v.ID, v.ReceiptIssue)
		if r := v.LastReply(); r != nil && r.ApprovedAt != nil {
			out.Text, out.Notice = r.PublicText, r.AppealNotice
		}
		return d.recipients(ctx, tx, &out)
	})
	return out, err
}

func (d *DB) recipients(ctx context.Context, tx *pg.Tx, out *Delivery) error {
	rows, err := tx.Query(ctx, `SELECT id, sealed FROM complainants WHERE ticket = $1 AND role <> 'beneficiary' ORDER BY id`, out.View.ID)
	if err != nil {
		return fmt.Errorf("recipients: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			return fmt.Errorf("recipients: %w", err)
		}
		c, err := d.openComplainant(id, sealed)
		if err != nil {
			return err
		}
		out.To = append(out.To, c)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `SELECT source_id FROM submission_keys WHERE ticket = $1 AND source LIKE 'mail:%' ORDER BY submission LIMIT 1`, out.View.ID).Scan(&out.ReplyTo)
	if err != nil && !errors.Is(pg.Translate(err), pg.ErrNotFound) {
		return fmt.Errorf("mail answered: %w", err)
	}
	return nil
}

// Outcome is how one attempt to deliver ended.
type Outcome struct {
	Way        string
	State      string // accepted, delivered, failed, unreachable, uncertain
	ProviderID string
	Evidence   string
	Error      string
	At         time.Time // the provider's own time; zero: now
}

// Attempted records how a delivery ended, marks its outbox row done, and moves
// the ticket on when the reply is delivered; all at once, or not at all.
func (d *DB) Attempted(ctx context.Context, outbox, ticket int64, machine string, o Outcome) error {
	return d.pg.Do(ctx, pg.Machine(machine), func(tx *pg.Tx) error {
		open, err := outboxDone(ctx, tx, outbox)
		if err != nil || !open {
			return err
		}
		v, err := d.lockID(ctx, tx, ticket)
		if err != nil {
			return err
		}
		action, values := tickets.ActAttempt, tickets.Values{"way": o.Way, "state": o.State, "evidence": o.Evidence}
		if o.State == "delivered" && v.Status == tickets.Answering {
			action, values = tickets.ActDelivered, tickets.Values{"way": o.Way, "evidence": o.Evidence}
		}
		if o.Evidence == "" {
			values["evidence"] = o.ProviderID
		}
		err = d.step(ctx, tx, v, action, values)
		if errors.Is(err, tickets.ErrNotAllowed) {
			return nil // the ticket moved on: there is nothing left to prove
		}
		return err
	})
}

// Finish marks an outbox row done whose effect lay outside (a callback that
// changes no ticket).
func (d *DB) Finish(ctx context.Context, outbox int64, machine string) error {
	return d.pg.Do(ctx, pg.Machine(machine), func(tx *pg.Tx) error {
		_, err := outboxDone(ctx, tx, outbox)
		return err
	})
}

// AskDesk marks an outbox row done whose way out does not work, and asks the
// people of the desk to do it by hand.
func (d *DB) AskDesk(ctx context.Context, outbox, ticket int64, machine, what string) error {
	return d.pg.Do(ctx, pg.Machine(machine), func(tx *pg.Tx) error {
		open, err := outboxDone(ctx, tx, outbox)
		if err != nil || !open {
			return err
		}
		return d.enqueue(ctx, tx, tickets.JobNotify, ticket, map[string]any{"action": what})
	})
}

// ActOnce is Act for a machine whose outbox row is marked done with it.
func (d *DB) ActOnce(ctx context.Context, outbox, ticket int64, machine string, action tickets.Action, values tickets.Values) error {
	return d.pg.Do(ctx, pg.Machine(machine), func(tx *pg.Tx) error {
		open, err := outboxDone(ctx, tx, outbox)
		if err != nil || !open {
			return err
		}
		v, err := d.lockID(ctx, tx, ticket)
		if err != nil {
			return err
		}
		return d.step(ctx, tx, v, action, values)
	})
}
