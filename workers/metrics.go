package workers

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hotline/internal/outbox"
	"hotline/tickets"
)

// meter counts what the workers do. Labels hold kinds and results, never ids.
type meter struct {
	jobs    *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	routed  prometheus.Histogram
	waiting *prometheus.GaugeVec
	stopped *prometheus.GaugeVec
	oldest  *prometheus.GaugeVec
	indexed prometheus.Counter
	cards   prometheus.Counter
}

func newMeter(reg prometheus.Registerer) *meter {
	if reg == nil {
		reg = prometheus.NewRegistry()
	}
	kind := []string{"kind"}
	m := &meter{
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hotline_jobs_total", Help: "Outbox rows worked on, by kind and result."}, []string{"kind", "result"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "hotline_job_seconds", Help: "Time of one run of a job, a batch being one.",
			Buckets: prometheus.ExponentialBuckets(0.002, 2.5, 10)}, kind),
		routed: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "hotline_route_seconds", Help: "From a ticket's registration to its routing.",
			Buckets: []float64{.025, .05, .1, .15, .2, .3, .4, .5, .75, 1, 2, 5, 15, 60}}),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "hotline_outbox_waiting", Help: "Outbox rows not done, by kind."}, kind),
		stopped: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "hotline_outbox_stopped", Help: "Outbox rows that wait for a person, by kind."}, kind),
		oldest:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "hotline_outbox_oldest_seconds", Help: "Age of the oldest outbox row not done, by kind."}, kind),
		indexed: prometheus.NewCounter(prometheus.CounterOpts{Name: "hotline_texts_indexed_total", Help: "Search texts written."}),
		cards:   prometheus.NewCounter(prometheus.CounterOpts{Name: "hotline_cards_total", Help: "Warning cards raised."}),
	}
	reg.MustRegister(m.jobs, m.seconds, m.routed, m.waiting, m.stopped, m.oldest, m.indexed, m.cards)
	return m
}

func (m *meter) count(kind, result string, n int) {
	if n > 0 {
		m.jobs.WithLabelValues(kind, result).Add(float64(n))
	}
}

func (m *meter) ran(kind string, d time.Duration) {
	m.seconds.WithLabelValues(kind).Observe(d.Seconds())
}

func (m *meter) done(kind string, rows []outbox.Row, now time.Time) {
	m.count(kind, "done", len(rows))
	if kind != tickets.JobRoute {
		return
	}
	for _, r := range rows {
		m.routed.Observe(now.Sub(r.CreatedAt).Seconds())
	}
}

// backlog shows what is open; kinds with nothing open go to zero.
func (m *meter) backlog(kinds []string, list []outbox.Backlog, now time.Time) {
	open := map[string]outbox.Backlog{}
	for _, b := range list {
		open[b.Kind] = b
	}
	for _, k := range kinds {
		b := open[k]
		age := 0.0
		if b.Waiting > 0 {
			age = now.Sub(b.Oldest).Seconds()
		}
		m.waiting.WithLabelValues(k).Set(float64(b.Waiting))
		m.stopped.WithLabelValues(k).Set(float64(b.Stopped))
		m.oldest.WithLabelValues(k).Set(age)
	}
}
