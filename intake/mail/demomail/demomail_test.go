package demomail

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, now time.Time) *Server {
	t.Helper()
	s, err := Start(context.Background(), Config{SMTPAddr: "127.0.0.1:0", IMAPAddr: "127.0.0.1:0", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func open(t *testing.T, s *Server, user string) (*imapclient.Client, *imap.SelectData) {
	t.Helper()
	c, err := imapclient.DialInsecure(s.IMAPAddr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login(user, Password).Wait(); err != nil {
		t.Fatal(err)
	}
	data, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	return c, data
}

func dial(t *testing.T, s *Server) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(s.SMTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestMailGoesToTheMailboxOfItsAddress(t *testing.T) {
	for addr, want := range map[string]string{
		"desk@demo.test": Desk, "Desk+2503.abc@DEMO.test": Desk, "bounce+1.abc@demo.test": Desk,
		"citizen@demo.test": Citizen, "citizen+x@demo.test": Citizen,
		"bounce@demo.test": "", "other@demo.test": "", "desk@other.test": "", "desk": "",
	} {
		if got := mailboxOf(addr); got != want {
			t.Errorf("%s goes to %q, want %q", addr, got, want)
		}
	}
}

func TestMailSentIsMailRead(t *testing.T) {
	s := start(t, time.Now())
	mail := "Subject: x\r\n\r\nhello"
	auth := sasl.NewPlainClient("", Citizen, Password)
	c := dial(t, s)
	if err := c.SendMail(Citizen, []string{"desk+tag@demo.test"}, strings.NewReader(mail)); err != nil {
		t.Fatal(err)
	}
	if err := dial(t, s).Auth(auth); err != nil {
		t.Errorf("login with the demo password: %v", err)
	}
	client, data := open(t, s, Desk)
	if data.NumMessages != 1 {
		t.Fatalf("%d messages", data.NumMessages)
	}
	list, err := client.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{}}}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	raw := string(list[0].BodySection[0].Bytes)
	for _, want := range []string{"Return-Path: <citizen@demo.test>\r\n", "Delivered-To: desk+tag@demo.test\r\n", mail} {
		if !strings.Contains(raw, want) {
			t.Errorf("no %q in %q", want, raw)
		}
	}
}

func TestUnknownRecipientsAreRefusedAtOnce(t *testing.T) {
	s := start(t, time.Now())
	err := dial(t, s).SendMail(Desk, []string{"who@demo.test"}, strings.NewReader("x"))
	var e *smtp.SMTPError
	if !errors.As(err, &e) || e.Code != 550 {
		t.Errorf("got %v, want 550", err)
	}
	if err := s.Append("who@demo.test", nil); !errors.Is(err, ErrNoMailbox) {
		t.Errorf("append: %v", err)
	}
}

func TestEachStartHasItsOwnUIDValidity(t *testing.T) {
	now := time.Now()
	_, first := open(t, start(t, now), Desk)
	_, second := open(t, start(t, now.Add(time.Minute)), Desk)
	if first.UIDValidity == second.UIDValidity {
		t.Errorf("both starts have UIDVALIDITY %d: a reader would skip new mail", first.UIDValidity)
	}
}

func TestTheDemoListensOnThisMachineOnly(t *testing.T) {
	_, err := Start(context.Background(), Config{SMTPAddr: "0.0.0.0:0", IMAPAddr: "127.0.0.1:0", Now: time.Now})
	if err == nil {
		t.Error("an address for everybody was accepted")
	}
}

func TestTheServersEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Start(ctx, Config{SMTPAddr: "127.0.0.1:0", IMAPAddr: "127.0.0.1:0", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	s.wait.Wait()
}
