// Package categorydb reads the tree of matters that an administrator edits and
// keeps it in memory; settingdb writes it.
package categorydb

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/tickets"
)

// Cache keeps the tree and reloads it now and then: it changes a few times a
// year and is read on every registration.
type Cache struct {
	db   *pg.DB
	tree atomic.Pointer[tickets.CategoryTree]
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
func (c *Cache) Tree() *tickets.CategoryTree { return c.tree.Load() }

// Reload reads the tree again.
func (c *Cache) Reload(ctx context.Context) error {
	rows, err := c.db.Machines().Query(ctx, `SELECT code, coalesce(parent, ''), name, en, gb, NOT active FROM categories ORDER BY ord, code`)
	if err != nil {
		return fmt.Errorf("load categories: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x tickets.Category, err error) {
		err = row.Scan(&x.Code, &x.Parent, &x.ZH, &x.EN, &x.GB, &x.Retired)
		x.EN = english(x)
		return x, err
	})
	if err != nil {
		return fmt.Errorf("load categories: %w", err)
	}
	c.tree.Store(tickets.NewCategoryTree(list))
	return nil
}

// english is the name given, else the shipped one while the Chinese name is the
// shipped one too, else the Chinese.
func english(x tickets.Category) string {
	if x.EN != "" {
		return x.EN
	}
	if shipped, ok := tickets.CategoryOf(x.Code); ok && shipped.ZH == x.ZH {
		return shipped.EN
	}
	return x.ZH
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
