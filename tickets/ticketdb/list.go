package ticketdb

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
		if me.UnitKind == units.City {
			c.add("id < 0") // none: everything is at the city or below
			return
		}
		c.add("id IN (SELECT ticket FROM ticket_sight WHERE unit = ?) AND NOT (unit_path >= ? AND unit_path < ?)", me.Unit, me.Path, me.Path[:max(0, len(me.Path)-1)]+"0")
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
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) (err error) {
		if strings.TrimSpace(f.Query) != "" {
			page, err = d.search(ctx, tx, f)
			return err
		}
		page, err = d.page(ctx, tx, f, func(c *conditions) { c.scope(tx.Me, ViewOf(tx.Me, f.View)) })
		return err
	})
	return page, err
}

// page reads one page of the tickets that the filter and some further
// conditions leave.
func (d *DB) page(ctx context.Context, tx *pg.Tx, f Filter, further func(c *conditions)) (Page, error) {
	c := &conditions{}
	further(c)
	if err := f.conditions(c, tx.Now, d.Tree()); err != nil {
		return Page{}, err
	}
	if f.Fact != nil {
		if err := f.Fact.conditions(c, tx.Me, tx.Now, d.Tree()); err != nil {
			return Page{}, err
		}
	}
	order, err := f.cursor(c)
	if err != nil {
		return Page{}, err
	}
	c.args = append(c.args, f.Limit+1)
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT %s FROM tickets%s ORDER BY %s LIMIT $%d`, lineColumns, c.where(), order, len(c.args)), c.args...)
	if err != nil {
		return Page{}, fmt.Errorf("list tickets: %w", err)
	}
	var page Page
	if page.Items, err = pgx.CollectRows(rows, scanLine); err != nil {
		return Page{}, fmt.Errorf("list tickets: %w", err)
	}
	page.cut(f)
	return page, nil
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

func badCursor() error {
	return tickets.Invalid{{Field: "after", ZH: "翻页标记不正确", EN: "not a cursor"}}
}

// afterID is the cursor of a list by id: the last one shown, nil on the first page.
func (f Filter) afterID() (*int64, error) {
	if f.After == "" {
		return nil, nil
	}
	id, err := strconv.ParseInt(f.After, 10, 64)
	if err != nil || id < 0 {
		return nil, badCursor()
	}
	return &id, nil
}

// cursor adds the condition of a later page and gives the order.
func (f Filter) cursor(c *conditions) (string, error) {
	if !f.byDue() {
		id, err := f.afterID()
		if id != nil {
			c.add("id < ?", *id)
		}
		return "id DESC", err
	}
	bad := badCursor()
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
	if f.Open || f.byDue() || f.Overdue || allOpen(f.Status) {
		c.add("closed_at IS NULL")
	}
	for _, x := range []struct{ column, value string }{{"kind", f.Kind}, {"channel", f.Channel}, {"urgency", f.Urgency}, {"outcome", f.Outcome}} {
		if x.value != "" {
			c.add(x.column+" = ?", x.value)
		}
	}
	switch f.Category {
	case "":
	case NoCategory:
		c.add("category IS NULL")
	default:
		c.add("category = ?", f.Category)
	}
	if f.Region != "" {
		c.add("region >= ? AND region < ?", f.Region, f.Region+":") // ':' follows '9'
	}
	if f.Unit != 0 {
		u := tree.Find(f.Unit)
		if u == nil {
			return tickets.Invalid{{Field: "unit", ZH: "没有这个单位", EN: "no such unit"}}
		}
		if lo, hi := u.Scope(); f.Own {
			c.add("unit_path = ?", lo)
		} else {
			c.add("unit_path >= ? AND unit_path < ?", lo, hi)
		}
	}
	if f.Card != "" {
		n := slices.Index(CardLevels.Codes(), f.Card)
		if n < 0 {
			return tickets.Invalid{{Field: "card", ZH: "没有这种预警牌", EN: "no such card"}}
		}
		c.add("closed_at IS NULL AND id IN (SELECT id FROM my_cards WHERE card = ?)", n+1)
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

// NoCategory asks for the tickets without one.
const NoCategory = "none"

// allOpen tells whether only open statuses are asked for: then the small indexes
// of the open tickets serve.
func allOpen(list []string) bool {
	for _, s := range list {
		if !tickets.Status(s).Open() {
			return false
		}
	}
	return len(list) > 0
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
		b := &pgx.Batch{}
		sql, args := countOpen(tx, ViewOf(tx.Me, view))
		b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
			var status string
			var n, overdue, today int
			_, err := pgx.ForEachRow(rows, []any{&status, &n, &overdue, &today}, func() error {
				out.ByStatus[status] = n
				out.Overdue += overdue
				out.DueToday += today
				return nil
			})
			return err
		})
		b.Queue(`SELECT count(*) FROM tickets WHERE investigator = $1 AND closed_at IS NULL`, tx.Me.Person).QueryRow(func(row pgx.Row) error { return row.Scan(&out.Mine) })
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return Counts{}, fmt.Errorf("count tickets: %w", err)
	}
	return out, nil
}

// countOpen is the query of the counts by status. A unit's and a desk's many
// tickets are counted by a function that reads an index alone; the few of the
// other lists through the policies.
func countOpen(tx *pg.Tx, view string) (string, []any) {
	tonight := workday.DateOf(tx.Now).End()
	if tx.Me.Machine == "" && (view == "unit" || view == "desk" && tx.Me.Has(tickets.RoleOperator)) {
		return `SELECT state, n, overdue, due FROM app.open_counts($1, $2, $3)`, []any{view, tx.Now, tonight}
	}
	c := &conditions{}
	c.scope(tx.Me, view)
	c.add("closed_at IS NULL")
	n := len(c.args)
	return fmt.Sprintf(`SELECT status, count(*), count(*) FILTER (WHERE next_due < $%d), count(*) FILTER (WHERE next_due < $%d) FROM tickets%s GROUP BY status`, n+1, n+2, c.where()),
		append(c.args, tx.Now, tonight)
}
