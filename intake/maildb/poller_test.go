package maildb_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hotline/intake/mail"
	"hotline/intake/mail/dovecottest"
	"hotline/intake/maildb"
)

// mixed is a heap of letters as a mailbox gets them, each with the disposition
// it must get; same names the letter of which it is a copy, from 1.
type mixed struct {
	raw  string
	want string
	same int
}

func heap(t testing.TB, w *world, a answered, n int) []mixed {
	t.Helper()
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String("我反映石哲镇低保的事，㐀村的钱没到。")
	if err != nil {
		t.Fatal(err)
	}
	ours := w.signer.MessageID(a.number, a.attempt)
	var out []mixed
	add := func(raw, want string) { out = append(out, mixed{raw: raw, want: want}) }
	for i := 0; len(out) < n; i++ {
		at := len(out) + 1
		text := fmt.Sprintf("第 %d 封信：请问低保怎样申请？", i)
		add(letter(i*100, text), "ticketed")
		out = append(out, mixed{out[at-1].raw, "ticketed", at}) // the same letter once more
		add(letter(i*100, "another text under an old id "+fmt.Sprint(i)), "ticketed")
		add(letter(i*100+1, text, "Message-ID:"), "ticketed")
		out = append(out, mixed{out[at+2].raw, "ticketed", at + 3})
		add(letter(i*100+2, "--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!broken "+fmt.Sprint(i), "Content-Type: multipart/mixed; boundary=x"), "ticketed")
		add(fmt.Sprintf("no header in this one %d", i), "unreadable")
		add(letter(i*100+3, gbk, "Content-Type: text/plain; charset=gb2312", "Content-Transfer-Encoding: 8bit"), "ticketed")
		add(letter(i*100+4, "I am away", "Auto-Submitted: auto-replied"), "auto_reply")
		add(report(i, ours, "failed"), "bounce")
		add(report(i+1000, "foreign@other.test", "failed"), "quarantined")
		add(letter(i*100+5, "补充材料一份 "+fmt.Sprint(i), "In-Reply-To: <"+ours+">"), "appended")
		add(letter(i*100+6, "我的事办得怎样了", fmt.Sprintf("Subject: about %s", a.number)), "ticketed")
		add(letter(i*100+7, "", "Subject:"), "quarantined")
		add(letter(i*100+8, strings.Repeat("很长的信。", 5000)+fmt.Sprint(i)), "ticketed")
	}
	return out[:n]
}

func raws(heap []mixed) []string {
	out := make([]string, len(heap))
	for i, x := range heap {
		out[i] = x.raw
	}
	return out
}

// checkHeap: every message has one line with the right disposition, a copy the
// ticket of the first, and two different letters never the same one.
func checkHeap(t *testing.T, lines []line, heap []mixed, a answered) {
	t.Helper()
	if len(lines) != len(heap) {
		t.Fatalf("%d ledger rows for %d messages", len(lines), len(heap))
	}
	seen := map[int64]int{}
	for i, l := range lines {
		x := heap[i]
		switch {
		case l.Disposition != x.want:
			t.Errorf("message %d is %s (%s), want %s", i+1, l.Disposition, l.Reason, x.want)
		case x.same != 0 && (l.Ticket != lines[x.same-1].Ticket || l.Reason != mail.ReasonRepeated):
			t.Errorf("message %d, a copy of %d, is %+v", i+1, x.same, l)
		case x.want == "ticketed" && x.same == 0 && (l.Ticket == 0 || seen[l.Ticket] != 0):
			t.Errorf("message %d has ticket %d, which message %d has too", i+1, l.Ticket, seen[l.Ticket])
		case x.want == "appended" && l.Ticket != a.ticket || x.want == "bounce" && l.Ticket != a.ticket:
			t.Errorf("message %d belongs to ticket %d, want %d", i+1, l.Ticket, a.ticket)
		}
		if x.want == "ticketed" && x.same == 0 {
			seen[l.Ticket] = i + 1
		}
	}
}

// filed counts what the heap must have become.
func filed(heap []mixed) (fresh, appended, bounced int) {
	for _, x := range heap {
		switch {
		case x.want == "ticketed" && x.same == 0:
			fresh++
		case x.want == "appended":
			appended++
		case x.want == "bounce":
			bounced++
		}
	}
	return fresh, appended, bounced
}

func checkEffects(t *testing.T, w *world, heap []mixed, a answered, times int) {
	t.Helper()
	fresh, appended, bounced := filed(heap)
	for _, x := range []struct {
		what string
		got  int
		want int
	}{
		{"tickets", w.count(t, `SELECT count(*) FROM tickets WHERE channel = 'mail'`), fresh * times},
		{"supplements", w.count(t, `SELECT count(*) FROM journal WHERE subject = $1 AND action = 'supplement'`, a.ticket), appended * times},
		{"failed attempts", w.count(t, `SELECT count(*) FROM attempts WHERE ticket = $1 AND state = 'failed' AND evidence LIKE '退信%'`, a.ticket), bounced * times},
		{"proofs left", w.count(t, `SELECT count(*) FROM attempts WHERE ticket = $1 AND state IN ('accepted','delivered')`, a.ticket), 0},
		{"letters kept and never filed", w.count(t, `SELECT count(*) FROM submissions WHERE disposition = 'stored'`), 0},
		{"follow-ups left", w.count(t, `SELECT count(*) FROM outbox WHERE kind IN ('mail_append','mail_bounce') AND done_at IS NULL`), 0},
	} {
		if x.got != x.want {
			t.Errorf("%s: %d, want %d", x.what, x.got, x.want)
		}
	}
}

// TestEveryLetterGetsExactlyOneDisposition files a mixed mailbox of 300.
func TestEveryLetterGetsExactlyOneDisposition(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.answered(t)
	letters := heap(t, w, a, 300)
	w.post(t, raws(letters)...)
	p := w.poller(t)
	poll(t, p)
	checkHeap(t, w.lines(t, "desk"), letters, a)
	checkEffects(t, w, letters, a, 1)
	poll(t, p)
	checkEffects(t, w, letters, a, 1)
	box := w.mailbox(t)
	if box.ServerCount != 300 || box.LedgerCount != 300 || box.OKAt == nil || box.Problem != "" {
		t.Errorf("mailbox: %+v", box)
	}
	if n := w.count(t, `SELECT count(*) FROM mail_ledger WHERE reason = 'new, names ' || $1`, a.number); n != 20 {
		t.Errorf("%d letters name a number as a hint, want 20", n)
	}
	if n := w.count(t, `SELECT count(*) FROM attachments WHERE name = '来信全文.txt'`); n != 20 {
		t.Errorf("%d overlong letters come with their whole text, want 20", n)
	}
}

func (w *world) mailbox(t testing.TB) maildb.Mailbox {
	t.Helper()
	list, err := w.ledger.Mailboxes(context.Background())
	if err != nil || len(list) == 0 {
		t.Fatalf("mailboxes: %v, %v", list, err)
	}
	return list[0]
}

// TestADovecotIsReadTheSameWay files the same heap from a real server.
func TestADovecotIsReadTheSameWay(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.answered(t)
	letters := heap(t, w, a, 300)
	s := dovecottest.Start(t)
	s.Append(t, raws(letters)...)
	src, err := mail.NewSource(mail.Mailbox{Addr: s.Addr, TLS: mail.TLSNone, User: s.User, Password: s.Password})
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Set(time.Now()) // the letters arrived now by Dovecot's clock
	p := w.poller(t, func(c *mail.PollerConfig) { c.Source = src })
	poll(t, p)
	checkHeap(t, w.lines(t, "desk"), letters, a)
	checkEffects(t, w, letters, a, 1)
}

// TestTheRawLetterIsKeptSealed opens what the ledger points at.
func TestTheRawLetterIsKeptSealed(t *testing.T) {
	t.Parallel()
	w := open(t)
	raw := letter(1, "求助：\x00低保没有到账")
	w.post(t, raw)
	poll(t, w.poller(t))
	lines := w.lines(t, "desk")
	if len(lines) != 1 || lines[0].Disposition != "ticketed" {
		t.Fatalf("ledger: %+v", lines)
	}
	got, err := w.ledger.Letter(context.Background(), lines[0].Submission)
	if err != nil || string(got) != raw {
		t.Errorf("kept %q, %v", got, err)
	}
	var received time.Time
	var kind, channel string
	w.Row(t, `SELECT received_at, kind, channel FROM tickets WHERE id = $1`, []any{lines[0].Ticket}, &received, &kind, &channel)
	if !received.Equal(w.Clock.Now()) || kind != "help" || channel != "mail" {
		t.Errorf("ticket received %s, %s by %s", received, kind, channel)
	}
}

// TestACorrespondentGetsOneAutomaticAnswerADay counts the jobs left.
func TestACorrespondentGetsOneAutomaticAnswerADay(t *testing.T) {
	t.Parallel()
	w := open(t)
	p := w.poller(t)
	jobs := func() int { return w.count(t, `SELECT count(*) FROM outbox WHERE kind = 'acknowledge'`) }
	from := "From: Wang <wang@mail.test>"
	w.post(t, letter(1, "one", from), letter(2, "two", from), letter(3, "three", "From: WANG@mail.test"))
	w.post(t, letter(4, "robot", "From: noreply@mail.test"), letter(5, "list", "From: l@mail.test", "List-ID: <l.mail.test>"), letter(6, "nobody", "From: 匿名 <x@mail.test>"))
	poll(t, p)
	if n := jobs(); n != 1 {
		t.Fatalf("%d automatic answers, want 1", n)
	}
	w.Clock.Add(23 * time.Hour)
	w.post(t, letter(7, "later", from))
	poll(t, p)
	if n := jobs(); n != 1 {
		t.Errorf("%d automatic answers within a day, want 1", n)
	}
	w.Clock.Add(2 * time.Hour)
	w.post(t, letter(8, "next day", from))
	poll(t, p)
	if n := jobs(); n != 2 {
		t.Errorf("%d automatic answers on two days, want 2", n)
	}
}

// TestAFailedDeliveryTellsTheDesk: the proof is gone, the desk hears of it once.
func TestAFailedDeliveryTellsTheDesk(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.answered(t)
	w.post(t, report(1, w.signer.MessageID(a.number, a.attempt), "delayed"))
	p := w.poller(t)
	poll(t, p)
	v, err := w.db.Find(context.Background(), w.Session(t, "lead-140428"), a.number)
	if err != nil || !v.Proven() {
		t.Fatalf("a delay undid the proof: %v", err)
	}
	bounce := report(2, w.signer.MessageID(a.number, a.attempt), "failed")
	w.post(t, bounce, bounce)
	poll(t, p)
	v, err = w.db.Find(context.Background(), w.Session(t, "lead-140428"), a.number)
	if err != nil || v.Proven() {
		t.Errorf("the answer still counts as delivered: %v", err)
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE ticket = $1 AND kind = 'notify' AND args->>'action' = 'deliver_by_hand'`, a.ticket); n != 1 {
		t.Errorf("the desk is told %d times, want once", n)
	}
	if n := w.count(t, `SELECT count(*) FROM attempts WHERE ticket = $1 AND evidence LIKE '%mail.test%'`, a.ticket); n != 0 {
		t.Error("the evidence names an address")
	}
}
