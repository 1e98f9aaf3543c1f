package standin

import (
	"fmt"
	"strings"

	"hotline/intake/city12345"
)

// place is a county, two of its townships, and an invented village in each.
type place struct {
	county   city12345.County
	township [2]string
	village  [2]string
}

// places lists the twelve counties. The villages are invented.
func places() []place {
	names := [][4]string{
		{"老顶山街道", "东柳湾村", "黄碾镇", "北槐庄村"},
		{"荫城镇", "石榴坪村", "八义镇", "南枣沟村"},
		{"渔泽镇", "西杏庄村", "余吾镇", "上桃峪村"},
		{"微子镇", "青石岗村", "史回镇", "小梨沟村"},
		{"夏店镇", "白杨坡村", "虒亭镇", "柿子滩村"},
		{"石城镇", "前崖头村", "龙溪镇", "核桃坪村"},
		{"西井镇", "下榆林村", "东阳关镇", "山楂岭村"},
		{"树掌镇", "松树洼村", "店上镇", "北槲沟村"},
		{"鲍店镇", "西柏庄村", "慈林镇", "东苇池村"},
		{"洪水镇", "枣林沟村", "蟠龙镇", "槐树坪村"},
		{"故县镇", "杏花岭村", "册村镇", "南桑庄村"},
		{"郭道镇", "野菊坡村", "灵空山镇", "后松沟村"},
	}
	list := make([]place, 0, len(names))
	for i, county := range city12345.Counties() {
		n := names[i]
		list = append(list, place{county, [2]string{n[0], n[2]}, [2]string{n[1], n[3]}})
	}
	return list
}

// statement is one kind of trouble. In the text {地} is township and village,
// {镇} the township, {村} the village.
type statement struct {
	kind, urgency, category string
	title, text             string
	confidential, anonymous bool
}

// statements are invented, in the words operators write.
func statements() []statement {
	return []statement{
		{kind: "咨询", urgency: "一般", category: "社会救助政策", title: "咨询低保申请条件",
			text: "来电人咨询：家住{地}，两个儿子在外打工，本人七十一岁，腿脚不便，想了解申请农村低保需要哪些材料，到哪里办理，儿子的收入怎么算。"},
		{kind: "求助", urgency: "急", category: "临时救助", title: "房屋漏雨请求临时救助",
			text: "来电人反映{地}一户独居老人，上周大雨后正房漏雨严重，现在借住邻居家，家中无积蓄，请求民政部门尽快上门了解情况并给予临时救助。"},
		{kind: "投诉", urgency: "一般", category: "低保", title: "低保被停发未告知原因",
			text: "来电人称其母亲系{地}低保户，从九月起低保金未到账，到{镇}民政办询问，答复是系统比对停发，但未收到任何书面通知，也说不清是哪项不符合，要求说明停发依据并恢复。"},
		{kind: "举报", urgency: "一般", category: "低保", title: "反映村干部亲属违规享受低保", confidential: true,
			text: "来电人要求保密。反映{地}村委会主任的岳父家有门面房和小汽车，仍享受低保多年，而村里几户真正困难的没有评上，评议结果也没有在村里公示，要求核查。"},
		{kind: "投诉", urgency: "一般", category: "残疾人两项补贴", title: "残疾人两项补贴三个月未发放",
			text: "来电人系{地}居民，家人为二级肢体残疾，困难残疾人生活补贴和重度残疾人护理补贴自八月起三个月未到账，社保卡已激活，请核实原因并补发。"},
		{kind: "咨询", urgency: "一般", category: "高龄津贴", title: "咨询高龄津贴何时发放",
			text: "来电人咨询：父亲住{地}，今年刚满八十周岁，高龄津贴从哪个月开始算，需不需要本人到{镇}做认证，补贴什么时候到账。"},
		{kind: "求助", urgency: "特急", category: "急难救助", title: "独居老人断粮多日请求救助",
			text: "来电人系邻居，反映{地}一位八十三岁独居老人摔伤后卧床，家中已断粮两天，身边无子女，打村里电话无人接听，请立即派人上门查看并送医。"},
		{kind: "投诉", urgency: "一般", category: "干部作风", title: "民政窗口工作人员态度生硬",
			text: "来电人称前日到{镇}便民服务中心递交特困供养申请，窗口人员说材料不全让回去，问缺什么不答，态度生硬，来回跑了三趟，要求改进作风并一次性告知。"},
		{kind: "建议", urgency: "一般", category: "公示", title: "建议低保公示写明评议理由",
			text: "来电人建议：{村}每年公示低保名单只有姓名，群众看不出为什么给、为什么不给，建议在不泄露隐私的前提下写明评议情况和监督电话，并延长公示时间。"},
		{kind: "举报", urgency: "一般", category: "资金", title: "反映救助资金被代领", anonymous: true,
			text: "匿名反映：{地}有人长期保管几户五保老人的存折，供养金到账后由其代领，老人只拿到一部分，希望上级部门查一查存折和领取记录。"},
		{kind: "求助", urgency: "一般", category: "困境儿童", title: "反映两名儿童无人照料",
			text: "来电人反映{地}有两名小学生，父亲去世、母亲失去联系，现跟七十多岁的奶奶生活，奶奶有慢性病，想申请事实无人抚养儿童基本生活费，不知道怎么办。"},
		{kind: "表扬", urgency: "一般", category: "其他", title: "感谢民政工作人员帮助办理救助",
			text: "来电人表示，其家人患大病后，{镇}民政工作人员主动上门帮助办理临时救助，从申请到资金到账不到十天，特来电表示感谢，希望予以表扬。"},
		{kind: "投诉", urgency: "紧急", category: "特困供养", title: "敬老院停供暖气",
			text: "来电人家属在{镇}敬老院供养，近日气温下降，暖气时有时无，夜里房间很冷，已有老人感冒，多次向院里反映没有解决，请尽快处理。"},
	}
}

// Sample invents the order of a serial number. Neighbouring numbers differ in
// county and in trouble; the same number always gives the same order.
func Sample(serial int) city12345.Order {
	where := places()[serial%12]
	all := statements()
	what := all[serial%len(all)]
	half := serial / 12 % 2
	township, village := where.township[half], where.village[half]
	text := strings.NewReplacer("{地}", township+village, "{镇}", township, "{村}", village)
	o := city12345.Order{
		CityNo: fmt.Sprintf("SX%09d", serial), Source: "电话", Kind: what.kind, Title: what.title,
		Content: text.Replace(what.text), Anonymous: what.anonymous, Confidential: what.confidential,
		RegionCode: where.county.Code, Address: "长治市" + where.county.Name + township + village,
		CategoryName: what.category, Urgency: what.urgency, Unit: where.county.Name + "民政局",
		Remark: "请按时限办理并回复来电人。",
	}
	if !what.anonymous {
		family := []string{"郭", "李", "王", "申", "秦", "牛", "常", "暴", "靳", "欧阳"}[serial%10]
		given := []string{"满仓", "秋娥", "来福", "春梅", "根柱", "月仙", "建平"}[serial%7]
		o.CallerName = family + given
		o.CallerPhone = fmt.Sprintf("1380000%04d", serial%10000)
		o.ContactPhone = o.CallerPhone
	}
	return o
}
