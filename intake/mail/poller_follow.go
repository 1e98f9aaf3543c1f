package mail

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"hotline/internal/pg"
	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// followUps carries out what settled letters left: supplements and failed
// deliveries. One that fails comes again later and stops no other; only an
// outage of the database is an error.
func (p *Poller) followUps(ctx context.Context) error {
	for {
		list, err := p.Store.FollowUps(ctx)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, f := range list {
			err := p.follow(ctx, f)
			if err == nil {
				continue
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := p.Store.Failed(ctx, f, err, permanent(err)); err != nil {
				return err
			}
		}
	}
}

// permanent: trying again will not help.
func permanent(err error) bool {
	var bad tickets.Invalid
	return errors.As(err, &bad) || errors.Is(err, pg.ErrNotFound) || errors.Is(err, vault.ErrTampered) || pg.Invalid(err)
}

func (p *Poller) follow(ctx context.Context, f FollowUp) error {
	switch f.Kind {
	case JobAppend:
		return p.supplement(ctx, f)
	case JobBounce:
		return p.bounced(ctx, f)
	}
	return fmt.Errorf("mail: unknown follow-up %q", f.Kind)
}

// supplement adds a letter to the ticket it answers. The files come first and
// are recognised by their content if this is the second try; the note closes
// the follow-up in its own transaction.
func (p *Poller) supplement(ctx context.Context, f FollowUp) error {
	raw, err := p.Store.Letter(ctx, f.Submission)
	if err != nil {
		return err
	}
	m, err := p.parser.Parse(raw)
	if err != nil {
		return err
	}
	v, err := p.Tickets.Find(ctx, caller, f.Number)
	if err != nil {
		return err
	}
	text, files := wording(m, maxNote)
	if v.Secrecy == tickets.Confidential {
		// Those who work on it must not learn from a letter who wrote it.
		text = vault.Redact(text, vault.Lint(text, m.From.Name, m.From.Addr))
		files = nil
	}
	left, err := p.attach(ctx, v, files)
	if err != nil {
		return err
	}
	text = "诉求人来信补充：\n" + text
	if left > 0 || v.Secrecy == tickets.Confidential && len(m.Attachments) > 0 {
		text += "\n（附件未随附，保存在原信中）"
	}
	return p.Tickets.ActOnce(ctx, f.Outbox, f.Ticket, machineName, tickets.ActSupplement, tickets.Values{"note": text})
}

// attach adds the files that the ticket lacks, and says how many it does not take.
func (p *Poller) attach(ctx context.Context, v *ticketdb.View, files []ticketdb.File) (left int, err error) {
	has := func(sum [32]byte) bool {
		return slices.ContainsFunc(v.Attachments, func(a ticketdb.Attachment) bool { return slices.Equal(a.SHA256, sum[:]) })
	}
	for _, file := range files {
		if has(sha256.Sum256(file.Content)) {
			continue
		}
		v2, err := p.Tickets.AddFile(ctx, caller, v.Number, 0, file)
		if errors.Is(err, tickets.ErrNotAllowed) {
			left++ // a closed ticket takes a note and no more
			continue
		}
		if err != nil {
			return left, err
		}
		v = v2
	}
	return left, nil
}

// bounced notes on the ticket that the answer did not arrive. The evidence names
// no address: many may read a ticket.
func (p *Poller) bounced(ctx context.Context, f FollowUp) error {
	status := f.Status
	if status == "" {
		status = "无代码"
	}
	err := p.Tickets.ActOnce(ctx, f.Outbox, f.Ticket, machineName, tickets.ActAttempt, tickets.Values{
		"way": "mail", "state": "failed", "evidence": "退信：对方邮件系统报告无法送达（" + status + "）"})
	if errors.Is(err, tickets.ErrNotAllowed) {
		return p.Tickets.Finish(ctx, f.Outbox, machineName) // the ticket moved on
	}
	return err
}
