package mail

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/google/go-cmp/cmp"
)

// startDovecot runs a private Dovecot on a loopback port, as root or not, with
// its files in a folder of the test. The program must be installed: the tests
// against a real server are the ones that count.
func startDovecot(t *testing.T) Mailbox {
	t.Helper()
	program, err := exec.LookPath("dovecot")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/dovecot"); err != nil {
			t.Fatal("dovecot is not installed: apt-get install dovecot-imapd, or make test, which does it")
		}
	}
	m := Mailbox{Addr: freePort(t), TLS: TLSNone, User: "desk", Password: "secret"}
	config := filepath.Join(t.TempDir(), "dovecot.conf")
	if err := os.WriteFile(config, []byte(dovecotConfig(t, m)), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-F", "-c", config)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	waitForGreeting(t, m.Addr, config)
	return m
}

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func dovecotConfig(t *testing.T, m Mailbox) string {
	t.Helper()
	// A path of its own: t.TempDir is too long for Dovecot's Unix sockets.
	dir, err := os.MkdirTemp("", "hotline-dovecot")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	owner, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	group, err := user.LookupGroupId(owner.Gid)
	if err != nil {
		t.Fatal(err)
	}
	internal, login := owner.Username, owner.Username
	if owner.Uid == "0" {
		if owner, err = user.Lookup("nobody"); err != nil {
			t.Fatal(err)
		}
		internal, login, group.Name = "dovecot", "dovenull", "dovecot"
	}
	mailDir := filepath.Join(dir, "mail")
	makeOwned(t, dir, owner)
	makeOwned(t, mailDir, owner)
	_, port, _ := net.SplitHostPort(m.Addr)
	return strings.NewReplacer("@DIR", dir, "@MAIL", mailDir, "@PORT", port, "@PASSWORD", m.Password,
		"@INTERNAL", internal, "@GROUP", group.Name, "@LOGIN", login, "@UID", owner.Uid, "@GID", owner.Gid).Replace(`
base_dir = @DIR/run
state_dir = @DIR/state
log_path = @DIR/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = @INTERNAL
default_internal_group = @GROUP
default_login_user = @LOGIN
first_valid_uid = 1
mail_location = maildir:@MAIL/%u
mail_uid = @UID
mail_gid = @GID
passdb {
  driver = static
  args = password=@PASSWORD
}
userdb {
  driver = static
  args = uid=@UID gid=@GID home=@MAIL/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = @PORT
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
`)
}

func makeOwned(t *testing.T, dir string, owner *user.User) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 {
		return
	}
	var uid, gid int
	if _, err := fmt.Sscan(owner.Uid, &uid); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(owner.Gid, &gid); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
}

// waitForGreeting tries to connect until the server listens.
func waitForGreeting(t *testing.T, addr, config string) {
	t.Helper()
	deadline, tick := time.After(20*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			log, _ := exec.Command("doveconf", "-n", "-c", config).CombinedOutput()
			t.Fatalf("dovecot did not start listening\n%s", log)
		}
	}
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
	c := loggedIn(t, m)
	defer c.Close()
	for _, raw := range raws {
		cmd := c.Append("INBOX", int64(len(raw)), nil)
		if _, err := cmd.Write([]byte(raw)); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}
