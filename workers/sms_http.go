package workers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"text/template"
	"time"
)

// HTTPSMSConfig describes a provider's request. Body is a template of a JSON
// document: {{json .To}}, {{json .Text}} and {{json .Key}} stand for the values,
// quoted.
type HTTPSMSConfig struct {
	URL     string
	Headers map[string]string
	Body    string
	IDField string // the top-level field of the answer that holds the provider's id; may be ""
	Timeout time.Duration
}

// HTTPSMS sends messages to a provider over HTTP. Any 2xx answer means accepted.
type HTTPSMS struct {
	cfg  HTTPSMSConfig
	body *template.Template
	http *http.Client
}

// NewHTTPSMS checks the configuration.
func NewHTTPSMS(c HTTPSMSConfig) (*HTTPSMS, error) {
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	quote := func(v any) (string, error) { b, err := json.Marshal(v); return string(b), err }
	body, err := template.New("sms").Funcs(template.FuncMap{"json": quote}).Parse(c.Body)
	if err != nil {
		return nil, fmt.Errorf("SMS request body: %w", err)
	}
	if _, err := http.NewRequest(http.MethodPost, c.URL, nil); err != nil {
		return nil, errors.New("the SMS provider's URL cannot be read")
	}
	return &HTTPSMS{cfg: c, body: body, http: &http.Client{Timeout: c.Timeout}}, nil
}

// Send implements SMS. A 4xx answer other than 408, 425 and 429 refuses this
// message for good.
func (h *HTTPSMS) Send(ctx context.Context, m Message) (Receipt, error) {
	var body bytes.Buffer
	if err := h.body.Execute(&body, m); err != nil {
		return Receipt{}, fmt.Errorf("SMS request body: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.cfg.URL, &body)
	if err != nil {
		return Receipt{}, errors.New("the SMS provider's URL cannot be read")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", m.Key)
	for k, v := range h.cfg.Headers {
		r.Header.Set(k, v)
	}
	answer, err := h.http.Do(r)
	if err != nil {
		return Receipt{}, errors.New("the SMS provider cannot be reached") // its words may hold the URL's secrets
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return Receipt{}, errors.New("the SMS provider's answer was cut off")
	}
	return h.read(answer.StatusCode, text)
}

func (h *HTTPSMS) read(status int, text []byte) (Receipt, error) {
	switch {
	case status >= 200 && status < 300:
		var fields map[string]any
		_ = json.Unmarshal(text, &fields) // an answer without an id is an answer
		id := ""
		if v, ok := fields[h.cfg.IDField]; ok {
			id = fmt.Sprint(v)
		}
		return Receipt{State: "accepted", ProviderID: id}, nil
	case status >= 400 && status < 500 && status != 408 && status != 425 && status != 429:
		return Receipt{}, Permanent(fmt.Errorf("the SMS provider refused it: status %d", status))
	}
	return Receipt{}, fmt.Errorf("the SMS provider answered status %d", status)
}
