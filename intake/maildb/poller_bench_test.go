package maildb_test

import (
	"testing"

	"hotline/intake/mail"
)

// benchLetters is how many letters one round of the benchmark files.
const benchLetters = 1000

// BenchmarkDeskMail files 1,000 letters from the demo's mail server as tickets,
// from the first byte fetched to the last ledger row, and reports letters a second.
func BenchmarkDeskMail(b *testing.B) {
	w := open(b)
	for i := range benchLetters {
		w.post(b, letter(i, "求助：我妈的低保这个月十五号了还没到卡上，往月十号前准有，是不是停了？老人等着买药。"))
	}
	b.ResetTimer()
	for i := range b.N {
		poll(b, w.poller(b, named(string(rune('a'+i))), func(c *mail.PollerConfig) { c.Desk = w.desk }))
	}
	b.ReportMetric(float64(benchLetters*b.N)/b.Elapsed().Seconds(), "mails/s")
	if n := w.count(b, `SELECT count(*) FROM tickets WHERE channel = 'mail'`); n != benchLetters*b.N {
		b.Errorf("%d tickets of %d letters", n, benchLetters*b.N)
	}
}
