package pg_test

import (
	"errors"
	"testing"

	"hotline/internal/pg"
	"hotline/internal/pgtest"
)

func TestOtherKeysAreRefusedBeforeAndAfterAnythingIsWritten(t *testing.T) {
	e := pgtest.New(t)
	if err := pg.CheckFingerprint(t.Context(), e.OwnerURL, "a"); err != nil {
		t.Fatalf("a database that remembers no keys: %v", err)
	}
	if err := pg.Fingerprint(t.Context(), e.OwnerURL, "a"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		print string
		want  error
	}{{"a", nil}, {"b", pg.ErrOtherKeys}} {
		if err := pg.CheckFingerprint(t.Context(), e.OwnerURL, c.print); !errors.Is(err, c.want) {
			t.Errorf("check %q: got %v, want %v", c.print, err, c.want)
		}
		if err := pg.Fingerprint(t.Context(), e.OwnerURL, c.print); !errors.Is(err, c.want) {
			t.Errorf("remember %q: got %v, want %v", c.print, err, c.want)
		}
	}
}

func TestAnEmptyDatabaseTakesAnyKeys(t *testing.T) {
	e := pgtest.New(t)
	asOwner(t, e, `DROP TABLE settings CASCADE`)
	if err := pg.CheckFingerprint(t.Context(), e.OwnerURL, "a"); err != nil {
		t.Error(err)
	}
}
