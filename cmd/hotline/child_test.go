package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// asHotline, when set, makes this test program the hotline command itself, with
// these words as its arguments: what kills it leaves the test alive.
const asHotline = "HOTLINE_TEST_RUN_AS"

func TestMain(m *testing.M) {
	args := os.Getenv(asHotline)
	if args == "" {
		code := m.Run()
		if pattern.dir != "" {
			os.RemoveAll(pattern.dir)
		}
		os.Exit(code)
	}
	os.Args = append(os.Args[:1], strings.Fields(args)...)
	main()
}

// child is `hotline serve` in a process of its own, on a data folder that
// outlives it.
type child struct {
	client
	dir   string
	cmd   *exec.Cmd
	ended chan struct{} // closed when it was reaped; cmd.ProcessState says how
	mu    sync.Mutex
	said  bytes.Buffer // its log
}

// pattern is the folder that preparedFolder copies, made by the first that asks.
var pattern struct {
	once sync.Once
	dir  string
	err  error
}

// preparedFolder is a data folder with a cluster and the demo city's units and
// accounts, nothing running on it.
func preparedFolder(t testing.TB) string {
	t.Helper()
	pattern.once.Do(func() { pattern.err = makePattern() })
	if pattern.err != nil {
		t.Fatal(pattern.err)
	}
	dir, err := os.MkdirTemp("", "hotline-child-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if out, err := exec.Command("cp", "-a", pattern.dir+"/.", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

func makePattern() error {
	var err error
	if pattern.dir, err = os.MkdirTemp("", "hotline-pattern-"); err != nil {
		return err
	}
	if err := os.Chmod(pattern.dir, 0o755); err != nil {
		return err
	}
	ctx := context.Background()
	s, err := openStores(ctx, Config{Data: pattern.dir}, slog.New(slog.DiscardHandler), false)
	if err != nil {
		return err
	}
	defer s.close()
	return seedDemoCity(ctx, s)
}

// startChild serves dir and returns when it is ready. Whatever is left of it is
// killed with the test.
func startChild(t *testing.T, dir string, args ...string) *child {
	t.Helper()
	listen := freeAddress(t)
	c := &child{client: client{base: "http://" + listen}, dir: dir, ended: make(chan struct{})}
	c.cmd = exec.Command(os.Args[0])
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "HOTLINE_") {
			c.cmd.Env = append(c.cmd.Env, kv)
		}
	}
	c.cmd.Env = append(c.cmd.Env, asHotline+"="+strings.Join(append([]string{"serve"}, args...), " "), "HOTLINE_DATA="+dir, "HOTLINE_LISTEN="+listen,
		"HOTLINE_DEMO_SMTP="+freeAddress(t), "HOTLINE_DEMO_IMAP="+freeAddress(t), "HOTLINE_DEMO_CITY="+freeAddress(t), "HOTLINE_LOG_LEVEL=warn")
	c.cmd.Stderr = c
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = c.cmd.Wait() // how it ended is in ProcessState
		close(c.ended)
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill() // ErrProcessDone: what was wanted
		<-c.ended
	})
	c.until(t, "ready", func() bool {
		status, _, err := c.send(http.MethodGet, "/readyz", nil)
		return err == nil && status == http.StatusOK
	})
	return c
}

// Write keeps the child's log.
func (c *child) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said.Write(p)
}

func (c *child) log() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said.String()
}

// until waits for something a child does; it fails at once when the child ends.
func (c *child) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	eventually(t, what, func() bool {
		select {
		case <-c.ended:
			t.Fatalf("the server ended before it was %s: %v\n%s", what, c.cmd.ProcessState, c.log())
		default:
		}
		return holds()
	})
}

// signal sends sig to the server's process and waits until it is gone.
func (c *child) signal(t *testing.T, sig syscall.Signal, within time.Duration) {
	t.Helper()
	if err := c.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	c.waitEnd(t, within)
}

func (c *child) waitEnd(t *testing.T, within time.Duration) {
	t.Helper()
	select {
	case <-c.ended:
	case <-time.After(within):
		t.Fatalf("the server still runs after %s\n%s", within, c.log())
	}
}

// postmaster is the process of the private Postgres, as its own file names it.
func (c *child) postmaster(t *testing.T) int {
	t.Helper()
	f, err := os.Open(filepath.Join(c.dir, "pg", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan()
	pid, err := strconv.Atoi(lines.Text())
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// descendants are the processes below pid, with their programs' names.
func descendants(t *testing.T, pid int) map[int]string {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,comm=").Output()
	if err != nil {
		t.Fatalf("ps: %v", err)
	}
	below := map[int]string{}
	parents := []int{pid}
	for grown := true; grown; {
		grown = false
		for line := range strings.Lines(string(out)) {
			f := strings.Fields(line)
			p, _ := strconv.Atoi(f[0])
			parent, _ := strconv.Atoi(f[1])
			if below[p] == "" && slices.Contains(parents, parent) && f[2] != "ps" {
				below[p], grown = f[2], true
				parents = append(parents, p)
			}
		}
	}
	return below
}

// stillRun are those of the processes that still run (and are no zombies).
func stillRun(t *testing.T, list map[int]string) []string {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "pid=,stat=").Output()
	if err != nil {
		t.Fatalf("ps: %v", err)
	}
	var still []string
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		pid, _ := strconv.Atoi(f[0])
		if name := list[pid]; name != "" && !strings.HasPrefix(f[1], "Z") {
			still = append(still, fmt.Sprintf("%s (%d)", name, pid))
		}
	}
	return still
}

// opened is what lies in a data folder, with nothing else running on it.
func opened(t *testing.T, dir string) *stores {
	t.Helper()
	s, err := openStores(context.Background(), Config{Data: dir}, slog.New(slog.DiscardHandler), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}
