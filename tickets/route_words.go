package tickets

import "strings"

// tag is what a word in a statement points to.
type tag uint8

const (
	tagOurs       tag = iota // a matter of civil affairs
	tagCivil                 // civil affairs are named, perhaps only as the addressee
	tagBody                  // another body's matter
	tagMisconduct            // somebody in office did wrong
	tagKin                   // kin of somebody; misconduct where an office is named too
	tagError                 // somebody gets a benefit who should not
	tagVillage               // an office of the village
	tagTownship
	tagCounty
	tagCity
	tagVisited   // a county bureau somebody went to
	tagNone      // nothing
	tagDecision  // a decision or payment the county can mend
	tagPay       // money that did not come
	tagLow       // the minimum living allowance and what the assistance section does
	tagDisabled  // the two subsidies
	tagChildren  // orphans and children nobody raises
	tagOnTheSpot // somebody must go and look
	tagPrivacy   // a posting tells too much
	tagVague     // a tip without a clue
	tagDead      // somebody died
	tagGoesOn    // a payment goes on, or somebody draws it
	tagMinor     // a child, by the words of it
	tagRepeat    // it was told before
	tagFor       // somebody near, for whom the caller may speak
	tagCard      // a bank card or book
	tagHeld      // is held by another one
	tagSecret    // what nobody else may read
	tagPosted    // stands where all can read it
	tagDanger
	tagCategory
	tagCount
)

// plainWords are the lists whose words mean the same wherever they stand.
var plainWords = map[tag][]string{
	tagOurs: strings.Fields(`低保 特困 五保 临时救助 救助 两项补贴 两补 护理补贴 残疾人补贴 孤儿 事实无人 无人抚养 高龄津贴 高龄补贴 敬老院
		养老院 福利院 殡葬 火化 火葬 公墓 骨灰 结婚证 离婚证 婚姻登记 收养 流浪 乞讨 社会组织 慈善 地名 困难补助 困境儿童 留守儿童 留守老人
		边缘家庭 刚性支出 人情保 关系保 漏保 错保 死人保 救济 急难`),
	tagCivil: strings.Fields(`民政 低保户`),
	tagMisconduct: strings.Fields(`优亲厚友 好处费 收好处 收了好处 辛苦费 手续费 收钱 收了钱 要钱才 送礼 收礼 红包 回扣 克扣 截留 挪用 私分 贪污 冒领 套取
		侵占 吃拿卡要 索要 受贿 行贿 以权谋私 走后门 暗箱操作 弄虚作假 造假 虚报 打招呼 关系户 报复 扣下 扣着 扣留 私吞 中饱私囊`),
	tagKin: strings.Fields(`亲侄 侄儿 侄子 侄女 外甥 亲戚 亲属 小舅子 大舅子 小姨子 妹夫 姐夫 连襟 他弟 他哥 他姐 他妹 他爹 他妈 他爸 他娘 他儿 他老婆 他媳妇 他父 他母
		亲哥 亲弟 亲姐 亲妹 丈母娘 岳父 岳母 的儿子 的女儿 的闺女 的老婆 的媳妇 的弟弟 的哥哥 自己弟弟 自己哥哥 自己妹妹 自己姐姐 自己儿子 自己闺女 自己女儿 他弟弟 她姐 她妹 她弟 她哥 她儿 她女儿 她丈夫 他丈人 老丈人 自己家 自家人 本家 儿媳 亲家 他孙 他女儿 家属`),
	tagError: strings.Fields(`不该享受 不应该享受 不符合条件 不够条件 不够格 不应享受 不该吃低保 不该拿 两套房 几套房 三套房 商品房 别墅 买了房 有房有车 有房子有车 小轿车
		轿车 宝马 奔驰 奥迪 豪车 网约车 开着车 做生意 开厂 开店 有存款 有工资 财政供养 有退休金 报成低保 办成低保 弄成低保 评上低保 货车 超市 年收入 有楼房 住楼房 有楼有车 开好车 开着饭店 开饭店 弄进低保 报进低保 死了还在领
		还在领 还在发 人情保 关系保 错保 死人保 政策保 骗保 冒名`),
	tagVillage:  strings.Fields(`村支书 村书记 村主任 村长 村会计 村干部 村委 村里 大队 支书 村两委 包村 网格员 居委会 社区主任 社区书记 村文书 支委 村民小组长 小队长 治保主任 老支书 村上 村民委员会 村支部 居委`),
	tagTownship: strings.Fields(`镇长 乡长 镇政府 乡政府 民政所 民政办 民政助理 镇里 乡里 乡镇 镇干部 乡干部 镇书记 乡书记 镇党委 乡党委 街道办 街道主任 社会事务办 民政员`),
	tagCounty:   strings.Fields(`县民政局 区民政局 民政局 县局 区局 局长 副局长 县里的人 县上的人 低保中心 低保办 救助股 救助中心 事务股`),
	tagCity:     strings.Fields(`市民政局 市局 市里的人 市局领导`),
	tagDecision: strings.Fields(`停保 停了 停发 停掉 给停 取消 不批 没批 不给批 拒批 不予 不给办 不给报 不给上报 减发 少发 降了 拖着不办 迟迟不办 超期 还没批 没消息 没说法 没结果 没说清 评不上 没评上 退保 拿掉 取掉 清退 被停`),
	tagPay:      strings.Fields(`没到账 未到账 没到卡 没到卡上 还没到 没发 未发 没打到 没打钱 没打款 没打来 没打过 没收到 没领到 没到位 少发 少了 发少 漏发 没补发 补发 打错卡 退票 发放 没进账 没有进账 不到账 一分钱没 没见着钱 没见钱`),
	tagLow:      strings.Fields(`低保 特困 五保 临时救助`),
	tagDisabled: strings.Fields(`两项补贴 残疾人补贴 两补 护理补贴 残疾补贴 残疾补助 残疾人补助 残补 重残`),
	tagChildren: strings.Fields(`孤儿 事实无人 无人抚养 没人抚养 困境儿童 留守儿童 弃婴 孩子爸坐牢 爸坐牢 妈跑了 父母双亡 爹妈都没 爸没了 爹没了 妈跟人走 娘跟人走 爸妈都没 爹服刑 爸服刑 爸爸服刑 父亲服刑
		娘改嫁 妈改嫁 妈妈改嫁 母亲改嫁 妈走了 爸在戒毒 爹在戒毒 娃没人管 孩子没人管`),
	tagOnTheSpot: strings.Fields(`漏保 没人来看 没人管 没人照顾 没人照看 一个人住 独居 下不了床 卧床 腿断 骨折 瘫痪 瘫在 没地方住 没吃的 断粮 没饭吃 着火 失火 起火 房子塌 房塌 水灾 遭灾 受灾
		车祸 大病 急难 躺着起不来 没煤 没炭 快来人 快来看看 流浪 乞讨 讨饭 走失 走丢 断药 没钱看病`),
	tagPrivacy: strings.Fields(`病名 泄露 隐私 身份证号都 身份证号码都 电话都公 写出来了 公开了病 全村都知道`),
	tagVague:   strings.Fields(`你们自己查 自己去查 不方便说 不便说 不敢说 说不清 不知道是谁 不知道叫什么`),
	tagDead:    strings.Fields(`去世 过世 病故 亡故 故去 入土 下葬 死了 就死 死人 死亡 老汉走了 老人走了 就走了 人没了`),
	tagGoesOn: strings.Fields(`还在领 还在发 还在打 还在往 还领着 还发着 照领 照发 照打 往卡里打 一直没停 还没停 还有人领 还有人每月 有人每个月领 每月去取 每个月去取 有人代领 冒领
		仍在领 仍在发 仍然在发 仍然在领 钱还在 还按月 还吃着 还吃低保 还吃五保 月月有人 月月领 照样领 还拿着`),
	tagMinor: strings.Fields(`孩子 小孩 我家娃 我娃 娃的 娃儿 娃娃 孙子 孙女 未成年 学生 同学 上学 学校 幼儿园`),
	tagRepeat: strings.Fields(`打了三次 打了几次 打了两次 打了四次 打了好几 打了多次 打了无数 打过电话 打过好几 打过几次 打过三 打过两 打过五 打过多 三次电话 几次电话 多次电话 多次打
		多次反映 反映过 反映了几 反映了好几 反映了多 又打来 第二次打 第三次打 第二次反映 第三次反映 上次打 问了三 问了四 问了好几个部门 来过电话 跟你们说过 给你们打过`),
	tagFor:    strings.Fields(`我妈 我爸 我爹 我娘 我母亲 我父亲 我爷爷 我奶奶 我姥 我外公 我外婆 我公公 我婆婆 我叔 我三叔 我二叔 我大伯 我伯 我姑 我姨 我舅 我岳 公公 婆婆 邻居 隔壁 我们村有个 村里有个`),
	tagCard:   strings.Fields(`存折 银行卡 一卡通 低保卡 补贴卡 钱卡 折子 社保卡`),
	tagHeld:   strings.Fields(`代管 保管 扣着 扣下 收走 收去 拿着 锁着 捏着 攥着 手里 不还给 统一管 代领 代取`),
	tagSecret: strings.Fields(`病名 病情 诊断 抑郁 乙肝 肝炎 癌症 手机号 病历 精神病 艾滋 身份证号 家庭住址 电话号码 银行卡号 隐私 得的病 得了什么病`),
	tagPosted: strings.Fields(`公示 公开栏 公布 张贴 贴的 贴出 贴在 名单 花名册 微信群 群里 印上 大喇叭 广播里`),
}

// otherBody is an authority whose matters are brought to us by mistake.
type otherBody struct {
	zh, en string
	words  []string
}

// otherBodies are told to the caller, or named in a return. They count only
// where the statement has no word of ours: a pensioner on the minimum living
// allowance is our matter.
var otherBodies = []otherBody{
	{"医疗保障局", "the medical-insurance bureau", strings.Fields(`医保 医保卡 医保报销 医疗保险 住院报销 合作医疗 新农合 大病报销 慢病卡 异地就医`)},
	{"人力资源和社会保障局", "the labour and social-security bureau", strings.Fields(`社保局 交社保 社保费 社保缴 社保断 社保转移 养老金 养老保险 退休金 退休工资 失业金 失业保险 工伤 拖欠工资 欠薪 欠工资 没发工资 不发工资 工资没发 劳动合同 找工作 职称`)},
	{"住房和城乡建设部门", "the housing authority", strings.Fields(`物业 物业费 业主 小区电梯 公租房 廉租房 房屋质量 开发商 烂尾 供暖 暖气 下水道 危房改造`)},
	{"生态环境部门", "the environment authority", strings.Fields(`噪音 噪声 扰民 污染 冒黑烟 臭味 排污 油烟`)},
	{"公安机关", "the police", strings.Fields(`治安 被偷 偷盗 盗窃 小偷 诈骗 被骗 赌博 打架 户口迁 迁户口 落户 改名字 身份证丢 身份证过期`)},
	{"城市管理部门", "the city-management authority", strings.Fields(`占道 摆摊 乱停车 违停 违建 违章建筑 路灯 井盖 垃圾没人清 垃圾清运 环卫`)},
	{"水电气公用单位", "the utility company", strings.Fields(`停水 停电 断水 断电 自来水 天然气 燃气费 电费 水费`)},
	{"自然资源部门", "the natural-resources authority", strings.Fields(`宅基地 征地 拆迁 房产证 不动产证 土地确权 占耕地`)},
	{"教育局", "the education bureau", strings.Fields(`入学 学区 择校 补课 转学 营养餐`)},
	{"市场监督管理局", "the market regulator", strings.Fields(`假货 退货 过期食品 食品安全 消费纠纷 缺斤短两 乱涨价`)},
	{"交通运输部门", "the transport authority", strings.Fields(`公交 出租车 修路 路面 客运 高速 红绿灯`)},
	{"卫生健康委员会", "the health commission", strings.Fields(`医疗事故 医生态度 医院乱收费 挂号 疫苗 生育登记`)},
	{"退役军人事务局", "the veterans bureau", strings.Fields(`退役军人 复员军人 优待证 参战 伤残军人 烈属`)},
	{"住房公积金管理中心", "the housing-fund centre", strings.Fields(`公积金`)},
}

var (
	// asking words stand before a bureau that is greeted or asked to act.
	asking = strings.Fields(`尊敬的 恳请 请求 希望 要求 麻烦 感谢 建议 盼 望 向 请`)
	// against words between the asking and the bureau turn it round: 建议撤了县民政局局长.
	against = strings.Fields(`撤 查处 严查 处分 处理 免 罢 追究 严惩 举报 换掉`)
	// feared stands before a revenge that has not come.
	feared = strings.Fields(`怕 担心 免得 防 别`)
	// visiting words stand before a bureau that somebody went to: it may be
	// the one accused, unless somebody lower is.
	visiting = strings.Fields(`找 去 到 给 问 跟 打 让 通过 由 报`)
	// unlike holds longer words that only end like one of the above.
	unlike = strings.Fields(`申请 收到 直到 轮到 等到 看到 得到 不给 失望 方向`)
	// otherBureauNames are bureaus whose head is not ours, as they stand before 局长.
	otherBureauNames = strings.Fields(`公安 教育 人社 社保 医保 卫健 住建 财政 税务 交通 农业 司法 审计 统计 环保 水利 林业 应急 城管 市监 国土 资源 乡村 振兴 残联`)
)

// asked tells whether the bureau named at text[at:end] is greeted or asked to
// act, and so cannot be meant as the accused.
func asked(text []rune, at, end int) bool {
	if precededBy(text, at, asking) && !hasAny(window(text, at, 4), against) {
		return true
	}
	after := text[end:min(len(text), end+8)]
	for i, c := range after {
		switch {
		case c == '：' || c == ':' || c == '您':
			return true
		case isStop(c):
			return hasAny(after[:i], greetings)
		}
	}
	return hasAny(after, greetings)
}

var greetings = strings.Fields(`你好 来查 查一查 查一下 查查 管一管 给个说法 核实 派人`)

// precededBy tells whether one of the words stands before at, at most the name
// of a county (four characters) away and within the clause.
func precededBy(text []rune, at int, words []string) bool {
	for skip := 0; skip <= 4 && skip <= at; skip++ {
		if skip > 0 && isStop(text[at-skip]) {
			return false
		}
		before := text[:at-skip]
		if skip > 0 && text[at-skip] == '年' { // 去年 is no visit
			continue
		}
		for _, w := range words {
			if endsWith(before, w) && !endsWithAny(before, unlike) {
				return true
			}
		}
	}
	return false
}

func isStop(c rune) bool {
	switch c {
	case '，', '。', '！', '？', '；', '、', ',', '.', '!', '?', ';':
		return true
	}
	return false
}

func otherBureau(text []rune, at int) bool {
	before := window(text, at, 4)
	for len(before) > 0 && (before[len(before)-1] == '局' || before[len(before)-1] == '副') {
		before = before[:len(before)-1]
	}
	return hasAny(window(before, len(before), 3), otherBureauNames)
}
