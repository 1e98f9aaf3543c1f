package workers

import (
	"hotline/tickets"
	"hotline/workers/workerdb"
)

// taskArgs are what a notify row says of a task.
type taskArgs struct {
	Task   int64 `json:"task"`
	From   int   `json:"from"`   // the unit that issued it
	Issuer int   `json:"issuer"` // the person
	To     []int `json:"to"`     // the units that answer for it
}

// taskHears says, for each act on a task, under which kind who is told: the
// addressed unit of the task, or those who issued it of the ticket.
var taskHears = map[string]struct {
	kind string
	unit bool // the addressed one; else the issuing one
}{
	string(tickets.ActTask):         {"task_sent", true},
	string(tickets.ActTaskReturn):   {"task_returned", true},
	string(tickets.ActTaskAccept):   {"task_accepted", true},
	string(tickets.ActTaskCancel):   {"task_cancelled", true},
	string(tickets.ActTaskAnswered): {"task_answered", false},
}

// taskNotices are the lines of a row about a task. What the addressed unit gets
// names no ticket: it may be the accused. A card on a task's clock is for both.
func taskNotices(ticket int64, a noticeArgs) []workerdb.Notice {
	h, act := taskHears[a.Action]
	card := a.Action == actCard
	if card {
		h.kind = "card_" + a.Level
	}
	var out []workerdb.Notice
	if act && h.unit || card {
		for _, unit := range a.To {
			out = append(out, workerdb.Notice{Unit: unit, Role: tickets.RoleLead, Task: a.Task, Kind: h.kind})
		}
	}
	if act && !h.unit || card {
		issuer := workerdb.Notice{Unit: a.From, Role: tickets.RoleLead, Ticket: ticket, Task: a.Task, Kind: h.kind}
		person := issuer
		person.Person, person.Role = a.Issuer, ""
		out = append(out, issuer, person)
	}
	return out
}
