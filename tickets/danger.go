package tickets

import "strings"

// dangerWord is a sign that somebody's life or bare living is at stake now. From
// weight 10 the words of a statement together make it critical, from 5 urgent.
// not lists what may not follow or precede: 被打 is a blow, 被打回 is a form sent back.
type dangerWord struct {
	word   string
	weight int
	after  string // what may not follow, separated by spaces
	before string // what may not stand right before
	threat bool   // said of oneself; counts also under "if" and after "again"
}

// Weights of dangerWords and the sums from which a statement is raised.
const (
	dangerCritical = 10
	dangerUrgent   = 5
)

// dangerWords is the list. Deaths are not on it: 去世, 死了 and 死人保 are what
// reports about the dead are made of, and nobody can be saved any more.
var dangerWords = []dangerWord{
	{word: "自杀", weight: 10, threat: true}, {word: "轻生", weight: 10, threat: true}, {word: "寻短见", weight: 10, threat: true},
	{word: "想死", weight: 10, after: "你 他 她 我了", before: "不", threat: true}, {word: "不想活", weight: 10, threat: true},
	{word: "不活了", weight: 10, threat: true}, {word: "活不下去", weight: 10, threat: true}, {word: "去死", weight: 10, before: "过 走 病 故", threat: true},
	{word: "跳楼", weight: 10, after: "价", threat: true}, {word: "跳河", weight: 10, threat: true}, {word: "喝农药", weight: 10, threat: true},
	{word: "上吊", weight: 10, after: "针 瓶 牌", threat: true}, {word: "割腕", weight: 10, threat: true}, {word: "自焚", weight: 10, threat: true},
	{word: "同归于尽", weight: 10, threat: true}, {word: "绝食", weight: 10, threat: true}, {word: "死在你们", weight: 10, threat: true}, {word: "出人命", weight: 10, threat: true},
	{word: "要死了", weight: 10, before: "气 累 急 烦 吓 忙 气得 累得 急得 烦得 吓得 忙得"}, {word: "快死", weight: 10, before: "气 累 急 烦 吓 忙 气得 累得 急得 烦得 吓得 忙得"}, {word: "快不行了", weight: 10}, {word: "奄奄一息", weight: 10}, {word: "病危", weight: 10}, {word: "救命", weight: 10, after: "之恩 恩 钱 的恩"},
	{word: "熬不过", weight: 6}, {word: "重症监护", weight: 5}, {word: "脑出血", weight: 5}, {word: "快派人", weight: 3},
	{word: "着火", weight: 10, before: "急 眼里"}, {word: "着了火", weight: 10}, {word: "失火", weight: 10}, {word: "起火", weight: 10, before: "发", after: "来骂"}, {word: "窑洞塌", weight: 10}, {word: "窑塌", weight: 10}, {word: "没处安身", weight: 10}, {word: "一场火", weight: 10, before: "发了 发 吵了"}, {word: "火烧光", weight: 10}, {word: "烧光了", weight: 10, before: "钱 香 纸"}, {word: "让火烧", weight: 10}, {word: "火灾", weight: 10, after: "险 保险 隐患"},
	{word: "塌了", weight: 5}, {word: "房子塌", weight: 10}, {word: "房塌", weight: 10}, {word: "房屋倒塌", weight: 10}, {word: "房子倒了", weight: 10}, {word: "被埋", weight: 10, after: "没 怨"}, {word: "被困", weight: 10},
	{word: "发大水", weight: 10}, {word: "山洪", weight: 10}, {word: "冲垮", weight: 10}, {word: "罐爆", weight: 10}, {word: "爆炸", weight: 10, before: "信息 知识"}, {word: "打地铺", weight: 5}, {word: "洪水", weight: 10, after: "镇 乡 村"}, {word: "山体滑坡", weight: 10}, {word: "煤气中毒", weight: 10}, {word: "中毒", weight: 6}, {word: "落水", weight: 10},
	{word: "没地方住", weight: 10}, {word: "没处住", weight: 10}, {word: "无家可归", weight: 10}, {word: "流落街头", weight: 10}, {word: "露宿", weight: 10}, {word: "睡桥洞", weight: 10}, {word: "桥洞", weight: 5}, {word: "流落", weight: 5}, {word: "戏台上", weight: 5}, {word: "睡在街上", weight: 10},
	{word: "没吃的", weight: 10, after: "苦 亏 药"}, {word: "没有吃的", weight: 10, after: "药"}, {word: "没饭吃", weight: 10}, {word: "吃不上饭", weight: 10}, {word: "断粮", weight: 10}, {word: "断炊", weight: 10},
	{word: "揭不开锅", weight: 10}, {word: "快揭不开", weight: 6}, {word: "米缸空", weight: 6}, {word: "饥一顿", weight: 5}, {word: "天没吃", weight: 10, after: "药"}, {word: "饿死", weight: 10}, {word: "饿晕", weight: 10}, {word: "挨饿", weight: 10}, {word: "冻死", weight: 10}, {word: "冻伤", weight: 6},
	{word: "断药", weight: 10}, {word: "没药了", weight: 10}, {word: "停了透析", weight: 10}, {word: "透析不起", weight: 10}, {word: "没钱透析", weight: 10}, {word: "没钱做手术", weight: 6}, {word: "没钱看病", weight: 5},
	{word: "重伤", weight: 10}, {word: "大出血", weight: 10}, {word: "昏迷", weight: 6}, {word: "晕倒", weight: 6}, {word: "骨折", weight: 5}, {word: "腿断", weight: 5}, {word: "摔断", weight: 5},
	{word: "家暴", weight: 10}, {word: "家庭暴力", weight: 10}, {word: "往死里打", weight: 10}, {word: "毒打", weight: 10}, {word: "被打", weight: 6, after: "回 电话 发 印 断 入 上 到 给 成 折 下来 扰 钱 过电"}, {word: "殴打", weight: 10},
	{word: "虐待", weight: 10}, {word: "性侵", weight: 10}, {word: "猥亵", weight: 10}, {word: "强奸", weight: 10}, {word: "拿刀", weight: 10}, {word: "砍人", weight: 10}, {word: "要砍", weight: 10},
	{word: "走失", weight: 10}, {word: "走丢", weight: 10}, {word: "失踪", weight: 6, before: "宣告 宣布"}, {word: "弃婴", weight: 10}, {word: "被遗弃", weight: 10}, {word: "扔在路边", weight: 10},
	{word: "下不了床", weight: 2}, {word: "起不来床", weight: 2}, {word: "一个人住", weight: 2}, {word: "独居", weight: 2}, {word: "一个人过", weight: 2}, {word: "瘫在床", weight: 5}, {word: "没人照顾", weight: 3}, {word: "没人管", weight: 2}, {word: "讨饭", weight: 6},
}

var (
	negations    = strings.Fields(`没有 没 未 不会 不是 并未 避免 防止 预防 以免`)
	hypothetical = strings.Fields(`如果 假如 万一 要是 倘若 比如 假设 例如 遇到 发生 因为`)
	longAgo      = strings.Fields(`去年 前年 大前年 早年 以前 从前 年前 当年 那年 之前 上半年 几年前 小时候 多年 曾经 曾 上个月 上回 上次 那次`)
)

// danger sums what the danger words of one statement weigh.
type danger struct {
	sum     int
	seen    [4]string // the words counted, at most four are named
	n       int
	threats int // the part of sum that somebody threatens himself with
}

// weigh adds one occurrence. A word counts once; after a negation or under "if"
// it counts nothing; what happened long ago counts half, since the need may last.
func (d *danger) weigh(w *dangerWord, text []rune, at int) {
	for _, s := range d.seen[:min(d.n, len(d.seen))] {
		if s == w.word {
			return
		}
	}
	end := at + len([]rune(w.word))
	if w.after != "" && startsWithAny(text[end:], strings.Fields(w.after)) || w.before != "" && endsWithAny(text[:at], strings.Fields(w.before)) {
		return
	}
	weight := w.weight
	if !w.threat {
		if hasAny(window(text, at, 3), negations) && !strings.HasPrefix(w.word, "没") {
			return
		}
		clause := sentence(text, at)
		switch {
		case hasAny(clause, hypothetical):
			return
		case hasAny(clause, longAgo):
			weight /= 2
		}
	}
	if d.n < len(d.seen) {
		d.seen[d.n] = w.word
	}
	d.n++
	if w.threat {
		d.threats += weight
	}
	d.sum += weight
}

// sentence is the text before at back to a full stop, at most 14 characters.
func sentence(text []rune, at int) []rune {
	w := window(text, at, 14)
	for i := len(w) - 1; i >= 0; i-- {
		if w[i] == '。' || w[i] == '！' || w[i] == '；' || w[i] == '？' {
			return w[i+1:]
		}
	}
	return w
}

func startsWithAny(text []rune, words []string) bool {
	for _, w := range words {
		if begins(text, []rune(w)) {
			return true
		}
	}
	return false
}

func endsWith(text []rune, word string) bool {
	r := []rune(word)
	return len(text) >= len(r) && begins(text[len(text)-len(r):], r)
}

func endsWithAny(text []rune, words []string) bool {
	for _, w := range words {
		if endsWith(text, w) {
			return true
		}
	}
	return false
}

// urgency is what the words make of a statement: critical, urgent or normal.
func (d *danger) urgency() string {
	switch {
	case d.sum >= dangerCritical:
		return Critical
	case d.sum >= dangerUrgent:
		return Urgent
	}
	return Normal
}

// words names the words that weighed, for the reason.
func (d *danger) words() string {
	return strings.Join(d.seen[:min(d.n, len(d.seen))], "、")
}

// DangerIn reads a statement for danger to life or bare living: the urgency its
// words ask for, and the words. Intake may call it before a ticket exists.
func DangerIn(statement string) (urgency, words string) {
	d := read(compact(statement)).danger
	return d.urgency(), d.words()
}
