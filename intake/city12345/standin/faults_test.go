package standin

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotline/intake/city12345"
)

func TestOrdersWaitWhileTheHotlineIsDownAndArriveInOrder(t *testing.T) {
	w := open(t, nil)
	w.hotline.answer(http.StatusBadGateway)
	no := w.dispatched(t)
	w.post(t, "/orders/"+no+"/urge", "")
	w.clock.pass(time.Minute)
	w.round(t)
	if v := w.view(t, no); v.undelivered() != 2 || v.Sent[0].Attempts != 2 || v.Sent[1].Attempts != 0 {
		t.Fatalf("got %+v", v.Sent)
	}
	w.hotline.answer(0)
	if taken := w.round(t); taken != 0 {
		t.Error("did not back off")
	}
	w.clock.pass(time.Minute)
	if taken := w.round(t); taken != 2 {
		t.Errorf("took %d, want 2", taken)
	}
	if got := w.hotline.kinds(); got != "dispatched urged" {
		t.Errorf("got %q", got)
	}
}

func TestAnEventTheHotlineCannotUseIsShownNotRepeated(t *testing.T) {
	w := open(t, nil)
	w.hotline.answer(http.StatusUnprocessableEntity)
	no := w.dispatched(t)
	w.clock.pass(time.Hour)
	w.round(t)
	if v := w.view(t, no); v.Sent[0].Attempts != 1 || !strings.Contains(v.troubles(), "422") {
		t.Errorf("got %+v", v.Sent[0])
	}
}

func TestFaultsLoseAnswersRepeatAndReorderWithoutLosingEvents(t *testing.T) {
	w := open(t, func(c *Config) { c.Faults = Faults{LoseEvery: 2, Repeat: true, Reorder: true} })
	no := w.dispatched(t)
	w.post(t, "/orders/"+no+"/urge", "")
	w.post(t, "/orders/"+no+"/supplement", "")
	for range 12 {
		w.clock.pass(time.Minute)
		w.round(t)
	}
	if v := w.view(t, no); v.undelivered() != 0 {
		t.Errorf("%d never arrived", v.undelivered())
	}
	if got := w.hotline.kinds(); got != "dispatched supplemented urged" || w.hotline.calls <= 6 {
		t.Errorf("got %q in %d calls", got, w.hotline.calls)
	}
}

func TestFaultsDropCallbacksBeforeAndAfterStoringThem(t *testing.T) {
	w := open(t, func(c *Config) { c.Faults = Faults{DropEvery: 1} })
	no := w.dispatched(t)
	o := w.event("1", city12345.Signed, no)
	for i, stored := range []int{0, 1} {
		_, err := w.client.Send(t.Context(), o)
		if !errors.Is(err, city12345.ErrTemporary) {
			t.Fatalf("try %d: %v", i, err)
		}
		if got := len(w.view(t, no).Received); got != stored {
			t.Errorf("try %d: %d stored, want %d", i, got, stored)
		}
	}
}

func TestFaultsRefuseAndBusy(t *testing.T) {
	w := open(t, func(c *Config) { c.Faults = Faults{RefuseEvery: 2, BusyEvery: 3} })
	no := w.dispatched(t)
	w.send(t, w.event("1", city12345.Signed, no))
	if v := w.send(t, w.event("2", city12345.Replied, no)); v.Accepted {
		t.Error("the second was not refused")
	}
	_, err := w.client.Send(t.Context(), w.event("3", city12345.Replied, no))
	if !errors.Is(err, city12345.ErrTemporary) {
		t.Errorf("the third: %v", err)
	}
}

func TestThePlatformRemembersOverARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "city.json")
	keep := func(c *Config) { c.StateFile = file }
	first := open(t, keep)
	no := first.dispatched(t)
	first.send(t, first.event("1", city12345.Signed, no))
	second := open(t, keep)
	v := second.view(t, no)
	if v.Status != StatusSigned || len(v.Received) != 1 {
		t.Errorf("got %+v", v)
	}
	if second.send(t, first.event("1", city12345.Signed, no)); len(second.view(t, no).Received) != 1 {
		t.Error("the repeat after the restart counted twice")
	}
	if other := second.dispatched(t); other == no {
		t.Error("an order number was used twice")
	}
}
