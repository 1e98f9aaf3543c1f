package ticketdb

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

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
	var out *Board
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		if !MayCount(tx.Me) {
			return tickets.ErrNotAllowed
		}
		out = newBoard(tx, tree, unit)
		b := &pgx.Batch{}
		b.Queue(customPlans)
		asOf(b, tx, &out.AsOf)
		q := boardQuery{tx: tx, tree: tree, f: Figures{From: out.From, To: out.To, Unit: unit}, by: out.split(tree)}
		out.queueOpen(b, q)
		out.queueCards(b, q)
		out.queueRates(b, q)
		out.queueFlows(b, q)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return nil, fmt.Errorf("count the board: %w", err)
	}
	return out, nil
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

func (p *Board) unit(id *int) *BoardUnit {
	key := BoardUnit{Unit: p.Unit, Own: true}
	if id != nil {
		key = BoardUnit{Unit: *id}
	}
	for i := range p.Units {
		if p.Units[i].Unit == key.Unit && p.Units[i].Own == key.Own {
			return &p.Units[i]
		}
	}
	p.Units = append(p.Units, key)
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

// queueRates counts the two rates of the heat table.
func (p *Board) queueRates(b *pgx.Batch, q boardQuery) {
	end := p.To
	if p.Now.Before(end) {
		end = p.Now
	}
	c := q.conditions(p.From, p.To, end)
	onTime, _ := measureOf(tickets.OnTimeRate)
	pleased, _ := measureOf(tickets.PleasedRate)
	c.add("last_at >= $1")
	c.add("received_at < $2")
	c.add("(" + onTime.among("") + " OR " + pleased.among("") + ")")
	sql := fmt.Sprintf(`SELECT part, coalesce(sum(a), 0), coalesce(sum(b), 0), coalesce(sum(c), 0), coalesce(sum(d), 0) FROM (SELECT %s AS part, (%s)::int AS a, (%s AND %s)::int AS b, (%s)::int AS c, (%s AND %s)::int AS d FROM my_facts%s OFFSET 0) f GROUP BY part`,
		q.by, onTime.among(""), onTime.among(""), onTime.ok, pleased.among(""), pleased.among(""), pleased.ok, c.where())
	b.Queue(sql, c.args...).Query(func(rows pgx.Rows) error {
		var part *int
		var a, of, c, pleased int64
		_, err := pgx.ForEachRow(rows, []any{&part, &a, &of, &c, &pleased}, func() error {
			u := p.unit(part)
			u.OnTime, u.Pleased = tickets.Rate{Num: of, Den: a}, tickets.Rate{Num: pleased, Den: c}
			return nil
		})
		return err
	})
}

// queueFlows counts what was received in the last weeks, and how far it came.
func (p *Board) queueFlows(b *pgx.Batch, q boardQuery) {
	args := []any{p.From, p.To}
	week := "CASE"
	for i := 1; i < len(p.Weeks); i++ {
		args = append(args, p.From.AddDate(0, 0, 7*i))
		week += " WHEN received_at < $" + strconv.Itoa(len(args)) + " THEN " + strconv.Itoa(i-1)
	}
	week += " ELSE " + strconv.Itoa(len(p.Weeks)-1) + " END"
	c := q.conditions(args...)
	c.add("received_at >= $1 AND received_at < $2")
	c.add("last_at >= $1") // so that the index by scope and last moment serves
	sql := fmt.Sprintf(`SELECT week, channel, kind, stage, count(*) FROM (SELECT %s AS week, channel, kind, stage FROM my_facts%s OFFSET 0) f GROUP BY week, channel, kind, stage`, week, c.where())
	b.Queue(sql, c.args...).Query(func(rows pgx.Rows) error {
		var week, stage, n int
		var channel, kind string
		_, err := pgx.ForEachRow(rows, []any{&week, &channel, &kind, &stage, &n}, func() error {
			p.Weeks[week][channel] += n
			p.Kinds[kind] += n
			for i := range stage {
				p.Funnel[i] += n
			}
			return nil
		})
		return err
	})
}
