package workers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheMonitorShowsQueuesAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	ws := w.workers(t, job(w.effect))
	w.add(t, "work", 1)
	if _, err := ws.relay.RunOnce(ctx, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	h, closer, err := Monitor(w.redis, "/operations/queues")
	if err != nil {
		t.Fatal(err)
	}
	defer closer()
	ask := func(method, path string) *httptest.ResponseRecorder {
		r := httptest.NewRecorder()
		h.ServeHTTP(r, httptest.NewRequest(method, path, nil))
		return r
	}
	if got := ask(http.MethodGet, "/operations/queues/api/queues/default/pending_tasks"); !strings.Contains(got.Body.String(), "outbox:1:1") {
		t.Errorf("status %d: %s", got.Code, got.Body)
	}
	if got := ask(http.MethodDelete, "/operations/queues/api/queues/default/pending_tasks/outbox:1:1"); got.Code < 400 {
		t.Errorf("a task could be deleted: status %d", got.Code)
	}
}
