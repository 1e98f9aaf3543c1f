package settingdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets"
)

// CalendarLine is one version of the calendar.
type CalendarLine struct {
	Version string
	Years   []workday.Year
	AddedAt time.Time
	By      string // shipped, cli, or person:ID
	Name    string // of the person
	Active  bool
}

// CalendarState is a calendar as the history keeps it.
type CalendarState struct {
	Version string   `json:"name"`
	Years   []string `json:"years"` // 2027, or 2027（暂定）
}

const calendarKey = "calendar"

// Calendars lists the versions, the newest first.
func (d *DB) Calendars(ctx context.Context, c pg.Caller) (out []CalendarLine, err error) {
	err = d.pg.Read(ctx, c, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `SELECT k.data, k.added_at, k.added_by, coalesce(p.name, ''), k.active FROM calendars k LEFT JOIN persons p ON k.added_by = 'person:' || p.id ORDER BY k.added_at DESC, k.version LIMIT 100`)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l CalendarLine, err error) {
			var data []byte
			if err := row.Scan(&data, &l.AddedAt, &l.By, &l.Name, &l.Active); err != nil {
				return l, err
			}
			cal, err := workday.ParseCalendar(data)
			if err != nil {
				return l, err
			}
			l.Version, l.Years = cal.Version(), cal.Years()
			return l, nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list calendars: %w", err)
	}
	return out, nil
}

// NextCalendar is the calendar in force with the year of a notice, as
// import-calendar reads it. The error is a tickets.Invalid where the notice
// cannot be used, or is in force already.
func (d *DB) NextCalendar(notice []byte) (next *workday.Calendar, year workday.Year, err error) {
	old := d.clocks.Engine().Calendar
	if year, err = workday.ParseYear(notice); err == nil {
		next, err = old.WithYear(year)
	}
	var bad *workday.Invalid
	if errors.As(err, &bad) {
		out := make(tickets.Invalid, len(bad.Problems))
		for i, p := range bad.Problems {
			out[i] = tickets.Problem{Field: "notice", ZH: at(p.Field) + p.Zh, EN: at(p.Field) + p.En}
		}
		return nil, year, out
	}
	if err != nil {
		return nil, year, fmt.Errorf("read a notice: %w", err)
	}
	if next.Version() == old.Version() {
		return nil, year, tickets.Invalid{{Field: "notice", ZH: "该安排已在使用", EN: "it is in force already"}}
	}
	return next, year, nil
}

func at(field string) string {
	if field == "" {
		return ""
	}
	return field + ": "
}

// ImportYear puts the notice's year in force where `shown` is still the calendar
// in force, and leaves a job that computes the open provisional clocks again,
// with a journal row each. Errors: tickets.Invalid, ErrMoved.
func (d *DB) ImportYear(ctx context.Context, c pg.Caller, shown string, notice []byte, why string) error {
	if err := d.clocks.Reload(ctx); err != nil {
		return err
	}
	old := d.clocks.Engine().Calendar
	if old.Version() != shown {
		return ErrMoved
	}
	next, year, err := d.NextCalendar(notice)
	if err != nil {
		return err
	}
	err = d.pg.Do(ctx, c, func(tx *pg.Tx) error { return activate(ctx, tx, old, next, year, why) })
	if err != nil {
		return fmt.Errorf("import a year: %w", err)
	}
	return d.clocks.Reload(ctx)
}

func activate(ctx context.Context, tx *pg.Tx, old, next *workday.Calendar, year workday.Year, why string) error {
	var version int
	if err := tx.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM setting_history WHERE subject = 'calendar'`).Scan(&version); err != nil {
		return err
	}
	before, after := calendarState(old), calendarState(next)
	if _, err := Record(ctx, tx, Change{Subject: Calendar, Key: calendarKey, Version: version, Before: before, After: after, Why: why}); err != nil {
		return err
	}
	data, err := json.Marshal(next)
	if err != nil {
		return err
	}
	done, err := tx.Exec(ctx, `UPDATE calendars SET active = false WHERE active AND version = $1`, old.Version())
	if err != nil {
		return err
	}
	if done.RowsAffected() != 1 {
		return ErrMoved
	}
	_, err = tx.Exec(ctx, `INSERT INTO calendars (version, data, added_at, added_by, active) VALUES ($1, $2, $3, $4, true) ON CONFLICT (version) DO UPDATE SET active = true`,
		next.Version(), data, tx.Now, tx.Me.Actor())
	if pg.Violates(err, "calendars_active") {
		return ErrMoved
	}
	if err != nil {
		return err
	}
	tx.Nudge()
	return askAgain(ctx, tx, year.Year)
}

// lag is how long other nodes may still open clocks under the calendar before.
const lag = time.Minute

// askAgain leaves the job that computes again: now, and once no node has the
// calendar before in memory any more.
func askAgain(ctx context.Context, tx *pg.Tx, year int) error {
	for _, at := range []time.Time{tx.Now, tx.Now.Add(lag)} {
		job, err := tx.ID(ctx)
		if err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `INSERT INTO outbox (id, kind, args, created_at, run_at) VALUES ($1, $2, jsonb_build_object('year', $3::int), $4, $5)`, job, tickets.JobRecompute, year, tx.Now, at); err != nil {
			return err
		}
	}
	return nil
}

func calendarState(c *workday.Calendar) CalendarState {
	s := CalendarState{Version: c.Version()}
	for _, y := range c.Years() {
		name := strconv.Itoa(y.Year)
		if y.Provisional {
			name += "（暂定）"
		}
		s.Years = append(s.Years, name)
	}
	return s
}
