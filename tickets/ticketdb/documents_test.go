package ticketdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hotline/intake"
	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/paper"
	"hotline/tickets/ticketdb"
)

// inHand registers a ticket and brings it to the investigator of county 10.
func (b *bench) inHand(t testing.TB, with ...func(*intake.Submission)) string {
	t.Helper()
	o := b.register(t, b.Session(t, "operator"), help(with...))
	b.act(t, b.Session(t, "lead-city"), o.Number, tickets.ActDispatch, tickets.Values{"unit": "10"})
	county := b.Session(t, "lead-140428")
	b.act(t, county, o.Number, tickets.ActSign, nil)
	b.act(t, county, o.Number, tickets.ActAssign, tickets.Values{"investigator": fmt.Sprint(b.Person(t, "handler-140428"))})
	return o.Number
}

func (b *bench) issue(t testing.TB, caller pg.Caller, number, kind string, typed tickets.Values) ticketdb.Document {
	t.Helper()
	x, err := b.db.IssueDocument(context.Background(), caller, number, 0, kind, typed)
	if err != nil {
		t.Fatalf("issue %s: %v", kind, err)
	}
	return x
}

func TestADocumentIsIssuedSignedForAndJournaled(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := t.Context()
	number := b.inHand(t)
	handler := b.Session(t, "handler-140428")
	draft, err := b.db.DraftDocument(ctx, handler, number, paper.Acceptance)
	if err != nil || !strings.Contains(draft["body"], number) {
		t.Fatalf("draft %v, %v", draft, err)
	}
	x := b.issue(t, handler, number, paper.Acceptance, tickets.Values{"body": draft["body"] + "\n请保持电话畅通。"})
	if x.Number != "长子民访〔2026〕1号" || x.Paper.Office != "长子县民政局" || x.State() != "issued" || len(x.Token) < 16 {
		t.Errorf("issued %+v", x)
	}
	again, err := b.db.Document(ctx, handler, number, x.ID)
	if err != nil || again.Number != x.Number || !strings.Contains(again.Paper.Text(""), "请保持电话畅通") {
		t.Fatalf("read back %+v, %v", again, err)
	}
	if sum, _ := again.Paper.Sum(); !bytes.Equal(sum, x.SHA256) {
		t.Error("the stored paper has another digest")
	}
	if strings.Contains(fmt.Sprint(again.Paper), "王小明") {
		t.Error("the stored paper holds the name")
	}
	if n, id, err := b.db.DocumentOf(ctx, handler, x.Token); err != nil || n != number || id != x.ID {
		t.Errorf("the QR code leads to %s %d: %v", n, id, err)
	}
	photo := ticketdb.File{Name: "签收.jpg", Content: []byte("photo")}
	if err := b.db.ReturnDocument(ctx, handler, number, x.ID, photo); err != nil {
		t.Fatal(err)
	}
	var bad tickets.Invalid
	if err := b.db.ReturnDocument(ctx, handler, number, x.ID, photo); !errors.As(err, &bad) {
		t.Errorf("returned twice: %v", err)
	}
	again, err = b.db.Document(ctx, handler, number, x.ID)
	if err != nil || again.State() != "returned" {
		t.Fatalf("%+v, %v", again, err)
	}
	if a, content, err := b.db.Content(ctx, handler, number, again.Attachment); err != nil || string(content) != "photo" || a.Name != "签收.jpg" {
		t.Errorf("the signed copy: %+v %q %v", a, content, err)
	}
	rows, err := b.db.Journal(ctx, handler, number)
	if err != nil {
		t.Fatal(err)
	}
	var acts []string
	for _, r := range rows {
		acts = append(acts, r.Action)
	}
	if got := strings.Join(acts, " "); !strings.HasSuffix(got, "document_issued document_returned") {
		t.Errorf("journal: %s", got)
	}
	if r, err := ticketdb.Verify(ctx, b.PG, 10); err != nil || len(r.Faults) != 0 {
		t.Errorf("verify: %+v, %v", r, err)
	}
}

func TestACancelledDocumentKeepsItsNumber(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := t.Context()
	number := b.inHand(t)
	lead := b.Session(t, "lead-140428")
	x := b.issue(t, lead, number, paper.Acceptance, nil)
	var bad tickets.Invalid
	for _, reason := range []string{"", " ", "a\x00b", strings.Repeat("长", 201)} {
		if err := b.db.CancelDocument(ctx, lead, number, x.ID, reason); !errors.As(err, &bad) {
			t.Errorf("reason %q: %v", reason, err)
		}
	}
	if err := b.db.CancelDocument(ctx, lead, number, x.ID, "写错单位"); err != nil {
		t.Fatal(err)
	}
	if err := b.db.CancelDocument(ctx, lead, number, x.ID, "再次"); !errors.As(err, &bad) {
		t.Errorf("cancelled twice: %v", err)
	}
	if err := b.db.ReturnDocument(ctx, lead, number, x.ID, ticketdb.File{Name: "a", Content: []byte("x")}); !errors.As(err, &bad) {
		t.Errorf("a void document came back: %v", err)
	}
	if next := b.issue(t, lead, number, paper.HomeVisit, nil); next.Number != "长子民访户〔2026〕2号" {
		t.Errorf("the next number is %s", next.Number)
	}
	list, err := b.db.Documents(ctx, lead, number)
	if err != nil || len(list) != 2 || list[1].State() != "cancelled" || list[1].CancelReason != "写错单位" || list[1].Paper.Number != x.Number {
		t.Errorf("list %+v, %v", list, err)
	}
}

func TestATicketHasOnlySoManyDocuments(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.inHand(t)
	lead := b.Session(t, "lead-140428")
	x := b.issue(t, lead, number, paper.Acceptance, nil)
	b.Exec(t, `INSERT INTO documents (id, ticket, kind, unit, year, serial, number, token, content, sha256, issued_by, issued_at)
		SELECT -n, ticket, kind, unit, year, 1000 + n, number, token || n, content, sha256, issued_by, issued_at FROM documents, generate_series(1, $1) n WHERE id = $2`, ticketdb.MaxDocuments-2, x.ID)
	b.issue(t, lead, number, paper.Acceptance, nil)
	var bad tickets.Invalid
	if _, err := b.db.IssueDocument(t.Context(), lead, number, 0, paper.Acceptance, nil); !errors.As(err, &bad) {
		t.Errorf("one too many: %v", err)
	}
	if list, err := b.db.Documents(t.Context(), lead, number); err != nil || len(list) != ticketdb.MaxDocuments {
		t.Errorf("%d are listed: %v", len(list), err)
	}
}

// TestNumbersHaveNeitherGapNorDouble issues at once on several tickets of one
// unit, with refused ones between them, over a New Year.
func TestNumbersHaveNeitherGapNorDouble(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := t.Context()
	const tries = 6
	numbers := []string{b.inHand(t), b.inHand(t), b.inHand(t)}
	lead := b.Session(t, "lead-140428")
	var wg sync.WaitGroup
	for _, n := range numbers {
		for range tries {
			wg.Go(func() {
				if _, err := b.db.IssueDocument(ctx, lead, n, 0, paper.Acceptance, nil); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() { // takes a number and gives it back
				err := b.PG.Do(ctx, lead, func(tx *pg.Tx) error {
					var serial int
					if err := tx.QueryRow(ctx, `SELECT app.next_document(10, 2026)`).Scan(&serial); err != nil {
						return err
					}
					return errGivenUp
				})
				if !errors.Is(err, errGivenUp) {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	var serials []int32
	b.Row(t, `SELECT array_agg(serial ORDER BY serial) FROM documents WHERE unit = 10`, nil, &serials)
	want := make([]int32, tries*len(numbers))
	for i := range want {
		want[i] = int32(i + 1)
	}
	if !slices.Equal(serials, want) {
		t.Errorf("got %v", serials)
	}
	b.Clock.Set(time.Date(2027, 1, 4, 1, 0, 0, 0, time.UTC))
	if x := b.issue(t, b.Session(t, "lead-140428"), numbers[0], paper.Acceptance, nil); x.Number != "长子民访〔2027〕1号" {
		t.Errorf("the new year begins with %s", x.Number)
	}
	b.Exec(t, `UPDATE units SET document_prefix = '长子民政' WHERE id = 10`)
	if x := b.issue(t, b.Session(t, "lead-140428"), numbers[0], paper.Acceptance, nil); x.Number != "长子民政访〔2027〕2号" {
		t.Errorf("with a prefix of its own: %s", x.Number)
	}
}

var errGivenUp = errors.New("given up")

func TestVerifyFindsADocumentChangedBehindTheDesk(t *testing.T) {
	t.Parallel()
	b := open(t)
	number := b.inHand(t)
	lead := b.Session(t, "lead-140428")
	x := b.issue(t, lead, number, paper.Acceptance, nil)
	for name, sql := range map[string][2]string{
		"content":   {`UPDATE documents SET content = jsonb_set(content, '{title}', '"答复书"')`, `UPDATE documents SET content = jsonb_set(content, '{title}', '"受理告知书"')`},
		"cancelled": {`UPDATE documents SET cancelled_at = issued_at, cancel_reason = 'x'`, `UPDATE documents SET cancelled_at = NULL, cancel_reason = ''`},
		"returned":  {`UPDATE documents SET returned_at = issued_at, attachment = 1`, `UPDATE documents SET returned_at = NULL, attachment = NULL`},
	} {
		b.Exec(t, sql[0])
		if r, err := ticketdb.Verify(t.Context(), b.PG, 10); err != nil || len(r.Faults) == 0 {
			t.Errorf("%s: not found: %+v, %v", name, r, err)
		}
		b.Exec(t, sql[1])
	}
	if r, err := ticketdb.Verify(t.Context(), b.PG, 10); err != nil || len(r.Faults) != 0 {
		t.Errorf("put back: %+v, %v", r, err)
	}
	b.Exec(t, `DELETE FROM documents WHERE id = $1`, x.ID)
	if r, err := ticketdb.Verify(t.Context(), b.PG, 10); err != nil || len(r.Faults) == 0 {
		t.Errorf("removed: not found: %+v, %v", r, err)
	}
}

func TestWhoMayIssueAndWhoSeesNothing(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := t.Context()
	number := b.inHand(t, func(s *intake.Submission) {
		s.Kind, s.Accused = tickets.Report, []tickets.Accused{{Unit: 13, Person: "赵试验"}}
	})
	x := b.issue(t, b.Session(t, "handler-140428"), number, paper.HomeVisit, nil)
	for _, c := range []struct {
		login, kind string
		want        error
	}{
		{"operator", paper.Opinion, tickets.ErrNotAllowed},
		{"lead-140428", paper.Supervise, tickets.ErrNotAllowed},
		{"lead-140427", paper.Acceptance, pg.ErrNotFound},
		{"handler2-140428", paper.Acceptance, pg.ErrNotFound},
		{"lead-140428102", paper.Acceptance, pg.ErrNotFound},
		{"auditor", paper.Acceptance, pg.ErrNotFound},
		{"operator", "no_such_kind", tickets.ErrUnknownAction},
	} {
		me := b.Session(t, c.login)
		if _, err := b.db.IssueDocument(ctx, me, number, 0, c.kind, nil); !errors.Is(err, c.want) {
			t.Errorf("%s issues %s: %v", c.login, c.kind, err)
		}
		if !errors.Is(c.want, pg.ErrNotFound) {
			continue
		}
		for what, err := range map[string]error{
			"list": second(b.db.Documents(ctx, me, number)), "read": second(b.db.Document(ctx, me, number, x.ID)), "code": third(b.db.DocumentOf(ctx, me, x.Token)),
			"draft": second(b.db.DraftDocument(ctx, me, number, c.kind)), "cancel": b.db.CancelDocument(ctx, me, number, x.ID, "试"),
			"return": b.db.ReturnDocument(ctx, me, number, x.ID, ticketdb.File{Name: "a", Content: []byte("x")}), "name": second(b.db.NameDocument(ctx, me, number, x.ID)),
		} {
			if !errors.Is(err, pg.ErrNotFound) {
				t.Errorf("%s by %s: %v", what, c.login, err)
			}
		}
	}
	if _, err := b.db.IssueDocument(ctx, b.Session(t, "lead-140428"), number, 1, paper.Acceptance, nil); !errors.Is(err, tickets.ErrMoved) {
		t.Errorf("a stale form: %v", err)
	}
	var bad tickets.Invalid
	order := tickets.Values{"unit": "13", "until": "2026-12-01"}
	if _, err := b.db.IssueDocument(ctx, b.Session(t, "lead-140428"), number, 0, paper.Verify, order); !errors.As(err, &bad) {
		t.Errorf("the accused township is told to verify: %v", err)
	}
	mend := b.issue(t, b.Session(t, "lead-140428"), number, paper.Rectify, tickets.Values{"unit": "13", "until": "2026-12-01", "problem": "公示栏有身份证号", "demand": "立即撤下"})
	if text := mend.Paper.Text(""); strings.Contains(text, number) || strings.Contains(text, "低保这个月") || !strings.Contains(text, "石哲镇") {
		t.Errorf("the accused township reads: %s", text)
	}
}

func TestAConfidentialTicketsDocumentsTellNobodysName(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := t.Context()
	o := b.register(t, b.Session(t, "operator"), help(func(s *intake.Submission) {
		s.Kind, s.Secrecy, s.Statement = tickets.Report, tickets.Confidential, "我叫王小明，电话19900001234，村干部亲属违规享受低保。"
		s.Accused = []tickets.Accused{{Unit: 13, Person: "赵试验"}}
	}))
	operator, lead := b.Session(t, "operator"), b.Session(t, "lead-city")
	view, err := b.db.Find(ctx, lead, o.Number)
	if err != nil {
		t.Fatal(err)
	}
	kinds, _ := paper.For(&view.Ticket, view.Actor)
	for _, k := range kinds {
		draft, err := b.db.DraftDocument(ctx, lead, o.Number, k.Code)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range k.Form() {
			if _, ok := draft[f.Name]; ok || !f.Must {
				continue
			}
			draft[f.Name] = map[tickets.FieldType]string{tickets.TypeTime: "2026-12-01", tickets.TypeUnit: "20"}[f.Type]
			if draft[f.Name] == "" {
				draft[f.Name] = "情况说明"
			}
		}
		if x, err := b.db.IssueDocument(ctx, lead, o.Number, 0, k.Code, draft); err != nil {
			t.Errorf("%s as it is drafted: %v", k.Code, err)
		} else if text := x.Paper.Text(""); strings.Contains(text, "王小明") || strings.Contains(text, "19900001234") {
			t.Errorf("%s tells who it is: %s", k.Code, text)
		}
		for name, s := range draft {
			if strings.Contains(s, "王小明") || strings.Contains(s, "19900001234") {
				t.Errorf("%s: %s tells who it is: %s", k.Code, name, s)
			}
		}
	}
	var bad tickets.Invalid
	typed := tickets.Values{"account": "王小明（19900001234）来电表示撤回，他是我邻居"}
	if _, err := b.db.IssueDocument(ctx, operator, o.Number, 0, paper.Withdrawal, typed); !errors.As(err, &bad) || bad[0].Field != "confirmed" || !strings.Contains(bad[0].ZH, "19900001234") {
		t.Fatalf("what tells who it is goes out: %v", err)
	}
	x := b.issue(t, operator, o.Number, paper.Withdrawal, tickets.Values{"account": "来电表示撤回，被反映人赵试验"})
	if m := view.MaskedAddressee(); m != paper.Blank {
		t.Errorf("addressed to %s", m)
	}
	if name, err := b.db.NameDocument(ctx, operator, o.Number, x.ID); !errors.Is(err, pg.ErrRefused) || name != "" {
		t.Errorf("printed with %q: %v", name, err)
	}
}

func TestTheNameIsPrintedForWhoMayOpenTheContact(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := t.Context()
	number := b.inHand(t)
	x := b.issue(t, b.Session(t, "handler-140428"), number, paper.Acceptance, nil)
	form := b.issue(t, b.Session(t, "handler-140428"), number, paper.HomeVisit, nil)
	for login, want := range map[string]string{"handler-140428": "王小明", "operator": "王小明", "lead-140428": "", "lead-city": ""} {
		name, err := b.db.NameDocument(ctx, b.Session(t, login), number, x.ID)
		if name != want || (want == "") != errors.Is(err, pg.ErrRefused) {
			t.Errorf("%s prints %q: %v", login, name, err)
		}
	}
	if name, err := b.db.NameDocument(ctx, b.Session(t, "operator"), number, form.ID); name != "" || err != nil {
		t.Errorf("a form of the house has the name %q: %v", name, err)
	}
	view, err := b.db.Find(ctx, b.Session(t, "lead-140428"), number)
	if err != nil || view.MaskedAddressee() != paper.Blank+"（王*明）" {
		t.Errorf("masked as %s: %v", view.MaskedAddressee(), err)
	}
	var motives int
	b.Row(t, `SELECT count(*) FROM journal j JOIN journal_body b ON b.journal = j.id WHERE j.action = 'contact_viewed' AND convert_from(b.body, 'UTF8') LIKE '%打印文书%'`, nil, &motives)
	if motives != 2 {
		t.Errorf("%d views are journaled, want 2", motives)
	}
}
