package api

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"hotline/tickets"
)

//go:embed docs.html
var docsPage string

//go:embed docs.css
var docsStyle []byte

// describe is the OpenAPI document without its calls. huma's own pages are
// switched off: they load scripts from elsewhere.
func describe(version string, transform huma.Transformer) huma.Config {
	if version == "" {
		version = "1"
	}
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "hotline · 民政热线工单 API", Version: version, Description: "The complaint and hotline desk of a city civil-affairs bureau."},
			Components: &huma.Components{Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer", Description: "The token of POST /api/v1/sessions"}}},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{transform},
	}
}

// problemResponse documents the one shape of every refusal.
func (s *server) problemResponse() *huma.Response {
	schema := s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	return &huma.Response{Description: "A problem document (RFC 9457)",
		Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
}

// docs serves the description and its readable page, both made once.
func (s *server) docs(app *fiber.App) {
	schemas := s.huma.OpenAPI().Components.Schemas.Map()
	for _, unused := range []string{"ErrorModel", "ErrorDetail"} { // huma's own error, which we never send
		delete(schemas, unused)
	}
	spec, err := json.Marshal(s.huma.OpenAPI())
	if err != nil {
		panic(fmt.Errorf("describe the API: %w", err)) // a start-up table
	}
	page := s.docsPage()
	app.Get("/api/openapi.json", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "application/json")
		return c.Send(spec)
	})
	app.Get("/api/docs.css", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "text/css; charset=utf-8")
		return c.Send(docsStyle)
	})
	app.Get("/api/docs", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		return c.Send(page)
	})
}

type docCall struct {
	*huma.Operation
	Open   bool // needs no session
	Body   []docField
	Answer []docField
}

type docField struct {
	Name, Type, Doc string
	Required        bool
}

// docsPage draws the page from the same document and the same flow table.
func (s *server) docsPage() []byte {
	t := template.Must(template.New("docs").Parse(docsPage))
	var b bytes.Buffer
	err := t.Execute(&b, struct {
		Title string
		Calls []docCall
		Parts []docPart
		Flow  []tickets.Row
	}{s.huma.OpenAPI().Info.Title, s.docCalls(), s.docParts(), visible()})
	if err != nil {
		panic(fmt.Errorf("draw the API's page: %w", err)) // a start-up table
	}
	return b.Bytes()
}

// visible are the actions that people take.
func visible() []tickets.Row {
	return slices.DeleteFunc(slices.Clone(tickets.Flow), func(r tickets.Row) bool { return r.Hidden })
}

func (s *server) docCalls() []docCall {
	var out []docCall
	doc := s.huma.OpenAPI()
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Delete} {
			if op == nil {
				continue
			}
			c := docCall{Operation: op, Open: len(op.Security) == 0}
			if op.RequestBody != nil {
				c.Body = fieldsOf(doc, op.RequestBody.Content)
			}
			for _, status := range []string{"200", "201"} {
				if r := op.Responses[status]; r != nil {
					c.Answer = fieldsOf(doc, r.Content)
				}
			}
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b docCall) int {
		order := slices.Index(groups, a.Tags[0]) - slices.Index(groups, b.Tags[0])
		return cmp.Or(order, strings.Compare(a.Path+a.Method, b.Path+b.Method))
	})
	return out
}

// groups is the order in which people read the calls.
var groups = []string{"session", "tickets", "actions", "attachments", "deadlines", "lists", "settings", "duty", "public"}

// docPart is a shape that others are made of.
type docPart struct {
	Name   string
	Fields []docField
}

func (s *server) docParts() []docPart {
	var out []docPart
	doc := s.huma.OpenAPI()
	for name, schema := range doc.Components.Schemas.Map() {
		if f := fieldsOf(doc, map[string]*huma.MediaType{"": {Schema: schema}}); len(f) > 0 {
			out = append(out, docPart{name, f})
		}
	}
	slices.SortFunc(out, func(a, b docPart) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// fieldsOf lists the fields of a body's schema.
func fieldsOf(doc *huma.OpenAPI, content map[string]*huma.MediaType) []docField {
	var out []docField
	for _, m := range content {
		schema := follow(doc, m.Schema)
		if schema == nil {
			continue
		}
		for name, p := range schema.Properties {
			out = append(out, docField{name, typeOf(p), p.Description, slices.Contains(schema.Required, name)})
		}
	}
	slices.SortFunc(out, func(a, b docField) int {
		if a.Required != b.Required {
			if a.Required {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

func follow(doc *huma.OpenAPI, s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// typeOf says a schema's type in a word or two.
func typeOf(s *huma.Schema) string {
	switch {
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case s.Type == huma.TypeArray && s.Items != nil:
		return "[" + typeOf(s.Items) + "]"
	case len(s.Enum) > 0:
		return strings.Trim(strings.ReplaceAll(fmt.Sprint(s.Enum), " ", " | "), "[]")
	case len(s.OneOf) > 0:
		return "integer | string"
	case s.Format != "" && s.Type == huma.TypeString:
		return s.Format
	}
	return s.Type
}
