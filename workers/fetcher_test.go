package workers

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"hotline/intake"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// files is a platform's file server.
func files(t *testing.T) *httptest.Server {
	t.Helper()
	m := http.NewServeMux()
	m.HandleFunc("/a.txt", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) })
	m.HandleFunc("/big", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 2000)) })
	m.HandleFunc("/empty", func(http.ResponseWriter, *http.Request) {})
	m.HandleFunc("/busy", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })
	m.Handle("/away", http.RedirectHandler("http://127.0.0.1:1/secret", http.StatusFound))
	s := httptest.NewServer(m)
	t.Cleanup(s.Close)
	return s
}

func TestFetcherTakesOnlyWhatItShould(t *testing.T) {
	t.Parallel()
	s := files(t)
	f, err := NewFetcher(map[string]string{"demo": s.URL + "/api/events"}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	sum := sha256.Sum256([]byte("hello"))
	for _, c := range []struct {
		name, platform, url string
		promised            []byte
		ok, refused         bool
	}{
		{"a file", "demo", s.URL + "/a.txt", nil, true, false},
		{"with its digest", "demo", s.URL + "/a.txt", sum[:], true, false},
		{"with another digest", "demo", s.URL + "/a.txt", make([]byte, 32), false, true},
		{"another host", "demo", "http://127.0.0.1:1/a.txt", nil, false, true},
		{"a host that only begins alike", "demo", s.URL + ".evil.example/a.txt", nil, false, true},
		{"a user in the address", "demo", "http://x@" + s.Listener.Addr().String() + "/a.txt", nil, false, true},
		{"a file of this machine", "demo", "file:///etc/passwd", nil, false, true},
		{"an unknown platform", "other", s.URL + "/a.txt", nil, false, true},
		{"too large", "demo", s.URL + "/big", nil, false, true},
		{"empty", "demo", s.URL + "/empty", nil, false, true},
		{"gone", "demo", s.URL + "/none", nil, false, true},
		{"busy: later", "demo", s.URL + "/busy", nil, false, false},
		{"elsewhere: not followed", "demo", s.URL + "/away", nil, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := f.Get(ctx, c.platform, c.url, c.promised)
			var no errRefusedFile
			if (err == nil) != c.ok || errors.As(err, &no) != c.refused {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnAttachmentIsFetchedOnce(t *testing.T) {
	t.Parallel()
	s := files(t)
	w := open(t)
	fetcher, err := NewFetcher(map[string]string{"demo": s.URL}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fetcher.Close)
	w.cfg.Fetcher = fetcher
	o := w.register(t, help(func(x *intake.Submission) {
		x.Channel, x.Track, x.Platform = "city12345", tickets.TrackOrder, "demo"
		x.Files = []ticketdb.File{{Name: "说明.txt", URL: s.URL + "/a.txt"}, {Name: "别处.txt", URL: "http://127.0.0.1:1/a.txt"}}
	}))
	w.Exec(t, `INSERT INTO orders (platform, order_no, ticket) SELECT 'demo', 'WO-1', id FROM tickets WHERE number = $1 ON CONFLICT DO NOTHING`, o.Number)
	background(t, w.workers(t).Run)
	until(t, "one is stored and one refused", func() bool {
		return w.count(t, `SELECT count(*) FROM attachments WHERE state = 'stored' AND size = 5`) == 1 && w.count(t, `SELECT count(*) FROM attachments WHERE state = 'refused'`) == 1
	})
}
