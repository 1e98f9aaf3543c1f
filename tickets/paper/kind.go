package paper

import (
	"slices"

	"hotline/tickets"
)

// To is whom a kind of document is for.
type To string

// The readers of a document.
const (
	ToComplainant To = "complainant" // the name is filled in when it is printed
	ToUnit        To = "unit"        // a unit of the tree
	ToBody        To = "body"        // another authority, by name
	ToFile        To = "file"        // a form of the house's own
)

// Kind is one kind of document. Kinds is the list.
type Kind struct {
	Code, ZH, EN string
	Mark         string // what its number adds to the unit's prefix
	To           To
	By           []tickets.By
	Outcomes     []string           // of a ticket it belongs to; nil: any
	Act          tickets.Action     // the act it goes with, empty where there is none
	Bare         bool               // names neither the ticket nor its matter: a reader may be who is accused
	Body         []string           // template; a paragraph that begins with ? is dropped when a fact of it is not known
	Fields       []Field            // beside body, legal_basis and remedy
	Rows         []FormRow          // of a form
	Ruled        int                // empty lines to write on, after the body
	Basis        string             // legal basis, as a template
	Remedy       func(Facts) string // what the person may do against it; nil: nothing to tell
	Signers      []string
}

// Field is one thing the person who issues types, with what it begins as.
type Field struct {
	tickets.Field
	Default string // template
}

// token stands for the field's value in a body.
func (f Field) token() string { return "【" + f.ZH + "】" }

// FormRow is a row of a form: filled from a field, from a template, or left
// blank to be written in by hand.
type FormRow struct {
	Label, Field, Value string
	Tall                bool
}

// Of finds a kind by its code; ok is false where there is none.
func Of(code string) (k Kind, ok bool) {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Code == code })
	if i < 0 {
		return Kind{}, false
	}
	return Kinds[i], true
}

// Words is the vocabulary of kinds.
func Words() tickets.Words {
	out := make(tickets.Words, len(Kinds))
	for i, k := range Kinds {
		out[i] = tickets.Word{Code: k.Code, ZH: k.ZH, EN: k.EN}
	}
	return out
}

// May tells whether the actor may issue a document of this kind on the ticket,
// cancel it, or put its signed copy back: by role and place, as rows of the
// flow table do, and never when recused.
func May(k Kind, t *tickets.Ticket, a tickets.Actor) bool {
	return tickets.May(t, tickets.Row{From: []tickets.Status{t.Status}, By: k.By}, a)
}

// For lists the kinds that the actor may issue on the ticket, those that fit
// where it stands first; fit says how many these are.
func For(t *tickets.Ticket, a tickets.Actor) (list []Kind, fit int) {
	var rest []Kind
	for _, k := range Kinds {
		switch {
		case !May(k, t, a), k.otherInstance(t):
		case k.fits(t):
			list = append(list, k)
		default:
			rest = append(rest, k)
		}
	}
	return append(list, rest...), len(list)
}

// otherInstance tells whether the document is the opinion of another instance
// than the ticket's: of the first one, of a 复查, or of a 复核. Each names its own
// remedy.
func (k Kind) otherInstance(t *tickets.Ticket) bool {
	switch k.Code {
	case Opinion:
		return t.Appeal != 0
	case Review:
		return t.Appeal != 1
	case LastReview:
		return t.Appeal != 2
	}
	return false
}

// fits tells whether a document of this kind is what the ticket needs next.
func (k Kind) fits(t *tickets.Ticket) bool {
	if t.Outcome != "" {
		return slices.Contains(k.Outcomes, t.Outcome)
	}
	asked := func(kind string) bool {
		return slices.ContainsFunc(t.Requests, func(r tickets.Request) bool { return r.Kind == kind && r.State != "refused" })
	}
	switch k.Code {
	case Acceptance:
		return t.Status == tickets.Registered || t.Status == tickets.Dispatched
	case Verify:
		return t.Status == tickets.Dispatched
	case HomeVisit, Talk:
		return t.Status == tickets.Handling && (t.Kind == tickets.Complaint || t.Kind == tickets.Report || t.Kind == tickets.Help)
	case Extension:
		return asked("extension")
	case Return:
		return asked("return")
	case Withdrawal:
		return t.Withdrawal != ""
	case Transfer:
		return len(t.Transfers) > 0
	case Reply:
		return t.Status == tickets.Answering && t.Appeal == 0
	case Review:
		return t.Appeal == 1
	case LastReview:
		return t.Appeal == 2
	}
	return false
}

// all lists the kind's fields with those that every kind has.
func (k Kind) all() []Field {
	out := slices.Clone(k.Fields)
	switch k.To {
	case ToUnit:
		out = append([]Field{{Field: tickets.Field{Name: "unit", ZH: "发往单位", EN: "to the unit", Type: tickets.TypeUnit, Must: true}}}, out...)
	case ToBody:
		if !slices.ContainsFunc(out, func(f Field) bool { return f.Name == "addressee" }) {
			out = append([]Field{line("addressee", "发往机关", "to the authority", true, "")}, out...)
		}
	}
	if len(k.Body) > 0 {
		out = append(out, Field{Field: tickets.Field{Name: "body", ZH: "正文", EN: "body", Type: tickets.TypeText, Must: true, Max: MaxBody}})
	}
	if k.Basis != "" {
		out = append(out, Field{Field: tickets.Field{Name: "legal_basis", ZH: "依据", EN: "legal basis", Type: tickets.TypeText, Max: 1000}})
	}
	if k.Remedy != nil {
		out = append(out, Field{Field: tickets.Field{Name: "remedy", ZH: "救济途径告知", EN: "notice of remedy", Type: tickets.TypeText, Max: 1000}})
	}
	return out
}

// Form lists everything the person who issues may type, in order.
func (k Kind) Form() []tickets.Field {
	all := k.all()
	out := make([]tickets.Field, len(all))
	for i, f := range all {
		out[i] = f.Field
	}
	return out
}

func (k Kind) basis(f Facts) string {
	list := fill([]string{k.Basis}, f.values(k.To))
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func text(name, zh, en string, must bool, preset string) Field {
	return Field{tickets.Field{Name: name, ZH: zh, EN: en, Type: tickets.TypeText, Must: must, Max: 4000}, preset}
}

func line(name, zh, en string, must bool, preset string) Field {
	return Field{tickets.Field{Name: name, ZH: zh, EN: en, Type: tickets.TypeLine, Must: must, Max: 200}, preset}
}

// day is a date the person picks.
func day(name, zh, en string, must bool) Field {
	return Field{tickets.Field{Name: name, ZH: zh, EN: en, Type: tickets.TypeTime, Must: must, Max: 40}, ""}
}

// upTo is a date that begins as a fact of the ticket.
func upTo(name, zh, en, preset string) Field {
	f := day(name, zh, en, true)
	f.Default = preset
	return f
}

// Who may issue what. The handling side writes to people and records what it
// finds; the desk tells of acceptance and presses; leads above supervise.
var (
	byDesk     = tickets.By{Role: tickets.RoleOperator, Places: []tickets.Place{tickets.AtDesk, tickets.AtHandler}}
	byLead     = tickets.By{Role: tickets.RoleLead, Places: []tickets.Place{tickets.AtDesk, tickets.AtHandler, tickets.AtAbove, tickets.AtAssigned}}
	byAssigned = tickets.By{Role: tickets.RoleInvestigator, Places: []tickets.Place{tickets.AtAssigned}}
	byAbove    = tickets.By{Role: tickets.RoleLead, Places: []tickets.Place{tickets.AtDesk, tickets.AtAbove}}

	anybody   = []tickets.By{byDesk, byLead, byAssigned}
	handling  = []tickets.By{byLead, byAssigned}
	pressing  = []tickets.By{byDesk, byAbove}
	leadsOnly = []tickets.By{byLead}
)
