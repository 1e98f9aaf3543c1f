package ticketdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/journal"
	"hotline/internal/pg"
)

// Report is what a verification looked at.
type Report struct {
	Tickets int
	Tasks   int
	Rows    int
	Faults  []journal.Fault
}

// verifyBatch is how many tickets are checked between two questions.
const verifyBatch = 500

// Verify reads every ticket's journal, checks its chain and every field against
// its commitment, replays it, and compares the result with the state tables:
// the ticket's columns, its clocks, findings and replies. It collects at most
// `most` faults. The desk may
// go on meanwhile: a batch is read in one repeatable snapshot.
func Verify(ctx context.Context, db *pg.DB, most int) (Report, error) {
	var r Report
	after := int64(0)
	for {
		n := 0
		err := db.Snapshot(ctx, pg.Machine("machine:verify"), func(tx *pg.Tx) error {
			subjects, err := verifySubjects(ctx, tx, after)
			if err != nil {
				return err
			}
			n = len(subjects)
			return r.check(ctx, tx, subjects, &after, most)
		})
		if err != nil {
			return r, err
		}
		if n == 0 || len(r.Faults) >= most {
			return r, errors.Join(r.tasks(ctx, db, most), r.orphans(ctx, db, most), r.others(ctx, db, most))
		}
	}
}

// verified is a ticket's state as the tables hold it.
type verified struct {
	id    int64
	seq   int
	head  []byte
	state map[string]any
}

// stateColumns are the columns that acts change through the journal's "set".
const stateColumns = `jsonb_build_object('number', number, 'status', status, 'kind', kind, 'track', track, 'channel', channel, 'naming', naming, 'secrecy', secrecy,
	'urgency', urgency, 'region', region, 'unit', unit, 'outcome', outcome, 'investigator', investigator, 'second_investigator', second_investigator, 'redos', redos, 'urges', urges, 'supervised', supervised, 'satisfaction', satisfaction, 'statement', statement,
	'appeal', appeal, 'appealed', appealed, 'floor_unit', floor_unit, 'withdrawal', withdrawal, 'mandate', mandate, 'petition_no', petition_no, 'reveal_asked', reveal_asked)`

func verifySubjects(ctx context.Context, tx *pg.Tx, after int64) ([]verified, error) {
	rows, err := tx.Query(ctx, `SELECT id, seq, head, `+stateColumns+` FROM tickets WHERE id > $1 ORDER BY id LIMIT $2`, after, verifyBatch)
	if err != nil {
		return nil, fmt.Errorf("read tickets: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v verified, err error) {
		return v, row.Scan(&v.id, &v.seq, &v.head, &v.state)
	})
}

func (r *Report) check(ctx context.Context, tx *pg.Tx, list []verified, after *int64, most int) error {
	ids := make([]int64, len(list))
	for i, v := range list {
		ids[i] = v.id
	}
	journals, err := journal.OfMany(ctx, tx, "ticket", ids)
	if err != nil {
		return err
	}
	children, err := readChildren(ctx, tx, ids)
	if err != nil {
		return err
	}
	documents, err := documentsStored(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, v := range list {
		*after = v.id
		r.Tickets++
		rows := journals[v.id]
		r.Rows += len(rows)
		add := func(f journal.Fault) {
			f.Kind, f.Subject, f.Name = "ticket", v.id, fmt.Sprint(v.state["number"])
			if len(r.Faults) < most {
				r.Faults = append(r.Faults, f)
			}
		}
		fault := func(what string) { add(journal.Fault{What: what}) }
		if err := journal.VerifyChain(rows, journal.Head{Kind: "ticket", Subject: v.id, Seq: v.seq, Hash: v.head}); err != nil {
			var f journal.Fault
			if !errors.As(err, &f) {
				f.What = err.Error()
			}
			add(f)
			continue
		}
		replay(rows).compare(v, children[v.id], fault)
		sameTexts("document", documents[v.id], documentsTold(rows), fault)
	}
	return nil
}

// replayed is the state that a ticket's journal tells.
type replayed struct {
	set      map[string]any
	clocks   map[int64]time.Time // due
	ended    map[int64]bool
	replies  map[int64]string
	findings map[int64]string
	requests map[int64]string // state
	tasks    map[int64]string // number
}

func replay(rows []journal.Stored) replayed {
	p := replayed{set: map[string]any{}, clocks: map[int64]time.Time{}, ended: map[int64]bool{}, replies: map[int64]string{}, findings: map[int64]string{},
		requests: map[int64]string{}, tasks: map[int64]string{}}
	for _, row := range rows {
		fields, err := journal.Values(row.Body)
		if err != nil {
			continue // VerifyChain has said so
		}
		var f struct {
			set    map[string]any
			clocks []struct {
				ID  int64     `json:"id"`
				Due time.Time `json:"due"`
			}
			met, cancelled  []int64
			reply, approved struct {
				ID   int64  `json:"id"`
				Text string `json:"public_text"`
			}
			finding struct {
				ID      int64  `json:"id"`
				Outcome string `json:"outcome"`
			}
			statement *string
			request   struct {
				ID int64 `json:"id"`
			}
			decided []struct {
				ID    int64  `json:"id"`
				State string `json:"state"`
			}
			task struct {
				ID     int64  `json:"id"`
				Number string `json:"number"`
			}
		}
		for name, dst := range map[string]any{"set": &f.set, "clocks": &f.clocks, "met": &f.met, "cancelled": &f.cancelled, "reply": &f.reply, "approved": &f.approved, "finding": &f.finding, "statement": &f.statement,
			"request": &f.request, "decided": &f.decided, "task": &f.task} {
			if raw, ok := fields[name]; ok {
				_ = json.Unmarshal(raw, dst)
			}
		}
		for k, x := range f.set {
			p.set[k] = x
		}
		if f.statement != nil {
			p.set["statement"] = *f.statement
		} else if brief, ok := f.set["statement"].(string); ok {
			p.set["statement"] = digest(brief)
		}
		for _, c := range f.clocks {
			p.clocks[c.ID] = c.Due
		}
		for _, id := range append(f.met, f.cancelled...) {
			p.ended[id] = true
		}
		for _, x := range []struct {
			ID   int64  `json:"id"`
			Text string `json:"public_text"`
		}{f.reply, f.approved} {
			if x.ID != 0 {
				p.replies[x.ID] = x.Text
			}
		}
		if f.request.ID != 0 {
			p.requests[f.request.ID] = "pending"
		}
		for _, x := range f.decided {
			p.requests[x.ID] = x.State
		}
		if f.task.ID != 0 {
			p.tasks[f.task.ID] = f.task.Number
		}
		if f.finding.ID != 0 {
			p.findings[f.finding.ID] = f.finding.Outcome
		}
	}
	return p
}

func (p replayed) compare(v verified, c children, fault func(string)) {
	for column, stored := range v.state {
		told, known := p.set[column]
		if text, ok := stored.(string); ok && column == "statement" {
			stored = digest(text)
		}
		if known && fmt.Sprint(told) != fmt.Sprint(stored) || !known && !unset(stored) {
			fault(fmt.Sprintf("column %s is not what the journal says", column))
		}
	}
	for _, d := range c.deadlines {
		switch due, ok := p.clocks[d.id]; {
		case !ok:
			fault(fmt.Sprintf("clock %d (%s) is in no journal row", d.id, d.rule))
		case !due.Equal(d.due):
			fault(fmt.Sprintf("clock %d (%s) is due at another time than the journal says", d.id, d.rule))
		case p.ended[d.id] != d.ended:
			fault(fmt.Sprintf("clock %d (%s) has ended, or not, unlike the journal says", d.id, d.rule))
		}
	}
	if len(c.deadlines) != len(p.clocks) {
		fault(fmt.Sprintf("%d clocks, the journal says %d", len(c.deadlines), len(p.clocks)))
	}
	sameTexts("reply", c.replies, p.replies, fault)
	sameTexts("finding", c.findings, p.findings, fault)
	sameTexts("request", c.requests, p.requests, fault)
	sameTexts("task", c.tasks, p.tasks, fault)
}

// unset is what a column holds before any act has changed it.
func unset(v any) bool { return v == nil || v == false || v == float64(0) }

func sameTexts(what string, stored, told map[int64]string, fault func(string)) {
	if len(stored) != len(told) {
		fault(fmt.Sprintf("%d rows of %s, the journal says %d", len(stored), what, len(told)))
	}
	for id, text := range stored {
		if told[id] != text {
			fault(fmt.Sprintf("%s %d is not what the journal says", what, id))
		}
	}
}

type clockState struct {
	id    int64
	rule  string
	due   time.Time
	ended bool
}

type children struct {
	deadlines []clockState
	replies   map[int64]string
	findings  map[int64]string
	requests  map[int64]string
	tasks     map[int64]string
}

func readChildren(ctx context.Context, tx *pg.Tx, ids []int64) (map[int64]children, error) {
	out := map[int64]children{}
	for _, id := range ids {
		out[id] = children{replies: map[int64]string{}, findings: map[int64]string{}, requests: map[int64]string{}, tasks: map[int64]string{}}
	}
	b := &pgx.Batch{}
	b.Queue(`SELECT subject, id, rule, due_at, met_at IS NOT NULL OR cancelled_at IS NOT NULL FROM deadlines WHERE subject = ANY ($1) AND subject_kind = 'ticket'`, ids).Query(func(rows pgx.Rows) error {
		defer rows.Close()
		for rows.Next() {
			var ticket int64
			var c clockState
			if err := rows.Scan(&ticket, &c.id, &c.rule, &c.due, &c.ended); err != nil {
				return err
			}
			k := out[ticket]
			k.deadlines = append(k.deadlines, c)
			out[ticket] = k
		}
		return rows.Err()
	})
	texts := func(sql string, pick func(children) map[int64]string) {
		b.Queue(sql, ids).Query(func(rows pgx.Rows) error {
			defer rows.Close()
			for rows.Next() {
				var ticket, id int64
				var text string
				if err := rows.Scan(&ticket, &id, &text); err != nil {
					return err
				}
				pick(out[ticket])[id] = text
			}
			return rows.Err()
		})
	}
	texts(`SELECT ticket, id, public_text FROM replies WHERE ticket = ANY ($1)`, func(c children) map[int64]string { return c.replies })
	texts(`SELECT ticket, id, outcome FROM findings WHERE ticket = ANY ($1)`, func(c children) map[int64]string { return c.findings })
	texts(`SELECT ticket, id, state FROM requests WHERE ticket = ANY ($1)`, func(c children) map[int64]string { return c.requests })
	texts(`SELECT l.ticket, k.id, k.number FROM task_links l JOIN tasks k ON k.id = l.task WHERE l.ticket = ANY ($1)`, func(c children) map[int64]string { return c.tasks })
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read clocks, replies, findings: %w", err)
	}
	return out, nil
}

// orphans looks for journal rows of tickets and tasks that are not there any more.
func (r *Report) orphans(ctx context.Context, db *pg.DB, most int) error {
	for _, x := range []struct{ kind, table string }{{"ticket", "tickets"}, {"task", "tasks"}} {
		rows, err := db.Machines().Query(ctx, `SELECT DISTINCT j.subject FROM journal j WHERE j.subject_kind = $1 AND NOT EXISTS (SELECT 1 FROM `+x.table+` t WHERE t.id = j.subject) LIMIT 20`, x.kind)
		if err != nil {
			return fmt.Errorf("look for removed %s: %w", x.table, err)
		}
		gone, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return fmt.Errorf("look for removed %s: %w", x.table, err)
		}
		for _, id := range gone {
			if len(r.Faults) < most {
				r.Faults = append(r.Faults, journal.Fault{Kind: x.kind, Subject: id, What: "the " + x.kind + " was removed; its journal is still there"})
			}
		}
	}
	return nil
}
