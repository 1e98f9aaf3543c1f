package ticketdb

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
)

// conditions builds a WHERE from parts and numbers their arguments.
type conditions struct {
	parts []string
	args  []any
}

// add appends a part; each ? in it becomes the number of its argument.
func (c *conditions) add(part string, args ...any) {
	for _, a := range args {
		c.args = append(c.args, a)
		part = strings.Replace(part, "?", "$"+strconv.Itoa(len(c.args)), 1)
	}
	c.parts = append(c.parts, part)
}

func (c *conditions) where() string {
	if len(c.parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.parts, " AND ")
}

// scope adds the planner's hint for the caller's level: the policies decide what
// is seen, but they are opaque to the planner (docs/performance.md).
func (c *conditions) scope(me pg.Me, view string) {
	switch view {
	case "desk":
		c.add("desk = ?", me.Unit)
		return
	case "mine":
		c.add("investigator = ?", me.Person)
		return
	case "past":
		c.add("sight IS NOT NULL AND ? = ANY (sight) AND NOT (unit_path >= ? AND unit_path < ?)", me.Unit, me.Path, me.Path[:max(0, len(me.Path)-1)]+"0")
		return
	}
	switch me.UnitKind {
	case units.County:
		c.add("county = ?", me.Unit)
	case units.Section, units.Township, units.CoHandler:
		c.add("township = ?", me.Unit)
	case units.Village:
		c.add("unit_path >= ? AND unit_path < ?", me.Path, me.Path[:len(me.Path)-1]+"0")
	}
}

// ViewOf is the list a caller sees when none is asked for: the unit's for a
// lead, the desk's for an operator, one's own for an investigator.
func ViewOf(me pg.Me, asked string) string {
	if asked != "" && (asked != "unit" || me.Has(tickets.RoleLead) || me.Machine != "") {
		return asked
	}
	switch {
	case me.Machine != "" || me.Has(tickets.RoleLead):
		return "unit"
	case me.Has(tickets.RoleOperator):
		return "desk"
	}
	return "mine"
}

const lineColumns = `id, number, status, kind, channel, secrecy, urgency, naming, category, region, title, left(statement, 80), desk, unit, investigator,
	nullif(next_due, 'infinity'), due_at, received_at, closed_at, outcome, redos, urges, supervised, proposal, version`

func scanLine(row pgx.CollectableRow) (Line, error) {
	var l Line
	var proposal []byte
	err := row.Scan(&l.ID, &l.Number, &l.Status, &l.Kind, &l.Channel, &l.Secrecy, &l.Urgency, &l.Naming, &l.Category, &l.Region, &l.Title, &l.Excerpt, &l.Desk, &l.Unit, &l.Investigator,
		&l.NextDue, &l.DueAt, &l.ReceivedAt, &l.ClosedAt, &l.Outcome, &l.Redos, &l.Urges, &l.Supervised, &proposal, &l.Version)
	if err == nil && proposal != nil {
		l.Proposal = &tickets.Proposal{}
		err = json.Unmarshal(proposal, l.Proposal)
	}
	return l, err
}

// List is one page of the tickets the caller may see. A malformed cursor is
// tickets.Invalid.
func (d *DB) List(ctx context.Context, caller pg.Caller, f Filter) (Page, error) {
	if f.Limit <= 0 {
		f.Limit = 25
	}
	f.Limit = min(f.Limit, 200)
	var page Page
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		c := &conditions{}
		if strings.TrimSpace(f.Query) != "" {
			if err := d.search(ctx, tx, c, f); err != nil {
				return err
			}
		} else {
			c.scope(tx.Me, ViewOf(tx.Me, f.View))
		}
		if err := f.conditions(c, tx.Now, d.Tree()); err != nil {
			return err
		}
		order, err := f.cursor(c)
		if err != nil {
			return err
		}
		c.args = append(c.args, f.Limit+1)
		rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT %s FROM tickets%s ORDER BY %s LIMIT $%d`, lineColumns, c.where(), order, len(c.args)), c.args...)
		if err != nil {
			return fmt.Errorf("list tickets: %w", err)
		}
		page.Items, err = pgx.CollectRows(rows, scanLine)
		if err != nil {
			return fmt.Errorf("list tickets: %w", err)
		}
		page.cut(f)
		return nil
	})
	return page, err
}

func (f Filter) byDue() bool { return f.Sort == "due" && f.Query == "" }

func (p *Page) cut(f Filter) {
	if len(p.Items) <= f.Limit {
		return
	}
	p.Items = p.Items[:f.Limit]
	last := p.Items[f.Limit-1]
	p.Next = strconv.FormatInt(last.ID, 10)
	if f.byDue() {
		due := "-"
		if last.NextDue != nil {
			due = strconv.FormatInt(last.NextDue.UnixMicro(), 10)
		}
		p.Next = due + "." + p.Next
	}
}

// cursor adds the condition of a later page and gives the order.
func (f Filter) cursor(c *conditions) (string, error) {
	bad := tickets.Invalid{{Field: "after", ZH: "翻页标记不正确", EN: "not a cursor"}}
	if !f.byDue() {
		if f.After != "" {
			id, err := strconv.ParseInt(f.After, 10, 64)
			if err != nil {
				return "", bad
			}
			c.add("id < ?", id)
		}
		return "id DESC", nil
	}
	if f.After != "" {
		due, rest, ok := strings.Cut(f.After, ".")
		id, err := strconv.ParseInt(rest, 10, 64)
		if !ok || err != nil {
			return "", bad
		}
		if due == "-" {
			c.add("next_due = 'infinity' AND id > ?", id)
		} else {
			us, err := strconv.ParseInt(due, 10, 64)
			if err != nil {
				return "", bad
			}
			c.add("(next_due, id) > (?, ?)", time.UnixMicro(us).UTC(), id)
		}
	}
	return "next_due, id", nil
}

func (f Filter) conditions(c *conditions, now time.Time, tree *units.Tree) error {
	switch {
	case len(f.Status) == 1:
		c.add("status = ?", f.Status[0])
	case len(f.Status) > 1:
		c.add("status = ANY (?)", f.Status)
	}
	if f.Open || f.byDue() || f.Overdue {
		c.add("closed_at IS NULL")
	}
	for _, x := range []struct{ column, value string }{{"kind", f.Kind}, {"channel", f.Channel}, {"category", f.Category}, {"urgency", f.Urgency}, {"outcome", f.Outcome}} {
		if x.value != "" {
			c.add(x.column+" = ?", x.value)
		}
	}
	if f.Region != "" {
		c.add("region >= ? AND region < ?", f.Region, f.Region+":") // ':' follows '9'
	}
	if f.Unit != 0 {
		u := tree.Find(f.Unit)
		if u == nil {
			return tickets.Invalid{{Field: "unit", ZH: "没有这个单位", EN: "no such unit"}}
		}
		lo, hi := u.Scope()
		c.add("unit_path >= ? AND unit_path < ?", lo, hi)
	}
	if f.Overdue {
		c.add("next_due < ?", now)
	}
	if !f.DueBefore.IsZero() {
		c.add("next_due < ?", f.DueBefore)
	}
	if !f.From.IsZero() {
		c.add("received_at >= ?", f.From)
	}
	if !f.To.IsZero() {
		c.add("received_at < ?", f.To)
	}
	return nil
}

// Counts are the open tickets of the caller's list by status, and those that press.
type Counts struct {
	ByStatus map[string]int
	Overdue  int
	DueToday int
	Mine     int
}

// Counts counts what List would list for a view, under the same scope.
func (d *DB) Counts(ctx context.Context, caller pg.Caller, view string) (Counts, error) {
	out := Counts{ByStatus: map[string]int{}}
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		c := &conditions{}
		c.scope(tx.Me, ViewOf(tx.Me, view))
		c.add("closed_at IS NULL")
		b := &pgx.Batch{}
		b.Queue(`SELECT status, count(*) FROM tickets`+c.where()+` GROUP BY status`, c.args...).Query(func(rows pgx.Rows) error {
			defer rows.Close()
			for rows.Next() {
				var status string
				var n int
				if err := rows.Scan(&status, &n); err != nil {
					return err
				}
				out.ByStatus[status] = n
			}
			return rows.Err()
		})
		count := func(dst *int, due time.Time) {
			k := &conditions{parts: append([]string{}, c.parts...), args: append([]any{}, c.args...)}
			k.add("next_due < ?", due)
			b.Queue(`SELECT count(*) FROM tickets`+k.where(), k.args...).QueryRow(func(row pgx.Row) error { return row.Scan(dst) })
		}
		count(&out.Overdue, tx.Now)
		count(&out.DueToday, workday.DateOf(tx.Now).End())
		b.Queue(`SELECT count(*) FROM tickets WHERE investigator = $1 AND closed_at IS NULL`, tx.Me.Person).QueryRow(func(row pgx.Row) error { return row.Scan(&out.Mine) })
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return Counts{}, fmt.Errorf("count tickets: %w", err)
	}
	return out, nil
}
