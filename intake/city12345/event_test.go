package city12345

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const wholeEvent = `{"event_id":"e-0001","event":"dispatched","at":"2026-11-20T09:12:00+08:00",
 "order":{"order_no":"CZ20261120000123","city_no":"SX20261120099","kind":"投诉","title":"低保被停","content":" 无通知停发 ","caller_name":"郭某",
  "caller_phone":"13800000001","contact_phone":"13800000002","anonymous":false,"confidential":true,"region_code":"140428","address":"长子县",
  "category_code":"050203","category_name":"低保","urgency":"一般","unit":"长子县民政局","received_at":"2026-11-20T09:00:00+08:00",
  "dispatched_at":"2026-11-20T09:12:00+08:00","sign_by":"2026-11-20T15:00:00+08:00","handle_by":"2026-12-01T18:00:00+08:00",
  "attachments":[{"name":"a.jpg","url":"https://city.test/a.jpg","sha256":"AB","size":1}],"remark":"急盼","vip":true},"trace":"t"}`

func TestParseEventReadsTheWholeContract(t *testing.T) {
	e, bad := ParseEvent([]byte(wholeEvent))
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	want := Event{
		EventID: "e-0001", Kind: Dispatched, At: at("2026-11-20T09:12:00+08:00"), OrderNo: "CZ20261120000123",
		Order: &Order{
			OrderNo: "CZ20261120000123", CityNo: "SX20261120099", Kind: "投诉", Title: "低保被停", Content: "无通知停发",
			CallerName: "郭某", CallerPhone: "13800000001", ContactPhone: "13800000002", Confidential: true,
			RegionCode: "140428", Address: "长子县", CategoryCode: "050203", CategoryName: "低保", Urgency: "一般", Unit: "长子县民政局",
			ReceivedAt: at("2026-11-20T09:00:00+08:00"), DispatchedAt: at("2026-11-20T09:12:00+08:00"),
			SignBy: at("2026-11-20T15:00:00+08:00"), HandleBy: at("2026-12-01T18:00:00+08:00"),
			Attachments: []Attachment{{Name: "a.jpg", URL: "https://city.test/a.jpg", SHA256: "ab", Size: 1}}, Remark: "急盼",
		},
		Unknown: []string{"order.vip", "trace"},
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Error(diff)
	}
}

func TestParseEventSurvivesItsOwnEncoding(t *testing.T) {
	e, _ := ParseEvent([]byte(wholeEvent))
	body, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	again, bad := ParseEvent(body)
	e.Unknown = nil
	if diff := cmp.Diff(e, again); diff != "" || len(bad) > 0 {
		t.Error(diff, bad)
	}
}

// other wraps an object into an event of another kind than dispatched.
func other(event, object string) string {
	if object != "" {
		object = "," + object
	}
	return fmt.Sprintf(`{"event_id":"e-2","event":%q,"order_no":"CZ1"%s}`, event, object)
}

func TestParseEventReadsEveryOtherObject(t *testing.T) {
	due := time.Date(2026, 12, 1, 18, 0, 0, 0, Shanghai())
	for _, c := range []struct {
		body string
		want Event
	}{
		{other("supplemented", `"supplement":{"content":"补充"}`), Event{Kind: Supplemented, Supplement: &Supplement{Content: "补充"}}},
		{other("supplement", `"supplement":{"attachments":[{"name":"a"}]}`), Event{Kind: Supplemented, Supplement: &Supplement{Attachments: []Attachment{{Name: "a"}}}}},
		{other("urged", `"urge":{"reason":"来电催问","times":2}`), Event{Kind: Urged, Urge: &Urge{Reason: "来电催问", Times: 2}}},
		{other("urge", ``), Event{Kind: Urged, Urge: &Urge{}}},
		{other("supervised", `"supervise":{"level":1,"opinion":"从速","by":"督查室","handle_by":"2026-12-01T18:00:00+08:00"}`),
			Event{Kind: Supervised, Supervise: &Supervise{Level: "1", Opinion: "从速", By: "督查室", HandleBy: due}}},
		{other("recalled", `"recall":{"reason":"派错"}`), Event{Kind: Recalled, Recall: &Recall{Reason: "派错"}}},
		{other("closed", `"close":{"result":"结案"}`), Event{Kind: Closed, Close: &Close{Result: "结案"}}},
		{other("return_decided", `"return_decision":{"granted":false,"reason":"属你单位职责"}`),
			Event{Kind: ReturnDecided, ReturnDecision: &ReturnDecision{Reason: "属你单位职责"}}},
		{other("extension_decision", `"extension_decision":{"granted":true,"handle_by":"2026-12-01T18:00:00+08:00"}`),
			Event{Kind: ExtensionDecided, ExtensionDecision: &ExtensionDecision{Granted: true, HandleBy: due}}},
		{other("visited", `"visit":{"solved":true,"satisfaction":"满意"}`), Event{Kind: Visited, Visit: &Visit{Solved: Solved, Satisfaction: "满意"}}},
		{other("visited", `"visit":{"solved":1,"satisfaction":3}`), Event{Kind: Visited, Visit: &Visit{Solved: "1", Satisfaction: "3"}}},
		{other("redone", `"redo":{"reason":"未解决"}`), Event{Kind: Redone, Redo: &Redo{Reason: "未解决"}}},
	} {
		c.want.EventID, c.want.OrderNo = "e-2", "CZ1"
		got, bad := ParseEvent([]byte(c.body))
		if diff := cmp.Diff(c.want, got); diff != "" || len(bad) > 0 {
			t.Errorf("%s: %v %s", c.body, bad, diff)
		}
	}
}

func TestParseEventNamesEveryBadField(t *testing.T) {
	order := func(fields string) string {
		return `{"event_id":"e","event":"dispatched","order":{"order_no":"1","content":"c",` + fields + `}}`
	}
	for _, c := range []struct{ name, body, want string }{
		{"not json", `{`, "body"},
		{"not an object", `[1]`, "body"},
		{"null", `null`, "body"},
		{"not utf-8", "{\"event_id\":\"\xff\"}", "body"},
		{"empty", `{}`, "event_id event order_no"},
		{"unknown event", `{"event_id":"e","event":"exploded","order_no":"1"}`, "event"},
		{"no order", `{"event_id":"e","event":"dispatched"}`, "order"},
		{"order of wrong type", `{"event_id":"e","event":"dispatched","order":[]}`, "order"},
		{"empty order", `{"event_id":"e","event":"dispatched","order":{}}`, "order.order_no order.content"},
		{"blank content", `{"event_id":"e","event":"dispatched","order":{"order_no":"1","content":" "}}`, "order.content"},
		{"number as text", order(`"caller_phone":138`), "order.caller_phone"},
		{"NUL", order(`"title":"a\u0000b"`), "order.title"},
		{"text as bool", order(`"anonymous":"yes"`), "order.anonymous"},
		{"time without zone", order(`"handle_by":"2026-11-20 09:00:00"`), "order.handle_by"},
		{"impossible day", order(`"received_at":"2026-02-30T09:00:00+08:00"`), "order.received_at"},
		{"year 1", order(`"sign_by":"0001-01-01T00:00:00Z"`), "order.sign_by"},
		{"attachments no list", order(`"attachments":{}`), "order.attachments"},
		{"attachment no object", order(`"attachments":["x"]`), "order.attachments[0]"},
		{"negative size", order(`"attachments":[{"size":-1}]`), "order.attachments[0].size"},
		{"numbers differ", `{"event_id":"e","event":"dispatched","order_no":"2","order":{"order_no":"1","content":"c"}}`, "order_no"},
		{"long id", `{"event_id":"` + strings.Repeat("e", 129) + `","event":"urged","order_no":"1"}`, "event_id"},
		{"empty supplement", other("supplemented", `"supplement":{}`), "supplement.content"},
		{"no supplement", other("supplemented", ``), "supplement"},
		{"no decision", other("return_decided", `"return_decision":{}`), "return_decision.granted"},
		{"granted without due", other("extension_decided", `"extension_decision":{"granted":true}`), "extension_decision.handle_by"},
		{"empty visit", other("visited", `"visit":{}`), "visit.solved"},
		{"urge of wrong type", other("urged", `"urge":"now"`), "urge"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, bad := ParseEvent([]byte(c.body))
			var fields []string
			for _, b := range bad {
				fields = append(fields, b.Field)
			}
			if got := strings.Join(fields, " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestParseEventKeepsTheNumbersOfAnUnusableEvent(t *testing.T) {
	e, bad := ParseEvent([]byte(`{"event_id":"e-9","event":"dispatched","order":{"order_no":"CZ9","kind":"投诉"}}`))
	if len(bad) != 1 || e.EventID != "e-9" || e.OrderNo != "CZ9" {
		t.Errorf("got %+v, %v", e, bad)
	}
}

func FuzzParseEventNeverPanics(f *testing.F) {
	f.Add([]byte(wholeEvent))
	f.Add([]byte(other("visited", `"visit":{"solved":true}`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, bad := ParseEvent(body)
		if len(bad) == 0 && (e.EventID == "" || e.OrderNo == "" || e.Kind == "") {
			t.Errorf("accepted without identity: %+v", e)
		}
	})
}
