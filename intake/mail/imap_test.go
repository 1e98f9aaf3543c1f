package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/google/go-cmp/cmp"

	"hotline/intake/mail/demomail"
)

func startDemo(t testing.TB) *demomail.Server {
	t.Helper()
	s, err := demomail.Start(context.Background(), demomail.Config{SMTPAddr: "127.0.0.1:0", IMAPAddr: "127.0.0.1:0", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func demoSource(t testing.TB, s *demomail.Server, user string) *Source {
	t.Helper()
	return source(t, Mailbox{Addr: s.IMAPAddr(), TLS: TLSNone, User: user, Password: demomail.Password})
}

func source(t testing.TB, m Mailbox) *Source {
	t.Helper()
	if m.User == "" {
		m.User, m.Password = "desk", "secret"
	}
	src, err := NewSource(m)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// poll collects what a poll hands over.
func pollAll(t testing.TB, src *Source, after Watermark) ([]Fetched, Status) {
	t.Helper()
	var got []Fetched
	status, err := src.Poll(context.Background(), after, func(f Fetched) error {
		got = append(got, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, status
}

// summary is the part of a fetch that a test states.
func summary(list []Fetched) []string {
	var out []string
	for _, f := range list {
		s := fmt.Sprintf("%d %s", f.UID, f.Raw)
		for _, err := range []error{ErrTooLarge, ErrVanished, ErrUnfetchable} {
			if errors.Is(f.Err, err) {
				s = fmt.Sprintf("%d %v", f.UID, err)
			}
		}
		out = append(out, s)
	}
	return out
}

func TestPollHandsOverOnlyWhatIsAboveTheWatermark(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	src := demoSource(t, s, demomail.Desk)
	for i := range 3 {
		if err := s.Append(demomail.Desk, fmt.Appendf(nil, "Subject: %d\r\n\r\nx", i+1)); err != nil {
			t.Fatal(err)
		}
	}
	all, status := pollAll(t, src, Watermark{})
	if len(all) != 3 || status.Exists != 3 || status.UIDNext != 4 || status.UIDValidity == 0 {
		t.Fatalf("first poll: %d letters, %+v", len(all), status)
	}
	last := Watermark{UIDValidity: status.UIDValidity, UID: 2}
	if got := summary(mustFirst(pollAll(t, src, last))); !cmp.Equal(got, []string{"3 Subject: 3\r\n\r\nx"}) {
		t.Errorf("after UID 2: %v", got)
	}
	last.UID = 3
	if got, _ := pollAll(t, src, last); len(got) != 0 {
		t.Errorf("nothing new, yet %v", summary(got))
	}
	last.UIDValidity++
	if got, _ := pollAll(t, src, last); len(got) != 3 {
		t.Errorf("after renumbering: %d letters, want all 3", len(got))
	}
	if all[0].InternalDate.IsZero() || all[0].UIDValidity != status.UIDValidity {
		t.Errorf("without arrival time or UIDVALIDITY: %+v", all[0])
	}
}

func mustFirst(list []Fetched, _ Status) []Fetched { return list }

func TestPollDropsTheLastMessageTheServerRepeats(t *testing.T) {
	t.Parallel()
	// A server that does not say UIDNEXT answers every search for n:* with the
	// last message, old as it is.
	s := (&scriptedServer{letters: []scriptedLetter{{uid: 3, raw: "A: b\r\n\r\nc"}, {uid: 9, raw: "D: e\r\n\r\nf"}}}).start(t)
	got, _ := pollAll(t, source(t, Mailbox{Addr: s.addr, TLS: TLSNone}), Watermark{UIDValidity: 7, UID: 3})
	if diff := cmp.Diff([]string{"9 D: e\r\n\r\nf"}, summary(got)); diff != "" {
		t.Errorf("letters (-want +got):\n%s", diff)
	}
}

func TestPollSendsIDBeforeOpeningTheMailbox(t *testing.T) {
	t.Parallel()
	s := (&scriptedServer{requireID: true, letters: []scriptedLetter{{uid: 1, raw: "A: b\r\n\r\nc"}}}).start(t)
	got, _ := pollAll(t, source(t, Mailbox{Addr: s.addr, TLS: TLSNone}), Watermark{})
	if len(got) != 1 {
		t.Fatalf("letters: %v; commands:\n%s", summary(got), s.seen())
	}
	seen := s.seen()
	if strings.Contains(seen, "SELECT") || strings.Contains(seen, "STORE") || strings.Contains(seen, "BODY[]") {
		t.Errorf("a command that could change the mailbox:\n%s", seen)
	}
}

func TestABadMessageNeverStopsTheOnesBehindIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault string
		want  string
	}{
		{"drop", "2 " + ErrUnfetchable.Error()},
		{"refuse", "2 " + ErrUnfetchable.Error()},
		{"gone", "2 " + ErrVanished.Error()},
		{"huge", "2 " + ErrTooLarge.Error()},
		{"body first", "2 M: 2\r\n\r\ntwo"},
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			s := (&scriptedServer{letters: []scriptedLetter{
				{uid: 1, raw: "M: 1\r\n\r\none"}, {uid: 2, raw: "M: 2\r\n\r\ntwo", fault: c.fault}, {uid: 3, raw: "M: 3\r\n\r\nthree"},
			}}).start(t)
			got, _ := pollAll(t, source(t, Mailbox{Addr: s.addr, TLS: TLSNone}), Watermark{})
			want := []string{"1 M: 1\r\n\r\none", c.want, "3 M: 3\r\n\r\nthree"}
			if diff := cmp.Diff(want, summary(got)); diff != "" {
				t.Errorf("letters (-want +got):\n%s\ncommands:\n%s", diff, s.seen())
			}
		})
	}
}

func TestAnUnreadableArrivalTimeDoesNotCostTheLetter(t *testing.T) {
	t.Parallel()
	s := (&scriptedServer{badDate: true, letters: []scriptedLetter{{uid: 1, raw: "M: 1\r\n\r\none"}}}).start(t)
	got, _ := pollAll(t, source(t, Mailbox{Addr: s.addr, TLS: TLSNone}), Watermark{})
	if len(got) != 1 || got[0].Err != nil || !got[0].InternalDate.IsZero() {
		t.Errorf("got %+v", got)
	}
}

func TestAServerThatFallsSilentIsLeft(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"LOGIN", "EXAMINE", "UID"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			s := (&scriptedServer{silent: command, letters: []scriptedLetter{{uid: 1, raw: "x"}}}).start(t)
			src := source(t, Mailbox{Addr: s.addr, TLS: TLSNone, StepTimeout: 50 * time.Millisecond})
			_, err := src.Poll(context.Background(), Watermark{}, func(Fetched) error { return nil })
			if !errors.Is(err, ErrTimeout) {
				t.Errorf("got %v, want ErrTimeout", err)
			}
		})
	}
}

func TestPollEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := (&scriptedServer{silent: "LOGIN", letters: []scriptedLetter{{uid: 1, raw: "x"}}}).start(t)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := source(t, Mailbox{Addr: s.addr, TLS: TLSNone}).Poll(ctx, Watermark{}, func(Fetched) error { return nil })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestPollStopsAtTheHandlersError(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	for range 3 {
		if err := s.Append(demomail.Desk, []byte("A: b\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	full, handled := errors.New("disk full"), 0
	_, err := demoSource(t, s, demomail.Desk).Poll(context.Background(), Watermark{}, func(Fetched) error {
		if handled == 1 {
			return full
		}
		handled++
		return nil
	})
	if !errors.Is(err, full) || handled != 1 {
		t.Errorf("got %v after %d", err, handled)
	}
}

func TestAWrongPasswordIsSaidPlainly(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	src := source(t, Mailbox{Addr: s.IMAPAddr(), TLS: TLSNone, User: demomail.Desk, Password: "wrong-one"})
	_, _, err := src.Check(context.Background())
	if !errors.Is(err, ErrLogin) || strings.Contains(err.Error(), "wrong-one") {
		t.Errorf("got %v", err)
	}
}

func TestPasswordsDoNotLeaveTheMachineInTheClear(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"192.0.2.1:143", "mail.demo.test:143"} {
		if _, err := NewSource(Mailbox{Addr: addr, TLS: TLSNone}); !errors.Is(err, ErrInsecure) {
			t.Errorf("%s: got %v, want ErrInsecure", addr, err)
		}
	}
}

func TestBatchesAreBounded(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	big := []byte("A: b\r\n\r\n" + strings.Repeat("x", 3<<20))
	for range 4 {
		if err := s.Append(demomail.Desk, big); err != nil {
			t.Fatal(err)
		}
	}
	for range 120 {
		if err := s.Append(demomail.Desk, []byte("A: b\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	total, uid := 0, uint32(0)
	_, err := demoSource(t, s, demomail.Desk).PollBatch(context.Background(), Watermark{}, func(batch []Fetched) error {
		var size int64
		for _, f := range batch {
			size += f.Size
			if f.UID <= uid {
				t.Errorf("UID %d after %d", f.UID, uid)
			}
			uid = f.UID
		}
		if len(batch) > batchMessages || size > batchBytes {
			t.Errorf("batch of %d letters, %d bytes", len(batch), size)
		}
		total += len(batch)
		return nil
	})
	if err != nil || total != 124 {
		t.Errorf("%d letters, %v", total, err)
	}
}

func TestRefetchBringsOneLetterAgain(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	if err := s.Append(demomail.Desk, []byte("A: b\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	src := demoSource(t, s, demomail.Desk)
	status, uids, err := src.Check(context.Background())
	if err != nil || !cmp.Equal(uids, []uint32{1}) {
		t.Fatalf("check: %v, %v", uids, err)
	}
	f, err := src.Refetch(context.Background(), Watermark{status.UIDValidity, 1})
	if err != nil || string(f.Raw) != "A: b\r\n\r\n" {
		t.Errorf("got %+v, %v", f, err)
	}
	if _, err := src.Refetch(context.Background(), Watermark{status.UIDValidity, 2}); !errors.Is(err, ErrVanished) {
		t.Errorf("missing letter: %v", err)
	}
}

// seenFlags reports whether any message is marked as read.
func seenFlags(t *testing.T, m Mailbox) bool {
	t.Helper()
	c, err := imapclient.DialInsecure(m.Addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(m.User, m.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	data, err := c.Search(&imap.SearchCriteria{Flag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	return len(data.AllSeqNums()) > 0
}

func BenchmarkFetchAndParse1000(b *testing.B) {
	s := startDemo(b)
	for i := range 1000 {
		raw := fmt.Appendf(nil, "Message-ID: <%d@x.test>\r\nFrom: a@x.test\r\nSubject: s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s", i, strings.Repeat("反映问题。", 60))
		if err := s.Append(demomail.Desk, raw); err != nil {
			b.Fatal(err)
		}
	}
	src, p := demoSource(b, s, demomail.Desk), NewParser()
	for b.Loop() {
		n := 0
		_, err := src.PollBatch(context.Background(), Watermark{}, func(batch []Fetched) error {
			for _, f := range batch {
				if _, err := p.Parse(f.Raw); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil || n != 1000 {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "mails/s")
}

// deleteFirst removes the first message for good.
func deleteFirst(t *testing.T, c *imapclient.Client) {
	t.Helper()
	store := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}
	if err := c.Store(imap.SeqSetNum(1), store, nil).Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Expunge().Close(); err != nil {
		t.Fatal(err)
	}
}
