package embedded

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// parentOf names the folder in which this test program, started again,
// plays a desk that will be killed.
const parentOf = "HOTLINE_EMBEDDED_PARENT_OF"

func TestMain(m *testing.M) {
	dir := os.Getenv(parentOf)
	if dir == "" {
		os.Exit(m.Run())
	}
	p, err := StartPostgres(context.Background(), PostgresConfig{Dir: dir, Fast: true})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(p.URL())
	select {}
}

// parent starts a process that runs a Postgres in dir, and returns it with
// the address.
func parent(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), parentOf+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Start()
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres://") {
		t.Fatalf("the parent says %q, %v", line, err)
	}
	return cmd, strings.TrimSpace(line)
}

func TestPostgresRestartsAfterItsParentWasKilled(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd, address := parent(t, dir)
	ask(t, address, keep)
	err := cmd.Process.Kill()
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as wanted
	wantKept(t, start(t, dir))
}

// A stopped (not dead) parent whose kernel tells children nothing: the
// orphan is found alive and ended before the new one starts.
func TestPostgresEndsAnOrphanThatStillRuns(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := start(t, dir)
	ask(t, p.URL(), keep)
	orphan := postmaster(p.place)
	err := p.lock.release() // as when the owner died and the server did not
	if err != nil {
		t.Fatal(err)
	}
	again := start(t, dir)
	wantKept(t, again)
	<-p.child.done
	if now := postmaster(again.place); now == orphan {
		t.Error("the orphan was not replaced")
	}
	p.lock, p.ended = nil, true // its cleanup has nothing left to stop
}

func TestPostgresOutlivesEveryProcessKilledAtOnce(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd, address := parent(t, dir)
	ask(t, address, keep)
	ask(t, address, "CHECKPOINT")
	at, err := settle(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = syscall.Kill(postmaster(at), syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Process.Kill()
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as wanted
	wantKept(t, start(t, dir))
}
