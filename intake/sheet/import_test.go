package sheet_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hotline/intake"
	"hotline/intake/intakedb"
	"hotline/intake/sheet"
	"hotline/internal/pg"
	"hotline/internal/pgtest"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const header = "工单编号,诉求类型,诉求内容,诉求人,诉求人电话,区划,派发时间,承诺完成时间,办理单位,办件状态\n"

const three = header +
	"CZ1,求助,我妈的低保这个月还没到卡上,王小明,19900001234,长子县,2026-11-13 10:00,2026-11-25 18:00,长子县民政局,办理中\n" +
	"CZ2,投诉,办低保拖了三个月没有结果,李小红,19900005678,壶关县,2026-11-13 11:00,2026-11-27 18:00,壶关县民政局,办理中\n" +
	"CZ3,咨询,,赵一,,长子县,2026-11-13 12:00,,,办理中\n"

type world struct {
	*pgtest.Env
	db   *ticketdb.DB
	desk *intake.Desk
}

func open(t *testing.T) *world {
	t.Helper()
	e := pgtest.New(t)
	db, err := ticketdb.New(ticketdb.Config{PG: e.PG, Units: e.Units, Clocks: e.Clocks, Vault: e.Vault})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- db.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return &world{e, db, intake.NewDesk(db)}
}

// run imports a csv and returns the counts and the result sheet's rows.
func (w *world) run(t *testing.T, csv string, dry bool) (sheet.Summary, [][]string) {
	t.Helper()
	im := sheet.Importer{Desk: w.desk, Store: intakedb.New(w.PG, w.Vault), Platform: "demo", DryRun: dry}
	var out bytes.Buffer
	sum, err := im.Import(t.Context(), strings.NewReader(csv), int64(len(csv)), &out)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return sum, rows[1:]
}

func (w *world) count(t *testing.T, sql string) int {
	t.Helper()
	var n int
	w.Row(t, sql, nil, &n)
	return n
}

func TestASheetOfOrdersBecomesTickets(t *testing.T) {
	t.Parallel()
	w := open(t)
	sum, rows := w.run(t, three, false)
	if want := (sheet.Summary{Rows: 3, Opened: 2, Rejected: 1}); sum != want {
		t.Fatalf("got %+v, want %+v", sum, want)
	}
	if rows[0][1] != string(sheet.Opened) || rows[2][1] != string(sheet.Rejected) || !strings.Contains(rows[2][3], "诉求内容") {
		t.Errorf("fates %q", rows)
	}
	v, err := w.db.Find(t.Context(), pg.Machine("machine:test"), rows[0][2])
	if err != nil {
		t.Fatal(err)
	}
	if v.Channel != "sheet" || v.Track != tickets.TrackOrder || v.Order == nil || v.Order.OrderNo != "CZ1" || v.Order.UnitText != "长子县民政局" || v.Order.HandleBy == nil || v.Region != "140428" {
		t.Errorf("ticket %+v, order %+v", v.Ticket, v.Order)
	}
	if n := w.count(t, `SELECT count(*) FROM submissions WHERE channel = 'sheet' AND source = 'sheet:demo'`); n != 1 {
		t.Errorf("the file is stored %d times", n)
	}
}

func TestADryRunChangesNothingAndForetells(t *testing.T) {
	t.Parallel()
	w := open(t)
	dry, before := w.run(t, three, true)
	if n := w.count(t, `SELECT (SELECT count(*) FROM tickets) + (SELECT count(*) FROM submissions)`); n != 0 {
		t.Fatalf("a dry run left %d rows", n)
	}
	real, after := w.run(t, three, false)
	if dry != real {
		t.Errorf("foretold %+v, came %+v", dry, real)
	}
	for i := range before {
		if before[i][1] != after[i][1] {
			t.Errorf("row %d: foretold %s, came %s", i, before[i][1], after[i][1])
		}
	}
}

func TestARepeatedImportIsANoOpAndAChangedRowIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t)
	_, first := w.run(t, three, false)
	again := strings.ReplaceAll(strings.Replace(three, "拖了三个月", "拖了五个月", 1), "办理中", "已超期")
	sum, rows := w.run(t, again, false)
	if want := (sheet.Summary{Rows: 3, Unchanged: 1, Changed: 1, Rejected: 1}); sum != want {
		t.Fatalf("got %+v, want %+v", sum, want)
	}
	if rows[0][2] != first[0][2] || rows[1][1] != string(sheet.Changed) || rows[1][2] != first[1][2] {
		t.Errorf("fates %q", rows)
	}
	if n := w.count(t, `SELECT count(*) FROM tickets`); n != 2 {
		t.Errorf("%d tickets", n)
	}
}

func TestTwoPeopleImportingAtOnceOpenEachOrderOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	done := make(chan sheet.Summary, 2)
	for range 2 {
		go func() {
			im := sheet.Importer{Desk: w.desk, Store: intakedb.New(w.PG, w.Vault), Platform: "demo"}
			sum, err := im.Import(context.Background(), strings.NewReader(three), int64(len(three)), nil)
			if err != nil {
				t.Error(err)
			}
			done <- sum
		}()
	}
	a, b := <-done, <-done
	if a.Opened+b.Opened != 2 || a.Unchanged+b.Unchanged != 2 {
		t.Errorf("%+v and %+v", a, b)
	}
}
