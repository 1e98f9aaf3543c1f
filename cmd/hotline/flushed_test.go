package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

// crew are the people whom a ticket of the township passes.
type crew struct{ operator, city, lead, deputy client }

func (d *desk) crew(t *testing.T) crew {
	t.Helper()
	c := client{base: d.base}
	return crew{c.as(t, "operator"), c.as(t, "lead-city"), c.as(t, "lead-140428"), c.as(t, "deputy-140428")}
}

// serve leads one call through its life: registered, routed, dispatched,
// verified, approved. The answer's delivery is the workers' affair.
func (c crew) serve(i int) (string, error) {
	var k ticket
	if err := c.operator.try(http.StatusCreated, http.MethodPost, "/api/v1/tickets", helpBody(i), &k); err != nil {
		return "", err
	}
	n := k.Number
	err := soon(func() bool {
		var err error
		k, err = c.city.ticket(n)
		return err == nil && k.Proposal != nil
	})
	if err != nil {
		return n, fmt.Errorf("%s was never routed: %w", n, err)
	}
	if k.Status == "registered" {
		if err := c.city.act(n, "dispatch", map[string]any{"unit": "140428"}); err != nil {
			return n, err
		}
	}
	return n, c.verify(n)
}

// verify leads a ticket of the county from its signing to the approved answer.
func (c crew) verify(n string) error {
	for _, step := range []struct {
		by     client
		action string
		fields map[string]any
	}{
		{c.lead, "sign", nil},
		{c.lead, "record", map[string]any{"allegation": 1, "outcome": "done", "method": "核对发放花名册，已补发"}},
		{c.lead, "submit", map[string]any{"public_text": "您反映的低保金已补发到账。", "resolved": true}},
		{c.deputy, "approve", nil},
	} {
		if err := step.by.act(n, step.action, step.fields); err != nil {
			return err
		}
	}
	return nil
}

// wipe empties Redis again and again, after 20 to 220 ms each, until stopped,
// and returns how often.
func (d *desk) wipe(t *testing.T) (stop func() int) {
	t.Helper()
	o, err := redis.ParseURL(d.s.redisURL)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil {
			if c.FlushAll(ctx).Err() == nil {
				n++
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Duration(20+rand.IntN(200)) * time.Millisecond):
			}
		}
	})
	return func() int {
		cancel()
		running.Wait()
		c.Close()
		return n
	}
}

// traces are what the jobs of one ticket left behind, in words that are the same
// for every ticket that went the same way.
func traces(t *testing.T, conn *pgx.Conn, number string) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), `
		SELECT x FROM (
		  SELECT 'notice ' || n.kind || ' to ' || n.role || ' of ' || n.unit AS x FROM notifications n JOIN tickets t ON t.id = n.ticket WHERE t.number = $1
		  UNION ALL SELECT 'job ' || o.kind || ' ' || (o.done_at IS NOT NULL) || ' ' || (o.stopped_at IS NOT NULL) FROM outbox o JOIN tickets t ON t.id = o.ticket WHERE t.number = $1
		  UNION ALL SELECT 'act ' || j.action FROM journal j JOIN tickets t ON t.id = j.subject AND j.subject_kind = 'ticket' WHERE t.number = $1
		  UNION ALL SELECT 'attempt ' || a.way || ' ' || a.state FROM attempts a JOIN tickets t ON t.id = a.ticket WHERE t.number = $1
		  UNION ALL SELECT 'indexed' FROM ticket_text x JOIN tickets t ON t.id = x.ticket WHERE t.number = $1
		  UNION ALL SELECT 'status ' || status || ', proposed ' || (proposal ->> 'unit') FROM tickets WHERE number = $1) y ORDER BY x`, number)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// texted counts the lines of the SMS log for each key.
func (d *desk) texted(t *testing.T) map[string]int {
	t.Helper()
	f, err := os.Open(filepath.Join(d.c.Data, "sms.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var l struct{ Key string }
		if json.Unmarshal(lines.Bytes(), &l) == nil {
			out[l.Key]++
		}
	}
	return out
}

func TestRedisFlushedAnyTimeLosesAndRepeatsNothing(t *testing.T) {
	const calls, hands = 24, 6
	d := startDeskIn(t, preparedFolder(t), options{web: true, workers: true, demo: true}) // the demo logs its SMS
	conn, people := d.owner(t), d.crew(t)
	defer conn.Close(context.Background())
	model, err := people.serve(0)
	if err != nil {
		t.Fatal(err)
	}
	quiet := func() bool {
		return number(t, conn, `SELECT (SELECT count(*) FROM outbox WHERE done_at IS NULL) + (SELECT count(*) FROM text_pending)`) == 0
	}
	eventually(t, "the model ticket is through", quiet)
	want := traces(t, conn, model)
	if !slices.Contains(want, "attempt sms delivered") || !slices.Contains(want, "act delivered") {
		t.Fatalf("the model ticket left %v", want)
	}

	stop := d.wipe(t)
	hurry := hasten(t, conn, func() time.Duration { return time.Duration(50+rand.IntN(1000)) * time.Millisecond })
	numbers := make(chan string, calls)
	var wg sync.WaitGroup
	for h := range hands {
		wg.Go(func() {
			for i := h + 1; i <= calls; i += hands {
				n, err := people.serve(i)
				if err != nil {
					t.Errorf("call %d: %v", i, err)
					continue
				}
				numbers <- n
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	eventually(t, "everybody has done his part while Redis is wiped", func() bool {
		hurry()
		select {
		case <-done:
			return true
		default:
			return false
		}
	})
	wipes := stop()
	eventually(t, "every job is done", func() bool { hurry(); return quiet() })
	close(numbers)
	for n := range numbers {
		if got := traces(t, conn, n); !slices.Equal(got, want) {
			t.Errorf("%s left\n  %s\nwant\n  %s", n, strings.Join(got, "; "), strings.Join(want, "; "))
		}
	}
	lines := d.texted(t)
	for key, n := range lines {
		if n != 1 {
			t.Errorf("message %s went out %d times", key, n)
		}
	}
	if len(lines) != calls+1 || wipes < 10 {
		t.Errorf("%d messages of %d answers, Redis wiped %d times", len(lines), calls+1, wipes)
	}
}
