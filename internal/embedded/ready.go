package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// answerWithin is how long a server may be silent after its start.
	answerWithin = 60 * time.Second
	// recoverWithin is how long it may say that it is still recovering from
	// a crash: at most max_wal_size is read, on a slow disk minutes.
	recoverWithin = 20 * time.Minute
)

// errStarting is the answer of a server that is not ready yet: it starts,
// recovers or stops.
var errStarting = errors.New("the database is starting")

// ping connects once. It returns nil when the server takes connections,
// errStarting when it answers that it does not yet, another error otherwise.
func ping(ctx context.Context, dsn string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgconn.Connect(ctx, dsn)
	var answer *pgconn.PgError
	if errors.As(err, &answer) && answer.Code == "57P03" {
		return errStarting
	}
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// refused reports an answer that waiting cannot change.
func refused(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.Code != "53300" // too many connections
}

// waitReady waits until the child takes connections, and says so now and
// then while it recovers from a crash.
func waitReady(ctx context.Context, c *child, dsn string, log *slog.Logger) error {
	recovery, cancel := context.WithTimeoutCause(ctx, recoverWithin, fmt.Errorf("the database still recovers from a crash after %s", recoverWithin))
	defer cancel()
	silence, cancel := context.WithTimeoutCause(recovery, answerWithin, fmt.Errorf("the database gave no answer for %s", answerWithin))
	defer cancel()
	words := time.NewTicker(5 * time.Second)
	defer words.Stop()
	limit := silence
	for {
		err := ping(limit, dsn)
		switch {
		case err == nil:
			return nil
		case c.ended():
			return fmt.Errorf("the database ended at its start: %w", c.err)
		case errors.Is(err, errStarting):
			limit = recovery // it lives: give it time
		case refused(err):
			return fmt.Errorf("the database refuses its owner: %w", err)
		}
		select {
		case <-words.C:
			log.Info("waiting for the database, which recovers from a crash")
		default:
		}
		err = pause(limit, tick)
		if err != nil {
			return err
		}
	}
}

// dsn is the URL of a database of the cluster for the superuser.
func dsn(p place, password, database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(Owner, password),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {p.sockets}, "port": {port}, "sslmode": {"disable"}}.Encode(),
	}
	return u.String()
}
