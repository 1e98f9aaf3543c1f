package ticketdb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"hotline/internal/pg"
)

// Group commit: registrations that arrive together share a transaction, and so
// a flush of the log. Each carries its own settings, so that every row is
// written on its own caller's behalf.
const (
	groupSize    = 16
	groupWriters = 2
)

// registration is one ticket on its way to the log.
type registration struct {
	caller pg.Caller
	open   *opening
	result chan error
}

// committer drains registrations into transactions.
type committer struct {
	pool  *pgxpool.Pool
	now   func() time.Time
	queue chan *registration
}

func newCommitter(pool *pgxpool.Pool, now func() time.Time) *committer {
	return &committer{pool: pool, now: now, queue: make(chan *registration, 256)}
}

// commit hands the statements over and waits until they are durable.
func (c *committer) commit(ctx context.Context, caller pg.Caller, o *opening) error {
	r := &registration{caller: caller, open: o, result: make(chan error, 1)}
	select {
	case c.queue <- r:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-r.result:
		return err
	case <-ctx.Done():
		return ctx.Err() // it may still commit: the same key finds it
	}
}

// run drains the queue until ctx ends.
func (c *committer) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for range groupWriters {
		g.Go(func() error {
			for {
				select {
				case <-ctx.Done():
					return nil
				case first := <-c.queue:
					c.write(context.WithoutCancel(ctx), c.gather(first))
				}
			}
		})
	}
	return g.Wait()
}

// gather takes what else is waiting, without waiting for more.
func (c *committer) gather(first *registration) []*registration {
	group := append(make([]*registration, 0, groupSize), first)
	for len(group) < groupSize {
		select {
		case r := <-c.queue:
			group = append(group, r)
		default:
			return together(group)
		}
	}
	return together(group)
}

// together puts registrations of one caller side by side: they share a statement.
func together(group []*registration) []*registration {
	slices.SortStableFunc(group, func(a, b *registration) int { return a.caller.Compare(b.caller) })
	return group
}

// write commits the group; when it fails, each member is tried by itself, so
// that one bad registration costs the others nothing.
func (c *committer) write(ctx context.Context, group []*registration) {
	err := c.send(ctx, group)
	if err == nil || len(group) == 1 {
		for _, r := range group {
			r.result <- err
		}
		return
	}
	for _, r := range group {
		r.result <- c.send(ctx, []*registration{r})
	}
}

// errSessionOver marks a caller whose session the database did not accept.
var errSessionOver = fmt.Errorf("register: %w", pg.ErrNoSession)

// send runs the group in one pipeline. One Sync is one transaction: an error
// rolls all of it back and leaves the connection clean.
func (c *committer) send(ctx context.Context, group []*registration) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	now := c.now().Truncate(time.Microsecond)
	batch := &pgx.Batch{}
	over := false
	for len(group) > 0 {
		n := 1
		for n < len(group) && group[n].caller.Same(group[0].caller) {
			n++
		}
		enter(batch, group[0].caller, now, &over)
		var rows openRows
		for _, r := range group[:n] {
			rows.add(&r.open.line)
		}
		batch.Queue(openSQL, rows.args()...)
		for _, r := range group[:n] {
			for _, s := range r.open.stmts {
				batch.Queue(s.SQL, s.Args...)
			}
		}
		group = group[n:]
	}
	err := c.pool.SendBatch(ctx, batch).Close()
	if over {
		return errSessionOver // its inserts were refused by the policies, and everything rolled back
	}
	return pg.Translate(err)
}

// enter queues the caller's settings; over is set where the session is none.
func enter(batch *pgx.Batch, caller pg.Caller, now time.Time, over *bool) {
	if caller.IsMachine() {
		batch.Queue(`SELECT set_config('app.actor', $1, true)`, caller.MachineName())
		return
	}
	batch.Queue(enterSQL, caller.Session(), now).QueryRow(func(row pgx.Row) error {
		var account int
		err := row.Scan(&account)
		if errors.Is(err, pgx.ErrNoRows) {
			*over = true
			return nil
		}
		return err
	})
}

const enterSQL = `SELECT account FROM app.enter($1, $2)`
