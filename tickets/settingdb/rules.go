package settingdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hotline/internal/deadline"
	"hotline/internal/pg"
	"hotline/internal/workday"
	"hotline/tickets"
)

// RuleEdit is what an administrator may change of a rule: a new version of it.
// Whom it applies to, and what starts and meets it, are the program's.
type RuleEdit struct {
	Code           string
	Version        int // the rule's version that was edited
	Amount         int
	Unit           string
	Roll           string
	ExtensionLimit int
	Extensions     int
	EffectiveFrom  workday.Date
	Source         string
	Off            bool
	Why            string
}

// EditOf is the edit that would change nothing of a rule.
func EditOf(r *deadline.Rule) RuleEdit {
	return RuleEdit{Code: r.Code, Version: r.Version, Amount: r.Amount, Unit: string(r.Unit), Roll: string(r.Roll),
		ExtensionLimit: r.ExtensionLimit, Extensions: r.Extensions, EffectiveFrom: r.EffectiveFrom, Source: r.Source, Off: r.Off}
}

// RuleLine is a code with all its versions, the newest first.
type RuleLine struct {
	Code     string
	Versions []StoredRule
	Edited   int // the history's version
}

// Newest is the version with the highest number, which is the last to be in force.
func (l *RuleLine) Newest() *deadline.Rule { return &l.Versions[0].Rule }

// StoredRule is one version and who added it.
type StoredRule struct {
	deadline.Rule
	AddedAt time.Time
	AddedBy string // shipped, or person:ID
	Name    string // of the person
}

// InForce is the version that holds on the day; nil where none does or it is off.
func (l *RuleLine) InForce(on workday.Date) *deadline.Rule {
	for i := range l.Versions { // the newest is also the last to be effective
		if r := &l.Versions[i].Rule; r.EffectiveFrom <= on {
			if r.Off {
				return nil
			}
			return r
		}
	}
	return nil
}

// Rules lists every code in the order of the program's list.
func (d *DB) Rules(ctx context.Context, c pg.Caller) (out []RuleLine, err error) {
	err = d.pg.Read(ctx, c, func(tx *pg.Tx) error { out, err = ruleLines(ctx, tx); return err })
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	return out, nil
}

func ruleLines(ctx context.Context, tx *pg.Tx) ([]RuleLine, error) {
	rows, err := tx.Query(ctx, `SELECT r.data, r.added_at, r.added_by, coalesce(p.name, '') FROM deadline_rules r LEFT JOIN persons p ON r.added_by = 'person:' || p.id
		WHERE r.retired_at IS NULL ORDER BY r.code, r.version DESC`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []RuleLine
	for rows.Next() {
		var data []byte
		var s StoredRule
		if err := rows.Scan(&data, &s.AddedAt, &s.AddedBy, &s.Name); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(data, &s.Rule); err != nil {
			return nil, fmt.Errorf("stored rule: %w", err)
		}
		if n := len(out); n == 0 || out[n-1].Code != s.Code {
			out = append(out, RuleLine{Code: s.Code})
		}
		out[len(out)-1].Versions = append(out[len(out)-1].Versions, s)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	edited, err := versions(ctx, tx, Rule)
	for i := range out {
		out[i].Edited = edited[out[i].Code]
	}
	return inOrder(out), err
}

// inOrder is the order of the program's list; codes it does not have follow.
func inOrder(list []RuleLine) []RuleLine {
	rank := map[string]int{}
	for i, r := range deadline.Defaults() {
		rank[r.Code] = i + 1
	}
	at := func(l RuleLine) int {
		if n := rank[l.Code]; n > 0 {
			return n
		}
		return len(rank) + 1
	}
	slices.SortStableFunc(list, func(a, b RuleLine) int { return at(a) - at(b) })
	return list
}

// Next is the version that the edit makes, checked by itself and in its table.
// on is today: no version is effective in the past, nor before the newest one,
// so that the newest is always the last word. The error is a tickets.Invalid.
func (e RuleEdit) Next(lines []RuleLine, on workday.Date) (next deadline.Rule, err error) {
	i := slices.IndexFunc(lines, func(l RuleLine) bool { return l.Code == e.Code })
	if i < 0 {
		return next, fmt.Errorf("rule: %w", pg.ErrNotFound)
	}
	old := lines[i].Newest()
	if old.Version != e.Version {
		return next, ErrMoved
	}
	next = *old
	next.Version, next.Amount, next.Unit, next.Roll = old.Version+1, e.Amount, deadline.Unit(e.Unit), deadline.Roll(e.Roll)
	next.ExtensionLimit, next.Extensions, next.EffectiveFrom, next.Source, next.Off = e.ExtensionLimit, e.Extensions, e.EffectiveFrom, strings.TrimSpace(e.Source), e.Off
	var bad tickets.Invalid
	no := func(field, zh, en string) { bad = append(bad, tickets.Problem{Field: field, ZH: zh, EN: en}) }
	switch {
	case e.EffectiveFrom < on:
		no("effective_from", "生效日期不能早于今天", "not before today")
	case e.EffectiveFrom < old.EffectiveFrom:
		no("effective_from", "不能早于已有版本的生效日期 "+old.EffectiveFrom.String(), "not before the newest version's "+old.EffectiveFrom.String())
	case e.EffectiveFrom > on.Add(3*366):
		no("effective_from", "生效日期过远", "too far away")
	}
	if next.Source == "" {
		no("source", "请填写依据", "name the source")
	}
	bad = append(bad, Text("source", next.Source, 200)...)
	if e.Extensions > 10 {
		no("extensions", "次数过多", "too many")
	}
	if same(old, next) {
		no("", "没有改动", "nothing was changed")
	}
	if len(bad) > 0 {
		return next, bad
	}
	return next, fits(lines, i, next)
}

// same tells whether a version differs from the old one in nothing but its date and source.
func same(old *deadline.Rule, next deadline.Rule) bool {
	return old.Amount == next.Amount && old.Unit == next.Unit && old.Roll == next.Roll && old.ExtensionLimit == next.ExtensionLimit &&
		old.Extensions == next.Extensions && old.Off == next.Off && old.Source == next.Source
}

// fits asks the engine whether the table with the next version is one.
func fits(lines []RuleLine, i int, next deadline.Rule) error {
	if _, err := tableWith(lines, i, &next); err != nil {
		if errors.Is(err, deadline.ErrRule) {
			return tickets.Invalid{{Field: fieldOf(next), ZH: "规则不成立：数值、单位或延期上限互相矛盾", EN: "the rule contradicts itself: " + err.Error()}}
		}
		return err
	}
	return nil
}

// fieldOf guesses which field makes the rule unusable.
func fieldOf(r deadline.Rule) string {
	if r.ExtensionLimit != 0 && r.Unit == deadline.DayOfMonth || r.ExtensionLimit < 0 {
		return "extension_limit"
	}
	return "amount"
}

// tableWith is the table of the lines, with one version more of line i.
func tableWith(lines []RuleLine, i int, next *deadline.Rule) (*deadline.Table, error) {
	var rules []deadline.Rule
	for n, l := range lines {
		if n == i && next != nil {
			rules = append(rules, *next)
		}
		for _, v := range l.Versions {
			rules = append(rules, v.Rule)
		}
	}
	return deadline.NewTable(rules)
}

// Effect is what an edit would do, by an example; no clock that runs is touched.
type Effect struct {
	Next  deadline.Rule
	At    time.Time // the example's start: now, or the day from which the version holds
	Event string
	Facts deadline.Facts
	Lines []EffectLine
}

// EffectLine is one clock of the example before and after; a zero time is none.
type EffectLine struct {
	Rule          string
	ZH, EN        string
	Before, After time.Time
}

// PreviewRule computes what the edit would mean for a matter that begins when
// it is in force. It stores nothing. Errors as EditRule.
func (d *DB) PreviewRule(ctx context.Context, c pg.Caller, e RuleEdit) (out Effect, err error) {
	err = d.pg.Read(ctx, c, func(tx *pg.Tx) error {
		lines, err := ruleLines(ctx, tx)
		if err != nil {
			return err
		}
		if out.Next, err = e.Next(lines, workday.DateOf(tx.Now)); err != nil {
			return err
		}
		return d.example(lines, &out, tx.Now)
	})
	if err != nil {
		return out, fmt.Errorf("preview of a rule: %w", err)
	}
	return out, nil
}

// example opens the same matter under both tables.
func (d *DB) example(lines []RuleLine, out *Effect, now time.Time) error {
	i := slices.IndexFunc(lines, func(l RuleLine) bool { return l.Code == out.Next.Code })
	before, err := tableWith(lines, i, nil)
	if err != nil {
		return err
	}
	after, err := tableWith(lines, i, &out.Next)
	if err != nil {
		return err
	}
	out.At = now
	if from := out.Next.EffectiveFrom.Start().Add(9 * time.Hour); out.Next.EffectiveFrom > workday.DateOf(now) {
		out.At = from
	}
	out.Event, out.Facts = out.Next.Starts[0], factsFor(&out.Next)
	engine := d.clocks.Engine()
	dues := map[string]*EffectLine{}
	for n, table := range []*deadline.Table{before, after} {
		engine.Rules = table
		started, err := engine.Open(deadline.Opening{Event: out.Event, At: out.At, Facts: out.Facts})
		if err != nil {
			return err
		}
		for _, s := range started {
			l := dues[s.Due.Duty()]
			if l == nil {
				l = &EffectLine{Rule: s.Rule.Code, ZH: s.Rule.Zh, EN: s.Rule.En}
				dues[s.Due.Duty()] = l
				out.Lines = append(out.Lines, EffectLine{Rule: s.Due.Duty()})
			}
			if n == 0 {
				l.Before = s.Due.At
			} else {
				l.After = s.Due.At
			}
		}
	}
	for i := range out.Lines {
		out.Lines[i] = *dues[out.Lines[i].Rule]
	}
	out.Lines = slices.DeleteFunc(out.Lines, func(l EffectLine) bool {
		return l.Before.Equal(l.After) && deadline.DutyOf(l.Rule) != out.Next.Duty()
	})
	return nil
}

// factsFor is an ordinary matter to which the rule applies.
func factsFor(r *deadline.Rule) deadline.Facts {
	first := func(list []string, otherwise string) string {
		if len(list) > 0 {
			return list[0]
		}
		return otherwise
	}
	f := deadline.Facts{Kind: first(r.Kinds, tickets.Complaint), Urgency: first(r.Urgencies, tickets.Normal), Channel: first(r.Channels, "call"),
		Tracks: []string{first(r.Tracks, tickets.TrackOwn)}, Named: r.Named == nil || *r.Named}
	if len(r.Kinds) > 1 && slices.Contains(r.Kinds, tickets.Complaint) {
		f.Kind = tickets.Complaint
	}
	return f
}

// EditRule adds the edit as the next version. Clocks that run keep theirs.
// Errors: tickets.Invalid, ErrMoved, pg.ErrNotFound.
func (d *DB) EditRule(ctx context.Context, c pg.Caller, e RuleEdit) error {
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error { return addRule(ctx, tx, e) })
	if err != nil {
		return fmt.Errorf("edit rule: %w", err)
	}
	return d.clocks.Reload(ctx)
}

func addRule(ctx context.Context, tx *pg.Tx, e RuleEdit) error {
	lines, err := ruleLines(ctx, tx)
	if err != nil {
		return err
	}
	next, err := e.Next(lines, workday.DateOf(tx.Now))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(lines, func(l RuleLine) bool { return l.Code == e.Code })
	if _, err := Record(ctx, tx, Change{Subject: Rule, Key: e.Code, Version: lines[i].Edited, Before: lines[i].Newest(), After: next, Why: e.Why}); err != nil {
		return err
	}
	data, err := json.Marshal(next)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO deadline_rules (code, version, data, added_at, added_by) VALUES ($1, $2, $3, $4, $5)`, next.Code, next.Version, data, tx.Now, tx.Me.Actor())
	if pg.Violates(err, "deadline_rules_pkey") {
		return ErrMoved
	}
	return err
}

// UndoRule adds a version that equals the one before the newest, in force as
// early as that may be. Errors as EditRule.
func (d *DB) UndoRule(ctx context.Context, c pg.Caller, code string, version int, why string) error {
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		lines, err := ruleLines(ctx, tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(lines, func(l RuleLine) bool { return l.Code == code })
		if i < 0 || len(lines[i].Versions) < 2 {
			return fmt.Errorf("rule %s has one version: %w", strconv.Quote(code), pg.ErrNotFound)
		}
		e := EditOf(&lines[i].Versions[1].Rule)
		e.Version, e.Why = version, why
		e.EffectiveFrom = max(workday.DateOf(tx.Now), lines[i].Newest().EffectiveFrom)
		return addRule(ctx, tx, e)
	})
	if err != nil {
		return fmt.Errorf("undo rule: %w", err)
	}
	return d.clocks.Reload(ctx)
}
