package api

import (
	"context"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"hotline/internal/accounts"
	"hotline/internal/pg"
)

// remember is how long a session is taken for granted without asking the
// database. Every transaction checks it again, so the cache spares a read and
// opens nothing; what it may show stale for so long is the account's name.
const remember = 30 * time.Second

// most is how many sessions are remembered.
const most = 10000

// sessions remembers who is behind a token hash.
type sessions struct {
	accounts Accounts
	now      func() time.Time
	mu       sync.RWMutex
	known    map[string]remembered
}

type remembered struct {
	me   pg.Me
	read time.Time // when the database said so
}

func newSessions(a Accounts, now func() time.Time) *sessions {
	return &sessions{accounts: a, now: now, known: map[string]remembered{}}
}

// find returns who is behind the caller's token, or pg.ErrNoSession.
func (s *sessions) find(ctx context.Context, c pg.Caller) (pg.Me, error) {
	now, hash := s.now(), c.Session()
	s.mu.RLock()
	r, ok := s.known[string(hash)]
	s.mu.RUnlock()
	if ok && now.Sub(r.read) < remember {
		return r.me, nil
	}
	me, err := s.accounts.Me(ctx, c)
	if err != nil {
		s.drop(hash)
		return pg.Me{}, err
	}
	if now.Sub(me.Seen) >= accounts.TouchEvery {
		if err := s.accounts.Touch(ctx, c, me); err != nil {
			return pg.Me{}, err
		}
		me.Seen = now
	}
	s.keep(hash, remembered{me: me, read: now})
	return me, nil
}

// keep stores one; a full cache is emptied, which costs each session one read.
func (s *sessions) keep(hash []byte, r remembered) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= most {
		clear(s.known)
	}
	s.known[string(hash)] = r
}

func (s *sessions) drop(hash []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, string(hash))
}

// signedIn finds the caller of a call that needs one. Only the Authorization
// header counts: a cookie, which a browser sends by itself, is never read, so
// that no other site can act in somebody's name.
func (s *server) signedIn(ctx huma.Context, next func(huma.Context)) {
	if len(ctx.Operation().Security) == 0 {
		next(ctx)
		return
	}
	c, r := humafiber.Unwrap(ctx), requestOf(ctx.Context())
	token, ok := bearer(c.Get(fiber.HeaderAuthorization))
	if !ok {
		_ = send(c, noSession())
		return
	}
	asked := s.Accounts.Caller(token)
	me, err := s.sessions.find(ctx.Context(), asked)
	if err != nil {
		_ = send(c, s.fail(ctx.Context(), r, *ctx.Operation(), err))
		return
	}
	r.me, r.caller = me, pg.Known(asked.Session(), me)
	next(ctx)
}

// bearer reads the token of an Authorization header; tokens are short.
func bearer(h string) (string, bool) {
	const scheme = "Bearer "
	if len(h) <= len(scheme) || len(h) > 256 || h[:len(scheme)] != scheme && h[:len(scheme)] != "bearer " {
		return "", false
	}
	return h[len(scheme):], true
}
