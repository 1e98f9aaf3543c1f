package workerdb

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hotline/internal/outbox"
	"hotline/internal/pg"
)

// Parties are the units and persons around a ticket that may have to be told.
type Parties struct {
	Ticket       int64
	Desk         int
	Unit         int
	Head         int // the handling unit, or for a section the unit it belongs to
	Above        int // the unit above Head; 0 at the root
	City         int
	Investigator int
	Second       int
	CoUnits      []int
	Status       string
	Urgency      string
	// Cover is the nearest unit above with a lead present, where Unit has none; else 0.
	Cover int
	// OnDuty are the shifts in force of the desk and of the nearest unit at or
	// above Unit that has one; only of a critical ticket.
	OnDuty []OnDuty `db:"-"`
}

// OnDuty is a person on duty for a unit.
type OnDuty struct{ Unit, Person int }

// Notice is one line for everyone of a unit with a role, or for one person. It
// holds ids and a kind: what it says is read from the ticket by whoever may see it.
type Notice struct {
	Unit   int
	Person int // 0: everyone of the unit with the role
	Role   string
	Ticket int64 // 0: the hearer may not know of it
	Task   int64 // 0: about no task
	Kind   string
}

// Notify marks the rows done and tells whom `tell` names for each of them, in one
// transaction. Rows done meanwhile are left out.
func (d *DB) Notify(ctx context.Context, rows []outbox.Row, tell func(outbox.Row, Parties) []Notice) error {
	err := d.pg.Do(ctx, pg.Machine("machine:notify"), func(tx *pg.Tx) error {
		open, err := outbox.Done(ctx, tx, tx.Now, outbox.IDs(rows)...)
		if err != nil {
			return err
		}
		around, err := loadParties(ctx, tx, rows)
		if err != nil {
			return err
		}
		still := make(map[int64]bool, len(open))
		for _, id := range open {
			still[id] = true
		}
		var notices []Notice
		for _, row := range rows {
			if p, ok := around[row.Ticket]; ok && still[row.ID] {
				notices = append(notices, tell(row, p)...)
			}
		}
		return insertNotices(ctx, tx, notices)
	})
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

func loadParties(ctx context.Context, tx *pg.Tx, rows []outbox.Row) (map[int64]Parties, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Ticket
	}
	found, err := tx.Query(ctx, `
		SELECT t.id AS ticket, t.desk, t.unit, h.id AS head, coalesce(h.parent, 0) AS above, split_part(t.unit_path, '/', 2)::int AS city,
		       coalesce(t.investigator, 0) AS investigator, coalesce(t.second_investigator, 0) AS second,
		       ARRAY(SELECT c.unit FROM co_handlers c WHERE c.ticket = t.id ORDER BY c.at DESC, c.unit) AS co_units, t.status, t.urgency,
		       CASE WHEN EXISTS (`+leadPresent+` AND a.unit = t.unit) THEN 0 ELSE coalesce((SELECT c.id FROM units c WHERE c.id = ANY (string_to_array(trim(both '/' from t.unit_path), '/')::int[]) AND c.id <> t.unit
		         AND EXISTS (`+leadPresent+` AND a.unit = c.id) ORDER BY length(c.path) DESC LIMIT 1), 0) END AS cover
		  FROM tickets t JOIN units u ON u.id = t.unit
		  JOIN units h ON h.id = CASE WHEN u.kind = 'section' THEN u.parent ELSE u.id END
		 WHERE t.id = ANY($1)`, ids, tx.Now)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(found, pgx.RowToStructByName[Parties])
	if err != nil {
		return nil, err
	}
	out := make(map[int64]Parties, len(list))
	for _, p := range list {
		out[p.Ticket] = p
	}
	return out, addDuty(ctx, tx, ids, out)
}

// leadPresent are the leads who are not away at $2.
const leadPresent = `SELECT 1 FROM accounts a JOIN account_roles r ON r.account = a.id AND r.role = 'lead' AND r.starts_at <= $2 AND (r.ends_at IS NULL OR r.ends_at > $2)
	WHERE a.active AND NOT EXISTS (SELECT 1 FROM absences x WHERE x.person = a.person AND x.ended_at IS NULL AND x.from_at <= $2 AND x.to_at > $2)`

// addDuty names who is on duty for the critical tickets.
func addDuty(ctx context.Context, tx *pg.Tx, ids []int64, around map[int64]Parties) error {
	rows, err := tx.Query(ctx, `SELECT t.id, s.unit, s.person FROM tickets t
		JOIN duty_shifts s ON s.removed_at IS NULL AND s.from_at <= $2 AND s.to_at > $2
		JOIN units u ON u.id = s.unit
		WHERE t.id = ANY ($1) AND t.urgency = 'critical' AND (s.unit = t.desk OR starts_with(t.unit_path, u.path))
		ORDER BY t.id, length(u.path) DESC, s.id`, ids, tx.Now)
	if err != nil {
		return err
	}
	var ticket int64
	var one OnDuty
	_, err = pgx.ForEachRow(rows, []any{&ticket, &one.Unit, &one.Person}, func() error {
		p := around[ticket]
		nearest := len(p.OnDuty) == 0 || p.OnDuty[0].Unit == one.Unit
		if nearest || one.Unit == p.Desk {
			p.OnDuty = append(p.OnDuty, one)
			around[ticket] = p
		}
		return nil
	})
	return err
}

func insertNotices(ctx context.Context, tx *pg.Tx, notices []Notice) error {
	if len(notices) == 0 {
		return nil
	}
	n := len(notices)
	ids, units, persons, roles := make([]int64, n), make([]int32, n), make([]int32, n), make([]string, n)
	tickets, tasks, kinds := make([]int64, n), make([]int64, n), make([]string, n)
	for i, x := range notices {
		id, err := tx.ID(ctx)
		if err != nil {
			return err
		}
		ids[i], units[i], persons[i], roles[i] = id, int32(x.Unit), int32(x.Person), x.Role
		tickets[i], tasks[i], kinds[i] = x.Ticket, x.Task, x.Kind
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO notifications (id, unit, person, role, ticket, task, kind, at)
		SELECT id, unit, nullif(person, 0), role, nullif(ticket, 0), nullif(task, 0), kind, $8
		  FROM unnest($1::bigint[], $2::int[], $3::int[], $4::text[], $5::bigint[], $6::bigint[], $7::text[]) AS x(id, unit, person, role, ticket, task, kind)`,
		ids, units, persons, roles, tickets, tasks, kinds, tx.Now)
	return err
}
