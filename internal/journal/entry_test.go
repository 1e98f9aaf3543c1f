package journal

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func chain(t *testing.T, n int) []Stored {
	t.Helper()
	at := time.Date(2026, 11, 16, 1, 0, 0, 123456789, time.UTC)
	prev := Genesis
	var out []Stored
	for i := range n {
		r, err := Seal(Entry{Kind: "ticket", Subject: 7, Seq: i + 1, At: at, Recorded: at.Add(time.Second), Actor: "person:3", Unit: 10, Action: "note",
			Provenance: Typed, Fields: map[string]any{"note": "第一次家访", "set": map[string]any{"status": "handling"}}}, prev)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Stored{ID: int64(i + 1), Row: r})
		prev = r.Hash
	}
	return out
}

func head(rows []Stored) Head {
	last := rows[len(rows)-1]
	return Head{Kind: "ticket", Subject: 7, Seq: last.Seq, Hash: last.Hash}
}

func TestAnUntouchedChainVerifies(t *testing.T) {
	rows := chain(t, 3)
	if err := VerifyChain(rows, head(rows)); err != nil {
		t.Fatal(err)
	}
}

func TestEveryColumnOfARowIsBoundToItsHash(t *testing.T) {
	for name, change := range map[string]func(*Stored){
		"kind":        func(s *Stored) { s.Kind = "household" },
		"subject":     func(s *Stored) { s.Subject++ },
		"at":          func(s *Stored) { s.At = s.At.Add(time.Microsecond) },
		"recorded":    func(s *Stored) { s.Recorded = s.Recorded.Add(-time.Hour) },
		"actor":       func(s *Stored) { s.Actor = "person:4" },
		"unit":        func(s *Stored) { s.Unit = 20 },
		"action":      func(s *Stored) { s.Action = "approve" },
		"provenance":  func(s *Stored) { s.Provenance = Machine },
		"commitments": func(s *Stored) { s.Commitments = append([]byte(" "), s.Commitments...) },
		"body":        func(s *Stored) { s.Body = []byte(strings.Replace(string(s.Body), "第一次", "第二次", 1)) },
		"added field": func(s *Stored) { s.Body = []byte(strings.Replace(string(s.Body), "{", `{"x":{"s":"","v":1},`, 1)) },
		"hash":        func(s *Stored) { s.Hash = append([]byte{}, s.Prev...) },
	} {
		t.Run(name, func(t *testing.T) {
			rows := chain(t, 3)
			want := head(rows)
			change(&rows[1])
			var f Fault
			if err := VerifyChain(rows, want); !errors.As(err, &f) || f.Seq != 2 {
				t.Errorf("got %v, want a fault at row 2", err)
			}
		})
	}
}

func TestRemovedReorderedAndMissingRowsShow(t *testing.T) {
	rows := chain(t, 4)
	want := head(rows)
	for name, list := range map[string][]Stored{
		"first removed":  rows[1:],
		"middle removed": {rows[0], rows[2], rows[3]},
		"last removed":   rows[:3],
		"reordered":      {rows[0], rows[2], rows[1], rows[3]},
		"all removed":    nil,
	} {
		if err := VerifyChain(list, want); !IsFault(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnErasedFieldNeedsARowThatSaysSo(t *testing.T) {
	rows := chain(t, 2)
	body, err := Erase(rows[0].Body, "note")
	if err != nil {
		t.Fatal(err)
	}
	rows[0].Body = body
	if err := VerifyChain(rows, head(rows)); !IsFault(err) {
		t.Errorf("silently erased: %v", err)
	}
	r, err := Seal(Entry{Kind: "ticket", Subject: 7, Seq: 3, At: rows[1].At, Recorded: rows[1].At, Actor: "machine:eraser", Action: "erased",
		Provenance: Machine, Fields: map[string]any{"of": 1, "fields": []string{"note"}}}, rows[1].Hash)
	if err != nil {
		t.Fatal(err)
	}
	rows = append(rows, Stored{ID: 3, Row: r})
	if err := VerifyChain(rows, head(rows)); err != nil {
		t.Errorf("erased and said so: %v", err)
	}
	values, err := Values(rows[0].Body)
	if err != nil || values["note"] != nil || values["set"] == nil {
		t.Errorf("values %v, %v", values, err)
	}
}

func TestTwoRowsOfTheSameWordsCommitDifferently(t *testing.T) {
	rows := chain(t, 1)
	again := chain(t, 1)
	if string(rows[0].Commitments) == string(again[0].Commitments) {
		t.Error("the commitments give away that the words are the same")
	}
}
