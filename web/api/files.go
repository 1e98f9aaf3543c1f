package api

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hotline/tickets/ticketdb"
)

type uploadForm struct {
	File    huma.FormFile `form:"file" required:"true"`
	Version int           `form:"version" required:"true" minimum:"1"`
	Purpose string        `form:"purpose" maxLength:"40" doc:"statement (default), evidence, reply …"`
}

type uploadInput struct {
	Numbered
	RawBody huma.MultipartFormFiles[uploadForm]
}

type contentInput struct {
	Numbered
	ID int64 `path:"id" minimum:"1"`
}

type contentOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

func (s *server) fileCalls() {
	tags := []string{"attachments"}
	call(s, huma.Operation{OperationID: "attach", Method: http.MethodPost, Path: "/api/v1/tickets/{number}/attachments", Tags: tags, Security: signed,
		Summary: "Attach a file / 添加附件", DefaultStatus: http.StatusCreated, MaxBodyBytes: maxFile + maxBody,
		Description: "multipart/form-data with file and version; 25 MB at most. Answers the ticket."}, s.attach)
	call(s, huma.Operation{OperationID: "read-attachment", Method: http.MethodGet, Path: "/api/v1/tickets/{number}/attachments/{id}", Tags: tags, Security: signed,
		Summary: "Download a file / 下载附件"}, s.readAttachment)
}

func (s *server) attach(ctx context.Context, who *request, in *uploadInput) (*ticketOutput, error) {
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
	f := ticketdb.File{Name: clip(form.File.Filename, 300), Content: content, Purpose: strings.Clone(form.Purpose)}
	v, err := s.Tickets.AddFile(ctx, who.caller, n, form.Version, f)
	if err != nil {
		return nil, s.moved(err, v)
	}
	return &ticketOutput{http.StatusCreated, s.ticket(v)}, nil
}

// readAttachment always saves, never shows: what a stranger sent must not run
// in a page of ours.
func (s *server) readAttachment(ctx context.Context, who *request, in *contentInput) (*contentOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	a, content, err := s.Tickets.Content(ctx, who.caller, n, in.ID)
	if err != nil {
		return nil, err
	}
	kind := a.Type
	if kind == "" {
		kind = "application/octet-stream"
	}
	return &contentOutput{kind, mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}), "default-src 'none'; sandbox", content}, nil
}
