package ticketdb_test

import (
	"context"
	"testing"
	"time"

	"hotline/tickets"
)

func TestCardsFallOnceEachAndRedOnesCallTheLevelAbove(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	for range 3 {
		b.handled(t, 10, tickets.ActDispatch)
	}
	raised := 0
	for range 60 {
		b.Clock.Add(12 * time.Hour)
		for {
			n, err := b.db.RaiseCards(ctx, b.Clock.Now(), 4)
			if err != nil {
				t.Fatal(err)
			}
			raised += n
			if n < 4 {
				break
			}
		}
	}
	var cards, notified, red, supervised, twice int
	b.Row(t, `SELECT count(*), count(*) FILTER (WHERE level = 'red') FROM cards`, nil, &cards, &red)
	b.Row(t, `SELECT count(*) FILTER (WHERE kind = 'notify' AND args->>'action' = 'card'), count(*) FILTER (WHERE kind = 'supervise') FROM outbox`, nil, &notified, &supervised)
	b.Row(t, `SELECT count(*) FROM (SELECT 1 FROM cards GROUP BY deadline, level HAVING count(*) > 1) x`, nil, &twice)
	if cards == 0 || cards != raised || notified != raised || red == 0 || supervised != red || twice != 0 {
		t.Errorf("%d raised, %d cards, %d told, %d red, %d supervised, %d twice", raised, cards, notified, red, supervised, twice)
	}
	var left int
	b.Row(t, `SELECT count(*) FROM deadlines WHERE next_card_at < $1 AND met_at IS NULL AND cancelled_at IS NULL`, []any{b.Clock.Now()}, &left)
	if left != 0 {
		t.Errorf("%d cards have fallen and were not raised", left)
	}
}
