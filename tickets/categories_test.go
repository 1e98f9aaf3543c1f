package tickets

import "testing"

func TestCategoriesAreATreeWithWordsInBothLanguages(t *testing.T) {
	seen := map[string]bool{"": true}
	for _, c := range Categories {
		if !seen[c.Parent] {
			t.Errorf("%s stands before its parent %s", c.Code, c.Parent)
		}
		if seen[c.Code] || c.ZH == "" || c.EN == "" {
			t.Errorf("%q is double or lacks words", c.Code)
		}
		seen[c.Code] = true
	}
	if len(Categories) > len(reading{}.score) {
		t.Errorf("%d categories do not fit a reading", len(Categories))
	}
}

func TestNothingRecognisedIsOther(t *testing.T) {
	if code, why := SuggestCategory("今天天气好"); code != "other" || why != "" {
		t.Errorf("got %q %q", code, why)
	}
	if _, ok := CategoryOf("recognise.dead"); !ok {
		t.Error("死人保 is not in the tree")
	}
	if _, ok := CategoryOf("nothing"); ok {
		t.Error("an unknown code is found")
	}
}
