package ticketdb_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hotline/intake"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// aPosting is a complaint that the county (unit 10) put a child's illness on a
// public list, in the city's own hands.
func aPosting(t *testing.T, b *bench, with ...func(*intake.Submission)) (number string) {
	t.Helper()
	o := b.register(t, b.Session(t, "operator"), help(append([]func(*intake.Submission){func(s *intake.Submission) {
		s.Kind, s.Statement = tickets.Complaint, "县局公示栏把孩子的病写出来了，请撤下。"
		s.Accused = []tickets.Accused{{Unit: 10}}
	}}, with...)...))
	city := b.Session(t, "lead-city")
	b.act(t, city, o.Number, tickets.ActTake, briefOf(t, b, o.Number))
	return o.Number
}

func briefOf(t *testing.T, b *bench, number string) tickets.Values {
	v, err := b.db.Find(context.Background(), b.Session(t, "lead-city"), number)
	if err != nil || v.Secrecy != tickets.Confidential {
		return nil
	}
	return tickets.Values{"brief": "某县公示泄露未成年人病情"}
}

// task issues one and returns its number.
func (b *bench) task(t testing.TB, number string, with tickets.Values) tickets.Task {
	t.Helper()
	values := tickets.Values{"kind": tickets.TaskRectify, "unit": "10", "text": "请立即撤下公示栏中写明未成年人病情的一页，并附照片回复。"}
	for k, x := range with {
		values[k] = x
	}
	v := b.act(t, b.Session(t, "lead-city"), number, tickets.ActTask, values)
	return v.Tasks[len(v.Tasks)-1]
}

// takeAnswers does what the worker does with the rows that answers left.
func (b *bench) takeAnswers(t testing.TB) (taken int) {
	t.Helper()
	for {
		var id int64
		var raw []byte
		b.Row(t, `SELECT coalesce(min(id), 0), coalesce((array_agg(args ORDER BY id))[1], '{}') FROM outbox WHERE kind = 'task_answered' AND done_at IS NULL`, nil, &id, &raw)
		if id == 0 {
			return taken
		}
		b.takeAnswer(t, id, raw)
		taken++
	}
}

func (b *bench) takeAnswer(t testing.TB, id int64, raw []byte) {
	t.Helper()
	var a struct {
		Task  int64
		Round int
		At    time.Time
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	if err := b.db.TakeAnswer(context.Background(), id, a.Task, a.Round, a.At, "machine:task"); err != nil {
		t.Fatalf("take the answer: %v", err)
	}
}

func clockOf(t testing.TB, v *ticketdb.View, id int64) ticketdb.Deadline {
	t.Helper()
	for _, x := range v.Deadlines {
		if x.ID == id {
			return x
		}
	}
	t.Fatalf("no clock %d", id)
	return ticketdb.Deadline{}
}

// TestAnAccusedCountyTakesDownAPostingByATask is story (j): the county sees what
// is asked, answers with a photo within hours, and never learns of the ticket.
func TestAnAccusedCountyTakesDownAPostingByATask(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	city, county := b.Session(t, "lead-city"), b.Session(t, "handler-140428")
	number := aPosting(t, b)
	due := b.Clock.Now().Add(4*time.Hour + time.Minute)
	x := b.task(t, number, tickets.Values{"due": due.Format(time.RFC3339), "urgent": "true"})
	if !x.Due.Equal(due.Truncate(time.Second)) || x.State != tickets.TaskSent || strings.Contains(x.Number, number) {
		t.Fatalf("issued: %+v", x)
	}
	v, err := b.db.Find(ctx, city, number)
	if err != nil {
		t.Fatal(err)
	}
	if c := clockOf(t, v, x.Clock); !c.Printed || c.Rule != "task.urgent" || !c.DueAt.Equal(x.Due) || v.NextDue != nil && v.NextDue.Equal(x.Due) {
		t.Fatalf("its clock: %+v, next due of the ticket %v", c, v.NextDue)
	}
	list, err := b.db.Tasks(ctx, county, ticketdb.TaskFilter{State: "open"})
	if err != nil || len(list.Items) != 1 || list.Items[0].Number != x.Number || list.Items[0].Ticket != "" {
		t.Fatalf("the county's list: %+v, %v", list, err)
	}
	seen, err := b.db.Task(ctx, county, x.Number)
	if err != nil || !seen.May || seen.Text != x.Text {
		t.Fatalf("the county reads %+v, %v", seen, err)
	}
	b.noTicketIn(t, seen, number, v)
	b.deniesTicket(t, number, v)

	b.Clock.Add(time.Hour)
	if seen, err = b.db.SignTask(ctx, county, x.Number, seen.Version); err != nil || seen.State != tickets.TaskSigned {
		t.Fatalf("signed: %+v, %v", seen, err)
	}
	b.Clock.Add(time.Hour)
	answered := b.Clock.Now()
	seen, err = b.db.AnswerTask(ctx, county, x.Number, seen.Version, "已撤下，见照片。", []ticketdb.File{{Name: "公示栏.jpg", Content: []byte("photo")}})
	if err != nil || seen.State != tickets.TaskAnswered || len(seen.Files) != 1 || len(seen.Events) != 3 {
		t.Fatalf("answered: %+v, %v", seen, err)
	}
	b.Clock.Add(10 * time.Hour) // the worker was away
	if n := b.takeAnswers(t); n != 1 {
		t.Fatalf("%d answers taken", n)
	}
	if v, err = b.db.Find(ctx, city, number); err != nil {
		t.Fatal(err)
	}
	if c := clockOf(t, v, x.Clock); c.MetAt == nil || c.MetAt.Sub(answered).Abs() > time.Millisecond || !c.MetAt.Before(c.DueAt) {
		t.Errorf("the clock: met %v, answered %v", c.MetAt, answered)
	}
	_, photo, err := b.db.TaskContent(ctx, city, x.Number, seen.Files[0].ID)
	if err != nil || string(photo) != "photo" {
		t.Errorf("the city reads %q, %v", photo, err)
	}
	v = b.act(t, city, number, tickets.ActTaskAccept, tickets.Values{"task": "1"})
	if v.Tasks[0].State != tickets.TaskAccepted {
		t.Errorf("accepted: %+v", v.Tasks[0])
	}
	if r, err := ticketdb.Verify(ctx, b.PG, 10); err != nil || len(r.Faults) != 0 || r.Tasks != 1 {
		t.Errorf("verify: %+v, %v", r, err)
	}
	b.deniesTicket(t, number, v)
}

// noTicketIn: nothing a task shows leads to its ticket.
func (b *bench) noTicketIn(t *testing.T, seen *ticketdb.TaskView, number string, v *ticketdb.View) {
	t.Helper()
	raw, err := json.Marshal(seen)
	if err != nil {
		t.Fatal(err)
	}
	for what, s := range map[string]string{"number": number, "name of who asks": fmt.Sprintf("人员%d", b.Person(t, "lead-city")), "clock": fmt.Sprint(v.Tasks[0].Clock), "issuer": fmt.Sprintf(`"IssuedBy":%d`, b.Person(t, "lead-city"))} {
		if bytes.Contains(raw, []byte(s)) {
			t.Errorf("the task tells the ticket's %s: %s", what, raw)
		}
	}
}

// deniesTicket: the accused county finds the ticket by no call.
func (b *bench) deniesTicket(t *testing.T, number string, v *ticketdb.View) {
	t.Helper()
	ctx := context.Background()
	for _, login := range []string{"lead-140428", "handler-140428", "lead-140428102"} {
		me := b.Session(t, login)
		for what, err := range map[string]error{
			"find": second(b.db.Find(ctx, me, number)), "journal": second(b.db.Journal(ctx, me, number)), "clock": second(b.db.Explain(ctx, me, number, v.Tasks[0].Clock)),
			"act": second(b.db.Act(ctx, me, number, 0, tickets.ActTaskAccept, tickets.Values{"task": "1"})), "documents": second(b.db.Documents(ctx, me, number)),
		} {
			if !errors.Is(err, pg.ErrNotFound) {
				t.Errorf("%s, %s: %v", login, what, err)
			}
		}
		for _, f := range []ticketdb.Filter{{}, {View: "past"}, {Query: number}, {Query: "公示栏"}} {
			if p, err := b.db.List(ctx, me, f); err != nil || len(p.Items) != 0 {
				t.Errorf("%s lists %d with %+v: %v", login, len(p.Items), f, err)
			}
		}
		n := -1
		err := b.PG.Read(ctx, me, func(tx *pg.Tx) error {
			return tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM task_links) + (SELECT count(*) FROM deadlines) + (SELECT count(*) FROM journal WHERE subject_kind = 'ticket') + (SELECT count(*) FROM tickets)`).Scan(&n)
		})
		if err != nil || n != 0 {
			t.Errorf("%s reads %d rows of links, clocks, journal, tickets: %v", login, n, err)
		}
	}
}

func TestATaskIsSeenByItsUnitAndByNobodyBeside(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	number := aPosting(t, b)
	toTown := b.task(t, number, tickets.Values{"unit": "13", "kind": tickets.TaskInquiry, "text": "请提供公示栏的张贴记录。"})
	plain := b.register(t, b.Session(t, "operator"), help())
	b.act(t, b.Session(t, "lead-city"), plain.Number, tickets.ActDispatch, tickets.Values{"unit": "20"})
	open := b.task(t, plain.Number, tickets.Values{"unit": "13", "kind": tickets.TaskRecheck, "text": "请到户复核。"})
	for _, c := range []struct {
		login, number string
		sees, may     bool
	}{
		{"lead-140428102", toTown.Number, true, true},
		{"handler-140428102", toTown.Number, true, true},
		{"lead-140428", toTown.Number, false, false}, // the county above is the accused: it must not be warned
		{"lead-140428", open.Number, true, false},    // of another ticket the line above may know
		{"lead-city", toTown.Number, true, false},
		{"handler-140428", open.Number, false, false},
		{"clerk-140428102201", toTown.Number, false, false},
		{"lead-140427", toTown.Number, false, false},
		{"operator", toTown.Number, true, false}, // through the ticket of its desk
		{"system", toTown.Number, false, false},
		{"auditor", toTown.Number, false, false},
	} {
		me := b.Session(t, c.login)
		v, err := b.db.Task(ctx, me, c.number)
		if (err == nil) != c.sees || err == nil && v.May != c.may || err != nil && !errors.Is(err, pg.ErrNotFound) {
			t.Errorf("%s on %s: %+v, %v", c.login, c.number, v, err)
		}
		if c.may {
			continue
		}
		want := tickets.ErrNotAllowed
		if !c.sees {
			want = pg.ErrNotFound
		}
		if _, err := b.db.AnswerTask(ctx, me, c.number, 0, "已办", nil); !errors.Is(err, want) {
			t.Errorf("%s answers %s: %v, want %v", c.login, c.number, err, want)
		}
	}
	for view, want := range map[string]int{"own": 0, "below": 1, "issued": 0} {
		if p, err := b.db.Tasks(ctx, b.Session(t, "lead-140428"), ticketdb.TaskFilter{View: view}); err != nil || len(p.Items) != want {
			t.Errorf("the county's list %s: %d, want %d: %v", view, len(p.Items), want, err)
		}
	}
	if p, err := b.db.Tasks(ctx, b.Session(t, "lead-city"), ticketdb.TaskFilter{View: "issued"}); err != nil || len(p.Items) != 2 || p.Items[0].Ticket == "" {
		t.Errorf("issued by the city: %+v, %v", p, err)
	}
}

func TestTwoAnswerATaskAndOneIsTold(t *testing.T) {
	t.Parallel()
	b := open(t)
	x := b.task(t, aPosting(t, b), nil)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, login := range []string{"lead-140428", "handler-140428"} {
		me := b.Session(t, login)
		wg.Go(func() { _, errs[i] = b.db.AnswerTask(context.Background(), me, x.Number, x.Version, "已撤下", nil) })
	}
	wg.Wait()
	won, moved := 0, 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case errors.Is(err, tickets.ErrMoved):
			moved++
		}
	}
	if won != 1 || moved != 1 {
		t.Errorf("got %v", errs)
	}
	if n := b.takeAnswers(t); n != 1 {
		t.Errorf("%d answers were left for the ticket", n)
	}
}

// TestAnAnswerReachesItsTicketOnceThoughTheWorkerIsKilled runs the row twice, as
// after a kill between the effect and its mark in the queue.
func TestAnAnswerReachesItsTicketOnceThoughTheWorkerIsKilled(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	number := aPosting(t, b)
	x := b.task(t, number, nil)
	if _, err := b.db.AnswerTask(ctx, b.Session(t, "lead-140428"), x.Number, 0, "已撤下", nil); err != nil {
		t.Fatal(err)
	}
	var id int64
	var raw []byte
	b.Row(t, `SELECT id, args FROM outbox WHERE kind = 'task_answered'`, nil, &id, &raw)
	if bytes.Contains(raw, []byte("撤下")) {
		t.Errorf("the row carries the words: %s", raw)
	}
	for range 3 {
		b.takeAnswer(t, id, raw)
	}
	rows, err := b.db.Journal(ctx, b.Session(t, "lead-city"), number)
	n := 0
	for _, r := range rows {
		if r.Action == string(tickets.ActTaskAnswered) {
			n++
		}
	}
	if err != nil || n != 1 {
		t.Errorf("%d rows tell it: %v", n, err)
	}
}

func TestAnAnswerSentBackRunsOnANewClock(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	city, county := b.Session(t, "lead-city"), b.Session(t, "lead-140428")
	number := aPosting(t, b)
	x := b.task(t, number, nil)
	b.Clock.Add(time.Hour)
	first := b.Clock.Now()
	if _, err := b.db.AnswerTask(ctx, county, x.Number, 0, "正在办", nil); err != nil {
		t.Fatal(err)
	}
	due := b.Clock.Now().Add(48 * time.Hour).Truncate(time.Second)
	// Sent back before the machine has told the ticket: the old clock is met by the answer all the same.
	v := b.act(t, city, number, tickets.ActTaskReturn, tickets.Values{"task": "1", "reason": "照片看不出已撤下，请重拍。", "due": due.Format(time.RFC3339)})
	now := v.Tasks[0]
	if now.State != tickets.TaskReturned || now.Round != 2 || now.Clock == x.Clock || !now.Due.Equal(due) {
		t.Fatalf("sent back: %+v", now)
	}
	if c := clockOf(t, v, x.Clock); c.MetAt == nil || c.MetAt.Sub(first).Abs() > time.Millisecond {
		t.Errorf("the first clock: %+v", c)
	}
	b.takeAnswers(t)
	if v, _ = b.db.Find(ctx, city, number); !clockOf(t, v, now.Clock).Open() {
		t.Error("the late word of the first answer met the second clock")
	}
	seen, err := b.db.AnswerTask(ctx, county, x.Number, 0, "已撤下", nil)
	if err != nil || seen.Note == "" || len(seen.Events) != 4 {
		t.Fatalf("answered again: %+v, %v", seen, err)
	}
	b.takeAnswers(t)
	b.act(t, city, number, tickets.ActTaskAccept, tickets.Values{"task": "1"})
	if r, err := ticketdb.Verify(ctx, b.PG, 10); err != nil || len(r.Faults) != 0 {
		t.Errorf("verify: %+v, %v", r, err)
	}
}

func TestATaskOutlivesItsTicketButNotTheArchive(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	city := b.Session(t, "lead-city")
	o := b.register(t, b.Session(t, "operator"), help(func(s *intake.Submission) { s.Kind = tickets.Inquiry }))
	x := b.task(t, o.Number, tickets.Values{"kind": tickets.TaskRecheck, "text": "请复核窗口告知是否到位。"})
	v := b.act(t, city, o.Number, tickets.ActAnswer, tickets.Values{"public_text": "按规定十日内发放。"})
	if v.Status != tickets.Closed || !clockOf(t, v, x.Clock).Open() {
		t.Fatalf("%s, clock %+v", v.Status, clockOf(t, v, x.Clock))
	}
	var bad tickets.Invalid
	if _, err := b.db.Act(ctx, city, o.Number, 0, tickets.ActArchive, nil); !errors.As(err, &bad) {
		t.Errorf("archived over an open task: %v", err)
	}
	if _, err := b.db.AnswerTask(ctx, b.Session(t, "lead-140428"), x.Number, 0, "已复核", nil); err != nil {
		t.Fatal(err)
	}
	b.takeAnswers(t)
	b.act(t, city, o.Number, tickets.ActTaskAccept, tickets.Values{"task": "1"})
	if v = b.act(t, city, o.Number, tickets.ActArchive, nil); v.Status != tickets.Archived {
		t.Errorf("%s", v.Status)
	}
}

func TestATaskNamesNeitherTheTicketNorTheComplainant(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	city := b.Session(t, "lead-city")
	number := aPosting(t, b)
	for name, c := range map[string]struct {
		values tickets.Values
		field  string
	}{
		"the ticket's number":     {tickets.Values{"text": "请就 " + number + " 号工单整改"}, "text"},
		"the number spaced":       {tickets.Values{"text": "请就 " + number[:6] + " " + number[6:] + " 整改", "confirmed": "true"}, "text"},
		"a phone":                 {tickets.Values{"text": "请联系 19900001234 整改"}, "confirmed"},
		"a house":                 {tickets.Values{"text": "请到石哲村12号院整改"}, "confirmed"},
		"no such unit":            {tickets.Values{"unit": "424242"}, "unit"},
		"the handling unit":       {tickets.Values{"unit": "1"}, "unit"},
		"a due time in the past":  {tickets.Values{"due": "2020-01-01T00:00:00Z"}, "due"},
		"a due time too far":      {tickets.Values{"due": "2999-01-01T00:00:00Z"}, "due"},
		"no text":                 {tickets.Values{"text": " "}, "text"},
		"text that is not UTF-8":  {tickets.Values{"text": "\xff\xfe"}, "text"},
		"a kind that there isn't": {tickets.Values{"kind": "order"}, "kind"},
		"a text without an end":   {tickets.Values{"text": strings.Repeat("长", 4001)}, "text"},
	} {
		values := tickets.Values{"kind": tickets.TaskRectify, "unit": "10", "text": "请撤下公示。"}
		for k, x := range c.values {
			values[k] = x
		}
		var bad tickets.Invalid
		if _, err := b.db.Act(ctx, city, number, 0, tickets.ActTask, values); !errors.As(err, &bad) || bad[0].Field != c.field {
			t.Errorf("%s: %v, want a problem at %s", name, err, c.field)
		}
	}
	b.task(t, number, tickets.Values{"text": "请恢复石哲村12号院一户的发放。", "confirmed": "true"})
	x := b.task(t, number, nil)
	if _, err := b.db.Act(ctx, city, number, 0, tickets.ActTaskAccept, tickets.Values{"task": "2"}); err == nil {
		t.Error("accepted before it was answered")
	}
	county := b.Session(t, "lead-140428")
	for name, c := range map[string]struct {
		text  string
		files []ticketdb.File
		field string
	}{
		"empty": {" ", nil, "answer"}, "not UTF-8": {"\xff", nil, "answer"}, "too long": {strings.Repeat("长", 4001), nil, "answer"},
		"an empty file": {"已办", []ticketdb.File{{Name: "a.jpg"}}, "file"}, "ten files": {"已办", make([]ticketdb.File, 10), "file"},
	} {
		var bad tickets.Invalid
		if _, err := b.db.AnswerTask(ctx, county, x.Number, 0, c.text, c.files); !errors.As(err, &bad) || bad[0].Field != c.field {
			t.Errorf("%s: %v, want a problem at %s", name, err, c.field)
		}
	}
	for _, n := range []string{"", "R000000-0000000", "'; DROP TABLE tasks; --", number, strings.Repeat("9", 5000), "R\x00"} {
		if _, err := b.db.Task(ctx, county, n); !errors.Is(err, pg.ErrNotFound) {
			t.Errorf("task %q: %v", n, err)
		}
	}
}

func TestVerifyFindsATaskChangedBehindTheDesk(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	number := aPosting(t, b)
	x := b.task(t, number, nil)
	if _, err := b.db.AnswerTask(ctx, b.Session(t, "lead-140428"), x.Number, 0, "已撤下", []ticketdb.File{{Name: "a.jpg", Content: []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	b.takeAnswers(t)
	for name, sql := range map[string][2]string{
		"text":     {`UPDATE tasks SET text = '没有要求'`, `UPDATE tasks SET text = '` + x.Text + `'`},
		"answer":   {`UPDATE tasks SET answer = '没有办'`, `UPDATE tasks SET answer = '已撤下'`},
		"state":    {`UPDATE tasks SET state = 'signed'`, `UPDATE tasks SET state = 'answered'`},
		"due":      {`UPDATE tasks SET due_at = due_at + interval '1 day'`, `UPDATE tasks SET due_at = due_at - interval '1 day'`},
		"answered": {`UPDATE tasks SET answered_at = answered_at - interval '1 day'`, `UPDATE tasks SET answered_at = answered_at + interval '1 day'`},
		"met":      {`UPDATE deadlines SET met_at = met_at - interval '1 hour' WHERE rule LIKE 'task%'`, `UPDATE deadlines SET met_at = met_at + interval '1 hour' WHERE rule LIKE 'task%'`},
		"file":     {`UPDATE task_files SET round = round, sha256 = decode(repeat('00', 32), 'hex')`, ``},
	} {
		if sql[1] == "" {
			continue
		}
		b.Exec(t, sql[0])
		if r, err := ticketdb.Verify(ctx, b.PG, 10); err != nil || len(r.Faults) == 0 {
			t.Errorf("%s: not found: %+v, %v", name, r, err)
		}
		b.Exec(t, sql[1])
	}
	if r, err := ticketdb.Verify(ctx, b.PG, 10); err != nil || len(r.Faults) != 0 {
		t.Fatalf("put back: %+v, %v", r, err)
	}
	b.Exec(t, `UPDATE task_files SET sha256 = decode(repeat('00', 32), 'hex')`)
	if r, err := ticketdb.Verify(ctx, b.PG, 10); err != nil || len(r.Faults) == 0 {
		t.Errorf("file: not found: %+v, %v", r, err)
	}
}
