package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"hotline/cmd/hotline/demo"
)

// client speaks to a desk's API, on behalf of a session where it has one.
type client struct{ base, token string }

// patient has a limit of its own for each call: a server killed in the middle
// may leave nobody to close the connection.
var patient = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// send posts a body (JSON made of anything but bytes and strings) with headers
// as pairs. The error is of the connection, not of the answer.
func (c client) send(method, path string, body any, headers ...string) (int, []byte, error) {
	var data []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		data = b
	case string:
		data = []byte(b)
	default:
		var err error
		if data, err = json.Marshal(b); err != nil {
			return 0, nil, err
		}
	}
	req, err := http.NewRequest(method, c.base+path, bytes.NewReader(data))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := patient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	return res.StatusCode, out, err
}

// want sends and reads the answer into out (which may be nil); another status
// ends the test.
func (c client) want(t testing.TB, status int, method, path string, body, out any, headers ...string) {
	t.Helper()
	if err := c.try(status, method, path, body, out, headers...); err != nil {
		t.Fatal(err)
	}
}

// try is want for goroutines.
func (c client) try(status int, method, path string, body, out any, headers ...string) error {
	got, raw, err := c.send(method, path, body, headers...)
	if err != nil {
		return err
	}
	if got != status {
		return fmt.Errorf("%s %s: got %d, want %d: %.600s", method, path, got, status, raw)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}

// as signs a login in.
func (c client) as(t testing.TB, login string) client {
	t.Helper()
	var out struct{ Token string }
	c.want(t, http.StatusOK, http.MethodPost, "/api/v1/sessions", map[string]string{"login": login, "password": demo.Password}, &out)
	return client{c.base, out.Token}
}

// ticket is what the tests read of one.
type ticket struct {
	Number   string `json:"number"`
	Version  int    `json:"version"`
	Status   string `json:"status"`
	Unit     int    `json:"handling_unit"`
	UnitName string `json:"handling_unit_name"`
	Proposal *struct {
		Unit    int  `json:"unit"`
		Certain bool `json:"certain"`
	} `json:"proposal"`
}

func (c client) ticket(number string) (ticket, error) {
	var k ticket
	return k, c.try(http.StatusOK, http.MethodGet, "/api/v1/tickets/"+number, nil, &k)
}

// act takes a step with the version in force.
func (c client) act(number, action string, fields map[string]any) error {
	k, err := c.ticket(number)
	if err != nil {
		return err
	}
	body := map[string]any{"version": k.Version}
	for name, value := range fields {
		body[name] = value
	}
	status, raw, err := c.send(http.MethodPost, "/api/v1/tickets/"+number+"/actions/"+action, body)
	if err == nil && status != http.StatusOK && status != http.StatusNoContent {
		err = fmt.Errorf("%s: %d %.600s", action, status, raw)
	}
	return err
}

// helpBody is a call for help from the township that most tests use.
func helpBody(i int) map[string]any {
	return map[string]any{"kind": "help", "channel": "call", "region": "140428102", "statement": fmt.Sprintf("低保金第 %d 次没有按时到账，老人等着买药，请核查。", i),
		"complainants": []map[string]string{{"role": "caller", "name": "王试验", "phone": fmt.Sprintf("1990000%04d", i%10000)}}}
}

var errLate = errors.New("not within the time")

// soon looks every 25 ms, for at most a minute.
func soon(holds func() bool) error {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			return errLate
		}
	}
	return nil
}

// eventually is soon for the test's own goroutine.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	if soon(holds) != nil {
		t.Fatalf("gave up waiting: %s", what)
	}
}
