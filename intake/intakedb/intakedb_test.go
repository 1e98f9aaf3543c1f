package intakedb_test

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hotline/intake/intakedb"
	"hotline/internal/pg"
	"hotline/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestANonceIsFreshForOneOfMany(t *testing.T) {
	t.Parallel()
	e := pgtest.New(t)
	s := intakedb.New(e.PG, e.Vault)
	var fresh atomic.Int32
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			ok, err := s.Use(t.Context(), "city12345:demo", "n", e.Clock.Now().Add(time.Minute))
			if err != nil {
				t.Error(err)
			}
			if ok {
				fresh.Add(1)
			}
		})
	}
	group.Wait()
	if fresh.Load() != 1 {
		t.Errorf("fresh for %d", fresh.Load())
	}
	if ok, err := s.Use(t.Context(), "city12345:other", "n", e.Clock.Now()); err != nil || !ok {
		t.Errorf("another source's nonce: %t, %v", ok, err)
	}
}

func TestABodyIsKeptOnceAndSealed(t *testing.T) {
	t.Parallel()
	e := pgtest.New(t)
	s := intakedb.New(e.PG, e.Vault)
	a := intakedb.Arrival{Channel: "city12345", Source: "city12345:demo", Raw: []byte(`{"caller_name":"王小明"}`), At: e.Clock.Now()}
	first, _, err := s.Keep(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := s.Keep(t.Context(), a)
	if err != nil || again != first {
		t.Errorf("kept as %d and %d, %v", first, again, err)
	}
	a.Source = "city12345:other"
	other, _, err := s.Keep(t.Context(), a)
	if err != nil || other == first {
		t.Errorf("two platforms share %d, %v", other, err)
	}
	var stored []byte
	e.Row(t, `SELECT raw FROM submissions WHERE id = $1`, []any{first}, &stored)
	if bytes.Contains(stored, []byte("王小明")) {
		t.Error("the body lies open")
	}
	if raw, err := s.Raw(t.Context(), first); err != nil || !bytes.Equal(raw, a.Raw) {
		t.Errorf("opened %s, %v", raw, err)
	}
	if _, err := s.Raw(t.Context(), 1<<40); !errors.Is(err, pg.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func TestARefusedBodyWaitsForAPerson(t *testing.T) {
	t.Parallel()
	e := pgtest.New(t)
	s := intakedb.New(e.PG, e.Vault)
	id, _, err := s.Keep(t.Context(), intakedb.Arrival{Channel: "city12345", Source: "city12345:demo", Raw: []byte("x"), At: e.Clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Refuse(t.Context(), id, "body：不是有效的 JSON"); err != nil {
		t.Fatal(err)
	}
	list, err := s.Disagreements(t.Context(), "demo", 10)
	if err != nil || len(list) != 1 || list[0].State != "refused" || list[0].Submission != id || list[0].Platform != "demo" {
		t.Errorf("listed %+v, %v", list, err)
	}
	if list, err := s.Disagreements(t.Context(), "other", 10); err != nil || len(list) != 0 {
		t.Errorf("another platform's list: %+v, %v", list, err)
	}
}
