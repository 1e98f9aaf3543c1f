package dutydb

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/duty"
	"hotline/internal/pg"
	"hotline/tickets/settingdb"
)

// Away is a person away from the post.
type Away struct {
	ID     int64
	Unit   int
	Person int
	Name   string
	From   time.Time `db:"from_at"`
	To     time.Time `db:"to_at"`
}

// AwayState is an absence as the history keeps it.
type AwayState struct {
	Name  string     `json:"name"`
	From  time.Time  `json:"from"`
	To    time.Time  `json:"to"`
	Ended *time.Time `json:"ended,omitempty"`
}

// Absences lists those in the caller's scope that run or are to come, the first
// to begin first.
func (d *DB) Absences(ctx context.Context, c pg.Caller) (out []Away, err error) {
	err = d.pg.Read(ctx, c, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `SELECT x.id, x.unit, x.person, p.name, x.from_at, x.to_at FROM absences x JOIN persons p ON p.id = x.person
			WHERE x.ended_at IS NULL AND x.to_at > $1 ORDER BY x.from_at, x.id LIMIT 200`, tx.Now)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByName[Away])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list absences: %w", err)
	}
	return out, nil
}

// GoAway writes down that a person of the unit will be away. Errors:
// tickets.Invalid, pg.ErrRefused.
func (d *DB) GoAway(ctx context.Context, c pg.Caller, x Away, why string) error {
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		switch {
		case !x.To.After(x.From), !x.To.After(tx.Now):
			return invalid("away_to", "结束须晚于开始和现在", "ends before it begins, or is past")
		case x.To.After(x.From.AddDate(1, 0, 0)), x.From.Before(tx.Now.AddDate(0, -1, 0)):
			return invalid("away_from", "起止日期不合理", "not a likely period")
		}
		name, err := staff(ctx, tx, x.Unit, x.Person, "away_person")
		if err != nil {
			return err
		}
		if x.ID, err = tx.ID(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO absences (id, unit, person, from_at, to_at) VALUES ($1, $2, $3, $4, $5)`, x.ID, x.Unit, x.Person, x.From, x.To); err != nil {
			return err
		}
		_, err = settingdb.Record(ctx, tx, settingdb.Change{Subject: settingdb.Absence, Key: strconv.FormatInt(x.ID, 10), Unit: x.Unit, After: AwayState{name, x.From.UTC(), x.To.UTC(), nil}, Why: why})
		return err
	})
	if err != nil {
		return fmt.Errorf("absence: %w", err)
	}
	return nil
}

// staff is the name of a person with an active account in the unit.
func staff(ctx context.Context, tx *pg.Tx, unit, person int, field string) (string, error) {
	list, err := people(ctx, tx, unit)
	if err != nil {
		return "", err
	}
	for _, p := range list {
		if p.Person == person {
			return p.Name, nil
		}
	}
	return "", invalid(field, "请选择本单位人员", "choose somebody of the unit")
}

// ComeBack ends an absence now, or takes back one to come. Errors:
// pg.ErrNotFound, settingdb.ErrMoved.
func (d *DB) ComeBack(ctx context.Context, c pg.Caller, id int64, why string) error {
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		var x Away
		err := tx.QueryRow(ctx, `SELECT x.unit, p.name, x.from_at, x.to_at FROM absences x JOIN persons p ON p.id = x.person WHERE x.id = $1 AND x.ended_at IS NULL AND app.leads(x.unit)`, id).Scan(&x.Unit, &x.Name, &x.From, &x.To)
		if err != nil {
			return err
		}
		state := AwayState{x.Name, x.From.UTC(), x.To.UTC(), nil}
		ended := state
		now := tx.Now.UTC()
		ended.Ended = &now
		if _, err := settingdb.Record(ctx, tx, settingdb.Change{Subject: settingdb.Absence, Key: strconv.FormatInt(id, 10), Version: 1, Unit: x.Unit, Before: state, After: ended, Why: why}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE absences SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`, id, tx.Now)
		return err
	})
	if err != nil {
		return fmt.Errorf("end an absence: %w", err)
	}
	return nil
}

// Leaderless is a stretch in which a unit has no lead present.
type Leaderless struct {
	Unit int
	duty.Span
}

// horizon is how far the page looks ahead for units without a lead.
const horizon = 30 * 24 * time.Hour

// Leaderless lists when units of the caller's scope have no lead present within
// thirty days because somebody is away.
func (d *DB) Leaderless(ctx context.Context, c pg.Caller) (out []Leaderless, err error) {
	err = d.pg.Read(ctx, c, func(tx *pg.Tx) error {
		window := duty.Span{From: tx.Now, To: tx.Now.Add(horizon)}
		rows, err := tx.Query(ctx, `SELECT a.unit, a.person, r.starts_at, coalesce(r.ends_at, $2) FROM account_roles r JOIN accounts a ON a.id = r.account
			WHERE r.role = 'lead' AND a.active AND r.starts_at < $2 AND (r.ends_at IS NULL OR r.ends_at > $1)
			  AND a.unit IN (SELECT b.unit FROM absences x JOIN accounts b ON b.person = x.person JOIN account_roles l ON l.account = b.id AND l.role = 'lead' WHERE x.ended_at IS NULL AND x.to_at > $1 AND x.from_at < $2)
			  AND (app.leads(a.unit) OR app.has('security')) ORDER BY a.unit`, window.From, window.To)
		if err != nil {
			return err
		}
		holders := map[int][]duty.Holder{}
		persons := map[int][]int{}
		var order []int
		var unit, person int
		var held duty.Span
		if _, err = pgx.ForEachRow(rows, []any{&unit, &person, &held.From, &held.To}, func() error {
			if len(order) == 0 || order[len(order)-1] != unit {
				order = append(order, unit)
			}
			holders[unit] = append(holders[unit], duty.Holder{Held: held})
			persons[unit] = append(persons[unit], person)
			return nil
		}); err != nil {
			return err
		}
		away, err := awaySpans(ctx, tx, window)
		if err != nil {
			return err
		}
		for _, u := range order {
			for i, p := range persons[u] {
				holders[u][i].Away = away[p]
			}
			for _, s := range duty.Uncovered(window, holders[u]) {
				out = append(out, Leaderless{u, s})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("units without a lead: %w", err)
	}
	return out, nil
}

// awaySpans are the absences within the window, by person.
func awaySpans(ctx context.Context, tx *pg.Tx, window duty.Span) (map[int][]duty.Span, error) {
	rows, err := tx.Query(ctx, `SELECT person, from_at, to_at FROM absences WHERE ended_at IS NULL AND to_at > $1 AND from_at < $2`, window.From, window.To)
	if err != nil {
		return nil, err
	}
	out := map[int][]duty.Span{}
	var person int
	var s duty.Span
	_, err = pgx.ForEachRow(rows, []any{&person, &s.From, &s.To}, func() error { out[person] = append(out[person], s); return nil })
	return out, err
}
