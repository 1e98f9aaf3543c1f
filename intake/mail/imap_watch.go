package mail

import (
	"net"
	"sync/atomic"
	"time"
)

// watchedConn closes itself when the other side is silent for too long during
// a step. The IMAP library waits for ever for the beginning of an answer.
// Between steps, while the handler commits, nothing is expected and no time
// runs.
type watchedConn struct {
	net.Conn
	limit   time.Duration
	timer   *time.Timer
	armed   atomic.Bool
	stalled atomic.Bool
}

func newWatchedConn(c net.Conn, limit time.Duration) *watchedConn {
	w := &watchedConn{Conn: c, limit: limit}
	w.timer = time.AfterFunc(limit, w.expire)
	w.timer.Stop()
	return w
}

func (w *watchedConn) expire() {
	if w.armed.Load() {
		w.stalled.Store(true)
		w.Conn.Close()
	}
}

func (w *watchedConn) arm() {
	w.armed.Store(true)
	w.timer.Reset(w.limit)
}

func (w *watchedConn) disarm() {
	w.armed.Store(false)
	w.timer.Stop()
}

func (w *watchedConn) close() {
	w.disarm()
	w.Conn.Close()
}

// Read counts as progress when bytes came.
func (w *watchedConn) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	if n > 0 && w.armed.Load() {
		w.timer.Reset(w.limit)
	}
	return n, err
}
