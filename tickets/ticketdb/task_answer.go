package ticketdb

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
	"github.com/jackc/pgx/v5"

	"hotline/internal/journal"
	"hotline/internal/pg"
	"hotline/tickets"
)

const (
	actTaskSigned   = "task_signed"
	actTaskAnswered = "task_answered"

	// maxTaskFiles and maxAnswer bound one answer: files, and characters.
	maxTaskFiles = 9
	maxAnswer    = 4000
)

// TaskFile is what came with an answer; its content is read with DB.TaskContent.
type TaskFile struct {
	ID     int64
	Task   int64
	Round  int
	Name   string
	Type   string
	Size   int64
	SHA256 []byte
	At     time.Time
}

// TaskView is a task with everything its page shows. To the addressed unit it
// holds no trace of the ticket.
type TaskView struct {
	tickets.Task
	Me     pg.Me
	May    bool   // sign and answer for the addressed unit
	Ticket string // its number, for who sees the ticket; else empty
	Files  []TaskFile
	Events []JournalRow
	Names  map[int]string // of who signed and answered
}

// Task reads a task by its number. pg.ErrNotFound: no such task in the caller's sight.
func (d *DB) Task(ctx context.Context, caller pg.Caller, number string) (*TaskView, error) {
	var v *TaskView
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) (err error) {
		v, err = d.taskView(ctx, tx, number)
		return err
	})
	return v, err
}

func (d *DB) taskView(ctx context.Context, tx *pg.Tx, number string) (*TaskView, error) {
	x, err := findTask(ctx, tx, number, "")
	if err != nil {
		return nil, err
	}
	v := &TaskView{Task: x, Me: tx.Me, May: tickets.MayAnswerTask(x, actorOf(tx.Me), d.Tree())}
	b := &pgx.Batch{}
	b.Queue(`SELECT id, task, round, name, type, size, sha256, at FROM task_files WHERE task = $1 ORDER BY id`, x.ID).Query(into(&v.Files, pgx.RowToStructByPos[TaskFile]))
	b.Queue(`SELECT t.number, l.n FROM task_links l JOIN tickets t ON t.id = l.ticket WHERE l.task = $1`, x.ID).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{&v.Ticket, &v.N}, func() error { return nil })
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read task: %w", err)
	}
	if v.Names, err = personNames(ctx, tx, map[int]bool{x.SignedBy: true, x.AnsweredBy: true}); err != nil {
		return nil, err
	}
	rows, err := journal.Of(ctx, tx, "task", x.ID)
	if err != nil {
		return nil, err
	}
	if v.Events, err = journalRows(ctx, tx, rows); err != nil {
		return nil, err
	}
	for i := range v.Events {
		if e := &v.Events[i]; v.Ticket == "" && e.Unit != tx.Me.Unit { // a unit asks, not one of its people
			e.Actor, e.ActorName = "", ""
		}
	}
	return v, nil
}

// findTask reads a task through the caller's policies; lock is "" or "FOR UPDATE".
func findTask(ctx context.Context, tx *pg.Tx, number, lock string) (tickets.Task, error) {
	if len(number) > 40 || !utf8.ValidString(number) || strings.ContainsRune(number, 0) {
		return tickets.Task{}, pg.ErrNotFound
	}
	rows, err := tx.Query(ctx, `SELECT `+taskColumns+` FROM tasks k WHERE k.number = $1 `+lock, number)
	if err != nil {
		return tickets.Task{}, fmt.Errorf("find task: %w", err)
	}
	x, err := pgx.CollectExactlyOneRow(rows, scanTask)
	if err != nil {
		return x, fmt.Errorf("find task: %w", pg.Translate(err))
	}
	return x, nil
}

// SignTask signs a task for its addressed unit. Errors: pg.ErrNotFound,
// tickets.ErrNotAllowed, and tickets.ErrMoved (with the task as it stands) when it
// is no longer at `version` or to be signed. Version 0 is not checked.
func (d *DB) SignTask(ctx context.Context, caller pg.Caller, number string, version int) (*TaskView, error) {
	return d.onTask(ctx, caller, number, version, func(tx *pg.Tx, x *tickets.Task) error {
		if x.State != tickets.TaskSent {
			return tickets.ErrMoved
		}
		row, err := taskEntry(x, tx, actTaskSigned, map[string]any{"state": tickets.TaskSigned})
		if err != nil {
			return err
		}
		if _, err := journal.Append(ctx, tx, row); err != nil {
			return err
		}
		return one(tx.Exec(ctx, `UPDATE tasks SET state = 'signed', signed_by = $3, signed_at = $4, version = version + 1, seq = $5, head = $6 WHERE id = $1 AND version = $2 AND state = 'sent'`,
			x.ID, x.Version, tx.Me.Person, tx.Now, row.Seq, row.Hash))
	})
}

// AnswerTask answers a task for its addressed unit, with files, and leaves a row
// in the outbox by which a machine tells the ticket. Errors are those of SignTask,
// and tickets.Invalid for an empty or overlong text, or a bad file.
func (d *DB) AnswerTask(ctx context.Context, caller pg.Caller, number string, version int, text string, files []File) (*TaskView, error) {
	text = strings.TrimSpace(text)
	if bad := checkAnswer(text, files); bad != nil {
		if _, err := d.Task(ctx, caller, number); err != nil {
			return nil, err
		}
		return nil, bad
	}
	return d.onTask(ctx, caller, number, version, func(tx *pg.Tx, x *tickets.Task) error {
		if !x.Open() {
			return tickets.ErrMoved
		}
		sums, err := d.taskFiles(ctx, tx, x, files)
		if err != nil {
			return err
		}
		row, err := taskEntry(x, tx, actTaskAnswered, map[string]any{"state": tickets.TaskAnswered, "answer": text, "answered_us": tx.Now.UnixMicro(), "files": sums})
		if err != nil {
			return err
		}
		if _, err := journal.Append(ctx, tx, row); err != nil {
			return err
		}
		err = one(tx.Exec(ctx, `UPDATE tasks SET state = 'answered', answer = $3, answered_by = $4, answered_at = $5, signed_by = coalesce(signed_by, $4), signed_at = coalesce(signed_at, $5),
			version = version + 1, seq = $6, head = $7 WHERE id = $1 AND version = $2 AND state IN ('sent','signed','returned')`, x.ID, x.Version, text, tx.Me.Person, tx.Now, row.Seq, row.Hash))
		if err != nil {
			return err
		}
		return tellTicket(ctx, tx, x)
	})
}

// tellTicket leaves the row that carries an answer to its ticket, which whoever
// answers may not even know of: the machine finds it.
func tellTicket(ctx context.Context, tx *pg.Tx, x *tickets.Task) error {
	id, err := tx.ID(ctx)
	if err != nil {
		return err
	}
	args, err := json.Marshal(map[string]any{"task": x.ID, "round": x.Round, "at": tx.Now.UTC()})
	if err != nil {
		return err
	}
	tx.Nudge()
	if _, err := tx.Exec(ctx, `INSERT INTO outbox (id, kind, args, created_at, run_at) VALUES ($1, $2, $3, $4, $4)`, id, tickets.JobTask, args, tx.Now); err != nil {
		return fmt.Errorf("outbox %s: %w", tickets.JobTask, err)
	}
	return nil
}

func checkAnswer(text string, files []File) error {
	switch {
	case text == "":
		return tickets.Invalid{{Field: "answer", ZH: "请填写办理情况", EN: "say what was done"}}
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return tickets.Invalid{{Field: "answer", ZH: "办理情况含有无法识别的字符", EN: "the answer is not valid text"}}
	case utf8.RuneCountInString(text) > maxAnswer:
		return tickets.Invalid{{Field: "answer", ZH: fmt.Sprintf("最多 %d 字", maxAnswer), EN: fmt.Sprintf("at most %d characters", maxAnswer)}}
	case len(files) > maxTaskFiles:
		return tickets.Invalid{{Field: "file", ZH: fmt.Sprintf("一次最多 %d 个文件", maxTaskFiles), EN: fmt.Sprintf("at most %d files", maxTaskFiles)}}
	}
	for _, f := range files {
		if len(f.Content) == 0 || len(f.Content) > MaxFile {
			return tickets.Invalid{{Field: "file", ZH: "文件为空或超过 25 MB", EN: "a file is empty or larger than 25 MB"}}
		}
	}
	return nil
}

// taskFiles stores an answer's files and returns their digests for the journal.
func (d *DB) taskFiles(ctx context.Context, tx *pg.Tx, x *tickets.Task, files []File) ([]string, error) {
	sums := []string{}
	for _, f := range files {
		id, err := tx.ID(ctx)
		if err != nil {
			return nil, err
		}
		blob, sum, err := d.blobStmt(f.Content)
		if err != nil {
			return nil, err
		}
		for _, s := range []Stmt{blob, {`INSERT INTO task_files (id, task, round, name, type, size, sha256, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			[]any{id, x.ID, x.Round, fileName(f.Name), mimetype.Detect(f.Content).String(), len(f.Content), sum, tx.Me.Actor(), tx.Now}}} {
			if _, err := tx.Exec(ctx, s.SQL, s.Args...); err != nil {
				return nil, fmt.Errorf("store file: %w", err)
			}
		}
		sums = append(sums, fmt.Sprintf("%x", sha256.Sum256(f.Content)))
	}
	return sums, nil
}

// onTask runs fn on a locked task for somebody who answers for its unit.
func (d *DB) onTask(ctx context.Context, caller pg.Caller, number string, version int, fn func(*pg.Tx, *tickets.Task) error) (*TaskView, error) {
	err := d.pg.Do(ctx, caller, func(tx *pg.Tx) error {
		x, err := findTask(ctx, tx, number, "FOR UPDATE")
		switch {
		case err != nil:
			return err
		case !tickets.MayAnswerTask(x, actorOf(tx.Me), d.Tree()):
			return tickets.ErrNotAllowed
		case version != 0 && x.Version != version:
			return tickets.ErrMoved
		}
		return fn(tx, &x)
	})
	if err != nil && !errors.Is(err, tickets.ErrMoved) {
		return nil, err
	}
	v, again := d.Task(ctx, caller, number)
	if again != nil {
		return nil, again
	}
	return v, err
}

// one turns an UPDATE that found its row changed into tickets.ErrMoved.
func one(tag interface{ RowsAffected() int64 }, err error) error {
	if err != nil {
		return fmt.Errorf("update task: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return tickets.ErrMoved
	}
	return nil
}

// TaskContent opens a file of a task the caller may see. The link is checked
// through the caller's policies; the blob is read by the machines' login.
func (d *DB) TaskContent(ctx context.Context, caller pg.Caller, number string, id int64) (TaskFile, []byte, error) {
	v, err := d.Task(ctx, caller, number)
	if err != nil {
		return TaskFile{}, nil, err
	}
	for _, f := range v.Files {
		if f.ID != id {
			continue
		}
		var sealed []byte
		if err := d.pg.Machines().QueryRow(ctx, `SELECT sealed FROM blobs WHERE sha256 = $1`, f.SHA256).Scan(&sealed); err != nil {
			return f, nil, fmt.Errorf("read file: %w", pg.Translate(err))
		}
		content, err := d.vault.Open(append([]byte("blob:"), f.SHA256...), sealed)
		return f, content, err
	}
	return TaskFile{}, nil, pg.ErrNotFound
}

// TakeAnswer tells a ticket of a task's answer, at the answer's own time: a step
// like everybody's, taken once for its outbox row.
func (d *DB) TakeAnswer(ctx context.Context, outbox, task int64, round int, at time.Time, machine string) error {
	var ticket int64
	var n int
	if err := d.pg.Machines().QueryRow(ctx, `SELECT ticket, n FROM task_links WHERE task = $1`, task).Scan(&ticket, &n); err != nil {
		return fmt.Errorf("task %d: %w", task, pg.Translate(err))
	}
	return d.ActOnce(ctx, outbox, ticket, machine, tickets.ActTaskAnswered,
		tickets.Values{"task": fmt.Sprint(n), "round": fmt.Sprint(round), "at": at.UTC().Format(time.RFC3339Nano)})
}
