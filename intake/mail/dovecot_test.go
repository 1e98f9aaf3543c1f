package mail

import (
	"context"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/google/go-cmp/cmp"

	"hotline/intake/mail/dovecottest"
)

func startDovecot(t *testing.T) Mailbox {
	t.Helper()
	s := dovecottest.Start(t)
	return Mailbox{Addr: s.Addr, TLS: TLSNone, User: s.User, Password: s.Password}
}

func TestPollReadsARealServerWithoutLeavingATrace(t *testing.T) {
	t.Parallel()
	m := startDovecot(t)
	raws := []string{
		"Subject: one\r\n\r\nfirst\r\n",
		"Subject: " + string([]byte{0xB1, 0xBE}) + "\r\n\r\nraw 8-bit\r\n",
		"Subject: big\r\n\r\n" + strings.Repeat("0123456789abcdef\r\n", 200_000),
	}
	appendTo(t, m, raws)
	src, err := NewSource(m)
	if err != nil {
		t.Fatal(err)
	}
	got, status := pollAll(t, src, Watermark{})
	var bodies []string
	for _, f := range got {
		bodies = append(bodies, string(f.Raw))
		if f.Err != nil || f.InternalDate.IsZero() || f.Size != int64(len(f.Raw)) {
			t.Errorf("UID %d: %v, %v, %d bytes", f.UID, f.Err, f.InternalDate, f.Size)
		}
	}
	if !cmp.Equal(bodies, raws) || status.Exists != 3 || status.UIDNext != 4 {
		t.Errorf("got %d letters, %+v", len(bodies), status)
	}
	if seenFlags(t, m) {
		t.Error("polling marked a letter as read")
	}
	if again, _ := pollAll(t, src, Watermark{status.UIDValidity, 3}); len(again) != 0 {
		t.Errorf("old letters again: %v", summary(again))
	}
	small := m
	small.MaxSize = 1000
	src, err = NewSource(small)
	if err != nil {
		t.Fatal(err)
	}
	limited := mustFirst(pollAll(t, src, Watermark{}))
	if len(limited) != 3 || limited[2].Err != ErrTooLarge || limited[2].Size != int64(len(raws[2])) {
		t.Errorf("over the limit: %+v", limited[len(limited)-1])
	}
}

// TestARealServersDeletionsLeaveNoGap polls a mailbox out of which another
// program takes letters.
func TestARealServersDeletionsLeaveNoGap(t *testing.T) {
	t.Parallel()
	m := startDovecot(t)
	appendTo(t, m, []string{"A: 1\r\n\r\n", "A: 2\r\n\r\n", "A: 3\r\n\r\n"})
	c := loggedIn(t, m)
	defer c.Close()
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	deleteFirst(t, c)
	src, err := NewSource(m)
	if err != nil {
		t.Fatal(err)
	}
	got, status := pollAll(t, src, Watermark{})
	if diff := cmp.Diff([]string{"2 A: 2\r\n\r\n", "3 A: 3\r\n\r\n"}, summary(got)); diff != "" {
		t.Errorf("letters (-want +got):\n%s", diff)
	}
	_, uids, err := src.Check(context.Background())
	if err != nil || !cmp.Equal(uids, []uint32{2, 3}) || status.Exists != 2 {
		t.Errorf("check: %v, %v, %+v", uids, err, status)
	}
}

func loggedIn(t *testing.T, m Mailbox) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(m.Addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Login(m.User, m.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

func appendTo(t *testing.T, m Mailbox, raws []string) {
	t.Helper()
	dovecottest.Server{Addr: m.Addr, User: m.User, Password: m.Password}.Append(t, raws...)
}
