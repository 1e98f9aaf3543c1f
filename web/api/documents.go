package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/paper"
	"hotline/tickets/paper/docx"
	"hotline/tickets/paper/qr"
	"hotline/tickets/ticketdb"
)

// Papers is what the API needs of the stored documents; *ticketdb.DB is it.
type Papers interface {
	Documents(ctx context.Context, caller pg.Caller, number string) ([]ticketdb.Document, error)
	Document(ctx context.Context, caller pg.Caller, number string, id int64) (ticketdb.Document, error)
	DraftDocument(ctx context.Context, caller pg.Caller, number, kind string) (tickets.Values, error)
	IssueDocument(ctx context.Context, caller pg.Caller, number string, version int, kind string, typed tickets.Values) (ticketdb.Document, error)
	CancelDocument(ctx context.Context, caller pg.Caller, number string, id int64, reason string) error
	ReturnDocument(ctx context.Context, caller pg.Caller, number string, id int64, f ticketdb.File) error
	NameDocument(ctx context.Context, caller pg.Caller, number string, id int64) (string, error)
}

type documentsOutput struct {
	Body struct {
		Items []documentBody `json:"items"`
		Kinds []choiceBody   `json:"kinds" doc:"What this account may issue on the ticket now, what fits first"`
	}
}

type documentOutput struct {
	Status int
	Body   documentBody
}

type draftInput struct {
	Numbered
	Kind string `path:"kind" maxLength:"40" example:"acceptance"`
}

type draftOutput struct {
	Body struct {
		Kind    string          `json:"kind"`
		Version int             `json:"version" doc:"Send it back with the document"`
		Fields  []documentField `json:"fields"`
	}
}

type issueInput struct {
	Numbered
	Body struct {
		Version int               `json:"version" minimum:"1"`
		Kind    string            `json:"kind" maxLength:"40"`
		Fields  map[string]string `json:"fields,omitempty" doc:"A field left out is that of the draft. confirmed=true says that nothing in a confidential ticket's document points to the complainant"`
	}
}

type documentInput struct {
	Numbered
	ID int64 `path:"id" minimum:"1"`
}

type docxInput struct {
	Numbered
	ID   int64 `path:"id" minimum:"1"`
	Name bool  `query:"name" doc:"With the complainant's name: a view of the identity, for those who may open the contact, and in the journal"`
}

type cancelInput struct {
	Numbered
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200"`
	}
}

type signedInput struct {
	Numbered
	ID      int64 `path:"id" minimum:"1"`
	RawBody huma.MultipartFormFiles[signedForm]
}

type signedForm struct {
	File huma.FormFile `form:"file" required:"true"`
}

func (s *server) documentCalls() {
	tags := []string{"documents"}
	const all = "/api/v1/tickets/{number}/documents"
	const one = all + "/{id}"
	call(s, huma.Operation{OperationID: "list-documents", Method: http.MethodGet, Path: all, Tags: tags, Security: signed,
		Summary: "A ticket's documents / 文书", Description: "What was issued, the newest first, and the kinds that may be issued now."}, s.listDocuments)
	call(s, huma.Operation{OperationID: "draft-document", Method: http.MethodGet, Path: all + "/drafts/{kind}", Tags: tags, Security: signed,
		Summary: "How a document begins / 文书草稿", Description: "The fields of a kind with the values that the ticket prefills. Nothing is stored."}, s.draftDocument)
	call(s, huma.Operation{OperationID: "issue-document", Method: http.MethodPost, Path: all, Tags: tags, Security: signed, DefaultStatus: http.StatusCreated,
		Summary: "Issue a document / 签发文书", Description: "Numbers and stores it. 409 where the ticket has moved since version."}, s.issueDocument)
	call(s, huma.Operation{OperationID: "read-document", Method: http.MethodGet, Path: one, Tags: tags, Security: signed, Summary: "Read a document / 查看文书"}, s.readDocument)
	call(s, huma.Operation{OperationID: "download-document", Method: http.MethodGet, Path: one + "/docx", Tags: tags, Security: signed, Summary: "Download it as a Word file / 下载文书"}, s.downloadDocument)
	call(s, huma.Operation{OperationID: "cancel-document", Method: http.MethodPost, Path: one + "/cancel", Tags: tags, Security: signed,
		Summary: "Declare it void / 作废", Description: "The number stays used, what was issued can still be read."}, s.cancelDocument)
	call(s, huma.Operation{OperationID: "return-document", Method: http.MethodPost, Path: one + "/attachments", Tags: tags, Security: signed, MaxBodyBytes: maxFile + maxBody,
		Summary: "Hand in the signed copy / 交回签收件", Description: "multipart/form-data with file; 25 MB at most."}, s.returnDocument)
}

func (s *server) listDocuments(ctx context.Context, who *request, in *Numbered) (*documentsOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	v, err := s.Tickets.Find(ctx, who.caller, n)
	if err != nil {
		return nil, err
	}
	list, err := s.Tickets.Documents(ctx, who.caller, n)
	if err != nil {
		return nil, err
	}
	out := &documentsOutput{}
	out.Body.Items = each(list, s.document)
	kinds, _ := paper.For(&v.Ticket, v.Actor)
	out.Body.Kinds = each(kinds, func(k paper.Kind) choiceBody { return choiceBody{k.Code, k.ZH, k.EN} })
	return out, nil
}

func (s *server) draftDocument(ctx context.Context, who *request, in *draftInput) (*draftOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	k, ok := paper.Of(strings.Clone(in.Kind))
	if !ok {
		return nil, notFound(fault("path.kind", "没有这种文书", "no such kind of document"))
	}
	v, err := s.Tickets.Find(ctx, who.caller, n)
	if err != nil {
		return nil, err
	}
	draft, err := s.Tickets.DraftDocument(ctx, who.caller, n, k.Code)
	if err != nil {
		return nil, err
	}
	out := &draftOutput{}
	out.Body.Kind, out.Body.Version, out.Body.Fields = k.Code, v.Version, documentFields(k, draft)
	return out, nil
}

func (s *server) issueDocument(ctx context.Context, who *request, in *issueInput) (*documentOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	fields := tickets.Values{}
	for name, value := range in.Body.Fields {
		fields[name] = value
	}
	if name := fields["unit"]; name != "" {
		unit := unitRef(name).resolve(s.Tickets.Tree())
		if unit == nil {
			return nil, invalid(noUnit("body.fields.unit"))
		}
		fields["unit"] = strconv.Itoa(unit.ID)
	}
	x, err := s.Tickets.IssueDocument(ctx, who.caller, n, in.Body.Version, in.Body.Kind, fields)
	switch {
	case errors.Is(err, tickets.ErrUnknownAction):
		return nil, invalid(fault("body.kind", "没有这种文书", "no such kind of document"))
	case err != nil:
		return nil, inFields(err)
	}
	return &documentOutput{http.StatusCreated, s.document(x)}, nil
}

// inFields names the fields where they stand in the body.
func inFields(err error) error {
	var bad tickets.Invalid
	if !errors.As(err, &bad) {
		return err
	}
	return invalid(faultsOf(bad, "body.fields")...)
}

func (s *server) readDocument(ctx context.Context, who *request, in *documentInput) (*documentOutput, error) {
	return s.presentDocument(ctx, who, in.Numbered, in.ID)
}

func (s *server) presentDocument(ctx context.Context, who *request, at Numbered, id int64) (*documentOutput, error) {
	n, err := at.number()
	if err != nil {
		return nil, err
	}
	x, err := s.Tickets.Document(ctx, who.caller, n, id)
	if err != nil {
		return nil, err
	}
	return &documentOutput{http.StatusOK, s.document(x)}, nil
}

func (s *server) downloadDocument(ctx context.Context, who *request, in *docxInput) (*contentOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	v, err := s.Tickets.Find(ctx, who.caller, n)
	if err != nil {
		return nil, err
	}
	x, err := s.Tickets.Document(ctx, who.caller, n, in.ID)
	if err != nil {
		return nil, err
	}
	p := paper.Print{Paper: x.Paper, Reader: v.MaskedAddressee(), Void: x.CancelledAt != nil}
	if in.Name {
		name, err := s.Tickets.NameDocument(ctx, who.caller, n, in.ID)
		if err != nil {
			return nil, err
		}
		if name != "" {
			p.Reader = name
		}
	}
	if p.QR, err = qr.PNG(who.origin + "/d/" + x.Token); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := docx.Write(&b, p); err != nil {
		return nil, err
	}
	name := mime.FormatMediaType("attachment", map[string]string{"filename": x.Number + " " + x.Paper.Title + ".docx"})
	return &contentOutput{docx.Type, name, "default-src 'none'; sandbox", b.Bytes()}, nil
}

func (s *server) cancelDocument(ctx context.Context, who *request, in *cancelInput) (*documentOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	if err := s.Tickets.CancelDocument(ctx, who.caller, n, in.ID, strings.Clone(in.Body.Reason)); err != nil {
		return nil, err
	}
	return s.presentDocument(ctx, who, in.Numbered, in.ID)
}

func (s *server) returnDocument(ctx context.Context, who *request, in *signedInput) (*documentOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	form := in.RawBody.Data()
	defer form.File.Close()
	if form.File.Size > maxFile {
		return nil, byStatus(http.StatusRequestEntityTooLarge)
	}
	content, err := io.ReadAll(io.LimitReader(form.File, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	if err := s.Tickets.ReturnDocument(ctx, who.caller, n, in.ID, ticketdb.File{Name: clip(form.File.Filename, 300), Content: content}); err != nil {
		return nil, err
	}
	return s.presentDocument(ctx, who, in.Numbered, in.ID)
}
