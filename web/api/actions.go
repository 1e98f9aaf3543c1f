package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

type choiceBody struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

type fieldBody struct {
	Name     string       `json:"name"`
	ZH       string       `json:"zh"`
	EN       string       `json:"en"`
	Type     string       `json:"type" enum:"text,line,choice,unit,person,time,int,money,bool,number"`
	Required bool         `json:"required"`
	Max      int          `json:"max,omitempty" doc:"Characters at most"`
	Choices  []choiceBody `json:"choices,omitempty"`
}

type actionBody struct {
	Action string      `json:"action"`
	ZH     string      `json:"zh"`
	EN     string      `json:"en"`
	To     string      `json:"to" doc:"The status after it"`
	Fields []fieldBody `json:"fields"`
}

type actionsOutput struct {
	Body struct {
		Number  string       `json:"number"`
		Version int          `json:"version" doc:"Send it back with the action"`
		Items   []actionBody `json:"items"`
	}
}

// actionFields are an action's fields as JSON sends them: scalars, and version.
type actionFields map[string]any

// Schema lets every field through; the flow table knows which belong to which action.
func (actionFields) Schema(huma.Registry) *huma.Schema {
	one := 1.0
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Required: []string{"version"},
		Description: "The action's fields, as GET …/actions lists them, and the version of the ticket they were chosen by.",
		Properties:  map[string]*huma.Schema{"version": {Type: huma.TypeInteger, Minimum: &one}}}
}

type actInput struct {
	Numbered
	Action string `path:"action" maxLength:"40"`
	Body   actionFields
}

func (s *server) actionCalls() {
	tags := []string{"actions"}
	call(s, huma.Operation{OperationID: "list-actions", Method: http.MethodGet, Path: "/api/v1/tickets/{number}/actions", Tags: tags, Security: signed,
		Summary: "What may be done now / 可办事项", Description: "The actions this account may take on the ticket now, with the fields each takes."}, s.listActions)
	call(s, huma.Operation{OperationID: "act", Method: http.MethodPost, Path: "/api/v1/tickets/{number}/actions/{action}", Tags: tags, Security: signed,
		Summary: "Do it / 办理", Description: "Answers the ticket as it then stands; 204 where the step took it out of this account's sight. " +
			"409 with the present ticket where it has moved since version; 422 names fields; 403 where this account may not; 404 for an unknown action."}, s.act)
}

func (s *server) listActions(ctx context.Context, who *request, in *Numbered) (*actionsOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	v, err := s.Tickets.Find(ctx, who.caller, n)
	if err != nil {
		return nil, err
	}
	out := &actionsOutput{}
	out.Body.Number, out.Body.Version = v.Number, v.Version
	out.Body.Items = each(v.Actions(), func(r tickets.Row) actionBody {
		return actionBody{string(r.Action), r.ZH, r.EN, string(r.Next(v.Status)), each(r.Needs, func(f tickets.Field) fieldBody { return fieldOf(f, v.FindingKind()) })}
	})
	return out, nil
}

func fieldOf(f tickets.Field, kind string) fieldBody {
	f = f.For(kind)
	return fieldBody{Name: f.Name, ZH: f.ZH, EN: f.EN, Type: string(f.Type), Required: f.Must, Max: f.Max, Choices: choicesOf(f.Choices)}
}

func choicesOf(w tickets.Words) []choiceBody {
	return each(w, func(x tickets.Word) choiceBody { return choiceBody(x) })
}

func (s *server) act(ctx context.Context, who *request, in *actInput) (*ticketOutput, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	row, ok := tickets.RowOf(tickets.Action(strings.Clone(in.Action)))
	if !ok {
		return nil, tickets.ErrUnknownAction
	}
	version, values, faults := s.values(row, in.Body)
	if len(faults) > 0 {
		return nil, invalid(faults...)
	}
	v, err := s.Tickets.Act(ctx, who.caller, n, version, row.Action, values)
	if err != nil {
		return nil, s.moved(err, v)
	}
	if v == nil {
		return &ticketOutput{Status: http.StatusNoContent}, nil
	}
	return &ticketOutput{http.StatusOK, s.ticket(v)}, nil
}

// moved adds the present ticket to a conflict: the other one won, and this is
// what he did.
func (s *server) moved(err error, v *ticketdb.View) error {
	if !errors.Is(err, tickets.ErrMoved) {
		return err
	}
	p := problem(http.StatusConflict, "工单已有变动，请按最新状态重试", "the ticket has moved: look at it again", fault("body.version", "不是最新版本", "is not the present version"))
	p.Ticket = s.ticket(v)
	return p
}

// values reads the body into the texts of the flow table. Lists and objects
// are refused at their field; a unit may be named by region code or name.
func (s *server) values(row tickets.Row, body actionFields) (int, tickets.Values, []Fault) {
	version, values := 0, tickets.Values{}
	var faults []Fault
	for name, x := range body {
		if name == "version" {
			v, _ := x.(json.Number)
			version, _ = strconv.Atoi(v.String())
			continue
		}
		value, ok := text(x)
		if !ok {
			faults = append(faults, fault("body."+name, "类型不对，须为文字、数字或 true/false", "must be a string, a number or true/false"))
			continue
		}
		values[name] = value
		if i := slices.IndexFunc(row.Needs, func(f tickets.Field) bool { return f.Name == name }); i >= 0 && row.Needs[i].Type == tickets.TypeUnit && value != "" {
			unit := unitRef(value).resolve(s.Tickets.Tree())
			if unit == nil {
				faults = append(faults, noUnit("body."+name))
				continue
			}
			values[name] = strconv.Itoa(unit.ID)
		}
	}
	return version, values, faults
}

// UnmarshalJSON keeps numbers as they were written: 1e+06 is no unit id.
func (a *actionFields) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode((*map[string]any)(a))
}

// text is a scalar of a JSON body as the flow table reads it.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
