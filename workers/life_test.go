package workers

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hotline/intake"
	"hotline/intake/city12345"
	"hotline/intake/mail"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// status reads where a ticket stands, past all policies.
func (w *world) status(t *testing.T, number string) tickets.Status {
	t.Helper()
	var s string
	w.Row(t, `SELECT status FROM tickets WHERE number = $1`, []any{number}, &s)
	return tickets.Status(s)
}

// answered takes a registered ticket to an approved reply.
func (w *world) answered(t *testing.T, number string) {
	t.Helper()
	if w.status(t, number) == tickets.Registered {
		w.act(t, "lead-city", number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	}
	w.act(t, "lead-140428", number, tickets.ActSign, nil)
	w.act(t, "lead-140428", number, tickets.ActAssign, tickets.Values{"investigator": fmt.Sprint(w.Person(t, "handler-140428"))})
	w.act(t, "handler-140428", number, tickets.ActContactMade, tickets.Values{"way": "call"})
	w.act(t, "handler-140428", number, tickets.ActRecord, tickets.Values{"allegation": "1", "outcome": "done", "method": "核对当月花名表，已补发"})
	w.act(t, "handler-140428", number, tickets.ActSubmit, tickets.Values{"public_text": "您反映的低保金已于今日补发到账。", "resolved": "true"})
	w.act(t, "lead-140428", number, tickets.ActApprove, nil)
}

func TestACertainTicketIsDispatchedAndItsLeadTold(t *testing.T) {
	t.Parallel()
	w := open(t)
	background(t, w.workers(t).Run)
	o := w.register(t, help())
	until(t, "it is dispatched", func() bool { return w.status(t, o.Number) == tickets.Dispatched })
	var actor string
	w.Row(t, `SELECT actor FROM journal WHERE action = 'dispatch'`, nil, &actor)
	if actor != "machine:route" {
		t.Errorf("dispatched by %s", actor)
	}
	until(t, "the lead of the county is told", func() bool {
		return w.count(t, `SELECT count(*) FROM notifications n JOIN tickets t ON t.id = n.ticket AND t.unit = n.unit WHERE n.kind = 'dispatched' AND n.role = 'lead'`) == 1
	})
}

func TestADoubtfulTicketWaitsWithItsProposal(t *testing.T) {
	t.Parallel()
	w := open(t)
	background(t, w.workers(t).Run)
	o := w.register(t, help(func(s *intake.Submission) { s.Kind = tickets.Complaint }))
	until(t, "it is routed", func() bool {
		return w.count(t, `SELECT count(*) FROM outbox WHERE kind = 'route' AND done_at IS NOT NULL`) == 1
	})
	if w.status(t, o.Number) != tickets.Registered {
		t.Errorf("status %s", w.status(t, o.Number))
	}
	if n := w.count(t, `SELECT count(*) FROM tickets WHERE jsonb_array_length(proposal->'reasons') > 0`); n != 1 {
		t.Error("no proposal with reasons")
	}
}

func TestAnAnswerGoesOutBySMSOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	log := filepath.Join(t.TempDir(), "sms.log")
	w.cfg.SMS = NewFileSMS(log, w.Clock.Now)
	o := w.register(t, help())
	w.answered(t, o.Number)
	background(t, w.workers(t).Run)
	until(t, "it is delivered", func() bool { return w.status(t, o.Number) == tickets.Answered })
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(text), "19900001234"); got != 1 || !strings.Contains(string(text), "补发到账") {
		t.Errorf("the log holds %d messages:\n%s", got, text)
	}
	if n := w.count(t, `SELECT count(*) FROM attempts WHERE way = 'sms' AND state = 'delivered' AND provenance = 'machine'`); n != 1 {
		t.Errorf("%d delivered attempts", n)
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE args::text LIKE '%19900001234%' OR error LIKE '%19900001234%'`); n != 0 {
		t.Error("the outbox holds a number")
	}
}

func TestATextThatOnlyTellsOfAnAnswerDeliversNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	log := filepath.Join(t.TempDir(), "sms.log")
	w.cfg.SMS = NewFileSMS(log, w.Clock.Now)
	s := help()
	s.Secrecy = tickets.Confidential
	o := w.register(t, s)
	w.act(t, "lead-city", o.Number, tickets.ActDispatch, tickets.Values{"unit": "10", "brief": "核查低保金发放。"})
	w.answered(t, o.Number)
	background(t, w.workers(t).Run)
	until(t, "the text is out", func() bool { return w.count(t, `SELECT count(*) FROM attempts WHERE way = 'sms'`) == 1 })
	if n := w.count(t, `SELECT count(*) FROM attempts WHERE state = 'accepted'`); n != 1 || w.status(t, o.Number) != tickets.Answering {
		t.Errorf("%d accepted; the ticket is %s", n, w.status(t, o.Number))
	}
}

func TestALandlineGetsNoTextMessage(t *testing.T) {
	for phone, want := range map[string]bool{"19900001234": true, "+86 199 0000 1234": true, "0355-2021234": false, "2021234": false, "": false} {
		if got := mobile(phone); got != want {
			t.Errorf("%q takes texts: %v", phone, got)
		}
	}
}

// unreliable is a mail server that is away for the first mails.
type unreliable struct {
	mu   sync.Mutex
	away int
	sent []mail.Outgoing
}

func (u *unreliable) Send(_ context.Context, out mail.Outgoing) (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.away > 0 {
		u.away--
		return "", &mail.SendError{Stage: "connect"}
	}
	u.sent = append(u.sent, out)
	return "250 queued as 4F1", nil
}

func byMail(s *intake.Submission) {
	s.Complainants = []ticketdb.Complainant{{Role: "caller", Name: "王小明", Mail: "wang@example.org"}}
}

func TestAnAnswerByMailArrivesWhenTheServerIsBack(t *testing.T) {
	t.Parallel()
	w := open(t)
	server := &unreliable{away: 3}
	w.cfg.Mail, w.cfg.MailProves = server, true
	o := w.register(t, help(byMail))
	w.answered(t, o.Number)
	background(t, w.workers(t).Run)
	until(t, "it is delivered", func() bool {
		w.Clock.Add(2 * time.Second)
		return w.status(t, o.Number) == tickets.Answered
	})
	if len(server.sent) != 1 || server.sent[0].To.Addr != "wang@example.org" || server.sent[0].Number != o.Number {
		t.Errorf("%d mails were sent", len(server.sent))
	}
}

// portal is a 12345 platform that decides as scripted.
type portal struct {
	mu     sync.Mutex
	away   int
	refuse bool
	events []city12345.Outbound
}

func (p *portal) Send(_ context.Context, o city12345.Outbound) (city12345.Verdict, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away > 0 {
		p.away--
		return city12345.Verdict{}, fmt.Errorf("%w: status 503", city12345.ErrTemporary)
	}
	if bad := o.Validate(); len(bad) > 0 {
		return city12345.Verdict{}, bad[0]
	}
	p.events = append(p.events, o)
	return city12345.Verdict{Accepted: !p.refuse, Reason: "口径不符"}, nil
}

func (p *portal) kinds() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, e := range p.events {
		out = append(out, string(e.Kind))
	}
	return strings.Join(out, " ")
}

// ordered registers a ticket that a platform's order became.
func (w *world) ordered(t *testing.T) ticketdb.Opened {
	t.Helper()
	o := w.register(t, help(func(s *intake.Submission) {
		s.Channel, s.Track, s.Platform = "city12345", tickets.TrackOrder, "demo"
	}))
	w.Exec(t, `INSERT INTO orders (platform, order_no, ticket) SELECT 'demo', 'WO-1', id FROM tickets WHERE number = $1 ON CONFLICT DO NOTHING`, o.Number)
	return o
}

func TestThePlatformHearsOfSigningContactAndReply(t *testing.T) {
	t.Parallel()
	w := open(t)
	p := &portal{away: 2}
	w.cfg.Platforms = map[string]Platform{"demo": p}
	o := w.ordered(t)
	w.answered(t, o.Number)
	background(t, w.workers(t).Run)
	until(t, "the platform has accepted the reply", func() bool {
		w.Clock.Add(2 * time.Second)
		return w.status(t, o.Number) == tickets.Answered
	})
	until(t, "all three have arrived", func() bool {
		w.Clock.Add(2 * time.Second)
		return len(strings.Fields(p.kinds())) == 3
	})
	for _, kind := range []string{"signed", "contact_made", "replied"} {
		if strings.Count(p.kinds(), kind) != 1 {
			t.Errorf("%s arrived %d times: %s", kind, strings.Count(p.kinds(), kind), p.kinds())
		}
	}
	if n := w.count(t, `SELECT count(*) FROM deadlines WHERE met_event = 'platform_accepted'`); n == 0 {
		t.Error("the order's clock is not met")
	}
	if n := w.count(t, `SELECT count(*) FROM order_events WHERE direction = 'out' AND state = 'accepted'`); n != 3 {
		t.Errorf("%d accepted events are noted, want 3", n)
	}
}

func TestARefusedReplyIsAnAttemptThatFailed(t *testing.T) {
	t.Parallel()
	w := open(t)
	p := &portal{}
	w.cfg.Platforms = map[string]Platform{"demo": p}
	o := w.ordered(t)
	w.answered(t, o.Number)
	p.refuse = true
	background(t, w.workers(t).Run)
	until(t, "the attempt is recorded", func() bool {
		w.Clock.Add(2 * time.Second) // what leaves after another event rests that long
		return w.count(t, `SELECT count(*) FROM attempts WHERE way = 'city12345' AND state = 'failed'`) == 1
	})
	if w.status(t, o.Number) != tickets.Answering {
		t.Errorf("status %s", w.status(t, o.Number))
	}
}

func TestAWayThatIsNotSetUpStopsAndSaysSo(t *testing.T) {
	t.Parallel()
	w := open(t)
	o := w.register(t, help())
	w.answered(t, o.Number)
	ws := w.workers(t)
	background(t, ws.Run)
	until(t, "the row has stopped", func() bool {
		list, err := ws.Outbox().Stopped(ctx, 10)
		return err == nil && len(list) == 1 && list[0].Kind == tickets.JobSMS && list[0].Number == o.Number
	})
}

func TestFileSMSWritesAKeyOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sms.log")
	f := NewFileSMS(path, time.Now)
	for _, key := range []string{"1", "2", "1"} {
		if _, err := f.Send(ctx, Message{Key: key, To: "19900001234", Text: "一\n二"}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, line := range strings.Split(string(text), "\n") {
		if line != "" && json.Valid([]byte(line)) {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d lines:\n%s", n, text)
	}
}
