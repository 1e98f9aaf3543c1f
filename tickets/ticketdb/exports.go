package ticketdb

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/tickets"
)

// Export is what the journal keeps of a file that left the house.
type Export struct {
	What    string            // "named", "clues", "indicators"
	Purpose string            // as the person gave it
	Filter  map[string]string // what was asked for; no personal data
	Rows    int
	Digest  string // of the content, as it stands on the sheet
}

// Limits of an export.
const (
	ExportMost = 5000 // rows
	purposeMin = 4    // characters
	purposeMax = 200
)

// CheckPurpose tells whether a purpose may stand on an export.
func CheckPurpose(purpose string) error {
	n := utf8.RuneCountInString(strings.TrimSpace(purpose))
	if !utf8.ValidString(purpose) || n < purposeMin || n > purposeMax {
		return tickets.Invalid{{Field: "purpose", ZH: fmt.Sprintf("请写明导出用途（%d–%d 字）", purposeMin, purposeMax), EN: fmt.Sprintf("say what the export is for (%d–%d characters)", purposeMin, purposeMax)}}
	}
	return nil
}

// JournalExport appends the journal row of an export, which is chained to no
// subject, and gives its number. make builds the file with that number in it;
// where it fails there is no row, and where there is no row there is no file.
func (d *DB) JournalExport(ctx context.Context, caller pg.Caller, x Export, make func(number int64, me pg.Me) ([]byte, error)) (body []byte, err error) {
	if err := CheckPurpose(x.Purpose); err != nil {
		return nil, err
	}
	err = d.pg.Do(ctx, caller, func(tx *pg.Tx) error {
		if !MayCount(tx.Me) {
			return tickets.ErrNotAllowed
		}
		id, err := tx.ID(ctx)
		if err != nil {
			return err
		}
		if body, err = make(id, tx.Me); err != nil {
			return fmt.Errorf("make export: %w", err)
		}
		row, err := journal.Seal(journal.Entry{Kind: "export", Subject: id, Seq: 1, At: tx.Now, Recorded: tx.Now, Actor: tx.Me.Actor(), Unit: tx.Me.Unit, Action: "exported", Provenance: journal.Machine,
			Fields: map[string]any{"what": x.What, "purpose": x.Purpose, "filter": x.Filter, "rows": x.Rows, "digest": x.Digest, "file": digest(string(body))}}, journal.Genesis)
		if err != nil {
			return err
		}
		_, err = journal.Append(ctx, tx, row)
		return err
	})
	return body, err
}
