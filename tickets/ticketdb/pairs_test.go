package ticketdb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// stage is one status of a request for help, with those who may act on it.
type stage struct {
	*bench
	callers []pg.Caller
	op      pg.Caller
	city    pg.Caller
	county  pg.Caller
	county2 pg.Caller
	handler pg.Caller
	other   ticketdb.Opened // a ticket to link to
	person  string          // the handler's
	n       int
}

func openStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{bench: open(t)}
	s.op, s.city, s.county, s.county2, s.handler = s.Session(t, "operator"), s.Session(t, "lead-city"), s.Session(t, "lead-140428"), s.Session(t, "lead2-140428"), s.Session(t, "handler-140428")
	s.callers = []pg.Caller{s.op, s.handler, s.county, s.county2, s.city}
	s.person = fmt.Sprint(s.Person(t, "handler-140428"))
	s.other = s.register(t, s.op, help())
	return s
}

// at registers a ticket and brings it to a status.
func (s *stage) at(t *testing.T, status tickets.Status) string {
	t.Helper()
	in := help()
	s.n++
	in.SourceID = fmt.Sprint("pair-", s.n)
	number := s.register(t, s.op, in).Number
	for _, x := range []struct {
		to     tickets.Status
		by     pg.Caller
		action tickets.Action
		values tickets.Values
	}{
		{tickets.Dispatched, s.city, tickets.ActDispatch, tickets.Values{"unit": "10"}},
		{tickets.Handling, s.county, tickets.ActSign, nil},
		{"", s.county, tickets.ActAssign, tickets.Values{"investigator": s.person}},
		{"", s.handler, tickets.ActRecord, tickets.Values{"allegation": "1", "outcome": "done", "method": "入户"}},
		{tickets.Approval, s.handler, tickets.ActSubmit, tickets.Values{"public_text": "已补发。"}},
		{tickets.Answering, s.county, tickets.ActApprove, nil},
		{tickets.Answered, s.op, tickets.ActDelivered, tickets.Values{"way": "call", "evidence": "通话"}},
		{tickets.Closed, s.op, tickets.ActFollowUp, tickets.Values{"resolved": "true"}},
	} {
		if status == tickets.Registered {
			break
		}
		s.act(t, x.by, number, x.action, x.values)
		if x.to == status && status != tickets.Handling || status == tickets.Handling && x.action == tickets.ActRecord {
			break
		}
	}
	return number
}

// values fills what an action must have with something that usually passes.
func (s *stage) values(row tickets.Row, kind string) tickets.Values {
	fill := map[string]string{"unit": "10", "investigator": s.person, "allegation": "1", "way": "letter", "at": "", "evidence": "凭据", "basis": "material", "request": "", "clock": "resolve", "amount": "1",
		"other": s.other.Number, "kind": "same_matter", "until": s.Clock.Now().Add(50 * time.Hour).Format(time.RFC3339), "channel": "letter", "urgency": "urgent"}
	switch row.Action {
	case tickets.ActRecall:
		fill["unit"] = "10"
	case tickets.ActHandDown:
		fill["unit"] = "13"
	case tickets.ActAskReturn, tickets.ActSignReturn:
		fill["basis"] = "not_competent"
	case tickets.ActSplit:
		fill["kind"] = "complaint"
	case tickets.ActRecuse:
		fill["unit"] = "20"
	case tickets.ActConclude:
		fill["outcome"], fill["basis"] = "refused", "not_competent"
	}
	v := tickets.Values{}
	for _, f := range row.Needs {
		f = f.For(kind)
		value, known := fill[f.Name]
		switch {
		case !f.Must && row.Action != tickets.ActRecuse && row.Action != tickets.ActAccuse && f.Name != "public_text" && f.Name != "evidence":
			continue
		case known:
		case f.Type == tickets.TypeChoice:
			value = f.Choices[0].Code
		case f.Type == tickets.TypeBool:
			value = "true"
		case f.Type == tickets.TypePerson:
			continue
		case f.Type == tickets.TypeInt:
			value = "1"
		case f.Type == tickets.TypeTime:
			continue
		case f.Type == tickets.TypeMoney:
			value = "1"
		default:
			value = "内容"
		}
		if value != "" {
			v[f.Name] = value
		}
	}
	return v
}

// may lists what each caller may do now, by action.
func (s *stage) may(t *testing.T, number string) map[tickets.Action][]pg.Caller {
	t.Helper()
	out := map[tickets.Action][]pg.Caller{}
	for _, c := range s.callers {
		v, err := s.db.Find(context.Background(), c, number)
		if errors.Is(err, pg.ErrNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range v.Actions() {
			out[r.Action] = append(out[r.Action], c)
		}
	}
	return out
}

// moving are the actions that change the status from here, the others do not.
func moving(status tickets.Status, actions []tickets.Action) (moves, stays []tickets.Action) {
	for _, a := range actions {
		if row, _ := tickets.RowOf(a); row.To != "" && row.To != status {
			moves = append(moves, a)
		} else {
			stays = append(stays, a)
		}
	}
	return moves, stays
}

// TestOfTwoAtOnceOneWinsAndTheOtherIsToldWhatChanged presses two buttons at the
// same version: every pair of actions that move the ticket, and each of the others
// beside one of those and beside itself.
func TestOfTwoAtOnceOneWinsAndTheOtherIsToldWhatChanged(t *testing.T) {
	t.Parallel()
	for _, status := range []tickets.Status{tickets.Registered, tickets.Dispatched, tickets.Handling, tickets.Approval, tickets.Answering, tickets.Answered, tickets.Closed} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			s := openStage(t)
			number := s.at(t, status)
			var actions []tickets.Action
			for a := range s.may(t, number) {
				actions = append(actions, a)
			}
			slices.Sort(actions)
			moves, stays := moving(status, actions)
			won := 0
			race := func(a, b tickets.Action) {
				v, err := s.db.Find(context.Background(), s.city, number)
				if err != nil || v.Status != status || len(v.Recused) > 0 {
					number = s.at(t, status)
				}
				won += s.race(t, number, a, b)
			}
			for i, a := range moves {
				for _, b := range moves[i:] {
					race(a, b)
				}
			}
			for i, a := range stays {
				race(a, a)
				race(a, stays[(i+7)%len(stays)])
				if len(moves) > 0 && i%3 == 0 {
					race(a, moves[i/3%len(moves)])
				}
			}
			if won < len(moves)+len(stays)/2 {
				t.Errorf("only %d races had a winner: the values show too little", won)
			}
			s.noDoubles(t)
		})
	}
}

// race lets two people act at once; it returns how many won, one or none.
func (s *stage) race(t *testing.T, number string, a, b tickets.Action) int {
	t.Helper()
	may := s.may(t, number)
	if len(may[a]) == 0 || len(may[b]) == 0 {
		return 0
	}
	v, err := s.db.Find(context.Background(), s.city, number)
	if err != nil {
		t.Fatal(err)
	}
	type result struct {
		view *ticketdb.View
		err  error
	}
	var results [2]result
	var ready sync.WaitGroup
	start := make(chan struct{})
	for i, x := range []struct {
		action tickets.Action
		by     pg.Caller
	}{{a, may[a][0]}, {b, may[b][len(may[b])-1]}} {
		row, _ := tickets.RowOf(x.action)
		values := s.values(row, v.Kind)
		ready.Go(func() {
			<-start
			results[i].view, results[i].err = s.db.Act(context.Background(), x.by, number, v.Version, x.action, values)
		})
	}
	close(start)
	ready.Wait()
	won, moved := 0, 0
	for i, r := range results {
		var invalid tickets.Invalid
		switch {
		case r.err == nil:
			won++
		case errors.Is(r.err, tickets.ErrMoved):
			moved++
			if r.view == nil || r.view.Version != v.Version+1 {
				t.Errorf("%s beside %s: told of the change, but not shown it", a, b)
			}
		case errors.As(r.err, &invalid), errors.Is(r.err, pg.ErrNotFound):
		default:
			t.Errorf("%s beside %s: %d: %v", a, b, i, r.err)
		}
	}
	if won > 1 || moved > 0 && won != 1 {
		t.Errorf("%s beside %s: %d won, %d were told", a, b, won, moved)
	}
	return won
}

// noDoubles: every journal verifies, and nothing was written twice.
func (s *stage) noDoubles(t *testing.T) {
	t.Helper()
	r, err := ticketdb.Verify(context.Background(), s.PG, 10)
	if err != nil || len(r.Faults) > 0 {
		t.Errorf("verify: %+v, %v", r.Faults, err)
	}
	for name, sql := range map[string]string{
		"open turns":       `SELECT count(*) FROM (SELECT ticket FROM hops WHERE ended_at IS NULL GROUP BY ticket HAVING count(*) > 1) x`,
		"turns":            `SELECT count(*) FROM (SELECT ticket, n FROM hops GROUP BY ticket, n HAVING count(*) > 1) x`,
		"replies":          `SELECT count(*) FROM (SELECT ticket, n FROM replies GROUP BY ticket, n HAVING count(*) > 1) x`,
		"pending requests": `SELECT count(*) FROM (SELECT ticket, kind FROM requests WHERE state = 'pending' GROUP BY ticket, kind HAVING count(*) > 1) x`,
		"findings":         `SELECT count(*) FROM (SELECT allegation FROM findings WHERE NOT superseded GROUP BY allegation HAVING count(*) > 1) x`,
		"running clocks":   `SELECT count(*) FROM (SELECT subject, rule, hop FROM deadlines WHERE met_at IS NULL AND cancelled_at IS NULL AND rule NOT LIKE 'task%' GROUP BY subject, rule, hop HAVING count(*) > 1) x`,
	} {
		var n int
		s.Row(t, sql, nil, &n)
		if n > 0 {
			t.Errorf("%d tickets with two %s", n, name)
		}
	}
}

// movers are the only acts that may move a due time that runs: what was granted,
// a pause that ends, and acts that end a pause.
var movers = []tickets.Action{tickets.ActGrant, tickets.ActResume}

// TestNoActMovesADueTimeButThoseNamed does everything that may be done in every
// status, and looks at the clocks that ran before.
func TestNoActMovesADueTimeButThoseNamed(t *testing.T) {
	t.Parallel()
	for _, status := range []tickets.Status{tickets.Registered, tickets.Dispatched, tickets.Handling, tickets.Approval, tickets.Answering, tickets.Answered} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			s := openStage(t)
			number, done := "", 0
			for _, row := range tickets.Flow {
				if !row.Allows(status) || slices.Contains(movers, row.Action) {
					continue
				}
				if v, err := s.db.Find(context.Background(), s.city, number); err != nil || v.Status != status || len(v.Recused) > 0 {
					number = s.at(t, status)
				}
				by := s.may(t, number)[row.Action]
				if len(by) == 0 {
					continue
				}
				before := s.dues(t, number)
				if _, err := s.db.Act(context.Background(), by[0], number, 0, row.Action, s.values(row, tickets.Help)); err != nil {
					continue
				}
				done++
				after := s.dues(t, number)
				for id, due := range before {
					if !due.Equal(after[id]) {
						t.Errorf("%s moved clock %d from %s to %s", row.Action, id, due, after[id])
					}
				}
			}
			if done < 10 {
				t.Errorf("only %d acts were done", done)
			}
		})
	}
}

func (s *stage) dues(t *testing.T, number string) map[int64]time.Time {
	t.Helper()
	v, err := s.db.Find(context.Background(), s.city, number)
	if err != nil {
		t.Fatal(err)
	}
	out := map[int64]time.Time{}
	for _, x := range v.Deadlines {
		out[x.ID] = x.DueAt
	}
	return out
}

// TestALateGrantCountsAndARefusalUsesNothingUp: asked before expiry, an extension
// may be granted after it; a refused one leaves the one that is allowed; a redo
// starts anew, whatever was granted before.
func TestALateGrantCountsAndARefusalUsesNothingUp(t *testing.T) {
	t.Parallel()
	s := openStage(t)
	n := s.at(t, tickets.Handling)
	ask := func() {
		s.act(t, s.county, n, tickets.ActAskExtension, tickets.Values{"amount": "5", "reason": "路远"})
	}
	ask()
	v := s.act(t, s.city, n, tickets.ActRefuse, tickets.Values{"kind": "extension", "reason": "不必"})
	due := openClock(v, deadline.Resolve).DueAt
	ask()
	s.Clock.Set(due.Add(time.Hour))
	s.renew(t)
	v = s.act(t, s.city, n, tickets.ActGrant, tickets.Values{"kind": "extension"})
	if got := openClock(v, deadline.Resolve).DueAt; !got.After(s.Clock.Now()) {
		t.Errorf("granted late, due %s as before", got)
	}
	s.explained(t, n)
	_, err := s.db.Act(context.Background(), s.county, n, 0, tickets.ActAskExtension, tickets.Values{"amount": "1", "reason": "再延"})
	if invalid := (tickets.Invalid{}); !errors.As(err, &invalid) {
		t.Errorf("a second extension: %v", err)
	}
	s.act(t, s.handler, n, tickets.ActSubmit, tickets.Values{"public_text": "已补发。"})
	s.act(t, s.county, n, tickets.ActApprove, nil)
	s.act(t, s.op, n, tickets.ActDelivered, tickets.Values{"way": "call", "evidence": "通话"})
	v = s.act(t, s.op, n, tickets.ActRedo, tickets.Values{"reason": "没解决"})
	if x := openClock(v, deadline.Resolve); x == nil || !x.StartAt.Equal(s.Clock.Now()) || openClock(v, deadline.FollowUp) != nil {
		t.Errorf("after the redo: resolve %+v, follow-up %v", x, openClock(v, deadline.FollowUp))
	}
	s.explained(t, n)
}

// renew signs everybody in again, after the clock has jumped.
func (s *stage) renew(t *testing.T) {
	t.Helper()
	s.op, s.city, s.county, s.handler = s.Session(t, "operator"), s.Session(t, "lead-city"), s.Session(t, "lead-140428"), s.Session(t, "handler-140428")
}

// TestARuleEditedDuringAPauseLeavesTheClockItsVersion: the clock that stands was
// begun under the old version and goes on under it.
func TestARuleEditedDuringAPauseLeavesTheClockItsVersion(t *testing.T) {
	t.Parallel()
	s := openStage(t)
	n := s.at(t, tickets.Handling)
	until := s.Clock.Now().Add(60 * time.Hour).Format(time.RFC3339)
	s.act(t, s.county, n, tickets.ActAskPause, tickets.Values{"basis": "material", "until": until})
	before := s.dues(t, n)
	s.act(t, s.city, n, tickets.ActGrant, tickets.Values{"kind": "pause"})
	s.Exec(t, `INSERT INTO deadline_rules (code, version, data, added_at, added_by) SELECT code, version + 1, jsonb_set(jsonb_set(data, '{amount}', '1'), '{version}', to_jsonb(version + 1)), added_at, added_by FROM deadline_rules WHERE code = 'resolve.help'`)
	if err := s.Clocks.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.Clock.Add(48 * time.Hour)
	s.renew(t)
	v := s.act(t, s.county, n, tickets.ActResume, nil)
	x := openClock(v, deadline.Resolve)
	if x.RuleVersion != 1 || !x.DueAt.After(before[x.ID]) {
		t.Errorf("version %d, due %s, before %s", x.RuleVersion, x.DueAt, before[x.ID])
	}
	s.explained(t, n)
}
