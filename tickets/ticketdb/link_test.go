package ticketdb_test

import (
	"context"
	"errors"
	"testing"

	"hotline/intake"
	"hotline/tickets"
)

func TestARelationIsUndoneFromEitherSideAndKeepsItsRow(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	lead, county := b.Session(t, "lead-city"), b.Session(t, "lead-140428")
	first, second, hidden := b.register(t, lead, help()), b.register(t, lead, help()), b.register(t, lead, help(func(s *intake.Submission) { s.Region = "140428101" }))
	for _, o := range []string{first.Number, second.Number} {
		b.act(t, lead, o, tickets.ActDispatch, tickets.Values{"unit": "10"})
	}
	link := func(kind, other string) tickets.Values { return tickets.Values{"kind": kind, "other": other} }
	b.act(t, lead, first.Number, tickets.ActLink, link("same_person", second.Number))
	b.act(t, lead, first.Number, tickets.ActLink, link("same_matter", second.Number))
	b.act(t, lead, first.Number, tickets.ActLink, link("same_person", hidden.Number))

	v := b.act(t, county, second.Number, tickets.ActUnlink, link("same_person", first.Number))
	if len(v.Relations) != 1 || v.Relations[0].Kind != "same_matter" {
		t.Fatalf("after undoing one from the other side: %+v", v.Relations)
	}
	var bad tickets.Invalid
	for name, values := range map[string]tickets.Values{"one undone before": link("same_person", first.Number), "one that never was": link("appeal_of", first.Number),
		"one to a ticket out of sight": link("", hidden.Number)} {
		if _, err := b.db.Act(ctx, county, second.Number, 0, tickets.ActUnlink, values); !errors.As(err, &bad) || bad[0].Field != "other" {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The county does not see the third: to it the relation is not there at all.
	if _, err := b.db.Act(ctx, county, first.Number, 0, tickets.ActUnlink, link("", hidden.Number)); !errors.As(err, &bad) || bad[0].ZH != "没有这张工单" {
		t.Errorf("a hidden one: %v", err)
	}
	if v = b.act(t, lead, first.Number, tickets.ActUnlink, link("", second.Number)); len(v.Relations) != 1 {
		t.Errorf("undoing all to one ticket leaves %+v", v.Relations)
	}
	var rows, undone int
	if err := b.PG.Machines().QueryRow(ctx, `SELECT count(*), count(undone_at) FROM relations WHERE ticket = $1`, first.ID).Scan(&rows, &undone); err != nil || rows != 3 || undone != 2 {
		t.Errorf("%d rows, %d undone: %v", rows, undone, err)
	}
}
