package vault

import (
	"encoding/binary"
	"strings"
)

// Pseudonym returns the word by which people speak of a complainant of a
// confidential ticket, such as 青松. It depends on the ticket and on which of
// its complainants is meant (0, 1, …), never on the person: the same person
// has another pseudonym in another ticket, and so two tickets cannot be
// joined by it. The first len(pseudonyms) complainants of a ticket get
// different words; different tickets may share one, since it is always shown
// beside the number.
func (v *Vault) Pseudonym(ticketID int64, complainant int) string {
	words := strings.Fields(pseudonyms)
	sum := v.MAC("pseudonym", binary.BigEndian.AppendUint64(nil, uint64(ticketID)))
	size := uint64(len(words))
	start := binary.BigEndian.Uint64(sum) % size
	step := 1 + binary.BigEndian.Uint64(sum[8:])%(size-1) // size is prime: every step visits every word
	return words[(start+uint64(complainant)%size*step)%size]
}

// pseudonyms are neutral words of two characters: plants, weather, stones,
// water, tools. None is a surname, a place of the city, praise or blame. Their
// number is prime (see Pseudonym).
const pseudonyms = `
青松 翠竹 红枫 白桦 银杏 梧桐 杨柳 丹桂 海棠 玉兰 木槿 紫藤 芦苇 蒲草 荷叶 莲子 菊花 兰草 山茶 杜鹃
水仙 茉莉 芍药 牡丹 月季 石榴 核桃 板栗 枣树 柿子 苹果 雪梨 葡萄 樱桃 桑叶 棉花 麦穗 谷子 高粱 玉米
豆荚 芝麻 油菜 向阳 葵花 花生 红薯 南瓜 冬瓜 丝瓜 芹菜 菠菜 茄子 辣椒 香椿 木耳 蘑菇 竹笋 莲藕 荸荠
春雨 夏荷 秋月 冬雪 朝霞 晚霞 彩虹 流云 薄雾 晨露 微风 细雨 初雪 暖阳 星光 月影 北斗 银河 晴空 白霜
溪水 清泉 湖面 江岸 河湾 海浪 沙滩 礁石 岛屿 瀑布 池塘 深潭 小桥 渡口 帆船 木筏 灯塔 港湾 堤坝 水车
高山 丘陵 平原 草地 森林 峡谷 山峰 岩石 鹅卵 玉石 玛瑙 琥珀 水晶 珍珠 珊瑚 贝壳 青瓷 陶罐 砚台 毛笔
宣纸 墨块 竹简 书签 棋子 古琴 长笛 二胡 铜钟 木鱼 风铃 灯笼 油灯 蜡烛 火柴 茶壶 瓷碗 竹篮 蒲扇 草帽
布鞋 毛衣 围巾 纽扣 针线 织布 犁铧 镰刀 锄头 石磨 水井 木梯 斗笠 蓑衣 雨伞 风车 纸鸢 陀螺 秋千 积木
铅笔 橡皮 圆规 算盘 钟表 罗盘 沙漏 门环 窗花 屋檐 石阶 木桥 竹椅 棉被 炉火 炊烟 稻田 果园 梯田
喜鹊 燕子 白鹭 大雁 鸳鸯 布谷 云雀 画眉 黄鹂 蜜蜂 蝴蝶 蜻蜓 蟋蟀 锦鲤 青蛙 松鼠 山羊 骏马 麋鹿 骆驼
`
