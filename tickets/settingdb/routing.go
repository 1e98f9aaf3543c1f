package settingdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/tickets"
)

// Keys of the settings that routing reads, and of their history.
const (
	releasedKey = "route.released" // {"inquiry": true, …}
	dangerKey   = "route.danger"   // [{"word": …, "weight": …}]
)

// Routing is what routing is told beside the tree of units.
type Routing struct {
	Released map[string]bool
	Danger   []tickets.DangerWord
	Phones   map[int]string // of the shifts in force, by unit
}

// ReadRouting reads it for a worker, or for a trial of a statement.
func ReadRouting(ctx context.Context, db *pg.DB, now time.Time) (Routing, error) {
	r := Routing{Released: tickets.DefaultReleased(), Phones: map[int]string{}}
	b := &pgx.Batch{}
	for key, to := range map[string]any{releasedKey: &r.Released, dangerKey: &r.Danger} {
		b.Queue(`SELECT value FROM settings WHERE key = $1`, key).QueryRow(func(row pgx.Row) error {
			var raw []byte
			if err := row.Scan(&raw); err != nil {
				if errors.Is(err, pgx.ErrNoRows) {
					return nil
				}
				return err
			}
			if key == releasedKey {
				r.Released = nil // what is set replaces the default
			}
			return json.Unmarshal(raw, to)
		})
	}
	b.Queue(`SELECT unit, phone FROM duty_shifts WHERE removed_at IS NULL AND from_at <= $1 AND to_at > $1 AND phone <> '' ORDER BY from_at, id`, now).Query(func(rows pgx.Rows) error {
		var unit int
		var phone string
		_, err := pgx.ForEachRow(rows, []any{&unit, &phone}, func() error { r.Phones[unit] = phone; return nil })
		return err
	})
	if err := db.Machines().SendBatch(ctx, b).Close(); err != nil {
		return r, fmt.Errorf("read routing: %w", err)
	}
	return r, nil
}

// World is what routing knows, with the tree and its gazetteer; office tells
// whether it is office time.
func (r Routing) World(tree *units.Tree, regions *tickets.Regions, office bool) tickets.RouteWorld {
	w := tickets.RouteWorld{Tree: tree, Released: r.Released, Regions: regions, OnCall: &tickets.OnCall{Phones: r.Phones, Office: office}}
	if len(r.Danger) > 0 {
		w.Danger = tickets.NewDangerWords(r.Danger)
	}
	return w
}

// Routing reads what routing is told now.
func (d *DB) Routing(ctx context.Context) (Routing, error) {
	return ReadRouting(ctx, d.pg, d.pg.Now())
}

// ReleasedState is the kinds dispatched without a person, as the history keeps them.
type ReleasedState struct {
	Kinds []string `json:"kinds"`
}

// DangerState is the added danger words, as the history keeps them.
type DangerState struct {
	Words []string `json:"words"` // 词（特急）
}

// AliasState is a place's other names, as the history keeps them.
type AliasState struct {
	Name  string   `json:"name"` // of the unit
	Names []string `json:"names"`
}

// SetReleased says which kinds may be dispatched without a person.
// Errors: tickets.Invalid, ErrMoved.
func (d *DB) SetReleased(ctx context.Context, c pg.Caller, version int, kinds []string, why string) error {
	value := map[string]bool{}
	for _, k := range kinds {
		if !tickets.Kinds.Has(k) {
			return tickets.Invalid{{Field: "kinds", ZH: "没有这个类别", EN: "no such kind"}}
		}
		value[k] = true
	}
	return d.set(ctx, c, Released, releasedKey, version, value, why)
}

// AddDanger adds a word. Errors: tickets.Invalid, ErrMoved.
func (d *DB) AddDanger(ctx context.Context, c pg.Caller, version int, w tickets.DangerWord, why string) error {
	w.Word = strings.Join(strings.Fields(w.Word), "")
	if bad := d.badDanger(w); len(bad) > 0 {
		return bad
	}
	r, err := d.Routing(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(r.Danger, func(o tickets.DangerWord) bool { return o.Word == w.Word }) {
		return tickets.Invalid{{Field: "word", ZH: "已经加过", EN: "it is there already"}}
	}
	return d.set(ctx, c, Danger, dangerKey, version, append(r.Danger, w), why)
}

const mostDanger = 500

func (d *DB) badDanger(w tickets.DangerWord) (bad tickets.Invalid) {
	bad = Text("word", w.Word, 20)
	switch {
	case len(bad) > 0:
	case utf8.RuneCountInString(w.Word) < 2:
		bad = append(bad, tickets.Problem{Field: "word", ZH: "至少两个字", EN: "at least two characters"})
	case strings.ContainsFunc(w.Word, func(r rune) bool { return !isName(r) }):
		bad = append(bad, tickets.Problem{Field: "word", ZH: "只用汉字、字母和数字", EN: "letters and digits only"})
	case tickets.KnowsDanger(w.Word):
		bad = append(bad, tickets.Problem{Field: "word", ZH: "系统自带此词", EN: "the program has it already"})
	}
	if w.Weight != tickets.Critical && w.Weight != tickets.Urgent {
		bad = append(bad, tickets.Problem{Field: "weight", ZH: "请选择特急或急", EN: "choose critical or urgent"})
	}
	return bad
}

// RemoveDanger takes an added word away. Errors: pg.ErrNotFound, ErrMoved.
func (d *DB) RemoveDanger(ctx context.Context, c pg.Caller, version int, word, why string) error {
	r, err := d.Routing(ctx)
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(r.Danger), func(o tickets.DangerWord) bool { return o.Word == word })
	if len(rest) == len(r.Danger) {
		return fmt.Errorf("danger word: %w", pg.ErrNotFound)
	}
	return d.set(ctx, c, Danger, dangerKey, version, rest, why)
}

// set stores a setting with its history.
func (d *DB) set(ctx context.Context, c pg.Caller, subject, key string, version int, value any, why string) error {
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error { return setting(ctx, tx, subject, key, version, value, why) })
	if err != nil {
		return fmt.Errorf("set %s: %w", key, err)
	}
	return nil
}

func setting(ctx context.Context, tx *pg.Tx, subject, key string, version int, value any, why string) error {
	var old []byte
	err := tx.QueryRow(ctx, `SELECT value FROM settings WHERE key = $1`, key).Scan(&old)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if words, ok := value.([]tickets.DangerWord); ok && len(words) > mostDanger {
		return tickets.Invalid{{Field: "word", ZH: "词语过多", EN: "too many words"}}
	}
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	before, after := stateOf(subject, old), stateOf(subject, data)
	if _, err := Record(ctx, tx, Change{Subject: subject, Key: key, Version: version, Before: before, After: after, Why: why}); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, data)
	return err
}

// stateOf is a stored value as the history shows it; what was never set is the default.
func stateOf(subject string, data []byte) any {
	if subject == Released {
		kinds := tickets.DefaultReleased()
		if data != nil {
			kinds = nil
			_ = json.Unmarshal(data, &kinds) // written by setting
		}
		s := ReleasedState{Kinds: []string{}}
		for _, k := range tickets.Kinds.Codes() {
			if kinds[k] {
				s.Kinds = append(s.Kinds, k)
			}
		}
		return s
	}
	var words []tickets.DangerWord
	_ = json.Unmarshal(data, &words)
	s := DangerState{Words: []string{}}
	for _, w := range words {
		s.Words = append(s.Words, w.Word+"/"+w.Weight)
	}
	return s
}

// UndoSetting makes the released kinds, or the danger words, what they were
// before their newest change. Errors: ErrMoved, pg.ErrNotFound.
func (d *DB) UndoSetting(ctx context.Context, c pg.Caller, subject string, version int, why string) error {
	key := map[string]string{Released: releasedKey, Danger: dangerKey}[subject]
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		v, err := last(ctx, tx, subject, key)
		if err != nil {
			return err
		}
		if v.Version != version {
			return ErrMoved
		}
		value, err := valueOf(subject, v.Before)
		if err != nil {
			return err
		}
		return setting(ctx, tx, subject, key, version, value, why)
	})
	if err != nil {
		return fmt.Errorf("undo %s: %w", subject, err)
	}
	return nil
}

// valueOf is the stored value behind a state of the history.
func valueOf(subject string, state []byte) (any, error) {
	if subject == Released {
		var s ReleasedState
		err := json.Unmarshal(state, &s)
		value := map[string]bool{}
		for _, k := range s.Kinds {
			value[k] = true
		}
		return value, err
	}
	var s DangerState
	err := json.Unmarshal(state, &s)
	words := []tickets.DangerWord{}
	for _, w := range s.Words {
		word, weight, _ := strings.Cut(w, "/")
		words = append(words, tickets.DangerWord{Word: word, Weight: weight})
	}
	return words, err
}

const mostAliases = 20

// SetAliases gives a place its other names. Errors: tickets.Invalid, ErrMoved,
// pg.ErrNotFound.
func (d *DB) SetAliases(ctx context.Context, c pg.Caller, unit, version int, names []string, why string) error {
	u := d.units.Tree().Find(unit)
	if u == nil || !slices.Contains([]string{units.County, units.Township, units.Village}, u.Kind) {
		return fmt.Errorf("place %d: %w", unit, pg.ErrNotFound)
	}
	clean, bad := aliases(u, names)
	if len(bad) > 0 {
		return bad
	}
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		var old []string
		if err := tx.QueryRow(ctx, `SELECT aliases FROM units WHERE id = $1`, unit).Scan(&old); err != nil {
			return err
		}
		if slices.Equal(old, clean) {
			return tickets.Invalid{{ZH: "没有改动", EN: "nothing was changed"}}
		}
		_, err := Record(ctx, tx, Change{Subject: Alias, Key: strconv.Itoa(unit), Version: version, Before: AliasState{u.Name, old}, After: AliasState{u.Name, clean}, Why: why})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT app.set_aliases($1, $2)`, unit, clean)
		return err
	})
	if err != nil {
		return fmt.Errorf("set aliases: %w", err)
	}
	return d.units.Reload(ctx)
}

// aliases cleans the names and says what is wrong with them.
func aliases(u *units.Unit, names []string) ([]string, tickets.Invalid) {
	out := []string{}
	for _, n := range names {
		n = strings.TrimSpace(n)
		switch {
		case n == "" || slices.Contains(out, n):
			continue
		case len(Text("names", n, 20)) > 0:
			return nil, Text("names", n, 20)
		case strings.ContainsFunc(n, func(r rune) bool { return !isName(r) }):
			return nil, tickets.Invalid{{Field: "names", ZH: "别名只用汉字、字母和数字", EN: "letters and digits only"}}
		case !tickets.AliasWorks(u.Kind, n):
			return nil, tickets.Invalid{{Field: "names", ZH: "别名至少两字；乡镇、村的别名须以镇、乡、街道、村、社区结尾，否则会认错", EN: "at least two characters; a township's or village's must end in its rank (镇 乡 街道 村 社区)"}}
		}
		out = append(out, n)
	}
	if len(out) > mostAliases {
		return nil, tickets.Invalid{{Field: "names", ZH: "别名过多", EN: "too many"}}
	}
	return out, nil
}

func isName(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0x3400 && r <= 0x9fff || r >= 0x20000
}
