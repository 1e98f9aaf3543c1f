package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// bad is a request that the desk must refuse, naming the place.
type bad struct {
	name, method, path, body string
	headers                  []string
	status                   int
	at                       string // a location of errors[]; "" where the status says it all
}

// registration is a good body in which one thing is spoilt: old becomes new.
func registration(old, spoilt string) string {
	body := `{"kind":"help","channel":"call","region":"140428102","statement":"低保金没有到账。","people":2,"received_at":"2026-01-05T09:00:00+08:00","complainants":[{"role":"caller","name":"王试验","phone":"19900001234"}],"respondents":[]}`
	if !strings.Contains(body, old) {
		panic("no " + old)
	}
	return strings.Replace(body, old, spoilt, 1)
}

func badRegistrations() []bad {
	var out []bad
	for _, c := range []struct{ name, old, spoilt, at string }{
		{"an unknown field", `"people":2`, `"colour":"red"`, "body.colour"},
		{"an unknown field inside", `"role":"caller"`, `"role":"caller","shoe":42`, "body.complainants[0].shoe"},
		{"a number for a text", `"statement":"低保金没有到账。"`, `"statement":7`, "body.statement"},
		{"a text for a number", `"people":2`, `"people":"two"`, "body.people"},
		{"an object for a list", `"respondents":[]`, `"respondents":{}`, "body.respondents"},
		{"null for a text", `"kind":"help"`, `"kind":null`, "body.kind"},
		{"an impossible number", `"people":2`, `"people":-1`, "body.people"},
		{"an unknown kind", `"kind":"help"`, `"kind":"party"`, "body.kind"},
		{"an unknown channel", `"channel":"call"`, `"channel":"pigeon"`, "body.channel"},
		{"a region of another city", `140428102`, `110101001`, "body.region"},
		{"a region of no county of ours", `140428102`, `140499102`, "body.region"},
		{"a region that is no code", `140428102`, `长子县石哲镇`, "body.region"},
		{"an empty statement", `低保金没有到账。`, ``, "body.statement"},
		{"a blank statement", `低保金没有到账。`, `  \n `, "body.statement"},
		{"invalid UTF-8", `低保金没有到账。`, "低保\xff\xfe金", "body.statement"},
		{"half a character", `王试验`, "王\xe8\xaf", "body.complainants[0].name"},
		{"a NUL", `低保金没有到账。`, `低保\u0000金`, "body.statement"},
		{"an impossible date", `2026-01-05T`, `2026-02-30T`, "body.received_at"},
		{"a date without a zone", `2026-01-05T09:00:00+08:00`, `2026-01-05 09:00`, "body.received_at"},
		{"a date to come", `2026-01-05T`, `2199-01-05T`, "body.received_at"},
		{"an unknown role", `"role":"caller"`, `"role":"king"`, "body.complainants[0].role"},
		{"an unknown unit", `"respondents":[]`, `"respondents":[{"unit":"99999"}]`, "body.respondents[0].unit"},
		{"an unknown accused unit", `"respondents":[]`, `"accused":[{"unit":"没有这个局"}]`, "body.accused[0].unit"},
		{"a statement of 30,000 characters", `低保金没有到账。`, strings.Repeat("长", 30000), "body.statement"},
	} {
		out = append(out, bad{name: c.name, method: http.MethodPost, path: "/api/v1/tickets", body: registration(c.old, c.spoilt), status: http.StatusUnprocessableEntity, at: c.at})
	}
	whole := func(name, body string, status int, at string, headers ...string) {
		out = append(out, bad{name: name, method: http.MethodPost, path: "/api/v1/tickets", body: body, headers: headers, status: status, at: at})
	}
	good := registration("", "")
	whole("a body of 2 MB", registration("低保金没有到账。", strings.Repeat("长", 700_000)), http.StatusRequestEntityTooLarge, "body")
	whole("half a JSON", good[:60], http.StatusBadRequest, "")
	whole("no body", "", http.StatusBadRequest, "")
	whole("a list", "["+good+"]", http.StatusUnprocessableEntity, "body")
	whole("another content type", good, http.StatusUnsupportedMediaType, "header.Content-Type", "Content-Type", "text/plain")
	whole("a compressed body", good, http.StatusUnsupportedMediaType, "header.Content-Encoding", "Content-Encoding", "gzip")
	whole("a key of 300 characters", good, http.StatusUnprocessableEntity, "header.Idempotency-Key", "Idempotency-Key", strings.Repeat("k", 300))
	whole("a key with a blank", good, http.StatusUnprocessableEntity, "header.Idempotency-Key", "Idempotency-Key", "a b")
	whole("no session", good, http.StatusUnauthorized, "header.Authorization", "Authorization", "Bearer nothing")
	return out
}

func badActs(k ticket) []bad {
	var out []bad
	act := func(name, action, fields string, status int, at string) {
		out = append(out, bad{name: name, method: http.MethodPost, path: "/api/v1/tickets/" + k.Number + "/actions/" + action, body: fmt.Sprintf(`{"version":%d%s}`, k.Version, fields), status: status, at: at})
	}
	act("an unknown action", "explode", "", http.StatusNotFound, "path.action")
	act("an act not of this status", "approve", "", http.StatusForbidden, "")
	act("a dispatch to nowhere", "dispatch", "", http.StatusUnprocessableEntity, "body.unit")
	act("a dispatch to an unknown unit", "dispatch", `,"unit":"99999"`, http.StatusUnprocessableEntity, "body.unit")
	act("a dispatch to the auditors", "dispatch", `,"unit":"2"`, http.StatusUnprocessableEntity, "body.unit")
	act("a list for a unit", "dispatch", `,"unit":[1]`, http.StatusUnprocessableEntity, "body.unit")
	act("a field of another act", "dispatch", `,"unit":"140428","satisfaction":"satisfied"`, http.StatusUnprocessableEntity, "body.satisfaction")
	act("an empty note", "note", `,"note":" "`, http.StatusUnprocessableEntity, "body.note")
	act("an impossible time", "told_acceptance", `,"way":"call","at":"2026-02-30T10:00"`, http.StatusUnprocessableEntity, "body.at")
	act("an unknown way", "told_acceptance", `,"way":"drum"`, http.StatusUnprocessableEntity, "body.way")
	act("a link to no ticket", "link", `,"other":"123","kind":"same_matter"`, http.StatusUnprocessableEntity, "body.other")
	stale := func(name, version string, status int, at string) {
		out = append(out, bad{name: name, method: http.MethodPost, path: "/api/v1/tickets/" + k.Number + "/actions/note", body: `{"note":"备注"` + version + `}`, status: status, at: at})
	}
	stale("no version", "", http.StatusUnprocessableEntity, "body.version")
	stale("version 0", `,"version":0`, http.StatusUnprocessableEntity, "body.version")
	stale("a version in words", `,"version":"newest"`, http.StatusUnprocessableEntity, "body.version")
	stale("a version to come", fmt.Sprintf(`,"version":%d`, k.Version+7), http.StatusConflict, "body.version")
	for name, path := range map[string]string{"an impossible number": "1234567890123", "a number in words": "first", "SQL for a number": "'%20OR%201=1--", "a number of nobody": "2601050000018"} {
		out = append(out, bad{name: name, method: http.MethodGet, path: "/api/v1/tickets/" + path, status: http.StatusNotFound})
	}
	for query, at := range map[string]string{"status=lost": "query.status", "due=2026-02-30": "query.due", "limit=1000": "query.limit", "after=%27": "query.after", "q=%ff%fe": "query.q", "unit=none": "query.unit", "region=1": "query.region"} {
		out = append(out, bad{name: "a list with " + query, method: http.MethodGet, path: "/api/v1/tickets?" + query, status: http.StatusUnprocessableEntity, at: at})
	}
	return out
}

// sizes counts the rows of every table of the schema.
func sizes(t *testing.T, conn *pgx.Conn) map[string]int {
	t.Helper()
	rows, err := conn.Query(context.Background(), `SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, x := range tables {
		out[x] = number(t, conn, `SELECT count(*) FROM `+pgx.Identifier{x}.Sanitize())
	}
	return out
}

func TestBadInputIsNamedAndLeavesNothing(t *testing.T) {
	d := startDeskIn(t, preparedFolder(t), options{web: true}) // no workers: nothing else writes
	operator := client{base: d.base}.as(t, "operator")
	conn := d.owner(t)
	defer conn.Close(context.Background())
	var k ticket
	operator.want(t, http.StatusCreated, http.MethodPost, "/api/v1/tickets", helpBody(1), &k)
	k, err := operator.ticket(k.Number)
	if err != nil {
		t.Fatal(err)
	}
	before := sizes(t, conn)
	for _, b := range append(badRegistrations(), badActs(k)...) {
		status, raw, err := operator.send(b.method, b.path, b.body, b.headers...)
		if err != nil {
			t.Errorf("%s: %v", b.name, err)
			continue
		}
		var p struct {
			Title, Detail string
			Status        int
			Errors        []struct{ Location, Message string }
		}
		if json.Unmarshal(raw, &p) != nil || status != b.status || p.Status != b.status || p.Title == "" || p.Detail == "" {
			t.Errorf("%s: got %d, want %d: %.400s", b.name, status, b.status, raw)
			continue
		}
		named := slices.ContainsFunc(p.Errors, func(e struct{ Location, Message string }) bool { return e.Location == b.at && e.Message != "" })
		if b.at != "" && !named {
			t.Errorf("%s: %s is not named: %.400s", b.name, b.at, raw)
		}
	}
	if after := sizes(t, conn); !maps.Equal(before, after) {
		t.Errorf("rows before\n%v\nand after\n%v", before, after)
	}
	if now, err := operator.ticket(k.Number); err != nil || now.Version != k.Version {
		t.Errorf("the ticket has moved to version %d: %v", now.Version, err)
	}
	operator.want(t, http.StatusCreated, http.MethodPost, "/api/v1/tickets", registration("", ""), nil)
}
