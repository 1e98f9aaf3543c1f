package settingdb_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/settingdb"
)

const notice2027 = `{"year":2027,"source":"国务院办公厅通知","off":[{"name":"元旦","from":"2027-01-01","to":"2027-01-03"},{"name":"春节","from":"2027-02-06","to":"2027-02-12"},
	{"name":"劳动节","from":"2027-05-01","to":"2027-05-05"},{"name":"国庆节","from":"2027-10-01","to":"2027-10-07"}],"work":[{"name":"春节","from":"2027-02-14"}]}`

func TestAYearIsImportedOnceAndItsClocksAreAskedAgain(t *testing.T) {
	t.Parallel()
	w := open(t)
	shown := w.Clocks.Engine().Calendar.Version()
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, c := range []pg.Caller{w.system, w.Session(t, "system")} {
		both.Go(func() { errs[i] = w.db.ImportYear(ctx, c, shown, []byte(notice2027), "国办发明电") })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v and %v, want one winner", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, settingdb.ErrMoved) {
			t.Errorf("the loser reads %v", err)
		}
	}
	now := w.Clocks.Engine().Calendar
	if now.Version() == shown || now.Provisional(2027) {
		t.Errorf("in force: %s", now.Version())
	}
	var jobs, active int
	w.Row(t, `SELECT count(*) FROM outbox WHERE kind = 'recompute'`, nil, &jobs)
	w.Row(t, `SELECT count(*) FROM calendars WHERE active`, nil, &active)
	if jobs != 2 || active != 1 {
		t.Errorf("%d jobs, %d active calendars", jobs, active)
	}
	lines, err := w.db.Calendars(ctx, w.system)
	if err != nil || len(lines) != 2 || lines[0].Name == "" && lines[1].Name == "" {
		t.Errorf("versions %+v: %v", lines, err)
	}
	w.checkChain(t, "settings", 3, 1)
}

func TestANoticeThatCannotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t)
	shown := w.Clocks.Engine().Calendar.Version()
	for name, notice := range map[string]string{
		"nothing": "", "no JSON": "<html>", "no year": `{"year":2027,"off":[],"work":[]}`, "a bomb": strings.Repeat("[", 100000),
		"another year's": strings.ReplaceAll(notice2027, `"year":2027`, `"year":2028`), "NUL": "{\"year\":2027,\"source\":\"\x00\"}",
	} {
		var bad tickets.Invalid
		if err := w.db.ImportYear(ctx, w.system, shown, []byte(notice), "试"); !errors.As(err, &bad) || bad[0].Field != "notice" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.db.ImportYear(ctx, w.system, "2020-2021.abc", []byte(notice2027), "试"); !errors.Is(err, settingdb.ErrMoved) {
		t.Errorf("a stale page: %v", err)
	}
	if err := w.db.ImportYear(ctx, w.Session(t, "lead-city"), shown, []byte(notice2027), "试"); !errors.Is(err, pg.ErrRefused) {
		t.Errorf("a lead imports: %v", err)
	}
	if w.Clocks.Engine().Calendar.Version() != shown {
		t.Error("something was imported")
	}
}
