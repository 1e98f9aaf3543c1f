package ticketdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hotline/tickets"
)

// hop moves the ticket to another unit's turn, or signs the present one.
func (w *writing) hop(ctx context.Context) error {
	t, c := &w.v.Ticket, &w.c
	if c.Unit != 0 {
		if err := w.newHop(ctx); err != nil {
			return err
		}
	}
	if c.Sign {
		if h := t.Hop(); h != nil {
			w.exec(`UPDATE hops SET signed_by = $2, signed_at = $3 WHERE id = $1`, h.ID, w.tx.Me.Person, w.tx.Now)
		}
	}
	if c.CoUnit != 0 {
		w.exec(`INSERT INTO co_handlers (ticket, unit, at, actor) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, t.ID, c.CoUnit, w.tx.Now, w.tx.Me.Actor())
		w.see(c.CoUnit)
	}
	if c.IdentityOK != nil {
		w.exec(`UPDATE complainants SET checked_at = $2, check_failed = $3 WHERE ticket = $1`, t.ID, w.tx.Now, !*c.IdentityOK)
		if !*c.IdentityOK && t.Naming == tickets.Named {
			w.set["naming"] = tickets.Signed
		}
	}
	return nil
}

func (w *writing) newHop(ctx context.Context) error {
	t, c := &w.v.Ticket, &w.c
	unit := w.d.Tree().Find(c.Unit)
	if unit == nil {
		return tickets.Invalid{{Field: "unit", ZH: "没有这个单位", EN: "no such unit"}}
	}
	if len(t.Hops) > 0 {
		w.exec(`UPDATE hops SET ended_at = $2 WHERE ticket = $1 AND ended_at IS NULL`, t.ID, w.tx.Now)
	}
	id, err := w.tx.ID(ctx)
	if err != nil {
		return err
	}
	n := len(t.Hops) + 1
	w.exec(`INSERT INTO hops (id, ticket, n, unit, from_unit, reason, sent_by, sent_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, t.ID, n, unit.ID, t.Unit, w.act.Values.Get("reason"), w.tx.Me.Actor(), w.tx.Now)
	w.log["hop"] = map[string]any{"n": n, "unit": unit.ID, "from": t.Unit}
	if !w.d.Tree().Within(unit.ID, t.Unit) {
		w.see(t.Unit) // a unit above needs no mark: its scope reaches down
	}
	t.Hops = append(t.Hops, tickets.Hop{ID: id, N: n, Unit: unit.ID})
	w.set["unit"], w.set["unit_path"] = unit.ID, unit.Path
	if unit.ID != t.Unit && t.Investigator != 0 {
		w.set["investigator"], w.set["second_investigator"] = nil, nil
	}
	w.text = true
	return nil
}

// see keeps a unit that had the ticket, and the line above it, in sight of it.
func (w *writing) see(unit int) {
	sight := append([]int{}, w.v.Sight...)
	has := map[int]bool{}
	for _, u := range sight {
		has[u] = true
	}
	for _, u := range append(w.d.Tree().Line(unit), w.d.Tree().Find(unit)) {
		if u != nil && !has[u.ID] {
			sight = append(sight, u.ID)
		}
	}
	if len(sight) != len(w.v.Sight) {
		w.v.Sight = sight
		w.set["sight"] = sight
		w.text = true
	}
}

// findings writes allegations, findings and co-signatures.
func (w *writing) findings(ctx context.Context) error {
	t, c := &w.v.Ticket, &w.c
	if c.Allegation != nil || c.Finding != nil {
		if err := w.firstAllegation(ctx); err != nil {
			return err
		}
		w.text = true
	}
	if a := c.Allegation; a != nil {
		if err := w.allegation(ctx, a); err != nil {
			return err
		}
	}
	if f := c.Finding; f != nil {
		if err := w.finding(ctx, f); err != nil {
			return err
		}
	}
	if c.Cosign {
		al := t.Allegation(c.OnN)
		w.exec(`UPDATE findings SET cosigned_at = $2 WHERE id = $1`, al.Finding.ID, w.tx.Now)
	}
	return nil
}

// firstAllegation stores the statement as the first allegation once somebody
// works on it; until then a ticket needs no row for it.
func (w *writing) firstAllegation(ctx context.Context) error {
	t := &w.v.Ticket
	if len(t.Allegations) != 1 || t.Allegations[0].ID != 0 {
		return nil
	}
	return w.allegation(ctx, &t.Allegations[0])
}

func (w *writing) allegation(ctx context.Context, a *tickets.Allegation) error {
	id, err := w.tx.ID(ctx)
	if err != nil {
		return err
	}
	a.ID = id
	w.exec(`INSERT INTO allegations (id, ticket, n, text, category) VALUES ($1, $2, $3, $4, nullif($5, ''))`, id, w.v.ID, a.N, a.Text, a.Category)
	return nil
}

func (w *writing) finding(ctx context.Context, f *tickets.Finding) error {
	al := w.v.Allegation(w.c.OnN)
	if al == nil {
		return tickets.Invalid{{Field: "allegation", ZH: "没有这一项", EN: "no such allegation"}}
	}
	id, err := w.tx.ID(ctx)
	if err != nil {
		return err
	}
	f.ID, f.Allegation = id, al.ID
	w.exec(`UPDATE findings SET superseded = true WHERE allegation = $1 AND NOT superseded`, al.ID)
	w.exec(`INSERT INTO findings (id, ticket, allegation, outcome, method, met, met_at, evidence, corrected, recovered_cents, author, second, second_name, at, transfer)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12, 0), $13, $14, $15)`,
		id, w.v.ID, al.ID, f.Outcome, f.Method, f.Met, f.MetAt, f.Evidence, f.Corrected, f.RecoveredCents, f.Author, f.Second, f.SecondName, f.At, f.Transfer)
	w.log["finding"] = map[string]any{"id": id, "allegation": al.N, "outcome": f.Outcome}
	al.Finding = f
	return err
}

// reply writes replies, approvals and attempts.
func (w *writing) reply(ctx context.Context) error {
	c := &w.c
	if c.Reply != nil {
		if err := w.newReply(ctx, c.Reply); err != nil {
			return err
		}
	}
	if c.Approve {
		w.approve()
	}
	if c.Attempt != nil {
		for _, a := range append([]tickets.Attempt{*c.Attempt}, c.More...) {
			if err := w.attempt(ctx, &a); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writing) newReply(ctx context.Context, r *tickets.Reply) error {
	id, err := w.tx.ID(ctx)
	if err != nil {
		return err
	}
	r.ID, r.N = id, len(w.v.Replies)+1
	w.exec(`INSERT INTO replies (id, ticket, n, public_text, internal_text, legal_basis, appeal_notice, resolved, unresolved_reason, author, at, approved_by, approved_at, opinion_no)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12, 0), $13, $14)`,
		id, w.v.ID, r.N, r.PublicText, r.InternalText, r.LegalBasis, r.AppealNotice, r.Resolved, r.UnresolvedReason, r.Author, r.At, r.ApprovedBy, r.ApprovedAt, r.OpinionNo)
	w.v.Replies = append(w.v.Replies, *r)
	w.log["reply"] = map[string]any{"id": id, "n": r.N, "public_text": r.PublicText}
	w.text = true
	return nil
}

func (w *writing) approve() {
	r := w.v.LastReply()
	text := r.PublicText
	if w.c.AmendText != "" {
		text = w.c.AmendText
	}
	w.log["approved"] = map[string]any{"id": r.ID, "public_text": text}
	w.exec(`UPDATE replies SET approved_by = $2, approved_at = $3, public_text = $4 WHERE id = $1`, r.ID, w.tx.Me.Person, w.tx.Now, text)
}

func (w *writing) attempt(ctx context.Context, a *tickets.Attempt) error {
	r := w.v.LastReply()
	if r == nil {
		return tickets.Invalid{{Field: "way", ZH: "还没有答复", EN: "no reply yet"}}
	}
	id, err := w.tx.ID(ctx)
	if err != nil {
		return err
	}
	a.ID, a.Reply = id, r.ID
	w.exec(`INSERT INTO attempts (id, ticket, reply, way, state, at, actor, provider_id, evidence, provenance, error, complainant) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12::bigint, 0))`,
		id, w.v.ID, r.ID, a.Way, a.State, a.At, a.Actor, a.ProviderID, a.Evidence, a.Provenance, a.Error, a.Complainant)
	told, _ := w.log["attempts"].([]map[string]any)
	w.log["attempts"] = append(told, map[string]any{"id": id, "way": a.Way, "state": a.State, "whom": a.Complainant})
	return nil
}

// links relates the ticket to another one that the caller may see as well.
func (w *writing) links(ctx context.Context) error {
	if w.c.Other == "" {
		return nil
	}
	n, err := tickets.ParseNumber(w.c.Other)
	if err != nil {
		return tickets.Invalid{{Field: "other", ZH: "编号不正确", EN: "not a ticket number"}}
	}
	var other int64
	err = w.tx.QueryRow(ctx, `SELECT id FROM tickets WHERE number = $1`, string(n)).Scan(&other)
	if errors.Is(err, pgx.ErrNoRows) || other == w.v.ID {
		return tickets.Invalid{{Field: "other", ZH: "没有这张工单", EN: "no such ticket"}}
	}
	if err != nil {
		return fmt.Errorf("find the other ticket: %w", err)
	}
	if w.c.Unlink {
		return w.unlink(ctx, other)
	}
	if err := w.finalOther(ctx, other); err != nil {
		return err
	}
	id, err := w.tx.ID(ctx)
	if err != nil {
		return err
	}
	w.exec(`INSERT INTO relations (id, ticket, other, kind, note, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, w.v.ID, other, w.c.Relation, w.act.Values.Get("note"), w.tx.Me.Actor(), w.tx.Now)
	return nil
}

// unlink undoes the relations to another ticket, from whichever side they were
// made. The rows stay, with the time at which they ended.
func (w *writing) unlink(ctx context.Context, other int64) error {
	gone, err := ids(ctx, w.tx, `SELECT id FROM relations WHERE (ticket, other) IN (($1::bigint, $2::bigint), ($2, $1)) AND undone_at IS NULL AND ($3 = '' OR kind = $3) ORDER BY id FOR UPDATE`,
		w.v.ID, other, w.c.Relation)
	if err != nil {
		return fmt.Errorf("find relations: %w", err)
	}
	if len(gone) == 0 {
		return tickets.Invalid{{Field: "other", ZH: "没有这个关联", EN: "no such relation"}}
	}
	w.exec(`UPDATE relations SET undone_at = $2 WHERE id = ANY ($1)`, gone, w.tx.Now)
	w.log["undone"] = gone
	return nil
}
