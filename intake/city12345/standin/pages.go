package standin

import (
	"bytes"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hotline/intake/city12345"
)

// Handler serves the platform:
//
//	GET  /                       page of all orders, with buttons
//	GET  /orders                 every view, oldest first
//	GET  /orders/{no}            what the platform believes of one order
//	POST /push?n=                dispatches n samples (1 if not said, at most 200)
//	POST /orders                 dispatches the posted order (a sample if empty)
//	POST /orders/{no}/{act}      urge supplement supervise recall visit redo close
//	                             return_decision extension_decision; the body may
//	                             hold the event's object as JSON
//	POST /events                 takes the hotline's signed callbacks
//
// Commands are not signed; a browser of another origin is refused.
func (p *Platform) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.index)
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, p.List()) })
	mux.HandleFunc("GET /orders/{no}", p.showOrder)
	mux.HandleFunc("POST /push", p.push)
	mux.HandleFunc("POST /orders", p.postOrder)
	mux.HandleFunc("POST /orders/{no}/{act}", p.command)
	mux.HandleFunc("POST /events", p.receive)
	return http.NewCrossOriginProtection().Handler(mux)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// problem answers a refused command.
func problem(w http.ResponseWriter, err error) {
	var field city12345.FieldError
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, ErrNoOrder):
		status = http.StatusNotFound
	case errors.Is(err, ErrNotNow), errors.Is(err, ErrKnownOrder):
		status = http.StatusConflict
	case errors.As(err, &field):
		status = http.StatusUnprocessableEntity
	}
	writeJSON(w, status, map[string]string{"error": err.Error()})
}

// done answers a command: back to the page for a form, JSON for a program.
func done(w http.ResponseWriter, r *http.Request, v any) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") && strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	writeJSON(w, http.StatusAccepted, v)
}

func (p *Platform) showOrder(w http.ResponseWriter, r *http.Request) {
	v, err := p.Find(r.PathValue("no"))
	if err != nil {
		problem(w, err)
		return
	}
	writeJSON(w, http.StatusOK, v)
}

func (p *Platform) push(w http.ResponseWriter, r *http.Request) {
	n := 1
	if text := r.URL.Query().Get("n"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		if err != nil || n < 1 || n > 200 {
			problem(w, city12345.FieldError{Field: "n", Message: "应为 1 到 200"})
			return
		}
	}
	numbers, err := p.DispatchSamples(n)
	if err != nil {
		problem(w, err)
		return
	}
	done(w, r, map[string][]string{"orders": numbers})
}

// postOrder reads the order as the contract writes it, by its own reader.
func (p *Platform) postOrder(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		problem(w, city12345.FieldError{Field: "body", Message: "报文过大"})
		return
	}
	if len(bytes.TrimSpace(body)) == 0 {
		p.push(w, r)
		return
	}
	var o city12345.Order
	err = json.Unmarshal(body, &o)
	if err != nil {
		problem(w, city12345.FieldError{Field: "body", Message: "应为工单 JSON，时间带时区"})
		return
	}
	no, err := p.Dispatch(o)
	if err != nil {
		problem(w, err)
		return
	}
	done(w, r, map[string][]string{"orders": {no}})
}

// command does one act; the object may come as JSON, and has a usual content
// when it does not.
func (p *Platform) command(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		problem(w, city12345.FieldError{Field: "body", Message: "报文过大"})
		return
	}
	if !strings.HasPrefix(strings.TrimSpace(string(body)), "{") {
		body = nil
	}
	e, ok := usualEvent(r.PathValue("act"), p.config.Now())
	if !ok {
		http.NotFound(w, r)
		return
	}
	if body != nil {
		e, err = withObject(r.PathValue("no"), r.PathValue("act"), body)
		if err != nil {
			problem(w, err)
			return
		}
	}
	err = p.Act(r.PathValue("no"), e)
	if err != nil {
		problem(w, err)
		return
	}
	v, err := p.Find(r.PathValue("no"))
	if err != nil {
		problem(w, err)
		return
	}
	done(w, r, v)
}

// withObject reads a posted object through the contract's own reader, so that
// the platform never sends what its contract does not allow.
func withObject(orderNo, act string, object []byte) (city12345.Event, error) {
	whole, err := json.Marshal(map[string]any{
		"event_id": "command", "event": act, "order_no": orderNo, act: json.RawMessage(object),
	})
	if err != nil {
		return city12345.Event{}, city12345.FieldError{Field: "body", Message: "不是有效的 JSON"}
	}
	e, bad := city12345.ParseEvent(whole)
	if len(bad) > 0 {
		return city12345.Event{}, bad[0]
	}
	return e, nil
}

// usualEvent is what an act says when nobody says more.
func usualEvent(act string, now time.Time) (city12345.Event, bool) {
	at := now.In(city12345.Shanghai()).Truncate(time.Second)
	switch act {
	case "urge":
		return city12345.Event{Kind: city12345.Urged, Urge: &city12345.Urge{Reason: "来电人再次来电催问办理进度"}}, true
	case "supplement":
		return city12345.Event{Kind: city12345.Supplemented, Supplement: &city12345.Supplement{Content: "来电人补充：白天家中有人，请上门前先打电话。"}}, true
	case "supervise":
		return city12345.Event{Kind: city12345.Supervised, Supervise: &city12345.Supervise{Level: "一级", Opinion: "请从速办理并书面说明", By: "热线中心督办科", HandleBy: at.AddDate(0, 0, 2)}}, true
	case "recall":
		return city12345.Event{Kind: city12345.Recalled, Recall: &city12345.Recall{Reason: "派单有误，收回重派"}}, true
	case "visit":
		return city12345.Event{Kind: city12345.Visited, Visit: &city12345.Visit{Solved: city12345.Solved, Satisfaction: "满意", VisitedAt: at}}, true
	case "redo":
		return city12345.Event{Kind: city12345.Redone, Redo: &city12345.Redo{Reason: "回访时来电人表示问题未解决", HandleBy: at.AddDate(0, 0, 5)}}, true
	case "close":
		return city12345.Event{Kind: city12345.Closed, Close: &city12345.Close{Result: "结案"}}, true
	case "return_decision":
		return city12345.Event{Kind: city12345.ReturnDecided, ReturnDecision: &city12345.ReturnDecision{Granted: true, Reason: "同意退单"}}, true
	case "extension_decision":
		return city12345.Event{Kind: city12345.ExtensionDecided, ExtensionDecision: &city12345.ExtensionDecision{Granted: true, Reason: "同意延期", HandleBy: at.AddDate(0, 0, 5)}}, true
	}
	return city12345.Event{}, false
}

// line is one order on the page.
type line struct {
	View
	State       string
	Waiting     int
	Refused     int
	Troubles    string
	LastMessage string
}

// index shows the newest 200 orders.
func (p *Platform) index(w http.ResponseWriter, _ *http.Request) {
	views := p.List()
	slices.Reverse(views)
	total := len(views)
	views = views[:min(200, total)]
	page := struct {
		Name, Target string
		Total        int
		Lines        []line
	}{p.config.Name, p.config.Target, total, make([]line, 0, len(views))}
	for _, v := range views {
		l := line{View: v, State: v.Status.chinese(), Waiting: v.undelivered(), Refused: v.refused(), Troubles: v.troubles()}
		if n := len(v.Received); n > 0 {
			l.LastMessage = string(v.Received[n-1].Event.Kind)
		}
		page.Lines = append(page.Lines, l)
	}
	var b bytes.Buffer
	err := indexPage().Execute(&b, page)
	if err != nil {
		p.log.Error("12345 stand-in page", "error", err)
		http.Error(w, "页面出错", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
	b.WriteTo(w)
}

func indexPage() *template.Template {
	return template.Must(template.New("index").Parse(indexHTML))
}
