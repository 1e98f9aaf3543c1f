package workerdb

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"hotline/internal/bigram"
	"hotline/internal/pg"
)

// Locks of loops that must be single, taken inside the working transaction.
const (
	lockIndex = 7221010
	lockSweep = 7221011
)

// Indexed is what the search index holds of one ticket.
type Indexed struct {
	ID       int64
	UnitPath string
	Desk     int
	Persons  []int // the investigators
	Sight    []int
	Text     string
}

// TSVector is the row of ticket_text: the words, and the tokens of scope and
// place of migrations/0007_search.sql, as a literal that Postgres casts.
func (x Indexed) TSVector() string {
	out := bigram.Tokens(x.Text)
	for id := range strings.SplitSeq(strings.Trim(x.UnitPath, "/"), "/") {
		out = append(out, "u"+id)
	}
	out = append(out, "d"+strconv.Itoa(x.Desk))
	for _, p := range x.Persons {
		out = append(out, "p"+strconv.Itoa(p))
	}
	for _, s := range x.Sight {
		out = append(out, "s"+strconv.Itoa(s))
	}
	return bigram.TSVector(append(out, runTokens(x.ID)...))
}

// runTokens name the runs of neighbouring ids in which a ticket lies, from a
// thousand ids (a) to four million (f). A search walks them from the newest id
// down and so needs to look at no more hits than it shows.
func runTokens(id int64) []string {
	out := make([]string, 0, 5)
	for i, letter := range "abcef" { // d is the desk
		out = append(out, string(letter)+strconv.FormatInt(id>>(10+3*i), 10))
	}
	return out
}

// IndexBatch writes the search text of up to max tickets that wait for it, the
// oldest first, and says how many waiting lines it took; several may be of one
// ticket. It does nothing while another process is at it. A ticket changed while
// it reads leaves a line of its own and comes in the next batch.
func (d *DB) IndexBatch(ctx context.Context, max int) (int, error) {
	taken := 0
	err := d.pg.Do(ctx, pg.Machine("machine:index"), func(tx *pg.Tx) error {
		ids, err := takePending(ctx, tx, max)
		if err != nil || len(ids) == 0 {
			return err
		}
		taken = len(ids)
		list, err := loadIndexed(ctx, tx, ids)
		if err != nil {
			return err
		}
		if err := writeTexts(ctx, tx, list); err != nil || len(ids) >= max {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT app.settle_texts()`) // nothing waits: searches need not read the pending list
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("index texts: %w", err)
	}
	return taken, nil
}

func takePending(ctx context.Context, tx *pg.Tx, max int) ([]int64, error) {
	var mine bool
	err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, lockIndex).Scan(&mine)
	if err != nil || !mine {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		WITH ripe AS MATERIALIZED (SELECT ticket FROM text_pending WHERE not_before IS NULL OR not_before <= $2 ORDER BY ticket LIMIT $1)
		DELETE FROM text_pending WHERE ticket IN (SELECT ticket FROM ripe) RETURNING ticket`, max, tx.Now)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// loadIndexed reads what may be searched for: never a sealed statement, and of
// replies and findings all that stand.
func loadIndexed(ctx context.Context, tx *pg.Tx, ids []int64) ([]Indexed, error) {
	rows, err := tx.Query(ctx, `
		SELECT t.id, t.unit_path, t.desk, array_remove(ARRAY[t.investigator, t.second_investigator], NULL) AS persons,
		       coalesce(t.sight, '{}') AS sight,
		       concat_ws(E'\n', t.title, t.place, t.statement,
		         (SELECT string_agg(a.text, E'\n') FROM allegations a WHERE a.ticket = t.id),
		         (SELECT string_agg(concat_ws(E'\n', f.method, f.evidence, f.corrected), E'\n') FROM findings f WHERE f.ticket = t.id AND NOT f.superseded),
		         (SELECT string_agg(concat_ws(E'\n', r.public_text, r.internal_text), E'\n') FROM replies r WHERE r.ticket = t.id)) AS text
		  FROM tickets t WHERE t.id = ANY($1)`, ids)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Indexed])
}

func writeTexts(ctx context.Context, tx *pg.Tx, list []Indexed) error {
	ids, words := make([]int64, len(list)), make([]string, len(list))
	for i, x := range list {
		ids[i], words[i] = x.ID, x.TSVector()
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO ticket_text (ticket, tsv) SELECT id, words::tsvector FROM unnest($1::bigint[], $2::text[]) AS x(id, words)
		ON CONFLICT (ticket) DO UPDATE SET tsv = EXCLUDED.tsv WHERE ticket_text.tsv IS DISTINCT FROM EXCLUDED.tsv`, ids, words)
	return err
}
