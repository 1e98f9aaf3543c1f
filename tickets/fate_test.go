package tickets

import "testing"

func TestATransferIsCalledOffWithItsReason(t *testing.T) {
	w := newWorld()
	must := TicketClock{Duty: "transfer_out", Open: true}
	tk := w.ticket(w.at(Handling, w.county), found)
	tk.Allegations[0].Finding.Transfer = true
	for _, tc := range []struct {
		name string
		act  Act
		want Fate
	}{
		{"a note changes nothing", w.act(handCounty, ActNote, Values{"note": "x"}), Runs},
		{"a later finding without it", w.act(handCounty, ActRecord, Values{"allegation": "1", "outcome": "false", "method": "复核"}), CalledOff},
		{"a later finding with it", w.act(handCounty, ActRecord, Values{"allegation": "1", "outcome": "true", "method": "复核", "transfer": "true"}), Runs},
		{"it is done", w.act(handCounty, ActTransferred, Values{"body": "纪委监委", "sent_no": "1号"}), Met},
	} {
		clock := must
		clock.Meets = []string{"transferred"}
		c, err := Decide(tk, tc.act, w.World)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		if got := c.FateOf(clock, 1); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, got, tc.want)
		}
	}
}
