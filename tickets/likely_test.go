package tickets

import (
	"slices"
	"testing"
)

func TestPrintedNumbersAreFoundInAText(t *testing.T) {
	got := PrintedNumbers("我的工单是2609180000016，12345单号SX-2026-0042_，信访件XF140428-17；电话1380，网址 anonymous，第12号，2609180000016。")
	if want := []string{"2609180000016", "SX-2026-0042", "XF140428-17"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := PrintedNumbers("1234567 2234567 3234567 4234567 5234567 6234567 7234567 8234567 9234567 1034567 1134567 1334567 1434567 1534567 1634567 1734567 1834567 1934567 2034567 2134567 2334567 2434567"); len(got) != maxPrinted {
		t.Errorf("%d numbers are taken, want %d", len(got), maxPrinted)
	}
}

func TestSamePlaceNeedsOneInTheOther(t *testing.T) {
	for _, c := range []struct {
		a, b         string
		here, county bool
	}{
		{"140428", "140428102", true, true}, {"140428102201", "140428102", true, true}, {"140428101", "140428102", false, true},
		{"140428", "140427", false, false}, {"", "140428", false, false}, {"", "", false, false}, {"1404", "140428", false, false},
	} {
		if SamePlace(c.a, c.b) != c.here || SamePlace(c.b, c.a) != c.here || SameCounty(c.a, c.b) != c.county {
			t.Errorf("%q and %q", c.a, c.b)
		}
	}
}

func TestEverySignIsWordedAndMakesARelation(t *testing.T) {
	for _, s := range LikelySigns {
		if r := s.Reason("七"); r.ZH == "" || r.EN == "" || !Relations.Has(s.Relation) || s.Weight <= 0 {
			t.Errorf("%s: %+v %d %s", s.Code, r, s.Weight, s.Relation)
		}
	}
	if _, ok := LikelySignOf("phrase"); ok {
		t.Error("a shared phrase alone is a sign")
	}
}
