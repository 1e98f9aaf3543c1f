package city12345

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Bounds of one attempt.
const (
	sendTimeout = 15 * time.Second
	maxAnswer   = 64 << 10
)

// ErrTemporary is wrapped by every error of Send after which the same event
// should be sent again later: network trouble, any status but 2xx, an answer
// that cannot be read.
var ErrTemporary = errors.New("12345 platform did not decide")

// Verdict is the platform's final word on one event. Reason is theirs and set
// when it was refused.
type Verdict struct {
	Accepted bool
	Reason   string
}

// ClientConfig is what a Client needs. URL is the platform's full address for
// our events; only its host is ever spoken to. Timeout defaults to 15 s.
type ClientConfig struct {
	URL     string
	Signer  Signer
	Timeout time.Duration
	Now     func() time.Time
}

// Client sends our events to one platform.
type Client struct {
	url    string
	signer Signer
	now    func() time.Time
	http   *http.Client
}

// NewClient checks the configuration. It fails if the URL is not an absolute
// http or https address, the secret is empty, or Now is missing.
func NewClient(c ClientConfig) (*Client, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return nil, errors.New("12345 client: the URL must be http(s)://host/path")
	}
	if len(c.Signer.Secret) == 0 || c.Now == nil {
		return nil, errors.New("12345 client: secret and clock are required")
	}
	_, err = c.Signer.Scheme.Algorithm.newHash()
	if err != nil {
		return nil, fmt.Errorf("12345 client: %w", err)
	}
	if c.Timeout <= 0 {
		c.Timeout = sendTimeout
	}
	u.Fragment = ""
	return &Client{url: u.String(), signer: c.Signer, now: c.Now, http: newHTTP(c.Timeout)}, nil
}

// newHTTP follows no redirect: the signature covers the path, and a platform
// that moved is a matter of configuration. It uses no proxy of the environment.
func newHTTP(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Send posts the event once. A nil error means the platform decided and the
// Verdict is final. An error wrapping ErrTemporary asks for another attempt
// with the same EventID; any other error is a fault of the event itself and
// sending it again is useless. Errors carry no text of the event or answer.
func (c *Client) Send(ctx context.Context, o Outbound) (Verdict, error) {
	if bad := o.Validate(); len(bad) > 0 {
		return Verdict{}, fmt.Errorf("send %s: %w", o.Kind, bad[0])
	}
	body, err := json.Marshal(o)
	if err != nil {
		return Verdict{}, fmt.Errorf("send %s: %w", o.Kind, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return Verdict{}, fmt.Errorf("send %s: %w", o.Kind, err)
	}
	r.Header.Set("Content-Type", "application/json")
	err = c.signer.Sign(r, body, c.now())
	if err != nil {
		return Verdict{}, fmt.Errorf("send %s: %w", o.Kind, err)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return Verdict{}, fmt.Errorf("send %s: %w: %w", o.Kind, ErrTemporary, err)
	}
	defer response.Body.Close()
	return readVerdict(o.Kind, response)
}

// readVerdict takes a decision only from a 2xx answer that states one.
func readVerdict(kind OutboundKind, response *http.Response) (Verdict, error) {
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return Verdict{}, fmt.Errorf("send %s: %w: status %d", kind, ErrTemporary, response.StatusCode)
	}
	if err != nil || len(body) > maxAnswer {
		return Verdict{}, fmt.Errorf("send %s: %w: answer cut off or too long", kind, ErrTemporary)
	}
	var answer struct {
		Accepted *bool  `json:"accepted"`
		Reason   string `json:"reason"`
	}
	err = json.Unmarshal(body, &answer)
	if err != nil || answer.Accepted == nil {
		return Verdict{}, fmt.Errorf("send %s: %w: answer states no decision", kind, ErrTemporary)
	}
	return Verdict{Accepted: *answer.Accepted, Reason: answer.Reason}, nil
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }
