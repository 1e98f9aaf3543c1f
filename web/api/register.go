package api

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hotline/intake"
	"hotline/internal/units"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

type complainantIn struct {
	Name    string `json:"name,omitempty" maxLength:"100"`
	Phone   string `json:"phone,omitempty" maxLength:"40"`
	IDNo    string `json:"id_no,omitempty" maxLength:"40"`
	Address string `json:"address,omitempty" maxLength:"300"`
	Mail    string `json:"mail,omitempty" maxLength:"254"`
	Role    string `json:"role,omitempty" enum:"caller,beneficiary,representative,signer" doc:"Caller by default. A joint letter has signers and at most five representatives; a beneficiary is whom it is for, when not the caller"`
}

type accusedIn struct {
	Unit   unitRef `json:"unit,omitempty"`
	Person string  `json:"person,omitempty" maxLength:"100"`
	Post   string  `json:"post,omitempty" maxLength:"100"`
}

type respondentIn struct {
	Unit unitRef `json:"unit"`
}

type registerBody struct {
	Kind         string          `json:"kind" enum:"inquiry,help,suggestion,complaint,report,praise"`
	Channel      string          `json:"channel" enum:"call,letter,visit,mail,city12345,public,sheet,referral,finding"`
	Region       string          `json:"region" minLength:"6" maxLength:"12" doc:"Region code of 6, 9 or 12 digits"`
	Place        string          `json:"place,omitempty" maxLength:"300"`
	Title        string          `json:"title,omitempty" maxLength:"200"`
	Statement    string          `json:"statement" minLength:"1" maxLength:"20000" doc:"What was said, as it was said"`
	Category     string          `json:"category,omitempty" maxLength:"20"`
	Urgency      string          `json:"urgency,omitempty" enum:"normal,urgent,critical"`
	Secrecy      string          `json:"secrecy,omitempty" enum:"open,confidential"`
	People       int             `json:"people,omitempty" minimum:"1" maximum:"100000" doc:"How many people stand behind it"`
	Complainants []complainantIn `json:"complainants,omitempty" maxItems:"200"`
	Anonymous    bool            `json:"anonymous,omitempty"`
	Accused      []accusedIn     `json:"accused,omitempty" maxItems:"50" doc:"Of whom misconduct is reported: neither they nor those below see the ticket"`
	Respondents  []respondentIn  `json:"respondents,omitempty" maxItems:"50" doc:"Whose decision, delay or service is disputed: they see the ticket, others decide"`
	ReceivedAt   time.Time       `json:"received_at,omitempty" required:"false" doc:"When it came in; now by default"`
	Answer       string          `json:"answer,omitempty" maxLength:"10000" doc:"Answered at once, which closes an inquiry, a suggestion or praise"`
}

type registerInput struct {
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"The same key with the same body gives the same ticket"`
	Body registerBody
}

type proposalBody struct {
	Unit     int          `json:"unit" doc:"0: nobody fits"`
	UnitName string       `json:"unit_name,omitempty"`
	Certain  bool         `json:"certain"`
	Reasons  []reasonBody `json:"reasons"`
	Urgency  string       `json:"urgency,omitempty"`
	Split    bool         `json:"split,omitempty"`
	NotOurs  string       `json:"not_ours,omitempty"`
	CoUnits  []int        `json:"co_units,omitempty"`
	Phone    string       `json:"phone,omitempty"`
}

type reasonBody struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

type registeredBody struct {
	Number      string         `json:"number"`
	ReceiptCode string         `json:"receipt_code" doc:"Six digits, with which the complainant looks at the public status"`
	Status      string         `json:"status"`
	Proposal    *proposalBody  `json:"proposal,omitempty" doc:"The worker fills it within a second: read the ticket again"`
	Deadlines   []deadlineBody `json:"deadlines"`
}

type registerOutput struct {
	Replayed string `header:"Idempotent-Replayed"`
	Location string `header:"Location"`
	Body     registeredBody
}

// register takes a contact. The raw body is copied: a registration may outlive
// a request whose client has gone.
func (s *server) register(ctx context.Context, who *request, in *registerInput) (*registerOutput, error) {
	if !who.me.Has(tickets.RoleOperator) && !who.me.Has(tickets.RoleLead) {
		return nil, forbidden()
	}
	sub, faults := s.submission(in)
	if len(faults) > 0 {
		return nil, invalid(faults...)
	}
	if in.Key != "" {
		sub.Source, sub.SourceID = "api:"+strconv.Itoa(who.me.Account), strings.Clone(in.Key)
	}
	sub.Raw = bytes.Clone(who.body)
	opened, err := s.Desk.Accept(ctx, who.caller, sub)
	if err != nil {
		return nil, err
	}
	out := &registerOutput{Location: "/api/v1/tickets/" + opened.Number}
	if opened.Duplicate {
		out.Replayed = "true"
	}
	out.Body = registeredBody{Number: opened.Number, ReceiptCode: opened.ReceiptCode, Status: string(opened.Status), Deadlines: s.deadlines(opened.Deadlines)}
	return out, nil
}

// submission is the body in the words of intake.
func (s *server) submission(in *registerInput) (intake.Submission, []Fault) {
	b := &in.Body
	sub := intake.Submission{
		Kind: b.Kind, Channel: b.Channel, Region: b.Region, Place: b.Place, Title: b.Title, Statement: b.Statement,
		Category: b.Category, Urgency: b.Urgency, Secrecy: b.Secrecy, People: b.People,
		Anonymous: b.Anonymous, ReceivedAt: b.ReceivedAt, Answer: b.Answer,
	}
	var faults []Fault
	if strings.TrimSpace(b.Statement) == "" {
		faults = append(faults, fault("body.statement", requiredZH, "is required"))
	}
	if !isKey(in.Key) {
		faults = append(faults, fault("header.Idempotency-Key", "只能用可见的 ASCII 字符", "visible ASCII characters only"))
	}
	if !knownRegion(s.Tickets.Tree(), b.Region) {
		faults = append(faults, fault("body.region", "没有这个区划", "no such region"))
	}
	for _, c := range b.Complainants {
		sub.Complainants = append(sub.Complainants, ticketdb.Complainant{Role: c.Role, Name: c.Name, Phone: c.Phone, IDNo: c.IDNo, Address: c.Address, Mail: c.Mail})
	}
	sub.Accused, faults = s.accused(b.Accused, faults)
	sub.Respondents, faults = s.respondents(b.Respondents, faults)
	return sub, faults
}

func (s *server) accused(in []accusedIn, faults []Fault) ([]tickets.Accused, []Fault) {
	var out []tickets.Accused
	for i, a := range in {
		x := tickets.Accused{Person: strings.TrimSpace(a.Person), Post: strings.TrimSpace(a.Post)}
		at := fmt.Sprintf("body.accused[%d]", i)
		switch unit := a.Unit.resolve(s.Tickets.Tree()); {
		case a.Unit == "":
			if x.Person == "" && x.Post == "" {
				faults = append(faults, fault(at, "请写明单位、姓名或职务", "name a unit, a person or a post"))
			}
		case unit == nil:
			faults = append(faults, noUnit(at+".unit"))
		default:
			x.Unit = unit.ID
		}
		out = append(out, x)
	}
	return out, faults
}

func (s *server) respondents(in []respondentIn, faults []Fault) ([]int, []Fault) {
	var out []int
	for i, r := range in {
		unit := r.Unit.resolve(s.Tickets.Tree())
		if unit == nil {
			faults = append(faults, noUnit(fmt.Sprintf("body.respondents[%d].unit", i)))
			continue
		}
		out = append(out, unit.ID)
	}
	return out, faults
}

// knownRegion tells whether the city, one of its counties, or a place below one
// has this code. A code of another county must not fall back on the city.
func knownRegion(t *units.Tree, code string) bool {
	if !isRegion(code) {
		return false
	}
	u := t.ByRegion(code)
	return u != nil && (u.Region == code || u.Kind != units.City)
}

func noUnit(location string) Fault { return fault(location, "没有这个单位", "no such unit") }

// isKey tells whether a key is made of visible ASCII characters.
func isKey(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return true
}
