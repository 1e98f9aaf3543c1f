package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"hotline/internal/units"
	"hotline/internal/workday"
	"hotline/tickets"
)

// seed makes every demo the same demo.
const seed = 20241001

// DefaultItems is how many tickets the demo plans.
const DefaultItems = 300

// shares is how many of a hundred tickets stand at each status, and how old
// they are in days.
func shares() []share {
	return []share{
		{tickets.Registered, 4, 0, 1}, {tickets.Dispatched, 5, 0, 2}, {tickets.Handling, 11, 1, 9}, {tickets.Approval, 5, 3, 12},
		{tickets.Answering, 5, 3, 13}, {tickets.Answered, 6, 4, 15}, {tickets.Closed, 29, 6, 80}, {tickets.Archived, 35, 24, 86},
	}
}

type share struct {
	status         tickets.Status
	of             int
	oldest, newest int // days: from oldest to newest is the span of ages drawn
}

// planner deals samples to statuses.
type planner struct {
	clock   clock
	samples []Sample // the next to be used first
}

// Plan lays out n tickets over the last ninety days before now, oldest first.
// It is the same plan for the same now.
func Plan(now time.Time, n int) []Item {
	rng := rand.New(rand.NewPCG(seed, 1))
	p := &planner{clock: clock{cal: workday.Builtin(), hours: workday.DefaultHours(), rng: rng, now: now}, samples: Samples()}
	rng.Shuffle(len(p.samples), func(i, j int) { p.samples[i], p.samples[j] = p.samples[j], p.samples[i] })
	wanted := statuses(n)
	rng.Shuffle(len(wanted), func(i, j int) { wanted[i], wanted[j] = wanted[j], wanted[i] })
	out := make([]Item, 0, n)
	for k, w := range wanted {
		out = append(out, p.item(k, w))
	}
	slices.SortStableFunc(out, func(a, b Item) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	for k := range out {
		out[k].Key = fmt.Sprintf("demo-%03d", k+1)
	}
	return out
}

// statuses spreads n tickets over the shares.
func statuses(n int) []share {
	out := make([]share, 0, n)
	for len(out) < n {
		for _, s := range shares() {
			for range s.of {
				out = append(out, s)
			}
		}
	}
	return out[:n]
}

// item composes one ticket, and puts it back day by day until its last step
// lies in the past.
func (p *planner) item(k int, w share) Item {
	s := p.next(w.status)
	rng := p.clock.rng
	late := rng.IntN(12) == 0
	age := time.Duration(w.oldest*24)*time.Hour + time.Duration(rng.IntN((w.newest-w.oldest)*24*60)+5)*time.Minute
	if late && w.status == tickets.Handling {
		age += 18 * 24 * time.Hour
	}
	anyHour := rng.IntN(7) == 0 || s.Urgency == tickets.Critical
	for {
		c := p.clock
		c.rng = rand.New(rand.NewPCG(seed, uint64(1000+k)))
		it := compose(&c, k, s, w.status, p.clock.received(age, anyHour), late)
		if m := len(it.Steps); m == 0 || it.At(it.Steps[m-1]).Before(p.clock.now.Add(-time.Minute)) {
			return it
		}
		age += 24 * time.Hour
	}
}

// next takes the first sample that can stand at the status and puts it last.
func (p *planner) next(until tickets.Status) Sample {
	i := slices.IndexFunc(p.samples, func(s Sample) bool { return fits(s, until) })
	s := p.samples[i]
	p.samples = append(slices.Delete(p.samples, i, i+1), s)
	return s
}

// fits tells whether a sample's life passes the status: a conclusion is never
// dispatched, praise is answered at once, nobody answers the anonymous, and the
// city takes what accuses a county.
func fits(s Sample, until tickets.Status) bool {
	switch until {
	case tickets.Dispatched:
		return s.Conclude == "" && s.Kind != tickets.Praise && s.Accused != units.County
	case tickets.Handling:
		return s.Conclude == "" && s.Kind != tickets.Praise
	case tickets.Approval:
		return s.Kind != tickets.Praise
	case tickets.Answering, tickets.Answered:
		return s.Kind != tickets.Praise && s.Naming != tickets.Anonymous
	}
	return true
}

// Live is what came in a few minutes ago, so that the dispatch list is not empty
// when the demo starts: a critical one, a confidential one, a group letter, an
// order and two ordinary ones. The worker may dispatch the ordinary ones itself.
func Live(now time.Time) []Item {
	topics := []string{"独居老人断粮", "截留老人低保金", "整组低保被取消", "低保审批超期", "残疾人两补转移衔接", "把政策做成方言短视频"}
	out := make([]Item, 0, len(topics))
	for k, topic := range topics {
		all := Samples()
		i := slices.IndexFunc(all, func(s Sample) bool { return s.Topic == topic })
		c := clock{cal: workday.Builtin(), hours: workday.DefaultHours(), rng: rand.New(rand.NewPCG(seed, uint64(9000+k))), now: now}
		received := now.Add(-time.Duration(3+7*k) * time.Minute)
		it := compose(&c, 900+k, all[i], tickets.Registered, received, false)
		it.Key, it.Steps = fmt.Sprintf("live-%d", k+1), nil
		out = append(out, it)
	}
	return out
}
