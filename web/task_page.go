package web

import (
	"errors"
	"io"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// TaskPage is one task: what is asked, the time left, and the answer. To the
// addressed unit it tells nothing of the ticket.
type TaskPage struct {
	*Shell
	T       *ticketdb.TaskView
	To      string
	From    string
	Tone    string
	DueAs   *DueView
	DueAt   string
	Percent int
	Late    bool
	By      string
	Events  []Event
	Answer  string // typed, refused
	Faults  map[string]string
	Warning string
}

func (TaskPage) template() string { return "task" }

// task shows the page.
func (s *server) task(c *fiber.Ctx, v *visit) error {
	t, err := s.Tickets.Task(c.UserContext(), v.caller, c.Params("number"))
	if err != nil {
		return err
	}
	return s.render(c, v, fiber.StatusOK, s.taskPage(c, v, t))
}

func (s *server) taskPage(c *fiber.Ctx, v *visit, t *ticketdb.TaskView) *TaskPage {
	l := v.lang
	p := &TaskPage{Shell: s.shell(c, v, t.Number+" "+l.Word("task", t.Kind)), T: t, To: s.unitName(t.Unit), From: s.unitName(t.From), Tone: taskTone(t.State),
		DueAt: l.Due(t.Due, s.Now()), Late: lateAnswer(t.Task), By: t.Names[t.AnsweredBy]}
	p.Path = "/tasks/" + t.Number
	if t.Open() {
		p.DueAs, p.Percent = s.wallDueView(l, t.Due), percent(t.SentAt, t.Due, s.Now())
	}
	p.Events = s.taskEvents(l, t)
	return p
}

// taskEvents tells a task's own journal, newest first.
func (s *server) taskEvents(l Lang, t *ticketdb.TaskView) []Event {
	out := s.events(l, t.Events, nil)
	for i := range out {
		r := t.Events[len(t.Events)-1-i]
		if r.Actor == "" { // one of the unit that asks
			out[i].Who = s.unitName(r.Unit)
		}
		var set struct{ Note, Answer string }
		decode(r.Fields["set"], &set)
		if set.Note != "" {
			out[i].Details = append(out[i].Details, Detail{l.T("退回理由", "reason"), set.Note})
		}
		if set.Answer != "" && set.Answer != t.Answer {
			out[i].Details = append(out[i].Details, Detail{l.T("当时的回复", "the answer then"), set.Answer})
		}
	}
	return out
}

// taskSign signs it for the unit.
func (s *server) taskSign(c *fiber.Ctx, v *visit) error {
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil || version <= 0 {
		return errForm
	}
	t, err := s.Tickets.SignTask(c.UserContext(), v.caller, c.Params("number"), version)
	return s.afterTask(c, v, t, "task_signed", "", err)
}

// taskAnswer sends the answer with its files.
func (s *server) taskAnswer(c *fiber.Ctx, v *visit) error {
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil || version <= 0 {
		return errForm
	}
	files, err := uploads(c)
	if err != nil {
		return err
	}
	text := c.FormValue("answer")
	t, err := s.Tickets.AnswerTask(c.UserContext(), v.caller, c.Params("number"), version, text, files)
	return s.afterTask(c, v, t, "task_answered", text, err)
}

// afterTask leads back to the task. What was typed is kept where it was refused,
// or where somebody else was quicker.
func (s *server) afterTask(c *fiber.Ctx, v *visit, t *ticketdb.TaskView, done, typed string, err error) error {
	var bad tickets.Invalid
	switch {
	case err == nil:
		s.flash(c, done)
		return c.Redirect("/tasks/"+t.Number, fiber.StatusSeeOther)
	case errors.Is(err, tickets.ErrMoved) && t != nil:
		p := s.taskPage(c, v, t)
		p.Answer, p.Warning = typed, v.lang.T("您打开之后，这项任务已有变化，刚才的操作没有执行。", "The task has moved since you opened it; your step was not taken.")
		return s.render(c, v, fiber.StatusConflict, p)
	case errors.As(err, &bad):
		t, err := s.Tickets.Task(c.UserContext(), v.caller, c.Params("number"))
		if err != nil {
			return err
		}
		p := s.taskPage(c, v, t)
		p.Answer = typed
		p.Faults, _ = problems(v.lang, bad, nil)
		return s.render(c, v, fiber.StatusUnprocessableEntity, p)
	}
	return err
}

// uploads are the files of a form that takes several, or none.
func uploads(c *fiber.Ctx) ([]ticketdb.File, error) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil, nil // a form without files
	}
	var out []ticketdb.File
	for _, head := range form.File["file"] {
		if head.Filename == "" && head.Size == 0 {
			continue // the browser's empty field
		}
		f, err := head.Open()
		if err != nil {
			return nil, errForm
		}
		content, err := io.ReadAll(io.LimitReader(f, fileLimit+1))
		f.Close()
		if err != nil {
			return nil, errForm
		}
		out = append(out, ticketdb.File{Name: head.Filename, Content: content})
	}
	return out, nil
}

// taskFile sends what came with an answer, always as a download.
func (s *server) taskFile(c *fiber.Ctx, v *visit) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	f, content, err := s.Tickets.TaskContent(c.UserContext(), v.caller, c.Params("number"), id)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, f.Type)
	c.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+url.PathEscape(f.Name))
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	return c.Send(content)
}
