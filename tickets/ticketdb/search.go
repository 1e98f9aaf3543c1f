package ticketdb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hotline/internal/bigram"
	"hotline/internal/pg"
	"hotline/internal/vault"
	"hotline/internal/workday"
	"hotline/tickets"
)

// searchMost bounds what one search walks through; beyond it a filter is the
// better tool ("1000+").
const searchMost = 1000

// tail is how many tickets not yet indexed a search scans itself.
const tail = 3000

// search adds the condition that Query asks for: a ticket number, an order
// number, a phone or citizen id by its keyed hash, else words and names.
func (d *DB) search(ctx context.Context, tx *pg.Tx, c *conditions, f Filter) error {
	q := strings.TrimSpace(f.Query)
	if n, err := tickets.ParseNumber(q); err == nil {
		c.add("number = ?", string(n))
		return nil
	}
	if idx := d.vault.Index(vault.CitizenIDKind, q); idx != nil {
		c.add("secrecy = 'open' AND id IN (SELECT ticket FROM complainants WHERE id_idx = ?)", idx)
		return nil
	}
	if idx := d.vault.Index(vault.Phone, q); idx != nil && digits(q) >= 7 {
		c.add("secrecy = 'open' AND id IN (SELECT ticket FROM complainants WHERE phone_idx = ?)", idx)
		return nil
	}
	ids, err := d.searchIDs(ctx, tx, q, f)
	if err != nil {
		return err
	}
	c.add("id = ANY (?)", ids)
	return nil
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

// searchIDs collects the tickets whose words, orders or complainant's name match.
func (d *DB) searchIDs(ctx context.Context, tx *pg.Tx, q string, f Filter) ([]int64, error) {
	ids := []int64{}
	collect := func(what, sql string, args ...any) error {
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return fmt.Errorf("search %s: %w", what, err)
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return fmt.Errorf("search %s: %w", what, err)
			}
			ids = append(ids, id)
		}
		return rows.Err()
	}
	if digits(q) > 0 {
		if err := collect("orders", `SELECT ticket FROM orders WHERE order_no = $1 UNION SELECT ticket FROM orders WHERE city_no = $1 AND city_no <> ''`, q); err != nil {
			return nil, err
		}
	}
	if name := d.vault.Index(vault.Name, q); name != nil && len([]rune(q)) <= 20 {
		if err := collect("names", `SELECT t.id FROM tickets t WHERE t.secrecy = 'open' AND t.id IN (SELECT ticket FROM complainants WHERE name_idx = $1)`, name); err != nil {
			return nil, err
		}
	}
	words, ok := bigram.Query(q)
	if !ok {
		return ids, nil
	}
	most := f.Limit + 1
	if f.narrows() || f.After != "" {
		most = searchMost
	}
	if err := collect("words", `SELECT app.search_ids($1, $2, $3)`, words, searchMonths(tx.Now), most); err != nil {
		return nil, err
	}
	return ids, collect("tail", `SELECT id FROM tickets WHERE id = ANY (ARRAY(SELECT app.unindexed($1))) AND (statement || ' ' || title || ' ' || place) ILIKE ALL ($2)`, tail, patterns(q))
}

// narrows tells whether other filters cut the words' hits further.
func (f Filter) narrows() bool {
	return len(f.Status) > 0 || f.Open || f.Kind != "" || f.Channel != "" || f.Category != "" || f.Urgency != "" || f.Unit != 0 || f.Region != "" || f.Outcome != "" || f.Overdue || !f.From.IsZero() || !f.To.IsZero() || !f.DueBefore.IsZero()
}

// searchMonths are the month tokens a search walks first: this month, then three more.
func searchMonths(now time.Time) []string {
	t := now.In(workday.Zone)
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, workday.Zone)
	out := make([]string, 4)
	for i := range out {
		out[i] = "m" + first.AddDate(0, -i, 0).Format("200601")
	}
	return out
}

func patterns(q string) []string {
	escape := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	var out []string
	for _, w := range strings.Fields(q) {
		out = append(out, "%"+escape.Replace(w)+"%")
	}
	return out
}
