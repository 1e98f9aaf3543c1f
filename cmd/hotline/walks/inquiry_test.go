package walks

import (
	"strconv"
	"testing"

	"hotline/intake/city12345"
	"hotline/tickets"
)

func itoa(n int) string { return strconv.Itoa(n) }

// (a) An inquiry answered at once, on the own line and as an order.
func TestAnInquiryIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	tell(t, func(s *story) {
		// Somebody asks on the phone; the operator knows the answer.
		n, _ := s.registers("operator", contact{Kind: tickets.Inquiry, Region: "140428", Statement: "请问农村老人有几亩地、两个女儿都出嫁了，能不能办特困？要带什么材料？", Category: "policy"}.by("李试验", "19900001234"))
		s.does("operator", n, tickets.ActAnswer, "public_text", "可以申请，由乡镇受理；带身份证和户口簿即可，村里不用开证明。", "legal_basis", "特困人员认定办法")
		s.stands(n, tickets.Closed, "answered")

		// The same question comes from the 12345 platform: answered, signed and fed back in one act.
		// It names no place, so that it waits at the desk.
		o := s.order("CZ-A-1", map[string]any{"kind": "咨询", "content": "请问低保怎么申请？", "region_code": ""})
		s.does("operator", o, tickets.ActAnswer, "public_text", "向户籍地乡镇人民政府提交书面申请。")
		s.stands(o, tickets.Closed, "answered")
		heard := s.platform.heard()
		if len(heard) != 2 || heard[0] != city12345.Signed || heard[1] != city12345.Replied {
			s.Errorf("the platform heard %v, want the signing and the answer", heard)
		}
		if !s.met(o, "resolve") {
			s.Error("the platform's acceptance does not meet the order's limit")
		}
	})
}
