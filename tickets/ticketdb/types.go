// Package ticketdb stores tickets. One public method is one transaction; scope,
// recusal and actor come with the caller (pg.Caller), the rules from package
// tickets, and the database's policies stand behind both. Lock order: ticket,
// then hops, deadlines, requests, then outbox.
package ticketdb

import (
	"encoding/json"
	"log/slog"
	"time"

	"hotline/internal/deadline"
	"hotline/internal/deadline/deadlinedb"
	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/internal/units/unitdb"
	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/categorydb"
)

// DB is the tickets in Postgres.
type DB struct {
	pg     *pg.DB
	units  *unitdb.Cache
	clocks *deadlinedb.Cache
	matter *categorydb.Cache
	vault  *vault.Vault
	perm   tickets.Permutation
	serial serials
	people *committer
	works  *committer
}

// Config opens a DB.
type Config struct {
	PG     *pg.DB
	Units  *unitdb.Cache
	Clocks *deadlinedb.Cache
	Vault  *vault.Vault
	Log    *slog.Logger
	// Categories are those an administrator edits; nil: those shipped.
	Categories *categorydb.Cache
}

// New returns the tickets' DB. Run must be running before Open is called.
func New(c Config) (*DB, error) {
	perm, err := tickets.NewPermutation(c.Vault.Key("ticket number", tickets.PermutationKeySize))
	if err != nil {
		return nil, err
	}
	d := &DB{pg: c.PG, units: c.Units, clocks: c.Clocks, matter: c.Categories, vault: c.Vault, perm: perm}
	d.people = newCommitter(c.PG.People(), c.PG.Now)
	d.works = newCommitter(c.PG.Machines(), c.PG.Now)
	return d, nil
}

// Tree is the tree of units in force.
func (d *DB) Tree() *units.Tree { return d.units.Tree() }

// Categories is the tree of matters in force.
func (d *DB) Categories() *tickets.CategoryTree {
	if d.matter == nil {
		return tickets.DefaultCategories()
	}
	return d.matter.Tree()
}

// Engine is the deadline engine in force.
func (d *DB) Engine() deadline.Engine { return d.clocks.Engine() }

// Now is the clock of every transaction.
func (d *DB) Now() time.Time { return d.pg.Now() }

// Stmt is one statement that joins another's transaction: the ledger line of a
// mail, the order of a platform.
type Stmt struct {
	SQL  string
	Args []any
}

// Complainant is a person behind a ticket, in clear, on the way into the vault.
type Complainant struct {
	Role    string `json:"role"`
	Name    string `json:"name,omitempty"`
	Phone   string `json:"phone,omitempty"`
	IDNo    string `json:"id_no,omitempty"`
	Address string `json:"address,omitempty"`
	Mail    string `json:"mail,omitempty"`
}

// File is an attachment that came with a submission: Content at hand, or a URL
// to fetch it from later.
type File struct {
	Name    string
	Type    string
	Content []byte
	URL     string
	SHA256  []byte
	Purpose string
}

// NewTicket is everything a submission becomes. Fields that the caller leaves
// empty are those of the caller's desk, now.
type NewTicket struct {
	Kind, Track, Channel, Naming, Secrecy, Urgency string
	Category, Region, Place, Title                 string
	Statement                                      string // as given
	Brief                                          string // of a confidential one; empty: made by the linter
	People                                         int
	Desk                                           int
	ReceivedAt                                     time.Time // zero: now
	Complainants                                   []Complainant
	Accused                                        []tickets.Accused
	Respondents                                    []int
	Files                                          []File
	Printed                                        time.Time // due time printed on an order
	Source, SourceID                               string
	Raw                                            []byte // as it arrived
	Disposition                                    string // "" is ticketed
	Platform                                       string // the 12345 platform, where it came from one
	Provenance                                     string // of the received time: machine, scan, typed
	Appeal                                         int    // 1: a 复查, 2: a 复核; Floor is then set
	Floor                                          int    // whoever handles it sits strictly above this unit
	// Also are statements of the same transaction; $1 of those with WithTicket
	// is the ticket's id, $2 the submission's.
	Also []Stmt
	// Jobs are outbox kinds beside routing.
	Jobs []string
}

// Opened is a ticket just registered, or the one an earlier copy of the same
// submission became.
type Opened struct {
	ID          int64
	Number      string
	ReceiptCode string
	Status      tickets.Status
	Duplicate   bool
	Deadlines   []Deadline
}

// Deadline is one clock of a ticket.
type Deadline struct {
	ID          int64      `db:"id"`
	Rule        string     `db:"rule"`
	RuleVersion int        `db:"rule_version"`
	Calendar    string     `db:"calendar"`
	StartEvent  string     `db:"start_event"`
	StartAt     time.Time  `db:"start_at"`
	BaseDueAt   time.Time  `db:"base_due_at"`
	DueAt       time.Time  `db:"due_at"`
	Provisional bool       `db:"provisional"`
	Printed     bool       `db:"printed"`
	MetAt       *time.Time `db:"met_at"`
	MetEvent    *string    `db:"met_event"`
	CancelledAt *time.Time `db:"cancelled_at"`
	Hop         *int       `db:"hop"`
	GrantedDue  *time.Time `db:"granted_due"` // set by the platform in place of the printed one
	OuterID     *int64     `db:"outer_id"`    // the clock this one lies inside
}

// Open tells whether the clock still runs.
func (d Deadline) Open() bool { return d.MetAt == nil && d.CancelledAt == nil }

// Shown is a complainant as the page may show him: masks, or a pseudonym.
type Shown struct {
	ID          int64
	Role        string
	Name        string
	Phone       string
	HasPhone    bool
	HasMail     bool
	CheckedAt   *time.Time
	CheckFailed bool
}

// Attachment is a stored file's line; its content is read with DB.Content.
type Attachment struct {
	ID      int64
	Name    string
	Type    string
	Size    int64
	SHA256  []byte
	Purpose string
	State   string
	Note    string
	At      time.Time
}

// Relation is a link to another ticket, seen from this one.
type Relation struct {
	Number string
	Kind   string
	Note   string
	At     time.Time
	Back   bool // said of the other ticket: that one is split from, or an appeal of, this one
}

// Card is a warning card on a ticket.
type Card struct {
	Rule      string
	Level     string
	At        time.Time
	ClearedAt *time.Time
}

// View is a ticket with everything its page shows.
type View struct {
	tickets.Ticket
	Me           pg.Me
	Actor        tickets.Actor
	Deadlines    []Deadline
	Complainants []Shown
	Attachments  []Attachment
	Relations    []Relation
	Cards        []Card
	Pauses       []tickets.Pause
	CoHandlers   []int
	TaskFiles    []TaskFile     // of the tasks' answers
	Names        map[int]string // of the persons named in the ticket
}

// Actions are the rows this caller may take now.
func (v *View) Actions() []tickets.Row { return tickets.Actions(&v.Ticket, v.Actor) }

// Filter narrows a list. Zero fields do not.
type Filter struct {
	View      string // "unit" (default: the caller's scope), "desk" (registered by the own desk), "mine" (assigned to me), "past" (had it once)
	Status    []string
	Open      bool
	Kind      string
	Channel   string
	Category  string
	Urgency   string
	Unit      int // handling unit or below
	Region    string
	Outcome   string
	Overdue   bool
	DueBefore time.Time
	From, To  time.Time // received
	Query     string    // number, phone, id or words
	Sort      string    // "due" (open ones by next due), "new" (default)
	After     string    // cursor
	Limit     int       // default 25, at most 200
	Own       bool      // Unit itself, without those below
	Card      string    // open ones whose highest card is of this level
	Fact      *Fact     // the tickets behind a figure; it brings its own scope
}

// Line is a ticket in a list.
type Line struct {
	ID           int64
	Number       string
	Status       string
	Kind         string
	Channel      string
	Secrecy      string
	Urgency      string
	Naming       string
	Category     *string
	Region       string
	Title        string
	Excerpt      string // the first 80 characters of what may be read
	Desk         int
	Unit         int
	Investigator *int
	NextDue      *time.Time
	DueAt        *time.Time
	ReceivedAt   time.Time
	ClosedAt     *time.Time
	Outcome      *string
	Redos        int
	Urges        int
	Supervised   bool
	Proposal     *tickets.Proposal
	Version      int
}

// Page is one page of a list; Next is empty on the last.
type Page struct {
	Items []Line
	Next  string
}

// JournalRow is an act as the timeline shows it.
type JournalRow struct {
	ID         int64
	Seq        int
	At         time.Time
	RecordedAt time.Time
	Actor      string
	ActorName  string
	Unit       int
	Action     string
	Provenance string
	Fields     map[string]json.RawMessage
	Prev, Hash []byte
	Leaf       *int64
}

// Public is what a complainant with number and receipt code may read.
type Public struct {
	Number       string
	Kind         string
	Status       string
	Outcome      string
	ReceivedAt   time.Time
	ClosedAt     *time.Time
	UnitName     string
	DueAt        *time.Time
	Reply        string
	RepliedAt    *time.Time
	AppealNotice string
}
