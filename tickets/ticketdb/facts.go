package ticketdb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/tickets"
)

const (
	lockFacts = 7221012
	// factsWindow is how many journal ids one sweep looks through.
	factsWindow = 50_000
	// factsSettle is how long a mark in the journal waits before its horizon is
	// read: an id is drawn a moment before its transaction shows.
	factsSettle = time.Second
)

var figures = pg.Machine("machine:figures")

// SweepFacts computes the facts of up to `most` tickets whose journal has grown
// since, and says how many those were. A ticket's facts carry the journal row up
// to which they were computed, so that a sweep cut short is simply done again.
// Where more than one process sweeps, one of them is at it.
func (d *DB) SweepFacts(ctx context.Context, most int) (n int, err error) {
	err = d.pg.Do(ctx, figures, func(tx *pg.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, lockFacts).Scan(&mine); err != nil || !mine {
			return err
		}
		p, err := readProgress(ctx, tx)
		if err != nil {
			return err
		}
		upper := min(p.last, p.position+factsWindow)
		rows, err := tx.Query(ctx, `SELECT t.id FROM (SELECT DISTINCT subject FROM journal WHERE id > $1 AND id <= $2 AND subject_kind = 'ticket') j
			JOIN tickets t ON t.id = j.subject LEFT JOIN ticket_facts f ON f.ticket = t.id
			WHERE f.seq IS DISTINCT FROM t.seq ORDER BY t.id LIMIT $3`, p.position, upper, most)
		if err != nil {
			return fmt.Errorf("tickets with news: %w", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return fmt.Errorf("tickets with news: %w", err)
		}
		n = len(ids)
		if err := writeFacts(ctx, tx, ids); err != nil {
			return err
		}
		return p.advance(ctx, tx, upper, n < most)
	})
	return n, err
}

// progress is how far the journal has been read. Ids are drawn before their
// transactions commit: position only passes those that can no longer appear.
type progress struct {
	position, next, last int64
	marked               *time.Time
	hasHorizon, passed   bool
}

func readProgress(ctx context.Context, tx *pg.Tx) (p progress, err error) {
	err = tx.QueryRow(ctx, `SELECT position, next_position, (SELECT last_value FROM journal_id), marked_at, next_horizon IS NOT NULL,
		coalesce(next_horizon <= pg_snapshot_xmin(pg_current_snapshot()), false) FROM facts_progress`).Scan(&p.position, &p.next, &p.last, &p.marked, &p.hasHorizon, &p.passed)
	if err != nil {
		return p, fmt.Errorf("how far the figures are: %w", err)
	}
	return p, nil
}

// advance moves the position over what is final and worked off, or prepares to.
func (p progress) advance(ctx context.Context, tx *pg.Tx, upper int64, clean bool) error {
	sql, args := `UPDATE facts_progress SET swept_at = $1`, []any{tx.Now}
	switch {
	case p.passed && clean && p.position < p.next:
		sql += `, position = $2`
		args = append(args, min(upper, p.next))
	case p.position >= p.next:
		sql += `, next_position = $2, marked_at = $1, next_horizon = NULL`
		args = append(args, p.last)
	case !p.hasHorizon && p.marked != nil && tx.Now.Sub(*p.marked) >= factsSettle:
		sql += `, next_horizon = pg_snapshot_xmax(pg_current_snapshot())`
	}
	if !clean {
		return nil // the time up to which the figures stand must not run ahead of them
	}
	if _, err := tx.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("note how far the figures are: %w", err)
	}
	return nil
}

// RebuildFacts computes the facts of every ticket anew, in batches, while the
// desk goes on, and says how many there are.
func (d *DB) RebuildFacts(ctx context.Context) (n int, err error) {
	after := int64(0)
	for {
		var ids []int64
		err := d.pg.Do(ctx, figures, func(tx *pg.Tx) error {
			if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockFacts); err != nil {
				return err
			}
			rows, err := tx.Query(ctx, `SELECT id FROM tickets WHERE id > $1 ORDER BY id LIMIT 500`, after)
			if err != nil {
				return fmt.Errorf("read tickets: %w", err)
			}
			if ids, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
				return fmt.Errorf("read tickets: %w", err)
			}
			return writeFacts(ctx, tx, ids)
		})
		if err != nil || len(ids) == 0 {
			return n, err
		}
		after, n = ids[len(ids)-1], n+len(ids)
	}
}

// factsRow is a row of ticket_facts; the names are its columns.
type factsRow struct {
	Ticket     int64      `json:"ticket"`
	Seq        int        `json:"seq"`
	Unit       int        `json:"unit"`
	UnitPath   string     `json:"unit_path"`
	County     *int       `json:"county"`
	Township   *int       `json:"township"`
	Desk       int        `json:"desk"`
	Kind       string     `json:"kind"`
	Channel    string     `json:"channel"`
	Naming     string     `json:"naming"`
	Clue       bool       `json:"clue"`
	ReceivedAt time.Time  `json:"received_at"`
	LastAt     time.Time  `json:"last_at"`
	SentAt     *time.Time `json:"sent_at"`
	SentBy     int        `json:"sent_by"`
	Returned   bool       `json:"returned"`
	SignDue    *time.Time `json:"sign_due"`
	SignBy     int        `json:"sign_by"`
	SignOK     bool       `json:"sign_ok"`
	ContactDue *time.Time `json:"contact_due"`
	ContactBy  int        `json:"contact_by"`
	ContactOK  bool       `json:"contact_ok"`
	DueAt      *time.Time `json:"due_at"`
	DueBy      int        `json:"due_by"`
	DueOK      bool       `json:"due_ok"`
	FollowDue  *time.Time `json:"follow_due"`
	FollowBy   int        `json:"follow_by"`
	Followed   bool       `json:"followed"`
	AskedAt    *time.Time `json:"asked_at"`
	AskedBy    int        `json:"asked_by"`
	Resolved   *bool      `json:"resolved"`
	Satisfied  *bool      `json:"satisfied"`
	EndedAt    *time.Time `json:"ended_at"`
	EndedBy    int        `json:"ended_by"`
	Redone     bool       `json:"redone"`
	ClosedAt   *time.Time `json:"closed_at"`
	ClosedBy   int        `json:"closed_by"`
	Minutes    *int       `json:"minutes"`
	Stage      int        `json:"stage"`
}

func (r *factsRow) fill(f tickets.Facts) {
	r.LastAt, r.Stage = f.Last, f.Stage
	r.SentAt, r.SentBy, r.Returned = f.Sent, f.SentBy, f.Returned
	r.SignDue, r.SignBy, r.SignOK = f.Sign.Due, f.Sign.By, f.Sign.OK
	r.ContactDue, r.ContactBy, r.ContactOK = f.Contact.Due, f.Contact.By, f.Contact.OK
	r.DueAt, r.DueBy, r.DueOK = f.Resolve.Due, f.Resolve.By, f.Resolve.OK
	r.FollowDue, r.FollowBy, r.Followed = f.FollowUp.Due, f.FollowUp.By, f.FollowUp.Met
	r.AskedAt, r.AskedBy, r.Resolved, r.Satisfied = f.Asked, f.AskedBy, f.Resolved, f.Pleased
	r.EndedAt, r.EndedBy, r.Redone = f.Ended, f.EndedBy, f.Redone
	r.ClosedAt, r.ClosedBy, r.Minutes = f.Closed, f.ClosedBy, f.Minutes
}

const factsColumns = `ticket, seq, unit, unit_path, county, township, desk, kind, channel, naming, clue, received_at, last_at, sent_at, sent_by, returned,
	sign_due, sign_by, sign_ok, contact_due, contact_by, contact_ok, due_at, due_by, due_ok, follow_due, follow_by, followed,
	asked_at, asked_by, resolved, satisfied, ended_at, ended_by, redone, closed_at, closed_by, minutes, stage`

// writeFacts computes and stores the facts of some tickets.
func writeFacts(ctx context.Context, tx *pg.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := readFacts(ctx, tx, ids)
	if err != nil {
		return err
	}
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO ticket_facts (`+factsColumns+`) SELECT `+factsColumns+` FROM jsonb_populate_recordset(NULL::ticket_facts, $1)
		ON CONFLICT (ticket) DO UPDATE SET (`+factsColumns+`) = (SELECT `+factsExcluded+`)`, data); err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	return nil
}

const factsExcluded = `excluded.ticket, excluded.seq, excluded.unit, excluded.unit_path, excluded.county, excluded.township, excluded.desk, excluded.kind, excluded.channel,
	excluded.naming, excluded.clue, excluded.received_at, excluded.last_at, excluded.sent_at, excluded.sent_by, excluded.returned,
	excluded.sign_due, excluded.sign_by, excluded.sign_ok, excluded.contact_due, excluded.contact_by, excluded.contact_ok, excluded.due_at, excluded.due_by, excluded.due_ok,
	excluded.follow_due, excluded.follow_by, excluded.followed, excluded.asked_at, excluded.asked_by, excluded.resolved, excluded.satisfied,
	excluded.ended_at, excluded.ended_by, excluded.redone, excluded.closed_at, excluded.closed_by, excluded.minutes, excluded.stage`

// readFacts reads tickets with their journals and clocks and computes.
func readFacts(ctx context.Context, tx *pg.Tx, ids []int64) ([]factsRow, error) {
	rows, err := tx.Query(ctx, `SELECT t.id, t.seq, t.unit, t.unit_path, t.county, t.township, t.desk, t.kind, t.channel, t.naming, t.received_at,
			t.kind = 'report' OR EXISTS (SELECT 1 FROM accused a WHERE a.ticket = t.id) OR EXISTS (SELECT 1 FROM transfers x WHERE x.ticket = t.id) OR coalesce(t.outcome = 'transferred', false)
		FROM tickets t WHERE t.id = ANY ($1) ORDER BY t.id`, ids)
	if err != nil {
		return nil, fmt.Errorf("read tickets: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r factsRow, err error) {
		return r, row.Scan(&r.Ticket, &r.Seq, &r.Unit, &r.UnitPath, &r.County, &r.Township, &r.Desk, &r.Kind, &r.Channel, &r.Naming, &r.ReceivedAt, &r.Clue)
	})
	if err != nil {
		return nil, fmt.Errorf("read tickets: %w", err)
	}
	journals, err := journal.OfMany(ctx, tx, "ticket", ids)
	if err != nil {
		return nil, err
	}
	clocks, err := factClocks(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	attempts, err := attemptProvenances(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		r := &list[i]
		r.fill(tickets.FactsOf(r.ReceivedAt, eventsOf(journals[r.Ticket], attempts), clocks[r.Ticket]))
	}
	return list, nil
}

func factClocks(ctx context.Context, tx *pg.Tx, ids []int64) (map[int64][]tickets.Clock, error) {
	rows, err := tx.Query(ctx, `SELECT subject, id, rule, due_at FROM deadlines WHERE subject = ANY ($1) AND subject_kind = 'ticket' ORDER BY subject, start_at, id`, ids)
	if err != nil {
		return nil, fmt.Errorf("read clocks: %w", err)
	}
	out := map[int64][]tickets.Clock{}
	var ticket int64
	var c tickets.Clock
	_, err = pgx.ForEachRow(rows, []any{&ticket, &c.ID, &c.Rule, &c.Due}, func() error {
		out[ticket] = append(out[ticket], c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read clocks: %w", err)
	}
	return out, nil
}

// attemptProvenances are what the proofs of delivery rest on, by attempt: the
// journal row of a delivery was written by a machine even where somebody typed
// that it arrived.
func attemptProvenances(ctx context.Context, tx *pg.Tx, ids []int64) (map[int64]string, error) {
	rows, err := tx.Query(ctx, `SELECT id, provenance FROM attempts WHERE ticket = ANY ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	out := map[int64]string{}
	var id int64
	var word string
	if _, err := pgx.ForEachRow(rows, []any{&id, &word}, func() error { out[id] = word; return nil }); err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	return out, nil
}

// eventsOf reads what figures look at out of the journal. A field that cannot be
// read is left out; `hotline journal verify` says what is wrong with it.
func eventsOf(rows []journal.Stored, attempts map[int64]string) []tickets.Event {
	out := make([]tickets.Event, 0, len(rows))
	for _, row := range rows {
		e := tickets.Event{Action: tickets.Action(row.Action), At: row.At, Recorded: row.Recorded, Provenance: string(row.Provenance)}
		fields, err := journal.Values(row.Body)
		if err != nil {
			out = append(out, e)
			continue
		}
		var set struct {
			Status  tickets.Status  `json:"status"`
			Outcome json.RawMessage `json:"outcome"`
			Rating  string          `json:"satisfaction"`
		}
		var typed struct {
			Resolved string `json:"resolved"`
		}
		var attempt struct {
			ID int64 `json:"id"`
		}
		for name, dst := range map[string]any{"set": &set, "fields": &typed, "met": &e.Met, "cancelled": &e.Cancelled, "attempt": &attempt} {
			if raw, ok := fields[name]; ok {
				_ = json.Unmarshal(raw, dst)
			}
		}
		e.Status, e.Rating, e.Resolved = set.Status, set.Rating, typed.Resolved
		_, e.Sent = fields["hop"]
		if set.Outcome != nil {
			outcome := ""
			_ = json.Unmarshal(set.Outcome, &outcome) // null: taken back
			e.Outcome = &outcome
		}
		if word := attempts[attempt.ID]; word != "" {
			e.Provenance = word
		}
		out = append(out, e)
	}
	return out
}
