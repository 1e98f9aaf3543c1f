package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// startServer runs redis-server on a free loopback port. The port is chosen
// before the server takes it, so another process may be faster: then another.
func (r *Redis) startServer(ctx context.Context, cfg RedisConfig, path string) error {
	var last error
	for range 5 {
		port, err := freePort()
		if err != nil {
			return err
		}
		var c *child
		c, last = r.tryServer(ctx, cfg, path, port)
		if last == nil {
			r.serve(cfg, c, port)
			return nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return fmt.Errorf("%w\n%s", last, tail(filepath.Join(cfg.Dir, "redis.log")))
}

// serve records the running server and how to stop it.
func (r *Redis) serve(cfg RedisConfig, c *child, port int) {
	r.kind, r.addr = "redis-server", loopback(port)
	var ended atomic.Bool
	go func() {
		<-c.done
		if !ended.Load() {
			cfg.Logger.Error("the private Redis ended", "error", fmt.Sprint(c.err))
			close(r.died)
		}
	}()
	r.stop = func(ctx context.Context) error {
		ended.Store(true)
		c.signal(syscall.SIGTERM)
		select {
		case <-c.done:
		case <-ctx.Done():
			c.signal(syscall.SIGKILL) // it holds nothing worth waiting for
			<-c.done
		}
		return nil
	}
}

// tryServer starts redis-server on port and waits until it answers. Settings
// go in by standard input, so that the password shows in no process list.
func (r *Redis) tryServer(ctx context.Context, cfg RedisConfig, path string, port int) (*child, error) {
	cmd := exec.Command(path, "-")
	cmd.Dir = cfg.Dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	cmd.Stdin = strings.NewReader(redisSettings(cfg.Dir, r.password, port))
	c, err := launch(cmd, syscall.SIGTERM)
	if err != nil {
		return nil, err
	}
	late, cancel := context.WithTimeoutCause(ctx, 15*time.Second, errors.New("redis-server gave no answer for 15s"))
	defer cancel()
	for {
		err = pingRedis(late, loopback(port), r.password)
		if err == nil && !c.ended() {
			return c, nil
		}
		if c.ended() {
			return nil, fmt.Errorf("redis-server ended at its start: %w", c.err)
		}
		err = pause(late, tick)
		if err != nil {
			c.signal(syscall.SIGKILL)
			<-c.done
			return nil, err
		}
	}
}

// redisSettings keeps nothing on disk and never drops a job to save memory.
func redisSettings(dir, password string, port int) string {
	q := strconv.Quote
	return strings.Join([]string{
		"bind 127.0.0.1",
		"port " + strconv.Itoa(port),
		"requirepass " + password,
		"dir " + q(dir),
		"logfile " + q(filepath.Join(dir, "redis.log")),
		"loglevel warning",
		`save ""`,
		"appendonly no",
		"maxmemory-policy noeviction",
		"daemonize no",
		"",
	}, "\n")
}

// pingRedis signs in and pings once. The password is part of the question:
// another server that took the port does not know it.
func pingRedis(ctx context.Context, addr, password string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	_, err = fmt.Fprintf(conn, "AUTH %s\r\nPING\r\n", password)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(conn)
	for _, want := range []string{"+OK", "+PONG"} {
		if !lines.Scan() || lines.Text() != want {
			return fmt.Errorf("redis at %s does not answer %s", addr, want)
		}
	}
	return nil
}

// freePort asks the kernel for a loopback port nobody uses now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
