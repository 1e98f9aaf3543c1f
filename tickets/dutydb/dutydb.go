// Package dutydb is who stands in for whom: lent roles (AB角), absences, and the
// duty roster with its phones. One public method is one transaction; every
// change is in the history and in a journal, and the policies decide who may.
package dutydb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/internal/units/unitdb"
	"hotline/tickets"
)

// DB is deputies, absences and duty in Postgres.
type DB struct {
	pg    *pg.DB
	units *unitdb.Cache
}

// New returns the DB.
func New(db *pg.DB, units *unitdb.Cache) *DB { return &DB{pg: db, units: units} }

// Person is an account of a unit that a role may be lent to, or that may be on duty.
type Person struct {
	Account int
	Person  int
	Name    string
	Roles   []string // held now
}

// People lists the active accounts of a unit that the caller leads (or, for
// security, of any), by name. Another unit has none.
func (d *DB) People(ctx context.Context, c pg.Caller, unit int) (out []Person, err error) {
	err = d.pg.Read(ctx, c, func(tx *pg.Tx) error {
		out, err = people(ctx, tx, unit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("people of unit %d: %w", unit, err)
	}
	return out, nil
}

func people(ctx context.Context, tx *pg.Tx, unit int) ([]Person, error) {
	rows, err := tx.Query(ctx, `SELECT a.id AS account, a.person, p.name,
		ARRAY(SELECT DISTINCT r.role FROM account_roles r WHERE r.account = a.id AND r.starts_at <= $2 AND (r.ends_at IS NULL OR r.ends_at > $2) ORDER BY r.role) AS roles
		FROM accounts a JOIN persons p ON p.id = a.person
		WHERE a.unit = $1 AND a.active AND (a.valid_until IS NULL OR a.valid_until > $2) AND (app.leads(a.unit) OR app.has('security')) ORDER BY p.name, a.id LIMIT 500`, unit, tx.Now)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Person])
}

func invalid(field, zh, en string) error {
	return tickets.Invalid{{Field: field, ZH: zh, EN: en}}
}

// keyTime is a time as keys of the history hold it.
func keyTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
