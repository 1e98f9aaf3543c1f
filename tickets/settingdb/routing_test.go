package settingdb_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/settingdb"
)

func TestReleasedKindsAndDangerWordsAreEditedAndUndone(t *testing.T) {
	t.Parallel()
	w := open(t)
	if err := w.db.SetReleased(ctx, w.system, 0, []string{"inquiry"}, "只放开咨询"); err != nil {
		t.Fatal(err)
	}
	word := tickets.DangerWord{Word: "煤窑 透水", Weight: tickets.Critical}
	if err := w.db.AddDanger(ctx, w.system, 0, word, "矿区多发"); err != nil {
		t.Fatal(err)
	}
	r, err := w.db.Routing(ctx)
	if err != nil || r.Released["help"] || !r.Released["inquiry"] || len(r.Danger) != 1 || r.Danger[0].Word != "煤窑透水" {
		t.Fatalf("routing %+v: %v", r, err)
	}
	if err := w.db.SetReleased(ctx, w.system, 0, nil, "试"); !errors.Is(err, settingdb.ErrMoved) {
		t.Errorf("a stale edit: %v", err)
	}
	if err := w.db.UndoSetting(ctx, w.system, settingdb.Released, 1, "恢复"); err != nil {
		t.Fatal(err)
	}
	if err := w.db.RemoveDanger(ctx, w.system, 1, "煤窑透水", "不用了"); err != nil {
		t.Fatal(err)
	}
	if r, _ = w.db.Routing(ctx); !r.Released["help"] || !r.Released["suggestion"] || r.Released["report"] || len(r.Danger) != 0 {
		t.Errorf("after undo and removal: %+v", r)
	}
	if err := w.db.UndoSetting(ctx, w.system, settingdb.Danger, 2, "还是要"); err != nil {
		t.Fatal(err)
	}
	if r, _ = w.db.Routing(ctx); len(r.Danger) != 1 || r.Danger[0].Weight != tickets.Critical {
		t.Errorf("after the second undo: %+v", r)
	}
	w.checkChain(t, "settings", 4, 5)
}

func TestRoutingSettingsRefuseWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	w := open(t)
	for name, err := range map[string]error{
		"unknown kind":  w.db.SetReleased(ctx, w.system, 0, []string{"everything"}, "试"),
		"one character": w.db.AddDanger(ctx, w.system, 0, tickets.DangerWord{Word: "死", Weight: tickets.Critical}, "试"),
		"an own word":   w.db.AddDanger(ctx, w.system, 0, tickets.DangerWord{Word: "自杀", Weight: tickets.Critical}, "试"),
		"no weight":     w.db.AddDanger(ctx, w.system, 0, tickets.DangerWord{Word: "透水", Weight: "normal"}, "试"),
		"markup":        w.db.AddDanger(ctx, w.system, 0, tickets.DangerWord{Word: "<b>透水", Weight: tickets.Urgent}, "试"),
		"too long":      w.db.AddDanger(ctx, w.system, 0, tickets.DangerWord{Word: strings.Repeat("透", 21), Weight: tickets.Urgent}, "试"),
		"no reason":     w.db.AddDanger(ctx, w.system, 0, tickets.DangerWord{Word: "透水", Weight: tickets.Urgent}, ""),
		"alias markup":  w.db.SetAliases(ctx, w.system, 10, 0, []string{"<script>"}, "试"),
		"bare alias":    w.db.SetAliases(ctx, w.system, 13, 0, []string{"石哲"}, "试"),
	} {
		var bad tickets.Invalid
		if !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, unit := range []int{0, 1, 11, 999} {
		if err := w.db.SetAliases(ctx, w.system, unit, 0, []string{"老县城"}, "试"); !errors.Is(err, pg.ErrNotFound) {
			t.Errorf("unit %d: %v", unit, err)
		}
	}
	if err := w.db.AddDanger(ctx, w.Session(t, "lead-city"), 0, tickets.DangerWord{Word: "透水", Weight: tickets.Urgent}, "试"); !errors.Is(err, pg.ErrRefused) {
		t.Errorf("a lead adds a danger word: %v", err)
	}
	if err := w.db.SetAliases(ctx, w.Session(t, "lead-city"), 10, 0, []string{"鲍店"}, "试"); !errors.Is(err, pg.ErrRefused) {
		t.Errorf("a lead sets names: %v", err)
	}
}

func TestAnAliasIsUnderstoodAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	if err := w.db.SetAliases(ctx, w.system, 13, 0, []string{"老石哲镇", "老石哲镇", " "}, "老人习惯"); err != nil {
		t.Fatal(err)
	}
	at := tickets.NewRegions(w.Units.Tree()).Locate("", "老石哲镇青杨岭", "")
	if at.Township == nil || at.Township.ID != 13 {
		t.Errorf("located at %+v", at)
	}
	if got := w.Units.Tree().Find(13).Aliases; len(got) != 1 {
		t.Errorf("aliases %v", got)
	}
}

func TestTheShiftInForceIsTheNumberToCall(t *testing.T) {
	t.Parallel()
	w := open(t)
	now := w.Clock.Now()
	w.Exec(t, `INSERT INTO duty_shifts (id, unit, person, phone, from_at, to_at, removed_at) VALUES
		(-1, 10, 1, '13900000001', $1::timestamptz - interval '1 hour', $1::timestamptz + interval '1 hour', NULL),
		(-2, 10, 1, '13900000002', $1::timestamptz - interval '2 hours', $1::timestamptz, NULL),
		(-3, 20, 1, '13900000003', $1::timestamptz - interval '1 hour', $1::timestamptz + interval '1 hour', $1)`, now)
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{0, "13900000001"}, {time.Hour, ""}} {
		r, err := settingdb.ReadRouting(ctx, w.PG, now.Add(c.after))
		if err != nil || r.Phones[10] != c.want || r.Phones[20] != "" {
			t.Errorf("after %s: %v, %v", c.after, r.Phones, err)
		}
	}
}
