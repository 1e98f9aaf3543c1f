package settingdb_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/internal/pgtest"
	"hotline/internal/units/unitdb"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/categorydb"
	"hotline/tickets/settingdb"
	"hotline/tickets/ticketdb"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

type world struct {
	*pgtest.Env
	db      *settingdb.DB
	matters *categorydb.Cache
	system  pg.Caller
}

func open(t *testing.T) *world {
	t.Helper()
	e := pgtest.New(t)
	var rows [][4]string
	for _, k := range tickets.Categories {
		rows = append(rows, [4]string{k.Code, k.Parent, k.ZH, k.GB})
	}
	if err := unitdb.SeedCategories(ctx, e.OwnerURL, rows); err != nil {
		t.Fatal(err)
	}
	matters, err := categorydb.NewCache(ctx, e.PG)
	if err != nil {
		t.Fatal(err)
	}
	return &world{e, settingdb.New(settingdb.Config{PG: e.PG, Categories: matters, Clocks: e.Clocks, Units: e.Units}), matters, e.Session(t, "system")}
}

func (w *world) category(code string) settingdb.CategoryEdit {
	list, err := w.db.Categories(ctx, w.system)
	if err != nil {
		panic(err)
	}
	for _, x := range list {
		if x.Code == code {
			return settingdb.CategoryEdit{CategoryState: x.CategoryState, Version: x.Version, Why: "试"}
		}
	}
	panic("no category " + code)
}

// checkChain verifies the journal of a subject that is no ticket.
func (w *world) checkChain(t *testing.T, kind string, subject int64, want int) {
	t.Helper()
	rows, err := journal.Of(ctx, w.PG.Machines(), kind, subject)
	if err != nil {
		t.Fatal(err)
	}
	h := journal.Head{Kind: kind, Subject: subject}
	w.Row(t, `SELECT seq, head FROM journal_heads WHERE kind = $1 AND subject = $2`, []any{kind, subject}, &h.Seq, &h.Hash)
	if err := journal.VerifyChain(rows, h); err != nil || len(rows) != want {
		t.Errorf("journal of %s %d: %d rows, want %d: %v", kind, subject, len(rows), want, err)
	}
}

func TestCategoriesAreAddedRenamedMovedRetiredAndUndone(t *testing.T) {
	t.Parallel()
	w := open(t)
	code, err := w.db.AddCategory(ctx, w.system, settingdb.CategoryEdit{CategoryState: settingdb.CategoryState{Parent: "pay", ZH: "一卡通换卡", GB: "0101"}, Why: "平台新增"})
	if err != nil || code != "pay.c1" {
		t.Fatalf("added %q: %v", code, err)
	}
	e := w.category(code)
	e.ZH, e.Parent = "换卡", "funds"
	if err := w.db.EditCategory(ctx, w.system, e); err != nil {
		t.Fatal(err)
	}
	if c, _ := w.matters.Tree().Find(code); c.ZH != "换卡" || c.Parent != "funds" || c.GB != "0101" {
		t.Errorf("in force: %+v", c)
	}
	if err := w.db.UndoCategory(ctx, w.system, code, 2, "改错了"); err != nil {
		t.Fatal(err)
	}
	if c, _ := w.matters.Tree().Find(code); c.ZH != "一卡通换卡" || c.Parent != "pay" {
		t.Errorf("after the undo: %+v", c)
	}
	e = w.category("pay.late")
	e.Retired = true
	if err := w.db.EditCategory(ctx, w.system, e); err != nil {
		t.Fatal(err)
	}
	if c, ok := w.matters.Tree().Find("pay.late"); !ok || c.ZH != "资金未到账" || w.matters.Tree().Usable("pay.late") {
		t.Errorf("a retired one must be readable and not usable: %+v", c)
	}
	list, _, err := w.db.History(ctx, w.system, "", 0, settingdb.Category)
	if err != nil || len(list) != 4 || list[0].Key != "pay.late" || list[0].Name == "" || !list[0].Newest || list[2].Newest {
		t.Errorf("history %+v: %v", list, err)
	}
	w.checkChain(t, "settings", 1, 4)
	if r, err := ticketdb.Verify(ctx, w.PG, 5); err != nil || len(r.Faults) > 0 || r.Rows != 4 {
		t.Errorf("verify %+v: %v", r, err)
	}
	w.Exec(t, `UPDATE journal SET actor = 'person:99' WHERE subject_kind = 'settings' AND seq = 2`)
	if r, err := ticketdb.Verify(ctx, w.PG, 5); err != nil || len(r.Faults) != 1 || r.Faults[0].Seq != 2 {
		t.Errorf("verify does not see the altered row: %+v: %v", r, err)
	}
}

func TestUndoOfAnAddedCategoryRetiresIt(t *testing.T) {
	t.Parallel()
	w := open(t)
	code, err := w.db.AddCategory(ctx, w.system, settingdb.CategoryEdit{CategoryState: settingdb.CategoryState{ZH: "婚姻登记"}, Why: "新增"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.db.UndoCategory(ctx, w.system, code, 1, "不归本局"); err != nil {
		t.Fatal(err)
	}
	if w.matters.Tree().Usable(code) {
		t.Error("still usable")
	}
}

func TestACategoryThatMakesNoSenseIsNamedByItsField(t *testing.T) {
	t.Parallel()
	w := open(t)
	for name, c := range map[string]struct {
		field  string
		change func(*settingdb.CategoryEdit)
	}{
		"no name":         {"zh", func(e *settingdb.CategoryEdit) { e.ZH = "  " }},
		"long name":       {"zh", func(e *settingdb.CategoryEdit) { e.ZH = strings.Repeat("长", 31) }},
		"NUL":             {"zh", func(e *settingdb.CategoryEdit) { e.ZH = "a\x00b" }},
		"not UTF-8":       {"zh", func(e *settingdb.CategoryEdit) { e.ZH = "\xff\xfe" }},
		"same name":       {"zh", func(e *settingdb.CategoryEdit) { e.ZH = "少发漏发" }},
		"under itself":    {"parent", func(e *settingdb.CategoryEdit) { e.Parent = e.Code }},
		"third level":     {"parent", func(e *settingdb.CategoryEdit) { e.Parent = "apply.slow" }},
		"unknown parent":  {"parent", func(e *settingdb.CategoryEdit) { e.Parent = "nowhere" }},
		"hostile gb code": {"gb", func(e *settingdb.CategoryEdit) { e.GB = "'; DROP TABLE categories;--" }},
		"no reason":       {"why", func(e *settingdb.CategoryEdit) { e.ZH, e.Why = "别的", " " }},
	} {
		e := w.category("pay.late")
		c.change(&e)
		var bad tickets.Invalid
		if err := w.db.EditCategory(ctx, w.system, e); !errors.As(err, &bad) || bad[0].Field != c.field {
			t.Errorf("%s: got %v, want a problem at %s", name, err, c.field)
		}
	}
	parent := w.category("pay")
	parent.Parent = "funds"
	var bad tickets.Invalid
	if err := w.db.EditCategory(ctx, w.system, parent); !errors.As(err, &bad) || bad[0].Field != "parent" {
		t.Errorf("one with its own below went under another: %v", err)
	}
}

func TestOnlyTheSystemsAdministratorEdits(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Exec(t, `INSERT INTO persons (name) VALUES ('安全员')`)
	w.Exec(t, `INSERT INTO accounts (login, person, unit, password_hash, created_at) SELECT 'security', max(id), 1, '', now() FROM persons`)
	w.Exec(t, `INSERT INTO account_roles (account, role, starts_at) SELECT id, 'security', '2024-01-01' FROM accounts WHERE login = 'security'`)
	for _, login := range []string{"operator", "lead-city", "lead-140428", "investigator-city", "auditor", "security", "clerk-140428102201"} {
		me := w.Session(t, login)
		e := w.category("pay.late")
		e.ZH = "改名"
		if err := w.db.EditCategory(ctx, me, e); !errors.Is(err, pg.ErrRefused) {
			t.Errorf("%s edits a category: %v", login, err)
		}
		if _, err := w.db.AddCategory(ctx, me, settingdb.CategoryEdit{CategoryState: settingdb.CategoryState{ZH: "新的"}, Why: "试"}); !errors.Is(err, pg.ErrRefused) {
			t.Errorf("%s adds a category: %v", login, err)
		}
		if err := w.db.EditRule(ctx, me, w.rule(t, "sign", func(r *settingdb.RuleEdit) { r.Amount = 8 })); !errors.Is(err, pg.ErrRefused) {
			t.Errorf("%s edits a rule: %v", login, err)
		}
		if list, _, err := w.db.History(ctx, me, "", 0, settingdb.Category, settingdb.Rule); err != nil || len(list) != 0 {
			t.Errorf("%s reads the history: %d, %v", login, len(list), err)
		}
	}
}

func TestOfTwoEditorsOneWins(t *testing.T) {
	t.Parallel()
	w := open(t)
	other := w.Session(t, "system")
	for what, edit := range map[string]func(pg.Caller, string) error{
		"category": func(c pg.Caller, name string) error {
			e := settingdb.CategoryEdit{CategoryState: settingdb.CategoryState{Code: "pay.late", Parent: "pay", ZH: name}, Why: "试"}
			return w.db.EditCategory(ctx, c, e)
		},
		"rule": func(c pg.Caller, source string) error {
			return w.db.EditRule(ctx, c, w.rule(t, "resolve.help", func(r *settingdb.RuleEdit) { r.Version, r.Amount, r.Source = 1, 4, source }))
		},
	} {
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, c := range []pg.Caller{w.system, other} {
			both.Go(func() { errs[i] = edit(c, []string{"甲", "乙"}[i]) })
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("%s: %v and %v, want one winner", what, errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil && !errors.Is(err, settingdb.ErrMoved) {
				t.Errorf("%s: the loser reads %v", what, err)
			}
		}
	}
}

func (w *world) rule(t *testing.T, code string, change func(*settingdb.RuleEdit)) settingdb.RuleEdit {
	t.Helper()
	lines, err := w.db.Rules(ctx, w.system)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.Code == code {
			e := settingdb.EditOf(l.Newest())
			e.EffectiveFrom, e.Source, e.Why = workday.DateOf(w.Clock.Now()), "长民发〔2026〕1号", "局务会决定"
			change(&e)
			return e
		}
	}
	t.Fatalf("no rule %s", code)
	return settingdb.RuleEdit{}
}

func TestAnEditedRuleHoldsForNewClocksOnly(t *testing.T) {
	t.Parallel()
	w := open(t)
	db, err := ticketdb.New(ticketdb.Config{PG: w.PG, Units: w.Units, Clocks: w.Clocks, Categories: w.matters, Vault: w.Vault})
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() { _ = db.Run(running) })
	t.Cleanup(func() { stop(); ended.Wait() })
	operator := w.Session(t, "operator")
	register := func(id string) *ticketdb.View {
		o, err := db.Open(ctx, operator, ticketdb.NewTicket{Kind: tickets.Help, Track: tickets.TrackOwn, Channel: "call", Naming: tickets.Named, Secrecy: tickets.OpenSecrecy, Urgency: tickets.Normal,
			Region: "140428102", Statement: "低保没到账。", Desk: 1, Source: "test", SourceID: id, Raw: []byte("{}"), Provenance: "machine"})
		if err != nil {
			t.Fatal(err)
		}
		v, err := db.Find(ctx, operator, o.Number)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	first := register("1")
	// The clock stands still: a pause is on, of which the clock's row knows nothing yet.
	w.Exec(t, `UPDATE tickets SET paused_at = $2 WHERE id = $1`, first.ID, w.Clock.Now())
	if err := w.db.EditRule(ctx, w.system, w.rule(t, "resolve.help", func(r *settingdb.RuleEdit) { r.Amount, r.EffectiveFrom = 3, r.EffectiveFrom.Add(1) })); err != nil {
		t.Fatal(err)
	}
	w.Exec(t, `UPDATE tickets SET paused_at = NULL WHERE id = $1`, first.ID)
	today := register("2")
	w.Clock.Add(24 * time.Hour)
	tomorrow := register("3")
	again, err := db.Find(ctx, operator, first.Number)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what    string
		v       *ticketdb.View
		version int
		due     string
	}{{"open before", again, 1, "2026-11-23"}, {"the same day", today, 1, "2026-11-23"}, {"from its day on", tomorrow, 2, "2026-11-20"}} {
		for _, d := range c.v.Deadlines {
			if d.Rule == "resolve.help" && (d.RuleVersion != c.version || workday.LastDateBefore(d.DueAt).String() != c.due) {
				t.Errorf("%s: version %d due %s, want %d, %s", c.what, d.RuleVersion, workday.LastDateBefore(d.DueAt), c.version, c.due)
			}
		}
	}
	if n, err := db.Recompute(ctx); err != nil || n != 0 {
		t.Errorf("computed again: %d, %v", n, err)
	}
	w.checkChain(t, "settings", 2, 1)
}

func TestThePreviewShowsTheExampleBeforeAndAfter(t *testing.T) {
	t.Parallel()
	w := open(t)
	x, err := w.db.PreviewRule(ctx, w.system, w.rule(t, "resolve.complaint", func(r *settingdb.RuleEdit) { r.Amount = 5 }))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range x.Lines {
		got[l.Rule] = workday.LastDateBefore(l.Before).String() + " " + workday.LastDateBefore(l.After).String()
	}
	// The internal due is measured back from it and moves along.
	if got["resolve.complaint"] != "2026-11-30 2026-11-23" || got["internal"] != "2026-11-27 2026-11-20" || len(got) != 2 {
		t.Errorf("lines %v", got)
	}
	lines, err := w.db.Rules(ctx, w.system)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if len(l.Versions) != 1 {
			t.Errorf("the preview stored %s", l.Code)
		}
	}
}

func TestARuleIsSwitchedOffAndBackOnByAnUndo(t *testing.T) {
	t.Parallel()
	w := open(t)
	if err := w.db.EditRule(ctx, w.system, w.rule(t, "first_contact", func(r *settingdb.RuleEdit) { r.Off, r.EffectiveFrom = true, r.EffectiveFrom.Add(7) })); err != nil {
		t.Fatal(err)
	}
	inForce := func(days int) bool {
		for _, r := range w.Clocks.Engine().Rules.Current(w.Clock.Now().AddDate(0, 0, days)) {
			if r.Code == "first_contact" {
				return true
			}
		}
		return false
	}
	if !inForce(6) || inForce(7) {
		t.Error("not off from its day on")
	}
	if err := w.db.UndoRule(ctx, w.system, "first_contact", 2, "恢复"); err != nil {
		t.Fatal(err)
	}
	if !inForce(6) || !inForce(7) {
		t.Error("not on again")
	}
	if err := w.db.UndoRule(ctx, w.system, "sign", 1, "试"); !errors.Is(err, pg.ErrNotFound) {
		t.Errorf("undo of what was never edited: %v", err)
	}
}

func TestARuleThatContradictsItselfIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t)
	for name, c := range map[string]struct {
		code, field string
		change      func(*settingdb.RuleEdit)
	}{
		"zero":                  {"sign", "amount", func(r *settingdb.RuleEdit) { r.Amount = 0 }},
		"huge":                  {"sign", "amount", func(r *settingdb.RuleEdit) { r.Amount = 1 << 30 }},
		"unknown unit":          {"sign", "amount", func(r *settingdb.RuleEdit) { r.Unit = "weeks" }},
		"unknown roll":          {"sign", "amount", func(r *settingdb.RuleEdit) { r.Roll = "sideways" }},
		"in the past":           {"sign", "effective_from", func(r *settingdb.RuleEdit) { r.Amount, r.EffectiveFrom = 2, r.EffectiveFrom.Add(-1) }},
		"far away":              {"sign", "effective_from", func(r *settingdb.RuleEdit) { r.Amount, r.EffectiveFrom = 2, r.EffectiveFrom.Add(5000) }},
		"no source":             {"sign", "source", func(r *settingdb.RuleEdit) { r.Amount, r.Source = 2, " " }},
		"negative extension":    {"sign", "extension_limit", func(r *settingdb.RuleEdit) { r.ExtensionLimit = -1 }},
		"extension of a day":    {"paid", "extension_limit", func(r *settingdb.RuleEdit) { r.ExtensionLimit = 3 }},
		"back beyond its floor": {"internal", "amount", func(r *settingdb.RuleEdit) { r.Amount = 3 }},
		"nothing changed":       {"sign", "", func(r *settingdb.RuleEdit) { r.Source = "系统默认值，待市局确认" }},
		"no reason":             {"sign", "why", func(r *settingdb.RuleEdit) { r.Amount, r.Why = 2, "" }},
	} {
		code := c.code
		if code == "paid" {
			code = "paid_out"
		}
		var bad tickets.Invalid
		if err := w.db.EditRule(ctx, w.system, w.rule(t, code, c.change)); !errors.As(err, &bad) || bad[0].Field != c.field {
			t.Errorf("%s: got %v, want a problem at %q", name, err, c.field)
		}
	}
}
