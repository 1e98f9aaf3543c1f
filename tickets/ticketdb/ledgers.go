package ticketdb

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/internal/units"
	"hotline/tickets"
)

// The ledgers' codes.
const (
	LedgerNamed = "named" // 实名投诉举报台账
	LedgerClues = "clues" // 问题线索台账
)

// Ledgers is the vocabulary of ledgers.
var Ledgers = tickets.Words{{Code: LedgerNamed, ZH: "实名投诉举报台账", EN: "ledger of named complaints and reports"}, {Code: LedgerClues, ZH: "问题线索台账", EN: "ledger of clues"}}

// LedgerFilter asks for a part of a ledger: what was received in a period, the
// newest first.
type LedgerFilter struct {
	Ledger   string
	From, To time.Time // half open
	Unit     int       // this unit and below; 0: all that the caller may count
	After    string    // cursor
	Limit    int       // default 50, at most 200
}

// LedgerPage is one page of a ledger. Total is how many lines there are in all.
type LedgerPage struct {
	Items []Entry
	Next  string
	Total int
}

// Checked is one allegation's finding as a ledger shows it.
type Checked struct {
	Ticket     int64
	N          int
	Outcome    string
	Method     string
	Evidence   string
	Corrected  string
	Recovered  int64 // cents
	Author     string
	Second     string
	At         time.Time
	CosignedAt *time.Time
}

// Told is the proof that the complainant was answered, or that nobody could be.
type Told struct {
	Ticket     int64
	Way        string
	State      string
	At         time.Time
	Evidence   string
	Provenance string
}

// Suspect is who a clue is about: the level of the unit and the post, no name.
type Suspect struct {
	Ticket int64
	Level  string // kind of the unit, empty where only a person is named
	Unit   int
	Post   string
	Person bool // a person is named on the ticket
}

// Moved is a transfer to another body.
type Moved struct {
	Ticket     int64
	Body       string
	SentAt     time.Time
	SentNo     string
	AcceptedAt *time.Time
	AcceptedNo string
	Result     string
	ResultAt   *time.Time
}

// Entry is a line of either ledger. Names are masks, or a pseudonym where the
// complainant is confidential.
type Entry struct {
	ID           int64
	Number       string
	OrderNo      string
	Status       tickets.Status
	Kind         string
	Channel      string
	Naming       string
	Secrecy      string
	Category     string
	Region       string
	Title        string
	Matter       string
	Unit         int
	Outcome      string
	Satisfaction string
	ReceivedAt   time.Time
	DueAt        *time.Time
	ClosedAt     *time.Time
	Redos        int
	Complainants []Shown
	Checked      []Checked
	Told         *Told
	Suspects     []Suspect
	Moved        []Moved
}

// Ledger reads one page of a ledger under the caller's scope and recusals. It
// returns tickets.Invalid for what cannot be asked, tickets.ErrNotAllowed for a
// caller who neither leads nor runs a desk.
func (d *DB) Ledger(ctx context.Context, caller pg.Caller, f LedgerFilter) (LedgerPage, error) {
	var page LedgerPage
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	if !Ledgers.Has(f.Ledger) {
		return page, fmt.Errorf("ledger %q: %w", f.Ledger, pg.ErrNotFound)
	}
	figures := Figures{From: f.From, To: f.To, Unit: f.Unit}
	if err := figures.check(d.Tree()); err != nil {
		return page, err
	}
	err := d.pg.Read(ctx, caller, func(tx *pg.Tx) error {
		if !MayCount(tx.Me) {
			return tickets.ErrNotAllowed
		}
		if _, err := tx.Exec(ctx, customPlans); err != nil {
			return err
		}
		ids, err := page.ids(ctx, tx, d.Tree(), f, figures)
		if err != nil || len(ids) == 0 {
			return err
		}
		return page.read(ctx, tx, d.Tree(), ids)
	})
	if err != nil {
		return LedgerPage{}, fmt.Errorf("read ledger: %w", err)
	}
	return page, nil
}

// ids finds the page's tickets and counts all of them.
func (p *LedgerPage) ids(ctx context.Context, tx *pg.Tx, tree *units.Tree, f LedgerFilter, figures Figures) ([]int64, error) {
	c := &conditions{args: []any{f.From, f.To}}
	figures.narrow(c, tx.Me, tree)
	c.add("received_at >= $1 AND received_at < $2")
	if f.Ledger == LedgerNamed {
		c.add("naming IN ('named', 'joint') AND kind IN ('complaint', 'report')")
	} else {
		c.add("clue")
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM my_facts`+c.where(), c.args...).Scan(&p.Total); err != nil {
		return nil, err
	}
	if f.After != "" {
		at, rest, ok := strings.Cut(f.After, ".")
		us, err1 := strconv.ParseInt(at, 10, 64)
		id, err2 := strconv.ParseInt(rest, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			return nil, badCursor()
		}
		c.add("(received_at, ticket) < (?, ?)", time.UnixMicro(us).UTC(), id)
	}
	c.args = append(c.args, f.Limit+1)
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT ticket, received_at FROM my_facts%s ORDER BY received_at DESC, ticket DESC LIMIT $%d`, c.where(), len(c.args)), c.args...)
	if err != nil {
		return nil, err
	}
	var ids []int64
	var id int64
	var at, last time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &at}, func() error {
		if len(ids) == f.Limit {
			p.Next = fmt.Sprintf("%d.%d", last.UnixMicro(), ids[len(ids)-1])
			return nil
		}
		ids, last = append(ids, id), at
		return nil
	})
	return ids, err
}

// read fills the lines, each part through its policy.
func (p *LedgerPage) read(ctx context.Context, tx *pg.Tx, tree *units.Tree, ids []int64) error {
	b := &pgx.Batch{}
	b.Queue(`SELECT t.id, t.number, coalesce(o.order_no, ''), t.status, t.kind, t.channel, t.naming, t.secrecy, coalesce(t.category, ''), t.region, t.title, t.statement, t.unit, coalesce(t.outcome, ''),
			coalesce(t.satisfaction, ''), t.received_at, t.due_at, t.closed_at, t.redos FROM tickets t LEFT JOIN orders o ON o.ticket = t.id WHERE t.id = ANY ($1) ORDER BY t.received_at DESC, t.id DESC`, ids).
		Query(into(&p.Items, func(row pgx.CollectableRow) (e Entry, err error) {
			return e, row.Scan(&e.ID, &e.Number, &e.OrderNo, &e.Status, &e.Kind, &e.Channel, &e.Naming, &e.Secrecy, &e.Category, &e.Region, &e.Title, &e.Matter, &e.Unit, &e.Outcome,
				&e.Satisfaction, &e.ReceivedAt, &e.DueAt, &e.ClosedAt, &e.Redos)
		}))
	type person struct {
		ticket int64
		Shown
	}
	var people []person
	b.Queue(`SELECT ticket, id, role, shown, shown_phone, has_phone, has_mail, checked_at, check_failed FROM complainants WHERE ticket = ANY ($1) ORDER BY ticket, id`, ids).Query(into(&people, func(row pgx.CollectableRow) (x person, err error) {
		return x, row.Scan(&x.ticket, &x.ID, &x.Role, &x.Name, &x.Phone, &x.HasPhone, &x.HasMail, &x.CheckedAt, &x.CheckFailed)
	}))
	var checked []Checked
	b.Queue(`SELECT f.ticket, a.n, f.outcome, f.method, f.evidence, f.corrected, f.recovered_cents, coalesce(w.name, ''), coalesce(s.name, f.second_name), f.at, f.cosigned_at
		FROM findings f JOIN allegations a ON a.id = f.allegation LEFT JOIN persons w ON w.id = f.author LEFT JOIN persons s ON s.id = f.second
		WHERE f.ticket = ANY ($1) AND NOT f.superseded ORDER BY f.ticket, a.n, f.id`, ids).Query(into(&checked, pgx.RowToStructByPos[Checked]))
	var told []Told
	b.Queue(`SELECT DISTINCT ON (ticket) ticket, way, state, at, evidence, provenance FROM attempts WHERE ticket = ANY ($1) ORDER BY ticket, state <> 'delivered', at DESC, id DESC`, ids).Query(into(&told, pgx.RowToStructByPos[Told]))
	var suspects []Suspect
	b.Queue(`SELECT ticket, '', coalesce(unit, 0), post, person <> '' FROM accused WHERE ticket = ANY ($1) ORDER BY ticket, id`, ids).Query(into(&suspects, pgx.RowToStructByPos[Suspect]))
	var moved []Moved
	b.Queue(`SELECT ticket, body, sent_at, sent_no, accepted_at, accepted_no, result, result_at FROM transfers WHERE ticket = ANY ($1) ORDER BY ticket, id`, ids).Query(into(&moved, pgx.RowToStructByPos[Moved]))
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	at := map[int64]*Entry{}
	for i := range p.Items {
		at[p.Items[i].ID] = &p.Items[i]
	}
	// A child read after its ticket went out of sight has no line.
	for _, x := range people {
		if e := at[x.ticket]; e != nil {
			e.Complainants = append(e.Complainants, x.Shown)
		}
	}
	for _, x := range checked {
		if e := at[x.Ticket]; e != nil {
			e.Checked = append(e.Checked, x)
		}
	}
	for _, x := range told {
		if e := at[x.Ticket]; e != nil {
			e.Told = &x
		}
	}
	for _, x := range suspects {
		if u := tree.Find(x.Unit); u != nil {
			x.Level = u.Kind
		}
		if e := at[x.Ticket]; e != nil {
			e.Suspects = append(e.Suspects, x)
		}
	}
	for _, x := range moved {
		if e := at[x.Ticket]; e != nil {
			e.Moved = append(e.Moved, x)
		}
	}
	return nil
}
