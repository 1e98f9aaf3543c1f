package ticketdb

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gabriel-vasile/mimetype"

	"hotline/internal/pg"
	"hotline/tickets"
)

// MaxFile is the largest attachment, in bytes.
const MaxFile = 25 << 20

// purposes are what a file may be for, as the database's CHECK has them.
var purposes = []string{"statement", "id", "contact", "handling", "evidence"}

// fileStmts stores a file that is at hand, or notes one to fetch. Contents are
// addressed by digest and sealed; the type is what the content says.
func (d *DB) fileStmts(ctx context.Context, ticket int64, actor string, now time.Time, f File) ([]Stmt, error) {
	id, err := d.pg.RowID(ctx)
	if err != nil {
		return nil, err
	}
	purpose := f.Purpose
	if purpose == "" {
		purpose = "statement"
	}
	if f.Content == nil {
		job, err := d.pg.RowID(ctx)
		if err != nil {
			return nil, err
		}
		return []Stmt{
			{`INSERT INTO attachments (id, ticket, name, type, sha256, purpose, source_url, state, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, $9)`,
				[]any{id, ticket, fileName(f.Name), f.Type, f.SHA256, purpose, f.URL, actor, now}},
			{`INSERT INTO outbox (id, kind, ticket, args, created_at, run_at) VALUES ($1, $2, $3, jsonb_build_object('attachment', $4::bigint), $5, $5)`,
				[]any{job, tickets.JobFetch, ticket, id, now}},
		}, nil
	}
	blob, sum, err := d.blobStmt(f.Content)
	if err != nil {
		return nil, err
	}
	return []Stmt{blob, {`INSERT INTO attachments (id, ticket, name, type, size, sha256, purpose, state, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'stored', $8, $9)`,
		[]any{id, ticket, fileName(f.Name), mimetype.Detect(f.Content).String(), len(f.Content), sum, purpose, actor, now}}}, nil
}

func (d *DB) blobStmt(content []byte) (Stmt, []byte, error) {
	sum := sha256.Sum256(content)
	sealed, err := d.vault.Seal(append([]byte("blob:"), sum[:]...), content)
	if err != nil {
		return Stmt{}, nil, fmt.Errorf("seal file: %w", err)
	}
	return Stmt{`INSERT INTO blobs (sha256, size, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, []any{sum[:], len(content), sealed}}, sum[:], nil
}

// fileName keeps the last part of a name and drops what a file system or a
// header might stumble over.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < 32 || r == 127 || strings.ContainsRune(`"<>|:*?`, r) {
			return '_'
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 120 {
		name = string(r[len(r)-120:])
	}
	if name == "" || name == "." || name == "/" {
		name = "附件"
	}
	return name
}

// AddFile attaches a file to a ticket, as the caller. Errors are those of Act,
// and tickets.Invalid for a file that is empty or too large, or for an unknown purpose.
func (d *DB) AddFile(ctx context.Context, caller pg.Caller, number string, version int, f File) (*View, error) {
	if len(f.Content) == 0 || len(f.Content) > MaxFile {
		return nil, tickets.Invalid{{Field: "file", ZH: "文件为空或超过 25 MB", EN: "the file is empty or larger than 25 MB"}}
	}
	if f.Purpose != "" && !slices.Contains(purposes, f.Purpose) {
		return nil, tickets.Invalid{{Field: "purpose", ZH: "没有这种用途", EN: "not one of the purposes"}}
	}
	n, err := tickets.ParseNumber(number)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", pg.ErrNotFound, err)
	}
	var v *View
	err = d.pg.Do(ctx, caller, func(tx *pg.Tx) error {
		v, err = d.view(ctx, tx, string(n), "FOR UPDATE")
		if err != nil {
			return err
		}
		if version != 0 && v.Version != version {
			return tickets.ErrMoved
		}
		stmts, err := d.fileStmts(ctx, v.ID, tx.Me.Actor(), tx.Now, f)
		if err != nil {
			return err
		}
		for _, s := range stmts {
			if _, err := tx.Exec(ctx, s.SQL, s.Args...); err != nil {
				return fmt.Errorf("store file: %w", err)
			}
		}
		if err := d.step(ctx, tx, v, tickets.ActAttach, tickets.Values{"attachments": fmt.Sprintf("%x", sha256.Sum256(f.Content))}); err != nil {
			return err
		}
		v, err = d.view(ctx, tx, string(n), "")
		return err
	})
	return v, err
}

// Content opens an attachment of a ticket the caller may see. The link is
// checked through the caller's policies; the blob is read by the machines' login.
func (d *DB) Content(ctx context.Context, caller pg.Caller, number string, id int64) (Attachment, []byte, error) {
	v, err := d.Find(ctx, caller, number)
	if err != nil {
		return Attachment{}, nil, err
	}
	for _, a := range v.Attachments {
		if a.ID != id || a.State != "stored" {
			continue
		}
		var sealed []byte
		if err := d.pg.Machines().QueryRow(ctx, `SELECT sealed FROM blobs WHERE sha256 = $1`, a.SHA256).Scan(&sealed); err != nil {
			return a, nil, fmt.Errorf("read file: %w", pg.Translate(err))
		}
		content, err := d.vault.Open(append([]byte("blob:"), a.SHA256...), sealed)
		return a, content, err
	}
	return Attachment{}, nil, pg.ErrNotFound
}

// StoreFetched puts a fetched file behind its attachment, or notes why it was
// not fetched (state "failed" or "refused").
func (d *DB) StoreFetched(ctx context.Context, id int64, content []byte, state, note string) error {
	return d.pg.Do(ctx, pg.Machine("machine:fetch"), func(tx *pg.Tx) error {
		if state != "stored" {
			_, err := tx.Exec(ctx, `UPDATE attachments SET state = $2, note = $3 WHERE id = $1`, id, state, note)
			return err
		}
		blob, sum, err := d.blobStmt(content)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, blob.SQL, blob.Args...); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE attachments SET state = 'stored', size = $2, sha256 = $3, type = $4, note = '' WHERE id = $1`, id, len(content), sum, mimetype.Detect(content).String())
		return err
	})
}
