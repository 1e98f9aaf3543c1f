package pg

import (
	"context"
	"database/sql"
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

// EnsureLogins creates both logins, or sets their passwords. Roles are
// cluster-wide, so this stands outside the migrations. The owner's login needs
// CREATEROLE; where it lacks that and the logins exist already, nothing is done.
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

func ensureLogin(ctx context.Context, tx pgx.Tx, login, password string) error {
	var exists, mayCreate bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1),
		(SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user)`, login).Scan(&exists, &mayCreate)
	if err != nil {
		return fmt.Errorf("look for login %s: %w", login, err)
	}
	if !mayCreate {
		if exists {
			return nil
		}
		return fmt.Errorf("login %s is missing and the owner may not create it: run CREATE ROLE %s LOGIN PASSWORD '…' as an administrator", login, login)
	}
	verb := "ALTER"
	if !exists {
		verb = "CREATE"
	}
	// Utility statements take no parameters; format() quotes for us.
	var stmt string
	err = tx.QueryRow(ctx, `SELECT format('%s ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD %L', $1::text, $2::text, $3::text)`, verb, login, password).Scan(&stmt)
	if err != nil {
		return fmt.Errorf("word login %s: %w", login, err)
	}
	if _, err := tx.Exec(ctx, stmt); err != nil {
		return fmt.Errorf("make login %s: %w", login, err)
	}
	_, err = tx.Exec(ctx, fmt.Sprintf(`ALTER ROLE %s SET jit = off`, login))
	if err != nil {
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
