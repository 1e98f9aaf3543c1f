package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"hotline/intake"
	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/vault"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/paper"
	"hotline/tickets/ticketdb"
)

// Tickets is what the pages need of ticketdb.
type Tickets interface {
	Find(ctx context.Context, c pg.Caller, number string) (*ticketdb.View, error)
	Act(ctx context.Context, c pg.Caller, number string, version int, action tickets.Action, values tickets.Values) (*ticketdb.View, error)
	List(ctx context.Context, c pg.Caller, f ticketdb.Filter) (ticketdb.Page, error)
	Counts(ctx context.Context, c pg.Caller, view string) (ticketdb.Counts, error)
	Journal(ctx context.Context, c pg.Caller, number string) ([]ticketdb.JournalRow, error)
	Contact(ctx context.Context, c pg.Caller, number, motive string) ([]ticketdb.Complainant, error)
	Public(ctx context.Context, number, code string) (ticketdb.Public, error)
	AddFile(ctx context.Context, c pg.Caller, number string, version int, f ticketdb.File) (*ticketdb.View, error)
	Content(ctx context.Context, c pg.Caller, number string, attachment int64) (ticketdb.Attachment, []byte, error)
	Explain(ctx context.Context, c pg.Caller, number string, deadlineID int64) (deadline.Explanation, error)
	LikelyRelations(ctx context.Context, c pg.Caller, number string) ([]ticketdb.Likely, error)
	PendingRequests(ctx context.Context, c pg.Caller, after int64) ([]ticketdb.PendingRequest, int64, error)
	Earlier(ctx context.Context, c pg.Caller, phone string) ([]ticketdb.Line, error)
	Staff(ctx context.Context, c pg.Caller, unit int) ([]ticketdb.Staff, error)
	Documents(ctx context.Context, c pg.Caller, number string) ([]ticketdb.Document, error)
	Document(ctx context.Context, c pg.Caller, number string, id int64) (ticketdb.Document, error)
	DocumentOf(ctx context.Context, c pg.Caller, token string) (number string, id int64, err error)
	DraftDocument(ctx context.Context, c pg.Caller, number, kind string) (tickets.Values, error)
	IssueDocument(ctx context.Context, c pg.Caller, number string, version int, kind string, typed tickets.Values) (ticketdb.Document, error)
	CancelDocument(ctx context.Context, c pg.Caller, number string, id int64, reason string) error
	ReturnDocument(ctx context.Context, c pg.Caller, number string, id int64, f ticketdb.File) error
	NameDocument(ctx context.Context, c pg.Caller, number string, id int64) (string, error)
	Task(ctx context.Context, c pg.Caller, number string) (*ticketdb.TaskView, error)
	Tasks(ctx context.Context, c pg.Caller, f ticketdb.TaskFilter) (ticketdb.TaskPage, error)
	TaskCounts(ctx context.Context, c pg.Caller) (ticketdb.TaskCounts, error)
	SignTask(ctx context.Context, c pg.Caller, number string, version int) (*ticketdb.TaskView, error)
	AnswerTask(ctx context.Context, c pg.Caller, number string, version int, text string, files []ticketdb.File) (*ticketdb.TaskView, error)
	TaskContent(ctx context.Context, c pg.Caller, number string, id int64) (ticketdb.TaskFile, []byte, error)
	PaperFacts(t *ticketdb.View) paper.Facts
	Board(ctx context.Context, c pg.Caller, unit int) (*ticketdb.Board, error)
	Indicators(ctx context.Context, c pg.Caller, f ticketdb.Figures) (ticketdb.Sheet, error)
	Ledger(ctx context.Context, c pg.Caller, f ticketdb.LedgerFilter) (ticketdb.LedgerPage, error)
	JournalExport(ctx context.Context, c pg.Caller, x ticketdb.Export, make func(number int64, me pg.Me) ([]byte, error)) ([]byte, error)
	Tree() *units.Tree
	Categories() *tickets.CategoryTree
	PreviewCalendar(ctx context.Context, cal *workday.Calendar, most int) (ticketdb.Preview, error)
	Engine() deadline.Engine
}

// Desk takes in what operators register.
type Desk interface {
	Accept(ctx context.Context, c pg.Caller, s intake.Submission) (ticketdb.Opened, error)
}

// Accounts signs people in and out.
type Accounts interface {
	SignIn(ctx context.Context, login, password, totp, address, agent string) (token string, me pg.Me, err error)
	SignOut(ctx context.Context, c pg.Caller) error
	Touch(ctx context.Context, c pg.Caller, me pg.Me) error
	Me(ctx context.Context, c pg.Caller) (pg.Me, error)
}

// Check is one thing that must work before this process may be sent work.
type Check struct {
	Name string
	Run  func(ctx context.Context) error
}

// Config is everything the pages need. Monitor and API may be nil.
type Config struct {
	Tickets    Tickets
	Desk       Desk
	Accounts   Accounts
	Operations Operations
	Settings   Settings
	Duty       Duty
	Vault      *vault.Vault
	Checks     []Check
	Logger     *slog.Logger
	Now        func() time.Time
	Registry   *prometheus.Registry // nil: one of its own
	Demo       bool                 // show the demo accounts on the sign-in page
	Secure     bool                 // served over HTTPS: Secure cookies and HSTS
	Proxies    []string             // whose X-Real-IP is believed; nil with Secure: a proxy on this machine
	Monitor    http.Handler         // asynqmon with its root at MonitorPath
	API        func(fiber.Router)   // mounts the JSON API
	APIErrors  fiber.ErrorHandler   // answers errors below /api/; nil: a bare problem document
}

// MonitorPath is where administrators find asynqmon.
const MonitorPath = "/operations/queues"
