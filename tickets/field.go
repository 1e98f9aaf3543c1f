package tickets

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// FieldType tells a page how to draw a field and the engine how to read it.
type FieldType string

// The field types.
const (
	TypeText   FieldType = "text"   // many lines
	TypeLine   FieldType = "line"   // one line
	TypeChoice FieldType = "choice" // one of Choices
	TypeUnit   FieldType = "unit"   // a unit id
	TypePerson FieldType = "person" // a person id of the handling unit
	TypeTime   FieldType = "time"   // RFC 3339, or local time of the city without a zone
	TypeInt    FieldType = "int"
	TypeMoney  FieldType = "money" // yuan with up to two decimals
	TypeBool   FieldType = "bool"
	TypeNumber FieldType = "number" // a ticket number
)

// Field is one thing an action takes.
type Field struct {
	Name    string
	ZH, EN  string
	Type    FieldType
	Must    bool
	Choices Words
	Max     int // runes; 0 means the type's default
}

func text(name, zh, en string, must bool) Field {
	return Field{Name: name, ZH: zh, EN: en, Type: TypeText, Must: must, Max: 10000}
}

func line(name, zh, en string, must bool) Field {
	return Field{Name: name, ZH: zh, EN: en, Type: TypeLine, Must: must, Max: 200}
}

func choice(name, zh, en string, must bool, w Words) Field {
	return Field{Name: name, ZH: zh, EN: en, Type: TypeChoice, Must: must, Choices: w}
}

// BasisCodes are the lawful grounds of a conclusion or a return.
var BasisCodes = Words{
	{"not_competent", "不属于本单位职责", "not within the unit's duties"}, {"other_body", "应由其他机关处理", "another body's matter"},
	{"litigation", "已进入诉讼、仲裁、复议", "in litigation, arbitration or reconsideration"}, {"petition_running", "已进入信访程序", "already a petition"},
	{"discipline", "应由纪检监察机关处理", "for the discipline inspection"}, {"final", "已三级终结", "final after review"},
	{"no_clue", "线索不足无法核查", "too few clues to verify"}, {"own_wish", "诉求人自愿撤回", "withdrawn by the complainant"}, {"accused_unit", "涉及被举报单位回避", "the unit is accused"},
}

var (
	answerText        = text("public_text", "答复内容", "answer", true)
	publicText        = text("public_text", "公开答复内容", "public reply", true)
	publicTextIf      = text("public_text", "公开答复内容（有诉求人须填）", "public reply, where somebody is told", false)
	publicTextOpt     = text("public_text", "修改公开答复（可不填）", "amended public reply", false)
	internalText      = text("internal_text", "办理情况（内部）", "internal account", false)
	legalBasis        = text("legal_basis", "政策法规依据", "legal basis", false)
	appealNotice      = text("appeal_notice", "救济途径告知", "notice of appeal", false)
	adoption          = choice("adoption", "建议采纳情况", "adoption", false, Words{FindingOutcomes[7], FindingOutcomes[8], FindingOutcomes[9]})
	reason            = text("reason", "理由", "reason", true)
	reasonOpt         = text("reason", "理由", "reason", false)
	noteOpt           = text("note", "备注", "note", false)
	noteMust          = text("note", "内容", "text", true)
	unitField         = Field{Name: "unit", ZH: "承办单位", EN: "unit", Type: TypeUnit, Must: true}
	unitOpt           = Field{Name: "unit", ZH: "改由何单位承办（可不填）", EN: "another unit", Type: TypeUnit}
	accusedUnit       = Field{Name: "unit", ZH: "被举报单位（须回避，此后看不到本件）", EN: "accused unit (recused: it sees the ticket no more)", Type: TypeUnit}
	accusedPerson     = line("person", "被举报人", "accused person", false)
	accusedPost       = line("post", "被举报人职务", "post of the accused", false)
	briefField        = text("brief", "核查提纲（保密件：承办单位只见此文）", "redacted brief", false)
	concludeOutcome   = choice("outcome", "结论", "outcome", true, Concluding)
	basisCode         = choice("basis", "依据代码", "basis", true, BasisCodes)
	investigatorField = Field{Name: "investigator", ZH: "核查员", EN: "investigator", Type: TypePerson, Must: true}
	secondField       = Field{Name: "second", ZH: "第二核查员", EN: "second investigator", Type: TypePerson}
	allegationText    = text("text", "诉求事项", "allegation", true)
	categoryOpt       = line("category", "事项类别", "category", false)
	allegationN       = Field{Name: "allegation", ZH: "第几项", EN: "allegation no.", Type: TypeInt, Must: true}
	findingOutcome    = choice("outcome", "核查结论", "finding", true, FindingOutcomes)
	method            = text("method", "怎样核查", "how checked", true)
	metWhom           = line("met", "见了谁", "who was met", false)
	metAt             = Field{Name: "met_at", ZH: "何时", EN: "when", Type: TypeTime}
	evidence          = text("evidence", "证据", "evidence", false)
	evidenceMust      = text("evidence", "送达凭据", "evidence of delivery", true)
	corrected         = text("corrected", "纠正措施", "what was corrected", false)
	recovered         = Field{Name: "recovered", ZH: "追缴金额（元）", EN: "recovered (yuan)", Type: TypeMoney}
	secondName        = line("second_name", "另一名核查人", "second investigator's name", false)
	resolvedField     = Field{Name: "resolved", ZH: "诉求是否解决", EN: "resolved", Type: TypeBool}
	resolvedMust      = Field{Name: "resolved", ZH: "诉求是否解决", EN: "resolved", Type: TypeBool, Must: true}
	unresolvedReason  = text("unresolved_reason", "未解决原因", "why not resolved", false)
	way               = choice("way", "方式", "way", true, Ways)
	attemptState      = choice("state", "结果", "result", true, AttemptStates[1:])
	attemptAt         = Field{Name: "at", ZH: "时间（不填为现在）", EN: "when", Type: TypeTime}
	satisfaction      = choice("satisfaction", "满意度", "satisfaction", false, Satisfactions)
	otherNumber       = Field{Name: "other", ZH: "关联工单编号", EN: "other ticket", Type: TypeNumber, Must: true}
	relationKind      = choice("kind", "关系", "relation", true, Relations)
	relationKindOpt   = choice("kind", "哪种关系（不填为全部）", "which relation (empty: all)", false, Relations)
	urgencyField      = choice("urgency", "紧急程度", "urgency", true, Urgencies)
	identityOK        = Field{Name: "confirmed", ZH: "核实通过", EN: "confirmed", Type: TypeBool, Must: true}
	attachments       = line("attachments", "附件", "attachments", false)
)

// Relations is the vocabulary of how two tickets belong together.
var Relations = Words{
	{"same_matter", "同一事项", "same matter"}, {"same_person", "同一诉求人", "same person"}, {"same_household", "同一家庭", "same household"},
	{"same_accused", "同一被反映对象", "same accused"}, {"follows_up", "后续来件", "follows up"}, {"appeal_of", "复查复核", "appeal of"}, {"split_from", "拆分自", "split from"},
}

// Values are an action's fields as they came, all as text.
type Values map[string]string

// Get trims a value.
func (v Values) Get(name string) string { return strings.TrimSpace(v[name]) }

// Int reads a whole number; 0 where there is none.
func (v Values) Int(name string) int {
	n, _ := strconv.Atoi(v.Get(name))
	return n
}

// Bool reads true/false as forms and JSON send them.
func (v Values) Bool(name string) bool {
	switch v.Get(name) {
	case "true", "1", "on", "yes", "是":
		return true
	}
	return false
}

// Time reads a time, or fallback where none is given.
func (v Values) Time(name string, fallback time.Time) time.Time {
	t, err := ParseTime(v.Get(name))
	if err != nil {
		return fallback
	}
	return t
}

// Cents reads yuan into cents; 0 where there is none.
func (v Values) Cents(name string) int64 {
	n, _ := parseCents(v.Get(name))
	return n
}

var cityZone = time.FixedZone("Asia/Shanghai", 8*3600)

// ParseTime reads RFC 3339, or a local time of the city as a browser's
// datetime-local field sends it.
func ParseTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, s, cityZone); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("not a time: %q", s)
}

func parseCents(s string) (int64, error) {
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) > 2 || len(whole) > 12 {
		return 0, fmt.Errorf("not an amount: %q", s)
	}
	for len(frac) < 2 {
		frac += "0"
	}
	n, err := strconv.ParseUint(whole+frac, 10, 63)
	if err != nil {
		return 0, fmt.Errorf("not an amount: %q", s)
	}
	return int64(n), nil
}

// FindingKind is the kind under which findings on the ticket are chosen.
func (t *Ticket) FindingKind() string {
	if t.Appeal > 0 {
		return AppealKind
	}
	return t.Kind
}

// check reads one value against its field.
func (f Field) check(v Values, kind string) *Problem {
	s := v.Get(f.Name)
	if s == "" {
		if f.Must {
			return &Problem{f.Name, "请填写" + f.ZH, "fill in " + f.EN}
		}
		return nil
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return &Problem{f.Name, f.ZH + "含有无法识别的字符", f.EN + " is not valid text"}
	}
	if f.Max > 0 && utf8.RuneCountInString(s) > f.Max {
		return &Problem{f.Name, fmt.Sprintf("%s最多 %d 字", f.ZH, f.Max), fmt.Sprintf("%s: at most %d characters", f.EN, f.Max)}
	}
	if f.wrong(s, kind) {
		return &Problem{f.Name, f.ZH + "填写不正确", f.EN + " is not valid"}
	}
	return nil
}

// unreadable finds what a person cannot have meant to write and a reader cannot
// see: control characters, and those that turn the direction of the words around
// them, which would make a reply read unlike it was approved.
func unreadable(r rune) bool {
	switch {
	case r == '\n' || r == '\r' || r == '\t':
		return false
	case r < 0x20 || r >= 0x7f && r <= 0x9f:
		return true
	}
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

func (f Field) wrong(s, kind string) bool {
	var err error
	switch f.Type {
	case TypeChoice:
		return !f.For(kind).Choices.Has(s)
	case TypeUnit, TypePerson, TypeInt:
		var n int
		n, err = strconv.Atoi(s)
		return err != nil || n <= 0 || n > math.MaxInt32
	case TypeTime:
		var at time.Time
		at, err = ParseTime(s)
		return err != nil || at.Year() < 1900 || at.Year() > 2200
	case TypeMoney:
		_, err = parseCents(s)
	case TypeBool:
		return s != "true" && s != "false" && s != "on" && s != "1" && s != "0"
	case TypeNumber:
		_, err = ParseNumber(s)
	}
	return err != nil
}

// For narrows a field's choices to the kind of ticket.
func (f Field) For(kind string) Field {
	if f.Name == "outcome" && len(f.Choices) == len(FindingOutcomes) {
		f.Choices = FindingsOf(kind)
	}
	return f
}
