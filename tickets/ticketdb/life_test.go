package ticketdb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/intake"
	"hotline/internal/pg"
	"hotline/internal/pgtest"
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

// TestVerifyFindsARowChangedBehindTheDesk changes each table once as the owner.
func TestVerifyFindsARowChangedBehindTheDesk(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	lead, county := b.Session(t, "lead-city"), b.Session(t, "lead-140428")
	o := b.register(t, b.Session(t, "operator"), help())
	b.act(t, lead, o.Number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	b.act(t, county, o.Number, tickets.ActSign, nil)
	b.act(t, county, o.Number, tickets.ActRecord, tickets.Values{"allegation": "1", "outcome": "done", "method": "核对花名表"})
	b.act(t, county, o.Number, tickets.ActSubmit, tickets.Values{"public_text": "已补发。"})
	r, err := ticketdb.Verify(ctx, b.PG, 10)
	if err != nil || len(r.Faults) != 0 || r.Tickets != 1 || r.Rows != 5 {
		t.Fatalf("untouched: %+v, %v", r, err)
	}
	for name, sql := range map[string]string{
		"status":             `UPDATE tickets SET status = 'handling'`,
		"statement":          `UPDATE tickets SET statement = '别的话'`,
		"due time":           `UPDATE deadlines SET due_at = due_at + interval '1 day' WHERE rule LIKE 'resolve%'`,
		"met":                `UPDATE deadlines SET met_at = NULL, met_event = NULL WHERE rule LIKE 'sign%'`,
		"reply":              `UPDATE replies SET public_text = '没有的事'`,
		"finding":            `UPDATE findings SET outcome = 'not_done'`,
		"journal time":       `UPDATE journal SET at = at - interval '1 day' WHERE seq = 3`,
		"journal body":       `UPDATE journal_body SET body = convert_to(replace(convert_from(body, 'UTF8'), '核对花名表', '没有核对过'), 'UTF8')`,
		"last row removed":   `DELETE FROM journal WHERE seq = 5`,
		"middle row removed": `DELETE FROM journal WHERE seq = 2`,
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := pgx.Connect(ctx, b.OwnerURL)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(ctx)
			undo := b.snapshot(t)
			defer undo()
			tag, err := conn.Exec(ctx, sql)
			if err != nil || tag.RowsAffected() == 0 {
				t.Fatalf("%s changed %d rows: %v", sql, tag.RowsAffected(), err)
			}
			r, err := ticketdb.Verify(ctx, b.PG, 10)
			if err != nil || len(r.Faults) == 0 {
				t.Errorf("not found: %+v, %v", r, err)
			}
		})
	}
}

// snapshot copies the tables a verify test alters, and puts them back.
func (b *bench) snapshot(t *testing.T) func() {
	t.Helper()
	tables := []string{"tickets", "deadlines", "replies", "findings", "journal", "journal_body"}
	for _, x := range tables {
		b.Exec(t, `CREATE TABLE keep_`+x+` AS TABLE `+x)
	}
	return func() {
		for _, x := range []string{"status", "statement"} {
			b.Exec(t, `UPDATE tickets t SET `+x+` = k.`+x+` FROM keep_tickets k WHERE k.id = t.id`)
		}
		b.Exec(t, `UPDATE deadlines t SET due_at = k.due_at, met_at = k.met_at, met_event = k.met_event FROM keep_deadlines k WHERE k.id = t.id`)
		b.Exec(t, `UPDATE replies t SET public_text = k.public_text FROM keep_replies k WHERE k.id = t.id`)
		b.Exec(t, `UPDATE findings t SET outcome = k.outcome FROM keep_findings k WHERE k.id = t.id`)
		b.Exec(t, `DELETE FROM journal`)
		b.Exec(t, `INSERT INTO journal SELECT * FROM keep_journal`)
		b.Exec(t, `DELETE FROM journal_body`)
		b.Exec(t, `INSERT INTO journal_body SELECT * FROM keep_journal_body`)
		for _, x := range tables {
			b.Exec(t, `DROP TABLE keep_`+x)
		}
	}
}
