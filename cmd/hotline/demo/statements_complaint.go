package demo

import "hotline/tickets"

// complaints are about how the work is done: service, delay, posting.
func complaints() []Sample {
	c := func(category, topic, statement string) Sample {
		return Sample{Kind: tickets.Complaint, Category: category, Topic: topic, Statement: statement}
	}
	by := func(channel string, s Sample) Sample { s.Channel = channel; return s }
	of := func(level, post string, s Sample) Sample { s.Accused, s.Post = level, post; return s }
	return []Sample{
		of("town", "便民服务中心窗口人员", c("conduct.attitude", "窗口态度生硬推诿", "我今天上午去{town}便民服务中心问低保的事，窗口那个女的头都不抬，说你自己看墙上。我说我不识字，她就说不识字叫你家娃来。排队的好几个人都听见了。我不是要吵架，就是觉着不该这样对老百姓。")),
		c("apply.slow", "低保审批超期", "我是今年六月十八号把低保材料交到{town}的，有受理单。到现在四个多月了，来家里看过一次就没了下文。打电话问，一会儿说在核对，一会儿说在公示，可村里公示栏我天天路过，根本没有。请按规定给个答复。"),
		c("posting.privacy", "公示泄露病情", "我家是低保户，这回{village}贴的公示把我男人得的啥病都写上了，全村人都知道了，娃在学校都被人躲着走。人家政策不是说公示要保护隐私吗？请马上把那张纸撤了，再给我家一个说法。"),
		c("posting.missing", "公示栏长期不更新", "{village}的低保公示栏还是前年的名单，纸都掉色了，上头有两个人都没了快一年了还挂着。谁吃低保、吃多少，老百姓一概不知道。问村干部，说镇里没发新的下来。这叫啥公开？"),
		of("village", "村委会主任", c("conduct", "村干部办事拖延刁难", "我去找{village}主任给低保申请签个字，去了四回。一回说忙，一回说没带章，一回叫我先把卫生费交了再说，最后一回干脆不开门。低保跟卫生费有啥关系？听说现在也不用村里开证明了，他还是非要我开。")),
		c("pay.stopped", "停保没有告知理由", "我吃了六年低保，前些日子突然就停了，谁也没跟我说为啥。到{town}问，说是比对出来我名下有个公司。我一个种地的哪有公司，后来才弄清是前些年有人借我身份证登记的。停之前也不来问一声，请给恢复并补发。"),
		c("recognise", "入户调查走过场", "来我家入户调查的就一个人，在门口站了不到五分钟，屋里都没进，拍了张门口的照片就走了。后来说我家条件好不符合。我家里瘫着一个人他都没看见。按规定不是要两个人来吗？要求重新调查。"),
		by("city12345", c("apply.papers", "要求开具已取消证明", "来电人反映：其到{county}{town}办理低保申请时，工作人员要求其到村委会开具收入证明和赡养人证明，来电人了解到上述证明已经取消，向工作人员提出后对方仍不予受理。诉求：请核实并督促按规定办理。")),
		by("city12345", c("pay.late", "低保金发放延迟", "市民来电反映：{county}{town}多户低保对象上月低保金至十七日仍未到账，与规定的每月十日前发放不符，再前一个月亦延迟一周，影响老人购药。诉求：请说明延迟原因并保证今后按时足额发放。")),
		c("conduct", "热线无人接听", "我连着三天给县里的救助热线打电话，不是占线就是没人接，有一回响了十几声让人给挂了。公开出来的号码没人接，那公开它干啥？我要问的是我娘的护理补贴，急着等回话，请你们管一管{county}的热线值班。"),
		by("letter", c("funds.card", "代管存折不给本人", "民政局领导你们好：我是{village}的五保老人，存折和卡一直是村里会计替我拿着，每次给我几百块，从来不叫我看单子。我想自己拿着，他说怕我丢了。我人老但是不糊涂，请领导给主持一下，把折子要回来。")),
		by("public", c("recognise", "特困自理能力评估不实", "我叔叔是特困供养人员，吃饭、穿衣、上厕所都要人扶，今年评估结果却是“具备生活自理能力”。评估表上写的日期，我叔叔正在县医院住院，根本没有人来过。请核查这次评估是怎么做的，并重新评估。")),
	}
}

// disputes are complaints of several people, or about those above.
func disputes() []Sample {
	return []Sample{
		{Kind: tickets.Complaint, Category: "pay.stopped", Topic: "整组低保被取消", Channel: "letter", Naming: tickets.Joint, People: 11,
			Statement: "长治市民政局：我们是{county}{town}{village}第三村民组的十一户村民。今年年度复核，我们组原先享受低保的九户一次全部取消，理由写的都是“收入超标”，可收入怎么算出来的，没有一户见过核算表，也没有人签过字。其中两户有重残人，一户常年透析，还有一户老两口都过了八十。别的组取消的不过一两户。我们不是要闹，只求上级派人一户一户重新核，核完把账公开贴出来，该取消的我们认，不该取消的给恢复补发。联名人签字按手印附后。"},
		{Kind: tickets.Complaint, Category: "care", Topic: "敬老院伙食克扣", Channel: "letter", Naming: tickets.Joint, People: 7, Accused: "town", Post: "敬老院负责人",
			Statement: "尊敬的领导：我们七个是{town}敬老院的集中供养老人。这大半年伙食越来越差，早上稀饭照得见人影，一礼拜见不上一回肉，水果更没有。公示的伙食标准我们看见了，吃到嘴里的连一半都没有。提意见的人第二天就被调到没暖气的屋。字是请来看亲戚的人代写的，手印是我们自己按的，请派人来厨房看看，也翻翻账。"},
		{Kind: tickets.Complaint, Category: "apply.refused", Topic: "县局退件不说明理由", Channel: "visit", Accused: "county", Post: "社会救助股工作人员",
			Statement: "我今天专门到市里来。我的低保申请{town}初审都通过了，报到{county}民政局又给退回来，只说不行，哪里不行不说，也没有给我书面的东西。我去县局问过两回，股里的人叫我回去等。规定是三个工作日内书面告知，这都两个月了。"},
		{Kind: tickets.Complaint, Category: "conduct.attitude", Topic: "县局人员言语不当", Channel: "city12345", Accused: "county", Post: "工作人员",
			Statement: "市民来电反映：其本月五日到{county}民政局咨询残疾人护理补贴，一名工作人员称“你们这些人就会要钱”，来电人要求道歉，被其他人员劝离。来电人对处理方式不满意，要求上级部门核实当日情况，并对该工作人员进行批评教育。"},
		{Kind: tickets.Complaint, Category: "disabled", Topic: "补贴停发未通知", Channel: "mail",
			Statement: "您好：我哥哥是智力残疾二级，今年五月起护理补贴停发，我们是十月去取钱才发现的，没有接到过任何电话或通知。乡里解释说残疾证到期未换，可是没有人提醒过我们需要换证。请核查停发前是否应当告知，并说明换证后这几个月的补贴能否补发。"},
		{Kind: tickets.Complaint, Category: "other", Topic: "低保证收走不还", Naming: tickets.Signed,
			Statement: "{village}去年说统一换低保证，把我们十几家的证都收走了，到现在一年多了也没见新的发下来。去医院看病要证，去学校办减免也要证，问就说在镇里印着呢。没有证耽误了好几回事，请给催一催，到底啥时候发。"},
	}
}
