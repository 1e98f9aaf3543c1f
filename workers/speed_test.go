package workers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hotline/intake"
	"hotline/internal/outbox"
	"hotline/tickets/ticketdb"
)

// BenchmarkRegisteredToRouted registers tickets from 32 clients while the
// workers run, and reports how long each waited for its routing and its search
// text. HOTLINE_BENCH_TICKETS sets how many.
func BenchmarkRegisteredToRouted(b *testing.B) {
	n := 10000
	if s := os.Getenv("HOTLINE_BENCH_TICKETS"); s != "" {
		fmt.Sscan(s, &n)
	}
	w := openBench(b)
	caller := w.Session(b, "operator")
	var next atomic.Int64
	started := time.Now()
	var clients sync.WaitGroup
	for range 32 {
		clients.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(n) {
					return
				}
				if _, err := w.desk.Accept(ctx, caller, varied(i)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	clients.Wait()
	registered := time.Since(started)
	untilDrained(b, w, `SELECT count(*) FROM outbox WHERE done_at IS NULL AND kind = 'route'`)
	untilDrained(b, w, `SELECT count(*) FROM text_pending`)
	indexed := time.Since(started)
	var p50, p99, worst float64
	w.Row(b, `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s), percentile_cont(0.99) WITHIN GROUP (ORDER BY s), max(s)
		FROM (SELECT extract(epoch FROM done_at - created_at)::float8 AS s FROM outbox WHERE kind = 'route') x`, nil, &p50, &p99, &worst)
	certain := 0
	w.Row(b, `SELECT count(*) FROM tickets WHERE status <> 'registered'`, nil, &certain)
	b.ReportMetric(float64(n)/registered.Seconds(), "registered/s")
	b.ReportMetric(float64(n)/indexed.Seconds(), "indexed/s")
	b.ReportMetric(1000*p50, "route-p50-ms")
	b.ReportMetric(1000*p99, "route-p99-ms")
	b.ReportMetric(1000*worst, "route-max-ms")
	b.ReportMetric(float64(certain)/float64(n), "dispatched")
	b.ReportMetric(0, "ns/op")
}

func untilDrained(b *testing.B, w *world, sql string) {
	b.Helper()
	for n := 1; n > 0; {
		w.Row(b, sql, nil, &n)
		if n > 0 {
			<-time.After(50 * time.Millisecond)
		}
	}
}

// varied is a 300-character statement, each another mixture of phrases and of
// characters at random.
func varied(i int64) intake.Submission {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	phrases := []string{"我妈的低保这个月还没到卡上", "临时救助申请交了两个月没有回音", "村里公示栏一直没有张贴名单", "想问残疾人两项补贴怎么办理", "特困供养的生活费少发了一百二十元",
		"家里失火房子不能住人", "孤儿基本生活费什么时候发", "高龄津贴认证在手机上总是失败", "养老院护理费涨价没有通知", "工作人员态度不好让跑了三趟"}
	var text strings.Builder
	for text.Len() < 900 {
		text.WriteString(phrases[r.IntN(len(phrases))])
		for range 6 {
			text.WriteRune(rune(0x4e00 + r.IntN(3500)))
		}
		text.WriteString("，")
	}
	regions := []string{"140428102", "140428104", "140427100", "140406101", ""}
	return help(func(s *intake.Submission) {
		s.Statement, s.SourceID = text.String(), fmt.Sprint(i)
		s.Region, s.Place = regions[r.IntN(len(regions))], ""
		s.Complainants = []ticketdb.Complainant{{Role: "caller", Name: "王小明", Phone: fmt.Sprintf("199%08d", i)}}
	})
}

// openBench is open with a clock that runs.
func openBench(b *testing.B) *world {
	b.Helper()
	bell := outbox.NewBell()
	w := newWorld(b, bell)
	w.cfg.Bell = bell
	w.Clock.Set(time.Now())
	background(b, func(c context.Context) error {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-c.Done():
				return nil
			case <-tick.C:
				w.Clock.Set(time.Now())
			}
		}
	})
	ws, err := New(w.cfg)
	if err != nil {
		b.Fatal(err)
	}
	background(b, ws.Run)
	return w
}

// BenchmarkIndex measures the search text alone: 10,000 tickets of 300 characters.
func BenchmarkIndex(b *testing.B) {
	const n = 10000
	w := newWorld(b, nil)
	w.fill(b, n)
	ws, err := New(w.cfg)
	if err != nil {
		b.Fatal(err)
	}
	started := time.Now()
	for got := 1; got > 0; {
		got, err = ws.deps.Work.IndexBatch(ctx, indexMost)
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(n/time.Since(started).Seconds(), "indexed/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkRoute measures routing alone: 3,000 tickets in batches of 100, one
// batch after another.
func BenchmarkRoute(b *testing.B) {
	const n = 3000
	w := newWorld(b, nil)
	w.fill(b, n)
	ws, err := New(w.cfg)
	if err != nil {
		b.Fatal(err)
	}
	started := time.Now()
	for {
		rows, err := ws.deps.Outbox.Claim(ctx, w.Clock.Now(), []string{"route"}, 100)
		if err != nil {
			b.Fatal(err)
		}
		if len(rows) == 0 {
			break
		}
		if err := route(ctx, ws.deps, rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(n/time.Since(started).Seconds(), "routed/s")
	b.ReportMetric(0, "ns/op")
}

// fill registers n varied tickets.
func (w *world) fill(b *testing.B, n int64) {
	b.Helper()
	caller := w.Session(b, "operator")
	var next atomic.Int64
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for i := next.Add(1); i <= n; i = next.Add(1) {
				if _, err := w.desk.Accept(ctx, caller, varied(i)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	clients.Wait()
}
