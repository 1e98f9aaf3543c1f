package ticketdb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hotline/intake"
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
