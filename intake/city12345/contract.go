// Package city12345 is the contract with a city's 12345 platform: the events
// the platform sends about its orders, the events we send back, how both are
// signed, and how the platform's codes become ours.
//
// It never touches the database and never parses a request before its
// signature is checked. The push endpoint, the order sheets and the stand-in
// platform all speak these types.
package city12345

import "time"

// EventKind names an inbound event. A platform may also send the name of the
// event's object ("urge" for "urged"); ParseEvent turns it into the kind.
type EventKind string

// What a platform may tell us about an order.
const (
	Dispatched       EventKind = "dispatched"        // 派单
	Supplemented     EventKind = "supplemented"      // 追加
	Urged            EventKind = "urged"             // 催办
	Supervised       EventKind = "supervised"        // 督办
	Recalled         EventKind = "recalled"          // 撤单
	Closed           EventKind = "closed"            // 结案
	ReturnDecided    EventKind = "return_decided"    // 退单审批结果
	ExtensionDecided EventKind = "extension_decided" // 延期审批结果
	Visited          EventKind = "visited"           // 回访结果
	Redone           EventKind = "redone"            // 重办
)

// Event is one inbound message. EventID is the platform's and makes it
// idempotent together with platform and OrderNo. At is the platform's own time
// and may be zero. Exactly the object of its kind is set; for kinds whose
// object may be left out (urged, supervised, recalled, closed, redone) it is
// then empty, not nil. Unknown lists the fields nobody reads, as paths; they
// stay in the stored raw body.
type Event struct {
	EventID           string             `json:"event_id"`
	Kind              EventKind          `json:"event"`
	At                time.Time          `json:"at,omitzero"`
	OrderNo           string             `json:"order_no,omitempty"`
	Order             *Order             `json:"order,omitempty"`
	Supplement        *Supplement        `json:"supplement,omitempty"`
	Urge              *Urge              `json:"urge,omitempty"`
	Supervise         *Supervise         `json:"supervise,omitempty"`
	Recall            *Recall            `json:"recall,omitempty"`
	Close             *Close             `json:"close,omitempty"`
	ReturnDecision    *ReturnDecision    `json:"return_decision,omitempty"`
	ExtensionDecision *ExtensionDecision `json:"extension_decision,omitempty"`
	Visit             *Visit             `json:"visit,omitempty"`
	Redo              *Redo              `json:"redo,omitempty"`
	Unknown           []string           `json:"-"`
}

// Order is a work order as the platform describes it, in the platform's own
// words and codes. OrderNo and CityNo are opaque text. CallerPhone is the
// number of the incoming call, ContactPhone the one to answer to. Zero times
// were not given; SignBy and HandleBy, when given, go before our own rules.
type Order struct {
	OrderNo      string       `json:"order_no"`
	CityNo       string       `json:"city_no,omitempty"`
	Source       string       `json:"source,omitempty"`
	Kind         string       `json:"kind,omitempty"`
	Title        string       `json:"title,omitempty"`
	Content      string       `json:"content"`
	CallerName   string       `json:"caller_name,omitempty"`
	CallerPhone  string       `json:"caller_phone,omitempty"`
	ContactPhone string       `json:"contact_phone,omitempty"`
	Anonymous    bool         `json:"anonymous,omitempty"`
	Confidential bool         `json:"confidential,omitempty"`
	RegionCode   string       `json:"region_code,omitempty"`
	Address      string       `json:"address,omitempty"`
	CategoryCode string       `json:"category_code,omitempty"`
	CategoryName string       `json:"category_name,omitempty"`
	Urgency      string       `json:"urgency,omitempty"`
	Unit         string       `json:"unit,omitempty"`
	ReceivedAt   time.Time    `json:"received_at,omitzero"`
	DispatchedAt time.Time    `json:"dispatched_at,omitzero"`
	SignBy       time.Time    `json:"sign_by,omitzero"`
	HandleBy     time.Time    `json:"handle_by,omitzero"`
	Attachments  []Attachment `json:"attachments,omitempty"`
	Remark       string       `json:"remark,omitempty"`
}

// Attachment is a file the other side holds. The URL is a claim: fetch it only
// from the platform's configured host. Size is in bytes, SHA256 lower hex;
// both may be missing.
type Attachment struct {
	Name   string `json:"name,omitempty"`
	URL    string `json:"url,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
	Size   int64  `json:"size,omitempty"`
}

// Supplement 追加 adds to the request: a text, files, or both.
type Supplement struct {
	Content     string       `json:"content,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Urge 催办 asks to hurry. Times counts the urges so far, 0 if not told.
type Urge struct {
	Reason string `json:"reason,omitempty"`
	Times  int64  `json:"times,omitempty"`
}

// Supervise 督办 puts the order under supervision of By, to be done by HandleBy.
type Supervise struct {
	Level    string    `json:"level,omitempty"`
	Opinion  string    `json:"opinion,omitempty"`
	By       string    `json:"by,omitempty"`
	HandleBy time.Time `json:"handle_by,omitzero"`
}

// Recall 撤单 takes the order away from us.
type Recall struct {
	Reason string `json:"reason,omitempty"`
}

// Close 结案 ends the order on the platform.
type Close struct {
	Result string `json:"result,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// ReturnDecision answers our 退单 request. RequestID is the event id of ours.
// Adjudicated, on a refusal, says that the order was adjudicated to us (指定承办):
// it is never returned then.
type ReturnDecision struct {
	RequestID   string `json:"request_id,omitempty"`
	Granted     bool   `json:"granted"`
	Reason      string `json:"reason,omitempty"`
	Adjudicated bool   `json:"adjudicated,omitempty"`
}

// ExtensionDecision answers our 延期 request. HandleBy is the new due time and
// must be given when granted.
type ExtensionDecision struct {
	RequestID string    `json:"request_id,omitempty"`
	Granted   bool      `json:"granted"`
	Reason    string    `json:"reason,omitempty"`
	HandleBy  time.Time `json:"handle_by,omitzero"`
}

// Visit 回访 is what the platform heard from the caller, in its own words: map
// Solved and Satisfaction with Codes. A JSON true or false for solved is read
// as 已解决 or 未解决.
type Visit struct {
	Solved       string    `json:"solved,omitempty"`
	Satisfaction string    `json:"satisfaction,omitempty"`
	Reason       string    `json:"reason,omitempty"`
	VisitedAt    time.Time `json:"visited_at,omitzero"`
}

// Redo 重办 sends the order back to be handled again.
type Redo struct {
	Reason   string    `json:"reason,omitempty"`
	SignBy   time.Time `json:"sign_by,omitzero"`
	HandleBy time.Time `json:"handle_by,omitzero"`
}

// FieldError names a field by its path ("order.attachments[0].url") and says
// in Chinese what is wrong with it. It never repeats the value.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error makes a FieldError usable as an error.
func (e FieldError) Error() string { return e.Field + "：" + e.Message }
