package tickets

import (
	"fmt"
	"strings"
)

// routeReasons is what routing says, by code. The arguments fill the Chinese
// sentence first and then the English one.
var routeReasons = map[string]Word{
	"danger":           {ZH: "含危急字样“%s”，列为特急，立即电话告知", EN: "words of danger (%s): critical, call at once"},
	"urgent_words":     {ZH: "含紧急字样“%s”", EN: "words of urgency (%s)"},
	"call_now":         {ZH: "请立即拨打%s值班电话 %s", EN: "call %s on duty now: %s"},
	"tell_where":       {ZH: "属%s职责，请告知诉求人向其反映", EN: "a matter of %s: tell the caller where to go"},
	"return_order":     {ZH: "属%s职责，建议申请退单", EN: "a matter of %s: ask to return the order"},
	"other_body_too":   {ZH: "同时涉及%s职责，请核对", EN: "also touches %s: please check"},
	"split":            {ZH: "既反映干部作风（“%s”）又反映待遇错误（“%s”），建议拆分为两件关联工单；作风问题按干部管理权限转纪检监察机关", EN: "speaks of misconduct (%s) and of a wrong benefit (%s): split into two linked tickets; the misconduct goes to discipline"},
	"accused_unit":     {ZH: "被举报单位为%s，须由%s或以上办理", EN: "%s is accused: %s or higher handles it"},
	"accused_level":    {ZH: "反映对象为%s，须至少上提一级办理", EN: "%s is accused: it goes at least one level up"},
	"nobody_above":     {ZH: "被举报对象为%s，本系统内无上级可办，建议移送上级或纪检监察机关", EN: "%s is accused and nobody inside stands above: transfer it"},
	"order_taken_over": {ZH: "平台派给被举报单位%s，由%s接办，并记录被举报单位已从平台获知", EN: "the platform addressed %s, which is accused: %s takes it over; the accused already knows"},
	"above_place":      {ZH: "事发地%s，由%s办理", EN: "it happened in %s; %s handles it"},
	"respondent":       {ZH: "对原决定或服务有异议，由能纠正的单位换人办理%s", EN: "a decision or service is disputed: the unit that can mend it handles it, by other people%s"},
	"region":           {ZH: "地点属%s", EN: "the place is in %s"},
	"region_ambiguous": {ZH: "地名不唯一，请选择：%s", EN: "the place is ambiguous, please choose: %s"},
	"region_conflict":  {ZH: "区划代码为%s，文中又提到%s，请核对", EN: "the code says %s, the text also names %s: please check"},
	"region_assumed":   {ZH: "未写明地点，暂按%s", EN: "no place given: %s is assumed"},
	"region_unknown":   {ZH: "未写明地点，请询问", EN: "no place given: please ask"},
	"section":          {ZH: "由%s的%s办理", EN: "a matter of %s: %s handles it"},
	"section_helps":    {ZH: "由%s办理，%s具体承办", EN: "%s handles it, its %s does the work"},
	"county_default":   {ZH: "由县级民政部门办理：%s", EN: "the county bureau handles it: %s"},
	"desk_may_answer":  {ZH: "受理台可即时答复办结", EN: "the desk may answer at once"},
	"recused":          {ZH: "%s须回避，上提至%s", EN: "%s is recused: one level up, %s"},
	"appeal":           {ZH: "对%s意见的复查复核，由上一级%s另行派人办理", EN: "an appeal against %s: %s above it handles it, by other people"},
	"nobody_left":      {ZH: "应回避的单位之外已无单位可办，建议移送", EN: "everybody who could handle it is recused: transfer it"},
	"township":         {ZH: "须有人到现场，%s协同", EN: "somebody must go and look: together with %s"},
	"township_unknown": {ZH: "须有人到现场，请问清乡镇", EN: "somebody must go and look: ask which township"},
	"joint_section":    {ZH: "涉及两类待遇，%s协办", EN: "two benefits are concerned: together with %s"},
	"finance":          {ZH: "涉及资金发放，%s协办", EN: "money did not come: together with %s"},
	"privacy":          {ZH: "公示泄露隐私，须数小时内撤下，%s同步督促", EN: "a posting tells a secret: take it down within hours, %s watches"},
	"confidential":     {ZH: "保密件，须人工确认核查提纲后派出", EN: "confidential: a person confirms the brief first"},
	"group":            {ZH: "%d 人联名，属群体性诉求，须报告领导", EN: "%d people: a group matter, the leaders are told"},
	"few_clues":        {ZH: "匿名且线索少，可比对数据核查，查不实可存查", EN: "anonymous with few clues: check by data matching; may be kept on file"},
	"not_released":     {ZH: "%s件须人工派单", EN: "a %s is dispatched by a person"},
	"dead_paid":        {ZH: "反映人已去世待遇仍在发放，须当日核对花名表和死亡信息，属实即停发追回", EN: "somebody dead is still paid: compare the roster with the deaths today; stop and recover"},
	"kin_filing":       {ZH: "涉及近亲属（“%s”），须核对近亲属备案", EN: "kin is concerned (%s): check the filing of close relatives"},
	"card_held":        {ZH: "代管存折、银行卡（民发〔2021〕57号第二十六条），须清点核对，缺款转纪检监察机关", EN: "a bank card or book is held by others: count and compare; missing money goes to discipline"},
	"minor":            {ZH: "涉及未成年人，对外和内部均不写姓名、学校和病名", EN: "a minor is concerned: name, school and illness stand nowhere"},
	"tell_appeal":      {ZH: "停发、拒批类异议，答复须写明依据并告知复议、诉讼途径", EN: "stopped or refused: the reply states its basis and how to appeal"},
	"repeat":           {ZH: "自述曾多次反映（“%s”），请核对以往来件", EN: "told before, they say (%s): look for the earlier tickets"},
	"not_in_person":    {ZH: "可能代他人反映（“%s”），请登记受益人", EN: "may speak for somebody else (%s): register whom it is for"},
	"certain":          {ZH: "单位唯一、地点明确，可自动派单", EN: "one unit, place known: may be dispatched at once"},
}

// reasonOf words one step. An unknown code is a mistake of ours and stands for itself.
func reasonOf(code string, args ...any) Reason {
	w, ok := routeReasons[code]
	if !ok {
		return Reason{Code: code, ZH: code, EN: code}
	}
	n := strings.Count(w.ZH, "%")
	return Reason{Code: code, ZH: fill(w.ZH, args[:min(n, len(args))]), EN: fill(w.EN, args[min(n, len(args)):])}
}

func fill(s string, args []any) string {
	if len(args) == 0 {
		return s
	}
	return strings.TrimSpace(fmt.Sprintf(s, args...))
}
