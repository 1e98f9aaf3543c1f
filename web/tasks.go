package web

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// TasksPage lists the tasks of the viewer's unit, on a phone first.
type TasksPage struct {
	*Shell
	Views  []Option
	States []TaskTab
	Counts ticketdb.TaskCounts
	Lines  []TaskRow
	Next   string
}

func (TasksPage) template() string { return "tasks" }

// TaskTab is one heap of tasks with its number, below zero where none is counted.
type TaskTab struct {
	Option
	N    int
	Late bool
}

// TaskRow is a task in the list.
type TaskRow struct {
	tickets.Task
	Ticket string // for who sees it
	To     string
	From   string
	Tone   string
	DueAs  *DueView
	Late   bool
}

var (
	taskViews  = words("own|下达给我们的|to us", "issued|我们下达的|from us", "below|下级的|of units below")
	taskStates = words("open|待办|open", "answered|已回复|answered", "settled|已了结|settled")
)

func taskHref(view, state, after string) string {
	q := url.Values{"view": {view}, "state": {state}}
	if after != "" {
		q.Set("after", after)
	}
	return "/tasks?" + q.Encode()
}

func (s *server) tasks(c *fiber.Ctx, v *visit) error {
	l := v.lang
	view, state := c.Query("view", "own"), c.Query("state", "open")
	if !taskViews.Has(view) {
		view = "own"
	}
	if !taskStates.Has(state) {
		state = "open"
	}
	found, err := s.Tickets.Tasks(c.UserContext(), v.caller, ticketdb.TaskFilter{View: view, State: state, After: c.Query("after")})
	if err != nil {
		return err
	}
	p := TasksPage{Shell: s.shell(c, v, l.T("任务", "Tasks"))}
	if p.Counts, err = s.Tickets.TaskCounts(c.UserContext(), v.caller); err != nil {
		return err
	}
	for _, w := range taskViews {
		if w.Code == "below" && !v.me.Has(tickets.RoleLead) {
			continue
		}
		p.Views = append(p.Views, Option{taskHref(w.Code, state, ""), l.T(w.ZH, w.EN), w.Code == view})
	}
	for _, w := range taskStates {
		n := -1
		if view == "own" && w.Code == "open" {
			n = p.Counts.Open
		} else if view == "own" && w.Code == "answered" {
			n = p.Counts.Answered
		}
		p.States = append(p.States, TaskTab{Option{taskHref(view, w.Code, ""), l.T(w.ZH, w.EN), w.Code == state}, n, false})
	}
	for _, x := range found.Items {
		p.Lines = append(p.Lines, s.taskRow(l, x))
	}
	if found.Next != "" {
		p.Next = taskHref(view, state, found.Next)
	}
	return s.render(c, v, fiber.StatusOK, p)
}

func (s *server) taskRow(l Lang, x ticketdb.TaskLine) TaskRow {
	r := TaskRow{Task: x.Task, Ticket: x.Ticket, To: s.unitShort(x.Unit), From: s.unitShort(x.From), Tone: taskTone(x.State), Late: lateAnswer(x.Task)}
	r.Text = cutOff(clip(x.Text, excerptLength))
	if x.Open() {
		r.DueAs = s.wallDueView(l, x.Due)
	}
	return r
}

// clip keeps the first n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
