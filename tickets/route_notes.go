package tickets

// private tells whether a posting tells too much: in so many words, or by what
// nobody else may read and where it stands.
func (r *reading) private() bool {
	return r.has(tagPrivacy) || r.has(tagSecret) && r.has(tagPosted)
}

// notes are what whoever handles it should know from the start. None of them
// changes the unit; a payment to somebody dead is urgent, since it goes on.
func (x *router) notes() {
	r := x.r
	wrong := x.alleges()
	if wrong && r.has(tagDead) && r.has(tagGoesOn) {
		x.raiseTo(Urgent)
		x.say("dead_paid")
	}
	if kin := r.first[tagKin]; wrong && kin != "" && x.office() {
		x.say("kin_filing", kin, kin)
	}
	if wrong && r.has(tagCard) && r.has(tagHeld) {
		x.say("card_held")
	}
	if r.has(tagMinor) && (r.has(tagChildren) || r.private() && wrong) {
		x.say("minor")
	}
	if word := r.first[tagRepeat]; word != "" {
		x.say("repeat", word, word)
	}
	if word := r.first[tagFor]; x.in.Kind == Help && word != "" {
		x.say("not_in_person", word, word)
	}
}
