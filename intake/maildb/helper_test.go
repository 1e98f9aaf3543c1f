package maildb_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/intake"
	"hotline/intake/mail"
	"hotline/intake/mail/demomail"
	"hotline/intake/maildb"
	"hotline/internal/pgtest"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// world is the desk with a mail server of its own.
type world struct {
	*pgtest.Env
	db     *ticketdb.DB
	desk   *intake.Desk
	ledger *maildb.DB
	signer mail.Signer
	server *demomail.Server
}

func open(t testing.TB) *world {
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
	w := &world{Env: e, db: db, desk: intake.NewDesk(db), ledger: maildb.New(e.PG, e.Vault)}
	if w.signer, err = mail.NewSigner(e.Vault.MAC, demomail.Desk, true); err != nil {
		t.Fatal(err)
	}
	w.server = w.serve(t, "127.0.0.1:0")
	return w
}

// serve starts a mail server; each start under another clock has another UIDVALIDITY.
func (w *world) serve(t testing.TB, imap string) *demomail.Server {
	t.Helper()
	s, err := demomail.Start(context.Background(), demomail.Config{SMTPAddr: "127.0.0.1:0", IMAPAddr: imap, Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func (w *world) post(t testing.TB, raws ...string) {
	t.Helper()
	for _, raw := range raws {
		if err := w.server.Append(demomail.Desk, []byte(raw)); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) box(t testing.TB) mail.Mailbox {
	t.Helper()
	return mail.Mailbox{Addr: w.server.IMAPAddr(), TLS: mail.TLSNone, User: demomail.Desk, Password: demomail.Password}
}

func (w *world) poller(t testing.TB, with ...func(*mail.PollerConfig)) *mail.Poller {
	t.Helper()
	src, err := mail.NewSource(w.box(t))
	if err != nil {
		t.Fatal(err)
	}
	c := mail.PollerConfig{Name: "desk", Source: src, Store: w.ledger, Desk: w.desk, Tickets: w.db, Signer: w.signer, Now: w.Clock.Now}
	for _, x := range with {
		x(&c)
	}
	return mail.NewPoller(c)
}

func named(name string) func(*mail.PollerConfig) {
	return func(c *mail.PollerConfig) { c.Name = name }
}

func poll(t testing.TB, p *mail.Poller) {
	t.Helper()
	if err := p.RunOnce(context.Background()); err != nil {
		t.Fatalf("poll: %v", err)
	}
}

// line is a row of the ledger.
type line struct {
	UID         int64
	Disposition string
	Reason      string
	Ticket      int64
	Submission  int64
}

func (w *world) lines(t testing.TB, mailbox string) []line {
	t.Helper()
	rows, err := w.PG.Machines().Query(context.Background(), `SELECT uid, disposition, reason, coalesce(ticket, 0), submission FROM mail_ledger WHERE mailbox = $1 ORDER BY uidvalidity, uid`, mailbox)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[line])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (w *world) count(t testing.TB, sql string, args ...any) int {
	t.Helper()
	var n int
	w.Row(t, sql, args, &n)
	return n
}

// letter writes a plain letter of a person; headers may be added or, with an
// empty value, taken away.
func letter(id int, text string, headers ...string) string {
	h := []string{"Return-Path: <p%d@mail.test>", "From: =?utf-8?B?546L5bCP5piO?= <p%d@mail.test>", "To: desk@demo.test",
		"Date: Mon, 16 Nov 2026 08:00:00 +0800", "Subject: letter %d", "Message-ID: <m%d@mail.test>", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"}
	for i := range h {
		if strings.Contains(h[i], "%d") {
			h[i] = fmt.Sprintf(h[i], id)
		}
	}
	for _, x := range headers {
		name, value, _ := strings.Cut(x, ":")
		for i := range h {
			if strings.HasPrefix(h[i], name+":") {
				h[i] = ""
			}
		}
		if strings.TrimSpace(value) != "" {
			h = append(h, x)
		}
	}
	var b strings.Builder
	for _, x := range h {
		if x != "" {
			b.WriteString(x + "\r\n")
		}
	}
	return b.String() + "\r\n" + text + "\r\n"
}

// answered is a ticket that came by mail and whose answer went out by mail.
type answered struct {
	number  string
	ticket  int64
	attempt int64 // outbox row of the answer
}

func (w *world) answered(t testing.TB) answered {
	t.Helper()
	ctx := context.Background()
	lead, county, handler := w.Session(t, "lead-city"), w.Session(t, "lead-140428"), w.Session(t, "handler-140428")
	o, err := w.desk.Accept(ctx, w.Session(t, "operator"), intake.Submission{Channel: "call", Kind: tickets.Help, Region: "140428", Statement: "低保金没有到账。",
		Complainants: []ticketdb.Complainant{{Name: "王小明", Mail: "wang@mail.test"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		who    string
		action tickets.Action
		values tickets.Values
	}{
		{"lead", tickets.ActDispatch, tickets.Values{"unit": "10"}}, {"county", tickets.ActSign, nil},
		{"county", tickets.ActAssign, tickets.Values{"investigator": fmt.Sprint(w.Person(t, "handler-140428"))}},
		{"handler", tickets.ActContactMade, tickets.Values{"way": "call"}},
		{"handler", tickets.ActRecord, tickets.Values{"allegation": "1", "outcome": "done", "method": "核对花名表"}},
		{"handler", tickets.ActSubmit, tickets.Values{"public_text": "已补发到账。", "resolved": "true"}}, {"county", tickets.ActApprove, nil},
	} {
		w.Clock.Add(time.Minute)
		who := lead
		switch x.who {
		case "county":
			who = county
		case "handler":
			who = handler
		}
		if _, err := w.db.Act(ctx, who, o.Number, 0, x.action, x.values); err != nil {
			t.Fatalf("%s: %v", x.action, err)
		}
	}
	a := answered{number: o.Number, ticket: o.ID}
	var plan int64
	w.Row(t, `SELECT id FROM outbox WHERE ticket = $1 AND kind = 'reply'`, []any{o.ID}, &plan)
	if err := w.db.PlanReply(ctx, plan, o.ID); err != nil {
		t.Fatal(err)
	}
	w.Row(t, `SELECT id FROM outbox WHERE ticket = $1 AND kind = 'mail_reply'`, []any{o.ID}, &a.attempt)
	if err := w.db.Attempted(ctx, a.attempt, o.ID, "machine:mail", ticketdb.Outcome{Way: "mail", State: "delivered", Evidence: "250 queued"}); err != nil {
		t.Fatal(err)
	}
	return a
}

// report is the standard bounce of a mail of ours.
func report(id int, original, action string) string {
	return fmt.Sprintf("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.mail.test\r\nTo: desk@demo.test\r\nDate: Mon, 16 Nov 2026 08:30:00 +0800\r\nSubject: Undelivered Mail\r\n"+
		"Message-ID: <dsn%d@mx.mail.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=d\r\n\r\n"+
		"--d\r\nContent-Type: text/plain\r\n\r\nsorry %d\r\n--d\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.mail.test\r\n\r\n"+
		"Final-Recipient: rfc822; wang@mail.test\r\nAction: %s\r\nStatus: 5.1.1\r\n\r\n--d\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <%s>\r\n\r\n--d--\r\n", id, id, action, original)
}
