package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// RedisConfig says how a private Redis runs. Only Dir is needed.
type RedisConfig struct {
	// Dir is a folder for its log; it keeps no data.
	Dir string
	// Logger hears which kind was started and when it ends unasked.
	Logger *slog.Logger
	// Now is the clock of the in-process Redis; nil is the machine's.
	// A real redis-server always uses the machine's.
	Now func() time.Time
}

// Redis is a private, empty Redis on a loopback port with a random password.
// It forgets everything at Stop: the truth is in Postgres.
type Redis struct {
	kind     string
	addr     string
	password string
	died     chan struct{}
	stop     func(context.Context) error
}

// StartRedis starts redis-server where one is installed, since it works
// through four times the jobs, and otherwise a Redis inside this process.
func StartRedis(ctx context.Context, cfg RedisConfig) (*Redis, error) {
	if cfg.Dir == "" {
		return nil, errors.New("private Redis: no folder given")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	cfg.Dir = dir
	err = os.MkdirAll(dir, 0o700)
	if err != nil {
		return nil, err
	}
	r := &Redis{password: secret(), died: make(chan struct{})}
	path, err := exec.LookPath("redis-server")
	if err != nil {
		err = r.startMini(cfg)
	} else {
		err = r.startServer(ctx, cfg, path)
	}
	if err != nil {
		return nil, fmt.Errorf("private Redis in %s: %w", dir, err)
	}
	cfg.Logger.Info("private Redis runs", "kind", r.kind)
	return r, nil
}

// URL is the address as asynq.ParseRedisURI and redis.ParseURL read it.
func (r *Redis) URL() string {
	u := url.URL{Scheme: "redis", User: url.UserPassword("", r.password), Host: r.addr, Path: "/0"}
	return u.String()
}

// Kind is "redis-server" or "miniredis".
func (r *Redis) Kind() string { return r.kind }

// Died is closed when redis-server has ended without Stop.
func (r *Redis) Died() <-chan struct{} { return r.died }

// Stop ends it; all it held is gone. A second call does nothing.
func (r *Redis) Stop(ctx context.Context) error { return r.stop(ctx) }
