package web

import (
	"bytes"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
	"hotline/tickets/paper/docx"
	"hotline/tickets/ticketdb"
)

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }

// DocumentPage is one document with what may be done about it; the code on the
// paper leads here.
type DocumentPage struct {
	*Shell
	Number  string
	Line    DocumentLine
	Print   PrintView
	MayName bool // may print it with the complainant's name
	File    *ticketdb.Attachment
	Faults  map[string]string
	Reason  string // typed, refused
}

func (DocumentPage) template() string { return "document" }

// document shows the page.
func (s *server) document(c *fiber.Ctx, v *visit) error {
	return s.showDocument(c, v, nil, "")
}

func (s *server) showDocument(c *fiber.Ctx, v *visit, bad tickets.Invalid, reason string) error {
	t, x, err := s.documentAt(c, v)
	if err != nil {
		return err
	}
	view, err := s.printView(c, t, x, "")
	if err != nil {
		return err
	}
	p := DocumentPage{Shell: s.shell(c, v, x.Number+" "+x.Paper.Title), Number: t.Number, Line: documentLine(t, x), Print: view, MayName: x.Paper.ToComplainant && s.mayOpen(v, t), Reason: reason}
	p.Path = p.Line.Href
	for i := range t.Attachments {
		if t.Attachments[i].ID == x.Attachment {
			p.File = &t.Attachments[i]
		}
	}
	status := fiber.StatusOK
	if len(bad) > 0 {
		p.Faults, _ = problems(v.lang, bad, nil)
		status = fiber.StatusUnprocessableEntity
	}
	return s.render(c, v, status, p)
}

// documentCode follows the code on a paper.
func (s *server) documentCode(c *fiber.Ctx, v *visit) error {
	number, id, err := s.Tickets.DocumentOf(c.UserContext(), v.caller, c.Params("token"))
	if err != nil {
		return err
	}
	return c.Redirect("/tickets/"+number+"/documents/"+itoa64(id)+"#return", fiber.StatusSeeOther)
}

// documentReturn takes the photo of the signed copy.
func (s *server) documentReturn(c *fiber.Ctx, v *visit) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	file, err := s.upload(c)
	if err == nil {
		err = s.Tickets.ReturnDocument(c.UserContext(), v.caller, c.Params("number"), id, file)
	}
	return s.afterDocument(c, v, id, "returned", "", err)
}

// documentCancel declares it void.
func (s *server) documentCancel(c *fiber.Ctx, v *visit) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(c.FormValue("reason"))
	err = s.Tickets.CancelDocument(c.UserContext(), v.caller, c.Params("number"), id, reason)
	return s.afterDocument(c, v, id, "void", reason, err)
}

func (s *server) afterDocument(c *fiber.Ctx, v *visit, id int64, done, typed string, err error) error {
	var bad tickets.Invalid
	switch {
	case errors.As(err, &bad):
		return s.showDocument(c, v, bad, typed)
	case err != nil:
		return err
	}
	s.flash(c, done)
	return c.Redirect("/tickets/"+c.Params("number")+"/documents/"+itoa64(id), fiber.StatusSeeOther)
}

// DocumentPrint is the paper alone, for the printer.
type DocumentPrint struct {
	Lang  Lang
	Title string
	Form  string // the CSRF token
	Href  string
	May   bool // may print it with the complainant's name
	Named bool
	Print PrintView
}

func (DocumentPrint) template() string { return "document_print" }

// documentPrint shows the paper with room for the name.
func (s *server) documentPrint(c *fiber.Ctx, v *visit) error { return s.printDocument(c, v, "") }

// documentPrintNamed opens the contact for it. It is a POST since each view is
// an act of its own in the journal.
func (s *server) documentPrintNamed(c *fiber.Ctx, v *visit) error {
	name, err := s.nameOf(c, v)
	if err != nil {
		return err
	}
	return s.printDocument(c, v, name)
}

func (s *server) nameOf(c *fiber.Ctx, v *visit) (string, error) {
	id, err := idParam(c)
	if err != nil {
		return "", err
	}
	return s.Tickets.NameDocument(c.UserContext(), v.caller, c.Params("number"), id)
}

func (s *server) printDocument(c *fiber.Ctx, v *visit, name string) error {
	t, x, err := s.documentAt(c, v)
	if err != nil {
		return err
	}
	view, err := s.printView(c, t, x, name)
	if err != nil {
		return err
	}
	return s.render(c, v, fiber.StatusOK, DocumentPrint{Lang: v.lang, Title: x.Paper.Title + " " + x.Number, Form: s.formToken(v), Href: documentLine(t, x).Href,
		May: x.Paper.ToComplainant && name == "" && s.mayOpen(v, t), Named: name != "", Print: view})
}

// documentFile sends the paper as a Word file with room for the name.
func (s *server) documentFile(c *fiber.Ctx, v *visit) error { return s.sendDocument(c, v, "") }

// documentFileNamed opens the contact for it.
func (s *server) documentFileNamed(c *fiber.Ctx, v *visit) error {
	name, err := s.nameOf(c, v)
	if err != nil {
		return err
	}
	return s.sendDocument(c, v, name)
}

func (s *server) sendDocument(c *fiber.Ctx, v *visit, name string) error {
	t, x, err := s.documentAt(c, v)
	if err != nil {
		return err
	}
	view, err := s.printView(c, t, x, name)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := docx.Write(&b, view.Print); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, docx.Type)
	c.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+url.PathEscape(x.Number+" "+x.Paper.Title+".docx"))
	return c.Send(b.Bytes())
}
