package api

import (
	"errors"
	"strings"
	"testing"
	"time"

	"hotline/internal/accounts"
	"hotline/internal/pg"
	"hotline/internal/vault"
)

func TestSignInAnswersTokenAndAccount(t *testing.T) {
	t.Parallel()
	b := open(t)
	a := b.send("POST", "/api/v1/sessions", `{"login":"operator","password":"Hotline-demo-1"}`, "Authorization: ")
	if a.status != 200 || a.body["token"] != goodToken || a.body["expires_at"] != "2026-09-19T00:00:00+08:00" {
		t.Fatalf("got %d %s", a.status, a.raw)
	}
	me := a.body["account"].(map[string]any)
	if me["login"] != "operator" || me["unit"] != 1.0 || me["roles"].([]any)[0] != "operator" || me["person"] != 3.0 {
		t.Errorf("account %v", me)
	}
}

func TestSignInRefusalsDoNotSayWhichPartIsWrong(t *testing.T) {
	t.Parallel()
	b := open(t)
	a := b.send("POST", "/api/v1/sessions", `{"login":"nobody","password":"x"}`)
	if a.status != 401 || strings.Contains(a.raw, "nobody") || len(a.faults()) != 0 {
		t.Errorf("got %d %s", a.status, a.raw)
	}
	b.fake.signErr = accounts.Locked{Until: noon.Add(90 * time.Second)}
	if a := b.send("POST", "/api/v1/sessions", `{"login":"operator","password":"x"}`); a.status != 429 || a.header.Get("Retry-After") != "90" {
		t.Errorf("locked: got %d %v", a.status, a.header)
	}
	b.fake.signErr = vault.ErrBusy
	if a := b.send("POST", "/api/v1/sessions", `{"login":"operator","password":"x"}`); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("busy: got %d %v", a.status, a.header)
	}
	if a := b.send("POST", "/api/v1/sessions", `{"login":"operator"}`); a.status != 422 || a.faults()["body.password"] == "" {
		t.Errorf("no password: got %d %s", a.status, a.raw)
	}
}

func TestEveryCallButTheOpenOnesNeedsABearerToken(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, call := range []string{"POST /api/v1/tickets", "GET /api/v1/tickets", "GET /api/v1/tickets/" + number, "GET /api/v1/tickets/" + number + "/journal",
		"GET /api/v1/tickets/" + number + "/actions", "POST /api/v1/tickets/" + number + "/actions/sign", "GET /api/v1/tickets/" + number + "/contact",
		"POST /api/v1/deadlines/explain", "GET /api/v1/units", "GET /api/v1/categories", "GET /api/v1/words", "DELETE /api/v1/sessions/current"} {
		method, path, _ := strings.Cut(call, " ")
		body := ""
		if method == "POST" {
			body = "{}"
		}
		for _, header := range []string{"Authorization: ", "Authorization: Basic abc", "Authorization: Bearer wrong", "Authorization: Bearer " + strings.Repeat("x", 300)} {
			a := b.send(method, path, body, header)
			if a.status != 401 || a.header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s with %.30q: got %d %s", call, header, a.status, a.raw)
			}
		}
		if a := b.send(method, path, body, "Authorization: ", "Cookie: __Host-session="+goodToken); a.status != 401 {
			t.Errorf("%s took a cookie: %d", call, a.status)
		}
	}
}

func TestSessionIsReadOnceAndForgottenAtSignOut(t *testing.T) {
	t.Parallel()
	b := open(t)
	for range 5 {
		if a := b.send("GET", "/api/v1/words", ""); a.status != 200 {
			t.Fatalf("got %d", a.status)
		}
	}
	if b.fake.asked != 1 {
		t.Errorf("the session was read %d times", b.fake.asked)
	}
	if a := b.send("DELETE", "/api/v1/sessions/current", ""); a.status != 204 {
		t.Errorf("sign-out: got %d %s", a.status, a.raw)
	}
	if a := b.send("GET", "/api/v1/words", ""); a.status != 401 {
		t.Errorf("after sign-out: got %d", a.status)
	}
}

func TestSessionIsTouchedOnceAMinuteAndDroppedWhenOver(t *testing.T) {
	t.Parallel()
	f, now := newFake(t), noon
	f.me.Seen = noon.Add(-2 * time.Minute)
	s := newSessions(f, func() time.Time { return now })
	caller := f.Caller(goodToken)
	for range 10 {
		if _, err := s.find(t.Context(), caller); err != nil {
			t.Fatal(err)
		}
	}
	if f.touched != 1 || f.asked != 1 {
		t.Errorf("touched %d, asked %d", f.touched, f.asked)
	}
	now, f.out = noon.Add(remember), true
	if _, err := s.find(t.Context(), caller); !errors.Is(err, pg.ErrNoSession) || len(s.known) != 0 {
		t.Errorf("got %v, %d known", err, len(s.known))
	}
}

func TestSessionCacheIsBounded(t *testing.T) {
	t.Parallel()
	s := newSessions(newFake(t), func() time.Time { return noon })
	for i := range 3 * most {
		s.keep([]byte{byte(i), byte(i >> 8), byte(i >> 16)}, remembered{})
	}
	if len(s.known) > most {
		t.Errorf("%d remembered", len(s.known))
	}
}
