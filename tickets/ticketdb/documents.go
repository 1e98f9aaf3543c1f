package ticketdb

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/paper"
)

// Document is a paper issued on a ticket, with what became of it.
type Document struct {
	ID           int64
	Kind         string
	Unit         int
	Number       string
	Token        string // in the QR code; leads to the document, and opens nothing by itself
	Paper        paper.Paper
	SHA256       []byte
	IssuedBy     int
	IssuedByName string
	IssuedAt     time.Time
	Attachment   int64 // the signed copy, 0 while it is out
	ReturnedAt   *time.Time
	CancelledAt  *time.Time
	CancelReason string
}

// State is issued, returned or cancelled.
func (d Document) State() string {
	switch {
	case d.CancelledAt != nil:
		return "cancelled"
	case d.ReturnedAt != nil:
		return "returned"
	}
	return "issued"
}

const documentColumns = `d.id, d.kind, d.unit, d.number, d.token, d.content, d.sha256, d.issued_by, p.name, d.issued_at, coalesce(d.attachment, 0), d.returned_at, d.cancelled_at, d.cancel_reason
	FROM documents d JOIN persons p ON p.id = d.issued_by`

func scanDocument(row pgx.CollectableRow) (d Document, err error) {
	var content []byte
	err = row.Scan(&d.ID, &d.Kind, &d.Unit, &d.Number, &d.Token, &content, &d.SHA256, &d.IssuedBy, &d.IssuedByName, &d.IssuedAt, &d.Attachment, &d.ReturnedAt, &d.CancelledAt, &d.CancelReason)
	if err != nil {
		return d, err
	}
	return d, json.Unmarshal(content, &d.Paper)
}

// MaxDocuments is how many documents a ticket may have, so that its list is
// always whole.
const MaxDocuments = 200

// Documents lists what was issued on a ticket, the newest first.
// pg.ErrNotFound: no such ticket in the caller's sight.
func (d *DB) Documents(ctx context.Context, caller pg.Caller, number string) ([]Document, error) {
	n, err := tickets.ParseNumber(number)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", pg.ErrNotFound, err)
	}
	var out []Document
	err = d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		var id int64
		if err := tx.QueryRow(ctx, `SELECT id FROM tickets WHERE number = $1`, string(n)).Scan(&id); err != nil {
			return fmt.Errorf("find ticket: %w", err)
		}
		rows, err := tx.Query(ctx, `SELECT `+documentColumns+` WHERE d.ticket = $1 ORDER BY d.issued_at DESC, d.id DESC LIMIT $2`, id, MaxDocuments)
		if err != nil {
			return fmt.Errorf("documents: %w", err)
		}
		out, err = pgx.CollectRows(rows, scanDocument)
		return err
	})
	return out, err
}

// Document reads one. pg.ErrNotFound: none of this ticket, or not in sight.
func (d *DB) Document(ctx context.Context, caller pg.Caller, number string, id int64) (Document, error) {
	n, err := tickets.ParseNumber(number)
	if err != nil {
		return Document{}, fmt.Errorf("%w: %w", pg.ErrNotFound, err)
	}
	var out Document
	err = d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+documentColumns+` JOIN tickets k ON k.id = d.ticket WHERE k.number = $1 AND d.id = $2`, string(n), id)
		if err != nil {
			return fmt.Errorf("document: %w", err)
		}
		out, err = pgx.CollectExactlyOneRow(rows, scanDocument)
		return err
	})
	return out, err
}

// DocumentOf finds the ticket and the document behind a QR code, for a caller
// who sees that ticket; pg.ErrNotFound for everybody else.
func (d *DB) DocumentOf(ctx context.Context, caller pg.Caller, token string) (number string, id int64, err error) {
	err = d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		return tx.QueryRow(ctx, `SELECT k.number, d.id FROM documents d JOIN tickets k ON k.id = d.ticket WHERE d.token = $1`, strings.ToValidUTF8(strings.ReplaceAll(token, "\x00", ""), "")).Scan(&number, &id)
	})
	return number, id, err
}

// DraftDocument is the form of a kind as it begins for this caller: the values
// of its fields. Errors are pg.ErrNotFound, tickets.ErrUnknownAction for an
// unknown kind, and tickets.ErrNotAllowed.
func (d *DB) DraftDocument(ctx context.Context, caller pg.Caller, number, kind string) (tickets.Values, error) {
	k, ok := paper.Of(kind)
	if !ok {
		return nil, tickets.ErrUnknownAction
	}
	v, err := d.Find(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	if !paper.May(k, &v.Ticket, v.Actor) {
		return nil, tickets.ErrNotAllowed
	}
	return paper.Draft(k, d.PaperFacts(v)), nil
}

// PaperFacts are what documents and notices may know of a ticket, for the
// caller who read it.
func (d *DB) PaperFacts(v *View) paper.Facts {
	redact := func(s string) string { return vault.Redact(s, vault.Lint(s)) }
	if v.Secrecy == tickets.Confidential {
		redact = nil // an operator has confirmed the brief, word by word
	}
	t := v.Ticket
	if v.Secrecy == tickets.Confidential {
		t.Title = "" // nobody has
	}
	return paper.FactsOf(&t, d.Tree(), v.Me.Unit, redact, d.Now())
}

// IssueDocument composes a document from what was typed, gives it the next
// number of the caller's unit, stores it and writes it into the journal, in one
// transaction. Errors are those of Act: pg.ErrNotFound, tickets.ErrUnknownAction
// for an unknown kind, tickets.ErrNotAllowed, tickets.ErrMoved (version 0 is not
// checked), and tickets.Invalid; a confidential ticket's document with what may be
// traces of a person needs confirmed=true.
func (d *DB) IssueDocument(ctx context.Context, caller pg.Caller, number string, version int, kind string, typed tickets.Values) (Document, error) {
	k, ok := paper.Of(kind)
	if !ok {
		return Document{}, tickets.ErrUnknownAction
	}
	var out Document
	err := d.onTicket(ctx, caller, number, version, k, func(tx *pg.Tx, v *View) error {
		facts := d.PaperFacts(v)
		facts.Now = tx.Now
		fields, confirmed := withoutConfirmation(typed)
		draft, err := paper.Compose(k, facts, fields, "—") // nothing takes a number before it is right
		if err != nil {
			return err
		}
		if bad := d.traces(v, draft); len(bad) > 0 && !confirmed {
			return bad
		}
		var had int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM documents WHERE ticket = $1`, v.ID).Scan(&had); err != nil {
			return fmt.Errorf("count documents: %w", err)
		}
		if had >= MaxDocuments {
			return tickets.Invalid{{ZH: "一张工单最多签发 200 份文书", EN: "a ticket may have 200 documents at most"}}
		}
		if out, err = d.numbered(ctx, tx, v, k, facts, fields); err != nil {
			return err
		}
		_, err = d.append(ctx, tx, &v.Ticket, "document_issued", map[string]any{"document": map[string]any{"id": out.ID, "kind": k.Code, "number": out.Number, "sha256": hex.EncodeToString(out.SHA256)}})
		return err
	})
	return out, err
}

// onTicket runs fn on a locked ticket for somebody who may issue the kind.
func (d *DB) onTicket(ctx context.Context, caller pg.Caller, number string, version int, k paper.Kind, fn func(tx *pg.Tx, v *View) error) error {
	n, err := tickets.ParseNumber(number)
	if err != nil {
		return fmt.Errorf("%w: %w", pg.ErrNotFound, err)
	}
	return d.pg.Do(ctx, caller, func(tx *pg.Tx) error {
		v, err := d.view(ctx, tx, string(n), "FOR UPDATE")
		if err != nil {
			return err
		}
		switch {
		case !paper.May(k, &v.Ticket, v.Actor):
			return tickets.ErrNotAllowed
		case version != 0 && v.Version != version:
			return tickets.ErrMoved
		}
		return fn(tx, v)
	})
}

// numbered takes the next number and stores the paper under it.
func (d *DB) numbered(ctx context.Context, tx *pg.Tx, v *View, k paper.Kind, f paper.Facts, fields tickets.Values) (Document, error) {
	year, serial, prefix := paper.Year(tx.Now), 0, ""
	err := tx.QueryRow(ctx, `SELECT app.next_document($1, $2), (SELECT document_prefix FROM units WHERE id = $1)`, f.Unit, year).Scan(&serial, &prefix)
	if err != nil {
		return Document{}, fmt.Errorf("document number: %w", err)
	}
	if prefix == "" {
		prefix = paper.Prefix(d.Tree(), f.Unit)
	}
	out := Document{Kind: k.Code, Unit: f.Unit, Number: k.Number(prefix, year, serial), Token: vault.NewToken(), IssuedBy: tx.Me.Person, IssuedByName: tx.Me.Name, IssuedAt: tx.Now}
	if out.Paper, err = paper.Compose(k, f, fields, out.Number); err != nil {
		return out, err
	}
	if out.SHA256, err = out.Paper.Sum(); err != nil {
		return out, err
	}
	content, err := json.Marshal(out.Paper)
	if err != nil {
		return out, err
	}
	if out.ID, err = tx.ID(ctx); err != nil {
		return out, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO documents (id, ticket, kind, unit, year, serial, number, token, content, sha256, issued_by, issued_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		out.ID, v.ID, out.Kind, out.Unit, year, serial, out.Number, out.Token, content, out.SHA256, out.IssuedBy, out.IssuedAt)
	if err != nil {
		return out, fmt.Errorf("store document: %w", err)
	}
	return out, nil
}

// withoutConfirmation parts the fields of the kind from the tick that goes with
// every confidential document.
func withoutConfirmation(typed tickets.Values) (tickets.Values, bool) {
	fields := tickets.Values{}
	for name, s := range typed {
		if name != "confirmed" {
			fields[name] = s
		}
	}
	return fields, typed.Bool("confirmed")
}

// traces looks for what may give the complainant of a confidential ticket away
// in a paper: names, numbers, houses, relations that stand neither in the brief
// nor are the accused's. It marks too much rather than too little, and asks.
// (It must not compare with the sealed name: an answer would tell whoever tries
// names one by one.)
func (d *DB) traces(v *View, p paper.Paper) tickets.Invalid {
	if v.Secrecy != tickets.Confidential {
		return nil
	}
	known := v.Statement + "\n" + v.Number + "\n" + accusedNames(v)
	if v.Order != nil {
		known += "\n" + v.Order.OrderNo
	}
	own := strings.Join(append(slices.Clone(p.Body), rowValues(p)...), "\n")
	words := d.tracesIn(own, known)
	if len(words) == 0 {
		return nil
	}
	list := strings.Join(words, "、")
	return tickets.Invalid{{Field: "confirmed", ZH: "保密件：文中疑似有个人信息（" + list + "）。请删去；确认与诉求人无关的，勾选确认后签发",
		EN: "confidential: this may point to a person (" + list + "). Take it out, or confirm that it is not the complainant"}}
}

// tracesIn lists what the linter marks in a text and what is not known already.
func (d *DB) tracesIn(text, known string) []string {
	for _, u := range d.Tree().All() {
		known += "\n" + u.Name + u.Short + "\n" + u.Phone + "\n" + u.NightPhone
	}
	var words []string
	for _, s := range vault.Lint(text) {
		if word := text[s.Start:s.End]; !strings.Contains(known, word) && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

func accusedNames(v *View) string {
	known := ""
	for _, a := range v.Accused {
		known += "\n" + a.Person
	}
	return known
}

func rowValues(p paper.Paper) []string {
	var out []string
	for _, r := range p.Rows {
		out = append(out, r.Value)
	}
	return out
}
