package mail

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"hotline/intake/mail/demomail"
)

func testSender(t *testing.T, addr string) *Sender {
	t.Helper()
	s, err := NewSender(SMTPConfig{Addr: addr, TLS: TLSNone, From: Address{Name: "民政热线"}, Timeout: 5 * time.Second}, testSigner(t, true))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func reply() Outgoing {
	return Outgoing{
		Kind: KindReply, Number: number, Attempt: 17, To: Address{"赵丽", demomail.Citizen},
		Text: "您好：\n\n您反映的问题已核实，<补贴>将于本月发放。", InReplyTo: "first@x.test", References: []string{"zero@x.test"},
		Now: time.Date(2025, 3, 4, 9, 15, 0, 0, time.FixedZone("CST", 8*3600)),
	}
}

func TestAReplyArrivesSignedAndItsAnswerFindsTheTicket(t *testing.T) {
	t.Parallel()
	demo := startDemo(t)
	id, err := testSender(t, demo.SMTPAddr()).Send(context.Background(), reply())
	if err != nil || id == "" {
		t.Fatalf("send: %q, %v", id, err)
	}
	letters, _ := pollAll(t, demoSource(t, demo, demomail.Citizen), Watermark{})
	if len(letters) != 1 {
		t.Fatalf("letters in the citizen's box: %d", len(letters))
	}
	raw := string(letters[0].Raw)
	m, err := NewParser().Parse(letters[0].Raw)
	if err != nil {
		t.Fatal(err)
	}
	s := testSigner(t, true)
	checks := map[string][2]string{
		"Message-ID":  {m.MessageID, s.MessageID(number, 17)},
		"subject":     {m.Subject, "来信答复（编号 " + number + "）"},
		"from":        {m.From.Name + m.From.Addr, "民政热线desk@demo.test"},
		"to":          {m.To[0].Name + m.To[0].Addr, "赵丽" + demomail.Citizen},
		"reply to":    {m.ReplyAddress().Addr, s.ReplyAddress(number)},
		"in reply to": {strings.Join(m.InReplyTo, ""), "first@x.test"},
		"references":  {strings.Join(m.References, " "), "zero@x.test first@x.test"},
		"text":        {m.Text, reply().Text},
		"mark":        {m.OwnMark, "demo.test"},
		"automatic":   {m.AutoSubmitted, ""},
		"date":        {m.Date.Format(time.RFC3339), "2025-03-04T09:15:00+08:00"},
	}
	for what, c := range checks {
		if c[0] != c[1] {
			t.Errorf("%s: got %q, want %q", what, c[0], c[1])
		}
	}
	if !strings.Contains(raw, "Return-Path: <"+s.BounceAddress(17)+">") {
		t.Errorf("envelope sender is not the attempt's bounce address:\n%s", raw[:200])
	}
	if !strings.Contains(m.HTMLSanitised, "&lt;补贴&gt;") {
		t.Errorf("HTML part: %s", m.HTMLSanitised)
	}
	answer := "From: citizen@demo.test\r\nTo: " + s.ReplyAddress(number) + "\r\nReferences: <" + m.MessageID + ">\r\n\r\nthanks"
	sendRaw(t, demo, demomail.Citizen, s.ReplyAddress(number), answer)
	back, _ := pollAll(t, demoSource(t, demo, demomail.Desk), Watermark{})
	got, _ := NewParser().Parse(back[0].Raw)
	if d := Classify(got, Facts{}, s); d.Disposition != Appended || d.Number != number {
		t.Errorf("the answer: %+v", d)
	}
}

func sendRaw(t *testing.T, demo *demomail.Server, from, to, raw string) {
	t.Helper()
	c, err := smtp.Dial(demo.SMTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SendMail(from, []string{to}, strings.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
}

func TestAnAcknowledgementSaysThatNoPersonWroteIt(t *testing.T) {
	t.Parallel()
	demo := startDemo(t)
	for i, c := range []struct {
		kind Kind
		want string
	}{{KindAcknowledgement, "auto-replied"}, {KindNotice, "auto-generated"}, {KindQuestion, ""}} {
		out := reply()
		out.Kind, out.Attempt = c.kind, int64(i+1)
		if _, err := testSender(t, demo.SMTPAddr()).Send(context.Background(), out); err != nil {
			t.Fatal(err)
		}
		letters, _ := pollAll(t, demoSource(t, demo, demomail.Citizen), Watermark{})
		m, _ := NewParser().Parse(letters[i].Raw)
		if m.AutoSubmitted != c.want || m.SuppressReply != (c.want != "") {
			t.Errorf("%s: Auto-Submitted %q, suppress %v", c.kind, m.AutoSubmitted, m.SuppressReply)
		}
	}
}

func TestNothingFromALetterCanAddAHeader(t *testing.T) {
	t.Parallel()
	demo := startDemo(t)
	out := reply()
	out.InReplyTo = "x@y>\r\nBcc: other@demo.test\r\nX: <z"
	out.To.Name = "a\r\nBcc: other@demo.test"
	out.References = []string{"r\r\nBcc: other@demo.test"}
	if _, err := testSender(t, demo.SMTPAddr()).Send(context.Background(), out); err != nil {
		t.Fatal(err)
	}
	letters, _ := pollAll(t, demoSource(t, demo, demomail.Citizen), Watermark{})
	h, _ := splitHeader(letters[0].Raw)
	if h.has("bcc") || h.has("x") {
		t.Errorf("a header was smuggled in:\n%s", letters[0].Raw)
	}
}

// refusing is a backend that answers each step as told.
type refusing struct{ mail, rcpt, data error }

func (r refusing) Mail(string, *smtp.MailOptions) error { return r.mail }
func (r refusing) Rcpt(string, *smtp.RcptOptions) error { return r.rcpt }
func (r refusing) Data(in io.Reader) error {
	_, _ = io.Copy(io.Discard, in)
	return r.data
}
func (r refusing) Reset()        {}
func (r refusing) Logout() error { return nil }

func TestAFailureIsFinalOnlyWhenTheServerSaysSo(t *testing.T) {
	t.Parallel()
	code := func(n int) error {
		return &smtp.SMTPError{Code: n, EnhancedCode: smtp.EnhancedCode{n / 100, 1, 1}, Message: "<citizen@demo.test> says no"}
	}
	cases := map[string]struct {
		backend   refusing
		permanent bool
		code      int
		stage     string
	}{
		"unknown recipient":       {refusing{rcpt: code(550)}, true, 550, "recipient"},
		"greylisted":              {refusing{rcpt: code(451)}, false, 451, "recipient"},
		"content refused":         {refusing{data: code(554)}, true, 554, "data"},
		"server full":             {refusing{data: code(452)}, false, 452, "data"},
		"sender refused":          {refusing{mail: code(553)}, true, 553, "sender"},
		"login wanted, our fault": {refusing{mail: code(530)}, false, 530, "sender"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := testSender(t, startRefusing(t, c.backend)).Send(context.Background(), reply())
			var e *SendError
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if Permanent(err) != c.permanent || e.Code != c.code || e.Stage != c.stage {
				t.Errorf("permanent %v, code %d, stage %s", Permanent(err), e.Code, e.Stage)
			}
			if strings.Contains(err.Error(), "citizen") {
				t.Errorf("the error names the recipient: %v", err)
			}
		})
	}
}

func startRefusing(t *testing.T, b refusing) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return b, nil }))
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(ln) }()
	t.Cleanup(func() { srv.Close(); <-done })
	return ln.Addr().String()
}

func TestAnUnreachableServerIsATemporaryFailure(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	_, err = testSender(t, ln.Addr().String()).Send(context.Background(), reply())
	if err == nil || Permanent(err) {
		t.Errorf("got %v", err)
	}
}

func TestAServerWithoutTLSGetsNothingUnderTheMandatoryPolicy(t *testing.T) {
	t.Parallel()
	demo := startDemo(t)
	s, err := NewSender(SMTPConfig{Addr: demo.SMTPAddr()}, testSigner(t, true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(context.Background(), reply()); err == nil || Permanent(err) {
		t.Errorf("got %v, want a temporary failure", err)
	}
}

func TestAnImpossibleAddressIsFinalAtOnce(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"", "no at sign", "a@b c", "a@x.test\r\nRCPT TO:<b@x.test>"} {
		out := reply()
		out.To.Addr = addr
		if _, err := testSender(t, "127.0.0.1:1").Send(context.Background(), out); !Permanent(err) || !errors.Is(err, ErrAddress) {
			t.Errorf("%q: got %v", addr, err)
		}
	}
}
