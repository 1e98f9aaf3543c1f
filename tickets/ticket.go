package tickets

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"hotline/internal/units"
)

// Errors of the engine that callers branch on.
var (
	// ErrNotAllowed: this account may not take this action, here or now.
	ErrNotAllowed = errors.New("action not allowed")
	// ErrMoved: the ticket changed since the caller looked at it.
	ErrMoved = errors.New("the ticket has moved")
	// ErrUnknownAction: the table has no such action.
	ErrUnknownAction = errors.New("unknown action")
)

// Problem is one thing wrong with one field, in words for the person who typed it.
type Problem struct {
	Field string
	ZH    string
	EN    string
}

// Invalid is what a form can show: every problem at its field.
type Invalid []Problem

// Error joins the problems; it is for logs, pages show each at its field.
func (e Invalid) Error() string {
	parts := make([]string, len(e))
	for i, p := range e {
		parts[i] = fmt.Sprintf("%s: %s", p.Field, p.EN)
	}
	return "invalid: " + strings.Join(parts, "; ")
}

// Ticket is the state that the rules read.
type Ticket struct {
	ID           int64
	Number       string
	Status       Status
	Kind         string
	Track        string
	Channel      string
	Naming       string
	Secrecy      string
	Urgency      string
	Outcome      string
	Category     string
	Region       string
	Place        string
	Title        string
	Statement    string
	BriefBy      int
	People       int
	Desk         int
	Unit         int
	UnitPath     string
	Investigator int
	Second       int
	Recused      []int
	Sight        []int
	NextDue      *time.Time
	DueAt        *time.Time
	ReceivedAt   time.Time
	EnteredAt    time.Time
	ClosedAt     *time.Time
	Redos        int
	RedoneAt     *time.Time // worked afresh since: findings before it are history
	Urges        int
	Supervised   bool
	Satisfaction string
	ReceiptIssue int
	Appeal       int        // 1: a 复查, 2: a 复核
	Appealed     int        // the highest appeal opened against this one
	Floor        int        // whoever handles it sits strictly above this unit; 0: no such floor
	Withdrawal   string     // "", asked, confirmed, pressured
	Mandate      bool       // representatives of a joint letter take the reply for all
	PetitionNo   string     // in the petition system
	RevealAsked  bool       // its identity has been asked for: a custodian on the line sees it
	PausedAt     *time.Time // the clocks stand since
	Version      int
	Seq          int
	Head         []byte

	HasPhone    bool
	HasMail     bool
	Accused     []Accused
	Respondents []int
	Allegations []Allegation
	Hops        []Hop
	Replies     []Reply
	Attempts    []Attempt
	Requests    []Request
	Tasks       []Task
	Clocks      []TicketClock
	Persons     []Person
	Transfers   []Transfer
	Decisive    []int // staff who made the decision that is disputed
	Order       *Order
	Proposal    *Proposal
}

// TicketClock is one due time as the rules need it; Duty, Amount and Limit are its rule's.
type TicketClock struct {
	ID       int64
	Duty     string
	Hop      int
	Start    time.Time
	Due      time.Time
	Open     bool
	Window   bool
	Pausable bool
	Amount   int // in the rule's unit
	Limit    int // the most it may be extended in all
	Times    int // how many extensions; 0 is read as one
	Granted  int // extensions granted
	Extended int // their sum
	UnitZH   string
	UnitEN   string
	Starts   []string // events that open it
	Meets    []string // events that meet it
}

// Transfer is the matter's way to another body and what came of it.
type Transfer struct {
	ID         int64
	Body       string
	SentAt     time.Time
	SentNo     string
	AcceptedAt *time.Time
	AcceptedNo string
	Result     string
	ResultAt   *time.Time
}

// Accused is a person or unit a misconduct is reported of.
type Accused struct {
	ID     int64
	Unit   int
	Person string
	Post   string
}

// Allegation is one numbered point of a complaint, with its finding in force.
type Allegation struct {
	ID       int64
	N        int
	Text     string
	Category string
	Finding  *Finding
}

// Finding is what checking one allegation gave.
type Finding struct {
	ID             int64
	Allegation     int64
	Outcome        string
	Method         string
	Met            string
	MetAt          *time.Time
	Evidence       string
	Corrected      string
	RecoveredCents int64
	Transfer       bool // must go to another body
	Author         int
	Second         int
	SecondName     string
	CosignedAt     *time.Time
	At             time.Time
}

// Hop is one unit's turn with the ticket.
type Hop struct {
	ID       int64
	N        int
	Unit     int
	FromUnit int
	Reason   string
	SentBy   string
	SentAt   time.Time
	SignedBy int
	SignedAt *time.Time
	EndedAt  *time.Time
}

// Reply is the answer: the public text apart from the internal account.
type Reply struct {
	ID               int64
	N                int
	PublicText       string
	InternalText     string
	LegalBasis       string
	AppealNotice     string
	Resolved         *bool
	UnresolvedReason string
	OpinionNo        string // of a written opinion
	Author           string
	At               time.Time
	ApprovedBy       int
	ApprovedAt       *time.Time
}

// Attempt is one try at delivering a reply.
type Attempt struct {
	ID         int64
	Reply      int64
	Way        string
	State      string
	At         time.Time
	Actor      string
	ProviderID string
	Evidence   string
	Provenance string
	Error      string
	// Complainant is whom it reached, of a joint letter; 0 of any other.
	Complainant int64
}

// Request asks the level above or the platform for a return, an extension, a pause or a reveal.
type Request struct {
	ID           int64
	N            int
	Kind         string
	State        string
	Reason       string
	Basis        string
	Evidence     string
	Unit         int
	AskedBy      int
	AskedAt      time.Time
	DecidedBy    string
	DecidedAt    *time.Time
	DecisionNote string
	Decider      string     // above, platform, custodian
	Clock        int64      // an extension's
	Amount       int        // of an extension in the clock's unit, of a reveal in hours
	Wanted       *time.Time // the due time asked of the platform
	Until        *time.Time // planned end of a pause, end of a reveal
}

// Order is what the 12345 platform calls this ticket.
type Order struct {
	Platform string
	OrderNo  string
	CityNo   string
	UnitText string
	SignBy   *time.Time
	HandleBy *time.Time
	State    string
	ClosedAt *time.Time
}

// LastReply is the newest reply, nil where there is none.
func (t *Ticket) LastReply() *Reply {
	if len(t.Replies) == 0 {
		return nil
	}
	return &t.Replies[len(t.Replies)-1]
}

// Hop is the turn in force, nil before the first dispatch.
func (t *Ticket) Hop() *Hop {
	if len(t.Hops) == 0 || t.Hops[len(t.Hops)-1].EndedAt != nil {
		return nil
	}
	return &t.Hops[len(t.Hops)-1]
}

// Allegation finds the n-th allegation, nil where there is none.
func (t *Ticket) Allegation(n int) *Allegation {
	for i := range t.Allegations {
		if t.Allegations[i].N == n {
			return &t.Allegations[i]
		}
	}
	return nil
}

// Answerable tells whether somebody can be answered at all: a person with a way
// to be reached, named or not, the platform that sent the order, or whoever appealed,
// since an opinion is served in writing.
func (t *Ticket) Answerable() bool {
	return t.Track == TrackOrder || t.Appeal > 0 || t.HasPhone || t.HasMail || t.Naming == Named || t.Naming == Joint
}

// FirstAllegation is the statement as the one allegation of a ticket nobody has
// split yet: its first 120 characters.
func FirstAllegation(statement string) Allegation {
	r := []rune(strings.TrimSpace(statement))
	if len(r) > 120 {
		r = append(r[:119], '…')
	}
	return Allegation{N: 1, Text: string(r)}
}

// Actor is who acts, and where he stands.
type Actor struct {
	Person   int
	Name     string
	Unit     int
	Path     string
	Roles    []string
	Machine  string // a worker of ours
	Platform string // the 12345 platform whose event this is
}

// Has tells whether the actor holds the role.
func (a Actor) Has(role string) bool {
	switch role {
	case RoleMachine:
		return a.Machine != ""
	case RolePlatform:
		return a.Platform != ""
	}
	for _, r := range a.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// StandsAt tells whether the actor stands at the place towards t.
func (a Actor) StandsAt(p Place, t *Ticket) bool {
	switch p {
	case AtMachine:
		return a.Machine != ""
	case AtPlatform:
		return a.Platform != ""
	case AtDesk:
		return a.Unit != 0 && a.Unit == t.Desk
	case AtHandler:
		return a.Unit != 0 && a.Unit == t.Unit
	case AtAbove:
		return a.Path != "" && a.Unit != t.Unit && strings.HasPrefix(t.UnitPath, a.Path)
	case AtLine:
		return a.Path != "" && strings.HasPrefix(t.UnitPath, a.Path)
	case AtAssigned:
		return a.Person != 0 && (a.Person == t.Investigator || a.Person == t.Second)
	}
	return false
}

// World is what the rules must know beyond the ticket.
type World struct {
	Tree *units.Tree
	// Staff says where a person works and which roles he holds; ok is false for a stranger.
	Staff func(person int) (unit int, roles []string, ok bool)
	// Custodian tells whether somebody other than asker keeps identities on the
	// ticket's line. nil: nobody asks.
	Custodian func(t *Ticket, asker int) bool
	// Traces lists what in a text may point to a person. nil: nobody asks.
	Traces func(text string) []string
}
