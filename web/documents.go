package web

import (
	"encoding/base64"
	"html/template"

	"github.com/gofiber/fiber/v2"

	"hotline/tickets/paper"
	"hotline/tickets/paper/qr"
	"hotline/tickets/ticketdb"
)

// DocumentsPart is the panel of a ticket's documents.
type DocumentsPart struct {
	Lang   Lang
	Number string
	Kinds  []Group // that may be issued now, those that fit first
	List   []DocumentLine
}

// DocumentLine is one document in the panel.
type DocumentLine struct {
	ticketdb.Document
	Href string
	Tone string
	May  bool // may be cancelled, or its signed copy handed in
}

// documentsPart lists what was issued and what may be.
func (s *server) documentsPart(c *fiber.Ctx, v *visit, t *ticketdb.View) (DocumentsPart, error) {
	p := DocumentsPart{Lang: v.lang, Number: t.Number}
	list, err := s.Tickets.Documents(c.UserContext(), v.caller, t.Number)
	if err != nil {
		return p, err
	}
	for _, x := range list {
		p.List = append(p.List, documentLine(t, x))
	}
	kinds, fit := paper.For(&t.Ticket, t.Actor)
	p.Kinds = kindGroups(v.lang, kinds, fit)
	return p, nil
}

// opinion is the number of the written opinion issued last on an appeal, empty
// where there is none.
func (p DocumentsPart) opinion() string {
	for _, x := range p.List {
		if x.CancelledAt == nil && (x.Kind == paper.Review || x.Kind == paper.LastReview) {
			return x.Number
		}
	}
	return ""
}

// kindGroups parts the kinds that fit where the ticket stands from the others.
func kindGroups(l Lang, kinds []paper.Kind, fit int) []Group {
	options := make([]Option, len(kinds))
	for i, k := range kinds {
		options[i] = Option{Value: k.Code, Text: l.T(k.ZH, capital(k.EN))}
	}
	var out []Group
	if fit > 0 {
		out = append(out, Group{l.T("适合当前情况", "Fitting now"), options[:fit]})
	}
	if fit < len(kinds) {
		out = append(out, Group{l.T("其他", "Others"), options[fit:]})
	}
	return out
}

func documentLine(t *ticketdb.View, x ticketdb.Document) DocumentLine {
	k, ok := paper.Of(x.Kind)
	tone := map[string]string{"issued": "st", "returned": "ok", "cancelled": "over"}[x.State()]
	return DocumentLine{x, "/tickets/" + t.Number + "/documents/" + itoa64(x.ID), tone, ok && x.CancelledAt == nil && paper.May(k, &t.Ticket, t.Actor)}
}

// PrintView is a paper as a page draws it.
type PrintView struct {
	paper.Print
	Code template.URL // the code as a picture inside the page
}

// printView draws a document for a reader; name is the complainant's where he
// was opened for it, else the mask stands there.
func (s *server) printView(c *fiber.Ctx, t *ticketdb.View, x ticketdb.Document, name string) (PrintView, error) {
	p := paper.Print{Paper: x.Paper, Reader: name, Void: x.CancelledAt != nil}
	if name == "" {
		p.Reader = t.MaskedAddressee()
	}
	code, err := qr.PNG(s.origin(c) + "/d/" + x.Token)
	if err != nil {
		return PrintView{}, err
	}
	p.QR = code
	return PrintView{p, picture(code)}, nil
}

// picture is a PNG of ours inside a page.
func picture(png []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
}

// origin is where this website is, as the browser asked for it.
func (s *server) origin(c *fiber.Ctx) string {
	if s.Secure {
		return "https://" + c.Hostname()
	}
	return c.Protocol() + "://" + c.Hostname()
}

// documentAt reads the ticket and the document that the path names.
func (s *server) documentAt(c *fiber.Ctx, v *visit) (*ticketdb.View, ticketdb.Document, error) {
	id, err := idParam(c)
	if err != nil {
		return nil, ticketdb.Document{}, err
	}
	t, err := s.Tickets.Find(c.UserContext(), v.caller, c.Params("number"))
	if err != nil {
		return nil, ticketdb.Document{}, err
	}
	x, err := s.Tickets.Document(c.UserContext(), v.caller, t.Number, id)
	return t, x, err
}

// documentStates is the vocabulary of what became of a document.
var documentStates = words("issued|已签发|issued", "returned|已交回|signed copy here", "cancelled|作废|void")
