package unitdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/units"
)

// Account is one account to be made, with its person.
type Account struct {
	Login        string
	Name         string
	Unit         int
	Roles        []string
	PasswordHash string
}

// Seed writes units and accounts as the owner, where they do not exist yet; the
// demo city and the tests start from it. What is there already stays as it is.
func Seed(ctx context.Context, ownerURL string, list []units.Unit, accounts []Account, now time.Time) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("connect as owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	b := &pgx.Batch{}
	for _, u := range list {
		aliases := u.Aliases
		if aliases == nil {
			aliases = []string{}
		}
		b.Queue(`INSERT INTO units (id, path, parent, kind, name, short, region, aliases, runs_desk, phone, night_phone, active)
			VALUES ($1, $2, nullif($3, 0), $4, $5, $6, nullif($7, ''), $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
			u.ID, u.Path, u.Parent, u.Kind, u.Name, u.Short, u.Region, aliases, u.RunsDesk, u.Phone, u.NightPhone, u.Active)
	}
	for _, a := range accounts {
		b.Queue(`WITH p AS (INSERT INTO persons (name) SELECT $2 WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE login = $1) RETURNING id),
			a AS (INSERT INTO accounts (login, person, unit, password_hash, created_at) SELECT $1, id, $3, $4, $5 FROM p RETURNING id)
			INSERT INTO account_roles (account, role, starts_at) SELECT a.id, r, $5 FROM a, unnest($6::text[]) r`, a.Login, a.Name, a.Unit, a.PasswordHash, now.AddDate(-1, 0, 0), a.Roles)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("seed units and accounts: %w", err)
	}
	return tx.Commit(ctx)
}

// SeedCategories writes the shipped categories where they are missing.
func SeedCategories(ctx context.Context, ownerURL string, rows [][4]string) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("connect as owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	b := &pgx.Batch{}
	for i, r := range rows {
		b.Queue(`INSERT INTO categories (code, parent, name, gb, ord) VALUES ($1, nullif($2, ''), $3, $4, $5) ON CONFLICT DO NOTHING`, r[0], r[1], r[2], r[3], i)
	}
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("seed categories: %w", err)
	}
	return nil
}
