package embedded

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// startRedis runs a Redis until the test ends and returns a client of it.
func startRedis(t *testing.T, cfg RedisConfig) (*Redis, *redis.Client) {
	t.Helper()
	cfg.Dir = t.TempDir()
	cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	r, err := StartRedis(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopRedis(t, r) })
	return r, client(t, r)
}

func client(t *testing.T, r *Redis) *redis.Client {
	t.Helper()
	opt, err := redis.ParseURL(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	opt.MaxRetries = -1
	c := redis.NewClient(opt)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func stopRedis(t *testing.T, r *Redis) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := r.Stop(ctx)
	if err != nil {
		t.Error(err)
	}
}

// serves checks what the desk needs of either kind.
func serves(t *testing.T, r *Redis, c *redis.Client) {
	t.Helper()
	opt, err := asynq.ParseRedisURI(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	q := asynq.NewClient(opt)
	defer q.Close()
	_, err = q.EnqueueContext(t.Context(), asynq.NewTask("route", nil))
	if err != nil {
		t.Errorf("asynq: %v", err)
	}
	stranger := redis.NewClient(&redis.Options{Addr: r.addr, MaxRetries: -1})
	defer stranger.Close()
	if err := stranger.Get(t.Context(), "x").Err(); err == nil || errors.Is(err, redis.Nil) {
		t.Errorf("without the password: got %v, want a refusal", err)
	}
	stopRedis(t, r)
	if err := c.Ping(t.Context()).Err(); err == nil {
		t.Error("it answers after Stop")
	}
	select {
	case <-r.Died():
		t.Error("a stopped Redis counts as died")
	default:
	}
}

func TestRedisServerIsUsedWhereInstalled(t *testing.T) {
	t.Parallel()
	r, c := startRedis(t, RedisConfig{})
	if r.Kind() != "redis-server" {
		t.Fatalf("kind %s; make test installs redis-server", r.Kind())
	}
	got, err := c.ConfigGet(t.Context(), "maxmemory-policy").Result()
	if err != nil || got["maxmemory-policy"] != "noeviction" {
		t.Errorf("maxmemory-policy %v, %v, want noeviction", got, err)
	}
	serves(t, r, c)
}

func TestRedisServerThatEndsIsNoticed(t *testing.T) {
	t.Parallel()
	r, c := startRedis(t, RedisConfig{})
	_ = c.Do(t.Context(), "SHUTDOWN", "NOSAVE").Err() // the connection breaks, as it should
	select {
	case <-r.Died():
	case <-time.After(10 * time.Second):
		t.Fatal("nobody heard of the death")
	}
}

func TestRedisRunsInProcessWhereNoneIsInstalled(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	r, c := startRedis(t, RedisConfig{})
	if r.Kind() != "miniredis" {
		t.Fatalf("kind %s, want miniredis", r.Kind())
	}
	serves(t, r, c)
}

func TestRedisInProcessForgetsKeysWhenTheirTimeIsUp(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var seconds atomic.Int64
	now := func() time.Time {
		return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).Add(time.Duration(seconds.Load()) * time.Second)
	}
	_, c := startRedis(t, RedisConfig{Now: now})
	for key, life := range map[string]time.Duration{"short": time.Minute, "long": time.Hour} {
		err := c.Set(t.Context(), key, "x", life).Err()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	seconds.Store(30)
	for c.TTL(ctx, "short").Val() != 30*time.Second {
		err := pause(ctx, tick)
		if err != nil {
			t.Fatalf("after 30 s the minute key has %s left", c.TTL(t.Context(), "short").Val())
		}
	}
	seconds.Store(90)
	for c.Exists(ctx, "short").Val() != 0 {
		err := pause(ctx, tick)
		if err != nil {
			t.Fatal("the minute key is there after 90 s")
		}
	}
	if c.Exists(t.Context(), "long").Val() != 1 {
		t.Error("the hour key is gone after 90 s")
	}
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, notes := Check(t.TempDir())
	if len(notes) != 1 || !strings.Contains(notes[0], "redis-server") {
		t.Errorf("notes %q, want one about redis-server", notes)
	}
}

func TestChildRunsInAGroupOfItsOwn(t *testing.T) {
	t.Parallel()
	cmd := account{}.command("/bin/sh", "-c", "exec sleep 600")
	c, err := launch(cmd, syscall.SIGTERM)
	if err != nil {
		t.Fatal(err)
	}
	if c.ended() {
		t.Fatal("it ended at once")
	}
	if pgid, err := syscall.Getpgid(cmd.Process.Pid); err != nil || pgid != cmd.Process.Pid {
		t.Errorf("process group %d, %v, want its own (%d)", pgid, err, cmd.Process.Pid)
	}
	c.signal(syscall.SIGTERM)
	<-c.done
}
