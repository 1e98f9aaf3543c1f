package ticketdb_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hotline/intake"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// sweep brings the figures up to date.
func (b *bench) sweep(t testing.TB) {
	t.Helper()
	for {
		n, err := b.db.SweepFacts(context.Background(), 100)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// year asks for everything in the test's years.
func year(with ...func(*ticketdb.Figures)) ticketdb.Figures {
	f := ticketdb.Figures{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, w := range with {
		w(&f)
	}
	return f
}

func (b *bench) sheet(t testing.TB, c pg.Caller, f ticketdb.Figures) ticketdb.Sheet {
	t.Helper()
	s, err := b.db.Indicators(context.Background(), c, f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// handled walks a help request of the county to its follow-up, or less far.
func (b *bench) handled(t testing.TB, unit int, until tickets.Action, with ...func(*intake.Submission)) string {
	t.Helper()
	o := b.register(t, b.Session(t, "operator"), help(with...))
	county := map[int]string{10: "140428", 20: "140427", 30: "140406"}[unit]
	lead, handler := b.Session(t, "lead-"+county), b.Session(t, "handler-"+county)
	for _, s := range []struct {
		by     pg.Caller
		action tickets.Action
		values tickets.Values
	}{
		{b.Session(t, "lead-city"), tickets.ActDispatch, tickets.Values{"unit": fmt.Sprint(unit)}},
		{lead, tickets.ActSign, nil},
		{lead, tickets.ActAssign, tickets.Values{"investigator": fmt.Sprint(b.Person(t, "handler-"+county))}},
		{handler, tickets.ActContactMade, tickets.Values{"way": "call"}},
		{handler, tickets.ActRecord, tickets.Values{"allegation": "1", "outcome": "done", "method": "核对名册"}},
		{handler, tickets.ActSubmit, tickets.Values{"public_text": "已补发。", "resolved": "true"}},
		{lead, tickets.ActApprove, nil},
		{handler, tickets.ActDelivered, tickets.Values{"way": "call", "evidence": "通话 2 分钟"}},
		{b.Session(t, "operator"), tickets.ActFollowUp, tickets.Values{"resolved": "true", "satisfaction": "satisfied"}},
	} {
		if until == tickets.ActRegister {
			break
		}
		b.act(t, s.by, o.Number, s.action, s.values)
		if s.action == until {
			break
		}
	}
	return o.Number
}

func TestIndicatorsCountEveryTicketOnceAndKeepTheOverdueInTheDenominator(t *testing.T) {
	t.Parallel()
	b := open(t)
	lead := b.Session(t, "lead-city")
	none := b.sheet(t, lead, year())
	if got, _ := tickets.IndicatorOf(tickets.OnTimeRate); got.Text(none.Total[tickets.OnTimeRate]) != "n/a" {
		t.Errorf("nothing counted is %s, want n/a", got.Text(none.Total[tickets.OnTimeRate]))
	}
	b.handled(t, 10, tickets.ActFollowUp)
	pending := b.handled(t, 20, tickets.ActSign)
	b.handled(t, 30, tickets.ActDispatch)
	b.sweep(t)
	if r := b.sheet(t, lead, year()).Total[tickets.OnTimeRate]; r != (tickets.Rate{}) {
		t.Errorf("before any due time has passed: %v, want 0/0", r)
	}
	b.Clock.Add(30 * 24 * time.Hour)
	s := b.sheet(t, lead, year(func(f *ticketdb.Figures) { f.By = "county" }))
	for code, want := range map[string]tickets.Rate{
		tickets.SignRate:     {Num: 2, Den: 3},
		tickets.OnTimeRate:   {Num: 1, Den: 3}, // two open and overdue
		tickets.ResponseRate: {Num: 1, Den: 3},
		tickets.SolvedRate:   {Num: 1, Den: 1},
		tickets.PleasedRate:  {Num: 1, Den: 1},
		tickets.RedoRate:     {Num: 0, Den: 1},
		tickets.ReturnRate:   {Num: 0, Den: 3},
		tickets.FollowRate:   {Num: 1, Den: 1},
	} {
		if got := s.Total[code]; got != want {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
	if got := s.Total[tickets.HandlingTime]; got.Den != 1 || got.Num != 9 {
		t.Errorf("minutes of handling: %v, want 9 of 1", got)
	}
	if len(s.Rows) != 3 {
		t.Fatalf("%d counties, want 3", len(s.Rows))
	}
	for _, r := range s.Rows {
		if r.Unit == 20 && (r.Rates[tickets.OnTimeRate] != tickets.Rate{Den: 1} || r.Rates[tickets.SignRate] != tickets.Rate{Num: 1, Den: 1}) {
			t.Errorf("the county of %s: %v", pending, r.Rates)
		}
	}
}

func TestEveryNumberOfTheSheetOpensAsManyRows(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.handled(t, 10, tickets.ActFollowUp)
	b.handled(t, 10, tickets.ActDelivered)
	b.handled(t, 20, tickets.ActSign)
	hidden := b.handled(t, 20, tickets.ActFollowUp)
	b.hide(t, hidden, -b.Person(t, "lead-city"))
	b.sweep(t)
	b.Clock.Add(30 * 24 * time.Hour)
	for _, login := range []string{"lead-city", "lead-140428", "lead-140427", "operator", "lead2-140427"} {
		caller := b.Session(t, login)
		for _, provenance := range []string{"", "machine", "typed", "none"} {
			f := year(func(f *ticketdb.Figures) { f.Provenance = provenance })
			s := b.sheet(t, caller, f)
			for _, i := range tickets.Indicators {
				r := s.Total[i.Code]
				parts := map[string]int64{"den": r.Den, "num": r.Num, "miss": r.Den - r.Num}
				if i.Hours {
					parts = map[string]int64{"den": r.Den}
				}
				for part, want := range parts {
					page, err := b.db.List(context.Background(), caller, ticketdb.Filter{Sort: "new", Fact: &ticketdb.Fact{Figures: f, Indicator: i.Code, Part: part}})
					if err != nil {
						t.Fatal(err)
					}
					if int64(len(page.Items)) != want {
						t.Errorf("%s sees %s %s %q as %d, and %d rows", login, i.Code, part, provenance, want, len(page.Items))
					}
				}
			}
		}
	}
	city := b.sheet(t, b.Session(t, "lead-city"), year()).Total[tickets.OnTimeRate]
	other := b.sheet(t, b.Session(t, "lead2-140427"), year()).Total[tickets.OnTimeRate]
	if city.Den != 3 || other.Den != 2 {
		t.Errorf("a recused lead counts %d, want 3; one who is not %d, want 2", city.Den, other.Den)
	}
	if _, err := b.db.Indicators(context.Background(), b.Session(t, "handler-140428"), year()); !errors.Is(err, tickets.ErrNotAllowed) {
		t.Errorf("an investigator counts: %v", err)
	}
}

// hide recuses somebody from a ticket.
func (b *bench) hide(t testing.TB, number string, key int) {
	t.Helper()
	b.Exec(t, `INSERT INTO recusals (ticket, key, reason, at, actor) SELECT id, $2, 'interest', $3, 'test' FROM tickets WHERE number = $1`, number, key, b.Clock.Now())
}

// facts reads the whole table.
func (b *bench) facts(t testing.TB) string {
	t.Helper()
	var out string
	b.Row(t, `SELECT coalesce(json_agg(f ORDER BY ticket)::text, '') FROM ticket_facts f`, nil, &out)
	return out
}

// TestRebuiltFactsAreThoseOfTheSweep lets people do at random what they may, with
// sweeps in between, and compares.
func TestRebuiltFactsAreThoseOfTheSweep(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(11, 12))
	logins := []string{"operator", "lead-city", "lead-140428", "lead2-140428", "handler-140428", "lead-140427"}
	values := func(row tickets.Row) tickets.Values {
		all := tickets.Values{"unit": []string{"10", "20", "13"}[rng.IntN(3)], "reason": "属地办理", "basis": "not_ours", "investigator": fmt.Sprint(b.Person(t, "handler-140428")),
			"way": "call", "evidence": "录音", "allegation": "1", "outcome": "done", "method": "核对", "public_text": "已办。", "resolved": []string{"true", "false"}[rng.IntN(2)],
			"unresolved_reason": "政策所限", "satisfaction": "satisfied", "note": "备注", "urgency": "urgent", "brief": "核查提纲"}
		out := tickets.Values{}
		for _, f := range row.Needs {
			out[f.Name] = all[f.Name]
		}
		return out
	}
	for range 8 {
		b.register(t, b.Session(t, "operator"), help())
	}
	done := 0
	for step := range 600 {
		var number string
		b.Row(t, `SELECT number FROM tickets ORDER BY id OFFSET $1 LIMIT 1`, []any{rng.IntN(8)}, &number)
		row := tickets.Flow[rng.IntN(len(tickets.Flow))]
		b.Clock.Add(time.Duration(rng.IntN(600)) * time.Minute)
		if _, err := b.db.Act(ctx, b.Session(t, logins[rng.IntN(len(logins))]), number, 0, row.Action, values(row)); err == nil {
			done++
		}
		if step%40 == 0 {
			b.sweep(t)
		}
	}
	if done < 20 {
		t.Fatalf("only %d acts came through", done)
	}
	b.sweep(t)
	swept := b.facts(t)
	b.Exec(t, `TRUNCATE ticket_facts`)
	if n, err := b.db.RebuildFacts(ctx); err != nil || n != 8 {
		t.Fatalf("rebuilt %d: %v", n, err)
	}
	if diff := cmp.Diff(swept, b.facts(t)); diff != "" {
		t.Errorf("rebuilt otherwise: %s", diff)
	}
}

func TestASweepLosesNoRowThatCommitsLate(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	first := b.handled(t, 10, tickets.ActDispatch)
	// Somebody draws a journal id and has not committed.
	conn := b.late(t, first)
	b.handled(t, 20, tickets.ActDispatch)
	for range 6 {
		b.sweep(t)
		b.Clock.Add(2 * time.Second)
	}
	var position, drawn int64
	b.Row(t, `SELECT position, (SELECT last_value FROM journal_id) FROM facts_progress`, nil, &position, &drawn)
	if position >= drawn {
		t.Fatalf("the position passed a transaction that still runs: %d of %d", position, drawn)
	}
	conn()
	for range 5000 { // transactions of other tests on this server hold it up as well
		b.sweep(t)
		b.Clock.Add(2 * time.Second)
		if b.Row(t, `SELECT position FROM facts_progress`, nil, &position); position == drawn {
			break
		}
	}
	var behind int
	b.Row(t, `SELECT count(*) FROM tickets t LEFT JOIN ticket_facts f ON f.ticket = t.id WHERE f.seq IS DISTINCT FROM t.seq`, nil, &behind)
	b.Row(t, `SELECT position FROM facts_progress`, nil, &position)
	if behind != 0 || position != drawn {
		t.Errorf("%d tickets behind, position %d of %d", behind, position, drawn)
	}
	if n, err := b.db.SweepFacts(ctx, 10); n != 0 || err != nil {
		t.Errorf("a sweep with no news: %d, %v", n, err)
	}
}

// late appends a journal row to the ticket in a transaction that commits when
// the function given back is called.
func (b *bench) late(t testing.TB, number string) (commit func()) {
	t.Helper()
	ready, finish, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- b.PG.Do(context.Background(), pg.Machine("machine:test"), func(tx *pg.Tx) error {
			var id int64
			err := tx.QueryRow(context.Background(), `WITH t AS (UPDATE tickets SET seq = seq + 1 WHERE number = $1 RETURNING id, seq)
				INSERT INTO journal (subject_kind, subject, seq, at, recorded_at, actor, action, provenance, commitments, prev, hash)
				SELECT 'ticket', id, seq, $2, $2, 'machine:test', 'note', 'machine', '{}', sha256('a'), sha256('b') FROM t RETURNING id`, number, tx.Now).Scan(&id)
			close(ready)
			<-finish
			return err
		})
	}()
	<-ready
	return func() {
		close(finish)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheBoardCountsWhatItsListsShow(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	b.handled(t, 10, tickets.ActSign)
	b.handled(t, 20, tickets.ActDispatch)
	b.handled(t, 20, tickets.ActFollowUp)
	b.handled(t, 30, tickets.ActRegister)
	hidden := b.handled(t, 10, tickets.ActDispatch)
	b.hide(t, hidden, -b.Person(t, "lead-140428"))
	b.sweep(t)
	b.Clock.Add(8 * 24 * time.Hour)
	for range 20 {
		if _, err := b.db.RaiseCards(ctx, b.Clock.Now(), 100); err != nil {
			t.Fatal(err)
		}
	}
	for login, want := range map[string]struct{ open, received int }{"lead-city": {4, 5}, "operator": {4, 5}, "lead-140428": {1, 1}, "lead2-140428": {2, 2}, "lead-140427": {1, 2}, "lead-140428102": {0, 0}} {
		caller := b.Session(t, login)
		p, err := b.db.Board(ctx, caller, 0)
		if err != nil {
			t.Fatal(err)
		}
		count := func(f ticketdb.Filter) int {
			t.Helper()
			page, err := b.db.List(ctx, caller, f)
			if err != nil {
				t.Fatal(err)
			}
			return len(page.Items)
		}
		if p.Open != want.open || p.Funnel[0] != want.received || p.Open != count(ticketdb.Filter{Open: true}) || p.Overdue != count(ticketdb.Filter{Overdue: true}) {
			t.Errorf("%s: %d open, %d overdue, %d received; want %+v", login, p.Open, p.Overdue, p.Funnel[0], want)
		}
		carded := 0
		for i, w := range ticketdb.CardLevels {
			carded += p.Cards[i]
			if n := count(ticketdb.Filter{Card: w.Code}); n != p.Cards[i] {
				t.Errorf("%s: %d under %s, listed %d", login, p.Cards[i], w.Code, n)
			}
		}
		if carded == 0 && want.open > 0 {
			t.Errorf("%s: no cards after eight days", login)
		}
		inAll, inAges, ofCategories := 0, 0, 0
		for _, u := range p.Units {
			inAll += u.Open
			if n := count(ticketdb.Filter{Open: true, Unit: u.Unit, Own: u.Own}); n != u.Open {
				t.Errorf("%s: unit %d has %d, listed %d", login, u.Unit, u.Open, n)
			}
		}
		for _, a := range p.Ages {
			inAges += a.N
		}
		for _, n := range p.Categories {
			ofCategories += n
		}
		if inAll != p.Open || inAges != p.Open || ofCategories != p.Open {
			t.Errorf("%s: %d by unit, %d by age, %d by category, of %d", login, inAll, inAges, ofCategories, p.Open)
		}
	}
	if _, err := b.db.Board(ctx, b.Session(t, "handler-140428"), 0); !errors.Is(err, tickets.ErrNotAllowed) {
		t.Errorf("an investigator's board: %v", err)
	}
}
