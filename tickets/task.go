package tickets

import (
	"slices"
	"strings"
	"time"

	"hotline/internal/units"
)

// The kinds of tasks.
const (
	TaskInquiry = "inquiry"
	TaskRectify = "rectify"
	TaskDefence = "defence"
	TaskRecheck = "recheck"
)

// TaskKinds is the vocabulary of tasks.
var TaskKinds = Words{
	{TaskInquiry, "协查函", "request for help"}, {TaskRectify, "整改通知", "order to put right"},
	{TaskDefence, "申辩", "statement of defence"}, {TaskRecheck, "实地复核", "check on the spot"},
}

// The states of a task.
const (
	TaskSent      = "sent"
	TaskSigned    = "signed"
	TaskAnswered  = "answered"
	TaskAccepted  = "accepted"
	TaskReturned  = "returned"
	TaskCancelled = "cancelled"
)

// TaskStates is the vocabulary of a task's state.
var TaskStates = Words{
	{TaskSent, "待签收", "to be signed"}, {TaskSigned, "办理中", "in hand"}, {TaskAnswered, "已回复", "answered"},
	{TaskAccepted, "已验收", "accepted"}, {TaskReturned, "退回重报", "sent back"}, {TaskCancelled, "已撤销", "cancelled"},
}

// Task is something asked of a unit beside the handling one, also of a recused
// or accused one. The unit sees the task and nothing of the ticket.
type Task struct {
	ID         int64
	N          int    // in its ticket
	Number     string // which tells nothing of the ticket
	Kind       string
	Unit       int // the addressed one
	From       int // the unit that asks
	Text       string
	Urgent     bool
	SentAt     time.Time
	Due        time.Time
	State      string
	Round      int    // grows each time the answer is sent back
	Note       string // why it was sent back
	SignedBy   int
	SignedAt   *time.Time
	Answer     string
	AnsweredBy int
	AnsweredAt *time.Time
	EndedAt    *time.Time
	IssuedBy   int   // 0 where the reader does not see the ticket
	Clock      int64 // the same
	Version    int
	Seq        int
	Head       []byte
}

// Open tells whether the unit still owes something.
func (t Task) Open() bool {
	return t.State == TaskSent || t.State == TaskSigned || t.State == TaskReturned
}

// Settled tells whether nobody owes anything any more.
func (t Task) Settled() bool { return t.State == TaskAccepted || t.State == TaskCancelled }

// Task finds the n-th task of the ticket, nil where there is none.
func (t *Ticket) Task(n int) *Task {
	for i := range t.Tasks {
		if t.Tasks[i].N == n {
			return &t.Tasks[i]
		}
	}
	return nil
}

// MayAnswerTask tells whether the actor signs and answers for the addressed unit:
// its own leads and investigators and, for a village, which has no accounts of
// that kind, those of the township.
func MayAnswerTask(t Task, a Actor, tree *units.Tree) bool {
	if !a.Has(RoleLead) && !a.Has(RoleInvestigator) {
		return false
	}
	u := tree.Find(t.Unit)
	return u != nil && (a.Unit == u.ID || u.Kind == units.Village && a.Unit == u.Parent && a.Has(RoleLead))
}

// TaskStep is what one act does to a task.
type TaskStep struct {
	Task  Task       // as it was; a new one has no ID yet
	State string     // after the step; "" where it stays
	Note  string     // why it goes back
	Due   time.Time  // of the clock that begins; zero: by the rule
	MetAt *time.Time // the clock in force was met then
	Ends  bool       // the clock in force ends, met or not
}

// maxTask is the longest a task may be given, and the longest an answer or a text is.
const (
	maxTask     = 366 * 24 * time.Hour
	maxTaskText = 4000
)

var (
	taskKind      = choice("kind", "任务种类", "kind of task", true, TaskKinds)
	taskUnit      = Field{Name: "unit", ZH: "下达给", EN: "to", Type: TypeUnit, Must: true}
	taskText      = Field{Name: "text", ZH: "要求", EN: "what is asked", Type: TypeText, Must: true, Max: maxTaskText}
	taskDue       = Field{Name: "due", ZH: "回复期限", EN: "answer due by", Type: TypeTime}
	taskUrgent    = Field{Name: "urgent", ZH: "急办", EN: "urgent", Type: TypeBool}
	taskConfirmed = Field{Name: "confirmed", ZH: "已核对：文中信息不会暴露诉求人", EN: "checked: nothing in it points to the complainant", Type: TypeBool}
	taskN         = Field{Name: "task", ZH: "第几号任务", EN: "task no.", Type: TypeInt, Must: true}
	taskRound     = Field{Name: "round", ZH: "第几次回复", EN: "which answer", Type: TypeInt, Must: true}
	taskReason    = Field{Name: "reason", ZH: "退回理由（被下达单位看得到）", EN: "why it goes back (the unit reads it)", Type: TypeText, Must: true, Max: maxTaskText}
	issuers       = []By{assigned, lead(AtDesk, AtHandler, AtAbove, AtAssigned)}
	hasTask       = func(states ...string) func(*Ticket, Actor) bool {
		return func(t *Ticket, _ Actor) bool {
			return slices.ContainsFunc(t.Tasks, func(x Task) bool { return slices.Contains(states, x.State) })
		}
	}
)

// OnTask tells whether an action is about one task of the ticket.
func OnTask(a Action) bool { return a == ActTaskAccept || a == ActTaskReturn || a == ActTaskCancel }

// Fits tells whether an action makes sense on a task as it stands, for buttons.
func (t Task) Fits(a Action) bool {
	switch a {
	case ActTaskAccept, ActTaskReturn:
		return t.State == TaskAnswered
	case ActTaskCancel:
		return !t.Settled()
	}
	return false
}

// gateTaskText keeps the complainant and the ticket out of what another unit
// reads. On a confidential ticket, and towards a unit that may not know of it,
// whoever writes must look at each trace the linter finds. It errs on the side
// of asking: an order to restore a payment has to name whose.
var gateTaskText = gate("names nobody", func(t *Ticket, a Act, w World) []Problem {
	field, unit := "text", a.Values.Int("unit")
	if a.Action == ActTaskReturn {
		field = "reason"
		if x := t.Task(a.Values.Int("task")); x != nil {
			unit = x.Unit
		}
	}
	words := a.Values.Get(field)
	if strings.Contains(plainDigits(words), t.Number) && t.Number != "" {
		return one(field, "任务中不得写工单编号", "a task never names the ticket")
	}
	if w.Traces == nil || a.Values.Bool("confirmed") || t.Secrecy != Confidential && !barred(t, w.Tree, unit) {
		return nil
	}
	if found := w.Traces(words); len(found) > 0 {
		list := strings.Join(found, "、")
		return one("confirmed", "文中疑似有个人信息（"+list+"）。请删去；确属办理所必需且不暴露诉求人的，选“是”后再下达",
			"this may point to a person ("+list+"). Take it out, or confirm that it is needed and does not give the complainant away")
	}
	return nil
})

// barred tells whether a unit may not know of the ticket: recused, or at or below
// an accused one.
func barred(t *Ticket, tree *units.Tree, unit int) bool {
	return unitRecused(t, tree, unit) || slices.ContainsFunc(t.Accused, func(x Accused) bool { return x.Unit != 0 && tree.Within(unit, x.Unit) })
}

// gateTasksDone: nothing is put away while another unit still owes an answer, or
// we owe it a word on it. It holds up neither the reply nor the end of the ticket.
var gateTasksDone = gate("tasks settled", func(t *Ticket, _ Act, _ World) []Problem {
	for _, x := range t.Tasks {
		if !x.Settled() {
			return one("", "任务 "+x.Number+" 尚未了结，不能归档", "task "+x.Number+" is not settled yet")
		}
	}
	return nil
})

// issueTask asks something of another unit.
func issueTask(t *Ticket, a Act, w World, c *Change) []Problem {
	unit := a.Values.Int("unit")
	u := w.Tree.Find(unit)
	switch {
	case u == nil || !u.Active || u.Kind == units.Auditor:
		return one("unit", "没有这个单位", "no such unit")
	case u.Kind == units.Discipline:
		return one("unit", "纪检监察机关不接受任务，请移送", "the discipline office takes no tasks: transfer the matter")
	case unit == t.Unit:
		return one("unit", "该单位正在承办本件，无须另下任务", "that unit has the ticket in hand already")
	case unit == a.Actor.Unit:
		return one("unit", "不能给本单位下任务", "not to one's own unit")
	}
	due, bad := taskDueOf(a)
	if bad != nil {
		return bad
	}
	x := Task{N: len(t.Tasks) + 1, Kind: a.Values.Get("kind"), Unit: unit, From: a.Actor.Unit, Text: a.Values.Get("text"), Urgent: t.Urgency != Normal, SentAt: a.Now, Round: 1, IssuedBy: a.Actor.Person}
	if a.Values.Get("urgent") != "" {
		x.Urgent = a.Values.Bool("urgent")
	}
	c.Task = &TaskStep{Task: x, State: TaskSent, Due: due}
	return nil
}

func taskDueOf(a Act) (time.Time, []Problem) {
	if a.Values.Get("due") == "" {
		return time.Time{}, nil
	}
	due := a.Values.Time("due", a.Now)
	switch {
	case !due.After(a.Now):
		return due, one("due", "回复期限须晚于现在", "the time lies in the past")
	case due.Sub(a.Now) > maxTask:
		return due, one("due", "回复期限最长一年", "one year at most")
	}
	return due, nil
}

// judgeable finds the task an act is about, for somebody of the unit that issued
// it or above; never for the unit that answers.
func judgeable(t *Ticket, a Act, w World, states ...string) (*Task, []Problem) {
	x := t.Task(a.Values.Int("task"))
	switch {
	case x == nil:
		return nil, one("task", "没有这项任务", "no such task")
	case !w.Tree.Within(x.From, a.Actor.Unit) || w.Tree.Within(a.Actor.Unit, x.Unit) && !w.Tree.Within(x.From, x.Unit):
		return nil, one("task", "须由下达任务的单位或其上级处理", "for the unit that issued it, or one above")
	case !slices.Contains(states, x.State):
		return nil, one("task", "任务当前为“"+TaskStates.ZH(x.State)+"”，不能这样处理", "the task is “"+TaskStates.EN(x.State)+"”: not possible now")
	}
	return x, nil
}

func acceptTask(t *Ticket, a Act, w World, c *Change) []Problem {
	x, bad := judgeable(t, a, w, TaskAnswered)
	if bad != nil {
		return bad
	}
	c.Task = &TaskStep{Task: *x, State: TaskAccepted, MetAt: x.AnsweredAt}
	return nil
}

// returnTask sends an answer back: it came in time or not, and a new clock begins.
func returnTask(t *Ticket, a Act, w World, c *Change) []Problem {
	x, bad := judgeable(t, a, w, TaskAnswered)
	if bad != nil {
		return bad
	}
	due, bad := taskDueOf(a)
	if bad != nil {
		return bad
	}
	c.Task = &TaskStep{Task: *x, State: TaskReturned, MetAt: x.AnsweredAt, Due: due, Note: a.Values.Get("reason")}
	return nil
}

func cancelTask(t *Ticket, a Act, w World, c *Change) []Problem {
	x, bad := judgeable(t, a, w, TaskSent, TaskSigned, TaskReturned, TaskAnswered)
	if bad != nil {
		return bad
	}
	c.Task = &TaskStep{Task: *x, State: TaskCancelled, Ends: x.Open()}
	if x.State == TaskAnswered {
		c.Task.MetAt = x.AnsweredAt
	}
	return nil
}

// taskAnswered tells the ticket of an answer, at the answer's own time. The clock
// may have been met before: whoever judged the answer was quicker.
func taskAnswered(t *Ticket, a Act, w World, c *Change) []Problem {
	x := t.Task(a.Values.Int("task"))
	if x == nil {
		return one("task", "没有这项任务", "no such task")
	}
	if bad := eventTime(t, a, w, c); bad != nil {
		return bad
	}
	c.Task = &TaskStep{Task: *x}
	if x.Round == a.Values.Int("round") {
		at := c.EventAt
		c.Task.MetAt = &at
	}
	return nil
}
