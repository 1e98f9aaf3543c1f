package tickets

import "fmt"

// Indicator is one figure of the monthly score sheet: what is counted, among
// what. It is always shown as numerator / denominator.
type Indicator struct {
	Code         string
	ZH, EN       string
	Num, NumEN   string // what the numerator counts
	Den, DenEN   string // what the denominator counts
	Source       string
	Hours        bool // an average of hours instead of a share
	LessIsBetter bool
}

// The indicators' codes.
const (
	SignRate     = "sign"
	OnTimeRate   = "on_time"
	ResponseRate = "response"
	SolvedRate   = "solved"
	PleasedRate  = "pleased"
	RedoRate     = "redo"
	ReturnRate   = "return"
	FollowRate   = "follow_up"
	HandlingTime = "hours"
)

const sourceFacts = "常用口径，计算式待市局确认"

// Indicators is THE list of indicators, in the order of the score sheet. A
// ticket counts once in each; what is still open when its time has run out stays
// in the denominator.
var Indicators = []Indicator{
	{Code: SignRate, ZH: "签收及时率", EN: "signed in time", Source: sourceFacts,
		Num: "每次派单均在时限内签收", NumEN: "signed in time at every hop",
		Den: "签收时限在期内届满", DenEN: "whose time to sign ran out in the period"},
	{Code: OnTimeRate, ZH: "按时办结率", EN: "resolved in time", Source: sourceFacts,
		Num: "在时限（含批准的延期）内办结", NumEN: "resolved before the due time in force",
		Den: "办结时限在期内届满，未办结的超期件计入", DenEN: "whose due time fell in the period, open overdue ones included"},
	{Code: ResponseRate, ZH: "响应率", EN: "first contact in time", Source: sourceFacts,
		Num: "在时限内先行联系", NumEN: "contacted in time",
		Den: "先行联系时限在期内届满", DenEN: "whose time for the first contact ran out in the period"},
	{Code: SolvedRate, ZH: "解决率", EN: "resolved, says the complainant", Source: sourceFacts,
		Num: "回访答复已解决", NumEN: "answered: resolved",
		Den: "期内回访且有明确答复", DenEN: "followed up in the period with a clear answer"},
	{Code: PleasedRate, ZH: "满意率", EN: "satisfied", Source: sourceFacts,
		Num: "非常满意、满意、基本满意", NumEN: "very, satisfied or basically satisfied",
		Den: "期内回访且作出评价", DenEN: "rated in the period"},
	{Code: RedoRate, ZH: "重办率", EN: "done again", Source: sourceFacts, LessIsBetter: true,
		Num: "被重办", NumEN: "done again",
		Den: "期内首次办结（或首次退回重办）", DenEN: "first ended in the period"},
	{Code: ReturnRate, ZH: "退单率", EN: "returned", Source: sourceFacts, LessIsBetter: true,
		Num: "退单", NumEN: "returned",
		Den: "期内首次派单", DenEN: "first dispatched in the period"},
	{Code: FollowRate, ZH: "回访率", EN: "followed up", Source: sourceFacts,
		Num: "已回访", NumEN: "followed up",
		Den: "回访时限在期内届满", DenEN: "whose time for the follow-up ran out in the period"},
	{Code: HandlingTime, ZH: "平均办理时长", EN: "average time of handling", Source: sourceFacts, Hours: true, LessIsBetter: true,
		Num: "自收到至办结的小时数之和", NumEN: "hours from receipt to closing, summed",
		Den: "期内办结", DenEN: "closed in the period"},
}

// IndicatorOf finds an indicator by its code.
func IndicatorOf(code string) (Indicator, bool) {
	for _, i := range Indicators {
		if i.Code == code {
			return i, true
		}
	}
	return Indicator{}, false
}

// Rate is an indicator's value: Num of Den. For an average Num is minutes.
type Rate struct {
	Num int64 `json:"num"`
	Den int64 `json:"den"`
}

// Add joins two disjoint rates.
func (r Rate) Add(o Rate) Rate { return Rate{r.Num + o.Num, r.Den + o.Den} }

// Share is Num/Den; ok is false for an empty denominator, which is n/a and
// neither nought nor a hundred per cent.
func (r Rate) Share() (share float64, ok bool) {
	if r.Den == 0 {
		return 0, false
	}
	return float64(r.Num) / float64(r.Den), true
}

// Text is the value of an indicator as people read it: "93.8%", "41.5 h" or "n/a".
func (i Indicator) Text(r Rate) string {
	share, ok := r.Share()
	switch {
	case !ok:
		return "n/a"
	case i.Hours:
		return fmt.Sprintf("%.1f h", share/60)
	}
	return fmt.Sprintf("%.1f%%", 100*share)
}

// Parts writes numerator and denominator: "15 / 16"; of an average the hours.
func (i Indicator) Parts(r Rate) string {
	if i.Hours {
		return fmt.Sprintf("%.1f / %d", float64(r.Num)/60, r.Den)
	}
	return fmt.Sprintf("%d / %d", r.Num, r.Den)
}

// Provenances is the vocabulary of who says so, as filters of figures take it.
// "none": nothing has happened yet.
var Provenances = Words{{"machine", "系统记录", "seen by a machine"}, {"scan", "扫描件", "shown by a scan"}, {"typed", "人工填报", "typed in"}, {"none", "尚未发生", "nothing yet"}}
