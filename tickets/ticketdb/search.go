package ticketdb

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"hotline/internal/bigram"
	"hotline/internal/pg"
	"hotline/internal/vault"
	"hotline/tickets"
)

// searchFirst is how many of the words' hits the first step of a search takes in
// where filters cut them further; each step after it takes twice as many, and one
// page takes searchSteps at most (6,200 hits).
const (
	searchFirst = 200
	searchSteps = 5
)

// tail is how many tickets not yet indexed a search scans itself.
const tail = 3000

// search is one page of the newest tickets that Query asks for: a ticket number,
// an order number, a phone or citizen id by its keyed hash, else words and names.
func (d *DB) search(ctx context.Context, tx *pg.Tx, f Filter) (Page, error) {
	// Postgres refuses these bytes wherever they stand in a text.
	q := strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(f.Query, "\x00", ""), ""))
	if n, err := tickets.ParseNumber(q); err == nil {
		return d.page(ctx, tx, f, func(c *conditions) { c.add("number = ?", string(n)) })
	}
	if idx := d.vault.Index(vault.CitizenIDKind, q); idx != nil {
		return d.known(ctx, tx, f, "id_idx", idx)
	}
	if idx := d.phoneIndex(q); idx != nil {
		return d.known(ctx, tx, f, "phone_idx", idx)
	}
	return d.searchWords(ctx, tx, f, q)
}

// phoneIndex is the keyed hash of a phone number, nil for any other text.
func (d *DB) phoneIndex(q string) []byte {
	if digits(q) < 7 {
		return nil
	}
	return d.vault.Index(vault.Phone, q)
}

// known are the open-secrecy tickets of the complainants with a keyed hash.
func (d *DB) known(ctx context.Context, tx *pg.Tx, f Filter, column string, idx []byte) (Page, error) {
	return d.page(ctx, tx, f, func(c *conditions) {
		c.add("secrecy = 'open' AND id = ANY (ARRAY(SELECT ticket FROM complainants WHERE "+column+" = ?))", idx)
	})
}

func digits(s string) int {
	n := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

// searchWords walks the words' hits from the newest down until the page is full,
// and past what the other filters leave out. After searchSteps it gives what it
// has: such a page may be short, or empty, and still have a Next.
func (d *DB) searchWords(ctx context.Context, tx *pg.Tx, f Filter, q string) (Page, error) {
	others, err := d.searchOthers(ctx, tx, q)
	if err != nil {
		return Page{}, err
	}
	before, err := f.afterID()
	if err != nil {
		return Page{}, err
	}
	words, ok := bigram.Query(q)
	most := f.Limit + 1
	if f.narrows() {
		most = searchFirst
	}
	var page Page
	for step := 1; ; step, most = step+1, most*2 {
		var hits []int64
		if ok {
			if hits, err = ids(ctx, tx, `SELECT app.search_ids($1, $2, $3)`, words, before, most); err != nil {
				return Page{}, fmt.Errorf("search words: %w", err)
			}
		}
		last := len(hits) < most
		part := f
		part.Limit = f.Limit - len(page.Items)
		found, err := d.page(ctx, tx, part, func(c *conditions) {
			c.add("id = ANY (?)", append(hits, others...))
			if before != nil {
				c.add("id < ?", *before)
			}
			if !last { // what else lies further down comes in its turn
				c.add("id >= ?", hits[len(hits)-1])
			}
		})
		if err != nil {
			return Page{}, err
		}
		page.Items, page.Next = append(page.Items, found.Items...), found.Next
		if last || found.Next != "" {
			return page, nil
		}
		before = &hits[len(hits)-1]
		if len(page.Items) == f.Limit || step == searchSteps {
			page.Next = strconv.FormatInt(*before, 10)
			return page, nil
		}
	}
}

// searchOthers are the tickets that match by an order number, by the
// complainant's name, or by words that are not in the index yet.
func (d *DB) searchOthers(ctx context.Context, tx *pg.Tx, q string) ([]int64, error) {
	var out []int64
	collect := func(what, sql string, args ...any) error {
		found, err := ids(ctx, tx, sql, args...)
		if err != nil {
			return fmt.Errorf("search %s: %w", what, err)
		}
		out = append(out, found...)
		return nil
	}
	if digits(q) > 0 {
		if err := collect("orders", `SELECT ticket FROM orders WHERE order_no = $1 UNION SELECT ticket FROM orders WHERE city_no = $1 AND city_no <> ''`, q); err != nil {
			return nil, err
		}
	}
	if name := d.vault.Index(vault.Name, q); name != nil && len([]rune(q)) <= 20 {
		if err := collect("names", `SELECT id FROM tickets WHERE secrecy = 'open' AND id = ANY (ARRAY(SELECT ticket FROM complainants WHERE name_idx = $1))`, name); err != nil {
			return nil, err
		}
	}
	if words, ok := bigram.Query(q); ok {
		if err := collect("tail", `SELECT id FROM tickets WHERE id = ANY (ARRAY(SELECT app.unindexed($1))) AND (statement || ' ' || title || ' ' || place) ILIKE ALL ($2)`, tail, patterns(words)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func ids(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]int64, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// narrows tells whether other filters cut the words' hits further.
func (f Filter) narrows() bool {
	return len(f.Status) > 0 || f.Open || f.Kind != "" || f.Channel != "" || f.Category != "" || f.Urgency != "" || f.Unit != 0 || f.Region != "" || f.Outcome != "" || f.Overdue || !f.From.IsZero() || !f.To.IsZero() || !f.DueBefore.IsZero()
}

// patterns ask the plain text for the terms of a bigram.Query. They hold letters
// and digits only, so that nothing in them is a wildcard.
func patterns(query string) []string {
	terms := strings.Split(query, " & ")
	for i, t := range terms {
		t = strings.TrimSuffix(t, ":*")
		terms[i] = "%" + strings.TrimPrefix(t, "w") + "%"
	}
	return terms
}
