package workers

import (
	"context"
	"log/slog"
	"time"

	"hotline/intake/city12345"
	"hotline/intake/intakedb"
	"hotline/intake/mail"
	"hotline/internal/outbox"
	"hotline/tickets/ticketdb"
	"hotline/workers/workerdb"
)

// Mailer sends one mail; mail.Sender is it.
type Mailer interface {
	Send(ctx context.Context, out mail.Outgoing) (providerID string, err error)
}

// Platform tells a 12345 platform what happened to its order; city12345.Client is it.
type Platform interface {
	Send(ctx context.Context, o city12345.Outbound) (city12345.Verdict, error)
}

// Deps is what every job may use. A way out that is nil is not set up: its rows
// stop and say so.
type Deps struct {
	Tickets   *ticketdb.DB
	Work      *workerdb.DB
	Outbox    *outbox.Store
	SMS       SMS
	Mail      Mailer
	Platforms map[string]Platform // by the platform's name in orders; an order of another one is answered on its portal by hand
	Orders    *intakedb.Store     // the platforms' orders and events
	Fetcher   *Fetcher
	// MailProves: the mail server's word that it took a reply is recorded as its
	// delivery. Otherwise it is an accepted attempt, and a person records the proof.
	MailProves bool
	Now        func() time.Time
	Log        *slog.Logger

	regions regions
}
