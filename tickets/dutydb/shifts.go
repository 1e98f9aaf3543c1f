package dutydb

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/duty"
	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets/settingdb"
)

// Turn is one shift of a unit's duty roster.
type Turn struct {
	ID     int64
	Unit   int
	Person int
	Name   string
	Phone  string
	From   time.Time `db:"from_at"`
	To     time.Time `db:"to_at"`
}

// TurnState is a shift as the history keeps it.
type TurnState struct {
	Name  string    `json:"name"`
	Phone string    `json:"phone,omitempty"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
}

func (t Turn) state() TurnState { return TurnState{t.Name, t.Phone, t.From.UTC(), t.To.UTC()} }

// Turns lists the shifts of a unit that touch the span, the first to begin first.
func (d *DB) Turns(ctx context.Context, c pg.Caller, unit int, within duty.Span) (out []Turn, err error) {
	err = d.pg.Read(ctx, c, func(tx *pg.Tx) error {
		out, err = turns(ctx, tx, unit, within)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list shifts: %w", err)
	}
	return out, nil
}

func turns(ctx context.Context, tx *pg.Tx, unit int, within duty.Span) ([]Turn, error) {
	rows, err := tx.Query(ctx, `SELECT s.id, s.unit, s.person, p.name, s.phone, s.from_at, s.to_at FROM duty_shifts s JOIN persons p ON p.id = s.person
		WHERE s.unit = $1 AND s.removed_at IS NULL AND s.to_at > $2 AND s.from_at < $3 ORDER BY s.from_at, s.id LIMIT 500`, unit, within.From, within.To)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Turn])
}

// lockDuty is the first key of the advisory locks of edits of a unit's roster.
const lockDuty = 20110002

func lockRoster(ctx context.Context, tx *pg.Tx, unit int) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, $2)`, lockDuty, unit)
	return err
}

// AddTurn puts somebody of the unit on duty. Errors: tickets.Invalid, pg.ErrRefused.
func (d *DB) AddTurn(ctx context.Context, c pg.Caller, t Turn, why string) error {
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		if err := lockRoster(ctx, tx, t.Unit); err != nil {
			return err
		}
		if err := t.check(tx.Now); err != nil {
			return err
		}
		var err error
		if t.Name, err = staff(ctx, tx, t.Unit, t.Person, "person"); err != nil {
			return err
		}
		there, err := turns(ctx, tx, t.Unit, duty.Span{From: t.From, To: t.To})
		if err != nil {
			return err
		}
		if t.meets(there) {
			return invalid("person", "此人这段时间已排班", "is on duty in that time already")
		}
		return insertTurn(ctx, tx, t, why)
	})
	if err != nil {
		return fmt.Errorf("add a shift: %w", err)
	}
	return nil
}

var phoneText = regexp.MustCompile(`^[0-9+ -]{0,20}$`)

// check says what is wrong with a shift by itself.
func (t *Turn) check(now time.Time) error {
	t.Phone = strings.TrimSpace(t.Phone)
	switch {
	case !phoneText.MatchString(t.Phone) || t.Phone != "" && len(digits(t.Phone)) < 3:
		return invalid("phone", "电话号码不正确", "not a phone number")
	case !t.To.After(t.From) || t.To.After(t.From.Add(48*time.Hour)):
		return invalid("to", "一个班最长 48 小时", "a shift is 48 hours at most")
	case t.To.Before(now) || t.From.After(now.AddDate(1, 0, 0)):
		return invalid("date", "日期已过或过远", "past, or too far away")
	}
	return nil
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// meets tells whether the person has a shift among those.
func (t Turn) meets(list []Turn) bool {
	return slices.ContainsFunc(list, func(o Turn) bool { return o.Person == t.Person && o.From.Before(t.To) && o.To.After(t.From) })
}

func insertTurn(ctx context.Context, tx *pg.Tx, t Turn, why string) error {
	id, err := tx.ID(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO duty_shifts (id, unit, person, phone, from_at, to_at) VALUES ($1, $2, $3, $4, $5, $6)`, id, t.Unit, t.Person, t.Phone, t.From, t.To); err != nil {
		return err
	}
	_, err = settingdb.Record(ctx, tx, settingdb.Change{Subject: settingdb.Shift, Key: strconv.FormatInt(id, 10), Unit: t.Unit, After: t.state(), Why: why})
	return err
}

// RemoveTurn takes a shift off the roster. Errors: pg.ErrNotFound, settingdb.ErrMoved.
func (d *DB) RemoveTurn(ctx context.Context, c pg.Caller, id int64, why string) error {
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		var t Turn
		err := tx.QueryRow(ctx, `SELECT s.unit, p.name, s.phone, s.from_at, s.to_at FROM duty_shifts s JOIN persons p ON p.id = s.person WHERE s.id = $1 AND s.removed_at IS NULL AND app.leads(s.unit)`, id).
			Scan(&t.Unit, &t.Name, &t.Phone, &t.From, &t.To)
		if err != nil {
			return err
		}
		if _, err := settingdb.Record(ctx, tx, settingdb.Change{Subject: settingdb.Shift, Key: strconv.FormatInt(id, 10), Version: 1, Unit: t.Unit, Before: t.state(), Why: why}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE duty_shifts SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL`, id, tx.Now)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove a shift: %w", err)
	}
	return nil
}

// CopyWeek repeats the shifts that begin in the seven days before monday a week
// later, and says how many. Those that would be past, whose person is on duty
// then or is no longer of the unit, are left out.
func (d *DB) CopyWeek(ctx context.Context, c pg.Caller, unit int, monday workday.Date, why string) (n int, err error) {
	err = d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		if err := lockRoster(ctx, tx, unit); err != nil {
			return err
		}
		from := duty.Span{From: monday.Add(-7).Start(), To: monday.Start()}
		last, err := turns(ctx, tx, unit, from)
		if err != nil {
			return err
		}
		there, err := turns(ctx, tx, unit, duty.Span{From: monday.Start(), To: monday.Add(9).Start()})
		if err != nil {
			return err
		}
		own, err := people(ctx, tx, unit)
		if err != nil {
			return err
		}
		for _, t := range last {
			if t.From.Before(from.From) {
				continue // it began the week before
			}
			t.From, t.To = t.From.AddDate(0, 0, 7), t.To.AddDate(0, 0, 7)
			stays := slices.ContainsFunc(own, func(p Person) bool { return p.Person == t.Person })
			if !stays || t.check(tx.Now) != nil || t.meets(there) {
				continue
			}
			if err := insertTurn(ctx, tx, t, why); err != nil {
				return err
			}
			there, n = append(there, t), n+1
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("copy a week: %w", err)
	}
	return n, nil
}

// PhonesState is a unit's numbers as the history keeps them.
type PhonesState struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Night string `json:"night"`
}

// SetPhones sets a unit's number by day and by night. Errors: tickets.Invalid,
// settingdb.ErrMoved, pg.ErrRefused, pg.ErrNotFound.
func (d *DB) SetPhones(ctx context.Context, c pg.Caller, unit, version int, day, night, why string) error {
	day, night = strings.TrimSpace(day), strings.TrimSpace(night)
	for field, number := range map[string]string{"day": day, "night": night} {
		if !phoneText.MatchString(number) || number != "" && len(digits(number)) < 3 {
			return invalid(field, "电话号码不正确", "not a phone number")
		}
	}
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		var old PhonesState
		if err := tx.QueryRow(ctx, `SELECT name, phone, night_phone FROM units WHERE id = $1`, unit).Scan(&old.Name, &old.Phone, &old.Night); err != nil {
			return err
		}
		if old.Phone == day && old.Night == night {
			return invalid("", "没有改动", "nothing was changed")
		}
		if _, err := settingdb.Record(ctx, tx, settingdb.Change{Subject: settingdb.Phones, Key: strconv.Itoa(unit), Version: version, Unit: unit, Before: old, After: PhonesState{old.Name, day, night}, Why: why}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `SELECT app.set_phones($1, $2, $3)`, unit, day, night)
		return err
	})
	if err != nil {
		return fmt.Errorf("set phones: %w", err)
	}
	return d.units.Reload(ctx)
}
