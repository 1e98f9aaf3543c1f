package main

import (
	"context"
	"net/url"
	"testing"
	"time"

	"hotline/internal/workday"
)

// year is the last year as the page's form asks for it.
func (m *million) year() url.Values {
	today := workday.DateOf(m.now)
	return url.Values{"from": {workday.DateOf(m.now.AddDate(-1, 0, 0)).String()}, "to": {today.String()}}
}

// openClocks is how many open clocks with a card to come there are, and fallen
// how many of their cards have fallen since the last sweep: a Monday morning's.
const (
	openClocks = 200_000
	fallen     = 10_000
)

// loadFigures fills the facts, as a sweep would have left them, the cards that
// lie on open tickets, and clocks with cards to come.
func (m *million) loadFigures(b *testing.B) {
	b.Helper()
	ctx := context.Background()
	conn := m.d.owner(b)
	defer conn.Close(ctx)
	began := time.Now()
	if _, err := conn.Exec(ctx, `SET session_replication_role = replica`); err != nil {
		b.Fatal(err)
	}
	for _, sql := range []string{
		`INSERT INTO ticket_facts (ticket, seq, unit, unit_path, county, township, desk, kind, channel, naming, clue, received_at, last_at, sent_at, sent_by, returned,
			sign_due, sign_by, sign_ok, contact_due, contact_by, contact_ok, due_at, due_by, due_ok, follow_due, follow_by, followed,
			asked_at, asked_by, resolved, satisfied, ended_at, ended_by, redone, closed_at, closed_by, minutes, stage)
		 SELECT id, seq, unit, unit_path, county, township, desk, kind, channel, naming, kind = 'report', received_at, received_at + interval '14 days', received_at + interval '1 hour', 1, id % 40 = 0,
			received_at + interval '5 hours', 1, id % 10 < 9, received_at + interval '1 day', 1 + 2 * (id % 2), id % 12 < 11, received_at + interval '10 days', 1 + 2 * (id % 2), closed_at IS NOT NULL AND id % 9 < 8,
			received_at + interval '14 days', 1, closed_at IS NOT NULL, CASE WHEN closed_at IS NOT NULL THEN received_at + interval '9 days' END, 3, id % 8 < 7, CASE WHEN id % 3 < 2 THEN id % 7 < 6 END,
			CASE WHEN closed_at IS NOT NULL THEN received_at + interval '9 days' END, 1, id % 30 = 0, CASE WHEN closed_at IS NOT NULL THEN received_at + interval '9 days' END, 1,
			CASE WHEN closed_at IS NOT NULL THEN (12960 - id % 5000)::int END, CASE WHEN closed_at IS NOT NULL THEN 6 ELSE 1 + id % 5 END
		 FROM tickets WHERE id >= 1000`,
		`INSERT INTO cards (id, ticket, deadline, level, at) SELECT 200000000 + row_number() OVER (), l.subject, l.id, x.level, now() - interval '1 day'
		 FROM (SELECT DISTINCT ON (subject) subject, id, due_at FROM deadlines WHERE id >= 100000000 ORDER BY subject, id) l,
			(VALUES ('yellow', 2), ('second', 1), ('red', 0), ('escalated2', -2), ('escalated5', -5)) x(level, days) WHERE l.due_at < now() + x.days * interval '1 day'`,
		`WITH d AS (SELECT DISTINCT ON (rule) rule, rule_version, calendar, start_event FROM deadlines WHERE rule LIKE 'resolve%'), t AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM tickets WHERE closed_at IS NULL AND id >= 1000)
		 INSERT INTO deadlines (id, subject_kind, subject, rule, rule_version, calendar, start_event, start_at, base_due_at, due_at, next_card_at, next_card)
		 SELECT 300000000 + (g - 1) * 1000000 + t.n, 'ticket', t.id, (SELECT rule FROM d LIMIT 1), (SELECT rule_version FROM d LIMIT 1), (SELECT calendar FROM d LIMIT 1), 'registered',
			now() - interval '5 days', now() + interval '9 days', now() + interval '9 days', now() + interval '5 days', 'yellow'
		 FROM t, generate_series(1, ceil(200000.0 / (SELECT count(*) FROM t))::int) g LIMIT 200000`,
		`UPDATE deadlines SET next_card_at = now() - interval '1 minute' * (id % 600) WHERE (subject, id) IN (SELECT subject, id FROM deadlines WHERE id >= 300000000 ORDER BY id % 7919, id LIMIT 10000)`,
		`VACUUM (ANALYZE) ticket_facts, cards, deadlines`,
		`CHECKPOINT`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			b.Fatalf("%s: %v", sql, err)
		}
	}
	var clocks int
	if err := conn.QueryRow(ctx, `SELECT count(*) FROM deadlines WHERE next_card_at IS NOT NULL AND id >= 300000000`).Scan(&clocks); err != nil || clocks != openClocks {
		b.Fatalf("%d clocks, want %d: %v", clocks, openClocks, err)
	}
	b.Logf("figures made in %s", time.Since(began).Round(time.Second))
}

// sweepCards raises every card that has fallen, as the worker does.
func (m *million) sweepCards(b *testing.B) {
	began, n := time.Now(), 0
	for {
		k, err := m.d.tickets.RaiseCards(b.Context(), time.Now(), 2000)
		if err != nil {
			b.Fatal(err)
		}
		if n += k; k < 2000 {
			break
		}
	}
	took := time.Since(began)
	if n < fallen {
		b.Fatalf("%d cards, want %d", n, fallen)
	}
	empty := time.Now()
	if k, err := m.d.tickets.RaiseCards(b.Context(), time.Now(), 2000); err != nil || k != 0 {
		b.Fatalf("a second sweep raised %d: %v", k, err)
	}
	b.ReportMetric(float64(took.Milliseconds()), "sweep-ms")
	b.ReportMetric(float64(time.Since(empty).Microseconds())/1000, "empty-sweep-ms")
	b.ReportMetric(float64(n), "cards")
	b.ReportMetric(0, "ns/op")
}
