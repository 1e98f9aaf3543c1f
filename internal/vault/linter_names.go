package vault

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Where people name themselves or someone they speak for. After a plain
// "called" any two or three characters are a name; after "I am" only what
// begins with a surname, since "我是村民" is none.
var (
	calledForm = regexp.MustCompile(`(?:我叫|名叫|我的名字[叫是]|名字[叫是]|叫做|(?:姓\s{0,4}名|联系人|举报人|投诉人|反映人|申请人|申诉人|来信人|署名|落款)(?:[:：]|[是叫为]))[\s:：]{0,3}`)
	amForm     = regexp.MustCompile(`(?:我是|俺是|本人是|本人|我，|儿子|女儿|父亲|母亲|丈夫|妻子|老公|老婆|孙子|孙女|妈妈|爸爸)(?:叫|名叫)?`)
	surnamed   = regexp.MustCompile(`(?:我|俺|本人|免贵|也|是)姓(\p{Han})`)
)

// nameTraces finds names where people say that they are names.
func nameTraces(text string) []Span {
	var found []Span
	for _, at := range calledForm.FindAllStringIndex(text, -1) {
		if n := nameLength(text[at[1]:], false); n > 0 {
			found = append(found, Span{at[1], at[1] + n, TraceName})
		}
	}
	for _, at := range amForm.FindAllStringIndex(text, -1) {
		if n := nameLength(text[at[1]:], true); n > 0 {
			found = append(found, Span{at[1], at[1] + n, TraceName})
		}
	}
	for _, at := range surnamed.FindAllStringSubmatchIndex(text, -1) {
		if text[at[2]:at[3]] != "名" {
			found = append(found, Span{at[2], at[3], TraceName})
		}
	}
	return found
}

// nameLength returns the bytes of the name at the start of text, 0 when
// there is none: up to three Han characters (four with a compound surname, more with
// middle dots), ending before a character that begins the next word.
func nameLength(text string, needSurname bool) int {
	surname, known := surnameOf(text)
	if needSurname && !known {
		return 0
	}
	most := utf8.RuneCountInString(surname) + 2
	runes, end := 0, 0
	for i, r := range text {
		if strings.ContainsRune(nameDots+"·", r) && runes > 0 && r != '。' && r != '．' && r != '.' {
			most = 12
			continue
		}
		if !unicode.Is(unicode.Han, r) || runes == most || runes > 0 && notInNames[r] {
			break
		}
		runes++
		end = i + utf8.RuneLen(r)
	}
	if runes < 2 || needSurname && end == len(surname) {
		return 0
	}
	return end
}

// surnameOf returns the surname at the start of text: a compound one, a
// common single one, else the first character with false.
func surnameOf(text string) (string, bool) {
	if two := firstRunes(text, 2); compoundSurnames[two] {
		return two, true
	}
	one := firstRunes(text, 1)
	return one, one != "" && strings.Contains(commonSurnames, one)
}

// notInNames begin the next word rather than stand in a given name.
var notInNames = runeSet("的是在家村镇乡县区市住今反向因和与及有没想要来我你他她它们这那，、给被把对说去已到从也都了吗呢岁户号组个名打问就还曾系为")

func runeSet(s string) map[rune]bool {
	set := map[rune]bool{}
	for _, r := range s {
		set[r] = true
	}
	return set
}

// commonSurnames cover some 95 in 100 people, with those frequent in Shanxi.
const commonSurnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝原暴栗申郜秦皇"
