// Package unitdb reads and writes units, persons, accounts and roles.
package unitdb

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/internal/units"
)

// Load reads the whole tree.
func Load(ctx context.Context, db *pg.DB) (*units.Tree, error) {
	rows, err := db.Machines().Query(ctx, `SELECT id, path, coalesce(parent, 0) AS parent, kind, name, short, coalesce(region, '') AS region, aliases, runs_desk, phone, night_phone, active FROM units ORDER BY path`)
	if err != nil {
		return nil, fmt.Errorf("load units: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[units.Unit])
	if err != nil {
		return nil, fmt.Errorf("load units: %w", err)
	}
	return units.NewTree(list), nil
}

// Cache keeps the tree in memory and reloads it now and then: units change a few
// times a year, and are read on every act.
type Cache struct {
	db   *pg.DB
	tree atomic.Pointer[units.Tree]
}

// NewCache loads the tree for the first time.
func NewCache(ctx context.Context, db *pg.DB) (*Cache, error) {
	c := &Cache{db: db}
	if err := c.Reload(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// Tree is the tree as last loaded.
func (c *Cache) Tree() *units.Tree { return c.tree.Load() }

// Reload reads the tree again.
func (c *Cache) Reload(ctx context.Context) error {
	t, err := Load(ctx, c.db)
	if err != nil {
		return err
	}
	c.tree.Store(t)
	return nil
}

// Run reloads every half minute until ctx ends; a failed reload keeps the old tree.
func (c *Cache) Run(ctx context.Context, log func(error)) error {
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := c.Reload(ctx); err != nil {
				log(err)
			}
		}
	}
}
