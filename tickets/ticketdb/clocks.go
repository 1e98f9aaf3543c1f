package ticketdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/deadline"
	"hotline/internal/journal"
)

// clockColumns are new deadlines as columns of unnest.
type clockColumns struct {
	id                   []int64
	rule                 []string
	version              []int32
	calendar, event      []string
	start, base, due     []time.Time
	provisional, printed []bool
	cardAt               []*time.Time
	card                 []*string
	window               []bool
	outer                []int64
}

func (c *clockColumns) add(e deadline.Engine, id int64, s deadline.Started, event string, urgent bool, now time.Time) {
	c.id, c.rule, c.version = append(c.id, id), append(c.rule, s.Due.RuleCode), append(c.version, int32(s.Due.RuleVersion))
	c.calendar, c.event = append(c.calendar, s.Due.CalendarVersion), append(c.event, event)
	c.start, c.base, c.due = append(c.start, s.Due.StartAt.UTC()), append(c.base, s.Due.Base.UTC()), append(c.due, s.Due.At.UTC())
	c.provisional, c.printed = append(c.provisional, s.Due.Provisional), append(c.printed, s.Due.Reason == deadline.ByPrinted)
	at, level := firstCard(e, s, urgent, now)
	c.cardAt, c.card = append(c.cardAt, at), append(c.card, level)
	c.window, c.outer = append(c.window, s.Rule.Window), append(c.outer, 0)
}

// firstCard is the next card of a clock after now; nil where it has none left.
// Late entry skips the cards that would have fallen before.
func firstCard(e deadline.Engine, s deadline.Started, urgent bool, now time.Time) (*time.Time, *string) {
	cards := deadline.Cards(deadline.Clock{Rule: s.Rule, Due: s.Due, Calendar: e.Calendar, Hours: e.Hours, Urgent: urgent})
	for _, c := range cards {
		if c.Notify.After(now) || c.Level == deadline.Red {
			at, level := c.Notify.UTC(), string(c.Level)
			return &at, &level
		}
	}
	return nil, nil
}

func (c *clockColumns) join(o clockColumns) {
	c.id, c.rule, c.version = append(c.id, o.id...), append(c.rule, o.rule...), append(c.version, o.version...)
	c.calendar, c.event = append(c.calendar, o.calendar...), append(c.event, o.event...)
	c.start, c.base, c.due = append(c.start, o.start...), append(c.base, o.base...), append(c.due, o.due...)
	c.provisional, c.printed = append(c.provisional, o.provisional...), append(c.printed, o.printed...)
	c.cardAt, c.card, c.window = append(c.cardAt, o.cardAt...), append(c.card, o.card...), append(c.window, o.window...)
	c.outer = append(c.outer, o.outer...)
}

func (c *clockColumns) deadline(i int) Deadline {
	return Deadline{ID: c.id[i], Rule: c.rule[i], RuleVersion: int(c.version[i]), Calendar: c.calendar[i], StartEvent: c.event[i],
		StartAt: c.start[i], BaseDueAt: c.base[i], DueAt: c.due[i], Provisional: c.provisional[i], Printed: c.printed[i]}
}

// journal is what the journal row says of the clocks: enough to recompute each.
func (c *clockColumns) journal() []map[string]any {
	out := make([]map[string]any, len(c.id))
	for i := range c.id {
		out[i] = map[string]any{"id": c.id[i], "rule": c.rule[i], "version": c.version[i], "calendar": c.calendar[i], "start": c.start[i], "due": c.due[i]}
	}
	return out
}

const deadlineColumns = `id, rule, rule_version, calendar, start_event, start_at, base_due_at, due_at, provisional, printed, met_at, met_event, cancelled_at, hop, granted_due, outer_id`

func (d *DB) deadlines(ctx context.Context, q journal.Querier, ticket int64) ([]Deadline, error) {
	rows, err := q.Query(ctx, `SELECT `+deadlineColumns+` FROM deadlines WHERE subject = $1 AND subject_kind = 'ticket' ORDER BY due_at, id`, ticket)
	if err != nil {
		return nil, fmt.Errorf("deadlines: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Deadline])
}

// insertClocksSQL adds clocks opened by an act.
const insertClocksSQL = `INSERT INTO deadlines (id, subject_kind, subject, hop, rule, rule_version, calendar, start_event, start_at, base_due_at, due_at, provisional, printed, next_card_at, next_card, outer_id)
	SELECT i, 'ticket', $1, $2, r, v, c, e, sa, b, du, p, pr, na, nc, nullif(ou, 0) FROM unnest($3::bigint[], $4::text[], $5::int[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::bool[], $12::bool[], $13::timestamptz[], $14::text[], $15::bigint[]) u(i, r, v, c, e, sa, b, du, p, pr, na, nc, ou)`

func (c *clockColumns) args(ticket int64, hop *int) []any {
	return []any{ticket, hop, c.id, c.rule, c.version, c.calendar, c.event, c.start, c.base, c.due, c.provisional, c.printed, c.cardAt, c.card, c.outer}
}

// rebuild is the engine's view of a stored clock.
func (d *DB) rebuild(x Deadline) (*deadline.Rule, deadline.Due, bool) {
	rule, ok := d.Engine().Rules.Find(x.Rule, x.RuleVersion)
	due := deadline.Due{RuleCode: x.Rule, RuleVersion: x.RuleVersion, CalendarVersion: x.Calendar, StartAt: x.StartAt, At: x.DueAt, Base: x.BaseDueAt, Provisional: x.Provisional}
	return rule, due, ok
}
