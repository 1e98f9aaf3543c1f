package demo

import (
	"fmt"
	"strings"
	"time"

	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
)

// composer writes one item: where it comes from, and its steps in order.
type composer struct {
	clock  *clock
	sample Sample
	it     Item
	k      int            // number of the item, for invented people and orders
	i, j   int            // county and township
	at     time.Time      // of the last step
	status tickets.Status // after the last step
	stands []tickets.Status
	late   bool

	exhausted bool // the reply reached nobody

	deskLead, deskOperator     string
	lead, approver             string // of the unit that handles it
	phone, mail, order, nobody bool
	handledBy                  string // units.City, units.County or units.Township
	finding, corrected         string
}

// compose writes an item received at the time given whose steps end at until.
func compose(c *clock, k int, s Sample, until tickets.Status, received time.Time, late bool) Item {
	x := &composer{clock: c, sample: s, k: k, late: late, at: received, status: tickets.Registered}
	x.i, x.j = c.rng.IntN(12), c.rng.IntN(2)
	x.it = Item{ReceivedAt: received, Kind: s.Kind, Track: tickets.TrackOwn, Channel: x.channel(), Category: s.Category, Title: s.Topic,
		Urgency: or(s.Urgency, tickets.Normal), Secrecy: or(s.Secrecy, tickets.OpenSecrecy), Naming: or(s.Naming, tickets.Named),
		NumPeople: max(1, s.People), Until: until}
	if x.it.Secrecy == tickets.Confidential {
		x.it.Title = "保密件"
	}
	x.where()
	x.who()
	x.staff(until)
	x.life(until)
	x.cut(until)
	return x.it
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// channel is the sample's own way in, or a common one.
func (x *composer) channel() string {
	if x.sample.Channel != "" {
		return x.sample.Channel
	}
	if x.sample.Urgency == tickets.Critical {
		return "call"
	}
	ways := []string{"call", "call", "call", "call", "call", "visit", "visit", "public", "public"}
	if x.sample.Kind == tickets.Complaint || x.sample.Kind == tickets.Report {
		ways = append(ways, "referral")
	}
	return ways[x.clock.rng.IntN(len(ways))]
}

// where fills in the place, as exactly as the statement names it.
func (x *composer) where() {
	c := counties()[x.i]
	x.it.Statement = Fill(x.sample.Statement, x.i, x.j)
	x.it.Place = c.Name + c.Towns[x.j].Name + c.Towns[x.j].Village
	x.it.Region = c.villageCode(x.j)
	if strings.Contains(x.sample.Statement, "{village}") || x.sample.Accused == units.Village {
		return
	}
	if strings.Contains(x.sample.Statement, "{town}") || x.sample.Accused == units.Township {
		x.it.Region, x.it.Place = c.townCode(x.j), c.Name+c.Towns[x.j].Name
	} else if strings.Contains(x.sample.Statement, "{county}") {
		x.it.Region, x.it.Place = c.Code, c.Name
	}
}

// who fills in the people: complainants, accused, respondents, the order.
func (x *composer) who() {
	s := x.sample
	x.it.Complainants = complainants(x.clock.rng, x.k, s, x.it.Place, x.it.Channel)
	x.phone, x.mail = reach(x.it.Complainants)
	accused := map[string]int{units.Village: villageID(x.i, x.j), "town": townID(x.i, x.j), units.County: countyID(x.i)}[s.Accused]
	if accused != 0 {
		x.it.Accused = []tickets.Accused{{Unit: accused, Post: s.Post}}
	} else if s.Kind == tickets.Complaint && s.Conclude == "" {
		x.it.Respondents = []int{townID(x.i, x.j)}
	}
	if x.it.Channel == "city12345" {
		day := workday.DateOf(x.it.ReceivedAt).Start().In(workday.Zone).Format("20060102")
		x.order, x.it.Track = true, tickets.TrackOrder
		x.it.Order = &Order{OrderNo: fmt.Sprintf("CZ%s%06d", day, 500000+x.k), CityNo: fmt.Sprintf("SX%s%06d", day, 700000+x.k), UnitText: counties()[x.i].Bureau}
	}
	x.nobody = x.it.Naming == tickets.Anonymous && !x.order
}

// staff chooses the desk and who works on it.
func (x *composer) staff(until tickets.Status) {
	c := counties()[x.i]
	code, t := c.Code, c.townCode(x.j)
	x.it.Units = map[string]int{"@city": CityID, "@county": countyID(x.i), "@town": townID(x.i, x.j), "@section": countyID(x.i) + sectionOffset, "@finance": countyID(x.i) + financeOffset}
	x.it.Desk, x.deskLead, x.deskOperator = CityID, "lead-city", "operator"
	x.handledBy, x.lead, x.approver = units.County, "lead-"+code, "lead-"+code
	x.it.People = map[string]string{"@handler": "handler-" + code, "@second": "handler2-" + code}
	if x.k%3 == 0 {
		x.approver = "deputy-" + code
	}
	local := x.it.Channel == "call" || x.it.Channel == "visit" || x.it.Channel == "letter"
	if local && x.sample.Accused != units.County && x.clock.rng.IntN(5) < 2 {
		x.it.Desk, x.deskLead, x.deskOperator = countyID(x.i), "lead-"+code, "operator-"+code
	}
	if x.sample.Accused == units.County {
		x.handledBy, x.lead, x.approver = units.City, "lead-city", "lead-city"
		x.it.People = map[string]string{"@handler": "investigator-city", "@second": "deputy-city"}
	} else if x.townMay() && (x.clock.rng.IntN(3) == 0 || x.it.Desk != CityID && until == tickets.Dispatched) {
		x.handledBy = units.Township
		x.lead, x.approver = "lead-"+t, "lead-"+t
		x.it.People = map[string]string{"@handler": "handler-" + t}
	}
	if until == tickets.Dispatched && x.it.Desk != CityID && x.handledBy == units.County {
		x.it.Desk, x.deskLead, x.deskOperator = CityID, "lead-city", "operator"
	}
	x.it.Operator = x.deskOperator
}

// townMay tells whether the township itself may handle it: nobody is accused,
// it is not itself the respondent, nothing is confidential.
func (x *composer) townMay() bool {
	return len(x.it.Accused) == 0 && len(x.it.Respondents) == 0 && x.it.Secrecy == tickets.OpenSecrecy && x.sample.Kind != tickets.Report
}
