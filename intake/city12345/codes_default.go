package city12345

// NotRated is the satisfaction of a caller who gave no mark.
const NotRated = "not_rated"

// DefaultCodes is what a new platform starts with. Each call gives fresh maps,
// so that one platform's edits never reach another.
func DefaultCodes() Codes {
	return Codes{
		Kind: map[string]string{
			"咨询": "inquiry", "咨询类": "inquiry", "政策咨询": "inquiry", "业务咨询": "inquiry",
			"求助": "help", "求助类": "help", "求决": "help", "诉求": "help",
			"建议": "suggestion", "建议类": "suggestion", "意见建议": "suggestion",
			"投诉": "complaint", "投诉类": "complaint",
			"举报": "report", "举报类": "report", "投诉举报": "report", "揭发控告": "report",
			"表扬": "praise", "表扬类": "praise", "感谢": "praise",
		},
		Urgency: map[string]string{
			"一般": "normal", "普通": "normal", "正常": "normal", "平急": "normal",
			"急": "urgent", "加急": "urgent", "较急": "urgent", "重要": "urgent", "紧急": "urgent",
			"特急": "critical", "特别紧急": "critical",
		},
		Category:     defaultCategories(),
		Satisfaction: defaultSatisfaction(),
		Solved: map[string]string{
			"已解决": "resolved", "解决": "resolved", "是": "resolved",
			"部分解决": "partly", "未解决": "unresolved", "没有解决": "unresolved", "否": "unresolved",
		},
		Region: defaultRegions(),
	}
}

// defaultCategories maps business names of platforms to our categories
// (tickets.Categories). A platform sorts by business (低保), we by trouble
// (对象认定): these are the most frequent trouble of each business, for a person
// to correct.
func defaultCategories() map[string]string {
	return map[string]string{
		"政策": "policy", "政策咨询": "policy", "社会救助政策": "policy", "社会救助": "policy",
		"申请办理": "apply", "救助申请": "apply", "办理进度": "apply.slow",
		"待遇发放": "pay", "资金发放": "pay", "资金未到账": "pay.late",
		"残疾人两项补贴": "disabled", "残疾人补贴": "disabled", "高龄津贴": "care", "养老服务": "care",
		"孤儿": "children.orphan", "孤儿保障": "children.orphan", "事实无人抚养儿童": "children.unattended", "困境儿童": "children", "儿童福利": "children",
		"对象认定": "recognise", "050203": "recognise", "低保": "recognise", "最低生活保障": "recognise",
		"城市低保": "recognise", "农村低保": "recognise", "城乡低保": "recognise", "低保边缘": "recognise",
		"特困": "recognise", "特困供养": "recognise", "特困人员供养": "recognise", "特困人员救助供养": "recognise",
		"公示": "posting", "公示公开": "posting", "政务公开": "posting",
		"工作作风": "conduct", "干部作风": "conduct", "服务态度": "conduct.attitude",
		"资金": "funds", "资金管理": "funds", "救助资金": "funds",
		"主动发现与急难": "discovery", "临时救助": "discovery.emergency", "急难救助": "discovery.emergency",
		"流浪乞讨": "discovery.emergency", "流浪乞讨人员救助": "discovery.emergency",
		"其他": "other", "其它": "other",
	}
}

// defaultSatisfaction holds words only: the number codes of platforms
// contradict each other and must be entered per platform. 理解 of a four-step
// scale stands where 基本满意 of the five steps does. A caller who gave no mark is
// not_rated, which is known and no mark of ours.
func defaultSatisfaction() map[string]string {
	return map[string]string{
		"非常满意": "very_satisfied", "很满意": "very_satisfied", "满意": "satisfied",
		"基本满意": "basically", "理解": "basically", "一般": "basically",
		"不满意": "dissatisfied", "非常不满意": "very_dissatisfied", "很不满意": "very_dissatisfied",
		"未评价": NotRated, "不评价": NotRated,
	}
}

// defaultRegions are Changzhi's twelve counties by code and name, with the
// codes and names they had before 2018 (长治县, 屯留县, 潞城市, 城区, 郊区).
// 高新区 and 经开区 have no code of GB/T 2260 and are left to a person.
func defaultRegions() map[string]string {
	regions := map[string]string{
		"140400": "140400", "长治市": "140400", "市本级": "140400",
		"140402": "140403", "140411": "140403", "城区": "140403", "郊区": "140403",
		"140421": "140404", "长治县": "140404", "140424": "140405", "屯留县": "140405",
		"140481": "140406", "潞城市": "140406",
	}
	for _, county := range Counties() {
		regions[county.Code] = county.Code
		regions[county.Name] = county.Code
	}
	return regions
}

// County is a county-level division: its GB/T 2260 code and name.
type County struct{ Code, Name string }

// Counties lists the twelve of 长治市 in the order of their codes.
func Counties() []County {
	return []County{
		{"140403", "潞州区"}, {"140404", "上党区"}, {"140405", "屯留区"}, {"140406", "潞城区"},
		{"140423", "襄垣县"}, {"140425", "平顺县"}, {"140426", "黎城县"}, {"140427", "壶关县"},
		{"140428", "长子县"}, {"140429", "武乡县"}, {"140430", "沁县"}, {"140431", "沁源县"},
	}
}
