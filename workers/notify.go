package workers

import (
	"context"
	"encoding/json"
	"slices"

	"hotline/internal/deadline"
	"hotline/internal/outbox"
	"hotline/tickets"
	"hotline/workers/workerdb"
)

// Actions of notify rows that no person takes.
const (
	actProposed = "proposed" // routing wants a person to decide
	actAlert    = "alert"    // routing found danger to life
	actCard     = "card"     // a clock's warning card fell
	actGroup    = "group"    // five people or more stand behind it
	actByHand   = "deliver_by_hand"
	// actRelayByHand: a message to the complainant found no way out.
	actRelayByHand = "relay_by_hand"
)

// notify tells the people whom an act concerns. What they are told is a kind and
// a ticket; the words are read from the ticket by whoever may see it.
func notify(ctx context.Context, d *Deps, rows []outbox.Row) error {
	return d.Work.Notify(ctx, rows, notices)
}

// hearer is one who is told.
type hearer func(workerdb.Parties) []workerdb.Notice

func leadOf(unit func(workerdb.Parties) int) hearer { return roleOf(unit, tickets.RoleLead) }

func custodianOf(unit func(workerdb.Parties) int) hearer { return roleOf(unit, tickets.RoleCustodian) }

func roleOf(unit func(workerdb.Parties) int, role string) hearer {
	return func(p workerdb.Parties) []workerdb.Notice {
		if unit(p) == 0 {
			return nil
		}
		return []workerdb.Notice{{Unit: unit(p), Role: role}}
	}
}

func handler(p workerdb.Parties) int { return p.Unit }
func desk(p workerdb.Parties) int    { return p.Desk }
func above(p workerdb.Parties) int   { return p.Above }
func city(p workerdb.Parties) int    { return p.City }

func head(p workerdb.Parties) int { return p.Head }

func coHandler(p workerdb.Parties) int {
	if len(p.CoUnits) == 0 {
		return 0
	}
	return p.CoUnits[0] // the newest
}

// assigned are the investigators, or the lead of the unit where there are none yet.
func assigned(p workerdb.Parties) []workerdb.Notice {
	var out []workerdb.Notice
	for _, person := range []int{p.Investigator, p.Second} {
		if person != 0 {
			out = append(out, workerdb.Notice{Unit: p.Unit, Person: person, Role: tickets.RoleInvestigator})
		}
	}
	if len(out) == 0 {
		return leadOf(handler)(p)
	}
	return out
}

// hears says, for each act, under which kind and who is told.
var hears = map[string]struct {
	kind string
	who  []hearer
}{
	actProposed:                         {"proposed", []hearer{leadOf(desk)}},
	actByHand:                           {"deliver_by_hand", []hearer{roleOf(desk, tickets.RoleOperator), assigned}},
	actAlert:                            {"alert", []hearer{leadOf(desk), leadOf(handler), leadOf(city)}},
	actGroup:                            {"group", []hearer{leadOf(desk), leadOf(handler), leadOf(city)}},
	string(tickets.ActDispatch):         {"dispatched", []hearer{leadOf(handler)}},
	string(tickets.ActRecall):           {"dispatched", []hearer{leadOf(handler)}},
	string(tickets.ActHandDown):         {"dispatched", []hearer{leadOf(handler)}},
	string(tickets.ActReportUp):         {"dispatched", []hearer{leadOf(handler)}},
	string(tickets.ActRedo):             {"redo", []hearer{leadOf(handler)}},
	string(tickets.ActRevive):           {"redo", []hearer{leadOf(handler)}},
	string(tickets.ActAssign):           {"assigned", []hearer{assigned}},
	string(tickets.ActSubmit):           {"submitted", []hearer{leadOf(handler)}},
	string(tickets.ActConclude):         {"submitted", []hearer{leadOf(handler)}},
	string(tickets.ActSendBack):         {"sent_back", []hearer{assigned}},
	string(tickets.ActSignReturn):       {"return_asked", []hearer{leadOf(above), leadOf(desk)}},
	string(tickets.ActAskReturn):        {"return_asked", []hearer{leadOf(above), leadOf(desk)}},
	string(tickets.ActAskExtension):     {"extension_asked", []hearer{leadOf(above), leadOf(desk)}},
	string(tickets.ActAskPause):         {"pause_asked", []hearer{leadOf(above)}},
	string(tickets.ActAskReveal):        {"reveal_asked", []hearer{custodianOf(handler), custodianOf(above), custodianOf(city)}},
	string(tickets.ActGrant):            {"request_decided", []hearer{leadOf(handler), assigned}},
	string(tickets.ActRefuse):           {"request_decided", []hearer{leadOf(handler), assigned}},
	string(tickets.ActWithdraw):         {"withdrawal_to_check", []hearer{roleOf(desk, tickets.RoleOperator), leadOf(desk)}},
	string(tickets.ActWithdrawCall):     {"withdrawal_checked", []hearer{leadOf(handler), leadOf(above)}},
	string(tickets.ActRecuse):           {"recused", []hearer{leadOf(handler), leadOf(above), leadOf(desk)}},
	string(tickets.ActDeclare):          {"recused", []hearer{leadOf(handler), leadOf(above)}},
	string(tickets.ActObject):           {"objected", []hearer{leadOf(above), leadOf(desk)}},
	actRelayByHand:                      {"relay_by_hand", []hearer{roleOf(desk, tickets.RoleOperator)}},
	string(tickets.ActUrge):             {"urged", []hearer{leadOf(handler), assigned}},
	string(tickets.ActSupervise):        {"supervised", []hearer{leadOf(handler), assigned}},
	string(tickets.ActCoHandle):         {"co_handle", []hearer{leadOf(coHandler)}},
	string(tickets.ActDelivered):        {"follow_up", []hearer{roleOf(desk, tickets.RoleOperator)}},
	string(tickets.ActRead):             {"follow_up", []hearer{roleOf(desk, tickets.RoleOperator)}},
	string(tickets.ActSupplement):       {"supplement", []hearer{leadOf(handler), assigned}},
	string(tickets.ActPlatformRecall):   {"recalled", []hearer{leadOf(handler), leadOf(desk)}},
	string(tickets.ActPlatformReturned): {"returned", []hearer{leadOf(handler), leadOf(desk)}},
}

// cardHears are those whom a card's level speaks to (deadline.Level.To).
var cardHears = map[string]hearer{
	deadline.ToHandler:     assigned,
	deadline.ToSectionLead: leadOf(handler),
	deadline.ToUnitHead:    leadOf(head),
	deadline.ToLevelAbove:  leadOf(above),
}

// noticeArgs are what a notify row says beyond its ticket.
type noticeArgs struct {
	Action string `json:"action"`
	Level  string `json:"level"` // of a card
	Unit   int    `json:"unit"`  // that is going to handle it; 0: the one that does
	taskArgs
}

// audience is the kind of the notice and who is told.
func (a noticeArgs) audience() (kind string, who []hearer) {
	if a.Action != actCard {
		return hears[a.Action].kind, hears[a.Action].who
	}
	for _, to := range deadline.Level(a.Level).To() {
		if h := cardHears[to]; h != nil {
			who = append(who, h)
		}
	}
	return "card_" + a.Level, who
}

// standIns are told beside those who should be: the lead above where the
// handling unit's leads are all away, and whoever is on duty for a critical ticket.
func standIns(told []hearer, p workerdb.Parties) []hearer {
	var out []hearer
	for _, who := range told {
		for _, n := range who(p) {
			if n.Role == tickets.RoleLead && n.Person == 0 && n.Unit == p.Unit && p.Cover != 0 {
				out = append(out, leadOf(func(p workerdb.Parties) int { return p.Cover }))
			}
		}
	}
	if len(told) == 0 {
		return out
	}
	return append(out, func(p workerdb.Parties) []workerdb.Notice {
		var on []workerdb.Notice
		for _, d := range p.OnDuty {
			on = append(on, workerdb.Notice{Unit: d.Unit, Person: d.Person})
		}
		return on
	})
}

// notices are the lines of one row; an act nobody is told of has none.
func notices(row outbox.Row, p workerdb.Parties) []workerdb.Notice {
	var args noticeArgs
	if json.Unmarshal(row.Args, &args) != nil {
		return nil
	}
	if args.Unit != 0 {
		p.Unit = args.Unit
	}
	if args.Task != 0 {
		return taskNotices(row.Ticket, args)
	}
	kind, told := args.audience()
	var out []workerdb.Notice
	seen := map[workerdb.Notice]bool{}
	for _, who := range slices.Concat(told, standIns(told, p)) {
		for _, n := range who(p) {
			n.Ticket, n.Kind = row.Ticket, kind
			if !seen[n] {
				seen[n] = true
				out = append(out, n)
			}
		}
	}
	return out
}
