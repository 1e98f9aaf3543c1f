package paper

import "strings"

// Told are the notices that are no outcome of a ticket.
const (
	ToldAcceptance = "acceptance"
	ToldExtension  = "extension"
)

// notices are the default words by outcome; the reason is left as a line to
// fill in where only a person can give it.
var notices = map[string][]string{
	ToldAcceptance: {"您{received}反映的“{matter}”已受理，工单编号{number}。", "?由{handler}办理，预计{due}前答复您。", "?咨询电话：{phone}。"},
	ToldExtension:  {"您反映的“{matter}”（工单编号{number}）因情况复杂，不能在原定期限内办结，办理期限已依规延长。", "?延期原因：{reason_extension}。", "?预计{due}前答复您。", "给您带来不便，请予谅解。"},
	"refused":      {"您{received}反映的“{matter}”（工单编号{number}），经审查不予受理。", "有新的事实、证据或者理由的，您可以再次提出。"},
	"redirected":   {"您{received}反映的“{matter}”（工单编号{number}），不属于本机关职责范围，已转送有权处理的单位，请向该单位了解办理情况。", "?咨询电话：{phone}。"},
	"transferred":  {"您{received}反映的“{matter}”（工单编号{number}），其中涉及的问题线索已依规移送有权处理的机关。", "该机关受理和办理的情况，将由其依规告知。感谢您的监督，我们依法为您保密。"},
	"unverifiable": {"您{received}反映的“{matter}”（工单编号{number}），我们已经核查。因现有线索不足，暂时无法查实，现予存查。", "如能补充具体的时间、地点、人员或者证据，请与我们联系，我们将继续核查。", "?联系电话：{phone}。"},
	"withdrawn":    {"您{received}反映的“{matter}”（工单编号{number}），已按您本人的意愿撤回。", "?您{verified}中反映的问题，本机关仍将依法核查。", "今后有新的情况，您可以再次反映。"},
	"final":        {"您反映的“{matter}”（工单编号{number}），已经复核并作出终结意见。", "以同一事实和理由再次提出的，各级机关、单位不再受理；有新证据的除外。"},
}

// NoticeText is the default public text by which the complainant is told of an
// outcome, of acceptance (ToldAcceptance) or of an extension (ToldExtension),
// in Chinese, to be prefilled and edited; "" where the outcome has none.
func NoticeText(outcome string, f Facts) string {
	return strings.Join(fill(notices[outcome], f.values(ToComplainant)), "\n")
}
