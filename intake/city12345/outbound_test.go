package city12345

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// reply is a valid form.
func reply() Reply {
	return Reply{
		ClaimTrue: PartlyTrue, Contacted: true, ContactPhone: "13800000001", ContactAt: noon,
		Solved: Solved, Account: "已入户核实", PublicReply: "已恢复发放。",
	}
}

func TestValidateNamesWhatTheReplyFormLacks(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Reply)
		want   string
	}{
		{"whole", func(*Reply) {}, ""},
		{"no verdict", func(r *Reply) { r.ClaimTrue = "" }, "reply.claim_true"},
		{"own word", func(r *Reply) { r.ClaimTrue = "founded" }, "reply.claim_true"},
		{"unsolved without reason", func(r *Reply) { r.Solved = Unsolved }, "reply.unsolved_reason"},
		{"contact without time", func(r *Reply) { r.ContactAt = time.Time{} }, "reply.contact_at"},
		{"no text", func(r *Reply) { r.PublicReply, r.Account = "", "" }, "reply.account reply.public_reply"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := reply()
			c.change(&r)
			var fields []string
			for _, e := range (Outbound{EventID: "1", Kind: Replied, OrderNo: "CZ1", At: noon, Reply: &r}).Validate() {
				fields = append(fields, e.Field)
			}
			if got := strings.Join(fields, " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestValidateAsksEachKindForItsObject(t *testing.T) {
	for _, kind := range []OutboundKind{ReturnAsked, ExtensionAsked, Progress, ContactMade, Replied, "", "burnt"} {
		if len((Outbound{EventID: "1", Kind: kind, OrderNo: "CZ1", At: noon}).Validate()) == 0 {
			t.Errorf("%q passed without its object", kind)
		}
	}
}

func TestPortalGivesTheFormInThePortalsOrder(t *testing.T) {
	want := []PortalField{
		{"诉求属实", "部分属实"}, {"超职责诉求", "否"}, {"申请类型", ""}, {"联系群众", "是"}, {"联系号码", "13800000001"},
		{"联系时间", "2026-11-20 12:00"}, {"是否解决", "已解决"}, {"未解决原因", ""}, {"办理情况", "已入户核实"}, {"公开答复内容", "已恢复发放。"},
	}
	if diff := cmp.Diff(want, reply().Portal()); diff != "" {
		t.Error(diff)
	}
}
