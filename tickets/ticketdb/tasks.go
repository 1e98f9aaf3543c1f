package ticketdb

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hotline/internal/deadline"
	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
)

const taskColumns = `k.id, k.number, k.kind, k.unit, k.from_unit, k.text, k.urgent, k.sent_at, k.due_at, k.state, k.round, k.note, coalesce(k.signed_by, 0), k.signed_at,
	k.answer, coalesce(k.answered_by, 0), k.answered_at, k.ended_at, k.version, k.seq, k.head`

func taskTargets(x *tickets.Task) []any {
	return []any{&x.ID, &x.Number, &x.Kind, &x.Unit, &x.From, &x.Text, &x.Urgent, &x.SentAt, &x.Due, &x.State, &x.Round, &x.Note, &x.SignedBy, &x.SignedAt,
		&x.Answer, &x.AnsweredBy, &x.AnsweredAt, &x.EndedAt, &x.Version, &x.Seq, &x.Head}
}

func scanTask(row pgx.CollectableRow) (x tickets.Task, err error) {
	return x, row.Scan(taskTargets(&x)...)
}

func scanLinkedTask(row pgx.CollectableRow) (x tickets.Task, err error) {
	return x, row.Scan(append(taskTargets(&x), &x.N, &x.Clock, &x.IssuedBy)...)
}

// taskNumber draws a number by lot. It is not counted: consecutive numbers would
// tell an accused unit how much is going on.
func taskNumber(now time.Time) (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(10_000_000))
	if err != nil {
		return "", fmt.Errorf("draw a task number: %w", err)
	}
	return fmt.Sprintf("R%s-%07d", now.In(workday.Zone).Format("060102"), n), nil
}

// taskEntry is a row of a task's own journal; set are the columns it changes.
func taskEntry(x *tickets.Task, tx *pg.Tx, action string, set map[string]any) (journal.Row, error) {
	provenance, prev := journal.Typed, x.Head
	if tx.Me.Machine != "" || action == actTaskSigned {
		provenance = journal.Machine
	}
	if x.Seq == 0 {
		prev = journal.Genesis
	}
	return journal.Seal(journal.Entry{Kind: "task", Subject: x.ID, Seq: x.Seq + 1, At: tx.Now, Recorded: tx.Now, Actor: tx.Me.Actor(), Unit: tx.Me.Unit,
		Action: action, Provenance: provenance, Fields: map[string]any{"set": set}}, prev)
}

// task writes what a step does to a task of the ticket.
func (w *writing) task(ctx context.Context) error {
	s := w.c.Task
	if s == nil {
		return nil
	}
	x := &s.Task
	var err error
	switch {
	case x.ID == 0:
		err = w.newTask(ctx, x)
	case s.State != "":
		err = w.moveTask(s)
	}
	if err != nil {
		return err
	}
	told := map[string]any{"id": x.ID, "n": x.N, "number": x.Number, "kind": x.Kind, "unit": x.Unit, "round": x.Round}
	if s.State != "" {
		told["state"] = s.State
	}
	w.log["task"] = told
	return nil
}

func (w *writing) newTask(ctx context.Context, x *tickets.Task) error {
	var err error
	if x.ID, err = w.tx.ID(ctx); err != nil {
		return err
	}
	if x.Number, err = taskNumber(w.tx.Now); err != nil {
		return err
	}
	unit := w.d.Tree().Find(x.Unit)
	if unit == nil || w.clock == 0 {
		return fmt.Errorf("task to unit %d: no such unit, or no clock", x.Unit)
	}
	row, err := taskEntry(x, w.tx, "task_sent", map[string]any{"number": x.Number, "kind": x.Kind, "unit": x.Unit, "from_unit": x.From, "text": x.Text, "urgent": x.Urgent,
		"state": tickets.TaskSent, "round": 1, "due": w.dueAt})
	if err != nil {
		return err
	}
	w.exec(`INSERT INTO tasks (id, number, kind, unit, unit_path, from_unit, text, urgent, sent_at, due_at, state, seq, head) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'sent', $11, $12)`,
		x.ID, x.Number, x.Kind, x.Unit, unit.Path, x.From, x.Text, x.Urgent, x.SentAt, w.dueAt, row.Seq, row.Hash)
	w.exec(`INSERT INTO task_links (task, ticket, n, deadline, issued_by) VALUES ($1, $2, $3, $4, $5)`, x.ID, w.v.ID, x.N, w.clock, x.IssuedBy)
	w.exec(journal.AppendSQL, row.Args()...)
	return nil
}

// moveTask settles a task or sends its answer back.
func (w *writing) moveTask(s *tickets.TaskStep) error {
	x := &s.Task
	set := map[string]any{"state": s.State}
	round, note, due := x.Round, x.Note, x.Due
	if s.State == tickets.TaskReturned {
		round, note, due = round+1, s.Note, w.dueAt
		set["round"], set["note"], set["due"] = round, note, due
		w.exec(`UPDATE task_links SET deadline = $2 WHERE task = $1`, x.ID, w.clock)
	}
	var ended *time.Time
	if s.State != tickets.TaskReturned {
		ended = &w.tx.Now
	}
	row, err := taskEntry(x, w.tx, string(w.act.Action), set)
	if err != nil {
		return err
	}
	w.exec(journal.AppendSQL, row.Args()...)
	w.out.Queue(`UPDATE tasks SET state = $3, round = $4, note = $5, due_at = $6, ended_at = $7, version = version + 1, seq = $8, head = $9 WHERE id = $1 AND version = $2 AND state = $10`,
		x.ID, x.Version, s.State, round, note, due, ended, row.Seq, row.Hash, x.State).Exec(func(tag pgconn.CommandTag) error {
		w.moved = w.moved || tag.RowsAffected() != 1 // its unit answered in between
		return nil
	})
	return nil
}

// endsTask tells whether the step ends a clock because of the task it is on.
func (w *writing) endsTask(clock int64) bool {
	s := w.c.Task
	return s != nil && s.Task.Clock == clock && (s.MetAt != nil || s.Ends)
}

// metAt is when the step's clocks were met, and by what: a task's by its answer,
// whenever that is looked at.
func (w *writing) metAt() (time.Time, string) {
	if s := w.c.Task; s != nil && s.MetAt != nil {
		return *s.MetAt, deadline.EventTaskAnswered
	}
	return w.c.EventAt, string(w.act.Action)
}

// taskOpening makes the opening of a clock that of the task's.
func (w *writing) taskOpening(o deadline.Opening) (deadline.Opening, bool) {
	s := w.c.Task
	o.Printed, o.Facts.Urgency = s.Due, tickets.Normal
	if s.Task.Urgent {
		o.Facts.Urgency = tickets.Urgent
	}
	return o, s.Task.Urgent
}

// taskNotice says in a notify row whom a task concerns. The addressed unit is
// told of the task alone.
func (w *writing) taskNotice(args map[string]any) {
	if s := w.c.Task; s != nil {
		dueTask{s.Task.ID, s.Task.From, s.Task.IssuedBy, taskHearers(w.d.Tree(), s.Task.Unit)}.tell(args)
	}
}

// taskHearers are the units whose leads hear of a task: the addressed one and,
// of a village, the township that answers for it.
func taskHearers(tree *units.Tree, unit int) []int {
	out := []int{unit}
	if u := tree.Find(unit); u != nil && u.Kind == units.Village {
		out = append(out, u.Parent)
	}
	return out
}

// dueTask is the task behind a clock.
type dueTask struct {
	id     int64
	from   int
	issuer int
	to     []int
}

func (x dueTask) tell(args map[string]any) {
	args["task"], args["from"], args["issuer"], args["to"] = x.id, x.from, x.issuer, x.to
}

// tasksOf finds the tasks of those cards whose clock is a task's.
func (d *DB) tasksOf(ctx context.Context, tx *pg.Tx, due []dueCard) error {
	at := map[int64]*dueCard{}
	var clocks, about []int64
	for i := range due {
		if deadline.DutyOf(due[i].Rule) == deadline.TaskDue {
			at[due[i].ID] = &due[i]
			clocks, about = append(clocks, due[i].ID), append(about, due[i].Ticket)
		}
	}
	if len(clocks) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT l.deadline, k.id, k.from_unit, l.issued_by, k.unit FROM task_links l JOIN tasks k ON k.id = l.task WHERE l.ticket = ANY ($1) AND l.deadline = ANY ($2)`, about, clocks)
	if err != nil {
		return fmt.Errorf("tasks of cards: %w", err)
	}
	var clock int64
	var unit int
	var x dueTask
	_, err = pgx.ForEachRow(rows, []any{&clock, &x.id, &x.from, &x.issuer, &unit}, func() error {
		one := x
		one.to = taskHearers(d.Tree(), unit)
		at[clock].Task = &one
		return nil
	})
	return err
}
