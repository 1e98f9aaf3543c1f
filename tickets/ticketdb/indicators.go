package ticketdb

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/tickets"
)

// Figures are asked for by period and by what the tickets are.
type Figures struct {
	From, To   time.Time // half open
	Unit       int       // this unit and below; 0: all that the caller may count
	Own        bool      // Unit itself, without those below
	Kind       string
	Channel    string
	Provenance string // of what decides: machine, scan, typed, none
	By         string // "", county, township, kind, channel, provenance
}

// FigureRow is one line of the score sheet. Unit is set where it is broken down
// by unit; 0 is the city's own, and by township a county stands for its own.
type FigureRow struct {
	Key   string
	Unit  int
	Rates map[string]tickets.Rate
}

// Sheet is the score sheet: a line a part, and all of them together.
type Sheet struct {
	Figures
	Rows  []FigureRow
	Total map[string]tickets.Rate
	AsOf  time.Time // up to when the journal has been counted
}

// measured says where an indicator's numbers stand in ticket_facts. judged: it
// counts once its time has run out, also where nothing has happened.
type measured struct {
	code, when, ok, by, known string
	judged                    bool
}

var measures = []measured{
	{code: tickets.SignRate, when: "sign_due", ok: "sign_ok", by: "sign_by", judged: true},
	{code: tickets.OnTimeRate, when: "due_at", ok: "due_ok", by: "due_by", judged: true},
	{code: tickets.ResponseRate, when: "contact_due", ok: "contact_ok", by: "contact_by", judged: true},
	{code: tickets.SolvedRate, when: "asked_at", ok: "resolved", by: "asked_by", known: "resolved IS NOT NULL"},
	{code: tickets.PleasedRate, when: "asked_at", ok: "satisfied", by: "asked_by", known: "satisfied IS NOT NULL"},
	{code: tickets.RedoRate, when: "ended_at", ok: "redone", by: "ended_by"},
	{code: tickets.ReturnRate, when: "sent_at", ok: "returned", by: "sent_by"},
	{code: tickets.FollowRate, when: "follow_due", ok: "followed", by: "follow_by", judged: true},
	{code: tickets.HandlingTime, when: "closed_at", ok: "false", by: "closed_by"},
}

func measureOf(code string) (measured, bool) {
	for _, m := range measures {
		if m.code == code {
			return m, true
		}
	}
	return measured{}, false
}

// among is the condition of the denominator. $1 and $2 bound the period, $3 the
// time that has run out.
func (m measured) among(provenance string) string {
	end := "$2"
	if m.judged {
		end = "$3"
	}
	sql := fmt.Sprintf("%s >= $1 AND %s < %s", m.when, m.when, end)
	if m.known != "" {
		sql += " AND " + m.known
	}
	if provenance != "" {
		sql += fmt.Sprintf(" AND %s = %d", m.by, tickets.ProvenanceCode(provenance))
	}
	return sql
}

// breakdowns are the columns that tell the parts apart. What lies with a county
// bureau itself has no township: there the county stands for its own.
var breakdowns = map[string]string{"": "NULL::int", "county": "county", "township": "coalesce(township, county)", "kind": "kind", "channel": "channel"}

// check names what cannot be counted.
func (f Figures) check(tree *units.Tree) error {
	var faults tickets.Invalid
	bad := func(field, zh, en string) { faults = append(faults, tickets.Problem{Field: field, ZH: zh, EN: en}) }
	if !f.From.Before(f.To) {
		bad("to", "结束须在开始之后", "the end must lie after the beginning")
	}
	if _, ok := breakdowns[f.By]; !ok && f.By != "provenance" {
		bad("by", "不能按此分列", "cannot be broken down by this")
	}
	if f.Provenance != "" && !tickets.Provenances.Has(f.Provenance) {
		bad("provenance", "没有这种来源", "no such provenance")
	}
	if f.Kind != "" && !tickets.Kinds.Has(f.Kind) {
		bad("kind", "没有这个类别", "no such kind")
	}
	if f.Channel != "" && !tickets.Channels.Has(f.Channel) {
		bad("channel", "没有这个来源", "no such channel")
	}
	if f.Unit != 0 && tree.Find(f.Unit) == nil {
		bad("unit", "没有这个单位", "no such unit")
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// narrow adds what the figures are limited to, and the planner's hint.
func (f Figures) narrow(c *conditions, me pg.Me, tree *units.Tree) {
	if me.Machine == "" {
		c.scope(me, figureView(me))
	}
	if u := tree.Find(f.Unit); u != nil {
		switch {
		case f.Own:
			c.add("unit_path = ?", u.Path)
		case u.Kind == units.County:
			c.add("county = ?", u.ID)
		default:
			lo, hi := u.Scope()
			c.add("unit_path >= ? AND unit_path < ?", lo, hi)
		}
	}
	if f.Kind != "" {
		c.add("kind = ?", f.Kind)
	}
	if f.Channel != "" {
		c.add("channel = ?", f.Channel)
	}
}

// figureView: a lead counts the unit and below, an operator the desk; others nothing.
func figureView(me pg.Me) string {
	if me.Has(tickets.RoleLead) {
		return "unit"
	}
	return "desk"
}

// MayCount tells whether the caller is shown figures at all.
func MayCount(me pg.Me) bool {
	return me.Machine != "" || me.Has(tickets.RoleLead) || me.Has(tickets.RoleOperator)
}

// customPlans: the parameters decide which index serves, so no plan is kept.
const customPlans = `SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('work_mem', '32MB', true)`

// Indicators counts the score sheet under the caller's scope and recusals. It
// returns tickets.Invalid for what cannot be asked, tickets.ErrNotAllowed for a
// caller who neither leads nor runs a desk.
func (d *DB) Indicators(ctx context.Context, caller pg.Caller, f Figures) (Sheet, error) {
	out := Sheet{Figures: f, Total: map[string]tickets.Rate{}}
	if err := f.check(d.Tree()); err != nil {
		return out, err
	}
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) (err error) {
		if !MayCount(tx.Me) {
			return tickets.ErrNotAllowed
		}
		b := &pgx.Batch{}
		b.Queue(customPlans)
		asOf(b, tx, &out.AsOf)
		if f.By == "provenance" {
			for _, w := range tickets.Provenances {
				part := f
				part.By, part.Provenance = "", w.Code
				if f.Provenance == "" || f.Provenance == w.Code {
					out.queue(b, tx, d.Tree(), part, w.Code)
				}
			}
		} else {
			out.queue(b, tx, d.Tree(), f, "")
		}
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return out, fmt.Errorf("count indicators: %w", err)
	}
	if f.By != "provenance" { // those come in the order of their words
		slices.SortFunc(out.Rows, func(a, b FigureRow) int { return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Key, b.Key)) })
	}
	for _, r := range out.Rows {
		for code, rate := range r.Rates {
			out.Total[code] = out.Total[code].Add(rate)
		}
	}
	return out, nil
}

func asOf(b *pgx.Batch, tx *pg.Tx, at *time.Time) {
	b.Queue(`SELECT coalesce(swept_at, '-infinity'::timestamptz) < $1, coalesce(swept_at, $1) FROM facts_progress`, tx.Now).QueryRow(func(row pgx.Row) error {
		var before bool
		return row.Scan(&before, at)
	})
}

// flags is a ticket as one number, two bits a measure: counted, and of the numerator.
func (f Figures) flags() string {
	out := make([]string, len(measures))
	for i, m := range measures {
		out[i] = fmt.Sprintf("CASE WHEN %s THEN CASE WHEN %s THEN %d ELSE %d END ELSE 0 END", m.among(f.Provenance), m.ok, 3<<(2*i), 1<<(2*i))
	}
	return strings.Join(out, " + ")
}

// queue counts one sheet. Each ticket first becomes one number, two bits an
// indicator (among, and of them), so that a year costs one pass and one sum.
func (s *Sheet) queue(b *pgx.Batch, tx *pg.Tx, tree *units.Tree, f Figures, key string) {
	end := f.To
	if tx.Now.Before(end) {
		end = tx.Now
	}
	c := &conditions{args: []any{f.From, f.To, end}}
	f.narrow(c, tx.Me, tree)
	c.add("last_at >= $1")
	c.add("received_at < $2")
	hours := measures[len(measures)-1]
	sql := fmt.Sprintf(`SELECT g::text, flags, count(*), coalesce(sum(spent), 0) FROM (SELECT %s AS g, %s AS flags, CASE WHEN %s THEN minutes END AS spent FROM my_facts%s) f GROUP BY g, flags`,
		breakdowns[f.By], f.flags(), hours.among(f.Provenance), c.where())
	b.Queue(sql, c.args...).Query(func(rows pgx.Rows) error { return s.collect(rows, f, key) })
}

func (s *Sheet) collect(rows pgx.Rows, f Figures, key string) error {
	at := map[string]int{}
	var g *string
	var flags int
	var n, spent int64
	if key != "" {
		s.Rows = append(s.Rows, FigureRow{Key: key, Rates: map[string]tickets.Rate{}})
		at[""] = len(s.Rows) - 1
	}
	_, err := pgx.ForEachRow(rows, []any{&g, &flags, &n, &spent}, func() error {
		name := ""
		if g != nil {
			name = *g
		}
		i, ok := at[name]
		if !ok {
			i = len(s.Rows)
			at[name] = i
			row := FigureRow{Key: name, Rates: map[string]tickets.Rate{}}
			if f.By == "county" || f.By == "township" {
				row.Unit, _ = strconv.Atoi(name)
			}
			s.Rows = append(s.Rows, row)
		}
		s.Rows[i].add(flags, n, spent)
		return nil
	})
	return err
}

func (r FigureRow) add(flags int, n, spent int64) {
	for i, m := range measures {
		bits := flags >> (2 * i) & 3
		if bits == 0 {
			continue
		}
		rate := tickets.Rate{Den: n}
		switch {
		case m.code == tickets.HandlingTime:
			rate.Num = spent
		case bits == 3:
			rate.Num = n
		}
		r.Rates[m.code] = r.Rates[m.code].Add(rate)
	}
}

// Fact narrows a list to the tickets that a figure counts.
type Fact struct {
	Figures
	Indicator string // a code of tickets.Indicators, or "received": registered in the period
	Part      string // "den": all counted; "num": those of the numerator; "miss": the others
	Stage     int    // of "received": came at least this far
}

// conditions adds the tickets behind a number. The dates and scope are those of
// the sheet, so that the list has as many rows as the number says.
func (f Fact) conditions(c *conditions, me pg.Me, now time.Time, tree *units.Tree) error {
	if err := f.check(tree); err != nil {
		return err
	}
	if !MayCount(me) {
		return tickets.ErrNotAllowed
	}
	end := f.To
	if now.Before(end) {
		end = now
	}
	inner := &conditions{args: append([]any{}, c.args...)}
	first := len(inner.args)
	inner.args = append(inner.args, f.From, f.To, end)
	f.narrow(inner, me, tree)
	number := strings.NewReplacer("$1", "$"+strconv.Itoa(first+1), "$2", "$"+strconv.Itoa(first+2), "$3", "$"+strconv.Itoa(first+3))
	if f.Indicator == "received" {
		inner.parts = append(inner.parts, number.Replace("received_at >= $1 AND received_at < $2 AND $3::timestamptz IS NOT NULL"))
		if f.Stage > 0 {
			inner.add("stage >= ?", f.Stage)
		}
	} else {
		m, ok := measureOf(f.Indicator)
		if !ok {
			return tickets.Invalid{{Field: "fact", ZH: "没有这个指标", EN: "no such indicator"}}
		}
		inner.parts = append(inner.parts, number.Replace("last_at >= $1 AND received_at < $2 AND $3::timestamptz IS NOT NULL AND "+m.among(f.Provenance)))
		switch f.Part {
		case "num":
			if m.code != tickets.HandlingTime {
				inner.parts = append(inner.parts, m.ok)
			}
		case "miss":
			inner.parts = append(inner.parts, "NOT "+m.ok)
		case "", "den":
		default:
			return tickets.Invalid{{Field: "part", ZH: "须为 num、den 或 miss", EN: "must be num, den or miss"}}
		}
	}
	c.args = inner.args
	c.parts = append(c.parts, "id IN (SELECT ticket FROM my_facts"+inner.where()+")")
	return nil
}
