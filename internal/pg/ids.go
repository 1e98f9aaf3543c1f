package pg

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
)

// blocks hands out bigint ids from blocks reserved in Postgres, so that a batch
// can name its rows before it is sent. Ids have gaps and say nothing of order.
type blocks struct {
	pool    *pgxpool.Pool
	tickets block
	rows    block
}

type block struct {
	mu         sync.Mutex
	next, last int64
}

func newBlocks(pool *pgxpool.Pool) *blocks { return &blocks{pool: pool} }

func (b *blocks) ticket(ctx context.Context) (int64, error) {
	return b.tickets.take(ctx, b.pool, `SELECT nextval('ticket_id')`, 100)
}

func (b *blocks) row(ctx context.Context) (int64, error) {
	return b.rows.take(ctx, b.pool, `SELECT nextval('row_id')`, 1000)
}

// take must agree with the sequence's INCREMENT: nextval gives the block's first id.
func (b *block) take(ctx context.Context, pool *pgxpool.Pool, sql string, size int64) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == b.last {
		var first int64
		if err := pool.QueryRow(ctx, sql).Scan(&first); err != nil {
			return 0, fmt.Errorf("reserve ids: %w", err)
		}
		b.next, b.last = first, first+size
	}
	id := b.next
	b.next++
	return id, nil
}
