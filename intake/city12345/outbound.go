package city12345

import (
	"encoding/json"
	"fmt"
	"time"
)

// OutboundKind names an event we send to the platform.
type OutboundKind string

// What we tell the platform about its order.
const (
	Signed         OutboundKind = "signed"          // 签收
	ReturnAsked    OutboundKind = "return_asked"    // 申请退单
	ExtensionAsked OutboundKind = "extension_asked" // 申请延期
	Progress       OutboundKind = "progress"        // 过程反馈
	ContactMade    OutboundKind = "contact_made"    // 先行联系
	Replied        OutboundKind = "replied"         // 办结反馈
)

// Words of the reply form as the platform's portal has them.
const (
	True       = "属实"
	PartlyTrue = "部分属实"
	Untrue     = "不属实"
	Unprovable = "无法查实"

	Solved       = "已解决"
	PartlySolved = "部分解决"
	Unsolved     = "未解决"
)

// Outbound is one event of ours. EventID is the idempotency key: the outbox
// row's id, the same at every attempt. At is when the act happened, not when
// it is sent. Exactly the object of its kind is set; signed needs none.
type Outbound struct {
	EventID   string         `json:"event_id"`
	Kind      OutboundKind   `json:"event"`
	OrderNo   string         `json:"order_no"`
	TicketNo  string         `json:"ticket_no,omitempty"`
	At        time.Time      `json:"at"`
	Sign      *SignNote      `json:"sign,omitempty"`
	Return    *ReturnRequest `json:"return,omitempty"`
	Extension *Extension     `json:"extension,omitempty"`
	Progress  *ProgressNote  `json:"progress,omitempty"`
	Contact   *ContactNote   `json:"contact,omitempty"`
	Reply     *Reply         `json:"reply,omitempty"`
}

// SignNote says which unit signed.
type SignNote struct {
	Unit string `json:"unit,omitempty"`
}

// ReturnRequest 退单 asks the platform to take the order back. Unit is who
// should have it, when known.
type ReturnRequest struct {
	Reason      string       `json:"reason"`
	Basis       string       `json:"basis,omitempty"`
	Unit        string       `json:"unit,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Extension 延期 asks for a new due time.
type Extension struct {
	Reason   string    `json:"reason"`
	HandleBy time.Time `json:"handle_by"`
}

// ProgressNote 过程反馈 tells how far the work is.
type ProgressNote struct {
	Content string `json:"content"`
}

// ContactNote 先行联系. For a confidential caller reached by relay Phone is
// empty and Relayed true.
type ContactNote struct {
	ContactedAt time.Time `json:"contacted_at"`
	Phone       string    `json:"phone,omitempty"`
	Relayed     bool      `json:"relayed,omitempty"`
	Reached     bool      `json:"reached"`
	Note        string    `json:"note,omitempty"`
}

// Reply is the 办结反馈 form. Account 办理情况 is for the platform's staff,
// PublicReply 公开答复内容 for the caller and the public: it names nobody.
type Reply struct {
	ClaimTrue      string     `json:"claim_true"`                // 诉求属实: one of the words above
	BeyondDuty     bool       `json:"beyond_duty"`               // 超职责诉求
	ApplyType      string     `json:"apply_type,omitempty"`      // 申请类型
	Contacted      bool       `json:"contacted"`                 // 联系群众
	ContactPhone   string     `json:"contact_phone,omitempty"`   // 联系号码
	ContactAt      time.Time  `json:"contact_at,omitzero"`       // 联系时间
	Solved         string     `json:"solved"`                    // 是否解决
	UnsolvedReason string     `json:"unsolved_reason,omitempty"` // 未解决原因
	Account        string     `json:"account"`                   // 办理情况
	PublicReply    string     `json:"public_reply"`              // 公开答复内容
	Attachments    ReplyFiles `json:"attachments,omitzero"`
}

// ReplyFiles are the form's three kinds of attachments.
type ReplyFiles struct {
	Credentials  []Attachment `json:"credentials,omitempty"`   // 证件
	ContactProof []Attachment `json:"contact_proof,omitempty"` // 联系证据
	Handling     []Attachment `json:"handling,omitempty"`      // 办理
}

// IsZero reports whether there are no files.
func (f ReplyFiles) IsZero() bool {
	return len(f.Credentials)+len(f.ContactProof)+len(f.Handling) == 0
}

// Validate lists what is missing for the platform to take the event.
func (o Outbound) Validate() []FieldError {
	var c checklist
	c.need("event_id", o.EventID != "")
	c.need("order_no", o.OrderNo != "")
	c.need("at", !o.At.IsZero())
	switch o.Kind {
	case Signed:
	case ReturnAsked:
		c.need("return.reason", o.Return != nil && o.Return.Reason != "")
	case ExtensionAsked:
		c.need("extension.reason", o.Extension != nil && o.Extension.Reason != "")
		c.need("extension.handle_by", o.Extension != nil && !o.Extension.HandleBy.IsZero())
	case Progress:
		c.need("progress.content", o.Progress != nil && o.Progress.Content != "")
	case ContactMade:
		c.need("contact.contacted_at", o.Contact != nil && !o.Contact.ContactedAt.IsZero())
	case Replied:
		if c.need("reply", o.Reply != nil) {
			o.Reply.validate(&c)
		}
	case "":
		c.need("event", false)
	default:
		c.fail("event", "不认识的事件")
	}
	return c.errors
}

func (r Reply) validate(c *checklist) {
	c.oneOf("reply.claim_true", r.ClaimTrue, True, PartlyTrue, Untrue, Unprovable)
	c.oneOf("reply.solved", r.Solved, Solved, PartlySolved, Unsolved)
	c.need("reply.account", r.Account != "")
	c.need("reply.public_reply", r.PublicReply != "")
	if r.Contacted {
		c.need("reply.contact_at", !r.ContactAt.IsZero())
	}
	if r.Solved == Unsolved {
		c.need("reply.unsolved_reason", r.UnsolvedReason != "")
	}
}

// checklist gathers field errors of a value already typed.
type checklist struct{ errors []FieldError }

func (c *checklist) fail(field, message string) {
	c.errors = append(c.errors, FieldError{field, message})
}

func (c *checklist) need(field string, there bool) bool {
	if !there {
		c.fail(field, "缺少")
	}
	return there
}

func (c *checklist) oneOf(field, value string, words ...string) {
	if !c.need(field, value != "") {
		return
	}
	for _, w := range words {
		if value == w {
			return
		}
	}
	c.fail(field, fmt.Sprintf("应为 %v 之一", words))
}

// ParseOutbound reads an event of ours as the other side does: the stand-in
// uses it, and so do tests of whatever we send.
func ParseOutbound(body []byte) (Outbound, []FieldError) {
	var o Outbound
	if err := json.Unmarshal(body, &o); err != nil {
		return o, []FieldError{{"body", "不是有效的回传报文"}}
	}
	return o, o.Validate()
}

// PortalField is one line of the copy-ready form for the platform's portal.
type PortalField struct{ Label, Value string }

// Portal gives the form in the portal's order and words, for staff who fill it
// in by hand. Empty values are kept, so that the lines match the portal's.
func (r Reply) Portal() []PortalField {
	at := ""
	if !r.ContactAt.IsZero() {
		at = r.ContactAt.In(Shanghai()).Format("2006-01-02 15:04")
	}
	return []PortalField{
		{"诉求属实", r.ClaimTrue},
		{"超职责诉求", yesNo(r.BeyondDuty)},
		{"申请类型", r.ApplyType},
		{"联系群众", yesNo(r.Contacted)},
		{"联系号码", r.ContactPhone},
		{"联系时间", at},
		{"是否解决", r.Solved},
		{"未解决原因", r.UnsolvedReason},
		{"办理情况", r.Account},
		{"公开答复内容", r.PublicReply},
	}
}

func yesNo(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

// Shanghai is the platform's zone: UTC+8 the whole year, without a zone
// database.
func Shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }
