package web

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
	"hotline/tickets/paper"
	"hotline/tickets/ticketdb"
)

// DocumentForm is a document being written: its fields as the ticket prefills
// them, and on request how it will look.
type DocumentForm struct {
	*Shell
	Number    string
	Kind      paper.Kind
	Name      string
	Version   int
	Fields    []FieldView
	Sealed    bool // confidential: what may point to a person needs a tick
	Confirm   string
	Confirmed bool
	Error     string
	Preview   *PrintView
}

func (DocumentForm) template() string { return "document_form" }

// documentDraft opens the form of a kind.
func (s *server) documentDraft(c *fiber.Ctx, v *visit) error {
	k, t, err := s.kindAt(c, v, c.Query("kind"))
	if err != nil {
		return err
	}
	draft, err := s.Tickets.DraftDocument(c.UserContext(), v.caller, t.Number, k.Code)
	if err != nil {
		return err
	}
	return s.render(c, v, fiber.StatusOK, s.documentForm(c, v, t, k, draft))
}

func (s *server) kindAt(c *fiber.Ctx, v *visit, code string) (paper.Kind, *ticketdb.View, error) {
	k, ok := paper.Of(code)
	if !ok {
		return k, nil, tickets.ErrUnknownAction
	}
	t, err := s.Tickets.Find(c.UserContext(), v.caller, c.Params("number"))
	return k, t, err
}

// documentIssue issues the document, or shows how it will look.
func (s *server) documentIssue(c *fiber.Ctx, v *visit) error {
	k, t, err := s.kindAt(c, v, c.FormValue("kind"))
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil || version <= 0 {
		return errForm
	}
	typed := documentValues(c, k)
	if c.FormValue("do") == "preview" {
		return s.documentPreview(c, v, t, k, typed)
	}
	x, err := s.Tickets.IssueDocument(c.UserContext(), v.caller, t.Number, version, k.Code, typed)
	var bad tickets.Invalid
	switch {
	case err == nil:
		s.flash(c, "issued")
		return c.Redirect("/tickets/"+t.Number+"/documents/"+itoa64(x.ID), fiber.StatusSeeOther)
	case errors.As(err, &bad):
		f := s.documentForm(c, v, t, k, typed)
		f.blame(v.lang, bad)
		return s.render(c, v, fiber.StatusUnprocessableEntity, f)
	case errors.Is(err, tickets.ErrMoved):
		f := s.documentForm(c, v, t, k, typed)
		f.Error = v.lang.T("您打开之后，这张工单已有变化，文书没有签发。请核对后再次签发。", "The ticket has moved since you opened it; nothing was issued. Look again, then issue.")
		return s.render(c, v, fiber.StatusConflict, f)
	}
	return err
}

// documentPreview shows what would be issued; no number is taken.
func (s *server) documentPreview(c *fiber.Ctx, v *visit, t *ticketdb.View, k paper.Kind, typed tickets.Values) error {
	if !paper.May(k, &t.Ticket, t.Actor) {
		return tickets.ErrNotAllowed
	}
	f := s.documentForm(c, v, t, k, typed)
	fields := tickets.Values{}
	for name, x := range typed {
		if name != "confirmed" {
			fields[name] = x
		}
	}
	p, err := paper.Compose(k, s.Tickets.PaperFacts(t), fields, v.lang.T("（签发时编号）", "(numbered when issued)"))
	var bad tickets.Invalid
	if errors.As(err, &bad) {
		f.blame(v.lang, bad)
		return s.render(c, v, fiber.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	f.Preview = &PrintView{Print: paper.Print{Paper: p, Reader: t.MaskedAddressee()}}
	return s.render(c, v, fiber.StatusOK, f)
}

// documentValues reads the form; an empty field is empty, not the draft's.
func documentValues(c *fiber.Ctx, k paper.Kind) tickets.Values {
	out := tickets.Values{}
	for _, f := range k.Form() {
		out[f.Name] = c.FormValue(f.Name)
	}
	if c.FormValue("confirmed") != "" {
		out["confirmed"] = "true"
	}
	return out
}

func (s *server) documentForm(c *fiber.Ctx, v *visit, t *ticketdb.View, k paper.Kind, values tickets.Values) *DocumentForm {
	l := v.lang
	name := l.T(k.ZH, capital(k.EN))
	f := &DocumentForm{Shell: s.shell(c, v, name+" "+t.Number), Number: t.Number, Kind: k, Name: name, Version: t.Version, Sealed: t.Secrecy == tickets.Confidential, Confirmed: values["confirmed"] != ""}
	f.Path = "/tickets/" + t.Number + "/documents/new?kind=" + k.Code
	for _, x := range k.Form() {
		view := FieldView{ID: "doc-" + x.Name, Name: x.Name, Label: l.T(x.ZH, capital(x.EN)), Type: string(x.Type), Must: x.Must, Max: x.Max, Value: values[x.Name]}
		if token := "【" + x.ZH + "】"; l == EN && strings.Contains(strings.Join(k.Body, ""), token) {
			view.Label += " " + token // the body names it so
		}
		switch x.Type {
		case tickets.TypeUnit:
			view.Groups = s.unitGroups(view.Value, func(u *units.Unit) bool { return k.Bare || !s.recused(&t.Ticket, u) })
		case tickets.TypeTime:
			view.Type, view.Latest = "date", s.Now().In(workday.Zone).Format("2006-01-02") // the earliest, here
		}
		f.Fields = append(f.Fields, view)
	}
	return f
}

// blame puts each problem at its field.
func (f *DocumentForm) blame(l Lang, bad tickets.Invalid) {
	by, rest := problems(l, bad, nil)
	f.Error = rest
	for i := range f.Fields {
		f.Fields[i].Error = by[f.Fields[i].Name]
		delete(by, f.Fields[i].Name)
	}
	f.Confirm = by["confirmed"]
	delete(by, "confirmed")
	for _, text := range by {
		f.Error += text
	}
}

// recused tells whether a unit must not learn of the ticket.
func (s *server) recused(t *tickets.Ticket, u *units.Unit) bool {
	for _, key := range t.Recused {
		if key > 0 && s.Tickets.Tree().Within(u.ID, key) {
			return true
		}
	}
	return false
}
