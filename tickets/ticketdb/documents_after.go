package ticketdb

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/paper"
)

// CancelDocument declares a document void (作废); its number stays used. Errors
// are those of IssueDocument; tickets.Invalid without a reason, or when it is
// void already.
func (d *DB) CancelDocument(ctx context.Context, caller pg.Caller, number string, id int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || !utf8.ValidString(reason) || strings.ContainsRune(reason, 0) || utf8.RuneCountInString(reason) > 200 {
		return tickets.Invalid{{Field: "reason", ZH: "请写明作废理由，最多 200 字", EN: "say why it is void, in at most 200 characters"}}
	}
	return d.onDocument(ctx, caller, number, id, func(tx *pg.Tx, v *View, x Document) error {
		_, err := d.append(ctx, tx, &v.Ticket, "document_cancelled", map[string]any{"document": map[string]any{"id": id, "kind": x.Kind, "number": x.Number}, "reason": reason})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE documents SET cancelled_at = $2, cancelled_by = $3, cancel_reason = $4 WHERE id = $1 AND cancelled_at IS NULL`, id, tx.Now, tx.Me.Person, reason)
		return err
	})
}

// ReturnDocument stores the photo or scan of the signed copy beside the ticket's
// other files and notes that the document has come back, in one transaction.
// Errors are those of IssueDocument; tickets.Invalid for a file that is empty or
// too large, and for a document that is void or has come back before.
func (d *DB) ReturnDocument(ctx context.Context, caller pg.Caller, number string, id int64, f File) error {
	if len(f.Content) == 0 || len(f.Content) > MaxFile {
		return tickets.Invalid{{Field: "file", ZH: "文件为空或超过 25 MB", EN: "the file is empty or larger than 25 MB"}}
	}
	f.Purpose = "handling"
	return d.onDocument(ctx, caller, number, id, func(tx *pg.Tx, v *View, x Document) error {
		if x.ReturnedAt != nil {
			return tickets.Invalid{{Field: "file", ZH: "这份文书的签收件已经交回；其他材料请作为附件上传", EN: "the signed copy is here already; attach other papers to the ticket"}}
		}
		stmts, err := d.fileStmts(ctx, v.ID, tx.Me.Actor(), tx.Now, f)
		if err != nil {
			return err
		}
		for _, s := range stmts {
			if _, err := tx.Exec(ctx, s.SQL, s.Args...); err != nil {
				return fmt.Errorf("store signed copy: %w", err)
			}
		}
		attachment := stmts[len(stmts)-1].Args[0]
		_, err = d.append(ctx, tx, &v.Ticket, "document_returned", map[string]any{"document": map[string]any{"id": id, "kind": x.Kind, "number": x.Number}, "attachment": attachment,
			"sha256": fmt.Sprintf("%x", sha256.Sum256(f.Content))})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE documents SET attachment = $2, returned_at = $3, returned_by = $4 WHERE id = $1 AND returned_at IS NULL`, id, attachment, tx.Now, tx.Me.Person)
		return err
	})
}

// onDocument runs fn on a document in force, its ticket locked, for somebody who
// may issue its kind.
func (d *DB) onDocument(ctx context.Context, caller pg.Caller, number string, id int64, fn func(tx *pg.Tx, v *View, x Document) error) error {
	found, err := d.Document(ctx, caller, number, id)
	if err != nil {
		return err
	}
	k, ok := paper.Of(found.Kind)
	if !ok {
		return tickets.ErrUnknownAction
	}
	return d.onTicket(ctx, caller, number, 0, k, func(tx *pg.Tx, v *View) error {
		rows, err := tx.Query(ctx, `SELECT `+documentColumns+` WHERE d.ticket = $1 AND d.id = $2`, v.ID, id)
		if err != nil {
			return fmt.Errorf("document: %w", err)
		}
		x, err := pgx.CollectExactlyOneRow(rows, scanDocument) // again, under the ticket's lock
		if err != nil {
			return fmt.Errorf("document: %w", pg.Translate(err))
		}
		if x.CancelledAt != nil {
			return tickets.Invalid{{Field: "reason", ZH: "这份文书已经作废", EN: "this document is void"}}
		}
		return fn(tx, v, x)
	})
}

// NameDocument opens the contact in order to print a document with its
// addressee's name: as Contact, by the desk or an assigned investigator, and
// journaled. It returns "" for a document that is not for the complainant.
func (d *DB) NameDocument(ctx context.Context, caller pg.Caller, number string, id int64) (string, error) {
	x, err := d.Document(ctx, caller, number, id)
	if err != nil {
		return "", err
	}
	if !x.Paper.ToComplainant {
		return "", nil
	}
	people, err := d.Contact(ctx, caller, number, "打印文书 "+x.Number)
	if err != nil {
		return "", err
	}
	people = slices.DeleteFunc(people, func(c Complainant) bool { return c.Name == "" })
	if len(people) == 0 {
		return "", nil
	}
	name := people[0].Name
	if len(people) > 1 {
		name += fmt.Sprintf("等%d人", len(people))
	}
	return name, nil
}

// MaskedAddressee is how a complainant's document is addressed by somebody who
// does not open the contact: room for the name, and the mask as the ticket's
// page shows it; no mask on a confidential ticket.
func (v *View) MaskedAddressee() string {
	if v.Secrecy == tickets.Confidential || len(v.Complainants) == 0 || v.Complainants[0].Name == "" {
		return paper.Blank
	}
	return paper.Blank + "（" + v.Complainants[0].Name + "）"
}
