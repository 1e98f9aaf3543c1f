package web

import (
	"hotline/internal/units"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// TasksPart is the panel of a ticket's tasks.
type TasksPart struct {
	Lang  Lang
	List  []TaskLine
	Open  int // not settled
	Issue *ActionForm
}

// TaskLine is a task in the panel of its ticket.
type TaskLine struct {
	tickets.Task
	To     string
	Tone   string
	DueAs  *DueView // while the unit owes an answer
	Late   bool     // answered past its time
	Files  []ticketdb.TaskFile
	By     string // who answered
	Judge  []ActionForm
	Sender string
}

// taskTone colours a task's state.
func taskTone(state string) string {
	switch state {
	case tickets.TaskAccepted:
		return "ok"
	case tickets.TaskAnswered, tickets.TaskReturned:
		return "soon"
	}
	return "st"
}

func lateAnswer(x tickets.Task) bool {
	return x.AnsweredAt != nil && !x.Open() && !x.AnsweredAt.Before(x.Due)
}

// tasksPart shows what was asked of other units, with what came back.
func (s *server) tasksPart(l Lang, t *ticketdb.View) TasksPart {
	p := TasksPart{Lang: l}
	for _, x := range t.Tasks {
		line := TaskLine{Task: x, To: s.unitName(x.Unit), Tone: taskTone(x.State), Late: lateAnswer(x), By: t.Names[x.AnsweredBy], Sender: s.unitShort(x.From) + " " + t.Names[x.IssuedBy]}
		if x.Open() {
			line.DueAs = s.wallDueView(l, x.Due)
		}
		for _, f := range t.TaskFiles {
			if f.Task == x.ID {
				line.Files = append(line.Files, f)
			}
		}
		if !x.Settled() {
			p.Open++
		}
		p.List = append(p.List, line)
	}
	return p
}

// perTask puts the forms of a judgement beside the task they are about.
func (b *formBuilder) perTask(p *TicketPage, row tickets.Row) {
	if row.Action == tickets.ActTask {
		f := b.form(row, "")
		if !f.Open {
			for i := range f.Fields {
				if f.Fields[i].Name == "unit" { // the proposal is about the ticket
					f.Fields[i].Groups = b.s.unitGroups("", func(u *units.Unit) bool { return b.mayGo(u, row.Action) })
				}
			}
		}
		f.Hint = b.v.lang.T("被举报、须回避的单位也可以下达：对方只见任务，不见工单。要求中不写诉求人和工单编号；回复期限不填，按时限规则。", "An accused or recused unit may be asked too: it sees the task, not the ticket. Name neither who complained nor the ticket; without a due time the rule's applies.")
		p.Tasks.Issue = &f
		return
	}
	tree := b.s.Tickets.Tree()
	for i := range p.Tasks.List {
		x := &p.Tasks.List[i]
		if !x.Fits(row.Action) || !tree.Within(x.From, b.v.me.Unit) {
			continue
		}
		f := b.form(row, itoa(x.N))
		f.First = row.Action == tickets.ActTaskAccept
		x.Judge = append(x.Judge, f)
	}
}

// mayAsk keeps the list of units to those that can be asked. Villages are asked
// through their township, which answers for them.
func (b *formBuilder) mayAsk(u *units.Unit) bool {
	switch u.Kind {
	case units.City, units.County, units.Section, units.Township, units.CoHandler:
		return u.ID != b.t.Unit && u.ID != b.v.me.Unit
	}
	return false
}
