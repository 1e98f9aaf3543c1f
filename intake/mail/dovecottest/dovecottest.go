// Package dovecottest runs a private Dovecot for tests, on a loopback port, as
// root or not, with its files in a folder of the test. The program must be
// installed: the tests against a real server are the ones that count.
package dovecottest

import (
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
)

// Server is a running Dovecot with one user.
type Server struct {
	Addr     string // host:port, without TLS
	User     string
	Password string
}

// Start runs it until the test ends.
func Start(t testing.TB) Server {
	t.Helper()
	program, err := exec.LookPath("dovecot")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/dovecot"); err != nil {
			t.Fatal("dovecot is not installed: apt-get install dovecot-imapd, or make test, which does it")
		}
	}
	m := Server{Addr: freePort(t), User: "desk", Password: "secret"}
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

func freePort(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func dovecotConfig(t testing.TB, m Server) string {
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

func makeOwned(t testing.TB, dir string, owner *user.User) {
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
func waitForGreeting(t testing.TB, addr, config string) {
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

// Append puts raw messages into the inbox.
func (s Server) Append(t testing.TB, raws ...string) {
	t.Helper()
	c, err := imapclient.DialInsecure(s.Addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(s.User, s.Password).Wait(); err != nil {
		t.Fatal(err)
	}
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
