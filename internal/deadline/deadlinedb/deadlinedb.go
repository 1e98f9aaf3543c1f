// Package deadlinedb keeps rules and calendars in Postgres, with their history,
// and hands out the engine in force.
package deadlinedb

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/internal/workday"
)

// Seed adds the shipped rules and calendar where the database lacks them; what
// an administrator changed stays. It runs as the owner, after the migrations.
func Seed(ctx context.Context, ownerURL string, now time.Time) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("connect as owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	batch := &pgx.Batch{}
	for _, r := range deadline.Defaults() {
		data, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("rule %s: %w", r.Code, err)
		}
		batch.Queue(`INSERT INTO deadline_rules (code, version, data, added_at, added_by) VALUES ($1, $2, $3, $4, 'shipped') ON CONFLICT DO NOTHING`, r.Code, r.Version, data, now)
	}
	cal := workday.Builtin()
	data, err := json.Marshal(cal)
	if err != nil {
		return fmt.Errorf("calendar: %w", err)
	}
	batch.Queue(`INSERT INTO calendars (version, data, added_at, added_by, active)
		SELECT $1, $2, $3, 'shipped', NOT EXISTS (SELECT 1 FROM calendars WHERE active) ON CONFLICT DO NOTHING`, cal.Version(), data, now)
	if err := conn.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("seed rules and calendar: %w", err)
	}
	return nil
}

// Cache keeps the engine in memory and reloads it now and then, so that a rule
// or a year that an administrator adds is in force on every node within seconds.
type Cache struct {
	db  *pg.DB
	cur atomic.Pointer[state]
}

type state struct {
	engine    deadline.Engine
	calendars map[string]*workday.Calendar
}

// NewCache loads rules and calendars for the first time.
func NewCache(ctx context.Context, db *pg.DB) (*Cache, error) {
	c := &Cache{db: db}
	if err := c.Reload(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// Engine is the rules and the calendar in force.
func (c *Cache) Engine() deadline.Engine { return c.cur.Load().engine }

// Calendar is the calendar of a version stored beside a due time; nil where the
// database has no such version.
func (c *Cache) Calendar(version string) *workday.Calendar { return c.cur.Load().calendars[version] }

// Reload reads rules and calendars again.
func (c *Cache) Reload(ctx context.Context) error {
	rows, err := c.db.Machines().Query(ctx, `SELECT data FROM deadline_rules WHERE retired_at IS NULL ORDER BY code, version`)
	if err != nil {
		return fmt.Errorf("load rules: %w", err)
	}
	stored, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return fmt.Errorf("load rules: %w", err)
	}
	rules, err := inOrder(stored)
	if err != nil {
		return err
	}
	table, err := deadline.NewTable(rules)
	if err != nil {
		return fmt.Errorf("load rules: %w", err)
	}
	s := &state{calendars: map[string]*workday.Calendar{}}
	s.engine.Rules = table
	if err := c.loadCalendars(ctx, s); err != nil {
		return err
	}
	c.cur.Store(s)
	return nil
}

// inOrder puts stored rules into the order of the shipped list, in which an
// outer duty stands before those measured from it; new codes follow.
func inOrder(stored [][]byte) ([]deadline.Rule, error) {
	rank := map[string]int{}
	for i, r := range deadline.Defaults() {
		rank[r.Code] = i
	}
	buckets := make([][]deadline.Rule, len(rank)+1)
	for _, data := range stored {
		var r deadline.Rule
		if err := json.Unmarshal(data, &r); err != nil {
			return nil, fmt.Errorf("stored rule: %w", err)
		}
		i, ok := rank[r.Code]
		if !ok {
			i = len(rank)
		}
		buckets[i] = append(buckets[i], r)
	}
	var out []deadline.Rule
	for _, b := range buckets {
		out = append(out, b...)
	}
	return out, nil
}

func (c *Cache) loadCalendars(ctx context.Context, s *state) error {
	rows, err := c.db.Machines().Query(ctx, `SELECT data, active FROM calendars`)
	if err != nil {
		return fmt.Errorf("load calendars: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var data []byte
		var active bool
		if err := rows.Scan(&data, &active); err != nil {
			return fmt.Errorf("load calendars: %w", err)
		}
		cal, err := workday.ParseCalendar(data)
		if err != nil {
			return fmt.Errorf("stored calendar: %w", err)
		}
		s.calendars[cal.Version()] = cal
		if active {
			s.engine.Calendar = cal
		}
	}
	if s.engine.Calendar == nil {
		return fmt.Errorf("no active calendar: run the migrations again")
	}
	return rows.Err()
}

// Run reloads every half minute until ctx ends; a failed reload keeps what was.
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
