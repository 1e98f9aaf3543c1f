package outbox

// Bell wakes the relay of this process after a commit that left work. Ringing it
// many times before the relay listens is one ring. It is a hint: a lost ring
// costs one poll interval.
type Bell struct{ c chan struct{} }

// NewBell returns a bell.
func NewBell() *Bell { return &Bell{c: make(chan struct{}, 1)} }

// Ring never blocks. It is what pg.Config.Nudge takes.
func (b *Bell) Ring() {
	select {
	case b.c <- struct{}{}:
	default:
	}
}
