package city12345

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, Shanghai())

// signed gives a signed request to the push endpoint and its body.
func signed(t *testing.T, scheme Scheme, body string) (*http.Request, []byte) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/api/v1/city12345/demo/events", strings.NewReader(body))
	err := Signer{Secret: []byte("s3cret"), Scheme: scheme}.Sign(r, []byte(body), noon)
	if err != nil {
		t.Fatal(err)
	}
	return r, []byte(body)
}

func verify(r *http.Request, scheme Scheme, body []byte, now time.Time) (Stamp, error) {
	v := Verifier{Source: "demo", Secret: []byte("s3cret"), Scheme: scheme}
	return v.Verify(r.Method, r.URL.RequestURI(), r.Header.Get, body, now)
}

// The expected values were computed with the openssl command line tool, which
// has its own SM3 and SHA-256.
func TestSignatureMatchesIndependentVectors(t *testing.T) {
	for _, c := range []struct {
		algorithm Algorithm
		want      string
	}{
		{HMACSM3, "e8b6cc1e00161f0dded4b0519ac547189ea0416b45340330de5dc06605ec59fc"},
		{HMACSHA256, "9300264b48cfe432559e8c9cf267a1c7d110aa421c72a602ab26f572dc138f40"},
	} {
		got, err := Signature(c.algorithm, []byte("hotline-demo-secret"), "POST", "/api/v1/city12345/demo/events",
			"1795000000", "nonce-1", []byte(`{"event_id":"e-1"}`))
		if err != nil || got != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.algorithm, got, err, c.want)
		}
	}
}

func TestVerifyAcceptsWhatSignerSignsInEveryScheme(t *testing.T) {
	for _, scheme := range []Scheme{
		{}, {Algorithm: HMACSHA256},
		{TimestampHeader: "X-Time", NonceHeader: "X-Once", SignatureHeader: "X-Sign"},
	} {
		r, body := signed(t, scheme, `{"a":1}`)
		stamp, err := verify(r, scheme, body, noon.Add(200*time.Second))
		if err != nil {
			t.Fatalf("%+v: %v", scheme, err)
		}
		if stamp.Source != "demo" || !stamp.At.Equal(noon) || !stamp.Until.After(noon.Add(DefaultWindow)) {
			t.Errorf("stamp %+v does not outlive the window", stamp)
		}
	}
}

func TestVerifyRefusesWhatWasChangedOrIsOld(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(r *http.Request, body []byte) []byte
		after  time.Duration
		want   error
	}{
		{"another body", func(_ *http.Request, b []byte) []byte { return append(b, ' ') }, 0, ErrBadSignature},
		{"another path", func(r *http.Request, b []byte) []byte { r.URL.Path += "x"; return b }, 0, ErrBadSignature},
		{"an added query", func(r *http.Request, b []byte) []byte { r.URL.RawQuery = "a=1"; return b }, 0, ErrBadSignature},
		{"another method", func(r *http.Request, b []byte) []byte { r.Method = "PUT"; return b }, 0, ErrBadSignature},
		{"a moved timestamp", func(r *http.Request, b []byte) []byte {
			r.Header.Set("X-Timestamp", strconv.FormatInt(noon.Unix()+1, 10))
			return b
		}, 0, ErrBadSignature},
		{"another nonce", func(r *http.Request, b []byte) []byte { r.Header.Set("X-Nonce", "n"); return b }, 0, ErrBadSignature},
		{"no signature", func(r *http.Request, b []byte) []byte { r.Header.Del("X-Signature"); return b }, 0, ErrBadSignature},
		{"no hex", func(r *http.Request, b []byte) []byte { r.Header.Set("X-Signature", "zz"); return b }, 0, ErrBadSignature},
		{"a signed timestamp", func(r *http.Request, b []byte) []byte { r.Header.Set("X-Timestamp", "-1"); return b }, 0, ErrBadSignature},
		{"a very long nonce", func(r *http.Request, b []byte) []byte {
			r.Header.Set("X-Nonce", strings.Repeat("n", 129))
			return b
		}, 0, ErrBadSignature},
		{"301 seconds later", func(_ *http.Request, b []byte) []byte { return b }, 301 * time.Second, ErrStale},
		{"301 seconds early", func(_ *http.Request, b []byte) []byte { return b }, -301 * time.Second, ErrStale},
		{"300 seconds later", func(_ *http.Request, b []byte) []byte { return b }, 300 * time.Second, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, body := signed(t, Scheme{}, `{"a":1}`)
			body = c.change(r, body)
			_, err := verify(r, Scheme{}, body, noon.Add(c.after))
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestVerifyWithoutSecretAcceptsNothing(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/x", nil)
	if err := (Signer{}).Sign(r, nil, noon); err != nil {
		t.Fatal(err)
	}
	_, err := Verifier{}.Verify("POST", "/x", r.Header.Get, nil, noon)
	if !errors.Is(err, ErrBadSignature) {
		t.Errorf("got %v, want ErrBadSignature", err)
	}
}

// nonces is a replay store in memory.
type nonces struct {
	mu   sync.Mutex
	seen map[string]bool
	err  error
}

func (n *nonces) Use(_ context.Context, source, nonce string, _ time.Time) (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fresh := !n.seen[source+" "+nonce]
	n.seen[source+" "+nonce] = true
	return fresh, n.err
}

func TestSpendRefusesANonceTheSecondTime(t *testing.T) {
	store := &nonces{seen: map[string]bool{}}
	s := Stamp{Source: "demo", Nonce: "n"}
	if err := Spend(t.Context(), store, s); err != nil {
		t.Fatal(err)
	}
	if err := Spend(t.Context(), store, s); !errors.Is(err, ErrReplayed) {
		t.Errorf("got %v, want ErrReplayed", err)
	}
	s.Source = "other"
	if err := Spend(t.Context(), store, s); err != nil {
		t.Errorf("another source's nonce: %v", err)
	}
}

func TestSpendTellsAnUnsureStoreFromAReplay(t *testing.T) {
	store := &nonces{seen: map[string]bool{}, err: errors.New("store down")}
	err := Spend(t.Context(), store, Stamp{})
	if err == nil || errors.Is(err, ErrReplayed) {
		t.Errorf("got %v, want the store's error", err)
	}
}
