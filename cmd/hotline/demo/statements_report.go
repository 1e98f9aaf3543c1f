package demo

import "hotline/tickets"

// reports are of wrongdoing in the village, by named people.
func reports() []Sample {
	r := func(category, topic, level, post, statement string) Sample {
		return Sample{Kind: tickets.Report, Category: category, Topic: topic, Accused: level, Post: post, Statement: statement}
	}
	hide := func(brief string, s Sample) Sample { s.Secrecy, s.Brief = tickets.Confidential, brief; return s }
	by := func(channel string, s Sample) Sample { s.Channel = channel; return s }
	return []Sample{
		r("recognise.relation", "干部亲属违规享受低保", "village", "村支部书记", "我实名反映{town}{village}支书给他亲弟弟办了低保。他弟弟在镇上开着五金门市，县里还有一套楼房，门口停的是新买的小轿车。村里真正困难的寡妇带两个娃倒没评上。评的时候没开过会，公示也没贴，请上级来人查一查。"),
		hide("核查某村近三年低保新增对象中村干部近亲属的备案、民主评议与公示情况，重点核对家庭车辆、房产和经营登记。核查方式：调阅档案、信息核对、走访不少于五户。不得以调查举报为由询问。",
			r("recognise.relation", "关系保人情保", "village", "村委会副主任", "我反映{village}副主任家好几个亲戚都吃着低保，他丈母娘、小舅子，连他出嫁的闺女都在名单上。我跟他家只隔一道墙，他要是知道是我说的，我在村里就没法活了，你们一定给我保密。名单你们一查姓就能对上，他们家盖了新二层楼。")),
		hide("核查某村低保金代领、代管情况：逐户核对银行流水与领取人签字，访谈全部由他人代管卡折的对象。不得询问线索来源。",
			r("funds.taken", "截留老人低保金", "village", "村会计", "我要求保密。{village}会计把持着七八个孤寡老人的存折，每月把钱取出来自己扣下一半，说是“跑腿费”“电费”。我姨就是其中一个，老人不敢吭声。我有她家里折子的照片，扣了多少能对上。千万别说是亲戚反映的，我姨胆子小。")),
		r("conduct.bribe", "办低保收好处费", "village", "村民小组长", "{village}的组长给人办低保要收钱，说是上头要打点，一户一千五，办成了再给五百。我家邻居交了，办下来了；我没交，报都没给我报。他收钱都是现金，还叫人别往外说。我敢签名按手印，请你们来查。"),
		r("recognise.dead", "死亡人员仍领低保", "village", "村报账员", "{village}有个老人前年腊月就去世了，坟都立了，可他的低保到今年还有人领着。他没有儿女，钱是谁领的村里人心里都有数。听说每个月要报一次死亡情况，他们村月月都是零报告，请核一核这个零是咋来的。"),
		r("funds.taken", "救助物资被私分", "village", "村委会主任", "今年夏天发大水，上头给{village}拨了棉被、米面油。村里拉回来卸在大队院，第二天就少了一半。主任家和几个干部家都拉走了，真正淹了房的三户就给了一袋面。卸车时候我在场，还帮着数过，一共是六十床被子。"),
		by("letter", r("recognise.wrong", "开豪车吃低保", "village", "村支部委员", "民政局领导：我是{county}{town}{village}村民，实名举报本村支委的父母和儿子一家四口享受低保。其儿子开着二十多万的越野车跑工程，县城有两套房。每次复核都说是分了户的老人没收入。我写上真名和电话，欢迎来核实，如有半句假话愿意负责任。")),
		by("visit", r("conduct", "打击报复反映人", "village", "村支部书记", "我去年反映过{village}低保不公的事，反映完没多久，我家申请危房改造就让卡住了，支书在大喇叭里说有人爱告状就让他告去。今年我妈的高龄补贴也给漏报了。我觉着这就是报复，我不怕见面说，你们可以叫他跟我当面对质。")),
		by("city12345", r("recognise.wrong", "拆户骗取低保", "village", "村干部", "来电人反映：{county}{town}{village}一户村民将八十岁父母单独立户后申请低保，其三个儿子均有固定工作和住房，实际与父母共同生活，来电人称系村干部授意操作。诉求：请核实该户是否符合条件，如不符合请取消并追回资金。")),
	}
}

// denunciations are reports that nobody signs, that name those above the
// village, or that belong before the discipline inspection.
func denunciations() []Sample {
	return []Sample{
		{Kind: tickets.Report, Category: "recognise.favour", Topic: "匿名反映低保不公", Naming: tickets.Anonymous, Accused: "village", Post: "村支部书记", Channel: "letter",
			Statement: "领导：不敢写名字。{county}{town}{village}今年新评的六户低保里有四户是支书本家，三户在外头有楼房，一户儿子是镇上的正式工。评议会就开了个形式，签字是会计一个人代签的。评议记录和公示照片你们调出来一看笔迹就知道。"},
		{Kind: tickets.Report, Category: "care", Topic: "匿名反映敬老院虚报人数", Naming: tickets.Anonymous, Accused: "town", Post: "敬老院院长", Channel: "call",
			Statement: "我不留名字，就说个事：{town}敬老院实际住着二十来个老人，报上去的是三十三个。有几个早回家住了，有两个人都没了，还按集中供养领着钱。检查的时候院里会从村里临时接几个老人来充数，你们要查别打招呼。"},
		{Kind: tickets.Report, Category: "conduct.bribe", Topic: "乡镇民政员收礼", Secrecy: tickets.Confidential, Accused: "town", Post: "民政助理员", Channel: "call",
			Brief:     "核查某乡镇低保审核环节是否存在收受财物、违规加快办理的情形：抽取近一年新增对象二十户，核对受理、入户、公示日期，个别访谈。",
			Statement: "我反映{town}民政上的人收礼。给他送两条烟一桶油，低保半个月就下来，不送的拖上半年。去年腊月我亲眼见他办公室柜子里摞着烟酒。我自家的事还攥在他手里，你们千万别把我名字电话透给镇上，先查他经手的那些户办得快慢就能看出来。"},
		{Kind: tickets.Report, Category: "recognise.wrong", Topic: "财政供养人员享受低保", Accused: "town", Post: "包村干部", Channel: "mail",
			Statement: "您好，实名举报{county}{town}一名包村干部的妻子（本身是学校在编教师）以农村户口名义享受低保三年。公示名单上只写了她婆婆的名字，共同生活人口里把她登记为“务农”。请与财政供养人员名册比对核实。我愿意配合调查并保留公示照片。"},
		{Kind: tickets.Report, Category: "funds", Topic: "县局临时救助资金去向", Accused: "county", Post: "社会救助股负责人", Channel: "letter",
			Statement: "市民政局：我是{county}一名退休职工，实名反映县民政局去年年底集中发放的一批临时救助，名单里有好几个并不困难，有的是股里人的亲戚朋友，金额还都是顶格。而{village}一户遭火灾的只批了五百块。请市局直接调取审批档案，不要转回县里处理。"},
		{Kind: tickets.Report, Category: "recognise", Topic: "笼统反映低保问题", Naming: tickets.Anonymous, Channel: "public", Conclude: "unverifiable", Basis: "no_clue",
			Statement: "你们下边的低保都是假的，有钱人吃低保没钱的没人管，哪个村不是这样？当官的都是一伙的，说了也没人管。我就是看不惯，写在这里你们看着办吧，反正名字我是不会留的，问我具体是哪家我也不想说，你们自己去查。"},
		{Kind: tickets.Report, Category: "conduct", Topic: "村干部侵占集体资金", Accused: "village", Post: "村支部书记", Conclude: "transferred", Basis: "discipline",
			Statement: "实名举报{village}支书把村集体荒山承包款十二万装进自己腰包，账上做成修路。另外他在外村还吃着空饷。低保的事我暂时没有证据，主要是这笔承包款，合同复印件、交款收据我都有。镇里反映过两次，都压下来了。"},
		{Kind: tickets.Report, Category: "children.orphan", Topic: "冒领孤儿生活费", Naming: tickets.Signed, Accused: "village", Post: "儿童主任",
			Statement: "{village}有个孤儿前年就被外地姑姑接走上学去了，户口没迁，孤儿生活费还一直往村里登记的那张卡上打，卡在儿童主任手里。娃姑姑打电话要过几回，一分也没给。请把银行流水调出来看看钱是谁取的。"},
		{Kind: tickets.Report, Category: "disabled", Topic: "虚假残疾证领补贴", Naming: tickets.Anonymous, Channel: "call",
			Statement: "{village}村口小卖部那家的男人，能骑摩托能扛面袋子，残疾证上写的肢体二级，每个月领着护理补贴，他自己喝酒时候还跟人吹。听说是花钱找人办的证。名字我不留，你们去小卖部坐上半天就看明白了。"},
	}
}
