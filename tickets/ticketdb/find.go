package ticketdb

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/tickets"
)

const ticketColumns = `id, number, status, kind, track, channel, naming, secrecy, urgency, coalesce(outcome, ''), coalesce(category, ''), region, place, title, statement,
	coalesce(brief_by, 0), people, desk, unit, unit_path, coalesce(investigator, 0), coalesce(second_investigator, 0), recused, sight, proposal, nullif(next_due, 'infinity'), due_at,
	received_at, entered_at, closed_at, redos, urges, supervised, coalesce(satisfaction, ''), receipt_issue, appeal, appealed, coalesce(floor_unit, 0), coalesce(withdrawal, ''), mandate,
	coalesce(petition_no, ''), reveal_asked, paused_at, redone_at, version, seq, head`

func scanTicket(row pgx.Row, t *tickets.Ticket) error {
	var proposal []byte
	err := row.Scan(&t.ID, &t.Number, &t.Status, &t.Kind, &t.Track, &t.Channel, &t.Naming, &t.Secrecy, &t.Urgency, &t.Outcome, &t.Category, &t.Region, &t.Place, &t.Title, &t.Statement,
		&t.BriefBy, &t.People, &t.Desk, &t.Unit, &t.UnitPath, &t.Investigator, &t.Second, &t.Recused, &t.Sight, &proposal, &t.NextDue, &t.DueAt,
		&t.ReceivedAt, &t.EnteredAt, &t.ClosedAt, &t.Redos, &t.Urges, &t.Supervised, &t.Satisfaction, &t.ReceiptIssue, &t.Appeal, &t.Appealed, &t.Floor, &t.Withdrawal, &t.Mandate,
		&t.PetitionNo, &t.RevealAsked, &t.PausedAt, &t.RedoneAt, &t.Version, &t.Seq, &t.Head)
	if err != nil {
		return err
	}
	if proposal != nil {
		t.Proposal = &tickets.Proposal{}
		return json.Unmarshal(proposal, t.Proposal)
	}
	return nil
}

// Find reads a ticket with everything its page shows. It returns
// pg.ErrNotFound for a ticket that does not exist and, alike, for one that the
// caller may not see.
func (d *DB) Find(ctx context.Context, caller pg.Caller, number string) (*View, error) {
	n, err := tickets.ParseNumber(number)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", pg.ErrNotFound, err)
	}
	var v *View
	err = d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		v, err = d.view(ctx, tx, string(n), "")
		return err
	})
	return v, err
}

// FindID is Find by the ticket's id, for workers.
func (d *DB) FindID(ctx context.Context, caller pg.Caller, id int64) (*View, error) {
	var v *View
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		var number string
		if err := tx.QueryRow(ctx, `SELECT number FROM tickets WHERE id = $1`, id).Scan(&number); err != nil {
			return fmt.Errorf("find ticket: %w", err)
		}
		var err error
		v, err = d.view(ctx, tx, number, "")
		return err
	})
	return v, err
}

// view reads the ticket and its children in two round trips; lock is "" or
// "FOR UPDATE" (the subject's row is locked first in every act).
func (d *DB) view(ctx context.Context, tx *pg.Tx, number, lock string) (*View, error) {
	v := &View{Me: tx.Me, Actor: actorOf(tx.Me)}
	t := &v.Ticket
	if err := scanTicket(tx.QueryRow(ctx, `SELECT `+ticketColumns+` FROM tickets WHERE number = $1 `+lock, number), t); err != nil {
		return nil, fmt.Errorf("find ticket: %w", pg.Translate(err))
	}
	b := &pgx.Batch{}
	d.queueChildren(b, v)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read ticket: %w", err)
	}
	if len(t.Allegations) == 0 {
		t.Allegations = []tickets.Allegation{tickets.FirstAllegation(t.Statement)}
	}
	t.Clocks = d.clocksOf(v)
	return v, d.names(ctx, tx, v)
}

// clocksOf is the ticket's clocks as the rules of the flow read them.
func (d *DB) clocksOf(v *View) []tickets.TicketClock {
	out := make([]tickets.TicketClock, 0, len(v.Deadlines))
	for _, x := range v.Deadlines {
		c := tickets.TicketClock{ID: x.ID, Duty: deadline.DutyOf(x.Rule), Start: x.StartAt, Due: x.DueAt, Open: x.Open(), Pausable: deadline.Pausable(deadline.DutyOf(x.Rule))}
		if x.Hop != nil {
			c.Hop = *x.Hop
		}
		if rule, _, ok := d.rebuild(x); ok {
			c.Window, c.Amount, c.Limit, c.Times, c.UnitZH, c.UnitEN = rule.Window, rule.Amount, rule.ExtensionLimit, rule.Extensions, rule.Unit.Zh(), rule.Unit.En()
			c.Starts, c.Meets = rule.Starts, rule.Meets
		}
		for _, r := range v.Requests {
			if r.Kind == tickets.RequestExtension && r.State == "granted" && r.Clock == x.ID {
				c.Granted++
				c.Extended += r.Amount
			}
		}
		out = append(out, c)
	}
	return out
}

func actorOf(me pg.Me) tickets.Actor {
	a := tickets.Actor{Person: me.Person, Name: me.Name, Unit: me.Unit, Path: me.Path, Roles: me.Roles}
	switch {
	case strings.HasPrefix(me.Machine, "platform:"):
		a.Platform = me.Machine
	case me.Machine != "":
		a.Machine = me.Machine
	}
	return a
}

// into collects a query's rows into dst.
func into[T any](dst *[]T, scan func(pgx.CollectableRow) (T, error)) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var err error
		*dst, err = pgx.CollectRows(rows, scan)
		return err
	}
}

func (d *DB) queueChildren(b *pgx.Batch, v *View) {
	t := &v.Ticket
	id := t.ID
	b.Queue(`SELECT id, role, shown, shown_phone, has_phone, has_mail, checked_at, check_failed FROM complainants WHERE ticket = $1 ORDER BY id`, id).Query(func(rows pgx.Rows) error {
		var err error
		v.Complainants, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Shown])
		for _, c := range v.Complainants {
			if c.Role == "beneficiary" { // told by whoever came for him
				continue
			}
			t.HasPhone = t.HasPhone || c.HasPhone
			t.HasMail = t.HasMail || c.HasMail
			t.Persons = append(t.Persons, tickets.Person{ID: c.ID, Role: c.Role, HasPhone: c.HasPhone, HasMail: c.HasMail})
		}
		return err
	})
	b.Queue(`SELECT id, coalesce(unit, 0), person, post FROM accused WHERE ticket = $1 ORDER BY id`, id).Query(into(&t.Accused, pgx.RowToStructByPos[tickets.Accused]))
	b.Queue(`SELECT unit, coalesce(person, 0) FROM respondents WHERE ticket = $1 ORDER BY unit`, id).Query(func(rows pgx.Rows) error {
		var unit, person int
		_, err := pgx.ForEachRow(rows, []any{&unit, &person}, func() error {
			t.Respondents = append(t.Respondents, unit)
			if person != 0 {
				t.Decisive = append(t.Decisive, person)
			}
			return nil
		})
		return err
	})
	b.Queue(`SELECT id, n, text, coalesce(category, '') FROM allegations WHERE ticket = $1 ORDER BY n`, id).Query(into(&t.Allegations, func(row pgx.CollectableRow) (a tickets.Allegation, err error) {
		return a, row.Scan(&a.ID, &a.N, &a.Text, &a.Category)
	}))
	b.Queue(`SELECT id, allegation, outcome, method, met, met_at, evidence, corrected, recovered_cents, transfer, author, coalesce(second, 0), second_name, cosigned_at, at
		FROM findings WHERE ticket = $1 AND NOT superseded ORDER BY id`, id).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[tickets.Finding])
		for i := range list {
			for j := range t.Allegations {
				if t.Allegations[j].ID == list[i].Allegation {
					t.Allegations[j].Finding = &list[i]
				}
			}
		}
		return err
	})
	b.Queue(`SELECT id, n, unit, from_unit, reason, sent_by, sent_at, coalesce(signed_by, 0), signed_at, ended_at FROM hops WHERE ticket = $1 ORDER BY n`, id).Query(into(&t.Hops, pgx.RowToStructByPos[tickets.Hop]))
	b.Queue(`SELECT id, n, public_text, internal_text, legal_basis, appeal_notice, resolved, unresolved_reason, opinion_no, author, at, coalesce(approved_by, 0), approved_at FROM replies WHERE ticket = $1 ORDER BY n`, id).Query(into(&t.Replies, pgx.RowToStructByPos[tickets.Reply]))
	b.Queue(`SELECT id, reply, way, state, at, actor, provider_id, evidence, provenance, error, coalesce(complainant, 0) FROM attempts WHERE ticket = $1 ORDER BY id`, id).Query(into(&t.Attempts, pgx.RowToStructByPos[tickets.Attempt]))
	b.Queue(`SELECT id, n, kind, state, reason, basis, evidence, unit, asked_by, asked_at, coalesce(decided_by, ''), decided_at, decision_note, decider, coalesce(clock, 0), coalesce(amount, 0), wanted, until
		FROM requests WHERE ticket = $1 ORDER BY n`, id).Query(into(&t.Requests, pgx.RowToStructByPos[tickets.Request]))
	b.Queue(`SELECT platform, order_no, city_no, unit_text, sign_by, handle_by, state, closed_at FROM orders WHERE ticket = $1`, id).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[tickets.Order])
		if len(list) > 0 {
			t.Order = &list[0]
		}
		return err
	})
	b.Queue(`SELECT `+deadlineColumns+` FROM deadlines WHERE subject = $1 AND subject_kind = 'ticket' ORDER BY due_at, id`, id).Query(into(&v.Deadlines, pgx.RowToStructByName[Deadline]))
	b.Queue(`SELECT id, name, type, size, sha256, purpose, state, note, at FROM attachments WHERE ticket = $1 ORDER BY id`, id).Query(into(&v.Attachments, pgx.RowToStructByPos[Attachment]))
	// Through the policies: a link to a ticket that the caller may not see is not
	// there for him, since its mere existence tells an accused unit too much.
	b.Queue(`SELECT k.number, r.kind, r.note, r.at, r.other = $1 FROM relations r JOIN tickets k ON k.id = CASE WHEN r.ticket = $1 THEN r.other ELSE r.ticket END
		WHERE (r.ticket = $1 OR r.other = $1) AND r.undone_at IS NULL ORDER BY r.id`, id).Query(into(&v.Relations, pgx.RowToStructByPos[Relation]))
	b.Queue(`SELECT l.rule, c.level, c.at, c.cleared_at FROM cards c JOIN deadlines l ON l.subject = c.ticket AND l.id = c.deadline WHERE c.ticket = $1 ORDER BY c.at`, id).Query(into(&v.Cards, pgx.RowToStructByPos[Card]))
	b.Queue(`SELECT id, request, reason, from_at, to_at, NULL::timestamptz FROM pauses WHERE ticket = $1 ORDER BY from_at`, id).Query(into(&v.Pauses, pgx.RowToStructByPos[tickets.Pause]))
	b.Queue(`SELECT id, body, sent_at, sent_no, accepted_at, accepted_no, result, result_at FROM transfers WHERE ticket = $1 ORDER BY id`, id).Query(into(&t.Transfers, pgx.RowToStructByPos[tickets.Transfer]))
	b.Queue(`SELECT `+taskColumns+`, l.n, l.deadline, l.issued_by FROM task_links l JOIN tasks k ON k.id = l.task WHERE l.ticket = $1 ORDER BY l.n`, id).Query(into(&t.Tasks, scanLinkedTask))
	b.Queue(`SELECT f.id, f.task, f.round, f.name, f.type, f.size, f.sha256, f.at FROM task_files f JOIN task_links l ON l.task = f.task WHERE l.ticket = $1 ORDER BY f.id`, id).Query(into(&v.TaskFiles, pgx.RowToStructByPos[TaskFile]))
	b.Queue(`SELECT unit FROM co_handlers WHERE ticket = $1 ORDER BY at`, id).Query(into(&v.CoHandlers, pgx.RowTo[int]))
}

// names looks up the persons a ticket mentions.
func (d *DB) names(ctx context.Context, tx *pg.Tx, v *View) error {
	ids := map[int]bool{}
	note := func(list ...int) {
		for _, i := range list {
			if i > 0 {
				ids[i] = true
			}
		}
	}
	note(v.Investigator, v.Second, v.BriefBy)
	for _, a := range v.Allegations {
		if a.Finding != nil {
			note(a.Finding.Author, a.Finding.Second)
		}
	}
	for _, h := range v.Hops {
		note(h.SignedBy, personOf(h.SentBy))
	}
	for _, r := range v.Replies {
		note(r.ApprovedBy, personOf(r.Author))
	}
	for _, a := range v.Attempts {
		note(personOf(a.Actor))
	}
	for _, r := range v.Requests {
		note(r.AskedBy, personOf(r.DecidedBy))
	}
	for _, x := range v.Tasks {
		note(x.IssuedBy, x.SignedBy, x.AnsweredBy)
	}
	var err error
	v.Names, err = personNames(ctx, tx, ids)
	return err
}

func personOf(actor string) int {
	var n int
	if _, err := fmt.Sscanf(actor, "person:%d", &n); err != nil {
		return 0
	}
	return n
}

func personNames(ctx context.Context, tx pgx.Tx, ids map[int]bool) (map[int]string, error) {
	names := make(map[int]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	list := make([]int, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	rows, err := tx.Query(ctx, `SELECT id, name FROM persons WHERE id = ANY ($1)`, list)
	if err != nil {
		return nil, fmt.Errorf("names: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, fmt.Errorf("names: %w", err)
		}
		names[id] = name
	}
	return names, rows.Err()
}
