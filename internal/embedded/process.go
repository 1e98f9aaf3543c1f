package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// clearAway ends whatever an owner that died left running on the data, and
// removes a postmaster.pid that only looks alive. It is called with the
// owner's lock held, so no living owner exists.
func clearAway(ctx context.Context, p place, log *slog.Logger) error {
	left, err := servers(p.data)
	if err != nil {
		return err
	}
	main := postmaster(p)
	if slices.Contains(left, main) {
		log.Warn("a database left by an earlier run is stopped first", "pid", main)
		left, err = end(ctx, p.data, []int{main}, syscall.SIGINT, 30*time.Second)
		if err != nil {
			return err
		}
	}
	// Without their postmaster the rest end by themselves, unless busy.
	for _, sig := range []syscall.Signal{0, syscall.SIGQUIT, syscall.SIGKILL} {
		if len(left) == 0 {
			return dropStale(p, log)
		}
		left, err = end(ctx, p.data, left, sig, 10*time.Second)
		if err != nil {
			return err
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("processes %v of an earlier database on %s cannot be ended: end them by hand", left, p.data)
	}
	return dropStale(p, log)
}

// end sends sig (0: nothing) to pids and waits, at most limit, until no
// server runs on data. It returns those still there.
func end(ctx context.Context, data string, pids []int, sig syscall.Signal, limit time.Duration) ([]int, error) {
	for _, pid := range pids {
		err := syscall.Kill(pid, sig)
		if err != nil && !errors.Is(err, syscall.ESRCH) {
			return nil, fmt.Errorf("stop process %d: %w", pid, err)
		}
	}
	late, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		left, err := servers(data)
		if err != nil || len(left) == 0 {
			return nil, err
		}
		err = pause(late, tick)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			return left, nil
		}
	}
}

// postmaster is the process named by postmaster.pid, 0 without one.
func postmaster(p place) int { return pidIn(p.pidFile()) }

// pidIn is the number in the first line of a file, 0 without one.
func pidIn(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, _ := strconv.Atoi(strings.TrimSpace(line))
	return pid
}

// dropStale removes postmaster.pid and the socket's lock when their number
// now belongs to a process that is no server of these data: another program
// since the machine or the container restarted, or a dead one nobody reaped.
// Postgres would take it for a living postmaster. A number nobody has is left
// to Postgres, which then also checks for shared memory in use.
func dropStale(p place, log *slog.Logger) error {
	for _, path := range []string{p.pidFile(), p.socketLock()} {
		pid := pidIn(path)
		if pid <= 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			continue
		}
		log.Warn("a stale lock file of the database is removed", "file", path, "pid", pid)
		err := os.Remove(path)
		if err != nil {
			return err
		}
	}
	return nil
}
