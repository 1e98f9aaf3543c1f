package ticketdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hotline/internal/journal"
	"hotline/internal/pg"
)

// verifiedTask is a task's state as the tables hold it, with what must agree
// with its clock on the ticket.
type verifiedTask struct {
	verified
	dueAsClock bool // due when its clock is, which the ticket's journal vouches for
	metAsTold  bool // a clock met by the answer was met when the answer was given
	files      []string
}

const taskStateColumns = `jsonb_build_object('number', k.number, 'kind', k.kind, 'unit', k.unit, 'from_unit', k.from_unit, 'text', k.text, 'urgent', k.urgent, 'state', k.state, 'round', k.round,
	'note', k.note, 'answer', k.answer, 'answered_us', (extract(epoch FROM k.answered_at) * 1000000)::bigint)`

// tasks verifies every task as check does tickets: its chain, and its columns
// and files against what the journal tells.
func (r *Report) tasks(ctx context.Context, db *pg.DB, most int) error {
	after := int64(0)
	for len(r.Faults) < most {
		n := 0
		err := db.Snapshot(ctx, pg.Machine("machine:verify"), func(tx *pg.Tx) error {
			list, err := verifyTasks(ctx, tx, after)
			if err != nil {
				return err
			}
			n = len(list)
			return r.checkTasks(ctx, tx, list, &after, most)
		})
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}

func verifyTasks(ctx context.Context, tx *pg.Tx, after int64) ([]verifiedTask, error) {
	rows, err := tx.Query(ctx, `SELECT k.id, k.seq, k.head, `+taskStateColumns+`, coalesce(d.due_at = k.due_at, false), coalesce(d.met_event <> 'task_answered' OR d.met_at = k.answered_at, true),
			ARRAY(SELECT encode(f.sha256, 'hex') FROM task_files f WHERE f.task = k.id ORDER BY f.id)
		FROM tasks k LEFT JOIN task_links l ON l.task = k.id LEFT JOIN deadlines d ON d.subject = l.ticket AND d.id = l.deadline WHERE k.id > $1 ORDER BY k.id LIMIT $2`, after, verifyBatch)
	if err != nil {
		return nil, fmt.Errorf("read tasks: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v verifiedTask, err error) {
		return v, row.Scan(&v.id, &v.seq, &v.head, &v.state, &v.dueAsClock, &v.metAsTold, &v.files)
	})
}

func (r *Report) checkTasks(ctx context.Context, tx *pg.Tx, list []verifiedTask, after *int64, most int) error {
	ids := make([]int64, len(list))
	for i, v := range list {
		ids[i] = v.id
	}
	journals, err := journal.OfMany(ctx, tx, "task", ids)
	if err != nil {
		return err
	}
	for _, v := range list {
		*after = v.id
		r.Tasks++
		rows := journals[v.id]
		r.Rows += len(rows)
		add := func(f journal.Fault) {
			f.Kind, f.Subject, f.Name = "task", v.id, fmt.Sprint(v.state["number"])
			if len(r.Faults) < most {
				r.Faults = append(r.Faults, f)
			}
		}
		if err := journal.VerifyChain(rows, journal.Head{Kind: "task", Subject: v.id, Seq: v.seq, Hash: v.head}); err != nil {
			var f journal.Fault
			if !errors.As(err, &f) {
				f.What = err.Error()
			}
			add(f)
			continue
		}
		v.compare(rows, func(what string) { add(journal.Fault{What: what}) })
	}
	return nil
}

func (v verifiedTask) compare(rows []journal.Stored, fault func(string)) {
	told, files := map[string]any{}, []string{}
	for _, row := range rows {
		fields, err := journal.Values(row.Body)
		if err != nil {
			continue // VerifyChain has said so
		}
		var set map[string]any
		var with struct{ Files []string }
		_ = json.Unmarshal(fields["set"], &set)
		_ = json.Unmarshal(fields["set"], &with)
		for k, x := range set {
			told[k] = x
		}
		files = append(files, with.Files...)
	}
	for column, stored := range v.state {
		x, known := told[column]
		if known && fmt.Sprint(x) != fmt.Sprint(stored) || !known && !unset(stored) && stored != "" {
			fault(fmt.Sprintf("column %s is not what the journal says", column))
		}
	}
	if fmt.Sprint(files) != fmt.Sprint(v.files) {
		fault("its files are not those that the journal says")
	}
	if !v.dueAsClock {
		fault("it is due at another time than its clock, or has none")
	}
	if !v.metAsTold {
		fault("its clock was met at another time than it was answered")
	}
}
