package pg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // goose speaks database/sql
	"github.com/pressly/goose/v3"
)

// The logins of people and machines. They own nothing and cannot bypass policies.
const (
	PeopleLogin   = "hotline_app"
	MachinesLogin = "hotline_work"
)

// ErrLogin: a login cannot be made, or could get round the policies.
var ErrLogin = errors.New("database login")

// EnsureLogins creates both logins, or sets their passwords. Roles are
// cluster-wide, so this stands outside the migrations. The owner's login needs
// CREATEROLE; logins that are there already and that the owner may not change
// are an administrator's, and stay as they are. It returns ErrLogin for a login
// that is missing or that policies do not bind.
func EnsureLogins(ctx context.Context, ownerURL, peoplePassword, machinesPassword string) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("connect as owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer rollback(tx)
	// Two servers may start on one cluster at once.
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(7221001)`); err != nil {
		return fmt.Errorf("lock logins: %w", err)
	}
	for login, password := range map[string]string{PeopleLogin: peoplePassword, MachinesLogin: machinesPassword} {
		if err := ensureLogin(ctx, tx, login, password); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}

// role is what pg_roles says of a login, and of the owner beside it.
type role struct {
	exists, bypasses   bool // the login: there at all; not bound by policies
	mayCreate, mayBind bool // the owner: may make logins; is a superuser
}

func ensureLogin(ctx context.Context, tx pgx.Tx, login, password string) error {
	var r role
	err := tx.QueryRow(ctx, `SELECT l.rolname IS NOT NULL, coalesce(l.rolsuper OR l.rolbypassrls, false), me.rolcreaterole OR me.rolsuper, me.rolsuper
		FROM pg_roles me LEFT JOIN pg_roles l ON l.rolname = $1 WHERE me.rolname = current_user`, login).Scan(&r.exists, &r.bypasses, &r.mayCreate, &r.mayBind)
	if err != nil {
		return fmt.Errorf("look for login %s: %w", login, err)
	}
	switch {
	case r.bypasses && !r.mayBind:
		return fmt.Errorf("%w %s may bypass policies: run ALTER ROLE %s NOSUPERUSER NOBYPASSRLS as an administrator", ErrLogin, login, login)
	case !r.exists && !r.mayCreate:
		return fmt.Errorf("%w %s is missing and the owner may not create it: run CREATE ROLE %s LOGIN PASSWORD '…' as an administrator", ErrLogin, login, login)
	case !r.mayCreate:
		return nil
	case !r.exists:
		return makeLogin(ctx, tx, `CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD %L`, login, password)
	case r.mayBind:
		return makeLogin(ctx, tx, `ALTER ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD %L`, login, password)
	}
	// Only a superuser may name those attributes in ALTER ROLE, even unchanged;
	// and since Postgres 16 only who made a role may alter it at all.
	nested, err := tx.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	err = Translate(makeLogin(ctx, nested, `ALTER ROLE %I LOGIN PASSWORD %L`, login, password))
	if errors.Is(err, ErrRefused) {
		return nested.Rollback(ctx)
	}
	if err != nil {
		return err
	}
	return nested.Commit(ctx)
}

// makeLogin runs a statement about a role. Utility statements take no
// parameters; format() quotes for us.
func makeLogin(ctx context.Context, tx pgx.Tx, format, login, password string) error {
	var stmt string
	err := tx.QueryRow(ctx, `SELECT format($1, $2::text, $3::text)`, format, login, password).Scan(&stmt)
	if err != nil {
		return fmt.Errorf("word login %s: %w", login, err)
	}
	if _, err := tx.Exec(ctx, stmt); err != nil {
		return fmt.Errorf("make login %s: %w", login, err)
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf(`ALTER ROLE %s SET jit = off`, login)); err != nil {
		return fmt.Errorf("settings of login %s: %w", login, err)
	}
	return nil
}

// Migrate brings the database up to the newest of files, one server at a time.
func Migrate(ctx context.Context, ownerURL string, files fs.FS) error {
	p, done, err := provider(ownerURL, files)
	if err != nil {
		return err
	}
	defer done()
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Pending counts the migrations not yet applied.
func Pending(ctx context.Context, ownerURL string, files fs.FS) (int, error) {
	p, done, err := provider(ownerURL, files)
	if err != nil {
		return 0, err
	}
	defer done()
	status, err := p.Status(ctx)
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	n := 0
	for _, s := range status {
		if s.State == goose.StatePending {
			n++
		}
	}
	return n, nil
}

func provider(ownerURL string, files fs.FS) (*goose.Provider, func(), error) {
	db, err := sql.Open("pgx", ownerURL)
	if err != nil {
		return nil, nil, fmt.Errorf("open for migration: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, func() { db.Close() }, nil
}
