package dutydb_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"hotline/internal/duty"
	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/internal/pgtest"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/dutydb"
	"hotline/tickets/settingdb"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

type world struct {
	*pgtest.Env
	db *dutydb.DB
}

func open(t *testing.T) *world {
	t.Helper()
	e := pgtest.New(t)
	e.Exec(t, `INSERT INTO persons (name) VALUES ('安全员')`)
	e.Exec(t, `INSERT INTO accounts (login, person, unit, password_hash, created_at) SELECT 'security', max(id), 1, '', now() FROM persons`)
	e.Exec(t, `INSERT INTO account_roles (account, role, starts_at) SELECT id, 'security', '2024-01-01' FROM accounts WHERE login = 'security'`)
	return &world{e, dutydb.New(e.PG, e.Units)}
}

func (w *world) account(t *testing.T, login string) (id int) {
	t.Helper()
	w.Row(t, `SELECT id FROM accounts WHERE login = $1`, []any{login}, &id)
	return id
}

// loan is a week of the role, from now on.
func (w *world) loan(t *testing.T, login, role string) dutydb.Loan {
	t.Helper()
	return dutydb.Loan{Account: w.account(t, login), Role: role, From: w.Clock.Now(), To: w.Clock.Now().AddDate(0, 0, 7)}
}

func (w *world) has(t *testing.T, login, role string) bool {
	t.Helper()
	me, err := w.PG.Whoami(ctx, w.Session(t, login))
	if err != nil {
		t.Fatal(err)
	}
	return me.Has(role)
}

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

func TestALentRoleHoldsAtTheNextRequestAndEndsByItself(t *testing.T) {
	t.Parallel()
	w := open(t)
	lead := w.Session(t, "lead-140428")
	borrower := w.Session(t, "handler-140428")
	if err := w.db.Lend(ctx, lead, w.loan(t, "handler-140428", tickets.RoleLead), "出差一周"); err != nil {
		t.Fatal(err)
	}
	if me, err := w.PG.Whoami(ctx, borrower); err != nil || !me.Has(tickets.RoleLead) || !me.Has(tickets.RoleInvestigator) {
		t.Errorf("the open session: %+v, %v", me.Roles, err)
	}
	if list, err := w.db.Loans(ctx, lead); err != nil || len(list) != 1 || list[0].LentBy == "" {
		t.Errorf("loans %+v: %v", list, err)
	}
	w.Clock.Add(7*24*time.Hour - time.Second)
	if !w.has(t, "handler-140428", tickets.RoleLead) {
		t.Error("ended early")
	}
	w.Clock.Add(time.Second)
	if w.has(t, "handler-140428", tickets.RoleLead) {
		t.Error("did not end")
	}
	w.checkChain(t, "account", int64(w.account(t, "handler-140428")), 1)
}

func TestALoanIsRevokedEarlyAndOneToComeIsTakenBack(t *testing.T) {
	t.Parallel()
	w := open(t)
	lead := w.Session(t, "lead-140428")
	now := w.loan(t, "handler-140428", tickets.RoleLead)
	later := w.loan(t, "handler2-140428", tickets.RoleLead)
	later.From = later.From.AddDate(0, 0, 2)
	for _, l := range []dutydb.Loan{now, later} {
		if err := w.db.Lend(ctx, lead, l, "出差"); err != nil {
			t.Fatal(err)
		}
	}
	w.Clock.Add(time.Hour)
	for _, l := range []dutydb.Loan{now, later} {
		if err := w.db.EndLoan(ctx, lead, l, "提前回来"); err != nil {
			t.Fatal(err)
		}
		if err := w.db.EndLoan(ctx, lead, l, "再来一次"); !errors.Is(err, pg.ErrNotFound) {
			t.Errorf("ended twice: %v", err)
		}
	}
	if w.has(t, "handler-140428", tickets.RoleLead) {
		t.Error("still a lead")
	}
	w.Clock.Add(3 * 24 * time.Hour)
	if w.has(t, "handler2-140428", tickets.RoleLead) {
		t.Error("the loan to come came")
	}
	w.checkChain(t, "account", int64(w.account(t, "handler-140428")), 2)
}

func TestNobodyLendsWhatIsNotTheirsToLend(t *testing.T) {
	t.Parallel()
	w := open(t)
	refused := func(name string, err error) {
		t.Helper()
		var bad tickets.Invalid
		if err == nil || !errors.Is(err, pg.ErrRefused) && !errors.Is(err, pg.ErrNotFound) && !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	county := w.Session(t, "lead-140428")
	refused("to another county", w.db.Lend(ctx, county, w.loan(t, "handler-140427", tickets.RoleLead), "试"))
	refused("to the unit above", w.db.Lend(ctx, county, w.loan(t, "investigator-city", tickets.RoleLead), "试"))
	refused("to oneself", w.db.Lend(ctx, county, w.loan(t, "lead-140428", tickets.RoleOperator), "试"))
	refused("a custodian's role", w.db.Lend(ctx, county, w.loan(t, "handler-140428", tickets.RoleCustodian), "试"))
	refused("the system's role", w.db.Lend(ctx, county, w.loan(t, "handler-140428", tickets.RoleSystem), "试"))
	refused("what is held already", w.db.Lend(ctx, county, w.loan(t, "handler-140428", tickets.RoleInvestigator), "试"))
	refused("without a reason", w.db.Lend(ctx, county, w.loan(t, "handler-140428", tickets.RoleLead), " "))
	long := w.loan(t, "handler-140428", tickets.RoleLead)
	long.To = long.To.AddDate(1, 0, 0)
	refused("for a year", w.db.Lend(ctx, county, long, "试"))
	for _, login := range []string{"operator", "handler-140428", "system", "auditor", "clerk-140428102201"} {
		refused(login+" lends", w.db.Lend(ctx, w.Session(t, login), w.loan(t, "handler2-140428", tickets.RoleLead), "试"))
	}
	// A deputy does not lend on.
	if err := w.db.Lend(ctx, county, w.loan(t, "handler-140428", tickets.RoleLead), "出差"); err != nil {
		t.Fatal(err)
	}
	refused("a deputy lends", w.db.Lend(ctx, w.Session(t, "handler-140428"), w.loan(t, "handler2-140428", tickets.RoleLead), "试"))
	// A lead does lend to the township below.
	if err := w.db.Lend(ctx, county, w.loan(t, "handler-140428102", tickets.RoleLead), "所长学习"); err != nil {
		t.Errorf("to the township below: %v", err)
	}
	var n int
	w.Row(t, `SELECT count(*) FROM account_roles WHERE lent_by IS NOT NULL`, nil, &n)
	if n != 2 {
		t.Errorf("%d loans stored, want 2", n)
	}
}

func TestSecurityLendsAnyRoleButNeverTwoOfTheThreeOffices(t *testing.T) {
	t.Parallel()
	w := open(t)
	security := w.Session(t, "security")
	if err := w.db.Lend(ctx, security, w.loan(t, "investigator-city", tickets.RoleSystem), "系统管理员休假"); err != nil {
		t.Fatal(err)
	}
	var bad tickets.Invalid
	for login, role := range map[string]string{"system": tickets.RoleJournal, "investigator-city": tickets.RoleSecurity} {
		if err := w.db.Lend(ctx, security, w.loan(t, login, role), "试"); !errors.As(err, &bad) || bad[0].Field != "role" {
			t.Errorf("%s to %s: %v", role, login, err)
		}
	}
	if err := w.db.Lend(ctx, security, w.loan(t, "security", tickets.RoleLead), "试"); err == nil {
		t.Error("security lent to itself")
	}
}

func TestTheDatabaseRefusesALoanWithoutItsJournalRow(t *testing.T) {
	t.Parallel()
	w := open(t)
	l := w.loan(t, "handler-140428", tickets.RoleLead)
	for name, sql := range map[string]string{
		"no journal row": `SELECT app.lend($1, 'lead', $2, $3, $2, 1)`,
		"straight in":    `INSERT INTO account_roles (account, role, starts_at, ends_at) VALUES ($1, 'lead', $2, $3)`,
	} {
		err := w.PG.Do(ctx, w.Session(t, "lead-140428"), func(tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql, l.Account, l.From, l.To)
			return err
		})
		if !errors.Is(err, pg.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAUnitWhoseLeadsAreAllAwayIsNamed(t *testing.T) {
	t.Parallel()
	w := open(t)
	lead, now := w.Session(t, "lead-140428"), w.Clock.Now()
	away := func(login string, unit, from, to int) {
		if err := w.db.GoAway(ctx, lead, dutydb.Away{Unit: unit, Person: w.Person(t, login), From: now.AddDate(0, 0, from), To: now.AddDate(0, 0, to)}, "年休假"); err != nil {
			t.Fatal(err)
		}
	}
	away("lead-140428", 10, 1, 5)
	away("lead-140428102", 13, 2, 3)
	got := func() string {
		list, err := w.db.Leaderless(ctx, lead)
		if err != nil {
			t.Fatal(err)
		}
		s := ""
		for _, x := range list {
			s += workday.DateOf(x.From).String() + "/" + workday.DateOf(x.To).String() + "/" + w.Units.Tree().Name(x.Unit) + " "
		}
		return s
	}
	if want := "2026-11-18/2026-11-19/长子县石哲镇 "; got() != want {
		t.Errorf("got %q, want %q", got(), want) // lead2 is at the county
	}
	away("lead2-140428", 10, 4, 6)
	if want := "2026-11-20/2026-11-21/长子县民政局 2026-11-18/2026-11-19/长子县石哲镇 "; got() != want {
		t.Errorf("got %q, want %q", got(), want)
	}
	deputy := w.loan(t, "handler-140428", tickets.RoleLead)
	if err := w.db.Lend(ctx, lead, deputy, "代理"); err != nil {
		t.Fatal(err)
	}
	list, err := w.db.Absences(ctx, lead)
	if err != nil || len(list) != 3 {
		t.Fatalf("absences %d: %v", len(list), err)
	}
	for _, x := range list {
		if x.Unit == 13 {
			if err := w.db.ComeBack(ctx, lead, x.ID, "取消"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got() != "" {
		t.Errorf("covered, but %q", got())
	}
	if list, err := w.db.Absences(ctx, w.Session(t, "lead-140427")); err != nil || len(list) != 0 {
		t.Errorf("another county sees %d absences: %v", len(list), err)
	}
	if err := w.db.GoAway(ctx, w.Session(t, "lead-140427"), dutydb.Away{Unit: 10, Person: w.Person(t, "lead-140428"), From: now, To: now.AddDate(0, 0, 1)}, "试"); err == nil {
		t.Error("another county sends a lead away")
	}
}

func TestTheRosterIsFilledCopiedAndCleared(t *testing.T) {
	t.Parallel()
	w := open(t)
	lead, monday := w.Session(t, "lead-140428"), workday.NewDate(2026, 11, 16)
	turn := func(day int, login string) dutydb.Turn {
		return dutydb.Turn{Unit: 10, Person: w.Person(t, login), Phone: "139-0000 0001", From: monday.Add(day).Start().Add(18 * time.Hour), To: monday.Add(day + 1).Start().Add(8 * time.Hour)}
	}
	for day, login := range []string{"lead-140428", "handler-140428", "lead2-140428"} {
		if err := w.db.AddTurn(ctx, lead, turn(day, login), "排班"); err != nil {
			t.Fatal(err)
		}
	}
	var bad tickets.Invalid
	for name, change := range map[string]func(*dutydb.Turn){
		"twice on duty":  func(x *dutydb.Turn) { x.From = x.From.Add(time.Hour) },
		"reversed":       func(x *dutydb.Turn) { x.To = x.From },
		"a week long":    func(x *dutydb.Turn) { x.To = x.From.AddDate(0, 0, 7) },
		"past":           func(x *dutydb.Turn) { x.From, x.To = x.From.AddDate(0, 0, -9), x.To.AddDate(0, 0, -9) },
		"not a phone":    func(x *dutydb.Turn) { x.Phone = "打我手机" },
		"another unit's": func(x *dutydb.Turn) { x.Person = w.Person(t, "handler-140427") },
	} {
		x := turn(0, "lead-140428")
		change(&x)
		if err := w.db.AddTurn(ctx, lead, x, "排班"); !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.db.AddTurn(ctx, w.Session(t, "lead-140427"), turn(4, "handler-140428"), "排班"); err == nil {
		t.Error("another county filled the roster")
	}
	w.Clock.Add(7 * 24 * time.Hour)
	for i, want := range []int{3, 0} {
		if n, err := w.db.CopyWeek(ctx, lead, 10, monday.Add(7), "沿用上周"); err != nil || n != want {
			t.Errorf("copy %d: %d, want %d: %v", i+1, n, want, err)
		}
	}
	week := duty.Span{From: monday.Add(7).Start(), To: monday.Add(14).Start()}
	list, err := w.db.Turns(ctx, lead, 10, week)
	if err != nil || len(list) != 3 {
		t.Fatalf("shifts %d: %v", len(list), err)
	}
	if err := w.db.RemoveTurn(ctx, w.Session(t, "lead-140427"), list[0].ID, "试"); !errors.Is(err, pg.ErrNotFound) {
		t.Errorf("another county removes: %v", err)
	}
	if err := w.db.RemoveTurn(ctx, lead, list[0].ID, "换班"); err != nil {
		t.Fatal(err)
	}
	if list, _ := w.db.Turns(ctx, lead, 10, week); len(list) != 2 {
		t.Errorf("after the removal %d", len(list))
	}
	w.checkChain(t, "unit", 10, 7)
}

func TestTwoLeadsPutTheSamePersonOnDutyOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, login := range []string{"lead-140428", "lead2-140428"} {
		c := w.Session(t, login)
		x := dutydb.Turn{Unit: 10, Person: w.Person(t, "handler-140428"), From: w.Clock.Now().Add(time.Duration(9+i) * time.Hour), To: w.Clock.Now().Add(20 * time.Hour)}
		both.Go(func() { errs[i] = w.db.AddTurn(ctx, c, x, "排班") })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%v and %v, want one winner", errs[0], errs[1])
	}
}

func TestALeadSetsTheNumbersOfTheOwnUnits(t *testing.T) {
	t.Parallel()
	w := open(t)
	lead := w.Session(t, "lead-140428")
	if err := w.db.SetPhones(ctx, lead, 10, 0, "0355-8322222", "13900000009", "换号"); err != nil {
		t.Fatal(err)
	}
	if u := w.Units.Tree().Find(10); u.NightPhone != "13900000009" {
		t.Errorf("in force: %+v", u)
	}
	if err := w.db.SetPhones(ctx, lead, 10, 0, "110", "120", "试"); !errors.Is(err, settingdb.ErrMoved) {
		t.Errorf("stale: %v", err)
	}
	for _, unit := range []int{1, 20} {
		if err := w.db.SetPhones(ctx, lead, unit, 0, "110", "120", "试"); !errors.Is(err, pg.ErrRefused) {
			t.Errorf("unit %d: %v", unit, err)
		}
	}
	var bad tickets.Invalid
	if err := w.db.SetPhones(ctx, lead, 10, 1, "12; DROP TABLE units", "", "试"); !errors.As(err, &bad) {
		t.Errorf("hostile number: %v", err)
	}
}
