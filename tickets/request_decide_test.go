package tickets

import (
	"testing"
	"time"
)

// TestNeitherSideDecides: whoever has the ticket and whoever asked are one side.
func TestNeitherSideDecides(t *testing.T) {
	w := newWorld()
	above := func(unit int) Request {
		return Request{N: 1, State: "pending", Kind: RequestExtension, Decider: DecideAbove, Unit: unit, AskedBy: 99}
	}
	platform := func(unit int) Request { r := above(unit); r.Decider = DecidePlatform; return r }
	for _, tc := range []struct {
		name    string
		handler int
		r       Request
		who     int
		want    bool
	}{
		{"the county's section asked, the county decides", w.county, above(w.section), leadCounty, false},
		{"the county's section asked, the city decides", w.county, above(w.section), leadCity, true},
		{"the county asked and handed down, the county decides", w.town, above(w.county), leadCount2, false},
		{"the county asked and handed down, the city decides", w.town, above(w.county), leadCity, true},
		{"for the platform: the township it was handed to", w.town, platform(w.county), leadTown, false},
		{"for the platform: another lead of the asking county", w.county, platform(w.county), leadCount2, false},
		{"for the platform: the city", w.county, platform(w.county), leadCity, true},
		{"the bureau itself asked: another lead of it", 1, above(1), leadCity2, true},
	} {
		if got := MayDecide(w.ticket(w.at(Handling, tc.handler)), tc.r, w.people[tc.who], w.World); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestATimeRecordedForThePlatformIsNeverLaterThanAsked(t *testing.T) {
	w := newWorld()
	wanted := testNow.Add(72 * time.Hour)
	tk := w.ticket(w.at(Handling, w.county))
	tk.Track = TrackOrder
	tk.Clocks = []TicketClock{{ID: 5, Duty: "resolve", Open: true, Start: testNow.Add(-time.Hour), Due: testNow.Add(24 * time.Hour)}}
	tk.Requests = []Request{{ID: 1, N: 1, Kind: RequestExtension, State: "pending", Decider: DecidePlatform, Unit: w.county, AskedBy: leadCounty, Clock: 5, Amount: 3, Wanted: &wanted}}
	grant := func(by string) error {
		_, err := Decide(tk, w.act(leadCity, ActGrant, Values{"request": "1", "evidence": "平台页面截图", "handle_by": by}), w.World)
		return err
	}
	if err := grant(wanted.Add(time.Hour).Format(time.RFC3339)); err == nil {
		t.Error("more than was asked is granted")
	}
	if err := grant(wanted.Format(time.RFC3339)); err != nil {
		t.Errorf("what was asked is refused: %v", err)
	}
}

func TestWhoCheckedDoesNotFollowUp(t *testing.T) {
	w := newWorld()
	tk := w.ticket(w.at(Answered, w.county), found, replied(true), func(t *Ticket) {
		t.Attempts = []Attempt{{Reply: 1, Way: "call", State: "delivered", At: testNow}}
	})
	tk.Allegations[0].Finding.Author = leadCounty
	values := Values{"resolved": "true", "satisfaction": "very_satisfied"}
	if _, err := Decide(tk, w.act(leadCounty, ActFollowUp, values), w.World); err == nil {
		t.Error("he records how satisfied the person is with his own finding")
	}
	if _, err := Decide(tk, w.act(opCity, ActFollowUp, values), w.World); err != nil {
		t.Errorf("the desk may not: %v", err)
	}
}
