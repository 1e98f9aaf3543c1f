package pg_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// asOwner runs statements as the cluster's superuser.
func asOwner(t *testing.T, e *pgtest.Env, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), e.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	for _, s := range statements {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// Logins belong to the whole cluster, so these cases run one after the other.
func TestEnsureLoginsByOwnersOfEveryRank(t *testing.T) {
	e := pgtest.New(t)
	asOwner(t, e,
		`CREATE ROLE bureau LOGIN CREATEROLE PASSWORD 'bureau'`,
		`CREATE ROLE clerk LOGIN PASSWORD 'clerk'`)
	bureau, clerk := pgtest.WithLogin(e.OwnerURL, "bureau", "bureau"), pgtest.WithLogin(e.OwnerURL, "clerk", "clerk")
	for _, c := range []struct {
		name   string
		before string // run by the superuser
		owner  string
		want   error
	}{
		{"a superuser, once more", ``, e.OwnerURL, nil},
		{"one who may create roles, on a second start", ``, bureau, nil},
		{"one who may not, with logins made for it", ``, clerk, nil},
		{"a login that would see everything", `ALTER ROLE hotline_app BYPASSRLS`, bureau, pg.ErrLogin},
		{"the same, mended by a superuser", ``, e.OwnerURL, nil},
	} {
		if c.before != "" {
			asOwner(t, e, c.before)
		}
		err := pg.EnsureLogins(t.Context(), c.owner, "test-login", "test-login")
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "test-login") {
			t.Errorf("%s: the error tells the password: %v", c.name, err)
		}
	}
	app, err := pgx.Connect(t.Context(), e.AppURL)
	if err != nil {
		t.Fatal(err)
	}
	defer app.Close(context.WithoutCancel(t.Context()))
	var bypasses bool
	if err := app.QueryRow(t.Context(), `SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user`).Scan(&bypasses); err != nil || bypasses {
		t.Errorf("hotline_app bypasses policies: %t, %v", bypasses, err)
	}
}
