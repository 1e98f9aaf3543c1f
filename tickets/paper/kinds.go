package paper

import "hotline/tickets"

// The codes that code names.
const (
	Acceptance = "acceptance"
	Refusal    = "refusal"
	Redirect   = "redirect"
	Extension  = "extension"
	Opinion    = "opinion"
	Reply      = "reply"
	Withdrawal = "withdrawal"
	Review     = "review"
	LastReview = "last_review"
	Verify     = "verify"
	HomeVisit  = "home_visit"
	Talk       = "talk"
	Assist     = "assist"
	Transfer   = "transfer"
	Return     = "return"
	Supervise  = "supervise"
	Urge       = "urge"
	Rectify    = "rectify"
)

// received opens every letter to a complainant.
const received = "您{received}{came}的“{matter}”事项（工单编号{number}）收悉。"

// handed is how the person signs for the letter.
var handed = []string{"收件人（签名）", "收件日期"}

// Kinds is THE list of documents. {…} is a fact of the ticket, 【…】 the value
// of the kind's own field, filled in when the document is issued.
var Kinds = []Kind{
	{Code: Acceptance, ZH: "受理告知书", EN: "notice of acceptance", Mark: "访", To: ToComplainant, By: anybody, Act: tickets.ActTold, Signers: handed,
		Body: []string{received + "经审查，该事项属于本机关职责范围，现予受理。",
			"?本事项由{handler}办理，将于{due}前办结并答复您。",
			"?办理期间，您可以凭工单编号和查询码在网上查询进度，也可以拨打{phone}咨询。",
			"本机关依法为您保密，不会把您的信息和反映的内容透露给被反映的人员和单位。"},
		Basis: "《信访工作条例》第二十二条、第二十三条"},
	{Code: Refusal, ZH: "不予受理告知书", EN: "notice of refusal", Mark: "访", To: ToComplainant, By: anybody, Outcomes: []string{"refused"}, Act: tickets.ActConclude, Signers: handed,
		Body:   []string{received + "经审查，本机关不予受理，理由是：", "【不予受理的理由】", "您可以通过以下途径提出：【可以采取的途径】", "有新的事实、证据或者理由的，您可以再次提出。"},
		Fields: []Field{text("reason", "不予受理的理由", "reason of refusal", true, "{reply}"), text("way_out", "可以采取的途径", "where to turn to", false, "")},
		Basis:  "《信访工作条例》第十九条、第三十一条", Remedy: RemedyOfRefusal},
	{Code: Redirect, ZH: "转办告知书", EN: "notice of redirection", Mark: "访", To: ToComplainant, By: anybody, Outcomes: []string{"redirected"}, Act: tickets.ActConclude, Signers: handed,
		Body:   []string{received + "经审查，该事项属于【转往单位】职责范围，已于{today}转送该单位办理，请您向该单位了解办理情况。", "该单位联系方式：【联系方式】"},
		Fields: []Field{line("body_name", "转往单位", "body it goes to", true, "{transfer}"), line("contact", "联系方式", "how to reach it", false, "")},
		Basis:  "《信访工作条例》第二十二条、第二十三条"},
	{Code: Extension, ZH: "延期告知书", EN: "notice of extension", Mark: "访", To: ToComplainant, By: handling, Signers: handed,
		Body:   []string{received + "因【延期理由】，本事项不能在规定期限内办结。", "?原定办结日期为{before}。", "经本机关负责人批准，办理期限延长至【延长至】。给您带来不便，请予谅解。"},
		Fields: []Field{text("reason", "延期理由", "why it takes longer", true, "{reason_extension}"), upTo("until", "延长至", "extended to", "{extended}")},
		Basis:  "《信访工作条例》第三十四条"},
	{Code: Opinion, ZH: "处理意见书", EN: "written opinion", Mark: "访", To: ToComplainant, By: handling, Outcomes: []string{"resolved", "partly", "unfounded", "explained"}, Signers: handed,
		Body:   []string{received + "本机关已经办理完毕，现将处理意见告知如下：", "一、您的诉求", "{points}", "二、查明的事实", "【查明的事实】", "三、处理意见", "【处理意见】"},
		Fields: []Field{text("facts", "查明的事实", "facts established", true, "{findings}"), text("opinion", "处理意见", "opinion", true, "{reply}")},
		Basis:  "《信访工作条例》第三十二条、第三十四条", Remedy: RemedyOfOpinion},
	{Code: Reply, ZH: "答复书", EN: "written reply", Mark: "访", To: ToComplainant, By: anybody, Outcomes: []string{"answered", "resolved", "partly", "unfounded", "unverifiable", "explained"}, Act: tickets.ActDelivered, Signers: handed,
		Body:   []string{received + "经办理，现答复如下：", "【答复内容】", "?如有疑问，请拨打{phone}。"},
		Fields: []Field{text("answer", "答复内容", "answer", true, "{reply}")},
		Basis:  "{reply_basis}", Remedy: RemedyOfReply},
	{Code: Withdrawal, ZH: "撤回确认书", EN: "confirmation of withdrawal", Mark: "访", To: ToComplainant, By: anybody, Outcomes: []string{"withdrawn"}, Act: tickets.ActConclude,
		Signers: []string{"撤回人（签名、按手印）", "见证工作人员（签名）", "日期"},
		Body: []string{received + "现您提出撤回，情况如下：", "【撤回情况】",
			"请您确认：撤回是您本人的真实意愿，没有人向您施加压力或者许诺好处。如有上述情形，请不要签字，并立即告知我们{phone}。",
			"?您撤回{verified}后，其中反映的问题，本机关仍将依法核查。", "撤回后有新的事实或者理由的，您可以再次反映。"},
		Fields: []Field{text("account", "撤回情况", "account of the withdrawal", true, "")}},
	{Code: Review, ZH: "复查意见书", EN: "opinion on review", Mark: "访复", To: ToComplainant, By: leadsOnly, Signers: handed,
		Body:   []string{"您不服【原处理意见文号】处理意见，提出的复查请求收悉。现将复查意见告知如下：", "一、您的诉求", "{points}", "二、复查查明的事实", "【复查查明的事实】", "三、复查意见", "【复查意见】"},
		Fields: []Field{line("first_no", "原处理意见文号", "number of the first opinion", true, ""), text("facts", "复查查明的事实", "facts established", true, "{findings}"), text("opinion", "复查意见", "opinion", true, "{reply}")},
		Basis:  "《信访工作条例》第三十二条、第三十五条", Remedy: RemedyOfReview},
	{Code: LastReview, ZH: "复核意见书", EN: "opinion on final review", Mark: "访核", To: ToComplainant, By: leadsOnly, Outcomes: []string{"final"}, Signers: handed,
		Body:   []string{"您不服【复查意见文号】复查意见，提出的复核请求收悉。现将复核意见告知如下：", "一、您的诉求", "{points}", "二、复核查明的事实", "【复核查明的事实】", "三、复核意见", "【复核意见】"},
		Fields: []Field{line("first_no", "复查意见文号", "number of the review", true, ""), text("facts", "复核查明的事实", "facts established", true, "{findings}"), text("opinion", "复核意见", "opinion", true, "{reply}")},
		Basis:  "《信访工作条例》第三十二条、第三十六条", Remedy: RemedyOfLastReview},

	{Code: Verify, ZH: "核查通知", EN: "order to verify", Mark: "访查", To: ToUnit, By: leadsOnly, Signers: []string{"接收人（签名）", "接收日期"},
		Body: []string{"现将“{matter}”事项（工单编号{number}）交你单位核查。核查要点：", "{points}", "其他要求：【其他要求】",
			"核查须由两名以上工作人员进行，制作笔录，收集证据；与本事项有利害关系的人员应当回避；不得把反映的内容和反映人的情况透露给被反映的人员和单位。",
			"请于【反馈期限】前报送核查情况和证据材料。"},
		Fields: []Field{text("more", "其他要求", "further demands", false, ""), day("until", "反馈期限", "report by", true)},
		Basis:  "《信访工作条例》第二十八条、第三十条"},
	{Code: HomeVisit, ZH: "入户核查表", EN: "home visit sheet", Mark: "访户", To: ToFile, By: handling, Bare: true, Signers: []string{"被核查人（签名、按手印）", "核查人员（两人签名）"},
		Fields: []Field{line("household", "户主姓名", "head of household", false, ""), line("address", "家庭住址", "address", false, ""),
			text("checks", "核查内容", "what to check", true, "共同生活的家庭成员和赡养、抚养、扶养人；收入；存款、房产、车辆等财产；居住和生活状况；就业和劳动能力；救助金是否按时足额领取。")},
		Rows: []FormRow{{Label: "户主姓名", Field: "household"}, {Label: "家庭住址", Field: "address"}, {Label: "家庭人口"}, {Label: "救助类别和金额"}, {Label: "入户时间"}, {Label: "核查人员"},
			{Label: "核查内容", Field: "checks", Tall: true}, {Label: "家庭成员情况", Tall: true}, {Label: "收入和财产情况", Tall: true}, {Label: "居住和生活情况", Tall: true}, {Label: "邻里走访情况", Tall: true}, {Label: "核查意见", Tall: true}}},
	{Code: Talk, ZH: "谈话笔录", EN: "record of a talk", Mark: "访谈", To: ToFile, By: handling, Bare: true, Signers: []string{"以上笔录我看过（或已读给我听），与我说的一致。被谈话人（签名、按手印）", "谈话人（签名）", "记录人（签名）"},
		Rows: []FormRow{{Label: "时间"}, {Label: "地点"}, {Label: "被谈话人"}, {Label: "单位和职务、住址"}, {Label: "谈话人"}, {Label: "记录人"}}, Ruled: 14,
		Body:   []string{"问：我们是{office}的工作人员，现依法向您了解情况。您应当如实陈述，作虚假陈述要承担相应责任；认为我们与所谈事项有利害关系的，可以申请回避。您听清楚了吗？是否申请回避？", "答：", "【谈话提纲】"},
		Fields: []Field{text("questions", "谈话提纲", "questions", false, "")}},

	{Code: Assist, ZH: "协查函", EN: "request for assistance", Mark: "访协", To: ToBody, By: handling, Signers: []string{"联系人（签名）"},
		Body:   []string{"因办理群众反映事项需要，请协助查询、核实以下情况：", "【协查内容】", "请于【复函期限】前书面函复。", "?联系电话：{phone}。", "协查内容仅用于办理本事项，请注意保密，不要向无关人员透露。"},
		Fields: []Field{line("addressee", "发往机关", "to the authority", true, ""), text("asked", "协查内容", "what is asked", true, "{points}"), day("until", "复函期限", "answer by", true)},
		Basis:  "《社会救助暂行办法》"},
	{Code: Transfer, ZH: "移送函", EN: "letter of transfer", Mark: "访移", To: ToBody, By: leadsOnly, Outcomes: []string{"transferred"}, Act: tickets.ActConclude, Signers: []string{"接收人（签名）", "接收日期"},
		Body: []string{"本机关在办理工单{number}时发现下列问题线索，属于贵单位职责范围，现予移送：", "{points}", "初步核查情况：【初步核查情况】", "随函移送材料：【移送材料清单】",
			"反映人的身份信息按保密规定另行移交。请自收到之日起15个工作日内告知是否受理，办结后15个工作日内告知结果。"},
		Fields: []Field{line("addressee", "发往机关", "to the authority", true, "{transfer}"), text("found", "初步核查情况", "what was found so far", false, "{findings}"), text("papers", "移送材料清单", "papers handed over", false, "")},
		Basis:  "《信访工作条例》第二十二条、第三十条"},
	{Code: Return, ZH: "退单说明", EN: "statement of return", Mark: "访退", To: ToBody, By: anybody, Outcomes: []string{"returned"}, Act: tickets.ActSignReturn,
		Body:   []string{"?贵平台派发的工单{order}，现申请退回。", "事项：“{matter}”（本单位编号{number}，{received}收到）。", "退单理由：【退单理由】", "建议由【建议承办单位】办理。", "?联系电话：{phone}。"},
		Fields: []Field{line("addressee", "发往机关", "to the authority", true, "12345政务服务便民热线"), text("reason", "退单理由", "reason of return", true, "{reason_return}"), line("instead", "建议承办单位", "who should handle it", false, "")},
		Basis:  "《信访工作条例》第二十三条"},

	{Code: Supervise, ZH: "督办通知书", EN: "supervision notice", Mark: "访督", To: ToUnit, By: []tickets.By{byAbove}, Act: tickets.ActSupervise, Signers: []string{"接收人（签名）", "接收日期"},
		Body:   []string{"你单位承办的“{matter}”事项（工单编号{number}），经研究，决定予以督办。", "?该事项应于{due}前办结。", "督办要求：【督办要求】", "请于【反馈期限】前报送办理情况；逾期未报的，将予以通报。"},
		Fields: []Field{text("demand", "督办要求", "what is demanded", true, ""), day("until", "反馈期限", "report by", true)}},
	{Code: Urge, ZH: "催办通知书", EN: "reminder", Mark: "访催", To: ToUnit, By: pressing, Act: tickets.ActUrge, Signers: []string{"接收人（签名）", "接收日期"},
		Body:   []string{"你单位承办的“{matter}”事项（工单编号{number}）尚未反馈办理结果。", "?该事项应于{due}前办结。", "【催办说明】", "请抓紧办理，于【反馈期限】前反馈；不能按期办结的，请书面说明原因。"},
		Fields: []Field{text("note", "催办说明", "remarks", false, ""), day("until", "反馈期限", "report by", true)}},
	{Code: Rectify, ZH: "整改通知书", EN: "rectification notice", Mark: "访改", To: ToUnit, By: leadsOnly, Bare: true, Signers: []string{"接收人（签名）", "接收日期"},
		Body:   []string{"经查，你单位存在以下问题：", "【存在的问题】", "请于【整改期限】前完成以下整改：", "【整改要求】", "整改完成后，请书面报送整改情况。"},
		Fields: []Field{text("problem", "存在的问题", "what is wrong", true, ""), text("demand", "整改要求", "what must be mended", true, ""), day("until", "整改期限", "mended by", true)}},
}
