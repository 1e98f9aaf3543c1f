package ticketdb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"hotline/internal/pg"
	"hotline/internal/pgtest"
	"hotline/intake"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type bench struct {
	*pgtest.Env
	db   *ticketdb.DB
	desk *intake.Desk
}

func open(t testing.TB) *bench {
	t.Helper()
	e := pgtest.New(t)
	db, err := ticketdb.New(ticketdb.Config{PG: e.PG, Units: e.Units, Clocks: e.Clocks, Vault: e.Vault})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- db.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return &bench{Env: e, db: db, desk: intake.NewDesk(db)}
}

func help(with ...func(*intake.Submission)) intake.Submission {
	s := intake.Submission{Channel: "call", Source: "test", Raw: []byte("raw"), Kind: tickets.Help, Region: "140428102", Place: "石哲镇",
		Statement:    "我妈的低保这个月十五号了还没到卡上，往月十号前准有，是不是停了？老人等着买药。",
		Complainants: []ticketdb.Complainant{{Role: "caller", Name: "王小明", Phone: "19900001234"}}}
	for _, w := range with {
		w(&s)
	}
	return s
}

// register files a submission under a key of its own.
func (b *bench) register(t testing.TB, caller pg.Caller, s intake.Submission) ticketdb.Opened {
	t.Helper()
	if s.SourceID == "" {
		s.SourceID = fmt.Sprint(time.Now().UnixNano())
	}
	o, err := b.desk.Accept(context.Background(), caller, s)
	if err != nil {
		t.Fatalf("register: %v", err)
	}
	return o
}

func (b *bench) act(t testing.TB, caller pg.Caller, number string, action tickets.Action, values tickets.Values) *ticketdb.View {
	t.Helper()
	b.Clock.Add(time.Minute)
	v, err := b.db.Act(context.Background(), caller, number, 0, action, values)
	if err != nil {
		t.Fatalf("%s: %v", action, err)
	}
	return v
}

// TestACallBecomesAnAnswer walks the main path of a named request for help.
func TestACallBecomesAnAnswer(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	operator, county, handler := b.Session(t, "operator"), b.Session(t, "lead-140428"), b.Session(t, "handler-140428")
	lead := b.Session(t, "lead-city")
	o := b.register(t, operator, help())
	if _, err := b.db.Find(ctx, county, o.Number); !errors.Is(err, pg.ErrNotFound) {
		t.Fatalf("county sees a ticket not dispatched: %v", err)
	}
	v := b.act(t, lead, o.Number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	if v.Status != tickets.Dispatched || v.Unit != 10 {
		t.Fatalf("after dispatch: %s at %d", v.Status, v.Unit)
	}
	b.act(t, county, o.Number, tickets.ActSign, nil)
	if _, err := b.db.Find(ctx, handler, o.Number); !errors.Is(err, pg.ErrNotFound) {
		t.Fatalf("investigator sees a ticket not assigned to him: %v", err)
	}
	b.act(t, county, o.Number, tickets.ActAssign, tickets.Values{"investigator": fmt.Sprint(b.Person(t, "handler-140428"))})
	b.act(t, handler, o.Number, tickets.ActContactMade, tickets.Values{"way": "call"})
	b.act(t, handler, o.Number, tickets.ActRecord, tickets.Values{"allegation": "1", "outcome": "done", "method": "核对当月花名表，账号状态异常，已更正补发"})
	b.act(t, handler, o.Number, tickets.ActSubmit, tickets.Values{"public_text": "您反映的低保金已于今日补发到账。", "resolved": "true"})
	if _, err := b.db.Act(ctx, handler, o.Number, 0, tickets.ActApprove, nil); !errors.Is(err, tickets.ErrNotAllowed) {
		t.Fatalf("an investigator approves: %v", err)
	}
	v = b.act(t, county, o.Number, tickets.ActApprove, nil)
	if v.Status != tickets.Answering {
		t.Fatalf("after approval: %s", v.Status)
	}
	b.act(t, operator, o.Number, tickets.ActDelivered, tickets.Values{"way": "call", "evidence": "通话 2 分钟"})
	v = b.act(t, operator, o.Number, tickets.ActFollowUp, tickets.Values{"resolved": "true", "satisfaction": "satisfied"})
	if v.Status != tickets.Closed || v.Outcome != "resolved" {
		t.Fatalf("closed as %s, %s", v.Status, v.Outcome)
	}
	for _, d := range v.Deadlines {
		if d.Open() {
			t.Errorf("clock %s still runs on a closed ticket", d.Rule)
		}
	}
	p, err := b.db.Public(ctx, o.Number, o.ReceiptCode)
	if err != nil || p.Reply == "" {
		t.Fatalf("public status: %+v, %v", p, err)
	}
	rows, err := b.db.Journal(ctx, lead, o.Number)
	if err != nil || len(rows) != 10 {
		t.Fatalf("journal has %d rows, want 10: %v", len(rows), err)
	}
}
