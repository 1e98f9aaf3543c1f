package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hotline/internal/units"
	"hotline/tickets"
	"hotline/tickets/paper"
)

// Category is a matter that tickets are sorted by.
type Category struct {
	Code   string `json:"code"`
	Parent string `json:"parent,omitempty"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	GB     string `json:"gb,omitempty" doc:"Code of GB/T 39666, where the bureau has filled it in"`
	// Retired ones stand on old tickets only.
	Retired bool `json:"retired,omitempty" doc:"Stands on old tickets and is refused for new ones"`
}

type unitBody struct {
	ID       int    `json:"id"`
	Parent   int    `json:"parent,omitempty"`
	Kind     string `json:"kind" enum:"city,county,section,township,village,cohandler,auditor,discipline"`
	Name     string `json:"name"`
	Short    string `json:"short"`
	Region   string `json:"region,omitempty"`
	RunsDesk bool   `json:"runs_desk"`
	Active   bool   `json:"active"`
}

type listOf[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next" doc:"Always empty: the list is whole"`
	Total int    `json:"total"`
}

type unitsOutput struct{ Body listOf[unitBody] }

type categoriesOutput struct{ Body listOf[Category] }

type wordsOutput struct {
	Body map[string][]choiceBody
}

func (s *server) listCalls() {
	tags := []string{"lists"}
	call(s, huma.Operation{OperationID: "list-units", Method: http.MethodGet, Path: "/api/v1/units", Tags: tags, Security: signed,
		Summary: "The tree of units / 单位"}, s.listUnits)
	call(s, huma.Operation{OperationID: "list-categories", Method: http.MethodGet, Path: "/api/v1/categories", Tags: tags, Security: signed,
		Summary: "The categories of matters / 事项类别"}, s.listCategories)
	call(s, huma.Operation{OperationID: "list-words", Method: http.MethodGet, Path: "/api/v1/words", Tags: tags, Security: signed,
		Summary: "Every vocabulary with its Chinese and English words / 词表"}, s.listWords)
}

func (s *server) listUnits(context.Context, *request, *nothing) (*unitsOutput, error) {
	items := each(s.Tickets.Tree().All(), func(u *units.Unit) unitBody {
		return unitBody{u.ID, u.Parent, u.Kind, u.Name, u.Short, u.Region, u.RunsDesk, u.Active}
	})
	return &unitsOutput{listOf[unitBody]{Items: items, Total: len(items)}}, nil
}

func (s *server) listCategories(context.Context, *request, *nothing) (*categoriesOutput, error) {
	var items []Category
	if s.Categories != nil {
		items = list(s.Categories())
	} else {
		items = each(tickets.Categories, func(c tickets.Category) Category { return Category(c) })
	}
	return &categoriesOutput{listOf[Category]{Items: items, Total: len(items)}}, nil
}

func (s *server) listWords(context.Context, *request, *nothing) (*wordsOutput, error) {
	out := map[string][]choiceBody{}
	for name, w := range map[string]tickets.Words{
		"status": tickets.Statuses, "kind": tickets.Kinds, "channel": tickets.Channels, "track": tickets.Tracks, "naming": tickets.Namings,
		"secrecy": tickets.Secrecies, "urgency": tickets.Urgencies, "outcome": tickets.Outcomes, "finding": tickets.FindingOutcomes,
		"way": tickets.Ways, "attempt_state": tickets.AttemptStates, "satisfaction": tickets.Satisfactions, "complainant_role": tickets.ComplainantRoles,
		"relation": tickets.Relations, "basis": tickets.BasisCodes, "role": tickets.Roles, "document": paper.Words(), "task": tickets.TaskKinds, "task_state": tickets.TaskStates,
	} {
		out[name] = choicesOf(w)
	}
	return &wordsOutput{out}, nil
}
