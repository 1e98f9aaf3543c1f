package maildb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hotline/intake/mail"
	"hotline/internal/pg"
	"hotline/tickets"
)

// Settle implements mail.Store.
func (d *DB) Settle(ctx context.Context, l mail.Lease, list []mail.Settlement) error {
	err := d.held(ctx, l, func(tx *pg.Tx) error {
		for _, s := range list {
			x := &settling{d: d, tx: tx, mailbox: l.Mailbox, s: s, ticket: s.Ticket}
			if err := x.settle(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle mail: %w", err)
	}
	return nil
}

// settling writes one message into the ledger.
type settling struct {
	d       *DB
	tx      *pg.Tx
	mailbox string
	s       mail.Settlement
	ticket  int64    // 0: none
	about   outgoing // of a bounce
}

// outgoing is a mail of ours that a bounce is about.
type outgoing struct {
	kind   string
	ticket int64
	reply  int64
}

func (x *settling) settle(ctx context.Context) error {
	repeated := x.s.Reason == mail.ReasonRepeated
	if !repeated {
		if err := x.find(ctx); err != nil {
			return err
		}
	}
	tag, err := x.tx.Exec(ctx, `INSERT INTO mail_ledger (mailbox, uidvalidity, uid, submission, disposition, reason, ticket, at)
		VALUES ($1, $2, $3, $4, $5, $6, nullif($7::bigint, 0), $8) ON CONFLICT DO NOTHING`,
		x.mailbox, int64(x.s.UIDValidity), int64(x.s.UID), x.s.Submission, x.s.Disposition, x.s.Reason, x.ticket, x.tx.Now)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return x.superfluous(ctx)
	}
	if err := x.submission(ctx, repeated); err != nil || repeated {
		return err
	}
	switch {
	case x.s.Disposition == mail.Appended:
		return x.leave(ctx, mail.JobAppend, map[string]any{"submission": x.s.Submission})
	case x.s.Disposition == mail.Bounce && x.s.Failed && x.about.kind == tickets.JobMailReply:
		return x.failed(ctx)
	}
	return nil
}

// superfluous: the message is in the ledger already, and its effect done. A copy
// stored while that was being committed is no work for anybody.
func (x *settling) superfluous(ctx context.Context) error {
	_, err := x.tx.Exec(ctx, `UPDATE submissions SET disposition = 'event', reason = $2 WHERE id = $1 AND disposition = 'stored'`, x.s.Submission, mail.ReasonRepeated)
	return err
}

// find looks up what the letter's signature is about.
func (x *settling) find(ctx context.Context) error {
	if x.s.Attempt != 0 && x.s.Disposition == mail.Bounce {
		if err := x.findOutgoing(ctx); err != nil {
			return err
		}
	}
	if x.s.Number == "" || x.ticket != 0 {
		return nil
	}
	err := x.tx.QueryRow(ctx, `SELECT id FROM tickets WHERE number = $1`, x.s.Number).Scan(&x.ticket)
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if x.s.Disposition == mail.Appended {
		x.s.Disposition, x.s.Reason = mail.Quarantined, mail.ReasonNoTicket
	}
	return nil
}

// findOutgoing finds the outbox row under whose id the mail went out. Rows done
// are swept after a month; then the number in the report has to do.
func (x *settling) findOutgoing(ctx context.Context) error {
	var args []byte
	err := x.tx.QueryRow(ctx, `SELECT kind, coalesce(ticket, 0), args FROM outbox WHERE id = $1`, x.s.Attempt).Scan(&x.about.kind, &x.about.ticket, &args)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var a struct {
		Reply int64 `json:"reply"`
	}
	if err := json.Unmarshal(args, &a); err != nil {
		return fmt.Errorf("outbox %d: %w", x.s.Attempt, err)
	}
	x.ticket, x.about.reply = x.about.ticket, a.Reply
	return nil
}

// submission moves the stored letter on and gives it its identity. A repeated
// copy is kept, and is no contact of its own.
func (x *settling) submission(ctx context.Context, repeated bool) error {
	disposition := string(x.s.Disposition)
	if repeated {
		disposition = "event"
	}
	_, err := x.tx.Exec(ctx, `UPDATE submissions SET disposition = $2, reason = $3, ticket = nullif($4::bigint, 0), source_id = coalesce(nullif($5, ''), source_id) WHERE id = $1`,
		x.s.Submission, disposition, x.s.Reason, x.ticket, x.s.Identity)
	if err != nil || repeated || x.s.Identity == "" {
		return err
	}
	// Only a letter that an answer may refer to names its ticket here.
	_, err = x.tx.Exec(ctx, `INSERT INTO submission_keys (source, source_id, submission, sha256, ticket)
		SELECT source, source_id, id, sha256, CASE WHEN disposition = 'appended' THEN ticket END FROM submissions WHERE id = $1 ON CONFLICT DO NOTHING`, x.s.Submission)
	return err
}

// failed takes back the proof that a mail server gave for a reply, and leaves
// the failed attempt to be journaled and the desk to be told.
func (x *settling) failed(ctx context.Context) error {
	_, err := x.tx.Exec(ctx, `UPDATE attempts SET state = 'failed', error = $3 WHERE ticket = $1 AND reply = $2 AND way = 'mail' AND state IN ('accepted','delivered')`,
		x.ticket, x.about.reply, "退信 "+x.s.Status)
	if err != nil {
		return err
	}
	if err := x.leave(ctx, mail.JobBounce, map[string]any{"submission": x.s.Submission, "status": x.s.Status}); err != nil {
		return err
	}
	return x.leave(ctx, tickets.JobNotify, map[string]any{"action": "deliver_by_hand"})
}

func (x *settling) leave(ctx context.Context, kind string, args map[string]any) error {
	id, err := x.tx.ID(ctx)
	if err != nil {
		return err
	}
	data, err := json.Marshal(args)
	if err != nil {
		return err
	}
	x.tx.Nudge()
	_, err = x.tx.Exec(ctx, `INSERT INTO outbox (id, kind, ticket, args, created_at, run_at) VALUES ($1, $2, $3, $4, $5, $5)`, id, kind, x.ticket, data, x.tx.Now)
	return err
}
