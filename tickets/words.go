package tickets

// Word is one value of a vocabulary: its code, the bureau's term and the English one.
type Word struct {
	Code string
	ZH   string
	EN   string
}

// Words is a vocabulary in the order people expect to read it.
type Words []Word

// ZH is the bureau's term for a code; an unknown code stands for itself.
func (w Words) ZH(code string) string {
	for _, x := range w {
		if x.Code == code {
			return x.ZH
		}
	}
	return code
}

// EN is the English term for a code; an unknown code stands for itself.
func (w Words) EN(code string) string {
	for _, x := range w {
		if x.Code == code {
			return x.EN
		}
	}
	return code
}

// Has tells whether code belongs to the vocabulary.
func (w Words) Has(code string) bool {
	for _, x := range w {
		if x.Code == code {
			return true
		}
	}
	return false
}

// Codes lists the codes in order.
func (w Words) Codes() []string {
	out := make([]string, len(w))
	for i, x := range w {
		out[i] = x.Code
	}
	return out
}

// Status is where a ticket stands. Ends are outcomes of Closed, so that every
// end passes the same gates.
type Status string

// The statuses, in the order of a ticket's life.
const (
	Registered Status = "registered"
	Dispatched Status = "dispatched"
	Handling   Status = "handling"
	Approval   Status = "approval"
	Answering  Status = "answering"
	Answered   Status = "answered"
	Closed     Status = "closed"
	Archived   Status = "archived"
)

// Statuses is the vocabulary of Status.
var Statuses = Words{
	{"registered", "已登记", "registered"}, {"dispatched", "待签收", "to be signed"}, {"handling", "办理中", "in hand"},
	{"approval", "待审核", "to be approved"}, {"answering", "待答复", "to be answered"}, {"answered", "待回访", "to be followed up"},
	{"closed", "已办结", "closed"}, {"archived", "已归档", "archived"},
}

// Open tells whether a ticket in this status still owes somebody something.
func (s Status) Open() bool { return s != Closed && s != Archived }

// The kinds of tickets.
const (
	Inquiry    = "inquiry"
	Help       = "help"
	Suggestion = "suggestion"
	Complaint  = "complaint"
	Report     = "report"
	Praise     = "praise"
)

// Kinds is the vocabulary of kinds.
var Kinds = Words{
	{Inquiry, "咨询", "inquiry"}, {Help, "求助", "request for help"}, {Suggestion, "建议", "suggestion"},
	{Complaint, "投诉", "complaint"}, {Report, "举报", "report of wrongdoing"}, {Praise, "表扬", "praise"},
}

// Channels is the vocabulary of ways in.
var Channels = Words{
	{"call", "来电", "phone call"}, {"letter", "来信", "letter"}, {"visit", "来访", "visit"}, {"mail", "电子邮件", "e-mail"},
	{"city12345", "12345工单", "12345 order"}, {"public", "网上表单", "web form"}, {"sheet", "表格导入", "sheet"},
	{"referral", "上级转办", "referral"}, {"finding", "核查发现", "finding"},
}

// Tracks tell under whose rules a ticket runs.
const (
	TrackOwn      = "own"
	TrackOrder    = "order"
	TrackPetition = "petition"
)

// Tracks is the vocabulary of tracks.
var Tracks = Words{{TrackOwn, "本单位热线", "own line"}, {TrackOrder, "12345工单", "12345 order"}, {TrackPetition, "信访", "petition"}}

// How a complainant is named.
const (
	Named     = "named"
	Signed    = "signed"
	Anonymous = "anonymous"
	Joint     = "joint"
)

// Namings is the vocabulary of naming.
var Namings = Words{{Named, "实名", "named"}, {Signed, "署名（未核实）", "signed, unverified"}, {Anonymous, "匿名", "anonymous"}, {Joint, "联名", "joint"}}

// Who may know whose words these are.
const (
	OpenSecrecy  = "open"
	Confidential = "confidential"
)

// Secrecies is the vocabulary of secrecy.
var Secrecies = Words{{OpenSecrecy, "公开办理", "open"}, {Confidential, "保密", "confidential"}}

// How fast it must go.
const (
	Normal   = "normal"
	Urgent   = "urgent"
	Critical = "critical"
)

// Urgencies is the vocabulary of urgency.
var Urgencies = Words{{Normal, "一般", "normal"}, {Urgent, "急", "urgent"}, {Critical, "特急", "critical"}}

// Outcomes is the vocabulary of a closed ticket's outcome.
var Outcomes = Words{
	{"answered", "已答复", "answered"}, {"resolved", "已解决", "resolved"}, {"partly", "部分解决", "partly resolved"},
	{"unfounded", "不属实", "unfounded"}, {"unverifiable", "线索不足存查", "unverifiable, kept on file"}, {"explained", "未支持已说明", "not upheld, explained"},
	{"refused", "不予受理", "refused"}, {"redirected", "转办告知", "redirected"}, {"transferred", "移送", "transferred"},
	{"returned", "退单", "returned"}, {"recalled", "撤单", "recalled by the platform"}, {"withdrawn", "撤回", "withdrawn"}, {"final", "终结", "final"},
}

// Concluding is the part of Outcomes that conclude may name.
var Concluding = Words{Outcomes[4], Outcomes[6], Outcomes[7], Outcomes[8], Outcomes[11], Outcomes[12]}

// FindingOutcomes is the vocabulary of an allegation's finding.
var FindingOutcomes = Words{
	{"true", "属实", "true"}, {"partly", "部分属实", "partly true"}, {"false", "不属实", "not true"}, {"unverifiable", "无法查实", "could not be verified"},
	{"done", "已办理", "done"}, {"not_done", "未能办理", "could not be done"}, {"answered", "已解答", "answered"},
	{"adopted", "采纳", "adopted"}, {"partly_adopted", "部分采纳", "partly adopted"}, {"not_adopted", "不采纳", "not adopted"},
	{"upheld", "维持原意见", "opinion upheld"}, {"changed", "变更原意见", "opinion changed"}, {"revoked", "撤销原意见", "opinion revoked"},
}

// AppealKind is what FindingsOf is asked with for a 复查 or 复核, whatever the
// kind of the ticket: its finding is on the opinion that is appealed.
const AppealKind = "appeal"

// findingsOf is what a finding may say, by the kind of ticket: a report is true
// or not, help was given or not, an inquiry was answered.
var findingsOf = map[string][]string{
	Inquiry:    {"answered"},
	Help:       {"done", "not_done", "partly"},
	Suggestion: {"adopted", "partly_adopted", "not_adopted"},
	Complaint:  {"true", "partly", "false", "unverifiable"},
	Report:     {"true", "partly", "false", "unverifiable"},
	Praise:     {"answered"},
	AppealKind: {"upheld", "changed", "revoked"},
}

// FindingsOf lists what a finding on a ticket of this kind may say.
func FindingsOf(kind string) Words {
	var out Words
	for _, c := range findingsOf[kind] {
		w := Word{c, FindingOutcomes.ZH(c), FindingOutcomes.EN(c)}
		if kind == Help && c == "partly" {
			w.ZH, w.EN = "部分办理", "partly done" // help is given, not true
		}
		out = append(out, w)
	}
	return out
}

// Ways is the vocabulary of ways to deliver a reply.
var Ways = Words{
	{"sms", "短信", "SMS"}, {"mail", "电子邮件", "e-mail"}, {"call", "电话", "phone call"}, {"letter", "挂号信", "registered letter"},
	{"face", "当面", "face to face"}, {"status_page", "网上查询页", "status page"}, {"city12345", "12345回传", "12345 callback"},
}

// AttemptStates is the vocabulary of an attempt's state.
var AttemptStates = Words{
	{"queued", "待发送", "queued"}, {"accepted", "已发出", "accepted"}, {"delivered", "已送达", "delivered"},
	{"failed", "失败", "failed"}, {"unreachable", "联系不上", "unreachable"}, {"uncertain", "结果不明", "uncertain"},
}

// Satisfactions is the 好差评 scale.
var Satisfactions = Words{
	{"very_satisfied", "非常满意", "very satisfied"}, {"satisfied", "满意", "satisfied"}, {"basically", "基本满意", "basically satisfied"},
	{"dissatisfied", "不满意", "dissatisfied"}, {"very_dissatisfied", "非常不满意", "very dissatisfied"},
}

// ComplainantRoles is the vocabulary of a complainant's part in the matter.
var ComplainantRoles = Words{
	{"caller", "诉求人", "complainant"}, {"beneficiary", "受益人", "beneficiary"}, {"representative", "代表人", "representative"}, {"signer", "联名人", "signer"},
}

// Roles of accounts, as protection rules name them.
const (
	RoleOperator     = "operator"
	RoleInvestigator = "investigator"
	RoleLead         = "lead"
	RoleCustodian    = "custodian"
	RoleClerk        = "clerk"
	RoleAuditor      = "auditor"
	RoleSystem       = "system"
	RoleSecurity     = "security"
	RoleJournal      = "journal"
	// RoleMachine and RolePlatform never belong to an account.
	RoleMachine  = "machine"
	RolePlatform = "platform"
)

// Roles is the vocabulary of roles.
var Roles = Words{
	{RoleOperator, "坐席", "operator"}, {RoleInvestigator, "核查员", "investigator"}, {RoleLead, "负责人", "lead"},
	{RoleCustodian, "身份信息保管员", "custodian"}, {RoleClerk, "台账员", "clerk"}, {RoleAuditor, "第三方审计员", "auditor"},
	{RoleSystem, "系统管理员", "system administrator"}, {RoleSecurity, "安全管理员", "security administrator"}, {RoleJournal, "审计日志管理员", "journal administrator"},
	{RoleMachine, "系统自动", "machine"}, {RolePlatform, "12345平台", "12345 platform"},
}
