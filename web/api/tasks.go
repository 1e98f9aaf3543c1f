package api

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// Asked is what the API needs of what is asked of units; *ticketdb.DB is it.
type Asked interface {
	Task(ctx context.Context, caller pg.Caller, number string) (*ticketdb.TaskView, error)
	Tasks(ctx context.Context, caller pg.Caller, f ticketdb.TaskFilter) (ticketdb.TaskPage, error)
	SignTask(ctx context.Context, caller pg.Caller, number string, version int) (*ticketdb.TaskView, error)
	AnswerTask(ctx context.Context, caller pg.Caller, number string, version int, text string, files []ticketdb.File) (*ticketdb.TaskView, error)
	TaskContent(ctx context.Context, caller pg.Caller, number string, id int64) (ticketdb.TaskFile, []byte, error)
}

// taskBody is what is asked of a unit beside the handling one. To the unit it
// names neither the ticket nor the person who asks.
type taskBody struct {
	Number     string         `json:"number" doc:"The task's own; it tells nothing of the ticket"`
	Version    int            `json:"version"`
	Ticket     string         `json:"ticket,omitempty" doc:"For who sees the ticket"`
	N          int            `json:"n,omitempty" doc:"In the ticket, for its actions; for who sees the ticket"`
	Kind       string         `json:"kind" enum:"inquiry,rectify,defence,recheck"`
	State      string         `json:"state" enum:"sent,signed,answered,accepted,returned,cancelled"`
	Unit       int            `json:"unit" doc:"The addressed one"`
	UnitName   string         `json:"unit_name"`
	From       int            `json:"from_unit"`
	FromName   string         `json:"from_unit_name"`
	Text       string         `json:"text"`
	Urgent     bool           `json:"urgent"`
	SentAt     time.Time      `json:"sent_at"`
	DueAt      time.Time      `json:"due_at"`
	Round      int            `json:"round" doc:"Grows each time the answer is sent back"`
	Note       string         `json:"note,omitempty" doc:"Why it was sent back"`
	SignedAt   *time.Time     `json:"signed_at,omitempty"`
	Answer     string         `json:"answer,omitempty"`
	AnsweredAt *time.Time     `json:"answered_at,omitempty"`
	EndedAt    *time.Time     `json:"ended_at,omitempty"`
	Files      []taskFileBody `json:"files"`
	May        bool           `json:"may_answer" doc:"This account signs and answers for the unit"`
}

type taskFileBody struct {
	ID    int64     `json:"id"`
	Round int       `json:"round"`
	Name  string    `json:"name"`
	Type  string    `json:"type"`
	Size  int64     `json:"size"`
	At    time.Time `json:"at"`
}

// TaskNumbered names a task in the path; huma sees exported parts only.
type TaskNumbered struct {
	Task string `path:"number" maxLength:"40" example:"R260918-4849258"`
}

type tasksInput struct {
	View  string `query:"view" enum:"own,below,issued" default:"own" doc:"Addressed to the own unit, to those below, or issued by the own unit"`
	State string `query:"state" enum:"open,answered,settled" doc:"All by default"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"25"`
	After string `query:"after" maxLength:"100" doc:"The next of the page before"`
}

type tasksOutput struct {
	Body struct {
		Items []taskBody `json:"items"`
		Next  string     `json:"next" doc:"Send it as after; empty on the last page"`
	}
}

type taskOutput struct{ Body taskBody }

type signTaskInput struct {
	TaskNumbered
	Body struct {
		Version int `json:"version" minimum:"1"`
	}
}

type answerTaskForm struct {
	Version int             `form:"version" required:"true" minimum:"1"`
	Answer  string          `form:"answer" required:"true" doc:"What was done; 4000 characters at most"`
	Files   []huma.FormFile `form:"file" doc:"Nine at most, 25 MB in all"`
}

type answerTaskInput struct {
	TaskNumbered
	RawBody huma.MultipartFormFiles[answerTaskForm]
}

type taskFileInput struct {
	TaskNumbered
	ID int64 `path:"id" minimum:"1"`
}

func (s *server) taskCalls() {
	tags := []string{"tasks"}
	const one = "/api/v1/tasks/{number}"
	call(s, huma.Operation{OperationID: "list-tasks", Method: http.MethodGet, Path: "/api/v1/tasks", Tags: tags, Security: signed,
		Summary: "Tasks / 任务", Description: "What is asked of a unit beside the handling one. Open and answered ones by due time, others from the latest due. Files stand in the single task."}, s.listTasks)
	call(s, huma.Operation{OperationID: "read-task", Method: http.MethodGet, Path: one, Tags: tags, Security: signed, Summary: "Read a task / 查看任务"}, s.readTask)
	call(s, huma.Operation{OperationID: "sign-task", Method: http.MethodPost, Path: one + "/sign", Tags: tags, Security: signed,
		Summary: "Sign a task / 签收任务", Description: "For the addressed unit. 409 where it has moved since version."}, s.signTask)
	call(s, huma.Operation{OperationID: "answer-task", Method: http.MethodPost, Path: one + "/answer", Tags: tags, Security: signed, MaxBodyBytes: maxFile + maxBody,
		Summary:     "Answer a task / 回复任务",
		Description: "multipart/form-data with version, answer and files. The ticket is told by a machine, at the answer's own time. A task is issued and judged by the ticket's actions (task, task_accept, task_return, task_cancel)."}, s.answerTask)
	call(s, huma.Operation{OperationID: "read-task-file", Method: http.MethodGet, Path: one + "/files/{id}", Tags: tags, Security: signed, Summary: "Download a file of an answer / 下载任务附件"}, s.readTaskFile)
}

func (s *server) taskShape(x tickets.Task, files []ticketdb.TaskFile) taskBody {
	tree := s.Tickets.Tree()
	return taskBody{Number: x.Number, Version: x.Version, N: x.N, Kind: x.Kind, State: x.State, Unit: x.Unit, UnitName: tree.Name(x.Unit), From: x.From, FromName: tree.Name(x.From),
		Text: x.Text, Urgent: x.Urgent, SentAt: local(x.SentAt), DueAt: local(x.Due), Round: x.Round, Note: x.Note, SignedAt: localp(x.SignedAt), Answer: x.Answer,
		AnsweredAt: localp(x.AnsweredAt), EndedAt: localp(x.EndedAt),
		Files: each(files, func(f ticketdb.TaskFile) taskFileBody {
			return taskFileBody{f.ID, f.Round, f.Name, f.Type, f.Size, local(f.At)}
		})}
}

func (s *server) taskView(v *ticketdb.TaskView, err error) (*taskOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &taskOutput{s.taskShape(v.Task, v.Files)}
	out.Body.Ticket, out.Body.May = v.Ticket, v.May
	return out, nil
}

// tasksOf are a ticket's tasks with what came back.
func (s *server) tasksOf(v *ticketdb.View) []taskBody {
	return each(v.Tasks, func(x tickets.Task) taskBody {
		var files []ticketdb.TaskFile
		for _, f := range v.TaskFiles {
			if f.Task == x.ID {
				files = append(files, f)
			}
		}
		b := s.taskShape(x, files)
		b.Ticket = v.Number
		return b
	})
}

func (s *server) listTasks(ctx context.Context, who *request, in *tasksInput) (*tasksOutput, error) {
	page, err := s.Tickets.Tasks(ctx, who.caller, ticketdb.TaskFilter{View: in.View, State: in.State, After: strings.Clone(in.After), Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &tasksOutput{}
	out.Body.Items = each(page.Items, func(x ticketdb.TaskLine) taskBody {
		b := s.taskShape(x.Task, nil)
		b.Ticket = x.Ticket
		return b
	})
	out.Body.Next = page.Next
	return out, nil
}

func (s *server) readTask(ctx context.Context, who *request, in *TaskNumbered) (*taskOutput, error) {
	return s.taskView(s.Tickets.Task(ctx, who.caller, strings.Clone(in.Task)))
}

func (s *server) signTask(ctx context.Context, who *request, in *signTaskInput) (*taskOutput, error) {
	return s.taskView(s.Tickets.SignTask(ctx, who.caller, strings.Clone(in.Task), in.Body.Version))
}

func (s *server) answerTask(ctx context.Context, who *request, in *answerTaskInput) (*taskOutput, error) {
	form := in.RawBody.Data()
	var files []ticketdb.File
	for _, f := range form.Files {
		content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("read upload: %w", err)
		}
		files = append(files, ticketdb.File{Name: clip(f.Filename, 300), Content: content})
	}
	return s.taskView(s.Tickets.AnswerTask(ctx, who.caller, strings.Clone(in.Task), form.Version, strings.Clone(form.Answer), files))
}

func (s *server) readTaskFile(ctx context.Context, who *request, in *taskFileInput) (*contentOutput, error) {
	f, content, err := s.Tickets.TaskContent(ctx, who.caller, strings.Clone(in.Task), in.ID)
	if err != nil {
		return nil, err
	}
	return &contentOutput{f.Type, mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}), "default-src 'none'; sandbox", content}, nil
}
