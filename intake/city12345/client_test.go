package city12345

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// platform serves one answer and gives a client of it.
func platform(t *testing.T, answer http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	c, err := NewClient(ClientConfig{
		URL: server.URL + "/events", Signer: Signer{Secret: []byte("s3cret")}, Timeout: time.Second,
		Now: func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func sign() Outbound { return Outbound{EventID: "77", Kind: Signed, OrderNo: "CZ1", At: noon} }

func TestSendSignsWhatItSends(t *testing.T) {
	c := platform(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, err := Verifier{Secret: []byte("s3cret")}.Verify(r.Method, r.URL.RequestURI(), r.Header.Get, body, noon)
		if err != nil {
			t.Error(err)
		}
		if got, bad := ParseOutbound(body); len(bad) > 0 || got.EventID != "77" || got.Kind != Signed {
			t.Errorf("got %+v %v", got, bad)
		}
		io.WriteString(w, `{"accepted":true}`)
	})
	v, err := c.Send(t.Context(), sign())
	if err != nil || !v.Accepted {
		t.Errorf("got %+v, %v", v, err)
	}
}

func TestSendTellsDecisionsFromTrouble(t *testing.T) {
	for _, c := range []struct {
		name      string
		status    int
		body      string
		want      Verdict
		temporary bool
	}{
		{"accepted", 200, `{"accepted":true}`, Verdict{Accepted: true}, false},
		{"accepted with 201", 201, `{"accepted":true,"x":1}`, Verdict{Accepted: true}, false},
		{"refused", 200, `{"accepted":false,"reason":"已结案"}`, Verdict{Reason: "已结案"}, false},
		{"refusal with an error status", 500, `{"accepted":false}`, Verdict{}, true},
		{"unauthorised", 401, `{"accepted":true}`, Verdict{}, true},
		{"no decision", 200, `{}`, Verdict{}, true},
		{"a login page", 200, `<html>`, Verdict{}, true},
		{"endless", 200, `{"accepted":true,"x":"` + strings.Repeat("x", 70<<10) + `"}`, Verdict{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := platform(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			})
			v, err := client.Send(t.Context(), sign())
			if v != c.want || errors.Is(err, ErrTemporary) != c.temporary {
				t.Errorf("got %+v, %v", v, err)
			}
		})
	}
}

func TestSendFollowsNoRedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the event went to another host")
	}))
	defer elsewhere.Close()
	c := platform(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	_, err := c.Send(t.Context(), sign())
	if !errors.Is(err, ErrTemporary) {
		t.Errorf("got %v, want temporary", err)
	}
}

func TestSendToNobodyIsTemporary(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c, err := NewClient(ClientConfig{URL: server.URL, Signer: Signer{Secret: []byte("s")}, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), sign())
	if !errors.Is(err, ErrTemporary) {
		t.Errorf("got %v, want temporary", err)
	}
}

func TestSendRefusesAnUnfinishedEventForGood(t *testing.T) {
	c := platform(t, func(http.ResponseWriter, *http.Request) { t.Error("was sent") })
	_, err := c.Send(t.Context(), Outbound{EventID: "1", Kind: Replied, OrderNo: "CZ1", At: noon})
	if err == nil || errors.Is(err, ErrTemporary) {
		t.Errorf("got %v, want a permanent error", err)
	}
}

func TestNewClientRefusesAddressesItCannotKeepTo(t *testing.T) {
	for _, url := range []string{"", "events", "ftp://a/b", "http://user:pw@a/b", "http:///x"} {
		_, err := NewClient(ClientConfig{URL: url, Signer: Signer{Secret: []byte("s")}, Now: time.Now})
		if err == nil {
			t.Errorf("%q was taken", url)
		}
	}
}
