package web

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/accounts"
	"hotline/internal/pg"
	"hotline/internal/vault"
)

// visit is one request of a page: who it is, in which language, and the secret
// its forms are bound to.
type visit struct {
	caller pg.Caller
	me     pg.Me // zero while signed out
	lang   Lang
	seed   string // session token, or the form cookie of somebody signed out
}

func (v *visit) signedIn() bool { return v.me.Account != 0 }

const (
	langCookie  = "hotline-lang"
	flashCookie = "hotline-flash"
)

// sessionCookie has the __Host- prefix wherever the browser allows it: on HTTPS.
func (s *server) sessionCookie() string {
	if s.Secure {
		return "__Host-hotline"
	}
	return "hotline"
}

func (s *server) formCookie() string {
	if s.Secure {
		return "__Host-hotline-form"
	}
	return "hotline-form"
}

func (s *server) setCookie(c *fiber.Ctx, name, value string, life time.Duration) {
	k := &fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, Secure: s.Secure}
	if life > 0 {
		k.MaxAge = int(life / time.Second)
	}
	if life < 0 {
		k.Expires = time.Unix(1, 0)
	}
	c.Cookie(k)
}

// visitOf finds out whose request it is. A session that is over is no error
// here: the route decides whether it needs one.
func (s *server) visitOf(c *fiber.Ctx) (*visit, error) {
	v := &visit{lang: ZH}
	if c.Cookies(langCookie) == string(EN) {
		v.lang = EN
	}
	c.Locals(visitKey, v)
	token := c.Cookies(s.sessionCookie())
	if token != "" {
		v.caller = pg.Person(s.Vault.TokenHash([]byte(token)))
		me, err := s.Accounts.Me(c.UserContext(), v.caller)
		if err == nil {
			v.me, v.seed = me, token
			return v, s.Accounts.Touch(c.UserContext(), v.caller, me)
		}
		if !errors.Is(err, pg.ErrNoSession) {
			return v, err
		}
		v.caller = pg.Caller{}
	}
	v.seed = c.Cookies(s.formCookie())
	if len(v.seed) != len(rand.Text()) {
		v.seed = rand.Text()
		s.setCookie(c, s.formCookie(), v.seed, 0)
	}
	return v, nil
}

const visitKey = "visit"

// visited is the visit of this request; one in Chinese and signed out where
// the request failed before it was known.
func visited(c *fiber.Ctx) *visit {
	if v, ok := c.Locals(visitKey).(*visit); ok {
		return v
	}
	return &visit{lang: ZH}
}

// formToken is the CSRF token of every form of this visit: a keyed hash of the
// session's token, or of the form cookie while signed out.
func (s *server) formToken(v *visit) string {
	if v.seed == "" {
		return ""
	}
	return hex.EncodeToString(s.Vault.MAC("form", []byte(v.seed))[:16])
}

// errForm: the form's token is missing or belongs to another session.
var errForm = errors.New("form token does not match")

func (s *server) checkForm(c *fiber.Ctx, v *visit) error {
	want := s.formToken(v)
	if want == "" || !vault.SecretEqual([]byte(c.FormValue("_form")), []byte(want)) {
		return errForm
	}
	return nil
}

// begin keeps the session's token in the browser. The cookie ends with the
// browser or the session's life, whichever comes first.
func (s *server) begin(c *fiber.Ctx, token string) {
	s.setCookie(c, s.sessionCookie(), token, accounts.Life)
	s.setCookie(c, s.formCookie(), "", -1)
}

// leave drops it.
func (s *server) leave(c *fiber.Ctx) { s.setCookie(c, s.sessionCookie(), "", -1) }
