package ticketdb

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/tickets"
)

// TaskFilter narrows a list of tasks. Zero fields do not.
type TaskFilter struct {
	View  string // "own" (default: addressed to the caller's unit and the villages it answers for), "below", "issued" (by the caller's unit)
	State string // "open", "answered", "settled"; empty: all
	After string // cursor
	Limit int    // default 25, at most 200
}

// TaskLine is a task in a list.
type TaskLine struct {
	tickets.Task
	Ticket string // its number, for who sees the ticket
}

// TaskPage is one page of tasks; Next is empty on the last.
type TaskPage struct {
	Items []TaskLine
	Next  string
}

// TaskCounts are the tasks of the caller's own unit.
type TaskCounts struct {
	Open     int // not answered
	Overdue  int // of these, those past their time
	Answered int // waiting for a word
}

// taskStates are what a filter's State means, and the order in which it is read:
// what is owed by its due time, what is over from the newest.
var taskStates = map[string]struct {
	where string
	desc  bool
}{
	"":         {"true", true},
	"open":     {"k.state IN ('sent','signed','returned')", false},
	"answered": {"k.state = 'answered'", false},
	"settled":  {"k.ended_at IS NOT NULL", true},
}

// Tasks lists tasks. The policies decide what may be seen; an unknown view, state
// or cursor is tickets.Invalid.
func (d *DB) Tasks(ctx context.Context, caller pg.Caller, f TaskFilter) (TaskPage, error) {
	state, ok := taskStates[f.State]
	if !ok {
		return TaskPage{}, tickets.Invalid{{Field: "state", ZH: "没有这种状态", EN: "no such state"}}
	}
	limit := f.Limit
	if limit <= 0 || limit > 200 {
		limit = 25
	}
	var page TaskPage
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		where, args, bad := d.taskWhere(tx.Me, f.View)
		if bad != nil {
			return bad
		}
		compare, order := ">", "k.due_at, k.id"
		if state.desc {
			compare, order = "<", "k.due_at DESC, k.id DESC"
		}
		if f.After != "" {
			at, id, ok := taskCursor(f.After)
			if !ok {
				return tickets.Invalid{{Field: "after", ZH: "翻页标记不正确", EN: "not a cursor"}}
			}
			args = append(args, at, id)
			where += fmt.Sprintf(` AND (k.due_at, k.id) %s ($%d, $%d)`, compare, len(args)-1, len(args))
		}
		args = append(args, limit+1)
		rows, err := tx.Query(ctx, `SELECT `+taskColumns+`, coalesce((SELECT t.number FROM task_links l JOIN tickets t ON t.id = l.ticket WHERE l.task = k.id), '')
			FROM tasks k WHERE `+where+` AND `+state.where+` ORDER BY `+order+fmt.Sprintf(` LIMIT $%d`, len(args)), args...)
		if err != nil {
			return fmt.Errorf("list tasks: %w", err)
		}
		page.Items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (x TaskLine, err error) {
			return x, row.Scan(append(taskTargets(&x.Task), &x.Ticket)...)
		})
		if err != nil {
			return fmt.Errorf("list tasks: %w", err)
		}
		return nil
	})
	if err == nil && len(page.Items) > limit {
		page.Items = page.Items[:limit]
		last := page.Items[limit-1]
		page.Next = fmt.Sprintf("%d_%d", last.Due.UnixMicro(), last.ID)
	}
	return page, err
}

// taskWhere is the condition of a view.
func (d *DB) taskWhere(me pg.Me, view string) (string, []any, error) {
	own := d.answersFor(me)
	switch view {
	case "", "own":
		return `k.unit = ANY ($1)`, []any{own}, nil
	case "below":
		return `k.unit <> ALL ($1) AND EXISTS (SELECT 1 FROM units u WHERE u.id = k.unit AND starts_with(u.path, $2))`, []any{own, me.Path}, nil
	case "issued":
		return `k.from_unit = $1`, []any{me.Unit}, nil
	}
	return "", nil, tickets.Invalid{{Field: "view", ZH: "没有这种视图", EN: "no such view"}}
}

// answersFor are the units for which the caller answers: his own and, of a
// township, its villages.
func (d *DB) answersFor(me pg.Me) []int {
	out := []int{me.Unit}
	for _, u := range d.Tree().Children(me.Unit) {
		if u.Kind == units.Village {
			out = append(out, u.ID)
		}
	}
	return out
}

func taskCursor(s string) (time.Time, int64, bool) {
	us, id, ok := strings.Cut(s, "_")
	n, err := strconv.ParseInt(us, 10, 64)
	last, err2 := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil || err2 != nil || n < 0 || n > 1e16 {
		return time.Time{}, 0, false
	}
	return time.UnixMicro(n).UTC(), last, true
}

// TaskCounts counts the tasks of the caller's own unit, and of the villages it answers for.
func (d *DB) TaskCounts(ctx context.Context, caller pg.Caller) (TaskCounts, error) {
	var c TaskCounts
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE state <> 'answered'), count(*) FILTER (WHERE state <> 'answered' AND due_at <= $2), count(*) FILTER (WHERE state = 'answered')
			FROM tasks WHERE unit = ANY ($1) AND ended_at IS NULL`, d.answersFor(tx.Me), tx.Now).Scan(&c.Open, &c.Overdue, &c.Answered)
	})
	if err != nil {
		return c, fmt.Errorf("count tasks: %w", err)
	}
	return c, nil
}
