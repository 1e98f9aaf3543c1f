package ticketdb_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"hotline/intake"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
	"hotline/workers/workerdb"
)

// index brings the search index up to date, as the worker does once the newest
// tickets have had time to be routed.
func (b *bench) index(t testing.TB) {
	t.Helper()
	b.Clock.Add(time.Minute)
	for {
		n, err := workerdb.New(b.PG).IndexBatch(context.Background(), 200)
		if err != nil {
			t.Fatalf("index: %v", err)
		}
		if n == 0 {
			break
		}
	}
	left := 0
	b.Row(t, `SELECT count(*) FROM text_pending`, nil, &left)
	if left != 0 {
		t.Fatalf("%d tickets still wait to be indexed", left)
	}
}

// find is every number that a search gives, page by page. It fails where a page
// repeats one or the pages are not newest first.
func (b *bench) find(t testing.TB, caller pg.Caller, f ticketdb.Filter) []string {
	t.Helper()
	var out []string
	last := int64(1 << 62)
	for range 1000 {
		page, err := b.db.List(context.Background(), caller, f)
		if err != nil {
			t.Fatalf("search %q: %v", f.Query, err)
		}
		for _, l := range page.Items {
			if l.ID >= last {
				t.Fatalf("search %q: %d comes after %d", f.Query, l.ID, last)
			}
			last = l.ID
			out = append(out, l.Number)
		}
		if page.Next == "" {
			return out
		}
		f.After = page.Next
	}
	t.Fatalf("search %q does not end", f.Query)
	return nil
}

func (b *bench) finds(t testing.TB, caller pg.Caller, query string, want ...string) {
	t.Helper()
	got := b.find(t, caller, ticketdb.Filter{Query: query})
	slices.Sort(got)
	want = slices.Clone(want)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("search %q found %v, want %v", query, got, want)
	}
}

func says(text string) func(*intake.Submission) {
	return func(s *intake.Submission) { s.Statement, s.Raw = text, []byte(text) }
}

func TestATicketIsFoundByWhatIsKnownOfIt(t *testing.T) {
	t.Parallel()
	b := open(t)
	operator, lead := b.Session(t, "operator"), b.Session(t, "lead-city")
	o := b.register(t, operator, help(says("鹿坪的王大娘腿不好，ATM 机取不出钱，欠了3个月。"), func(s *intake.Submission) {
		s.Title, s.Place = "存折取款", "老槐树下"
	}))
	b.Exec(t, `INSERT INTO orders (ticket, platform, order_no, city_no) VALUES ($1, 'demo', 'SX2026-0042', 'CZ-77')`, o.ID)
	b.register(t, operator, help(says("鹿角村的路灯坏了。"), func(s *intake.Submission) { s.Complainants = nil; s.Anonymous = true }))
	check := func(t *testing.T) {
		for name, query := range map[string]string{
			"a village of two characters": "鹿坪", "a name inside a sentence": "王大娘", "a single character": "坪", "Latin": "atm", "the beginning of a Latin word": "at",
			"a word of the title": "存折", "a word of the place": "槐树", "two words": "鹿坪 取不出", "words apart by punctuation": "鹿坪，atm",
			"its number": o.Number, "its number with spaces": " " + o.Number[:6] + " " + o.Number[6:] + " ", "a phone": "19900001234", "a phone as it is said": "199-0000-1234", "a name": "王小明",
			"an order number": "SX2026-0042", "a number of the city": "CZ-77",
		} {
			t.Run(name, func(t *testing.T) { b.finds(t, lead, query, o.Number) })
		}
		b.finds(t, lead, "鹿坪 路灯")
		b.finds(t, lead, "没有人说过")
	}
	t.Run("at once", check)
	b.index(t)
	t.Run("from the index", check)
}

func TestOperatorsAndWildcardsInAQueryAreHarmless(t *testing.T) {
	t.Parallel()
	b := open(t)
	operator, lead := b.Session(t, "operator"), b.Session(t, "lead-city")
	o := b.register(t, operator, help(says("石碾沟的低保没有到账")))
	check := func() {
		for _, query := range []string{"低保&", "低保 | 没有", "!低保", "(低保", "低保)", "低保:*", "*低保", "'低保'", `低保\`, `\'低保`, "低保%", "%低保%", "低保_", "低保 <-> 到账", "低%账", "低_", `"低保"`, "低保;--", "低保\u3000到账"} {
			b.finds(t, lead, query, o.Number)
		}
		for _, query := range []string{"&", "|", "!", ":", "*", "'", `\`, "%", "_", "()", "%%", "' OR 1=1", "低保:A", "u1", "d1", "a0", "\xff", "1\xff", "1\x00", "\x00", "𠀀"} {
			b.finds(t, lead, query)
		}
	}
	check()
	b.index(t)
	check()
}

func TestASearchGivesNothingOutOfSight(t *testing.T) {
	t.Parallel()
	b := open(t)
	operator, lead := b.Session(t, "operator"), b.Session(t, "lead-city")
	at := map[string]string{}
	for _, unit := range []string{"1", "10", "13", "20"} {
		o := b.register(t, operator, help(says("鹤坞一带的低保户")))
		if unit != "1" {
			b.act(t, lead, o.Number, tickets.ActDispatch, tickets.Values{"unit": unit})
		}
		at[unit] = o.Number
	}
	// A person of the county and then the county itself may not know of these.
	byPerson := b.register(t, operator, help(says("鹤坞一带的低保户")))
	b.act(t, lead, byPerson.Number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	b.recuse(t, byPerson.ID, -b.Person(t, "lead-140428"))
	byUnit := b.register(t, operator, help(says("鹤坞一带的低保户")))
	b.recuse(t, byUnit.ID, 10)
	check := func(t *testing.T) {
		all := []string{at["1"], at["10"], at["13"], at["20"], byPerson.Number, byUnit.Number}
		for login, want := range map[string][]string{
			"lead-city": all, "operator": all, "investigator-city": nil, "lead-140428": {at["10"], at["13"]}, "lead2-140428": {at["10"], at["13"], byPerson.Number},
			"lead-140428102": {at["13"]}, "lead-140427": {at["20"]}, "handler-140428": nil, "operator-140428": nil, "clerk-140428102201": nil, "system": nil, "auditor": nil,
		} {
			t.Run(login, func(t *testing.T) {
				caller := b.Session(t, login)
				for _, q := range []string{"鹤坞", "鹤", "19900001234", "王小明"} {
					b.finds(t, caller, q, want...)
				}
				for _, number := range all {
					if !slices.Contains(want, number) {
						b.finds(t, caller, number)
					}
				}
			})
		}
	}
	t.Run("at once", check)
	b.index(t)
	t.Run("from the index", check)
}

// recuse keeps a unit, or a person by the negative id, from a ticket.
func (b *bench) recuse(t testing.TB, ticket int64, key int) {
	t.Helper()
	b.Exec(t, `INSERT INTO recusals (ticket, key, reason, at, actor) VALUES ($1, $2, 'interest', $3, 'machine:test')`, ticket, key, b.Clock.Now())
}

func TestAConfidentialTicketIsNotFoundByItsPerson(t *testing.T) {
	t.Parallel()
	b := open(t)
	operator := b.Session(t, "operator")
	o := b.register(t, operator, help(says("张桂芳举报村干部，电话 19900005678，别让人知道。"), func(s *intake.Submission) {
		s.Kind, s.Secrecy = tickets.Report, tickets.Confidential
		s.Complainants = []ticketdb.Complainant{{Role: "caller", Name: "张桂芳", Phone: "19900005678", IDNo: "11010519491231002X"}}
	}))
	check := func() {
		for _, login := range []string{"operator", "lead-city", "lead-140428"} {
			for _, q := range []string{"张桂芳", "19900005678", "11010519491231002X", "桂芳"} {
				b.finds(t, b.Session(t, login), q)
			}
		}
		b.finds(t, operator, o.Number, o.Number)
		b.finds(t, operator, "村干部", o.Number)
	}
	check()
	b.index(t)
	check()
}

// many writes bare tickets in runs of ids far apart, three in four with the
// word, and their index rows. Their unit is the town 13 for every second.
func (b *bench) many(t *testing.T, n int) (with []string) {
	t.Helper()
	for i := range n {
		id := int64(1000 + i*i*37 + i)
		number := fmt.Sprintf("%013d", id)
		unit, path := 20, "/1/20/"
		if i%2 == 0 {
			unit, path = 13, "/1/10/13/"
		}
		text := "路灯"
		if i%4 != 0 {
			text = "低保"
			with = append(with, number)
		}
		kind := []string{"help", "complaint"}[i/2%2]
		b.Exec(t, `INSERT INTO tickets (id, number, status, kind, track, channel, naming, secrecy, urgency, statement, desk, unit, unit_path, received_at, entered_at, receipt, seq, head)
			VALUES ($1, $2, 'handling', $3, 'own', 'call', 'named', 'open', 'normal', $4, 1, $5, $6, $7, $7, '', 1, '')`, id, number, kind, text, unit, path, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
		b.Exec(t, `INSERT INTO text_pending (ticket) VALUES ($1)`, id)
	}
	return with
}

func TestPagesOfASearchAreCompleteAndWithoutRepeats(t *testing.T) {
	t.Parallel()
	b := open(t)
	with := b.many(t, 600)
	half := map[string]bool{}
	for i := range 600 {
		if i/2%2 == 1 {
			half[fmt.Sprintf("%013d", 1000+i*i*37+i)] = true
		}
	}
	lead := b.Session(t, "lead-city")
	slices.Reverse(with)
	check := func(t *testing.T) {
		for _, limit := range []int{1, 7, 25, 200} {
			if got := b.find(t, lead, ticketdb.Filter{Query: "低保", Limit: limit}); !slices.Equal(got, with) {
				t.Errorf("%d a page: %d found, want %d", limit, len(got), len(with))
			}
		}
		var complaints []string
		for _, n := range with {
			if half[n] {
				complaints = append(complaints, n)
			}
		}
		for _, limit := range []int{3, 25} {
			if got := b.find(t, lead, ticketdb.Filter{Query: "低保", Kind: "complaint", Limit: limit}); !slices.Equal(got, complaints) {
				t.Errorf("%d a page of complaints: %d found, want %d", limit, len(got), len(complaints))
			}
		}
		if got := b.find(t, lead, ticketdb.Filter{Query: "低保", Kind: "praise"}); len(got) != 0 {
			t.Errorf("found %v of a kind that nobody used", got)
		}
	}
	b.index(t)
	t.Run("from the index", check)
	// Half of them wait to be indexed anew: found in the tail and in the index, shown once.
	b.Exec(t, `INSERT INTO text_pending (ticket) SELECT id FROM tickets WHERE id % 2 = 0`)
	t.Run("with a tail", check)
	town := b.find(t, b.Session(t, "lead-140428102"), ticketdb.Filter{Query: "低保", Limit: 10})
	if len(town) != 150 {
		t.Errorf("the town finds %d, want 150", len(town))
	}
}

func TestCountsAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.many(t, 40)
	b.Exec(t, `UPDATE tickets SET next_due = CASE WHEN id % 3 = 0 THEN $1::timestamptz - interval '1 day' ELSE 'infinity' END, status = CASE WHEN id % 5 = 0 THEN 'dispatched' ELSE status END`, b.Clock.Now())
	b.Exec(t, `INSERT INTO recusals (ticket, key, reason, at, actor) SELECT id, CASE WHEN id % 2 = 0 THEN 13 ELSE $1 END, 'interest', now(), 'machine:test' FROM tickets WHERE id % 7 = 0`, -b.Person(t, "lead-city"))
	b.Exec(t, `UPDATE tickets SET sight = '{10}', unit = 20, unit_path = '/1/20/' WHERE id % 11 = 0`)
	for _, login := range []string{"lead-city", "operator", "operator-140428", "lead-140428", "lead-140427", "lead-140428102", "handler-140428"} {
		for _, view := range []string{"", "unit", "desk", "mine", "past"} {
			caller := b.Session(t, login)
			c, err := b.db.Counts(context.Background(), caller, view)
			if err != nil {
				t.Fatal(err)
			}
			for _, status := range []string{"registered", "dispatched", "handling"} {
				listed := b.find(t, caller, ticketdb.Filter{View: view, Status: []string{status}})
				if c.ByStatus[status] != len(listed) {
					t.Errorf("%s, view %q: %d counted as %s, %d listed", login, view, c.ByStatus[status], status, len(listed))
				}
			}
			if late := b.find(t, caller, ticketdb.Filter{View: view, Overdue: true}); c.Overdue != len(late) {
				t.Errorf("%s, view %q: %d counted overdue, %d listed", login, view, c.Overdue, len(late))
			}
		}
	}
}

func TestAUnitKeepsSightOfWhatItHad(t *testing.T) {
	t.Parallel()
	b := open(t)
	operator, lead, county := b.Session(t, "operator"), b.Session(t, "lead-city"), b.Session(t, "lead-140428")
	o := b.register(t, operator, help())
	b.act(t, lead, o.Number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	b.act(t, county, o.Number, tickets.ActSign, nil)
	b.act(t, lead, o.Number, tickets.ActRecall, tickets.Values{"unit": "20", "reason": "户籍在另一县"})
	if got := b.find(t, county, ticketdb.Filter{View: "past"}); !slices.Equal(got, []string{o.Number}) {
		t.Errorf("the county had %v once, want %s", got, o.Number)
	}
	if got := b.find(t, b.Session(t, "lead-140427"), ticketdb.Filter{View: "past"}); len(got) != 0 {
		t.Errorf("the county that has it had %v once", got)
	}
	b.recuse(t, o.ID, 10)
	if got := b.find(t, county, ticketdb.Filter{View: "past"}); len(got) != 0 {
		t.Errorf("a recused county still sees %v", got)
	}
}
