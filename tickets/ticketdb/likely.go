package ticketdb

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/bigram"
	"hotline/internal/pg"
	"hotline/tickets"
)

// Likely is a ticket that may belong to another one, and why. The strongest
// reason comes first; Relation is what it would be: the same matter where a number
// or the words say so.
type Likely struct {
	Line
	Relation string
	Reasons  []tickets.Reason
}

// Bounds of what is looked at and shown.
const (
	likelyMonths = 12   // how far back
	likelyPerKey = 50   // of one phone, name or accused, the newest
	likelyTexts  = 60   // of alike words, the newest
	likelyShown  = 12   // at most
	likelyWords  = 12   // phrases of a statement that are looked for
	likelyCode   = 6    // characters of a number that is looked for in texts
	likelyRare   = 5000 // a phrase in more texts than this tells nothing
)

// LikelyRelations finds tickets of the last 12 months that may belong to this
// one: the same person, the same accused, a printed number, the same place with
// alike words. The caller sees only tickets in his scope and not recused; those
// related already are left out. Persons are compared between open tickets only,
// since a match would tell who stands behind a confidential one. Nothing is
// joined. Errors: pg.ErrNotFound.
func (d *DB) LikelyRelations(ctx context.Context, caller pg.Caller, number string) ([]Likely, error) {
	n, err := tickets.ParseNumber(number)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", pg.ErrNotFound, err)
	}
	var out []Likely
	err = d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		l := &likely{d: d, tx: tx, since: tx.Now.AddDate(0, -likelyMonths, 0), found: map[int64]map[string]string{}}
		if err := l.source(ctx, string(n)); err != nil {
			return err
		}
		for _, part := range []func(context.Context) error{l.keys, l.words, l.compare} {
			if err := part(ctx); err != nil {
				return err
			}
		}
		out, err = l.lines(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("likely relations: %w", err)
	}
	return out, nil
}

// likely gathers candidates: by ticket, the signs with their detail.
type likely struct {
	d       *DB
	tx      *pg.Tx
	since   time.Time
	id      int64
	open    bool
	region  string
	text    string
	own     []string // its numbers, here and on other tracks
	related []int64
	found   map[int64]map[string]string
}

func (l *likely) note(ticket int64, sign, detail string) {
	if ticket == l.id || slices.Contains(l.related, ticket) {
		return
	}
	if l.found[ticket] == nil {
		l.found[ticket] = map[string]string{}
	}
	l.found[ticket][sign] = detail
}

func (l *likely) source(ctx context.Context, number string) error {
	err := l.tx.QueryRow(ctx, `SELECT t.id, t.secrecy = 'open', t.region, `+likelyText+`,
		array_remove(ARRAY[t.number, t.petition_no] || ARRAY(SELECT unnest(ARRAY[order_no, nullif(city_no, '')]) FROM orders WHERE ticket = t.id), NULL),
		ARRAY(SELECT CASE WHEN r.ticket = t.id THEN r.other ELSE r.ticket END FROM relations r WHERE (r.ticket = t.id OR r.other = t.id) AND r.undone_at IS NULL)
		FROM tickets t WHERE t.number = $1`, number).
		Scan(&l.id, &l.open, &l.region, &l.text, &l.own, &l.related)
	if err != nil {
		return pg.Translate(err)
	}
	return nil
}

// likelyText is what texts are compared by: the beginning of a long one.
const likelyText = `left(t.title || E'\n' || t.statement, 2000)`

// keys are the signs with an index of their own.
func (l *likely) keys(ctx context.Context) error {
	codes := append(tickets.PrintedNumbers(l.text), l.own...)
	rows, err := l.tx.Query(ctx, `SELECT ticket, sign, detail FROM app.likely_ids($1, $2, $3)`, l.id, codes, likelyPerKey)
	if err != nil {
		return err
	}
	var ticket int64
	var sign, detail string
	_, err = pgx.ForEachRow(rows, []any{&ticket, &sign, &detail}, func() error {
		if sign == "accused_unit" {
			unit, _ := strconv.Atoi(detail)
			detail = l.d.Tree().Name(unit)
		}
		l.note(ticket, sign, detail)
		return nil
	})
	return err
}

// words are tickets that share a rare phrase or mention this one's numbers; compare
// looks at the whole text.
func (l *likely) words(ctx context.Context) error {
	phrases, err := l.rarest(ctx)
	if err != nil {
		return err
	}
	var asked []string
	if len(phrases) > 0 {
		asked = append(asked, bigram.AnyPhrase(phrases))
	}
	for _, code := range l.own {
		if q := bigram.Exactly(code); q != "" {
			asked = append(asked, q)
		}
	}
	hits, err := ids(ctx, l.tx, `SELECT app.alike_ids($1, $2, $3)`, strings.Join(asked, " | "), l.since, likelyTexts)
	for _, id := range hits {
		l.note(id, "phrase", "")
	}
	return err
}

// rarest are the phrases of the statement that stand in the fewest texts, taken
// from all over it.
func (l *likely) rarest(ctx context.Context) ([][2]string, error) {
	all := bigram.Phrases(l.text)
	all = all[:min(len(all), 400)]
	var asked []string
	for _, p := range all {
		asked = append(asked, p[0], p[1])
	}
	rows, err := l.tx.Query(ctx, `SELECT word, hits FROM app.word_hits($1)`, asked)
	if err != nil {
		return nil, err
	}
	hits := map[string]float32{}
	var word string
	var n float32
	if _, err := pgx.ForEachRow(rows, []any{&word, &n}, func() error { hits[word] = n; return nil }); err != nil {
		return nil, err
	}
	rarity := func(p [2]string) float32 { return min(hits[p[0]], hits[p[1]]) }
	all = slices.DeleteFunc(all, func(p [2]string) bool { return rarity(p) > likelyRare })
	slices.SortStableFunc(all, func(a, b [2]string) int { return cmp.Compare(rarity(a), rarity(b)) })
	equal := len(all) // as rare as the rarest that would be cut off
	if len(all) > likelyWords {
		for equal = likelyWords; equal < len(all) && rarity(all[equal]) == rarity(all[likelyWords-1]); equal++ {
		}
	}
	return spread(all[:equal], likelyWords), nil
}

// spread takes n of a list, as far from each other as they can be.
func spread[T any](list []T, n int) []T {
	if len(list) <= n {
		return list
	}
	out := make([]T, n)
	for i := range out {
		out[i] = list[i*len(list)/n]
	}
	return out
}

// compare reads the candidates through the policies and drops what does not
// hold: too old, out of sight, persons of confidential tickets, a shared phrase only.
func (l *likely) compare(ctx context.Context) error {
	rows, err := l.tx.Query(ctx, `SELECT t.id, t.secrecy = 'open', t.region, `+likelyText+` FROM tickets t WHERE t.id = ANY ($1) AND t.received_at >= $2`,
		slices.Collect(maps.Keys(l.found)), l.since)
	if err != nil {
		return err
	}
	kept, alike := map[int64]map[string]string{}, bigram.NewAlike(l.text)
	var id int64
	var open bool
	var region, text string
	_, err = pgx.ForEachRow(rows, []any{&id, &open, &region, &text}, func() error {
		signs := l.found[id]
		if !l.open || !open {
			delete(signs, "phone")
			delete(signs, "id")
			delete(signs, "name")
		}
		if !tickets.SameCounty(region, l.region) {
			delete(signs, "name")
		}
		delete(signs, "phrase")
		for _, code := range l.own {
			if len(code) >= likelyCode && strings.Contains(text, code) {
				signs["number"] = code
			}
		}
		share := alike.Share(text)
		switch percent := strconv.Itoa(int(share * 100)); {
		case share >= tickets.AlikeHere && tickets.SamePlace(region, l.region):
			signs["text_here"] = percent
		case share >= tickets.Alike:
			signs["text"] = percent
		}
		if len(signs) > 0 {
			kept[id] = signs
		}
		return nil
	})
	l.found = kept
	return err
}

// lines are the likeliest, the newer of equals first.
func (l *likely) lines(ctx context.Context) ([]Likely, error) {
	list := slices.SortedFunc(maps.Keys(l.found), func(a, b int64) int {
		return cmp.Or(cmp.Compare(l.weight(b), l.weight(a)), cmp.Compare(b, a))
	})
	list = list[:min(len(list), likelyShown)]
	rows, err := l.tx.Query(ctx, `SELECT `+lineColumns+` FROM tickets WHERE id = ANY ($1) ORDER BY array_position($1::bigint[], id)`, list)
	if err != nil {
		return nil, err
	}
	lines, err := pgx.CollectRows(rows, scanLine)
	out := make([]Likely, len(lines))
	for i, x := range lines {
		out[i] = Likely{Line: x}
		for _, s := range tickets.LikelySigns { // the strongest first
			if detail, ok := l.found[x.ID][s.Code]; ok {
				if out[i].Relation == "" || s.Relation == "same_matter" {
					out[i].Relation = s.Relation
				}
				out[i].Reasons = append(out[i].Reasons, s.Reason(detail))
			}
		}
	}
	return out, err
}

func (l *likely) weight(id int64) int {
	sum := 0
	for sign := range l.found[id] {
		s, _ := tickets.LikelySignOf(sign)
		sum += s.Weight
	}
	return sum
}

// Earlier are the tickets of the last 12 months of whoever has this phone number,
// the newest first, at most eight: what a caller may ask about. Only those in the
// caller's scope that are not confidential. A text that is no phone number has none.
func (d *DB) Earlier(ctx context.Context, caller pg.Caller, phone string) ([]Line, error) {
	idx := d.phoneIndex(phone)
	if idx == nil {
		return nil, nil
	}
	var page Page
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) (err error) {
		page, err = d.known(ctx, tx, Filter{Limit: earlierShown, From: tx.Now.AddDate(0, -likelyMonths, 0)}, "phone_idx", idx)
		return err
	})
	return page.Items, err
}

const earlierShown = 8
