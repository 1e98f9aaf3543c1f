package ticketdb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hotline/intake"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// likely are the suggestions beside a ticket: the other's number and the codes of
// the reasons.
func (b *bench) likely(t testing.TB, caller pg.Caller, number string) map[string]string {
	t.Helper()
	list, err := b.db.LikelyRelations(context.Background(), caller, number)
	if err != nil {
		t.Fatalf("likely relations: %v", err)
	}
	out := map[string]string{}
	for _, l := range list {
		var codes []string
		for _, r := range l.Reasons {
			codes = append(codes, r.Code)
			if strings.ContainsAny(r.ZH+r.EN, "%") && !strings.HasPrefix(r.Code, "text") || strings.Contains(r.ZH, "%s") {
				t.Errorf("reason reads %q", r.ZH)
			}
		}
		out[l.Number] = strings.Join(codes, " ")
	}
	return out
}

func from(name, phone, id string) func(*intake.Submission) {
	return func(s *intake.Submission) {
		s.Complainants = []ticketdb.Complainant{{Role: "caller", Name: name, Phone: phone, IDNo: id}}
	}
}

func at(region string) func(*intake.Submission) {
	return func(s *intake.Submission) { s.Region = region }
}

func against(unit int, person string) func(*intake.Submission) {
	return func(s *intake.Submission) {
		s.Kind, s.Accused = tickets.Report, []tickets.Accused{{Unit: unit, Person: person}}
	}
}

// Each ticket beside the subject shares one thing with it, or only seems to.
func TestLikelyRelationsSayWhyAndJoinNothing(t *testing.T) {
	t.Parallel()
	b := open(t)
	lead := b.Session(t, "lead-city")
	other := func(n string) func(*intake.Submission) {
		return says("完全无关的一段话，编号" + n + "，讲的是别的事情，不必理会。")
	}
	const matter = "青杨岭村支书把亲侄儿一家报成低保，人家县城有两套房还跑网约车，村里真困难的没有。"
	old := b.register(t, lead, help(other("零"), from("老王", "19900001111", "")))
	b.Clock.Add(400 * 24 * 60 * 60 * 1e9)
	cases := map[string]struct {
		o    ticketdb.Opened
		want string
	}{
		"an old one":                         {old, ""},
		"the same phone":                     {b.register(t, lead, help(other("一"), from("王大明", "19900001111", ""))), "phone"},
		"the same citizen id":                {b.register(t, lead, help(other("二"), from("老明", "19900001112", "140428199002131232"))), "id"},
		"the same name, county":              {b.register(t, lead, help(other("三"), from("王小明", "19900001113", ""))), "name"},
		"the same name, elsewhere":           {b.register(t, lead, help(other("四"), from("王小明", "19900001114", ""), at("140427"))), ""},
		"the same accused person":            {b.register(t, lead, help(other("五"), from("甲", "19900001115", ""), against(0, "李支书"))), "accused_person"},
		"the same accused unit":              {b.register(t, lead, help(other("六"), from("乙", "19900001116", ""), against(14, ""))), "accused_unit"},
		"alike words of the same place":      {b.register(t, lead, help(says("青杨岭村的支书给亲侄儿报成低保，他家县城两套房，还在跑网约车。"), from("丙", "19900001117", ""), at("140428"))), "text_here"},
		"alike words elsewhere":              {b.register(t, lead, help(says("我们村支书把外甥报成低保，人家县城有楼房，真困难的没有。"), from("丁", "19900001118", ""), at("140427"))), ""},
		"the same letter elsewhere":          {b.register(t, lead, help(says(matter+"请领导重视。"), from("戊", "19900001119", ""), at("140427"))), "text"},
		"confidential with the same phone":   {b.register(t, lead, help(other("七"), from("王小明", "19900001111", ""), func(s *intake.Submission) { s.Secrecy = tickets.Confidential })), ""},
		"one whose number the text mentions": {b.register(t, lead, help(other("八"), from("己", "19900001120", ""))), "number"},
		"the order that it mentions":         {b.register(t, lead, help(other("九"), from("庚", "19900001121", ""))), "order"},
		"the petition that it mentions":      {b.register(t, lead, help(other("十"), from("辛", "19900001122", ""))), "petition"},
		"one joined already":                 {b.register(t, lead, help(other("百"), from("壬", "19900001111", ""))), ""},
	}
	b.Exec(t, `INSERT INTO orders (ticket, platform, order_no, city_no) VALUES ($1, 'demo', 'SX2026-0042', '')`, cases["the order that it mentions"].o.ID)
	b.Exec(t, `UPDATE tickets SET petition_no = 'XF140428-2026-17' WHERE id = $1`, cases["the petition that it mentions"].o.ID)
	mentioned := cases["one whose number the text mentions"].o.Number
	subject := b.register(t, lead, help(says(matter+"以前的编号是"+mentioned+"，12345工单SX2026-0042，信访件XF140428-2026-17。"),
		from("王小明", "199-0000-1111", "140428199002131232"), against(14, "李支书")))
	later := b.register(t, lead, help(says("补充一下，我上次登记的编号是"+subject.Number+"。"), from("癸", "19900001123", "")))
	b.index(t)
	b.act(t, lead, subject.Number, tickets.ActLink, tickets.Values{"other": cases["one joined already"].o.Number, "kind": "same_person"})

	got := b.likely(t, lead, subject.Number)
	for name, c := range cases {
		if got[c.o.Number] != c.want {
			t.Errorf("%s: %q, want %q", name, got[c.o.Number], c.want)
		}
	}
	if got[later.Number] != "number" {
		t.Errorf("one that mentions this: %q", got[later.Number])
	}
	v, err := b.db.Find(context.Background(), lead, subject.Number)
	if err != nil || len(v.Relations) != 1 {
		t.Errorf("joined by looking: %+v, %v", v.Relations, err)
	}
	list, _ := b.db.LikelyRelations(context.Background(), lead, subject.Number)
	if list[0].Relation != "same_matter" || !slices.IsSortedFunc(list, func(a, b ticketdb.Likely) int { return strength(b) - strength(a) }) {
		t.Errorf("the strongest does not come first: %+v", list[0])
	}
	b.act(t, lead, subject.Number, tickets.ActUnlink, tickets.Values{"other": cases["one joined already"].o.Number})
	if got := b.likely(t, lead, subject.Number)[cases["one joined already"].o.Number]; got != "phone" {
		t.Errorf("unlinked, it is suggested as %q", got)
	}
}

func strength(l ticketdb.Likely) int {
	sum := 0
	for _, r := range l.Reasons {
		s, _ := tickets.LikelySignOf(r.Code)
		sum += s.Weight
	}
	return sum
}

func TestLikelyRelationsAreNeverHiddenTickets(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	city, county, other := b.Session(t, "lead-city"), b.Session(t, "lead-140428"), b.Session(t, "lead-140427")
	const words = "村里把我的低保停了，我家一亩三分地，孩子在外头打零工，没有别的进项。"
	one := b.register(t, city, help(says(words)))
	accusing := b.register(t, city, help(says(words+"另外县民政局的人收了钱。"), against(10, "")))
	elsewhere := b.register(t, city, help(says(words)))
	b.act(t, city, one.Number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	b.act(t, city, elsewhere.Number, tickets.ActDispatch, tickets.Values{"unit": "20"})
	b.index(t)
	if got := b.likely(t, city, one.Number); got[accusing.Number] == "" || got[elsewhere.Number] == "" {
		t.Errorf("the city does not see them: %v", got)
	}
	if got := b.likely(t, county, one.Number); len(got) != 0 {
		t.Errorf("the county, accused in one and not concerned in the other, is shown %v", got)
	}
	for name, number := range map[string]string{"accused": accusing.Number, "elsewhere": elsewhere.Number, "no number": "1", "unknown": "2609180000016"} {
		if _, err := b.db.LikelyRelations(ctx, county, number); !errors.Is(err, pg.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for login, want := range map[string]int{"lead-city": 3, "lead-140428": 1, "lead-140427": 1, "operator": 3, "operator-140428": 0} {
		list, err := b.db.Earlier(ctx, b.Session(t, login), "199 0000 1234")
		if err != nil || len(list) != want {
			t.Errorf("%s sees %d earlier tickets of this phone, want %d: %v", login, len(list), want, err)
		}
	}
	if list, err := b.db.Earlier(ctx, other, "王小明"); err != nil || list != nil {
		t.Errorf("a name is no phone: %v, %v", list, err)
	}
}

// BenchmarkLikelyRelations is the small figure; docs/performance.md has the large one.
func BenchmarkLikelyRelations(b *testing.B) {
	d := open(b)
	lead := d.Session(b, "lead-city")
	var last ticketdb.Opened
	for i := range 300 {
		last = d.register(b, lead, help(says(fmt.Sprintf("第%d户：村里把我的低保停了，我家%d亩地，孩子在外头打零工。", i, i%7))))
	}
	d.index(b)
	for b.Loop() {
		if _, err := d.db.LikelyRelations(context.Background(), lead, last.Number); err != nil {
			b.Fatal(err)
		}
	}
}
