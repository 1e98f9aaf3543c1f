// Package pg is the door to Postgres: two pools (people and machines), the
// transaction that knows on whose behalf it runs, blocks of ids, migrations, and
// the translation of SQLSTATEs into errors a caller can branch on. It holds no
// rule of the desk. Every *db package and the loops of cmd use it.
package pg

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Errors a caller may branch on.
var (
	// ErrNotFound: no such row, or none that this caller may see.
	ErrNotFound = errors.New("not found")
	// ErrNoSession: the session does not exist, has ended or has idled too long.
	ErrNoSession = errors.New("no session")
	// ErrRefused: the database refused the act (policy or privilege).
	ErrRefused = errors.New("refused by the database")
)

// Caller says on whose behalf a transaction runs: a session (a person, with the
// scope and recusals of the account) or a named machine. The zero Caller sees
// nothing.
type Caller struct {
	session []byte
	machine string
	me      *Me
}

// Person is the caller behind the session with this token hash.
func Person(tokenHash []byte) Caller { return Caller{session: tokenHash} }

// Known is Person for a caller that was looked up a moment ago: it spares
// Whoami the question. The database still asks the session in every transaction.
func Known(tokenHash []byte, me Me) Caller { return Caller{session: tokenHash, me: &me} }

// Machine is one of our own workers or an inbound machine ("route",
// "platform:demo"); its name becomes the actor in the journal.
func Machine(name string) Caller { return Caller{machine: name} }

// IsMachine tells whether the caller works through the machines' login.
func (c Caller) IsMachine() bool { return c.machine != "" }

// Me is the caller as the database knows it.
type Me struct {
	Account  int
	Person   int
	Name     string
	Login    string
	Unit     int
	Path     string
	UnitKind string
	UnitName string
	Roles    []string
	Seen     time.Time
	Machine  string // set for machines only
}

// Actor is the caller's name in the journal: person:ID, or what the machine is called.
func (m Me) Actor() string {
	if m.Machine != "" {
		return m.Machine
	}
	return fmt.Sprintf("person:%d", m.Person)
}

// Has tells whether the caller holds the role now.
func (m Me) Has(role string) bool {
	for _, r := range m.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// DB is both pools and the clock.
type DB struct {
	people   *pgxpool.Pool
	machines *pgxpool.Pool
	now      func() time.Time
	nudge    func()
	ids      *blocks
}

// Config opens a DB.
type Config struct {
	PeopleURL   string           // login hotline_app
	MachinesURL string           // login hotline_work
	MaxConns    int              // per pool; 0 means 16
	Now         func() time.Time // the clock of every transaction
	Nudge       func()           // called after a commit that left work in the outbox; may be nil
}

// Open connects both pools. It does not wait for Postgres to be up; the first
// query does.
func Open(ctx context.Context, c Config) (*DB, error) {
	people, err := pool(ctx, c.PeopleURL, c.MaxConns)
	if err != nil {
		return nil, fmt.Errorf("connect as hotline_app: %w", err)
	}
	machines, err := pool(ctx, c.MachinesURL, c.MaxConns)
	if err != nil {
		people.Close()
		return nil, fmt.Errorf("connect as hotline_work: %w", err)
	}
	nudge := c.Nudge
	if nudge == nil {
		nudge = func() {}
	}
	return &DB{people: people, machines: machines, now: c.Now, nudge: nudge, ids: newBlocks(machines)}, nil
}

func pool(ctx context.Context, url string, maxConns int) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database URL cannot be read") // never echo it: it holds a password
	}
	if maxConns == 0 {
		maxConns = 16
	}
	cfg.MaxConns = int32(maxConns)
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	cfg.ConnConfig.RuntimeParams["application_name"] = "hotline"
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	return pgxpool.NewWithConfig(ctx, cfg)
}

// Close closes both pools.
func (db *DB) Close() {
	db.people.Close()
	db.machines.Close()
}

// Now is the clock that transactions use.
func (db *DB) Now() time.Time { return db.now() }

// Machines is the machines' pool, for loops that manage their own connection
// (advisory locks, bulk copies).
func (db *DB) Machines() *pgxpool.Pool { return db.machines }

// People is the people's pool, for the few calls made before there is a session
// (sign-in) or without one (public status).
func (db *DB) People() *pgxpool.Pool { return db.people }

// Nudged wakes the relay; callers that commit outside Do say so themselves.
func (db *DB) Nudged() { db.nudge() }

// Tx is one transaction, its caller and its one `now`.
type Tx struct {
	pgx.Tx
	Me    Me
	Now   time.Time
	db    *DB
	nudge bool
}

// Nudge asks for the relay to be woken once the transaction has committed.
func (tx *Tx) Nudge() { tx.nudge = true }

// ID hands out the next id for a child row.
func (tx *Tx) ID(ctx context.Context) (int64, error) { return tx.db.ids.row(ctx) }

// TicketID hands out the next ticket id.
func (tx *Tx) TicketID(ctx context.Context) (int64, error) { return tx.db.ids.ticket(ctx) }

// RowID hands out the next child id outside a transaction.
func (db *DB) RowID(ctx context.Context) (int64, error) { return db.ids.row(ctx) }

// TicketID hands out the next ticket id outside a transaction.
func (db *DB) TicketID(ctx context.Context) (int64, error) { return db.ids.ticket(ctx) }

// Do runs fn in one transaction on the caller's behalf and commits it. The
// settings of scope, recusal and actor travel with BEGIN. It returns
// ErrNoSession for a person whose session is over, and fn's error, with
// SQLSTATEs translated, otherwise. fn may not be run twice.
func (db *DB) Do(ctx context.Context, c Caller, fn func(tx *Tx) error) error {
	return db.do(ctx, c, "BEGIN", fn)
}

// Read is Do for reading only.
func (db *DB) Read(ctx context.Context, c Caller, fn func(tx *Tx) error) error {
	return db.do(ctx, c, "BEGIN READ ONLY", fn)
}

// Snapshot is Read in which every statement sees the same moment.
func (db *DB) Snapshot(ctx context.Context, c Caller, fn func(tx *Tx) error) error {
	return db.do(ctx, c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", fn)
}

func (db *DB) do(ctx context.Context, c Caller, begin string, fn func(tx *Tx) error) (err error) {
	conn, err := db.poolOf(c).Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Release()
	tx := &Tx{Now: db.now().Truncate(time.Microsecond), db: db}
	raw, err := beginAs(ctx, conn.Conn(), c, begin, tx)
	if err != nil {
		return err
	}
	tx.Tx = raw
	done := false
	defer func() {
		if !done {
			rollback(raw)
		}
	}()
	if err := fn(tx); err != nil {
		return Translate(err)
	}
	if err := raw.Commit(ctx); err != nil {
		return Translate(fmt.Errorf("commit: %w", err))
	}
	done = true
	if tx.nudge {
		db.nudge()
	}
	return nil
}

// Compare orders callers; 0 is the same session, or the same machine.
func (c Caller) Compare(o Caller) int {
	return cmp.Or(cmp.Compare(c.machine, o.machine), bytes.Compare(c.session, o.session))
}

// Same tells whether two callers come with the same session, or are the same machine.
func (c Caller) Same(o Caller) bool { return c.Compare(o) == 0 }

// Whoami says who the caller is, by a question to the database unless the
// caller is Known. It returns ErrNoSession for a session that is over.
func (db *DB) Whoami(ctx context.Context, c Caller) (Me, error) {
	if c.me != nil {
		return *c.me, nil
	}
	if c.IsMachine() {
		return Me{Machine: c.machine}, nil
	}
	var me Me
	err := Enter(ctx, db.people, c, db.now(), &me)
	return me, err
}

func (db *DB) poolOf(c Caller) *pgxpool.Pool {
	if c.IsMachine() {
		return db.machines
	}
	return db.people
}

// rollback outlives a cancelled request: the connection must come back clean.
func rollback(tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	_ = tx.Rollback(ctx)
}

// beginAs opens the transaction and enters the caller in one round trip.
func beginAs(ctx context.Context, conn *pgx.Conn, c Caller, begin string, tx *Tx) (pgx.Tx, error) {
	raw, err := conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	if err := Enter(ctx, raw, c, tx.Now, &tx.Me); err != nil {
		rollback(raw)
		return nil, err
	}
	return raw, nil
}

type rower interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Enter sets scope, keys and actor for the rest of the transaction and fills me.
func Enter(ctx context.Context, q rower, c Caller, now time.Time, me *Me) error {
	if c.IsMachine() {
		me.Machine = c.machine
		var ignored string
		return q.QueryRow(ctx, `SELECT set_config('app.actor', $1, true)`, c.machine).Scan(&ignored)
	}
	err := q.QueryRow(ctx, EnterSQL, c.session, now).Scan(me.Targets()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNoSession
	}
	if err != nil {
		return fmt.Errorf("enter: %w", err)
	}
	return nil
}

// EnterSQL is the statement behind Enter for a person, for callers that batch it.
const EnterSQL = `SELECT account, person, name, login, unit, path, unit_kind, unit_name, roles, seen_at FROM app.enter($1, $2)`

// Targets are the scan targets of EnterSQL.
func (m *Me) Targets() []any {
	return []any{&m.Account, &m.Person, &m.Name, &m.Login, &m.Unit, &m.Path, &m.UnitKind, &m.UnitName, &m.Roles, &m.Seen}
}

// Session is the token hash the caller came with, for callers that batch EnterSQL.
func (c Caller) Session() []byte { return c.session }

// MachineName is the machine's name, empty for a person.
func (c Caller) MachineName() string { return c.machine }

// Translate turns what Postgres says into errors a caller may branch on; an
// unknown error stays as it is.
func Translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) && pe.Code == "42501" {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}

// Violates tells whether err is a violation of the named constraint.
func Violates(err error, constraint string) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.ConstraintName == constraint
}

// Invalid tells whether Postgres refused the data itself (class 22, 23), which a
// retry does not mend.
func Invalid(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code[:2] == "22" || pe.Code[:2] == "23")
}
