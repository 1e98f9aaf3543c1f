package intake

// Channel is one way in: what the desk calls it and whose received time it can prove.
type Channel struct {
	Code string
	// Provenance of the received time: machine (server, platform or exchange
	// clock), scan (postmark), typed.
	Provenance string
	// Track is where its tickets run by default.
	Track string
}

// Channels is THE list of ways in; each has its folder beside this file, or is
// typed at the desk.
var Channels = []Channel{
	{"call", "typed", "own"},
	{"letter", "typed", "own"},
	{"visit", "typed", "own"},
	{"mail", "machine", "own"},
	{"city12345", "machine", "order"},
	{"public", "machine", "own"},
	{"sheet", "typed", "order"},
	{"referral", "typed", "petition"},
	{"finding", "machine", "own"},
}

// ChannelOf finds a channel by its code.
func ChannelOf(code string) (Channel, bool) {
	for _, c := range Channels {
		if c.Code == code {
			return c, true
		}
	}
	return Channel{}, false
}
