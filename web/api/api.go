// Package api is the JSON API of the desk (docs/api.md): typed calls on huma
// over Fiber, problem documents for every refusal, the OpenAPI description and
// its readable page. It holds no rule and no SQL: a call reads its input, asks
// ticketdb or intake once and shapes the answer. cmd wires it; clients, tests
// and other systems call it with a bearer token, never with a cookie.
package api

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"hotline/intake"
	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// Tickets is what the API needs of the stored tickets; *ticketdb.DB is it.
type Tickets interface {
	Find(ctx context.Context, caller pg.Caller, number string) (*ticketdb.View, error)
	List(ctx context.Context, caller pg.Caller, f ticketdb.Filter) (ticketdb.Page, error)
	Act(ctx context.Context, caller pg.Caller, number string, version int, action tickets.Action, values tickets.Values) (*ticketdb.View, error)
	Journal(ctx context.Context, caller pg.Caller, number string) ([]ticketdb.JournalRow, error)
	Contact(ctx context.Context, caller pg.Caller, number, motive string) ([]ticketdb.Complainant, error)
	Public(ctx context.Context, number, code string) (ticketdb.Public, error)
	AddFile(ctx context.Context, caller pg.Caller, number string, version int, f ticketdb.File) (*ticketdb.View, error)
	Content(ctx context.Context, caller pg.Caller, number string, attachment int64) (ticketdb.Attachment, []byte, error)
	LikelyRelations(ctx context.Context, caller pg.Caller, number string) ([]ticketdb.Likely, error)
	PendingRequests(ctx context.Context, caller pg.Caller, after int64) ([]ticketdb.PendingRequest, int64, error)
	Earlier(ctx context.Context, caller pg.Caller, phone string) ([]ticketdb.Line, error)
	Papers
	Asked
	Figures
	Tree() *units.Tree
	Engine() deadline.Engine
}

// Desk takes what comes in; *intake.Desk is it.
type Desk interface {
	Accept(ctx context.Context, caller pg.Caller, s intake.Submission) (ticketdb.Opened, error)
}

// Accounts signs people in and out; *accountdb.DB is it.
type Accounts interface {
	SignIn(ctx context.Context, login, password, totp, address, agent string) (token string, me pg.Me, err error)
	SignOut(ctx context.Context, c pg.Caller) error
	Me(ctx context.Context, c pg.Caller) (pg.Me, error)
	Touch(ctx context.Context, c pg.Caller, me pg.Me) error
	Caller(token string) pg.Caller
}

// Config is what Register needs. Every field but Categories, Settings, Duty,
// Version and Logger is required.
type Config struct {
	Tickets  Tickets
	Desk     Desk
	Accounts Accounts
	// Categories lists the matters in force; nil gives those of tickets.
	Categories func() []Category
	// Settings and Duty may be nil: then their calls are not there.
	Settings Settings
	Duty     Duty
	// Version is the program's, for the OpenAPI document.
	Version string
	Now     func() time.Time
	Logger  *slog.Logger
}

// Limits of what comes in, in bytes (protection.md, Input).
const (
	maxBody = 1 << 20
	maxFile = 25 << 20
)

// patience is how long one call may take in all.
const patience = 20 * time.Second

type server struct {
	Config
	huma     huma.API
	sessions *sessions
	throttle *throttle
	words    []translation
}

// Register adds every call, /api/openapi.json and /api/docs to app. The app
// should answer errors that arise before routing with ErrorHandler.
func Register(app *fiber.App, c Config) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s := &server{Config: c, throttle: newThrottle(publicTries, time.Minute), words: translations()}
	s.sessions = newSessions(c.Accounts, c.Now)
	s.huma = humafiber.New(app, describe(c.Version, s.transform))
	s.huma.UseMiddleware(s.guard, s.signedIn)

	s.sessionCalls()
	s.ticketCalls()
	s.actionCalls()
	s.requestCalls()
	s.fileCalls()
	s.documentCalls()
	s.taskCalls()
	s.deadlineCalls()
	s.listCalls()
	s.figureCalls()
	s.publicCalls()
	s.settingCalls()
	s.dutyCalls()
	s.docs(app)
}

// call registers one operation. Whatever error h returns leaves as a problem.
func call[I, O any](s *server, op huma.Operation, h func(ctx context.Context, who *request, in *I) (*O, error)) {
	op.MaxBodyBytes = max(op.MaxBodyBytes, maxBody+1)
	op.BodyReadTimeout = -1 // Fiber has read the body already
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	op.Responses["default"] = s.problemResponse()
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
		who := requestOf(ctx)
		out, err := h(ctx, who, in)
		if errors.Is(err, pg.ErrNoSession) {
			s.sessions.drop(who.caller.Session())
		}
		if err != nil {
			return nil, s.fail(ctx, who, op, err)
		}
		return out, nil
	})
}

// signed is the security of a call that needs a session.
var signed = []map[string][]string{{"bearer": {}}}
