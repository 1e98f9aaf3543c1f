package ticketdb

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/tickets/paper"
)

// documentsTold is what a ticket's journal says of its documents: the digest of
// what was issued, and what became of it.
func documentsTold(rows []journal.Stored) map[int64]string {
	out := map[int64]string{}
	for _, row := range rows {
		fields, err := journal.Values(row.Body)
		if err != nil {
			continue // VerifyChain has said so
		}
		var x struct {
			ID     int64  `json:"id"`
			SHA256 string `json:"sha256"`
		}
		if raw, ok := fields["document"]; !ok || json.Unmarshal(raw, &x) != nil || x.ID == 0 {
			continue
		}
		switch row.Action {
		case "document_issued":
			out[x.ID] = x.SHA256
		case "document_returned", "document_cancelled":
			out[x.ID] += " " + row.Action
		}
	}
	return out
}

// documentsStored is the same of the table; the digest is taken again of what
// is stored. (A document comes back before it is void, never after.)
func documentsStored(ctx context.Context, tx *pg.Tx, ids []int64) (map[int64]map[int64]string, error) {
	rows, err := tx.Query(ctx, `SELECT ticket, id, content, returned_at IS NOT NULL, cancelled_at IS NOT NULL FROM documents WHERE ticket = ANY ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	out := map[int64]map[int64]string{}
	var ticket, id int64
	var content []byte
	var returned, cancelled bool
	_, err = pgx.ForEachRow(rows, []any{&ticket, &id, &content, &returned, &cancelled}, func() error {
		if out[ticket] == nil {
			out[ticket] = map[int64]string{}
		}
		out[ticket][id] = digestOfPaper(content)
		if returned {
			out[ticket][id] += " document_returned"
		}
		if cancelled {
			out[ticket][id] += " document_cancelled"
		}
		return nil
	})
	return out, err
}

// digestOfPaper is the digest of a stored paper, or why there is none.
func digestOfPaper(content []byte) string {
	var p paper.Paper
	if err := json.Unmarshal(content, &p); err != nil {
		return err.Error()
	}
	sum, err := p.Sum()
	if err != nil {
		return err.Error()
	}
	return hex.EncodeToString(sum)
}
