package ticketdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
)

// CardLevels is the vocabulary of warning cards, the lightest first; my_cards
// numbers them from 1 in this order.
var CardLevels = tickets.Words{{Code: "notice", ZH: "过半未签收提醒", EN: "unsigned at half time"}, {Code: "yellow", ZH: "黄牌", EN: "yellow card"}, {Code: "second", ZH: "第二张黄牌", EN: "second yellow card"},
	{Code: "red", ZH: "红牌", EN: "red card"}, {Code: "escalated2", ZH: "超期两日", EN: "two days late"}, {Code: "escalated5", ZH: "超期五日", EN: "five days late"}}

// BoardDays is how many days, today included, the board's flows and rates cover.
const BoardDays = 28

// Age is a bucket of open tickets by whole days since they were received.
type Age struct {
	From, To int // days, To excluded; 0: no end
	N        int
}

// ages are the first days of the buckets.
var ages = []int{0, 1, 3, 7, 15, 30, 60}

// BoardUnit is one unit below: its open tickets and the rates of the last days.
type BoardUnit struct {
	Unit            int  // the unit, or the one whose own tickets these are
	Own             bool // those that lie with the unit itself
	Open, Overdue   int
	OnTime, Pleased tickets.Rate
}

// Board is what a leader looks at. Numbers of open tickets are those of this
// moment; rates and flows are counted from the facts, seconds behind.
type Board struct {
	Unit     int       // whose board
	From, To time.Time // of rates and flows
	AsOf     time.Time
	Now      time.Time
	Counts
	Open       int
	Cards      []int // by level, in the order of CardLevels
	Units      []BoardUnit
	Ages       []Age
	Categories map[string]int                // open tickets; "" has none yet
	Weeks      [BoardDays / 7]map[string]int // received, by channel, oldest week first
	Kinds      map[string]int
	Funnel     []int // of those received, how many came at least to each stage
}

// Board counts what the caller may count; unit narrows it to a unit below, 0
// does not. It returns tickets.ErrNotAllowed for a caller who neither leads nor
// runs a desk, tickets.Invalid for an unknown unit.
func (d *DB) Board(ctx context.Context, caller pg.Caller, unit int) (*Board, error) {
	tree := d.Tree()
	if unit != 0 && tree.Find(unit) == nil {
		return nil, tickets.Invalid{{Field: "unit", ZH: "没有这个单位", EN: "no such unit"}}
	}
	// The open tickets and the facts are asked for side by side: the facts run
	// behind anyway, so the two need no common moment.
	var open, facts *Board
	var g errgroup.Group
	g.Go(func() (err error) {
		open, err = d.half(ctx, caller, unit, func(p *Board, b *pgx.Batch, q boardQuery) {
			p.queueOpen(b, q)
			p.queueCards(b, q)
		})
		return err
	})
	g.Go(func() (err error) {
		facts, err = d.half(ctx, caller, unit, (*Board).queueFacts)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("count the board: %w", err)
	}
	open.AsOf, open.Weeks, open.Kinds, open.Funnel = facts.AsOf, facts.Weeks, facts.Kinds, facts.Funnel
	for _, u := range facts.Units {
		x := open.unitOf(u.Unit, u.Own)
		x.OnTime, x.Pleased = u.OnTime, u.Pleased
	}
	return open, nil
}

// half counts a part of the board in a transaction of its own.
func (d *DB) half(ctx context.Context, caller pg.Caller, unit int, queue func(*Board, *pgx.Batch, boardQuery)) (*Board, error) {
	tree := d.Tree()
	var out *Board
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		if !MayCount(tx.Me) {
			return tickets.ErrNotAllowed
		}
		out = newBoard(tx, tree, unit)
		b := &pgx.Batch{}
		b.Queue(customPlans)
		asOf(b, tx, &out.AsOf)
		queue(out, b, boardQuery{tx: tx, tree: tree, f: Figures{From: out.From, To: out.To, Unit: unit}, by: out.split(tree)})
		return tx.SendBatch(ctx, b).Close()
	})
	return out, err
}

func newBoard(tx *pg.Tx, tree *units.Tree, unit int) *Board {
	today := workday.DateOf(tx.Now)
	out := &Board{Unit: unit, Now: tx.Now, From: today.End().AddDate(0, 0, -BoardDays), To: today.End(), Counts: Counts{ByStatus: map[string]int{}},
		Cards: make([]int, len(CardLevels)), Categories: map[string]int{}, Kinds: map[string]int{}, Funnel: make([]int, len(tickets.Stages))}
	if unit == 0 {
		out.Unit = tx.Me.Unit
		if root := tree.Root(); tx.Me.Machine != "" && root != nil {
			out.Unit = root.ID
		}
	}
	for i, first := range ages {
		a := Age{From: first}
		if i+1 < len(ages) {
			a.To = ages[i+1]
		}
		out.Ages = append(out.Ages, a)
	}
	for i := range out.Weeks {
		out.Weeks[i] = map[string]int{}
	}
	return out
}

// split is the column that tells the units below the board's one apart.
func (p *Board) split(tree *units.Tree) string {
	switch u := tree.Find(p.Unit); {
	case u == nil:
		return "NULL::int"
	case u.Kind == units.City:
		return "county"
	case u.Kind == units.County:
		return "township"
	}
	return "NULL::int"
}

type boardQuery struct {
	tx   *pg.Tx
	tree *units.Tree
	f    Figures
	by   string
}

// conditions are the scope's, after some arguments of the query's own.
func (q boardQuery) conditions(args ...any) *conditions {
	c := &conditions{args: args}
	q.f.narrow(c, q.tx.Me, q.tree)
	if q.tx.Me.Machine == "" && figureView(q.tx.Me) == "unit" && q.tx.Me.UnitKind != units.City {
		c.add("unit_path >= ? AND unit_path < ?", q.tx.Me.Path, q.tx.Me.Path[:len(q.tx.Me.Path)-1]+"0") // an index range
	}
	return c
}

// unit is the line of a unit below, or of the board's unit itself for nil.
func (p *Board) unit(id *int) *BoardUnit {
	if id == nil {
		return p.unitOf(p.Unit, true)
	}
	return p.unitOf(*id, false)
}

func (p *Board) unitOf(unit int, own bool) *BoardUnit {
	for i := range p.Units {
		if p.Units[i].Unit == unit && p.Units[i].Own == own {
			return &p.Units[i]
		}
	}
	p.Units = append(p.Units, BoardUnit{Unit: unit, Own: own})
	return &p.Units[len(p.Units)-1]
}

// queueOpen counts the open tickets four ways in one pass over one index.
func (p *Board) queueOpen(b *pgx.Batch, q boardQuery) {
	end := p.To
	bucket := "CASE"
	for i := 1; i < len(ages); i++ {
		bucket += fmt.Sprintf(" WHEN received_at >= $%d THEN %d", i+2, i-1)
	}
	bucket += fmt.Sprintf(" ELSE %d END", len(ages)-1)
	args := []any{p.Now, end}
	for _, first := range ages[1:] {
		args = append(args, end.AddDate(0, 0, -first))
	}
	c := q.conditions(args...)
	sql := fmt.Sprintf(`SELECT grouping(status, age, category, part), status, age, category, part, count(*), count(*) FILTER (WHERE next_due < $1), count(*) FILTER (WHERE next_due < $2)
		FROM (SELECT status, %s AS age, coalesce(category, '') AS category, %s AS part, next_due FROM my_open%s) o
		GROUP BY GROUPING SETS ((status), (age), (category), (part))`, bucket, q.by, c.where())
	b.Queue(sql, c.args...).Query(func(rows pgx.Rows) error {
		var set, n, overdue, today int
		var status, category *string
		var age, part *int
		_, err := pgx.ForEachRow(rows, []any{&set, &status, &age, &category, &part, &n, &overdue, &today}, func() error {
			switch set {
			case 0b0111:
				p.ByStatus[*status] = n
				p.Open, p.Overdue, p.DueToday = p.Open+n, p.Overdue+overdue, p.DueToday+today
			case 0b1011:
				p.Ages[*age].N = n
			case 0b1101:
				p.Categories[*category] = n
			default:
				u := p.unit(part)
				u.Open, u.Overdue = n, overdue
			}
			return nil
		})
		return err
	})
}

func (p *Board) queueCards(b *pgx.Batch, q boardQuery) {
	c := q.conditions()
	b.Queue(`SELECT card, count(*) FROM my_cards`+c.where()+` GROUP BY card`, c.args...).Query(func(rows pgx.Rows) error {
		var level, n int
		_, err := pgx.ForEachRow(rows, []any{&level, &n}, func() error { p.Cards[level-1] = n; return nil })
		return err
	})
}

// queueFacts counts the two rates of the heat table, and what was received in
// the last weeks and how far it came, in one pass.
func (p *Board) queueFacts(b *pgx.Batch, q boardQuery) {
	end := p.To
	if p.Now.Before(end) {
		end = p.Now
	}
	args := []any{p.From, p.To, end}
	week := "CASE WHEN received_at < $1 THEN NULL"
	for i := 1; i < len(p.Weeks); i++ {
		args = append(args, p.From.AddDate(0, 0, 7*i))
		week += fmt.Sprintf(" WHEN received_at < $%d THEN %d", len(args), i-1)
	}
	week += fmt.Sprintf(" ELSE %d END", len(p.Weeks)-1)
	rate := func(code string, bit int) string {
		m, _ := measureOf(code)
		return fmt.Sprintf("CASE WHEN %s THEN CASE WHEN %s THEN %d ELSE %d END ELSE 0 END", m.among(""), m.ok, 3*bit, bit)
	}
	c := q.conditions(args...)
	c.add("last_at >= $1")
	c.add("received_at < $2")
	sql := fmt.Sprintf(`SELECT grouping(part, flags), part, coalesce(flags, 0), week, coalesce(channel, ''), coalesce(kind, ''), coalesce(stage, 0), count(*)
		FROM (SELECT %s AS part, %s + %s AS flags, %s AS week, channel, kind, stage FROM my_facts%s) f
		GROUP BY GROUPING SETS ((part, flags), (week, channel, kind, stage))`, q.by, rate(tickets.OnTimeRate, 1), rate(tickets.PleasedRate, 4), week, c.where())
	b.Queue(sql, c.args...).Query(func(rows pgx.Rows) error {
		var set, flags, stage, n int
		var part, week *int
		var channel, kind string
		_, err := pgx.ForEachRow(rows, []any{&set, &part, &flags, &week, &channel, &kind, &stage, &n}, func() error {
			switch {
			case set == 0 && flags != 0:
				p.unit(part).rates(flags, int64(n))
			case set != 0 && week != nil:
				p.flow(*week, channel, kind, stage, n)
			}
			return nil
		})
		return err
	})
}

// rates adds n tickets with the same two bits a rate: counted, and of the numerator.
func (u *BoardUnit) rates(flags int, n int64) {
	add := func(r *tickets.Rate, bits int) {
		if bits&1 != 0 {
			r.Den += n
		}
		if bits&2 != 0 {
			r.Num += n
		}
	}
	add(&u.OnTime, flags&3)
	add(&u.Pleased, flags>>2)
}

func (p *Board) flow(week int, channel, kind string, stage, n int) {
	p.Weeks[week][channel] += n
	p.Kinds[kind] += n
	for i := range stage {
		p.Funnel[i] += n
	}
}
