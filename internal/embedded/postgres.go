package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// PostgresConfig says where a private Postgres lives. Only Dir is needed.
type PostgresConfig struct {
	// Dir is the folder of its data, made at the first start. It belongs to
	// the server's user, who is not this one when this one is root.
	Dir string
	// Password is the superuser's, used when the cluster is made and kept
	// beside it from then on. Empty: a random one.
	Password string
	// Logger hears of recoveries and of data that had to go elsewhere.
	Logger *slog.Logger
	// Fast gives up durability for tests: no fsync, little memory.
	Fast bool
	// Extra are settings of postgresql.conf that win over our own.
	Extra map[string]string
}

// Postgres is a private server, run by this process or shared with the
// process that runs it (two commands of one installation).
type Postgres struct {
	cfg      PostgresConfig
	place    place
	program  program
	password string
	died     chan struct{}
	quit     context.CancelFunc // ends following
	loops    sync.WaitGroup

	mu    sync.Mutex // guards the three below
	lock  *ownerLock
	child *child
	ended bool // Stop was called
}

// StartPostgres starts the private Postgres of cfg.Dir and returns when it
// takes connections. What an earlier run left, it stops or recovers first.
// If another living process runs it already, that one is used, and taken
// over when its owner ends.
//
// It returns ErrNotInstalled (wrapped) when there is no Postgres to run; the
// other errors say in words what stands in the way. Ending ctx gives up the
// start; once started, only Stop ends the server.
func StartPostgres(ctx context.Context, cfg PostgresConfig) (*Postgres, error) {
	if cfg.Dir == "" {
		return nil, errors.New("private Postgres: no folder given")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	at, err := settle(cfg.Dir, cfg.Logger)
	if err != nil {
		return nil, fmt.Errorf("folder of the private Postgres: %w", err)
	}
	wrote, err := wroteBy(at.data)
	if err != nil {
		return nil, err
	}
	prog, err := findPostgres(bins(os.Getenv("PATH")), wrote)
	if err != nil {
		return nil, err
	}
	p := &Postgres{cfg: cfg, place: at, program: prog, died: make(chan struct{})}
	err = p.begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("private Postgres in %s: %w", at.dir, err)
	}
	return p, nil
}

// URL is the address of database postgres for the superuser Owner, as
// libpq and pgx read it. It stays the same over restarts.
func (p *Postgres) URL() string { return dsn(p.place, p.password, "postgres") }

// Folder is where the data really are: cfg.Dir, or the folder that was
// chosen because the server's user could not enter that.
func (p *Postgres) Folder() string { return p.place.dir }

// BinDir is the folder of the Postgres programs in use (pg_dump, pgbench).
func (p *Postgres) BinDir() string { return p.program.bin }

// Died is closed when the server this process runs has ended without Stop.
// The next StartPostgres recovers it.
func (p *Postgres) Died() <-chan struct{} { return p.died }

// begin becomes the owner, or waits until the owner's server is ready.
func (p *Postgres) begin(ctx context.Context) error {
	late, cancel := context.WithTimeoutCause(ctx, answerWithin,
		errors.New("another process holds these data and its database does not answer"))
	defer cancel()
	for {
		lock, err := tryLock(p.place.lock(), p.place.who)
		if err != nil {
			return err
		}
		if lock != nil {
			return p.own(ctx, lock)
		}
		password, err := readPassword(p.place)
		if err == nil && ping(late, dsn(p.place, password, "postgres")) == nil {
			p.password = password
			p.follow()
			return nil
		}
		err = pause(late, tick)
		if err != nil {
			return err
		}
	}
}

// own makes, recovers and runs the server, with the lock held for as long.
func (p *Postgres) own(ctx context.Context, lock *ownerLock) error {
	c, err := p.run(ctx)
	if err != nil {
		return errors.Join(err, lock.release())
	}
	p.mu.Lock()
	p.lock, p.child = lock, c
	p.mu.Unlock()
	go p.watch(c)
	return nil
}

// run is own without the lock: it returns a server that takes connections.
func (p *Postgres) run(ctx context.Context) (*child, error) {
	err := clearAway(ctx, p.place, p.cfg.Logger)
	if err != nil {
		return nil, err
	}
	err = create(p.place, p.program, p.cfg)
	if err != nil {
		return nil, err
	}
	if p.password == "" { // a follower knows it already, and others read it
		p.password, err = readPassword(p.place)
	}
	if err != nil {
		return nil, err
	}
	c, err := p.spawn()
	if err != nil {
		return nil, err
	}
	err = waitReady(ctx, c, p.URL(), p.cfg.Logger)
	if err != nil {
		c.signal(syscall.SIGQUIT)
		<-c.done
		return nil, fmt.Errorf("%w\n%s", err, tail(p.place.log()))
	}
	return c, nil
}

// spawn starts the server program. Its log is a file: a pipe would break
// when this process dies, and with it the last words of the server.
func (p *Postgres) spawn() (*child, error) {
	const most = 8 << 20 // bytes; then the log begins anew, the old one kept
	info, err := os.Stat(p.place.log())
	if err == nil && info.Size() > most {
		err = os.Rename(p.place.log(), p.place.log()+".old")
		if err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(p.place.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the child has its own
	err = p.place.who.give(p.place.log())
	if err != nil {
		return nil, err
	}
	cmd := p.place.who.command(filepath.Join(p.program.bin, "postgres"), arguments(p.place, p.cfg)...)
	cmd.Stdout, cmd.Stderr = log, log
	return launch(cmd, syscall.SIGINT) // SIGINT: fast shutdown
}

// watch tells when the server ends unasked.
func (p *Postgres) watch(c *child) {
	<-c.done
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		p.cfg.Logger.Error("the private database ended", "error", fmt.Sprint(c.err), "log", p.place.log())
		close(p.died)
	}
}

// follow waits until the process that runs the server ends, then runs it:
// a short command may have been the first to start it, a long one the second.
func (p *Postgres) follow() {
	ctx, cancel := context.WithCancel(context.Background())
	p.quit = cancel
	p.loops.Go(func() {
		for pause(ctx, 200*time.Millisecond) == nil {
			lock, err := tryLock(p.place.lock(), p.place.who)
			if err == nil && lock == nil {
				continue
			}
			if err == nil {
				p.cfg.Logger.Info("the private database is taken over from a process that ended")
				err = p.own(ctx, lock)
			}
			if err != nil && ctx.Err() == nil {
				p.cfg.Logger.Error("the private database cannot be taken over", "error", err)
				close(p.died)
			}
			return
		}
	})
}

// Stop ends the server, unless another process runs it: sessions are cut,
// everything committed is on disk. Give it a fresh ctx; when that ends first,
// the server is stopped hard and recovers at its next start.
func (p *Postgres) Stop(ctx context.Context) error {
	if p.quit != nil {
		p.quit()
		p.loops.Wait()
	}
	p.mu.Lock()
	lock, c, again := p.lock, p.child, p.ended
	p.ended = true
	p.mu.Unlock()
	if lock == nil || again {
		return nil
	}
	return errors.Join(p.halt(ctx, c), lock.release())
}

// halt stops the server program: fast, else at once, else by force.
func (p *Postgres) halt(ctx context.Context, c *child) error {
	c.signal(syscall.SIGINT)
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
	case <-time.After(time.Minute):
	}
	p.cfg.Logger.Warn("the private database did not stop in time and is stopped hard")
	for _, sig := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		c.signal(sig)
		select {
		case <-c.done:
			return nil
		case <-time.After(10 * time.Second):
		}
	}
	return errors.New("the private database cannot be stopped")
}
