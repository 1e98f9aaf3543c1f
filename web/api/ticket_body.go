package api

import (
	"time"
)

// The shapes of a ticket as clients read it. Units and persons are ids, each
// with its name beside it; times are of the city's zone.

type ticketBody struct {
	Number  string `json:"number"`
	Version int    `json:"version" doc:"Send it back with every action"`
	Status  string `json:"status"`
	Kind    string `json:"kind"`
	Track   string `json:"track"`
	Channel string `json:"channel"`
	Naming  string `json:"naming"`
	Secrecy string `json:"secrecy"`
	Urgency string `json:"urgency"`
	Outcome string `json:"outcome,omitempty"`

	Category  string `json:"category,omitempty"`
	Region    string `json:"region"`
	Place     string `json:"place,omitempty"`
	Title     string `json:"title,omitempty"`
	Statement string `json:"statement" doc:"As given; on a confidential ticket the redacted brief"`
	People    int    `json:"people"`

	Desk             int           `json:"desk"`
	DeskName         string        `json:"desk_name"`
	Unit             int           `json:"handling_unit"`
	UnitName         string        `json:"handling_unit_name"`
	Investigator     int           `json:"investigator,omitempty"`
	InvestigatorName string        `json:"investigator_name,omitempty"`
	Second           int           `json:"second_investigator,omitempty"`
	SecondName       string        `json:"second_investigator_name,omitempty"`
	Proposal         *proposalBody `json:"proposal,omitempty"`

	ReceivedAt   time.Time  `json:"received_at"`
	EnteredAt    time.Time  `json:"entered_at"`
	ClosedAt     *time.Time `json:"closed_at,omitempty"`
	NextDue      *time.Time `json:"next_due,omitempty"`
	DueAt        *time.Time `json:"due_at,omitempty"`
	Redos        int        `json:"redos"`
	Urges        int        `json:"urges"`
	Supervised   bool       `json:"supervised"`
	Satisfaction string     `json:"satisfaction,omitempty"`

	Appeal     int        `json:"appeal,omitempty" doc:"1: this is a 复查, 2: a 复核"`
	Appealed   int        `json:"appealed,omitempty" doc:"The highest appeal opened against it"`
	Withdrawal string     `json:"withdrawal,omitempty" doc:"asked, confirmed or pressured"`
	Mandate    bool       `json:"mandate,omitempty" doc:"Representatives take the reply for all"`
	PetitionNo string     `json:"petition_no,omitempty"`
	PausedAt   *time.Time `json:"paused_at,omitempty"`
	Unreached  []int      `json:"unreached,omitempty" doc:"Of a joint letter: the n of those whose reply is not proven yet"`

	Complainants []shownBody      `json:"complainants" doc:"Masked, or a pseudonym; see the contact call"`
	Accused      []accusedBody    `json:"accused"`
	Respondents  []int            `json:"respondents"`
	CoHandlers   []int            `json:"co_handlers"`
	Hops         []hopBody        `json:"hops"`
	Allegations  []allegationBody `json:"allegations"`
	Findings     []findingBody    `json:"findings"`
	Replies      []replyBody      `json:"replies"`
	Attempts     []attemptBody    `json:"attempts"`
	Requests     []requestBody    `json:"requests"`
	Transfers    []transferBody   `json:"transfers"`
	Pauses       []pauseBody      `json:"pauses"`
	Tasks        []taskBody       `json:"tasks"`
	Deadlines    []deadlineBody   `json:"deadlines"`
	Relations    []relationBody   `json:"relations"`
	Attachments  []attachmentBody `json:"attachments"`
	Cards        []cardBody       `json:"cards"`
	Order        *orderBody       `json:"order,omitempty"`
	Actions      []string         `json:"actions" doc:"What this account may do now"`
}

type shownBody struct {
	N           int        `json:"n" doc:"Counts them as registered, from 1"`
	Role        string     `json:"role"`
	Name        string     `json:"name"`
	Phone       string     `json:"phone,omitempty"`
	HasPhone    bool       `json:"has_phone"`
	HasMail     bool       `json:"has_mail"`
	CheckedAt   *time.Time `json:"checked_at,omitempty"`
	CheckFailed bool       `json:"check_failed,omitempty"`
}

type accusedBody struct {
	Unit     int    `json:"unit,omitempty"`
	UnitName string `json:"unit_name,omitempty"`
	Person   string `json:"person,omitempty"`
	Post     string `json:"post,omitempty"`
}

type hopBody struct {
	N        int        `json:"n"`
	Unit     int        `json:"unit"`
	UnitName string     `json:"unit_name"`
	From     int        `json:"from_unit,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	SentBy   string     `json:"sent_by"`
	SentAt   time.Time  `json:"sent_at"`
	SignedBy int        `json:"signed_by,omitempty"`
	SignedAt *time.Time `json:"signed_at,omitempty"`
	EndedAt  *time.Time `json:"ended_at,omitempty"`
}

type allegationBody struct {
	N        int    `json:"n"`
	Text     string `json:"text"`
	Category string `json:"category,omitempty"`
	Outcome  string `json:"outcome,omitempty" doc:"Of the finding in force"`
}

type findingBody struct {
	Allegation int        `json:"allegation" doc:"The allegation's n"`
	Outcome    string     `json:"outcome"`
	Method     string     `json:"method"`
	Met        string     `json:"met,omitempty"`
	MetAt      *time.Time `json:"met_at,omitempty"`
	Evidence   string     `json:"evidence,omitempty"`
	Corrected  string     `json:"corrected,omitempty"`
	Recovered  string     `json:"recovered,omitempty" doc:"Yuan"`
	Transfer   bool       `json:"transfer,omitempty" doc:"Must go to another body"`
	Author     int        `json:"author"`
	AuthorName string     `json:"author_name"`
	Second     int        `json:"second,omitempty"`
	SecondName string     `json:"second_name,omitempty"`
	CosignedAt *time.Time `json:"cosigned_at,omitempty"`
	At         time.Time  `json:"at"`
}

type replyBody struct {
	N                int        `json:"n"`
	PublicText       string     `json:"public_text"`
	InternalText     string     `json:"internal_text,omitempty"`
	LegalBasis       string     `json:"legal_basis,omitempty"`
	AppealNotice     string     `json:"appeal_notice,omitempty"`
	Resolved         *bool      `json:"resolved,omitempty"`
	UnresolvedReason string     `json:"unresolved_reason,omitempty"`
	OpinionNo        string     `json:"opinion_no,omitempty"`
	Author           string     `json:"author"`
	At               time.Time  `json:"at"`
	ApprovedBy       int        `json:"approved_by,omitempty"`
	ApprovedAt       *time.Time `json:"approved_at,omitempty"`
}

type attemptBody struct {
	Reply      int       `json:"reply" doc:"The reply's n"`
	Way        string    `json:"way"`
	State      string    `json:"state"`
	At         time.Time `json:"at"`
	Actor      string    `json:"actor"`
	Evidence   string    `json:"evidence,omitempty"`
	Provenance string    `json:"provenance"`
	Error      string    `json:"error,omitempty"`
	Whom       int       `json:"whom,omitempty" doc:"Of a joint letter: the complainant's n"`
}

type requestBody struct {
	ID           int64      `json:"id"`
	N            int        `json:"n" doc:"Name it as request when deciding"`
	Kind         string     `json:"kind"`
	State        string     `json:"state"`
	Reason       string     `json:"reason,omitempty"`
	Basis        string     `json:"basis,omitempty"`
	Unit         int        `json:"unit"`
	AskedBy      int        `json:"asked_by"`
	AskedAt      time.Time  `json:"asked_at"`
	DecidedBy    string     `json:"decided_by,omitempty"`
	DecidedAt    *time.Time `json:"decided_at,omitempty"`
	DecisionNote string     `json:"decision_note,omitempty"`
	Decider      string     `json:"decider" doc:"above, platform or custodian"`
	Amount       int        `json:"amount,omitempty" doc:"Of an extension in the clock's unit, of a reveal in hours"`
	Wanted       *time.Time `json:"wanted,omitempty" doc:"The due time asked of the platform"`
	Until        *time.Time `json:"until,omitempty" doc:"Planned end of a pause, end of a reveal"`
}

type transferBody struct {
	Body       string     `json:"body"`
	SentAt     time.Time  `json:"sent_at"`
	SentNo     string     `json:"sent_no"`
	AcceptedAt *time.Time `json:"accepted_at,omitempty"`
	AcceptedNo string     `json:"accepted_no,omitempty"`
	Result     string     `json:"result,omitempty"`
	ResultAt   *time.Time `json:"result_at,omitempty"`
}

type pauseBody struct {
	Reason string     `json:"reason"`
	From   time.Time  `json:"from"`
	To     *time.Time `json:"to,omitempty"`
}

type deadlineBody struct {
	ID          int64      `json:"id"`
	Rule        string     `json:"rule"`
	ZH          string     `json:"zh,omitempty"`
	EN          string     `json:"en,omitempty"`
	RuleVersion int        `json:"rule_version"`
	Calendar    string     `json:"calendar_version"`
	StartEvent  string     `json:"start_event"`
	StartAt     time.Time  `json:"start_at"`
	BaseDueAt   time.Time  `json:"base_due_at"`
	DueAt       time.Time  `json:"due_at" doc:"The duty is met by an event before this moment"`
	LastDay     string     `json:"last_day" doc:"The day to show people"`
	Provisional bool       `json:"provisional"`
	Printed     bool       `json:"printed"`
	State       string     `json:"state" enum:"open,met,cancelled"`
	MetAt       *time.Time `json:"met_at,omitempty"`
	MetEvent    string     `json:"met_event,omitempty"`
	CancelledAt *time.Time `json:"cancelled_at,omitempty"`
}

type relationBody struct {
	Number string    `json:"number,omitempty" doc:"Empty where this account may not see the other"`
	Kind   string    `json:"kind"`
	Note   string    `json:"note,omitempty"`
	At     time.Time `json:"at"`
	Back   bool      `json:"back,omitempty" doc:"Said of the other ticket: that one is split from, follows up or is an appeal of this one"`
}

type attachmentBody struct {
	ID      int64     `json:"id"`
	Name    string    `json:"name"`
	Type    string    `json:"type"`
	Size    int64     `json:"size"`
	SHA256  string    `json:"sha256,omitempty"`
	Purpose string    `json:"purpose,omitempty"`
	State   string    `json:"state"`
	Note    string    `json:"note,omitempty"`
	At      time.Time `json:"at"`
}

type cardBody struct {
	Rule      string     `json:"rule"`
	Level     string     `json:"level"`
	At        time.Time  `json:"at"`
	ClearedAt *time.Time `json:"cleared_at,omitempty"`
}

type orderBody struct {
	Platform string     `json:"platform"`
	OrderNo  string     `json:"order_no"`
	CityNo   string     `json:"city_no,omitempty"`
	UnitText string     `json:"unit_text,omitempty"`
	SignBy   *time.Time `json:"sign_by,omitempty"`
	HandleBy *time.Time `json:"handle_by,omitempty"`
	State    string     `json:"state"`
	ClosedAt *time.Time `json:"closed_at,omitempty"`
}
