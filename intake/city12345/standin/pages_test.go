package standin

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"hotline/intake/city12345"
)

func TestOrdersPostedOrFromAFileAreDispatchedAsTheyAre(t *testing.T) {
	w := open(t, func(c *Config) { c.Orders = []city12345.Order{{OrderNo: "F1", Content: "来自文件"}} })
	w.post(t, "/orders", `{"order_no":"P1","content":"来自接口","kind":"求助"}`)
	w.round(t)
	if len(w.hotline.events) != 2 || w.hotline.events[0].OrderNo != "F1" || w.hotline.events[1].Order.Content != "来自接口" {
		t.Errorf("got %+v", w.hotline.events)
	}
	for body, want := range map[string]int{
		`{"order_no":"P1","content":"再来"}`: 409, `{"order_no":"P2"}`: 422, `[`: 422,
	} {
		if got := w.post(t, "/orders", body); got != want {
			t.Errorf("%s: got %d, want %d", body, got, want)
		}
	}
	if got := w.post(t, "/push?n=3", ""); got != http.StatusAccepted || len(w.List()) != 5 {
		t.Errorf("push: %d, %d orders", got, len(w.List()))
	}
	if got := w.post(t, "/push?n=0", ""); got != 422 {
		t.Errorf("push of none: %d", got)
	}
	if got := w.post(t, "/orders/none/urge", ""); got != 404 {
		t.Errorf("unknown order: %d", got)
	}
}

func TestTheIndexPageOffersASample(t *testing.T) {
	w := open(t, nil)
	no := w.dispatched(t)
	response, err := http.Get(w.url + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"派发一件样例工单", no, "待签收", "催办"} {
		if !strings.Contains(string(page), text) {
			t.Errorf("the page lacks %s", text)
		}
	}
}

func TestAnotherOriginMayNotCommandThePlatform(t *testing.T) {
	w := open(t, nil)
	r, err := http.NewRequest(http.MethodPost, w.url+"/push", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestRunServesDeliversAndSummarises(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var summary bytes.Buffer
	w := open(t, func(c *Config) { c.Listener, c.Summary, c.Every = listener, &summary, time.Hour })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	deadline := time.Now().Add(5 * time.Second)
	for w.hotline.kinds() != "dispatched" && time.Now().Before(deadline) {
		response, err := http.Get("http://" + listener.Addr().String() + "/orders")
		if err == nil {
			response.Body.Close()
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if got := summary.String(); !strings.Contains(got, "1 件") || !strings.Contains(got, "待签收") {
		t.Errorf("summary %q", got)
	}
}

func TestSamplesCoverTheCountiesAndReadAsKnownCodes(t *testing.T) {
	codes := city12345.DefaultCodes()
	counties, texts := map[string]bool{}, map[string]bool{}
	for i := range 312 {
		o := Sample(i)
		m := codes.MapOrder(o)
		if len(m.Unknown) > 0 || m.Kind.Ours == "" || m.Region.Ours == "" || strings.Contains(o.Content, "{") {
			t.Errorf("sample %d: %v %s", i, m.Unknown, o.Content)
		}
		counties[o.RegionCode], texts[o.Content] = true, true
	}
	if len(counties) != 12 || len(texts) < 200 {
		t.Errorf("%d counties, %d different texts", len(counties), len(texts))
	}
}
