package tickets

// Dispositions is the vocabulary of what was done with a clue (分类处置).
var Dispositions = Words{
	{"checking", "核查中", "being checked"}, {"transferred", "移送", "transferred to another body"}, {"settled", "核查办结", "checked and settled"},
	{"unfounded", "不属实了结", "closed as unfounded"}, {"filed", "线索不足存查", "filed, too little to go on"}, {"redirected", "转有权单位", "redirected"},
	{"refused", "不予受理", "refused"}, {"ended", "其他方式终结", "ended otherwise"},
}

// DispositionOf is what became of a clue: a transfer counts, whatever else was
// concluded; without an outcome it is still being checked.
func DispositionOf(outcome string, transferred bool) string {
	if transferred {
		return "transferred"
	}
	switch outcome {
	case "":
		return "checking"
	case "resolved", "partly", "answered", "explained":
		return "settled"
	case "unverifiable":
		return "filed"
	case "transferred", "unfounded", "redirected", "refused":
		return outcome
	}
	return "ended"
}
