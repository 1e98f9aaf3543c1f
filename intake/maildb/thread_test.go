package maildb_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"hotline/intake/mail"
	"hotline/intake/mail/demomail"
	"hotline/internal/pg"
	"hotline/tickets"
)

// TestAnAnswerFindsItsTicket walks a thread: a letter, our acknowledgement in
// its thread, and the citizen's answer to that, with a picture.
func TestAnAnswerFindsItsTicket(t *testing.T) {
	t.Parallel()
	w := open(t)
	ctx := context.Background()
	p := w.poller(t)
	w.post(t, letter(1, "求助：低保没有到账", "From: "+demomail.Citizen))
	poll(t, p)
	ticket := w.lines(t, "desk")[0].Ticket
	received := w.acknowledge(t, ticket)
	if len(received.InReplyTo) != 1 || received.InReplyTo[0] != "m1@mail.test" || received.AutoSubmitted != "auto-replied" {
		t.Errorf("our mail answers %v", received.InReplyTo)
	}
	w.post(t, letter(2, "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n这是存折照片\r\n--x\r\nContent-Type: image/png; name=a.png\r\nContent-Disposition: attachment; filename=a.png\r\n\r\nPNG\r\n--x--",
		"In-Reply-To: <"+received.MessageID+">", "Content-Type: multipart/mixed; boundary=x"))
	poll(t, p)
	lines := w.lines(t, "desk")
	if len(lines) != 2 || lines[1].Disposition != "appended" || lines[1].Ticket != ticket {
		t.Fatalf("ledger: %+v", lines)
	}
	var number string
	w.Row(t, `SELECT number FROM tickets WHERE id = $1`, []any{ticket}, &number)
	v, err := w.db.Find(ctx, pg.Machine("machine:mail"), number)
	if err != nil || len(v.Attachments) != 1 || v.Attachments[0].Name != "a.png" {
		t.Errorf("attachments: %+v, %v", v.Attachments, err)
	}
	if notes := w.notes(t, number); len(notes) != 1 || notes[0] != "诉求人来信补充：\n这是存折照片" {
		t.Errorf("notes: %q", notes)
	}
}

// acknowledge sends what the ticket's job says and reads it in the citizen's mailbox.
func (w *world) acknowledge(t *testing.T, ticket int64) *mail.Message {
	t.Helper()
	ctx := context.Background()
	var job int64
	w.Row(t, `SELECT id FROM outbox WHERE ticket = $1 AND kind = 'acknowledge'`, []any{ticket}, &job)
	d, err := w.db.Delivery(ctx, job, "machine:mail")
	if err != nil {
		t.Fatal(err)
	}
	sender, err := mail.NewSender(mail.SMTPConfig{Addr: w.server.SMTPAddr(), TLS: mail.TLSNone}, w.signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sender.Send(ctx, mail.Outgoing{Kind: mail.KindAcknowledgement, Number: d.Number, Attempt: job, To: mail.Address{Addr: d.To[0].Mail},
		Text: "ok", InReplyTo: mail.MessageIDOf(d.ReplyTo), Now: w.Clock.Now()}); err != nil {
		t.Fatal(err)
	}
	box := w.box(t)
	box.User = demomail.Citizen
	src, err := mail.NewSource(box)
	if err != nil {
		t.Fatal(err)
	}
	var got *mail.Message
	if _, err := src.Poll(ctx, mail.Watermark{}, func(f mail.Fetched) (err error) { got, err = mail.NewParser().Parse(f.Raw); return err }); err != nil || got == nil {
		t.Fatalf("the citizen's mailbox: %v", err)
	}
	return got
}

func (w *world) notes(t *testing.T, number string) (out []string) {
	t.Helper()
	rows, err := w.db.Journal(context.Background(), w.Session(t, "lead-city"), number)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Action == string(tickets.ActSupplement) {
			note := string(r.Fields["fields"])
			note = strings.TrimSuffix(strings.TrimPrefix(note, `{"note":"`), `"}`)
			out = append(out, strings.ReplaceAll(note, `\n`, "\n"))
		}
	}
	return out
}

// TestAClosedTicketTakesANoteAndSaysWhereTheFilesAre, since only an open one takes files.
func TestAClosedTicketTakesANoteAndSaysWhereTheFilesAre(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.answered(t)
	w.Clock.Add(time.Minute)
	if _, err := w.db.Act(context.Background(), w.Session(t, "operator"), a.number, 0, tickets.ActFollowUp, tickets.Values{"resolved": "true", "satisfaction": "satisfied"}); err != nil {
		t.Fatal(err)
	}
	w.post(t, letter(1, "谢谢\r\n\r\n> 原来的信", "In-Reply-To: <"+w.signer.MessageID(a.number, a.attempt)+">"))
	w.post(t, letter(2, "冒充的", fmt.Sprintf("In-Reply-To: <%s.%d.aaaaaaaaaaaaaaaa@demo.test>", a.number, a.attempt)))
	w.post(t, letter(3, "签名是真的，工单没有", "In-Reply-To: <"+w.signer.MessageID("2611160000000", 1)+">"))
	poll(t, w.poller(t))
	lines := w.lines(t, "desk")
	if lines[0].Disposition != "appended" || lines[1].Disposition != "ticketed" || lines[1].Ticket == a.ticket || lines[2].Reason != mail.ReasonNoTicket {
		t.Errorf("ledger: %+v", lines)
	}
	if notes := w.notes(t, a.number); len(notes) != 1 || notes[0] != "诉求人来信补充：\n谢谢\n（附件未随附，保存在原信中）" {
		t.Errorf("notes: %q", notes)
	}
}

// TestAPollerThatStopsHandsItsMailboxOver: another one need not wait for the lease.
func TestAPollerThatStopsHandsItsMailboxOver(t *testing.T) {
	t.Parallel()
	w := open(t)
	polled := make(chan struct{}, 1)
	ctx, stop := context.WithCancel(context.Background())
	first := w.poller(t, func(c *mail.PollerConfig) { c.Every, c.Store = time.Millisecond, watched{w.ledger, polled} })
	done := make(chan error, 1)
	go func() { done <- first.Run(ctx) }()
	w.post(t, letter(1, "one"))
	<-polled
	<-polled
	stop()
	if err := <-done; err != nil {
		t.Fatalf("run: %v", err)
	}
	w.post(t, letter(2, "two"))
	poll(t, w.poller(t))
	if lines := w.lines(t, "desk"); len(lines) != 2 {
		t.Errorf("ledger: %+v", lines)
	}
}

// watched tells of every look at the mailbox.
type watched struct {
	mail.Store
	polled chan<- struct{}
}

func (s watched) Polled(ctx context.Context, l mail.Lease, p mail.Poll) error {
	err := s.Store.Polled(ctx, l, p)
	select {
	case s.polled <- struct{}{}:
	default:
	}
	return err
}
