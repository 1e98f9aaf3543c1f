package vault

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// traces returns the found spans as "kind:text".
func traces(text string, known ...string) []string {
	var got []string
	for _, s := range Lint(text, known...) {
		got = append(got, string(s.Kind)+":"+text[s.Start:s.End])
	}
	return got
}

func TestLintMarksWhatGivesAPersonAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"mobile", "请打13800000000找我", []string{"电话:13800000000"}},
		{"mobile in groups", "电话138 0000 0000，谢谢", []string{"电话:138 0000 0000"}},
		{"mobile, full width", "电话１３８００００００００", []string{"电话:１３８００００００００"}},
		{"mobile with +86", "＋86 138-0000-0000。", []string{"电话:＋86 138-0000-0000"}},
		{"mobile in numerals", "电话幺三八零零零零零零零零", []string{"电话:幺三八零零零零零零零零"}},
		{"two mobiles", "13800000000 13900000000", []string{"电话:13800000000", "电话:13900000000"}},
		{"mobile after text digits", "2组13800000000", []string{"电话:13800000000"}},
		{"landline", "家里是0355-2123456", []string{"电话:0355-2123456"}},
		{"landline of home", "座机2123456", []string{"电话:2123456"}},
		{"landline in brackets", "（0355）2123456", []string{"电话:0355）2123456"}},
		{"id", "身份证11010519491231002X的", []string{"证件号:11010519491231002X"}},
		{"id, lower case, groups", "110105 19491231 002x", []string{"证件号:110105 19491231 002x"}},
		{"id of 15", "老证110105491231002", []string{"证件号:110105491231002"}},
		{"id mistyped", "110105194912310021", []string{"证件号:110105194912310021"}},
		{"id, then a phone", "11010519491231002X13800000000", []string{"证件号:11010519491231002X", "电话:13800000000"}},
		{"bank card", "卡号6222 0000 0000 1234 567", []string{"账号:6222 0000 0000 1234 567"}},
		{"house", "东关村12号", []string{"门牌:12号"}},
		{"flat", "府后小区3号楼2单元501室", []string{"门牌:3号楼2单元501室"}},
		{"flat in numerals", "三栋二单元五零一室", []string{"门牌:三栋二单元五零一室"}},
		{"door plate", "门牌号是：27", []string{"门牌:27"}},
		{"group of a village", "峪口村第三村民小组", []string{"门牌:三村民小组"}},
		{"plate", "开晋D·12345来的", []string{"车牌:晋D·12345"}},
		{"new plate", "车牌晋DF12345", []string{"车牌:晋DF12345"}},
		{"called", "我叫张小三，住在", []string{"姓名:张小三"}},
		{"called, unknown surname", "我叫仝小三。", []string{"姓名:仝小三"}},
		{"called, middle dot", "我叫买买提·艾力，", []string{"姓名:买买提·艾力"}},
		{"I am", "我是张三，反映一个问题", []string{"姓名:张三"}},
		{"I am, compound", "我是欧阳小锋", []string{"姓名:欧阳小锋"}},
		{"surname", "我姓张，今年六十", []string{"姓名:张"}},
		{"form field", "联系人：李小四 联系电话：13800000000", []string{"姓名:李小四", "电话:13800000000"}},
		{"kin", "我妈今年八十了，我儿子在外地", []string{"亲属:我妈", "亲属:我儿子"}},
		{"kin of the accused", "低保给了他亲侄儿", []string{"亲属:亲侄儿"}},
		{"kin with a name", "我儿子王小五残疾", []string{"亲属:我儿子", "姓名:王小五"}},
		{"neighbour", "我邻居都知道", []string{"亲属:我邻居"}},
		{"mail", "写信到 someone@example.org 也行", []string{"网络账号:someone@example.org"}},
		{"WeChat", "微信号：abc_12345", []string{"网络账号:abc_12345"}},
	} {
		if diff := cmp.Diff(c.want, traces(c.text)); diff != "" {
			t.Errorf("%s: %s (-want +got)\n%s", c.name, c.text, diff)
		}
	}
}

func TestLintLeavesHarmlessTextAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"",
		"村干部把低保给了不该给的人，请核查。",
		"2024年10月15日发放了1200元，比上月少了300元。",
		"文件是晋民发〔2024〕58号，第3条第2款。",
		"我是村民，也是低保户，反映村里的问题。",
		"我是王家村的村民。",
		"打12345没人接，又打了95533和400-612-3456。",
		"工单2609181234567什么时候办完",
		"一共二百三十五户，一千二百人。",
		"金额1200000元，编号20241015。",
		"姓名没有登记，请补上。",
		"10月5号去的民政局，说3天内答复。",
	} {
		if got := traces(text); got != nil {
			t.Errorf("%s: marked %v", text, got)
		}
	}
}

func TestLintMarksTheKnownValuesOfTheComplainant(t *testing.T) {
	t.Parallel()
	got := traces("仝小三在东关住，小三的电话是138-0000-0000，那个号138 0000 0000", "仝小三", "13800000000", "东关", "")
	want := []string{"姓名:仝小三", "姓名:东关", "姓名:小三", "电话:138-0000-0000", "电话:138 0000 0000"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRedactPutsTheKindInPlaceOfTheTrace(t *testing.T) {
	t.Parallel()
	text := "我叫张小三，电话13800000000，我妈住3号楼2单元。"
	want := "我叫【姓名】，电话【电话】，【亲属】住【门牌】。"
	if got := Redact(text, Lint(text)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRedactSurvivesSpansThatDoNotFit(t *testing.T) {
	t.Parallel()
	text := "我叫张三"
	for _, c := range []struct {
		name  string
		spans []Span
		want  string
	}{
		{"overlapping", []Span{{6, 12, TraceName}, {9, 12, TraceKin}}, "我叫【姓名】"},
		{"touching", []Span{{6, 9, TraceName}, {9, 12, TraceKin}}, "我叫【姓名】【亲属】"},
		{"half a character", []Span{{7, 8, TraceName}}, "我叫【姓名】三"},
		{"beyond the end", []Span{{6, 99, TraceName}}, "我叫【姓名】"},
		{"before the beginning", []Span{{-3, 3, TraceName}}, "【姓名】叫张三"},
		{"empty, turned round, elsewhere", []Span{{6, 6, TraceName}, {9, 6, TraceName}, {12, 15, TraceName}, {-9, -6, TraceName}}, text},
		{"none", nil, text},
	} {
		if got := Redact(text, c.spans); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// Whatever the text, spans are sorted, whole characters and apart, and once
// redacted the numbers are gone.
func TestLintSpansFitAnyText(t *testing.T) {
	t.Parallel()
	parts := []string{"我叫", "张三", "13800000000", "138-0000-0000", " ", "，", "X", "x", "·", "11010519491231002", "我妈",
		"3号楼", "村", "12号", "晋D", "12345", "+", "86", "０１", "幺三八", "a@b.cn", "𠀾", "\xff", "。", "-", "姓"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom(parts)).Draw(t, "parts"), "")
		at := 0
		for _, s := range Lint(text, "张三丰") {
			if s.Start < at || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("span %v in %q", s, text)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[s.Start:s.End]) {
				t.Fatalf("span %v of %q cuts a character", s, text)
			}
			at = s.End
		}
	})
}

func BenchmarkLint500Characters(b *testing.B) {
	text := strings.Repeat("我是东关村的村民，反映低保问题，联系电话13800000000，住3号楼。", 14)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Lint(text)
	}
}
