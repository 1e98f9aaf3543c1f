// Package settingdb is what an administrator edits: categories, rules of
// deadlines, calendars, routing. One public method is one transaction. Every
// change is the next version of its key in one history and a journal row; two
// editors of the same version: one wins, the other reads ErrMoved.
package settingdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"hotline/internal/deadline/deadlinedb"
	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/internal/units/unitdb"
	"hotline/tickets"
	"hotline/tickets/categorydb"
)

// ErrMoved: somebody else has changed it since it was shown.
var ErrMoved = errors.New("the setting has changed meanwhile")

// The subjects of the history.
const (
	Category = "category"
	Rule     = "rule"
	Calendar = "calendar"
	Released = "released"
	Danger   = "danger"
	Alias    = "alias"
	Deputy   = "deputy"
	Absence  = "absence"
	Shift    = "shift"
	Phones   = "phones"
)

// DB is the settings in Postgres. What it changes is in force on this node at
// once, on others when their caches reload.
type DB struct {
	pg      *pg.DB
	matters *categorydb.Cache
	clocks  *deadlinedb.Cache
	units   *unitdb.Cache
}

// Config opens a DB; every field is required.
type Config struct {
	PG         *pg.DB
	Categories *categorydb.Cache
	Clocks     *deadlinedb.Cache
	Units      *unitdb.Cache
}

// New returns the settings' DB.
func New(c Config) *DB {
	return &DB{pg: c.PG, matters: c.Categories, clocks: c.Clocks, units: c.Units}
}

// Change is one edit on its way into the history.
type Change struct {
	Subject string
	Key     string
	Version int // the version that was edited: 0 where there is none yet
	Unit    int // of duty and deputies, else 0
	Before  any // nil: it is new
	After   any // nil: it is taken away
	Why     string
	// Account is the account a deputy's loan is about; its journal has the row.
	Account int
	Action  string // of the journal; "" is the subject's "…_changed"
}

// Record writes the change into history and journal. It returns ErrMoved where
// the version is not the newest, tickets.Invalid where no reason is given, and
// the id of the journal row.
func Record(ctx context.Context, tx *pg.Tx, c Change) (int64, error) {
	why, bad := reason(c.Why)
	if len(bad) > 0 {
		return 0, bad
	}
	var newest int
	err := tx.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM setting_history WHERE subject = $1 AND key = $2`, c.Subject, c.Key).Scan(&newest)
	if err != nil {
		return 0, fmt.Errorf("history of %s: %w", c.Subject, err)
	}
	if newest != c.Version {
		return 0, ErrMoved
	}
	before, after, err := texts(c.Before, c.After)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO setting_history (subject, key, version, unit, before, after, why, actor, at) VALUES ($1, $2, $3, nullif($4, 0), $5, $6, $7, $8, $9)`,
		c.Subject, c.Key, c.Version+1, c.Unit, before, after, why, tx.Me.Actor(), tx.Now)
	if pg.Violates(err, "setting_history_version") {
		return 0, ErrMoved
	}
	if err != nil {
		return 0, fmt.Errorf("history of %s: %w", c.Subject, err)
	}
	return write(ctx, tx, c, before, after, why)
}

// texts are the states as JSON; a nil one is NULL.
func texts(before, after any) (b, a *string, err error) {
	for _, x := range []struct {
		of any
		to **string
	}{{before, &b}, {after, &a}} {
		if x.of == nil {
			continue
		}
		data, err := json.Marshal(x.of)
		if err != nil {
			return nil, nil, fmt.Errorf("setting: %w", err)
		}
		s := string(data)
		*x.to = &s
	}
	return b, a, nil
}

// chains are the journal's subjects of settings without a unit.
var chains = map[string]int64{Category: 1, Rule: 2, Calendar: 3, Released: 4, Danger: 4, Alias: 4}

// chain says in whose journal the change stands.
func (c Change) chain() (kind string, subject int64) {
	switch {
	case c.Account != 0:
		return "account", int64(c.Account)
	case c.Unit != 0:
		return "unit", int64(c.Unit)
	}
	return "settings", chains[c.Subject]
}

// write appends the journal row. The head of its subject is locked first.
func write(ctx context.Context, tx *pg.Tx, c Change, before, after *string, why string) (int64, error) {
	kind, subject := c.chain()
	action := c.Action
	if action == "" {
		action = c.Subject + "_changed"
	}
	seq, head := 0, []byte(nil)
	if _, err := tx.Exec(ctx, `INSERT INTO journal_heads (kind, subject, seq, head) VALUES ($1, $2, 0, $3) ON CONFLICT DO NOTHING`, kind, subject, journal.Genesis); err != nil {
		return 0, fmt.Errorf("journal of %s: %w", kind, err)
	}
	if err := tx.QueryRow(ctx, `SELECT seq, head FROM journal_heads WHERE kind = $1 AND subject = $2 FOR UPDATE`, kind, subject).Scan(&seq, &head); err != nil {
		return 0, fmt.Errorf("journal of %s: %w", kind, err)
	}
	row, err := journal.Seal(journal.Entry{Kind: kind, Subject: subject, Seq: seq + 1, At: tx.Now, Recorded: tx.Now, Actor: tx.Me.Actor(), Unit: tx.Me.Unit,
		Action: action, Provenance: journal.Typed, Fields: map[string]any{"subject": c.Subject, "key": c.Key, "version": c.Version + 1, "before": raw(before), "after": raw(after), "why": why}}, head)
	if err != nil {
		return 0, err
	}
	id, err := journal.Append(ctx, tx, row)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `UPDATE journal_heads SET seq = $3, head = $4 WHERE kind = $1 AND subject = $2`, kind, subject, seq+1, row.Hash)
	return id, err
}

func raw(s *string) json.RawMessage {
	if s == nil {
		return json.RawMessage("null")
	}
	return json.RawMessage(*s)
}

// maxReason is how long a reason may be, in characters.
const maxReason = 500

func reason(why string) (string, tickets.Invalid) {
	why = strings.TrimSpace(why)
	if why == "" {
		return "", tickets.Invalid{{Field: "why", ZH: "请填写修改原因", EN: "say why"}}
	}
	return why, Text("why", why, maxReason)
}

// Text says what is wrong with a text that is typed freely.
func Text(field, value string, most int) tickets.Invalid {
	switch {
	case !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }):
		return tickets.Invalid{{Field: field, ZH: "含有无法识别的字符", EN: "is not valid text"}}
	case utf8.RuneCountInString(value) > most:
		return tickets.Invalid{{Field: field, ZH: fmt.Sprintf("最多 %d 字", most), EN: fmt.Sprintf("at most %d characters", most)}}
	}
	return nil
}

// Version is one line of the history.
type Version struct {
	ID      int64
	Subject string
	Key     string
	Version int
	Unit    int
	Before  []byte // JSON; nil: it was new
	After   []byte // JSON; nil: it was taken away
	Why     string
	Actor   string
	Name    string // of the person
	At      time.Time
	Newest  bool // the one that an undo takes back
}

const historyLimit = 50

// History lists changes of the subjects (of one key where it is given), the
// newest first, from the id `after` down (0: from the newest). next is 0 on the
// last page. It shows what the caller may see, all else is not there.
func (d *DB) History(ctx context.Context, c pg.Caller, key string, after int64, subjects ...string) (list []Version, next int64, err error) {
	err = d.pg.Read(ctx, c, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `SELECT h.id, h.subject, h.key, h.version, coalesce(h.unit, 0) AS unit, h.before, h.after, h.why, h.actor, coalesce(p.name, '') AS name, h.at,
			NOT EXISTS (SELECT 1 FROM setting_history n WHERE n.subject = h.subject AND n.key = h.key AND n.version > h.version) AS newest
			FROM setting_history h LEFT JOIN persons p ON h.actor = 'person:' || p.id
			WHERE h.subject = ANY ($1) AND ($2 = '' OR h.key = $2) AND ($3 = 0 OR h.id < $3) ORDER BY h.id DESC LIMIT $4`, subjects, key, after, historyLimit+1)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByName[Version])
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("history: %w", err)
	}
	if len(list) > historyLimit {
		list = list[:historyLimit]
		next = list[historyLimit-1].ID
	}
	return list, next, nil
}

// versions are the newest versions of a subject's keys; a key never edited has 0.
func versions(ctx context.Context, tx *pg.Tx, subject string) (map[string]int, error) {
	rows, err := tx.Query(ctx, `SELECT key, max(version) FROM setting_history WHERE subject = $1 GROUP BY key`, subject)
	if err != nil {
		return nil, fmt.Errorf("versions of %s: %w", subject, err)
	}
	out := map[string]int{}
	var key string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&key, &n}, func() error { out[key] = n; return nil })
	return out, err
}

// Versions are the newest versions of a subject's keys, to be sent back with an
// edit; a key never edited is not among them and counts as 0.
func (d *DB) Versions(ctx context.Context, c pg.Caller, subject string) (out map[string]int, err error) {
	err = d.pg.Read(ctx, c, func(tx *pg.Tx) error {
		out, err = versions(ctx, tx, subject)
		return err
	})
	return out, err
}

// last is the newest history row of a key; pg.ErrNotFound where it was never edited.
func last(ctx context.Context, tx *pg.Tx, subject, key string) (v Version, err error) {
	err = tx.QueryRow(ctx, `SELECT version, before, after FROM setting_history WHERE subject = $1 AND key = $2 ORDER BY version DESC LIMIT 1`, subject, key).Scan(&v.Version, &v.Before, &v.After)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, fmt.Errorf("%s %s was never edited: %w", subject, key, pg.ErrNotFound)
	}
	return v, err
}
