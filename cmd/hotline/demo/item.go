package demo

import (
	"time"

	"hotline/tickets"
)

// Those who act without an account.
const (
	ByMachine  = "machine"  // a worker of ours
	ByPlatform = "platform" // the 12345 platform, of the demo
)

// Step is one act on a ticket. Values that start with @ stand for a unit or a
// person; the item's Units and People say which.
type Step struct {
	After  time.Duration // since the ticket was received
	By     string        // a login, ByMachine or ByPlatform
	Action string
	Values map[string]string
}

// Order is what the 12345 platform calls an item.
type Order struct {
	OrderNo  string
	CityNo   string
	UnitText string
}

// Item is one ticket of the plan: what is registered, and every step after.
type Item struct {
	Key          string // stable name, for idempotent loading
	ReceivedAt   time.Time
	Operator     string // who registers it
	Desk         int
	Kind         string
	Track        string
	Channel      string
	Category     string
	Region       string
	Place        string
	Title        string
	Statement    string
	Urgency      string
	Secrecy      string
	Naming       string
	NumPeople    int
	Complainants []Complainant
	Accused      []tickets.Accused
	Respondents  []int
	Order        *Order
	Until        tickets.Status // where the steps leave it
	Outcome      string         // outcome of a closed one, else what it is heading for
	Steps        []Step

	// Units and People resolve the placeholders of Steps.
	Units  map[string]int    // @city, @county, @town, @section, @wrong
	People map[string]string // @handler, @second, @town-handler → login
}

// At is when a step of the item happens.
func (it Item) At(s Step) time.Time { return it.ReceivedAt.Add(s.After) }
