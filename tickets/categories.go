package tickets

import "strings"

// Category is one node of the tree of matters. The bureau may edit it and add
// the codes of GB/T 39666 that its platform uses; this is what it starts from.
type Category struct {
	Code   string
	Parent string // "" at the top
	ZH, EN string
	GB     string // code of GB/T 39666, "" until the bureau fills it in
	// Retired ones stay readable on old tickets and are chosen for no new one.
	Retired bool
}

// Categories is the default tree: a parent stands before its children.
var Categories = []Category{
	{Code: "policy", ZH: "政策咨询", EN: "policy"},
	{Code: "apply", ZH: "申请办理", EN: "application"},
	{Code: "apply.papers", Parent: "apply", ZH: "违规索要证明", EN: "papers wrongly asked for"},
	{Code: "apply.slow", Parent: "apply", ZH: "超期未办", EN: "overdue"},
	{Code: "apply.refused", Parent: "apply", ZH: "不予受理或未批准", EN: "refused"},
	{Code: "pay", ZH: "待遇发放", EN: "payment"},
	{Code: "pay.late", Parent: "pay", ZH: "资金未到账", EN: "not received"},
	{Code: "pay.short", Parent: "pay", ZH: "少发漏发", EN: "too little"},
	{Code: "pay.stopped", Parent: "pay", ZH: "停发减发异议", EN: "stopped or cut"},
	{Code: "recognise", ZH: "对象认定", EN: "who is entitled"},
	{Code: "recognise.favour", Parent: "recognise", ZH: "人情保", EN: "granted as a favour"},
	{Code: "recognise.relation", Parent: "recognise", ZH: "关系保", EN: "granted to kin or friends"},
	{Code: "recognise.policy", Parent: "recognise", ZH: "政策保", EN: "granted without a check"},
	{Code: "recognise.wrong", Parent: "recognise", ZH: "错保", EN: "wrongly granted"},
	{Code: "recognise.missed", Parent: "recognise", ZH: "漏保", EN: "left out"},
	{Code: "recognise.dead", Parent: "recognise", ZH: "死人保", EN: "paid for the dead"},
	{Code: "posting", ZH: "公示", EN: "public posting"},
	{Code: "posting.privacy", Parent: "posting", ZH: "公示泄露隐私", EN: "posting tells too much"},
	{Code: "posting.missing", Parent: "posting", ZH: "未公示或公示不实", EN: "not posted, or wrong"},
	{Code: "conduct", ZH: "工作作风", EN: "conduct"},
	{Code: "conduct.attitude", Parent: "conduct", ZH: "态度差推诿", EN: "rude or evasive"},
	{Code: "conduct.bribe", Parent: "conduct", ZH: "吃拿卡要", EN: "asks for favours"},
	{Code: "conduct.nepotism", Parent: "conduct", ZH: "优亲厚友", EN: "favours kin"},
	{Code: "funds", ZH: "资金", EN: "funds"},
	{Code: "funds.taken", Parent: "funds", ZH: "克扣截留挪用", EN: "withheld or diverted"},
	{Code: "funds.card", Parent: "funds", ZH: "代管存折银行卡", EN: "bank card held by others"},
	{Code: "discovery", ZH: "主动发现与急难", EN: "discovery and sudden need"},
	{Code: "discovery.emergency", Parent: "discovery", ZH: "急难救助", EN: "sudden need"},
	{Code: "discovery.found", Parent: "discovery", ZH: "主动发现", EN: "somebody in need was found"},
	{Code: "disabled", ZH: "残疾人两项补贴", EN: "disability subsidies"},
	{Code: "children", ZH: "儿童福利", EN: "children"},
	{Code: "children.orphan", Parent: "children", ZH: "孤儿", EN: "orphans"},
	{Code: "children.unattended", Parent: "children", ZH: "事实无人抚养儿童", EN: "children nobody raises"},
	{Code: "care", ZH: "养老与照料", EN: "care of the old"},
	{Code: "other", ZH: "其他", EN: "other"},
}

// CategoryOf finds a node by code; ok is false where the default tree has none.
func CategoryOf(code string) (c Category, ok bool) {
	for _, c := range Categories {
		if c.Code == code {
			return c, true
		}
	}
	return Category{}, false
}

// categoryWord speaks for one category.
type categoryWord struct {
	word     string
	category int // index in Categories
	weight   int
}

// categoryWords weigh 1 where a word only points somewhere and 3 where it settles the matter.
var categoryWords = compileCategoryWords([]struct {
	code   string
	weight int
	words  string
}{
	{"policy", 2, "能不能办 能不能申请 怎么申请 怎么办理 什么条件 啥条件 带什么材料 要什么材料 什么材料 标准是多少 政策是 政策规定 请问 咨询 想问问 想问 请教 怎么回事 能不能算 是不是真的 够不够"},
	{"apply", 1, "申请低保 申请特困 申请临时 想申请 递了申请 交了申请 办低保 低保申请 申请表 要哪些东西 交了一回 跑了五趟 签个字"},
	{"apply.papers", 4, "开证明 收入证明 家庭证明 开不出证明 村委证明 证明材料 不开不给 不开就不 无房证明 困难证明 户籍证明 签字证明"},
	{"apply.slow", 3, "拖着不办 迟迟不办 超期 还没批 没消息 几个月了 一直没批 没有结果 没信 没有回音 没了下文 待受理 受理单"},
	{"apply.refused", 3, "不批 没批 不给批 拒批 不给办 不受理 没通过 不给上报 评不上 没评上 退给我 未获批准 又给退回 名额满"},
	{"pay", 2, "几号发 分类施保 到账 每月发"},
	{"pay.late", 3, "没到账 未到账 没到卡 还没到 没发 未发 没打到 没打钱 没打款 没打来 没打过 没收到 没领到 没到位 没到 没进账 没有进账"},
	{"pay.short", 3, "少发 漏发 少了 发少 金额不对 补发 降了"},
	{"pay.stopped", 3, "停保 给停 停发 停掉 马上给停 渐退 退保 取消低保 取消了低保 低保取消 停了"},
	{"recognise", 2, "收入超 条件好 重新评估 评估结果 重新调查 入户调查 算一家 生活自理能力 有车一律 单独申请"},
	{"recognise.favour", 4, "人情保 走后门 送礼 收礼 打招呼"},
	{"recognise.relation", 4, "关系保 关系户 本家 亲弟弟 丈母娘 亲侄 侄儿 侄子 外甥 小舅子 亲戚 报成低保 办成低保"},
	{"recognise.policy", 4, "政策保 没入户 没有申请就"},
	{"recognise.wrong", 3, "错保 宝马 奔驰 豪车 轿车 两套房 有房有车 不该享受 不符合条件 不够条件 做生意 商品房 骗保 网约车"},
	{"recognise.missed", 3, "漏保 是不是漏 该享受没享受 真困难 没纳入 应保未保 加人"},
	{"recognise.dead", 5, "死人保 已去世 去世了 去世后 人死了 死了还 已经死 就走了 过世 病故 亡故 就死了 都没了快"},
	{"posting", 1, "公示栏 公示 公开栏 明白卡"},
	{"posting.privacy", 4, "病名 隐私 泄露 身份证号 写出来了"},
	{"posting.missing", 4, "没公示 不公示 没有公示 公示不实 前年的名单 没贴"},
	{"conduct", 3, "告状 报复 卫生费 装进自己腰包"},
	{"conduct.attitude", 3, "态度 推诿 踢皮球 骂人 爱理不理 不耐烦 不作为 电话没人接 没人说清 没人接"},
	{"conduct.bribe", 4, "吃拿卡要 好处费 收钱 要钱才 红包 索要 辛苦费"},
	{"conduct.nepotism", 3, "优亲厚友 自家人 以权谋私"},
	{"funds.taken", 5, "克扣 截留 挪用 私分 贪污 冒领 套取 侵占 私吞"},
	{"funds.card", 5, "银行卡一直在 卡在村 卡在他 存折在 代管 保管 卡被 扣着卡 扣着存折 低保存折 低保折子 一卡通在 统一收走"},
	{"discovery.emergency", 4, "临时救助 着火 着了火 失火 没地方住 没吃的 断粮 车祸 大病 水灾 受灾 房子塌 没钱看病 急难 塌了 脑出血 重症监护 没吃东西 断顿"},
	{"discovery.found", 3, "没人来看 没人管 没人照顾 一个人住 独居 下不了床 没人照看 流浪 流落 桥洞 走失 走丢 没回来 救助站 甄别 戏台上"},
	{"disabled", 4, "两项补贴 残疾人补贴 两补 护理补贴 残疾补贴"},
	{"children", 2, "困境儿童 留守儿童 收养"},
	{"children.orphan", 3, "孤儿 父母双亡"},
	{"children.unattended", 4, "事实无人 无人抚养 没人抚养 爸坐牢 妈跑了 跟着奶奶过 跟着爷爷过 妈走了 爹妈不管 服刑"},
	{"care", 2, "养老院 敬老院 高龄津贴 高龄补贴 照料护理 护理费 失能 伙食"},
})

func compileCategoryWords(groups []struct {
	code   string
	weight int
	words  string
}) []categoryWord {
	at := map[string]int{}
	for i, c := range Categories {
		at[c.Code] = i
	}
	var out []categoryWord
	for _, g := range groups {
		for _, w := range strings.Fields(g.words) {
			out = append(out, categoryWord{w, at[g.code], g.weight})
		}
	}
	return out
}

// SuggestCategory reads which category a statement speaks of, and the word that
// made it think so. A person confirms it: it is a suggestion, never a decision.
// Nothing recognised is "other" with no word.
func SuggestCategory(statement string) (code, why string) {
	return read(compact(statement)).category()
}

// category is the highest score; the earlier one of equals.
func (r *reading) category() (code, why string) {
	best := -1
	for i := range Categories {
		if r.score[i] > 0 && (best < 0 || r.score[i] > r.score[best]) {
			best = i
		}
	}
	if best < 0 {
		return "other", ""
	}
	return Categories[best].Code, r.why[best]
}
