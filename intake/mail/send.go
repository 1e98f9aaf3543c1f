package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// TLSPolicy says how a connection to a mail server is protected.
type TLSPolicy string

// The policies. The empty one means TLSImplicit for IMAP and TLSMandatory for
// SMTP.
const (
	TLSImplicit      TLSPolicy = "implicit"      // TLS from the first byte (993, 465)
	TLSMandatory     TLSPolicy = "mandatory"     // STARTTLS or nothing
	TLSOpportunistic TLSPolicy = "opportunistic" // STARTTLS if offered (SMTP only)
	TLSNone          TLSPolicy = "none"          // the demo on this machine
)

// SMTPConfig is the server that takes our mail.
type SMTPConfig struct {
	Addr     string // host:port
	TLS      TLSPolicy
	User     string // empty: no authentication
	Password string
	From     Address       // the desk; its address is the signer's if empty
	HELO     string        // our name in the greeting; the host's if empty
	Timeout  time.Duration // for each step; 30 s if zero
	// TLSConfig overrides the default one, for a private authority.
	TLSConfig *tls.Config
}

// Sender delivers mail to one server, one connection a mail.
type Sender struct {
	cfg    SMTPConfig
	signer Signer
	host   string
	opts   []gomail.Option
}

// NewSender checks the configuration; it does not connect.
func NewSender(cfg SMTPConfig, signer Signer) (*Sender, error) {
	host, portText, err := net.SplitHostPort(cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("SMTP address: %w", err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("SMTP port %q is no number", portText)
	}
	if cfg.From.Addr == "" {
		cfg.From.Addr = signer.Address()
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	s := &Sender{cfg: cfg, signer: signer, host: host}
	s.opts = []gomail.Option{gomail.WithPort(port), gomail.WithTimeout(cfg.Timeout), gomail.WithoutNoop()}
	tlsOption, err := tlsOption(cfg.TLS)
	if err != nil {
		return nil, err
	}
	s.opts = append(s.opts, tlsOption)
	if cfg.TLSConfig != nil {
		s.opts = append(s.opts, gomail.WithTLSConfig(cfg.TLSConfig))
	}
	if cfg.HELO != "" {
		s.opts = append(s.opts, gomail.WithHELO(cfg.HELO))
	}
	if cfg.User != "" {
		s.opts = append(s.opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(cfg.User), gomail.WithPassword(cfg.Password))
	}
	_, err = gomail.NewClient(host, s.opts...)
	return s, err
}

func tlsOption(p TLSPolicy) (gomail.Option, error) {
	switch p {
	case TLSImplicit:
		return gomail.WithSSL(), nil
	case TLSMandatory, "":
		return gomail.WithTLSPolicy(gomail.TLSMandatory), nil
	case TLSOpportunistic:
		return gomail.WithTLSPolicy(gomail.TLSOpportunistic), nil
	case TLSNone:
		return gomail.WithTLSPolicy(gomail.NoTLS), nil
	}
	return nil, fmt.Errorf("unknown TLS policy %q", p)
}

// Send delivers one mail to the server and returns the server's own words for
// it, its queue id among them. A nil error means the server has taken charge.
// An error is permanent or temporary as Permanent says; after a temporary one
// the same Outgoing may be sent again, under the same Message-ID.
func (s *Sender) Send(ctx context.Context, out Outgoing) (providerID string, err error) {
	m, err := compose(out, s.cfg.From, s.signer)
	if errors.Is(err, ErrAddress) {
		return "", &SendError{Stage: "address", Permanent: true, cause: err}
	}
	if err != nil {
		return "", fmt.Errorf("compose mail: %w", err)
	}
	client, err := gomail.NewClient(s.host, s.opts...)
	if err != nil {
		return "", fmt.Errorf("SMTP client: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, m)
	if m.IsDelivered() {
		// What went wrong after the server took the mail, at RSET or QUIT, must
		// not make us send it twice.
		return strings.TrimSpace(m.ServerResponse()), nil
	}
	if err != nil {
		return "", sendError(ctx, err)
	}
	return strings.TrimSpace(m.ServerResponse()), nil
}

// SendError is a refusal or a failure to deliver. Its text holds no address,
// so it may be logged; Detail may hold one and may not.
type SendError struct {
	Stage     string // address, connect, sender, recipient, data
	Code      int    // SMTP reply code, 0 if there was none
	Enhanced  string // RFC 3463 code, or ""
	Permanent bool
	Detail    string
	cause     error
}

func (e *SendError) Error() string {
	kind := "temporary"
	if e.Permanent {
		kind = "permanent"
	}
	s := fmt.Sprintf("send mail: %s failure at %s", kind, e.Stage)
	if e.Code != 0 {
		s += ", code " + strconv.Itoa(e.Code)
	}
	if e.Enhanced != "" {
		s += " " + e.Enhanced
	}
	return s
}

// Unwrap gives the cause where that is ours or the network's.
func (e *SendError) Unwrap() error { return e.cause }

// Permanent reports whether trying again is useless: the server refused this
// mail with a 5xx code, or the address cannot be written to. Anything else,
// our own misconfiguration (a refused login, no TLS) included, is temporary:
// it must not spoil the answers of a whole day.
func Permanent(err error) bool {
	var e *SendError
	return errors.As(err, &e) && e.Permanent
}

func sendError(ctx context.Context, err error) error {
	var ge *gomail.SendError
	if !errors.As(err, &ge) {
		e := &SendError{Stage: "connect", Detail: err.Error(), cause: ctx.Err()}
		var ne net.Error
		if e.cause == nil && errors.As(err, &ne) {
			e.cause = ne
		}
		return e
	}
	e := &SendError{Code: ge.ErrorCode(), Enhanced: ge.EnhancedStatusCode(), Detail: ge.Error(), Stage: stage(ge.Reason)}
	e.Permanent = e.Code >= 500 && e.Code != 530 && e.Code != 535 && e.Code != 503 && e.Code != 538
	return e
}

func stage(r gomail.SendErrReason) string {
	switch r {
	case gomail.ErrSMTPMailFrom, gomail.ErrGetSender:
		return "sender"
	case gomail.ErrSMTPRcptTo, gomail.ErrGetRcpts:
		return "recipient"
	case gomail.ErrConnCheck, gomail.ErrSMTPReset:
		return "connect"
	}
	return "data"
}
