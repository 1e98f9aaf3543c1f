package maildb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hotline/intake"
	"hotline/intake/mail"
	"hotline/internal/pg"
	"hotline/tickets/ticketdb"
)

// mortal counts down the calls of a run; at the last one the process is dead:
// that call and all later ones fail, and what it was doing may or may not have
// been done.
type mortal struct {
	mail.Store
	desk mail.Acceptor
	left atomic.Int64
	kill context.CancelFunc
	// after: the last call is carried out before the process dies.
	after bool
}

var errDead = errors.New("killed")

func (m *mortal) step(do func() error) error {
	left := m.left.Add(-1)
	switch {
	case left > 0:
		return do()
	case left == 0 && m.after:
		err := do()
		m.kill()
		return errors.Join(errDead, err)
	}
	m.kill()
	return errDead
}

func (m *mortal) Keep(ctx context.Context, l mail.Lease, batch []mail.Fetched) (out []mail.Kept, err error) {
	err = m.step(func() (err error) { out, err = m.Store.Keep(ctx, l, batch); return err })
	return out, err
}

func (m *mortal) Settle(ctx context.Context, l mail.Lease, list []mail.Settlement) error {
	return m.step(func() error { return m.Store.Settle(ctx, l, list) })
}

func (m *mortal) Advance(ctx context.Context, l mail.Lease, to mail.Watermark) error {
	return m.step(func() error { return m.Store.Advance(ctx, l, to) })
}

func (m *mortal) FollowUps(ctx context.Context) (out []mail.FollowUp, err error) {
	err = m.step(func() (err error) { out, err = m.Store.FollowUps(ctx); return err })
	return out, err
}

func (m *mortal) Letter(ctx context.Context, submission int64) (raw []byte, err error) {
	err = m.step(func() (err error) { raw, err = m.Store.Letter(ctx, submission); return err })
	return raw, err
}

func (m *mortal) Accept(ctx context.Context, c pg.Caller, s intake.Submission) (o ticketdb.Opened, err error) {
	err = m.step(func() (err error) { o, err = m.desk.Accept(ctx, c, s); return err })
	return o, err
}

// TestAProcessKilledAnywhereLosesAndDoublesNothing kills the poller at every
// step in turn, each time in a mailbox of its own, and runs another one then.
func TestAProcessKilledAnywhereLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.answered(t)
	letters := heap(t, w, a, 15)
	w.post(t, raws(letters)...)
	boxes := 0
	for _, after := range []bool{false, true} {
		for k := int64(1); ; k++ {
			boxes++
			box := fmt.Sprintf("box %d", boxes)
			finished := killAt(t, w, box, k, after)
			w.Clock.Add(2 * time.Minute) // the dead one's lease and loans lapse
			again := w.poller(t, named(box))
			poll(t, again)
			checkHeap(t, w.lines(t, box), letters, a)
			if finished {
				break
			}
		}
	}
	if boxes < 25 {
		t.Errorf("only %d places to die at", boxes)
	}
	checkEffects(t, w, letters, a, boxes)
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE kind = 'acknowledge'`); n != correspondents(letters) {
		t.Errorf("%d automatic answers, want %d", n, correspondents(letters))
	}
}

// killAt runs a poller that dies at its k-th step; true if it never came so far.
func killAt(t *testing.T, w *world, box string, k int64, after bool) bool {
	t.Helper()
	ctx, kill := context.WithCancel(context.Background())
	defer kill()
	m := &mortal{Store: w.ledger, desk: w.desk, kill: kill, after: after}
	m.left.Store(k)
	err := w.poller(t, named(box), func(c *mail.PollerConfig) { c.Store, c.Desk = m, m }).RunOnce(ctx)
	if err == nil && m.left.Load() <= 0 {
		t.Fatalf("killed at step %d and no error", k)
	}
	return err == nil
}

func correspondents(heap []mixed) int {
	seen := map[string]bool{}
	for _, x := range heap {
		if x.want == "ticketed" {
			_, rest, _ := strings.Cut(x.raw, "From: ")
			from, _, _ := strings.Cut(rest, "\r\n")
			seen[from] = true
		}
	}
	return len(seen)
}

// TestAMailServerThatIsAwayIsShownAndReadAgain stops it and starts it again.
func TestAMailServerThatIsAwayIsShownAndReadAgain(t *testing.T) {
	t.Parallel()
	w := open(t)
	p := w.poller(t)
	w.post(t, letter(1, "one"))
	poll(t, p)
	addr := w.server.IMAPAddr()
	w.server.Close()
	w.Clock.Add(time.Minute)
	if err := p.RunOnce(context.Background()); err == nil {
		t.Fatal("a server that is away was read")
	}
	if box := w.mailbox(t); box.Problem != "连不上邮件服务器 (cannot reach the mail server)" || box.ServerCount != 1 || !box.OKAt.Before(*box.PolledAt) {
		t.Errorf("mailbox: %+v", box)
	}
	if err := p.Ready(context.Background()); err != nil {
		t.Errorf("after a minute: %v", err)
	}
	w.Clock.Add(10 * time.Minute)
	if err := p.Ready(context.Background()); err == nil || !strings.Contains(err.Error(), "no successful poll for 11 minutes") {
		t.Errorf("after eleven minutes: %v", err)
	}
	w.server = w.serve(t, addr) // under another UIDVALIDITY, and with an old letter
	w.post(t, letter(1, "one"), letter(2, "two"))
	poll(t, p)
	if box := w.mailbox(t); box.Problem != "" || box.ServerCount != 2 {
		t.Errorf("mailbox: %+v", box)
	}
	if err := p.Ready(context.Background()); err != nil {
		t.Errorf("after it came back: %v", err)
	}
	if n := w.count(t, `SELECT count(*) FROM tickets WHERE channel = 'mail'`); n != 2 {
		t.Errorf("%d tickets of two letters", n)
	}
}

// TestARefusedLoginIsSaidInWords names neither the server's words nor the password.
func TestARefusedLoginIsSaidInWords(t *testing.T) {
	t.Parallel()
	w := open(t)
	box := w.box(t)
	box.Password = "not-the-password"
	src, err := mail.NewSource(box)
	if err != nil {
		t.Fatal(err)
	}
	p := w.poller(t, func(c *mail.PollerConfig) { c.Source = src })
	if err := p.RunOnce(context.Background()); !errors.Is(err, mail.ErrLogin) {
		t.Fatalf("got %v", err)
	}
	if got := w.mailbox(t); got.Problem != "邮件服务器拒绝登录，请核对用户名和授权码 (login refused)" {
		t.Errorf("mailbox: %+v", got)
	}
}

// TestARenumberedMailboxDoublesNothing reads the same letters under new numbers.
func TestARenumberedMailboxDoublesNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.answered(t)
	letters := heap(t, w, a, 60)
	w.post(t, raws(letters)...)
	poll(t, w.poller(t))
	w.server.Close()
	w.Clock.Add(time.Hour)
	w.server = w.serve(t, "127.0.0.1:0")
	w.post(t, raws(letters)...)
	poll(t, w.poller(t, func(c *mail.PollerConfig) { c.Name = "other" })) // another mailbox is another source
	before := w.count(t, `SELECT count(*) FROM tickets WHERE channel = 'mail'`)
	w.Clock.Add(2 * time.Minute)
	poll(t, w.poller(t))
	lines := w.lines(t, "desk")
	if len(lines) != 120 || w.count(t, `SELECT count(*) FROM tickets WHERE channel = 'mail'`) != before {
		t.Fatalf("%d rows, tickets more than %d", len(lines), before)
	}
	checkHeap(t, lines[:60], letters, a)
	for i, l := range lines[60:] {
		first := lines[i]
		if l.Disposition != first.Disposition || l.Ticket != first.Ticket || l.Reason != mail.ReasonRepeated {
			t.Errorf("message %d was %+v, is %+v", i+1, first, l)
		}
	}
}

// TestTwoPollersAtOnceDoubleNothing runs them side by side, and lets one take
// over from another that sleeps in the middle of a batch.
func TestTwoPollersAtOnceDoubleNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.answered(t)
	letters := heap(t, w, a, 90)
	w.post(t, raws(letters)...)
	done := make(chan error, 2)
	for range 2 {
		p := w.poller(t)
		go func() { done <- p.RunOnce(context.Background()) }()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Errorf("poll: %v", err)
		}
	}
	checkHeap(t, w.lines(t, "desk"), letters, a)
	checkEffects(t, w, letters, a, 1)
}

// sleeper is a store whose holder falls asleep once it has kept a batch.
type sleeper struct {
	mail.Store
	asleep, wake chan struct{}
}

func (s *sleeper) Keep(ctx context.Context, l mail.Lease, batch []mail.Fetched) ([]mail.Kept, error) {
	out, err := s.Store.Keep(ctx, l, batch)
	if s.asleep != nil {
		close(s.asleep)
		s.asleep = nil
		<-s.wake
	}
	return out, err
}

func TestAPollerThatWakesTooLateChangesNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.answered(t)
	letters := heap(t, w, a, 45)
	w.post(t, raws(letters)...)
	s := &sleeper{Store: w.ledger, asleep: make(chan struct{}), wake: make(chan struct{})}
	asleep := s.asleep
	late := w.poller(t, func(c *mail.PollerConfig) { c.Store = s })
	done := make(chan error, 1)
	go func() { done <- late.RunOnce(context.Background()) }()
	<-asleep
	poll(t, w.poller(t)) // somebody else's lease: nothing happens
	if n := len(w.lines(t, "desk")); n != 0 {
		t.Fatalf("%d rows under another's lease", n)
	}
	w.Clock.Add(2 * time.Minute)
	poll(t, w.poller(t))
	close(s.wake)
	if err := <-done; !errors.Is(err, mail.ErrLeaseLost) {
		t.Errorf("the late one ends with %v", err)
	}
	checkHeap(t, w.lines(t, "desk"), letters, a)
	checkEffects(t, w, letters, a, 1)
}

// TestTheReconciliationFetchesWhatThePollMissed moves the watermark past letters
// that were never read.
func TestTheReconciliationFetchesWhatThePollMissed(t *testing.T) {
	t.Parallel()
	w := open(t)
	p := w.poller(t)
	w.post(t, letter(1, "one"))
	poll(t, p)
	w.post(t, letter(2, "two"), letter(3, "three"))
	w.Exec(t, `UPDATE mailboxes SET uid = 3`)
	poll(t, p)
	if box := w.mailbox(t); box.LedgerCount != 1 || box.ServerCount != 3 {
		t.Fatalf("mailbox: %+v", box)
	}
	if err := p.Reconcile(context.Background()); err != nil {
		t.Fatal(err)
	}
	if box := w.mailbox(t); box.LedgerCount != 3 || box.ServerCount != 3 || box.Problem != "" {
		t.Errorf("mailbox: %+v", box)
	}
}

// refusing is a desk that the database fails for one letter.
type refusing struct {
	mail.Acceptor
	title string
}

func (r refusing) Accept(ctx context.Context, c pg.Caller, s intake.Submission) (ticketdb.Opened, error) {
	if s.Title == r.title {
		return ticketdb.Opened{}, errors.New("database says no")
	}
	return r.Acceptor.Accept(ctx, c, s)
}

// TestOneLetterNeverHoldsUpTheRest: what the desk does not accept is held at
// once, what the database refuses again and again after a while.
func TestOneLetterNeverHoldsUpTheRest(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.post(t, letter(1, "one"), letter(2, "x", "From: "+strings.Repeat("x", 250)+"@mail.test"), letter(3, "three"), letter(4, "four"))
	p := w.poller(t, func(c *mail.PollerConfig) { c.Desk = refusing{w.desk, "letter 3"} })
	for range 5 {
		if err := p.RunOnce(context.Background()); err == nil {
			t.Fatal("the letter is held at the first refusal")
		}
		if box := w.mailbox(t); box.Problem != "数据库暂时不可用 (database unavailable)" {
			t.Fatalf("mailbox: %+v", box)
		}
	}
	poll(t, p)
	var got []string
	for _, l := range w.lines(t, "desk") {
		got = append(got, l.Disposition+" "+l.Reason)
	}
	want := "ticketed new|quarantined not_acceptable: complainants[0].mail at most 200 characters|quarantined not_storable|ticketed new"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}
