package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"context"

	"hotline/internal/pgtest"
)

func TestSignInLeadsEachRoleToItsOwnPage(t *testing.T) {
	t.Parallel()
	b := open(t)
	for login, want := range map[string]string{"operator": "/desk", "lead-140428": "/work", "handler-140428": "/work", "system": "/operations", "auditor": "/"} {
		if w := b.signedIn(login); w.page.path != want {
			t.Errorf("%s: got %s, want %s", login, w.page.path, want)
		}
	}
}

func TestWrongPasswordAndUnknownLoginReadAlike(t *testing.T) {
	t.Parallel()
	b := open(t)
	says := map[string]string{}
	for _, login := range []string{"operator", "nobody-at-all"} {
		w := b.browser()
		w.get("/sign-in")
		p := w.post("/sign-in", "login", login, "password", "wrong-password-1")
		if p.status != http.StatusUnauthorized {
			t.Errorf("%s: got %d, want 401", login, p.status)
		}
		says[login] = p.text(".alarm")
		if got := p.attr("#login", "value"); got != login {
			t.Errorf("the login is not kept: got %q", got)
		}
	}
	if says["operator"] != says["nobody-at-all"] || says["operator"] == "" {
		t.Errorf("the two differ: %q", says)
	}
	if strings.Contains(b.logs.String(), "nobody-at-all") || strings.Contains(b.logs.String(), "wrong-password") {
		t.Error("the log tells what was typed")
	}
}

func TestFiveFailuresLockTheAccountEvenForTheRightPassword(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.browser()
	w.get("/sign-in")
	for range 5 {
		if p := w.post("/sign-in", "login", "operator", "password", "wrong-password-1"); p.status != http.StatusUnauthorized {
			t.Fatalf("got %d, want 401", p.status)
		}
	}
	if p := w.post("/sign-in", "login", "operator", "password", pgtest.Password); p.status != http.StatusTooManyRequests {
		t.Fatalf("the sixth try: got %d, want 429", p.status)
	}
	b.Clock.Add(31 * time.Second)
	if p := w.post("/sign-in", "login", "operator", "password", pgtest.Password); p.path != "/desk" {
		t.Errorf("after the lock: got %d at %s", p.status, p.path)
	}
}

func TestFormWithoutItsTokenIsRefused(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("operator")
	for name, token := range map[string]string{"none": "", "another": strings.Repeat("0", 32)} {
		if p := w.send("/desk", url.Values{"_form": {token}, "statement": {"试"}}); p.status != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403", name, p.status)
		}
	}
	other := b.signedIn("operator")
	token := other.get("/desk").attr("input[name=_form]", "value")
	if p := w.send("/sign-out", url.Values{"_form": {token}}); p.status != http.StatusForbidden {
		t.Errorf("another session's token: got %d, want 403", p.status)
	}
}

func TestSignOutEndsTheSession(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("operator")
	token := w.cookies["hotline"]
	w.get("/desk")
	w.post("/sign-out")
	w.cookies["hotline"] = token
	if p := w.get("/desk"); !strings.HasPrefix(p.path, "/sign-in?next=%2Fdesk") {
		t.Errorf("the old cookie still opens %s", p.path)
	}
}

func TestIdleSessionAsksToSignInAgain(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("operator")
	b.Clock.Add(29 * time.Minute)
	if p := w.get("/desk"); p.path != "/desk" {
		t.Fatalf("after 29 minutes: %s", p.path)
	}
	b.Clock.Add(29 * time.Minute)
	if p := w.get("/desk"); p.path != "/desk" {
		t.Fatalf("use did not keep the session alive: %s", p.path)
	}
	b.Clock.Add(31 * time.Minute)
	if p := w.get("/desk"); !strings.HasPrefix(p.path, "/sign-in") {
		t.Errorf("after 31 idle minutes: %s", p.path)
	}
}

func TestRouteRefusesRolesItDoesNotName(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, c := range []struct {
		login, path string
		want        int
	}{
		{"handler-140428", "/desk", 403}, {"operator", "/operations", 403}, {"auditor", "/tickets", 403}, {"system", "/tickets", 403},
		{"lead-city", "/dispatch", 200}, {"system", "/operations", 200}, {"operator", "/no-such-page", 404},
	} {
		if p := b.signedIn(c.login).get(c.path); p.status != c.want {
			t.Errorf("%s at %s: got %d, want %d", c.login, c.path, p.status, c.want)
		}
	}
}

func TestEveryPageForbidsInlineScriptAndFrames(t *testing.T) {
	t.Parallel()
	b := open(t, func(c *Config) { c.Secure = true })
	p := b.browser().get("/sign-in")
	for name, want := range map[string]string{"Content-Security-Policy": "script-src 'self'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Strict-Transport-Security": "max-age="} {
		if got := p.header.Get(name); !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q in it", name, got, want)
		}
	}
	for _, c := range p.header.Values("Set-Cookie") {
		if !strings.HasPrefix(c, "__Host-") || !strings.Contains(strings.ToLower(c), "secure") || !strings.Contains(c, "SameSite=Lax") || !strings.Contains(c, "HttpOnly") {
			t.Errorf("cookie %q lacks its protection", c)
		}
	}
	if p.find("style") != nil || strings.Contains(p.body, "style=") || strings.Contains(p.body, "onclick") {
		t.Error("the page has inline style or script")
	}
}

func TestLanguageIsKeptAndLeadsBack(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.signedIn("operator")
	if p := w.get("/language/en?back=/dispatch"); p.path != "/dispatch" || p.text("h1") != "To dispatch" {
		t.Errorf("got %s, %q", p.path, p.text("h1"))
	}
	if p := w.get("/language/zh?back=//evil.example/x"); p.path != "/desk" {
		t.Errorf("a foreign address was followed: %s", p.path)
	}
}

func TestReadyNamesThePartThatDoesNotWork(t *testing.T) {
	t.Parallel()
	b := open(t, func(c *Config) {
		c.Checks = []Check{{"postgres", func(context.Context) error { return nil }}, {"redis", func(context.Context) error { return errors.New("dial 10.0.0.9: refused") }}}
	})
	p := b.browser().get("/readyz")
	if p.status != http.StatusServiceUnavailable || !strings.Contains(p.body, `"redis":"not working"`) || strings.Contains(p.body, "10.0.0.9") {
		t.Errorf("got %d %s", p.status, p.body)
	}
	if p := b.browser().get("/healthz"); p.status != http.StatusOK {
		t.Errorf("healthz: %d", p.status)
	}
}

func TestPanicIsACleanErrorPageWithItsNumber(t *testing.T) {
	t.Parallel()
	b := open(t, func(c *Config) { c.Operations = nil })
	p := b.signedIn("operator")
	if p.page.status != http.StatusOK {
		t.Fatal(p.page.status)
	}
	w := b.browser()
	w.get("/sign-in")
	got := w.post("/sign-in", "login", "system", "password", pgtest.Password) // leads to /operations, which has nothing behind it
	if got.status != http.StatusInternalServerError || got.text("code") == "" || strings.Contains(got.body, "nil pointer") {
		t.Errorf("got %d: %s", got.status, got.text("main"))
	}
	if !strings.Contains(b.logs.String(), "panic") {
		t.Error("the log does not have it")
	}
}
