package standin

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"hotline/intake/city12345"
)

func TestAnOrderLivesFromDispatchToClosing(t *testing.T) {
	w := open(t, func(c *Config) { c.Auto = true })
	no := w.dispatched(t)
	if v := w.view(t, no); v.TicketNo != "2611200000018" || v.Receipt != "123456" || v.Status != StatusDispatched {
		t.Fatalf("after dispatch: %+v", v)
	}
	for _, kind := range []city12345.OutboundKind{city12345.Signed, city12345.Replied} {
		if v := w.send(t, w.event(string(kind), kind, no)); !v.Accepted {
			t.Fatalf("%s refused: %s", kind, v.Reason)
		}
	}
	for range 2 {
		w.clock.pass(6 * time.Second)
		w.round(t)
	}
	v := w.view(t, no)
	if v.Status != StatusClosed || v.Satisfaction != "满意" || v.Solved != city12345.Solved || v.Reply.PublicReply != "已补发。" {
		t.Errorf("got %+v", v)
	}
	if got := w.hotline.kinds(); got != "dispatched visited closed" {
		t.Errorf("the hotline heard %q", got)
	}
}

func TestEveryCommandIsHeardOnce(t *testing.T) {
	w := open(t, nil)
	no := w.dispatched(t)
	w.send(t, w.event("1", city12345.Signed, no))
	for _, act := range []string{"urge", "supplement", "supervise", "extension_decision"} {
		if got := w.post(t, "/orders/"+no+"/"+act, ""); got != http.StatusAccepted {
			t.Errorf("%s: %d", act, got)
		}
	}
	if got := w.post(t, "/orders/"+no+"/visit", ""); got != http.StatusConflict {
		t.Errorf("visit before a reply: %d", got)
	}
	w.send(t, w.event("2", city12345.Replied, no))
	w.post(t, "/orders/"+no+"/visit", `{"solved":false,"satisfaction":"不满意"}`)
	w.post(t, "/orders/"+no+"/redo", "")
	w.post(t, "/orders/"+no+"/recall", "")
	if got := w.post(t, "/orders/"+no+"/close", ""); got != http.StatusConflict {
		t.Errorf("close after recall: %d", got)
	}
	w.round(t)
	want := "dispatched urged supplemented supervised extension_decided visited redone recalled"
	if got := w.hotline.kinds(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestARepeatedCallbackGetsTheSameVerdictAndCountsOnce(t *testing.T) {
	w := open(t, nil)
	no := w.dispatched(t)
	o := w.event("1", city12345.Signed, no)
	first, second := w.send(t, o), w.send(t, o)
	v := w.view(t, no)
	if !first.Accepted || first != second || len(v.Received) != 1 || v.Received[0].Repeats != 1 {
		t.Errorf("got %v, %v, %+v", first, second, v.Received)
	}
	o.TicketNo = "other"
	_, err := w.client.Send(t.Context(), o)
	if !errors.Is(err, city12345.ErrTemporary) {
		t.Errorf("other content under a known id: %v", err)
	}
}

func TestThePlatformRefusesWhatComesTooLateAndDefersWhatComesTooEarly(t *testing.T) {
	w := open(t, nil)
	no := w.dispatched(t)
	_, err := w.client.Send(t.Context(), w.event("1", city12345.Replied, no))
	if !errors.Is(err, city12345.ErrTemporary) {
		t.Errorf("a reply before signing: %v", err)
	}
	w.post(t, "/orders/"+no+"/recall", "")
	if v := w.send(t, w.event("2", city12345.Signed, no)); v.Accepted || v.Reason == "" {
		t.Errorf("signing a recalled order: %+v", v)
	}
	if v := w.send(t, w.event("3", city12345.Signed, "unknown")); v.Accepted {
		t.Error("an unknown order was signed")
	}
}

func TestUnsignedAndReplayedCallbacksAreTurnedAway(t *testing.T) {
	w := open(t, nil)
	no := w.dispatched(t)
	if got := w.post(t, "/events", "{}"); got != http.StatusUnauthorized {
		t.Errorf("unsigned: %d", got)
	}
	body, err := json.Marshal(w.event("1", city12345.Signed, no))
	if err != nil {
		t.Fatal(err)
	}
	var statuses []int
	var headers http.Header
	for range 2 {
		r := httptest.NewRequest(http.MethodPost, "/events", bytes.NewReader(body))
		if headers == nil {
			if err := (city12345.Signer{Secret: []byte(secret)}).Sign(r, body, w.clock.Now()); err != nil {
				t.Fatal(err)
			}
			headers = r.Header
		}
		r.Header = headers
		answer := httptest.NewRecorder()
		w.Handler().ServeHTTP(answer, r)
		statuses = append(statuses, answer.Code)
	}
	if statuses[0] != 200 || statuses[1] != http.StatusConflict {
		t.Errorf("got %v, want 200 and 409", statuses)
	}
}
