package city12345

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// Platform is one 12345 platform we are connected to. Name is ours: it stands in
// the address of the push endpoint and in the journal.
type Platform struct {
	Name        string
	Secret      []byte // signs both directions
	CallbackURL string // where our events go; "" means none are sent
	Scheme      Scheme // the zero value is the contract's own
	Codes       *Codes // nil: DefaultCodes
}

var platformName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// check finds a platform that could never be served.
func (p Platform) check() error {
	if !platformName.MatchString(p.Name) {
		return errors.New("12345 platform: the name must be short, of a-z 0-9 _ -")
	}
	if len(p.Secret) == 0 {
		return fmt.Errorf("12345 platform %s: a secret is required", p.Name)
	}
	_, err := p.Scheme.Algorithm.newHash()
	if err != nil {
		return fmt.Errorf("12345 platform %s: %w", p.Name, err)
	}
	return nil
}

// Client sends our events to the platform. It is nil where there is no
// CallbackURL: such an order is answered on the platform's portal by hand.
func (p Platform) Client(now func() time.Time) (*Client, error) {
	if p.CallbackURL == "" {
		return nil, nil
	}
	return NewClient(ClientConfig{URL: p.CallbackURL, Signer: Signer{Secret: p.Secret, Scheme: p.Scheme}, Now: now})
}

func (p Platform) codes() Codes {
	if p.Codes != nil {
		return *p.Codes
	}
	return DefaultCodes()
}
