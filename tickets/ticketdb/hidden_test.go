package ticketdb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hotline/intake"
	"hotline/internal/accounts"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// TestLinkToAHiddenTicketIsNotThere: a county that handles one ticket learns
// nothing of another one that accuses it, though the city has linked the two.
func TestLinkToAHiddenTicketIsNotThere(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	operator, city, county := b.Session(t, "operator"), b.Session(t, "lead-city"), b.Session(t, "lead-140428")
	unit := b.db.Tree().ByRegion("140428").ID
	plain := b.register(t, operator, help())
	hidden := b.register(t, operator, help(func(s *intake.Submission) {
		s.Kind, s.Accused = tickets.Complaint, []tickets.Accused{{Unit: unit}}
	}))
	b.act(t, city, plain.Number, tickets.ActDispatch, tickets.Values{"unit": fmt.Sprint(unit)})
	b.act(t, city, plain.Number, tickets.ActLink, tickets.Values{"other": hidden.Number, "kind": "same_accused", "note": "另件反映该局"})
	b.act(t, city, plain.Number, tickets.ActUnlink, tickets.Values{"other": hidden.Number, "note": "另件不相干"})
	b.act(t, city, plain.Number, tickets.ActLink, tickets.Values{"other": hidden.Number, "kind": "same_accused", "note": "另件反映该局"})

	seen, err := b.db.Find(ctx, city, plain.Number)
	if err != nil || len(seen.Relations) != 1 || seen.Relations[0].Number != hidden.Number {
		t.Fatalf("the city sees %+v, %v", seen.Relations, err)
	}
	v, err := b.db.Find(ctx, county, plain.Number)
	if err != nil || len(v.Relations) != 0 {
		t.Errorf("the accused county sees the link: %+v, %v", v.Relations, err)
	}
	rows, err := b.db.Journal(ctx, county, plain.Number)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		for name, value := range r.Fields {
			if text := string(value); strings.Contains(text, hidden.Number) || strings.Contains(text, "same_accused") || strings.Contains(text, "另件") {
				t.Errorf("journal row %s tells it in %s: %s", r.Action, name, text)
			}
		}
	}
	if _, err := b.db.Find(ctx, county, hidden.Number); !errors.Is(err, pg.ErrNotFound) {
		t.Errorf("the accused county opens the ticket itself: %v", err)
	}
}

// TestConfidentialTicketNamesNobodyAnywhere: title, place and file names are
// read by the handling unit too.
func TestConfidentialTicketNamesNobodyAnywhere(t *testing.T) {
	t.Parallel()
	b := open(t)
	city := b.Session(t, "lead-city")
	o := b.register(t, city, help(func(s *intake.Submission) {
		s.Kind, s.Secrecy, s.Title, s.Place = tickets.Report, tickets.Confidential, "王小明举报村干部", "石哲镇，联系19900001234"
		s.Files = []ticketdb.File{{Name: "王小明身份证.txt", Content: []byte("x")}}
	}))
	v, err := b.db.Find(context.Background(), city, o.Number)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{v.Title, v.Place, v.Statement, v.Attachments[0].Name, v.Complainants[0].Name, v.Complainants[0].Phone} {
		if strings.Contains(text, "王小明") || strings.Contains(text, "19900001234") || strings.Contains(text, "1234") {
			t.Errorf("%q names the complainant", text)
		}
	}
	if !strings.Contains(v.Place, "石哲镇") {
		t.Errorf("the place %q is lost", v.Place)
	}
}

func TestFileOfAnUnknownPurposeIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	b := open(t)
	city := b.Session(t, "lead-city")
	o := b.register(t, city, help())
	b.Clock.Add(time.Minute)
	_, err := b.db.AddFile(context.Background(), city, o.Number, 0, ticketdb.File{Name: "a.txt", Content: []byte("x"), Purpose: "reply"})
	var bad tickets.Invalid
	if !errors.As(err, &bad) || bad[0].Field != "purpose" {
		t.Errorf("got %v, want a problem at purpose", err)
	}
}

// TestUnitFoundAccusedLateLosesTheTicket: it is recused while it has the ticket,
// sees nothing of it from then on, and gets it by no way again.
func TestUnitFoundAccusedLateLosesTheTicket(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	operator, city, county := b.Session(t, "operator"), b.Session(t, "lead-city"), b.Session(t, "lead-140428")
	unit := b.db.Tree().ByRegion("140428").ID
	o := b.register(t, operator, help(func(s *intake.Submission) { s.Kind = tickets.Complaint }))
	b.act(t, city, o.Number, tickets.ActDispatch, tickets.Values{"unit": fmt.Sprint(unit)})
	b.act(t, county, o.Number, tickets.ActSign, nil)
	b.act(t, city, o.Number, tickets.ActAccuse, tickets.Values{"unit": fmt.Sprint(unit)})
	gone := func(when string) {
		t.Helper()
		if _, err := b.db.Find(ctx, county, o.Number); !errors.Is(err, pg.ErrNotFound) {
			t.Errorf("%s the accused unit finds it: %v", when, err)
		}
		if _, err := b.db.Journal(ctx, county, o.Number); !errors.Is(err, pg.ErrNotFound) {
			t.Errorf("%s the accused unit reads its journal: %v", when, err)
		}
	}
	gone("once named,")
	var bad tickets.Invalid
	for _, action := range []tickets.Action{tickets.ActRecall, tickets.ActCoHandle} {
		values := tickets.Values{"unit": fmt.Sprint(unit)}
		if action == tickets.ActRecall {
			values["reason"] = "x"
		}
		if _, err := b.db.Act(ctx, city, o.Number, 0, action, values); !errors.As(err, &bad) {
			t.Errorf("%s gives it back: %v", action, err)
		}
	}
	b.act(t, city, o.Number, tickets.ActRecall, tickets.Values{"unit": fmt.Sprint(b.db.Tree().Root().ID), "reason": "原承办单位涉及被举报"})
	gone("after the recall")
	if r, err := ticketdb.Verify(ctx, b.PG, 5); err != nil || len(r.Faults) > 0 {
		t.Errorf("verify: %v, %v", r.Faults, err)
	}
}

func TestLeadMayNameHisOwnUnitAndThenSeesNothing(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	county, unit := b.Session(t, "lead-140428"), b.db.Tree().ByRegion("140428").ID
	o := b.register(t, county, help())
	v, err := b.db.Act(ctx, county, o.Number, 1, tickets.ActAccuse, tickets.Values{"unit": fmt.Sprint(unit)})
	if err != nil || v != nil {
		t.Errorf("got %v, %v; want nothing to show and no error", v, err)
	}
	if seen, err := b.db.Find(ctx, b.Session(t, "lead-city"), o.Number); err != nil || len(seen.Accused) != 1 {
		t.Errorf("the level above does not see who is accused: %v", err)
	}
}

// TestTicketThatAccusesTheBureauIsNotLost: nobody stands above the bureau here, so
// its lead still sees the ticket, and can do nothing with it but pass it on.
func TestTicketThatAccusesTheBureauIsNotLost(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	operator, city := b.Session(t, "operator"), b.Session(t, "lead-city")
	root := b.db.Tree().Root().ID
	o := b.register(t, operator, help(func(s *intake.Submission) {
		s.Kind, s.Accused = tickets.Complaint, []tickets.Accused{{Unit: root}}
	}))
	if _, err := b.db.Find(ctx, city, o.Number); err != nil {
		t.Fatalf("nobody finds it: %v", err)
	}
	var bad tickets.Invalid
	if _, err := b.db.Act(ctx, city, o.Number, 0, tickets.ActTake, nil); !errors.As(err, &bad) {
		t.Errorf("the bureau takes it: %v", err)
	}
	v := b.act(t, operator, o.Number, tickets.ActConclude, tickets.Values{"outcome": "transferred", "basis": "discipline", "reason": "涉及本局", "public_text": "已移送纪检监察机关。"})
	if v.Status != tickets.Approval {
		t.Errorf("passed on, it is %s", v.Status)
	}
}

// TestReceiptCodeIsNotGuessedFromManyAddresses: the count is the number's, not an
// address's, and is over after an hour.
func TestReceiptCodeIsNotGuessedFromManyAddresses(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	o := b.register(t, b.Session(t, "operator"), help())
	wrong := "000000"
	if o.ReceiptCode == wrong {
		wrong = "000001"
	}
	for i := range 20 {
		if _, err := b.db.Public(ctx, o.Number, wrong); !errors.Is(err, pg.ErrNotFound) {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	var locked accounts.Locked
	if _, err := b.db.Public(ctx, o.Number, o.ReceiptCode); !errors.As(err, &locked) {
		t.Errorf("after twenty wrong codes: %v, want Locked", err)
	}
	b.Clock.Add(time.Hour + time.Second)
	if _, err := b.db.Public(ctx, o.Number, o.ReceiptCode); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

// TestContactOlderThanEveryRuleHasItsClocks: typing an early time of receipt is no
// way around the limits.
func TestContactOlderThanEveryRuleHasItsClocks(t *testing.T) {
	t.Parallel()
	b := open(t)
	o := b.register(t, b.Session(t, "operator"), help(func(s *intake.Submission) { s.ReceivedAt = b.Clock.Now().AddDate(-9, 0, 0) }))
	if len(o.Deadlines) == 0 {
		t.Error("it has no clock at all")
	}
}

// TestRecusedFromAChildToo: whoever must keep away from a ticket learns nothing
// of it through what is split off it.
func TestRecusedFromAChildToo(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := context.Background()
	city, first, other := b.Session(t, "lead-city"), b.Session(t, "lead-140428"), b.Session(t, "lead2-140428")
	o := b.register(t, b.Session(t, "operator"), help(func(s *intake.Submission) { s.Kind = tickets.Complaint }))
	b.act(t, city, o.Number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	b.act(t, city, o.Number, tickets.ActRecuse, tickets.Values{"person": fmt.Sprint(b.Person(t, "lead2-140428")), "ground": "relative"})
	b.act(t, first, o.Number, tickets.ActSign, nil)
	b.act(t, first, o.Number, tickets.ActSplit, tickets.Values{"kind": "report", "text": "经办人收受好处"})
	var child string
	b.Row(t, `SELECT number FROM tickets WHERE number <> $1`, []any{o.Number}, &child)
	b.act(t, city, child, tickets.ActDispatch, tickets.Values{"unit": "10"})
	if _, err := b.db.Find(ctx, first, child); err != nil {
		t.Fatalf("his colleague does not see it: %v", err)
	}
	if _, err := b.db.Find(ctx, other, child); !errors.Is(err, pg.ErrNotFound) {
		t.Errorf("recused from the ticket, he opens what was split off it: %v", err)
	}
}
