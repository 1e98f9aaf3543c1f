package demo

import "hotline/tickets"

// suggestions are proposals for better work.
func suggestions() []Sample {
	s := func(category, topic, statement, answer string) Sample {
		return Sample{Kind: tickets.Suggestion, Category: category, Topic: topic, Statement: statement, Answer: answer}
	}
	by := func(channel string, x Sample) Sample { x.Channel = channel; return x }
	return []Sample{
		s("posting", "公示用大字并配说明", "建议村里贴的低保公示把字印大些，现在那字比蚂蚁还小，老人根本看不清。最好在旁边再贴一张明白卡，写清楚标准是多少、有意见打哪个电话。{village}公示栏又在背阴处，玻璃反光，挪个地方更好。", "已要求各乡镇公示用字不小于三号，与明白卡同栏张贴，并把公示栏位置纳入村级检查。"),
		s("apply", "偏远村上门受理", "{village}离镇上二十多里，一天就一趟班车。建议镇里每月定一天下村来收低保、残疾补贴的申请，省得老人来回跑。哪怕跟赶集的日子凑到一块也行，我们提前在村里通知，把材料先给收拾好。", "将在交通不便的村试行每月固定一天流动受理，日期在村公示栏和微信群提前告知。"),
		s("pay", "到账短信提醒", "建议低保金到账的时候给发个短信，老人不会查，儿女在外头也能知道。现在每个月老人都要专门去信用社排队打折子，有时候没到账就白跑一趟。银行发工资都有短信，救助金也该有。", "已商请代发银行为登记手机号的对象开通到账短信，费用不由对象承担。"),
		by("mail", s("policy", "把政策做成方言短视频", "民政局的同志好：政策文件老人看不懂，建议用咱们本地话拍几个短视频，讲清楚低保怎么申请、复核要什么、哪些证明不用开了，在村里大喇叭和微信群里放。我在学校教语文，愿意帮忙写稿子。", "建议很好，已列入下半年政策宣传安排，拟先录制申请、复核、公示三期。")),
		s("conduct", "热线增加夜间值班", "建议救助热线晚上也有人接，尤其是冬天。上回村里发现一个走丢的老人，晚上八点多打你们电话没人接，最后还是打的110。哪怕晚上转到值班手机也行，真有急事的时候不至于干着急。", "夜间来电已转接值班手机，并在公布号码处注明夜间电话。"),
		by("visit", s("care", "敬老院开放探望时间", "我每月去{town}敬老院看我二叔，只许上午探望，我们上班的来一趟得请假。建议周末下午也开放，再弄个登记的本子，谁来看过一目了然。院里老人也盼着有人来说说话。", "探望时间将由各敬老院结合作息调整，周末下午开放并做好登记。")),
		by("public", s("recognise", "用数据比对代替跑腿", "建议办低保尽量用部门数据比对，不要让群众自己跑房产、车管、社保好几个地方开证明。现在都讲一网通办了，授权书一签，后台查就行。查出来有疑问的再找本人核实，两边都省事。", "核对系统已覆盖房产、车辆、社保等信息，可共享的不再要求群众提供，将加强对窗口的督查。")),
		by("letter", s("funds", "每季公布资金账目", "民政局：我是一名退休会计，建议各县区每季度把救助资金拨了多少、发了多少户、结余多少列一张表公布出来，不涉及个人姓名。老百姓看得见总账，闲话自然就少了。格式我可以提供一份参考。", "各县区救助资金收支情况将按季度在政务公开栏目公布，格式参考您的建议。")),
		by("city12345", s("children", "寒暑假关爱留守儿童", "市民来电建议：{county}{town}留守儿童较多，寒暑假无人照看存在安全隐患，建议民政部门会同学校、社工机构在乡镇开设假期托管点，开展防溺水、作业辅导等活动，并请大学生志愿者参与。", "该建议涉及教育、共青团等部门，民政部门将先在有社工站的乡镇开展假期关爱活动，托管点另行研究。")),
	}
}

// praises are thanks for work well done.
func praises() []Sample {
	p := func(category, topic, statement string) Sample {
		return Sample{Kind: tickets.Praise, Category: category, Topic: topic, Statement: statement,
			Answer: "感谢您的肯定，我们已将您的表扬转达该单位和本人，并将继续改进服务。"}
	}
	by := func(channel string, x Sample) Sample { x.Channel = channel; return x }
	return []Sample{
		p("apply", "感谢上门办理", "我要表扬{town}民政上的两个年轻人。我妈瘫在炕上出不了门，他们顶着大雨上门给办的低保，手印都是在炕沿上按的，材料一次就弄齐了，连口水都没喝。这样的干部老百姓心里有数，请领导一定给表扬。"),
		p("discovery", "感谢急难救助", "上个月我家着火，{county}民政局第二天就把棉被和米面送来了，临时救助金三天就到了卡上。后来还帮着联系了过渡的房子。一家人在最难的时候有人管，我心里暖和，打电话就是想说声谢谢。"),
		by("letter", p("children", "感谢照顾孤儿", "尊敬的领导：我是一个孤儿的外婆。{town}的儿童督导员逢年过节都来看娃，帮着联系学校减免，还给娃补功课。今年娃考上了县一中，我老婆子不会说啥，写这封信请你们替我谢谢她，娃说长大也要当这样的人。")),
		p("conduct", "热线解答耐心", "前天我打电话问残疾补贴，接电话的同志一点不嫌我啰嗦，把要啥材料一条一条给我念，还叫我拿笔记下来，念完又问我记清了没有。第二天去{town}一次就办成了。给这位同志点个赞，希望都这样。"),
		by("mail", p("disabled", "网办补贴方便", "您好，我在外地打工，这次给老家{county}的弟弟申请残疾人补贴，全程在手机上办的，四天就有了结果，省了来回路费一千多块。工作人员还专门打电话核对卡号，态度很好，特写邮件致谢。")),
		by("visit", p("discovery", "救助走失老人", "我是专门来送锦旗的。我爸有老年痴呆，走丢两天，是你们救助站的同志在{county}找到的，给换了干净衣服，喂了饭，半夜还打电话通知我们。一家人都急疯了，真是救命之恩，感谢你们。")),
		by("city12345", p("posting", "公示公开透明", "市民来电表扬：{county}{town}{village}今年低保评议全程公开，评议会请村民代表现场投票，结果当天贴出，每户金额写得清清楚楚，群众心服口服。来电人希望对该村做法予以肯定和推广。")),
	}
}

// misdirected are matters of other bodies, before the courts, or taken back:
// the desk concludes them with a reason instead of a finding.
func misdirected() []Sample {
	return []Sample{
		{Kind: tickets.Help, Category: "other", Topic: "医保报销比例", Conclude: "redirected", Basis: "other_body",
			Statement: "我住院花了三万多，回来报销就报了一万二，邻居跟我一样的病报得比我多。我是{county}{town}的，医保卡一直交着。你们给看看是不是少报了，医院说让我找当地，当地又让我找你们，到底哪个管？"},
		{Kind: tickets.Help, Category: "other", Topic: "养老金认证", Conclude: "redirected", Basis: "not_competent", Channel: "call",
			Statement: "我爹的养老金这个月没发，说是没认证。他不会用智能手机，刷脸老是刷不上，眼睛也不好，一眨眼就说不合格。我在外地回不去，问问民政能不能给人工认证一下，或者让{village}的人拿表来签个字也行。"},
		{Kind: tickets.Complaint, Category: "other", Topic: "宅基地纠纷", Conclude: "refused", Basis: "litigation", Channel: "visit",
			Statement: "我跟邻居为了宅基地打了两年官司，法院判了我不服，现在上诉着呢。村里干部一直偏向他家。我来找民政局，你们是管老百姓的，能不能给法院打个招呼，再把我家的低保先批下来，我不能两头吃亏。"},
		{Kind: tickets.Complaint, Category: "pay", Topic: "低保金少发（撤回）", Conclude: "withdrawn", Basis: "own_wish", Channel: "call",
			Statement: "我昨天来电话说低保金少发了六十块，今天我闺女给查清了，是银行扣的短信费和以前的年费，不是民政上少发。对不住给你们添麻烦了，这个事不用查了，我自愿撤回，省得你们再跑一趟{village}。"},
		{Kind: tickets.Help, Category: "other", Topic: "拖欠工资求助", Conclude: "redirected", Basis: "other_body", Channel: "public",
			Statement: "我们六个人在{county}一个工地上干了四个月，老板跑了，一共欠八万多工钱。听说民政管困难群众，能不能帮我们要一要？我们手里有考勤本和微信聊天记录，再不发钱过年都回不了家，孩子学费也没着落。"},
	}
}
