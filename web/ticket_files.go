package web

import (
	"errors"
	"io"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// ticketAttach stores an uploaded file.
func (s *server) ticketAttach(c *fiber.Ctx, v *visit) error {
	number := c.Params("number")
	file, err := s.upload(c)
	if err == nil {
		_, err = s.Tickets.AddFile(c.UserContext(), v.caller, number, 0, file)
	}
	if err == nil {
		s.flash(c, "stored")
		return c.Redirect("/tickets/"+number+"#files", fiber.StatusSeeOther)
	}
	var bad tickets.Invalid
	if !errors.As(err, &bad) {
		return err
	}
	t, err := s.Tickets.Find(c.UserContext(), v.caller, number)
	if err != nil {
		return err
	}
	p, err := s.ticketPage(c, v, t, tried{})
	if err != nil {
		return err
	}
	p.FileError = v.lang.T(bad[0].ZH, bad[0].EN)
	return s.render(c, v, fiber.StatusUnprocessableEntity, p)
}

func (s *server) upload(c *fiber.Ctx) (ticketdb.File, error) {
	none := tickets.Invalid{{Field: "file", ZH: "请选择文件，最大 25 MB", EN: "choose a file of at most 25 MB"}}
	head, err := c.FormFile("file")
	if err != nil || head.Size > fileLimit {
		return ticketdb.File{}, none
	}
	f, err := head.Open()
	if err != nil {
		return ticketdb.File{}, none
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		return ticketdb.File{}, none
	}
	purpose := c.FormValue("purpose")
	if !filePurposes.Has(purpose) {
		purpose = "handling"
	}
	return ticketdb.File{Name: head.Filename, Content: content, Purpose: purpose}, nil
}

// ticketFile sends a stored file, always as a download.
func (s *server) ticketFile(c *fiber.Ctx, v *visit) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	a, content, err := s.Tickets.Content(c.UserContext(), v.caller, c.Params("number"), id)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, a.Type)
	c.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+url.PathEscape(a.Name))
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	return c.Send(content)
}
