package demo

import (
	"strings"

	"hotline/tickets"
)

// chapter is how one category of matters is checked and answered.
type chapter struct {
	Basis    string // the rule the reply rests on
	Method   string // how it was checked
	Evidence string // what was kept
	Fixed    string // what was put right where the matter holds
	Held     string // why it does not hold
	Refused  string // why help could not be given
}

const (
	lowIncome = "《最低生活保障审核确认办法》（民发〔2021〕57号）"
	destitute = "《特困人员认定办法》（民发〔2021〕43号）"
	disabled  = "《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）"
	orphans   = "《关于进一步加强事实无人抚养儿童保障工作的意见》（民发〔2019〕62号）"
	urgentAid = "《国务院关于全面建立临时救助制度的通知》（国发〔2014〕47号）"
	relief    = "《社会救助暂行办法》"
)

// handbook holds a chapter for each category at the top of the tree.
func handbook() map[string]chapter {
	return map[string]chapter{
		"policy": {relief, "查阅现行文件，与业务股室核对口径。", "政策文件摘录。", "已当面讲清政策口径并送达明白卡。", "现行政策没有此项规定。", "所提事项超出现行政策规定。"},
		"apply": {lowIncome + "第十条、第二十二条", "调阅受理登记簿和系统流程记录，向经办人员了解经过，入户见面核实。", "受理登记簿复印件、系统流程截图、入户照片。",
			"已当日补办受理手续，一次性告知所需材料，并安排入户调查，审核时限自受理之日起重新核对。", "系统记录显示申请已受理且仍在规定时限内，不存在不予受理的情形。", "经信息核对，家庭人均收入高于当地低保标准，暂不符合条件；已告知可申请低保边缘家庭认定。"},
		"pay": {lowIncome + "第二十一条", "核对当月发放花名表、财政拨付凭证和银行回盘文件，逐户比对账号。", "花名表、银行回盘清单、补发凭证。",
			"系卡号变更未及时更新导致退款，已更正账号并补发所欠月份资金，次月起正常发放。", "银行流水显示资金已按月足额到账，系入账摘要名称变更造成误解，已当面逐笔说明。", "因本人银行卡处于止付状态，须本人到银行激活后方可补发，已告知办理办法。"},
		"recognise": {lowIncome + "第十五条、第十九条、第二十条", "调阅审核档案，经家庭经济状况核对系统复核，两人入户调查并走访邻里，调取民主评议与公示记录。", "入户调查表、核对报告、走访笔录、公示照片。",
			"对不符合条件的家庭按程序停止保障并追缴，对符合条件的恢复保障并补发，责令重新组织评议和公示。", "该户收入、财产经核对均符合保障条件，评议、公示程序完整，且近亲属关系已按规定备案。", "经重新入户和信息核对，家庭财产状况超过规定上限，维持原审核结论，已书面说明理由。"},
		"posting": {lowIncome + "第二十四条", "实地查看公示栏并拍照，核对公示底稿与系统名单。", "公示栏前后对比照片、公示底稿。",
			"已当日撤换不规范公示，按统一格式重新张贴，删除与救助无关的信息，并对责任人批评教育。", "现场查看公示内容、张贴时间均符合要求，未发现泄露无关信息。", "公示栏由村统一设置，迁移须经村民代表会议讨论，已转村委会研究。"},
		"conduct": {relief + "第六十三条、第六十六条", "查看窗口监控和通话录音，分别找双方谈话，走访在场群众。", "监控截图、谈话笔录、走访记录。",
			"对责任人员给予批评教育并调整岗位，责令当面致歉，在全系统通报并开展作风整顿。", "监控和在场群众均证实工作人员已按程序解释，未发现刁难、收受财物的情形。", "因时间较久监控已被覆盖，双方说法不一。"},
		"funds": {relief + "第六十六条、第六十八条", "调取银行流水、领取签字表和物资出入库单，逐户核对并个别访谈。", "银行流水、签字表、出入库单、谈话笔录。",
			"代管的卡折全部退还本人，违规款项追缴并发还，问题线索按管理权限移送纪检监察机关。", "资金、物资发放与花名册、签字表逐项相符，代管手续有书面协议并已备案。", "相关账目由集体经济组织管理，已商请农业农村部门核查。"},
		"discovery": {urgentAid, "接报后立即到现场查看，联系村级网格员和卫生院到场。", "现场照片、救助登记表、交接记录。",
			"已送医诊治并送去棉被、食品，启动急难救助程序先行救助，安排专人每日探访。", "到场时当事人已由家属接回照料，生活无忧。", "经多方联系，当事人明确表示不接受救助，已登记并留下求助电话，列入重点巡访。"},
		"disabled": {disabled, "核对残疾人两项补贴信息系统、残疾证有效期和发放记录。", "系统截图、发放记录。",
			"已在系统内补录并从符合条件的月份起补发补贴，同时提醒换证时间。", "补贴已按规定标准足额发放，未发现少发、漏发。", "残疾等级不在护理补贴范围内，暂不能发放，已告知可申请生活补贴。"},
		"children": {orphans, "儿童主任、儿童督导员共同入户，向学校了解情况，核对系统和发放记录。", "入户走访记录、学校证明、发放记录。",
			"已恢复并补发基本生活费，落实委托照料人，纳入每月走访名单。", "孩子由亲属妥善照料，基本生活费按月足额到账。", "监护人具备抚养能力，不符合认定条件，已督促其履行监护责任。"},
		"care": {destitute, "到院实地查看食堂、居室和账目，与入住老人逐一谈话。", "现场照片、伙食账目、谈话笔录。",
			"已责令限期整改并每周回头看，伙食标准和菜谱上墙公示，相关责任人已被约谈。", "现场查看伙食、取暖和入住登记，与标准和名册相符。", "所需经费须列入下一年度预算，已先行采取临时措施。"},
		"other": {relief, "实地查看并向有关单位和群众了解情况。", "现场照片、情况说明。",
			"已协调有关单位限期整改，问题得到解决。", "经查看，有关服务运转正常，所反映情况不存在。", "该事项涉及其他部门职责，已代为联系并告知办理渠道。"},
	}
}

// chapterOf is the chapter of a category or of the one above it; an unknown one
// is treated as other.
func chapterOf(category string) chapter {
	book := handbook()
	top, _, _ := strings.Cut(category, ".")
	if c, ok := book[top]; ok {
		return c
	}
	return book["other"]
}

// verdict is the sentence of the reply that says what was found, and what follows.
func (c chapter) verdict(s Sample, outcome string) (found, corrected string) {
	switch outcome {
	case "true":
		return "您反映的情况属实。", c.Fixed
	case "partly":
		if s.Kind == tickets.Help {
			return "您的诉求已部分办理，其余正在按程序办理。", c.Fixed
		}
		return "您反映的情况部分属实。", c.Fixed
	case "false":
		return "未发现您所反映的问题。" + c.Held, ""
	case "unverifiable":
		return "就现有线索，所反映的情况无法查实。如有新的线索，可随时补充，我们将恢复核查。", ""
	case "done":
		return "您的诉求已办理。", c.Fixed
	case "not_done":
		return "您的诉求未能办理。" + c.Refused, ""
	}
	return s.Answer, ""
}

// appeal is what a person is told who may not agree.
const appeal = "如对本答复有异议，可自收到之日起三十日内向上一级机关申请复查；对停止保障或者不予确认的决定，也可依法申请行政复议或者提起行政诉讼。"
