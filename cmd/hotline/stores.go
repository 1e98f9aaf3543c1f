package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"hotline/internal/deadline/deadlinedb"
	"hotline/internal/embedded"
	"hotline/internal/outbox"
	"hotline/internal/pg"
	"hotline/internal/units/unitdb"
	"hotline/internal/vault"
	"hotline/migrations"
	"hotline/tickets"
)

// stores is what must stand before anything else: keys, Postgres, Redis.
type stores struct {
	ownerURL    string
	peopleURL   string
	machinesURL string
	redisURL    string
	vault       *vault.Vault
	pg          *pg.DB
	bell        *outbox.Bell
	private     *embedded.Postgres
	redis       *embedded.Redis
	log         *slog.Logger
}

// openStores starts what is private, migrates and connects. withRedis is false
// for commands that only read.
func openStores(ctx context.Context, c Config, log *slog.Logger, withRedis bool) (*stores, error) {
	s := &stores{log: log, bell: outbox.NewBell()}
	if err := s.open(ctx, c, withRedis); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stores) open(ctx context.Context, c Config, withRedis bool) (err error) {
	if err := os.MkdirAll(c.Data, 0o755); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if err := s.openVault(c); err != nil {
		return err
	}
	if err := s.startPostgres(ctx, c); err != nil {
		return err
	}
	// Before anything is changed: the logins' passwords come from the keys, and a
	// stranger's would lock out the nodes that run.
	if err := pg.CheckFingerprint(ctx, s.ownerURL, s.vault.Fingerprint()); err != nil {
		return err
	}
	if err := s.migrate(ctx, c); err != nil {
		return err
	}
	if s.pg, err = pg.Open(ctx, pg.Config{PeopleURL: s.peopleURL, MachinesURL: s.machinesURL, Now: time.Now, Nudge: s.bell.Ring}); err != nil {
		return err
	}
	if withRedis {
		if err := s.startRedis(ctx, c); err != nil {
			return err
		}
	}
	return s.checkKeys(ctx)
}

func (s *stores) openVault(c Config) error {
	path := c.VaultKey
	if path == "" {
		path = filepath.Join(c.Data, "vault.key")
	}
	v, created, err := vault.LoadOrCreate(path)
	if err != nil {
		return fmt.Errorf("vault keys in %s: %w", path, err)
	}
	if created {
		s.log.Warn("made new vault keys: keep a copy somewhere safe; without them no identity can be read again", "file", path)
	}
	s.vault = v
	return nil
}

func (s *stores) startPostgres(ctx context.Context, c Config) error {
	s.ownerURL = c.DatabaseURL
	if s.ownerURL == "" {
		var err error
		s.private, err = embedded.StartPostgres(ctx, embedded.PostgresConfig{Dir: filepath.Join(c.Data, "pg"), Password: s.loginPassword("hotline_owner"), Logger: s.log})
		if err != nil {
			return fmt.Errorf("private Postgres: %w", err)
		}
		s.ownerURL = s.private.URL()
	}
	s.peopleURL, s.machinesURL = c.PeopleURL, c.MachinesURL
	var err error
	if s.peopleURL == "" {
		if s.peopleURL, err = s.withLogin(pg.PeopleLogin); err != nil {
			return err
		}
	}
	if s.machinesURL == "" {
		s.machinesURL, err = s.withLogin(pg.MachinesLogin)
	}
	return err
}

// loginPassword derives a database login's password from the vault's keys, so
// that it is written nowhere.
func (s *stores) loginPassword(login string) string {
	return hex.EncodeToString(s.vault.Key("database login "+login, 16))
}

func (s *stores) withLogin(login string) (string, error) {
	u, err := url.Parse(s.ownerURL)
	if err != nil || u.Scheme == "" {
		return "", errors.New("HOTLINE_DATABASE_URL cannot be read: it looks like postgres://user:password@host:5432/name")
	}
	u.User = url.UserPassword(login, s.loginPassword(login))
	return u.String(), nil
}

// migrate makes the logins, runs the migrations and adds what ships with the
// program: rules, calendar, categories. With all three URLs given apart, the
// logins are the administrator's own.
func (s *stores) migrate(ctx context.Context, c Config) error {
	if c.PeopleURL == "" || c.MachinesURL == "" {
		if err := pg.EnsureLogins(ctx, s.ownerURL, s.loginPassword(pg.PeopleLogin), s.loginPassword(pg.MachinesLogin)); err != nil {
			return err
		}
	}
	if err := pg.Migrate(ctx, s.ownerURL, migrations.Files); err != nil {
		return err
	}
	if err := deadlinedb.Seed(ctx, s.ownerURL, time.Now()); err != nil {
		return err
	}
	rows := make([][4]string, len(tickets.Categories))
	for i, k := range tickets.Categories {
		rows[i] = [4]string{k.Code, k.Parent, k.ZH, k.GB}
	}
	return unitdb.SeedCategories(ctx, s.ownerURL, rows)
}

// startRedis prefers a real server and falls back to the one in process.
func (s *stores) startRedis(ctx context.Context, c Config) error {
	s.redisURL = c.RedisURL
	if s.redisURL != "" {
		return nil
	}
	var err error
	s.redis, err = embedded.StartRedis(ctx, embedded.RedisConfig{Dir: filepath.Join(c.Data, "redis"), Logger: s.log, Now: time.Now})
	if err != nil {
		return fmt.Errorf("private Redis: %w", err)
	}
	s.redisURL = s.redis.URL()
	return nil
}

// checkKeys refuses to start with other keys than those the data was sealed
// with: every new record would be lost to the old file, and the other way round.
func (s *stores) checkKeys(ctx context.Context) error {
	return pg.Fingerprint(ctx, s.ownerURL, s.vault.Fingerprint())
}

// close stops Redis, then Postgres: whatever uses them has stopped before.
func (s *stores) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if s.pg != nil {
		s.pg.Close()
	}
	if s.redis != nil {
		if err := s.redis.Stop(ctx); err != nil {
			s.log.Error("stop private Redis", "error", err.Error())
		}
	}
	if s.private != nil {
		if err := s.private.Stop(ctx); err != nil {
			s.log.Error("stop private Postgres", "error", err.Error())
		}
	}
}
