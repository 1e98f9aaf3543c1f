package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/intake/city12345"
	"hotline/intake/city12345/standin"
	"hotline/intake/mail"
	"hotline/intake/mail/demomail"
	"hotline/internal/accounts/accountdb"
	"hotline/internal/vault"
	"hotline/workers"
)

// abroad is a desk in demo settings whose mail servers and 12345 platform are
// the test's own, so that they can go away.
type abroad struct {
	*desk
	conn       *pgx.Conn
	mails      *demomail.Server
	imap, smtp *gate
	state      string // the platform's memory
}

func openAbroad(t *testing.T) *abroad {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	mails, err := demomail.Start(t.Context(), demomail.Config{SMTPAddr: "127.0.0.1:0", IMAPAddr: "127.0.0.1:0", Logger: quiet, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mails.Close() })
	x := &abroad{mails: mails, imap: newGate(t, mails.IMAPAddr()), smtp: newGate(t, mails.SMTPAddr()), state: filepath.Join(t.TempDir(), "city.json")}
	c := Config{Data: preparedFolder(t), Listen: freeAddress(t), DemoIMAP: x.imap.address, DemoSMTP: x.smtp.address, DemoCity: freeAddress(t)}
	ctx, cancel := context.WithCancel(context.Background())
	s, err := openStores(ctx, c, quiet, true)
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(c, options{web: true, workers: true, demo: true}, quiet, s)
	if err := a.buildBeside(ctx); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- a.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the desk ended with: %v", err)
		}
		a.close()
		s.close()
	})
	x.desk = &desk{app: a, base: "http://" + c.Listen}
	x.waitReady(t)
	x.conn = x.owner(t)
	t.Cleanup(func() { x.conn.Close(context.Background()) })
	return x
}

// buildBeside is build without starting the demo's own servers.
func (a *app) buildBeside(ctx context.Context) error {
	if err := a.buildDesk(ctx); err != nil {
		return err
	}
	a.accounts = accountdb.New(accountdb.Config{PG: a.s.pg, Vault: a.s.vault, Hasher: vault.NewHasher(2), Log: a.log})
	a.outside = &outside{log: a.log, platforms: map[string]workers.Platform{}}
	if err := a.buildMail(a.outside); err != nil {
		return err
	}
	if err := a.buildPlatforms(a.outside); err != nil {
		return err
	}
	var err error
	if a.workers, err = a.buildWorkers(); err != nil {
		return err
	}
	a.web, err = a.buildWeb()
	return err
}

// letter puts a citizen's letter into the desk's mailbox.
func (x *abroad) letter(t *testing.T, i int) {
	t.Helper()
	raw := fmt.Sprintf("From: citizen@demo.test\r\nTo: desk@demo.test\r\nMessage-ID: <letter-%d@demo.test>\r\nDate: %s\r\nSubject: =?UTF-8?B?5L2O5L+d?=\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n长子县石哲镇青杨岭村低保金没到账，请帮助核查补发，第 %d 封信。\r\n", i, time.Now().Format(time.RFC1123Z), i)
	if err := x.mails.Append(demomail.Desk, []byte(raw)); err != nil {
		t.Fatal(err)
	}
}

// delivered counts what lies in the citizen's mailbox, by Message-ID.
func (x *abroad) delivered(t *testing.T) map[string]int {
	t.Helper()
	box, err := mail.NewSource(mail.Mailbox{Addr: x.mails.IMAPAddr(), TLS: mail.TLSNone, User: demomail.Citizen, Password: demomail.Password})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int{}
	_, err = box.Poll(t.Context(), mail.Watermark{}, func(f mail.Fetched) error {
		m, err := netmail.ReadMessage(bytes.NewReader(f.Raw))
		if err == nil {
			ids[m.Header.Get("Message-Id")]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func (x *abroad) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	return number(t, x.conn, sql, args...)
}

func TestMailServerAwayForAWhile(t *testing.T) {
	x := openAbroad(t)
	people := x.crew(t)
	hurry := hasten(t, x.conn, everySecond)
	x.letter(t, 1)
	eventually(t, "the first letter is a ticket", func() bool { return x.count(t, `SELECT count(*) FROM tickets WHERE channel = 'mail'`) == 1 })

	x.imap.shut()
	for i := 2; i <= 6; i++ {
		x.letter(t, i)
	}
	eventually(t, "the poller has noticed", func() bool { return x.count(t, `SELECT count(*) FROM mailboxes WHERE error <> ''`) == 1 })
	if n := x.count(t, `SELECT count(*) FROM tickets`); n != 1 {
		t.Fatalf("%d tickets while the mailbox is away", n)
	}
	x.imap.open(t)
	eventually(t, "all letters are tickets", func() bool { return x.count(t, `SELECT count(*) FROM tickets`) == 6 })
	eventually(t, "what is to be acknowledged is", func() bool { hurry(); return x.count(t, `SELECT count(*) FROM outbox WHERE done_at IS NULL`) == 0 })

	x.smtp.shut()
	answered := x.approved(t, people)
	failed := `SELECT count(*) FROM outbox WHERE kind = 'mail_reply' AND error <> '' AND done_at IS NULL AND stopped_at IS NULL`
	eventually(t, "the reply was tried in vain", func() bool { return x.count(t, failed) == 1 })
	if k, err := people.city.ticket(answered); err != nil || k.Status != "answering" {
		t.Errorf("while the mail server is away the ticket is %s, %v", k.Status, err)
	}
	x.smtp.open(t)
	eventually(t, "the reply is delivered", func() bool {
		hurry()
		k, err := people.city.ticket(answered)
		return err == nil && k.Status == "answered"
	})
	eventually(t, "nothing is left to do", func() bool { hurry(); return x.count(t, `SELECT count(*) FROM outbox WHERE done_at IS NULL`) == 0 })
	ids := x.delivered(t)
	for id, n := range ids {
		if n != 1 {
			t.Errorf("%s arrived %d times", id, n)
		}
	}
	if want := x.count(t, `SELECT count(*) FROM outbox WHERE kind IN ('acknowledge', 'mail_reply')`); len(ids) != want || want < 2 {
		t.Errorf("%d mails arrived of %d to be sent", len(ids), want)
	}
	if a, b := x.count(t, `SELECT count(*) FROM tickets`), x.count(t, `SELECT count(*) FROM mail_ledger`); a != 6 || b != 6 {
		t.Errorf("%d tickets and %d ledger lines of 6 letters", a, b)
	}
}

// approved leads the newest ticket to an approved answer.
func (x *abroad) approved(t *testing.T, p crew) string {
	t.Helper()
	var n string
	if err := x.conn.QueryRow(t.Context(), `SELECT number FROM tickets ORDER BY id DESC LIMIT 1`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is routed", func() bool { k, err := p.city.ticket(n); return err == nil && k.Proposal != nil })
	p.dispatched(t, n)
	if err := p.verify(n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (p crew) dispatched(t *testing.T, n string) {
	t.Helper()
	k, err := p.city.ticket(n)
	if err == nil && k.Status == "registered" {
		err = p.city.act(n, "dispatch", map[string]any{"unit": "140428"})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// platform runs the stand-in with its memory until the returned function stops it.
func (x *abroad) platform(t *testing.T) (*standin.Platform, func()) {
	t.Helper()
	p := x.standin(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return p, stop
}

// standin is the platform as its memory has it, not running.
func (x *abroad) standin(t *testing.T) *standin.Platform {
	t.Helper()
	p, err := standin.New(standin.Config{Name: demoPlatform, Secret: demoSecret, Target: x.base, Listen: x.c.DemoCity, StateFile: x.state, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func cityOrder() city12345.Order {
	now := time.Now().In(city12345.Shanghai()).Truncate(time.Second)
	return city12345.Order{Kind: "求助", Title: "低保金未到账", Content: "来电人反映长子县石哲镇青杨岭村低保金三个月没有到账，请核查。", CallerName: "王试验", CallerPhone: "19900001234",
		RegionCode: "140428", Address: "石哲镇青杨岭村", CategoryName: "低保", Urgency: "一般", Unit: "长子县民政局", ReceivedAt: now, DispatchedAt: now}
}

func TestCityAwayForAWhile(t *testing.T) {
	x := openAbroad(t)
	people := x.crew(t)
	hurry := hasten(t, x.conn, everySecond)
	running, stop := x.platform(t)
	first, err := running.Dispatch(cityOrder())
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the order is a ticket", func() bool { return x.count(t, `SELECT count(*) FROM orders`) == 1 })

	stop()
	n := x.approved(t, people) // signed and answered while nobody listens
	eventually(t, "the signature was sent in vain", func() bool {
		return x.count(t, `SELECT count(*) FROM outbox WHERE kind = 'platform_signed' AND error <> ''`) == 1
	})
	later := x.standin(t)
	second, err := later.Dispatch(cityOrder()) // queued in its memory alone
	if err != nil {
		t.Fatal(err)
	}
	if err := later.Act(first, city12345.Event{Kind: city12345.Urged, Urge: &city12345.Urge{}}); err != nil {
		t.Fatal(err)
	}

	running, _ = x.platform(t)
	view := func(no string) standin.View {
		v, err := running.Find(no)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	eventually(t, "both events of ours arrive", func() bool { hurry(); return len(view(first).Received) >= 2 })
	eventually(t, "the platform's events arrive", func() bool {
		return view(second).TicketNo != "" && x.count(t, `SELECT urges FROM tickets WHERE number = $1`, n) == 1
	})
	eventually(t, "nothing is left to do", func() bool { hurry(); return x.count(t, `SELECT count(*) FROM outbox WHERE done_at IS NULL`) == 0 })
	var kinds []city12345.OutboundKind
	for _, r := range view(first).Received {
		kinds = append(kinds, r.Event.Kind)
		if !r.Accepted {
			t.Errorf("%s was refused: %s", r.Event.Kind, r.Reason)
		}
	}
	if fmt.Sprint(kinds) != fmt.Sprint([]city12345.OutboundKind{city12345.Signed, city12345.Replied}) {
		t.Errorf("the platform has %v, want signed, replied", kinds)
	}
	if k, err := people.city.ticket(n); err != nil || k.Status != "answered" {
		t.Errorf("the ticket is %s, %v", k.Status, err)
	}
	if a, b := x.count(t, `SELECT count(*) FROM tickets`), x.count(t, `SELECT count(*) FROM orders`); a != 2 || b != 2 {
		t.Errorf("%d tickets of %d orders, want 2 of 2", a, b)
	}
}
