package ticketdb

import (
	"time"

	"hotline/internal/journal"
)

// openLine is one registration ready to be written.
type openLine struct {
	submission, ticket          int64
	number, statement, deskPath string
	next, due                   *time.Time
	now                         time.Time
	raw, sum, receipt           []byte
	jobIDs                      []int64
	jobs                        []string
	clocks                      clockColumns
	people                      peopleColumns
	journal                     journal.Row
	new                         *NewTicket
}

// openSQL writes a group of registrations of one caller in one statement: keys,
// submissions, tickets, clocks, complainants, outbox and journal. A statement
// costs its start-up once for the group (docs/performance.md). The arguments are
// those of openRows.args.
const openSQL = `WITH r AS MATERIALIZED (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::text[],
   $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::int[], $23::int[], $24::text[],
   $25::timestamptz[], $26::timestamptz[], $27::bytea[], $28::text[], $29::text[], $30::bytea[], $31::bytea[], $32::bytea[], $33::bytea[])
   u(submission, ticket, source, source_id, sum, raw, channel, received_at, now, disposition,
   number, kind, track, naming, secrecy, urgency, category, region, place, title, statement, people, desk, desk_path,
   next, due, receipt, actor, provenance, commitments, prev, hash, body)),
 k AS (INSERT INTO submission_keys (source, source_id, submission, sha256, ticket) SELECT source, source_id, submission, sum, ticket FROM r),
 s AS (INSERT INTO submissions (id, channel, source, source_id, sha256, raw, received_at, entered_at, disposition, ticket)
       SELECT submission, channel, source, source_id, sum, raw, received_at, now, disposition, ticket FROM r),
 t AS (INSERT INTO tickets (id, number, status, kind, track, channel, naming, secrecy, urgency, category, region, place, title, statement, people, desk, unit, unit_path,
        next_due, due_at, received_at, entered_at, receipt, seq, head)
       SELECT ticket, number, 'registered', kind, track, channel, naming, secrecy, urgency, nullif(category, ''), region, place, title, statement, people, desk, desk, desk_path,
        coalesce(next, 'infinity'), due, received_at, now, receipt, 1, hash FROM r),
 x AS (INSERT INTO text_pending (ticket, not_before) SELECT ticket, now + interval '2 seconds' FROM r),
 o AS (INSERT INTO outbox (id, kind, ticket, created_at, run_at) SELECT i, k, t, n, n FROM unnest($34::bigint[], $35::bigint[], $36::text[], $37::timestamptz[]) u(t, i, k, n)),
 d AS (INSERT INTO deadlines (id, subject_kind, subject, rule, rule_version, calendar, start_event, start_at, base_due_at, due_at, provisional, printed, next_card_at, next_card)
       SELECT i, 'ticket', t, r, v, c, e, sa, b, du, p, pr, na, nc FROM unnest($38::bigint[], $39::bigint[], $40::text[], $41::int[], $42::text[], $43::text[], $44::timestamptz[], $45::timestamptz[], $46::timestamptz[], $47::bool[], $48::bool[], $49::timestamptz[], $50::text[]) u(t, i, r, v, c, e, sa, b, du, p, pr, na, nc)),
 c AS (INSERT INTO complainants (id, ticket, role, sealed, shown, shown_phone, has_phone, has_mail, phone_idx, id_idx, name_idx)
       SELECT i, t, r, se, sh, sp, hp, hm, pi, ii, ni FROM unnest($51::bigint[], $52::bigint[], $53::text[], $54::bytea[], $55::text[], $56::text[], $57::bool[], $58::bool[], $59::bytea[], $60::bytea[], $61::bytea[]) u(t, i, r, se, sh, sp, hp, hm, pi, ii, ni)),
 n AS MATERIALIZED (SELECT nextval('journal_id') AS id, ticket, received_at, now, actor, desk, provenance, commitments, prev, hash, body FROM r),
 j AS (INSERT INTO journal (id, subject_kind, subject, seq, at, recorded_at, actor, unit, action, provenance, commitments, prev, hash)
       SELECT id, 'ticket', ticket, 1, received_at, now, actor, desk, 'registered', provenance, commitments, prev, hash FROM n),
 y AS (INSERT INTO journal_body (journal, body) SELECT id, body FROM n)
 INSERT INTO journal_pending (journal) SELECT id FROM n`

// openRows are registrations as columns of unnest.
type openRows struct {
	submission, ticket                                                                    []int64
	source, sourceID, channel, disposition, number, kind, track, naming, secrecy, urgency []string
	category, region, place, title, statement, deskPath, actor, provenance                []string
	sum, raw, receipt, commitments, prev, hash, body                                      [][]byte
	receivedAt, now                                                                       []time.Time
	people, desk                                                                          []int32
	next, due                                                                             []*time.Time
	jobTicket, jobID                                                                      []int64
	job                                                                                   []string
	jobAt                                                                                 []time.Time
	clockTicket, personTicket                                                             []int64
	clocks                                                                                clockColumns
	persons                                                                               peopleColumns
}

func (r *openRows) add(l *openLine) {
	n := l.new
	r.submission, r.ticket = append(r.submission, l.submission), append(r.ticket, l.ticket)
	for _, x := range []struct {
		dst   *[]string
		value string
	}{{&r.source, n.Source}, {&r.sourceID, n.SourceID}, {&r.channel, n.Channel}, {&r.disposition, n.Disposition}, {&r.number, l.number}, {&r.kind, n.Kind}, {&r.track, n.Track},
		{&r.naming, n.Naming}, {&r.secrecy, n.Secrecy}, {&r.urgency, n.Urgency}, {&r.category, n.Category}, {&r.region, n.Region}, {&r.place, n.Place}, {&r.title, n.Title},
		{&r.statement, l.statement}, {&r.deskPath, l.deskPath}, {&r.actor, l.journal.Actor}, {&r.provenance, n.Provenance}} {
		*x.dst = append(*x.dst, x.value)
	}
	r.sum, r.raw, r.receipt = append(r.sum, l.sum), append(r.raw, l.raw), append(r.receipt, l.receipt)
	r.commitments, r.prev, r.hash, r.body = append(r.commitments, l.journal.Commitments), append(r.prev, l.journal.Prev), append(r.hash, l.journal.Hash), append(r.body, l.journal.Body)
	r.receivedAt, r.now = append(r.receivedAt, n.ReceivedAt), append(r.now, l.now)
	r.people, r.desk = append(r.people, int32(n.People)), append(r.desk, int32(n.Desk))
	r.next, r.due = append(r.next, l.next), append(r.due, l.due)
	for i, id := range l.jobIDs {
		r.jobTicket, r.jobID, r.job, r.jobAt = append(r.jobTicket, l.ticket), append(r.jobID, id), append(r.job, l.jobs[i]), append(r.jobAt, l.now)
	}
	for range l.clocks.id {
		r.clockTicket = append(r.clockTicket, l.ticket)
	}
	r.clocks.join(l.clocks)
	for range l.people.id {
		r.personTicket = append(r.personTicket, l.ticket)
	}
	r.persons.join(l.people)
}

func (r *openRows) args() []any {
	c, p := &r.clocks, &r.persons
	return []any{r.submission, r.ticket, r.source, r.sourceID, r.sum, r.raw, r.channel, r.receivedAt, r.now, r.disposition,
		r.number, r.kind, r.track, r.naming, r.secrecy, r.urgency, r.category, r.region, r.place, r.title, r.statement, r.people, r.desk, r.deskPath,
		r.next, r.due, r.receipt, r.actor, r.provenance, r.commitments, r.prev, r.hash, r.body,
		r.jobTicket, r.jobID, r.job, r.jobAt,
		r.clockTicket, c.id, c.rule, c.version, c.calendar, c.event, c.start, c.base, c.due, c.provisional, c.printed, c.cardAt, c.card,
		r.personTicket, p.id, p.role, p.sealed, p.shown, p.shownPhone, p.hasPhone, p.hasMail, p.phoneIdx, p.idIdx, p.nameIdx}
}
