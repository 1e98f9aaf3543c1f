package settingdb

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/tickets"
)

// CategoryState is a category as the history keeps it.
type CategoryState struct {
	Code    string `json:"code"`
	Parent  string `json:"parent,omitempty"`
	ZH      string `json:"zh"`
	EN      string `json:"en,omitempty"` // "": the shipped word, or the Chinese one
	GB      string `json:"gb,omitempty"`
	Retired bool   `json:"retired,omitempty"`
}

// CategoryEdit is what an administrator wants of a category.
type CategoryEdit struct {
	CategoryState
	Version int // of the history, as it was shown; 0: never edited
	Why     string
}

var (
	categoryCode = regexp.MustCompile(`^[a-z][a-z0-9_]{0,29}(\.[a-z0-9_]{1,30})?$`)
	gbCode       = regexp.MustCompile(`^[0-9A-Za-z.-]{0,20}$`)
)

// AddCategory adds a category. Without a code one is made. It returns the code;
// errors: tickets.Invalid, ErrMoved where the code is taken.
func (d *DB) AddCategory(ctx context.Context, c pg.Caller, e CategoryEdit) (code string, err error) {
	err = d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		if e.Code == "" {
			if e.Code, err = freeCode(ctx, tx, e.Parent); err != nil {
				return err
			}
		}
		e.clean()
		list, err := categoryStates(ctx, tx)
		if err != nil {
			return err
		}
		bad := e.check(list)
		if _, taken := list[e.Code]; taken {
			bad = append(bad, tickets.Problem{Field: "code", ZH: "编码已被使用", EN: "the code is taken"})
		}
		if len(bad) > 0 {
			return bad
		}
		if _, err := Record(ctx, tx, Change{Subject: Category, Key: e.Code, Version: e.Version, After: e.CategoryState, Why: e.Why}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO categories (code, parent, name, en, gb, active, ord) SELECT $1, nullif($2, ''), $3, $4, $5, true, coalesce(max(ord), 0) + 1 FROM categories`,
			e.Code, e.Parent, e.ZH, e.EN, e.GB)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("add category: %w", err)
	}
	return e.Code, d.matters.Reload(ctx)
}

// freeCode makes a code below the parent that nobody has.
func freeCode(ctx context.Context, tx *pg.Tx, parent string) (string, error) {
	prefix := "c"
	if parent != "" {
		prefix = parent + ".c"
	}
	var n int
	err := tx.QueryRow(ctx, `SELECT coalesce(max(substr(code, length($1) + 1)::int), 0) + 1 FROM categories WHERE starts_with(code, $1) AND substr(code, length($1) + 1) ~ '^[0-9]{1,6}$'`, prefix).Scan(&n)
	return fmt.Sprintf("%s%d", prefix, n), err
}

// EditCategory renames, moves, retires or revives a category, or gives it a
// GB/T 39666 code. Errors: tickets.Invalid, ErrMoved, pg.ErrNotFound.
func (d *DB) EditCategory(ctx context.Context, c pg.Caller, e CategoryEdit) error {
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error { return e.apply(ctx, tx) })
	if err != nil {
		return fmt.Errorf("edit category: %w", err)
	}
	return d.matters.Reload(ctx)
}

func (e *CategoryEdit) apply(ctx context.Context, tx *pg.Tx) error {
	e.clean()
	list, err := categoryStates(ctx, tx)
	if err != nil {
		return err
	}
	old, ok := list[e.Code]
	if !ok {
		return fmt.Errorf("category: %w", pg.ErrNotFound)
	}
	if bad := e.check(list); len(bad) > 0 {
		return bad
	}
	if old == e.CategoryState {
		return tickets.Invalid{{ZH: "没有改动", EN: "nothing was changed"}}
	}
	if _, err := Record(ctx, tx, Change{Subject: Category, Key: e.Code, Version: e.Version, Before: old, After: e.CategoryState, Why: e.Why}); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE categories SET parent = nullif($2, ''), name = $3, en = $4, gb = $5, active = $6 WHERE code = $1`, e.Code, e.Parent, e.ZH, e.EN, e.GB, !e.Retired)
	return err
}

// UndoCategory makes a new version that equals the one before the newest; one
// that was added is retired. Errors: ErrMoved, pg.ErrNotFound.
func (d *DB) UndoCategory(ctx context.Context, c pg.Caller, code string, version int, why string) error {
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		v, err := last(ctx, tx, Category, code)
		if err != nil {
			return err
		}
		if v.Version != version {
			return ErrMoved
		}
		back := v.Before
		if back == nil {
			back = v.After
		}
		e := CategoryEdit{Version: version, Why: why}
		if err := json.Unmarshal(back, &e.CategoryState); err != nil {
			return err
		}
		e.Retired = e.Retired || v.Before == nil
		return e.apply(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("undo category: %w", err)
	}
	return d.matters.Reload(ctx)
}

// categoryStates reads the tree as it is now. Edits of the tree wait for each
// other here, so that two of them cannot make a loop.
func categoryStates(ctx context.Context, tx *pg.Tx) (map[string]CategoryState, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockCategories); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT code, coalesce(parent, ''), name, en, gb, NOT active FROM categories`)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s CategoryState, err error) {
		return s, row.Scan(&s.Code, &s.Parent, &s.ZH, &s.EN, &s.GB, &s.Retired)
	})
	out := make(map[string]CategoryState, len(list))
	for _, s := range list {
		out[s.Code] = s
	}
	return out, err
}

// lockCategories is the advisory lock of edits of the tree.
const lockCategories = 20110001

func (e *CategoryEdit) clean() {
	for _, s := range []*string{&e.Code, &e.Parent, &e.ZH, &e.EN, &e.GB} {
		*s = strings.TrimSpace(*s)
	}
}

// check says what is wrong with the edit in the tree as it is.
func (e *CategoryEdit) check(list map[string]CategoryState) (bad tickets.Invalid) {
	no := func(field, zh, en string) { bad = append(bad, tickets.Problem{Field: field, ZH: zh, EN: en}) }
	bad = append(bad, Text("zh", e.ZH, 30)...)
	bad = append(bad, Text("en", e.EN, 60)...)
	if e.ZH == "" {
		no("zh", "请填写名称", "fill in the name")
	}
	if !categoryCode.MatchString(e.Code) {
		no("code", "编码由小写字母、数字和一个点组成", "small letters, digits and one dot")
	}
	if !gbCode.MatchString(e.GB) {
		no("gb", "国标代码不正确", "not a code")
	}
	if p, ok := list[e.Parent]; e.Parent != "" {
		switch {
		case !ok:
			no("parent", "没有这个上级类别", "no such category")
		case e.Parent == e.Code:
			no("parent", "不能归到自己下面", "not under itself")
		case p.Parent != "":
			no("parent", "类别只分两级", "there are two levels only")
		case p.Retired && !e.Retired:
			no("parent", "上级类别已停用", "its parent is retired")
		}
	}
	for _, o := range list {
		if o.Parent == e.Code && e.Code != "" && e.Parent != "" && o.Code != e.Code {
			no("parent", "它下面还有类别，不能再归到别的类别下面", "it has categories of its own")
			break
		}
	}
	for _, o := range list {
		if o.Code != e.Code && o.ZH == e.ZH && o.Parent == e.Parent && !o.Retired && !e.Retired {
			no("zh", "同级已有同名类别", "there is one of that name beside it")
			break
		}
	}
	return bad
}

// CategoryLine is a category as it is stored, with the version an edit must name.
type CategoryLine struct {
	CategoryState
	Version int
}

// Categories lists the tree as it is stored, a parent before its children.
func (d *DB) Categories(ctx context.Context, c pg.Caller) (out []CategoryLine, err error) {
	err = d.pg.Read(ctx, c, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `SELECT k.code, coalesce(k.parent, ''), k.name, k.en, k.gb, NOT k.active,
			coalesce((SELECT max(h.version) FROM setting_history h WHERE h.subject = 'category' AND h.key = k.code), 0)
			FROM categories k LEFT JOIN categories p ON p.code = k.parent
			ORDER BY coalesce(p.ord, k.ord), coalesce(p.code, k.code), k.parent IS NOT NULL, k.ord, k.code`)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (x CategoryLine, err error) {
			return x, row.Scan(&x.Code, &x.Parent, &x.ZH, &x.EN, &x.GB, &x.Retired, &x.Version)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list categories: %w", err)
	}
	return out, nil
}
