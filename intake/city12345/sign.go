package city12345

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"
)

// Algorithm names the keyed hash of a source. The body digest inside the
// signed text uses the same hash.
type Algorithm string

// The algorithms a source may be configured with.
const (
	HMACSM3    Algorithm = "hmac-sm3"
	HMACSHA256 Algorithm = "hmac-sha256"
)

// DefaultWindow is how far a request's timestamp may be from our clock, to
// either side.
const DefaultWindow = 300 * time.Second

// maxNonce bounds a nonce in bytes, so that the replay store stays small.
const maxNonce = 128

// Errors of a signed request. The first two answer 401, the third 409.
var (
	// ErrBadSignature means a header is missing or malformed, or the
	// signature is not the one the shared secret gives.
	ErrBadSignature = errors.New("bad signature")
	// ErrStale means the signature is right but its time is outside the window.
	ErrStale = errors.New("stale signature")
	// ErrReplayed means the nonce was used before.
	ErrReplayed = errors.New("replayed nonce")
)

// Scheme says how a source signs. The zero value is the contract's own:
// HMAC-SM3, X-Timestamp, X-Nonce, X-Signature, 300 seconds.
type Scheme struct {
	Algorithm       Algorithm
	TimestampHeader string
	NonceHeader     string
	SignatureHeader string
	Window          time.Duration
}

// withDefaults fills what was left empty.
func (s Scheme) withDefaults() Scheme {
	if s.Algorithm == "" {
		s.Algorithm = HMACSM3
	}
	if s.TimestampHeader == "" {
		s.TimestampHeader = "X-Timestamp"
	}
	if s.NonceHeader == "" {
		s.NonceHeader = "X-Nonce"
	}
	if s.SignatureHeader == "" {
		s.SignatureHeader = "X-Signature"
	}
	if s.Window <= 0 {
		s.Window = DefaultWindow
	}
	return s
}

// newHash returns the algorithm's hash, or an error for an unknown name.
func (a Algorithm) newHash() (func() hash.Hash, error) {
	switch a {
	case HMACSM3, "":
		return sm3.New, nil
	case HMACSHA256:
		return sha256.New, nil
	default:
		return nil, fmt.Errorf("unknown signature algorithm %q", a)
	}
}

// Signature computes the lower-hex signature of a request. The target is the
// request target as sent: the escaped path, with "?query" if there is one, so
// that nothing a server acts on stays outside the signature.
func Signature(a Algorithm, secret []byte, method, target, timestamp, nonce string, body []byte) (string, error) {
	newHash, err := a.newHash()
	if err != nil {
		return "", err
	}
	digest := newHash()
	digest.Write(body)
	text := strings.Join([]string{
		method, target, timestamp, nonce, hex.EncodeToString(digest.Sum(nil)),
	}, "\n")
	mac := hmac.New(newHash, secret)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// Signer signs our requests to one platform.
type Signer struct {
	Secret []byte
	Scheme Scheme
}

// Sign sets the three headers on a request whose body is body. Every attempt
// must be signed anew: the nonce is good for one request only.
func (s Signer) Sign(r *http.Request, body []byte, now time.Time) error {
	scheme := s.Scheme.withDefaults()
	timestamp := strconv.FormatInt(now.Unix(), 10)
	nonce := rand.Text()
	signature, err := Signature(scheme.Algorithm, s.Secret, r.Method, r.URL.RequestURI(), timestamp, nonce, body)
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	r.Header.Set(scheme.TimestampHeader, timestamp)
	r.Header.Set(scheme.NonceHeader, nonce)
	r.Header.Set(scheme.SignatureHeader, signature)
	return nil
}

// Verifier checks the requests of one source. An empty secret accepts nothing.
type Verifier struct {
	Source string
	Secret []byte
	Scheme Scheme
}

// Stamp is what a good signature proves. Until is when the nonce may be
// forgotten: it lies a whole window after the last moment at which the request
// could still have been accepted.
type Stamp struct {
	Source string
	Nonce  string
	At     time.Time
	Until  time.Time
}

// Verify checks a request before its body is parsed; body must be the bytes as
// received and target the request target as received (see Signature). It
// returns ErrBadSignature or ErrStale. The caller must then spend the nonce
// with Spend.
func (v Verifier) Verify(method, target string, header func(string) string, body []byte, now time.Time) (Stamp, error) {
	scheme := v.Scheme.withDefaults()
	timestamp := header(scheme.TimestampHeader)
	nonce := header(scheme.NonceHeader)
	given, err := hex.DecodeString(header(scheme.SignatureHeader))
	if err != nil || len(given) == 0 || len(v.Secret) == 0 || !goodNonce(nonce) {
		return Stamp{}, ErrBadSignature
	}
	seconds, err := parseTimestamp(timestamp)
	if err != nil {
		return Stamp{}, ErrBadSignature
	}
	wanted, err := Signature(scheme.Algorithm, v.Secret, method, target, timestamp, nonce, body)
	if err != nil {
		return Stamp{}, fmt.Errorf("verify request of %s: %w", v.Source, err)
	}
	wantedBytes, err := hex.DecodeString(wanted)
	if err != nil || !hmac.Equal(given, wantedBytes) {
		return Stamp{}, ErrBadSignature
	}
	at := time.Unix(seconds, 0)
	if now.Sub(at).Abs() > scheme.Window {
		return Stamp{}, ErrStale
	}
	return Stamp{Source: v.Source, Nonce: nonce, At: at, Until: at.Add(2 * scheme.Window)}, nil
}

// parseTimestamp reads unix seconds written in plain digits.
func parseTimestamp(text string) (int64, error) {
	if text == "" || len(text) > 12 || strings.Trim(text, "0123456789") != "" {
		return 0, ErrBadSignature
	}
	return strconv.ParseInt(text, 10, 64)
}

// goodNonce allows 1 to 128 visible ASCII characters.
func goodNonce(nonce string) bool {
	if nonce == "" || len(nonce) > maxNonce {
		return false
	}
	for i := range len(nonce) {
		if nonce[i] <= ' ' || nonce[i] > '~' {
			return false
		}
	}
	return true
}

// Nonces remembers used nonces of each source, at least until the given time.
// Use reports whether the nonce was fresh, and marks it used in the same step,
// so that of two concurrent requests only one is fresh.
type Nonces interface {
	Use(ctx context.Context, source, nonce string, until time.Time) (fresh bool, err error)
}

// Spend marks the stamp's nonce used. It returns ErrReplayed if it was used
// before; any other error means the store could not tell, and the request must
// be answered as temporarily refused.
func Spend(ctx context.Context, n Nonces, s Stamp) error {
	fresh, err := n.Use(ctx, s.Source, s.Nonce, s.Until)
	if err != nil {
		return fmt.Errorf("spend nonce of %s: %w", s.Source, err)
	}
	if !fresh {
		return ErrReplayed
	}
	return nil
}
